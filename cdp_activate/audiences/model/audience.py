"""An audience: its conditions, and what it says of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from decimal import Decimal

from cdp_activate.audiences.model.conditions import Condition
from cdp_activate.audiences.model.leaves import Trait
from cdp_activate.audiences.model.rows import EventRows
from cdp_activate.audiences.model.states import (
    KeyList,
    KeySample,
    KeySeed,
    Membership,
    MembershipHistory,
)
from cdp_activate.audiences.moments import Duration
from cdp_activate.catalog import Entity
from cdp_activate.text import Node


@dataclass(frozen=True, slots=True)
class Rank:
    """Keep the first of an order: `top` people, or `top_percent` of them, in each `per`."""

    by: Trait | EventRows
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
    exclude: tuple[Membership | KeyList | KeySeed, ...] = ()
    holdout: KeySample | None = None
    variants: tuple[Variant, ...] = ()
    variant_salt: str = ""
    expect: Expectation = Expectation()
    publish: bool = True
    silence: tuple[str, ...] = ()
    tests: tuple[AudienceTest, ...] = ()

    @property
    def named(self) -> list[Membership | MembershipHistory]:
        """Where this one names others, conditions about related entities included."""
        parts = walk((self.where, *self.exclude))
        return [part for part in parts if isinstance(part, Membership | MembershipHistory)]

    @property
    def uses(self) -> Mapping[str, Node]:
        """The audiences whose members this one asks for, and where it names them.

        What is asked of the history alone is known before any of them is built.
        """
        found: dict[str, Node] = {}
        for here in self.named:
            if isinstance(here, Membership) or here.asked == "ever":
                found.update(zip(here.names, here.nodes, strict=True))
        return found


def walk(root: object) -> Iterator[object]:
    """Every part of a tree of conditions, the root first."""
    pending = [root]
    while pending:
        here = pending.pop()
        if isinstance(here, tuple):
            pending.extend(here)
        elif type(here).__module__.startswith(__package__) and is_dataclass(here):
            yield here
            pending.extend(getattr(here, part.name) for part in fields(here))
