"""`tests:` of an audience: rows given, members expected."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from world import catalog

from cdp_activate.audiences.audience_tests import run_test
from cdp_activate.audiences.read import read_audiences
from cdp_activate.errors import SourceErrors
from cdp_activate.text import Node, parse

RENEWS = """
audience: renews
timezone: Asia/Ho_Chi_Minh
where:
  - {trait: synced_at, last: 1 days}
  - {trait: labels, contains: vip}
  - not: {event: order_placed, within: 24 hours}
tests:
  - name: drawn by hand
    as_of: 2026-01-10
"""


def wrong(given: str, expected: str, audience: str = RENEWS) -> tuple[str, ...]:
    """What the test says is wrong, given these rows."""
    text = f"{audience}    given: {given}\n    {expected}\n"
    audiences = read_audiences(parse(text, "renews.yml"), catalog())
    one = audiences["renews"]
    (test,) = one.tests
    return run_test(test, test.given, one, audiences, catalog()).wrong


PEOPLE = """{
  customers: [
    {customer_id: ann, synced_at: 2026-01-09T01:00:00, labels: [new, vip]},
    {customer_id: bob, synced_at: 2026-01-08T23:59:59, labels: [vip]},
    {customer_id: cat, synced_at: 2026-01-09T01:00:00+07:00, labels: [vip]},
    {customer_id: dan, synced_at: 2026-01-09T01:00:00}],
  orders: [{order_id: 1, customer_id: cat, ordered_at: 2026-01-09T12:00:00, amount: 1.5}]}"""


def test_who_is_expected_and_is_there_is_no_mistake() -> None:
    assert () == wrong(PEOPLE, "includes: [ann]\n    excludes: [bob, cat, dan]\n    members: [ann]")


def test_every_expectation_that_is_not_met_is_told() -> None:
    assert (
        "bob should be in it and is not",
        "ann should not be in it and is",
        "cat should be in it and is not",
    ) == wrong(PEOPLE, "includes: [bob]\n    excludes: [ann]\n    members: [cat]")


def test_who_is_expected_is_given() -> None:
    """Else nobody could ever be in it, and `excludes:` of a misspelt key would hold for ever."""
    assert ("nobody with the key bop is given",) == wrong(PEOPLE, "excludes: [bop]")
    assert ("nobody with the key ana is given",) == wrong(PEOPLE, "includes: [ann, ana]")


def test_a_day_begins_at_midnight_of_the_audience_s_zone() -> None:
    at = read_audiences(
        parse(RENEWS + "    given: {}\n    members: []\n", "renews.yml"), catalog()
    )["renews"].tests[0].as_of  # fmt: skip

    assert datetime(2026, 1, 9, 17, tzinfo=UTC) == at


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{custmers: []}", "unknown model 'custmers'"),
        ("{customers: [{custmer_id: ann}]}", "unknown column 'custmer_id' of customers"),
        ("{customers: [{customer_id: ann, score: high}]}", "'score' is a number"),
        ("{customers: [{customer_id: ann, born: 2026-02-30}]}", "there is no day 2026-02-30"),
        ("{customers: [{customer_id: ann, synced_at: noon}]}", "'synced_at' is a timestamp"),
        ("{customers: [ann]}", "a row is a mapping"),
        ("{customers: [{customer_id: ann, score: 1.5}]}", "'score' holds 0 decimals"),
        ("{customers: [{customer_id: ann, score: .inf}]}", "'score' is a number of at most 38"),
        ("{customers: [{customer_id: ann, spend: 1e300}]}", "'spend' is a number of at most 36"),
        ("{customers: [{customer_id: ann, spend: .nan}]}", "'spend' is a number of at most 36"),
        ("{customers: [{customer_id: ann, spend: 1.005}]}", "'spend' holds 2 decimals"),
        ("{customers: [{score: 1}]}", "a customer without a key"),
        ("{customers: [{customer_id: ann}, {customer_id: ann}]}", "another customer has this"),
        ("{customers: [{customer_id: ann, token: 4711}]}", "'token' is a uuid"),
        ("{customers: ann}", "'customers' is a list of rows"),
    ],
)
def test_rows_that_cannot_be_are_told_with_their_place(given: str, said: str) -> None:
    with pytest.raises(SourceErrors) as raised:
        wrong(given, "members: []")

    (problem,) = raised.value.problems
    assert said in problem.message
    assert ("renews.yml", 11) == (problem.path, problem.line)


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("{name: a, as_of: 2026-01-10, given: {}}", "the test expects nothing"),
        ("{as_of: 2026-01-10, given: {}, includes: [a]}", "'a test' lacks name"),
        ("{name: , as_of: 2026-01-10, given: {}, includes: [a]}", "a test's name is text"),
        ("{name: a, as_of: soon, given: {}, includes: [a]}", "'as_of' is a time"),
        ("{name: a, as_of: 2026-01-10, given: [], includes: [a]}", "'given' is rows by model"),
        ("{name: a, as_of: 2026-01-10, given: {}, includes: a}", "expected a list of keys"),
    ],
)
def test_mistakes_of_a_test_are_told_when_the_audience_is_read(test: str, said: str) -> None:
    documents: list[Node] = parse(f"audience: a\ntests:\n  - {test}\n", "a.yml")
    with pytest.raises(SourceErrors) as raised:
        read_audiences(documents, catalog())

    assert [True] == [said in problem.message for problem in raised.value.problems]
