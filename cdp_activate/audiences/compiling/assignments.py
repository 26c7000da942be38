"""SQL of `experiment:` and `journey:`: the last row before as_of says it (7.5)."""

from __future__ import annotations

from sqlglot import exp

from cdp_activate.audiences.compiling.scope import Scope
from cdp_activate.audiences.compiling.stages import one_of
from cdp_activate.audiences.compiling.stays import in_sequence, numbered
from cdp_activate.audiences.expressions import Expression, column, in_order, number, text
from cdp_activate.audiences.facts import KEY, VALUE, Fact, in_time, named, table
from cdp_activate.audiences.model import Assignment
from cdp_activate.catalog import Type

_SAYS = {"experiment": "variant", "journey": "state"}


def assigned(scope: Scope, asked: Assignment) -> Expression:
    """The last row of the key has one of the values; any, when none is named."""
    value = column(VALUE, scope.fact(last(asked)))
    if not asked.values:
        return exp.not_(exp.Is(this=value, expression=exp.null()))
    return one_of(value, asked.values)


def last(asked: Assignment) -> Fact:
    """What the last row of each key says; of rows that nothing tells apart, the first text."""
    rows = asked.rows
    says = rows.columns[_SAYS[asked.role]]
    order = [
        *in_sequence(rows, latest=True),
        exp.Ordered(this=in_order(column(says), Type("text"))),
    ]
    numbered_rows = (
        exp.select(
            exp.alias_(column(rows.key), KEY),
            exp.alias_(column(says), VALUE),
            exp.alias_(numbered(column(rows.key), order), "place"),
        )
        .from_(table(rows.model))
        .where(
            exp.EQ(this=column(rows.columns[asked.role]), expression=text(asked.name)),
            *in_time(rows, (), asked.timezone),
        )
    )
    tree = (
        exp.select(column(KEY), column(VALUE))
        .from_(numbered_rows.subquery("assignments"))
        .where(exp.EQ(this=column("place"), expression=number(1)))
    )
    return named(f"{asked.role}_{asked.name}", tree)
