"""Many audiences of one entity, judged together (docs/decisions/0004-facts.md).

Three kinds of models take the place of one large query an audience. A *tally* goes through
the rows of one event once, and answers for each key every question that any audience asks of
them. The *judged* model goes through the entity once, joined with the tallies: a column for
each audience that is true for its members. An audience then keeps the rows that are true.

Everything here takes apart trees that `compile` made: what an audience means is not decided here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from cdp_activate.audiences.compile import VARIANT, CompiledAudience
from cdp_activate.audiences.expressions import Expression, column, identifier
from cdp_activate.audiences.facts import KEY, Fact, audience_model
from cdp_activate.audiences.tally import Tally, tally_of, with_measure
from cdp_activate.catalog import Catalog, Entity

FEWEST = 20
"""Fewer audiences of an entity than this are built one by one, which is no slower then."""
ADAPTERS = ("duckdb",)
"""Where judging together was measured to be faster."""

_TRUTHS = (exp.Predicate, exp.Not, exp.And, exp.Or)
_COMPARISONS = (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.EQ, exp.NEQ)


@dataclass
class JudgedGroup:
    """The audiences of one entity that are judged together."""

    entity: Entity
    tallies: dict[str, Tally] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    """Facts that are no tally and are joined as they are."""
    conditions: dict[str, Expression] = field(default_factory=dict)
    """By audience."""
    joins: list[exp.Join] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"judged_{self.entity.name}"

    def tree(self) -> exp.Select:
        """A row for each of the entity: its key, and a column for each audience."""
        people = self.entity.model.name
        key = column(self.entity.key, people)
        select = exp.select(key).from_(exp.Table(this=identifier(people)))
        for name, condition in self.conditions.items():
            named = identifier(audience_model(name))
            # As a CASE, a condition is asked only of those whom the ones before it left.
            member = exp.Case(ifs=[exp.If(this=_two_valued(condition), true=exp.true())])
            member.set("default", exp.false())
            select.append("expressions", exp.Alias(this=member, alias=named))
        for join in self.joins:
            select.append("joins", join)
        for name in self.tallies:
            on = exp.EQ(this=column(KEY, name), expression=key.copy())
            table = exp.Table(this=identifier(name))
            select.append("joins", exp.Join(this=table, side="left", on=on))
        return select

    def members(self, query: CompiledAudience) -> exp.Select:
        """The members of one of its audiences."""

        def here(node: Expression) -> Expression:
            return column(node.name, self.name) if isinstance(node, exp.Column) else node

        (variant,) = (one for one in query.steps["final"].expressions if one.alias == VARIANT)
        return (
            exp.select(column(self.entity.key, self.name), variant.transform(here))
            .from_(exp.Table(this=identifier(self.name)))
            .where(column(audience_model(query.audience.name), self.name))
        )


def judged_together(
    queries: Mapping[str, CompiledAudience], catalog: Catalog, *, fewest: int = FEWEST
) -> dict[str, JudgedGroup]:
    """By entity name, the audiences that are judged together; none where that does not pay.

    Their queries lose their conditions, which are kept once: thousands take much memory.
    """
    if catalog.adapter not in ADAPTERS:
        return {}
    found: dict[str, JudgedGroup] = {}
    for entity in catalog.entities.values():
        own = {name: one for name, one in queries.items() if one.audience.entity == entity}
        shared = _several(own)
        judged = JudgedGroup(entity)
        kept_twice: list[CompiledAudience] = []
        for name, query in own.items():
            if _alone(query):
                _Judging(judged, query, catalog, shared).add(name)
            if name in judged.conditions:
                kept_twice.append(query)
            if len(judged.conditions) >= fewest:
                found[entity.name] = judged
                while kept_twice:
                    kept_twice.pop().steps["final"].set("where", None)
    return found


def _several(queries: Mapping[str, CompiledAudience]) -> set[str]:
    seen: set[str] = set()
    again: set[str] = set()
    for query in queries.values():
        again.update(seen & query.facts.keys())
        seen.update(query.facts)
    return again


def _alone(query: CompiledAudience) -> bool:
    """It needs neither a ranking of people nor another audience."""
    others = query.members_of or any(fact.members_of for fact in query.facts.values())
    return set(query.steps) == {"final"} and not others


class _Judging:
    """Adds one audience, or leaves everything as it was where the audience does not fit."""

    def __init__(
        self, judged: JudgedGroup, query: CompiledAudience, catalog: Catalog, shared: set[str]
    ) -> None:
        self.judged = judged
        self.query = query
        self.tallies: dict[str, Tally] = {}
        for name, fact in query.facts.items():
            tally = tally_of(fact, catalog)
            if tally is not None:
                self.tallies[name] = judged.tallies.get(tally.name, tally)
        self.answers: list[tuple[Tally, str, str, Expression]] = []
        self.fits = all(
            name in self.tallies or name in shared or self._is_needed(name) for name in query.facts
        )

    def _is_needed(self, name: str) -> bool:
        """It is read by another fact only, never by the audience itself."""
        return all(
            join.this.name != name for join in self.query.steps["final"].args.get("joins") or ()
        )

    def add(self, audience: str) -> None:
        final = self.query.steps["final"]
        where = final.args.get("where")
        condition = self._answered(where.this.copy()) if where else exp.true()
        if not self.fits:
            return
        judged = self.judged
        judged.conditions[audience] = condition
        for tally, column_name, fact, answer in self.answers:
            kept = judged.tallies.setdefault(tally.name, tally)
            kept.answers[column_name] = self.query.facts[fact], answer
            kept.facts[fact] = self.query.facts[fact]
        joined = {join.this.name for join in judged.joins}
        for join in final.args.get("joins") or ():
            name = join.this.name
            if name not in self.tallies and name not in joined:
                judged.joins.append(join.copy())
        own = {name: fact for name, fact in self.query.facts.items() if name not in self.tallies}
        judged.facts.update(own)

    def _answered(self, node: Expression) -> Expression:
        """The condition, its questions about tallies replaced by their answers."""
        asked = {found.table for found in node.find_all(exp.Column)}
        counted = asked & self.tallies.keys()
        if not counted:
            return node
        if len(asked) == 1 and isinstance(node, _TRUTHS) and _is_truth(node):
            return self._answer(counted.pop(), node)
        if isinstance(node, exp.Column) or (
            isinstance(node, exp.Not) and not isinstance(node.this, exp.Coalesce)
        ):
            # A measure beside another one; or where unknown and false would differ.
            self.fits = False
            return node
        for name, value in list(node.args.items()):
            if isinstance(value, exp.Expression):
                node.set(name, self._answered(value))
            elif isinstance(value, list):
                node.set(name, [self._answered(one) for one in value])
        return node

    def _answer(self, fact: str, question: Expression) -> Expression:
        tally = self.tallies[fact]
        digest = hashlib.md5(question.sql("duckdb").encode(), usedforsecurity=False).hexdigest()
        name = f"{fact.removeprefix('fact_')}_{digest[:6]}"
        self.answers.append((tally, name, fact, question))
        return _answer_of(column(name, tally.name), question, column(KEY, tally.name))


def _two_valued(condition: Expression) -> Expression:
    """The same, with `not x is true` in place of `not coalesce(x, false)`: it is cheaper."""

    def shorter(node: Expression) -> Expression:
        inner = node.this if isinstance(node, exp.Not) else None
        if isinstance(inner, exp.Coalesce) and inner.expressions == [exp.false()]:
            asked = exp.paren(inner.this.unnest(), copy=False)
            return exp.Not(this=exp.Is(this=asked, expression=exp.true()))
        return node

    return condition.transform(shorter)


def _answer_of(answer: Expression, question: Expression, key: Expression) -> Expression:
    """The answer that a tally has, also of a key without any row: every measure is unknown then.

    Where it is asked, unknown and false come to the same; a question that such a key answers
    with no needs no more than the column.
    """
    nothing = _of_nothing(question)
    if isinstance(nothing, exp.Null) or nothing == exp.false():
        return answer
    if nothing == exp.true():
        return exp.Coalesce(this=answer, expressions=[exp.true()])
    no_row = exp.Is(this=key, expression=exp.null())
    return exp.Case(ifs=[exp.If(this=no_row, true=nothing)], default=answer)


def _of_nothing(question: Expression) -> Expression:
    """The question about an unknown measure: true, false or NULL where it is a comparison."""
    asked = question.unnest()
    if isinstance(asked, _COMPARISONS):
        if isinstance(asked.this, exp.Column):
            return exp.null()
        if isinstance(asked.this, exp.Coalesce) and isinstance(asked.this.this, exp.Column):
            (instead,) = asked.this.expressions
            compared = asked.copy()
            compared.set("this", instead.copy())
            # Whoever syncs has no use for it, and it takes a while to load.
            from sqlglot.optimizer.simplify import simplify

            folded: Expression = simplify(compared)
            return folded
    if not question.find(exp.Coalesce, exp.Is, exp.Case, exp.Boolean, exp.Anonymous):
        # Nothing in it turns unknown into an answer; a bare NULL in a function has no type.
        return exp.null()
    return with_measure(question, exp.null())


def _is_truth(node: Expression) -> bool:
    """A question as it was asked: what is under a `not`, unknown made false, is one by itself."""
    inner = node.this if isinstance(node, exp.Not) else node
    return not isinstance(inner, exp.Coalesce | exp.Paren)
