"""What runs did, from `sync_runs`: newest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cdp_activate.sync.tables import create_tables
from cdp_activate.warehouse.base import Warehouse

STATES = (
    "done", "partial", "adopted", "stopped", "failed", "locked", "refused", "killed", "running",
)  # fmt: skip
"""Every state that a run can have; docs/watching.md says what each means."""


@dataclass(frozen=True)
class RunFilter:
    """Which runs: of these syncs, in these states, begun at or after an instant."""

    syncs: Iterable[str] = ()
    states: Iterable[str] = ()
    since: datetime | None = None
    limit: int = 20


def runs(warehouse: Warehouse, wanted: RunFilter) -> list[dict[str, Any]]:
    """One dict a run, its columns as in `sync_runs`; instants are in UTC, with their offset.

    A run that was killed says `running` until the next run of its sync begins.
    """
    conditions: list[str] = []
    values: list[Any] = []
    for column, chosen in (("sync", list(wanted.syncs)), ("state", list(wanted.states))):
        if chosen:
            conditions.append(f"{column} in ({', '.join('?' for _ in chosen)})")
            values += chosen
    if wanted.since:
        conditions.append("started_at >= ?")
        values.append(wanted.since.astimezone(UTC).replace(tzinfo=None))
    where = f"where {' and '.join(conditions)} " if conditions else ""
    with warehouse.state():
        create_tables(warehouse)
        table = warehouse.state_table("sync_runs")
        columns = list(warehouse.describe(table))
        rows = warehouse.rows(
            f"select {', '.join(columns)} from {table} {where}"
            f"order by started_at desc, run_id limit {wanted.limit:d}",
            values,
        )
    return [dict(zip(columns, map(_for_machines, row), strict=True)) for row in rows]


def names(warehouse: Warehouse) -> set[str]:
    """The syncs that have ever run."""
    with warehouse.state():
        create_tables(warehouse)
        return {
            sync
            for (sync,) in warehouse.rows(
                f"select distinct sync from {warehouse.state_table('sync_runs')}"
            )
        }


def _for_machines(value: Any) -> Any:
    return value.replace(tzinfo=UTC).isoformat() if isinstance(value, datetime) else value
