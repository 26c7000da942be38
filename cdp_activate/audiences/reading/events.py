"""Reads `event:` conditions: which events, when, which of their rows, and what is measured."""

from __future__ import annotations

from collections.abc import Mapping

from cdp_activate.audiences import operators
from cdp_activate.audiences.model import Comparison, Event, Happened, Measure, Span
from cdp_activate.audiences.reading.conditions import ConditionReader
from cdp_activate.audiences.reading.leaves import MEASURE
from cdp_activate.audiences.windows import span
from cdp_activate.catalog import Column, Rows, Type
from cdp_activate.text import Node, suggest

LATER_MEASURES = ("active", "first", "last", "nth", "rate")
_MEASURE_TYPES = {"count": Type("integer"), "distinct": Type("integer")}
_NUMBERS = ("integer", "decimal", "double")
_ORDERED = (*_NUMBERS, "text", "date", "timestamp")
_MEASURABLE = {"min": _ORDERED, "max": _ORDERED, "distinct": (*_ORDERED, "boolean", "uuid")}
"""The types a measure takes; the others take numbers."""


def event(reader: ConditionReader, node: Node, *, compared: bool = True) -> Event | None:
    """`event:` with its window, filter and measure; `compared` asks for a comparison."""
    allowed = {"event", "where", *operators.WINDOWS, *operators.MEASURES}
    later = [key for key in LATER_MEASURES if isinstance(node.value, dict) and key in node.value]
    if later and isinstance(node.value, dict):
        message = f"the measure '{later[0]}' is not available in this version yet"
        reader.wrong(node.keys[later[0]], message)
        return None
    parts = reader.only(node, allowed)
    if "event" not in parts:
        reader.wrong(node, "name the event: `event: order_placed`")
        return None
    named = _events(reader, parts["event"])
    if named is None:
        return None
    names, events = named
    spans = tuple(_spans(reader, parts, rows) for rows in events)
    where = (
        reader.filter(parts["where"], _shared_columns(reader, events)) if "where" in parts else None
    )
    measures = [key for key in operators.MEASURES if key in parts]
    if len(measures) > 1:
        hint = "make each a condition of its own"
        reader.wrong(parts[measures[1]], "an event condition takes one measure", hint)
        return None
    if not measures:
        rows = Happened(events, names, spans, reader.timezone, where)
        return Event(rows, (Comparison("gte", 1),))
    read = _measure(reader, measures[0], parts[measures[0]], events, compared)
    if read is None:
        return None
    measure, comparisons = read
    return Event(Happened(events, names, spans, reader.timezone, where, measure), comparisons)


def _events(reader: ConditionReader, node: Node) -> tuple[tuple[str, ...], tuple[Rows, ...]] | None:
    items = node.value if isinstance(node.value, list) else [node]
    known = reader.catalog.events.get(reader.entity.name, {})
    found: list[tuple[str, Rows]] = []
    for item in items:
        rows = (
            None
            if isinstance(item.value, dict | list)
            else reader.catalog.event(reader.entity.name, item.text)
        )
        if rows is None:
            hint = suggest(item.text, set(known) - {"*"}, what="known events")
            reader.wrong(item, f"unknown event '{item.text}'", f"{hint} (cdp-activate catalog)")
        else:
            found.append((item.text, rows))
    if not items:
        reader.wrong(node, "'event' is empty", "name at least one event")
    if len(found) < len(items) or not found:
        return None
    unique = dict(sorted(found))
    return tuple(unique), tuple(unique.values())


def _shared_columns(reader: ConditionReader, events: tuple[Rows, ...]) -> dict[str, Column]:
    """The columns that every one of these events has, with one type."""
    first, *others = (rows.model.columns for rows in events)
    return {
        name: column
        for name, column in first.items()
        if all(name in other and _alike(other[name], column) for other in others)
    }


def _spans(reader: ConditionReader, parts: Mapping[str, Node], rows: Rows) -> tuple[Span, ...]:
    found = []
    whole_days = rows.model.columns[rows.at].type.kind == "date"
    for word in operators.WINDOWS:
        if word in parts:
            read = reader.attempt(
                parts[word],
                lambda word=word: span(  # type: ignore[misc]
                    word, parts[word].plain(), timezone=reader.timezone, whole_days=whole_days
                ),
            )
            if read is not None:
                found.append(read)
    return tuple(found)


def _measure(
    reader: ConditionReader, name: str, node: Node, events: tuple[Rows, ...], compared: bool
) -> tuple[Measure, tuple[Comparison, ...]] | None:
    column: Column | None = None
    skip: set[str] = set()
    if name != "count":
        of = node.value.get("of") if isinstance(node.value, dict) else None
        if of is None and not compared and isinstance(node.value, str):
            of = node
        if of is None:
            reader.wrong(node, f"'{name}' needs `of:`", f"{name}: {{of: net_amount, gte: 100}}")
            return None
        columns = _shared_columns(reader, events)
        column = columns.get(of.text)
        if column is None:
            hint = suggest(of.text, columns, what="properties")
            reader.wrong(of, f"unknown property '{of.text}'", hint)
            return None
        if column.type.kind not in _MEASURABLE.get(name, _NUMBERS):
            reader.wrong(of, f"'{of.text}' is a {column.type}: {name} does not take it")
            return None
        skip = {"of"}
    measure = Measure(name, column)  # type: ignore[arg-type]
    if not compared:
        if isinstance(node.value, dict) and set(node.value) - skip:
            reader.wrong(node, "a measure to rank by is not compared", f"{name}: {{of: ..}}")
        return measure, ()
    kind = _MEASURE_TYPES.get(name) or (column.type if column else Type("integer"))
    if name in ("avg", "median"):
        kind = Type("double")
    judged = Column(name, kind, timezone=column.timezone if column else "UTC")
    test = reader.test(node, judged, MEASURE, skip=skip)
    return (measure, test.comparisons) if test else None


def _alike(left: Column, right: Column) -> bool:
    return left.type == right.type and left.timezone == right.timezone
