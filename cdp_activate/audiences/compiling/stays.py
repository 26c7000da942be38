"""SQL shared by constructs that read a history: how long ago, and the last row of each key."""

from __future__ import annotations

from sqlglot import exp

from cdp_activate.audiences.expressions import (
    Expression,
    column,
    day,
    exact_instant,
    in_order,
    moment,
)
from cdp_activate.audiences.moments import Duration, LocalDate, RelativeInstant
from cdp_activate.catalog import Column, Rows


def ago(length: Duration, at: Column, timezone: str, *, today_counts: bool) -> Expression:
    """So long before as_of, as an instant or a day, as the column of time is."""
    if at.type.kind != "date":
        return moment(RelativeInstant(-length.seconds), zoned=at.type.zoned)
    return day(LocalDate(today_counts - (length.days or 0), timezone))


def in_sequence(rows: Rows, *, latest: bool = False, table: str = "") -> list[exp.Ordered]:
    """Rows of a key by time, then id (7.11, 7.25); with `latest` the last one first.

    A row without an id comes before those with one.
    """
    found = []
    for name in (rows.at, rows.id):
        if name:
            of = rows.model.columns[name]
            value = exact_instant(column(name, table), of)
            found.append(
                exp.Ordered(this=in_order(value, of.type), desc=latest, nulls_first=not latest)
            )
    return found


def numbered(key: Expression, order: list[exp.Ordered]) -> exp.Window:
    """1 for the first row of each key in this order, 2 for the next, and so on."""
    return exp.Window(this=exp.RowNumber(), partition_by=[key], order=exp.Order(expressions=order))
