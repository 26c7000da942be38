"""What a run left behind that was killed or stopped: its plan, and notes of what became of it.

The next run, or whoever looks at the ledger before, folds them in.
"""

from __future__ import annotations

from contextlib import suppress

from cdp_activate.errors import LockedError, NotBuiltError, WarehouseError
from cdp_activate.sync.fold import Fold, analyze_state, nobody_is_taken_along
from cdp_activate.sync.notes import Notes
from cdp_activate.sync.run_records import Runs
from cdp_activate.sync.tables import KeptList, RunRecord, create_tables, now
from cdp_activate.warehouse.base import Work


def prepare(runs: Runs) -> None:
    """Create what is missing, and fold in what a killed run left behind.

    Jobs that it left at a platform stay as they are: the next run asks after them.
    """
    with runs.warehouse.state():
        create_tables(runs.warehouse)
        idle = runs.lease.holder() is None
    if not idle or not runs.warehouse.has_work(runs.sync):
        return
    with suppress(LockedError), runs.warehouse.work(runs.sync) as work:
        notes = Notes(work.notes)
        if not notes.jobs:
            # The files stay until the next run, which may have begun meanwhile, drops them.
            fold_left(runs, work, notes)


def under_way(runs: Runs, key: str) -> list[KeptList]:
    """The lists that a job, which a stopped run left at a platform, may yet put somebody on."""
    if not runs.warehouse.has_work(runs.sync):
        return []
    with runs.warehouse.work(runs.sync) as work:
        notes = Notes(work.notes)
        if not notes.jobs:
            return []
        rows = runs.warehouse.rows(
            f"select distinct list from {work.schema}.plan where entity_key = ? "
            "and action in ('add', 'update', 'move') order by 1",
            [key],
        )
        to = runs.destination_of(notes.run_id) or ""
    return [KeptList(runs.sync, to, str(name)) for (name,) in rows]


def fold_left(runs: Runs, work: Work, notes: Notes) -> None:
    """Fold in what another run left, unless it has done so itself, and was killed then."""
    with runs.warehouse.state():
        is_open = runs.warehouse.rows(
            f"select 1 from {runs.table} where run_id = ? and folded is not true",
            [notes.run_id],
        )
    if not is_open or not _has_plan(runs, work, notes):
        return
    # The plan may be of a version that did not ask who was.
    nobody_is_taken_along(runs.warehouse, work, anew=False)
    with runs.warehouse.in_any_order(), runs.warehouse.state():
        fold = Fold(runs.warehouse, work, notes, notes.run_id)
        fold.fold()
        run = RunRecord(runs.sync, "", "", now())
        fold.count(run)
        run.rejected = sum(len(progress.refused) for progress in notes.progress.values())
        counted = ("added", "updated", "moved", "removed", "rejected", "unanswered")
        runs.warehouse.run(
            f"update {runs.table} set folded = true, "
            f"{', '.join(f'{name} = ?' for name in counted)} where run_id = ?",
            [*(getattr(run, name) for name in counted), notes.run_id],
        )
    analyze_state(runs.warehouse)


def _has_plan(runs: Runs, work: Work, notes: Notes) -> bool:
    """Whether the plan is there that the notes are about; without notes it need not be.

    Raises WarehouseError where somebody deleted it: who was sent is not known then.
    """
    try:
        return bool(runs.warehouse.describe(f"{work.schema}.plan"))
    except NotBuiltError:
        if not notes.progress:
            return False
        raise WarehouseError(
            f"the plan of a run of '{runs.sync}' that did not end is gone: "
            f"{work.notes.name if work.notes else 'what it noted'} says what became of its rows, "
            "and not whose they were",
            remedy="put it back, beside its notes; where there is none, delete the notes, "
            "and run with --full-refresh: who left meanwhile may stay on the list",
        ) from None
