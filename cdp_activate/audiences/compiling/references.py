"""SQL of traits found through references: `account.plan`, `account.owner.name`."""

from __future__ import annotations

from sqlglot import exp

from cdp_activate.audiences.cells import value_of
from cdp_activate.audiences.expressions import column
from cdp_activate.audiences.facts import KEY, VALUE, Fact, named, table
from cdp_activate.audiences.model import Trait
from cdp_activate.catalog import Catalog, Entity


def referred(entity: Entity, trait: Trait, catalog: Catalog) -> Fact:
    """The trait of the one row that an entity refers to, through each reference in turn."""
    first, *_ = trait.through
    tree = exp.select().from_(exp.alias_(table(first.model), "link_1", table=True))
    here = entity
    for place, reference in enumerate(trait.through, start=1):
        link, linked = f"link_{place}", f"linked_{place}"
        if place > 1:
            back = exp.EQ(
                this=column(reference.key or here.key, link),
                expression=column(here.key, f"linked_{place - 1}"),
            )
            tree = tree.join(exp.alias_(table(reference.model), link, table=True), on=back)
        here = catalog.entities[reference.to]
        on = exp.EQ(this=column(reference.on, link), expression=column(here.key, linked))
        tree = tree.join(exp.alias_(table(here.model), linked, table=True), on=on)
    tree = tree.select(
        exp.alias_(column(first.key or entity.key, "link_1"), KEY),
        exp.alias_(value_of(trait.column, f"linked_{len(trait.through)}"), VALUE),
    )
    return named("_".join((*(one.name for one in trait.through), trait.column.name)), tree)
