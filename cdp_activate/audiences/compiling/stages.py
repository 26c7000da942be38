"""SQL of `stage:` conditions, from the history of stages."""

from __future__ import annotations

from sqlglot import exp

from cdp_activate.audiences.compiling.scope import Scope, found
from cdp_activate.audiences.expressions import (
    Expression,
    column,
    day,
    instant,
    moment,
    number,
    text,
)
from cdp_activate.audiences.facts import KEY, Fact, in_time, named, table
from cdp_activate.audiences.model import Stage
from cdp_activate.audiences.moments import Duration, Elapsed, LocalDate


def stage(scope: Scope, asked: Stage) -> Expression:
    """The stay at as_of is in one of the stages, and as long, or as new, as is asked."""
    if asked.ever:
        return found(scope.fact(ever_in_stage(asked)))
    fact = scope.fact(stays(asked))
    at = asked.rows.model.columns[asked.rows.at]
    since = column("since", fact)
    conditions = [_one_of(column("stage", fact), asked.names)]

    def ago(length: Duration, *, today_counts: bool) -> Expression:
        if at.type.kind != "date":
            return moment(Elapsed(-length.seconds), zoned=at.type.zoned)
        return day(LocalDate(today_counts - (length.days or 0), asked.timezone))

    if asked.entered:
        first = ago(asked.entered, today_counts=True)
        conditions.append(exp.GTE(this=since, expression=first))
    if asked.for_at_least:
        last = ago(asked.for_at_least, today_counts=False)
        conditions.append(exp.LTE(this=since.copy(), expression=last))
    if asked.came_from:
        conditions.append(_one_of(column("came_from", fact), asked.came_from))
    return exp.and_(*conditions)


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


def _one_of(subject: Expression, names: tuple[str, ...]) -> Expression:
    return exp.In(this=subject, expressions=[text(name) for name in names])
