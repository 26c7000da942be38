"""SQL of rows beside an entity: which tables, which of their rows, and their order in time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from sqlglot import exp

from cdp_activate.audiences.compiling.scope import filtered
from cdp_activate.audiences.dialects import call
from cdp_activate.audiences.expressions import (
    Expression,
    column,
    in_order,
    instant,
    local,
    text,
)
from cdp_activate.audiences.facts import KEY, in_time, table
from cdp_activate.audiences.model import EventRows
from cdp_activate.catalog import Column, Model, Rows, Type

OCCURRED = "occurred"
ORDERED_BY = "ordered_by"


def rows_of(of: EventRows, columns: Callable[[Rows], list[Expression]]) -> exp.Query:
    """The key and what `columns` says of each row that is meant: one SELECT for each table."""
    by_model: dict[Model, list[int]] = {}
    for place, event in enumerate(of.events):
        by_model.setdefault(event.model, []).append(place)
    selects: list[exp.Query] = [
        _of_table(of, places).select(*columns(of.events[places[0]])) for places in by_model.values()
    ]
    return reduce(lambda left, right: exp.union(left, right, distinct=False), selects)


def _of_table(of: EventRows, places: Sequence[int]) -> exp.Select:
    """The rows of one table, filtered by name, time and properties.

    `places` says which of the events are in this table.
    """
    event = of.events[places[0]]
    names = [text(of.names[place]) for place in places]
    conditions: list[Expression] = []
    if event.name_column:
        named_so = column(event.name_column)
        conditions.append(
            exp.EQ(this=named_so, expression=names[0])
            if len(names) == 1
            else exp.In(this=named_so, expressions=names)
        )
    conditions.extend(in_time(event, of.spans[places[0]], of.timezone))
    if of.where is not None:
        conditions.append(filtered(of.where))
    key = exp.alias_(column(event.key), KEY)
    return exp.select(key).from_(table(event.model)).where(*conditions, copy=False)


def everything(event: Rows, timezone: str) -> EventRows:
    """All rows of the table of an event, whatever their event."""
    whole = replace(event, name="", name_column="")
    return EventRows((whole,), (event.name,), ((),), timezone)


@dataclass(frozen=True)
class RowOrder:
    """How rows of these tables are put in one order: by time, then by id (7.25).

    Times are dates where every table has dates, else instants of one type. Ids are numbers
    where every table has whole numbers, else text by code point; a table without ids has
    NULL, so that its rows of one time are simultaneous.
    """

    tables: tuple[Rows, ...]
    timezone: str

    @property
    def of_days(self) -> bool:
        return all(_at(rows).type.kind == "date" for rows in self.tables)

    @property
    def mixed(self) -> bool:
        """Some tables have dates, some have times of day."""
        return len({_at(rows).type.kind for rows in self.tables}) > 1

    @property
    def zoned(self) -> bool:
        return all(_at(rows).type.zoned for rows in self.tables)

    def columns(self, rows: Rows) -> list[Expression]:
        """The time and the id of a row, by which it is ordered."""
        return [exp.alias_(self._time(rows), OCCURRED), exp.alias_(self._id(rows), ORDERED_BY)]

    def _time(self, rows: Rows) -> Expression:
        at = _at(rows)
        here = column(at.name)
        if self.of_days:
            return here
        if at.type.kind == "date":
            # Beside times of day, a date is the beginning of its local day.
            midnight = exp.cast(here, exp.DataType.Type.TIMESTAMPNTZ)
            if self.timezone == "UTC":
                return midnight
            return call("cdp_shift", midnight, text(self.timezone), text("UTC"))
        if at.type.zoned and not self.zoned:
            return local(here, at, "UTC")
        return instant(here, at)

    def _id(self, rows: Rows) -> Expression:
        kinds = {table.model.columns[table.id].type.kind for table in self.tables if table.id}
        numbers = kinds <= {"integer"}
        if not rows.id:
            kind = exp.DataType.Type.BIGINT if numbers else exp.DataType.Type.TEXT
            return exp.cast(exp.null(), kind)
        here = column(rows.id)
        kind_of = rows.model.columns[rows.id].type.kind
        if numbers:
            return here
        as_text = here if kind_of == "text" else exp.cast(here, exp.DataType.Type.TEXT)
        return in_order(exp.Lower(this=as_text) if kind_of == "uuid" else as_text, Type("text"))


def _at(rows: Rows) -> Column:
    return rows.model.columns[rows.at]
