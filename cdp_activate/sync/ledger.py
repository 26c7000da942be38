"""What each destination acknowledged, kept in the warehouse (a contract: plain tables).

Receipts are appended as they arrive and folded into the ledger at the end of a run, and
at the start of the next one where a run was killed: so writing one batch costs the size of
the batch, and the ledger costs the size of the audience, never the number of runs.
"""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pyarrow as pa

from cdp_activate.errors import UsageError
from cdp_activate.warehouse.base import Warehouse

LEASE = timedelta(minutes=5)
"""How long a run that gives no sign of life keeps others out."""

TABLES = {
    "sync_ledger": """
        sync varchar not null, list varchar not null, entity_key varchar not null,
        fingerprint varchar not null, identifiers_fingerprint varchar not null,
        identifiers varchar not null, run_id varchar not null, acknowledged_at timestamp not null
    """,
    "sync_receipts": """
        sync varchar not null, list varchar not null, entity_key varchar not null,
        outcome varchar not null, fingerprint varchar, identifiers_fingerprint varchar,
        identifiers varchar, reason varchar, run_id varchar not null, position bigint not null,
        received_at timestamp not null
    """,
    "sync_rejections": """
        sync varchar not null, list varchar not null, entity_key varchar not null,
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
    "sync_leases": """
        sync varchar not null, run_id varchar not null, owner varchar not null,
        expires_at timestamp not null
    """,
}

Outcome = Literal["sent", "removed", "rejected"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One person's outcome. Fingerprints and identifiers are those that were sent."""

    entity_key: str
    outcome: Outcome
    fingerprint: str | None = None
    identifiers_fingerprint: str | None = None
    identifiers: str | None = None
    reason: str | None = None


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


_RECEIPT = pa.schema(
    [
        ("sync", pa.string()),
        ("list", pa.string()),
        ("entity_key", pa.string()),
        ("outcome", pa.string()),
        ("fingerprint", pa.string()),
        ("identifiers_fingerprint", pa.string()),
        ("identifiers", pa.string()),
        ("reason", pa.string()),
        ("run_id", pa.string()),
        ("position", pa.int64()),
        ("received_at", pa.timestamp("us")),
    ]
)


class Ledger:
    """The ledger of one sync and one list."""

    def __init__(self, warehouse: Warehouse, sync: str, list_name: str) -> None:
        self.warehouse = warehouse
        self.sync = sync
        self.list_name = list_name
        self._position = 0

    def table(self, name: str) -> str:
        return self.warehouse.state_table(name)

    def prepare(self) -> None:
        """Create what is missing, and fold in receipts that a killed run left behind."""
        with self.warehouse.state():
            create_tables(self.warehouse)
            self._fold()

    def begin(self, run: RunRecord) -> None:
        """Take the lease and note the run. Raises UsageError while another run holds it."""
        with self.warehouse.state():
            held = self.warehouse.rows(
                f"select run_id, owner, expires_at from {self.table('sync_leases')} where sync = ?",
                [self.sync],
            )
            for _, owner, expires_at in held:
                if expires_at > now() and not _is_gone(str(owner)):
                    raise UsageError(
                        f"the sync '{self.sync}' is already running",
                        remedy=f"wait for it; its lease ends at {expires_at:%H:%M:%S} UTC",
                    )
            self._delete("sync_leases", "sync = ?", [self.sync])
            self.warehouse.run(
                f"insert into {self.table('sync_leases')} values (?, ?, ?, ?)",
                [self.sync, run.run_id, _owner(), now() + LEASE],
            )
            self.warehouse.run(
                f"update {self.table('sync_runs')} set state = 'killed' "
                "where sync = ? and state = 'running'",
                [self.sync],
            )
            self._insert_run(run)

    def record(self, run: RunRecord, entries: Sequence[Entry]) -> None:
        """Write outcomes down, and renew the lease."""
        if not entries:
            return
        received_at = now()
        rows = []
        for entry in entries:
            self._position += 1
            rows.append(
                {
                    **asdict(entry),
                    "sync": self.sync,
                    "list": self.list_name,
                    "run_id": run.run_id,
                    "position": self._position,
                    "received_at": received_at,
                }
            )
        with self.warehouse.state():
            self.warehouse.append(
                self.table("sync_receipts"), pa.Table.from_pylist(rows, schema=_RECEIPT)
            )
            self.warehouse.run(
                f"update {self.table('sync_leases')} set expires_at = ? "
                "where sync = ? and run_id = ?",
                [now() + LEASE, self.sync, run.run_id],
            )

    def finish(self, run: RunRecord) -> None:
        """Fold the receipts in, close the run's row, give the lease back."""
        run.finished_at = now()
        with self.warehouse.state():
            self._fold()
            self._delete("sync_runs", "run_id = ?", [run.run_id])
            self._insert_run(run)
            self._delete("sync_leases", "sync = ? and run_id = ?", [self.sync, run.run_id])

    def _fold(self) -> None:
        """Receipts become ledger rows and rejections; the last word on each person counts."""
        receipts, ledger = self.table("sync_receipts"), self.table("sync_ledger")
        rejections = self.table("sync_rejections")
        mine = [self.sync, self.list_name]
        for target, outcomes in (
            (ledger, "('sent', 'removed')"),
            (rejections, "('sent', 'removed', 'rejected')"),
        ):
            self.warehouse.run(
                f"delete from {target} where sync = ? and list = ? and entity_key in "
                f"(select entity_key from {receipts} where sync = ? and list = ? "
                f"and outcome in {outcomes})",
                [*mine, *mine],
            )
        last = (
            "(select *, row_number() over (partition by entity_key order by received_at desc, "
            f"position desc) as place from {receipts} where sync = ? and list = ? and outcome in "
        )
        self.warehouse.run(
            f"insert into {ledger} select sync, list, entity_key, fingerprint, "
            "identifiers_fingerprint, identifiers, run_id, received_at from "
            f"{last} ('sent', 'removed')) as receipts where place = 1 and outcome = 'sent'",
            mine,
        )
        self.warehouse.run(
            f"insert into {rejections} select sync, list, entity_key, fingerprint, reason, run_id, "
            f"received_at from {last} ('sent', 'removed', 'rejected')) as receipts "
            "where place = 1 and outcome = 'rejected'",
            mine,
        )
        self._delete("sync_receipts", "sync = ? and list = ?", mine)

    def _delete(self, table: str, condition: str, parameters: list[Any]) -> None:
        self.warehouse.run(f"delete from {self.table(table)} where {condition}", parameters)

    def _insert_run(self, run: RunRecord) -> None:
        values = asdict(run)
        names = ", ".join(values)
        marks = ", ".join("?" for _ in values)
        self.warehouse.run(
            f"insert into {self.table('sync_runs')} ({names}) values ({marks})",
            [_naive(value) if isinstance(value, datetime) else value for value in values.values()],
        )


def create_tables(warehouse: Warehouse) -> None:
    """The sync tables, where they are missing. Call within `warehouse.state()`."""
    for name, columns in TABLES.items():
        warehouse.run(f"create table if not exists {warehouse.state_table(name)} ({columns})")


def now() -> datetime:
    """The time of day in UTC, without zone, as the sync tables keep it."""
    return datetime.now(UTC).replace(tzinfo=None)


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at


def _owner() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _is_gone(owner: str) -> bool:
    """True when the process that holds a lease was on this machine and is no more."""
    host, _, process = owner.rpartition(":")
    if host != socket.gethostname() or not process.isdecimal():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
