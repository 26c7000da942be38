"""Names, literals, and columns as they are compared, as sqlglot trees.

Nothing a user wrote is ever text in SQL (AUDIENCES.md 1.6).
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from sqlglot import exp

from cdp_activate.audiences.accents import without_accents
from cdp_activate.audiences.dialects import call
from cdp_activate.audiences.model import TestOptions, Value
from cdp_activate.audiences.moments import Day, FixedDate, FixedInstant, Moment
from cdp_activate.catalog import Column, Type

Expression: TypeAlias = exp.Expr

_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_RESERVED = frozenset(
    """
    all and any as asc at between by case cast check column constraint create cross current
    date default delete desc distinct drop else end except exists false fetch for foreign
    from full grant group having in index inner insert interval into is join key left like
    limit natural not null offset on or order outer primary range references right row rows
    select set some table then time timestamp to true union unique update user using
    values when where window with
    """.split()
)


def identifier(name: str) -> exp.Identifier:
    """A name, quoted only where the warehouse would read it otherwise."""
    return exp.to_identifier(name, quoted=name in _RESERVED or not _PLAIN_NAME.fullmatch(name))


def column(name: str, table: str = "") -> exp.Column:
    return exp.Column(this=identifier(name), table=identifier(table) if table else None)


def text(value: str) -> exp.Literal:
    return exp.Literal.string(value)


def number(value: int | Decimal, *, most: int = 19) -> Expression:
    """A number as written: decimals stay decimals.

    One with more than `most` digits before the point, or more than 18 after it, is a double:
    no warehouse holds it beside the digits of a column.
    """
    exact = Decimal(value)
    _, digits, exponent = exact.as_tuple()
    if not isinstance(exponent, int) or exponent < -18 or len(digits) + exponent > most:
        return exp.cast(text(str(exact)), exp.DataType.Type.DOUBLE)
    literal = exp.Literal.number(f"{exact.copy_abs():f}")
    return exp.Neg(this=literal) if value < 0 else literal


def moment(at: Moment, *, zoned: bool) -> Expression:
    """An instant: a literal, or a placeholder that carries its Moment until as_of is known."""
    macro = at.macro(zoned)
    if macro is None:
        assert isinstance(at, FixedInstant)
        return timestamp(at.at, zoned=zoned)
    node = exp.Placeholder(this=macro)
    node.meta.update(moment=at, zoned=zoned)
    return node


def day(on: Day) -> Expression:
    """A day: a literal, or a placeholder that carries it."""
    macro = on.macro()
    if macro is None:
        assert isinstance(on, FixedDate)
        return date_literal(on.on)
    node = exp.Placeholder(this=macro)
    node.meta.update(moment=on, zoned=False)
    return node


def timestamp(at: datetime, *, zoned: bool) -> Expression:
    """A literal of an instant given in UTC."""
    wall = at.replace(tzinfo=None).isoformat(sep=" ")
    if zoned:
        return exp.cast(text(f"{wall}+00:00"), exp.DataType.Type.TIMESTAMPTZ)
    return exp.cast(text(wall), exp.DataType.Type.TIMESTAMPNTZ)


def date_literal(on: date) -> Expression:
    return exp.cast(text(on.isoformat()), "date")


def literal(value: Value) -> Expression:
    """A plain value as a literal."""
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    if isinstance(value, str):
        return text(value)
    if isinstance(value, int | Decimal):
        return number(value)
    raise TypeError(f"not a plain value: {type(value).__name__}")


# Columns as they are compared ...


def in_order(expression: Expression, kind: Type) -> Expression:
    """What rows are ordered by: text by code point in every warehouse (7.11, 7.25)."""
    return call("cdp_code_points", expression) if kind.kind == "text" else expression


def without_nan(expression: Expression, kind: Type) -> Expression:
    """NaN counts as NULL (7.53)."""
    if kind.kind != "double":
        return expression
    nan = call("cdp_is_nan", expression.copy())
    return exp.Case(ifs=[exp.If(this=nan, true=exp.null())], default=expression)


def finite(expression: Expression, kind: Type) -> Expression:
    """Infinity takes part in no arithmetic (7.67), nor does NaN."""
    if kind.kind != "double":
        return expression
    strange = exp.or_(
        call("cdp_is_nan", expression.copy()), call("cdp_is_infinite", expression.copy())
    )
    return exp.Case(ifs=[exp.If(this=strange, true=exp.null())], default=expression)


def instant(expression: Expression, of: Column) -> Expression:
    """A timestamp column as an instant: zoned as it is, naive in UTC (7.9)."""
    if of.type.kind != "timestamp" or of.type.zoned or of.timezone == "UTC":
        return expression
    return call("cdp_shift", expression, text(of.timezone), text("UTC"))


def exact_instant(expression: Expression, of: Column) -> Expression:
    """An instant to be compared or ordered exactly: truncated to microseconds (7.30).

    The edges of a window are microseconds, so beside them nothing needs to be truncated.
    """
    if of.type.kind == "timestamp" and of.type.finer:
        expression = call("cdp_microseconds", expression)
    return instant(expression, of)


def local(expression: Expression, of: Column, timezone: str) -> Expression:
    """A timestamp column as wall-clock time in `timezone`."""
    if of.type.kind == "date" or (not of.type.zoned and of.timezone == timezone):
        return expression
    if of.type.zoned:
        return call("cdp_local", expression, text(timezone))
    return call("cdp_shift", expression, text(of.timezone), text(timezone))


def folded(expression: Expression, options: TestOptions) -> Expression:
    """Text without accents or case, where the options ask for it (7.47, 7.48)."""
    if options.ignore_accents:
        if isinstance(expression, exp.Literal):
            expression = text(without_accents(expression.name))
        else:
            expression = call("cdp_strip_accents", expression)
    return call("cdp_lower", expression) if options.ignore_case else expression
