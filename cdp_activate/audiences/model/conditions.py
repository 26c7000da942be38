"""Conditions combined, and every kind of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from cdp_activate.audiences.model.leaves import Test
from cdp_activate.audiences.model.rows import Compared, Event, Occurrence, Related, Sequence
from cdp_activate.audiences.model.states import (
    Assigned,
    Changed,
    Consent,
    Listed,
    Member,
    Sample,
    Seeded,
    Stage,
    Stayed,
    Written,
)


@dataclass(frozen=True, slots=True)
class All:
    """Each holds."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one holds."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """`n` or more hold."""

    n: int
    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Everyone for whom the inner condition does not hold, unknown included."""

    inner: Condition


Condition: TypeAlias = (
    All
    | AnyOf
    | AtLeast
    | Not
    | Test
    | Event
    | Occurrence
    | Sequence
    | Compared
    | Related
    | Changed
    | Stage
    | Member
    | Stayed
    | Assigned
    | Consent
    | Listed
    | Seeded
    | Sample
    | Written
)
