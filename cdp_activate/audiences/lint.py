"""Warnings: what an audience says that its author may not mean. Each has a code.

`silence: [code, ..]` in the audience's file turns a warning off. What is looked at is the
YAML, where every value has its place; names and types are already checked.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from cdp_activate.audiences import operators
from cdp_activate.audiences.contradictions import Finding, contradictions
from cdp_activate.audiences.model import All, AnyOf, AtLeast, Audience, Condition, ConsentCondition
from cdp_activate.audiences.ranges import decided, perhaps_percentages
from cdp_activate.audiences.reading.values import uuid_text
from cdp_activate.errors import Problem
from cdp_activate.text import Node

_MOST_BRANCHES = 100
"""Each is compared with each other one."""
_BEGUN = tuple(word for word in operators.WINDOWS if word != "until")
"""Windows with a beginning: `until` alone reads all time before it."""
_BOUNDED = (*_BEGUN, "first", "last", "nth")
_WHOLE = re.compile(r"[+-]?[0-9]{1,40}")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{2}0")
"""As many languages write thousands; a decimal would need no 0 at its end."""


def warnings(audiences: Mapping[str, Audience], unasked: Collection[str] = ()) -> list[Problem]:
    """The warnings of all audiences; `unasked` are those that a sync sends without consent."""
    found: list[Problem] = []
    for audience in audiences.values():
        silenced = audience.silence
        for node, code, message, hint in _looked_at(audience, audiences, unasked):
            if code not in silenced:
                more = f"{hint}; " if hint else ""
                found.append(node.problem(message, f"{more}silence: [{code}]", code=code))
    found.sort(key=lambda problem: (problem.path, problem.line, problem.column, problem.code))
    return list(dict.fromkeys(found))


def _looked_at(
    audience: Audience,
    audiences: Mapping[str, Audience],
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
    yield from _keys(audience)


def _asks_consent(condition: Condition | None) -> bool:
    """Every member has some consent: it is not one of several ways in, nor denied."""
    if isinstance(condition, AtLeast) and condition.n == len(condition.of):
        condition = All(condition.of)
    if isinstance(condition, All):
        return any(_asks_consent(part) for part in condition.of)
    if isinstance(condition, AnyOf):
        return all(_asks_consent(part) for part in condition.of)
    return isinstance(condition, ConsentCondition)


def _conditions(root: Node, audience: Audience) -> Iterator[Finding]:
    pending = [root]
    while pending:
        here = pending.pop()
        if isinstance(here.value, list):
            pending.extend(here.value)
        elif isinstance(here.value, dict):
            yield from _condition(here, here.value, audience)
            pending.extend(_inner(name, part) for name, part in here.value.items())
        elif isinstance(here.value, Decimal) and _GROUPED.fullmatch(here.text):
            many = here.text.replace(".", "")
            yield (
                here,
                "thousands",
                f"{here.text} is {here.value.normalize():f}",
                f"or write {many}",
            )


def _inner(name: str, part: Node) -> Node:
    """What is looked at below: the other event of a rate has the windows of the first."""
    if name == "to" and isinstance(part.value, dict):
        return replace(part, value=list(part.value.values()))
    return part


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
    yield from contradictions(node, parts)
    yield from decided(parts)
    yield from perhaps_percentages(parts)
    if "trait" in parts:
        yield from _known(node, parts, audience)


def _keys(audience: Audience) -> Iterator[Finding]:
    """Ids in `list:` that are no key, compared as text (7.10, 7.54)."""
    kind = audience.entity.model.columns[audience.entity.key].type.kind
    key_as_text = {"integer": _whole, "uuid": uuid_text}.get(kind)
    if key_as_text is None:
        return
    for item in _ids(audience.node):
        key = key_as_text(item.text)
        if key != item.text and isinstance(item.value, str):
            yield item, "never-holds", f"no key is '{item.text}'", f"write {key}" if key else ""


def _ids(node: Node) -> Iterator[Node]:
    """The ids of `list:` in an audience; those under `having` are of another entity."""
    asked = node.value if isinstance(node.value, dict) else {}
    pending = [asked[part] for part in ("where", "exclude") if part in asked]
    while pending:
        here = pending.pop()
        parts = here.value
        if isinstance(parts, list):
            pending.extend(parts)
        elif isinstance(parts, dict):
            listed = parts["list"].value if "list" in parts else None
            yield from listed if isinstance(listed, list) else ()
            pending.extend(part for name, part in parts.items() if name not in ("having", "list"))


def _whole(written: str) -> str | None:
    return str(int(written)) if _WHOLE.fullmatch(written) else None


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
