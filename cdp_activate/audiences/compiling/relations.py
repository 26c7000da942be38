"""SQL of `related:` conditions: rows beside the entity, and the entities they lead to."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from cdp_activate.audiences.cells import value_of
from cdp_activate.audiences.comparisons import all_of
from cdp_activate.audiences.compiling.links import ROWS, linked_rows, scope_of, with_needs
from cdp_activate.audiences.compiling.numbers import Number
from cdp_activate.audiences.compiling.scope import Scope, filtered, found, one_if
from cdp_activate.audiences.compiling.stays import in_sequence, numbered
from cdp_activate.audiences.expressions import (
    Expression,
    column,
    exact_instant,
    in_order,
    number,
    without_nan,
)
from cdp_activate.audiences.facts import KEY, Fact, in_time, named
from cdp_activate.audiences.model import Related, RowPick
from cdp_activate.catalog import Column, Type


def related(scope: Scope, asked: Related) -> Expression:
    """As many of the related rows pass as `match` says (7.58, 7.59)."""
    if asked.match in ("all", "share"):
        fact = scope.fact(counted(scope, asked))
        total, passing = column("total", fact), column("passing", fact)
        if asked.match == "all":
            every = exp.EQ(this=passing, expression=total)
            none = exp.Is(this=total.copy(), expression=exp.null())
            return exp.paren(exp.or_(every, none), copy=False) if asked.empty_holds else every
        share = Number(passing, total).value()
        return all_of(share, asked.comparisons, Column("share", Type("decimal")))
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


def counted(scope: Scope, asked: Related) -> Fact:
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
    return fact if inner is None else with_needs(fact, inner)


def _judged(scope: Scope, asked: Related) -> tuple[exp.Select, Scope | None, list[Expression]]:
    """The rows with their key, the scope of the entity they lead to, and what they must pass."""
    beside = asked.beside
    rows, linked = beside.rows, beside.linked
    inner = scope_of(scope, linked) if linked else None
    passes = [filtered(asked.where, ROWS)] if asked.where else []
    if asked.having is not None and inner is not None:
        passes.append(inner.condition(asked.having))
    select = linked_rows(rows, linked, inner, passes)
    return (
        select.select(exp.alias_(column(rows.key, ROWS), KEY)).where(
            *in_time(rows, beside.spans, beside.timezone, ROWS)
        ),
        inner,
        passes,
    )


def _picked(
    select: exp.Select, asked: Related, pick: RowPick, passes: list[Expression]
) -> exp.Select:
    """Each row with its place among those of its key, and whether it passes (7.58)."""
    rows = asked.beside.rows
    value = exact_instant(without_nan(value_of(pick.by, ROWS), pick.by.type), pick.by)
    order = [
        exp.Ordered(
            this=in_order(value, pick.by.type), desc=pick.latest, nulls_first=not pick.latest
        ),
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
