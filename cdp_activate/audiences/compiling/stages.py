"""SQL of `stage:` conditions, from the history of stages."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from sqlglot import exp

from cdp_activate.audiences.compiling.scope import Scope, found, known
from cdp_activate.audiences.compiling.stays import ago, in_sequence, numbered
from cdp_activate.audiences.expressions import (
    Expression,
    column,
    exact_instant,
    in_order,
    number,
    text,
)
from cdp_activate.audiences.facts import KEY, Fact, in_time, named, table
from cdp_activate.audiences.model import StageCondition
from cdp_activate.catalog import Type


def stage(scope: Scope, asked: StageCondition) -> Expression:
    """The stay at as_of is in one of the stages, and is in each way what is asked."""
    if asked.ever:
        return found(scope.fact(been_in(asked, asked.names)))
    fact = scope.fact(stay_now(asked))
    at = asked.rows.model.columns[asked.rows.at]
    since = column("since", fact)
    conditions = [one_of(column("stage", fact), asked.names)]
    if asked.entered:
        first = ago(asked.entered, at, asked.timezone, today_counts=True)
        conditions.append(exp.GTE(this=since, expression=first))
    if asked.for_at_least:
        last = ago(asked.for_at_least, at, asked.timezone, today_counts=False)
        conditions.append(exp.LTE(this=since.copy(), expression=last))
    if asked.came_from:
        conditions.append(one_of(column("came_from", fact), asked.came_from))
    if asked.regressed is not None:
        now, before = column("stage_rank", fact), column("rank_before", fact)
        fell: Expression = exp.LT(this=now, expression=before)
        conditions.append(fell if asked.regressed else exp.not_(known(fell)))
    if asked.skipped:
        conditions.append(exp.not_(found(scope.fact(been_in(asked, asked.skipped)))))
    return exp.and_(*conditions)


def stay_now(asked: StageCondition) -> Fact:
    """The stay at as_of, one fact whatever is asked of it."""
    of_all = replace(
        asked, names=(), entered=None, for_at_least=None, came_from=(), ever=False, skipped=()
    )
    return stays(of_all)


@lru_cache(maxsize=256)
def stays(asked: StageCondition) -> Fact:
    """The stay each key is in at as_of: its stage, since when, and the stage before it.

    Neighbouring rows of one stage are one stay; rows of one time are ordered by id (7.56).
    A row without a stage ends a stay.
    """
    rows = asked.rows
    at = rows.model.columns[rows.at]
    stage = column(rows.columns["stage"])
    shown = ["stage", "since", "came_from"]

    def before(of: Expression) -> exp.Window:
        order = exp.Order(expressions=in_sequence(rows))
        return exp.Window(this=exp.Lag(this=of), partition_by=[column(rows.key)], order=order)

    rows_of_track = exp.select(
        exp.alias_(column(rows.key), KEY),
        exp.alias_(stage.copy(), "stage"),
        exp.alias_(exact_instant(column(rows.at), at), "since"),
        exp.alias_(column(rows.id) if rows.id else number(0), "stage_order"),
        exp.alias_(before(stage.copy()), "came_from"),
    )
    if asked.regressed is not None:
        shown += ["stage_rank", "rank_before"]
        rank = _rank(asked, stage)
        rows_of_track = rows_of_track.select(
            exp.alias_(rank, "stage_rank"), exp.alias_(before(rank.copy()), "rank_before")
        )
    rows_of_track = rows_of_track.from_(table(rows.model)).where(
        exp.EQ(this=column(rows.columns["track"]), expression=text(asked.track)),
        *in_time(rows, (), asked.timezone),
    )
    order_type = rows.model.columns[rows.id].type if rows.id else Type("integer")
    latest = numbered(
        column(KEY),
        [
            exp.Ordered(this=column("since"), desc=True, nulls_first=False),
            exp.Ordered(
                this=in_order(column("stage_order"), order_type), desc=True, nulls_first=False
            ),
        ],
    )
    begins = exp.NullSafeNEQ(this=column("came_from"), expression=column("stage"))
    columns = [column(name) for name in (KEY, *shown)]
    stays = (
        exp.select(*columns, exp.alias_(latest, "place"))
        .from_(rows_of_track.subquery("known"))
        .where(begins)
    )
    tree = (
        exp.select(*(each.copy() for each in columns))
        .from_(stays.subquery("stays"))
        .where(exp.EQ(this=column("place"), expression=number(1)))
    )
    return named(f"stage_{asked.track}", tree)


def _rank(asked: StageCondition, stage: Expression) -> Expression:
    """How far along a stage is: a column of the rows, else its place in the enumeration."""
    if name := asked.rows.columns.get("rank"):
        return column(name)
    places = [
        exp.If(this=exp.EQ(this=stage.copy(), expression=text(name)), true=number(place))
        for place, name in enumerate(asked.order)
    ]
    return exp.Case(ifs=places)


def been_in(asked: StageCondition, names: tuple[str, ...]) -> Fact:
    """The keys that were in one of the stages before as_of."""
    rows = asked.rows
    tree = (
        exp.select(exp.alias_(column(rows.key), KEY))
        .from_(table(rows.model))
        .where(
            exp.EQ(this=column(rows.columns["track"]), expression=text(asked.track)),
            one_of(column(rows.columns["stage"]), tuple(sorted(names))),
            *in_time(rows, (), asked.timezone),
        )
        .group_by(column(rows.key))
    )
    return named(f"stage_{asked.track}_ever", tree)


def one_of(subject: Expression, names: tuple[str, ...]) -> Expression:
    return exp.In(this=subject, expressions=[text(name) for name in names])
