"""Carries a plan out: removes, then adds and updates, each answer written down."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cdp_activate.destinations.base import Destination, Receipt, Row
from cdp_activate.errors import CdpError, GuardError
from cdp_activate.http import Transport
from cdp_activate.sync.deliver import Courier, Delivered, Patience
from cdp_activate.sync.ledger import Ledger, Part
from cdp_activate.sync.plan import Plan, Step
from cdp_activate.sync.tables import PHASES, RunRecord, Verb
from cdp_activate.sync.watch import Watch

UNNAMED = "refused by the platform, which does not say which rows"


@dataclass(frozen=True)
class Options:
    """How a run is made. `allow` names guards to lift; `stop` ends it after batches under way.

    `progress` is told the sync, the rows answered and the rows planned, after each batch.
    """

    allow: Collection[str] = ()
    full_refresh: bool = False
    retry_rejected: bool = False
    patience: Patience = field(default_factory=Patience)
    transport: Transport | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    progress: Callable[[str, int, int], object] = lambda sync, answered, planned: None
    watch: Watch = field(default_factory=Watch)


@dataclass
class Delivery:
    """Sends a plan, and keeps the ledger's and the run's books."""

    plan: Plan
    ledger: Ledger
    run: RunRecord
    destination: Destination[Any]
    options: Options
    rejections: dict[str, int] = field(default_factory=dict)
    answered: int = 0

    def deliver(self) -> None:
        """Removes first, then adds and updates; each settled before the other begins.

        Raises GuardError when too many rows were rejected; what was accepted is kept.
        """
        courier = Courier(self.destination, patience=self.options.patience, stop=self.options.stop)
        try:
            courier.open(self.plan.sync.list_name)
            for verb in PHASES:
                if not courier.is_over:
                    _Phase(self, courier, verb).deliver()
        finally:
            self.run.calls = courier.calls
        if self.too_many_rejected:
            self._refuse()

    @property
    def too_many_rejected(self) -> bool:
        """Whether the platform refused more than `max_rejected` of what it answered."""
        limit = self.plan.sync.settings.guards.max_rejected
        if limit is None or "max_rejected" in self.options.allow:
            return False
        enough = min(100, self.plan.changes)
        return self.answered >= enough and not limit.allows(self.run.rejected, self.answered)

    def _refuse(self) -> None:
        limit = self.plan.sync.settings.guards.max_rejected
        raise GuardError(
            f"the sync '{self.run.sync}' was stopped: {self.run.rejected:,} of {self.answered:,} "
            f"rows were rejected, more than {limit}. What was accepted is kept",
            guards=["max_rejected"],
            remedy="see the reasons in `cdp-activate status`, or run it with --allow max_rejected",
        )

    def reject(self, parts: Sequence[Part], reasons: Mapping[str, str], receipt: Receipt) -> None:
        """The platform refused these, somewhere in the parts, and more that it does not name."""
        for part in parts:
            self.ledger.rejected(self.run, part, reasons)
        for why in reasons.values():
            self.rejections[why] = self.rejections.get(why, 0) + 1
        for why, count in receipt.reasons.items():
            unnamed_for = f"{why} ({UNNAMED})"
            self.rejections[unnamed_for] = self.rejections.get(unnamed_for, 0) + count
        unexplained = receipt.unnamed - sum(receipt.reasons.values())
        if unexplained > 0:
            self.rejections[UNNAMED] = self.rejections.get(UNNAMED, 0) + unexplained
        self.run.rejected = sum(self.rejections.values())


@dataclass
class _Phase:
    """One verb of a delivery. Holds the places of what is under way, never the whole plan."""

    work: Delivery
    courier: Courier
    verb: Verb
    places: dict[str, int] = field(default_factory=dict)
    jobs: dict[str, list[tuple[Part, set[str]]]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)

    def deliver(self) -> None:
        """Send, then settle the jobs that were begun, even where sending ended in an error."""
        self.courier.announce = self._announce
        failure: CdpError | None = None
        try:
            for delivered in self.courier.deliver(self.verb, self._rows()):
                self._answer(delivered)
        except CdpError as error:
            failure = error
        for job, parts in self.jobs.items():
            try:
                receipt = self.courier.settle(job)
            except CdpError as error:
                failure = failure or error
            else:
                self._settle(parts, receipt)
        self.work.ledger.flush(self.work.run)
        if failure is not None:
            raise failure
        if self.verb == "remove":
            # Who could not be removed under the old identifier is not added under the new
            # one: the ledger would forget the old.
            self.work.plan.drop(self.refused)

    def _rows(self) -> Iterator[Row]:
        for step in self.work.plan.steps(*PHASES[self.verb]):
            self.places[step.key] = step.place
            yield _row(step, self.verb)

    def _part(self, rows: Sequence[Row]) -> Part:
        return Part(self.verb, self.places[rows[0].key], self.places[rows[-1].key])

    def _announce(self, batches: Sequence[Sequence[Row]]) -> None:
        for batch in batches:
            self.work.ledger.sending(self.work.run, self._part(batch))
        self.work.ledger.flush(self.work.run)

    def _answer(self, delivered: Delivered) -> None:
        part, work = self._part(delivered.rows), self.work
        there = {row.key: self.places.pop(row.key) for row in delivered.rows}
        reasons = {key: why for key, why in delivered.rejected.items() if key in there}
        work.answered += len(there)
        work.options.progress(work.run.sync, work.answered, work.plan.changes)
        work.options.watch.progressed(work.run, work.answered, work.plan.changes)
        work.reject([part], reasons, Receipt(unnamed=delivered.unnamed, reasons=delivered.reasons))
        self.refused.update(reasons)
        if delivered.job:
            self.jobs.setdefault(delivered.job, []).append((part, set(reasons)))
        else:
            work.ledger.accepted(work.run, part, list(reasons))
        if work.too_many_rejected:
            self.courier.halt()

    def _settle(self, parts: list[tuple[Part, set[str]]], receipt: Receipt | None) -> None:
        """What became of the parts of a job; without a receipt nothing is known of them."""
        if receipt is None:
            return
        self.work.reject([part for part, _ in parts], receipt.rejected, receipt)
        for part, before in parts:
            rejected = before | receipt.rejected.keys()
            self.work.ledger.accepted(self.work.run, part, list(rejected))
        self.refused.update(receipt.rejected)
        if self.work.too_many_rejected:
            self.courier.halt()


def _row(step: Step, verb: Verb) -> Row:
    if verb == "remove":
        return Row(step.key, step.sent_identifiers)
    return Row(step.key, step.identifiers, step.fields)
