"""SQL of rows that lead to another entity: those linked to nobody are none (7.64)."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from cdp_activate.audiences.compiling.scope import Scope
from cdp_activate.audiences.expressions import Expression, column, identifier
from cdp_activate.audiences.facts import Fact, named, table
from cdp_activate.audiences.model import EventRows, LinkedEntity
from cdp_activate.catalog import Rows

ROWS = "related_rows"
"""The alias of the rows, beside the entity's model and its facts."""


def scope_of(scope: Scope, linked: LinkedEntity) -> Scope:
    """Where conditions about the entity that the rows lead to are judged."""
    inner = scope.inside(linked.entity)
    if linked.key is None:
        inner.table = inner.people = ROWS
    return inner


def linked_rows(
    rows: Rows, linked: LinkedEntity | None, inner: Scope | None, expressions: list[Expression]
) -> exp.Select:
    """The rows with a key, joined with the entity, and with the facts that are named."""
    select = exp.select().from_(exp.alias_(table(rows.model), ROWS, table=True))
    if linked and linked.key is not None:
        entity = linked.entity
        there = exp.alias_(table(entity.model), identifier(entity.model.name), table=True)
        on = exp.EQ(this=column(linked.key, ROWS), expression=column(entity.key, there.alias))
        select = select.join(there, on=on)
    if inner is not None:
        select = inner.joined(select, expressions)
    return select.where(exp.not_(exp.Is(this=column(rows.key, ROWS), expression=exp.null())))


def with_needs(fact: Fact, inner: Scope) -> Fact:
    """The fact, with what the conditions inside it asked for."""
    members = tuple(inner.members_of.items())
    return replace(fact, needs=tuple(inner.facts.values()), members_of=members)


def restricted(scope: Scope, fact: Fact, of: EventRows) -> Fact:
    """A fact about rows of a relation, of only those that lead to an entity as asked."""
    if of.linked is None:
        return fact
    (rows,) = of.events
    inner = scope_of(scope, of.linked)
    passes = [inner.condition(of.having)] if of.having is not None else []
    if of.linked.key is None and not passes:
        return fact
    star = exp.Column(this=exp.Star(), table=exp.to_identifier(ROWS))
    source = linked_rows(rows, of.linked, inner, passes).select(star).where(*passes)

    def narrowed(node: Expression) -> Expression:
        if isinstance(node, exp.Table) and node.meta.get("model") == rows.model.name:
            return source.subquery(ROWS)
        return node

    tree = fact.tree.transform(narrowed)
    assert isinstance(tree, exp.Select)
    return with_needs(named(rows.name, tree), inner)
