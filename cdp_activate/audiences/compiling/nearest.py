"""SQL of one step of a sequence in one pass over a person's rows, in their order.

Where the nearest row reached before is as good as any other, no pair of rows is compared
with a third: a person with very many rows costs no more than a sort of them. It is as good
when what lies between must only be empty: the nearer the row, the less lies between.
"""

from __future__ import annotations

from collections.abc import Sequence as Several
from functools import reduce

from sqlglot import exp

from cdp_activate.audiences.compiling.rows import OCCURRED, ORDERED_BY
from cdp_activate.audiences.expressions import Expression, column, number
from cdp_activate.audiences.facts import KEY

FOLLOWS, BREAKS, REACHED = 0, 1, 2
"""What a row is here. Rows of one time and id come in this order, as neither is after the other."""

NEAREST = "nearest_occurred"
_KIND, _PLACE = "row_kind", "place"


def following(
    reached: exp.Query, breaking: Several[exp.Query], here: exp.Query, kept: Several[str]
) -> exp.Select:
    """The rows of `here` after a reached row with no breaking row between.

    Each with its key, the columns `kept`, and the time of the nearest reached row.
    """
    values = [name for name in kept if name not in (OCCURRED, ORDERED_BY)]
    parts: list[exp.Query] = [
        _part(here, FOLLOWS, [column(name) for name in values]),
        *(_part(rows, BREAKS, [exp.null() for _ in values]) for rows in breaking),
        _part(reached, REACHED, [exp.null() for _ in values]),
    ]
    stream = reduce(lambda left, right: exp.union(left, right, distinct=False), parts)
    order = [exp.Ordered(this=column(name), nulls_first=False) for name in (OCCURRED, ORDERED_BY)]
    place = exp.Window(
        this=exp.RowNumber(),
        partition_by=[column(KEY)],
        order=exp.Order(expressions=[*order, exp.Ordered(this=column(_KIND))]),
    )
    placed = exp.select("*", exp.alias_(place, _PLACE)).from_(stream.subquery("stream"))
    columns = [column(name) for name in (KEY, OCCURRED, ORDERED_BY, *values, _KIND)]
    seen = (
        exp.select(*columns)
        .select(
            exp.alias_(_latest(REACHED, _PLACE), "reached_at"),
            exp.alias_(_latest(REACHED, OCCURRED), NEAREST),
        )
        .from_(placed.subquery("placed"))
    )
    open_gap: list[Expression] = []
    if breaking:
        seen = seen.select(exp.alias_(_latest(BREAKS, _PLACE), "broken_at"))
        broken = exp.Coalesce(this=column("broken_at"), expressions=[number(0)])
        open_gap = [exp.GT(this=column("reached_at"), expression=broken)]
    return (
        exp.select(*(column(name) for name in (KEY, *kept)))
        .from_(seen.subquery("seen"))
        .where(
            exp.EQ(this=column(_KIND), expression=number(FOLLOWS)),
            exp.not_(exp.Is(this=column("reached_at"), expression=exp.null())),
            *open_gap,
        )
    )


def _part(rows: exp.Query, kind: int, values: Several[Expression]) -> exp.Select:
    columns = [column(name) for name in (KEY, OCCURRED, ORDERED_BY)]
    marked = exp.alias_(number(kind), _KIND)
    return exp.select(*columns, marked, *values).from_(rows.subquery("part"))


def _latest(kind: int, name: str) -> exp.Window:
    """The greatest `name` of the rows of a kind so far, in the order of places."""
    is_kind = exp.EQ(this=column(_KIND), expression=number(kind))
    return exp.Window(
        this=exp.Max(this=exp.Case(ifs=[exp.If(this=is_kind, true=column(name))])),
        partition_by=[column(KEY)],
        # A place is never NULL; BigQuery takes no other order of NULLs beside a frame.
        order=exp.Order(expressions=[exp.Ordered(this=column(_PLACE), nulls_first=True)]),
        spec=exp.WindowSpec(
            kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"
        ),
    )
