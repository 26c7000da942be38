"""Writes query trees down as SQL to run at one as_of: nothing is left for dbt to put in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TypeAlias

from sqlglot import exp

from cdp_activate.audiences.compile import CompiledAudience
from cdp_activate.audiences.expressions import Expression, date_literal, identifier, timestamp
from cdp_activate.audiences.facts import audience_model, table
from cdp_activate.audiences.render import Replace, everything, in_place_of, tree, write
from cdp_activate.catalog import Catalog
from cdp_activate.errors import UsageError

MOST_NESTED = 200
"""Audiences that name one another in a chain, as one statement has them."""

Place: TypeAlias = Callable[[exp.Table], exp.Table]


def to_run(
    query: CompiledAudience,
    others: Mapping[str, CompiledAudience],
    catalog: Catalog,
    as_of: datetime,
    place: Place | None = None,
) -> str:
    """The audience as one statement: facts inline, as_of a literal, relations named.

    `others` are the queries of the audiences it names, directly or through another; `place`
    says where a model is, instead of its relation in the warehouse.
    """
    imports: dict[str, exp.Query] = {}
    pending, started = [(query, 1)], set[str]()
    while pending:
        here, depth = pending[-1]
        missing = [
            (others[name], depth + 1)
            for name, model in here.members_of.items()
            if model not in imports and name not in started
        ]
        started.add(here.audience.name)
        if depth > MOST_NESTED:
            raise UsageError(
                f"'{query.audience.name}' stands on a chain of more than {MOST_NESTED} audiences",
                remedy="build them: `cdp-activate build` makes a table of each",
            )
        pending.extend(missing)
        if not missing:
            pending.pop()
            _import(here, query, imports)
    return write(tree(query.steps, imports), catalog.adapter, run_at(catalog, as_of, place))


def _import(query: CompiledAudience, asked: CompiledAudience, into: dict[str, exp.Query]) -> None:
    """What a query reads, and unless it is the one that is asked for, its own steps."""
    entity = query.audience.entity.model
    into.setdefault(entity.name, everything(table(entity)))
    for name, fact in query.facts.items():
        into.setdefault(name, fact.tree)
    if query is not asked:
        model = audience_model(query.audience.name)
        for step, select in query.steps.items():
            name = model if step == "final" else f"{model}_{step}"
            into[name] = _renamed(select, model)


def _renamed(select: exp.Select, model: str) -> exp.Select:
    """A step of another audience, its own steps under that audience's name."""

    def rename(node: Expression) -> Expression:
        if isinstance(node, exp.Identifier) and node.this in ("candidates", "ranked"):
            names_a_column = isinstance(node.parent, exp.Column) and node.arg_key == "this"
            return node if names_a_column else identifier(f"{model}_{node.this}")
        return node

    renamed = select.transform(rename)
    assert isinstance(renamed, exp.Select)
    return renamed


def run_at(catalog: Catalog, as_of: datetime, place: Place | None = None) -> Replace:
    """Replaces moments by literals at `as_of`, and dbt models by their relations."""

    def in_warehouse(model: exp.Table) -> exp.Table:
        known = catalog.models.get(model.meta["model"])
        where = model.meta.get("relation") or (known and known.relation)
        # A model that `compile` wrote and dbt has not parsed yet goes by its name.
        return exp.to_table(where, dialect=catalog.adapter) if where else model.copy()

    def replace(node: Expression) -> Expression:
        if isinstance(node, exp.Placeholder) and "moment" in node.meta:
            at = node.meta["moment"].resolve(as_of)
            if isinstance(at, datetime):
                return timestamp(at, zoned=node.meta["zoned"])
            assert isinstance(at, date)
            return date_literal(at)
        if isinstance(node, exp.Table) and "model" in node.meta:
            return in_place_of(node, (place or in_warehouse)(node))
        return node

    return replace
