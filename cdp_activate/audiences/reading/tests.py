"""Reads `tests:` of an audience: what is given, and who must be in it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from cdp_activate.audiences.days import day_start
from cdp_activate.audiences.model import AudienceTest
from cdp_activate.audiences.written_times import parse_date, parse_time
from cdp_activate.text import Node

if TYPE_CHECKING:
    from cdp_activate.audiences.reading.conditions import ConditionReader

_KEYS = {"name", "as_of", "given", "includes", "excludes", "members"}
_EXPECTED = ("includes", "excludes", "members")


def audience_tests(reader: ConditionReader, node: Node | None) -> tuple[AudienceTest, ...]:
    """The tests of an audience. `given` is rows by model, or the name of a file with them."""
    if node is None:
        return ()
    if not isinstance(node.value, list):
        reader.wrong(node, "'tests' is a list", "begin each test with `- name: ..`")
        return ()
    return tuple(found for item in node.value if (found := _test(reader, item)))


def _test(reader: ConditionReader, node: Node) -> AudienceTest | None:
    parts = reader.mapping(node, "a test", _KEYS, needed={"name", "as_of", "given"})
    if parts is None:
        return None
    if not any(key in parts for key in _EXPECTED):
        reader.wrong(node, "the test expects nothing", "say `includes: [..]` or `excludes: [..]`")
    as_of = reader.attempt(parts["as_of"], lambda: _instant(parts["as_of"], reader.timezone))
    if not isinstance(parts["name"].value, str) or not parts["name"].value.strip():
        reader.wrong(parts["name"], "a test's name is text", "name: buys after a day")
    given = parts["given"]
    if not isinstance(given.value, dict | str):
        hint = "a file beside this one, such as fixtures/cart.yml, or {customers: [{..}]}"
        reader.wrong(given, "'given' is rows by model", hint)
        return None
    keys = {key: _keys(reader, parts[key]) for key in _EXPECTED if key in parts}
    if as_of is None:
        return None
    return AudienceTest(
        name=parts["name"].text,
        as_of=as_of,
        given=given,
        includes=keys.get("includes", ()),
        excludes=keys.get("excludes", ()),
        members=keys.get("members"),
        node=node,
    )


def _instant(node: Node, timezone: str) -> datetime:
    if day := parse_date(node.value):
        return day_start(day, timezone)
    at = parse_time(node.value, timezone)
    if at is None:
        raise ValueError("'as_of' is a time: write it as 2026-01-31T08:00:00+07:00")
    return at


def _keys(reader: ConditionReader, node: Node) -> tuple[str, ...]:
    items = node.value
    if not isinstance(items, list) or any(isinstance(item.value, dict | list) for item in items):
        reader.wrong(node, "expected a list of keys", "includes: [c1, c2]")
        return ()
    return tuple(item.text for item in items)
