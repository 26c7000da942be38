"""Reads `event:` conditions: which events, when, which of their rows, and what is measured."""

from __future__ import annotations

from dataclasses import replace

from cdp_activate.audiences import operators
from cdp_activate.audiences.model import Comparison, Event, EventRows, Occurrence
from cdp_activate.audiences.reading import rows
from cdp_activate.audiences.reading.conditions import ConditionReader
from cdp_activate.audiences.reading.measures import measured
from cdp_activate.audiences.reading.remedies import beside_rows
from cdp_activate.audiences.written_times import is_duration
from cdp_activate.text import Node

MEASURED = {"where", *operators.WINDOWS, *operators.MEASURES}


def event(reader: ConditionReader, node: Node) -> Event | Occurrence | None:
    """`event:` with its window, filter and measure, or with first, last or nth."""
    assert isinstance(node.value, dict)
    events = rows.named_events(reader, node.value["event"])
    hints = beside_rows(rows.shared_columns(tuple(events.values())) if events else ())
    parts = reader.only(node, {"event", *MEASURED, *operators.OCCURRENCES}, hints)
    if events is None:
        return None
    picked = [key for key in operators.OCCURRENCES if key in parts]
    also = [key for key in operators.MEASURES if key in parts]
    if len(picked) > 1 or (picked and also):
        second = [*picked, *also][1]
        hint = "make each a condition of its own"
        reader.wrong(node.keys[second], "an event condition takes one measure", hint)
        return None
    if picked:
        return occurrence(reader, node, picked[0], rows.happened(reader, events, parts))
    read = measured(reader, rows.happened(reader, events, parts), parts)
    if read is None:
        return None
    of, comparisons = read
    # Without a measure: at least once.
    return Event(of, comparisons if also else (Comparison("gte", 1),))


def measured_event(reader: ConditionReader, node: Node) -> EventRows | None:
    """`event:` with a measure that is not compared, as `compare` and `rank` take it."""
    if not isinstance(node.value, dict) or "event" not in node.value:
        reader.wrong(
            node, "name the event: `event: order_placed`", "or a relation: `related: NAME`"
        )
        return None
    parts = reader.only(node, {"event", *MEASURED})
    events = rows.named_events(reader, parts["event"])
    if events is None:
        return None
    read = measured(reader, rows.happened(reader, events, parts), parts, compared=False)
    return read[0] if read else None


def occurrence(reader: ConditionReader, node: Node, name: str, of: EventRows) -> Occurrence | None:
    """`first`, `last` or `nth`: of all rows ever, so no window stands outside (7.34)."""
    outer = [word for word in operators.WINDOWS if word in node.keys]
    for word in outer:
        hint = f"move it inside: {name}: {{{word}: ..}}"
        reader.wrong(node.keys[word], f"'{name}' looks at all rows ever: no window here", hint)
    allowed = {"where", *operators.WINDOWS, *({"n"} if name == "nth" else ())}
    asked = _mapping(node, name)
    if isinstance(asked.value, str):
        within = asked.text if is_duration(asked.text) else "30 days"
        hint = f"a window is `within: {within}`; the test of one row is {name}: {{where: ..}}"
        reader.wrong(asked, f"'{name}' is about the {name} row of all", hint)
        return None
    parts = reader.mapping(asked, name, allowed, needed={"n"} if name == "nth" else ())
    if parts is None or outer:
        return None
    n: int | None = 1 if name == "first" else -1
    if name == "nth":
        n = reader.whole_number(parts["n"], at_least=1)
    inner = rows.happened(reader, dict(zip(of.names, of.events, strict=True)), parts)
    return Occurrence(of, n, inner.spans, inner.where) if n else None


def _mapping(node: Node, name: str) -> Node:
    """The test inside; `first:` with nothing after it asks for nothing more."""
    assert isinstance(node.value, dict)
    inner = node.value[name]
    return replace(inner, value={}) if inner.value is None else inner
