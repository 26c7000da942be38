"""One run of a sync: plan, guards, deliver, settle, and the record of it all."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cdp_activate.catalog import Catalog
from cdp_activate.destinations.base import Row
from cdp_activate.errors import CdpError, GuardError
from cdp_activate.http import Transport
from cdp_activate.sync.deliver import Courier, Delivered, Patience, Verb
from cdp_activate.sync.guards import enforce
from cdp_activate.sync.ledger import Entry, Ledger, RunRecord
from cdp_activate.sync.model import Sync
from cdp_activate.sync.plan import Plan, Step, entries, make_plan
from cdp_activate.warehouse.base import Warehouse


@dataclass(frozen=True)
class Options:
    """How a run is made. `allow` names guards to lift; `stop` ends it after batches under way."""

    allow: Collection[str] = ()
    full_refresh: bool = False
    retry_rejected: bool = False
    patience: Patience = field(default_factory=Patience)
    transport: Transport | None = None
    stop: threading.Event = field(default_factory=threading.Event)


@dataclass
class Summary:
    """What a run did: rows acknowledged by kind, rows rejected, calls made."""

    plan: Plan
    record: RunRecord
    rejected_by_reason: dict[str, int]

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
            "held_back": dict(self.plan.held_back),
            "rejected": dict(self.rejected_by_reason),
            "calls": done.calls,
        }


def run_sync(
    sync: Sync,
    catalog: Catalog,
    warehouse: Warehouse,
    *,
    as_of: datetime,
    options: Options | None = None,
) -> Summary:
    """Bring the destination's list to what the audience says at `as_of`.

    Raises GuardError before anything is sent, DestinationError when the platform cannot go
    on (what it acknowledged is kept), UsageError while another run of this sync is going on.
    """
    options = options or Options()
    ledger = Ledger(warehouse, sync.name, sync.list_name)
    ledger.prepare()
    run = RunRecord(sync.name, sync.settings.destination, sync.list_name, as_of)
    ledger.begin(run)
    try:
        plan = make_plan(
            sync,
            catalog,
            warehouse,
            as_of=as_of,
            full_refresh=options.full_refresh,
            retry_rejected=options.retry_rejected,
        )
        run.unchanged = plan.counts["unchanged"]
        run.held_back = sum(plan.held_back.values())
        enforce(plan, options.allow)
        work = _Work(plan, ledger, run, options)
        if plan.changes:
            work.deliver()
        run.state = "stopped" if options.stop.is_set() else "done"
    except BaseException as error:
        run.state = "refused" if isinstance(error, GuardError) else "failed"
        run.message = error.message if isinstance(error, CdpError) else type(error).__name__
        raise
    finally:
        ledger.finish(run)
    return Summary(plan, run, work.rejections)


@dataclass
class _Work:
    """The delivery of one plan."""

    plan: Plan
    ledger: Ledger
    run: RunRecord
    options: Options
    rejections: dict[str, int] = field(default_factory=dict)
    answered: int = 0

    def deliver(self) -> None:
        """Removes first, then adds and updates; each settled before the other begins."""
        destination = self.plan.sync.destination.open(transport=self.options.transport)
        try:
            list_id = destination.open(self.plan.sync.list_name)
            courier = Courier(
                destination, list_id, patience=self.options.patience, stop=self.options.stop
            )
            try:
                self._phase(courier, "remove", self.plan.steps("remove", "move"))
                if not self.options.stop.is_set():
                    self._phase(courier, "upsert", self.plan.steps("add", "update", "move"))
            finally:
                self.run.calls = courier.calls
        finally:
            destination.close()

    def _phase(self, courier: Courier, verb: Verb, steps: Iterable[Step]) -> None:
        under_way: dict[str, tuple[Step, str]] = {}

        def rows() -> Iterator[Row]:
            for step, identifiers in entries(steps):
                under_way[step.key] = step, identifiers
                yield _row(step, verb)

        jobs: dict[str, list[tuple[Step, str]]] = {}
        for delivered in courier.deliver(verb, rows()):
            answered = {row.key: under_way.pop(row.key) for row in delivered.rows}
            accepted = self._reject(answered, delivered, verb)
            if delivered.job:
                jobs.setdefault(delivered.job, []).extend(accepted)
            else:
                self._accept(accepted, verb)
            self._enough_rejected()
        for job, sent in jobs.items():
            receipt = courier.settle(job)
            late = Delivered([], dict(receipt.rejected), receipt.unnamed)
            self._accept(self._reject({step.key: (step, i) for step, i in sent}, late, verb), verb)
            self._enough_rejected()

    def _reject(
        self, answered: Mapping[str, tuple[Step, str]], delivered: Delivered, verb: Verb
    ) -> list[tuple[Step, str]]:
        """Note the rejected rows; the others are returned."""
        refused = []
        for key, why in delivered.rejected.items():
            if key in answered:
                step, _ = answered[key]
                print_ = step.fingerprint if verb == "upsert" else None
                refused.append(Entry(key, "rejected", fingerprint=print_, reason=why))
                self.rejections[why] = self.rejections.get(why, 0) + 1
        self.ledger.record(self.run, refused)
        if delivered.unnamed:
            # Which rows they are the platform does not say: counted, so that it is seen.
            why = "refused by the platform, which does not say which rows"
            self.rejections[why] = self.rejections.get(why, 0) + delivered.unnamed
        self.answered += len(answered)
        self.run.rejected = sum(self.rejections.values())
        return [sent for key, sent in answered.items() if key not in delivered.rejected]

    def _accept(self, sent: list[tuple[Step, str]], verb: Verb) -> None:
        outcomes = []
        for step, identifiers in sent:
            if verb == "remove":
                outcomes.append(Entry(step.key, "removed"))
                self.run.removed += step.action == "remove"
                continue
            outcomes.append(
                Entry(step.key, "sent", step.fingerprint, step.identifiers_fingerprint, identifiers)
            )
            self.run.added += step.action == "add"
            self.run.updated += step.action == "update"
            self.run.moved += step.action == "move"
        self.ledger.record(self.run, outcomes)

    def _enough_rejected(self) -> None:
        """Stop when the platform refuses more than `max_rejected` of what it answered."""
        limit = self.plan.sync.settings.guards.max_rejected
        rejected = self.run.rejected
        enough = min(100, self.plan.changes)
        if limit is None or self.answered < enough or limit.allows(rejected, self.answered):
            return
        if "max_rejected" in self.options.allow:
            return
        raise GuardError(
            f"the sync '{self.run.sync}' was stopped: {rejected:,} of {self.answered:,} rows were "
            f"rejected, more than {limit}. What was accepted is kept",
            guards=["max_rejected"],
            remedy="see the reasons in `cdp-activate status`, or run it with --allow max_rejected",
        )


def _row(step: Step, verb: Verb) -> Row:
    if verb == "remove":
        return Row(step.key, step.sent_identifiers)
    return Row(step.key, step.identifiers, step.fields)
