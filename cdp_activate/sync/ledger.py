"""What each destination acknowledged, kept in the warehouse.

A run folds its answers in at its end (see `runs`). Whoever was sent and never answered stands in
the ledger as unknown: there until the next run sends or removes them again. So the ledger costs
the size of the audience, never the number of runs.
"""

from __future__ import annotations

from typing import Any

from cdp_activate.errors import DestinationError
from cdp_activate.sync.eligibility import HELD_REJECTED
from cdp_activate.sync.tables import UNKNOWN, KeptList, RunRecord, known_list, now
from cdp_activate.warehouse.base import Warehouse
from cdp_activate.warehouse.sql_functions import quoted


class Ledger:
    """The ledger of one sync, of the lists that it keeps now."""

    def __init__(self, warehouse: Warehouse, kept: KeptList) -> None:
        self.warehouse = warehouse
        self.kept = kept

    def table(self, name: str) -> str:
        return self.warehouse.state_table(name)

    def forget_rejections(self, plan: str) -> None:
        """Drop rejections that no longer matter: the person left, or reads as before again."""
        spoken_of = "'add', 'update', 'move', 'remove', 'kept'"
        with self.warehouse.state():
            if not self._has_rejections():
                return
            elsewhere = f"sync = ? and not ({self.kept.is_here})"
            self._delete("sync_rejections", elsewhere, self.kept.values)
            table = self.table("sync_rejections")
            self.warehouse.run(
                f"delete from {table} as rejected where {self.kept.condition} and not exists "
                f"(select 1 from {plan} as plan where plan.list = rejected.list "
                "and plan.entity_key = rejected.entity_key "
                f"and (plan.action in ({spoken_of}) or plan.reason = {quoted(HELD_REJECTED)}))",
                self.kept.values,
            )

    def _has_rejections(self) -> bool:
        sql = f"select 1 from {self.table('sync_rejections')} where sync = ? limit 1"
        return bool(self.warehouse.rows(sql, [self.kept.sync]))

    def _size(self, kept: KeptList) -> int:
        """People who are, or may be, on the list."""
        sql = f"select count(*) from {self.table('sync_ledger')} where {kept.condition}"
        return int(self.warehouse.rows(sql, kept.values)[0][0])

    def sizes(self) -> dict[str, int]:
        """People who are, or may be, on each list. Call within `warehouse.state()`."""
        ledger = self.table("sync_ledger")
        rows = self.warehouse.rows(
            f"select list, count(*) from {ledger} where {self.kept.condition} group by 1",
            self.kept.values,
        )
        return {str(name): int(size) for name, size in rows}

    def untouched(self) -> bool:
        """Nobody stands in the ledger, and no run ended well. Call within `warehouse.state()`."""
        runs = f"select 1 from {self.table('sync_runs')} where {self.kept.condition}"
        ended = self.warehouse.rows(f"{runs} and state = 'done' limit 1", self.kept.values)
        return not ended and not self._size(self.kept)

    def recognise(self, run: RunRecord, name: str, list_id: str, *, refilled: bool) -> None:
        """Remember which list the platform opened by that name: the one in the ledger.

        Raises DestinationError where it is another one than before, which holds nobody whom the
        ledger knows, unless it is `refilled` with everyone by this run.
        """
        kept = self.kept.one(name)
        with self.warehouse.state():
            known = known_list(self.warehouse, kept)
            if known == list_id:
                return
            if known is not None and self._size(kept) and not refilled:
                raise DestinationError(
                    f"the list '{name}' at {kept.destination} is not the one that "
                    "this sync filled: that one was deleted or renamed there",
                    remedy="run the sync with --full-refresh, which sends everyone to the new list",
                )
            if known is not None:
                # The new list holds nobody until this run, or one after it, has sent them.
                self.warehouse.run(
                    f"update {self.table('sync_ledger')} set fingerprint = '{UNKNOWN}' "
                    f"where {kept.condition}",
                    kept.values,
                )
            self._delete("sync_lists", kept.condition, kept.values)
            self.warehouse.run(
                f"insert into {self.table('sync_lists')} values (?, ?, ?, ?, ?, ?)",
                [*kept.values, list_id, run.run_id, now()],
            )

    def abandoned(self) -> list[tuple[str, str, int]]:
        """Destination, list and size of lists that this sync kept under other names."""
        with self.warehouse.state():
            rows = self.warehouse.rows(
                f"select destination, list, count(*) from {self.table('sync_ledger')} "
                f"where sync = ? and not ({self.kept.is_here}) group by 1, 2 order by 1, 2",
                self.kept.values,
            )
        return [(str(destination), str(name), int(size)) for destination, name, size in rows]

    def others(self) -> list[tuple[str, int]]:
        """Syncs that kept these lists before, as of one that has a new name now, and how many
        people they put there. Call within `warehouse.state()`.
        """
        rows = self.warehouse.rows(
            f"select sync, count(*) from {self.table('sync_ledger')} where sync <> ? and "
            f"{self.kept.is_here} and idempotency_key is null group by 1 order by 1",
            self.kept.values,
        )
        return [(str(name), int(size)) for name, size in rows]

    def tells(self) -> bool:
        """Whether somebody in it was told of an entry. Call within `warehouse.state()`."""
        sql = f"select 1 from {self.table('sync_ledger')} where {self.kept.condition} "
        return bool(
            self.warehouse.rows(f"{sql} and idempotency_key is not null limit 1", self.kept.values)
        )

    def _delete(self, table: str, condition: str, parameters: list[Any]) -> None:
        self.warehouse.run(f"delete from {self.table(table)} where {condition}", parameters)
