"""Carries a plan out: removes, then adds and updates, each answer written down."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from cdp_activate.destinations.base import Destination
from cdp_activate.destinations.rows import Receipt, Row
from cdp_activate.errors import CdpError, DestinationError, UnavailableError
from cdp_activate.http import Transport
from cdp_activate.sync.attempts import RetryPolicy
from cdp_activate.sync.batches import Batch, read_batches
from cdp_activate.sync.deliver import BatchOutcome, DeliveryHooks, JobUnderWayError, ListSender
from cdp_activate.sync.ledger import Ledger
from cdp_activate.sync.notes import Notes, Spans
from cdp_activate.sync.plan import Plan, kept_list
from cdp_activate.sync.rejection_limit import Rejected
from cdp_activate.sync.run_records import Runs
from cdp_activate.sync.tables import EVENTS, PHASES, RunRecord, Verb
from cdp_activate.sync.watch import Watcher
from cdp_activate.warehouse.base import Warehouse

AHEAD = 32
"""Batches that are noted as begun at once: making a note durable takes as long as some calls.

The next are noted when half of them are under way, so that only one thread waits for the disk.
"""


@dataclass(frozen=True)
class RunOptions:
    """How a run is made. `allow` names guards to lift; `stop` ends it after batches under way,
    and so does `deadline`, in seconds, where the sync's own is not sooner. `given_up`, which is
    set after `stop`, ends it without their answers: what they were about is unknown. `max_rows`
    is of how many people a run sends at most.

    `is_due` is asked once nobody else can run the sync, and may say that somebody just did.
    `progress` is told the sync, the rows answered and the rows planned, after each batch.
    """

    allow: Collection[str] = ()
    full_refresh: bool = False
    retry_rejected: bool = False
    retry_unknown: bool = False
    is_replay: bool = False
    patience: RetryPolicy = field(default_factory=RetryPolicy)
    transport: Transport | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    given_up: threading.Event = field(default_factory=threading.Event)
    deadline: float | None = None
    max_rows: int | None = None
    is_due: Callable[[Warehouse], bool] = lambda warehouse: True
    progress: Callable[[str, int, int], object] = lambda sync, answered, planned: None
    watch: Watcher = field(default_factory=Watcher)


@dataclass
class Delivery:
    """Sends a plan, and keeps the run's books."""

    plan: Plan
    runs: Runs
    notes: Notes
    run: RunRecord
    destination: Destination[Any]
    options: RunOptions

    def __post_init__(self) -> None:
        self.rejected = Rejected(self.plan, "max_rejected" in self.options.allow)

    def deliver(self) -> None:
        """Removes first, then adds and updates; each settled before the other begins.

        Raises GuardError when too many rows were rejected; what was accepted is kept.
        """
        courier = ListSender(
            self.destination, patience=self.options.patience, stop=self.options.stop
        )
        verbs = EVENTS if self.plan.sync.settings.mode == "events" else PHASES
        try:
            ids = self._open(courier)
            if verbs is PHASES and not courier.is_over:
                ledger = Ledger(self.plan.warehouse, kept_list(self.plan.sync))
                for name, list_id in ids.items():
                    refilled = self.options.full_refresh
                    ledger.recognise(self.run, name, list_id, refilled=refilled)
            for verb, (name, list_id) in itertools.product(verbs, ids.items()):
                if not courier.is_over:
                    courier.list_id = list_id
                    _Phase(self, courier, name, verb).deliver()
        finally:
            self.run.calls = courier.calls
        if self.rejected.is_too_many(at_end=not courier.is_over):
            raise self.rejected.error()

    def _open(self, courier: ListSender) -> dict[str, str]:
        """Open the lists that something is sent to: name -> what the platform calls it.

        Raises DestinationError where two of them are one there.
        """
        ids: dict[str, str] = {}
        for one in self.plan.lists:
            if not one.sent or courier.is_over:
                continue
            courier.open(one.name)
            same = [name for name, list_id in ids.items() if list_id == courier.list_id]
            if same and not courier.is_over:
                raise DestinationError(
                    f"{self.destination.name} takes the lists '{same[0]}' and '{one.name}' for one",
                    remedy="write the values of `per:` in one way, such as upper(country)",
                )
            ids[one.name] = courier.list_id
        return ids


@dataclass
class _Phase:
    """One verb on one list."""

    work: Delivery
    courier: ListSender
    list_name: str
    verb: Verb
    sent: Spans = field(default_factory=Spans)
    lock: threading.Lock = field(default_factory=threading.Lock)
    noting: threading.Lock = field(default_factory=threading.Lock)
    noted: int = -1
    """The last place that is durably noted as begun."""

    def deliver(self) -> None:
        """Send, then settle the jobs that were begun, even where sending ended in an error."""
        work, to = self.work, self.work.destination
        self.courier.hooks = DeliveryHooks(
            self._announce,
            self._answered,
            self._untaken,
            lambda: work.runs.renew(work.run),
        )
        batches = read_batches(
            work.plan,
            self.verb,
            self.list_name,
            size=to.batch_size,
            most_bytes=to.batch_bytes,
            as_json=to.sends_json,
        )
        failure: CdpError | None = None
        answered = work.rejected.answered
        try:
            for delivered in self.courier.deliver(self.verb, batches):
                answered += len(delivered.rows)
                work.options.progress(work.run.sync, answered, work.plan.total.sent)
                work.options.watch.progressed(work.run, answered, work.plan.total.sent)
        except CdpError as error:
            failure = error
        finally:
            self._spare()
        failure = settle_jobs(self.courier, work.notes, self._rejected, leave=True) or failure
        if failure is not None:
            raise failure
        refused = work.notes.of(self.list_name, self.verb).refused
        if self.verb == "remove" and refused:
            # Who could not be removed under the old identifier is not added under the new
            # one: the ledger would forget the old.
            work.plan.hold_moves(self.list_name, refused)

    def _announce(self, batch: Sequence[Row]) -> None:
        assert isinstance(batch, Batch)
        self.work.runs.renew(self.work.run)
        with self.lock:
            self.sent.add(batch.span)
        # A message is never said to be under way that is not.
        ahead = 0 if self.verb == "send" else AHEAD * self.work.destination.batch_size
        last = batch.span[1]
        if last > self.noted:
            with self.noting:
                if last > self.noted:
                    self._note(last + ahead)
        elif last + ahead // 2 > self.noted and self.noting.acquire(blocking=False):
            try:
                self._note(last + ahead)
            finally:
                self.noting.release()

    def _note(self, through: int) -> None:
        """Note that rows up to this place may be under way; true once it returns."""
        with self.lock:
            self.work.notes.begin(self.list_name, self.verb, through)
        self.work.notes.keep()
        self.noted = max(self.noted, through)

    def _answered(self, delivered: BatchOutcome) -> None:
        batch = delivered.rows
        assert isinstance(batch, Batch)
        if delivered.rejected:
            known = {row.key for row in batch}
            for key in delivered.rejected.keys() - known:
                del delivered.rejected[key]
        with self.lock:
            self.work.notes.answer(
                self.list_name, self.verb, batch.span, delivered.rejected, delivered.job
            )
            self.work.rejected.tally(self.verb).answered += len(batch)
            self._rejected(
                Receipt(delivered.rejected, delivered.unnamed, reasons=delivered.reasons)
            )

    def _untaken(self, batch: Sequence[Row]) -> None:
        assert isinstance(batch, Batch)
        with self.lock:
            self.work.notes.spare(self.list_name, self.verb, batch.span)

    def _rejected(self, receipt: Receipt) -> None:
        run, rejected = self.work.run, self.work.rejected
        rejected.add(self.verb, receipt)
        run.rejected = rejected.by_reason.total()
        if self.verb == "upsert":
            run.unnamed += receipt.unnamed
        if rejected.is_too_many():
            self.courier.halt()

    def _spare(self) -> None:
        """What was noted as begun, and was not."""
        progress = self.work.notes.of(self.list_name, self.verb)
        for gap in list(self.sent.gaps(progress.begun)):
            self.work.notes.spare(self.list_name, self.verb, gap)


def settle_jobs(
    courier: ListSender,
    notes: Notes,
    settled: Callable[[Receipt], object] = lambda receipt: None,
    *,
    leave: bool = False,
) -> CdpError | None:
    """Ask after every job until it has ended; the first error, when all were asked.

    What became of the rows of a job that ended in an error is unknown. A job that had not ended
    in time, or when the run was told to stop, is asked after by the next run; with `leave`
    one that could not be asked after, too: it goes on, and may undo what is sent meanwhile.
    """
    failure: CdpError | None = None
    for list_name, verb, job in notes.jobs:
        try:
            receipt = courier.settle(job)
        except JobUnderWayError as error:
            failure = failure or error
        except CdpError as error:
            if not (leave and isinstance(error.__cause__, UnavailableError)):
                notes.lose(list_name, verb, job)
            failure = failure or error
        else:
            if receipt is not None:
                notes.settle(list_name, verb, job, receipt.rejected)
                settled(receipt)
    return failure
