"""Conditions that read a history, with people worked out by hand, on DuckDB and PostgreSQL.

Stages (7.56), memberships (7.55, 7.68), changes of traits (7.57), experiments and journeys (7.5).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from mistakes import HEAD
from neighbours import Shop, problems, shop  # noqa: F401
from world import Row, people


def day(number: int, hour: int = 0) -> datetime:
    """A time in January 2026; as_of is the tenth at noon."""
    return datetime(2026, 1, number, hour)


# Stages ...


def stages(**names: str) -> list[Row]:
    """Rows of each customer, one a day from the first of January on."""
    return [
        {
            "stage_id": place, "customer_id": customer, "track": "lifecycle", "stage": name,
            "valid_from": day(place),
        }
        for customer, listed in names.items()
        for place, name in enumerate(listed.split(), start=1)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("stage: new, regressed: true", ["c1", "c3"]),
        ("stage: [new, active], regressed: false", ["c2", "c4"]),
        ("stage: new, skipped: active", ["c3", "c4"]),
        ("stage: new, skipped: [active, lost]", ["c4"]),
        ("stage: new, regressed: true, skipped: lost", ["c1"]),
        ("stage: new, from: lost, for_at_least: 8 days", ["c3"]),
        ("stage: lost, ever: true", ["c3"]),
    ],
)
def test_a_stay_below_the_one_before_it_and_a_stage_never_seen(
    shop: Shop,  # noqa: F811
    asked: str,
    expected: list[str],
) -> None:
    """The enumeration says which stage is higher; equal neighbours are one stay."""
    rows = stages(c1="active new new", c2="new active active", c3="lost new", c4="new")
    assert expected == shop.chosen(f"where: {{{asked}}}", customers=people(4), stages=rows)


# Memberships ...

STAYS: list[Row] = [
    {"audience": "vips", "entity_key": key, "entered_at": entered, "exited_at": exited}
    for key, entered, exited in [
        ("c1", day(1), None),
        ("c2", day(9), None),
        ("c3", day(1), day(9)),
        ("c4", day(1), day(2)),
        ("c5", day(1), day(2)),
        ("c5", day(8), None),
        ("c6", day(1), day(10, 12)),  # ends at as_of: not yet
        ("c7", day(10, 12), None),  # begins at as_of: does not exist
        ("c8", None, None),
    ]
]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("entered: 3 days", ["c2", "c5"]),
        ("for_at_least: 9 days", ["c1", "c6"]),
        ("exited: 3 days", ["c3"]),
        ("exited: 10 days", ["c3", "c4"]),
        ("ever: true", ["c1", "c2", "c3", "c4", "c5", "c6", "c9"]),
        ("ever: false", ["c9"]),
    ],
)
def test_the_history_says_who_entered_and_left(
    shop: Shop,  # noqa: F811
    asked: str,
    expected: list[str],
) -> None:
    """`entered`, `exited`, `for_at_least` read the history only, `ever` who is in now too."""
    body = f"where: {{audience: vips, {asked}}}\n---\naudience: vips\nwhere: {{list: [c9]}}"
    assert expected == shop.chosen(body, customers=people(9), audience_members=STAYS)


def test_edges_of_a_stay_count_to_the_microsecond(shop: Shop) -> None:  # noqa: F811
    """Began at or before as_of-d, or within d: as_of-d is in both."""
    stays = [{"audience": "vips", "entity_key": "c1", "entered_at": day(3, 12)}]
    for asked in ("entered: 7 days", "for_at_least: 7 days"):
        body = f"where: {{audience: vips, {asked}}}\n---\naudience: vips\nwhere: {{list: [x]}}"
        assert ["c1"] == shop.chosen(body, customers=people(1), audience_members=stays)


def test_some_of_several_audiences_is_enough(shop: Shop) -> None:  # noqa: F811
    """And the key of an entity may be a number: its text is in the history (7.68)."""
    stays = [
        {"audience": name, "entity_key": key, "entered_at": day(9)}
        for name, key in (("vips", "1"), ("others", "2"), ("third", "3"))
    ]
    body = (
        "entity: account\nwhere: {audience: [vips, others], entered: 7 days}\n"
        "---\naudience: vips\nentity: account\nwhere: {list: [x]}\n"
        "---\naudience: others\nentity: account\nwhere: {list: [x]}"
    )
    accounts = [{"account_id": number} for number in (1, 2, 3)]
    assert [1, 2] == shop.chosen(body, accounts=accounts, audience_members=stays)


def test_an_audience_may_ask_its_own_history(shop: Shop) -> None:  # noqa: F811
    """Not again within a month: what is asked of the history alone is no circle."""
    body = "where: {not: {audience: tested, exited: 5 days}}"
    stays = [{"audience": "tested", "entity_key": "c1", "entered_at": day(1), "exited_at": day(9)}]
    assert ["c2"] == shop.chosen(body, customers=people(2), audience_members=stays)


# Changes ...


def versions(*values: Any, trait: str = "score") -> list[Row]:
    """Versions of c1, one a day from the first of January on."""
    return [
        {"customer_id": "c1", "version_id": place, "seen_from": day(place), trait: value}
        for place, value in enumerate(values, start=1)
    ]


@pytest.mark.parametrize(
    ("values", "asked", "holds"),
    [
        ((1, 1, 1), "", False),
        ((1, 2), "", True),
        ((1,), "", False),
        ((None, 1), "", True),
        ((1, None), "", True),
        ((None, None), "", False),
        ((1, 2), "from: 1, to: 2", True),
        ((1, 2, 3), "from: 1, to: 3", False),
        ((1, 2, 1), "to: 1", True),
        ((1, 2), "from: [1, 5], to: {gt: 1}", True),
        ((100, 125), "increased_by: 25%", True),
        ((100, 124), "increased_by: 25%", False),
        ((100, 75), "decreased_by: 25%", True),
        ((-100, -75), "increased_by: 25%", True),
        ((10, 12), "increased_by: 2", True),
        ((10, 12), "decreased_by: 2", False),
        ((10, 11, 12), "increased_by: 2", False),
        ((None, 12), "increased_by: 2", False),
        ((1, 2), "within: 8 days", False),
        ((1, 2, 2, 2, 3), "within: 8 days", True),
        ((1, 2, 2, 2, 3), "within: 8 days, from: 1", False),
    ],
)
def test_one_change_satisfies_all_that_is_asked(
    shop: Shop,  # noqa: F811
    values: tuple[Any, ...],
    asked: str,
    holds: bool,
) -> None:
    """Two neighbouring values; the percentage is of the absolute old one (7.57)."""
    body = f"where: {{changed: score{', ' if asked else ''}{asked}}}"
    found = shop.chosen(body, customers=people(1), customer_versions=versions(*values))
    assert (["c1"] if holds else []) == found


def test_texts_change_exactly_and_infinity_has_no_amount(shop: Shop) -> None:  # noqa: F811
    """NaN counts as NULL, so from NaN to NULL nothing changes (7.53, 7.67)."""
    rows = versions("gold", "Gold", trait="tier")
    assert ["c1"] == shop.chosen(
        "where: {changed: tier, from: gold, to: Gold}".replace("to: Gold", "to: {ne: gold}"),
        customers=people(1),
        customer_versions=rows,
    )
    rows = versions(1.0, float("inf"), trait="ratio")
    grown = "where: {changed: ratio, increased_by: 1}"
    assert [] == shop.chosen(grown, customers=people(1), customer_versions=rows)
    assert ["c1"] == shop.chosen(
        "where: {changed: ratio}", customers=people(1), customer_versions=rows
    )
    rows = versions(float("nan"), None, trait="ratio")
    assert [] == shop.chosen("where: {changed: ratio}", customers=people(1), customer_versions=rows)


def test_versions_at_or_after_as_of_do_not_exist(shop: Shop) -> None:  # noqa: F811
    """Nor do undated ones; ties of one time are in the order of their ids."""
    rows = [
        {"customer_id": "c1", "version_id": 2, "seen_from": day(1), "score": 2},
        {"customer_id": "c1", "version_id": 10, "seen_from": day(1), "score": 1},
        {"customer_id": "c1", "version_id": 3, "seen_from": day(10, 12), "score": 7},
        {"customer_id": "c1", "version_id": 4, "seen_from": None, "score": 8},
    ]
    data = {"customers": people(1), "customer_versions": rows}
    assert ["c1"] == shop.chosen("where: {changed: score, from: 2, to: 1}", **data)
    assert [] == shop.chosen("where: {changed: score, to: {gte: 7}}", **data)


# Experiments and journeys ...


def test_the_latest_assignment_before_as_of_counts(shop: Shop) -> None:  # noqa: F811
    """By time, then id; of that experiment alone (7.5)."""
    rows = [
        {
            "assignment_id": place, "customer_id": customer, "experiment": name,
            "variant": variant, "assigned_at": at,
        }
        for place, (customer, name, variant, at) in enumerate(
            [
                ("c1", "banner", "control", day(1)),
                ("c1", "banner", "bold", day(2)),
                ("c2", "banner", "bold", day(2)),
                ("c2", "banner", "control", day(2)),
                ("c3", "banner", "control", day(1)),
                ("c3", "banner", "bold", day(10, 12)),
                ("c4", "other", "control", day(1)),
            ]
        )
    ]  # fmt: skip
    data = {"customers": people(5), "assignments": rows}
    control = "where: {experiment: {name: banner, variant: control}}"
    assert ["c2", "c3"] == shop.chosen(control, **data)
    assert ["c1", "c2", "c3"] == shop.chosen("where: {experiment: {name: banner}}", **data)


def test_the_latest_state_of_a_journey_counts(shop: Shop) -> None:  # noqa: F811
    """Active when no state is named (7.5)."""
    rows = [
        {"customer_id": customer, "journey": name, "state": state, "since": at, "step": place}
        for place, (customer, name, state, at) in enumerate(
            [
                ("c1", "onboarding", "active", datetime(2026, 1, 1, tzinfo=UTC)),
                ("c1", "onboarding", "completed", datetime(2026, 1, 2, tzinfo=UTC)),
                ("c2", "onboarding", "active", datetime(2026, 1, 2, tzinfo=UTC)),
                ("c3", "winback", "active", datetime(2026, 1, 2, tzinfo=UTC)),
            ]
        )
    ]
    data = {"customers": people(3), "journey_states": rows}
    assert ["c2"] == shop.chosen("where: {journey: onboarding}", **data)
    assert ["c1"] == shop.chosen("where: {journey: onboarding, state: completed}", **data)
    both = "where: {journey: onboarding, state: [active, completed]}"
    assert ["c1", "c2"] == shop.chosen(both, **data)


MISTAKES = [
    ("where: {changed: spend}", "2:18", "does not keep 'spend'", "customer_versions"),
    ("where: {changed: tier, increased_by: 2}", "2:38", "asked of numbers", "from"),
    ("where: {changed: score, increased_by: -2}", "2:39", "above 0", ""),
    ("entity: account\nwhere: {changed: plan}", "3:9", "no history of its traits", "history_of"),
    ("where: {audience: cart, ever: true, entered: 3 days}", "2:46", "do not go together", ""),
    ("where: {stage: new, regressed: maybe}", "2:32", "true or false", ""),
    ("where: {experiment: {name: a, variant: blue}}", "2:40", "unknown variant", "bold"),
    ("where: {experiment: a}", "2:21", "is a mapping", ""),
    ("entity: account\nwhere: {journey: a}", "3:9", "has no journeys", "journeys: true"),
    ("where: {journey: onboarding, state: stuck}", "2:37", "unknown state 'stuck'", "completed"),
]


@pytest.mark.parametrize(("written", "place", "message", "hint"), MISTAKES)
def test_a_mistake_is_shown_at_its_place(written: str, place: str, message: str, hint: str) -> None:
    """With what to do."""
    (problem,) = problems(HEAD + written)
    assert place == f"{problem.line}:{problem.column}"
    assert message in problem.message
    assert hint in problem.hint
