"""SQL of one step of a sequence in one pass over a person's rows, in their order.

Where the nearest row reached before is as good as any other, no pair of rows is compared
with a third: a person with very many rows costs no more than a sort of them. It is as good
when what lies between must only be empty: the nearer the row, the less lies between. With
`same`, it is the nearest of those with the same values that is as good as any other of them.
"""

from __future__ import annotations

from collections.abc import Sequence as Several
from dataclasses import dataclass
from functools import reduce

from sqlglot import exp

from cdp_activate.audiences.compiling.rows import OCCURRED, ORDERED_BY
from cdp_activate.audiences.expressions import Expression, column, number
from cdp_activate.audiences.facts import KEY

FOLLOWS, BREAKS, BREAKS_SAME, REACHED = 0, 1, 2, 3
"""What a row is here; BREAKS_SAME breaks only what has the same values as itself.

Rows of one time and id come in this order, as neither is after the other.
"""

NEAREST = "nearest_occurred"
_KIND, _PLACE, _REACHED = "row_kind", "place", "reached_at"


@dataclass(frozen=True)
class Between:
    """The rows that must not lie between, and the columns by which all rows are compared."""

    breaking: Several[exp.Query] = ()
    breaking_same: Several[exp.Query] = ()
    same: Several[str] = ()


def following(
    reached: exp.Query, between: Between, here: exp.Query, kept: Several[str]
) -> exp.Select:
    """The rows of `here` after a reached row of the same values, with no breaking row between.

    Each with its key, the columns `kept`, and the time of the nearest such row.
    """
    same = [column(name) for name in between.same]
    values = list(dict.fromkeys((*between.same, *kept)))
    values = [name for name in values if name not in (OCCURRED, ORDERED_BY)]

    def part(rows: exp.Query, kind: int, having: Several[str]) -> exp.Select:
        return _part(rows, kind, [column(v) if v in having else exp.null() for v in values])

    parts: list[exp.Query] = [
        part(here, FOLLOWS, values),
        *(part(rows, BREAKS, ()) for rows in between.breaking),
        *(part(rows, BREAKS_SAME, between.same) for rows in between.breaking_same),
        part(reached, REACHED, between.same),
    ]
    stream = reduce(lambda left, right: exp.union(left, right, distinct=False), parts)
    columns = [column(name) for name in (KEY, OCCURRED, ORDERED_BY, *values, _KIND)]
    seen = (
        exp.select(*columns)
        .select(
            exp.alias_(_latest(REACHED, _PLACE, same), _REACHED),
            exp.alias_(_latest(REACHED, OCCURRED, same), NEAREST),
        )
        .from_(_placed(stream).subquery("placed"))
    )
    conditions: list[Expression] = [
        exp.EQ(this=column(_KIND), expression=number(FOLLOWS)),
        *(exp.not_(exp.Is(this=one, expression=exp.null())) for one in (*same, column(_REACHED))),
    ]
    for kind, name, breaking, by in (
        (BREAKS, "broken_at", between.breaking, []),
        (BREAKS_SAME, "broken_same_at", between.breaking_same, same),
    ):
        if breaking:
            seen = seen.select(exp.alias_(_latest(kind, _PLACE, by), name))
            broken = exp.Coalesce(this=column(name), expressions=[number(0)])
            conditions.append(exp.GT(this=column(_REACHED), expression=broken))
    found = exp.select(*(column(name) for name in (KEY, *kept))).from_(seen.subquery("seen"))
    return found.where(*conditions)


def _placed(stream: exp.Query) -> exp.Select:
    """All rows, each with its place in the order of its key."""
    order = [exp.Ordered(this=column(name), nulls_first=False) for name in (OCCURRED, ORDERED_BY)]
    place = exp.Window(
        this=exp.RowNumber(),
        partition_by=[column(KEY)],
        order=exp.Order(expressions=[*order, exp.Ordered(this=column(_KIND))]),
    )
    return exp.select("*", exp.alias_(place, _PLACE)).from_(stream.subquery("stream"))


def _part(rows: exp.Query, kind: int, values: Several[Expression]) -> exp.Select:
    columns = [column(name) for name in (KEY, OCCURRED, ORDERED_BY)]
    marked = exp.alias_(number(kind), _KIND)
    return exp.select(*columns, marked, *values).from_(rows.subquery("part"))


def _latest(kind: int, name: str, same: Several[exp.Column]) -> exp.Window:
    """The greatest `name` of the rows of a kind, and of the same values, so far."""
    is_kind = exp.EQ(this=column(_KIND), expression=number(kind))
    return exp.Window(
        this=exp.Max(this=exp.Case(ifs=[exp.If(this=is_kind, true=column(name))])),
        partition_by=[column(KEY), *(one.copy() for one in same)],
        # A place is never NULL; BigQuery takes no other order of NULLs beside a frame.
        order=exp.Order(expressions=[exp.Ordered(this=column(_PLACE), nulls_first=True)]),
        spec=exp.WindowSpec(
            kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"
        ),
    )
