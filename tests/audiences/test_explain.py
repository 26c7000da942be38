"""Audiences in plain English: every construct has words, and they say what it means."""

from __future__ import annotations

import constructs
import neighbours
import pytest
from random_audiences import written
from random_conditions import random_audiences
from random_worlds import random_world

from cdp_activate.audiences import comparisons, operators
from cdp_activate.audiences.compiling.kinds import BUILDERS
from cdp_activate.audiences.explaining import values
from cdp_activate.audiences.explaining.words import LEAVES, explain
from cdp_activate.audiences.read import read_audiences
from cdp_activate.text import parse


def said(body: str) -> list[str]:
    """The sentences of an audience whose keys (but its name) `body` writes."""
    audiences = read_audiences(parse(f"audience: tested\n{body}", "t.yml"), neighbours.catalog())
    return list(explain(audiences["tested"]).lines())


def test_the_words_of_every_construct_are_as_they_were() -> None:
    """After a change that is meant: `make golden`, and read the diff as a marketer will."""
    assert constructs.WORDS.read_text(encoding="utf-8") == constructs.words()


def test_every_class_of_conditions_has_a_sentence() -> None:
    assert set(BUILDERS) == set(LEAVES)


def test_every_operator_has_words() -> None:
    assert {*comparisons._BUILDERS, *operators.RANKING} == set(values._WORDS)


def test_whatever_can_be_asked_can_be_said() -> None:
    """Random audiences, whose names and values are hostile: one line each, all of it shown."""
    for seed in range(2):
        world = random_world(seed)
        for number in range(20):
            text = written(*random_audiences(seed * 100 + number, world))
            for audience in read_audiences(parse(text, "t.yml"), world.catalog()).values():
                for line in explain(audience).lines():
                    assert line.isprintable(), line


@pytest.mark.parametrize(
    ("window", "words"),
    [
        ("within: 24 hours", "in the last 24 hours"),
        ("within: 1 day", "in the last 24 hours"),
        ("within: 90 minutes", "in the last 90 minutes"),
        ("within: 2 weeks", "in the last 14 days"),
        ("between_ago: [60 days, 30 days]", "from 60 days to 30 days ago"),
        ("since: 2026-01-02", "from 2026-01-02 on"),
        ("since: 2026-01-02T08:30", "from 2026-01-02 08:30 UTC"),
        ("until: 2026-01-02", "before 2026-01-02"),
        ("on: 2026-01-02", "on 2026-01-02"),
        ("this: week", "in this week"),
        ("this: day", "today"),
        ("to_date: year", "in this year"),
        ("previous: month", "in the month before this one"),
        ("previous: 2 quarters", "in the 2 quarters before this one"),
        ("previous: day", "yesterday"),
        ("since: 2026-01-01\n  until: 2026-02-01", "from 2026-01-01 on and before 2026-02-01"),
    ],
)
def test_windows_of_times_are_said_as_they_are_meant(window: str, words: str) -> None:
    line = said(f"where:\n  event: order_placed\n  {window}")[1]
    assert f"- there is at least 1 'order_placed' {words}" == line


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("last: 7 days", "in the last 7 days, today included"),
        ("last: 1 day", "today"),
        ("next: 7 days", "in the next 7 days, today included"),
        ("older_than: 90 days", "90 days ago or earlier"),
        ("further_than: 30 days", "in 30 days or later"),
        ("on: 2026-01-02", "on 2026-01-02"),
        ("between: [2026-01-01, 2026-01-31]", "from 2026-01-01 to 2026-01-31"),
        ("before: 2026-01-02", "before 2026-01-02"),
        ("after: 2026-01-02", "from 2026-01-03 on"),
        ("after: 9999-12-31", "at no time"),
    ],
)
def test_windows_of_days_are_said_as_they_are_meant(asked: str, words: str) -> None:
    assert f"- the born is {words}" == said(f"where: {{trait: born, {asked}}}")[1]


def test_a_written_time_is_said_in_the_zone_of_the_audience() -> None:
    body = "timezone: Asia/Ho_Chi_Minh\nwhere: {trait: synced_at, after: 2026-01-02T08:00}"
    _, line, zone = said(body)
    assert "- the synced_at is after 2026-01-02 08:00 Asia/Ho_Chi_Minh" == line
    assert "Days, weeks and months are those of Asia/Ho_Chi_Minh." == zone


def test_what_an_audience_says_of_itself_is_said() -> None:
    lines = said(
        "where: {not: {any: [{trait: score, gt: 1}, {trait: tier, eq: gold}]}}\n"
        "rank: {by: spend, order: asc, top_percent: 2.5}\n"
        "publish: false\n"
        "expect: {size: {min: 500, max: 60000}, max_change: 40%, fresh_within: 6 hours}"
    )
    assert [
        "Every customer of whom this holds:",
        "- none of these holds:",
        "  - the score is over 1",
        "  - the tier is 'gold'",
        "Of these only the first 2.5%, by the spend, lowest first and unknown last.",
        "Nothing is synced unless it has at least 500 and at most 60,000 customers, its size has "
        "changed by at most 40% and its data is at most 6 hours old.",
        "It is a building block of other audiences: it is never synced.",
    ] == lines


def test_a_count_of_one_number_is_said_shortly_and_others_at_length() -> None:
    def of(count: str) -> str:
        return said(f"where: {{event: order_placed, within: 7 days, count: {count}}}")[1]

    assert "- there are 3 'order_placed' in the last 7 days" == of("3")
    assert "- there is no 'order_placed' in the last 7 days" == of("{lte: 0}")
    assert "- there are fewer than 1,000 'order_placed' in the last 7 days" == of("{lt: 1000}")
    subject = "- the number of 'order_placed' in the last 7 days"
    assert f"{subject} is at least 1 and is under 5" == of("{gte: 1, lt: 5}")
    assert f"{subject} is over the score" == of("{gt: {trait: score}}")
