"""The table of an audience: where it is, whether it was built, and what it says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from cdp_activate.audiences.facts import audience_model
from cdp_activate.catalog import Catalog
from cdp_activate.errors import NotBuiltError
from cdp_activate.sync.model import Sync
from cdp_activate.warehouse.base import Warehouse

_BUILD = "run `cdp-activate build`, which compiles the audiences and runs dbt"


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark that `macros/mark_audience.sql` puts on a table when dbt has built it.

    `as_of` is the instant it was judged at, `built_at` the time of day then; None in a mark of
    an older version.
    """

    digest: str
    as_of: datetime
    built_at: datetime | None = None


def members_relation(audience: str, catalog: Catalog) -> str:
    """The audience's table."""
    model = catalog.models.get(audience_model(audience))
    if model is None:
        raise NotBuiltError(f"dbt does not know the audience '{audience}' yet", remedy=_BUILD)
    return model.relation


def relations(sync: Sync, catalog: Catalog) -> list[str]:
    """The tables that dbt builds and a plan reads."""
    entity, consents = sync.audience.entity.model, sync.consents
    return [
        *(members_relation(name, catalog) for name in sync.digests),
        entity.relation,
        *([consents.model.relation] if consents else []),
    ]


def audience_relation(sync: Sync, catalog: Catalog, warehouse: Warehouse) -> str:
    """The audience's table. Raises NotBuiltError. Call within `warehouse.reading()`."""
    relation = members_relation(sync.audience.name, catalog)
    _check(sync.audience.name, warehouse, relation)
    return relation


def read_marks(sync: Sync, catalog: Catalog, warehouse: Warehouse) -> dict[str, Mark]:
    """The marks on the tables of all audiences that it reads, by name, where they bear one.

    Raises NotBuiltError where one is not built. Call within `warehouse.reading()`.
    """
    found: dict[str, Mark] = {}
    for name in sync.digests:
        relation = members_relation(name, catalog)
        _check(name, warehouse, relation)
        mark = read_mark(warehouse, relation)
        if mark is not None:
            found[name] = mark
    return found


def read_mark(warehouse: Warehouse, relation: str) -> Mark | None:
    """The mark of an audience's table; None where it has none, as one of an older version.

    Call within `warehouse.reading()`.
    """
    words = (warehouse.comment(relation) or "").split()
    if len(words) not in (3, 4) or words[0] != "cdp_activate":
        return None
    try:
        times = [datetime.fromisoformat(word).replace(tzinfo=UTC) for word in words[2:]]
    except ValueError:
        return None
    return Mark(words[1], *times)


def _check(audience: str, warehouse: Warehouse, relation: str) -> None:
    try:
        warehouse.describe(relation)
    except NotBuiltError:
        raise NotBuiltError(
            f"the audience '{audience}' has not been built in the warehouse",
            remedy=_BUILD,
        ) from None
