"""Puts a query tree together, and writes it down as SQL: the dialect is chosen here, last."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import TypeAlias

from sqlglot import TokenType, exp, tokenize
from sqlglot.errors import ErrorLevel, UnsupportedError

from cdp_activate.audiences.dialects import arguments_of, dialect_of, is_ours, written
from cdp_activate.audiences.expressions import Expression, identifier
from cdp_activate.audiences.moments import PeriodStart, RelativeInstant
from cdp_activate.errors import UsageError

Replace: TypeAlias = Callable[[Expression], Expression]
"""What stands in the place of a node when the tree is written."""


def tree(steps: Mapping[str, exp.Query], imports: Mapping[str, exp.Query]) -> exp.Select:
    """`with` imports, then steps, then `select * from final`."""
    select = everything(exp.Table(this=identifier("final")))
    for name, step in (*imports.items(), *steps.items()):
        select = select.with_(identifier(name), as_=step, copy=False)
    return select


def worked_out_once(whole: exp.Select, steps: Collection[str], adapter: str) -> exp.Select:
    """The tree with these steps kept apart, where the warehouse would write what a step works out
    into each place of the next one that reads it: https://www.postgresql.org/docs/current/queries-with.html
    """
    if adapter == "postgres":
        for step in whole.ctes:
            step.set("materialized", step.alias in steps or None)
    return whole


def everything(of: exp.Table) -> exp.Select:
    return exp.Select(expressions=[exp.Star()], from_=exp.From(this=of))


def write(query: exp.Query, adapter: str, replace: Replace) -> str:
    """SQL in the warehouse's dialect, pretty; what it cannot say is an error naming it."""
    dialect = dialect_of(adapter)

    def leaf(node: Expression) -> Expression:
        if is_ours(node):
            arguments = [one.transform(leaf) for one in arguments_of(node, dialect)]
            return written(node.this, arguments, dialect)
        if dialect == "bigquery" and _is_long(node):
            return exp.cast(exp.Literal.string(node.name), "bignumeric")
        replaced = replace(node)
        if dialect == "bigquery" and isinstance(replaced, exp.Var) and _is_wall_time(node):
            return exp.cast(replaced, exp.DataType.Type.TIMESTAMPNTZ)
        return replaced

    try:
        sql = query.transform(leaf).sql(
            dialect,
            copy=False,
            pretty=True,
            indent=4,
            pad=4,
            leading_comma=False,
            normalize_functions="lower",
            unsupported_level=ErrorLevel.RAISE,
        )
    except UnsupportedError as error:
        raise UsageError(
            f"{dialect} cannot say this audience: {error}",
            remedy="leave out the condition it names, or compute it in a dbt model",
        ) from None
    return lower_case(sql, dialect)


def _is_wall_time(node: Expression) -> bool:
    """A moment beside a DATETIME, which BigQuery compares with no timestamp as macros give."""
    is_instant = isinstance(node.meta.get("moment"), RelativeInstant | PeriodStart)
    return is_instant and not node.meta["zoned"]


def _is_long(node: Expression) -> bool:
    """A whole number that BigQuery's INT64, and so its literals, does not hold."""
    if not isinstance(node, exp.Literal) or node.is_string or not node.name.isdecimal():
        return False
    return int(node.name) >= 2**63


def in_place_of(node: exp.Table, table: exp.Table) -> Expression:
    """The table, under the alias that the node has."""
    alias = node.args.get("alias")
    return table.as_(alias.this.copy(), table=True) if alias else table


def lower_case(sql: str, dialect: str) -> str:
    """Keywords in small letters, as dbt projects are written; text and quoted names stay.

    A name that is not in small letters is always quoted (`identifier`).
    """
    pieces = _QUOTED.split(sql)
    has_escapes = "\\" in sql and dialect not in _WITHOUT_ESCAPES
    if not has_escapes and not any(map(_OTHER_TEXT.search, pieces[::2])):
        # Then quotes alone tell what is text (a doubled one ends a text and begins another),
        # and there is no need for the tokenizer.
        pieces[::2] = [piece.lower() for piece in pieces[::2]]
        return "".join(pieces)
    parts, end = [], 0
    for token in tokenize(sql, read=dialect):
        if token.token_type not in _AS_WRITTEN:
            parts.append(sql[end : token.start])
            parts.append(sql[token.start : token.end + 1].lower())
            end = token.end + 1
    return "".join(parts) + sql[end:]


_QUOTED = re.compile(r"""('[^']*'|"[^"]*"|`[^`]*`)""")
_OTHER_TEXT = re.compile(r"[\\$]|\be\Z", re.IGNORECASE)
"""Outside of quotes: what may begin a text of another kind, such as `$$it's$$` or `e'it\\'s'`."""
_WITHOUT_ESCAPES = {"duckdb", "postgres"}
"""Dialects in whose quotes a backslash is a backslash."""
_AS_WRITTEN = {
    TokenType.STRING,
    TokenType.IDENTIFIER,
    TokenType.NATIONAL_STRING,
    TokenType.RAW_STRING,
    TokenType.BYTE_STRING,
    TokenType.HEREDOC_STRING,
    TokenType.UNICODE_STRING,
}
