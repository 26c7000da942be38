"""The runs of a sync: one at a time holds the lease, and each has a row that says how it went.

What a run sends is in its plan, and what it was told in its notes. Both are kept until they are
folded into the ledger, at the end of the run, or at the start of the next one where a run was
killed. So a run may be killed anywhere.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime

from cdp_activate.errors import (
    AlreadyServedError,
    BusyError,
    LockedError,
    UnreachableError,
    UsageError,
)
from cdp_activate.sync.fold import Fold, analyze_state
from cdp_activate.sync.lease import LEASE, Lease
from cdp_activate.sync.notes import Notes
from cdp_activate.sync.tables import RunRecord, create_tables, now
from cdp_activate.warehouse.base import Warehouse, Work

RENEW_EVERY = 60.0
"""Seconds between two renewals of the lease; small beside its length."""

LAST_CALL = LEASE.total_seconds() - 2 * RENEW_EVERY
"""Seconds after which a lease that could not be renewed is as good as lost."""


class Runs:
    """The runs of one sync. `begin`, `renew` now and then, and `finish`."""

    def __init__(self, warehouse: Warehouse, sync: str) -> None:
        self.warehouse = warehouse
        self.sync = sync
        self.table = warehouse.state_table("sync_runs")
        self.lease = Lease(warehouse, sync)
        self._renewed_at = self._tried_at = 0.0
        self._renewing = threading.Lock()

    def begin(
        self, run: RunRecord, is_due: Callable[[Warehouse], bool] = lambda warehouse: True
    ) -> None:
        """Take the lease and note the run.

        Raises BusyError while another run holds it, AlreadyServedError where the run, the
        lease once taken, is not due any more.
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
                raise AlreadyServedError(f"another run of the sync '{self.sync}' was here before")
            self.warehouse.run(
                f"update {self.table} set state = 'killed' where sync = ? and state = 'running'",
                [self.sync],
            )
            run.last_state = self._last_state()
            self._write(run)
        self._renewed_at = self._tried_at = time.time()

    def _look_after_silent(self) -> None:
        """Leave a run its lease that is silent while the warehouse works on a long statement.

        It has its work open, so nobody else could get anywhere; it would lose the lease and
        everything that it has planned.
        """
        try:
            with self.warehouse.work(self.sync):
                return
        except LockedError:
            raise BusyError(
                f"the sync '{self.sync}' is already running, and silent for long",
                remedy="wait for it: it has its plan open. If it hangs, end its process",
            ) from None

    def _last_state(self) -> str | None:
        rows = self.warehouse.rows(
            f"select state from {self.table} where sync = ? order by started_at desc limit 1",
            [self.sync],
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
                    f"another run of the sync '{self.sync}' has taken over",
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
            self._write(run)
            if done:
                self.warehouse.run(
                    f"update {self.table} set folded = true where run_id = ?", [run.run_id]
                )
        if folds:
            analyze_state(self.warehouse)
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
                self.warehouse.drop_work(self.sync)
            self.lease.give_back(run.run_id)

    def close(self, run: RunRecord) -> None:
        """Close the row of a run that never came to a plan, or could not fold its answers in."""
        run.finished_at = now()
        with self.warehouse.state():
            folded = self.warehouse.rows(
                f"select 1 from {self.table} where run_id = ? and folded",
                [run.run_id],
            )
            if not folded:  # a commit may be done although its answer was lost
                self._write(run)

    def forget(self, run: RunRecord) -> None:
        """Strike out the row of a run that did nothing."""
        with self.warehouse.state():
            self.warehouse.run(f"delete from {self.table} where run_id = ?", [run.run_id])

    def destination_of(self, run_id: str) -> str | None:
        """Where a run sent to."""
        with self.warehouse.state():
            rows = self.warehouse.rows(
                f"select destination from {self.table} where run_id = ?", [run_id]
            )
        return str(rows[0][0]) if rows else None

    def _write(self, run: RunRecord) -> None:
        """The row of a run, in the place of what it said before."""
        values = asdict(run)
        del values["last_state"]
        names = ", ".join(values)
        marks = ", ".join("?" for _ in values)
        self.warehouse.run(f"delete from {self.table} where run_id = ?", [run.run_id])
        self.warehouse.run(
            f"insert into {self.table} ({names}) values ({marks})",
            [_naive(value) if isinstance(value, datetime) else value for value in values.values()],
        )


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
