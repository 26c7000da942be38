"""Answers of a run become rows of the ledger and rejections: at its end, or by the next one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cdp_activate.sync.notes import Notes, Progress, Span
from cdp_activate.sync.tables import (
    EVENTS,
    PHASES,
    TAKEN_ALONG,
    UNKNOWN,
    RunRecord,
    Verb,
    now,
)
from cdp_activate.warehouse.base import Warehouse, Work
from cdp_activate.warehouse.sql_functions import quoted

_SPANS_AT_ONCE = 50
"""Spans of a plan in one statement."""


class Fold:
    """Answers become rows of the ledger and rejections; the last word on each person counts.

    Called within `warehouse.state()`, with the work at hand: one transaction.
    """

    def __init__(self, warehouse: Warehouse, work: Work, notes: Notes, run_id: str) -> None:
        self.warehouse = warehouse
        self.work = work
        self.notes = notes
        self.run_id = run_id
        self.plan = f"{work.schema}.plan"
        self.of = self._of()

    def _table(self, name: str) -> str:
        return self.warehouse.state_table(name)

    def _of(self) -> tuple[str, str]:
        """Sync and destination of the plan: a killed run may have had another than this one."""
        rows = self.warehouse.rows(
            f"select sync, destination from {self._table('sync_runs')} where run_id = ?",
            [self.run_id],
        )
        return str(rows[0][0]), str(rows[0][1])

    def fold(self) -> None:
        self.warehouse.make_empty(
            "cdp_refused", "list varchar, verb varchar, entity_key varchar, why varchar"
        )
        self._forget()
        for (list_name, verb), progress in self.notes.progress.items():
            self._refused(list_name, verb, progress)
            for spans in _some(list(progress.answered)):
                self._take(list_name, verb, self._rows(list_name, verb, spans), known=True)
            for spans in _some(progress.unknown):
                self._take(list_name, verb, self._rows(list_name, verb, spans), known=False)
        self._reject()

    def count(self, run: RunRecord) -> None:
        """What was acknowledged. The two halves of a move count once."""
        count: dict[tuple[str, Verb], int] = {}
        for (list_name, verb), progress in self.notes.progress.items():
            for spans in _some(list(progress.answered)):
                for action, size in self.warehouse.rows(
                    f"select action, count(*) from {self._rows(list_name, verb, spans)} group by 1"
                ):
                    count[action, verb] = count.get((action, verb), 0) + size
            for spans in _some(progress.unknown):
                sql = f"select count(*) from {self._rows(list_name, verb, spans)}"
                run.unanswered += self.warehouse.rows(sql)[0][0]
        run.added = count.get(("add", "upsert"), 0) + count.get(("add", "send"), 0)
        run.updated = count.get(("update", "upsert"), 0)
        run.moved = count.get(("move", "upsert"), 0)
        run.removed = count.get(("remove", "remove"), 0)

    def _rows(self, list_name: str, verb: Verb, spans: Sequence[Span]) -> str:
        """The rows of the plan at these places that the verb is about, less who was refused."""
        actions = ", ".join(f"'{action}'" for action in {**PHASES, **EVENTS}[verb])
        places = " or ".join(f"place between {first:d} and {last:d}" for first, last in spans)
        progress = self.notes.of(list_name, verb)
        but = ""
        if progress.refused:
            but = (
                f"and not exists (select 1 from cdp_refused as refused where verb = '{verb}' "
                f"and refused.list = {quoted(list_name)} "
                "and refused.entity_key = steps.entity_key)"
            )
        return (
            f"(select * from {self.plan} as steps where ({places}) and action in ({actions}) "
            f"and list = {quoted(list_name)} {but}) as acknowledged"
        )

    def _take(self, list_name: str, verb: Verb, rows: str, *, known: bool) -> None:
        """Put these as they were sent, or take them out."""
        ledger, (sync, destination) = self._table("sync_ledger"), self.of
        mine = "sync = ? and destination = ? and list = ?"
        if verb == "remove":
            taken = (
                f"select along.entity_key from {self.work.schema}.{TAKEN_ALONG} as along "
                f"join {rows} on acknowledged.list = along.list "
                "and acknowledged.entity_key = along.goes"
            )
            whom = taken if known else f"{taken} union all select entity_key from {rows}"
            self.warehouse.run(
                f"update {ledger} set fingerprint = '{UNKNOWN}' where {mine} "
                f"and entity_key in ({whom})",
                [sync, destination, list_name],
            )
            if not known:
                return
        if verb == "upsert":
            self._leave_behind(list_name, rows)
        # Who is added for the first time has no row yet: nothing is searched for them.
        there = "" if verb == "send" else "where action <> 'add'"
        self.warehouse.run(
            f"delete from {ledger} where {mine} "
            f"and entity_key in (select entity_key from {rows} {there})",
            [sync, destination, list_name],
        )
        if verb != "remove":
            print_ = "fingerprint" if known else f"'{UNKNOWN}'"
            self.warehouse.run(
                f"insert into {ledger} (sync, destination, list, entity_key, fingerprint, "
                "identifiers, idempotency_key, run_id, acknowledged_at) "
                f"select ?, ?, ?, entity_key, {print_}, identifiers, idempotency_key, ?, ? "
                f"from {rows}",
                [sync, destination, list_name, self.run_id, now()],
            )
            self.warehouse.analyze(ledger)

    def _leave_behind(self, list_name: str, rows: str) -> None:
        """Keep the identifiers that are sent no longer, and were never removed.

        Only a sync that never removes has such: elsewhere a changed identifier is a removal,
        which took the old ones out of the ledger before.
        """
        former, mine = self._table("sync_former"), [*self.of, list_name]
        holds = self.warehouse.functions.json_holds
        # What the ledger had when the plan was made, of those who are updated.
        self.warehouse.run(
            f"insert into {former} select ?, ?, before.list, before.entity_key, "
            f"before.identifiers, ?, ? from {self.work.schema}.sent as before join {rows} "
            "on acknowledged.entity_key = before.entity_key and acknowledged.action = 'update' "
            "and acknowledged.identifiers <> before.identifiers where before.list = ? "
            f"and not {holds('acknowledged.identifiers', 'before.identifiers')}",
            [*self.of, self.run_id, now(), list_name],
        )
        if self.warehouse.rows(f"select 1 from {former} limit 1"):
            self.warehouse.analyze(former)
            # Somebody may have gone back to what they had.
            self.warehouse.run(
                f"delete from {former} as former using {rows} where former.sync = ? "
                "and former.destination = ? and former.list = ? "
                "and former.entity_key = acknowledged.entity_key "
                f"and {holds('acknowledged.identifiers', 'former.identifiers')}",
                mine,
            )

    def _forget(self) -> None:
        """Who is struck off without a word to the platform."""
        sync, destination = self.of
        self.warehouse.run(
            f"delete from {self._table('sync_ledger')} where sync = ? and destination = ? "
            f"and (list, entity_key) in (select list, entity_key from {self.plan} "
            "where action = 'forget')",
            [sync, destination],
        )

    def _refused(self, list_name: str, verb: Verb, progress: Progress) -> None:
        if not progress.refused:
            return
        import pyarrow as pa

        texts = {
            "list": [list_name] * len(progress.refused),
            "verb": [verb] * len(progress.refused),
            "entity_key": list(progress.refused),
            "why": list(progress.refused.values()),
        }
        self.warehouse.append(
            "cdp_refused", pa.table({name: pa.array(of, pa.string()) for name, of in texts.items()})
        )
        self.warehouse.analyze("cdp_refused")

    def _reject(self) -> None:
        """Rejections of this run in the place of those before."""
        rejections, (sync, destination) = self._table("sync_rejections"), self.of
        if self.warehouse.rows(f"select 1 from {rejections} where sync = ? limit 1", [sync]):
            self.warehouse.analyze(rejections)
            for (list_name, verb), progress in self.notes.progress.items():
                for spans in _some(list(progress.answered)):
                    self.warehouse.run(
                        f"delete from {rejections} where sync = ? and destination = ? and list = ? "
                        "and entity_key in (select entity_key from "
                        f"{self._rows(list_name, verb, spans)})",
                        [sync, destination, list_name],
                    )
        if not any(progress.refused for progress in self.notes.progress.values()):
            return
        self.warehouse.run(
            f"delete from {rejections} where sync = ? and destination = ? "
            "and (list, entity_key) in (select list, entity_key from cdp_refused)",
            [sync, destination],
        )
        self.warehouse.run(
            f"insert into {rejections} (sync, destination, list, entity_key, fingerprint, reason, "
            "run_id, rejected_at) select ?, ?, list, entity_key, "
            "case when verb = 'remove' then null else fingerprint end, why, ?, ? from "
            f"(select r.*, p.fingerprint from cdp_refused as r join {self.plan} as p "
            "on p.list = r.list and p.entity_key = r.entity_key "
            "where p.action in ('add', 'update', 'move', 'remove', 'stuck')) as refused",
            [sync, destination, self.run_id, now()],
        )
        self.warehouse.analyze(rejections)


def analyze_state(warehouse: Warehouse) -> None:
    """Learn what folds have made of the sync tables: one leaves out what another has open.

    Not to be called within `warehouse.state()`: whoever is last looks at the rows of all.
    """
    for name in ("sync_ledger", "sync_former", "sync_rejections"):
        warehouse.analyze(warehouse.state_table(name))


def nobody_is_taken_along(warehouse: Warehouse, work: Work, *, anew: bool) -> None:
    """The table of who may be taken off with somebody else: empty, where there is none or `anew`.

    Not to be called within `warehouse.state()` that writes: a transaction writes to one file.
    """
    table = f"{work.schema}.{TAKEN_ALONG}"
    columns = "list varchar, goes varchar, entity_key varchar"
    if anew:
        warehouse.make_empty(table, columns)
    else:
        warehouse.run(f"create table if not exists {table} ({columns})")


def _some(spans: list[Span]) -> Iterator[list[Span]]:
    for first in range(0, len(spans), _SPANS_AT_ONCE):
        yield spans[first : first + _SPANS_AT_ONCE]
