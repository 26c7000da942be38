"""SQL of `trait:` conditions."""

from __future__ import annotations

from sqlglot import exp

from cdp_activate.audiences.comparisons import compare
from cdp_activate.audiences.compiling.rankings import ranked, ranking
from cdp_activate.audiences.compiling.scope import Scope
from cdp_activate.audiences.expressions import Expression, column
from cdp_activate.audiences.facts import KEY, VALUE, Fact, named, table
from cdp_activate.audiences.model import Test
from cdp_activate.audiences.operators import RANKING
from cdp_activate.catalog import Entity, Reference


def trait(scope: Scope, test: Test) -> Expression:
    """A column, of the entity or through a relation, satisfies every comparison."""
    if test.through:
        of = scope.catalog.entities[test.through.to]
        fact = reference(scope.entity, test.through, of, test.column.name)
        subject = column(VALUE, scope.fact(fact))
    else:
        subject = column(test.column.name, scope.table)
    conditions = []
    for comparison in test.comparisons:
        if comparison.operator in RANKING:
            fact = ranking(scope.entity, test.column)
            holds = ranked(scope.fact(fact), comparison)
            if test.options.include_nulls:
                unknown = exp.Is(this=column("total", fact.name), expression=exp.null())
                holds = exp.paren(exp.or_(holds, unknown), copy=False)
        else:
            holds = compare(subject.copy(), comparison, test.column, test.options, scope.table)
        conditions.append(holds)
    return exp.and_(*conditions)


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
