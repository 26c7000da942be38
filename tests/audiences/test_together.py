"""Audiences judged together have the members that each has by itself."""

from __future__ import annotations

from random import Random
from typing import Any

import duckdb
import neighbours
import pytest
from random_audiences import audience, written
from world import LENGTHS, NOON, catalog, create, hostile

from cdp_activate.audiences import together
from cdp_activate.audiences.compile import compile_audience
from cdp_activate.audiences.dbt import dbt_files
from cdp_activate.audiences.model_sql import members_model, together_models
from cdp_activate.audiences.preview import preview_sql
from cdp_activate.audiences.read import read_audiences
from cdp_activate.audiences.run_sql import run_at
from cdp_activate.audiences.together import judged_together
from cdp_activate.errors import UsageError
from cdp_activate.text import parse

KNOWN = catalog()
COUNTED = """\
audience: counted_{n}
entity: customer
where:
  - {{event: order_placed, within: {days} days, count: {{gte: {n}}}}}
  - any:
      - not: {{event: order_placed, within: {other} days}}
      - {{event: order_placed, sum: {{of: amount, lt: 50}}, within: 90 days}}
"""


@pytest.mark.parametrize("seed", (*range(5), 100))  # 100 asks a part of a time of no rows
def test_random_audiences_judged_together_have_the_members_of_the_preview(seed: int) -> None:
    as_of, tables = hostile(seed)
    connection = create(tables)
    draw = Random(seed)
    texts = []
    for place in range(40):
        entity = draw.choice(("customer",) * 6 + ("account", "device"))
        text = written(audience(draw, f"a{place}", entity, as_of, ()))
        if _can_be_said(text):
            texts.append(text)
    texts += [written(_in_rolling_windows(draw, f"b{place}")) for place in range(20)]
    audiences = read_audiences(parse("---\n".join(texts), "drawn.yml"), KNOWN)
    queries = {name: compile_audience(one, KNOWN) for name, one in audiences.items()}
    replace = run_at(KNOWN, as_of)
    found = judged_together(queries, KNOWN, fewest=1)
    compared = 0
    for judged in found.values():
        for name, sql in together_models(judged, {}, KNOWN, replace).items():
            connection.execute(f"create table {name} as {sql}")
        for name in judged.conditions:
            expected = _rows(connection, preview_sql(audiences[name], audiences, KNOWN, as_of))
            sql = members_model(queries[name], judged, KNOWN, replace)
            assert expected == _rows(connection, sql), texts
            compared += 1
    assert compared >= 30
    assert any(judged.tallies for judged in found.values())


def _in_rolling_windows(draw: Random, name: str) -> dict[str, Any]:
    """An audience of what happened, or did not, so long before as_of: tallies answer this alone."""

    def happened() -> dict[str, Any]:
        events = ("order_placed", "call_made", "viewed", "clicked")
        rows: dict[str, Any] = {"event": draw.choice(events)}
        if draw.random() < 0.8:
            rows["within"] = draw.choice(tuple(LENGTHS))
        measure = draw.choice(
            (
                {},
                {"count": {draw.choice(("gte", "lt", "eq")): draw.randint(0, 2)}},
                {draw.choice(("sum", "min", "max")): {"of": "amount", "lte": draw.choice((0, 9))}},
                {"distinct": {"of": "status", "gte": draw.randint(1, 2)}},
            )
        )
        rows |= measure if rows["event"] == "order_placed" or "count" in measure else {}
        return draw.choice((rows, {"not": rows}))

    where = [happened(), {"any": [happened(), happened()]}]
    return {"audience": name, "where": draw.choice((where[:1], where))}


def _can_be_said(text: str) -> bool:
    """DuckDB can say it: some patterns it cannot."""
    try:
        audiences = read_audiences(parse(text, "drawn.yml"), KNOWN)
        for one in audiences.values():
            preview_sql(one, audiences, KNOWN, NOON)
    except UsageError:
        return False
    return True


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[str, str]]:
    return sorted((str(key), str(variant)) for key, variant in connection.execute(sql).fetchall())


def files(count: int) -> dict[str, str]:
    texts = [COUNTED.format(n=n, days=n + 1, other=n + 5) for n in range(1, count + 1)]
    return dbt_files(read_audiences(parse("---\n".join(texts), "drawn.yml"), KNOWN), KNOWN)


def test_few_audiences_are_built_one_by_one() -> None:
    assert not [name for name in files(together.FEWEST - 1) if "judged_" in name]


def test_many_audiences_go_through_the_rows_of_an_event_once() -> None:
    found = files(together.FEWEST)
    tallies = [name for name in found if "tally_" in name and name.endswith(".sql")]
    assert 1 == len(tallies)
    assert 1 == found[tallies[0]].count("ref(")
    assert "judged_customer" in found["audience_counted_1.sql"]
    assert "ref('shop', 'customers')" not in found["audience_counted_1.sql"]


LEADING = """\
audience: {name}
entity: account
where: {{related: contacts, having: {{audience: counted_1}}}}
"""
LOGGED_IN = """\
audience: logged_{n}
entity: account
where: {{event: logged_in, within: {n} days}}
"""


def test_who_names_another_is_judged_after_it() -> None:
    """Judged with the others it would wait for an audience that waits for it."""
    numbers = range(1, together.FEWEST + 1)
    texts = [COUNTED.format(n=n, days=n + 1, other=n + 5) for n in numbers]
    texts += [LOGGED_IN.format(n=n) for n in numbers]
    naming = {
        "naming": "audience: naming\nwhere: [{audience: counted_1}, {event: order_placed}]\n",
        "leaving": "audience: leaving\nwhere: {not: {audience: [counted_1, counted_2]}}\n",
        "leading": LEADING.format(name="leading"),
        "alike": LEADING.format(name="alike"),  # what both ask is a fact that they share
    }
    known = neighbours.catalog()
    text = "---\n".join([*texts, *naming.values()])
    found = dbt_files(read_audiences(parse(text, "drawn.yml"), known), known)

    assert "judged_customer" in found["audience_counted_1.sql"]
    assert "judged_account" in found["audience_logged_1.sql"]
    assert [] == [name for name in naming if "judged_" in found[f"audience_{name}.sql"]]
