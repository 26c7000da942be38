"""Runs an audience without building it: the same tree, facts inline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from cdp_activate.audiences.compile import CompiledAudience, compile_audience
from cdp_activate.audiences.model import Audience
from cdp_activate.audiences.run_sql import Place, to_run
from cdp_activate.catalog import Catalog


def preview_sql(
    audience: Audience,
    audiences: Mapping[str, Audience],
    catalog: Catalog,
    as_of: datetime,
    place: Place | None = None,
) -> str:
    """One statement that returns the members (key and variant) at `as_of`.

    `place` says where a model is, instead of its relation in the warehouse.
    """
    queries = queries_of([audience.name], audiences, catalog)
    return to_run(queries[audience.name], queries, catalog, as_of, place)


def queries_of(
    names: Iterable[str], audiences: Mapping[str, Audience], catalog: Catalog
) -> dict[str, CompiledAudience]:
    """The queries of these audiences, and of all that they name, directly or through another."""
    queries: dict[str, CompiledAudience] = {}
    pending = list(names)
    while pending:
        name = pending.pop()
        if name not in queries:
            queries[name] = compile_audience(audiences[name], catalog)
            pending.extend(audiences[name].uses)
    return queries
