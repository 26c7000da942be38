"""The page, sentence by sentence (`page.yml`), judged by both warehouses and the plain reading."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import postgres_server
import pytest
from agreement import Opened, Warehouse
from neighbours import TABLES
from random_audiences import written
from reading.plain_yaml import documents
from test_fine_print import in_cells, roles
from world import NOON
from worlds import Columns, World

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
)  # fmt: skip
"""Audiences that a case may name."""


@pytest.fixture(scope="module")
def opened(request: pytest.FixtureRequest) -> Iterator[list[Opened]]:
    """The data set in each warehouse."""
    rows = {table: [in_cells(table, row) for row in PAGE["rows"][table]] for table in PAGE["rows"]}
    tables = {**TABLES, "customers": {**TABLES["customers"], **PATHS}}
    world = World(NOON, tables, roles(), rows, seeds=("vip_ids", "numbers"))
    warehouses = [Warehouse("duckdb")]
    if postgres_server.binaries() is not None:
        warehouses.append(Warehouse("postgres", request.getfixturevalue("postgres")))
    found = [one.opened(world) for one in warehouses]
    yield found
    for one in found:
        one.close()


@pytest.mark.parametrize("case", PAGE["cases"], ids=[case["says"] for case in PAGE["cases"]])
def test_a_sentence_of_the_page(opened: list[Opened], case: dict[str, Any]) -> None:
    """The members that were worked out by hand, from everyone who reads it."""
    members = case["members"]
    if isinstance(members, list):
        members = dict.fromkeys(map(str, members))
    body = {key: one for key, one in case.items() if key not in ("says", "members", "as_of")}
    text = written({"audience": "tested", **body}, *BESIDE)
    as_of = datetime.fromisoformat(case["as_of"]) if "as_of" in case else NOON
    for one in opened:
        there = one.at(as_of)
        assert members == there.compiler(text, "tested"), one.adapter
    assert members == there.reading.members(text, "tested")
