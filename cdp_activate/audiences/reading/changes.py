"""Reads `changed:` conditions (7.57)."""

from __future__ import annotations

from cdp_activate.audiences import operators
from cdp_activate.audiences.model import Amount, ColumnTest, TraitChange
from cdp_activate.audiences.reading.conditions import ConditionReader
from cdp_activate.audiences.reading.leaves import PROPERTY
from cdp_activate.catalog import Column
from cdp_activate.spelling import suggest
from cdp_activate.text import Node

AMOUNTS = ("increased_by", "decreased_by")


def changed(reader: ConditionReader, node: Node) -> TraitChange | None:
    """`changed: TRAIT` with from, to, a window, increased_by, decreased_by."""
    parts = reader.only(node, {"changed", "from", "to", *AMOUNTS, *operators.WINDOWS})
    named = parts["changed"]
    rows = reader.catalog.histories.get(reader.entity.name)
    if rows is None:
        hint = (
            "keep one, such as a dbt snapshot, and declare it with config.meta.cdp "
            f"{{history_of: {reader.entity.name}, key: .., at: ..}}"
        )
        message = f"the entity {reader.entity.name} has no history of its traits"
        reader.wrong(node.keys["changed"], message, hint)
        return None
    head = named.text.partition(".")[0]
    if head in reader.entity.model.columns and head not in rows.model.columns:
        message = f"the history of {reader.entity.name} does not keep '{head}'"
        hint = suggest(head, rows.model.columns, what="traits in it")
        reader.wrong(named, message, f"add the column to the model {rows.model.name}; {hint}")
        return None
    column = reader.column_of(named, rows.model.columns, f"traits of {reader.entity.name}")
    if column is None:
        return None
    increased, decreased = (_amount(reader, parts.get(key), key, column) for key in AMOUNTS)
    if increased and decreased:
        hint = "make each a condition of its own"
        reader.wrong(parts["decreased_by"], "one change cannot be up and down", hint)
        return None
    return TraitChange(
        rows,
        column,
        reader.windows(parts, rows.model.columns[rows.at]),
        reader.timezone,
        before=_side(reader, parts.get("from"), column),
        after=_side(reader, parts.get("to"), column),
        increased=increased,
        decreased=decreased,
    )


def _side(reader: ConditionReader, node: Node | None, column: Column) -> ColumnTest | None:
    if node is None:
        return None
    if "nulls" in node.keys:
        # It is for traits and properties in `where` alone (7.43).
        hint = "ask `is_null: true` of it in a condition of its own"
        reader.wrong(node.keys["nulls"], "a change takes no 'nulls'", hint)
    return reader.test(node, column, PROPERTY)


def _amount(reader: ConditionReader, node: Node | None, key: str, column: Column) -> Amount | None:
    if node is None:
        return None
    if not column.type.is_number:
        message = f"'{column.name}' is a {column.type}: '{key}' is asked of numbers"
        reader.wrong(node, message, "ask `from` and `to`")
        return None
    if isinstance(node.value, str):
        share = reader.share(node)
        return Amount(share, relative=True) if share is not None else None
    amount = reader.positive(node, key)
    return Amount(amount) if amount is not None else None
