"""SQL for comparisons: one builder for each operator.

An expression may be NULL where the answer is unknown: a `where` and the complement in
`not:` both read that as "does not hold".
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlglot import exp

from cdp_activate.audiences.accents import without_accents
from cdp_activate.audiences.anniversaries import anniversary, in_calendar, may_leave, part
from cdp_activate.audiences.dialects import call
from cdp_activate.audiences.expressions import (
    Expression,
    column,
    day,
    exact_instant,
    folded,
    instant,
    literal,
    local,
    moment,
    number,
    text,
    without_nan,
)
from cdp_activate.audiences.model import Anniversary, Comparison, Options, Span, Trait
from cdp_activate.audiences.moments import Elapsed, Fixed, FixedDate, LocalDate, PeriodDate
from cdp_activate.catalog import Column, Type

_LONGEST = 10**37 - 1
_BLANKS = r"^[ \t\n\r\f\v]*$"


@dataclass(frozen=True)
class Leaf:
    """A comparison about to become SQL: `subject` is the column as it is compared.

    `other` is the value of the trait that it is compared with, where that is one.
    """

    subject: Expression
    comparison: Comparison
    of: Column
    options: Options
    other: Expression | None = None

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
        if isinstance(value, Trait):
            assert self.other is not None
            right = value.column
            if right.type.kind == "timestamp" and right.type.zoned != self.of.type.zoned:
                # Both are instants: the right side is made like the left one.
                if right.type.zoned:
                    return local(self.other, right, "UTC")
                return call("cdp_instant", self.other, text(right.timezone))
            return _subject(self.other, "eq", right, self.options)
        return _value(value, self.of, self.options)


Builder = Callable[[Leaf], Expression]


def compare(
    expression: Expression,
    comparison: Comparison,
    of: Column,
    options: Options,
    other: Expression | None = None,
) -> Expression:
    """`expression`, a column `of` this type, satisfies the comparison.

    `other` is the value of the trait on its right side.
    """
    subject = _subject(expression, comparison.operator, of, options)
    leaf = Leaf(subject, comparison, of, options, other)
    condition = _BUILDERS[comparison.operator](leaf)
    if not options.include_nulls or comparison.operator == "is_null":
        return condition
    unknown = [exp.Is(this=subject.copy(), expression=exp.null())]
    if isinstance(comparison.operand, Trait):
        unknown.append(exp.Is(this=leaf.value(comparison.operand), expression=exp.null()))
    return exp.paren(exp.or_(condition, *unknown), copy=False)


def _subject(expression: Expression, operator: str, of: Column, options: Options) -> Expression:
    if of.type.kind == "double":
        return without_nan(expression, of.type)
    if of.type.kind == "uuid":
        return exp.Lower(this=exp.cast(expression, "text"))
    if of.type.kind == "timestamp" and operator not in ("weekday", "month", "hour", "anniversary"):
        exact = operator != "span"
        return exact_instant(expression, of) if exact else instant(expression, of)
    if of.type.kind == "text" and operator not in ("length", "is_blank", "is_empty"):
        # A pattern is not rewritten: `case: insensitive` becomes a flag of the match.
        return folded(expression, _pattern_options(options) if "match" in operator else options)
    return expression


def _pattern_options(options: Options) -> Options:
    return Options(ignore_accents=options.ignore_accents)


def _value(value: object, of: Column, options: Options) -> Expression:
    if isinstance(value, Fixed | Elapsed):
        return moment(value, zoned=of.type.zoned)
    if isinstance(value, FixedDate | LocalDate):
        return day(value)
    if isinstance(value, str) and of.type.kind == "text":
        return folded(text(value), options)
    if isinstance(value, int | Decimal) and of.type.kind == "integer":
        return number(_beside_integers(value), most=38)
    assert isinstance(value, str | int | Decimal | bool)
    return literal(value)


def _beside_integers(value: int | Decimal) -> int | Decimal:
    """A number that every integer compares with as with `value`, and that all warehouses hold.

    Beside them 1.1 is as good as 1.5, and anything longer than 37 digits as the longest.
    """
    if not -_LONGEST <= value <= _LONGEST:
        return _LONGEST if value > 0 else -_LONGEST
    whole = math.floor(value)
    return whole if value == whole else whole + Decimal("0.5")


def _needs_splitting(values: list[Expression], of: Column) -> bool:
    """A double among decimals would make doubles of all of them, the column included."""
    return of.type.kind == "decimal" and any(isinstance(value, exp.Cast) for value in values)


def _binary(kind: type[Expression]) -> Builder:
    def build(leaf: Leaf) -> Expression:
        right = leaf.value(leaf.operand)
        return kind(this=leaf.subject, expression=right)

    return build


def _one_of(leaf: Leaf) -> Expression:
    assert isinstance(leaf.operand, tuple)
    values = [leaf.value(value) for value in leaf.operand]
    found: Expression = exp.In(this=leaf.subject, expressions=values)
    if _needs_splitting(values, leaf.of):
        each = [exp.EQ(this=leaf.subject.copy(), expression=value) for value in values]
        found = exp.paren(exp.or_(*each), copy=False)
    return exp.not_(found) if leaf.negated else found


def _is_null(leaf: Leaf) -> Expression:
    unknown = exp.Is(this=leaf.subject, expression=exp.null())
    return unknown if leaf.operand else exp.not_(unknown)


def _between(leaf: Leaf) -> Expression:
    assert isinstance(leaf.operand, tuple)
    low, high = (leaf.value(value) for value in leaf.operand)
    inside: Expression = exp.Between(this=leaf.subject, low=low, high=high)
    if _needs_splitting([low, high], leaf.of):
        above = exp.GTE(this=leaf.subject.copy(), expression=low)
        inside = exp.paren(exp.and_(above, exp.LTE(this=leaf.subject.copy(), expression=high)))
    return exp.not_(inside) if leaf.negated else inside


def _position(subject: Expression, part: Expression) -> Expression:
    return exp.GT(this=exp.StrPosition(this=subject, substr=part), expression=number(0))


def _starts(subject: Expression, part: Expression) -> Expression:
    return exp.StartsWith(this=subject, expression=part)


def _ends(subject: Expression, part: Expression) -> Expression:
    return call("cdp_ends_with", subject, part)


def _text_part(holds: Callable[[Expression, Expression], Expression]) -> Builder:
    def build(leaf: Leaf) -> Expression:
        if isinstance(leaf.operand, Trait):
            part = leaf.value(leaf.operand)
            empty = exp.EQ(this=part.copy(), expression=text(""))
            found: Expression = exp.paren(exp.or_(holds(leaf.subject, part), empty), copy=False)
            known = exp.not_(exp.Is(this=leaf.subject.copy(), expression=exp.null()))
            found = exp.and_(known, found)
            return exp.not_(exp.paren(found, copy=False)) if leaf.negated else found
        assert isinstance(leaf.operand, str)
        if leaf.operand == "":
            # The empty text is part of every text (7.50); warehouses disagree.
            found = exp.EQ(this=leaf.subject.copy(), expression=leaf.subject)
        else:
            found = holds(leaf.subject, folded(text(leaf.operand), leaf.options))
        return exp.not_(found) if leaf.negated else found

    return build


def _matches(leaf: Leaf) -> Expression:
    assert isinstance(leaf.operand, str)
    pattern = text(without_accents(leaf.operand) if leaf.options.ignore_accents else leaf.operand)
    name = "cdp_matches_any_case" if leaf.options.ignore_case else "cdp_matches"
    found = call(name, leaf.subject, pattern)
    return exp.not_(found) if leaf.negated else found


def _is_empty(leaf: Leaf) -> Expression:
    empty = exp.EQ(this=leaf.subject, expression=text(""))
    return empty if leaf.operand else exp.not_(empty)


def _is_blank(leaf: Leaf) -> Expression:
    blank = call("cdp_matches", leaf.subject, text(_BLANKS))
    return blank if leaf.operand else exp.not_(blank)


def _length(leaf: Leaf) -> Expression:
    if leaf.of.type.kind == "list":
        return _each(call("cdp_list_length", leaf.subject), leaf)
    return _each(exp.Length(this=leaf.subject), leaf)


def _each(measured: Expression, leaf: Leaf) -> Expression:
    """Every nested comparison of a number holds."""
    return all_of(measured, leaf.operand, Column(leaf.operator, Type("integer")))


def all_of(
    measured: Expression,
    comparisons: object,
    judged: Column,
    options: Options | None = None,
    other: Callable[[Trait], Expression] | None = None,
) -> Expression:
    """`measured` satisfies each of the comparisons; `other` finds the traits on right sides."""
    assert isinstance(comparisons, tuple)
    conditions = []
    for inner in comparisons:
        right = other(inner.operand) if other and isinstance(inner.operand, Trait) else None
        conditions.append(compare(measured.copy(), inner, judged, options or Options(), right))
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
        holds = _each(part("hour", wall), leaf)
    else:
        assert isinstance(leaf.operand, tuple)
        if leaf.operator == "month":
            found = part("month", wall)
        else:
            found = call("cdp_weekday", exp.cast(wall, "date"))
        holds = exp.In(this=found, expressions=[leaf.value(value) for value in leaf.operand])
    if may_leave(leaf.of, leaf.options.timezone):
        return exp.and_(in_calendar(wall), holds)
    return holds


def _anniversary(leaf: Leaf) -> Expression:
    assert isinstance(leaf.operand, Anniversary)
    wall = local(leaf.subject, leaf.of, leaf.options.timezone)
    born = wall if leaf.of.type.kind == "date" else exp.cast(wall, "date")
    return anniversary(born, leaf.operand, leaf.options.timezone)


def _contains(leaf: Leaf) -> Expression:
    if leaf.of.type.kind == "list":
        return _list_contains(leaf)
    return _text_part(_position)(leaf)


def _list_contains(leaf: Leaf) -> Expression:
    values = leaf.operand if isinstance(leaf.operand, tuple) else (leaf.operand,)
    element = replace(leaf.of, type=leaf.of.type.element or Type("text"))
    here = leaf.subject
    if leaf.options.ignore_case or leaf.options.ignore_accents:
        here = call("cdp_fold_list", here, folded(column("element"), leaf.options))
    each = [
        call("cdp_list_contains", here.copy(), _element(leaf, value, element)) for value in values
    ]
    if leaf.operator in ("contains", "contains_all"):
        return exp.and_(*each)
    found = exp.paren(exp.or_(*each), copy=False)
    return exp.not_(found) if leaf.operator == "contains_none" else found


def _element(leaf: Leaf, value: object, element: Column) -> Expression:
    return leaf.value(value) if isinstance(value, Trait) else _value(value, element, leaf.options)


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
    "starts_with": _text_part(_starts),
    "not_starts_with": _text_part(_starts),
    "ends_with": _text_part(_ends),
    "not_ends_with": _text_part(_ends),
    "matches": _matches,
    "not_matches": _matches,
    "is_empty": _is_empty,
    "is_blank": _is_blank,
    "length": _length,
    "span": _span,
    "before": _binary(exp.LT),
    "after": _binary(exp.GT),
    "anniversary": _anniversary,
    "weekday": _calendar_part,
    "month": _calendar_part,
    "hour": _calendar_part,
    "contains_any": _list_contains,
    "contains_all": _list_contains,
    "contains_none": _list_contains,
}
