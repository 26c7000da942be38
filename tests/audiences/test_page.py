"""The page, sentence by sentence (`page.yml`), judged by both warehouses and the plain reading."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import postgres_server
import pytest
import test_settled_questions
from agreement import Opened, Warehouse
from mistakes import MISTAKES
from neighbours import ROLES, TABLES
from random_audiences import written
from reading.plain_yaml import documents
from world import NOON
from worlds import Columns, Row, World

(PAGE,) = documents((Path(__file__).parent / "page.yml").read_text(encoding="utf-8"))
PATHS: Columns = {
    f"profile.{path}": ({"number": "double"}.get(kind, kind), {})
    for path, kind in {
        **TABLES["customers"]["profile"][1]["paths"],
        **dict.fromkeys(("it's", "a b", 'q"', "*", "$", "[0]", "a/~b", ""), "varchar"),
    }.items()
}
BESIDE = (
    {"audience": "other", "where": {"trait": "active", "is": True}},
    {"audience": "golden", "where": {"trait": "tier", "eq": "gold"}},
    {
        "audience": "held", "rank": {"by": "score", "top": 3}, "exclude": [{"list": ["c4"]}],
        "holdout": {"percent": 100},
    },
    {"audience": "large", "entity": "account", "where": {"trait": "employees", "gte": 6}},
)  # fmt: skip
"""Audiences that a case may name."""

IN_CELLS: dict[str, Callable[[Any], Any]] = {
    "timestamp": datetime.fromisoformat,
    "timestamp with time zone": datetime.fromisoformat,
    "timestamp_ns": datetime.fromisoformat,
    "date": date.fromisoformat,
    "double": float,
}
"""What YAML's text and decimals are in a cell of each type; else they are as they stand."""

ELSEWHERE = {
    4: "test_the_catalog_names_consents_stages_and_memberships_as_the_page_does",
    61: "test_the_keys_of_entities_and_audiences_are_tested_by_dbt",
}
"""Settled questions that no members and no mistake can show: the test that does."""


def in_cells(table: str, row: Row) -> Row:
    """A row as it lies in its table."""
    return {
        name: value if value is None else IN_CELLS.get(TABLES[table][name][0], same)(value)
        for name, value in row.items()
    }


def same(value: Any) -> Any:
    return value


def rows_in_cells(rows: dict[str, list[Row]]) -> dict[str, list[Row]]:
    return {table: [in_cells(table, row) for row in rows[table]] for table in rows}


def roles() -> dict[str, list[dict[str, Any]]]:
    """The roles of each table, as a World has them."""
    return {
        table: [
            {"on" if key == "true" else key: one for key, one in role.items()}
            for role in (found if isinstance(found, list) else [found])
        ]
        for table, found in ROLES.items()
    }


@pytest.fixture(scope="module")
def opened(request: pytest.FixtureRequest) -> Iterator[list[Opened]]:
    """The data set in each warehouse."""
    tables = {**TABLES, "customers": {**TABLES["customers"], **PATHS}}
    rows = rows_in_cells(PAGE["rows"])
    world = World(NOON, tables, roles(), rows, seeds=("vip_ids", "numbers"))
    warehouses = [Warehouse("duckdb")]
    if postgres_server.binaries() is not None:
        warehouses.append(Warehouse("postgres", request.getfixturevalue("postgres")))
    found = [one.opened(world) for one in warehouses]
    yield found
    for one in found:
        one.close()


@contextmanager
def with_rows(one: Opened, rows: dict[str, list[Row]] | None) -> Iterator[Opened]:
    """With these rows beside the customers and accounts of the page, and no others."""
    if rows is None:
        yield one
        return
    kept = {table: one.world.rows[table] for table in ("customers", "accounts")}
    world = replace(one.world, rows={**kept, **rows_in_cells(rows)})
    one.cursor.execute("begin")
    for table in one.world.rows.keys() - kept.keys() | rows.keys():
        one.cursor.execute(f'delete from "{table}"')
    world.fill(one.cursor, one.adapter, rows)
    yield replace(one, world=world)
    one.cursor.execute("rollback")


@pytest.mark.parametrize("case", PAGE["cases"], ids=[case["says"] for case in PAGE["cases"]])
def test_a_sentence_of_the_page(opened: list[Opened], case: dict[str, Any]) -> None:
    """The members that were worked out by hand, from everyone who reads it."""
    members = case["members"]
    if isinstance(members, list):
        members = dict.fromkeys(map(str, members))
    about = ("says", "members", "as_of", "rows")
    body = {key: one for key, one in case.items() if key not in about}
    text = written({"audience": "tested", **body}, *BESIDE)
    as_of = datetime.fromisoformat(case["as_of"]) if "as_of" in case else NOON
    for one in opened:
        with with_rows(one.at(as_of), case.get("rows")) as there:
            found = there.compiler(text, "tested")
        assert members == found, one.adapter
    assert members == there.reading.members(text, "tested")


def test_every_settled_question_has_a_case() -> None:
    """Section 7 has 68. A case names those it settles: in `says`, or in `settles` of a mistake."""
    named = [case["says"] for case in PAGE["cases"]]
    named += [mistake.settles for group in MISTAKES.values() for mistake in group]
    numbers = {int(number) for text in named for number in re.findall(r"\b7\.(\d+)\b", text)}

    assert set(range(1, 69)) == numbers | ELSEWHERE.keys()
    assert all(hasattr(test_settled_questions, name) for name in ELSEWHERE.values())
