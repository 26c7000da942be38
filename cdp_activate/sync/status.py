"""What the sync tables say of each sync."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdp_activate.sync.model import Sync
from cdp_activate.sync.plan import kept_list
from cdp_activate.sync.tables import UNKNOWN, create_tables, refused_unnamed
from cdp_activate.warehouse.base import Warehouse


def statuses(syncs: Mapping[str, Sync], warehouse: Warehouse) -> list[dict[str, Any]]:
    """One dict a sync: its list's size, its last run, its rejections by reason.

    `unanswered` are people who were sent, or taken off, without an answer: the next run will.
    `refused_unnamed` are at most so many of the list whom the platform refused without a name.
    """
    with warehouse.state():
        create_tables(warehouse)
        return [_status(sync, warehouse) for sync in syncs.values()]


def _status(sync: Sync, warehouse: Warehouse) -> dict[str, Any]:
    mine = kept_list(sync)
    ledger, rejections, runs = (
        warehouse.state_table(name) for name in ("sync_ledger", "sync_rejections", "sync_runs")
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
    last = warehouse.rows(
        f"select run_id, state, finished_at, message from {runs} where sync = ? "
        "order by started_at desc limit 1",
        [sync.name],
    )
    unnamed = refused_unnamed(warehouse, mine)
    run_id, state, finished_at, message = last[0] if last else (None, None, None, None)
    lists = warehouse.rows(
        f"select list, count(*) from {ledger} where {mine.condition} group by 1 order by 1",
        mine.values,
    )
    return {
        "sync": sync.name,
        "audience": sync.audience.name,
        "destination": sync.settings.destination,
        "list": sync.list_name,
        "list_size": size,
        **({"lists": dict(lists)} if sync.per else {}),
        "unanswered": unanswered,
        "refused_unnamed": unnamed,
        "rejected": sum(count for _, count in reasons),
        "rejected_by_reason": dict(reasons),
        "last_run_id": run_id,
        "last_state": state,
        "last_finished_at": finished_at.isoformat(timespec="seconds") if finished_at else None,
        "last_message": message,
    }
