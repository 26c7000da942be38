"""Who came into an audience and left it over time."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import neighbours
import postgres_server
import pytest
from asked_project import ask, write_project
from sqlglot import exp, parse_one
from test_asking import SHOP

from cdp_activate.audiences.dialects import DIALECTS
from cdp_activate.audiences.memberships import (
    Period,
    changes_sql,
    read_periods,
    read_stays,
    stays_sql,
)
from cdp_activate.audiences.read import read_audiences
from cdp_activate.text import parse

STAYS = [
    ("golden", "c1", "2026-03-27 22:30", "2026-03-28 22:59"),
    ("golden", "c1", "2026-03-30 08:00", None),
    ("golden", "c2", "2026-03-27 22:30", None),
    ("golden", "eve@example.com", "2026-03-28 23:00", "2026-04-30 12:00"),
    ("scored", "c1", "2026-03-28 08:00", None),
]
"""In Berlin the clock is put forward on 29 March: its 28th ends at 23:00 UTC."""

KEPT = replace(
    SHOP,
    tables={
        **SHOP.tables,
        "audience_members": {**SHOP.tables["audience_members"], "variant": ("varchar", {})},
    },
    rows={
        "audience_members": [
            {"audience": name, "entity_key": key, "entered_at": entered, "exited_at": exited,
             "variant": "a" if key == "c1" else None}
            for name, key, entered, exited in STAYS
        ]
    },
)  # fmt: skip
AUDIENCES = """
audience: golden
timezone: Europe/Berlin
where: {trait: tier, eq: gold}
---
audience: scored
where: {trait: score, gt: 5}
---
audience: new
where: {trait: score, gt: 7}
"""
DAYS = [
    Period(date(2026, 3, 27), 2, 0, 2),
    Period(date(2026, 3, 28), 0, 1, 1),
    Period(date(2026, 3, 29), 1, 0, 2),
    Period(date(2026, 3, 30), 1, 0, 3),
    Period(date(2026, 4, 30), 0, 1, 2),
]
NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize("adapter", ["duckdb", "postgres"])
def test_who_came_and_went_is_counted_by_local_days_and_longer(
    adapter: str, request: pytest.FixtureRequest
) -> None:
    """Worked out by hand, over a change of the clock, with a stay that was repeated."""
    known = KEPT.catalog(adapter)
    golden = read_audiences(parse(AUDIENCES, "t.yml"), known)["golden"]
    asked = [changes_sql(golden, known, NOW), stays_sql(golden, known, NOW, "c1"),
             changes_sql(golden, known, datetime(2026, 3, 28, 22, 59, tzinfo=UTC))]  # fmt: skip
    if adapter == "duckdb":
        connection = KEPT.duckdb()
        counted, stays, before = (connection.execute(sql).fetchall() for sql in asked)
    else:
        if postgres_server.binaries() is None:
            pytest.skip("PostgreSQL is not installed")
        server = request.getfixturevalue("postgres")
        with neighbours.create_tables(server) as opened, opened.cursor() as cursor:
            cursor.execute("alter table audience_members add column if not exists variant text")
            KEPT.fill(cursor, "postgres", ["audience_members"])
            found = []
            for sql in asked:
                cursor.execute(sql)
                found.append(cursor.fetchall())
            counted, stays, before = found
    assert DAYS == read_periods(counted, "day", "Europe/Berlin")
    assert [Period(date(2026, 3, 23), 3, 1, 2), Period(date(2026, 3, 30), 1, 0, 3),
            Period(date(2026, 4, 27), 0, 1, 2)] == read_periods(
                counted, "week", "Europe/Berlin")  # fmt: skip
    first, second = read_stays(stays)
    assert (datetime(2026, 3, 28, 22, 59, tzinfo=UTC), "a") == (first.exited_at, first.variant)
    assert (datetime(2026, 3, 30, 8, tzinfo=UTC), None) == (second.entered_at, second.exited_at)
    # What is dated at as_of has not happened yet.
    assert [Period(date(2026, 3, 27), 2, 0, 2)] == read_periods(before, "day", "Europe/Berlin")


@pytest.mark.parametrize("adapter", DIALECTS)
def test_every_warehouse_is_asked_in_its_own_words(adapter: str) -> None:
    known = KEPT.catalog(adapter)
    golden = read_audiences(parse(AUDIENCES, "t.yml"), known)["golden"]
    for sql in (changes_sql(golden, known, NOW), stays_sql(golden, known, NOW, "c'1")):
        assert isinstance(parse_one(sql, dialect=adapter), exp.Select)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    write_project(folder, KEPT, AUDIENCES)
    return folder


def test_periods_are_a_table_and_the_newest_are_shown(shop: Path) -> None:
    done = ask(shop, "history", "golden", "--limit", "2")
    assert 0 == done.exit_code, done.output
    assert [
        "day (Europe/Berlin)  entered  exited  in at its end",
        "2026-03-30                 1       0              3",
        "2026-04-30                 0       1              2",
        "  3 days before: --limit, --by or --since",
    ] == done.output.splitlines()
    found = json.loads(ask(shop, "history", "golden", "--since", "2026-04-01", "--json").output)
    period = {"begins_on": "2026-04-30", "entered": 0, "exited": 1, "size": 2}
    assert ([period], 0, "day") == (found["periods"], found["left_out"], found["by"])


def test_one_persons_stays_are_shown_and_no_address(shop: Path) -> None:
    done = ask(shop, "history", "golden", "--id", "c1")
    assert [
        "entered (UTC)        exited (UTC)         variant",
        "2026-03-27 22:30:00  2026-03-28 22:59:00  a",
        "2026-03-30 08:00:00  -                    a",
    ] == done.output.splitlines()
    found = json.loads(ask(shop, "history", "golden", "--id", "eve@example.com", "--json").output)
    assert ("e***@e***.com", 1) == (found["id"], len(found["stays"]))
    done = ask(shop, "history", "golden", "--id", "c9")
    assert (0, "no stay of customer c9 in golden is known\n") == (done.exit_code, done.output)


def test_an_audience_that_nobody_was_in_says_so(shop: Path) -> None:
    done = ask(shop, "history", "new")
    assert (0, True) == (done.exit_code, "nobody is known to have come into new" in done.output)


def test_without_a_history_the_remedy_is_to_build(tmp_path: Path) -> None:
    """The model is not there yet, or its table is not."""
    without = {name: one for name, one in KEPT.tables.items() if name != "audience_members"}
    write_project(tmp_path / "no model", replace(KEPT, tables=without, rows={}), AUDIENCES)
    write_project(tmp_path / "no table", KEPT, AUDIENCES)
    with duckdb.connect(str(tmp_path / "no table" / "warehouse.duckdb")) as connection:
        connection.execute("drop table audience_members")
    for folder in ("no model", "no table"):
        done = ask(tmp_path / folder, "history", "golden")
        assert 1 == done.exit_code
        assert "cdp-activate build" in done.output
