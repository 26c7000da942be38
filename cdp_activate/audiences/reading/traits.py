"""Reads `trait:` conditions."""

from __future__ import annotations

from dataclasses import replace

from cdp_activate.audiences import operators
from cdp_activate.audiences.model import Test
from cdp_activate.audiences.reading.conditions import ConditionReader
from cdp_activate.audiences.reading.leaves import LINKED_TRAIT, TRAIT
from cdp_activate.text import Node


def trait(reader: ConditionReader, node: Node) -> Test | None:
    assert isinstance(node.value, dict)
    found = reader.trait_column(node.value["trait"])
    if found is None:
        reader.only(node, {"trait", *operators.ALL, *operators.OPTIONS})
        return None
    column, through = found
    allowed = LINKED_TRAIT if through else TRAIT
    test = reader.test(node, column, allowed, skip={"trait"})
    return replace(test, through=through) if test else None
