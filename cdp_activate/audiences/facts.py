"""Facts: the questions of an audience about rows beside its entity, one small SELECT each.

A fact has one row for each key it has an answer for, in column `entity_key`. Equal
questions give equal trees and so one name, however many audiences ask them.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from sqlglot import exp

from cdp_activate.audiences.comparisons import within
from cdp_activate.audiences.dialects import call
from cdp_activate.audiences.expressions import (
    Expression,
    column,
    day,
    finite,
    identifier,
    instant,
    moment,
    number,
    text,
    without_nan,
)
from cdp_activate.audiences.model import Comparison, Consent, Happened, Span, Stage
from cdp_activate.audiences.moments import Elapsed, LocalDate
from cdp_activate.catalog import Column, Entity, Model, Reference, Rows

KEY = "entity_key"
VALUE = "measured"


@dataclass(frozen=True)
class Fact:
    """A named SELECT of `entity_key` and the columns that answer the question."""

    name: str
    tree: exp.Select


def named(slug: str, tree: exp.Select) -> Fact:
    """A Fact whose name tells what it is about, and differs where the question differs."""
    digest = hashlib.md5(tree.sql("duckdb").encode(), usedforsecurity=False).hexdigest()[:8]
    words = re.sub(r"[^a-z0-9]+", "_", slug.lower()).strip("_")[:40]
    return Fact(f"fact_{words}_{digest}", tree)


def table(model: Model) -> exp.Table:
    """A dbt model as a table; where it lives is decided when the SQL is written."""
    node = exp.Table(this=identifier(model.name))
    node.meta.update(model=model.name, package=model.package, relation=model.relation)
    return node


def happened(rows: Happened, where: Expression | None) -> Fact:
    """The measure of events of each key; `where` is the filter on their properties."""
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


def in_time(rows: Rows, spans: tuple[Span, ...], timezone: str) -> list[Expression]:
    """Rows within all spans; what is dated at or after as_of does not exist (1.2).

    Of dates without a time, today's exist and later ones do not.
    """
    at = rows.model.columns[rows.at]
    subject = instant(column(at.name), at)
    ends = [span.end for span in spans]
    conditions = [within(subject, span, zoned=at.type.zoned) for span in spans]
    if at.type.kind == "date":
        if not any(isinstance(end, LocalDate) and end.days <= 1 for end in ends):
            today = Span(end=LocalDate(1, timezone))
            conditions.append(within(subject, today, zoned=False))
    elif not any(isinstance(end, Elapsed) and end.seconds <= 0 for end in ends):
        conditions.append(within(subject, Span(end=Elapsed(0)), zoned=at.type.zoned))
    return conditions


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


def reference(entity: Entity, through: Reference, of: Entity, name: str) -> Fact:
    """A column of the one row that an entity refers to."""
    key = through.key or entity.key
    tree = (
        exp.select(exp.alias_(column(key, "link"), KEY), exp.alias_(column(name, "linked"), VALUE))
        .from_(exp.alias_(table(through.model), "link", table=True))
        .join(
            exp.alias_(table(of.model), "linked", table=True),
            on=exp.EQ(this=column(through.on, "link"), expression=column(of.key, "linked")),
        )
    )
    return named(f"{through.name}_{name}", tree)


def ranking(entity: Entity, of: Column) -> Fact:
    """The place of each row of the entity by a column: from the top, from the bottom, by rank."""
    value = without_nan(column(of.name), of.type)

    def over(function: Expression, descending: bool, *, ties: bool) -> exp.Window:
        ordered = [exp.Ordered(this=value.copy(), desc=descending)]
        if ties:
            ordered.append(exp.Ordered(this=column(entity.key)))
        return exp.Window(this=function, order=exp.Order(expressions=ordered))

    total = exp.Window(this=exp.Count(this=exp.Star()))
    tree = (
        exp.select(
            exp.alias_(column(entity.key), KEY),
            exp.alias_(over(exp.RowNumber(), True, ties=True), "from_top"),
            exp.alias_(over(exp.RowNumber(), False, ties=True), "from_bottom"),
            exp.alias_(over(exp.Rank(), False, ties=False), "rank"),
            exp.alias_(total, "total"),
        )
        .from_(table(entity.model))
        .where(exp.not_(exp.Is(this=value.copy(), expression=exp.null())))
    )
    return named(f"{of.name}_ranking", tree)


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


def consent(asked: Consent) -> Fact:
    """The keys whose last word on a purpose is that they grant it (7.3).

    A withdrawal dated exactly as_of, or without a date, is the last word; among records
    of one instant a withdrawal wins; any status but `granted` means no.
    """
    rows = asked.rows
    at_column = rows.model.columns[rows.at]
    at = instant(column(rows.at), at_column)
    status = column(rows.columns["status"])
    if at_column.type.kind == "date":
        now: Expression = day(LocalDate(1, asked.timezone))
        reached: Expression = exp.LT(this=at.copy(), expression=now)
    else:
        now = moment(Elapsed(0), zoned=at_column.type.zoned)
        reached = exp.LTE(this=at.copy(), expression=now.copy())
    granted = exp.and_(
        exp.EQ(this=status, expression=text("granted")),
        exp.LT(this=at.copy(), expression=now.copy()),
    )
    not_granted = exp.or_(
        exp.NEQ(this=status.copy(), expression=text("granted")),
        exp.Is(this=status.copy(), expression=exp.null()),
    )
    undated = exp.Is(this=at.copy(), expression=exp.null())
    last_yes = exp.Max(this=_when(granted, at.copy()))
    last_no = exp.Max(this=_when(exp.and_(not_granted.copy(), reached), at.copy()))
    no_date = exp.Max(this=_when(exp.and_(not_granted, undated), number(1)))
    tree = (
        exp.select(exp.alias_(column(rows.key), KEY))
        .from_(table(rows.model))
        .where(exp.EQ(this=column(rows.columns["purpose"]), expression=text(asked.purpose)))
        .group_by(column(rows.key))
        .having(
            exp.Is(this=no_date, expression=exp.null()),
            exp.not_(exp.Is(this=last_yes, expression=exp.null())),
            exp.or_(
                exp.Is(this=last_no, expression=exp.null()),
                exp.LT(this=last_no.copy(), expression=last_yes.copy()),
            ),
        )
    )
    return named(f"consent_{asked.purpose}", tree)


def _when(condition: Expression, then: Expression) -> Expression:
    return exp.Case(ifs=[exp.If(this=condition, true=then)])


def stays(asked: Stage) -> Fact:
    """The stay each key is in at as_of: its stage, since when, and the stage before it.

    Neighbouring rows of one stage are one stay; rows of one time are ordered by id (7.56).
    A row without a stage ends a stay.
    """
    rows = asked.rows
    at = rows.model.columns[rows.at]
    stage = column(rows.columns["stage"])
    order = [exp.Ordered(this=column(name)) for name in (rows.at, rows.id) if name]
    before = exp.Window(
        this=exp.Lag(this=stage.copy()),
        partition_by=[column(rows.key)],
        order=exp.Order(expressions=order),
    )
    known = (
        exp.select(
            exp.alias_(column(rows.key), KEY),
            exp.alias_(stage.copy(), "stage"),
            exp.alias_(instant(column(rows.at), at), "since"),
            exp.alias_(column(rows.id) if rows.id else number(0), "stage_order"),
            exp.alias_(before, "came_from"),
        )
        .from_(table(rows.model))
        .where(
            exp.EQ(this=column(rows.columns["track"]), expression=text(asked.track)),
            *in_time(rows, (), asked.timezone),
        )
    )
    latest = exp.Window(
        this=exp.RowNumber(),
        partition_by=[column(KEY)],
        order=exp.Order(
            expressions=[
                exp.Ordered(this=column(name), desc=True, nulls_first=True)
                for name in ("since", "stage_order")
            ]
        ),
    )
    begins = exp.NullSafeNEQ(this=column("came_from"), expression=column("stage"))
    numbered = (
        exp.select(*(column(name) for name in (KEY, "stage", "since", "came_from")))
        .select(exp.alias_(latest, "place"))
        .from_(known.subquery("known"))
        .where(begins)
    )
    tree = (
        exp.select(*(column(name) for name in (KEY, "stage", "since", "came_from")))
        .from_(numbered.subquery("stays"))
        .where(exp.EQ(this=column("place"), expression=number(1)))
    )
    return named(f"stage_{asked.track}", tree)


def ever_in_stage(asked: Stage) -> Fact:
    """The keys that were in one of the stages before as_of."""
    rows = asked.rows
    names = [text(name) for name in sorted(asked.names)]
    tree = (
        exp.select(exp.alias_(column(rows.key), KEY))
        .from_(table(rows.model))
        .where(
            exp.EQ(this=column(rows.columns["track"]), expression=text(asked.track)),
            exp.In(this=column(rows.columns["stage"]), expressions=names),
            *in_time(rows, (), asked.timezone),
        )
        .group_by(column(rows.key))
    )
    return named(f"stage_{asked.track}_ever", tree)
