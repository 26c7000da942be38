"""Conditions combined, and every kind of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from cdp_activate.audiences.model.leaves import ColumnTest
from cdp_activate.audiences.model.rows import (
    Event,
    MeasureComparison,
    Occurrence,
    Related,
    Sequence,
)
from cdp_activate.audiences.model.states import (
    Assignment,
    ConsentCondition,
    KeyList,
    KeySample,
    KeySeed,
    Membership,
    MembershipHistory,
    SqlCondition,
    StageCondition,
    TraitChange,
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
    | ColumnTest
    | Event
    | Occurrence
    | Sequence
    | MeasureComparison
    | Related
    | TraitChange
    | StageCondition
    | Membership
    | MembershipHistory
    | Assignment
    | ConsentCondition
    | KeyList
    | KeySeed
    | KeySample
    | SqlCondition
)
