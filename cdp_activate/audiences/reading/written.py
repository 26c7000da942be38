"""Reads `sql:` conditions: one boolean expression over the entity's columns."""

from __future__ import annotations

from sqlglot import exp

from cdp_activate.audiences.dialects import dialect_of
from cdp_activate.audiences.model import SqlCondition
from cdp_activate.audiences.plain_sql import PlainSql
from cdp_activate.audiences.reading.conditions import ConditionReader
from cdp_activate.text import Node


def written(reader: ConditionReader, node: Node) -> SqlCondition | None:
    """`sql: "..."`, refused unless it is read-only, deterministic and about this entity."""
    inner = reader.only(node, {"sql"})["sql"]
    adapter = reader.catalog.adapter
    plain = PlainSql(
        reader.entity,
        adapter,
        reader.wrong,
        kind="one boolean expression",
        example='sql: "score > spend"',
        clock="ask `last:` or `older_than:` of the trait: an audience is judged at its as_of",
    )
    tree = plain.read(inner)
    if tree is None:
        return None
    dialect = dialect_of(adapter)
    kinds = {name: of.declared for name, of in reader.entity.model.columns.items() if of.declared}
    if not _is_boolean(tree, kinds, dialect):
        hint = "compare it with something: it must be true or false"
        reader.wrong(inner, "'sql' is not true or false", hint)
        return None
    return SqlCondition(tree.sql(dialect), tree)


def _is_boolean(tree: exp.Expr, kinds: dict[str, str], dialect: str) -> bool:
    select = exp.select(tree.copy()).from_("entity")
    for column in select.find_all(exp.Column):
        column.set("table", exp.to_identifier("entity"))
    # It takes a while to load, and few audiences have such a condition.
    from sqlglot.optimizer.annotate_types import annotate_types

    typed = annotate_types(select, schema={"entity": kinds}, dialect=dialect)
    return typed.selects[0].is_type(exp.DataType.Type.BOOLEAN)
