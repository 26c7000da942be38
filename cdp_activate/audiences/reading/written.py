"""Reads `sql:` conditions: one boolean expression over the entity's columns, parsed and checked.

What is let through is a list: operators, CASE, CAST and functions whose answer depends on
their arguments alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp, parse
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types

from cdp_activate.audiences.dialects import dialect_of
from cdp_activate.audiences.model import Written
from cdp_activate.audiences.reading.conditions import ConditionReader
from cdp_activate.catalog import Column
from cdp_activate.text import Node, suggest

_PARTS: tuple[type[exp.Expr], ...] = (
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Neg, exp.Not,
    exp.And, exp.Or, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ,
    exp.NullSafeNEQ, exp.Is, exp.In, exp.Between, exp.Like, exp.ILike, exp.Add, exp.Sub, exp.Mul,
    exp.Div, exp.IntDiv, exp.Mod, exp.DPipe, exp.Case, exp.If, exp.Cast, exp.DataType,
    exp.DataTypeParam, exp.Coalesce, exp.Nullif, exp.Abs, exp.Ceil, exp.Floor, exp.Round,
    exp.Greatest, exp.Least, exp.Lower, exp.Upper, exp.Trim, exp.Length, exp.Concat,
    exp.Substring, exp.Left, exp.Right, exp.Replace, exp.StartsWith, exp.EndsWith,
    exp.StrPosition, exp.Extract, exp.Var, exp.Sqrt, exp.Pow, exp.Escape,
)  # fmt: skip
_MEANING = {
    exp.Subquery: "a subquery", exp.Select: "a subquery", exp.Exists: "a subquery",
    exp.Window: "a window", exp.AggFunc: "an aggregate", exp.Star: "*",
    exp.Placeholder: "a placeholder", exp.Parameter: "a parameter",
}  # fmt: skip
_PARTS_OF_DATES = {"year", "quarter", "month", "week", "day", "hour", "minute", "second"}
_CLOCK = {"now", "today", "tomorrow", "yesterday"}
"""Texts that PostgreSQL takes for the time it is, where a time is meant:
https://www.postgresql.org/docs/current/datatype-datetime.html#DATATYPE-DATETIME-SPECIAL-VALUES
"""
_LONGEST = 10_000
_MOST_PARTS = 500


def written(reader: ConditionReader, node: Node) -> Written | None:
    """`sql: "..."`, refused unless it is read-only, deterministic and about this entity."""
    inner = reader.only(node, {"sql"})["sql"]
    if not isinstance(inner.value, str) or not inner.value.strip():
        reader.wrong(inner, "'sql' is one boolean expression, as text", 'sql: "score > spend"')
        return None
    dialect = dialect_of(reader.catalog.adapter)
    tree = _parsed(reader, inner, dialect)
    if tree is None or not _allowed(reader, inner, tree):
        return None
    kinds = {name: of.declared for name, of in reader.entity.model.columns.items() if of.declared}
    if not _is_boolean(tree, kinds, dialect):
        hint = "compare it with something: it must be true or false"
        reader.wrong(inner, "'sql' is not true or false", hint)
        return None
    return Written(tree.sql(dialect), tree)


def _parsed(reader: ConditionReader, node: Node, dialect: str) -> exp.Expr | None:
    assert isinstance(node.value, str)
    try:
        if len(node.value) > _LONGEST:
            raise ValueError("it is too long")
        found = parse(f"select {node.value}", dialect=dialect)
    except (SqlglotError, ValueError, RecursionError):
        reader.wrong(node, "'sql' cannot be read", "one boolean expression, no statement")
        return None
    select = found[0] if len(found) == 1 else None
    plain = isinstance(select, exp.Select) and not any(
        value for name, value in select.args.items() if name not in ("expressions", "kind")
    )
    if not plain or not isinstance(select, exp.Select) or len(select.expressions) != 1:
        reader.wrong(node, "'sql' is not one expression", "one boolean expression, no statement")
        return None
    tree: exp.Expr = select.expressions[0]
    if sum(1 for _ in tree.walk()) > _MOST_PARTS:
        reader.wrong(node, "'sql' is too long", "compute it in a dbt model, as a column")
        return None
    return tree.pop()


def _allowed(reader: ConditionReader, node: Node, tree: exp.Expr) -> bool:
    columns = reader.entity.model.columns
    hint = "columns, operators, CASE, CAST and plain functions; compute the rest in a dbt model"
    for part in tree.walk():
        if isinstance(part, exp.Column):
            if part.table or part.name not in columns:
                message = f"'{part.sql()}' in 'sql' is no trait of {reader.entity.name}"
                reader.wrong(node, message, suggest(part.name, columns, what="traits"))
                return False
        elif isinstance(part, exp.Literal) and part.is_string and _asks_the_clock(part, columns):
            hint = "ask `last:` or `older_than:` of the trait: an audience is judged at its as_of"
            reader.wrong(node, f"'sql' cannot use the clock: {part.sql()}", hint)
            return False
        elif isinstance(part, exp.Var) and not _names_a_part(part):
            reader.wrong(node, f"'sql' cannot use {part.sql()}", hint)
            return False
        elif type(part) not in _PARTS:
            meant = [what for kind, what in _MEANING.items() if isinstance(part, kind)]
            what = meant[0] if meant else f"{part.sql()[:60]}"
            reader.wrong(node, f"'sql' cannot use {what}", hint)
            return False
    return True


def _asks_the_clock(literal: exp.Expr, columns: Mapping[str, Column]) -> bool:
    """A word for today or now, in an expression that has to do with time."""
    if literal.name.strip().lower() not in _CLOCK:
        return False
    parts = list(literal.root().walk())
    cast = any(
        isinstance(part, exp.Cast) and part.to.is_type(*exp.DataType.TEMPORAL_TYPES)
        for part in parts
    )
    return cast or any(
        isinstance(part, exp.Column) and columns[part.name].type.kind in ("date", "timestamp")
        for part in parts
        if part.name in columns
    )


def _names_a_part(part: exp.Expr) -> bool:
    return isinstance(part.parent, exp.Extract) and part.name.lower() in _PARTS_OF_DATES


def _is_boolean(tree: exp.Expr, kinds: dict[str, str], dialect: str) -> bool:
    select = exp.select(tree.copy()).from_("entity")
    for column in select.find_all(exp.Column):
        column.set("table", exp.to_identifier("entity"))
    typed = annotate_types(select, schema={"entity": kinds}, dialect=dialect)
    return typed.selects[0].is_type(exp.DataType.Type.BOOLEAN)
