"""Conditions about a state: of histories and memberships, and of the key itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from sqlglot import exp

from cdp_activate.audiences.model.leaves import ColumnTest, Span
from cdp_activate.audiences.moments import Duration
from cdp_activate.catalog import Column, Model, Rows
from cdp_activate.text import Node


@dataclass(frozen=True, slots=True)
class Amount:
    """A number, or with `relative` a fraction of the absolute old value."""

    of: Decimal
    relative: bool = False


@dataclass(frozen=True, slots=True)
class TraitChange:
    """Two neighbouring values of a trait's history differ as asked; the later within all spans.

    `increased` and `decreased` are amounts, or fractions of the old value (`relative`).
    """

    rows: Rows
    column: Column
    spans: tuple[Span, ...]
    timezone: str
    before: ColumnTest | None = None
    after: ColumnTest | None = None
    increased: Amount | None = None
    decreased: Amount | None = None


@dataclass(frozen=True, slots=True)
class StageCondition:
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
class Membership:
    """Is in one of these audiences of an entity now. `nodes` say where each was named."""

    names: tuple[str, ...]
    entity: str
    nodes: tuple[Node, ...] = field(compare=False, repr=False, default=())


@dataclass(frozen=True, slots=True)
class MembershipHistory:
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
class Assignment:
    """The last row before as_of about `name` has one of the values: of an experiment's
    variant, of a journey's state.
    """

    rows: Rows
    role: Literal["experiment", "journey"]
    name: str
    values: tuple[str, ...]
    timezone: str


@dataclass(frozen=True, slots=True)
class ConsentCondition:
    """The latest record for this purpose grants it."""

    rows: Rows
    purpose: str
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class KeyList:
    """The key, as text, is one of these."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeySeed:
    """The key, as text, is in this column of a seed."""

    model: Model
    column: str


@dataclass(frozen=True, slots=True)
class KeySample:
    """The bucket of the key lies in `[first, last]`, of 0 to 9999."""

    first: int
    last: int
    salt: str


@dataclass(frozen=True, slots=True)
class SqlCondition:
    """A boolean expression over the entity's columns, as a tree that is already checked."""

    sql: str
    tree: exp.Expr = field(compare=False, repr=False)
