"""SQL expressions for single values: literals, columns, and one builder for each operator.

Everything is a sqlglot tree; nothing a user wrote is ever text in SQL (AUDIENCES.md 1.6).
An expression may be NULL where the answer is unknown: a `where` and the complement in
`not:` both read that as "does not hold".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from sqlglot import exp

from cdp_activate.audiences.model import Anniversary, Comparison, Options, Span, Value
from cdp_activate.audiences.moments import (
    Day,
    Elapsed,
    Fixed,
    FixedDate,
    LocalDate,
    Moment,
    PeriodDate,
)
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
_BLANKS = r"^[ \t\n\r\f\v]*$"


def identifier(name: str) -> exp.Identifier:
    """A name, quoted only where the warehouse would read it otherwise."""
    return exp.to_identifier(name, quoted=name in _RESERVED or not _PLAIN_NAME.fullmatch(name))


def column(name: str, table: str = "") -> exp.Column:
    return exp.Column(this=identifier(name), table=identifier(table) if table else None)


def text(value: str) -> exp.Literal:
    return exp.Literal.string(value)


def number(value: int | Decimal) -> Expression:
    """A number as written: decimals stay decimals."""
    if isinstance(value, Decimal) and not value.is_finite():
        return exp.cast(text(str(value)), "double")
    digits = f"{abs(value):f}" if isinstance(value, Decimal) else str(abs(value))
    literal = exp.Literal.number(digits)
    return exp.Neg(this=literal) if value < 0 else literal


def moment(at: Moment, *, zoned: bool) -> Expression:
    """An instant: a literal, or a placeholder that carries its Moment until as_of is known."""
    macro = at.macro(zoned)
    if macro is None:
        assert isinstance(at, Fixed)
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
    return exp.cast(text(wall), exp.DataType.Type.TIMESTAMP)


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


def without_nan(expression: Expression, kind: Type) -> Expression:
    """NaN counts as NULL (7.53)."""
    if kind.kind != "double":
        return expression
    return exp.Case(
        ifs=[exp.If(this=exp.IsNan(this=expression.copy()), true=exp.null())], default=expression
    )


def finite(expression: Expression, kind: Type) -> Expression:
    """Infinity takes part in no arithmetic (7.67), nor does NaN."""
    if kind.kind != "double":
        return expression
    strange = exp.or_(exp.IsNan(this=expression.copy()), exp.IsInf(this=expression.copy()))
    return exp.Case(ifs=[exp.If(this=strange, true=exp.null())], default=expression)


def instant(expression: Expression, of: Column) -> Expression:
    """A timestamp column as an instant: zoned as it is, naive in UTC (7.9)."""
    if of.type.kind != "timestamp" or of.type.zoned or of.timezone == "UTC":
        return expression
    there = exp.AtTimeZone(this=expression, zone=text(of.timezone))
    return exp.AtTimeZone(this=there, zone=text("UTC"))


def local(expression: Expression, of: Column, timezone: str) -> Expression:
    """A timestamp column as wall-clock time in `timezone`."""
    if of.type.kind == "date" or (not of.type.zoned and of.timezone == timezone):
        return expression
    if not of.type.zoned:
        expression = exp.AtTimeZone(this=expression, zone=text(of.timezone))
    return exp.AtTimeZone(this=expression, zone=text(timezone))


def folded(expression: Expression, options: Options) -> Expression:
    """Text without accents or case, where the options ask for it (7.47, 7.48)."""
    if options.ignore_accents:
        stripped = exp.Anonymous(this="strip_accents", expressions=[expression])
        for marked, plain in (("đ", "d"), ("Đ", "D")):
            stripped = exp.Anonymous(
                this="replace", expressions=[stripped, text(marked), text(plain)]
            )
        expression = stripped
    return exp.Lower(this=expression) if options.ignore_case else expression


# Comparisons ...


@dataclass(frozen=True)
class Leaf:
    """A comparison about to become SQL: `subject` is the column as it is compared.

    `table` is the alias of the entity, where other traits are found.
    """

    subject: Expression
    comparison: Comparison
    of: Column
    options: Options
    table: str = ""

    @property
    def operator(self) -> str:
        return self.comparison.operator

    @property
    def operand(self) -> object:
        return self.comparison.operand

    @property
    def negated(self) -> bool:
        return self.operator.startswith("not_")

    def value(self, value: object) -> Expression:
        """The right side of a comparison with a value of the column's type."""
        return _value(value, self.of, self.options, self.table)


Builder = Callable[[Leaf], Expression]


def compare(
    expression: Expression, comparison: Comparison, of: Column, options: Options, table: str = ""
) -> Expression:
    """`expression`, a column `of` this type, satisfies the comparison."""
    subject = _subject(expression, comparison.operator, of, options)
    leaf = Leaf(subject, comparison, of, options, table)
    condition = _BUILDERS[comparison.operator](leaf)
    if not options.include_nulls or comparison.operator == "is_null":
        return condition
    unknown = [exp.Is(this=subject.copy(), expression=exp.null())]
    if isinstance(comparison.operand, Column):
        unknown.append(exp.Is(this=leaf.value(comparison.operand), expression=exp.null()))
    return exp.paren(exp.or_(condition, *unknown), copy=False)


def _subject(expression: Expression, operator: str, of: Column, options: Options) -> Expression:
    if of.type.kind == "double":
        return without_nan(expression, of.type)
    if of.type.kind == "uuid":
        return exp.Lower(this=exp.cast(expression, "text"))
    if of.type.kind == "timestamp" and operator not in ("weekday", "month", "hour", "anniversary"):
        return instant(expression, of)
    if of.type.kind == "text" and operator not in ("length", "is_blank", "is_empty"):
        # A pattern is not rewritten: `case: insensitive` becomes a flag of the match.
        return folded(expression, _pattern_options(options) if "match" in operator else options)
    return expression


def _pattern_options(options: Options) -> Options:
    return Options(ignore_accents=options.ignore_accents)


def _value(value: object, of: Column, options: Options, table: str) -> Expression:
    if isinstance(value, Column):
        return _subject(column(value.name, table), "eq", value, options)
    if isinstance(value, Fixed | Elapsed):
        return moment(value, zoned=of.type.zoned)
    if isinstance(value, FixedDate | LocalDate):
        return day(value)
    if isinstance(value, str) and of.type.kind == "text":
        return folded(text(value), options)
    assert isinstance(value, str | int | Decimal | bool)
    return literal(value)


def _binary(kind: type[Expression]) -> Builder:
    def build(leaf: Leaf) -> Expression:
        right = leaf.value(leaf.operand)
        return kind(this=leaf.subject, expression=right)

    return build


def _one_of(leaf: Leaf) -> Expression:
    assert isinstance(leaf.operand, tuple)
    values = [leaf.value(value) for value in leaf.operand]
    found = exp.In(this=leaf.subject, expressions=values)
    return exp.not_(found) if leaf.negated else found


def _is_null(leaf: Leaf) -> Expression:
    unknown = exp.Is(this=leaf.subject, expression=exp.null())
    return unknown if leaf.operand else exp.not_(unknown)


def _between(leaf: Leaf) -> Expression:
    assert isinstance(leaf.operand, tuple)
    low, high = (leaf.value(value) for value in leaf.operand)
    inside = exp.Between(this=leaf.subject, low=low, high=high)
    return exp.not_(inside) if leaf.negated else inside


def _text_part(kind: type[Expression], argument: str) -> Builder:
    def build(leaf: Leaf) -> Expression:
        assert isinstance(leaf.operand, str)
        if leaf.operand == "":
            # The empty text is part of every text (7.50); warehouses disagree.
            found: Expression = exp.EQ(this=leaf.subject.copy(), expression=leaf.subject)
        else:
            part = folded(text(leaf.operand), leaf.options)
            found = kind(**{"this": leaf.subject, argument: part})
            if kind is exp.StrPosition:
                found = exp.GT(this=found, expression=number(0))
        return exp.not_(found) if leaf.negated else found

    return build


def _matches(leaf: Leaf) -> Expression:
    assert isinstance(leaf.operand, str)
    pattern = folded(text(leaf.operand), _pattern_options(leaf.options))
    found = exp.RegexpLike(
        this=leaf.subject, expression=pattern, flag=text("i") if leaf.options.ignore_case else None
    )
    return exp.not_(found) if leaf.negated else found


def _is_empty(leaf: Leaf) -> Expression:
    empty = exp.EQ(this=leaf.subject, expression=text(""))
    return empty if leaf.operand else exp.not_(empty)


def _is_blank(leaf: Leaf) -> Expression:
    blank = exp.RegexpLike(this=leaf.subject, expression=text(_BLANKS))
    return blank if leaf.operand else exp.not_(blank)


def _length(leaf: Leaf) -> Expression:
    kind = exp.ArraySize if leaf.of.type.kind == "list" else exp.Length
    return _each(kind(this=leaf.subject), leaf)


def _each(measured: Expression, leaf: Leaf) -> Expression:
    """Every nested comparison of a number holds."""
    return all_of(measured, leaf.operand, Column(leaf.operator, Type("integer")))


def all_of(
    measured: Expression, comparisons: object, judged: Column, options: Options | None = None
) -> Expression:
    """`measured` satisfies each of the comparisons."""
    assert isinstance(comparisons, tuple)
    conditions = [
        compare(measured.copy(), inner, judged, options or Options())
        for inner in comparisons
        if isinstance(inner, Comparison)
    ]
    return exp.and_(*conditions)


def _span(leaf: Leaf) -> Expression:
    assert isinstance(leaf.operand, Span)
    return within(leaf.subject, leaf.operand, zoned=leaf.of.type.zoned)


def within(subject: Expression, span: Span, *, zoned: bool) -> Expression:
    """`subject`, an instant or a day, lies in the span."""
    conditions = []
    for edge, kind in ((span.start, exp.GTE), (span.end, exp.LT)):
        if edge is not None:
            if isinstance(edge, FixedDate | LocalDate | PeriodDate):
                right = day(edge)
            else:
                right = moment(edge, zoned=zoned)
            conditions.append(kind(this=subject.copy(), expression=right))
    return exp.and_(*conditions)


def _calendar_part(leaf: Leaf) -> Expression:
    wall = local(leaf.subject, leaf.of, leaf.options.timezone)
    if leaf.operator == "hour":
        return _each(_part("hour", wall), leaf)
    assert isinstance(leaf.operand, tuple)
    part = (
        _part("month", wall)
        if leaf.operator == "month"
        else exp.DayOfWeekIso(this=exp.cast(wall, "date"))
    )
    return exp.In(this=part, expressions=[leaf.value(value) for value in leaf.operand])


def _anniversary(leaf: Leaf) -> Expression:
    """Some year's return of the date lies among the days asked for (7.27)."""
    asked = leaf.operand
    assert isinstance(asked, Anniversary)
    wall = local(leaf.subject, leaf.of, leaf.options.timezone)
    born = wall if leaf.of.type.kind == "date" else exp.cast(wall, "date")
    first = day(LocalDate(asked.first, leaf.options.timezone))
    last = day(LocalDate(asked.first + asked.days - 1, leaf.options.timezone))
    conditions = []
    for year in (_part("year", first), _part("year", last)):
        returned = _returned(born, year, asked.feb29)
        conditions.append(
            exp.and_(
                exp.GT(this=year.copy(), expression=_part("year", born.copy())),
                exp.Between(this=returned, low=first.copy(), high=last.copy()),
            )
        )
    return exp.paren(exp.or_(*conditions), copy=False)


def _part(name: str, of: Expression) -> Expression:
    return exp.Extract(this=exp.var(name), expression=of)


def _returned(born: Expression, year: Expression, feb29: str) -> Expression:
    def divides(by: int) -> Expression:
        remainder = exp.Mod(this=exp.paren(year.copy()), expression=number(by))
        return exp.EQ(this=remainder, expression=number(0))

    leap = exp.or_(exp.and_(divides(4), exp.not_(divides(100))), divides(400))
    leap_day = exp.and_(
        exp.EQ(this=_part("month", born.copy()), expression=number(2)),
        exp.EQ(this=_part("day", born.copy()), expression=number(29)),
        exp.not_(leap),
    )
    month, of_month = (3, 1) if feb29 == "mar1" else (2, 28)
    return exp.DateFromParts(
        year=year.copy(),
        month=_if(leap_day, number(month), _part("month", born.copy())),
        day=_if(leap_day.copy(), number(of_month), _part("day", born.copy())),
    )


def _if(condition: Expression, then: Expression, otherwise: Expression) -> Expression:
    return exp.Case(ifs=[exp.If(this=condition, true=then)], default=otherwise)


def _contains(leaf: Leaf) -> Expression:
    if leaf.of.type.kind == "list":
        return _list_contains(leaf)
    return _text_part(exp.StrPosition, "substr")(leaf)


def _list_contains(leaf: Leaf) -> Expression:
    values = leaf.operand if isinstance(leaf.operand, tuple) else (leaf.operand,)
    element = replace(leaf.of, type=leaf.of.type.element or Type("text"))
    each = [
        exp.ArrayContains(
            this=leaf.subject.copy(), expression=_value(value, element, Options(), leaf.table)
        )
        for value in values
    ]
    if leaf.operator in ("contains", "contains_all"):
        return exp.and_(*each)
    found = exp.paren(exp.or_(*each), copy=False)
    return exp.not_(found) if leaf.operator == "contains_none" else found


_BUILDERS: dict[str, Builder] = {
    "eq": _binary(exp.EQ),
    "ne": _binary(exp.NEQ),
    "gt": _binary(exp.GT),
    "gte": _binary(exp.GTE),
    "lt": _binary(exp.LT),
    "lte": _binary(exp.LTE),
    "in": _one_of,
    "not_in": _one_of,
    "is_null": _is_null,
    "between": _between,
    "not_between": _between,
    "contains": _contains,
    "not_contains": _contains,
    "starts_with": _text_part(exp.StartsWith, "expression"),
    "not_starts_with": _text_part(exp.StartsWith, "expression"),
    "ends_with": _text_part(exp.EndsWith, "expression"),
    "not_ends_with": _text_part(exp.EndsWith, "expression"),
    "matches": _matches,
    "not_matches": _matches,
    "is_empty": _is_empty,
    "is_blank": _is_blank,
    "length": _length,
    "span": _span,
    "anniversary": _anniversary,
    "weekday": _calendar_part,
    "month": _calendar_part,
    "hour": _calendar_part,
    "contains_any": _list_contains,
    "contains_all": _list_contains,
    "contains_none": _list_contains,
}
