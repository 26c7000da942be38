"""The plan of a sync: what must happen to each person at the destination, and why.

After it the list equals the audience, less those who may not be sent. Removals come only
from this complete view: the ledger less the whole of the audience.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cdp_activate.audiences.facts import audience_model
from cdp_activate.catalog import Catalog
from cdp_activate.errors import WarehouseError
from cdp_activate.identifiers.phone import numbers
from cdp_activate.identifiers.sql import PHONE_FUNCTION
from cdp_activate.sync.ledger import Ledger
from cdp_activate.sync.model import Sync
from cdp_activate.sync.plan_sql import field_columns, identifier_columns, plan_sql
from cdp_activate.sync.tables import PLAN, KeptList
from cdp_activate.warehouse.base import Warehouse

ACTIONS = ("add", "update", "move", "remove")

_PAGE = 10_000
"""Places of a plan that are read at once."""


@dataclass(frozen=True, slots=True)
class Step:
    """One person's part of a plan. `place` counts from 1, in the order of keys.

    `identifiers` are what to send now, `sent_identifiers` what the destination has.
    """

    key: str
    place: int
    action: str
    identifiers: Mapping[str, str] = field(repr=False)
    fields: Mapping[str, Any] = field(repr=False)
    sent_identifiers: Mapping[str, str] = field(repr=False)


@dataclass
class Plan:
    """A plan, kept in the session's memory: its counts, and its steps as a stream."""

    sync: Sync
    warehouse: Warehouse
    counts: dict[str, int]
    held_back: dict[str, int]
    ledger_size: int
    audience_size: int

    @property
    def wanted(self) -> int:
        """How many people the list will hold."""
        return sum(self.counts[name] for name in ("add", "update", "move", "unchanged"))

    @property
    def changes(self) -> int:
        return sum(self.counts[name] for name in ACTIONS)

    def steps(self, *actions: str) -> Iterator[Step]:
        """The steps with these actions, ordered by key; read page by page."""
        wanted = ", ".join(f"'{action}'" for action in actions)
        rows = self.warehouse.rows(f"select max(place) from {PLAN} where action in ({wanted})")
        for first in range(1, int(rows[0][0] or 0) + 1, _PAGE):
            sql = (
                f"select * from {PLAN} where place between {first} and {first + _PAGE - 1} "
                f"and action in ({wanted}) order by place"
            )
            for batch in self.warehouse.read(sql, batch=_PAGE):
                yield from self._steps(batch.to_pydict())

    def _steps(self, columns: Mapping[str, list[Any]]) -> Iterator[Step]:
        identifiers = _named(identifier_columns(self.sync), columns)
        fields = _named(field_columns(self.sync), columns)
        sent = columns["sent_identifiers"]
        leading = zip(columns["entity_key"], columns["place"], columns["action"], strict=True)
        for row, (key, place, action) in enumerate(leading):
            yield Step(
                key,
                place,
                action,
                {name: of[row] for name, of in identifiers if of[row] is not None},
                {name: of[row] for name, of in fields},
                _without_nulls(json.loads(sent[row])) if sent[row] else {},
            )

    def drop(self, keys: Collection[str]) -> None:
        """Take these people out of the plan: they wait for the next run."""
        if keys:
            self.warehouse.run(
                f"delete from {PLAN} where entity_key in (select unnest(?))", [list(keys)]
            )

    def as_dict(self) -> dict[str, Any]:
        return {
            "sync": self.sync.name,
            "audience": self.sync.audience.name,
            "destination": self.sync.settings.destination,
            "list": self.sync.list_name,
            "mode": self.sync.settings.mode,
            "audience_size": self.audience_size,
            "list_size_before": self.ledger_size,
            "list_size_after": self.wanted + self.counts["left"] + self.counts["kept"],
            **{name: self.counts[name] for name in (*ACTIONS, "unchanged")},
            "held_back": dict(self.held_back),
        }


def _named(
    places: Mapping[str, tuple[str, str]], columns: Mapping[str, list[Any]]
) -> list[tuple[str, list[Any]]]:
    return [(name, columns[place]) for place, (name, _) in places.items()]


def _without_nulls(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}


def kept_list(sync: Sync) -> KeptList:
    """The list that a sync keeps, as the sync tables know it."""
    return KeptList(sync.name, sync.settings.destination, sync.list_name)


def make_plan(
    sync: Sync,
    catalog: Catalog,
    warehouse: Warehouse,
    *,
    as_of: datetime,
    full_refresh: bool = False,
    retry_rejected: bool = False,
) -> Plan:
    """Work out the plan in the warehouse.

    Raises WarehouseError when the audience's table was not built, or a key is there twice.
    """
    relation = _members(sync, catalog)
    ledger = Ledger(warehouse, kept_list(sync))
    ledger.prepare()
    sql = plan_sql(
        sync,
        catalog,
        warehouse.state_table,
        as_of=as_of,
        full_refresh=full_refresh,
        retry_rejected=retry_rejected,
    )
    if "phone" in sync.settings.identifiers:
        warehouse.add_function(PHONE_FUNCTION, numbers)
    with warehouse.reading(), warehouse.state():
        _check_built(sync, warehouse, relation)
        warehouse.run(
            f"create or replace table {PLAN} as "
            f"select *, row_number() over (order by entity_key) as place from ({sql}) as steps"
        )
        size = ledger.size()
        members = warehouse.rows(f"select count(*) from {relation}")[0][0]
    _check_keys(sync, warehouse)
    return _counted(sync, warehouse, size, int(members))


_BUILD = "run `cdp-activate build`, which compiles the audiences and runs dbt"


def _members(sync: Sync, catalog: Catalog) -> str:
    """The audience's table."""
    model = catalog.models.get(audience_model(sync.audience.name))
    if model is None:
        raise WarehouseError(
            f"dbt does not know the audience '{sync.audience.name}' yet", remedy=_BUILD
        )
    return model.relation


def _check_built(sync: Sync, warehouse: Warehouse, relation: str) -> None:
    try:
        warehouse.describe(relation)
    except WarehouseError:
        raise WarehouseError(
            f"the audience '{sync.audience.name}' has not been built in the warehouse",
            remedy=_BUILD,
        ) from None


def _check_keys(sync: Sync, warehouse: Warehouse) -> None:
    """A key that is there twice would be sent twice, with whichever values come last."""
    rows = warehouse.rows(f"select count(*) - count(distinct entity_key) from {PLAN}")
    if rows[0][0]:
        entity, model = sync.audience.entity, audience_model(sync.audience.name)
        raise WarehouseError(
            f"the sync '{sync.name}' found {rows[0][0]:,} rows too many: '{entity.key}' is not "
            f"unique in {entity.model.name} or in {model}",
            remedy="`dbt test` names the model; keep one row for each key",
        )


def _counted(sync: Sync, warehouse: Warehouse, ledger_size: int, members: int) -> Plan:
    counts = dict.fromkeys((*ACTIONS, "held", "kept", "left"), 0)
    held: dict[str, int] = {}
    for action, reason, count in warehouse.rows(
        f"select action, reason, count(*) from {PLAN} group by all order by all"
    ):
        counts[action] += count
        if action in ("held", "kept"):
            held[reason] = held.get(reason, 0) + count
    touched = ("update", "move", "remove", "left", "kept")
    counts["unchanged"] = ledger_size - sum(counts[name] for name in touched)
    return Plan(sync, warehouse, counts, held, ledger_size, members)
