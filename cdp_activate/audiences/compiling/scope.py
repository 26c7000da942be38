"""Where conditions become SQL: whose rows they judge, and the facts they ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

from sqlglot import exp

from cdp_activate.audiences.cells import value_of
from cdp_activate.audiences.comparisons import all_of
from cdp_activate.audiences.compiling.references import referred
from cdp_activate.audiences.expressions import Expression, column, identifier, number
from cdp_activate.audiences.facts import KEY, VALUE, Fact
from cdp_activate.audiences.model import All, AnyOf, AtLeast, ColumnTest, Condition, Not, Trait
from cdp_activate.catalog import Catalog, Entity
from cdp_activate.errors import UsageError

_MOST_TERMS = 50


class Scope:
    """Judges conditions about the rows of one entity.

    `table` is the alias where its columns are found, `people` the one where its key is.
    `facts` and `members_of` (audience: its model) collect what the conditions ask for.
    `builders` has a function for each class of conditions.
    """

    def __init__(
        self, catalog: Catalog, entity: Entity, builders: Mapping[type[Any], Builder]
    ) -> None:
        self.catalog = catalog
        self.entity = entity
        self.builders = builders
        self.table = entity.model.name
        self.people = self.table
        self.facts: dict[str, Fact] = {}
        self.members_of: dict[str, str] = {}

    def condition(self, condition: Condition) -> Expression:
        """True where it holds; false or NULL where it does not."""
        return combined(condition, lambda leaf: self.builders[type(leaf)](self, leaf))

    def fact(self, fact: Fact) -> str:
        """The name of a fact, which is asked for from now on, with what it needs."""
        for one in (*fact.needs, fact):
            self.facts.setdefault(one.name, one)
            self.members_of.update(one.members_of)
        return fact.name

    def inside(self, entity: Entity) -> Scope:
        """A scope of its own, for conditions about a related entity."""
        return Scope(self.catalog, entity, self.builders)

    def value(self, trait: Trait) -> Expression:
        """The value of a trait, of the entity or of what it refers to."""
        if trait.through:
            return column(VALUE, self.fact(referred(self.entity, trait, self.catalog)))
        return value_of(trait.column, self.table)

    def key(self) -> exp.Column:
        return column(self.entity.key, self.people)

    def key_text(self) -> Expression:
        """The key as text (7.10)."""
        kind = self.entity.model.columns[self.entity.key].type.kind
        key = self.key()
        if kind == "text":
            return key
        if kind not in ("integer", "uuid"):
            what = "of a type that we do not know" if kind == "other" else f"a {kind}"
            raise UsageError(
                f"the key of {self.entity.name}, '{self.entity.key}', is {what}",
                remedy="make it text, an integer or a uuid in dbt, and declare its data_type",
            )
        as_text = exp.cast(key, exp.DataType.Type.TEXT)
        return exp.Lower(this=as_text) if kind == "uuid" else as_text

    def joined(self, select: exp.Select, expressions: list[Expression]) -> exp.Select:
        """`select`, joined with the facts and audiences that the expressions name."""
        named = {
            found.table for expression in expressions for found in expression.find_all(exp.Column)
        }
        for name in (*self.facts, *self.members_of.values()):
            if name in named:
                fact = self.facts.get(name)
                other = column(KEY if fact else self.entity.key, name)
                key = self.key_text() if fact and fact.by_text else self.key()
                on = exp.EQ(this=other, expression=key)
                table = exp.Table(this=identifier(name))
                select.append("joins", exp.Join(this=table, side="left", on=on))
        return select


Builder = Callable[[Scope, Any], Expression]


def combined(condition: Condition, leaf: Callable[[Any], Expression]) -> Expression:
    """`all`, `any`, `not` and `at_least` over leaves."""
    if isinstance(condition, All):
        return exp.and_(*(combined(inner, leaf) for inner in condition.of), copy=False)
    if isinstance(condition, AnyOf):
        found = exp.or_(*(combined(inner, leaf) for inner in condition.of), copy=False)
        return exp.paren(found, copy=False)
    if isinstance(condition, Not):
        return exp.not_(known(combined(condition.inner, leaf)), copy=False)
    if isinstance(condition, AtLeast):
        ones = [one_if(combined(inner, leaf)) for inner in condition.of]
        return exp.GTE(this=exp.paren(_sum(ones), copy=False), expression=number(condition.n))
    return leaf(condition)


def _sum(terms: list[Expression]) -> Expression:
    """The terms added up; many of them in brackets, so that no warehouse finds it too deep."""
    if len(terms) > _MOST_TERMS:
        size = -(-len(terms) // _MOST_TERMS)
        parts = [terms[place : place + size] for place in range(0, len(terms), size)]
        terms = [exp.paren(_sum(part), copy=False) for part in parts]
    return reduce(lambda left, right: exp.Add(this=left, expression=right), terms)


def filtered(where: Condition, table: str = "") -> Expression:
    """A tree of tests of the columns of rows (`where:` of an event); `table` is their alias."""

    def leaf(test: Condition) -> Expression:
        assert isinstance(test, ColumnTest)
        return all_of(value_of(test.column, table), test.comparisons, test.column, test.options)

    return combined(where, leaf)


def known(condition: Expression) -> Expression:
    """Unknown is false: a condition under `not:` must be one or the other (1.1)."""
    return exp.Coalesce(this=exp.paren(condition, copy=False), expressions=[exp.false()])


def one_if(condition: Expression) -> Expression:
    return exp.Case(ifs=[exp.If(this=condition, true=number(1))], default=number(0))


def found(fact: str) -> Expression:
    """The fact has a row for this key."""
    return exp.not_(exp.Is(this=column(KEY, fact), expression=exp.null()))
