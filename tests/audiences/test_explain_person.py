"""Why one person is in an audience or out of it: judged as the audience is, and no other way."""

from __future__ import annotations

from typing import Any

import constructs
import duckdb
import neighbours
import postgres_server
import pytest
from neighbours import NOON
from random_audiences import written
from random_conditions import random_audiences
from random_worlds import random_world
from worlds import World, members_of

from cdp_activate.audiences.explaining.decision import deciding
from cdp_activate.audiences.explaining.person import PersonQuery, Verdict
from cdp_activate.audiences.preview import preview_sql
from cdp_activate.audiences.read import read_audiences
from cdp_activate.text import parse

CUSTOMERS: list[dict[str, Any]] = [
    {"customer_id": "c1", "email": "ann@example.com", "score": 7, "tier": "gold", "spend": 10},
    {"customer_id": "c2", "email": "bob@example.com", "tier": "silver", "spend": 20},
    {"customer_id": "c3", "score": 1, "tier": "gold", "spend": 5},
]
ORDERS = [
    {"order_id": number, "customer_id": "c1", "ordered_at": f"2026-01-0{number}", "amount": 10}
    for number in (5, 6, 7)
]
SHOP = World(
    NOON,
    neighbours.TABLES,
    {name: role if isinstance(role, list) else [role] for name, role in neighbours.ROLES.items()},
    {"customers": CUSTOMERS, "orders": ORDERS},
    neighbours.SEEDS,
)


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return SHOP.duckdb()


@pytest.fixture
def ask(connection: duckdb.DuckDBPyConnection) -> Any:
    def verdict(body: str, key: str) -> Verdict | None:
        known = SHOP.catalog()
        audiences = read_audiences(parse(f"audience: tested\n{body}", "t.yml"), known)
        question = PersonQuery(audiences["tested"], audiences, known)
        rows = connection.execute(question.sql(key, NOON)).fetchall()
        return question.read(rows[0]) if rows else None

    return verdict


def because(verdict: Verdict) -> list[str]:
    return [one.text for one in verdict.decided().conditions]


def test_each_condition_is_yes_no_or_unknown_beside_what_it_found(ask: Any) -> None:
    body = "where: [{trait: score, gt: 5}, {event: order_placed, count: {gte: 4}, within: 7 days}]"
    score, orders = ask(body, "c1").conditions
    assert (True, {"score": 7}) == (score.holds, score.found)
    assert (False, {"count": 3}) == (orders.holds, orders.found)
    score, orders = ask(body, "c2").conditions
    assert (None, {"score": None}) == (score.holds, score.found)
    assert (False, {"count": 0}) == (orders.holds, orders.found)


def test_values_of_columns_that_are_personal_are_masked(ask: Any) -> None:
    (email,) = ask("where: {trait: email, contains: example}", "c1").conditions
    assert (True, {"email": "a***@e***.com"}) == (email.holds, email.found)


def test_a_negation_of_one_condition_is_one_sentence_beside_what_it_found(ask: Any) -> None:
    body = "where: [{not: {trait: score, lt: 5}}, {not: {event: order_placed}}]"
    unknown, orders = ask(body, "c2").conditions
    or_not = "(which is so where it is not known)"
    assert f"it is not so that the score is under 5 {or_not}" == unknown.text
    assert (True, {"score": None}) == (unknown.holds, unknown.found)
    assert "there is no 'order_placed' at any time" == orders.text
    assert (True, {"count": 0}) == (orders.holds, orders.found)


def test_nobody_has_the_id(ask: Any) -> None:
    assert ask("where: {trait: score, gt: 5}", "c1' or true --") is None


YES, ALSO, MORE = "{trait: score, gt: 5}", "{trait: tier, eq: gold}", "{trait: spend, gt: 1}"
NO, NEITHER = "{trait: score, lt: 5}", "{trait: tier, eq: silver}"


@pytest.mark.parametrize(
    ("where", "decided"),
    [
        (f"[{YES}, {ALSO}]", 2),
        (f"[{NO}, {{any: [{NO}, {NEITHER}]}}]", 1),
        (f"{{any: [{{all: [{YES}, {ALSO}]}}, {MORE}]}}", 1),
        (f"{{not: {{any: [{NO}, {NEITHER}]}}}}", 2),
        (f"{{at_least: {{n: 2, of: [{YES}, {ALSO}, {MORE}]}}}}", 2),
        (f"{{at_least: {{n: 3, of: [{NO}, {ALSO}, {MORE}]}}}}", 1),
    ],
)
def test_the_fewest_conditions_that_decided_are_told(ask: Any, where: str, decided: int) -> None:
    verdict = ask(f"where: {where}", "c1")
    assert decided == len(because(verdict))
    assert not any(one.parts for one in verdict.decided().conditions)


def test_the_rank_decides_over_those_who_pass(ask: Any) -> None:
    body = "where: {trait: tier, eq: gold}\nrank: {by: spend, top: 1}"
    first, second, neither = (ask(body, key) for key in ("c1", "c3", "c2"))
    assert (True, 1, 2) == (first.member, first.ranked.place, first.ranked.of)
    assert (False, 2, False) == (second.member, second.ranked.place, second.ranked.kept)
    assert second.decided().rank and not because(second)
    assert (None, False) == (neither.ranked.place, neither.decided().rank)
    assert ["the tier is 'gold'"] == because(neither)


def test_an_exclusion_decides_last_and_the_variant_is_told(ask: Any) -> None:
    body = "where: {trait: tier, eq: gold}\nexclude: [{list: [c3]}]\nholdout: {percent: 100}"
    out, held = ask(body, "c3"), ask(body, "c1")
    assert (False, (True,), []) == (out.member, out.decided().excluded, because(out))
    assert (True, "holdout") == (held.member, held.variant)


@pytest.mark.parametrize("seed", range(2))
def test_the_conditions_of_everybody_agree_with_the_members(seed: int) -> None:
    """Random audiences and people: the explanation judges as the audience itself does."""
    world = random_world(seed)
    known, opened = world.catalog(), world.duckdb()
    text = written(*random_audiences(seed, world))
    audiences = read_audiences(parse(text, "t.yml"), known)
    for audience in audiences.values():
        opened.execute(preview_sql(audience, audiences, known, world.as_of))
        members = members_of(opened.fetchall())
        keys = opened.execute(f'select cast("{audience.entity.key}" as text) from '
                              f'"{audience.entity.model.name}"').fetchall()  # fmt: skip
        for (key,) in keys[:4]:
            question = PersonQuery(audience, audiences, known)
            (row,) = opened.execute(question.sql(key, world.as_of)).fetchall()
            verdict = question.read(row)
            assert (key in members, members.get(key)) == (verdict.member, verdict.variant)
            holds = bool(verdict.where.holds) if verdict.where else True
            kept = verdict.ranked.kept if verdict.ranked and holds else True
            out = any(one.holds for one in verdict.excluded)
            assert verdict.member == (holds and bool(kept) and not out)
            if verdict.where:
                assert deciding(verdict.where)


UNSAID = ("trait_text_matches_many", "trait_json_in_text")
"""Constructs that PostgreSQL refuses (docs/constructs.md)."""


def test_everything_that_is_looked_at_can_be_asked(
    connection: duckdb.DuckDBPyConnection, request: pytest.FixtureRequest
) -> None:
    """Of every construct, on PostgreSQL where it is installed: it takes the least liberties."""
    here = postgres_server.binaries() is not None
    known, groups = neighbours.catalog("postgres" if here else "duckdb"), dict[str, list[Any]]()
    for name, parts in constructs.table().items():
        where = parts.get("where", [])
        if name not in UNSAID:
            groups.setdefault(parts.get("entity", "customer"), []).extend(
                where if isinstance(where, list) else [where]
            )
    other = {"audience": "other", "where": {"trait": "active", "is": True}}
    beside = neighbours.create_tables(request.getfixturevalue("postgres")) if here else None
    for entity, conditions in groups.items():
        text = written({"audience": "tested", "entity": entity, "where": conditions}, other)
        audiences = read_audiences(parse(text, "t.yml"), known)
        sql = PersonQuery(audiences["tested"], audiences, known).sql("1", NOON)
        if beside is None:
            assert connection.execute(sql).fetchall() == []
            continue
        with beside.cursor() as cursor:
            cursor.execute("set jit = off")
            cursor.execute(sql)
            assert cursor.fetchall() == []
    if beside:
        beside.close()
