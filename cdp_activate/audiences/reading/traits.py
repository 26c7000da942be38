"""Reads `trait:` conditions."""

from __future__ import annotations

from dataclasses import replace

from cdp_activate.audiences import operators
from cdp_activate.audiences.model import ColumnTest
from cdp_activate.audiences.reading.conditions import ConditionReader
from cdp_activate.audiences.reading.leaves import TRAIT
from cdp_activate.text import Node


def trait(reader: ConditionReader, node: Node) -> ColumnTest | None:
    assert isinstance(node.value, dict)
    found = reader.trait(node.value["trait"])
    if found is None:
        reader.only(node, {"trait", *operators.ALL, *operators.OPTIONS})
        return None
    test = reader.test(node, found.column, TRAIT, skip={"trait"})
    return replace(test, through=found.through) if test else None
