"""Erases a person everywhere they were sent, and never sends them again.

In this order, so that it may be broken off anywhere and called again: who they are is written
down as digests, which every plan respects from then on; then each destination that holds them
is told, under the identifiers that the ledger has; what it acknowledged leaves the ledger.
Nothing of this needs the person to be in the warehouse still.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cdp_activate.answers import for_reading
from cdp_activate.destinations.base import Destination
from cdp_activate.destinations.rows import Receipt, Row
from cdp_activate.errors import (
    CdpError,
    DestinationError,
    LockedError,
    UsageError,
    WarehouseError,
    said,
)
from cdp_activate.http import Transport
from cdp_activate.identifiers import RULE_SETS
from cdp_activate.identifiers.python import prepared
from cdp_activate.sync import log
from cdp_activate.sync.attempts import RetryPolicy
from cdp_activate.sync.deliver import ListSender
from cdp_activate.sync.erasure import Erasure, ErasureStep, HeldPerson, Verified, given, put_off
from cdp_activate.sync.lease import Lease
from cdp_activate.sync.model import DestinationEntry, Sync
from cdp_activate.sync.recovery import prepare, under_way
from cdp_activate.sync.run_records import Runs
from cdp_activate.sync.suppression import IDENTIFYING, KEY_KIND, digest
from cdp_activate.sync.tables import KeptList, create_tables, known_list, now
from cdp_activate.warehouse.base import Warehouse


@dataclass(frozen=True)
class ErasureContext:
    """What an erasure needs: the syncs, where lists are kept, and the warehouse."""

    syncs: Mapping[str, Sync]
    destinations: Mapping[str, DestinationEntry]
    warehouse: Warehouse
    patience: RetryPolicy = field(default_factory=RetryPolicy)
    transport: Transport | None = None

    def erase(self, key: str, entity: str) -> Erasure:
        """Erase one person (or account) by the entity's key.

        Raises BusyError while a run of a sync goes on that may be sending the person: the
        digests are written by then, so that no later run does. Destinations that fail are in
        the steps: erase again, and only what is left is done.
        """
        if not key.strip():
            raise UsageError("the id is empty", remedy="cdp-activate erase ID")
        erasure_id = uuid.uuid4().hex
        known = self._suppress(erasure_id, entity, key)
        names = self._concerned(entity, key)
        for name in names:
            # What a killed run left behind may be about this person.
            prepare(Runs(self.warehouse, name))
        with self.warehouse.state():
            for name in names:
                Lease(self.warehouse, name).take(erasure_id)
        steps: list[ErasureStep] = []
        try:
            runs = [Runs(self.warehouse, name) for name in names]
            coming = [HeldPerson(kept, "{}") for one in runs for kept in under_way(one, key)]
            for held in [*self._held(entity, key), *coming]:
                step = put_off(held.kept) if held in coming else self._let_go(held, key)
                self._record(erasure_id, held, step, key)
                steps.append(step)
                with self.warehouse.state():  # many lists may take longer than a lease lasts
                    for name in names:
                        Lease(self.warehouse, name).renew(erasure_id)
        finally:
            with self.warehouse.state():
                for name in names:
                    Lease(self.warehouse, name).give_back(erasure_id)
        return Erasure(erasure_id, entity, steps, known or bool(steps))

    def _concerned(self, entity: str, key: str) -> list[str]:
        """The syncs that may send such an entity, and those that once sent this one."""
        sent = {held.kept.sync for held in self._held(entity, key)}
        may = {name for name, one in self.syncs.items() if one.audience.entity.name == entity}
        return sorted(sent | may)

    def _held(self, entity: str, key: str) -> list[HeldPerson]:
        """Every list that holds this key, under each identifier that was never removed.

        A sync that is no longer in the files counts too. What somebody else is there under by
        now, who had the same address, is theirs.
        """
        columns = "sync, destination, list, identifiers"
        with self.warehouse.state():
            create_tables(self.warehouse)
            former, ledger = (
                f"select {columns} from {self.warehouse.state_table(table)} as held "
                "where entity_key = ?"
                for table in ("sync_former", "sync_ledger")
            )
            former += (
                f" and not exists (select 1 from {self.warehouse.state_table('sync_ledger')} as of "
                "where of.sync = held.sync and of.destination = held.destination and "
                "of.list = held.list and of.identifiers = held.identifiers "
                "and of.entity_key <> held.entity_key)"
            )
            rows = self.warehouse.rows(
                f"{former} union {ledger} order by sync, destination, list, identifiers",
                [key, key],
            )
        return [
            HeldPerson(KeptList(sync, destination, name), identifiers)
            for sync, destination, name, identifiers in rows
            if sync not in self.syncs or self.syncs[sync].audience.entity.name == entity
        ]

    def _suppress(self, erasure_id: str, entity: str, key: str) -> bool:
        """Write down the digests of the key and of each identifier, in every platform's form.

        Returns whether there is such a person, or was when they were erased before; also where
        nobody can tell.
        """
        pairs = {(KEY_KIND, key)}
        now_known = self._now(entity, key)
        found = [held.identifiers for held in self._held(entity, key)] + (now_known or [])
        for known in found:
            for name in known.keys() & set(IDENTIFYING):
                pairs |= {(name, form) for form in _forms(name, known[name])}
        rows = sorted((kind, digest(entity, kind, value)) for kind, value in pairs)
        with self.warehouse.state():
            table = self.warehouse.state_table("sync_erasures")
            # An id that nobody had is written down too: of it there is no other digest.
            before = self.warehouse.rows(
                f"select 1 from {table} where kind <> ? and erasure_id in "
                f"(select erasure_id from {table} where digest = ?) limit 1",
                [KEY_KIND, digest(entity, KEY_KIND, key)],
            )
            for kind, one in rows:
                self.warehouse.run(
                    f"insert into {table} select ?, ?, ?, ?, ? where not exists "
                    f"(select 1 from {table} where digest = ?)",
                    [erasure_id, entity, kind, one, now(), one],
                )
            self.warehouse.run(
                f"delete from {self.warehouse.state_table('sync_rejections')} "
                f"where entity_key = ? and sync in ({_marks(self.syncs)})",
                [key, *self._of(entity)],
            )
        log.event("erasure_recorded", erasure_id=erasure_id, entity=entity, digests=len(rows))
        return bool(found or before) or now_known is None

    def _now(self, entity: str, key: str) -> list[dict[str, str]] | None:
        """The identifiers that the warehouse has of the person now, if they are still there.

        None where it cannot be read, or no sync says where. Raises LockedError while another
        process, such as dbt, has the file.
        """
        found: list[dict[str, str]] = []
        syncs = [one for one in self.syncs.values() if one.audience.entity.name == entity]
        for sync in syncs:
            of = sync.audience.entity
            columns = ", ".join(
                f'cast("{one}" as varchar)' for one in sync.settings.identifiers.values()
            )
            sql = f'select {columns} from {of.model.relation} where cast("{of.key}" as varchar) = ?'
            try:
                with self.warehouse.reading():
                    rows = self.warehouse.rows(sql, [key])
            except LockedError:
                raise  # in a minute it can be read: the person may be there under another address
            except WarehouseError as error:
                log.event("warehouse_not_read", log.WARNING, message=error.message)
                return found or None
            found += [given(dict(zip(sync.settings.identifiers, row, strict=True))) for row in rows]
        return found if syncs else None

    def _of(self, entity: str) -> list[str]:
        """The syncs, with a name that none has in the place of those of other entities."""
        return [
            name if one.audience.entity.name == entity else "" for name, one in self.syncs.items()
        ]

    def _let_go(self, held: HeldPerson, key: str) -> ErasureStep:
        kept = held.kept
        about = (kept.sync, kept.destination, kept.name)
        entry = self.destinations.get(kept.destination)
        if entry is None:
            message = f"'{kept.destination}' is no longer in syncs/destinations.yml: ask it by hand"
            return ErasureStep(*about, "failed", "the platform does not say", message)
        with self.warehouse.state():
            list_id = known_list(self.warehouse, kept)
        try:
            destination = entry.open(transport=self.transport)
            try:
                outcome = self._ask(destination, list_id, held, key)
            finally:
                destination.close()
        except CdpError as error:
            return ErasureStep(*about, "failed", "the platform does not say", error.message)
        try:
            return ErasureStep(*about, outcome, self._look(entry, list_id, held))
        except Exception as error:
            # It is done all the same.
            return ErasureStep(*about, outcome, "the platform does not say", said(error))

    def _ask(
        self, destination: Destination[Any], list_id: str | None, held: HeldPerson, key: str
    ) -> str:
        """Have the person forgotten, or taken off the list: which of them.

        No list is opened for it, which would make one where there is none.
        """
        courier = ListSender(destination, patience=self.patience)
        row = Row(key, held.identifiers)
        if not destination.verbs & {"remove", "erase"}:
            raise DestinationError(
                f"{destination.name} can neither remove nor erase: ask it by hand"
            )
        if "remove" in destination.verbs and list_id is not None:
            _acknowledge(courier, lambda: destination.remove(list_id, [row]))
        if "erase" in destination.verbs:
            _acknowledge(courier, lambda: destination.erase([row]))
            return "erased"
        if list_id is None:
            raise DestinationError(
                f"no run of '{held.kept.sync}' has opened the list '{held.kept.name}' yet",
                remedy="run the sync once, then erase again",
            )
        return "removed"

    def _look(self, entry: DestinationEntry, list_id: str | None, held: HeldPerson) -> Verified:
        """Whether the platform still lists the person."""
        if list_id is None:
            return "the platform does not say"
        with for_reading(self.transport) as patient:
            destination = entry.open(transport=patient)
            try:
                members = destination.members(list_id)
                if members is None:
                    return "the platform does not say"
                sought = held.identifiers.items()
                there = any(not sought.isdisjoint(member.items()) for member in members)
            finally:
                destination.close()
        return "still there" if there else "gone"

    def _record(self, erasure_id: str, held: HeldPerson, step: ErasureStep, key: str) -> None:
        """Write the step down; what the platform let go leaves the ledger."""
        kept = held.kept
        with self.warehouse.state():
            self.warehouse.run(
                f"insert into {self.warehouse.state_table('sync_erasure_steps')} "
                "(erasure_id, sync, destination, list, outcome, verified, message, done_at) "
                "values (?, ?, ?, ?, ?, ?, ?, ?)",
                [erasure_id, *kept.values, step.outcome, step.verified, step.message, now()],
            )
            if step.outcome != "failed":
                for table in ("sync_former", "sync_ledger"):
                    self.warehouse.run(
                        f"delete from {self.warehouse.state_table(table)} "
                        f"where {kept.condition} and entity_key = ? and identifiers = ?",
                        [*kept.values, key, held.as_kept],
                    )
        about = {"erasure_id": erasure_id, "sync": kept.sync, "destination": kept.destination}
        log.event("erasure_step", **about, outcome=step.outcome, verified=step.verified)


def _marks(of: Iterable[object]) -> str:
    return ", ".join("?" for _ in of) or "''"


def _forms(identifier: str, value: str) -> set[str]:
    """The value as each platform would be sent it, where it is known in plain."""
    forms = {prepared(rules, identifier, value) for rules in RULE_SETS.values()}
    return {value, *(form for form in forms if form)}


def _acknowledge(courier: ListSender, act: Callable[[], Receipt]) -> None:
    """Make the call and wait for its outcome. Raises DestinationError where it is refused."""
    receipt: Receipt | None = courier.ask(act)
    if receipt and receipt.job:
        refused = dict(receipt.rejected)
        receipt = courier.settle(receipt.job)
        refused.update(receipt.rejected if receipt else {})
    else:
        refused = dict(receipt.rejected) if receipt else {}
    if receipt is None or refused or receipt.unnamed:
        why = "; ".join(refused.values()) or "it does not say why"
        raise DestinationError(f"{courier.destination.name} refused: {why}")
