"""What a changed file does to an audience, before it is built."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from asked_project import ask, write_project
from sqlglot import exp, parse_one
from test_asking import SHOP

from cdp_activate.audiences.dialects import DIALECTS
from cdp_activate.audiences.difference import difference_sql
from cdp_activate.audiences.read import read_audiences
from cdp_activate.text import parse

BUILT = replace(
    SHOP,
    tables={
        **SHOP.tables,
        "audience_golden": {"customer_id": ("varchar", {}), "variant": ("varchar", {})},
    },
    rows={
        "customers": [
            *({"customer_id": f"c{n}", "tier": "gold", "seen_at": "2026-01-09"} for n in range(4)),
            {"customer_id": "eve@example.com", "tier": "gold", "seen_at": "2026-01-09"},
        ],
        "audience_golden": [
            {"customer_id": "c0", "variant": "holdout"},
            {"customer_id": "c1", "variant": None},
            {"customer_id": "gone", "variant": None},
        ],
    },
)
AUDIENCES = """
audience: golden
where: [{trait: tier, eq: gold}, {trait: seen_at, last: 7 days}]
exclude: [{list: [c3]}]
---
audience: new
where: {trait: tier, eq: gold}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    write_project(tmp_path, BUILT, AUDIENCES)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        mark = "cdp_activate digest 2026-01-10T12:00:00"
        connection.execute(f"comment on table audience_golden is '{mark}'")
    return tmp_path


def test_who_would_come_and_go_is_counted_at_the_instant_of_the_build(shop: Path) -> None:
    done = ask(shop, "diff", "golden", "--limit", "1")
    assert 0 == done.exit_code, done.output
    assert [
        "golden: customers in its table, and by its file at 2026-01-10 12:00 UTC",
        "  2 would come: c2, ...",
        "  1 would go: gone",
        "  1 would change variant: c0",
        "  1 would stay",
    ] == done.output.splitlines()


def test_keys_that_are_addresses_are_masked(shop: Path) -> None:
    found = json.loads(ask(shop, "diff", "golden", "--json").output)
    assert {"count": 2, "keys": ["c2", "e***@e***.com"]} == found["come"]


def test_another_instant_can_be_asked_for(shop: Path) -> None:
    found = json.loads(ask(shop, "diff", "golden", "--as-of", "2026-03-01", "--json").output)
    assert (0, 3) == (found["come"]["count"], found["go"]["count"])


def test_an_audience_that_was_never_built_says_so(shop: Path) -> None:
    done = ask(shop, "diff", "new")
    assert 1 == done.exit_code
    assert "the audience 'new' is not built yet" in done.output
    assert "cdp-activate build" in done.output


@pytest.mark.parametrize("adapter", DIALECTS)
def test_every_warehouse_is_asked_in_its_own_words(adapter: str) -> None:
    known = BUILT.catalog(adapter)
    audiences = read_audiences(parse(AUDIENCES, "t.yml"), known)
    sql = difference_sql(audiences["golden"], audiences, known, BUILT.as_of, 3)
    assert isinstance(parse_one(sql, dialect=adapter), exp.Select)
