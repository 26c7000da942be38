"""What a changed definition does: who is in the table of an audience, and who would be in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlglot import exp

from cdp_activate.audiences.compile import VARIANT, CompiledAudience
from cdp_activate.audiences.expressions import column, identifier, number, text
from cdp_activate.audiences.facts import audience_model, table
from cdp_activate.audiences.model import Audience
from cdp_activate.audiences.preview import queries_of
from cdp_activate.audiences.run_sql import to_run
from cdp_activate.catalog import Catalog, Model
from cdp_activate.errors import NotBuiltError
from cdp_activate.masks import masked_key

CHANGES = ("come", "go", "change_variant", "stay")
_CHOSEN, _BUILT, _CHANGE = "chosen", "built", "change"


@dataclass(frozen=True)
class MembershipChange:
    """How many come, go, change variant or stay, and the keys of some, masked."""

    count: int = 0
    keys: tuple[str, ...] = ()


def built_model(audience: Audience, catalog: Catalog) -> Model:
    """The dbt model of an audience. Raises NotBuiltError where dbt does not know it yet."""
    model = catalog.models.get(audience_model(audience.name))
    if model is None:
        raise NotBuiltError(
            f"the audience '{audience.name}' is not built yet",
            remedy="run `cdp-activate build`, or `cdp-activate audience preview` to count it",
        )
    return model


def difference_sql(
    audience: Audience,
    audiences: Mapping[str, Audience],
    catalog: Catalog,
    as_of: datetime,
    limit: int,
) -> str:
    """One statement: up to `limit` keys of each change as text, and how many there are."""
    queries = queries_of([audience.name], audiences, catalog)
    query, key = queries[audience.name], audience.entity.key
    *before, (_, final) = query.steps.items()
    steps = {**dict(before), _CHOSEN: final, "changes": _changes(audience, catalog)}
    in_order = [exp.Ordered(this=column("member"))]
    place = exp.Window(
        this=exp.RowNumber(),
        partition_by=[column(_CHANGE)],
        order=exp.Order(expressions=in_order),
    )
    total = exp.Window(this=exp.Count(this=exp.Star()), partition_by=[column(_CHANGE)])
    numbered = exp.select(
        column(_CHANGE),
        exp.alias_(exp.cast(column("member"), exp.DataType.Type.TEXT), key),
        exp.alias_(place, "place"),
        exp.alias_(total, "people"),
    ).from_(identifier("changes"))
    steps["final"] = (
        exp.select(*(column(name) for name in (_CHANGE, key, "place", "people")))
        .from_(numbered.subquery("numbered"))
        .where(exp.LTE(this=column("place"), expression=number(max(limit, 1))))
    )
    asked = CompiledAudience(audience, query.facts, query.members_of, steps)
    return to_run(asked, queries, catalog, as_of)


def _changes(audience: Audience, catalog: Catalog) -> exp.Select:
    """Everybody who is in the table or would be, and what becomes of them."""
    key = audience.entity.key
    now, then = column(key, _CHOSEN), column(key, _BUILT)
    other = exp.NullSafeNEQ(this=column(VARIANT, _CHOSEN), expression=column(VARIANT, _BUILT))
    cases = [
        exp.If(this=condition, true=text(change))
        for condition, change in (
            (exp.Is(this=then.copy(), expression=exp.null()), "come"),
            (exp.Is(this=now.copy(), expression=exp.null()), "go"),
            (other, "change_variant"),
        )
    ]
    change = exp.Case(ifs=cases, default=text("stay"))
    built = exp.alias_(table(built_model(audience, catalog)), _BUILT, table=True)
    return (
        exp.select(
            exp.alias_(exp.Coalesce(this=now, expressions=[then]), "member"),
            exp.alias_(change, _CHANGE),
        )
        .from_(identifier(_CHOSEN))
        .join(built, on=exp.EQ(this=now.copy(), expression=then.copy()), join_type="full")
    )


def read_difference(rows: Iterable[tuple[Any, ...]], limit: int) -> dict[str, MembershipChange]:
    """By change what the rows of `difference_sql` say."""
    found: dict[str, tuple[int, list[tuple[int, str]]]] = {}
    for change, key, place, people in rows:
        found.setdefault(change, (int(people), []))[1].append((place, masked_key(key)))
    return {
        change: MembershipChange(count, tuple(key for _, key in sorted(keys)[:limit]))
        for change in CHANGES
        for count, keys in [found.get(change, (0, []))]
    }
