"""What the audiences of a project read of the warehouse, told from the compiled trees.

The trees are those that are written down as SQL, so what is said here is what is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from sqlglot import exp

from cdp_activate.audiences.compile import Query, shared_facts
from cdp_activate.audiences.expressions import Expression
from cdp_activate.audiences.facts import audience_model
from cdp_activate.audiences.moments import (
    Day,
    Elapsed,
    Fixed,
    FixedDate,
    LocalDate,
    Moment,
    PeriodDate,
    PeriodStart,
)
from cdp_activate.audiences.together import Judged, judged_together
from cdp_activate.catalog import Catalog, Rows
from cdp_activate.words import plural

ALL_TIME = "all time"


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
    for it, empty where the rows are not read by time. `facts` has the most shared first.
    """

    model: str
    events: tuple[str, ...]
    columns: tuple[str, ...]
    since: str
    audiences: tuple[str, ...]
    all_time: tuple[str, ...]
    facts: tuple[FactUse, ...]


@dataclass(frozen=True)
class Together:
    """Audiences of one entity that are judged in one pass, and how many tallies serve them."""

    entity: str
    audiences: tuple[str, ...]
    tallies: int


@dataclass(frozen=True)
class Cost:
    """What the audiences of a project read."""

    audiences: int
    tables: tuple[TableCost, ...]
    together: tuple[Together, ...]
    alone: tuple[str, ...]


@dataclass
class _Table:
    events: set[str] = field(default_factory=set)
    columns: set[str] = field(default_factory=set)
    audiences: set[str] = field(default_factory=set)
    all_time: set[str] = field(default_factory=set)
    timed: bool = False
    starts: list[Moment | Day] = field(default_factory=list)
    facts: dict[str, set[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Read:
    """One table in the FROM of one SELECT."""

    model: str
    events: frozenset[str]
    columns: frozenset[str]
    timed: bool
    start: Moment | Day | None


def cost(queries: Mapping[str, Query], catalog: Catalog, as_of: datetime) -> Cost:
    """What these compiled audiences read; `as_of` decides which of two times is the earlier."""
    tables: dict[str, _Table] = {}
    reads: dict[str, list[_Read]] = {}
    for audience, query in queries.items():
        for step in query.steps.values():
            _add(tables, audience, _reads(step, catalog, as_of))
        for name, fact in query.facts.items():
            if name not in reads:
                reads[name] = list(_reads(fact.tree, catalog, as_of))
            _add(tables, audience, reads[name], fact=name)
    # Facts and audiences may be models of an earlier build: what they read is told instead.
    compiled = {*reads, *(audience_model(name) for name in queries)}
    tables = {name: table for name, table in tables.items() if name not in compiled}
    judged = judged_together(queries, catalog)
    own = _models(queries, judged)
    together = tuple(
        Together(name, tuple(sorted(one.conditions)), len(one.tallies))
        for name, one in sorted(judged.items())
    )
    joint = {name for one in together for name in one.audiences}
    return Cost(
        len(queries),
        tuple(_table(name, tables[name], own, as_of) for name in sorted(tables)),
        together,
        tuple(sorted(queries.keys() - joint)),
    )


def _models(queries: Mapping[str, Query], judged: Mapping[str, Judged]) -> set[str]:
    """The facts that are dbt models: asked for more than once beside the tallies."""
    joint = {name for one in judged.values() for name in one.conditions}
    asking = {name: query.facts for name, query in queries.items() if name not in joint}
    return set(shared_facts({**asking, **{one.name: one.facts for one in judged.values()}}))


def _add(
    tables: dict[str, _Table], audience: str, reads: Iterable[_Read], *, fact: str = ""
) -> None:
    for read in reads:
        table = tables.setdefault(read.model, _Table())
        table.events |= read.events
        table.columns |= read.columns
        table.audiences.add(audience)
        if fact:
            table.facts.setdefault(fact, set()).add(audience)
        if read.timed:
            table.timed = True
            if read.start is None:
                table.all_time.add(audience)
            else:
                table.starts.append(read.start)


def _table(name: str, table: _Table, own: set[str], as_of: datetime) -> TableCost:
    uses = [FactUse(fact, tuple(sorted(by)), fact in own) for fact, by in table.facts.items()]
    since = ""
    if table.timed:
        starts = table.starts
        earliest = None if table.all_time else min(starts, key=lambda at: _instant(at, as_of))
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


# Trees ...


def _reads(tree: exp.Expr, catalog: Catalog, as_of: datetime) -> Iterator[_Read]:
    """The dbt models that a tree reads, a read for each FROM or JOIN they are in."""
    columns: dict[int, set[str]] = {}
    for found in tree.find_all(exp.Column):
        source = _source(found)
        if source is not None:
            columns.setdefault(id(source), set()).add(found.name)
    for select in tree.find_all(exp.Select):
        for source in _sources(select):
            model = catalog.models.get(source.name)
            if isinstance(source, exp.Table | exp.Identifier) and model is not None:
                kinds = list(_kinds(source.name, catalog))
                named = frozenset(columns.get(id(source), set()) & set(model.columns))
                conditions = _conditions(select)
                at = {rows.at for rows in kinds if rows.at}
                yield _Read(
                    source.name,
                    _events(catalog, source.name, named, conditions),
                    named,
                    bool(at),
                    _start(conditions, at, as_of),
                )


def _sources(select: exp.Select) -> list[Expression]:
    first = select.args.get("from_")
    joined = [join.this for join in select.args.get("joins") or ()]
    return [*([first.this] if first else []), *joined]


def _source(found: exp.Column) -> Expression | None:
    """What a column is of; without a table's name, the only table or the first of several."""
    select = found.find_ancestor(exp.Select)
    while select is not None:
        sources = _sources(select)
        if not found.table and sources:
            return sources[0]
        for source in sources:
            if source.alias_or_name == found.table:
                return source
        select = select.find_ancestor(exp.Select)
    return None


def _kinds(model: str, catalog: Catalog) -> Iterator[Rows]:
    """The roles of a model whose rows have a time."""
    groups = (*catalog.events.values(), *catalog.relations.values())
    plain = (catalog.consents, catalog.stages, catalog.experiments, catalog.journeys)
    for group in (*groups, *plain, catalog.histories):
        yield from (rows for rows in group.values() if rows.model.name == model)


def _events(
    catalog: Catalog, model: str, columns: frozenset[str], conditions: list[Expression]
) -> frozenset[str]:
    found: set[str] = set()
    for events in catalog.events.values():
        for rows in events.values():
            if rows.model.name != model:
                continue
            if not rows.name_column:
                found |= {rows.name} if rows.at in columns else set()
                continue
            for one in conditions:
                asked = isinstance(one, exp.EQ | exp.In) and isinstance(one.this, exp.Column)
                if asked and one.this.name == rows.name_column:
                    found |= {literal.name for literal in one.find_all(exp.Literal)}
    return frozenset(found)


def _conditions(select: exp.Select) -> list[Expression]:
    """What holds of every row that is read: the parts of WHERE joined by AND."""
    where = select.args.get("where")
    whole = where.this.unnest() if where else None
    if whole is None:
        return []
    return [one.unnest() for one in _parts(whole)]


def _parts(condition: Expression) -> Iterator[Expression]:
    if isinstance(condition, exp.And):
        yield from _parts(condition.left.unnest())
        yield from _parts(condition.right.unnest())
    else:
        yield condition


def _start(conditions: list[Expression], at: set[str], as_of: datetime) -> Moment | Day | None:
    """The latest of the times from which on the rows are asked for; None without any."""
    starts = [
        start
        for one in conditions
        if isinstance(one, exp.GTE)
        and any(found.name in at for found in one.this.find_all(exp.Column))
        and (start := _moment(one.expression)) is not None
    ]
    return max(starts, key=lambda start: _instant(start, as_of), default=None)


def _moment(edge: Expression) -> Moment | Day | None:
    """What the placeholder carries, or the literal says."""
    if isinstance(edge, exp.Placeholder):
        return edge.meta.get("moment")
    if isinstance(edge, exp.Cast) and isinstance(edge.this, exp.Literal):
        written = edge.this.name
        if edge.is_type("date"):
            return FixedDate(date.fromisoformat(written))
        read = datetime.fromisoformat(written)
        return Fixed(read if read.tzinfo else read.replace(tzinfo=UTC))
    return None


# Words ...


def _instant(at: Moment | Day, as_of: datetime) -> datetime:
    found = at.resolve(as_of)
    return found if isinstance(found, datetime) else datetime.combine(found, time.min, UTC)


def in_words(at: Moment | Day) -> str:
    """Where a stretch of time begins: 'the last 365 days', 'since 2026-01-01'."""
    if isinstance(at, Elapsed):
        return _length(-at.seconds) if at.seconds < 0 else "from now on"
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


def _length(seconds: int) -> str:
    for unit, each in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds % each == 0:
            return f"the last {plural(seconds // each, unit)}"
    return f"the last {plural(seconds, 'second')}"
