"""What an audience means, as a tree whose every name is already found in the catalog.

`read` makes it from YAML, `compile` turns it into SQL. Nothing here knows either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from sqlglot import exp

from cdp_activate.audiences.moments import Day, Duration, Moment, Unit
from cdp_activate.catalog import Column, Entity, Model, Reference, Rows
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
class Trait:
    """A column of the entity, or of what it refers to through each of these in turn."""

    column: Column
    through: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """`operator` and what it compares with: a value, values, a Span, or another trait."""

    operator: str
    operand: Value | tuple[Value, ...] | Span | Anniversary | Comparisons | Trait


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
    """A column satisfies every comparison. `through` are the references to its table."""

    column: Column
    comparisons: Comparisons
    options: Options
    through: tuple[Reference, ...] = ()


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
    to: Happened | None = None


@dataclass(frozen=True, slots=True)
class Happened:
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
    linked: Linked | None = None
    having: Condition | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A measure over events satisfies every comparison."""

    rows: Happened
    comparisons: Comparisons


@dataclass(frozen=True, slots=True)
class Occurrence:
    """The `n`-th row ever (from the last when negative) is within all spans and passes `where`.

    `rows` says which rows count.
    """

    rows: Happened
    n: int
    spans: tuple[tuple[Span, ...], ...]
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a sequence: rows that follow the step before, or (`did` false) do not.

    `same` are properties that equal those of the latest `did`. `within` is the longest time
    after it.
    """

    rows: Happened
    did: bool
    within: Duration | None = None
    same: tuple[Column, ...] = ()
    immediately: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """Some run of rows goes through all steps; the spans of the first are the window."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """`difference`, `ratio` or `change` of two measures satisfies every comparison."""

    left: Happened
    right: Happened
    how: Literal["difference", "ratio", "change"]
    comparisons: Comparisons


@dataclass(frozen=True, slots=True)
class Pick:
    """The one row of each key that is judged: the last, or the first, by a column."""

    by: Column
    latest: bool


@dataclass(frozen=True, slots=True)
class Linked:
    """The entity that rows of a relation lead to, found by `key` in the rows.

    None when the rows are that entity's own model.
    """

    entity: Entity
    key: str | None


@dataclass(frozen=True, slots=True)
class Beside:
    """Rows of a relation, within all spans; those linked to nobody are none (7.64)."""

    rows: Rows
    spans: tuple[Span, ...]
    timezone: str
    linked: Linked | None = None


@dataclass(frozen=True, slots=True)
class Related:
    """As many rows as `match` says pass `where` and `having`; of one row, when it is picked.

    `match` is any, all, none, at_least, at_most, exactly or share; `comparisons` are of the
    count, or of the share. `empty_holds` makes `all` hold where there is no row.
    """

    beside: Beside
    match: str
    where: Condition | None = None
    having: Condition | None = None
    comparisons: Comparisons = ()
    pick: Pick | None = None
    empty_holds: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """Two neighbouring values of a trait's history differ as asked; the later within all spans.

    `increased` and `decreased` are amounts, or fractions of the old value (`relative`).
    """

    rows: Rows
    column: Column
    spans: tuple[Span, ...]
    timezone: str
    before: Test | None = None
    after: Test | None = None
    increased: Amount | None = None
    decreased: Amount | None = None


@dataclass(frozen=True, slots=True)
class Amount:
    """A number, or with `relative` a fraction of the absolute old value."""

    of: Decimal
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """The stage on a track at as_of is one of `names`, with what else is asked of the stay.

    `order` are stages from the lowest to the highest, where no column of the rows ranks them.
    """

    rows: Rows
    names: tuple[str, ...]
    track: str
    timezone: str
    entered: Duration | None = None
    for_at_least: Duration | None = None
    came_from: tuple[str, ...] = ()
    ever: bool = False
    regressed: bool | None = None
    skipped: tuple[str, ...] = ()
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """Is in one of these audiences of an entity now. `nodes` say where each was named."""

    names: tuple[str, ...]
    entity: str
    nodes: tuple[Node, ...] = field(compare=False, repr=False, default=())


@dataclass(frozen=True, slots=True)
class Stayed:
    """What the history of memberships says of one of these audiences: `entered`, `exited`,
    `for_at_least` so long ago, or `ever`.
    """

    rows: Rows
    names: tuple[str, ...]
    entity: str
    asked: Literal["entered", "exited", "for_at_least", "ever"]
    length: Duration | None = None
    nodes: tuple[Node, ...] = field(compare=False, repr=False, default=())


@dataclass(frozen=True, slots=True)
class Assigned:
    """The last row before as_of about `name` has one of the values: of an experiment's
    variant, of a journey's state.
    """

    rows: Rows
    role: Literal["experiment", "journey"]
    name: str
    values: tuple[str, ...]
    timezone: str


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
class Seeded:
    """The key, as text, is in this column of a seed."""

    model: Model
    column: str


@dataclass(frozen=True, slots=True)
class Sample:
    """The bucket of the key lies in `[first, last]`, of 0 to 9999."""

    first: int
    last: int
    salt: str


@dataclass(frozen=True, slots=True)
class Written:
    """A boolean expression over the entity's columns, as a tree that is already checked."""

    sql: str
    tree: exp.Expr = field(compare=False, repr=False)


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


@dataclass(frozen=True, slots=True)
class Rank:
    """Keep the first of an order: `top` people, or `top_percent` of them, in each `per`."""

    by: Trait | Happened
    descending: bool = True
    top: int | None = None
    top_percent: Decimal | None = None
    per: Trait | None = None


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
class AudienceTest:
    """Rows given, members expected: keys that must be in, keys that must not, or all members.

    `given` holds the rows by model, or the name of a file that does, beside the audience's.
    """

    name: str
    as_of: datetime
    given: Node = field(repr=False)
    includes: tuple[str, ...]
    excludes: tuple[str, ...]
    members: tuple[str, ...] | None
    node: Node = field(compare=False, repr=False)


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
    exclude: tuple[Member | Listed | Seeded, ...] = ()
    holdout: Sample | None = None
    variants: tuple[Variant, ...] = ()
    variant_salt: str = ""
    expect: Expectation = Expectation()
    publish: bool = True
    silence: tuple[str, ...] = ()
    tests: tuple[AudienceTest, ...] = ()

    @property
    def named(self) -> list[Member | Stayed]:
        """Where this one names others, conditions about related entities included."""
        parts = walk((self.where, *self.exclude))
        return [part for part in parts if isinstance(part, Member | Stayed)]

    @property
    def uses(self) -> Mapping[str, Node]:
        """The audiences whose members this one asks for, and where it names them.

        What is asked of the history alone is known before any of them is built.
        """
        found: dict[str, Node] = {}
        for here in self.named:
            if isinstance(here, Member) or here.asked == "ever":
                found.update(zip(here.names, here.nodes, strict=True))
        return found


def walk(root: object) -> Iterator[object]:
    """Every part of a tree of conditions, the root first."""
    pending = [root]
    while pending:
        here = pending.pop()
        if isinstance(here, tuple):
            pending.extend(here)
        elif type(here).__module__ == __name__ and is_dataclass(here):
            yield here
            pending.extend(getattr(here, part.name) for part in fields(here))
