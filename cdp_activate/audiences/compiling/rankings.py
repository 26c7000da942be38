"""SQL of `top_percent`, `bottom_percent` and `percentile` of a trait."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from cdp_activate.audiences.compiling.scope import Scope
from cdp_activate.audiences.expressions import (
    Expression,
    column,
    identifier,
    in_order,
    number,
    without_nan,
)
from cdp_activate.audiences.facts import KEY, VALUE, Fact, named, table
from cdp_activate.audiences.model import Comparison, Trait


def ranking(scope: Scope, trait: Trait) -> Fact:
    """The place of each row of the entity by a trait: from the top, from the bottom, by rank.

    All rows of the entity with a value take part, whatever else is asked (7.39).
    """
    inner = scope.inside(scope.entity)
    value = without_nan(inner.value(trait), trait.column.type)
    key = inner.key()
    known = exp.select(exp.alias_(key, KEY), exp.alias_(value, VALUE)).from_(
        exp.alias_(table(scope.entity.model), identifier(scope.entity.model.name), table=True)
    )
    known = inner.joined(known, [value])

    def over(function: Expression, descending: bool, *, ties: bool) -> exp.Window:
        ordered = [exp.Ordered(this=column(VALUE), desc=descending)]
        if ties:
            key_type = scope.entity.model.columns[scope.entity.key].type
            ordered.append(exp.Ordered(this=in_order(column(KEY), key_type)))
        return exp.Window(this=function, order=exp.Order(expressions=ordered))

    total = exp.Window(this=exp.Count(this=exp.Star()))
    tree = (
        exp.select(
            column(KEY),
            exp.alias_(over(exp.RowNumber(), True, ties=True), "from_top"),
            exp.alias_(over(exp.RowNumber(), False, ties=True), "from_bottom"),
            exp.alias_(over(exp.Rank(), False, ties=False), "rank"),
            exp.alias_(total, "total"),
        )
        .from_(known.subquery("known"))
        .where(exp.not_(exp.Is(this=column(VALUE), expression=exp.null())))
    )
    fact = named(f"{trait.column.name}_ranking", tree)
    return replace(fact, needs=tuple(inner.facts.values()))


_ORDERINGS: dict[str, type[exp.Binary]] = {
    "gt": exp.GT,
    "gte": exp.GTE,
    "lt": exp.LT,
    "lte": exp.LTE,
    "eq": exp.EQ,
    "ne": exp.NEQ,
}


def ranked(fact: str, comparison: Comparison) -> Expression:
    """A place in a ranking satisfies top_percent, bottom_percent, or a comparison of percentile.

    Written without a division, so that it is exact: the first ceil(p% of n).
    """
    total = column("total", fact)
    if comparison.operator in ("top_percent", "bottom_percent"):
        place = column("from_top" if comparison.operator == "top_percent" else "from_bottom", fact)
        share = comparison.operand
        return exp.LT(
            this=_times(_minus_one(place), number(100)),
            expression=_times(total, number(share)),  # type: ignore[arg-type]
        )
    assert isinstance(comparison.operand, tuple)
    return exp.and_(*(_percentile(fact, inner) for inner in comparison.operand))  # type: ignore[arg-type]


def _percentile(fact: str, asked: Comparison) -> Expression:
    """(rank - 1) * 100 beside (total - 1) * what is asked, 0 for a single row (7.39)."""
    total = column("total", fact)
    if asked.operator == "is_null":
        unknown = exp.Is(this=total, expression=exp.null())
        return unknown if asked.operand else exp.not_(unknown)
    others = exp.Greatest(this=_minus_one(total), expressions=[number(1)])
    below = _times(_minus_one(column("rank", fact)), number(100))
    operands = asked.operand if isinstance(asked.operand, tuple) else (asked.operand,)
    ends = [_times(others.copy(), number(end)) for end in operands]  # type: ignore[arg-type]
    if asked.operator in _ORDERINGS:
        return _ORDERINGS[asked.operator](this=below, expression=ends[0])
    if asked.operator in ("in", "not_in"):
        found: Expression = exp.In(this=below, expressions=ends)
    else:
        found = exp.Between(this=below, low=ends[0], high=ends[1])
    return exp.not_(found) if asked.operator.startswith("not_") else found


def _times(left: Expression, right: Expression) -> Expression:
    return exp.Mul(this=left, expression=right)


def _minus_one(of: Expression) -> Expression:
    return exp.paren(exp.Sub(this=of, expression=number(1)), copy=False)
