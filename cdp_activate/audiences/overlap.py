"""How many people audiences of one entity have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from itertools import combinations
from typing import Any

from sqlglot import exp

from cdp_activate.audiences.compile import CompiledAudience
from cdp_activate.audiences.expressions import column, identifier, number, text
from cdp_activate.audiences.facts import KEY, audience_model
from cdp_activate.audiences.model import Audience
from cdp_activate.audiences.preview import queries_of
from cdp_activate.audiences.run_sql import Place, to_run
from cdp_activate.catalog import Catalog
from cdp_activate.errors import UsageError
from cdp_activate.words import many

_IN = "in_audience"


@dataclass(frozen=True)
class OverlapPair:
    """Two audiences, and how many people are in both."""

    first: str
    second: str
    both: int


@dataclass(frozen=True)
class Overlap:
    """By audience its size and how many are in no other of these; and every pair."""

    sizes: Mapping[str, int]
    alone: Mapping[str, int]
    pairs: tuple[OverlapPair, ...]

    def share(self, pair: OverlapPair, of: str) -> float | None:
        """The part of an audience that is in the other one of the pair; None of an empty one."""
        return pair.both / self.sizes[of] if self.sizes[of] else None


def check_overlap(audiences: Sequence[Audience]) -> None:
    """Raises UsageError where the audiences cannot have anybody in common, or are one."""
    if len({one.name for one in audiences}) < 2:
        raise UsageError(
            "an overlap is of two audiences or more",
            remedy="name another one: `cdp-activate audience list` shows them",
        )
    first = audiences[0]
    for one in audiences[1:]:
        if one.entity.name != first.entity.name:
            of = [f"'{each.name}' is made of {many(each.entity.name)}" for each in (first, one)]
            raise UsageError(
                f"{of[0]}, {of[1]}: nobody can be in both",
                remedy="name audiences of one entity: `cdp-activate audience list` says which",
            )


def overlap_sql(
    chosen: Sequence[Audience],
    audiences: Mapping[str, Audience],
    catalog: Catalog,
    as_of: datetime,
    place: Place | None = None,
) -> str:
    """One statement: two names and how many are in both, of one name twice its size; a name
    and none, and how many are in it alone. Who is held out is in it, as in a preview.
    """
    names = [one.name for one in chosen]
    entity = chosen[0].entity
    members = [
        exp.select(exp.alias_(column(entity.key), KEY), exp.alias_(text(name), _IN)).from_(
            identifier(audience_model(name))
        )
        for name in names
    ]
    steps = {"members": _together(members), "final": _together([_pairs(), _alone()])}
    # It is no audience: it has a name that none can have.
    asked = CompiledAudience(
        replace(chosen[0], name=", ".join(names)),
        members_of={name: audience_model(name) for name in names},
        steps=steps,
    )
    return to_run(asked, queries_of(names, audiences, catalog), catalog, as_of, place)


def _together(selects: Sequence[exp.Query]) -> exp.Select:
    union = reduce(lambda one, other: exp.union(one, other, distinct=False), selects)
    return exp.select("*").from_(union.subquery("together"))


def _pairs() -> exp.Select:
    """Every two names of one person, counted; each also with itself."""

    def table(name: str) -> exp.Expr:
        return exp.alias_(exp.Table(this=identifier("members")), name, table=True)

    first, second = column(_IN, "one"), column(_IN, "other")
    same = exp.EQ(this=column(KEY, "one"), expression=column(KEY, "other"))
    once = exp.LTE(this=first, expression=second)
    return (
        exp.select(first.as_("first_name"), second.as_("second_name"), _count())
        .from_(table("one"))
        .join(table("other"), on=exp.and_(same, once))
        .group_by(first.copy(), second.copy())
    )


def _alone() -> exp.Select:
    """Those who are in one audience only, counted."""
    single = (
        exp.select(exp.alias_(exp.Min(this=column(_IN)), _IN))
        .from_(identifier("members"))
        .group_by(column(KEY))
        .having(exp.EQ(this=exp.Count(this=exp.Star()), expression=number(1)))
    )
    nothing = exp.cast(exp.null(), exp.DataType.Type.TEXT)
    return (
        exp.select(column(_IN), nothing, _count())
        .from_(single.subquery("single"))
        .group_by(column(_IN))
    )


def _count() -> exp.Expr:
    return exp.alias_(exp.Count(this=exp.Star()), "people")


def read_overlap(names: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> Overlap:
    """What the rows of `overlap_sql` say; who is in no row has nobody."""
    # Which of two names comes first is for the warehouse to say.
    found = {frozenset(named): int(people) for *named, people in rows}
    names = list(names)
    return Overlap(
        {name: found.get(frozenset([name]), 0) for name in names},
        {name: found.get(frozenset([name, None]), 0) for name in names},
        tuple(
            OverlapPair(one, other, found.get(frozenset([one, other]), 0))
            for one, other in combinations(names, 2)
        ),
    )
