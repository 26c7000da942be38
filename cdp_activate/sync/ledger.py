"""What each destination acknowledged, kept in the warehouse.

Before a batch goes out, its people are written down as `sending`; its answer is written
after it. Receipts are folded into the ledger at the end of a run, and at the start of the
next one where a run was killed. Whoever was sent and never answered stands in the ledger
as unknown: there until the next run sends or removes them again. So a run may be killed
anywhere, and the ledger costs the size of the audience, never the number of runs.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from cdp_activate.errors import UsageError
from cdp_activate.sync.lease import Lease
from cdp_activate.sync.people import HELD_REJECTED
from cdp_activate.sync.tables import (
    PHASES,
    PLAN,
    UNKNOWN,
    KeptList,
    RunRecord,
    Verb,
    create_tables,
    now,
)
from cdp_activate.warehouse.base import Warehouse

RENEW_EVERY = 60.0
"""Seconds between two renewals of the lease; small beside its length."""


@dataclass(frozen=True, slots=True)
class Part:
    """Steps of a plan that are sent together: those with places from `first` to `last`."""

    verb: Verb
    first: int
    last: int

    @property
    def condition(self) -> str:
        """The part's rows in the table of the plan, as SQL."""
        actions = ", ".join(f"'{action}'" for action in PHASES[self.verb])
        return f"place between {self.first:d} and {self.last:d} and action in ({actions})"

    @property
    def sent(self) -> str:
        """Fingerprint, identifiers' fingerprint and identifiers of what is sent, as SQL."""
        if self.verb == "remove":
            return f"'{UNKNOWN}', '{UNKNOWN}', sent_identifiers"
        return "fingerprint, identifiers_fingerprint, identifiers"


class Ledger:
    """The ledger of one list. `begin`, then sending and answers in turn, then `finish`."""

    def __init__(self, warehouse: Warehouse, kept: KeptList) -> None:
        self.warehouse = warehouse
        self.kept = kept
        self.lease = Lease(warehouse, kept.sync)
        self._waiting: list[tuple[str, list[Any]]] = []
        self._position = 0
        self._renewed_at = 0.0

    def table(self, name: str) -> str:
        return self.warehouse.state_table(name)

    def prepare(self) -> None:
        """Create what is missing, and fold in what a killed run left behind."""
        with self.warehouse.state():
            create_tables(self.warehouse)
            if self.lease.holder() is None:
                self._fold()

    def begin(self, run: RunRecord) -> None:
        """Take the lease and note the run. Raises UsageError while another run holds it."""
        with self.warehouse.state():
            create_tables(self.warehouse)
            self.lease.take(run.run_id)
            self._fold()
            self.warehouse.run(
                f"update {self.table('sync_runs')} set state = 'killed' "
                "where sync = ? and state = 'running'",
                [self.kept.sync],
            )
            self._insert_run(run)
        self._renewed_at = time.monotonic()

    def sending(self, run: RunRecord, part: Part) -> None:
        """Note that these are about to be sent: `flush` before they are."""
        self._note(run, part, "sending", f"{part.sent}, null", f"where {part.condition}")

    def accepted(self, run: RunRecord, part: Part, rejected: Sequence[str]) -> None:
        """Note the answer to a part: all of it was taken but for the rejected keys."""
        outcome = "removed" if part.verb == "remove" else "sent"
        but = "and entity_key not in (select unnest(?))" if rejected else ""
        where = f"where {part.condition} {but}"
        self._note(
            run, part, outcome, f"{part.sent}, null", where, [list(rejected)] if rejected else []
        )

    def rejected(self, run: RunRecord, part: Part, reasons: Mapping[str, str]) -> None:
        """Note rows that were refused, and why."""
        if reasons:
            sent = "null" if part.verb == "remove" else "fingerprint"
            source = (
                "join (select unnest(?) as refused_key, unnest(?) as why) as refused "
                f"on refused_key = entity_key where {part.condition}"
            )
            keys, why = list(reasons), list(reasons.values())
            self._note(run, part, "rejected", f"{sent}, null, null, why", source, [keys, why])

    def _note(
        self,
        run: RunRecord,
        part: Part,
        outcome: str,
        values: str,
        source: str,
        parameters: Sequence[Any] = (),
    ) -> None:
        self._position += 1
        constant = [*self.kept.values, outcome, run.run_id, self._position, now()]
        sql = (
            f"insert into {self.table('sync_receipts')} "
            "(sync, destination, list, outcome, run_id, position, received_at, entity_key, "
            "fingerprint, identifiers_fingerprint, identifiers, reason) "
            f"select ?, ?, ?, ?, ?, ?, ?, entity_key, {values} from {PLAN} {source}"
        )
        self._waiting.append((sql, [*constant, *parameters]))

    def flush(self, run: RunRecord) -> None:
        """Write down what was noted, and give a sign of life.

        Raises UsageError when another run has taken the lease meanwhile.
        """
        if not self._waiting and time.monotonic() - self._renewed_at < RENEW_EVERY:
            return
        with self.warehouse.state():
            if not self.lease.is_held_by(run.run_id):
                raise UsageError(
                    f"another run of the sync '{self.kept.sync}' has taken over",
                    remedy="let it finish; this one was silent for longer than its lease",
                )
            self._write()
            self.lease.renew(run.run_id)
        self._renewed_at = time.monotonic()

    def _write(self) -> None:
        for sql, parameters in self._waiting:
            self.warehouse.run(sql, parameters)
        self._waiting.clear()

    def finish(self, run: RunRecord) -> None:
        """Fold the receipts in, close the run's row, give the lease back."""
        run.finished_at = now()
        with self.warehouse.state():
            if self.lease.is_held_by(run.run_id):
                self._write()
                self._count(run)
                self._fold()
            self._delete("sync_runs", "run_id = ?", [run.run_id])
            self._insert_run(run)
            self.lease.give_back(run.run_id)

    def _count(self, run: RunRecord) -> None:
        """What the receipts of this run say was done. The two halves of a move count once."""
        if not self._position:
            return  # nothing was sent, and there may be no plan
        rows = self.warehouse.rows(
            f"select action, outcome, count(*) from {self.table('sync_receipts')} as receipts "
            f"join {PLAN} as plan on plan.entity_key = receipts.entity_key "
            "where run_id = ? and outcome in ('sent', 'removed') group by all",
            [run.run_id],
        )
        count = {(action, outcome): size for action, outcome, size in rows}
        run.added, run.updated = count.get(("add", "sent"), 0), count.get(("update", "sent"), 0)
        run.moved = count.get(("move", "sent"), 0)
        run.removed = count.get(("remove", "removed"), 0)

    def forget_rejections(self) -> None:
        """Drop rejections that no longer matter: the person left, or reads as before again."""
        spoken_of = "'add', 'update', 'move', 'remove', 'kept'"
        with self.warehouse.state():
            self._delete(
                "sync_rejections",
                "sync = ? and (destination <> ? or list <> ? or entity_key not in "
                f"(select entity_key from {PLAN} where action in ({spoken_of}) or reason = ?))",
                [*self.kept.values, HELD_REJECTED],
            )

    def size(self) -> int:
        """People who are, or may be, on the list. Call within `warehouse.state()`."""
        sql = f"select count(*) from {self.table('sync_ledger')} where {self.kept.condition}"
        return int(self.warehouse.rows(sql, self.kept.values)[0][0])

    def abandoned(self) -> list[tuple[str, str, int]]:
        """Destination, list and size of lists that this sync kept under other names."""
        with self.warehouse.state():
            rows = self.warehouse.rows(
                f"select destination, list, count(*) from {self.table('sync_ledger')} "
                "where sync = ? and (destination <> ? or list <> ?) group by all order by all",
                self.kept.values,
            )
        return [(str(destination), str(name), int(size)) for destination, name, size in rows]

    def _fold(self) -> None:
        """Receipts become ledger rows and rejections; the last word on each person counts.

        `sending` without an answer is a last word too: unknown. A run that was killed may have
        kept another list than this one does: the receipts of every list of the sync are folded.
        """
        receipts, ledger = self.table("sync_receipts"), self.table("sync_ledger")
        rejections, mine = self.table("sync_rejections"), [self.kept.sync]
        person = "destination, list, entity_key"
        ranked = (
            f"(select *, max(position) over (partition by {person}) as latest "
            f"from {receipts} where sync = ?) as ranked"
        )
        telling = (
            f"(select *, row_number() over (partition by {person} order by position desc) "
            f"as place from {ranked} where outcome in ('sent', 'removed') "
            "or (outcome = 'sending' and position = latest)) as telling where place = 1"
        )
        self.warehouse.run(
            f"delete from {ledger} where sync = ? "
            f"and ({person}) in (select {person} from {telling})",
            [*mine, *mine],
        )
        self.warehouse.run(
            f"insert into {ledger} select sync, destination, list, entity_key, "
            f"case when outcome = 'sent' then fingerprint else '{UNKNOWN}' end, "
            f"identifiers_fingerprint, identifiers, run_id, received_at from {telling} "
            "and outcome <> 'removed'",
            mine,
        )
        self.warehouse.run(
            f"delete from {rejections} where sync = ? "
            f"and ({person}) in (select {person} from {ranked} where outcome <> 'sending')",
            [*mine, *mine],
        )
        self.warehouse.run(
            f"insert into {rejections} select sync, destination, list, entity_key, fingerprint, "
            f"reason, run_id, received_at from {ranked} "
            "where position = latest and outcome = 'rejected'",
            mine,
        )
        self._delete("sync_receipts", "sync = ?", mine)

    def _delete(self, table: str, condition: str, parameters: list[Any]) -> None:
        self.warehouse.run(f"delete from {self.table(table)} where {condition}", parameters)

    def _insert_run(self, run: RunRecord) -> None:
        values = asdict(run)
        names = ", ".join(values)
        marks = ", ".join("?" for _ in values)
        self.warehouse.run(
            f"insert into {self.table('sync_runs')} ({names}) values ({marks})",
            [_naive(value) if isinstance(value, datetime) else value for value in values.values()],
        )


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
