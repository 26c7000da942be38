"""Comparisons that contradict each other, or that everything passes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time
from decimal import Decimal

from cdp_activate.audiences.written_times import parse_date, parse_time
from cdp_activate.text import Node

Finding = tuple[Node, str, str, str]
"""Place, code, message and hint of a warning."""
_LOW, _HIGH = ("gt", "gte", "eq"), ("lt", "lte", "eq")


def contradictions(node: Node, parts: Mapping[str, Node]) -> Iterator[Finding]:
    """What nobody or everybody passes among the parts of the condition `node`."""
    yield from _ends(node, parts)
    yield from _pairs(parts)
    yield from _numbers_of_people(node, parts)
    yield from _windows(node, parts)


def _ends(node: Node, parts: Mapping[str, Node]) -> Iterator[Finding]:
    """Two ends of one number that contradict each other."""
    numbers = {
        name: Decimal(one.value)
        for name, one in parts.items()
        if isinstance(one.value, int | Decimal) and not isinstance(one.value, bool)
    }
    for low in _LOW:
        for high in _HIGH:
            if low == high or low not in numbers or high not in numbers:
                continue
            strict = low == "gt" or high == "lt"
            gap = numbers[high] - numbers[low]
            if gap < 0 or (gap == 0 and strict):
                message = f"no number is both {low} {numbers[low]} and {high} {numbers[high]}"
                yield node.keys[high], "never-holds", message, ""


def _pairs(parts: Mapping[str, Node]) -> Iterator[Finding]:
    """`between` from the higher end to the lower."""
    for name in ("between", "not_between"):
        ends = parts[name].plain() if name in parts else None
        if isinstance(ends, list) and len(ends) == 2 and _descend(*ends):
            code = "never-holds" if name == "between" else "always-holds"
            yield parts[name], code, f"{ends[0]} is beyond {ends[1]}: write the lower one first", ""


def _numbers_of_people(node: Node, parts: Mapping[str, Node]) -> Iterator[Finding]:
    """What nobody or everybody is by its number alone: no row, none of a hundred."""
    if "match" in parts and parts["match"].plain() == {"at_least": 0}:
        yield node.keys["match"], "always-holds", "any number of rows is at least 0", ""
    if "by" in parts and "top_percent" in parts and parts["top_percent"].text in ("0", "0%"):
        yield node.keys["top_percent"], "never-holds", "the first 0% of all are nobody", ""
    sample = parts.get("sample")
    if sample is not None and isinstance(sample.value, dict):
        share = str(sample.plain().get("percent")).removesuffix("%")
        if share in ("0", "100"):
            code = "never-holds" if share == "0" else "always-holds"
            yield node.keys["sample"], code, f"a sample of {share}%", ""


def _descend(low: object, high: object) -> bool:
    """The first of two numbers, or of two days or times, is beyond the second."""
    if isinstance(low, str) and isinstance(high, str):
        first, last = _moment(low), _moment(high)
        return first is not None and last is not None and first > last
    numbers = [one for one in (low, high) if isinstance(one, int | Decimal)]
    return len(numbers) == 2 and numbers[0] > numbers[1]


def _moment(written: str) -> datetime | None:
    """A time, or the midnight of a day; in UTC, whose days are as long as any."""
    day = parse_date(written)
    return datetime.combine(day, time(), UTC) if day else parse_time(written, "UTC")


def _windows(node: Node, parts: Mapping[str, Node]) -> Iterator[Finding]:
    """Two ends of time in the wrong order."""
    for low, high in (("since", "until"), ("after", "before")):
        ends = [parts[word].plain() if word in parts else None for word in (low, high)]
        if _descend(*ends) or (ends[0] is not None and ends[0] == ends[1]):
            message = f"nothing is both {low} {ends[0]} and {high} {ends[1]}"
            yield node.keys[high], "never-holds", message, ""
