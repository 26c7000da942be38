"""The sync tables (a contract: dbt models and dashboards read them)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from cdp_activate.errors import WarehouseError
from cdp_activate.warehouse.base import Warehouse

UNKNOWN = "unknown"
"""A fingerprint of something that was sent and never answered: it equals no other."""

ADOPTED = "adopted"
"""A fingerprint of somebody who was on the list before us: it equals no other."""

TAKEN_ALONG = "taken_along"
"""A table of the work: list, key of who goes, and key of who may be taken off with them."""

Verb: TypeAlias = Literal["upsert", "remove", "send"]

PHASES: dict[Verb, tuple[str, ...]] = {
    "remove": ("remove", "move"),
    "upsert": ("add", "update", "move"),
}
"""The actions of a plan that each verb has a part in; removes come before adds."""

EVENTS: dict[Verb, tuple[str, ...]] = {"send": ("add",)}
"""The same where entries are events."""

_OF = "sync varchar not null, destination varchar not null, list varchar not null"

TABLES = {
    "sync_ledger": f"""
        {_OF}, entity_key varchar not null,
        fingerprint varchar not null, identifiers varchar not null,
        idempotency_key varchar, run_id varchar not null, acknowledged_at timestamp not null
    """,
    "sync_former": f"""
        {_OF}, entity_key varchar not null, identifiers varchar not null,
        run_id varchar not null, replaced_at timestamp not null
    """,
    "sync_rejections": f"""
        {_OF}, entity_key varchar not null,
        fingerprint varchar, reason varchar not null, run_id varchar not null,
        rejected_at timestamp not null
    """,
    "sync_runs": """
        run_id varchar not null, sync varchar not null, destination varchar not null,
        list varchar not null, as_of timestamp not null, started_at timestamp not null,
        finished_at timestamp, state varchar not null, added bigint, updated bigint,
        moved bigint, removed bigint, held_back bigint, rejected bigint, unchanged bigint,
        calls bigint, message varchar, unanswered bigint, folded boolean,
        unnamed bigint
    """,
    "sync_erasures": """
        erasure_id varchar not null, entity varchar not null, kind varchar not null,
        digest varchar not null, erased_at timestamp not null
    """,
    "sync_erasure_steps": """
        erasure_id varchar not null, sync varchar not null, destination varchar not null,
        list varchar not null, outcome varchar not null, verified varchar not null,
        message varchar, done_at timestamp not null
    """,
    "sync_lists": f"""
        {_OF}, list_id varchar not null, run_id varchar not null, opened_at timestamp not null
    """,
    "sync_leases": """
        sync varchar not null, run_id varchar not null, owner varchar not null,
        expires_at timestamp not null
    """,
}


UNIQUE = {
    "sync_ledger": "sync, destination, list, entity_key",
    "sync_runs": "run_id",
    "sync_leases": "sync",
}
"""Columns of which a table has one row each."""


@dataclass(frozen=True, slots=True)
class KeptList:
    """A list at a destination, kept by a sync: whose rows a ledger is about.

    With a `pattern` of SQL's `like` it is all the lists with such names: one for each value.
    """

    sync: str
    destination: str
    name: str
    pattern: str = ""

    @property
    def is_here(self) -> str:
        """What rows of these lists have in common, beside the sync."""
        return f"destination = ? and list {self._equals}"

    @property
    def condition(self) -> str:
        return f"sync = ? and {self.is_here}"

    @property
    def values(self) -> list[str]:
        """What stands for the marks in `condition`."""
        return [self.sync, self.destination, self.pattern or self.name]

    @property
    def _equals(self) -> str:
        return "like ? escape '!'" if self.pattern else "= ?"

    def one(self, name: str) -> KeptList:
        """One of the lists, by its name."""
        return KeptList(self.sync, self.destination, name)


@dataclass
class RunRecord:
    """A row of `sync_runs`."""

    sync: str
    destination: str
    list: str
    as_of: datetime
    run_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    started_at: datetime = field(default_factory=lambda: now())
    finished_at: datetime | None = None
    state: str = "running"
    added: int = 0
    updated: int = 0
    moved: int = 0
    removed: int = 0
    held_back: int = 0
    rejected: int = 0
    unchanged: int = 0
    calls: int = 0
    message: str | None = None
    unanswered: int = 0
    unnamed: int = 0
    """Put on the list, as far as the platform says, less so many that it refused without a name."""
    last_state: str | None = None
    """How the run before it ended; no column of its own."""


def refused_unnamed(warehouse: Warehouse, kept: KeptList) -> int:
    """How many of those in the ledger the platform may have refused, at most: it named no rows.

    Of each run no more than it acknowledged and nobody has sent again since.
    Call within `warehouse.state()`.
    """
    ledger, runs = (warehouse.state_table(name) for name in ("sync_ledger", "sync_runs"))
    found = warehouse.rows(
        "select coalesce(sum(least(coalesce(runs.unnamed, 0), mine.people)), 0) "
        f"from {runs} as runs join (select run_id, count(*) as people from {ledger} "
        f"where {kept.condition} and fingerprint <> ? group by run_id) as mine "
        "on mine.run_id = runs.run_id",
        [*kept.values, UNKNOWN],
    )
    return int(found[0][0])


def known_list(warehouse: Warehouse, kept: KeptList) -> str | None:
    """What the platform calls the list, as a run opened it; None before the first.

    To open a list is to make it where there is none, so who only asks goes by this.
    Call within `warehouse.state()`.
    """
    found = warehouse.rows(
        f"select list_id from {warehouse.state_table('sync_lists')} where {kept.condition}",
        kept.values,
    )
    return str(found[0][0]) if found else None


def create_tables(warehouse: Warehouse) -> None:
    """The sync tables, where they are missing. Call within `warehouse.state()`.

    Tables of an older version are brought to this one; nothing that they hold is lost. Raises
    WarehouseError where one lacks what no version lacked.
    """
    warehouse.lock_state()
    for name, columns in TABLES.items():
        table = warehouse.state_table(name)
        warehouse.run(f"create table if not exists {table} ({columns})")
        _complete(warehouse, table, columns)
        if name in UNIQUE:
            warehouse.ensure_unique(table, UNIQUE[name])
    ledger = warehouse.state_table("sync_ledger")
    if "identifiers_fingerprint" in warehouse.describe(ledger):
        _without_receipts(warehouse)
        warehouse.run(f"alter table {ledger} drop column identifiers_fingerprint")


def _complete(warehouse: Warehouse, table: str, columns: str) -> None:
    """Add the columns that came later; those may be empty, the others are not ours to make up."""
    there = warehouse.describe(table)
    for name, kind, *filled in (column.split() for column in columns.split(",")):
        if name in there:
            continue
        if filled:
            raise WarehouseError(
                f"the sync table {table} lacks the column '{name}'",
                remedy="something else than cdp-activate changed it: restore it from a backup",
            )
        warehouse.run(f"alter table {table} add column {name} {kind}")


def _without_receipts(warehouse: Warehouse) -> None:
    """0.1 kept receipts in a table; whoever a killed run left in it was sent, or may have been."""
    receipts, ledger = (warehouse.state_table(f"sync_{name}") for name in ("receipts", "ledger"))
    person = "sync, destination, list, entity_key"
    left = (
        f"(select *, row_number() over (partition by {person} order by position desc) as place "
        f"from {receipts} where identifiers is not null) as left_behind where place = 1"
    )
    warehouse.run(f"delete from {ledger} where ({person}) in (select {person} from {left})")
    warehouse.run(
        f"insert into {ledger} ({person}, fingerprint, identifiers, identifiers_fingerprint, "
        f"run_id, acknowledged_at) select {person}, '{UNKNOWN}', identifiers, '{UNKNOWN}', "
        f"run_id, received_at from {left}"
    )
    warehouse.run(f"drop table {receipts}")


def now() -> datetime:
    """The time of day in UTC, without zone, as the sync tables keep it."""
    return datetime.now(UTC).replace(tzinfo=None)
