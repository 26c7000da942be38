"""SQL of `changed:` conditions, from the history of an entity's traits (7.57)."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from cdp_activate.audiences.cells import value_of
from cdp_activate.audiences.comparisons import all_of
from cdp_activate.audiences.compiling.scope import Scope, found
from cdp_activate.audiences.compiling.stays import in_sequence
from cdp_activate.audiences.expressions import (
    Expression,
    column,
    finite,
    number,
    without_nan,
)
from cdp_activate.audiences.facts import KEY, Fact, in_time, named, table
from cdp_activate.audiences.model import Amount, TraitChange
from cdp_activate.catalog import Column, Rows

_DECIMALS = 9
"""With so many decimals 28 digits hold every integer, and every warehouse takes the type."""


def changed(scope: Scope, asked: TraitChange) -> Expression:
    """The key has a change as asked."""
    return found(scope.fact(changes(asked)))


def changes(asked: TraitChange) -> Fact:
    """The keys with two neighbouring values that differ as asked, the later one in time."""
    rows, of = asked.rows, asked.column
    value = without_nan(value_of(of), of.type)
    order = exp.Order(expressions=in_sequence(rows))
    before = exp.Window(
        this=exp.Lag(this=value.copy()), partition_by=[column(rows.key)], order=order
    )
    place = exp.Window(this=exp.RowNumber(), partition_by=[column(rows.key)], order=order.copy())
    versions = (
        exp.select(
            exp.alias_(column(rows.key), KEY),
            exp.alias_(column(rows.at), "changed_at"),
            exp.alias_(value, "value_after"),
            exp.alias_(before, "value_before"),
            exp.alias_(place, "place"),
        )
        .from_(table(rows.model))
        .where(*in_time(rows, (), asked.timezone))
    )
    tree = (
        exp.select(column(KEY))
        .from_(versions.subquery("versions"))
        .where(
            exp.GT(this=column("place"), expression=number(1)),
            exp.NullSafeNEQ(this=column("value_before"), expression=column("value_after")),
            *_conditions(asked),
        )
        .group_by(column(KEY))
    )
    return named(f"{of.name}_changed", tree)


def _conditions(asked: TraitChange) -> list[Expression]:
    found: list[Expression] = []
    if asked.spans:
        found.extend(in_time(_versions(asked.rows), asked.spans, asked.timezone))
    for side, test in (("value_before", asked.before), ("value_after", asked.after)):
        if test is not None:
            found.append(all_of(column(side), test.comparisons, asked.column, test.options))
    old, new = (_roomy(column(side), asked.column) for side in ("value_before", "value_after"))
    if asked.increased:
        grown = exp.Sub(this=new, expression=old)
        found.append(exp.GTE(this=grown, expression=_amount(asked.increased, old)))
    if asked.decreased:
        shrunk = exp.Sub(this=old.copy(), expression=new.copy())
        found.append(exp.GTE(this=shrunk, expression=_amount(asked.decreased, old)))
    return found


def _roomy(value: Expression, of: Column) -> Expression:
    """A number with room for a difference and a percentage of it."""
    if of.type.kind not in ("integer", "decimal") or of.scale > _DECIMALS:
        return finite(value, of.type)
    return exp.cast(value, f"decimal(28, {of.scale})")


def _amount(amount: Amount, old: Expression) -> Expression:
    if not amount.relative:
        return number(amount.of)
    return exp.Mul(this=exp.Abs(this=old.copy()), expression=number(amount.of))


def _versions(rows: Rows) -> Rows:
    """The rows as `versions` shows them: their time is `changed_at`."""
    at = rows.model.columns[rows.at]
    model = replace(rows.model, columns={"changed_at": replace(at, name="changed_at")})
    return replace(rows, model=model, at="changed_at")
