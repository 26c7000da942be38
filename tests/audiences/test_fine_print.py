"""Cases worked out by hand, judged by the compiler and by the plain reading alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from neighbours import ROLES, TABLES, Shop, shop  # noqa: F401
from random_audiences import written
from reading import Reading
from reading.plain_yaml import documents
from world import NOON
from worlds import World

(CASES,) = documents((Path(__file__).parent / "fine_print.yml").read_text(encoding="utf-8"))
PEOPLE = [{"customer_id": key, "active": True} for key in ("c1", "c2", "c3")]


IN_CELLS: dict[str, Callable[[Any], Any]] = {
    "timestamp": datetime.fromisoformat,
    "timestamp with time zone": datetime.fromisoformat,
    "timestamp_ns": datetime.fromisoformat,
    "date": date.fromisoformat,
    "double": float,
}
"""What YAML's text and decimals are in a cell of each type; else they are as they stand."""


def in_cells(table: str, row: dict[str, Any]) -> dict[str, Any]:
    """A row as it lies in its table."""
    return {
        name: value if value is None else IN_CELLS.get(TABLES[table][name][0], same)(value)
        for name, value in row.items()
    }


def same(value: Any) -> Any:
    return value


def roles() -> dict[str, list[dict[str, Any]]]:
    """The roles of each table, as a World has them."""
    return {
        table: [
            {"on" if key == "true" else key: one for key, one in role.items()}
            for role in (found if isinstance(found, list) else [found])
        ]
        for table, found in ROLES.items()
    }


@pytest.mark.parametrize("case", CASES, ids=[str(case["rule"]) for case in CASES])
def test_a_case_worked_out_by_hand(shop: Shop, case: dict[str, Any]) -> None:  # noqa: F811
    """The members that the page gives, from all three."""
    tables = {table: [in_cells(table, row) for row in rows] for table, rows in case["rows"].items()}
    rows = {"customers": PEOPLE, **tables}
    other = {"audience": "other", "where": {"trait": "active", "is": True}}
    tested = {"audience": "tested", "where": case["where"], "timezone": case.get("timezone", "UTC")}
    text = written(tested, other)
    world = World(NOON, TABLES, roles(), rows)
    assert case["members"] == sorted(Reading(world).members(text, "tested"))
    assert case["members"] == shop.chosen(text.split("\n", 1)[1], **rows)
