"""The settled questions of the language (its page, section 7), one test for each rule."""

from __future__ import annotations

import hashlib
import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import yaml
from world import HANOI, NOON, catalog, chosen, orders, people, variants

from cdp_activate.audiences.dbt import dbt_files
from cdp_activate.audiences.read import read_audiences
from cdp_activate.errors import SourceErrors
from cdp_activate.text import parse

TICK = timedelta(microseconds=1)
NAIVE = NOON.replace(tzinfo=None)


def problems(body: str) -> str:
    """What is wrong with an audience, as it is shown."""
    with pytest.raises(SourceErrors) as caught:
        read_audiences(parse(f"audience: tested\n{body}", "tested.yml"), catalog())
    return str(caught.value)


def bucket(salt: str, key: str) -> int:
    return int(hashlib.md5(f"{salt}|{key}".encode()).hexdigest()[:8], 16) % 10_000


# Who is chosen ...


def test_variants_have_a_salt_of_their_own_and_holdout_members_are_outside_the_split() -> None:
    """7.1"""
    found = variants("holdout: {percent: 50}\nvariants: {a: 50, b: 50}", customers=people(300))
    for key, variant in found.items():
        held = bucket("tested", key) < 5000
        split = "a" if bucket("tested/variants", key) < 5000 else "b"
        assert variant == ("holdout" if held else split)
    assert set(found.values()) == {"holdout", "a", "b"}


def test_variants_take_ranges_of_buckets_in_alphabetical_order() -> None:
    """7.2"""
    found = variants("variants: {zebra: 10, ape: 90, salt: s}", customers=people(200))
    for key, variant in found.items():
        assert variant == ("ape" if bucket("s", key) < 9000 else "zebra")


def test_percentages_of_variants_must_add_up_to_100() -> None:
    """7.2"""
    assert "the variants add up to 99.99%" in problems("variants: {a: 50, b: 49.99}")


@pytest.mark.parametrize(
    ("records", "holds"),
    [
        ([("granted", -1)], True),
        ([("granted", 0)], False),
        ([("granted", -2), ("withdrawn", -1)], False),
        ([("withdrawn", -2), ("granted", -1)], True),
        ([("withdrawn", -1), ("granted", -1)], False),
        ([("granted", -1), ("withdrawn", 0)], False),
        ([("granted", -1), ("withdrawn", 1)], True),
        ([("granted", -1), ("withdrawn", None)], False),
        ([("granted", None)], False),
        ([("granted", -2), ("pending", -1)], False),
        ([("granted", -2), (None, -1)], False),
        ([("Granted", -1)], False),
        ([], False),
    ],
)
def test_the_last_word_on_consent(
    records: list[tuple[str | None, int | None]], holds: bool
) -> None:
    """7.3: at as_of or undated a withdrawal wins, and any status but granted is one."""
    rows = [
        {
            "customer_id": "c1",
            "purpose": "ads",
            "status": status,
            "recorded_at": None if ticks is None else NAIVE + ticks * TICK,
        }
        for status, ticks in records
    ]
    found = chosen("where: {consent: ads}", customers=people(1), consents=rows)
    assert found == (["c1"] if holds else [])


def test_an_excluded_place_is_not_given_to_the_next() -> None:
    """7.6: rank, then exclude."""
    body = "rank: {by: score, top: 2}\nexclude: [{list: [c3]}]"
    assert chosen(body, customers=people(score=[1, 2, 3])) == ["c2"]


def test_holdout_comes_after_exclude_and_rank() -> None:
    """7.6"""
    body = "rank: {by: score, top: 2}\nexclude: [{list: [c3]}]\nholdout: {percent: 100}"
    assert variants(body, customers=people(score=[1, 2, 3])) == {"c2": "holdout"}


def test_an_audience_means_its_members_after_rank_and_exclude_with_its_holdout() -> None:
    """7.7"""
    body = """where: {audience: other}
---
audience: other
rank: {by: score, top: 2}
exclude: [{list: [c1]}]
holdout: {percent: 100}
"""
    assert chosen(body, customers=people(score=[3, 2, 1])) == ["c2"]


def test_a_named_audience_is_judged_in_its_own_timezone() -> None:
    """7.7: at 18:00 UTC it is tomorrow in Hanoi."""
    body = """where: [{audience: here}, {not: {audience: there}}]
---
audience: here
where: {trait: born, on: 2026-01-10}
---
audience: there
timezone: Asia/Ho_Chi_Minh
where: {trait: born, this: day}
"""
    late = datetime(2026, 1, 10, 18, 0, tzinfo=UTC)
    days = [date(2026, 1, 10), date(2026, 1, 11)]
    assert chosen(body, as_of=late, customers=people(born=days)) == ["c1"]


def test_quoted_and_unquoted_dates_mean_the_same() -> None:
    """7.8"""
    days = [date(2026, 1, 1), date(2026, 1, 2)]
    for written in ("2026-01-01", "'2026-01-01'", '"2026-01-01"'):
        assert chosen(f"where: {{trait: born, eq: {written}}}", customers=people(born=days)) == [
            "c1"
        ]


def test_words_of_yaml_1_1_are_text() -> None:
    """7.8: yes, no and on are words, and a leading zero makes no octal number."""
    names = people(name=["yes", "no"], score=[10, 8])
    assert chosen("where: {trait: name, eq: yes}", customers=names) == ["c1"]
    assert chosen("where: {trait: score, eq: 010}", customers=names) == ["c1"]


def test_a_time_without_an_offset_is_in_the_timezone_of_the_audience() -> None:
    """7.8"""
    seen = [datetime(2026, 1, 1, 1, 0), datetime(2026, 1, 1, 8, 0)]
    body = "timezone: Asia/Ho_Chi_Minh\nwhere: {trait: seen_at, eq: 2026-01-01T08:00:00}"
    assert chosen(body, customers=people(seen_at=seen)) == ["c1"]


def test_a_column_may_say_in_which_zone_its_times_are() -> None:
    """7.9: local_at is read in Hanoi, seen_at in UTC."""
    times = [datetime(2026, 1, 10, 19, 0), datetime(2026, 1, 10, 18, 59, 59)]
    assert chosen("where: {trait: local_at, next: 1 day}", customers=people(local_at=times)) == [
        "c1"
    ]
    assert chosen("where: {trait: local_at, hour: 12}", customers=people(local_at=times)) == ["c1"]


@pytest.mark.parametrize("key", ["c1", "", "ä", "a\u0308", "🐙", "'", "{{ x }}", "a|b", "\\"])
def test_the_bucket_of_a_text_key_is_of_the_text_itself(key: str) -> None:
    """7.10"""
    place = bucket("s", key)
    body = f"where: {{sample: {{buckets: [{place}, {place}], of: 10000, salt: s}}}}"
    assert chosen(body, customers=[{"customer_id": key}]) == [key]


def test_an_integer_key_as_text_is_its_shortest_form() -> None:
    """7.10"""
    place = bucket("s", "-12")
    body = (
        f"entity: account\nwhere: {{sample: {{buckets: [{place}, {place}], of: 10000, salt: s}}}}"
    )
    assert chosen(body, accounts=[{"account_id": -12}]) == [-12]
    accounts = [{"account_id": key} for key in (-12, 5, 7)]
    body = "entity: account\nwhere: {list: ['-12', '+5', '007']}"
    assert chosen(body, accounts=accounts) == [-12]


def test_a_uuid_key_as_text_is_lower_case_with_hyphens() -> None:
    """7.10"""
    key = "00000000-0000-0000-0000-0000000abcde"
    place = bucket("tested", key)
    body = f"entity: device\nwhere: {{sample: {{buckets: [{place}, {place}], of: 10000}}}}"
    assert len(chosen(body, devices=[{"device_id": key.upper()}])) == 1
    assert chosen(f"entity: device\nwhere: {{list: ['{key.upper()}']}}",
                  devices=[{"device_id": key}]) == []  # fmt: skip


def test_ties_go_to_the_lower_key_in_both_directions() -> None:
    """7.11: integers as numbers, text by code point."""
    accounts = [{"account_id": key, "employees": 1} for key in (10, 9, -1)]
    for order in ("asc", "desc"):
        body = f"entity: account\nrank: {{by: employees, order: {order}, top: 2}}"
        assert chosen(body, accounts=accounts) == [-1, 9]
        texts = [{"customer_id": key, "score": 1} for key in ("ä", "b", "B", "10", "9")]
        body = f"rank: {{by: score, order: {order}, top: 3}}"
        assert chosen(body, customers=texts) == ["10", "9", "B"]


# Time and order ...


@pytest.mark.parametrize("length", ["1 month", "2 quarters", "3 years"])
def test_a_month_is_no_rolling_window(length: str) -> None:
    """7.12"""
    shown = problems(f"where: {{event: order_placed, within: {length}}}")
    assert "has no fixed length" in shown
    assert "days'" in shown


def test_rows_without_a_time_or_a_known_key_do_not_exist() -> None:
    """7.13"""
    rows = orders({"ordered_at": None}, {"customer_id": None}, {"customer_id": "nobody"})
    body = "where: {event: order_placed, count: {eq: 0}}"
    assert chosen(body, customers=people(1), orders=rows) == ["c1"]
    assert chosen("where: {event: order_placed}", customers=people(1), orders=rows) == []


def test_rows_at_as_of_do_not_exist_for_it() -> None:
    """Ground rule 2."""
    for shift, expected in ((-TICK, ["c1"]), (timedelta(0), []), (TICK, [])):
        rows = orders({"ordered_at": NAIVE + shift})
        assert chosen("where: {event: order_placed}", customers=people(1), orders=rows) == expected


def test_weeks_begin_on_monday() -> None:
    """7.14: 2026-01-10 is a Saturday."""
    days = [date(2026, 1, 4), date(2026, 1, 5), date(2026, 1, 11), date(2026, 1, 12)]
    assert chosen("where: {trait: born, this: week}", customers=people(born=days)) == ["c2", "c3"]
    assert chosen("where: {trait: born, weekday: [sun]}", customers=people(born=days)) == [
        "c1",
        "c3",
    ]


def test_several_windows_must_all_hold() -> None:
    """7.15, with `on` as a window."""
    rows = orders({"ordered_at": datetime(2026, 1, 9, 5)})
    held = "where: {event: order_placed, on: 2026-01-09, within: 2 days}"
    failed = "where: {event: order_placed, on: 2026-01-09, within: 1 day}"
    assert chosen(held, customers=people(1), orders=rows) == ["c1"]
    assert chosen(failed, customers=people(1), orders=rows) == []


@pytest.mark.parametrize(
    ("word", "first", "last"),
    [("last", -7, 0), ("next", 0, 7), ("older_than", None, -7), ("further_than", 7, None)],
)
def test_lengths_of_a_timestamp_are_half_open(
    word: str, first: int | None, last: int | None
) -> None:
    """7.16"""
    edges = [NAIVE + timedelta(days=shift) for shift in (-7, 0, 7)]
    times = [edge + tick for edge in edges for tick in (-TICK, timedelta(0), TICK)]
    begin = datetime.min if first is None else NAIVE + timedelta(days=first)
    end = datetime.max if last is None else NAIVE + timedelta(days=last)
    expected = [f"c{place}" for place, at in enumerate(times, 1) if begin <= at < end]
    assert chosen(f"where: {{trait: seen_at, {word}: 7 days}}",
                  customers=people(seen_at=times)) == expected  # fmt: skip


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("last: 7 days", [-6, -1, 0]),
        ("next: 7 days", [0, 1, 6]),
        ("older_than: 7 days", [-8, -7]),
        ("further_than: 7 days", [7, 8]),
        ("between: [2026-01-03, 2026-01-09]", [-7, -6, -1]),
        ("before: 2026-01-09", [-8, -7, -6]),
        ("after: 2026-01-10", [1, 6, 7, 8]),
        ("on: 2026-01-10", [0]),
    ],
)
def test_days_of_a_date_are_whole(word: str, expected: list[int]) -> None:
    """Ground rule 3, of a column without a time of day."""
    shifts = [-8, -7, -6, -1, 0, 1, 6, 7, 8]
    days = [NOON.date() + timedelta(days=shift) for shift in shifts]
    found = chosen(f"where: {{trait: born, {word}}}", customers=people(born=days))
    assert found == [f"c{place}" for place, shift in enumerate(shifts, 1) if shift in expected]


def test_an_event_whose_time_is_a_date_exists_from_its_local_day_on() -> None:
    """Ground rules 2 and 3: today's rows exist, tomorrow's do not, and the audience's
    timezone says which day today is."""
    late = datetime(2026, 1, 10, 18, 0, tzinfo=UTC)
    rows = [{"customer_id": "c1", "refunded_on": date(2026, 1, 11)}]
    assert (
        chosen("where: {event: refund_made}", as_of=late, customers=people(1), refunds=rows) == []
    )
    body = f"timezone: {HANOI}\nwhere: {{event: refund_made, within: 1 day}}"
    assert chosen(body, as_of=late, customers=people(1), refunds=rows) == ["c1"]


def test_one_window_means_days_for_a_date_and_instants_for_a_time() -> None:
    """Ground rule 3: a list of events of both kinds, judged at midnight."""
    body = "where: {event: [order_placed, refund_made], within: 1 day, count: 2}"
    midnight = datetime(2026, 1, 10, tzinfo=UTC)
    for day, expected in ((date(2026, 1, 10), ["c1"]), (date(2026, 1, 9), [])):
        rows = {
            "orders": orders({"ordered_at": datetime(2026, 1, 9)}),
            "refunds": [{"customer_id": "c1", "refunded_on": day}],
        }
        assert chosen(body, as_of=midnight, customers=people(1), **rows) == expected


def test_a_bare_date_is_its_whole_local_day() -> None:
    """7.17: the day of Hanoi begins at 17:00 UTC the day before."""
    first = datetime(2026, 1, 1, 17, 0)
    times = [first - TICK, first, first + timedelta(days=1) - TICK, first + timedelta(days=1)]
    wanted = {
        "before: 2026-01-02": ["c1"],
        "after: 2026-01-02": ["c4"],
        "on: 2026-01-02": ["c2", "c3"],
        "between: [2026-01-02, 2026-01-02]": ["c2", "c3"],
    }
    for word, expected in wanted.items():
        body = f"timezone: {HANOI}\nwhere: {{trait: seen_at, {word}}}"
        assert chosen(body, customers=people(seen_at=times)) == expected


def test_since_begins_and_until_stops_at_the_midnight_of_a_bare_date() -> None:
    """7.17 and ground rule 3."""
    midnight = datetime(2026, 1, 2)
    for word, shift, holds in (
        ("since", -TICK, False),
        ("since", 0 * TICK, True),
        ("until", -TICK, True),
        ("until", 0 * TICK, False),
    ):
        rows = orders({"ordered_at": midnight + shift})
        found = chosen(f"where: {{event: order_placed, {word}: 2026-01-02}}",
                       customers=people(1), orders=rows)  # fmt: skip
        assert bool(found) == holds, (word, shift)


@pytest.mark.parametrize(
    ("test", "shown"),
    [
        ("seen_at, eq: 2026-01-01", "ask `on:`"),
        ("seen_at, ne: 2026-01-01", "ask `on:`"),
        ("seen_at, in: [2026-01-01]", "ask `on:`"),
        ("born, eq: 2026-01-01T08:00", "a date without a time"),
        ("born, before: 2026-01-01T08:00", "a date without a time"),
        ("born, hour: 3", "'hour' cannot be asked of a date"),
        ("born, last: 24 hours", "whole days or weeks"),
    ],
)
def test_days_and_times_are_not_mixed_up(test: str, shown: str) -> None:
    """7.18"""
    assert shown in problems(f"where: {{trait: {test}}}")


def test_this_month_of_a_trait_has_the_days_to_come_and_of_rows_has_not() -> None:
    """7.19"""
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1)]
    assert chosen("where: {trait: born, this: month}", customers=people(born=days)) == ["c2", "c3"]
    rows = orders({"ordered_at": datetime(2026, 1, 31)})
    body = "where: {event: order_placed, this: month}"
    assert chosen(body, customers=people(1), orders=rows) == []


@pytest.mark.parametrize(
    ("born", "as_of", "asked", "holds"),
    [
        (date(2026, 1, 10), "2026-01-10", "next: 1 day", False),  # not on the day itself
        (date(2025, 1, 10), "2026-01-10", "next: 1 day", True),
        (date(2025, 1, 16), "2026-01-10", "next: 7 days", True),
        (date(2025, 1, 17), "2026-01-10", "next: 7 days", False),
        (date(2025, 1, 4), "2026-01-10", "last: 7 days", True),
        (date(2025, 1, 3), "2026-01-10", "last: 7 days", False),
        (date(1990, 1, 2), "2025-12-30", "next: 7 days", True),  # over the new year
        (date(2025, 12, 31), "2026-01-02", "last: 7 days", False),
        (date(2000, 2, 29), "2025-03-01", "next: 1 day", True),
        (date(2000, 2, 29), "2025-02-28", "next: 1 day", False),
        (date(2000, 2, 29), "2025-02-28", "{next: 1 day, feb29: feb28}", True),
        (date(2000, 2, 29), "2024-02-29", "{next: 1 day, feb29: feb28}", True),
        (date(2000, 2, 29), "2024-02-28", "{next: 1 day, feb29: feb28}", False),
        (date(2000, 2, 29), "2024-03-01", "next: 1 day", False),
        (date(1896, 2, 29), "1900-03-01", "next: 1 day", True),  # 1900 was no leap year
    ],
)
def test_anniversaries(born: date, as_of: str, asked: str, holds: bool) -> None:
    """7.27"""
    asked = asked if asked.startswith("{") else f"{{{asked}}}"
    at = datetime.fromisoformat(f"{as_of}T12:00:00+00:00")
    body = f"where: {{trait: born, anniversary: {asked}}}"
    assert chosen(body, as_of=at, customers=people(born=[born])) == (["c1"] if holds else [])


def test_a_day_begins_at_its_first_existing_instant() -> None:
    """7.28: on 2018-11-04 Sao Paulo went from 23:59:59 to 01:00."""
    first = datetime(2018, 11, 4, 3, 0)
    body = "timezone: America/Sao_Paulo\nwhere: {trait: seen_at, on: 2018-11-04}"
    assert chosen(body, customers=people(seen_at=[first - TICK, first])) == ["c2"]


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2025-10-26T02:30", datetime(2025, 10, 26, 0, 30)),
        ("2026-03-29T02:30", datetime(2026, 3, 29, 1, 30)),
    ],
)
def test_a_local_time_written_twice_is_the_earlier_and_a_skipped_one_moves_on(
    written: str, instant: datetime
) -> None:
    """7.28"""
    body = f"timezone: Europe/Berlin\nwhere: {{trait: seen_at, eq: {written}}}"
    assert chosen(body, customers=people(seen_at=[instant])) == ["c1"]


def test_what_leaves_the_calendar_is_later_or_earlier_than_everything() -> None:
    """7.29"""
    times = people(seen_at=[datetime(1, 1, 2), datetime(9999, 12, 30)])
    assert chosen("where: {trait: seen_at, last: 100000 weeks}", customers=times) == []
    assert chosen("where: {trait: seen_at, last: 1000000 weeks}", customers=times) == ["c1"]
    assert chosen("where: {trait: seen_at, next: 1000000 weeks}", customers=times) == ["c2"]
    days = people(born=[date(1, 1, 1), date(9999, 12, 30)])
    assert chosen("where: {trait: born, older_than: 1000000 weeks}", customers=days) == []


def test_the_last_day_of_the_calendar_is_a_day() -> None:
    """7.29: 9999-12-31 is often written for "never"."""
    found = people(
        born=[date(9999, 12, 30), date(9999, 12, 31)],
        seen_at=[datetime(9999, 12, 30), datetime(9999, 12, 31)],
    )
    for trait in ("born", "seen_at"):
        wanted: dict[str, list[str]] = {
            "on: 9999-12-31": ["c2"],
            "between: [9999-12-31, 9999-12-31]": ["c2"],
            "after: 9999-12-30": ["c2"],
            "after: 9999-12-31": [],
            "before: 9999-12-31": ["c1"],
        }
        for test, expected in wanted.items():
            body = f"where: {{trait: {trait}, {test}}}"
            assert chosen(body, customers=found) == expected, body


def test_digits_after_the_microsecond_are_cut_off() -> None:
    """7.30"""
    at = people(seen_at=[datetime(2026, 1, 1, 0, 0, 0, 123456)])
    body = "where: {trait: seen_at, eq: '2026-01-01T00:00:00.123456999Z'}"
    assert chosen(body, customers=at) == ["c1"]


# Measures ...


def test_a_median_is_the_mean_of_the_two_middle_values() -> None:
    """7.31, of decimals too: between 0.01 and 0.02 lies 0.015."""
    rows = orders({"amount": Decimal("0.01")}, {"amount": Decimal("0.02")})
    body = "where: {event: order_placed, median: {of: amount, eq: 0.015}}"
    assert chosen(body, customers=people(1), orders=rows) == ["c1"]


def test_sums_of_decimals_are_exact_and_averages_are_rounded_to_9_decimals() -> None:
    """7.32"""
    rows = orders(*({"amount": Decimal("0.10")} for _ in range(3)))
    for asked in ("sum: {of: amount, eq: 0.3}", "avg: {of: amount, eq: 0.1}"):
        body = f"where: {{event: order_placed, {asked}}}"
        assert chosen(body, customers=people(1), orders=rows) == ["c1"]
    rows = orders({"pieces": 1}, {"pieces": 0}, {"pieces": 0})
    body = "where: {event: order_placed, avg: {of: pieces, eq: 0.333333333}}"
    assert chosen(body, customers=people(1), orders=rows) == ["c1"]


def test_measures_ignore_nulls() -> None:
    """7.33: with none left sum and distinct are 0, the others unknown."""
    rows = orders({"pieces": None})
    for asked in ("sum: {of: pieces, eq: 0}", "distinct: {of: pieces, eq: 0}", "count: 1"):
        body = f"where: {{event: order_placed, {asked}}}"
        assert chosen(body, customers=people(1), orders=rows) == ["c1"]
    for name in ("avg", "min", "max", "median"):
        body = f"where: {{event: order_placed, {name}: {{of: pieces, lt: 999}}}}"
        assert chosen(body, customers=people(1), orders=rows) == []


def test_every_row_counts_also_with_one_id() -> None:
    """7.38"""
    rows = orders({"order_id": 1}, {"order_id": 1})
    assert chosen("where: {event: order_placed, count: 2}", customers=people(1), orders=rows) == [
        "c1"
    ]


def test_top_percent_of_a_trait_ranks_everyone_with_a_value() -> None:
    """7.39: ceil(50% of 3), ties by key, whatever else is asked."""
    found = people(score=[5, 5, 1, None], active=[False, True, True, True])
    assert chosen("where: {trait: score, top_percent: 34}", customers=found) == ["c1", "c2"]
    assert chosen("where: {trait: score, top_percent: 33}", customers=found) == ["c1"]
    body = "where: [{trait: active, is: true}, {trait: score, top_percent: 33}]"
    assert chosen(body, customers=found) == []
    assert chosen("where: {trait: score, bottom_percent: 34}", customers=found) == ["c1", "c3"]


def test_percentile_is_percent_rank() -> None:
    """7.39: 0, 50, 50, 100 - and 0 for a single row; compared exactly (7.65)."""
    found = people(score=[1, 2, 2, 3, None])
    assert chosen("where: {trait: score, percentile: 100}", customers=found) == ["c4"]
    assert chosen("where: {trait: score, percentile: {gte: 33.4}}", customers=found) == ["c4"]
    assert chosen("where: {trait: score, percentile: {gte: 33.3}}", customers=found) == [
        "c2", "c3", "c4",
    ]  # fmt: skip
    assert chosen("where: {trait: score, percentile: [0, 100]}", customers=found) == ["c1", "c4"]
    assert chosen("where: {trait: score, percentile: 0}", customers=people(score=[7])) == ["c1"]


def test_rank_top_percent_counts_candidates_without_a_value_too() -> None:
    """7.39"""
    found = people(score=[1, None, None, None])
    assert chosen("rank: {by: score, top_percent: 50}", customers=found) == ["c1", "c2"]


def test_ranking_operators_are_errors_inside_where_of_rows() -> None:
    """7.39"""
    shown = problems("where: {event: order_placed, where: {pieces: {top_percent: 10}}}")
    assert "ranks all of the entity" in shown


def test_rank_is_descending_with_unknown_values_last_and_null_a_group() -> None:
    """7.40"""
    found = people(score=[None, 1, 2], tier=[None, None, "gold"])
    assert chosen("rank: {by: score, top: 1}", customers=found) == ["c3"]
    assert chosen("rank: {by: score, order: asc, top: 3}", customers=found) == ["c1", "c2", "c3"]
    assert chosen("rank: {by: score, top: 1, per: tier}", customers=found) == ["c2", "c3"]


def test_nan_comes_last_in_a_rank() -> None:
    """7.53: NaN counts as NULL."""
    found = people(ratio=[math.nan, 1.0, 2.0])
    assert chosen("rank: {by: ratio, top: 2}", customers=found) == ["c2", "c3"]


def test_bucket_percentages_have_at_most_two_decimals() -> None:
    """7.41"""
    assert "at most two decimals" in problems("holdout: {percent: 0.125}")
    assert "at most two decimals" in problems("where: {sample: {percent: 0.125}}")


def test_a_scalar_means_eq_and_a_list_in() -> None:
    """7.42"""
    rows = orders({"status": "a"})
    for test in ("a", "[a, b]"):
        body = f"where: {{event: order_placed, where: {{status: {test}}}}}"
        assert chosen(body, customers=people(1), orders=rows) == ["c1"]


# Values ...


@pytest.mark.parametrize(
    "test", ["eq: x", "ne: x", "in: [x]", "not_in: [x]", "contains: x", "not_contains: x",
             "matches: x", "length: 1", "is_empty: true", "is_empty: false", "is_blank: false"]
)  # fmt: skip
def test_unknown_never_holds_unless_nulls_are_included(test: str) -> None:
    """Ground rule 1, 7.43 and 7.45; the complement has the unknown."""
    nobody = people(name=[None])
    assert chosen(f"where: {{trait: name, {test}}}", customers=nobody) == []
    assert chosen(f"where: {{trait: name, {test}, nulls: include}}", customers=nobody) == ["c1"]
    assert chosen(f"where: {{not: {{trait: name, {test}}}}}", customers=nobody) == ["c1"]


def test_nulls_include_has_no_effect_on_is_null() -> None:
    """7.43"""
    body = "where: {trait: name, is_null: false, nulls: include}"
    assert chosen(body, customers=people(name=[None, "a"])) == ["c2"]


def test_nulls_include_counts_for_a_trait_on_the_right_side() -> None:
    """7.43"""
    found = people(score=[1, None, 1], big=[None, 1, 2])
    body = "where: {trait: score, gt: {trait: big}"
    assert chosen(body + "}", customers=found) == []
    assert chosen(body + ", nulls: include}", customers=found) == ["c1", "c2"]


@pytest.mark.parametrize("test", ["eq: null", "in: [a, null]", "in: []", "ne: ~", "not_in: []"])
def test_null_and_empty_lists_are_errors(test: str) -> None:
    """7.44"""
    assert problems(f"where: {{trait: name, {test}}}")


def test_blank_means_six_characters_only() -> None:
    """7.45: no other space is blank."""
    names = ["", " \t\n\r\f\v", "\u00a0", "\u3000", " a "]
    found = chosen("where: {trait: name, is_blank: true}", customers=people(name=names))
    assert found == ["c1", "c2"]


def test_lists_with_and_without_null_elements() -> None:
    """7.46"""
    found = people(numbers=[[[1, None]], [[]], [None], [[None]]])
    found = [{**row, "numbers": row["numbers"][0]} for row in found]
    wanted: dict[str, list[str]] = {
        "contains: 1": ["c1"],
        "contains_none: [2]": ["c1", "c2", "c4"],
        "contains_any: [1, 2]": ["c1"],
        "contains_all: [1, 2]": [],
        "length: 0": ["c2"],
        "length: {gte: 1}": ["c1", "c4"],
        "is_null: true": ["c3"],
    }
    for test, expected in wanted.items():
        assert chosen(f"where: {{trait: numbers, {test}}}", customers=found) == expected, test


def test_case_is_folded_character_by_character() -> None:
    """7.47: a final sigma is no other letter, and the sharp s stays one character."""
    found = people(name=["ΑΣ", "ας", "İ", "STRASSE", "straße"])
    assert chosen("where: {trait: name, eq: ασ, case: insensitive}", customers=found) == ["c1"]
    assert chosen("where: {trait: name, eq: i, case: insensitive}", customers=found) == ["c3"]
    assert chosen("where: {trait: name, eq: STRAßE, case: insensitive}", customers=found) == ["c5"]


def test_accents_are_stripped_from_both_sides() -> None:
    """7.48: NFC and NFD, đ too; case is kept, and without the option nothing is normalised."""
    found = people(name=["Đặng", "Dang", "đặng", "Đa\u0323\u0306ng"])
    assert chosen("where: {trait: name, eq: Đăng, accents: insensitive}", customers=found) == [
        "c1", "c2", "c4",
    ]  # fmt: skip
    assert chosen("where: {trait: name, eq: Đặng}", customers=found) == ["c1"]
    assert chosen("where: {trait: name, matches: ^dặ, accents: insensitive}", customers=found) == [
        "c3"
    ]


def test_accents_of_list_elements_are_stripped() -> None:
    """7.48"""
    found = [{"customer_id": "c1", "labels": ["Đặng", None]}, {"customer_id": "c2", "labels": None}]
    body = "where: {trait: labels, contains: dang, accents: insensitive, case: insensitive}"
    assert chosen(body, customers=found) == ["c1"]


def test_patterns_are_read_as_re2_does() -> None:
    """7.49: $ is the end of the text only, \\d is ASCII, a dot is no newline."""
    found = people(name=["ab", "ab\n", "a\nb", "٣", "3", "AB"])
    wanted = {"b$": ["c1", "c3"], r"^\d$": ["c5"], "a.b": [], "^a": ["c1", "c2", "c3"]}
    for pattern, expected in wanted.items():
        assert chosen(f"where: {{trait: name, matches: '{pattern}'}}", customers=found) == expected
    body = "where: {trait: name, matches: ^ab$, case: insensitive}"
    assert chosen(body, customers=found) == ["c1", "c6"]


@pytest.mark.parametrize(
    "pattern",
    ["(?=a)", "(?i)a", r"(a)\1", "(?P<n>a)", "a*+", r"\p{L}", r"\Z", "[[:alpha:]]", r"\u0041",
     "a{2000}", "(", "a{2,1}"],
)  # fmt: skip
def test_patterns_outside_the_common_subset_are_refused(pattern: str) -> None:
    """Ground rule 4."""
    assert problems(f"where: {{trait: name, matches: '{pattern}'}}")


def test_parts_of_text_are_literal() -> None:
    """7.50: % _ and backslash have no meaning, the empty text is part of every text."""
    found = people(name=["50%_\\", "50ab", "", None])
    assert chosen("where: {trait: name, contains: '%_'}", customers=found) == ["c1"]
    assert chosen("where: {trait: name, ends_with: '\\'}", customers=found) == ["c1"]
    for word in ("contains", "starts_with", "ends_with"):
        assert chosen(f"where: {{trait: name, {word}: ''}}", customers=found) == ["c1", "c2", "c3"]
        assert chosen(f"where: {{trait: name, not_{word}: ''}}", customers=found) == []


def test_length_counts_code_points() -> None:
    """7.51"""
    names = people(name=["👩‍👩‍👧", "a\u0308", "ä"])
    assert chosen("where: {trait: name, length: 5}", customers=names) == ["c1"]
    assert chosen("where: {trait: name, length: 2}", customers=names) == ["c2"]


def test_nan_counts_as_null() -> None:
    """7.53"""
    found = people(ratio=[math.nan, 1.0])
    assert chosen("where: {trait: ratio, is_null: true}", customers=found) == ["c1"]
    assert chosen("where: {trait: ratio, ne: 1}", customers=found) == []
    assert chosen("where: {trait: ratio, ne: 1, nulls: include}", customers=found) == ["c1"]
    rows = orders({"weight": math.nan}, {"weight": 1.0})
    body = "where: {event: order_placed, max: {of: weight, eq: 1}}"
    assert chosen(body, customers=people(1), orders=rows) == ["c1"]


def test_numbers_of_any_size_compare_exactly() -> None:
    """Ground rule 4: no number of a list or range makes the others less exact."""
    found = people(
        big=[2**53, 2**53 + 1],
        spend=[Decimal("9999999999999999.98"), Decimal("9999999999999999.99")],
    )
    wanted: dict[str, list[str]] = {
        f"big, between: [-1{'0' * 40}, {2**53}]": ["c1"],
        f"big, in: [1e-30, {2**53 + 1}]": ["c2"],
        f"big, gt: {2**53}.00000000000000000000000000001": ["c2"],
        f"big, lt: 1{'0' * 60}": ["c1", "c2"],
        f"big, between: [{2**53 + 1}, .inf]": ["c2"],
        "spend, between: [9999999999999999.99, .inf]": ["c2"],
        f"spend, not_in: [9999999999999999.98, 1{'0' * 30}]": ["c2"],
        "spend, gt: 1e-30": ["c1", "c2"],
        "spend, gt: 9999999999999999.980000000000000001": ["c2"],
    }
    for test, expected in wanted.items():
        assert chosen(f"where: {{trait: {test}}}", customers=found) == expected, test


def test_text_and_numbers_never_compare() -> None:
    """7.54"""
    assert "'name' is text, this is a number" in problems("where: {trait: name, eq: 1}")
    assert "this is text" in problems("where: {trait: score, eq: '1'}")
    assert chosen("where: {list: [1]}", customers=[{"customer_id": "1"}]) == ["1"]


# Membership, stages, relations ...


def stay(stage: str | None, hours_ago: float, stage_id: int = 0) -> dict[str, Any]:
    return {
        "customer_id": "c1",
        "track": "lifecycle",
        "stage": stage,
        "valid_from": NAIVE - timedelta(hours=hours_ago),
        "stage_id": stage_id,
    }


def test_equal_neighbours_are_one_stay() -> None:
    """7.56: the stay began with the first of them."""
    rows = [stay("new", 72), stay("active", 48), stay("active", 2)]
    held = {"for_at_least": "48 hours", "entered": "48 hours", "from": "new"}
    for word, value in held.items():
        body = f"where: {{stage: active, {word}: {value}}}"
        assert chosen(body, customers=people(1), stages=rows) == ["c1"], word
    assert (
        chosen("where: {stage: active, entered: 47 hours}", customers=people(1), stages=rows) == []
    )


def test_stage_rows_of_one_time_are_ordered_by_id() -> None:
    """7.56: as numbers, so 10 is after 9."""
    rows = [stay("lost", 1, 10), stay("active", 1, 9)]
    assert chosen("where: {stage: lost, from: active}", customers=people(1), stages=rows) == ["c1"]


def test_a_row_without_a_stage_ends_a_stay() -> None:
    """7.56: from then on they are in no stage; a return is a stay of its own."""
    rows = [stay("new", 72), stay(None, 48)]
    assert chosen("where: {stage: new}", customers=people(1), stages=rows) == []
    rows.append(stay("new", 1))
    assert chosen("where: {stage: new, entered: 2 hours}", customers=people(1), stages=rows) == [
        "c1"
    ]


def test_ever_in_a_stage_needs_a_row_before_as_of_and_goes_alone() -> None:
    """7.56"""
    rows = [stay("lost", 72), stay("active", 48), stay("new", 0)]
    assert chosen("where: {stage: lost, ever: true}", customers=people(1), stages=rows) == ["c1"]
    assert chosen("where: {stage: new, ever: true}", customers=people(1), stages=rows) == []
    assert "goes alone" in problems("where: {stage: new, ever: true, from: lost}")


def test_buckets_of_a_sample_include_both_ends_of_10000() -> None:
    """7.62"""
    place = bucket("s", "c1")
    for first, last, holds in ((place, 9999, True), (0, place, True), (place + 1, 9999, False)):
        body = f"where: {{sample: {{buckets: [{first}, {last}], of: 10000, salt: s}}}}"
        assert chosen(body, customers=people(1)) == (["c1"] if holds else [])
    assert "of 10000" in problems("where: {sample: {buckets: [0, 9], of: 100}}")


def test_raising_a_holdout_keeps_everyone_who_was_in_it() -> None:
    """Buckets: the lowest are taken first."""
    few, more = (
        {key for key, variant in variants(f"holdout: {{percent: {percent}}}",
                                          customers=people(200)).items() if variant == "holdout"}
        for percent in (10, 20)
    )  # fmt: skip
    assert few < more


def test_without_where_an_audience_is_everyone() -> None:
    """7.63"""
    assert chosen("label: all of them", customers=people(2)) == ["c1", "c2"]


def test_n_runs_from_1_to_the_number_of_conditions() -> None:
    """7.63"""
    two = "[{trait: score, gt: 1}, {trait: score, gt: 2}]"
    assert "at least 1" in problems(f"where: {{at_least: {{n: 0, of: {two}}}}}")
    assert "can never hold" in problems(f"where: {{at_least: {{n: 3, of: {two}}}}}")
    body = f"where: {{at_least: {{n: 2, of: {two}}}}}"
    assert chosen(body, customers=people(score=[2, 3])) == ["c2"]


def test_rounding_is_half_away_from_zero() -> None:
    """7.65: the mean of 0 and -0.000000001 rounds to -0.000000001."""
    rows = orders({"weight": 0.0}, {"weight": -0.000000001})
    body = "where: {event: order_placed, avg: {of: weight, eq: -0.000000001}}"
    assert chosen(body, customers=people(1), orders=rows) == ["c1"]


def test_infinity_compares_and_takes_part_in_no_arithmetic() -> None:
    """7.67"""
    found = people(ratio=[math.inf, -math.inf, 1.0])
    assert chosen("where: {trait: ratio, gt: 1e300}", customers=found) == ["c1"]
    assert chosen("where: {trait: ratio, eq: -.inf}", customers=found) == ["c2"]
    rows = orders({"weight": math.inf}, {"weight": 2.0})
    for asked in (
        "sum: {of: weight, eq: 2}",
        "avg: {of: weight, eq: 2}",
        "max: {of: weight, gt: 9}",
    ):
        body = f"where: {{event: order_placed, {asked}}}"
        assert chosen(body, customers=people(1), orders=rows) == ["c1"]


# What the catalog promises ...


def test_the_keys_of_entities_and_audiences_are_tested_by_dbt() -> None:
    """7.61: unique and not NULL, and of the entity; a run stops when it fails."""
    known = catalog()
    files = dbt_files(read_audiences(parse("audience: tested"), known), known)
    (model,) = yaml.safe_load(files["audience_tested.yml"])["models"]

    of_whom = known.entities["customer"].model
    of_the_entity = {
        "cdp_activate.is_key_of": {
            "name": "audience_tested_is_of_customer",
            "arguments": {"entity": of_whom.name, "package": of_whom.package},
        }
    }
    assert ("customer_id", ["unique", of_the_entity]) == (
        model["columns"][0]["name"],
        model["columns"][0]["data_tests"],
    )


def test_the_catalog_names_consents_stages_and_memberships_as_the_page_does() -> None:
    """7.4: the models of section 5, with these keys."""
    known = catalog()

    assert {"purpose", "status"} <= set(known.consents["customer"].columns)
    assert "recorded_at" == known.consents["customer"].at
    assert {"track", "stage"} <= set(known.stages["customer"].columns)
    assert ("valid_from", "stage_id") == (known.stages["customer"].at, known.stages["customer"].id)
