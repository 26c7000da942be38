"""Measures of rows, worked out by hand (AUDIENCES.md 3, 7.31 to 7.38, 7.65 to 7.67)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from neighbours import Shop, shop  # noqa: F401
from test_settled_questions import problems
from world import NOON, chosen, orders, people

NAIVE = NOON.replace(tzinfo=None)


@pytest.fixture(autouse=True)
def everywhere(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """Every case runs on DuckDB and on PostgreSQL, which must agree."""
    monkeypatch.setitem(globals(), "chosen", shop.chosen)


def holds(condition: str, *, as_of: datetime = NOON, more: str = "", **tables: Any) -> bool:
    """c1 is in."""
    body = f"{more}\nwhere: {{{condition}}}"
    return chosen(body, as_of=as_of, customers=people(1), **tables) == ["c1"]


def on(*days: date | datetime, **columns: list[Any]) -> list[dict[str, Any]]:
    """Orders of c1 on these days."""
    return orders(*(
        {"ordered_at": day, **{name: values[number] for name, values in columns.items()}}
        for number, day in enumerate(days)
    ))  # fmt: skip


# Exactness ...

LARGE = Decimal("9999999999999999.99")


def amounts(*values: Any) -> dict[str, Any]:
    return {"orders": orders(*({"amount": value} for value in values))}


def test_sums_of_large_decimals_are_exact() -> None:
    """7.32: no double is in between, and nothing overflows."""
    many = amounts(*[LARGE] * 1000, Decimal("0.01"))
    assert holds("event: order_placed, sum: {of: amount, eq: 9999999999999999990.01}", **many)
    assert not holds("event: order_placed, sum: {of: amount, eq: 9999999999999999990}", **many)


@pytest.mark.parametrize(
    ("values", "average"),
    [
        ((LARGE, LARGE, LARGE - 1), "9999999999999999.656666667"),
        ((LARGE, "0.01", "0"), "3333333333333333.333333333"),
        (("0.01", "0", "0"), "0.003333333"),
        (("-0.02", "0", "0"), "-0.006666667"),
        ((-LARGE, "-0.01", "-0.01"), "-3333333333333333.336666667"),
    ],
)
def test_averages_are_rounded_to_9_decimals_whatever_their_size(values: Any, average: str) -> None:
    """7.32"""
    found = amounts(*map(Decimal, values))
    assert holds(f"event: order_placed, avg: {{of: amount, eq: {average}}}", **found)


def test_a_median_of_large_decimals_is_exact() -> None:
    """7.31, 7.32: the mean of the two middle values, of 17 digits."""
    found = amounts(LARGE, LARGE - Decimal("0.01"), Decimal(1), LARGE)
    assert holds("event: order_placed, median: {of: amount, eq: 9999999999999999.985}", **found)
    odd = amounts(LARGE, Decimal(3), None, LARGE)
    assert holds("event: order_placed, median: {of: amount, eq: 9999999999999999.99}", **odd)


def test_a_measure_over_several_tables_is_one_measure() -> None:
    """Rows of all tables are one lot."""
    tables = {
        "orders": orders({"amount": 1}, {"amount": 3}),
        "refunds": [{"customer_id": "c1", "refunded_on": date(2026, 1, 9), "amount": 8}],
    }
    both = "event: [order_placed, refund_made]"
    assert holds(f"{both}, avg: {{of: amount, eq: 4}}", **tables)
    assert holds(f"{both}, median: {{of: amount, eq: 3}}", **tables)
    assert holds(f"{both}, max: {{of: amount, eq: 8}}", **tables)


def test_measures_of_nothing() -> None:
    """Sums over no rows are 0, the others unknown, which does not hold (3, 7.33)."""
    for measure in ("sum: {of: amount, eq: 0}", "distinct: {of: amount, eq: 0}", "count: 0",
                    "active: {periods: day, eq: 0}"):  # fmt: skip
        assert holds(f"event: order_placed, {measure}")
    for name in ("avg", "min", "max", "median"):
        assert not holds(f"event: order_placed, {name}: {{of: amount, lte: 1000}}")
        assert not holds(f"event: order_placed, {name}: {{of: amount, ne: 1000}}", **amounts(None))


# first, last, nth ...

FIRST = on(
    datetime(2025, 6, 1), datetime(2025, 12, 20), datetime(2026, 1, 9),
    status=["a", "b", "c"], pieces=[1, 2, 3],
)  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("first: {within: 30 days}", False),
        ("first: {until: 2025-07-01}", True),
        ("first: {where: {status: a}}", True),
        ("first: {where: {status: b}}", False),
        ("where: {pieces: {gte: 2}}, first: {within: 30 days, where: {status: b}}", True),
        ("where: {pieces: {gte: 2}}, first: {within: 20 days}", False),
        ("last: {within: 30 days, where: {status: c}}", True),
        ("last: {where: {status: b}}", False),
        ("nth: {n: 2, where: {status: b}}", True),
        ("nth: {n: 2, within: 5 days}", False),
        ("nth: {n: 3}", True),
        ("nth: {n: 4}", False),
        ("where: {status: z}, first: {}", False),
        ("first: null", True),
    ],
)
def test_the_first_last_or_nth_row_ever_passes_the_test_inside(
    condition: str, expected: bool
) -> None:
    """7.34"""
    assert expected == holds(f"event: order_placed, {condition}", orders=FIRST)


def test_rows_of_one_time_are_first_and_last_by_id() -> None:
    """7.34"""
    rows = on(*[datetime(2026, 1, 9)] * 3, status=["a", "b", "c"])
    assert holds("event: order_placed, first: {where: {status: a}}", orders=rows)
    assert holds("event: order_placed, nth: {n: 2, where: {status: b}}", orders=rows)
    assert holds("event: order_placed, last: {where: {status: c}}", orders=rows)
    assert not holds("event: order_placed, last: {where: {status: a}}", orders=rows)


@pytest.mark.parametrize("window", ["within: 3 days", "since: 2026-01-01", "this: month"])
def test_an_outer_window_of_first_is_an_error(window: str) -> None:
    """7.34: with the remedy."""
    shown = problems(f"where: {{event: order_placed, {window}, first: {{}}}}")
    assert "'first' looks at all rows ever: no window here" in shown
    assert f"move it inside: first: {{{window.split(':')[0]}: ..}}" in shown


# active ...

ACTIVE = "event: order_placed, active: {periods: week, of_last: 3"


@pytest.mark.parametrize(
    ("days", "asked", "expected"),
    [
        # as_of is Saturday 10 January 2026; the weeks of the last 3 begin on 22 and 29
        # December and 5 January.
        ([(2026, 1, 5), (2025, 12, 29), (2025, 12, 22)], "eq: 3", True),
        ([(2026, 1, 5), (2025, 12, 29), (2025, 12, 21)], "eq: 2", True),
        ([(2026, 1, 5), (2026, 1, 9), (2026, 1, 10)], "eq: 1", True),
        ([(2026, 1, 4), (2026, 1, 5)], "eq: 2", True),
        ([(2026, 1, 5), (2025, 12, 22)], "eq: 1, consecutive: true", True),
        ([(2025, 12, 22), (2025, 12, 29)], "eq: 2, consecutive: true", True),
        ([], "eq: 0, consecutive: true", True),
    ],
)
def test_active_periods_of_the_last(
    days: list[tuple[int, int, int]], asked: str, expected: bool
) -> None:
    """7.35: the current one and those before it; the longest streak wherever it lies."""
    rows = on(*(datetime(*day) for day in days))
    assert expected == holds(f"{ACTIVE}, {asked}}}", orders=rows)


@pytest.mark.parametrize(
    ("periods", "days", "streak"),
    [
        ("day", [(2024, 2, 28), (2024, 2, 29), (2024, 3, 1), (2024, 3, 3)], 3),
        ("day", [(2025, 2, 28), (2025, 3, 1)], 2),
        ("week", [(2024, 12, 29), (2024, 12, 30), (2025, 1, 6)], 3),
        ("month", [(2024, 11, 30), (2024, 12, 1), (2025, 1, 31), (2025, 3, 1)], 3),
        ("quarter", [(2024, 9, 30), (2024, 10, 1), (2025, 1, 1), (2025, 7, 1)], 3),
        ("year", [(1999, 12, 31), (2000, 1, 1), (2001, 1, 1), (2003, 1, 1)], 3),
    ],
)
def test_streaks_go_on_over_the_turn_of_months_and_years(
    periods: str, days: list[tuple[int, int, int]], streak: int
) -> None:
    """7.35, of every unit."""
    rows = on(*(datetime(*day) for day in days))
    asked = f"event: order_placed, active: {{periods: {periods}, consecutive: true, eq: {streak}}}"
    assert holds(asked, orders=rows)


def test_active_periods_are_local() -> None:
    """7.35: 18:00 UTC is the next day in Hanoi."""
    rows = on(datetime(2026, 1, 8, 16), datetime(2026, 1, 8, 18))
    asked = "event: order_placed, active: {periods: day, eq: 2}"
    assert holds(asked, more="timezone: Asia/Ho_Chi_Minh", orders=rows)
    assert not holds(asked, orders=rows)


def test_active_of_last_and_a_window_must_both_hold() -> None:
    """7.66"""
    rows = on(datetime(2026, 1, 9), datetime(2025, 12, 30), datetime(2025, 12, 22))
    assert holds(f"{ACTIVE}, eq: 2}}, within: 14 days", orders=rows)
    assert holds("event: order_placed, active: {periods: week, eq: 2}, within: 14 days",
                 orders=rows)  # fmt: skip


def test_active_days_of_a_date_are_the_dates() -> None:
    """A column of dates needs no zone."""
    rows = [{"refund_id": n, "customer_id": "c1", "refunded_on": date(2026, 1, day)}
            for n, day in enumerate((8, 9, 9, 10, 11))]  # fmt: skip
    assert holds("event: refund_made, active: {periods: day, of_last: 3, eq: 3}", refunds=rows)


# rate ...


def web(viewed: int, clicked: int, **more: Any) -> dict[str, Any]:
    names = ["viewed"] * viewed + ["clicked"] * clicked
    return {"web_events": [
        {"event_id": str(n), "customer_id": "c1", "happened_at": NOON - timedelta(hours=n + 1),
         "event_name": name, "status": "a" if n % 2 else "b", **more}
        for n, name in enumerate(names)
    ]}  # fmt: skip


@pytest.mark.parametrize(
    ("viewed", "clicked", "asked", "expected"),
    [
        (3, 1, "gte: 0.333333333", True),
        (3, 1, "gt: 0.333333333", False),
        (3, 2, "eq: 0.666666667", True),
        (4, 1, "eq: 25%", True),
        (1, 3, "eq: 300%", True),
        (1, 0, "eq: 0", True),
        (0, 1, "gte: 0", False),
        (0, 0, "gte: 0", False),
        (0, 0, "ne: 5", False),
    ],
)
def test_a_rate_is_one_count_over_another(
    viewed: int, clicked: int, asked: str, expected: bool
) -> None:
    """7.36: rounded to 9 decimals; a zero denominator does not hold."""
    assert expected == holds(f"event: clicked, rate: {{to: viewed, {asked}}}",
                             **web(viewed, clicked))  # fmt: skip


def test_where_of_a_rate_filters_the_numerator_only() -> None:
    """7.36: `to` has a where of its own."""
    rows = web(4, 4)  # two of each have the status a
    asked = "event: clicked, where: {status: a}"
    assert holds(f"{asked}, rate: {{to: viewed, eq: 50%}}", **rows)
    assert holds(f"{asked}, rate: {{to: {{event: viewed, where: {{status: b}}}}, eq: 1}}", **rows)
    assert holds("event: clicked, rate: {to: {event: viewed, where: {status: b}}, eq: 2}", **rows)


def test_a_rate_is_of_one_window() -> None:
    """3: the same for both."""
    rows = web(4, 4)  # viewed 1 to 4 hours ago, clicked 5 to 8
    assert holds("event: clicked, within: 6 hours, rate: {to: viewed, eq: 50%}", **rows)


# compare ...


def compared(left: str, right: str, how: str, **tables: Any) -> bool:
    return holds(f"compare: {{left: {{{left}}}, right: {{{right}}}, {how}}}", **tables)


OLD_AND_NEW = (
    "event: order_placed, sum: amount, within: 30 days",
    "event: order_placed, sum: amount, between_ago: [60 days, 30 days]",
)


@pytest.mark.parametrize(
    ("new", "old", "how", "expected"),
    [
        (75, 100, "change: {lte: -25%}", True),
        (75, 100, "change: {eq: -0.25}", True),
        ("75.01", 100, "change: {lte: -25%}", False),
        (5, -10, "change: {eq: 1.5}", True),
        (-20, -10, "change: {eq: -1}", True),
        (1, 3, "ratio: {eq: 0.333333333}", True),
        (-1, 3, "ratio: {eq: -0.333333333}", True),
        (1, -3, "ratio: {eq: -0.333333333}", True),
        (-2, -3, "ratio: {eq: 0.666666667}", True),
        (1, 3, "ratio: {eq: 33.3333333%}", True),
        (1, 3, "difference: {eq: -2}", True),
        ("0.03", "0.01", "difference: {eq: 0.02}", True),
        (5, 0, "ratio: {gte: 0}", False),
        (5, 0, "change: {gte: 0}", False),
        (0, 5, "change: {eq: -1}", True),
        (5, 0, "difference: {eq: 5}", True),
        ("9999999999999999.99", "9999999999999999.98", "difference: {eq: 0.01}", True),
    ],
)
def test_a_measure_beside_another(new: Any, old: Any, how: str, expected: bool) -> None:
    """3, 7.37: change is over abs(right), and a zero right side does not hold."""
    rows = orders(
        {"amount": new, "ordered_at": NAIVE - timedelta(days=1)},
        {"amount": old, "ordered_at": NAIVE - timedelta(days=40)},
    )
    assert expected == compared(*OLD_AND_NEW, how, orders=rows)


def test_each_side_of_compare_is_exact_and_the_result_is_rounded_once() -> None:
    """7.65: a third less a third of a third part is no difference of rounded numbers."""
    rows = on(*[datetime(2026, 1, 9)] * 3, amount=[1, 0, 0], pieces=[2, 0, 0])
    left, right = "event: order_placed, avg: pieces", "event: order_placed, avg: amount"
    # 2/3 - 1/3 is 0.333333333; of rounded sides it would be 0.666666667 - 0.333333333.
    assert compared(left, right, "difference: {eq: 0.333333333}", orders=rows)
    assert compared(left, right, "ratio: {eq: 2}", orders=rows)
    assert compared(left, right, "change: {eq: 1}", orders=rows)


def test_differences_of_the_greatest_and_the_least_integer_have_room() -> None:
    """7.32: nothing overflows."""
    rows = on(*[datetime(2026, 1, 9)] * 2, pieces=[2**31 - 1, -(2**31)])
    left, right = "event: order_placed, max: pieces", "event: order_placed, min: pieces"
    assert compared(left, right, "difference: {eq: 4294967295}", orders=rows)
    assert compared(left, right, "change: {eq: 1.999999999534}", orders=rows) is False
    assert compared(left, right, "change: {eq: 2}", orders=rows)


def test_the_largest_decimals_are_divided() -> None:
    """7.32: their digits have room to become whole numbers."""
    rows = on(*[datetime(2026, 1, 9)] * 2, amount=[LARGE, 3])
    left, right = "event: order_placed, max: amount", "event: order_placed, min: amount"
    assert compared(left, right, "ratio: {eq: 3333333333333333.33}", orders=rows)
    assert compared(left, right, "difference: {eq: 9999999999999996.99}", orders=rows)


def test_unknown_sides_do_not_hold() -> None:
    """An average of no rows is unknown."""
    left, right = "event: order_placed, avg: amount", "event: refund_made, avg: amount"
    for how in ("ratio", "change", "difference"):
        assert not compared(left, right, f"{how}: {{ne: 7}}", orders=orders({"amount": 1}))


def test_infinity_takes_part_in_no_arithmetic_of_compare() -> None:
    """7.67"""
    rows = orders({"weight": float("inf"), "pieces": 1})
    left, right = "event: order_placed, max: weight", "event: order_placed, max: pieces"
    assert not compared(left, right, "difference: {gte: 0}", orders=rows)
    assert holds("event: order_placed, max: {of: weight, gt: 1000}", orders=rows)


def test_counts_and_rates_are_compared_too() -> None:
    """A side without a measure counts rows."""
    assert compared("event: clicked", "event: viewed", "ratio: {eq: 50%}", **web(4, 2))
    assert compared("event: clicked, rate: {to: viewed}", "event: viewed, count: {}",
                    "ratio: {eq: 0.125}", **web(4, 2))  # fmt: skip
    assert compared("event: clicked, active: {periods: day}", "event: viewed",
                    "difference: {eq: -3}", **web(4, 2))  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "shown"),
    [
        ("compare: {left: {event: viewed}, right: {event: clicked}}", "one of change, ratio and"),
        ("compare: {left: {event: viewed}, ratio: {gt: 1}}", "'compare' lacks right"),
        ("compare: {left: {event: viewed}, right: {event: clicked}, ratio: 1, change: 2}",
         "one of change"),
        ("compare: {left: {event: viewed, count: {gt: 1}}, right: {event: clicked}, ratio: 1}",
         "a measure here is not compared"),
        ("compare: {left: {event: viewed, max: due}, right: {event: clicked}, difference: 1}",
         "cannot be subtracted"),
        ("compare: {left: {event: viewed}, right: {event: clicked}, difference: {gt: 5%}}",
         "without %"),
        ("compare: {left: {trait: score}, right: {event: clicked}, ratio: 1}", "name the event"),
        ("event: viewed, active: {gte: 2}", "'active' needs `periods:`"),
        ("event: viewed, active: {periods: hour, gte: 2}", "'periods' are days or longer"),
        ("event: viewed, active: {periods: day}", "say what 'active' must be"),
        ("event: viewed, active: {periods: day, of_last: 0, gte: 1}", "at least 1"),
        ("event: viewed, rate: {gte: 1}", "'rate' needs `to:`"),
        ("event: viewed, rate: {to: clickd, gte: 1}", "unknown event 'clickd'"),
        ("event: viewed, nth: {where: {amount: 1}}", "'nth' lacks n"),
        ("event: viewed, nth: {n: 0}", "at least 1"),
        ("event: viewed, first: {within: 2 months}", "has no fixed length"),
        ("event: viewed, first: {}, last: {}", "takes one measure"),
        ("event: viewed, first: {}, count: 1", "takes one measure"),
    ],
)  # fmt: skip
def test_mistakes_in_measures_are_shown(condition: str, shown: str) -> None:
    """With what is wrong."""
    assert shown in problems(f"where: {{{condition}}}")


def test_a_rank_may_be_by_any_measure() -> None:
    """7.40, 7.42: people without a value come last."""
    rows = [
        {
            "order_id": n,
            "customer_id": who,
            "ordered_at": NAIVE - timedelta(days=1),
            "amount": Decimal(amount),
        }
        for n, (who, amount) in enumerate((("c1", "1"), ("c1", "2"), ("c2", "1.4")))
    ]
    body = "rank: {by: {event: order_placed, avg: amount}, top: 1}"
    assert chosen(body, customers=people(3), orders=rows) == ["c1"]
    body = "rank: {by: {event: order_placed, median: amount}, order: asc, top: 2}"
    assert chosen(body, customers=people(3), orders=rows) == ["c1", "c2"]
