"""From an Audience to a query tree.

One compiler serves dbt models, previews and plans: they differ only in how the tree is
written down (`render`), never in what it says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from cdp_activate.audiences.compiling.keys import bucket
from cdp_activate.audiences.compiling.kinds import BUILDERS
from cdp_activate.audiences.compiling.measures import measured
from cdp_activate.audiences.compiling.scope import Scope, known
from cdp_activate.audiences.dialects import call
from cdp_activate.audiences.expressions import (
    Expression,
    column,
    exact_instant,
    identifier,
    in_order,
    number,
    text,
    without_nan,
)
from cdp_activate.audiences.facts import Fact
from cdp_activate.audiences.model import Audience, EventRows, KeySample, Rank, Trait
from cdp_activate.catalog import Catalog

VARIANT = "variant"


@dataclass
class CompiledAudience:
    """A compiled audience: what it reads, and the SELECTs that end in its members.

    `steps` are common table expressions in order; the last one, `final`, has the key of
    the entity and `variant`.
    """

    audience: Audience
    facts: dict[str, Fact] = field(default_factory=dict)
    members_of: dict[str, str] = field(default_factory=dict)
    steps: dict[str, exp.Select] = field(default_factory=dict)


def compile_audience(audience: Audience, catalog: Catalog) -> CompiledAudience:
    """The query of one audience. Names in it are already checked by `read`."""
    return _Compiler(audience, catalog).query()


class _Compiler:
    def __init__(self, audience: Audience, catalog: Catalog) -> None:
        self.audience = audience
        self.scope = Scope(catalog, audience.entity, BUILDERS)
        self.steps: dict[str, exp.Select] = {}

    def query(self) -> CompiledAudience:
        audience, scope = self.audience, self.scope
        where = [scope.condition(audience.where)] if audience.where else []
        if audience.rank:
            value = exp.alias_(self._rank_value(audience.rank), "rank_value")
            per = audience.rank.per
            group = [exp.alias_(self._group(per), "rank_per")] if per else []
            self.steps["candidates"] = self._people([value, *group], where)
            self.steps["ranked"] = self._ranked(audience.rank)
            # Exclusion comes after ranking: an excluded place is not given to the next (7.6).
            where = [high_enough(audience.rank)]
            scope.people = "ranked"
        kept = [exp.not_(known(scope.condition(member)), copy=False) for member in audience.exclude]
        variant = exp.alias_(self._variant(), VARIANT)
        self.steps["final"] = self._people([variant], [*where, *kept])
        return CompiledAudience(audience, scope.facts, scope.members_of, self.steps)

    # Steps ...

    def _people(self, columns: list[Expression], conditions: list[Expression]) -> exp.Select:
        """Keys of the people, joined with the facts and audiences that the expressions name."""
        select = exp.select(self.scope.key(), *columns).from_(identifier(self.scope.people))
        return self.scope.joined(select, [*columns, *conditions]).where(*conditions, copy=False)

    def _rank_value(self, rank: Rank) -> Expression:
        if isinstance(rank.by, EventRows):
            return measured(self.scope, rank.by).value()
        return self._value(rank.by)

    def _value(self, trait: Trait) -> Expression:
        return exact_instant(without_nan(self.scope.value(trait), trait.column.type), trait.column)

    def _group(self, per: Trait) -> Expression:
        value = self._value(per)
        return call("cdp_group", value) if per.column.type.kind == "double" else value

    def _ranked(self, rank: Rank) -> exp.Select:
        def group() -> list[Expression]:
            return [column("rank_per")] if rank.per else []

        entity = self.scope.entity
        key_type = entity.model.columns[entity.key].type
        value: Expression = column("rank_value")
        if isinstance(rank.by, Trait):
            value = in_order(value, rank.by.column.type)
        place = exp.Window(
            this=exp.RowNumber(),
            partition_by=group(),
            order=exp.Order(
                expressions=[
                    exp.Ordered(this=value, desc=rank.descending, nulls_first=False),
                    exp.Ordered(this=in_order(column(entity.key), key_type)),
                ]
            ),
        )
        total = exp.Window(this=exp.Count(this=exp.Star()), partition_by=group())
        return (
            exp.select(column(self.scope.entity.key))
            .select(exp.alias_(place, "place"), exp.alias_(total, "total"))
            .from_(identifier("candidates"))
        )

    def _variant(self) -> Expression:
        audience = self.audience
        cases = []
        if audience.holdout:
            cases.append(exp.If(this=bucket(self.scope, audience.holdout), true=text("holdout")))
        for variant in audience.variants:
            share = KeySample(variant.first, variant.last - 1, audience.variant_salt)
            cases.append(exp.If(this=bucket(self.scope, share), true=text(variant.name)))
        return exp.cast(exp.Case(ifs=cases) if cases else exp.null(), exp.DataType.Type.TEXT)


def high_enough(rank: Rank) -> Expression:
    """The place in the step `ranked` is among those that are kept."""
    place, total = column("place", "ranked"), column("total", "ranked")
    if rank.top is not None:
        return exp.LTE(this=place, expression=number(rank.top))
    before = exp.paren(exp.Sub(this=place, expression=number(1)), copy=False)
    share = exp.Mul(this=total, expression=number(rank.top_percent or 0))
    return exp.LT(this=exp.Mul(this=before, expression=number(100)), expression=share)


def shared_facts(asking: Mapping[str, Mapping[str, Fact]]) -> dict[str, Fact]:
    """The facts that more than one model asks for: each becomes a model of its own."""
    asked: dict[str, int] = {}
    known: dict[str, Fact] = {}
    for facts in asking.values():
        for name, fact in facts.items():
            asked[name] = asked.get(name, 0) + 1
            known[name] = fact
    return {name: known[name] for name in sorted(known) if asked[name] > 1}
