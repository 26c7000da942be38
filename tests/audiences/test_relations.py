"""`related:`, with people worked out by hand, on DuckDB and PostgreSQL (7.58 to 7.60, 7.64)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from mistakes import HEAD
from neighbours import Shop, problems, shop  # noqa: F401
from world import Row, people

DAY = datetime(2026, 1, 9)


def tickets(*rows: dict[str, Any]) -> list[Row]:
    """Tickets of c1 yesterday, unless they say otherwise."""
    return [
        {"ticket_id": number, "customer_id": "c1", "opened_at": DAY, **row}
        for number, row in enumerate(rows, start=1)
    ]


OPEN, SHUT = {"status": "open"}, {"status": "solved"}
TWO = tickets(
    OPEN, SHUT, {**OPEN, "customer_id": "c2"}, {**OPEN, "customer_id": "c2"},
    {**SHUT, "customer_id": "c3"},
)  # fmt: skip
"""c1 has one open and one solved, c2 two open, c3 one solved, c4 none."""


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("any", ["c1", "c2"]),
        ("none", ["c3", "c4"]),
        ("all", ["c2"]),
        ("all, empty: holds", ["c2", "c4"]),
        ("{at_least: 2}", ["c2"]),
        ("{at_least: 0}", ["c1", "c2", "c3", "c4"]),
        ("{at_most: 1}", ["c1", "c3", "c4"]),
        ("{exactly: 1}", ["c1"]),
        ("{exactly: 0}", ["c3", "c4"]),
        ("{share: {gte: 0.5}}", ["c1", "c2"]),
        ("{share: {lt: 50%}}", ["c3"]),
        ("{share: {between: [0, 50%]}}", ["c1", "c3"]),
    ],
)
def test_each_match_counts_the_rows_that_pass(shop: Shop, match: str, expected: list[str]) -> None:  # noqa: F811
    """A share over no rows does not hold; `all` over none only when it says so (7.59)."""
    body = f"where: {{related: tickets, where: {{status: open}}, match: {match}}}"
    assert expected == shop.chosen(body, customers=people(4), tickets=TWO)


def test_match_is_any_when_it_is_not_said(shop: Shop) -> None:  # noqa: F811
    """And a row need not pass anything."""
    assert ["c1", "c2", "c3"] == shop.chosen(
        "where: {related: tickets}", customers=people(4), tickets=TWO
    )


def test_a_share_is_rounded_to_nine_decimals(shop: Shop) -> None:  # noqa: F811
    """One of three is 0.333333333 (7.32)."""
    rows = tickets(OPEN, SHUT, SHUT)
    body = "where: {related: tickets, where: {status: open}, match: {share: {eq: 0.333333333}}}"
    assert ["c1"] == shop.chosen(body, customers=people(1), tickets=rows)


def test_rows_outside_the_window_are_no_rows(shop: Shop) -> None:  # noqa: F811
    """So all of those inside may pass; undated and future rows do not exist (7.13, 7.59)."""
    rows = tickets(
        OPEN,
        {**SHUT, "opened_at": datetime(2025, 12, 1)},
        {**SHUT, "opened_at": None},
        {**SHUT, "opened_at": datetime(2026, 1, 10, 12)},
    )
    body = "where: {related: tickets, within: 7 days, where: {status: open}, match: all}"
    assert ["c1"] == shop.chosen(body, customers=people(1), tickets=rows)
    body = "where: {related: tickets, where: {status: open}, match: all}"
    assert [] == shop.chosen(body, customers=people(1), tickets=rows)


def test_pick_judges_the_latest_row_and_then_its_where(shop: Shop) -> None:  # noqa: F811
    """Ties go to the highest id, rows without a value are not chosen (7.58)."""
    rows = tickets(
        {**OPEN, "hours": 5.0}, {**SHUT, "hours": 5.0}, {**OPEN, "hours": None},
        {**OPEN, "hours": float("nan")},
        {**OPEN, "customer_id": "c2", "hours": 1.0},
    )  # fmt: skip
    pick = "where: {related: tickets, pick: {latest_by: hours}, where: {status: %s}}"
    assert ["c2"] == shop.chosen(pick % "open", customers=people(3), tickets=rows)
    assert ["c1"] == shop.chosen(pick % "solved", customers=people(3), tickets=rows)
    first = "where: {related: tickets, pick: {earliest_by: hours}, where: {status: open}}"
    assert ["c1", "c2"] == shop.chosen(first, customers=people(3), tickets=rows)


def test_pick_with_a_window_takes_the_window_first(shop: Shop) -> None:  # noqa: F811
    """The latest of the rows inside (7.66)."""
    rows = tickets(
        {**SHUT, "opened_at": DAY}, {**OPEN, "opened_at": datetime(2025, 12, 1)},
    )  # fmt: skip
    body = (
        "where: {related: tickets, until: 2026-01-01, pick: {latest_by: opened_at},"
        " where: {status: open}}"
    )
    assert ["c1"] == shop.chosen(body, customers=people(1), tickets=rows)


ACCOUNTS = [{"account_id": number, "plan": plan} for number, plan in ((1, "team"), (2, "free"))]


def test_where_sees_the_relations_model_and_having_the_related_entity(shop: Shop) -> None:  # noqa: F811
    """Both must hold of one row, and a link to nobody is no row (7.59, 7.64)."""
    data = {
        "accounts": [*ACCOUNTS, {"account_id": 3}],
        "customers": people(score=[1, 9, 9]),
        "contacts": [
            {"account_id": 1, "customer_id": "c1", "role": "buyer"},
            {"account_id": 1, "customer_id": "c2", "role": "user"},
            {"account_id": 2, "customer_id": "c3", "role": "buyer"},
            {"account_id": 3, "customer_id": "nobody", "role": "buyer"},
        ],
    }
    body = (
        "entity: account\n"
        "where: {related: contacts, where: {role: buyer}, having: {trait: score, gte: 5}}"
    )
    assert [2] == shop.chosen(body, **data)
    assert [3] == shop.chosen("entity: account\nwhere: {related: contacts, match: none}", **data)
    body = "entity: account\nwhere: {related: contacts, having: {trait: score, gte: 5}, match: all}"
    assert [2] == shop.chosen(body, **data)


def test_an_entitys_own_rows_are_a_relation(shop: Shop) -> None:  # noqa: F811
    """`where` and `having` look at the same row (7.60)."""
    customers = [
        {"customer_id": "c1", "account_id": 1, "score": 5, "tier": "gold"},
        {"customer_id": "c2", "account_id": 2, "score": 5},
        {"customer_id": "c3", "account_id": None, "score": 5},
    ]
    body = (
        "entity: account\n"
        "where: {related: buyers, where: {tier: gold}, having: {trait: score, eq: 5}}"
    )
    assert [1] == shop.chosen(body, accounts=ACCOUNTS, customers=customers)


def test_having_is_a_whole_tree_about_the_related_entity(shop: Shop) -> None:  # noqa: F811
    """Its events, its stages, its audiences, its own relations: any depth."""
    customers = [
        {"customer_id": "c1", "account_id": 1, "tier": "gold"},
        {"customer_id": "c2", "account_id": 1, "tier": "silver"},
        {"customer_id": "c3", "account_id": 2, "tier": "gold"},
    ]
    orders = [{"order_id": 1, "customer_id": "c3", "ordered_at": DAY}]
    open_tickets = tickets({**OPEN, "customer_id": "c2"})
    data = {"accounts": ACCOUNTS, "customers": customers, "orders": orders, "tickets": open_tickets}
    ordered = (
        "entity: account\nwhere: {related: buyers, having: {event: order_placed, within: 7 days}}"
    )
    assert [2] == shop.chosen(ordered, **data)
    never = (
        "entity: account\n"
        "where: {related: buyers, having: {not: {event: order_placed}}, match: {at_least: 2}}"
    )
    assert [1] == shop.chosen(never, **data)
    deep = (
        "entity: account\n"
        "where: {related: buyers, having: {related: tickets, where: {status: open}}}"
    )
    assert [1] == shop.chosen(deep, **data)
    round_trip = (
        "where: {all: [{trait: tier, eq: gold}, {trait: account.plan, eq: team}]}\n"
        "---\naudience: other\nentity: account\n"
        "where: {related: buyers, having: {audience: tested}}"
    )
    assert ["c1"] == shop.chosen(round_trip, **data)


def test_an_audience_of_the_related_entity_is_asked_inside_having(shop: Shop) -> None:  # noqa: F811
    """Its members after rank and exclusion."""
    customers = [
        {"customer_id": "c1", "account_id": 1, "score": 1},
        {"customer_id": "c2", "account_id": 2, "score": 2},
    ]
    body = (
        "entity: account\nwhere: {related: buyers, having: {audience: best}}\n"
        "---\naudience: best\nentity: customer\nrank: {by: score, top: 1}"
    )
    assert [2] == shop.chosen(body, accounts=ACCOUNTS, customers=customers)


def test_negation_around_a_relation_is_everyone_else(shop: Shop) -> None:  # noqa: F811
    """Those without rows included."""
    body = "where: {not: {related: tickets, where: {status: open}, match: all}}"
    assert ["c1", "c3", "c4"] == shop.chosen(body, customers=people(4), tickets=TWO)


def test_a_row_without_a_key_or_of_nobody_is_no_row(shop: Shop) -> None:  # noqa: F811
    """7.13."""
    rows = tickets({**OPEN, "customer_id": None}, {**OPEN, "customer_id": "nobody"})
    assert [] == shop.chosen("where: {related: tickets}", customers=people(2), tickets=rows)


MISTAKES = [
    ("where: {related: tickts}", "2:18", "unknown relation 'tickts'", "did you mean 'tickets'?"),
    ("where: {related: tickets, match: most}", "2:34", "how many rows pass", "at_least"),
    ("where: {related: tickets, match: {share: {contains: 1}}}", "2:43", "cannot be asked", "gte"),
    ("where: {related: tickets, having: {trait: score, eq: 1}}", "2:35", "no entity", "where"),
    ("where: {related: tickets, pick: {latest_by: statu}}", "2:45", "unknown column", "status"),
    ("where: {related: tickets, pick: {latest_by: hours}, match: any}", "2:53", "no `match`", ""),
    ("where: {related: tickets, empty: holds}", "2:34", "`match: all`", ""),
    ("where: {related: tickets, where: {colour: red}}", "2:35", "unknown property 'colour'", ""),
    ("entity: account\nwhere: {related: contacts, within: 7 days}", "3:36", "no time", "at:"),
]


@pytest.mark.parametrize(("written", "place", "message", "hint"), MISTAKES)
def test_a_mistake_is_shown_at_its_place(written: str, place: str, message: str, hint: str) -> None:
    """With what to do."""

    (problem,) = problems(HEAD + written)
    assert place == f"{problem.line}:{problem.column}"
    assert message in problem.message
    assert hint in problem.hint


HOURS = tickets(
    {**OPEN, "hours": 1.0}, {**SHUT, "hours": 4.0}, {**OPEN, "hours": 2.0, "customer_id": "c2"},
    {**OPEN, "opened_at": datetime(2025, 11, 3), "hours": 9.0},
)  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("count: {gte: 3}", ["c1"]),
        ("count: {eq: 0}", ["c3"]),
        ("where: {status: open}, sum: {of: hours, gte: 10}", ["c1"]),
        ("within: 7 days, sum: {of: hours, eq: 5}", ["c1"]),
        ("avg: {of: hours, lt: 3}", ["c2"]),
        ("median: {of: hours, eq: 4}", ["c1"]),
        ("distinct: {of: status, eq: 2}", ["c1"]),
        ("last: {where: {status: solved}}", ["c1"]),
        ("first: {where: {hours: {gt: 5}}}", ["c1"]),
        ("nth: {n: 2, where: {status: open}}", ["c1"]),
        ("active: {periods: month, gte: 2}", ["c1"]),
        ("rate: {to: order_placed, eq: 2}", ["c2"]),
    ],
)
def test_the_measures_of_events_serve_rows_of_a_relation(
    shop: Shop,  # noqa: F811
    asked: str,
    expected: list[str],
) -> None:
    """With `where` and windows of the relation (7.59)."""
    orders = [
        {"order_id": 1, "customer_id": "c1", "ordered_at": DAY},
        {"order_id": 2, "customer_id": "c1", "ordered_at": DAY},
        {"order_id": 3, "customer_id": "c2", "ordered_at": DAY},
    ]
    rows = HOURS + tickets({**OPEN, "customer_id": "c2", "hours": 3.0}) * (asked[:4] == "rate")
    if asked.startswith("last"):
        rows = tickets(OPEN, {**SHUT, "ticket_id": 10}, {**OPEN, "customer_id": "c2"})
    if asked.startswith("nth"):
        rows = tickets(SHUT, OPEN, {**OPEN, "customer_id": "c2"})
    body = f"where: {{related: tickets, {asked}}}"
    assert expected == shop.chosen(body, customers=people(3), tickets=rows, orders=orders)


def test_a_measure_counts_only_rows_that_lead_to_an_entity_as_asked(shop: Shop) -> None:  # noqa: F811
    """`having` narrows what is measured; a link to nobody is no row (7.64)."""
    data: dict[str, list[Row]] = {
        "accounts": ACCOUNTS,
        "customers": people(score=[1, 9, 9]),
        "contacts": [
            {"account_id": account, "customer_id": customer, "role": "buyer"}
            for account, customer in ((1, "c1"), (1, "c2"), (1, "nobody"), (2, "c2"), (2, "c3"))
        ],
    }
    account = "entity: account\nwhere: {related: contacts, count: {eq: 2}%s}"
    assert [1, 2] == shop.chosen(account % "", **data)
    assert [2] == shop.chosen(account % ", having: {trait: score, gte: 5}", **data)
    rank = "entity: account\nwhere: {related: buyers, sum: {of: score, gte: 10}, having: %s}"
    data["customers"] = [{**row, "account_id": 1} for row in data["customers"]]
    assert [1] == shop.chosen(rank % "{trait: score, gte: 5}", **data)
    assert [] == shop.chosen(rank % "{trait: score, lt: 5}", **data)


def test_an_entity_may_be_named_like_a_word_of_sql(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its table is quoted wherever it has an alias."""
    import neighbours

    tables = {**neighbours.TABLES, "order": {"id": ("varchar", {}), "score": ("integer", {})}}
    tables["lines"] = {"buyer": ("varchar", {}), "id": ("varchar", {})}
    order = {"entity": "order", "key": "id"}
    lines = {"relation": "lines", "of": "customer", "entity": "order", "key": "buyer"}
    monkeypatch.setattr(neighbours, "TABLES", tables)
    monkeypatch.setattr(neighbours, "ROLES", {**neighbours.ROLES, "order": order, "lines": lines})
    data = {"lines": [{"buyer": "c1", "id": "a"}], "order": [{"id": "a", "score": 1}]}
    body = "where: {related: lines, having: {trait: score, top_percent: 50}}"
    assert ["c1"] == Shop(None).chosen(body, customers=people(2), **data)
