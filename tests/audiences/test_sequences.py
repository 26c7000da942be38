"""Sequences, one step at a time: worked out by hand (AUDIENCES.md 3, 7.20 to 7.26)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from neighbours import Shop, shop  # noqa: F401
from test_settled_questions import problems
from world import NOON, chosen, create, hostile, members, people

from cdp_activate.audiences.compiling.sequences import _Runs

NAIVE = NOON.replace(tzinfo=None)


@pytest.fixture(autouse=True)
def everywhere(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """Every case runs on DuckDB and on PostgreSQL, which must agree."""
    monkeypatch.setitem(globals(), "chosen", shop.chosen)


HOUR = timedelta(hours=1)


def orders(*hours: float, **columns: list[Any]) -> list[dict[str, Any]]:
    """Orders of c1, so many hours before noon, with ids in the order written."""
    return [
        {
            "order_id": number,
            "customer_id": "c1",
            "ordered_at": NAIVE - ago * HOUR,
            **{name: values[number] for name, values in columns.items()},
        }
        for number, ago in enumerate(hours)
    ]


def calls(*hours: float, first_id: int = 0, **columns: list[Any]) -> list[dict[str, Any]]:
    """Calls of c1, so many hours before noon (their table is in Hanoi's time)."""
    return [
        {
            "call_id": first_id + number,
            "customer_id": "c1",
            "called_at": NAIVE - ago * HOUR + timedelta(hours=7),
            **{name: values[number] for name, values in columns.items()},
        }
        for number, ago in enumerate(hours)
    ]


def views(*hours: float, name: str = "viewed") -> list[dict[str, Any]]:
    return [
        {"event_id": str(n), "customer_id": "c1", "happened_at": NOON - ago * HOUR,
         "event_name": name}
        for n, ago in enumerate(hours)
    ]  # fmt: skip


def holds(steps: str, more: str = "", **tables: list[dict[str, Any]]) -> bool:
    """c1 is through the sequence."""
    found = chosen(f"where: {{sequence: [{steps}]{more}}}", customers=people(1), **tables)
    return found == ["c1"]


def test_a_later_step_comes_strictly_after_the_one_before() -> None:
    """By time; a row is not after itself, and rows of two tables at one time are by id."""
    steps = "{did: order_placed}, {did: call_made}"
    assert holds(steps, orders=orders(2), calls=calls(1))
    assert not holds(steps, orders=orders(1), calls=calls(2))
    assert not holds("{did: order_placed}, {did: order_placed}", orders=orders(1))
    assert holds("{did: order_placed}, {did: order_placed}", orders=orders(1, 1))


def test_rows_of_different_tables_with_equal_time_and_id_are_simultaneous() -> None:
    """7.25: neither is after the other; another id decides."""
    steps = "{did: order_placed}, {did: call_made}"
    assert not holds(steps, orders=orders(1), calls=calls(1))
    assert holds(steps, orders=orders(1), calls=calls(1, first_id=1))
    assert not holds("{did: call_made}, {did: order_placed}",
                     orders=orders(1), calls=calls(1, first_id=1))  # fmt: skip


@pytest.mark.parametrize(("first", "second", "expected"), [(9, 10, True), (10, 9, False)])
def test_ids_are_ordered_as_numbers_where_all_are_whole_numbers(
    first: int, second: int, expected: bool
) -> None:
    """7.25"""
    rows = [
        {"order_id": first, "customer_id": "c1", "ordered_at": NAIVE - HOUR, "status": "a"},
        {"order_id": second, "customer_id": "c1", "ordered_at": NAIVE - HOUR, "status": "b"},
    ]
    steps = "{did: order_placed, where: {status: a}}, {did: order_placed, where: {status: b}}"
    assert expected == holds(steps, orders=rows)


@pytest.mark.parametrize(
    ("order", "view", "expected"),
    [(9, "10", False), (10, "9", True), (1, "\u00e4", True), (1, "Z", True)],
)
def test_ids_are_ordered_as_text_where_one_table_has_text(
    order: int, view: str, expected: bool
) -> None:
    """7.25: by code point."""
    orders_ = [{"order_id": order, "customer_id": "c1", "ordered_at": NAIVE - HOUR}]
    web = [{"event_id": view, "customer_id": "c1", "happened_at": NOON - HOUR,
            "event_name": "viewed"}]  # fmt: skip
    steps = "{did: order_placed}, {did: viewed}"
    assert expected == holds(steps, orders=orders_, web_events=web)


def test_within_is_at_most_that_long_after_the_step_before() -> None:
    """To the microsecond, and the end included."""
    steps = "{did: order_placed}, {did: call_made, within: 1 hour}"
    assert holds(steps, orders=orders(3), calls=calls(2))
    late = [{**calls(2)[0], "called_at": calls(2)[0]["called_at"] + timedelta(microseconds=1)}]
    assert not holds(steps, orders=orders(3), calls=late)


def test_any_run_that_matches_makes_it_hold() -> None:
    """Neither the first nor the last row of a step may be taken for good."""
    steps = (
        "{did: order_placed, where: {status: a}},"
        "{did: order_placed, where: {status: b}, within: 2 hours},"
        "{did: order_placed, where: {status: c}, within: 2 hours}"
    )
    # a10 b9 is too far from c; a7 b6 leads to c5, although b9 came first and a1 is last.
    rows = orders(10, 9, 7, 6, 5, 1, status=["a", "b", "a", "b", "c", "a"])
    assert holds(steps, orders=rows)
    assert not holds(steps, orders=orders(10, 9, 6, 3, status=["a", "b", "b", "c"]))


def test_a_run_goes_on_from_an_earlier_row_where_the_nearest_is_guarded() -> None:
    """A guard with a length judges each pair by itself."""
    steps = (
        "{did: order_placed}, {did_not: call_made, within: 1 hour}, {did: viewed, within: 9 hours}"
    )
    # After the order at 5 there is a call at once; after that at 8 there is none for an hour.
    assert holds(steps, orders=orders(8, 5), calls=calls(4.5), web_events=views(1))
    assert not holds(steps, orders=orders(5), calls=calls(4.5), web_events=views(1))


def test_a_guard_between_two_steps_is_the_open_gap_between_them() -> None:
    """7.22"""
    steps = "{did: order_placed}, {did_not: call_made}, {did: viewed}"
    for hour, expected in ((6, True), (5, True), (3, False), (1, True), (0.5, True)):
        found = holds(steps, orders=orders(5), calls=calls(hour), web_events=views(1))
        assert expected == found, hour


def test_a_guard_of_one_table_and_one_time_is_decided_by_id() -> None:
    """7.22, 7.25: the gap is open, and simultaneous rows are outside it."""
    steps = (
        "{did: order_placed, where: {status: a}}, {did_not: order_placed, where: {status: x}},"
        "{did: order_placed, where: {status: b}}"
    )
    assert not holds(steps, orders=orders(1, 1, 1, status=["a", "x", "b"]))
    assert holds(steps, orders=orders(1, 1, 1, status=["x", "a", "b"]))
    assert holds(steps, orders=orders(1, 1, 1, status=["a", "b", "x"]))


def test_a_guard_with_a_length_guards_only_so_long_after_the_step_before() -> None:
    """7.22: its end included."""
    steps = "{did: order_placed}, {did_not: call_made, within: 2 hours}, {did: viewed}"
    for hour, expected in ((4, False), (3, False), (2.9, True)):
        found = holds(steps, orders=orders(5), calls=calls(hour), web_events=views(1))
        assert expected == found, hour


def test_a_final_guard_holds_once_its_time_is_over() -> None:
    """7.20: the end of the time included, and strictly before as_of."""
    steps = "{did: order_placed}, {did_not: call_made, within: 2 hours}"
    assert holds(steps, orders=orders(2.001), calls=[])
    assert not holds(steps, orders=orders(2), calls=[])
    assert not holds(steps, orders=orders(1), calls=[])
    assert not holds(steps, orders=orders(5), calls=calls(3))
    assert holds(steps, orders=orders(5), calls=calls(2.99))
    # Any run: the second order was not called about.
    assert holds(steps, orders=orders(9, 5), calls=calls(8))


def test_a_final_guard_without_a_length_guards_until_as_of() -> None:
    """7.21: what is dated at as_of does not exist."""
    steps = "{did: order_placed}, {did_not: call_made}"
    assert holds(steps, orders=orders(5), calls=calls(6, 0))
    assert not holds(steps, orders=orders(5), calls=calls(0.001))


def test_several_guards_of_one_gap_must_all_hold() -> None:
    """Each guards it for itself."""
    steps = "{did: order_placed}, {did_not: call_made, within: 1 hour}, {did_not: viewed}"
    assert holds(steps, orders=orders(5), calls=calls(3), web_events=views(6))
    assert not holds(steps, orders=orders(5), calls=calls(4.5), web_events=[])
    assert not holds(steps, orders=orders(5), calls=[], web_events=views(1))


def test_same_compares_with_the_latest_did_and_null_is_the_same_as_nothing() -> None:
    """7.24"""
    steps = "{did: order_placed}, {did: call_made, same: [status]}"
    rows = orders(5, 4, status=["a", None])
    assert holds(steps, orders=rows, calls=calls(3, status=["a"]))
    assert not holds(steps, orders=rows, calls=calls(3, status=["b"]))
    assert not holds(steps, orders=rows, calls=calls(3, status=[None]))


def test_a_guard_is_not_broken_by_a_row_whose_property_is_null() -> None:
    """7.24"""
    steps = "{did: order_placed}, {did_not: call_made, same: [status]}"
    assert holds(steps, orders=orders(5, status=["a"]), calls=calls(3, 2, status=["b", None]))
    assert not holds(steps, orders=orders(5, status=["a"]), calls=calls(3, status=["a"]))
    assert holds(steps, orders=orders(5, status=[None]), calls=calls(3, status=[None]))


def test_same_of_a_third_step_is_that_of_the_second() -> None:
    """7.24: the latest did before it."""
    steps = (
        "{did: order_placed}, {did: call_made, same: [amount]}, {did: order_placed, same: [status]}"
    )
    first = orders(5, 1, status=["x", "y"], amount=[1, 2])
    assert holds(steps, orders=first, calls=calls(3, status=["y"], amount=[1]))
    assert not holds(steps, orders=first, calls=calls(3, status=["x"], amount=[1]))


def test_immediately_allows_no_other_row_of_the_table_between() -> None:
    """7.26: whatever its event; rows of other tables do not matter."""
    steps = "{did: viewed}, {did: clicked, immediately: true}"

    def web(*names: str) -> list[dict[str, Any]]:
        return [
            {**row, "event_name": name, "event_id": str(place)}
            for place, (name, row) in enumerate(zip(names, views(5, 4, 3, 2), strict=False))
        ]

    assert holds(steps, web_events=web("viewed", "clicked"))
    assert not holds(steps, web_events=web("viewed", "else", "clicked"))
    assert holds(steps, web_events=web("viewed", "viewed", "clicked"))
    assert holds(steps, web_events=web("viewed", "clicked"), orders=orders(4.5))
    other = [{**row, "customer_id": "c2"} for row in web("else")]
    assert holds(steps, web_events=[*web("viewed", "clicked"), *other])


def test_immediately_is_about_the_table_of_the_row_where_a_step_names_several() -> None:
    """7.26"""
    steps = "{did: viewed}, {did: [order_placed, call_made], immediately: true}"
    assert holds(steps, web_events=views(5), orders=orders(4), calls=calls(3))
    rows = orders(4, 3, status=["a", "b"])
    only = "{did: viewed}, {did: [order_placed, call_made], where: {status: b}, immediately: true}"
    assert not holds(only, web_events=views(5), orders=rows)
    assert holds(only, web_events=views(5), orders=rows[1:], calls=calls(4, status=["a"]))


def test_the_window_is_about_the_first_step() -> None:
    """The whole sequence starts in it."""
    steps = "{did: order_placed}, {did: call_made}"
    assert holds(steps, ", within: 6 hours", orders=orders(6), calls=calls(1))
    assert not holds(steps, ", within: 5 hours", orders=orders(6), calls=calls(1))
    assert holds(steps, ", until: 2026-01-10T06:30:00", orders=orders(6), calls=calls(1))


def test_a_sequence_has_any_number_of_steps() -> None:
    """Twelve in a row, and not thirteen."""
    did = "{did: order_placed}"
    assert holds(", ".join([did] * 12), orders=orders(*range(12, 0, -1)))
    assert not holds(", ".join([did] * 13), orders=orders(*range(12, 0, -1)))


def test_a_step_may_name_several_events() -> None:
    """Any of them."""
    steps = "{did: [order_placed, call_made]}, {did: viewed}"
    assert holds(steps, calls=calls(5), web_events=views(1))
    assert holds(steps, orders=orders(5), web_events=views(1))
    assert not holds(steps, orders=orders(1), web_events=views(5))


def test_days_without_a_time_are_whole_in_a_sequence() -> None:
    """A guard of 2 days after the 7th is over when the 9th is."""

    def refunds(*days: int) -> list[dict[str, Any]]:
        return [{"refund_id": n, "customer_id": "c1", "refunded_on": date(2026, 1, day)}
                for n, day in enumerate(days)]  # fmt: skip

    guard = "{did: refund_made}, {did_not: refund_made, within: 2 days}"
    assert holds(guard, refunds=refunds(7))
    assert not holds(guard, refunds=refunds(8))
    assert not holds("{did: refund_made}, {did: refund_made, within: 1 day}", refunds=refunds(1, 3))
    assert holds("{did: refund_made}, {did: refund_made, within: 1 day}", refunds=refunds(1, 2))


def test_a_day_beside_times_is_its_local_midnight() -> None:
    """A date in a sequence with times of day begins where its day does."""
    refunds = [{"refund_id": 1, "customer_id": "c1", "refunded_on": date(2026, 1, 9)}]
    steps = "{did: refund_made}, {did: order_placed}"
    at = [{"order_id": 1, "customer_id": "c1", "ordered_at": datetime(2026, 1, 8, 18)}]
    assert not holds(steps, refunds=refunds, orders=at)
    body = f"timezone: Asia/Ho_Chi_Minh\nwhere: {{sequence: [{steps}]}}"
    assert chosen(body, customers=people(1), refunds=refunds, orders=at) == ["c1"]


def test_rows_of_others_and_of_nobody_do_not_count() -> None:
    """Each person's rows are their own."""
    other = [
        {**row, "customer_id": who} for row, who in zip(calls(1, 2), ("c2", None), strict=True)
    ]
    assert not holds("{did: order_placed}, {did: call_made}", orders=orders(5), calls=other)


@pytest.mark.parametrize(
    ("condition", "shown"),
    [
        ("sequence: [{did_not: order_placed}]", "a sequence begins with a did"),
        ("sequence: [{did: order_placed, within: 1 day}]", "the first step has no 'within'"),
        ("sequence: [{did: order_placed, same: [status]}]", "the first step has no 'same'"),
        ("sequence: [{did: order_placed, immediately: true}]", "the first step has no"),
        ("sequence: []", "takes a list of steps"),
        ("sequence: [{did: viewed, did_not: clicked}]", "a step is either did or did_not"),
        ("sequence: [{where: {amount: 1}}]", "a step says did or did_not"),
        ("sequence: [{did: viewed}, {did: clickd}]", "unknown event 'clickd'"),
        ("sequence: [{did: viewed}, {did: clicked, within: 1 month}]", "has no fixed length"),
        ("sequence: [{did: viewed}, {did: clicked, same: [wight]}]", "unknown property 'wight'"),
        ("sequence: [{did: viewed}, {did: order_placed, same: [weight]}]", "of viewed"),
        ("sequence: [{did: order_placed}, {did: call_made, same: []}]", "'same' is empty"),
        ("sequence: [{did: viewed}, {did_not: clicked, immediately: true}]", "no 'immediately'"),
        ("sequence: [{did: refund_made}, {did: refund_made, within: 3 hours}]", "whole days"),
        ("sequence: [{did: viewed}], within: 1 year", "has no fixed length"),
        ("sequence: [{did: viewed}], count: 3", "unknown key 'count'"),
    ],
)  # fmt: skip
def test_mistakes_in_a_sequence_are_shown(condition: str, shown: str) -> None:
    """7.12, 7.23, 7.24"""
    assert shown in problems(f"where: {{{condition}}}")


def test_all_mistakes_of_a_sequence_are_shown_at_once() -> None:
    """One in each step."""
    shown = problems("where: {sequence: [{did_not: viewed}, {did: clickd}, {did: seen}]}")
    for what in ("begins with a did", "unknown event 'clickd'", "unknown event 'seen'"):
        assert what in shown


def test_an_instant_is_compared_to_the_microsecond_across_zones() -> None:
    """A zoned and a naive table: the same instant is simultaneous by equal ids."""
    web = [{"event_id": "0", "customer_id": "c1", "event_name": "viewed",
            "happened_at": datetime(2026, 1, 9, 12, tzinfo=UTC)}]  # fmt: skip
    same = [{"order_id": 0, "customer_id": "c1", "ordered_at": datetime(2026, 1, 9, 12)}]
    later = [{**same[0], "ordered_at": datetime(2026, 1, 9, 12, 0, 0, 1)}]
    steps = "{did: viewed}, {did: order_placed}"
    assert not holds(steps, web_events=web, orders=same)
    assert holds(steps, web_events=web, orders=later)


@pytest.mark.parametrize("seed", range(6))
def test_the_nearest_row_finds_what_every_pair_finds(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two ways to write a step, on hostile people: one pass, and all pairs."""
    as_of, tables = hostile(seed)
    connection = create(tables)
    for steps in (
        "{did: order_placed}, {did: call_made}, {did: [viewed, clicked], within: 30 days}",
        "{did: [order_placed, refund_made]}, {did_not: call_made}, {did: viewed}",
        "{did: viewed}, {did: viewed, immediately: true}, {did_not: clicked, within: 7 days}",
        "{did: order_placed}, {did_not: [order_placed, viewed]}, {did: refund_made}",
        "{did: order_placed, where: {pieces: {gte: 1}}}, {did: order_placed, immediately: true}",
    ):
        text = f"audience: tested\nwhere: {{sequence: [{steps}]}}"
        found = members(connection, text, as_of)
        monkeypatch.setattr(_Runs, "_nearest_is_best", lambda *_: False)
        assert members(connection, text, as_of) == found, steps
        monkeypatch.undo()
    connection.close()
