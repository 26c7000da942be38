"""Conditions about rows beside the entity: events, relations, sequences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cdp_activate.audiences.days import Unit
from cdp_activate.audiences.model.leaves import Comparisons, Span
from cdp_activate.audiences.moments import Duration
from cdp_activate.catalog import Column, Entity, Rows

if TYPE_CHECKING:
    from cdp_activate.audiences.model.conditions import Condition


@dataclass(frozen=True, slots=True)
class Active:
    """Counts the local periods with at least one row; `consecutive`: the longest streak."""

    unit: Unit
    consecutive: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured over rows.

    `column` is what `of:` names, `active` says which periods are counted, and `to` has the
    rows whose number a rate divides by.
    """

    name: Literal["count", "sum", "avg", "min", "max", "median", "distinct", "active", "rate"]
    column: Column | None = None
    active: Active | None = None
    to: EventRows | None = None


@dataclass(frozen=True, slots=True)
class EventRows:
    """Rows of events, within all spans, that pass `where`; none = whenever.

    `spans` has those of each event: the same words are days for one table and instants
    for another. `timezone` says which day today is. Rows of a relation may be `linked` to an
    entity, of which `having` must hold.
    """

    events: tuple[Rows, ...]
    names: tuple[str, ...]
    spans: tuple[tuple[Span, ...], ...]
    timezone: str
    where: Condition | None = None
    measure: Measure = Measure("count")
    linked: LinkedEntity | None = None
    having: Condition | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A measure over events satisfies every comparison."""

    rows: EventRows
    comparisons: Comparisons


@dataclass(frozen=True, slots=True)
class Occurrence:
    """The `n`-th row ever (from the last when negative) is within all spans and passes `where`.

    `rows` says which rows count.
    """

    rows: EventRows
    n: int
    spans: tuple[tuple[Span, ...], ...]
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a sequence: rows that follow the step before, or (`did` false) do not.

    `same` are properties that equal those of the latest `did`. `within` is the longest time
    after it.
    """

    rows: EventRows
    did: bool
    within: Duration | None = None
    same: tuple[Column, ...] = ()
    immediately: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """Some run of rows goes through all steps; the spans of the first are the window."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class MeasureComparison:
    """`difference`, `ratio` or `change` of two measures satisfies every comparison."""

    left: EventRows
    right: EventRows
    how: Literal["difference", "ratio", "change"]
    comparisons: Comparisons


@dataclass(frozen=True, slots=True)
class RowPick:
    """The one row of each key that is judged: the last, or the first, by a column."""

    by: Column
    latest: bool


@dataclass(frozen=True, slots=True)
class LinkedEntity:
    """The entity that rows of a relation lead to, found by `key` in the rows.

    None when the rows are that entity's own model.
    """

    entity: Entity
    key: str | None


@dataclass(frozen=True, slots=True)
class RelatedRows:
    """Rows of a relation, within all spans; those linked to nobody are none (7.64)."""

    rows: Rows
    spans: tuple[Span, ...]
    timezone: str
    linked: LinkedEntity | None = None


@dataclass(frozen=True, slots=True)
class Related:
    """As many rows as `match` says pass `where` and `having`; of one row, when it is picked.

    `match` is any, all, none, at_least, at_most, exactly or share; `comparisons` are of the
    count, or of the share. `empty_holds` makes `all` hold where there is no row.
    """

    beside: RelatedRows
    match: str
    where: Condition | None = None
    having: Condition | None = None
    comparisons: Comparisons = ()
    pick: RowPick | None = None
    empty_holds: bool = False
