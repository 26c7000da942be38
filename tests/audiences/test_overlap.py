"""Whom audiences have in common, counted in the warehouse."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import neighbours
import postgres_server
import pytest
from asked_project import ask, write_project
from neighbours import NOON
from sqlglot import exp, parse_one
from test_asking import SHOP
from worlds import World

from cdp_activate.audiences.dialects import DIALECTS
from cdp_activate.audiences.overlap import Overlap, overlap_sql, read_overlap
from cdp_activate.audiences.read import read_audiences
from cdp_activate.text import parse

PEOPLE = World(
    NOON,
    SHOP.tables,
    SHOP.roles,
    {
        "customers": [
            {"customer_id": f"c{n}", "score": n, "tier": "gold" if n % 3 else "silver"}
            for n in range(30)
        ]
    },
    SHOP.seeds,
)
MEMBERS = {
    "golden": {n for n in range(30) if n % 3},
    "high": set(range(20, 30)),
    "golden_high": {n for n in range(20, 30) if n % 3},
    "nobody": set[int](),
    "b_2": {0},
    "b2": {0, 3},
}
AUDIENCES = """
audience: golden
where: {trait: tier, eq: gold}
holdout: {percent: 50}
---
audience: high
where: {trait: score, gte: 20}
---
audience: golden_high
where: [{audience: golden}, {audience: high}]
---
audience: nobody
where: {trait: score, gt: 100}
---
audience: b_2
where: {trait: score, eq: 0}
---
audience: b2
where: {trait: score, in: [0, 3]}
---
audience: large
entity: account
"""


def counted() -> Overlap:
    """By hand: sets of Python."""
    return read_overlap(
        MEMBERS,
        [
            *((one, other, len(MEMBERS[one] & MEMBERS[other]))
              for one, other in [*combinations(MEMBERS, 2), *((name, name) for name in MEMBERS)]),
            *((name, None, len(own - set().union(*(them for other, them in MEMBERS.items()
                                                   if other != name))))
              for name, own in MEMBERS.items()),
        ],
    )  # fmt: skip


@pytest.mark.parametrize("adapter", ["duckdb", "postgres"])
def test_sizes_and_pairs_are_those_of_the_members(
    adapter: str, request: pytest.FixtureRequest
) -> None:
    """Of audiences that name one another, that hold people out, and of nobody."""
    known = PEOPLE.catalog(adapter)
    audiences = read_audiences(parse(AUDIENCES, "t.yml"), known)
    sql = overlap_sql([audiences[name] for name in MEMBERS], audiences, known, NOON)
    if adapter == "duckdb":
        assert counted() == read_overlap(MEMBERS, PEOPLE.duckdb().execute(sql).fetchall())
        return
    if postgres_server.binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    server = request.getfixturevalue("postgres")
    with neighbours.create_tables(server) as connection, connection.cursor() as cursor:
        PEOPLE.fill(cursor, "postgres", ["customers"])
        cursor.execute(sql)
        assert counted() == read_overlap(MEMBERS, cursor.fetchall())


@pytest.mark.parametrize("adapter", DIALECTS)
def test_every_warehouse_is_asked_in_its_own_words(adapter: str) -> None:
    known = PEOPLE.catalog(adapter)
    audiences = read_audiences(parse(AUDIENCES, "t.yml"), known)
    sql = overlap_sql([audiences[name] for name in MEMBERS], audiences, known, NOON)
    assert isinstance(parse_one(sql, dialect=adapter), exp.Select)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    write_project(folder, PEOPLE, AUDIENCES)
    return folder


def test_an_overlap_is_shown_as_two_tables(shop: Path) -> None:
    done = ask(shop, "overlap", "golden", "high", "nobody", "golden")
    assert 0 == done.exit_code, done.output
    assert [
        "audience  customers  in none of the others",
        "golden           20                     13",
        "high             10                      3",
        "nobody            0                      0",
        "",
        "first   second  in both  of the first  of the second",
        "golden  high          7  35.0%         70.0%",
        "golden  nobody        0  0.0%          -",
        "high    nobody        0  0.0%          -",
    ] == done.output.splitlines()


def test_an_overlap_as_json_has_shares_as_fractions(shop: Path) -> None:
    found = json.loads(ask(shop, "overlap", "golden", "high", "--json").output)
    assert [{"audience": "golden", "size": 20, "alone": 13},
            {"audience": "high", "size": 10, "alone": 3}] == found["audiences"]  # fmt: skip
    assert [{"audiences": ["golden", "high"], "both": 7, "shares": [0.35, 0.7]}] == found["pairs"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["golden", "hihg"], "did you mean 'high'?"),
        (["golden"], "an overlap is of two audiences or more"),
        (["golden", "golden"], "an overlap is of two audiences or more"),
        (["golden", "large"], "'golden' is made of customers, 'large' is made of accounts"),
    ],
)
def test_what_has_no_overlap_is_exit_code_2(shop: Path, names: list[str], message: str) -> None:
    done = ask(shop, "overlap", *names)
    assert 2 == done.exit_code
    assert message in done.output


def test_without_a_warehouse_the_remedy_is_to_build(tmp_path: Path) -> None:
    write_project(tmp_path, PEOPLE, AUDIENCES)
    (tmp_path / "warehouse.duckdb").unlink()
    done = ask(tmp_path, "overlap", "golden", "high")
    assert 1 == done.exit_code
    assert "cdp-activate build" in done.output
