"""Reads `audience:` conditions."""

from __future__ import annotations

from cdp_activate.audiences.model import Membership, MembershipHistory
from cdp_activate.audiences.reading.conditions import ConditionReader
from cdp_activate.text import Node

LENGTHS = ("entered", "exited", "for_at_least")


def member(reader: ConditionReader, node: Node) -> Membership | MembershipHistory | None:
    """Members now, or with `ever`, `entered`, `exited`, `for_at_least`: of the history."""
    parts = reader.only(node, {"audience", "ever", *LENGTHS})
    named = parts["audience"]
    items = named.value if isinstance(named.value, list) else [named]
    if not items or any(not isinstance(item.value, str) for item in items):
        message = "'audience' takes the name of an audience, or a list of names"
        reader.wrong(named, message, "audience: NAME")
        return None
    names, nodes = tuple(item.text for item in items), tuple(items)
    asked = [key for key in ("ever", *LENGTHS) if key in parts]
    if not asked:
        return Membership(names, reader.entity.name, nodes)
    if len(asked) > 1:
        hint = "make each a condition of its own"
        reader.wrong(parts[asked[1]], f"'{asked[0]}' and '{asked[1]}' do not go together", hint)
        return None
    length = reader.duration(parts[asked[0]]) if asked[0] in LENGTHS else None
    if asked[0] == "ever" and not reader.flag(parts["ever"], "ever"):
        if parts["ever"].value is False:
            return Membership(names, reader.entity.name, nodes)
        return None
    rows = reader.catalog.memberships
    if rows is None:
        hint = "run `cdp-activate compile` and build once: audience_members keeps the history"
        message = f"'{asked[0]}' needs the history of memberships, which the project does not have"
        reader.wrong(node.keys[asked[0]], message, hint)
        return None
    if asked[0] in LENGTHS and length is None:
        return None
    return MembershipHistory(rows, names, reader.entity.name, asked[0], length, nodes)  # type: ignore[arg-type]
