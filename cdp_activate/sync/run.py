"""One run of a sync: plan, guards, delivery, and the record of it all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cdp_activate.catalog import Catalog
from cdp_activate.errors import GuardError, said
from cdp_activate.sync.execute import Delivery, Options
from cdp_activate.sync.guards import enforce
from cdp_activate.sync.ledger import Ledger
from cdp_activate.sync.model import Sync
from cdp_activate.sync.plan import Plan, kept_list, make_plan
from cdp_activate.sync.tables import RunRecord
from cdp_activate.warehouse.base import Warehouse

__all__ = ["Options", "Summary", "run_sync"]


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
            "message": done.message,
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
    kept = kept_list(sync)
    run = RunRecord(kept.sync, kept.destination, kept.name, as_of)
    options.watch.started(run)
    try:
        summary = _run(sync, catalog, warehouse, run, options)
    except BaseException as error:
        if run.state == "running":
            _failed(run, error)
        options.watch.finished(run, error)
        raise
    options.watch.finished(run, None)
    return summary


def _run(
    sync: Sync, catalog: Catalog, warehouse: Warehouse, run: RunRecord, options: Options
) -> Summary:
    destination = sync.destination.open(transport=options.transport)
    ledger = Ledger(warehouse, kept_list(sync))
    try:
        ledger.begin(run)
        try:
            plan = make_plan(
                sync,
                catalog,
                warehouse,
                as_of=run.as_of,
                full_refresh=options.full_refresh,
                retry_rejected=options.retry_rejected,
            )
            run.unchanged = plan.counts["unchanged"]
            run.held_back = sum(plan.held_back.values())
            options.watch.planned(run, plan)
            enforce(plan, options.allow)
            ledger.forget_rejections()
            run.message = _left_behind(ledger)
            delivery = Delivery(plan, ledger, run, destination, options)
            if plan.changes and not options.stop.is_set():
                delivery.deliver()
            run.state = "stopped" if options.stop.is_set() else "done"
        except BaseException as error:
            _failed(run, error)
            raise
        finally:
            ledger.finish(run)
    finally:
        destination.close()
    return Summary(plan, run, delivery.rejections)


def _failed(run: RunRecord, error: BaseException) -> None:
    run.state = "refused" if isinstance(error, GuardError) else "failed"
    run.message = said(error)


def _left_behind(ledger: Ledger) -> str | None:
    """A sync that was given another list or destination does not touch the one before."""
    places = [
        f"the list '{name}' of '{destination}' still holds {size:,} people"
        for destination, name, size in ledger.abandoned()
    ]
    if not places:
        return None
    return f"{'; '.join(places)} sent by this sync, which now keeps another: see to them there"
