"""Drift: what the ledger says a destination holds, against what the platform says.

It only reports. People come and go at a platform without us: they unsubscribe, bounce, are
deleted, or are added by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cdp_activate.answers import for_reading
from cdp_activate.destinations.base import Destination
from cdp_activate.errors import CdpError, unforeseen
from cdp_activate.http import Transport
from cdp_activate.sync.members import MEMBERS, pairs_of, read_members
from cdp_activate.sync.model import Sync
from cdp_activate.sync.plan import kept_list
from cdp_activate.sync.tables import (
    UNKNOWN,
    KeptList,
    create_tables,
    known_list,
    refused_unnamed,
)
from cdp_activate.warehouse.base import Warehouse


@dataclass(frozen=True)
class Drift:
    """One list. None: the platform does not say.

    `acknowledged` are people whom the ledger holds for certain, `unanswered` those who were
    sent, or taken off, without an answer: they may be there or not. `missing` are acknowledged
    and not there, `unexpected` are there and not in the ledger. `refused_unnamed` are at most
    so many of the acknowledged whom the platform refused without saying whom.
    """

    sync: str
    destination: str
    list: str
    acknowledged: int
    unanswered: int
    platform_size: int | None
    missing: int | None
    unexpected: int | None
    refused_unnamed: int = 0
    error: CdpError | None = None

    @property
    def drifted(self) -> bool | None:
        """Whether the two disagree by more than what is unanswered; None: nobody can tell."""
        if self.missing is not None and self.unexpected is not None:
            return bool(self.missing > self.refused_unnamed or self.unexpected)
        if self.platform_size is None:
            return None
        most = self.acknowledged + self.unanswered
        return not self.acknowledged - self.refused_unnamed <= self.platform_size <= most

    @property
    def sentence(self) -> str:
        """What was found, and what to do about it."""
        if self.error is not None:
            return self.error.message
        if self.drifted is None:
            return "the platform does not say what it holds"
        if not self.drifted:
            return "as it should be"
        parts = [f"the ledger holds {self.acknowledged:,}, the platform {self.platform_size:,}"]
        if self.missing:
            parts.append(f"{self.missing:,} are missing: `sync --full-refresh` sends them again")
        if self.unexpected:
            parts.append(f"{self.unexpected:,} are there who are not ours: no sync touches them")
        return "; ".join(parts)

    def as_dict(self) -> dict[str, Any]:
        """The list for machines."""
        found = {name: value for name, value in vars(self).items() if name != "error"}
        error = self.error.as_dict() if self.error else None
        return {**found, "drifted": self.drifted, "sentence": self.sentence, "error": error}


def drift(sync: Sync, warehouse: Warehouse, *, transport: Transport | None = None) -> list[Drift]:
    """Compare the lists that a sync keeps. What a platform cannot answer is in `error`."""
    with warehouse.state():
        create_tables(warehouse)
        names = warehouse.rows(
            f"select distinct list from {warehouse.state_table('sync_ledger')} "
            "where sync = ? and destination = ? order by 1",
            [sync.name, sync.settings.destination],
        )
    kept = [KeptList(sync.name, sync.settings.destination, str(name)) for (name,) in names]
    if not kept and sync.per is None:
        kept = [kept_list(sync)]
    return [_compare(sync, one, warehouse, transport) for one in kept]


def _compare(
    sync: Sync, kept: KeptList, warehouse: Warehouse, transport: Transport | None
) -> Drift:
    with warehouse.state():
        ledger = warehouse.state_table("sync_ledger")
        acknowledged, unanswered = warehouse.rows(
            "select count(*) filter (where fingerprint <> ?), "
            f"count(*) filter (where fingerprint = ?) from {ledger} where {kept.condition}",
            [UNKNOWN, UNKNOWN, *kept.values],
        )[0]
        unnamed = refused_unnamed(warehouse, kept)
    about = (kept.sync, kept.destination, kept.name, int(acknowledged), int(unanswered))
    try:
        with for_reading(transport) as patient:
            destination = sync.destination.open(transport=patient)
            try:
                found = _ask(sync, kept, warehouse, destination)
            finally:
                destination.close()
    except Exception as error:  # one destination that breaks keeps no other from being compared
        told = error if isinstance(error, CdpError) else unforeseen(error)
        return Drift(*about, None, None, None, unnamed, told)
    return Drift(*about, *found, unnamed)


def _ask(
    sync: Sync, kept: KeptList, warehouse: Warehouse, destination: Destination[Any]
) -> tuple[int | None, int | None, int | None]:
    """The platform's size, who is missing, and who is there unexpectedly."""
    with warehouse.state():
        list_id = known_list(warehouse, kept)
    if list_id is None:
        return None, None, None
    members = destination.members(list_id)
    if members is None:
        return destination.size(list_id), None, None
    size = read_members(warehouse, members)
    with warehouse.state():
        ledger = warehouse.state_table("sync_ledger")
        pairs = pairs_of(sync, warehouse.functions, ledger, kept.condition)
        values = kept.values * len(sync.settings.identifiers)
        there = (
            f"select entity_key from ({pairs}) as ours join {MEMBERS} as theirs "
            "on theirs.name = ours.name and theirs.value = ours.value"
        )
        missing = warehouse.rows(
            f"select count(*) from {ledger} as mine where {kept.condition} and fingerprint <> ? "
            f"and not exists (select 1 from ({there}) as found "
            "where found.entity_key = mine.entity_key)",
            [*kept.values, UNKNOWN, *values],
        )[0][0]
        # Identifiers of before, in a sync that never removes, are ours as well.
        of_before = warehouse.state_table("sync_former")
        former = pairs_of(sync, warehouse.functions, of_before, kept.condition)
        known = warehouse.rows(
            f"select count(distinct member) from {MEMBERS} as theirs "
            f"join ({pairs} union all {former}) as ours "
            "on theirs.name = ours.name and theirs.value = ours.value",
            [*values, *values],
        )[0][0]
    return size, int(missing), size - int(known)
