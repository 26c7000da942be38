"""Reads which rows are meant: names of events, windows, and the properties they share."""

from __future__ import annotations

from collections.abc import Mapping

from cdp_activate.audiences.model import Condition, EventRows, Span
from cdp_activate.audiences.reading.conditions import ConditionReader
from cdp_activate.catalog import Column, Rows
from cdp_activate.spelling import suggest
from cdp_activate.text import Node


def named_events(reader: ConditionReader, node: Node) -> dict[str, Rows] | None:
    """The events that are named, one or a list, in the order of their names."""
    items = node.value if isinstance(node.value, list) else [node]
    known = reader.catalog.events.get(reader.entity.name, {})
    found: dict[str, Rows] = {}
    wrong = False
    for item in items:
        rows = (
            None
            if isinstance(item.value, dict | list)
            else reader.catalog.event(reader.entity.name, item.text)
        )
        if rows is None:
            hint = suggest(item.text, set(known) - {"*"}, what="known events")
            if item.text in reader.entity.model.columns:
                hint = f"it is a trait: `trait: {item.text}`; {hint}"
            reader.wrong(item, f"unknown event '{item.text}'", f"{hint} (cdp-activate catalog)")
            wrong = True
        else:
            found[item.text] = rows
    if not items:
        reader.wrong(node, "'event' is empty", "name at least one event")
    return dict(sorted(found.items())) if found and not wrong else None


def happened(
    reader: ConditionReader, events: Mapping[str, Rows], parts: Mapping[str, Node]
) -> EventRows:
    """Rows of these events, in the windows and with the `where` among `parts`."""
    tables = tuple(events.values())
    return EventRows(
        tables,
        tuple(events),
        spans(reader, parts, tables),
        reader.timezone,
        where(reader, parts, tables),
    )


def where(
    reader: ConditionReader, parts: Mapping[str, Node], tables: tuple[Rows, ...]
) -> Condition | None:
    """The `where` among `parts`, about properties that all the tables have."""
    return reader.filter(parts["where"], shared_columns(tables)) if "where" in parts else None


def spans(
    reader: ConditionReader, parts: Mapping[str, Node], tables: tuple[Rows, ...]
) -> tuple[tuple[Span, ...], ...]:
    """For each table the windows among `parts`: days where its time is a date."""
    return tuple(
        reader.windows(parts, rows.model.columns[rows.at]) if rows.at else () for rows in tables
    )


def has_days(rows: Rows) -> bool:
    """The time of these rows is a date without a time."""
    return rows.model.columns[rows.at].type.kind == "date"


def shared_columns(tables: tuple[Rows, ...]) -> dict[str, Column]:
    """The columns that every one of these tables has, with one type."""
    first, *others = (rows.model.columns for rows in tables)
    return {
        name: column
        for name, column in first.items()
        if all(name in other and alike(other[name], column) for other in others)
    }


def alike(left: Column, right: Column) -> bool:
    """Values of the two columns can be compared with one another."""
    return left.type == right.type and left.timezone == right.timezone
