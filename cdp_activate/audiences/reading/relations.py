"""Reads `related:` conditions (7.58 to 7.60, 7.64)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from cdp_activate.audiences import operators
from cdp_activate.audiences.model import (
    Comparison,
    Comparisons,
    Condition,
    Event,
    EventRows,
    LinkedEntity,
    Related,
    RelatedRows,
    RowPick,
)
from cdp_activate.audiences.reading.conditions import ConditionReader
from cdp_activate.audiences.reading.events import measured_event, occurrence
from cdp_activate.audiences.reading.leaves import NESTED
from cdp_activate.audiences.reading.measures import fractions, measured
from cdp_activate.audiences.reading.remedies import beside_rows
from cdp_activate.catalog import Column, Rows, Type
from cdp_activate.spelling import suggest
from cdp_activate.text import Node

WORDS = ("any", "all", "none")
_COUNTS = {"at_least": "gte", "at_most": "lte", "exactly": "eq"}


def related(reader: ConditionReader, node: Node) -> Condition | None:
    """`related: RELATION` with `where`, `having`, and `match`, `pick` or a measure."""
    allowed = {
        "related", "where", "having", "match", "empty", "pick", *operators.WINDOWS,
        *operators.MEASURES, *operators.OCCURRENCES,
    }  # fmt: skip
    assert isinstance(node.value, dict)
    named = reader.catalog.relations.get(reader.entity.name, {}).get(node.value["related"].text)
    parts = reader.only(node, allowed, beside_rows(named.model.columns if named else ()))
    found = _rows(reader, parts)
    if found is None:
        return None
    beside, where, having = found
    measures = [key for key in (*operators.MEASURES, *operators.OCCURRENCES) if key in parts]
    if measures:
        return _measured(reader, node, measures, _happened(*found))
    pick = _pick(reader, parts.get("pick"), beside) if "pick" in parts else None
    match, comparisons = _match(reader, parts.get("match"))
    empty = _empty(reader, parts, match)
    if pick and "match" in parts:
        reader.wrong(
            node.keys["match"], "'pick' judges one row: no `match` with it", "leave out `match`"
        )
    return Related(beside, match, where, having, comparisons, pick, empty)


def measured_rows(reader: ConditionReader, node: Node) -> EventRows | None:
    """`event:` or `related:` with a measure that is not compared, for `compare` and `rank`."""
    if not isinstance(node.value, dict) or "related" not in node.value:
        return measured_event(reader, node)
    allowed = {"related", "where", "having", *operators.WINDOWS, *operators.MEASURES}
    parts = reader.only(node, allowed)
    found = _rows(reader, parts)
    if found is None or not _has_time(reader, node, found[0].rows, parts):
        return None
    read = measured(reader, _happened(*found), parts, compared=False)
    return read[0] if read else None


def _rows(
    reader: ConditionReader, parts: Mapping[str, Node]
) -> tuple[RelatedRows, Condition | None, Condition | None] | None:
    """The rows of the relation that is named, and their `where` and `having`."""
    known = reader.catalog.relations.get(reader.entity.name, {})
    named = parts["related"]
    rows = None if isinstance(named.value, dict | list) else known.get(named.text)
    if rows is None:
        hint = suggest(named.text, known, what=f"relations of {reader.entity.name}")
        unknown = f"unknown relation '{named.text}'" if named.text else "name one relation"
        reader.wrong(named, unknown, hint)
        return None
    beside = _beside(reader, parts, rows)
    where = reader.filter(parts["where"], rows.model.columns) if "where" in parts else None
    return beside, where, _having(reader, parts.get("having"), beside)


def _happened(beside: RelatedRows, where: Condition | None, having: Condition | None) -> EventRows:
    rows = beside.rows
    return EventRows(
        (rows,), (rows.name,), (beside.spans,), beside.timezone, where,
        linked=beside.linked, having=having,
    )  # fmt: skip


def _has_time(reader: ConditionReader, node: Node, rows: Rows, measures: Collection[str]) -> bool:
    """Measures that need a time have one."""
    timed = [name for name in ("active", *operators.OCCURRENCES) if name in measures]
    if rows.at or not timed:
        return True
    hint = "add `at: COLUMN` to config.meta.cdp of the model"
    reader.wrong(node.keys[timed[0]], f"the relation '{rows.name}' has no time", hint)
    return False


def _measured(
    reader: ConditionReader, node: Node, measures: list[str], of: EventRows
) -> Condition | None:
    """A measure of rows of a relation: it stands alone (7.59)."""
    assert isinstance(node.value, dict)
    (rows,) = of.events
    name = measures[0]
    others = [key for key in (*measures[1:], "match", "pick", "empty") if key in node.keys]
    if others:
        hint = "make each a condition of its own"
        reader.wrong(node.keys[others[0]], f"'{name}' and '{others[0]}' do not go together", hint)
        return None
    if not _has_time(reader, node, rows, measures):
        return None
    if name in operators.OCCURRENCES:
        return occurrence(reader, node, name, of)
    read = measured(reader, of, node.value)
    return Event(*read) if read else None


def _beside(reader: ConditionReader, parts: Mapping[str, Node], rows: Rows) -> RelatedRows:
    linked = reader.catalog.linked(rows)
    spans = reader.windows(parts, rows.model.columns[rows.at]) if rows.at else ()
    for word in operators.WINDOWS:
        if word in parts and not rows.at:
            hint = "add `at: COLUMN` to config.meta.cdp of the model"
            reader.wrong(parts[word], f"the relation '{rows.name}' has no time", hint)
    return RelatedRows(rows, spans, reader.timezone, LinkedEntity(*linked) if linked else None)


def _having(reader: ConditionReader, node: Node | None, beside: RelatedRows) -> Condition | None:
    if node is None:
        return None
    if beside.linked is None:
        hint = "ask `where:` about its columns, or add `entity: NAME` to its config.meta.cdp"
        message = f"the relation '{beside.rows.name}' leads to no entity"
        reader.wrong(node, message, hint)
        return None
    inner = replace(reader, entity=beside.linked.entity)
    return inner.group("all", node) if isinstance(node.value, list) else inner.condition(node)


def _pick(reader: ConditionReader, node: Node | None, beside: RelatedRows) -> RowPick | None:
    assert node is not None
    parts = reader.mapping(node, "pick", {"latest_by", "earliest_by"})
    if parts is None:
        return None
    if len(parts) != 1:
        hint = "pick: {latest_by: created_at}"
        reader.wrong(node, "'pick' takes either latest_by or earliest_by", hint)
        return None
    (name, by), rows = next(iter(parts.items())), beside.rows
    column = reader.column_of(by, rows.model.columns, f"columns of {rows.name}")
    if column is None:
        return None
    if not (column.type.is_number or column.type.kind in ("date", "timestamp", "text")):
        hint = "pick by a number, a date, a time or text"
        reader.wrong(by, f"'{column.name}' is a {column.type}, which has no order", hint)
        return None
    if not rows.id and beside.linked is None:
        hint = "add `id: COLUMN` to config.meta.cdp of the model"
        reader.wrong(node, f"nothing orders rows of '{rows.name}' that tie", hint)
        return None
    return RowPick(column, latest=name == "latest_by")


def _match(reader: ConditionReader, node: Node | None) -> tuple[str, Comparisons]:
    """The word, and what is compared with the count or the share."""
    if node is None:
        return "any", ()
    if isinstance(node.value, str) and node.value in WORDS:
        return node.value, ()
    parts = node.value if isinstance(node.value, dict) else {}
    known = (*_COUNTS, "share")
    if len(parts) != 1 or next(iter(parts)) not in known:
        hint = (
            "match: any, all, none, {at_least: n}, {at_most: n}, {exactly: n}, {share: {gte: ..}}"
        )
        reader.wrong(node, "'match' says how many rows pass", hint)
        return "any", ()
    name, of = next(iter(parts.items()))
    if name == "share":
        return name, _share(reader, of)
    n = reader.whole_number(of, at_least=0)
    return name, (Comparison(_COUNTS[name], n),) if n is not None else ()


def _share(reader: ConditionReader, node: Node) -> Comparisons:
    """What is asked of the share of rows, as of every other fraction: `{gte: 0.5}`, `50%`."""
    test = reader.test(fractions(node), Column("share", Type("decimal")), NESTED)
    return test.comparisons if test else ()


def _empty(reader: ConditionReader, parts: Mapping[str, Node], match: str) -> bool:
    node = parts.get("empty")
    if node is None:
        return False
    if node.value != "holds":
        reader.wrong(node, "'empty' can only be holds", "empty: holds, or leave it out")
    elif match != "all":
        reader.wrong(node, "'empty: holds' goes with `match: all`", "add `match: all`")
    return True
