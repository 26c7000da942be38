"""The plan of a sync: what must happen to each person at the destination, and why.

After it the list equals the audience, less those who may not be sent. Removals come only
from this complete view: the ledger less the whole of the audience.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cdp_activate.audiences.facts import audience_model
from cdp_activate.catalog import Catalog
from cdp_activate.errors import WarehouseError
from cdp_activate.identifiers.phone import numbers
from cdp_activate.identifiers.sql import PHONE_FUNCTION
from cdp_activate.sync.built import Mark, read_mark
from cdp_activate.sync.counts import ACTIONS, Counts, counted
from cdp_activate.sync.freshness import Age, ages
from cdp_activate.sync.ledger import Ledger
from cdp_activate.sync.model import Sync
from cdp_activate.sync.plan_sql import (
    LEFT_OUT,
    LIST,
    Asked,
    field_columns,
    identifier_columns,
    identifiers_json,
    plan_sql,
)
from cdp_activate.sync.tables import KeptList, quoted
from cdp_activate.warehouse.base import Warehouse, Work

if TYPE_CHECKING:
    import pyarrow as pa

_AT_ONCE = 10_000
"""Rows of a plan that are read at once."""


@dataclass(frozen=True, slots=True)
class Step:
    """One person's part of a plan, at its `place` there.

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
    """A plan, in the work of a run: its counts, and its steps as a stream.

    `total` counts all lists together, `lists` each of them, those that it leaves as they are
    included.
    """

    sync: Sync
    warehouse: Warehouse
    work: Work
    total: Counts
    lists: list[Counts]
    without: dict[str, int]
    """Of those who are sent: how many without which identifier, as theirs is not valid."""
    audience_size: int
    first_run: bool
    asked: Asked
    mark: Mark | None
    ages: list[Age]

    @property
    def counts(self) -> dict[str, int]:
        """How many people each action is about, and how many stay as they are."""
        return {**self.total.by_action, "unchanged": self.total.unchanged}

    @property
    def held_back(self) -> dict[str, int]:
        """Who is held back, by reason."""
        return self.total.held_back

    @property
    def ledger_size(self) -> int:
        """Who is, or may be, at the destination."""
        return self.total.known

    @property
    def table(self) -> str:
        """The plan: one row a step, `place` first."""
        return f"{self.work.schema}.plan"

    @property
    def wanted(self) -> int:
        """How many people the list will hold."""
        return sum(self.counts[name] for name in ("add", "update", "move", "unchanged"))

    @property
    def changes(self) -> int:
        return self.total.changes

    def steps(self, *actions: str) -> Iterator[Step]:
        """The steps with these actions, in the order of their places."""
        for batch in self.read("plan.*, {sent} as sent_identifiers", actions):
            yield from self._steps(batch.to_pydict())

    def some(self, action: str, count: int) -> Iterator[Step]:
        """The first few steps with this action."""
        some = (
            f"(select * from {self.table} where action = '{action}' order by place limit {count:d})"
        )
        sql = (
            f"select plan.*, sent.identifiers as sent_identifiers from {some} as plan "
            f"left join {self.work.schema}.sent as sent on sent.list = plan.list "
            "and sent.entity_key = plan.entity_key order by place"
        )
        for batch in self.warehouse.read(sql):
            yield from self._steps(batch.to_pydict())

    def read(
        self, columns: str, actions: tuple[str, ...], list_name: str | None = None
    ) -> Iterator[pa.RecordBatch]:
        """Columns of the steps with these actions, in Arrow; the plan may be of any size.

        Of all lists, unless one is named. `{sent}` in `columns` stands for the identifiers that
        the destination has, as JSON.
        """
        wanted = ", ".join(f"'{action}'" for action in actions)
        source, ordered = f"{self.table} as plan", ""
        if "{sent}" in columns:
            columns = columns.replace("{sent}", "sent.identifiers")
            source += (
                f" left join {self.work.schema}.sent as sent "
                "on sent.list = plan.list and sent.entity_key = plan.entity_key"
            )
            ordered = " order by place"
        # Of one table DuckDB keeps the order; to sort it would be to hold all of it.
        last = -1
        of = f" and plan.list = {quoted(list_name)}" if list_name and self.sync.per else ""
        sql = f"select {columns} from {source} where action in ({wanted}){of}{ordered}"
        for batch in self.warehouse.read(sql, batch=_AT_ONCE):
            if not batch.num_rows:
                continue
            # pyarrow.compute would do this too, but takes longer to load than a plan to read.
            places = [last, *batch.column("place").to_pylist()]
            if places != sorted(places):
                raise WarehouseError("the warehouse gave the steps of a plan out of order")
            last = places[-1]
            yield batch

    def hold_moves(self, list_name: str, keys: Iterable[str]) -> None:
        """These people keep the identifiers that the destination has; they are not added."""
        of = f" and list = {quoted(list_name)}" if self.sync.per else ""
        self.warehouse.run(
            f"update {self.work.schema}.steps set action = 'stuck' "
            f"where action = 'move' and entity_key in (select unnest(?)){of}",
            [list(keys)],
        )

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
                without_nulls(json.loads(sent[row])) if sent[row] else {},
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
            "without": dict(self.without),
            **({"lists": [one.as_dict() for one in self.lists]} if self.sync.per else {}),
        }


def _named(
    places: Mapping[str, tuple[str, Any]], columns: Mapping[str, list[Any]]
) -> list[tuple[str, list[Any]]]:
    return [(name, columns[place]) for place, (name, _) in places.items()]


def without_nulls(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}


def kept_list(sync: Sync) -> KeptList:
    """The list that a sync keeps, as the sync tables know it."""
    pattern = sync.per.pattern if sync.per is not None else ""
    return KeptList(sync.name, sync.settings.destination, sync.list_name, pattern)


def make_plan(sync: Sync, catalog: Catalog, warehouse: Warehouse, work: Work, asked: Asked) -> Plan:
    """Work out the plan in the warehouse, within `warehouse.work(...)`.

    Raises WarehouseError when the audience's table was not built, or a key is there twice.
    """
    relation = _members(sync, catalog)
    ledger = Ledger(warehouse, kept_list(sync))
    sql = plan_sql(sync, catalog, warehouse.state_table, asked)
    if "phone" in sync.settings.identifiers:
        warehouse.add_function(PHONE_FUNCTION, numbers)
    with warehouse.reading(), warehouse.state():
        _check_built(sync, warehouse, relation)
        mark = read_mark(warehouse, relation)
        # The state is written to in the same transaction at other times, never here.
        # The rows of a list lie together, so that to read one is not to read them all.
        ordered = f"select * from ({sql}) as steps order by list" if sync.per else sql
        warehouse.run(f"create or replace table {work.schema}.steps as {ordered}")
        warehouse.run(f"create or replace view {work.schema}.plan as {_view(sync, work)}")
        sizes, first = ledger.sizes(), ledger.untouched()
        members = warehouse.rows(f"select count(*) from {relation}")[0][0]
        warehouse.run(f"create or replace table {work.schema}.sent as {_sent(sync, ledger, work)}")
    if sync.settings.mode == "mirror":
        warehouse.run(_moved(work))
    _check_keys(sync, warehouse, work)
    total, lists = _counted(sync, warehouse, work, sizes)
    without = _without(sync, warehouse, work)
    return Plan(
        sync, warehouse, work, total, lists, without, int(members), first, asked, mark,
        _ages(sync, catalog),
    )  # fmt: skip


def _ages(sync: Sync, catalog: Catalog) -> list[Age]:
    """How old the audience's data are, where a guard asks."""
    if sync.settings.guards.fresh_within is None or catalog.artifacts is None:
        return []
    return ages(catalog.artifacts, audience_model(sync.audience.name))


def _view(sync: Sync, work: Work) -> str:
    """The steps with their places; rows are never taken out, so a place is a row's number."""
    key = "" if sync.settings.mode == "events" else ", cast(null as varchar) as idempotency_key"
    identifiers = identifiers_json(sync).sql("duckdb")
    of = "" if sync.per else f"{quoted(sync.list_name)} as list, "
    return (
        f"select rowid as place, {of}*, {identifiers} as identifiers{key} from {work.schema}.steps"
    )


def _sent(sync: Sync, ledger: Ledger, work: Work) -> str:
    """What the destination has of those for whom it matters."""
    destination, list_ = quoted(sync.settings.destination), f"= {quoted(sync.list_name)}"
    if sync.per:
        list_ = f"like {quoted(sync.per.pattern)} escape '!'"
    return (
        f"select list, entity_key, identifiers from {ledger.table('sync_ledger')} "
        f"where sync = '{sync.name}' and destination = {destination} and list {list_} "
        f"and entity_key in (select entity_key from {work.schema}.steps "
        "where action in ('update', 'remove'))"
    )


def _moved(work: Work) -> str:
    """An update that changes an identifier is a move."""
    return (
        f"update {work.schema}.steps set action = 'move' where action = 'update' "
        f"and entity_key in (select plan.entity_key from {work.schema}.plan as plan "
        f"join {work.schema}.sent as sent on sent.list = plan.list "
        "and sent.entity_key = plan.entity_key where sent.identifiers <> plan.identifiers)"
    )


_BUILD = "run `cdp-activate build`, which compiles the audiences and runs dbt"


def _members(sync: Sync, catalog: Catalog) -> str:
    """The audience's table."""
    model = catalog.models.get(audience_model(sync.audience.name))
    if model is None:
        raise WarehouseError(
            f"dbt does not know the audience '{sync.audience.name}' yet", remedy=_BUILD
        )
    return model.relation


def audience_relation(sync: Sync, catalog: Catalog, warehouse: Warehouse) -> str:
    """The audience's table, which must be built. Call within `warehouse.reading()`."""
    relation = _members(sync, catalog)
    _check_built(sync, warehouse, relation)
    return relation


def _check_built(sync: Sync, warehouse: Warehouse, relation: str) -> None:
    try:
        warehouse.describe(relation)
    except WarehouseError:
        raise WarehouseError(
            f"the audience '{sync.audience.name}' has not been built in the warehouse",
            remedy=_BUILD,
        ) from None


def _check_keys(sync: Sync, warehouse: Warehouse, work: Work) -> None:
    """A key that is there twice would be sent twice, with whichever values come last."""
    # Who changes their list has a row for each of the two.
    of = "where action in ('add', 'update', 'move', 'held', 'kept')" if sync.per else ""
    rows = warehouse.rows(
        f"select count(*) - count(distinct entity_key) from {work.schema}.steps {of}"
    )
    if rows[0][0]:
        entity, model = sync.audience.entity, audience_model(sync.audience.name)
        raise WarehouseError(
            f"the sync '{sync.name}' found {rows[0][0]:,} rows too many: '{entity.key}' is not "
            f"unique in {entity.model.name} or in {model}",
            remedy="`dbt test` names the model; keep one row for each key",
        )


def _counted(
    sync: Sync, warehouse: Warehouse, work: Work, sizes: Mapping[str, int]
) -> tuple[Counts, list[Counts]]:
    of = LIST if sync.per else quoted(sync.list_name)
    rows = warehouse.rows(
        f"select {of}, action, reason, count(*) from {work.schema}.steps group by all order by all"
    )
    return counted(rows, sizes, sync.list_name)


def _without(sync: Sync, warehouse: Warehouse, work: Work) -> dict[str, int]:
    """Identifier -> how many are sent without theirs, because it is not valid."""
    names = list(sync.settings.identifiers)
    if len(names) == 1:
        return {}  # whose only identifier is not valid is held back
    counts = ", ".join(
        f"count(*) filter (where {LEFT_OUT} & {2**place} <> 0)" for place in range(len(names))
    )
    ((*found,),) = warehouse.rows(
        f"select {counts} from {work.schema}.steps where action in ('add', 'update', 'move')"
    )
    return {name: count for name, count in zip(names, found, strict=True) if count}


@contextmanager
def planned(sync: Sync, catalog: Catalog, warehouse: Warehouse, asked: Asked) -> Iterator[Plan]:
    """A plan that is only looked at, while open."""
    Ledger(warehouse, kept_list(sync)).prepare()
    with warehouse.work(None) as work:
        yield make_plan(sync, catalog, warehouse, work, asked)
