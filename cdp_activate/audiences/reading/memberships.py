"""Reads `audience:` conditions."""

from __future__ import annotations

from cdp_activate.audiences.model import Member
from cdp_activate.audiences.reading.conditions import ConditionReader
from cdp_activate.text import Node


def member(reader: ConditionReader, node: Node) -> Member | None:
    for key in ("ever", "entered", "exited", "for_at_least"):
        if isinstance(node.value, dict) and key in node.value:
            message = f"'{key}' of an audience is not available in this version yet"
            reader.wrong(node.keys[key], message, "it needs the membership history")
            return None
    named = reader.only(node, {"audience"})["audience"]
    items = named.value if isinstance(named.value, list) else [named]
    if not items or any(not isinstance(item.value, str) for item in items):
        reader.wrong(named, "'audience' takes the name of an audience, or a list of names")
        return None
    return Member(tuple(item.text for item in items), tuple(items))
