"""Whoever looks on while syncs run: logs, traces, alerts.

A watcher is told what happens and changes nothing. What it is told holds nothing personal:
names of syncs, counts, and messages that are made without values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from cdp_activate.errors import BusyError
from cdp_activate.sync import log

if TYPE_CHECKING:
    from cdp_activate.sync.plan import Plan
    from cdp_activate.sync.tables import RunRecord


class Watcher:
    """Base of every watcher: does nothing. Runs side by side tell from threads of their own."""

    def started(self, run: RunRecord) -> None:
        """A run begins; nothing has been asked of the warehouse or the platform."""

    def planned(self, run: RunRecord, plan: Plan) -> None:
        """The plan is made; the guards have not been asked yet."""

    def progressed(self, run: RunRecord, answered: int, planned: int) -> None:
        """So many of the planned rows have been answered."""

    def finished(self, run: RunRecord, error: BaseException | None) -> None:
        """The run has come to its end, with its counts; well where there is no error."""


class Watchers(Watcher):
    """Several watchers as one. One that fails is reported in the log and harms nobody."""

    def __init__(self, watchers: Sequence[Watcher]) -> None:
        self.watchers = watchers

    def _tell(self, tell: Callable[[Watcher], None]) -> None:
        for watcher in self.watchers:
            try:
                tell(watcher)
            except Exception as error:
                name, kind = type(watcher).__name__, type(error).__name__
                log.event("watcher_failed", log.ERROR, watcher=name, error=kind)

    def started(self, run: RunRecord) -> None:
        """Tell all."""
        self._tell(lambda one: one.started(run))

    def planned(self, run: RunRecord, plan: Plan) -> None:
        """Tell all."""
        self._tell(lambda one: one.planned(run, plan))

    def progressed(self, run: RunRecord, answered: int, planned: int) -> None:
        """Tell all."""
        self._tell(lambda one: one.progressed(run, answered, planned))

    def finished(self, run: RunRecord, error: BaseException | None) -> None:
        """Tell all."""
        self._tell(lambda one: one.finished(run, error))


class LogWatch(Watcher):
    """Writes each step to the log."""

    def started(self, run: RunRecord) -> None:
        """`run_started`."""
        log.event("run_started", **_of(run), list=run.list, as_of=run.as_of)

    def planned(self, run: RunRecord, plan: Plan) -> None:
        """`run_planned`, with the counts of the plan."""
        counts = {name: count for name, count in plan.counts.items() if name != "held"}
        held = sum(plan.held_back.values())
        log.event("run_planned", **_of(run), **counts, held_back=held, members=plan.audience_size)

    def progressed(self, run: RunRecord, answered: int, planned: int) -> None:
        """`batch_answered`, of little weight: there may be thousands."""
        log.event("batch_answered", log.DEBUG, **_of(run), answered=answered, planned=planned)

    def finished(self, run: RunRecord, error: BaseException | None) -> None:
        """`run_finished` or `run_failed`, with the counts of what was acknowledged."""
        counted = ("added", "updated", "moved", "removed", "held_back", "rejected", "calls")
        log.event(
            "run_failed" if error else "run_finished",
            # Two callers of one sync are no fault: cron may call again before a run has ended.
            log.ERROR if error and not isinstance(error, BusyError) else log.INFO,
            **_of(run),
            state=run.state,
            **{name: getattr(run, name) for name in counted},
            message=run.message,
        )


def _of(run: RunRecord) -> dict[str, Any]:
    return {"sync": run.sync, "run_id": run.run_id, "destination": run.destination}
