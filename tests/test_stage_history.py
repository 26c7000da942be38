"""The stage history of the demo shop in every preset, against a plain reading of its rule.

The rule: reaching the evidence opens an interval that lasts, or ends with what closes it;
the stage at an instant is the highest rank among the open intervals; none open after some
were: lapsed. What is built as of a past day is what today's history says of that day.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import duckdb
import pytest
from dbt_command import REPOSITORY, run_dbt

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 21)
PAST = datetime(2026, 6, 15, 10)

PRESETS = {
    "lifecycle": "awareness consideration decision purchase retention advocacy",
    "five_stages": "awareness consideration decision retention advocacy",
    "product_experience": "awareness consideration purchase product_experience after_sales loyalty",
    "b2b": "research compare doubt hesitate decide",
    "support": "solved open_ticket reopened_ticket",
    "onboarding": "signed_up first_order first_feedback second_order",
}
STAYS = "select customer_id, track, stage, entered_from, valid_from, valid_to"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """Give the models of 1,500 customers as of NOW, and those as of PAST as `past`."""
    folder = tmp_path_factory.mktemp("stages")
    file = folder / "warehouse.duckdb"
    shop = ["--customers", "1500", "--seed", "7", "--as-of", f"{NOW.isoformat()}Z"]
    subprocess.run(
        [sys.executable, "-m", "cdp_activate.demo.shop", str(file), *shop],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
    )
    for as_of in (PAST, NOW):
        done = run_dbt(
            "build",
            "--select",
            "+stage_funnel",
            "+customers",
            "--exclude-resource-type",
            "test",
            "--exclude-resource-type",
            "unit_test",
            "--vars",
            json.dumps(
                {"cdp_stage_tracks": {name: text.split() for name, text in PRESETS.items()}}
            ),
            project=REPOSITORY,
            scratch=folder,
            environment={"CDP_DUCKDB_PATH": str(file), "CDP_AS_OF": f"{as_of.isoformat()}Z"},
        )
        assert done.returncode == 0, done.stdout
        if as_of == PAST:
            (folder / "past.duckdb").write_bytes(file.read_bytes())
    connection = duckdb.connect(str(file), read_only=True)
    connection.execute(f"attach '{folder / 'past.duckdb'}' as past (read_only)")
    return connection


class Touchpoint(NamedTuple):
    """What somebody did or was sent."""

    occurred_at: datetime
    name: str
    value: Any
    object_id: str | None


def opened_intervals(
    touchpoints: list[Touchpoint], rules: list[tuple[Any, ...]]
) -> list[tuple[datetime, datetime, int, str]]:
    """Give beginning, end, rank and stage of each interval that evidence opens."""
    intervals = []
    for stage, rank, name, from_nth, lasting_days, min_value, closed_by, scope in rules:
        matches = [
            each
            for each in touchpoints
            if each.name == name
            and (min_value is None or (each.value is not None and each.value >= min_value))
        ]
        for evidence in matches[from_nth - 1 :]:
            begins = evidence.occurred_at
            ends = [datetime.max if lasting_days is None else begins + timedelta(lasting_days)]
            ends += [
                each.occurred_at
                for each in touchpoints
                if each.name == closed_by
                and each.occurred_at >= begins
                and (
                    scope == "customer"
                    or (evidence.object_id is not None and each.object_id == evidence.object_id)
                )
            ]
            intervals.append((begins, min(ends), rank, stage))
    return intervals


def expected_stays(
    touchpoints: list[Touchpoint], rules: list[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """Give stage, the stage before, beginning and end of every stay until NOW."""
    intervals = [row for row in opened_intervals(touchpoints, rules) if row[0] < row[1]]
    instants = sorted({at for row in intervals for at in row[:2] if at < NOW})
    stays: list[tuple[str, datetime]] = []
    for instant in instants:
        opened = [row for row in intervals if row[0] <= instant < row[1]]
        stage = max(opened, key=lambda row: row[2])[3] if opened else "lapsed"
        if not stays or stays[-1][0] != stage:
            stays.append((stage, instant))
    befores = [None, *(stage for stage, _ in stays)]
    ends = [*(begins for _, begins in stays[1:]), None]
    return [
        (stage, before, begins, ends_at)
        for (stage, begins), before, ends_at in zip(stays, befores, ends, strict=False)
    ]


@pytest.fixture(scope="module")
def touchpoints(warehouse: duckdb.DuckDBPyConnection) -> dict[str, list[Touchpoint]]:
    """Give the touchpoints of each customer, in the order in which they happened."""
    found: dict[str, list[Touchpoint]] = defaultdict(list)
    for customer, *touchpoint in warehouse.execute(
        "select customer_id, occurred_at, touchpoint, value, object_id from touchpoints "
        "where customer_id is not null order by occurred_at, touchpoint_id"
    ).fetchall():
        found[customer].append(Touchpoint(*touchpoint))
    return found


@pytest.mark.parametrize("track", PRESETS)
def test_the_history_is_what_the_rule_says(
    warehouse: duckdb.DuckDBPyConnection, touchpoints: dict[str, list[Touchpoint]], track: str
) -> None:
    """Every stay of every customer, and nobody more: so no gaps and no overlaps either."""
    rules = warehouse.execute(
        "select stage, stage_rank, touchpoint, from_nth, lasting_days, min_value, closed_by, "
        f"closing_scope from stage_models where track = '{track}'"
    ).fetchall()
    history: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for customer, _, *stay in warehouse.execute(
        f"{STAYS} from stage_history where track = '{track}' order by customer_id, valid_from"
    ).fetchall():
        history[customer].append(tuple(stay))
    assert len(history) > 100
    expected = {
        customer: stays
        for customer, rows in touchpoints.items()
        if (stays := expected_stays(rows, rules))
    }
    assert history == expected


def test_people_move_in_every_way_that_a_preset_knows(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Whatever ends can be lost and found again; milestones are reached once and kept."""
    every_way = {"start", "forward", "back", "lapse", "return"}
    expected = dict.fromkeys(PRESETS, every_way) | {
        "support": {"start", "forward", "back"},
        "onboarding": {"start", "forward"},
    }
    moves = warehouse.execute(
        "select track, list(distinct movement) from stage_transitions group by track"
    ).fetchall()
    assert expected == {track: set(names) for track, names in moves}


def test_a_past_day_gives_what_the_history_says(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Built as of PAST, the rows are today's, cut off at PAST.

    Customers who came later are not there, nor is what they did before they came.
    """
    cut = f"timestamp '{PAST.isoformat(sep=' ')}'"
    history = (
        f"select customer_id, track, stage, entered_from, valid_from, "
        f"case when valid_to < {cut} then valid_to end as valid_to from stage_history "
        f"where valid_from < {cut} "
        f"and customer_id in (select customer_id from past.main.customer_ids)"
    )
    replayed = f"{STAYS} from past.main.stage_history"
    order = " order by customer_id, track, valid_from"
    rows = warehouse.execute(replayed + order).fetchall()
    assert len(rows) > 1000
    assert warehouse.execute(history + order).fetchall() == rows


def test_the_funnel_of_a_past_day_is_what_the_history_says(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Who had reached a stage or a later one by then, who was in it, who had lapsed from it."""
    stays = warehouse.execute(
        "select track, stage, rank, customer_id, entered_from, "
        f"valid_to is null or valid_to >= '{PAST}' from stage_history where valid_from < '{PAST}' "
        "and customer_id in (select customer_id from past.main.customer_ids)"
    ).fetchall()
    ranks = {(track, stage): rank for track, stage, rank, *_ in stays if stage != "lapsed"}
    expected = set()
    for (track, stage), rank in ranks.items():
        reached = {who for on, name, at, who, *_ in stays if on == track and at >= rank > 0}
        there = {row[3] for row in stays if row[:2] == (track, stage) and row[5]}
        lapses = sum(row[:2] == (track, "lapsed") and row[4] == stage for row in stays)
        expected.add((track, stage, rank, len(reached), len(there), lapses))
    funnel = warehouse.execute(
        "select track, stage, rank, reached_count, current_count, lapse_count "
        "from past.main.stage_funnel"
    ).fetchall()
    assert len(funnel) > 20
    assert expected == set(funnel)


def test_customers_of_a_past_day_are_what_the_history_says(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Their stage is that of the history, orders and lifecycle those of what they had bought."""
    rows = warehouse.execute(
        "select customer_id, stage, order_count, first_order_at, last_order_at, lifecycle "
        "from past.main.customers order by customer_id"
    ).fetchall()
    expected = warehouse.execute(
        f"""
        with orders as (
            select customer_id, count(*) as order_count,
                min(ordered_at) as first_order_at, max(ordered_at) as last_order_at
            from customer_orders
            where ordered_at < '{PAST}' and (status is null or status <> 'cancelled')
            group by customer_id
        )
        select ids.customer_id, history.stage, coalesce(order_count, 0), first_order_at,
            last_order_at,
            case
                when first_order_at is null then 'prospect'
                when first_order_at >= timestamp '{PAST}' - interval 45 day then 'new'
                when last_order_at >= timestamp '{PAST}' - interval 150 day then 'active'
                when last_order_at >= timestamp '{PAST}' - interval 270 day then 'at_risk'
                when last_order_at >= timestamp '{PAST}' - interval 540 day then 'lapsed'
                else 'ex_customer'
            end
        from (select distinct customer_id from past.main.customer_ids) as ids
        left join orders using (customer_id)
        left join stage_history as history
            on ids.customer_id = history.customer_id and track = 'lifecycle'
            and valid_from < '{PAST}' and (valid_to is null or valid_to >= '{PAST}')
        order by ids.customer_id
        """
    ).fetchall()
    assert {"prospect", "new", "active", "at_risk", "lapsed"} <= {row[5] for row in rows}
    assert expected == rows
