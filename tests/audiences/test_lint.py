"""Warnings: each has a code and a place, and can be silenced in the file."""

from __future__ import annotations

import pytest
from neighbours import catalog, problems

from cdp_activate.audiences.codes import WARNINGS
from cdp_activate.audiences.lint import warnings
from cdp_activate.audiences.read import read_audiences
from cdp_activate.errors import Problem
from cdp_activate.text import parse

HEAD = "audience: cart\nowner: me@example.com\n"


def warned(text: str, *, unasked: tuple[str, ...] = ()) -> list[Problem]:
    known = catalog()
    return warnings(read_audiences(parse(text, "cart.yml"), known), unasked)


SAID = [
    ("where: {sql: score > 1}", "3:9", "sql"),
    ("where: {event: order_placed}", "3:9", "unbounded-window"),
    ("where: {not: {trait: tier, eq: gold}}", "3:9", "nullable-negation"),
    (
        "where: {any: [{trait: tier, eq: gold}, {trait: tier, eq: gold}]}",
        "3:40",
        "overlapping-branches",
    ),
    (
        "where: {any: [{trait: tier, eq: gold},"
        " {all: [{trait: tier, eq: gold}, {trait: score, eq: 1}]}]}",
        "3:40",
        "overlapping-branches",
    ),
    (
        "where: {all: [{trait: score, eq: 1}, {not: {trait: score, eq: 1, nulls: include}},"
        " {not: {all: [{trait: score, eq: 1}]}}, {all: [{trait: score, eq: 1}]}]}",
        "3:123",
        "never-holds",
    ),
    ("where: {any: [{list: [a]}, {not: {list: [a]}}]}", "3:28", "always-holds"),
    ("where: {trait: score, gt: 5, lt: 3}", "3:30", "never-holds"),
    ("where: {trait: score, gt: 5, lte: 5}", "3:30", "never-holds"),
    ("where: {event: order_placed, within: 7 days, count: {gte: 0}}", "3:59", "always-holds"),
    ("where: {event: order_placed, within: 7 days, count: {lt: 0}}", "3:58", "never-holds"),
    ("where: {related: tickets, match: {at_least: 0}}", "3:27", "always-holds"),
    ("where: {sample: {percent: 0}}", "3:9", "never-holds"),
    ("where: {trait: score, between: [5, 1.5]}", "3:32", "never-holds"),
    ("where: {trait: born, between: [2026-01-02, 2026-01-01]}", "3:31", "never-holds"),
    ("where: {trait: score, not_between: [5, 1]}", "3:36", "always-holds"),
    ("where: {trait: score, is_null: true, eq: 5}", "3:38", "never-holds"),
    ("where: {trait: score, eq: 1.5}", "3:27", "never-holds"),
    ("where: {trait: score, top_percent: 0}", "3:36", "never-holds"),
    ("where: {trait: score, percentile: {gt: 100}}", "3:40", "never-holds"),
    ("where: {trait: name, length: {gte: 0}}", "3:36", "always-holds"),
    ("where: {trait: seen_at, hour: 24}", "3:31", "never-holds"),
    ("where: {trait: seen_at, hour: {lte: 23}}", "3:37", "always-holds"),
    ("where: {trait: seen_at, after: 2026-01-02, before: 2026-01-01}", "3:44", "never-holds"),
    ("where: {event: viewed, since: 2026-01-02, until: 2026-01-01}", "3:43", "never-holds"),
    ("where: {trait: seen_at, between: [2026-01-02T12:00, 2026-01-02]}", "3:34", "never-holds"),
    ("where: {event: viewed, within: 9 days, count: -1}", "3:47", "never-holds"),
    ("where: {event: viewed, within: 9 days, count: {ne: 1.5}}", "3:52", "always-holds"),
    (
        "where: {event: viewed, active: {periods: week, gte: 9, of_last: 8}}",
        "3:53",
        "never-holds",
    ),
    ("where: {related: tickets, match: {share: {gte: 50}}}", "3:48", "never-holds"),
    (
        "where: {event: viewed, within: 9 days, rate: {to: clicked, gte: 20}}",
        "3:65",
        "percentage",
    ),
    (
        "where: {compare: {left: {event: viewed, count: , on: 2026-01-01},"
        " right: {event: viewed, count: , on: 2026-01-02}, change: {between: [-25, 0.5]}}}",
        "3:135",
        "percentage",
    ),
    (
        "entity: device\nwhere: {list: [4f1b7c3a-0000-4000-8000-00000000ABCD]}",
        "4:16",
        "never-holds",
    ),
    ("entity: account\nwhere: {not: {list: [7, -7, '007']}}", "4:29", "never-holds"),
    ("entity: account\nexclude: [{list: [abc]}]", "4:19", "never-holds"),
    ("where: {trait: spend, gte: 1.000}", "3:28", "thousands"),
    ("where: {event: viewed, within: 9 days, sum: {of: amount, gt: -12.500}}", "3:62", "thousands"),
    ("rank: {by: score, top_percent: 0%}", "3:19", "never-holds"),
    ("where: {event: viewed, until: 2026-01-01}", "3:9", "unbounded-window"),
    ("where: {sequence: [{did: viewed}, {did: clicked}]}", "3:9", "unbounded-window"),
    ("rank: {by: {event: viewed, count: }, top: 5}", "3:13", "unbounded-window"),
]


@pytest.mark.parametrize(("written", "place", "code"), SAID)
def test_a_warning_has_a_place_and_a_code(written: str, place: str, code: str) -> None:
    """And is gone when the file silences it."""
    (problem,) = warned(HEAD + written)
    assert (place, code) == (f"{problem.line}:{problem.column}", problem.code)
    assert code in WARNINGS
    assert [] == warned(f"{HEAD}{written}\nsilence: [{code}]")


@pytest.mark.parametrize(
    "written",
    [
        "where: {event: order_placed, first: {within: 7 days}}",
        "where: {event: order_placed, active: {periods: week, gte: 1, of_last: 4}}",
        "where: {not: {trait: tier, eq: gold, nulls: include}}",
        "where: {event: viewed, within: 9 days, rate: {to: {event: clicked, where: {amount: 20}},"
        " gte: 2000%}}",
        "where: {trait: score, gte: 5, lte: 5}",
        "where: {related: tickets, match: {share: {gte: 50%}}}",
        "where: {trait: seen_at, hour: {gte: 22, lt: 24}}",
        "where: {event: order_placed, within: 7 days, count: 0}",
        "where: {any: [{trait: tier, eq: gold}, {trait: tier, eq: silver}]}",
    ],
)
def test_what_is_meant_is_not_warned_about(written: str) -> None:
    """A bounded window, a negation that says what it does with the unknown ..."""
    assert [] == warned(HEAD + written)


def test_an_audience_has_an_owner_and_asks_for_consent_where_it_is_sent() -> None:
    """Unless the sync asks."""
    assert ["no-owner"] == [one.code for one in warned("audience: cart")]
    assert ["no-consent"] == [one.code for one in warned(HEAD, unasked=("cart",))]
    assert [] == warned(HEAD + "where: {consent: ads}", unasked=("cart",))
    denied = ("{not: {consent: ads}}", "{any: [{consent: ads}, {stage: new}]}")
    for where in denied:
        assert ["no-consent"] == [
            one.code for one in warned(f"{HEAD}where: {where}", unasked=("cart",))
        ]


def test_zones_that_differ_are_told() -> None:
    """Each audience is judged in its own (7.7)."""
    text = (
        f"{HEAD}where: {{audience: other}}\n---\naudience: other\nowner: me\n"
        "timezone: Asia/Ho_Chi_Minh\n"
    )
    (problem,) = warned(text)
    assert (3, "mixed-time-zones") == (problem.line, problem.code)


def test_a_code_that_does_not_exist_is_a_mistake() -> None:
    """With those that do."""
    (problem,) = problems("audience: cart\nsilence: [sqll]")
    assert "'sqll'" in problem.message
    assert "sql" in problem.hint
