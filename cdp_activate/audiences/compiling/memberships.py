"""SQL of `audience:` conditions: members now, and what the history says of them (7.55)."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from cdp_activate.audiences.compiling.scope import Scope, found
from cdp_activate.audiences.expressions import Expression, column, instant, moment, text
from cdp_activate.audiences.facts import KEY, Fact, audience_model, named, table
from cdp_activate.audiences.model import Membership, MembershipHistory
from cdp_activate.audiences.moments import RelativeInstant
from cdp_activate.catalog import Rows


def member(scope: Scope, asked: Membership) -> Expression:
    """The key is in the model of one of the audiences."""
    found = []
    for name in asked.names:
        scope.members_of[name] = audience_model(name)
        key = column(scope.entity.key, audience_model(name))
        found.append(exp.not_(exp.Is(this=key, expression=exp.null())))
    return exp.paren(exp.or_(*found), copy=False) if len(found) > 1 else found[0]


def stayed(scope: Scope, asked: MembershipHistory) -> Expression:
    """Some audience's stays of this key are as asked."""
    holds = [_one(scope, asked, name) for name in asked.names]
    return exp.paren(exp.or_(*holds), copy=False) if len(holds) > 1 else holds[0]


def _one(scope: Scope, asked: MembershipHistory, name: str) -> Expression:
    fact = scope.fact(stays(asked.rows, name))
    if asked.asked == "ever":
        now = member(scope, Membership((name,), asked.entity))
        return exp.paren(exp.or_(now, found(fact)), copy=False)
    assert asked.length is not None
    entered = asked.rows.model.columns[asked.rows.columns["entered_at"]]
    exited = asked.rows.model.columns[asked.rows.columns["exited_at"]]
    since, last_exit = column("since", fact), column("last_exit", fact)
    if asked.asked == "entered":
        return exp.GTE(this=since, expression=_ago(asked, entered.type.zoned))
    if asked.asked == "for_at_least":
        return exp.LTE(this=since, expression=_ago(asked, entered.type.zoned))
    out = exp.Is(this=since, expression=exp.null())
    return exp.and_(out, exp.GTE(this=last_exit, expression=_ago(asked, exited.type.zoned)))


def _ago(asked: MembershipHistory, zoned: bool) -> Expression:
    assert asked.length is not None
    return moment(RelativeInstant(-asked.length.seconds), zoned=zoned)


def stays(rows: Rows, audience: str) -> Fact:
    """When each key, as text, entered the stay it is in at as_of, and when it last left.

    A stay whose end is dated at or after as_of has not ended (1.2).
    """
    columns = rows.model.columns
    entered_at, exited_at = (columns[rows.columns[role]] for role in ("entered_at", "exited_at"))
    entered = instant(column(entered_at.name), entered_at)
    exited = instant(column(exited_at.name), exited_at)
    over = exp.LT(this=exited, expression=moment(RelativeInstant(0), zoned=exited_at.type.zoned))
    still = exp.Case(ifs=[exp.If(this=over, true=exp.null())], default=entered)
    left = exp.Case(ifs=[exp.If(this=over.copy(), true=exited.copy())])
    tree = (
        exp.select(
            exp.alias_(column(rows.key), KEY),
            exp.alias_(exp.Max(this=still), "since"),
            exp.alias_(exp.Max(this=left), "last_exit"),
        )
        .from_(table(rows.model))
        .where(
            exp.EQ(this=column(rows.columns["audience"]), expression=text(audience)),
            exp.LT(
                this=entered.copy(),
                expression=moment(RelativeInstant(0), zoned=entered_at.type.zoned),
            ),
        )
        .group_by(column(rows.key))
    )
    return replace(named(f"members_{audience}", tree), by_text=True)
