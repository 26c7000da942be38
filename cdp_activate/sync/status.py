"""What the sync tables say of each sync, and when it is next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from cdp_activate.sync.due import SyncOutcome
from cdp_activate.sync.lease import Lease
from cdp_activate.sync.model import Sync
from cdp_activate.sync.plan import kept_list
from cdp_activate.sync.tables import UNKNOWN, create_tables, refused_unnamed
from cdp_activate.warehouse.base import Warehouse


def statuses(
    syncs: Mapping[str, Sync], warehouse: Warehouse, schedule: Iterable[SyncOutcome] = ()
) -> list[dict[str, Any]]:
    """One dict a sync: its list's size, its last run, its rejections by reason.

    `running` is the run that is under way, if any. `schedule` is what a scheduler would do now:
    `due`, `due_why` and `next_at` are from it.

    A sync that is no longer in the files is there too (`in_files`), while its ledger holds anybody.

    `unanswered` are people who were sent, or taken off, without an answer: the next run will.
    `refused_unnamed` are at most so many of the list whom the platform refused without a name.
    """
    with warehouse.state():
        create_tables(warehouse)
        found = [_status(sync, warehouse) for sync in syncs.values()]
        found += _left(syncs, warehouse)
    lines = {line.sync: line for line in schedule}
    return [{**one, **_due(lines.get(one["sync"]))} for one in found]


def _due(line: SyncOutcome | None) -> dict[str, Any]:
    """Whether `run --due` would run it. Instants are in UTC, with their offset."""
    return {
        "due": line is not None and line.outcome in ("due", "waiting"),
        "due_why": line.why if line else None,
        "next_at": line.next_at.isoformat() if line and line.next_at else None,
    }


def _running(warehouse: Warehouse, sync: str) -> dict[str, str] | None:
    """The run that holds the lease."""
    held = Lease(warehouse, sync).holder()
    return {"run_id": held[0], "lease_ends_at": _clock(held[1])} if held else None


def _clock(at: datetime) -> str:
    return at.replace(tzinfo=UTC).isoformat(timespec="seconds")


def _status(sync: Sync, warehouse: Warehouse) -> dict[str, Any]:
    mine = kept_list(sync)
    ledger, rejections = (
        warehouse.state_table(name) for name in ("sync_ledger", "sync_rejections")
    )
    size, unanswered = warehouse.rows(
        "select count(*) filter (where fingerprint <> ?), count(*) filter (where fingerprint = ?) "
        f"from {ledger} where {mine.condition}",
        [UNKNOWN, UNKNOWN, *mine.values],
    )[0]
    reasons = warehouse.rows(
        f"select reason, count(*) from {rejections} where {mine.condition} "
        "group by reason order by 2 desc, 1",
        mine.values,
    )
    unnamed = refused_unnamed(warehouse, mine)
    lists = warehouse.rows(
        f"select list, count(*) from {ledger} where {mine.condition} group by 1 order by 1",
        mine.values,
    )
    return {
        "sync": sync.name,
        "in_files": True,
        "audience": sync.audience.name,
        "destination": sync.settings.destination,
        "list": sync.list_name,
        "list_size": size,
        **({"lists": dict(lists)} if sync.per else {}),
        "unanswered": unanswered,
        "refused_unnamed": unnamed,
        "rejected": sum(count for _, count in reasons),
        "rejected_by_reason": dict(reasons),
        **_last_run(warehouse, sync.name),
    }


def _last_run(warehouse: Warehouse, sync: str) -> dict[str, Any]:
    last = warehouse.rows(
        f"select run_id, state, finished_at, message from {warehouse.state_table('sync_runs')} "
        "where sync = ? order by started_at desc limit 1",
        [sync],
    )
    run_id, state, finished_at, message = last[0] if last else (None, None, None, None)
    running = _running(warehouse, sync)
    if state == "running" and running is None:
        state = "killed"  # no later run has looked at it yet
    return {
        "running": running,
        "last_run_id": run_id,
        "last_state": state,
        "last_finished_at": finished_at.isoformat(timespec="seconds") if finished_at else None,
        "last_message": message,
    }


def _left(syncs: Mapping[str, Sync], warehouse: Warehouse) -> list[dict[str, Any]]:
    """What syncs put on lists that are no longer in the files: nobody takes them off any more."""
    marks = ", ".join("?" for _ in syncs) or "''"
    rows = warehouse.rows(
        "select sync, destination, list, count(*) filter (where fingerprint <> ?), "
        f"count(*) filter (where fingerprint = ?) from {warehouse.state_table('sync_ledger')} "
        f"where sync not in ({marks}) and idempotency_key is null "
        "group by 1, 2, 3 order by 1, 2, 3",
        [UNKNOWN, UNKNOWN, *syncs],
    )
    why = "it is no longer in the files: nobody is taken off this list any more"
    return [
        {
            "sync": sync,
            "in_files": False,
            "audience": None,
            "destination": destination,
            "list": name,
            "list_size": size,
            "unanswered": unanswered,
            "refused_unnamed": 0,
            "rejected": 0,
            "rejected_by_reason": {},
            **_last_run(warehouse, sync),
            "last_message": why,
        }
        for sync, destination, name, size, unanswered in rows
    ]
