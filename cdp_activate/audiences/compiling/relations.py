"""SQL of `related:` conditions: rows beside the entity, and the entities they lead to."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from cdp_activate.audiences.cells import value_of
from cdp_activate.audiences.comparisons import all_of
from cdp_activate.audiences.compiling.scope import Scope, filtered, found, one_if
from cdp_activate.audiences.compiling.stays import in_sequence, numbered
from cdp_activate.audiences.dialects import call
from cdp_activate.audiences.expressions import (
    Expression,
    column,
    exact_instant,
    in_order,
    number,
    without_nan,
)
from cdp_activate.audiences.facts import KEY, Fact, in_time, named, table
from cdp_activate.audiences.model import Beside, Condition, Pick, Related
from cdp_activate.catalog import Column, Type

ROWS = "related_rows"
"""The alias of the rows, beside the entity's model and its facts."""


def related(scope: Scope, asked: Related) -> Expression:
    """As many of the related rows pass as `match` says (7.58, 7.59)."""
    if asked.match in ("all", "share"):
        fact = scope.fact(_counted(scope, asked))
        total, passing = column("total", fact), column("passing", fact)
        if asked.match == "all":
            every = exp.EQ(this=passing, expression=total)
            none = exp.Is(this=total.copy(), expression=exp.null())
            return exp.paren(exp.or_(every, none), copy=False) if asked.empty_holds else every
        share = exp.Div(this=exp.cast(passing, exp.DataType.Type.DOUBLE), expression=total)
        rounded = call("cdp_round", share)
        return all_of(rounded, asked.comparisons, Column("share", Type("decimal")))
    fact = scope.fact(_passing(scope, asked))
    if asked.match == "any":
        return found(fact)
    if asked.match == "none":
        return exp.not_(found(fact))
    count = exp.Coalesce(this=column("passing", fact), expressions=[number(0)])
    return all_of(count, asked.comparisons, Column("count", Type("integer")))


def _passing(scope: Scope, asked: Related) -> Fact:
    """How many rows of each key pass; keys of which none does have no row."""
    select, inner, passes = _judged(scope, asked)
    if asked.pick is not None:
        picked = _picked(select, asked, asked.pick, passes)
        tree = (
            exp.select(column(KEY))
            .from_(picked.subquery("picked"))
            .where(
                exp.EQ(this=column("place"), expression=number(1)),
                exp.EQ(this=column("passes"), expression=number(1)),
            )
        )
    else:
        counts = asked.match not in ("any", "none")
        columns = [exp.alias_(exp.Count(this=exp.Star()), "passing")] if counts else []
        key = select.selects[0]
        assert isinstance(key, exp.Alias)
        tree = select.select(*columns).where(*passes).group_by(key.this.copy())
    return _fact(asked, tree, inner)


def _counted(scope: Scope, asked: Related) -> Fact:
    """How many rows each key has, and how many of them pass."""
    select, inner, passes = _judged(scope, asked)
    key = select.selects[0]
    assert isinstance(key, exp.Alias)
    passing = exp.Sum(this=one_if(exp.and_(*passes) if passes else exp.true()))
    tree = select.select(
        exp.alias_(exp.Count(this=exp.Star()), "total"), exp.alias_(passing, "passing")
    ).group_by(key.this.copy())
    return _fact(asked, tree, inner)


def _fact(asked: Related, tree: exp.Select, inner: Scope | None) -> Fact:
    fact = named(f"{asked.beside.rows.name}_{asked.match}", tree)
    if inner is None:
        return fact
    members = tuple(inner.members_of.items())
    return replace(fact, needs=tuple(inner.facts.values()), members_of=members)


def _judged(scope: Scope, asked: Related) -> tuple[exp.Select, Scope | None, list[Expression]]:
    """The rows with their key, the scope of the entity they lead to, and what they must pass."""
    beside = asked.beside
    inner = scope.inside(beside.linked.entity) if beside.linked else None
    passes = [filtered(asked.where, ROWS)] if asked.where else []
    if asked.having is not None:
        assert inner is not None
        passes.append(_having(inner, beside, asked.having))
    return rows_of(beside, inner, passes), inner, passes


def _having(inner: Scope, beside: Beside, having: Condition) -> Expression:
    assert beside.linked is not None
    if beside.linked.key is None:
        inner.table = inner.people = ROWS
    return inner.condition(having)


def rows_of(beside: Beside, inner: Scope | None, passes: list[Expression]) -> exp.Select:
    """The rows of a relation with their key, joined with what `passes` names."""
    rows = beside.rows
    select = exp.select(exp.alias_(column(rows.key, ROWS), KEY)).from_(
        exp.alias_(table(rows.model), ROWS, table=True)
    )
    if beside.linked and beside.linked.key is not None:
        entity = beside.linked.entity
        on = exp.EQ(
            this=column(beside.linked.key, ROWS), expression=column(entity.key, entity.model.name)
        )
        select = select.join(exp.alias_(table(entity.model), entity.model.name, table=True), on=on)
    if inner is not None:
        select = inner.joined(select, passes)
    return select.where(
        exp.not_(exp.Is(this=column(rows.key, ROWS), expression=exp.null())),
        *in_time(rows, beside.spans, beside.timezone, ROWS),
    )


def _picked(select: exp.Select, asked: Related, pick: Pick, passes: list[Expression]) -> exp.Select:
    """Each row with its place among those of its key, and whether it passes (7.58)."""
    rows = asked.beside.rows
    value = exact_instant(without_nan(value_of(pick.by, ROWS), pick.by.type), pick.by)
    order = [
        exp.Ordered(this=in_order(value, pick.by.type), desc=pick.latest, nulls_first=False),
        *in_sequence(replace(rows, at=""), latest=pick.latest, table=ROWS),
    ]
    if not rows.id and asked.beside.linked:
        linked = asked.beside.linked
        key = column(linked.key or linked.entity.key, ROWS)
        kind = linked.entity.model.columns[linked.entity.key].type
        order.append(exp.Ordered(this=in_order(key, kind), desc=pick.latest))
    holds = exp.and_(*passes) if passes else exp.true()
    return select.select(
        exp.alias_(one_if(holds), "passes"),
        exp.alias_(numbered(column(rows.key, ROWS), order), "place"),
    ).where(exp.not_(exp.Is(this=value.copy(), expression=exp.null())))
