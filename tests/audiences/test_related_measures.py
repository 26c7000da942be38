"""Measures of rows of a relation (AUDIENCES.md 3, 7.59, 7.64), on DuckDB and PostgreSQL."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from neighbours import Shop, problems, shop  # noqa: F401
from world import NOON, Row, people

NAIVE = NOON.replace(tzinfo=None)


def tickets(*hours: float | None, ago: tuple[int, ...] = (), status: str = "open") -> list[Row]:
    """Tickets of c1 that took so many hours, opened so many days ago (else yesterday)."""
    return [
        {"ticket_id": number, "customer_id": "c1", "hours": taken, "status": status,
         "opened_at": NAIVE - timedelta(days=ago[number] if ago else 1)}
        for number, taken in enumerate(hours)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("count: 3", ["c1"]),
        ("count: {eq: 0}", ["c2"]),
        ("sum: {of: hours, eq: 7}", ["c1"]),
        ("avg: {of: hours, eq: 2.333333333}", ["c1"]),
        ("median: {of: hours, eq: 2}", ["c1"]),
        ("max: {of: hours, gte: 4}", ["c1"]),
        ("distinct: {of: status, eq: 1}", ["c1"]),
        ("where: {hours: {gt: 1}}, count: 2", ["c1"]),
        ("within: 3 days, count: 2", ["c1"]),
        ("active: {periods: day, eq: 3}", ["c1"]),
        ("first: {where: {hours: 4}}", ["c1"]),
        ("last: {where: {hours: 4}}", []),
        ("nth: {n: 2, within: 3 days}", ["c1"]),
        ("rate: {to: order_placed, eq: 3}", ["c1"]),
    ],
)
def test_the_measures_of_events_serve_relations_too(
    shop: Shop,  # noqa: F811
    asked: str,
    expected: list[str],
) -> None:
    """Over the rows beside the person."""
    tables = {
        "tickets": tickets(1, 2, 4, ago=(1, 2, 9)),
        "orders": [{"order_id": 1, "customer_id": "c1", "ordered_at": NAIVE - timedelta(days=1)}],
    }
    body = f"where: {{related: tickets, {asked}}}"
    assert expected == shop.chosen(body, customers=people(2), **tables)


def contacts(*pairs: tuple[int, str]) -> list[Row]:
    return [{"account_id": account, "customer_id": who, "role": "user"} for account, who in pairs]


def test_a_link_to_nobody_is_not_measured_and_having_chooses_rows(shop: Shop) -> None:  # noqa: F811
    """7.64: and `having` asks about the person at the other end."""
    accounts = [{"account_id": 1}, {"account_id": 2}]
    tables: dict[str, list[Row]] = {
        "accounts": accounts,
        "customers": people(score=[1, 5, 9]),
        "contacts": contacts((1, "c1"), (1, "c2"), (1, "nobody"), (2, "c3")),
    }

    def chosen(asked: str) -> list[Any]:
        body = f"entity: account\nwhere: {{related: contacts, {asked}}}"
        return shop.chosen(body, **tables)

    assert chosen("count: 2") == [1]
    assert chosen("having: {trait: score, gt: 2}, count: 1") == [1, 2]
    assert chosen("having: {event: order_placed}, count: 0") == [1, 2]
    assert chosen("where: {role: boss}, count: 0") == [1, 2]


def test_measures_of_relations_are_compared_and_ranked(shop: Shop) -> None:  # noqa: F811
    """7.42"""
    rows = tickets(1, 2, 4, ago=(1, 2, 40))
    body = """where:
  compare:
    left: {related: tickets, sum: hours, within: 30 days}
    right: {related: tickets, sum: hours, between_ago: [60 days, 30 days]}
    change: {eq: -25%}"""
    assert shop.chosen(body, customers=people(2), tickets=rows) == ["c1"]
    other = {**rows[0], "customer_id": "c2", "hours": 9, "ticket_id": 9}
    body = "rank: {by: {related: tickets, sum: hours}, top: 1}"
    assert shop.chosen(body, customers=people(2), tickets=[*rows, other]) == ["c2"]


@pytest.mark.parametrize(
    ("condition", "shown"),
    [
        ("related: tickets, count: 1, match: any", "'count' and 'match' do not go"),
        (
            "related: tickets, count: 1, pick: {latest_by: opened_at}",
            "'count' and 'pick' do not go",
        ),
        ("related: tickets, sum: {of: hour, gt: 1}", "unknown property 'hour'"),
        ("related: contacts, count: 1, within: 3 days", "has no time"),
        ("related: contacts, first: {}", "has no time"),
        ("related: contacts, active: {periods: day, gte: 1}", "has no time"),
        ("related: tickets, within: 3 days, first: {}", "no window here"),
    ],
)
def test_mistakes_are_shown(condition: str, shown: str) -> None:
    """7.59"""
    entity = "entity: account\n" if "contacts" in condition else ""
    found = problems(f"audience: tested\n{entity}where: {{{condition}}}")
    assert any(shown in problem.message for problem in found), found


def test_an_outer_join_is_not_multiplied(shop: Shop) -> None:  # noqa: F811
    """A person with many rows of two relations is measured once for each."""
    orders = [{"order_id": n, "customer_id": "c1", "ordered_at": datetime(2026, 1, n)}
              for n in range(1, 5)]  # fmt: skip
    body = "where: [{related: tickets, count: 3}, {event: order_placed, count: 4}]"
    assert shop.chosen(body, customers=people(1), tickets=tickets(1, 2, 3), orders=orders) == ["c1"]
