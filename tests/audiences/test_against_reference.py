"""Random audiences of hostile people: the compiled SQL and a plain reading agree.

Each example judges three audiences, of which the later may name the earlier. A failing
example prints the YAML and the people on whom the two readings differ.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from random import Random
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_audiences import audience, written
from reference import Reference
from world import TABLES, catalog, create, hostile, members

from cdp_activate.text import parse

WORLDS = 12
QUICK, LONG = 50, 500


@cache
def built(seed: int) -> tuple[datetime, Any, duckdb.DuckDBPyConnection]:
    """The tables of one seed, kept for all examples: nothing writes to them."""
    as_of, tables = hostile(seed)
    return as_of, tables, create(tables)


KNOWN = catalog()


def agree(seed: int, drawn: list[dict[str, Any]]) -> None:
    """Both readings of each audience give the same members and variants."""
    as_of, tables, connection = built(seed)
    text = written(*drawn)
    audiences = {one["audience"]: one for one in (node.plain() for node in parse(text))}
    reference = Reference(tables, as_of)
    for name in audiences:
        expected = {
            str(key): variant for key, variant in reference.members(audiences, name).items()
        }
        found = members(connection, text, as_of, name=name, known=KNOWN)
        given = {str(key): variant for key, variant in found.items()}
        if given != expected:
            pytest.fail(difference(text, name, as_of, given, expected, tables), pytrace=False)


def difference(
    text: str, name: str, as_of: datetime, given: Any, expected: Any, tables: Any
) -> str:
    """What a person needs to see why the two readings differ."""
    wrong = sorted(set(given.items()) ^ set(expected.items()), key=str)
    key = wrong[0][0]
    parts = [text, f"audience {name} at {as_of}: {len(wrong)} differ"]
    parts.append(f"key {key!r}: SQL {given.get(key, 'out')}, page {expected.get(key, 'out')}")
    for table in TABLES:
        columns = ("customer_id", "account_id", "device_id")
        rows = [row for row in tables[table] if key in (str(row.get(name)) for name in columns)]
        parts += [f"{table}: {row}" for row in rows]
    return "\n".join(parts)


def drawn(draw: Random) -> tuple[int, list[dict[str, Any]]]:
    """A seed of tables, and three audiences of one entity."""
    seed = draw.randrange(WORLDS)
    entity = draw.choice(("customer",) * 6 + ("account", "device"))
    names: tuple[str, ...] = ()
    audiences = []
    for name in ("first", "second", "tested"):
        audiences.append(audience(draw, name, entity, built(seed)[0], names))
        names = (*names, name)
    return seed, audiences


@settings(
    max_examples=QUICK,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.randoms(use_true_random=False))
def test_random_audiences_mean_what_the_page_says(draw: Random) -> None:
    """The quick run: a failing example is made small."""
    agree(*drawn(draw))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_many_random_audiences_mean_what_the_page_says(seed: int) -> None:
    """The long run: a fixed seed each, and the first failing example as it is."""
    draw = Random(seed)
    for _ in range(LONG):
        agree(*drawn(draw))
