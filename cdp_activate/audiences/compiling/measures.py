"""SQL of measures: a fact for each, and the number it comes to for a row of the entity."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from sqlglot import exp

from cdp_activate.audiences.anniversaries import in_calendar, may_leave, part
from cdp_activate.audiences.cells import value_of
from cdp_activate.audiences.compiling.links import restricted
from cdp_activate.audiences.compiling.numbers import Number, whole
from cdp_activate.audiences.compiling.rows import rows_of
from cdp_activate.audiences.compiling.scope import Scope
from cdp_activate.audiences.days import Unit
from cdp_activate.audiences.dialects import call
from cdp_activate.audiences.expressions import (
    Expression,
    column,
    finite,
    in_order,
    instant,
    local,
    number,
    without_nan,
)
from cdp_activate.audiences.facts import KEY, VALUE, Fact, named
from cdp_activate.audiences.model import Active, EventRows, Measure
from cdp_activate.catalog import Column, Rows

TOTAL = "total"
COUNTED = "counted"
OF_ROW = "of_row"
_NOTHING_IS_ZERO = ("count", "sum", "distinct", "active")
_QUOTIENTS = ("avg", "median")


def measured(scope: Scope, of: EventRows) -> Number:
    """What the measure comes to for each row of the entity; NULL where it is unknown."""
    measure = of.measure
    if measure.to is not None:
        counts = measured(scope, _counted(of)), measured(scope, measure.to)
        return Number(counts[0].over, counts[1].over)
    fact = scope.fact(restricted(scope, happened(of), of))
    value: Expression = column(VALUE, fact)
    if measure.name in _NOTHING_IS_ZERO:
        value = exp.Coalesce(this=value, expressions=[number(0)])
    if measure.column is None or measure.name == "distinct":
        return Number(value)
    exact = measure.column.type.kind != "double"
    if measure.name in _QUOTIENTS:
        total, counted = column(TOTAL, fact), column(COUNTED, fact)
        return Number(total, counted, 0 if exact else None, rounded=value)
    return Number(value, None, measure.column.scale if exact else None)


def _counted(of: EventRows) -> EventRows:
    return replace(of, measure=Measure("count"))


@lru_cache(maxsize=4096)
def happened(of: EventRows) -> Fact:
    """The measure of rows of each key."""
    measure = of.measure
    slug = "_".join((*of.names, measure.name))
    if measure.active:
        return named(slug, _active(of, measure.active))
    if measure.name == "median" and measure.column:
        return named(slug, _median(of, measure.column))
    value = value_of(measure.column) if measure.column else None
    rows = rows_of(of, lambda _: [exp.alias_(value.copy(), OF_ROW)] if value else [])
    if isinstance(rows, exp.Select):
        # One table: its rows are grouped where they are.
        key = column(of.events[0].key)
        columns = [exp.alias_(key, KEY), *_aggregates(measure, value)]
        tree = rows.select(*columns, append=False).group_by(key.copy())
    else:
        tree = _grouped(rows, "happened", _aggregates(measure, column(OF_ROW)))
    if measure.name in _QUOTIENTS and measure.column:
        tree = _divided(tree, measure.column)
    return named(slug, tree)


def _grouped(rows: exp.Query, alias: str, columns: list[Expression]) -> exp.Select:
    select = exp.select(column(KEY), *columns).from_(rows.subquery(alias))
    return select.group_by(column(KEY))


def _aggregates(measure: Measure, value: Expression | None) -> list[Expression]:
    name, of = measure.name, measure.column
    if of is None or value is None:
        return [exp.alias_(exp.Count(this=exp.Star()), VALUE)]
    if name == "distinct":
        different = exp.Distinct(expressions=[instant(without_nan(value, of.type), of)])
        return [exp.alias_(exp.Count(this=different), VALUE)]
    if name in ("min", "max"):
        kind = exp.Min if name == "min" else exp.Max
        ordered = instant(without_nan(value, of.type), of)
        return [exp.alias_(kind(this=in_order(ordered, of.type)), VALUE)]
    if name == "sum":
        return [exp.alias_(_sum(value, of), VALUE)]
    return _total(value, of)


def _sum(value: Expression, of: Column) -> Expression:
    if of.type.kind == "double":
        return exp.Sum(this=finite(value, of.type))
    return exp.Sum(this=call("cdp_summand", value))


def _total(value: Expression, of: Column) -> list[Expression]:
    """What is divided, and by what: exact numbers as whole numbers of one unit."""
    counted: Expression = exp.Count(this=finite(value.copy(), of.type))
    counted = exp.Nullif(this=counted, expression=number(0))
    total = _sum(value, of)
    if of.type.kind != "double":
        total = whole(total, of.scale)
        if of.scale:
            counted = exp.Mul(this=counted, expression=number(10**of.scale, most=38))
        counted = whole(counted, 0)
    return [exp.alias_(total, TOTAL), exp.alias_(counted, COUNTED)]


def _divided(tree: exp.Select, of: Column) -> exp.Select:
    """The quotient beside what it is made of, which `compare` takes as it is."""
    total, counted = column(TOTAL), column(COUNTED)
    if of.type.kind == "double":
        rounded = call("cdp_round", exp.Div(this=total, expression=counted, typed=True))
    else:
        rounded = call("cdp_quotient", total, counted)
    columns = [column(KEY), exp.alias_(rounded, VALUE), total.copy(), counted.copy()]
    return exp.select(*columns).from_(tree.subquery("totals"))


def _median(of: EventRows, measured: Column) -> exp.Select:
    """The sum and the number of the middle values, of which there are one or two (7.31)."""
    value = finite(value_of(measured), measured.type)
    values = rows_of(of, lambda _: [exp.alias_(value.copy(), OF_ROW)])
    place = exp.Window(
        this=exp.RowNumber(),
        partition_by=[column(KEY)],
        order=exp.Order(expressions=[exp.Ordered(this=column(OF_ROW), nulls_first=False)]),
    )
    among = exp.Window(this=exp.Count(this=exp.Star()), partition_by=[column(KEY)])
    placed = (
        exp.select(column(KEY), column(OF_ROW))
        .select(exp.alias_(place, "place"), exp.alias_(among, "among"))
        .from_(values.subquery("happened"))
        .where(exp.not_(exp.Is(this=column(OF_ROW), expression=exp.null())))
    )
    twice = exp.Mul(this=number(2), expression=column("place"))
    last = exp.Add(this=column("among"), expression=number(2))
    middle = exp.Between(this=twice, low=column("among"), high=last)
    totals = _grouped(placed, "placed", _total(column(OF_ROW), measured)).where(middle)
    return _divided(totals, measured)


# Active periods ...


def _active(of: EventRows, active: Active) -> exp.Select:
    """The number of local periods with a row, or of the longest streak of them (7.35)."""
    periods = rows_of(
        of, lambda rows: [exp.alias_(_period(rows, active.unit, of.timezone), "period")]
    )
    if not active.consecutive:
        different = exp.Count(this=exp.Distinct(expressions=[column("period")]))
        return _grouped(periods, "happened", [exp.alias_(different, VALUE)])
    different_periods = (
        exp.select(column(KEY), column("period")).distinct().from_(periods.subquery("happened"))
    )
    place = exp.Window(
        this=exp.RowNumber(),
        partition_by=[column(KEY)],
        order=exp.Order(expressions=[exp.Ordered(this=column("period"))]),
    )
    step = 7 if active.unit == "week" else 1
    # Periods of one streak are as far from their place in the order.
    streak = exp.Sub(
        this=column("period"),
        expression=place if step == 1 else exp.Mul(this=number(step), expression=place),
    )
    streaks = (
        exp.select(column(KEY), exp.alias_(streak, "streak"))
        .from_(different_periods.subquery("periods"))
        .where(exp.not_(exp.Is(this=column("period"), expression=exp.null())))
    )
    lengths = (
        exp.select(column(KEY), exp.alias_(exp.Count(this=exp.Star()), "periods"))
        .from_(streaks.subquery("streaks"))
        .group_by(column(KEY), column("streak"))
    )
    return _grouped(lengths, "lengths", [exp.alias_(exp.Max(this=column("periods")), VALUE)])


def _period(rows: Rows, unit: Unit, timezone: str) -> Expression:
    """The local period of a row as a number, none of a time outside the calendar (7.67)."""
    at = rows.model.columns[rows.at]
    wall = local(column(at.name), at, timezone)
    period = _number_of(unit, wall if at.type.kind == "date" else exp.cast(wall, "date"))
    if may_leave(at, timezone):
        return exp.Case(ifs=[exp.If(this=in_calendar(wall), true=period)])
    return period


def _number_of(unit: Unit, on: Expression) -> Expression:
    """Neighbouring periods have neighbouring numbers; of weeks, that of their Monday (7.14)."""
    if unit == "day":
        return call("cdp_day_number", on)
    if unit == "week":
        since_monday = exp.Sub(this=call("cdp_weekday", on.copy()), expression=number(1))
        return exp.Sub(this=call("cdp_day_number", on), expression=exp.paren(since_monday))
    year = part("year", on)
    if unit == "year":
        return year
    name, each = ("month", 12) if unit == "month" else ("quarter", 4)
    return exp.Add(
        this=exp.Mul(this=year, expression=number(each)), expression=part(name, on.copy())
    )
