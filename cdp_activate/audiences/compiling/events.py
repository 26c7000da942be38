"""SQL of `event:` conditions: a measure of rows, or the first, last or n-th of them."""

from __future__ import annotations

from sqlglot import exp

from cdp_activate.audiences.comparisons import all_of
from cdp_activate.audiences.compiling.links import restricted
from cdp_activate.audiences.compiling.measures import measured
from cdp_activate.audiences.compiling.rows import OCCURRED, ORDERED_BY, RowOrder, rows_of
from cdp_activate.audiences.compiling.scope import Scope, filtered, found
from cdp_activate.audiences.expressions import Expression, column, number
from cdp_activate.audiences.facts import KEY, Fact, in_spans, named
from cdp_activate.audiences.model import Event, EventRows, Occurrence, TestOptions
from cdp_activate.catalog import Column, Rows, Type

_PASSES = "passes"


def event(scope: Scope, condition: Event) -> Expression:
    """The measure satisfies every comparison."""
    value = measured(scope, condition.rows).value()
    judged = _judged(condition.rows)
    options = TestOptions(timezone=condition.rows.timezone)
    return all_of(value, condition.comparisons, judged, options, scope.value)


def _judged(rows: EventRows) -> Column:
    of = rows.measure.column
    if rows.measure.name in ("min", "max") and of:
        kind = of.type if of.type.kind != "double" else Type("decimal")
        return Column(of.name, kind)
    return Column(rows.measure.name, Type("decimal"))


def occurrence(scope: Scope, asked: Occurrence) -> Expression:
    """There is an n-th row, and it passes."""
    return found(scope.fact(restricted(scope, _nth(asked), asked.rows)))


def _nth(asked: Occurrence) -> Fact:
    """The keys whose n-th row passes; of simultaneous rows any may be the n-th (7.34)."""
    of = asked.rows
    order = RowOrder(of.events, of.timezone)

    def columns(rows: Rows) -> list[Expression]:
        passes = [*in_spans(rows, asked.spans[of.events.index(rows)])]
        if asked.where is not None:
            passes.append(filtered(asked.where))
        one_if = exp.Case(
            ifs=[exp.If(this=exp.and_(*passes), true=number(1))] if passes else [],
            default=number(0),
        )
        return [*order.columns(rows), exp.alias_(one_if if passes else number(1), _PASSES)]

    by_order = [
        exp.Ordered(this=column(name), desc=asked.n < 0, nulls_first=False)
        for name in (OCCURRED, ORDERED_BY)
    ]
    place = exp.Window(
        this=exp.Rank(), partition_by=[column(KEY)], order=exp.Order(expressions=by_order)
    )
    peers = exp.Window(
        this=exp.Count(this=exp.Star()),
        partition_by=[column(KEY), column(OCCURRED), column(ORDERED_BY)],
    )
    placed = (
        exp.select(column(KEY), column(_PASSES))
        .select(exp.alias_(place, "place"), exp.alias_(peers, "peers"))
        .from_(rows_of(of, columns).subquery("happened"))
    )
    n = number(abs(asked.n))
    after = exp.Add(this=column("place"), expression=column("peers"))
    tree = (
        exp.select(column(KEY))
        .from_(placed.subquery("placed"))
        .where(
            exp.LTE(this=column("place"), expression=n),
            exp.GT(this=after, expression=n.copy()),
            exp.EQ(this=column(_PASSES), expression=number(1)),
        )
        .group_by(column(KEY))
    )
    return named("_".join((*of.names, "last" if asked.n < 0 else f"number_{asked.n}")), tree)
