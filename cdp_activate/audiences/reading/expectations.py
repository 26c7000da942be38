"""Reads `expect:`, what an audience must be before it is synced."""

from __future__ import annotations

from typing import Any

from cdp_activate.audiences.model import Expectation
from cdp_activate.audiences.moments import Duration
from cdp_activate.audiences.reading.conditions import ConditionReader
from cdp_activate.text import Node


def expectation(reader: ConditionReader, node: Node | None) -> Expectation:
    """`expect:`: what must be so, else nothing is synced."""
    if node is None:
        return Expectation()
    parts = reader.mapping(node, "expect", {"size", "max_change", "fresh_within"}) or {}
    found: dict[str, Any] = {}
    if not parts and node.value == {}:
        reader.wrong(node, "'expect' says nothing", "expect: {size: {min: 100}}")
    if "size" in parts:
        sizes = reader.mapping(parts["size"], "size", {"min", "max"}) or {}
        if parts["size"].value == {}:
            reader.wrong(parts["size"], "'size' says nothing", "size: {min: 100}")
        for key in sizes.keys() & {"min", "max"}:
            found[f"{key}_size"] = reader.whole_number(sizes[key], at_least=0)
        least, most = found.get("min_size"), found.get("max_size")
        if least is not None and most is not None and least > most:
            message = f"no size is at least {least} and at most {most}"
            reader.wrong(sizes["max"], message, f"at least {least}, or leave it out")
    if "max_change" in parts:
        share = reader.share(parts["max_change"])
        if share is not None and share > 1:
            written = parts["max_change"].text
            message = f"{written} is {(share * 100).normalize():f}%: at most 100%"
            hint = "write 40% or 0.4 for forty percent"
            reader.wrong(parts["max_change"], message, hint)
        found["max_change"] = share
    if "fresh_within" in parts:
        fresh: Duration | None = reader.duration(parts["fresh_within"])
        found["fresh_within"] = fresh
    return Expectation(**found)
