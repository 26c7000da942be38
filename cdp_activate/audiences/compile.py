"""From an Audience to a query tree.

One compiler serves dbt models, previews and plans: they differ only in how the tree is
written down (`render`), never in what it says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce

from sqlglot import exp

from cdp_activate.audiences import facts
from cdp_activate.audiences.comparisons import all_of, compare
from cdp_activate.audiences.dialects import call
from cdp_activate.audiences.expressions import (
    Expression,
    column,
    day,
    identifier,
    moment,
    number,
    text,
    without_nan,
)
from cdp_activate.audiences.facts import KEY, VALUE, Fact
from cdp_activate.audiences.model import (
    All,
    AnyOf,
    AtLeast,
    Audience,
    Condition,
    Consent,
    Event,
    Happened,
    Listed,
    Member,
    Not,
    Options,
    Rank,
    Sample,
    Stage,
    Test,
)
from cdp_activate.audiences.moments import Duration, Elapsed, LocalDate
from cdp_activate.audiences.operators import RANKING
from cdp_activate.catalog import Catalog, Column, Entity, Type
from cdp_activate.errors import UsageError

VARIANT = "variant"
BUCKETS = 10_000


@dataclass
class Query:
    """A compiled audience: what it reads, and the SELECTs that end in its members.

    `steps` are common table expressions in order; the last one, `final`, has the key of
    the entity and `variant`.
    """

    audience: Audience
    facts: dict[str, Fact] = field(default_factory=dict)
    members_of: dict[str, str] = field(default_factory=dict)
    steps: dict[str, exp.Select] = field(default_factory=dict)


def audience_model(name: str) -> str:
    """The name of the dbt model that holds an audience."""
    return f"audience_{name}"


def compile_audience(audience: Audience, catalog: Catalog) -> Query:
    """The query of one audience. Names in it are already checked by `read`."""
    return _Compiler(audience, catalog).query()


class _Compiler:
    def __init__(self, audience: Audience, catalog: Catalog) -> None:
        self.audience = audience
        self.catalog = catalog
        self.entity: Entity = audience.entity
        self.table = self.entity.model.name
        self.people = self.table
        self.result = Query(audience)

    def query(self) -> Query:
        audience = self.audience
        where = [self.condition(audience.where)] if audience.where else []
        if audience.rank:
            value = exp.alias_(self._rank_value(audience.rank), "rank_value")
            per = audience.rank.per
            group = [exp.alias_(self._own(per), "rank_per")] if per else []
            self.result.steps["candidates"] = self._people([value, *group], where)
            self.result.steps["ranked"] = self._ranked(audience.rank)
            # Exclusion comes after ranking: an excluded place is not given to the next (7.6).
            where = [self._high_enough(audience.rank)]
            self.people = "ranked"
        kept = [exp.not_(_known(self.condition(member))) for member in audience.exclude]
        variant = exp.alias_(self._variant(), VARIANT)
        self.result.steps["final"] = self._people([variant], [*where, *kept])
        return self.result

    # Steps ...

    def _people(self, columns: list[Expression], conditions: list[Expression]) -> exp.Select:
        """Keys of the people, joined with the facts and audiences that the expressions name."""
        key = column(self.entity.key, self.people)
        select = exp.select(key, *columns).from_(identifier(self.people))
        named = {
            found.table
            for expression in (*columns, *conditions)
            for found in expression.find_all(exp.Column)
        }
        for name in (*self.result.facts, *self.result.members_of.values()):
            if name in named:
                other = column(KEY if name in self.result.facts else self.entity.key, name)
                on = exp.EQ(this=other, expression=key.copy())
                select = select.join(identifier(name), on=on, join_type="left")
        return select.where(*conditions)

    def _rank_value(self, rank: Rank) -> Expression:
        if isinstance(rank.by, Happened):
            return self._measured(rank.by)
        return self._own(rank.by)

    def _own(self, of: Column) -> Expression:
        return without_nan(column(of.name, self.table), of.type)

    def _ranked(self, rank: Rank) -> exp.Select:
        def group() -> list[Expression]:
            return [column("rank_per")] if rank.per else []

        place = exp.Window(
            this=exp.RowNumber(),
            partition_by=group(),
            order=exp.Order(
                expressions=[
                    exp.Ordered(this=column("rank_value"), desc=rank.descending, nulls_first=False),
                    exp.Ordered(this=column(self.entity.key)),
                ]
            ),
        )
        total = exp.Window(this=exp.Count(this=exp.Star()), partition_by=group())
        return (
            exp.select(column(self.entity.key))
            .select(exp.alias_(place, "place"), exp.alias_(total, "total"))
            .from_(identifier("candidates"))
        )

    def _high_enough(self, rank: Rank) -> Expression:
        place, total = column("place", "ranked"), column("total", "ranked")
        if rank.top is not None:
            return exp.LTE(this=place, expression=number(rank.top))
        before = exp.paren(exp.Sub(this=place, expression=number(1)), copy=False)
        share = exp.Mul(this=total, expression=number(rank.top_percent or 0))
        return exp.LT(this=exp.Mul(this=before, expression=number(100)), expression=share)

    def _variant(self) -> Expression:
        audience = self.audience
        cases = []
        if audience.holdout:
            cases.append(exp.If(this=self._bucket(audience.holdout), true=text("holdout")))
        for variant in audience.variants:
            share = Sample(variant.first, variant.last - 1, audience.variant_salt)
            cases.append(exp.If(this=self._bucket(share), true=text(variant.name)))
        return exp.cast(exp.Case(ifs=cases) if cases else exp.null(), exp.DataType.Type.TEXT)

    # Conditions ...

    def condition(self, condition: Condition) -> Expression:
        """True where it holds; false or NULL where it does not."""
        return _combined(condition, self._leaf)

    def _leaf(self, condition: Condition) -> Expression:
        if isinstance(condition, Test):
            return self._trait(condition)
        if isinstance(condition, Event):
            measured = self._measured(condition.rows)
            judged = self._judged(condition.rows)
            options = Options(timezone=self.audience.timezone)
            return all_of(measured, condition.comparisons, judged, options, self.table)
        if isinstance(condition, Stage):
            return self._stage(condition)
        if isinstance(condition, Member):
            return self._member(condition)
        if isinstance(condition, Consent):
            return _found(self._fact(facts.consent(condition)))
        if isinstance(condition, Listed):
            keys = [text(key) for key in condition.keys]
            return exp.In(this=self._key_text(), expressions=keys)
        assert isinstance(condition, Sample)
        return self._bucket(condition)

    def _fact(self, fact: Fact) -> str:
        self.result.facts.setdefault(fact.name, fact)
        return fact.name

    def _trait(self, test: Test) -> Expression:
        if test.through:
            of = self.catalog.entities[test.through.to]
            fact = facts.reference(self.entity, test.through, of, test.column.name)
            subject = column(VALUE, self._fact(fact))
        else:
            subject = column(test.column.name, self.table)
        conditions = []
        for comparison in test.comparisons:
            if comparison.operator in RANKING:
                fact = facts.ranking(self.entity, test.column)
                holds = facts.ranked(self._fact(fact), comparison)
                if test.options.include_nulls:
                    unknown = exp.Is(this=column("total", fact.name), expression=exp.null())
                    holds = exp.paren(exp.or_(holds, unknown), copy=False)
            else:
                holds = compare(subject.copy(), comparison, test.column, test.options, self.table)
            conditions.append(holds)
        return exp.and_(*conditions)

    def _judged(self, rows: Happened) -> Column:
        of = rows.measure.column
        if rows.measure.name in ("min", "max") and of:
            kind = of.type if of.type.kind != "double" else Type("decimal")
            return Column(of.name, kind)
        return Column(rows.measure.name, Type("decimal"))

    def _measured(self, rows: Happened) -> Expression:
        where = _combined(rows.where, _property) if rows.where else None
        value = column(VALUE, self._fact(facts.happened(rows, where)))
        if rows.measure.name in ("count", "sum", "distinct"):
            return exp.Coalesce(this=value, expressions=[number(0)])
        return value

    def _stage(self, asked: Stage) -> Expression:
        if asked.ever:
            return _found(self._fact(facts.ever_in_stage(asked)))
        fact = self._fact(facts.stays(asked))
        at = asked.rows.model.columns[asked.rows.at]
        since = column("since", fact)
        conditions = [_one_of(column("stage", fact), asked.names)]

        def ago(length: Duration, *, today_counts: bool) -> Expression:
            if at.type.kind != "date":
                return moment(Elapsed(-length.seconds), zoned=at.type.zoned)
            return day(LocalDate(today_counts - (length.days or 0), asked.timezone))

        if asked.entered:
            first = ago(asked.entered, today_counts=True)
            conditions.append(exp.GTE(this=since, expression=first))
        if asked.for_at_least:
            last = ago(asked.for_at_least, today_counts=False)
            conditions.append(exp.LTE(this=since.copy(), expression=last))
        if asked.came_from:
            conditions.append(_one_of(column("came_from", fact), asked.came_from))
        return exp.and_(*conditions)

    def _member(self, asked: Member) -> Expression:
        found = []
        for name in asked.names:
            self.result.members_of[name] = audience_model(name)
            missing = exp.Is(
                this=column(self.entity.key, audience_model(name)), expression=exp.null()
            )
            found.append(exp.not_(missing))
        return exp.paren(exp.or_(*found), copy=False) if len(found) > 1 else found[0]

    def _bucket(self, share: Sample) -> Expression:
        salted = exp.DPipe(this=text(f"{share.salt}|"), expression=self._key_text())
        bucket = call("cdp_bucket", salted)
        if share.first == 0:
            return exp.LT(this=bucket, expression=number(share.last + 1))
        return exp.Between(this=bucket, low=number(share.first), high=number(share.last))

    def _key_text(self) -> Expression:
        """The key as text (7.10)."""
        kind = self.entity.model.columns[self.entity.key].type.kind
        key = column(self.entity.key, self.people)
        if kind == "text":
            return key
        if kind not in ("integer", "uuid"):
            raise UsageError(
                f"the key of {self.entity.name}, '{self.entity.key}', is a {kind}",
                remedy="declare its data_type in the model's contract as text, integer or uuid",
            )
        as_text = exp.cast(key, exp.DataType.Type.TEXT)
        return exp.Lower(this=as_text) if kind == "uuid" else as_text


def _combined(condition: Condition, leaf: Callable[[Condition], Expression]) -> Expression:
    """`all`, `any`, `not` and `at_least` over leaves."""
    if isinstance(condition, All):
        return exp.and_(*(_combined(inner, leaf) for inner in condition.of))
    if isinstance(condition, AnyOf):
        found = exp.or_(*(_combined(inner, leaf) for inner in condition.of))
        return exp.paren(found, copy=False)
    if isinstance(condition, Not):
        return exp.not_(_known(_combined(condition.inner, leaf)))
    if isinstance(condition, AtLeast):
        ones = [_one_if(_combined(inner, leaf)) for inner in condition.of]
        total = reduce(lambda left, right: exp.Add(this=left, expression=right), ones)
        return exp.GTE(this=exp.paren(total, copy=False), expression=number(condition.n))
    return leaf(condition)


def _property(condition: Condition) -> Expression:
    """A test of a column of rows (`where:` of an event)."""
    assert isinstance(condition, Test)
    of = condition.column
    return all_of(column(of.name), condition.comparisons, of, condition.options)


def _known(condition: Expression) -> Expression:
    """Unknown is false: a condition under `not:` must be one or the other (1.1)."""
    return exp.Coalesce(this=exp.paren(condition, copy=False), expressions=[exp.false()])


def _one_if(condition: Expression) -> Expression:
    return exp.Case(ifs=[exp.If(this=condition, true=number(1))], default=number(0))


def _one_of(subject: Expression, names: tuple[str, ...]) -> Expression:
    return exp.In(this=subject, expressions=[text(name) for name in names])


def _found(fact: str) -> Expression:
    return exp.not_(exp.Is(this=column(KEY, fact), expression=exp.null()))


def shared_facts(queries: Mapping[str, Query]) -> dict[str, Fact]:
    """The facts that more than one audience asks for: each becomes a model of its own."""
    asked: dict[str, int] = {}
    known: dict[str, Fact] = {}
    for query in queries.values():
        for name, fact in query.facts.items():
            asked[name] = asked.get(name, 0) + 1
            known[name] = fact
    return {name: known[name] for name in sorted(known) if asked[name] > 1}
