"""One run of a sync: plan, guards, delivery, and the record of it all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cdp_activate.catalog import Catalog
from cdp_activate.destinations.base import Destination
from cdp_activate.errors import CdpError, GuardError, LockedError, said, unforeseen
from cdp_activate.sync.deadline import Deadline
from cdp_activate.sync.deliver import DeliveryHooks, JobUnderWayError, ListSender
from cdp_activate.sync.execute import Delivery, RunOptions, settle_jobs
from cdp_activate.sync.guards import enforce, sent_by_others
from cdp_activate.sync.ledger import Ledger
from cdp_activate.sync.model import Sync
from cdp_activate.sync.notes import Notes
from cdp_activate.sync.plan import Plan, kept_list
from cdp_activate.sync.plan_sql import PlanOptions
from cdp_activate.sync.planning import make_plan
from cdp_activate.sync.recovery import fold_left
from cdp_activate.sync.row_limit import leave_for_later
from cdp_activate.sync.run_records import Runs
from cdp_activate.sync.tables import RunRecord
from cdp_activate.warehouse.base import Warehouse, Work

__all__ = ["RunOptions", "Summary", "run_sync"]


@dataclass
class Summary:
    """What a run did: rows acknowledged by kind, rows rejected, calls made."""

    plan: Plan
    record: RunRecord
    rejected_by_reason: dict[str, int]
    refused: int
    """Rows that the platform rejected by name."""

    @property
    def remaining(self) -> int:
        """Changes of the plan that were not answered: the next run goes on with them.

        Of a full refresh that was broken off it goes on with those that it would make anyway;
        another refresh begins with everyone.
        """
        done = self.record
        acknowledged = done.added + done.updated + done.moved + done.removed
        return max(0, self.plan.changes - acknowledged - self.refused)

    def as_dict(self) -> dict[str, Any]:
        done = self.record
        return {
            "sync": done.sync,
            "run_id": done.run_id,
            "destination": done.destination,
            "list": done.list,
            "state": done.state,
            "added": done.added,
            "updated": done.updated,
            "moved": done.moved,
            "removed": done.removed,
            "unchanged": done.unchanged,
            "remaining": self.remaining,
            "held_back": dict(self.plan.held_back),
            "without": dict(self.plan.without),
            "rejected": dict(self.rejected_by_reason),
            "unanswered": done.unanswered,
            "calls": done.calls,
            "message": done.message,
        }


def run_sync(
    sync: Sync,
    catalog: Catalog,
    warehouse: Warehouse,
    *,
    as_of: datetime,
    options: RunOptions | None = None,
) -> Summary:
    """Bring the destination's list to what the audience says at `as_of`.

    Raises GuardError before anything is sent, DestinationError when the platform cannot go
    on (what it acknowledged is kept), UsageError while another run of this sync is going on.
    """
    options = _in_time(options or RunOptions(), sync.settings.deadline)
    kept = kept_list(sync)
    run = RunRecord(kept.sync, kept.destination, kept.name, as_of)
    options.watch.started(run)
    try:
        destination = sync.destination.open(transport=options.transport)
        destination.given_up = options.given_up
        try:
            summary = _Run(sync, catalog, warehouse, destination, run, options).go()
        finally:
            destination.close()
    except BaseException as error:
        told = error
        if isinstance(error, Exception) and not isinstance(error, CdpError):
            told = unforeseen(error)  # one sync that breaks keeps no other from running
        if run.state == "running":
            _failed(run, told)
        options.watch.finished(run, told)
        if told is error:
            raise
        raise told from error
    options.watch.finished(run, None)
    return summary


@dataclass
class _Run:
    """A run, from taking the lease to giving it back."""

    sync: Sync
    catalog: Catalog
    warehouse: Warehouse
    destination: Destination[Any]
    run: RunRecord
    options: RunOptions

    def __post_init__(self) -> None:
        self.runs = Runs(self.warehouse, self.sync.name)

    def go(self) -> Summary:
        done = closed = False
        self.runs.begin(self.run, self.options.is_due)
        try:
            self._take_up()
            with self.warehouse.work(self.sync.name) as work:
                notes = Notes(work.notes)
                try:
                    return self._deliver(work, notes)
                except BaseException as error:
                    _failed(self.run, error)
                    raise
                finally:
                    done = self.runs.finish(self.run, work, notes)
                    closed = True
        except BaseException as error:
            _failed(self.run, error)
            raise
        finally:
            try:
                if not closed:
                    self.runs.close(self.run)
            finally:
                self.runs.leave(self.run, done=done)

    def _take_up(self) -> None:
        """Finish what a killed run left: ask after its jobs, and fold its answers in.

        Raises DestinationError while a job of it goes on.
        """
        if not self.warehouse.has_work(self.sync.name):
            return
        with self.warehouse.work(self.sync.name) as work:
            notes = Notes(work.notes)
            self._settle_left(notes)
            fold_left(self.runs, work, notes)
        self.warehouse.drop_work(self.sync.name)

    def _settle_left(self, notes: Notes) -> None:
        if self.runs.destination_of(notes.run_id) != self.run.destination:
            for left in notes.jobs:
                notes.lose(*left)  # nobody here can ask the platform of before
            return
        # An answer that does not come now is an answer: what it was about is sent again.
        hurried = replace(self.options.patience, attempts=2, longest=1.0)
        courier = ListSender(self.destination, patience=hurried, stop=self.options.stop)
        courier.hooks = DeliveryHooks(alive=lambda: self.runs.renew(self.run))
        failure = settle_jobs(courier, notes)
        if notes.jobs:
            raise failure or JobUnderWayError(
                f"{self.destination.name} has not finished a job of the run before",
                remedy="run the sync again: it asks after the job first",
            )

    def _deliver(self, work: Work, notes: Notes) -> Summary:
        run, options = self.run, self.options
        asked = PlanOptions(
            run.as_of,
            is_replay=options.is_replay,
            full_refresh=options.full_refresh,
            retry_rejected=options.retry_rejected,
            retry_unknown=options.retry_unknown,
            run_id=run.run_id,
        )
        plan = make_plan(self.sync, self.catalog, self.warehouse, work, asked)
        run.unchanged = plan.counts["unchanged"]
        run.held_back = sum(plan.held_back.values())
        options.watch.planned(run, plan)
        enforce(plan, options.allow)
        ledger = Ledger(self.warehouse, kept_list(self.sync))
        ledger.forget_rejections(plan.table)
        run.message = _left_behind(ledger, plan)
        if options.max_rows is not None:
            leave_for_later(plan, options.max_rows)
        delivery = Delivery(plan, self.runs, notes, run, self.destination, options)
        if plan.changes or plan.counts["forget"]:
            self.runs.renew(run)
            notes.start(run.run_id)
        if plan.changes and not options.stop.is_set():
            delivery.deliver()
        run.state = _state(plan, options)
        if run.state == "stopped":
            run.message = _why_stopped(options) or run.message
        elif run.state == "partial":
            left = f"{plan.total.later:,} changes are left for the next run"
            run.message = f"{left}; {run.message}" if run.message else left
        return Summary(plan, run, delivery.rejected.by_reason, delivery.rejected.named)


def _in_time(options: RunOptions, of_sync: float | None) -> RunOptions:
    """The options with the sooner of both deadlines, which begins now."""
    limits = [seconds for seconds in (options.deadline, of_sync) if seconds is not None]
    if not limits:
        return options
    return replace(options, stop=Deadline(options.stop, min(limits)))


def _state(plan: Plan, options: RunOptions) -> str:
    if options.stop.is_set():
        return "stopped"
    return "partial" if plan.total.later else "done"


def _why_stopped(options: RunOptions) -> str:
    """What to know of a run that was stopped, beyond that the next one goes on; often nothing."""
    in_time = not (isinstance(options.stop, Deadline) and options.stop.has_passed)
    if options.full_refresh:
        why = "the refresh was broken off" if in_time else "its deadline broke the refresh off"
        return f"{why}: --full-refresh begins it again, a run without it sends what else is due"
    return "" if in_time else "its deadline came: the next run goes on from here"


def _failed(run: RunRecord, error: BaseException) -> None:
    states = {GuardError: "refused", LockedError: "locked"}
    run.state = next((one for of, one in states.items() if isinstance(error, of)), "failed")
    run.message = said(error)


def _left_behind(ledger: Ledger, plan: Plan) -> str | None:
    """People whom no sync looks after: under another list or destination, or another name."""
    places = [
        f"the list '{name}' of '{destination}' may still hold {size:,} people"
        for destination, name, size in ledger.abandoned()
    ]
    told = []
    if places:
        told.append(
            f"{'; '.join(places)} sent by this sync, which now keeps another: see to them there"
        )
    if plan.others:
        told.append(f"{sent_by_others(plan)}, whom this one never removes: see to them there")
    return "; ".join(told) or None
