"""Warnings: what an audience says that its author may not mean. Each has a code.

`silence: [code, ..]` in the audience's file turns a warning off. What is looked at is the
YAML, where every value has its place; names and types are already checked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, time
from decimal import Decimal

from cdp_activate.audiences import operators
from cdp_activate.audiences.model import All, AnyOf, AtLeast, Audience, Condition, Consent
from cdp_activate.audiences.moments import parse_date, parse_time
from cdp_activate.audiences.ranges import decided
from cdp_activate.catalog import Catalog
from cdp_activate.errors import Problem
from cdp_activate.text import Node

_MOST_BRANCHES = 100
"""Each is compared with each other one."""
_BEGUN = tuple(word for word in operators.WINDOWS if word != "until")
"""Windows with a beginning: `until` alone reads all time before it."""
_BOUNDED = (*_BEGUN, "first", "last", "nth")
_LOW, _HIGH = ("gt", "gte", "eq"), ("lt", "lte", "eq")


def warnings(
    audiences: Mapping[str, Audience], catalog: Catalog, unasked: Collection[str] = ()
) -> list[Problem]:
    """The warnings of all audiences; `unasked` are those that a sync sends without consent."""
    found: list[Problem] = []
    for audience in audiences.values():
        silenced = audience.silence
        for node, code, message, hint in _looked_at(audience, audiences, catalog, unasked):
            if code not in silenced:
                more = f"{hint}; " if hint else ""
                found.append(node.problem(message, f"{more}silence: [{code}]", code=code))
    found.sort(key=lambda problem: (problem.path, problem.line, problem.column, problem.code))
    return list(dict.fromkeys(found))


Finding = tuple[Node, str, str, str]


def _looked_at(
    audience: Audience,
    audiences: Mapping[str, Audience],
    catalog: Catalog,
    unasked: Collection[str],
) -> Iterator[Finding]:
    name = audience.node.locate(["audience"])
    if not audience.owner:
        yield name, "no-owner", f"the audience '{audience.name}' has no owner", "owner: me@.."
    if audience.name in unasked and not _asks_consent(audience.where):
        message = f"'{audience.name}' is sent to a channel and asks for no consent"
        yield name, "no-consent", message, "add `consent: PURPOSE` here or to the sync"
    for other, node in audience.uses.items():
        zone = audiences[other].timezone if other in audiences else audience.timezone
        if zone != audience.timezone:
            message = f"'{other}' is judged in {zone}, this audience in {audience.timezone}"
            yield node, "mixed-time-zones", message, ""
    for part in ("where", "rank"):
        node = audience.node.locate([part])
        if node is not audience.node:
            yield from _conditions(node, audience)


def _asks_consent(condition: Condition | None) -> bool:
    """Every member has some consent: it is not one of several ways in, nor denied."""
    if isinstance(condition, AtLeast) and condition.n == len(condition.of):
        condition = All(condition.of)
    if isinstance(condition, All):
        return any(_asks_consent(part) for part in condition.of)
    if isinstance(condition, AnyOf):
        return all(_asks_consent(part) for part in condition.of)
    return isinstance(condition, Consent)


def _conditions(root: Node, audience: Audience) -> Iterator[Finding]:
    pending = [root]
    while pending:
        here = pending.pop()
        if isinstance(here.value, list):
            pending.extend(here.value)
        elif isinstance(here.value, dict):
            yield from _condition(here, here.value, audience)
            pending.extend(here.value.values())


def _condition(node: Node, parts: Mapping[str, Node], audience: Audience) -> Iterator[Finding]:
    if "sql" in parts:
        yield node.keys["sql"], "sql", "this condition is written in SQL", ""
    if "event" in parts and not any(word in parts for word in _BOUNDED):
        measure = parts.get("active")
        if measure is None or not isinstance(measure.value, dict) or "of_last" not in measure.value:
            message = "events of all time are read"
            yield node.keys["event"], "unbounded-window", message, "add a window: within: 365 days"
    if "sequence" in parts and not any(word in parts for word in _BEGUN):
        message = "events of all time are read"
        yield node.keys["sequence"], "unbounded-window", message, "add a window: within: 365 days"
    for word in ("any", "all"):
        branches = parts[word].value if word in parts else None
        if isinstance(branches, list) and len(branches) <= _MOST_BRANCHES:
            yield from _branches(word, branches)
    if "not" in parts:
        yield from _negation(node, parts["not"], audience)
    yield from _numbers(node, parts)
    yield from decided(parts)
    if "trait" in parts:
        yield from _known(node, parts, audience)
    yield from _windows(node, parts)


def _branches(word: str, branches: list[Node]) -> Iterator[Finding]:
    plain = [_plain(branch) for branch in branches]
    for place, branch in enumerate(branches):
        opposite = _opposite(plain[place])
        if opposite in plain[:place]:
            code = "always-holds" if word == "any" else "never-holds"
            yield branch, code, f"`{word}` of a condition and its opposite", ""
        if word != "any":
            continue
        if plain[place] in plain[:place]:
            yield branch, "overlapping-branches", "this branch is there already", "remove it"
        for other in (one for one in plain[:place] + plain[place + 1 :] if one != plain[place]):
            inner = branch.locate(["all"]).plain() if branch.locate(["all"]) is not branch else None
            if isinstance(inner, list) and other in inner:
                message = "another branch holds whenever this one does"
                yield branch, "overlapping-branches", message, "remove it"


def _plain(node: Node) -> object:
    value = node.plain()
    return {"all": value} if isinstance(value, list) else value


def _opposite(plain: object) -> object:
    if isinstance(plain, dict) and set(plain) == {"not"}:
        return plain["not"]
    return {"not": plain}


def _negation(node: Node, inner: Node, audience: Audience) -> Iterator[Finding]:
    parts = inner.value
    if not isinstance(parts, dict) or "trait" not in parts or "is_null" in parts:
        return
    if "nulls" in parts:
        return
    column = audience.entity.model.columns.get(parts["trait"].text)
    if column is not None and (column.required or column.name == audience.entity.key):
        return
    message = f"'{parts['trait'].text}' may be unknown, and `not` lets the unknown in"
    hint = "ask the opposite operator, or add `nulls: include` inside"
    yield node.keys["not"], "nullable-negation", message, hint


def _numbers(node: Node, parts: Mapping[str, Node]) -> Iterator[Finding]:
    """Comparisons of one number that contradict each other, or that any count passes."""
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
    for name in ("between", "not_between"):
        ends = parts[name].plain() if name in parts else None
        if isinstance(ends, list) and len(ends) == 2 and _descend(*ends):
            code = "never-holds" if name == "between" else "always-holds"
            yield parts[name], code, f"{ends[0]} is beyond {ends[1]}: write the lower one first", ""
    if "match" in parts and parts["match"].plain() == {"at_least": 0}:
        yield node.keys["match"], "always-holds", "any number of rows is at least 0", ""
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


def _known(node: Node, parts: Mapping[str, Node], audience: Audience) -> Iterator[Finding]:
    """A trait that is null and yet compared, or of whole numbers and equal to a fraction."""
    others = [word for word in parts if word in operators.ALL and word != "is_null"]
    null = parts.get("is_null")
    if null is not None and null.value is True and others and "nulls" not in parts:
        yield node.keys[others[0]], "never-holds", "what is null passes no comparison", ""
    for word in ("top_percent", "bottom_percent"):
        if word in parts and parts[word].text.removesuffix("%") in ("0", "100"):
            code = "never-holds" if parts[word].text.startswith("0") else "always-holds"
            who = "nobody" if code == "never-holds" else "everyone with a value"
            yield parts[word], code, f"{word} {parts[word].text} is {who}", ""
    column = audience.entity.model.columns.get(parts["trait"].text)
    if column is not None and column.type.kind == "integer":
        for word in ("eq", "is"):
            number = parts[word].value if word in parts else None
            if isinstance(number, Decimal) and number.is_finite() and number != int(number):
                message = f"'{column.name}' holds whole numbers: it is never {number}"
                yield parts[word], "never-holds", message, ""


def _windows(node: Node, parts: Mapping[str, Node]) -> Iterator[Finding]:
    """Two ends of time in the wrong order."""
    for low, high in (("since", "until"), ("after", "before")):
        ends = [parts[word].plain() if word in parts else None for word in (low, high)]
        if _descend(*ends) or (ends[0] is not None and ends[0] == ends[1]):
            message = f"nothing is both {low} {ends[0]} and {high} {ends[1]}"
            yield node.keys[high], "never-holds", message, ""
