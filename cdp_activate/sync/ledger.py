"""What each destination acknowledged, kept in the warehouse.

What a run sends is in its plan, and what it was told in its notes. Both are kept until they
are folded into the ledger, at the end of the run, or at the start of the next one where a run
was killed. Whoever was sent and never answered stands in the ledger as unknown: there until
the next run sends or removes them again. So a run may be killed anywhere, and the ledger costs
the size of the audience, never the number of runs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from cdp_activate.errors import (
    BusyError,
    DestinationError,
    LockedError,
    ServedError,
    UnreachableError,
    UsageError,
)
from cdp_activate.sync.fold import Fold, look_over_state
from cdp_activate.sync.lease import LEASE, Lease
from cdp_activate.sync.notes import Notes
from cdp_activate.sync.people import HELD_REJECTED
from cdp_activate.sync.tables import (
    UNKNOWN,
    KeptList,
    RunRecord,
    create_tables,
    known_list,
    now,
)
from cdp_activate.warehouse.base import Warehouse, Work
from cdp_activate.warehouse.sayings import quoted

RENEW_EVERY = 60.0
"""Seconds between two renewals of the lease; small beside its length."""

LAST_CALL = LEASE.total_seconds() - 2 * RENEW_EVERY
"""Seconds after which a lease that could not be renewed is as good as lost."""


class Ledger:
    """The ledger of one sync. `begin`, `renew` now and then, and `finish`."""

    def __init__(self, warehouse: Warehouse, kept: KeptList) -> None:
        self.warehouse = warehouse
        self.kept = kept
        self.lease = Lease(warehouse, kept.sync)
        self._renewed_at = self._tried_at = 0.0
        self._renewing = threading.Lock()

    def table(self, name: str) -> str:
        return self.warehouse.state_table(name)

    def begin(
        self, run: RunRecord, is_due: Callable[[Warehouse], bool] = lambda warehouse: True
    ) -> None:
        """Take the lease and note the run.

        Raises BusyError while another run holds it, ServedError where the run, the lease once
        taken, is not due any more.
        """
        with self.warehouse.state():
            create_tables(self.warehouse)
            is_silent = self.lease.is_silent()
        if is_silent:
            self._look_after_silent()
        try:
            self._take(run, is_due)
        except UnreachableError:
            # It may be taken, although nobody could say so any more.
            with suppress(UnreachableError):
                self.leave(run, done=False)
            raise

    def _take(self, run: RunRecord, is_due: Callable[[Warehouse], bool]) -> None:
        with self.warehouse.state():
            self.lease.take(run.run_id)
            if not is_due(self.warehouse):
                raise ServedError(f"another run of the sync '{self.kept.sync}' was here before")
            self.warehouse.run(
                f"update {self.table('sync_runs')} set state = 'killed' "
                "where sync = ? and state = 'running'",
                [self.kept.sync],
            )
            run.last_state = self._last_state()
            self._insert_run(run)
        self._renewed_at = self._tried_at = time.time()

    def _look_after_silent(self) -> None:
        """Leave a run its lease that is silent while the warehouse works on a long statement.

        It has its work open, so nobody else could get anywhere; it would lose the lease and
        everything that it has planned.
        """
        try:
            with self.warehouse.work(self.kept.sync):
                return
        except LockedError:
            raise BusyError(
                f"the sync '{self.kept.sync}' is already running, and silent for long",
                remedy="wait for it: it has its plan open. If it hangs, end its process",
            ) from None

    def _last_state(self) -> str | None:
        rows = self.warehouse.rows(
            f"select state from {self.table('sync_runs')} where sync = ? "
            "order by started_at desc limit 1",
            [self.kept.sync],
        )
        return str(rows[0][0]) if rows else None

    def renew(self, run: RunRecord) -> None:
        """Give a sign of life, if the last one is long ago; several threads may.

        By the time of day: a machine that slept must notice that it did. A clock that was put
        back says nothing of how long ago that was.

        While another process holds the state, such as a dashboard that reads it, the lease goes on
        by itself for some minutes. Raises LockedError after them, UsageError when another run
        has taken the lease meanwhile.
        """
        with self._renewing:
            if 0 <= time.time() - self._tried_at < RENEW_EVERY:
                return
            try:
                self._renew(run)
            except LockedError:
                if not 0 <= time.time() - self._renewed_at < LAST_CALL:
                    raise
            else:
                self._renewed_at = time.time()
            self._tried_at = time.time()

    def _renew(self, run: RunRecord) -> None:
        with self.warehouse.state():
            if not self.lease.is_held_by(run.run_id):
                raise UsageError(
                    f"another run of the sync '{self.kept.sync}' has taken over",
                    remedy="let it finish; this one was silent for longer than its lease",
                )
            self.lease.renew(run.run_id)

    def finish(self, run: RunRecord, work: Work, notes: Notes) -> bool:
        """Fold the answers in and close the run's row.

        Says whether the work is done with. It is not where jobs are still under way at the
        platform. Another run may have taken the lease, but while the work is open here it
        cannot have got anywhere: it has to take this work up first.
        """
        run.finished_at = now()
        done = not notes.jobs
        folds = done and notes.run_id == run.run_id
        with self.warehouse.in_any_order(), self.warehouse.state():
            if folds:
                fold = Fold(self.warehouse, work, notes, run.run_id)
                fold.fold()
                fold.count(run)
            self._delete("sync_runs", "run_id = ?", [run.run_id])
            self._insert_run(run)
            if done:
                self._folded(run.run_id)
        if folds:
            look_over_state(self.warehouse)
        return done

    def leave(self, run: RunRecord, *, done: bool) -> None:
        """Drop the work that is done with, then give the lease back: nobody comes in between.

        Once more, where the connection is lost meanwhile: others would wait for the lease to end.
        """
        try:
            self._leave(run, done=done)
        except UnreachableError:
            self._leave(run, done=done)

    def _leave(self, run: RunRecord, *, done: bool) -> None:
        with self.warehouse.state():
            if done and self.lease.is_held_by(run.run_id):
                self.warehouse.drop_work(self.kept.sync)
            self.lease.give_back(run.run_id)

    def close(self, run: RunRecord) -> None:
        """Close the row of a run that never came to a plan, or could not fold its answers in."""
        run.finished_at = now()
        with self.warehouse.state():
            folded = self.warehouse.rows(
                f"select 1 from {self.table('sync_runs')} where run_id = ? and folded",
                [run.run_id],
            )
            if not folded:  # a commit may be done although its answer was lost
                self._delete("sync_runs", "run_id = ?", [run.run_id])
                self._insert_run(run)

    def destination_of(self, run_id: str) -> str | None:
        """Where a run sent to."""
        with self.warehouse.state():
            rows = self.warehouse.rows(
                f"select destination from {self.table('sync_runs')} where run_id = ?", [run_id]
            )
        return str(rows[0][0]) if rows else None

    def _folded(self, run_id: str) -> None:
        self.warehouse.run(
            f"update {self.table('sync_runs')} set folded = true where run_id = ?", [run_id]
        )

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

    def size(self) -> int:
        """People who are, or may be, on the list. Call within `warehouse.state()`."""
        return self._size(self.kept)

    def _size(self, kept: KeptList) -> int:
        sql = f"select count(*) from {self.table('sync_ledger')} where {kept.condition}"
        return int(self.warehouse.rows(sql, kept.values)[0][0])

    def sizes(self) -> dict[str, int]:
        """The same by list. Call within `warehouse.state()`."""
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
        return not ended and not self.size()

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

    def _insert_run(self, run: RunRecord) -> None:
        values = asdict(run)
        del values["last_state"]
        names = ", ".join(values)
        marks = ", ".join("?" for _ in values)
        self.warehouse.run(
            f"insert into {self.table('sync_runs')} ({names}) values ({marks})",
            [_naive(value) if isinstance(value, datetime) else value for value in values.values()],
        )


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
