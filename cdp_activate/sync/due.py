"""Runs what is due: in the order of `needs:`, different syncs side by side.

Nothing is remembered but the rows of `sync_runs`. So it may be called as often as one likes,
by cron or by an orchestrator, on several machines at once, and killed at any instant: whoever
calls next finds what is still due.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from typing import Any

from cdp_activate.catalog import Catalog
from cdp_activate.errors import AlreadyServedError, BusyError, CdpError
from cdp_activate.sync import log
from cdp_activate.sync.builds import last_builds
from cdp_activate.sync.lease import Lease
from cdp_activate.sync.model import Sync
from cdp_activate.sync.run import RunOptions, Summary, run_sync
from cdp_activate.sync.schedule import DueVerdict, LastRun, Timetable, judge
from cdp_activate.sync.tables import create_tables
from cdp_activate.warehouse.base import Warehouse

UNFINISHED = ("running", "killed", "stopped", "locked", "partial", "adopted")
"""States of runs that leave their sync due."""


@dataclass(frozen=True)
class SyncOutcome:
    """What became of one sync.

    `outcome`: not due, due (in a dry run), waiting (for what it needs), skipped (what it needs
    failed just now), running (by another process), ran, partial (`--max-rows`), failed, stopped.
    `fresh`: it is not due, and others may build on it.
    """

    sync: str
    outcome: str
    why: str
    next_at: datetime | None = None
    last: LastRun | None = None
    summary: Summary | None = None
    error: CdpError | None = None
    fresh: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The line for machines. Instants are in UTC."""
        return {
            "sync": self.sync,
            "outcome": self.outcome,
            "why": self.why,
            "next_at": self.next_at.isoformat() if self.next_at else None,
            "last_state": self.last.state if self.last else None,
            "last_started_at": self.last.started_at.isoformat() if self.last else None,
            "run": self.summary.as_dict() if self.summary else None,
            "error": self.error.as_dict() if self.error else None,
        }


@dataclass
class Scheduler:
    """The syncs of a project and what decides when they run.

    `open_warehouse` is called once for each run: runs side by side have a connection each.
    `timezone` is of schedules that name none.
    """

    syncs: Mapping[str, Sync]
    catalog: Catalog
    open_warehouse: Callable[[], Warehouse]
    timezone: str = "UTC"
    _built: Mapping[str, datetime | str] = field(default_factory=dict, init=False)

    def verdicts(self, now: datetime) -> dict[str, SyncOutcome]:
        """Whether each sync is due by its schedule alone: due, not due, or running."""
        with self.open_warehouse() as warehouse, warehouse.state():
            create_tables(warehouse)
            last = _last_runs(warehouse, now)
            busy = {name for name in self.syncs if Lease(warehouse, name).holder() is not None}
        self._built = self._builds()
        lines = {name: self._judged(name, last.get(name), now) for name in self.syncs}
        for name in busy:
            lines[name] = SyncOutcome(
                name, "running", "another process runs it just now", last=last.get(name)
            )
        return lines

    def _judged(self, name: str, last: LastRun | None, now: datetime) -> SyncOutcome:
        sync = self.syncs[name]
        schedule = sync.settings.schedule
        if schedule is None:
            fresh = last is not None and last.ok
            verdict = DueVerdict(False, "it has no `schedule:`", fresh=fresh)
        else:
            table = Timetable(name, schedule, self.timezone) if schedule.cron else None
            verdict = judge(table, last, now, self._built.get(name, ""))
        outcome = "due" if verdict.due else "not due"
        return SyncOutcome(name, outcome, verdict.why, verdict.next_at, last, fresh=verdict.fresh)

    def _builds(self) -> dict[str, datetime | str]:
        """When dbt last built what each sync reads that runs after builds, or why nobody knows."""
        syncs = [
            sync
            for sync in self.syncs.values()
            if sync.settings.schedule is not None and sync.settings.schedule.after == "build"
        ]
        if not syncs:
            return {}
        with self.open_warehouse() as warehouse:
            return last_builds(syncs, self.catalog, warehouse)

    def dry_run(self, now: datetime) -> list[SyncOutcome]:
        """What `run` would begin with, and when each sync is next. Nothing is run."""
        verdicts = self.verdicts(now)
        order = TopologicalSorter({name: one.settings.needs for name, one in self.syncs.items()})
        lines: dict[str, SyncOutcome] = {}
        for name in order.static_order():
            lines[name] = self._before(name, verdicts, lines)
        return [lines[name] for name in self.syncs]

    def run(
        self, now: datetime, options: RunOptions, *, select: Iterable[str] = (), at_once: int = 4
    ) -> list[SyncOutcome]:
        """Run what is due at `now`, at most `at_once` syncs side by side.

        A sync begins when all it needs have ended well; `select` leaves only these to run.
        Never raises for one sync: its line holds the error.
        """
        verdicts = self.verdicts(now)
        wanted = set(select) or set(self.syncs)
        order = TopologicalSorter({name: one.settings.needs for name, one in self.syncs.items()})
        order.prepare()
        lines: dict[str, SyncOutcome] = {}
        under_way: dict[Future[SyncOutcome], str] = {}
        with ThreadPoolExecutor(at_once) as pool:
            while order.is_active():
                for name in order.get_ready():
                    line = self._before(name, verdicts, lines)
                    if line.outcome == "due" and name not in wanted:
                        line = _ended(line, "not due", "it was not selected")
                    if line.outcome == "due" and options.stop.is_set():
                        line = _ended(line, "stopped", "told to stop before it began")
                    if line.outcome == "due":
                        under_way[pool.submit(self._run, line, now, options)] = name
                    else:
                        if line.outcome not in ("not due", "due"):
                            log.event(f"sync_{line.outcome}", sync=name, why=line.why)
                        lines[name] = line
                        order.done(name)
                done, _ = wait(under_way, return_when=FIRST_COMPLETED) if under_way else ((), ())
                for future in done:
                    name = under_way.pop(future)
                    lines[name] = future.result()
                    order.done(name)
        return [lines[name] for name in self.syncs]

    def _before(
        self, name: str, verdicts: Mapping[str, SyncOutcome], lines: Mapping[str, SyncOutcome]
    ) -> SyncOutcome:
        """Whether a sync may begin, its needs having been dealt with."""
        line = verdicts[name]
        if line.outcome != "due":
            return line
        for need in self.syncs[name].settings.needs:
            before = lines[need]
            if before.outcome in ("failed", "skipped", "stopped"):
                return _ended(line, "skipped", f"it needs {need}, which {_said(before)}")
            if before.outcome == "not due" and not before.fresh:
                return _ended(line, "waiting", f"it needs {need}, which has not run well yet")
            if before.outcome in ("running", "waiting", "partial"):
                return _ended(line, "waiting", f"it needs {need}, which is {before.outcome}")
        return line

    def _run(self, line: SyncOutcome, now: datetime, options: RunOptions) -> SyncOutcome:
        sync, opened = self.syncs[line.sync], False

        def is_due(warehouse: Warehouse) -> bool:
            # Another call may have been judged a moment later, and have run it meanwhile.
            until = now if options.is_replay else max(now, datetime.now(UTC))
            nonlocal line
            line = self._judged(sync.name, _last_runs(warehouse, until).get(sync.name), now)
            return line.outcome == "due"

        try:
            with self.open_warehouse() as warehouse:
                opened = True
                how = replace(options, is_due=is_due)
                summary = run_sync(sync, self.catalog, warehouse, as_of=now, options=how)
        except AlreadyServedError:
            return line
        except BusyError as error:
            return _ended(line, "running", error.message)
        except CdpError as error:
            if not opened:  # else the run has said so
                log.event("sync_failed", log.ERROR, sync=line.sync, why=error.message)
            return _ended(line, "failed", error.message, error=error)
        state = summary.record.state
        outcome = state if state in ("stopped", "partial") else "ran"
        return _ended(line, outcome, line.why, summary=summary)


def _ended(
    line: SyncOutcome,
    outcome: str,
    why: str,
    *,
    summary: Summary | None = None,
    error: CdpError | None = None,
) -> SyncOutcome:
    return SyncOutcome(line.sync, outcome, why, line.next_at, line.last, summary, error)


def _said(line: SyncOutcome) -> str:
    return "was told to stop" if line.outcome == "stopped" else f"{line.outcome}"


def _last_runs(warehouse: Warehouse, now: datetime) -> dict[str, LastRun]:
    """The last run of each sync that ended of its own and was judged at `now` or before."""
    unfinished = ", ".join(f"'{state}'" for state in UNFINISHED)
    rows: Sequence[tuple[Any, ...]] = warehouse.rows(
        "select sync, state, as_of, started_at from ("
        "select *, row_number() over (partition by sync order by started_at desc) as place "
        f"from {warehouse.state_table('sync_runs')} "
        f"where state not in ({unfinished}) and as_of <= ?) as runs where place = 1",
        [now.astimezone(UTC).replace(tzinfo=None)],
    )
    return {
        str(sync): LastRun(str(state), as_of.replace(tzinfo=UTC), started_at.replace(tzinfo=UTC))
        for sync, state, as_of, started_at in rows
    }
