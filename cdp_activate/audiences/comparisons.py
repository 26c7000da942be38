"""SQL for comparisons: one builder for each operator.

An expression may be NULL where the answer is unknown: a `where` and the complement in
`not:` both read that as "does not hold".
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from cdp_activate.audiences.anniversaries import anniversary, in_calendar, may_leave, part
from cdp_activate.audiences.dialects import call
from cdp_activate.audiences.expressions import (
    Expression,
    day,
    local,
    moment,
)
from cdp_activate.audiences.leaf import Builder, Leaf, subject_of
from cdp_activate.audiences.model import Anniversary, Comparison, Span, TestOptions, Trait
from cdp_activate.audiences.moments import FixedDate, LocalDate, PeriodDate
from cdp_activate.audiences.texts import (
    contains,
    ends,
    is_blank,
    is_empty,
    list_contains,
    matches,
    starts,
    text_part,
)
from cdp_activate.catalog import Column, Type


def compare(
    expression: Expression,
    comparison: Comparison,
    of: Column,
    options: TestOptions,
    other: Expression | None = None,
) -> Expression:
    """`expression`, a column `of` this type, satisfies the comparison.

    `other` is the value of the trait on its right side.
    """
    subject = subject_of(expression, comparison.operator, of, options)
    leaf = Leaf(subject, comparison, of, options, other)
    condition = _BUILDERS[comparison.operator](leaf)
    if not options.include_nulls or comparison.operator == "is_null":
        return condition
    unknown = [exp.Is(this=subject.copy(), expression=exp.null())]
    if isinstance(comparison.operand, Trait):
        unknown.append(exp.Is(this=leaf.value(comparison.operand), expression=exp.null()))
    return exp.paren(exp.or_(condition, *unknown), copy=False)


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
    options: TestOptions | None = None,
    other: Callable[[Trait], Expression] | None = None,
) -> Expression:
    """`measured` satisfies each of the comparisons; `other` finds the traits on right sides."""
    assert isinstance(comparisons, tuple)
    conditions = []
    for inner in comparisons:
        right = other(inner.operand) if other and isinstance(inner.operand, Trait) else None
        conditions.append(compare(measured.copy(), inner, judged, options or TestOptions(), right))
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
    "contains": contains,
    "not_contains": contains,
    "starts_with": text_part(starts),
    "not_starts_with": text_part(starts),
    "ends_with": text_part(ends),
    "not_ends_with": text_part(ends),
    "matches": matches,
    "not_matches": matches,
    "is_empty": is_empty,
    "is_blank": is_blank,
    "length": _length,
    "span": _span,
    "before": _binary(exp.LT),
    "after": _binary(exp.GT),
    "anniversary": _anniversary,
    "weekday": _calendar_part,
    "month": _calendar_part,
    "hour": _calendar_part,
    "contains_any": list_contains,
    "contains_all": list_contains,
    "contains_none": list_contains,
}
