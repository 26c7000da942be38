"""SQL of `consent:` conditions."""

from __future__ import annotations

from functools import lru_cache

from sqlglot import exp

from cdp_activate.audiences.compiling.scope import Scope, found
from cdp_activate.audiences.expressions import (
    Expression,
    column,
    day,
    exact_instant,
    moment,
    number,
    text,
)
from cdp_activate.audiences.facts import KEY, Fact, named, table
from cdp_activate.audiences.model import ConsentCondition
from cdp_activate.audiences.moments import LocalDate, RelativeInstant


def consent(scope: Scope, asked: ConsentCondition) -> Expression:
    """The key has a last word, and it grants."""
    return found(scope.fact(granted(asked)))


@lru_cache(maxsize=256)
def granted(asked: ConsentCondition) -> Fact:
    """The keys whose last word on a purpose is that they grant it (7.3).

    A withdrawal dated exactly as_of, or without a date, is the last word; among records
    of one instant a withdrawal wins; any status but `granted` means no.
    """
    rows = asked.rows
    at_column = rows.model.columns[rows.at]
    at = exact_instant(column(rows.at), at_column)
    status = column(rows.columns["status"])
    if at_column.type.kind == "date":
        now: Expression = day(LocalDate(1, asked.timezone))
        reached: Expression = exp.LT(this=at.copy(), expression=now)
    else:
        now = moment(RelativeInstant(0), zoned=at_column.type.zoned)
        reached = exp.LTE(this=at.copy(), expression=now.copy())
    yes = exp.and_(
        exp.EQ(this=status, expression=text("granted")),
        exp.LT(this=at.copy(), expression=now.copy()),
    )
    not_granted = exp.or_(
        exp.NEQ(this=status.copy(), expression=text("granted")),
        exp.Is(this=status.copy(), expression=exp.null()),
    )
    undated = exp.Is(this=at.copy(), expression=exp.null())
    last_yes = exp.Max(this=_when(yes, at.copy()))
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
