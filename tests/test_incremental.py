"""Days built one after another give, row by row, what a full build of each day gives.

The days are those of the demo shop, with what goes wrong in practice: rows that arrive
late or say they were loaded in the future, a day nobody built, a day built twice with rows
in between, two people who turn out to be one, a customer erased, and a day of the past
built again.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from dbt_command import REPOSITORY, run_dbt

from cdp_activate.demo import shop

pytestmark = pytest.mark.slow

OPENING = datetime(2025, 3, 1)
TABLES = (
    "identity_identifiers",
    "identity_map",
    "identity_conflicts",
    "customer_ids",
    "superseded_customers",
    "customer_events",
    "customer_messages",
    "touchpoints",
    "touchpoint_sequence",
    "touchpoint_walks",
    "sessions",
    "stage_history",
    "stage_current",
    "stage_transitions",
    "stage_steps",
    "stage_funnel",
    "stage_matrix",
    "stage_paths",
    "journey_paths",
    "attribution_touches",
    "attribution_paths",
    "attribution_moves",
    "attribution_transitions",
    "daily_visitors",
    "pain_points",
    "customer_touches",
    "customer_recent_touchpoints",
    "customer_last_90_days",
    "customer_milestones",
    "onboarding_funnel",
)
MARKED = {
    "touchpoint_sequence": "direction",
    "sessions": "entry_touchpoint",
    "attribution_paths": "first_channel",
    "stage_transitions": "last_channel",
    "customer_touches": "first_channel",
    "pain_points": "source",
}
"""Summaries of the history, each with a column that no other model of the test reads."""
OF_THE_RUN = {"written_at", "judged_at", "noted_at", "superseded_at"}
"""Columns that say when a row was written: what increments differ in."""

LATE_EVENTS = "hash(event_id) % 20 = 0"
LATE_MESSAGES = "hash(message_event_id) % 20 = 0"


class Shop:
    """Two warehouses with the same raw tables: one is kept, one is built anew each time.

    Each is built at the same path, which is part of what dbt parses for; the kept one is put
    aside meanwhile.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = REPOSITORY
        self.variables: dict[str, object] = {}
        self.path = folder / "warehouse.duckdb"

    def forget_carts(self) -> None:
        """From now on a cart is no touchpoint of that name, and so evidence of no stage."""
        self.project = self.folder / "project"
        for name in ("models", "macros", "seeds", "data-tests"):
            shutil.copytree(REPOSITORY / name, self.project / name)
        for name in ("dbt_project.yml", "profiles.yml"):
            shutil.copy(REPOSITORY / name, self.project)
        seed = self.project / "seeds" / "touchpoint_vocabulary.csv"
        lines = seed.read_text(encoding="utf-8").splitlines(keepends=True)
        changed = [
            line.replace("cart_updated,cart_updated", "cart_updated,looked_at_cart")
            for line in lines
        ]
        assert lines != changed
        seed.write_text("".join(changed), encoding="utf-8")

    def load(self, now: datetime, *, change: Callable[[duckdb.DuckDBPyConnection], None]) -> None:
        """The raw tables as they are at `now`, then changed."""
        with duckdb.connect(str(self.path)) as connection:
            shop.generate(connection, customers=150, seed=11, opening=OPENING, now=now)
            connection.execute("alter table shop.events add column loaded_at timestamp")
            connection.execute(
                f"update shop.events set loaded_at = occurred_at + interval 1 hour"
                f" + interval 12 day * ({LATE_EVENTS})::int"
            )
            _send_letters(connection, spring="2026-10-09", autumn="2026-11-14")
            change(connection)
            connection.execute(
                "insert into shop.events by name select 'of a wrong clock' as event_id,"
                " 'page_viewed' as event_name, timestamp '2026-11-01' as occurred_at,"
                " timestamp '9999-12-31' as loaded_at"
            )

    def build(self, as_of: datetime, *options: str) -> str:
        """Build the warehouse as of a day; give what dbt said."""
        done = run_dbt(
            "build", "--select", *(f"+{table}" for table in TABLES), "stage_judgements", *options,
            "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test",
            "--vars", json.dumps(self.variables),
            project=self.project,
            scratch=self.folder,
            environment={
                "CDP_DUCKDB_PATH": str(self.path), "CDP_AS_OF": f"{as_of.isoformat()}Z"
            },
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        return done.stdout

    def differences(self, as_of: datetime) -> dict[str, tuple[int, int]]:
        """Rows that are only in the kept warehouse and only in one built anew, by table."""
        kept = self.path.rename(self.folder / "kept.duckdb")
        with duckdb.connect(str(self.path)) as connection:
            connection.execute(f"attach '{kept}' as kept (read_only)")
            connection.execute("create schema shop")
            for table in shop.TABLES:
                connection.execute(f"create table shop.{table} as from kept.shop.{table}")
        self.build(as_of)
        with duckdb.connect(str(self.path)) as connection:
            connection.execute(f"attach '{kept}' as kept (read_only)")
            found = {table: self._differences(connection, table) for table in TABLES}
        kept.replace(self.path)
        return {table: counts for table, counts in found.items() if counts != (0, 0)}

    def _differences(self, connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, int]:
        described = connection.execute(f"describe main.{table}").fetchall()
        columns = ", ".join(row[0] for row in described if row[0] not in OF_THE_RUN)
        kept, anew = (f"select {columns} from {place}{table}" for place in ("kept.main.", "main."))
        counts = [
            connection.execute(f"select count(*) from ({one} except all {other})").fetchall()[0][0]
            for one, other in ((kept, anew), (anew, kept))
        ]
        return counts[0], counts[1]

    def mark(self) -> None:
        """Every row of the summaries can be told from one that is written anew."""
        with duckdb.connect(str(self.path)) as connection:
            for table, column in MARKED.items():
                connection.execute(
                    f"update {table} set {column} = coalesce({column}, '') || ' before'"
                )

    def unmark(self) -> dict[str, float]:
        """The share of rows still there since they were marked, by table; without marks."""
        kept = {}
        with duckdb.connect(str(self.path)) as connection:
            for table, column in MARKED.items():
                share = f"avg(case when {column} like '% before' then 1 else 0 end)"
                kept[table] = connection.execute(f"select {share} from {table}").fetchall()[0][0]
                connection.execute(
                    f"update {table} set {column} = nullif(replace({column}, ' before', ''), '')"
                )
        return kept

    def count(self, query: str) -> int:
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return int(connection.execute(f"select count(*) from ({query})").fetchall()[0][0])


def _without_what_is_late(now: datetime) -> Callable[[duckdb.DuckDBPyConnection], None]:
    """Events come with the time of loading, messages at most two days late and without it."""

    def change(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("delete from shop.events where loaded_at >= $now", {"now": now})
        connection.execute(
            f"delete from shop.messages where {LATE_MESSAGES} and occurred_at"
            " >= $now::timestamp - interval 2 day",
            {"now": now},
        )

    return change


def _two_people_are_one(connection: duckdb.DuckDBPyConnection) -> None:
    """Two customers give the same address; a third is erased."""
    connection.execute(
        "insert into shop.identities by name select 'shared ' || customer_id as identity_id,"
        " customer_id, 'email' as identifier_type, 'same.person@example.com' as identifier,"
        " timestamp '2026-11-19' as first_seen_at from (select customer_id from shop.events"
        " where customer_id is not null group by customer_id order by count(*) desc, customer_id"
        " limit 2)"
    )
    connection.execute(
        "delete from shop.customers where customer_id = (select customer_id from shop.messages"
        " where customer_id not in (select customer_id from shop.identities"
        " where identity_id like 'shared%') group by customer_id"
        " order by count(*) desc, customer_id limit 1)"
    )


def _as_many_acts_leave_as_come(connection: duckdb.DuckDBPyConnection) -> None:
    """One run writes two acts of somebody, and the last 90 days of the first day and of the
    third hold one of them each: neither their number nor their mark tells those two days apart.
    """
    connection.execute(
        "insert into shop.customers by name"
        " select 'seldom' as customer_id, timestamp '2025-04-01' as created_at"
    )
    connection.execute(
        "insert into shop.events by name select 'seldom ' || month(occurred_at) as event_id,"
        " 'seldom' as customer_id, occurred_at, timestamp '2026-11-19' as loaded_at,"
        " 'page_viewed' as event_name, 'web' as channel from (values (timestamp '2026-08-20'),"
        " (timestamp '2026-11-18')) as acts (occurred_at)"
    )


def _send_letters(connection: duckdb.DuckDBPyConnection, spring: str, autumn: str) -> None:
    """Two messages to each of the two customers who turn out to be one."""
    connection.execute(
        "insert into shop.messages by name select letter || customer_id as message_event_id,"
        " letter as message_id, customer_id, 'direct_mail' as channel, 'sent' as message_event,"
        " occurred_at from shop.customers, (values ('spring', $spring::timestamp),"
        " ('autumn', $autumn::timestamp)) as letters (letter, occurred_at)"
        " where customer_id in ('c0000011', 'c0000026')",
        {"spring": spring, "autumn": autumn},
    )


def _some_come_again(connection: duckdb.DuckDBPyConnection) -> None:
    """What is held comes once more, as another: a copy, however old it is. Messages have no
    time of loading: there the earlier of two is the first. Of copies with the same times
    the columns decide, whichever came first.
    """
    connection.execute(
        "insert into shop.events by name select * replace (occurred_at + interval 9 day as"
        " occurred_at, timestamp '2026-11-18' as loaded_at, 'again' as page_url)"
        " from shop.events where customer_id in ('c0000011', 'c0000026')"
        " and occurred_at < '2026-11-10' and loaded_at < '2026-11-14'"
    )
    connection.execute(
        "insert into shop.events by name select * replace (case hash(event_id) % 2 when 0 then '0'"
        " else '~' end as session_id) from shop.events"
        " where occurred_at between '2026-11-13' and '2026-11-16' and loaded_at < '2026-11-16'"
    )
    _send_letters(connection, spring="2026-11-18", autumn="2026-11-13")


def _some_are_known_longer(connection: duckdb.DuckDBPyConnection) -> None:
    """Days are corrected on which customers became known, which is no act of theirs."""
    connection.execute(
        "update shop.customers set created_at = created_at - interval 3 day"
        " where hash(customer_id) % 10 = 0"
    )


def test_increments_give_the_rows_of_full_builds(tmp_path: Path) -> None:
    days = [datetime(2026, 11, day) for day in (15, 16, 20)]
    warehouse = Shop(tmp_path)
    first, second, third = days

    warehouse.load(first, change=_without_what_is_late(first))
    assert "Unable to do partial parsing" in warehouse.build(first)

    warehouse.load(second, change=_without_what_is_late(second))
    warehouse.mark()
    said = warehouse.build(second)
    assert "Unable to do partial parsing" not in said, "another day of the environment"
    kept = warehouse.unmark()
    assert {} == warehouse.differences(second), "rows that came late"
    assert min(kept.values()) > 0.5, "most of what was there is not written again"
    assert max(kept.values()) < 1
    due = warehouse.count("from stage_due")
    assert 0 < due < warehouse.count("from stage_judgements") / 2, "only some are due"

    def merged(connection: duckdb.DuckDBPyConnection) -> None:
        _without_what_is_late(third)(connection)
        complete(connection)

    def complete(connection: duckdb.DuckDBPyConnection) -> None:
        _two_people_are_one(connection)
        _some_come_again(connection)
        _some_are_known_longer(connection)
        _as_many_acts_leave_as_come(connection)

    warehouse.load(third, change=merged)
    warehouse.build(third)
    assert warehouse.count("from customer_ids where customer_id != source_customer_id") > 0
    warehouse.load(third, change=complete)
    warehouse.build(third)
    assert {} == warehouse.differences(third), (
        "days skipped, people merged and erased, a day repeated with rows in between"
    )

    warehouse.build(first)
    assert {} == warehouse.differences(first), "a day of the past"

    warehouse.variables = {
        "cdp_session_gap_minutes": 1,
        "cdp_attribution_lookback_days": 5,
        "cdp_path_touchpoints": 2,
        "cdp_path_stages": 2,
    }
    warehouse.forget_carts()
    warehouse.build(third)
    assert {} == warehouse.differences(third), "the vocabulary and variables changed"
