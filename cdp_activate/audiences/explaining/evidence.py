"""What a condition looks at, as SQL of one row: the values beside its yes or no.

They are read off the same facts that judge the condition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from cdp_activate.audiences.compiling import assignments, memberships, relations, stages
from cdp_activate.audiences.compiling.keys import bucket_of
from cdp_activate.audiences.compiling.measures import measured
from cdp_activate.audiences.compiling.rankings import ranking
from cdp_activate.audiences.compiling.scope import Scope
from cdp_activate.audiences.explaining.values import plain
from cdp_activate.audiences.expressions import Expression, column, local, number, without_nan
from cdp_activate.audiences.facts import VALUE
from cdp_activate.audiences.model import (
    Assignment,
    ColumnTest,
    Condition,
    Event,
    EventRows,
    KeySample,
    MeasureComparison,
    Membership,
    MembershipHistory,
    Related,
    SqlCondition,
    StageCondition,
    Trait,
)
from cdp_activate.audiences.operators import RANKING
from cdp_activate.catalog import Column, Type

_COUNT = Column("count", Type("integer"))


@dataclass(frozen=True)
class Find:
    """A value to look up: what it is called, its SQL, and the column that it is of."""

    label: str
    value: Expression
    of: Column = _COUNT


def finds(scope: Scope, condition: Condition) -> list[Find]:
    """What is found for a condition; nothing where its yes or no says it all."""
    look = _LOOK.get(type(condition))
    return list(look(scope, condition)) if look else []


def is_personal(scope: Scope, of: Column) -> bool:
    """The column is marked as personal, or lies inside one that is."""
    if of.pii or not of.inside:
        return bool(of.pii)
    outer = [model.columns.get(of.inside) for model in scope.catalog.models.values()]
    return any(one.pii for one in outer if one and of in one.paths.values())


def _trait(scope: Scope, trait: Trait) -> Find:
    of = trait.column
    names = [*(one.name for one in trait.through), of.name]
    return Find(plain(".".join(names)), _shown(scope.value(trait), of), of)


def _shown(value: Expression, of: Column) -> Expression:
    """Times in UTC, and NaN as nothing: what every driver returns alike."""
    return local(without_nan(value, of.type), of, "UTC") if of.type.kind != "date" else value


def _test(scope: Scope, test: ColumnTest) -> Iterable[Find]:
    trait = Trait(test.column, test.through)
    yield _trait(scope, trait)
    if any(one.operator in RANKING for one in test.comparisons):
        fact = scope.fact(ranking(scope, trait))
        yield Find("place from the highest", column("from_top", fact))
        yield Find("of", column("total", fact))
    for one in test.comparisons:
        if isinstance(one.operand, Trait):
            yield _trait(scope, one.operand)


def _event(scope: Scope, asked: Event) -> Iterable[Find]:
    yield _measure(scope, asked.rows, asked.rows.measure.name)
    for one in asked.comparisons:
        if isinstance(one.operand, Trait):
            yield _trait(scope, one.operand)


def _measure(scope: Scope, rows: EventRows, label: str) -> Find:
    of, value = rows.measure.column, measured(scope, rows).value()
    if of is None or rows.measure.name == "distinct":
        return Find(label, value)
    if rows.measure.name in ("min", "max"):
        # It is an instant already: only its offset is left to be taken away.
        in_utc = local(value, of, "UTC") if of.type.zoned else value
        return Find(label, in_utc, of)
    return Find(label, value, of)


def _compared(scope: Scope, asked: MeasureComparison) -> Iterable[Find]:
    yield _measure(scope, asked.left, "left")
    yield _measure(scope, asked.right, "right")


def _related(scope: Scope, asked: Related) -> Iterable[Find]:
    if asked.pick is None:
        fact = scope.fact(relations.counted(scope, asked))
        yield Find("as asked", _or_none(column("passing", fact)))
        yield Find("of", _or_none(column("total", fact)))


def _or_none(count: Expression) -> Expression:
    return exp.Coalesce(this=count, expressions=[number(0)])


def _stage(scope: Scope, asked: StageCondition) -> Iterable[Find]:
    fact = scope.fact(stages.stay_now(asked))
    at = asked.rows.model.columns[asked.rows.at]
    since: Expression = column("since", fact)
    yield Find(
        "stage", column("stage", fact), asked.rows.model.columns[asked.rows.columns["stage"]]
    )
    yield Find("since", local(since, at, "UTC") if at.type.zoned else since, at)


def _member(scope: Scope, asked: Membership) -> Iterable[Find]:
    if len(asked.names) > 1:
        for name in asked.names:
            yield Find(name, memberships.member(scope, Membership((name,), asked.entity)))


def _stayed(scope: Scope, asked: MembershipHistory) -> Iterable[Find]:
    for name in asked.names:
        fact = scope.fact(memberships.stays(asked.rows, name))
        more = f" ({name})" if len(asked.names) > 1 else ""
        for label, shown, role in (
            ("since", "in it since", "entered_at"),
            ("last_exit", "left", "exited_at"),
        ):
            of = asked.rows.model.columns[asked.rows.columns[role]]
            value: Expression = column(label, fact)
            yield Find(shown + more, local(value, of, "UTC") if of.type.zoned else value, of)


def _assigned(scope: Scope, asked: Assignment) -> Iterable[Find]:
    says = {"experiment": "variant", "journey": "state"}[asked.role]
    of = asked.rows.model.columns[asked.rows.columns[says]]
    yield Find(says, column(VALUE, scope.fact(assignments.last(asked))), of)


def _sample(scope: Scope, asked: KeySample) -> Iterable[Find]:
    yield Find("bucket", bucket_of(scope, asked.salt))


def _written(scope: Scope, asked: SqlCondition) -> Iterable[Find]:
    known = scope.entity.model.columns
    for name in dict.fromkeys(one.name for one in asked.tree.find_all(exp.Column)):
        if name in known:
            yield _trait(scope, Trait(known[name]))


_LOOK: dict[type[Any], Callable[[Scope, Any], Iterable[Find]]] = {
    ColumnTest: _test,
    Event: _event,
    MeasureComparison: _compared,
    Related: _related,
    StageCondition: _stage,
    Membership: _member,
    MembershipHistory: _stayed,
    Assignment: _assigned,
    KeySample: _sample,
    SqlCondition: _written,
}
