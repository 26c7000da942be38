"""What the audiences of a project read of the warehouse, told from the compiled trees.

The trees are those that are written down as SQL, so what is said here is what is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cdp_activate.audiences.compile import CompiledAudience, shared_facts
from cdp_activate.audiences.facts import audience_model
from cdp_activate.audiences.moments import (
    Day,
    FixedDate,
    LocalDate,
    Moment,
    PeriodDate,
    PeriodStart,
    RelativeInstant,
)
from cdp_activate.audiences.reads import TableRead, instant_of, reads
from cdp_activate.audiences.together import JudgedGroup, judged_together
from cdp_activate.catalog import Catalog
from cdp_activate.words import length, plural

ALL_TIME = "all time"
HISTORY = "the whole history"


@dataclass(frozen=True)
class FactUse:
    """A fact, and the audiences that ask for it; `own_model` where it is a dbt model."""

    name: str
    audiences: tuple[str, ...]
    own_model: bool


@dataclass(frozen=True)
class TableCost:
    """What is read of one dbt model.

    `events` are the event types asked for, empty where a row has none or all are read.
    `since` is the earliest time that anyone asks for, in words: "all time" where somebody asks
    for it, "the whole history" where any row may say what holds, empty where rows have no time.
    `facts` has the most shared first.
    """

    model: str
    events: tuple[str, ...]
    columns: tuple[str, ...]
    since: str
    audiences: tuple[str, ...]
    all_time: tuple[str, ...]
    facts: tuple[FactUse, ...]


@dataclass(frozen=True)
class MembersUse:
    """An audience whose members others ask for."""

    audience: str
    audiences: tuple[str, ...]


@dataclass(frozen=True)
class JudgedTogether:
    """Audiences of one entity that are judged in one pass, and how many tallies serve them."""

    entity: str
    audiences: tuple[str, ...]
    tallies: int


@dataclass(frozen=True)
class Cost:
    """What the audiences of a project read."""

    audiences: int
    tables: tuple[TableCost, ...]
    members: tuple[MembersUse, ...]
    together: tuple[JudgedTogether, ...]
    alone: tuple[str, ...]


@dataclass
class _Table:
    events: set[str] = field(default_factory=set)
    columns: set[str] = field(default_factory=set)
    audiences: set[str] = field(default_factory=set)
    all_time: set[str] = field(default_factory=set)
    timed: bool = False
    history: bool = False
    starts: list[Moment | Day] = field(default_factory=list)
    facts: dict[str, set[str]] = field(default_factory=dict)


def cost(queries: Mapping[str, CompiledAudience], catalog: Catalog, as_of: datetime) -> Cost:
    """What these compiled audiences read; `as_of` decides which of two times is the earlier."""
    tables: dict[str, _Table] = {}
    of_facts: dict[str, list[TableRead]] = {}
    for audience, query in queries.items():
        for step in query.steps.values():
            _add(tables, audience, reads(step, catalog, as_of))
        for name, fact in query.facts.items():
            if name not in of_facts:
                of_facts[name] = list(reads(fact.tree, catalog, as_of))
            _add(tables, audience, of_facts[name], fact=name)
    # Facts and audiences may be models of an earlier build: what they read is told instead.
    compiled = {*of_facts, *(audience_model(name) for name in queries)}
    tables = {name: table for name, table in tables.items() if name not in compiled}
    judged = judged_together(queries, catalog)
    own = _models(queries, judged)
    together = tuple(
        JudgedTogether(name, tuple(sorted(one.conditions)), len(one.tallies))
        for name, one in sorted(judged.items())
    )
    joint = {name for one in together for name in one.audiences}
    return Cost(
        len(queries),
        tuple(_table(name, tables[name], own, as_of) for name in sorted(tables)),
        tuple(_members(queries)),
        together,
        tuple(sorted(queries.keys() - joint)),
    )


def _members(queries: Mapping[str, CompiledAudience]) -> Iterator[MembersUse]:
    """Who asks for the members of whom, the most asked first."""
    asking: dict[str, set[str]] = {}
    for audience, query in queries.items():
        of_facts = [name for fact in query.facts.values() for name, _ in fact.members_of]
        for name in (*query.members_of, *of_facts):
            asking.setdefault(name, set()).add(audience)
    for name in sorted(asking, key=lambda name: (-len(asking[name]), name)):
        yield MembersUse(name, tuple(sorted(asking[name])))


def _models(queries: Mapping[str, CompiledAudience], judged: Mapping[str, JudgedGroup]) -> set[str]:
    """The facts that are dbt models: asked for more than once beside the tallies."""
    joint = {name for one in judged.values() for name in one.conditions}
    asking = {name: query.facts for name, query in queries.items() if name not in joint}
    return set(shared_facts({**asking, **{one.name: one.facts for one in judged.values()}}))


def _add(
    tables: dict[str, _Table], audience: str, found: Iterable[TableRead], *, fact: str = ""
) -> None:
    for read in found:
        table = tables.setdefault(read.model, _Table())
        table.events |= read.events
        table.columns |= read.columns
        table.audiences.add(audience)
        if fact:
            table.facts.setdefault(fact, set()).add(audience)
        table.history |= read.history
        if read.timed:
            table.timed = True
            if read.start is None:
                table.all_time.add(audience)
            else:
                table.starts.append(read.start)


def _table(name: str, table: _Table, own: set[str], as_of: datetime) -> TableCost:
    uses = [FactUse(fact, tuple(sorted(by)), fact in own) for fact, by in table.facts.items()]
    since = HISTORY if table.history else ""
    if table.timed:
        starts = table.starts
        earliest = None if table.all_time else min(starts, key=lambda at: instant_of(at, as_of))
        since = in_words(earliest) if earliest else ALL_TIME
    return TableCost(
        name,
        tuple(sorted(table.events)),
        tuple(sorted(table.columns)),
        since,
        tuple(sorted(table.audiences)),
        tuple(sorted(table.all_time)),
        tuple(sorted(uses, key=lambda use: (-len(use.audiences), use.name))),
    )


# Words ...


def in_words(at: Moment | Day) -> str:
    """Where a stretch of time begins: 'the last 365 days', 'since 2026-01-01'."""
    if isinstance(at, RelativeInstant):
        return f"the last {length(-at.seconds)}" if at.seconds < 0 else "from now on"
    if isinstance(at, LocalDate):
        days = 1 - at.days
        return f"the last {plural(days, 'day')}" if days > 0 else "from tomorrow on"
    if isinstance(at, PeriodStart | PeriodDate):
        if at.offset == 0:
            return f"this {at.unit}"
        if at.offset > 0:
            return f"from {plural(at.offset, at.unit)} ahead on"
        return f"this {at.unit} and {plural(-at.offset, at.unit)} before"
    if isinstance(at, FixedDate):
        return f"since {at.on.isoformat()}"
    return f"since {at.at:%Y-%m-%d %H:%M} UTC"
