"""The faults planted in the shop events of retentioneering 5.2.4 are found.

Its source (datasets/ecom.py) plants a checkout bug on mobile on days 99 to 130 of 2024
and a payment incident on days 139 to 159, counted from 0 on 1 January.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest
from dbt_command import REPOSITORY, run_dbt
from shared_folder import SHARED

EVENTS = SHARED / "data" / "retentioneering_ecom" / "ecom.csv.gz"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not EVENTS.exists(),
        reason="needs the public data sets: set CDP_SHARED to the folder with data/",
    ),
]

SHUFFLED = """
create or replace table {pain_points} as
with visitor_days as (
    select distinct visitor_id, channel, device_type,
        cast(cast(occurred_at as date) as timestamp) as occurred_at
    from {touchpoints} where visitor_id is not null
),
numbered_days as (
    select *, row_number() over (order by hash(visitor_id, occurred_at, device_type, {seed}))
        as number from visitor_days
),
numbered_pains as (
    select pain_point, row_number() over () as number from true_pain_points
)
select numbered_pains.pain_point, numbered_days.* exclude (number)
from numbered_pains inner join numbered_days using (number)
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Give the warehouse built from the events, and the SQL of the scan."""
    folder = tmp_path_factory.mktemp("incidents")
    file = folder / "warehouse.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema raw")
        connection.execute(
            "create table raw.events as select cast(row_number() over () as text) as event_id, "
            "user_id as customer_id, timestamp as occurred_at, event as event_name, "
            "'web' as channel, platform as device_type, session_id, "
            "acquisition_channel as source from read_csv(?)",
            [str(EVENTS)],
        )
        connection.execute(
            "create table raw.customers as select customer_id, min(occurred_at) as created_at "
            "from raw.events group by customer_id"
        )
    inputs = {"customers": "raw.customers", "events": "raw.events"}
    done = run_dbt(
        "build",
        "--select",
        "+pain_point_incidents",
        "--exclude-resource-type",
        "test",
        "--exclude-resource-type",
        "unit_test",
        "--vars",
        json.dumps({"cdp_as_of": "2024-07-01", "cdp_inputs": inputs}),
        project=REPOSITORY,
        scratch=folder,
        environment={"CDP_DUCKDB_PATH": str(file)},
    )
    assert done.returncode == 0, done.stdout[-3000:]
    compiled = (folder / "target").glob("compiled/**/pain_point_incidents.sql")
    return file, next(compiled).read_text(encoding="utf-8")


def incidents(file: Path, pain_point: str, segment: str) -> list[tuple[date, date]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(
            "select first_day, last_day from pain_point_incidents "
            "where pain_point = ? and segment = ?",
            [pain_point, segment],
        ).fetchall()


def test_the_checkout_bug_is_found_on_mobile_only(built: tuple[Path, str]) -> None:
    """Within days 99 to 130, from the first case to the last."""
    file, _ = built
    ((first_day, last_day),) = incidents(file, "checkout_error", "mobile")
    with duckdb.connect(str(file), read_only=True) as connection:
        (cases,) = connection.execute(
            "select (min(cast(occurred_at as date)), max(cast(occurred_at as date)), count(*)) "
            "from raw.events where event_name = 'checkout_bug'"
        ).fetchall()[0]

    assert cases == (first_day, last_day, 44)
    assert date(2024, 4, 9) <= first_day <= date(2024, 4, 13)
    assert date(2024, 5, 9) <= last_day <= date(2024, 5, 10)
    assert [] == incidents(file, "checkout_error", "desktop")


def test_the_payment_incident_is_found_to_the_day(built: tuple[Path, str]) -> None:
    file, _ = built

    assert [(date(2024, 5, 19), date(2024, 6, 8))] == incidents(file, "payment_error", "everyone")


def test_what_is_spread_like_the_visits_is_no_incident(built: tuple[Path, str]) -> None:
    """The error page, and sixty shuffles of all pain points over the days people came."""
    file, scan = built
    assert [] == incidents(file, "error_page", "everyone")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as warehouse")
        connection.execute("create table true_pain_points as from warehouse.main.pain_points")
        alarms = 0
        for seed in range(60):
            connection.execute(
                SHUFFLED.format(
                    pain_points="warehouse.main.pain_points",
                    touchpoints="warehouse.main.touchpoints",
                    seed=seed,
                )
            )
            alarms += len(connection.execute(scan).fetchall())
    assert 0 == alarms


def test_an_incident_of_many_has_a_bound_that_is_a_number(built: tuple[Path, str]) -> None:
    """PostgreSQL refuses exp(-1797), which others take for 0."""
    _, scan = built
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse")
        connection.execute(
            "create table warehouse.main.daily_visitors as select 'web' as channel, "
            "'mobile' as device_type, date '2024-01-01' + day::int as day, 900 as visitor_count "
            "from range(20) as days (day)"
        )
        connection.execute(
            "create table warehouse.main.pain_points as select 'late' as pain_point, "
            "number::text as visitor_id, 'web' as channel, 'mobile' as device_type, "
            "timestamp '2024-01-07' as occurred_at from range(600) as people (number)"
        )
        found = connection.execute(f"select log_likelihood_ratio, false_alarm_bound from ({scan})")
        for ratio, bound in found.fetchall():
            assert 1797 < ratio < 1798
            assert 0 < bound < 1e-300
