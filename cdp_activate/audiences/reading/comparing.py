"""Reads `compare:` conditions: two measures, and what one is beside the other."""

from __future__ import annotations

from typing import Literal

from cdp_activate.audiences.model import EventRows, MeasureComparison
from cdp_activate.audiences.reading.conditions import ConditionReader
from cdp_activate.audiences.reading.leaves import NESTED
from cdp_activate.audiences.reading.measures import NUMBERS, fractions
from cdp_activate.audiences.reading.relations import measured_rows
from cdp_activate.catalog import Column, Type
from cdp_activate.text import Node

HOW: tuple[Literal["difference", "ratio", "change"], ...] = ("difference", "ratio", "change")


def compared(reader: ConditionReader, node: Node) -> MeasureComparison | None:
    outer = reader.only(node, {"compare"})["compare"]
    parts = reader.mapping(outer, "compare", {"left", "right", *HOW}, needed={"left", "right"})
    if parts is None:
        return None
    asked = [how for how in HOW if how in parts]
    left, right = _side(reader, parts["left"]), _side(reader, parts["right"])
    if len(asked) != 1:
        hint = "such as change: {lte: -25%}"
        reader.wrong(outer, "'compare' takes one of change, ratio and difference", hint)
        return None
    how = asked[0]
    inner = parts[how] if how == "difference" else fractions(parts[how])
    test = reader.test(inner, Column(how, Type("double")), NESTED)
    return (
        MeasureComparison(left, right, how, test.comparisons) if left and right and test else None
    )


def _side(reader: ConditionReader, node: Node) -> EventRows | None:
    side = measured_rows(reader, node)
    of = side.measure.column if side else None
    if side and of and side.measure.name in ("min", "max") and of.type.kind not in NUMBERS:
        hint = "compare measures of numbers"
        reader.wrong(node, f"'{of.name}' is a {of.type}, which cannot be subtracted", hint)
        return None
    return side
