"""SQL of `trait:` conditions."""

from __future__ import annotations

from sqlglot import exp

from cdp_activate.audiences.comparisons import compare
from cdp_activate.audiences.compiling.rankings import ranked, ranking
from cdp_activate.audiences.compiling.scope import Scope
from cdp_activate.audiences.expressions import Expression, column
from cdp_activate.audiences.model import ColumnTest, Trait
from cdp_activate.audiences.operators import RANKING


def trait(scope: Scope, test: ColumnTest) -> Expression:
    """A column, of the entity or through references, satisfies every comparison."""
    asked = Trait(test.column, test.through)
    conditions = []
    for comparison in test.comparisons:
        if comparison.operator in RANKING:
            fact = scope.fact(ranking(scope, asked))
            holds = ranked(fact, comparison)
            if test.options.include_nulls:
                unknown = exp.Is(this=column("total", fact), expression=exp.null())
                holds = exp.paren(exp.or_(holds, unknown), copy=False)
        else:
            operand = comparison.operand
            other = scope.value(operand) if isinstance(operand, Trait) else None
            holds = compare(scope.value(asked), comparison, test.column, test.options, other)
        conditions.append(holds)
    return exp.and_(*conditions)
