"""Comparisons that a natural range decides: no count is below 0, no hour is 25."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from cdp_activate.audiences.contradictions import Finding
from cdp_activate.audiences.reading.measures import fractions
from cdp_activate.text import Node


class Range(NamedTuple):
    """What is asked is never below `low` or above `high`; `whole` numbers have no fraction."""

    low: int
    high: int | None
    whole: bool = True
    hint: str = ""


_RANGES = {
    "count": Range(0, None),
    "distinct": Range(0, None),
    "active": Range(0, None),
    "length": Range(0, None),
    "hour": Range(0, 23),
    "percentile": Range(0, 100, whole=False),
    "share": Range(0, 1, whole=False, hint="a share is at most 1: write 50% or 0.5"),
}


_PASSES = {"gte": operator.ge, "gt": operator.gt, "lte": operator.le, "lt": operator.lt}


def decided(parts: Mapping[str, Node]) -> Iterator[Finding]:
    """Place, code, message and hint of what a range decides among the parts of a condition."""
    for name, inner in _ranged(parts):
        within = _RANGES[name]
        if name == "active" and isinstance(inner.value, dict):
            most = inner.value.get("of_last")
            within = within._replace(high=most.value if most and type(most.value) is int else None)
        asked = list(_asked(inner))
        for word, one, number in asked:
            holds = _holds(word, number, within)
            # Of two ends one may be the range's own: {gte: 8, lt: 24}.
            if holds is False or (holds and len(asked) == 1):
                code = f"{'always' if holds else 'never'}-holds"
                message = f"'{name}' is {'always' if holds else 'never'} {word} {number:f}"
                yield one, code, message, within.hint


def _ranged(parts: Mapping[str, Node]) -> Iterator[tuple[str, Node]]:
    """What has a range in this condition; elsewhere these words may be names of properties."""
    names: tuple[str, ...] = ()
    if "event" in parts or "related" in parts:
        names = ("count", "distinct", "active")
    elif "trait" in parts:
        names = ("length", "hour", "percentile")
    yield from ((name, parts[name]) for name in names if name in parts)
    match = parts.get("match")
    if "related" in parts and match is not None and isinstance(match.value, dict):
        yield from ((name, one) for name, one in match.value.items() if name == "share")


def perhaps_percentages(parts: Mapping[str, Node]) -> Iterator[Finding]:
    """Whole numbers from 2 on where a fraction is asked for: 20 is twenty times as many."""
    name = "rate" if "event" in parts or "related" in parts else "change"
    if name not in parts or (name == "change" and "left" not in parts):
        return
    for one in _scalars(parts[name]):
        if type(one.value) is int and abs(one.value) > 1:
            hint = f"write {one.value}%, or {one.value * 100}% where that is meant"
            yield one, "percentage", f"a '{name}' of {one.value} is {one.value * 100}%", hint


def _scalars(node: Node) -> Iterator[Node]:
    if isinstance(node.value, dict | list):
        named = node.value.items() if isinstance(node.value, dict) else enumerate(node.value)
        for name, one in named:
            if name != "to":  # the events of a rate, with a filter of their own
                yield from _scalars(one)
    else:
        yield node


def _asked(node: Node) -> Iterator[tuple[str, Node, Decimal]]:
    parts = fractions(node).value
    for word, one in (parts if isinstance(parts, dict) else {"eq": fractions(node)}).items():
        if isinstance(one.value, int | Decimal) and not isinstance(one.value, bool):
            number = Decimal(one.value)
            if number.is_finite():
                yield ("eq" if word == "is" else word), one, number


def _holds(word: str, number: Decimal, within: Range) -> bool | None:
    """Whether every number of the range passes, or none; else nothing is decided."""
    low, high = Decimal(within.low), Decimal("Infinity" if within.high is None else within.high)
    if word in ("eq", "ne"):
        beyond = not low <= number <= high or (within.whole and number != int(number))
        return (word == "ne") if beyond else None
    passes = _PASSES.get(word)
    ends = {passes(low, number), passes(high, number)} if passes else set()
    # What both ends of a range pass, or neither, so does what lies between.
    return ends.pop() if len(ends) == 1 else None
