"""Which dbt models a compiled tree reads: event types, columns, and from which time on."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlglot import exp

from cdp_activate.audiences.expressions import Expression
from cdp_activate.audiences.moments import Day, FixedDate, FixedInstant, Moment
from cdp_activate.catalog import Catalog, Rows


@dataclass(frozen=True)
class TableRead:
    """One table in the FROM of one SELECT.

    `start` is the time from which on its rows are asked for, None without any; `timed` says
    whether they have a time. Rows of a `history` are read whatever their time: the latest says
    what holds.
    """

    model: str
    events: frozenset[str]
    columns: frozenset[str]
    timed: bool
    history: bool
    start: Moment | Day | None


def reads(tree: exp.Expr, catalog: Catalog, as_of: datetime) -> Iterator[TableRead]:
    """The dbt models that a tree reads, a read for each FROM or JOIN they are in."""
    columns: dict[int, set[str]] = {}
    for found in tree.find_all(exp.Column):
        source = _source(found, catalog)
        if source is not None:
            columns.setdefault(id(source), set()).add(found.name)
    for select in tree.find_all(exp.Select):
        for source in _sources(select):
            model = catalog.models.get(source.name)
            if isinstance(source, exp.Table | exp.Identifier) and model is not None:
                dated = [rows for rows in _dated(catalog) if rows.model.name == model.name]
                histories = [rows for rows in _histories(catalog) if rows.model.name == model.name]
                named = frozenset(columns.get(id(source), set()) & set(model.columns))
                conditions = _conditions(select)
                at = {rows.at for rows in dated if rows.at}
                yield TableRead(
                    source.name,
                    _events(catalog, source.name, named, conditions),
                    named,
                    bool(at),
                    bool(histories) and not at,
                    _start(conditions, at, as_of),
                )


def _sources(select: exp.Select) -> list[Expression]:
    first = select.args.get("from_")
    joined = [join.this for join in select.args.get("joins") or ()]
    return [*([first.this] if first else []), *joined]


def _source(found: exp.Column, catalog: Catalog) -> Expression | None:
    """What a column is of; without a table's name, the one that has such a column."""
    select = found.find_ancestor(exp.Select)
    while select is not None:
        for source in _sources(select):
            if source.alias_or_name == found.table:
                return source
            if not found.table and found.name in _columns(source, catalog):
                return source
        select = select.find_ancestor(exp.Select)
    return None


def _columns(source: Expression, catalog: Catalog) -> Collection[str]:
    if isinstance(source, exp.Subquery):
        return source.named_selects
    model = catalog.models.get(source.name)
    return model.columns if model else ()


def _dated(catalog: Catalog) -> Iterator[Rows]:
    """Rows of which a stretch of time may be asked."""
    for group in (*catalog.events.values(), *catalog.relations.values()):
        yield from group.values()


def _histories(catalog: Catalog) -> Iterator[Rows]:
    """Rows of which the latest, or two neighbours, say what holds."""
    plain = (catalog.consents, catalog.stages, catalog.experiments, catalog.journeys)
    for group in (*plain, catalog.histories):
        yield from group.values()
    if catalog.memberships:
        yield catalog.memberships


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
    return max(starts, key=lambda start: instant_of(start, as_of), default=None)


def _moment(edge: Expression) -> Moment | Day | None:
    """What the placeholder carries, or the literal says."""
    if isinstance(edge, exp.Placeholder):
        return edge.meta.get("moment")
    if isinstance(edge, exp.Cast) and isinstance(edge.this, exp.Literal):
        written = edge.this.name
        if edge.is_type("date"):
            return FixedDate(date.fromisoformat(written))
        read = datetime.fromisoformat(written)
        return FixedInstant(read if read.tzinfo else read.replace(tzinfo=UTC))
    return None


def instant_of(at: Moment | Day, as_of: datetime) -> datetime:
    """When it is at this as_of; a day is its first instant in UTC."""
    found = at.resolve(as_of)
    return found if isinstance(found, datetime) else datetime.combine(found, time.min, UTC)
