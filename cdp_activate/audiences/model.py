"""What an audience means, as a tree whose every name is already found in the catalog.

`read` makes it from YAML, `compile` turns it into SQL. Nothing here knows either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeAlias

from cdp_activate.audiences.moments import Day, Duration, Moment
from cdp_activate.catalog import Column, Entity, Reference, Rows
from cdp_activate.text import Node

Value: TypeAlias = str | int | Decimal | bool | Moment | Day


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open stretch of time `[start, end)`; of instants, or of whole days.

    None on a side means without end on that side.
    """

    start: Moment | Day | None = None
    end: Moment | Day | None = None


@dataclass(frozen=True, slots=True)
class Anniversary:
    """The yearly return of a date falls on one of `days` days from local date `first` on."""

    first: int
    days: int
    feb29: Literal["mar1", "feb28"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`operator` and what it compares with: a value, values, a Span, or another column."""

    operator: str
    operand: Value | tuple[Value, ...] | Span | Anniversary | Comparisons | Column


Comparisons: TypeAlias = tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class Options:
    """How a leaf treats unknown values and text. Zones are IANA names."""

    include_nulls: bool = False
    ignore_case: bool = False
    ignore_accents: bool = False
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Test:
    """A column satisfies every comparison. `through` names the relation to its table."""

    column: Column
    comparisons: Comparisons
    options: Options
    through: Reference | None = None


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


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured over rows; `column` is what `of:` names."""

    name: Literal["count", "sum", "avg", "min", "max", "median", "distinct"]
    column: Column | None = None


@dataclass(frozen=True, slots=True)
class Happened:
    """Rows of events, within all spans, that pass `where`; none = whenever.

    `spans` has those of each event: the same words are days for one table and instants
    for another. `timezone` says which day today is.
    """

    events: tuple[Rows, ...]
    names: tuple[str, ...]
    spans: tuple[tuple[Span, ...], ...]
    timezone: str
    where: Condition | None = None
    measure: Measure = Measure("count")


@dataclass(frozen=True, slots=True)
class Event:
    """A measure over events satisfies every comparison."""

    rows: Happened
    comparisons: Comparisons


@dataclass(frozen=True, slots=True)
class Stage:
    """The stage on a track at as_of is one of `names`, with what else is asked of the stay."""

    rows: Rows
    names: tuple[str, ...]
    track: str
    timezone: str
    entered: Duration | None = None
    for_at_least: Duration | None = None
    came_from: tuple[str, ...] = ()
    ever: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """Is in one of these audiences now. `nodes` say where each was named."""

    names: tuple[str, ...]
    nodes: tuple[Node, ...] = field(compare=False, repr=False, default=())


@dataclass(frozen=True, slots=True)
class Consent:
    """The latest record for this purpose grants it."""

    rows: Rows
    purpose: str
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Listed:
    """The key, as text, is one of these."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """The bucket of the key lies in `[first, last]`, of 0 to 9999."""

    first: int
    last: int
    salt: str


Condition: TypeAlias = (
    All | AnyOf | AtLeast | Not | Test | Event | Stage | Member | Consent | Listed | Sample
)


@dataclass(frozen=True, slots=True)
class Rank:
    """Keep the first of an order: `top` people, or `top_percent` of them, in each `per`."""

    by: Column | Happened
    descending: bool = True
    top: int | None = None
    top_percent: Decimal | None = None
    per: Column | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """A share of the members: buckets `[first, last)` of the audience's variant salt."""

    name: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must be true of the audience for it to be synced."""

    min_size: int | None = None
    max_size: int | None = None
    max_change: Decimal | None = None
    fresh_within: Duration | None = None


@dataclass(frozen=True, slots=True)
class Audience:
    """One audience. `node` is where it is written."""

    name: str
    entity: Entity
    where: Condition | None
    timezone: str
    node: Node = field(compare=False, repr=False)
    label: str = ""
    description: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()
    rank: Rank | None = None
    exclude: tuple[Member | Listed, ...] = ()
    holdout: Sample | None = None
    variants: tuple[Variant, ...] = ()
    variant_salt: str = ""
    expect: Expectation = Expectation()
    publish: bool = True

    @property
    def uses(self) -> Mapping[str, Node]:
        """The audiences this one names, and where."""
        found: dict[str, Node] = {}
        pending: list[object] = [self.where, *self.exclude]
        while pending:
            here = pending.pop()
            if isinstance(here, Member):
                found.update(zip(here.names, here.nodes, strict=True))
            elif isinstance(here, All | AnyOf | AtLeast):
                pending.extend(here.of)
            elif isinstance(here, Not):
                pending.append(here.inner)
        return found
