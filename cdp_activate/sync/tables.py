"""The sync tables (a contract: dbt models and dashboards read them)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from cdp_activate.warehouse.base import Warehouse

PLAN = "memory.main.cdp_plan"
"""The plan of the run under way: a table of the session, gone with it."""

UNKNOWN = "unknown"
"""A fingerprint of something that was sent and never answered: it equals no other."""

Verb: TypeAlias = Literal["upsert", "remove"]

PHASES: dict[Verb, tuple[str, ...]] = {
    "remove": ("remove", "move"),
    "upsert": ("add", "update", "move"),
}
"""The actions of a plan that each verb has a part in; removes come before adds."""

_OF = "sync varchar not null, destination varchar not null, list varchar not null"

TABLES = {
    "sync_ledger": f"""
        {_OF}, entity_key varchar not null,
        fingerprint varchar not null, identifiers_fingerprint varchar not null,
        identifiers varchar not null, run_id varchar not null, acknowledged_at timestamp not null
    """,
    "sync_receipts": f"""
        {_OF}, entity_key varchar not null,
        outcome varchar not null, fingerprint varchar, identifiers_fingerprint varchar,
        identifiers varchar, reason varchar, run_id varchar not null, position bigint not null,
        received_at timestamp not null
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
        calls bigint, message varchar
    """,
    "sync_erasures": """
        erasure_id varchar not null, entity varchar not null, kind varchar not null,
        digest varchar not null, erased_at timestamp not null
    """,
    "sync_leases": """
        sync varchar not null, run_id varchar not null, owner varchar not null,
        expires_at timestamp not null
    """,
}


@dataclass(frozen=True, slots=True)
class KeptList:
    """One list at one destination, kept by one sync: whose rows a ledger is about."""

    sync: str
    destination: str
    name: str

    condition = "sync = ? and destination = ? and list = ?"

    @property
    def values(self) -> list[str]:
        return [self.sync, self.destination, self.name]


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


def create_tables(warehouse: Warehouse) -> None:
    """The sync tables, where they are missing. Call within `warehouse.state()`."""
    for name, columns in TABLES.items():
        warehouse.run(f"create table if not exists {warehouse.state_table(name)} ({columns})")


def now() -> datetime:
    """The time of day in UTC, without zone, as the sync tables keep it."""
    return datetime.now(UTC).replace(tzinfo=None)
