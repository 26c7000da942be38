"""SQL that a user wrote: one expression over the columns of an entity, parsed and checked.

What is let through is a list: operators, CASE, CAST and functions whose answer depends on
their arguments alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlglot import exp, parse
from sqlglot.errors import SqlglotError

from cdp_activate.audiences.dialects import dialect_of
from cdp_activate.audiences.expressions import column
from cdp_activate.catalog import Column, Entity
from cdp_activate.spelling import suggest
from cdp_activate.text import Node

_PARTS: tuple[type[exp.Expr], ...] = (
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Neg, exp.Not,
    exp.And, exp.Or, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ,
    exp.NullSafeNEQ, exp.Is, exp.In, exp.Between, exp.Like, exp.ILike, exp.Add, exp.Sub, exp.Mul,
    exp.Div, exp.IntDiv, exp.Mod, exp.DPipe, exp.Case, exp.If, exp.Cast, exp.TryCast,
    exp.DataType,
    exp.DataTypeParam, exp.Coalesce, exp.Nullif, exp.Abs, exp.Ceil, exp.Floor, exp.Round,
    exp.Greatest, exp.Least, exp.Lower, exp.Upper, exp.Trim, exp.Length, exp.Concat,
    exp.Substring, exp.Left, exp.Right, exp.Replace, exp.StartsWith, exp.EndsWith,
    exp.StrPosition, exp.Extract, exp.Var, exp.Sqrt, exp.Pow, exp.Escape,
)  # fmt: skip
_MEANING = {
    exp.Subquery: "a subquery", exp.Select: "a subquery", exp.Exists: "a subquery",
    exp.Window: "a window", exp.AggFunc: "an aggregate", exp.Star: "*",
    exp.Placeholder: "a placeholder", exp.Parameter: "a parameter",
    exp.Struct: "braces: Jinja is not read here",
}  # fmt: skip
_PARTS_OF_DATES = {"year", "quarter", "month", "week", "day", "hour", "minute", "second"}
_CLOCK = {"now", "today", "tomorrow", "yesterday"}
"""Words that PostgreSQL takes for the time it is, also within 'today 08:00', where a time is meant:
https://www.postgresql.org/docs/current/datatype-datetime.html#DATATYPE-DATETIME-SPECIAL-VALUES
"""
_LONGEST = 10_000
_MOST_PARTS = 500


@dataclass(frozen=True)
class PlainSql:
    """How expressions are read. Mistakes are told to `wrong`: place, message and remedy.

    `kind` is what the expression is called, `example` one of them, `clock` what to do instead
    of asking for the time.
    """

    entity: Entity
    adapter: str
    wrong: Callable[[Node, str, str], object]
    kind: str
    example: str
    clock: str

    def read(self, node: Node) -> exp.Expr | None:
        """The expression as a tree; None where it was wrong."""
        if not isinstance(node.value, str) or not node.value.strip():
            self.wrong(node, f"'sql' is {self.kind}, as text", self.example)
            return None
        tree = self._parsed(node, node.value)
        return tree if tree is not None and self._allowed(node, tree) else None

    def _parsed(self, node: Node, sql: str) -> exp.Expr | None:
        hint = f"{self.kind}, no statement"
        try:
            if len(sql) > _LONGEST:
                raise ValueError("it is too long")
            found = parse(f"select {sql}", dialect=dialect_of(self.adapter))
        except (SqlglotError, ValueError, RecursionError):
            self.wrong(node, "'sql' cannot be read", hint)
            return None
        select = found[0] if len(found) == 1 else None
        plain = isinstance(select, exp.Select) and not any(
            value for name, value in select.args.items() if name not in ("expressions", "kind")
        )
        if not plain or not isinstance(select, exp.Select) or len(select.expressions) != 1:
            self.wrong(node, "'sql' is not one expression", hint)
            return None
        tree: exp.Expr = select.expressions[0]
        if sum(1 for _ in tree.walk()) > _MOST_PARTS:
            self.wrong(node, "'sql' is too long", "compute it in a dbt model, as a column")
            return None
        return tree.pop().transform(_said) if self.adapter == "snowflake" else tree.pop()

    def _allowed(self, node: Node, tree: exp.Expr) -> bool:
        columns = self.entity.model.columns
        hint = "columns, operators, CASE, CAST and plain functions; compute the rest in a dbt model"
        for part in tree.walk():
            if isinstance(part, exp.Column):
                if part.table or part.name not in columns:
                    message = f"'{self._shown(part)}' in 'sql' is no trait of {self.entity.name}"
                    self.wrong(node, message, self._instead(part))
                    return False
            elif isinstance(part, exp.DataTypeParam) and self.adapter == "bigquery":
                what = self._shown(part.parent or part)
                self.wrong(node, f"'sql' cannot use lengths of types ({what})", "round the number")
                return False
            elif isinstance(part, exp.TryCast) and self.adapter == "postgres":
                self.wrong(
                    node, "PostgreSQL has no try_cast", "cast it in a dbt model, as a column"
                )
                return False
            elif (
                isinstance(part, exp.Literal) and part.is_string and _asks_the_clock(part, columns)
            ):
                self.wrong(node, f"'sql' cannot use the clock: {self._shown(part)}", self.clock)
                return False
            elif isinstance(part, exp.Var) and not _names_a_part(part):
                self.wrong(node, f"'sql' cannot use {self._shown(part)}", hint)
                return False
            elif type(part) not in _PARTS:
                meant = [what for kind, what in _MEANING.items() if isinstance(part, kind)]
                what = meant[0] if meant else self._shown(part)[:60]
                self.wrong(node, f"'sql' cannot use {what}", hint)
                return False
        return True

    def _instead(self, part: exp.Column) -> str:
        """What to do about a name that is no column of the entity."""
        if part.this.quoted and not part.table:
            return f"text stands in single quotes: '{part.name}'"
        if part.table and part.table != self.entity.model.name:
            return "only columns of the entity itself: compute the rest in a dbt model, as a column"
        return suggest(part.name, self.entity.model.columns, what="traits")

    def _shown(self, part: exp.Expr) -> str:
        """A part in the words of the warehouse, which are nearest to those that were written."""
        return part.sql(dialect=dialect_of(self.adapter))


def qualified(tree: exp.Expr, table: str) -> exp.Expr:
    """The expression over the columns of this table of a statement."""

    def of_table(node: exp.Expr) -> exp.Expr:
        return column(node.name, table) if isinstance(node, exp.Column) else node

    return tree.transform(of_table)


def _said(part: exp.Expr) -> exp.Expr:
    """`is true` and `is false` for Snowflake, which has neither: never unknown."""
    if not (isinstance(part, exp.Is) and isinstance(part.expression, exp.Boolean)):
        return part
    asked = part.this if part.expression.this else exp.not_(part.this)
    return exp.Coalesce(this=asked, expressions=[exp.false()])


def _asks_the_clock(literal: exp.Expr, columns: Mapping[str, Column]) -> bool:
    """A word for today or now, in an expression that has to do with time."""
    if not _CLOCK.intersection(re.findall(r"[a-z]+", literal.name.lower())):
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
