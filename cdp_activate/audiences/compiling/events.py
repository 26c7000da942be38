"""SQL of `event:` conditions: a fact for each measure of rows."""

from __future__ import annotations

from sqlglot import exp

from cdp_activate.audiences.comparisons import all_of
from cdp_activate.audiences.compiling.scope import Scope, filtered
from cdp_activate.audiences.dialects import call
from cdp_activate.audiences.expressions import (
    Expression,
    column,
    finite,
    instant,
    number,
    text,
    without_nan,
)
from cdp_activate.audiences.facts import KEY, VALUE, Fact, in_time, named, table
from cdp_activate.audiences.model import Event, Happened, Options
from cdp_activate.catalog import Column, Model, Type


def event(scope: Scope, condition: Event) -> Expression:
    """The measure satisfies every comparison."""
    value = measured(scope, condition.rows)
    judged = _judged(condition.rows)
    options = Options(timezone=condition.rows.timezone)
    return all_of(value, condition.comparisons, judged, options, scope.value)


def _judged(rows: Happened) -> Column:
    of = rows.measure.column
    if rows.measure.name in ("min", "max") and of:
        kind = of.type if of.type.kind != "double" else Type("decimal")
        return Column(of.name, kind)
    return Column(rows.measure.name, Type("decimal"))


def measured(scope: Scope, rows: Happened) -> Expression:
    """The measure of events of each row of the entity, NULL where it is unknown."""
    value = column(VALUE, scope.fact(happened(rows)))
    if rows.measure.name in ("count", "sum", "distinct"):
        return exp.Coalesce(this=value, expressions=[number(0)])
    return value


def happened(rows: Happened) -> Fact:
    """The measure of events of each key."""
    where = filtered(rows.where) if rows.where else None
    by_model: dict[Model, list[int]] = {}
    for place, event in enumerate(rows.events):
        by_model.setdefault(event.model, []).append(place)
    parts = [_rows_of(rows, places, where) for places in by_model.values()]
    measure = exp.alias_(_measure(rows), VALUE)
    if len(parts) == 1:
        tree = parts[0].select(measure).group_by(column(rows.events[0].key))
    else:
        of = rows.measure.column
        union: exp.Query = parts[0].select(column(of.name)) if of else parts[0]
        for part in parts[1:]:
            union = exp.union(union, part.select(column(of.name)) if of else part, distinct=False)
        happened = exp.select(column(KEY), measure).from_(union.subquery("happened"))
        tree = happened.group_by(column(KEY))
    return named("_".join((*rows.names, rows.measure.name)), tree)


def _rows_of(rows: Happened, places: list[int], where: Expression | None) -> exp.Select:
    """The rows of one table: their key, filtered by name, time and properties.

    `places` says which of the events are in this table.
    """
    event = rows.events[places[0]]
    names = [text(rows.names[place]) for place in places]
    conditions: list[Expression] = []
    if event.name_column:
        named_so = column(event.name_column)
        conditions.append(
            exp.EQ(this=named_so, expression=names[0])
            if len(names) == 1
            else exp.In(this=named_so, expressions=names)
        )
    conditions.extend(in_time(event, rows.spans[places[0]], rows.timezone))
    if where is not None:
        conditions.append(where.copy())
    key = exp.alias_(column(event.key), KEY)
    return exp.select(key).from_(table(event.model)).where(*conditions)


def _measure(rows: Happened) -> Expression:
    name, of = rows.measure.name, rows.measure.column
    if name == "count" or of is None:
        return exp.Count(this=exp.Star())
    value = column(of.name)
    if name == "distinct":
        return exp.Count(this=exp.Distinct(expressions=[without_nan(value, of.type)]))
    if name in ("min", "max"):
        kind = exp.Min if name == "min" else exp.Max
        return kind(this=instant(without_nan(value, of.type), of))
    number_of = finite(value, of.type)
    if name == "sum":
        return exp.Sum(this=number_of)
    # The middle of two decimals has more decimals than they have: DuckDB would cut them off.
    if name == "median" and of.type.kind == "decimal":
        number_of = exp.cast(number_of, exp.DataType.Type.DOUBLE)
    middle = call("cdp_median", number_of) if name == "median" else exp.Avg(this=number_of)
    # Compared after rounding to 9 decimals, so that warehouses agree (7.32).
    return call("cdp_round", middle)
