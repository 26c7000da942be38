"""Reads measures of rows: a count, a sum, active periods, a rate, and what they must be."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from cdp_activate.audiences import operators
from cdp_activate.audiences.days import UNITS, Unit
from cdp_activate.audiences.model import Active, Comparisons, EventRows, Measure
from cdp_activate.audiences.reading import rows
from cdp_activate.audiences.reading.conditions import ConditionReader
from cdp_activate.audiences.reading.leaves import MEASURE, RATE
from cdp_activate.audiences.windows import last_periods
from cdp_activate.catalog import Column, Type
from cdp_activate.spelling import suggest
from cdp_activate.text import Node

NUMBERS = ("integer", "decimal", "double")
_ORDERED = (*NUMBERS, "text", "date", "timestamp")
_MEASURABLE = {"min": _ORDERED, "max": _ORDERED, "distinct": (*_ORDERED, "boolean", "uuid")}
_FRACTION = re.compile(r"([+-]?[0-9]{1,9}(?:\.[0-9]{1,9})?) ?%")


def measurable(name: str) -> tuple[str, ...]:
    """The types of columns that a measure takes."""
    return _MEASURABLE.get(name, NUMBERS)


@dataclass(frozen=True, slots=True)
class ReadMeasure:
    """A measure with its node; `judged` is what it comes to, as a column."""

    node: Node
    judged: Column
    skip: frozenset[str] = frozenset()


def measured(
    reader: ConditionReader, of: EventRows, parts: Mapping[str, Node], *, compared: bool = True
) -> tuple[EventRows, Comparisons] | None:
    """`of` with the measure among `parts`, and what it must be; `compared` asks for that.

    Returns None after reporting what is wrong. Without a measure rows are counted.
    """
    names = [key for key in operators.MEASURES if key in parts]
    if len(names) > 1:
        hint = "make each a condition of its own"
        reader.wrong(parts[names[1]], "an event condition takes one measure", hint)
        return None
    if not names:
        return of, ()
    name, node = names[0], parts[names[0]]
    if name == "active":
        read = _active(reader, node, of)
    elif name == "rate":
        read = _rate(reader, node, of, parts)
    else:
        read = _of_column(reader, name, node, of, compared)
    if read is None:
        return None
    of, asked = read
    if not compared:
        if isinstance(node.value, dict) and set(node.value) - asked.skip:
            given = next(iter(set(node.value) - asked.skip))
            reader.wrong(node.keys[given], "a measure here is not compared", f"leave out '{given}'")
        return of, ()
    allowed = RATE if name == "rate" else MEASURE
    test = reader.test(asked.node, asked.judged, allowed, skip=asked.skip)
    return (of, test.comparisons) if test else None


def _of_column(
    reader: ConditionReader, name: str, node: Node, of: EventRows, compared: bool
) -> tuple[EventRows, ReadMeasure] | None:
    if name == "count":
        return replace(of, measure=Measure("count")), ReadMeasure(
            node, Column(name, Type("integer"))
        )
    named = node.value.get("of") if isinstance(node.value, dict) else None
    if named is None and not compared and isinstance(node.value, str):
        named = node
    if named is None:
        reader.wrong(node, f"'{name}' needs `of:`", f"{name}: {{of: net_amount, gte: 100}}")
        return None
    column = reader.column_of(named, rows.shared_columns(of.events), "properties")
    if column is None:
        return None
    if column.type.kind not in measurable(name):
        taken = ", ".join(measurable(name))
        message = f"'{named.text}' is a {column.type}: {name} does not take it"
        reader.wrong(named, message, f"{name} takes: {taken}")
        return None
    kinds = {"distinct": Type("integer"), "avg": Type("double"), "median": Type("double")}
    judged = Column(name, kinds.get(name, column.type), timezone=column.timezone)
    measure = Measure(name, column)  # type: ignore[arg-type]
    return replace(of, measure=measure), ReadMeasure(node, judged, frozenset({"of"}))


def _active(
    reader: ConditionReader, node: Node, of: EventRows
) -> tuple[EventRows, ReadMeasure] | None:
    """Periods with at least one row; `of_last` is a window too (7.35, 7.66)."""
    example = "active: {periods: week, gte: 3, of_last: 8}"
    if not isinstance(node.value, dict) or "periods" not in node.value:
        reader.wrong(node, "'active' needs `periods:`", example)
        return None
    unit = _unit(node.value["periods"])
    if unit is None:
        hint = suggest(node.value["periods"].text, UNITS, what="periods")
        reader.wrong(node.value["periods"], "'periods' are days or longer", hint)
        return None
    consecutive = False
    if "consecutive" in node.value:
        consecutive = bool(reader.flag(node.value["consecutive"], "consecutive"))
    if "of_last" in node.value:
        number = reader.whole_number(node.value["of_last"], at_least=1)
        if number is None:
            return None
        periods = [
            (*spans, last_periods(unit, number, of.timezone, whole_days=rows.has_days(table)))
            for table, spans in zip(of.events, of.spans, strict=True)
        ]
        of = replace(of, spans=tuple(periods))
    measure = Measure("active", active=Active(unit, consecutive))
    skip = frozenset({"periods", "of_last", "consecutive"})
    return replace(of, measure=measure), ReadMeasure(node, Column("active", Type("integer")), skip)


def _unit(node: Node) -> Unit | None:
    return next((unit for unit in UNITS if node.text in (unit, f"{unit}s")), None)


def _rate(
    reader: ConditionReader, node: Node, of: EventRows, parts: Mapping[str, Node]
) -> tuple[EventRows, ReadMeasure] | None:
    """The number of rows over that of other events in the same windows (7.36)."""
    example = "rate: {to: email_delivered, gte: 20%}"
    if not isinstance(node.value, dict) or "to" not in node.value:
        reader.wrong(node, "'rate' needs `to:`", example)
        return None
    to = node.value["to"]
    other = {key: part for key, part in parts.items() if key in operators.WINDOWS}
    if isinstance(to.value, dict):
        named = reader.mapping(to, "to", {"event", "where"}, needed={"event"})
        if named is None:
            return None
        other.update(named)
        to = named["event"]
    events = rows.named_events(reader, to)
    if events is None:
        return None
    measure = Measure("rate", to=rows.happened(reader, events, other))
    asked = ReadMeasure(node, Column("rate", Type("double")), frozenset({"to"}))
    return replace(of, measure=measure), replace(asked, node=fractions(node, asked.skip))


def fractions(node: Node, skip: Collection[str] = ()) -> Node:
    """The node with every text such as `-25%` as the fraction it is (7.37)."""
    if isinstance(node.value, dict):
        parts = {key: part if key in skip else fractions(part) for key, part in node.value.items()}
        return replace(node, value=parts)
    if isinstance(node.value, list):
        return replace(node, value=[fractions(part) for part in node.value])
    found = _FRACTION.fullmatch(node.value.strip()) if isinstance(node.value, str) else None
    return replace(node, value=Decimal(found[1]) / 100) if found else node
