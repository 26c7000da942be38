"""Tallies: the rows of one event gone through once, for every question that audiences ask of them.

They stand in place of facts with one aggregate each (docs/decisions/0004-facts.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlglot import exp

from cdp_activate.audiences.expressions import Expression, identifier
from cdp_activate.audiences.facts import KEY, VALUE, Fact
from cdp_activate.audiences.moments import RelativeInstant
from cdp_activate.catalog import Catalog

_ADDED = (exp.Count, exp.Sum, exp.Min, exp.Max)


@dataclass
class Tally:
    """The rows of one event, and what is asked of them: a boolean expression for each column."""

    name: str
    source: exp.Table
    key: exp.Column
    common: list[Expression]
    facts: dict[str, Fact] = field(default_factory=dict)
    answers: dict[str, tuple[Fact, Expression]] = field(default_factory=dict)
    """By column: the fact that a question is about, and the question."""

    def tree(self) -> exp.Select:
        """A row for each key with rows that any question is about."""
        windows = {name: _residual(fact, self.common) for name, fact in self.facts.items()}
        shared = [
            one for one in next(iter(windows.values())) if all(map(_holds(one), windows.values()))
        ]
        common = [*self.common, *shared]
        select = exp.select(exp.alias_(self.key, KEY)).from_(self.source)
        for name, (fact, question) in self.answers.items():
            answer = _answered_by(question, fact, _residual(fact, common))
            select.append("expressions", exp.alias_(answer, identifier(name)))
        return select.where(*common, *_widest(windows.values(), shared)).group_by(self.key.copy())


def tally_of(fact: Fact, catalog: Catalog) -> Tally | None:
    """An empty tally of the rows a fact is about; None where the fact is of another form.

    The form is one aggregate of the rows of one table, filtered, for each key.
    """
    tree = fact.tree
    plain = {"expressions", "from_", "where", "group"}
    if fact.needs or any(value for name, value in tree.args.items() if name not in plain and value):
        return None
    source = tree.args["from_"].this
    group = tree.args.get("group")
    if not isinstance(source, exp.Table) or "model" not in source.meta or not group:
        return None
    aliases = [one.alias for one in tree.expressions]
    if aliases != [KEY, VALUE] or not isinstance(tree.expressions[1].this, _ADDED):
        return None
    if isinstance(tree.expressions[1].this.this, exp.Distinct):
        return None
    named_by = {
        rows.name_column
        for events in catalog.events.values()
        for rows in events.values()
        if rows.model.name == source.name
    }
    common: list[Expression] = [
        one
        for one in _conditions(tree)
        if isinstance(one, exp.EQ | exp.In)
        and isinstance(one.this, exp.Column)
        and one.this.name in named_by
    ]
    (key,) = group.expressions
    same = exp.select(key.copy()).from_(source.copy()).where(*common).sql("duckdb")
    digest = hashlib.md5(same.encode(), usedforsecurity=False).hexdigest()[:8]
    return Tally(f"tally_{source.name}_{digest}", source.copy(), key.copy(), common)


def with_measure(question: Expression, measure: Expression) -> Expression:
    """The question about this measure."""
    return question.transform(lambda node: measure.copy() if isinstance(node, exp.Column) else node)


def _conditions(tree: exp.Select) -> list[Expression]:
    where = tree.args.get("where")
    pending = [where.this] if where else []
    found: list[Expression] = []
    while pending:
        one = pending.pop(0)
        inner = one.unnest()
        if isinstance(inner, exp.And):
            pending[:0] = [inner.left, inner.right]
        else:
            found.append(one)
    return found


def _residual(fact: Fact, common: list[Expression]) -> list[Expression]:
    """What the fact asks of a row beyond these conditions."""
    return [one.copy() for one in _conditions(fact.tree) if one not in common]


def _holds(condition: Expression) -> Callable[[list[Expression]], bool]:
    return lambda conditions: condition in conditions


def _widest(windows: Iterable[list[Expression]], shared: list[Expression]) -> list[Expression]:
    """What holds of every row in any of the windows; the rolling ones lie within the longest."""
    rest = [[one for one in window if one not in shared] for window in windows]
    if not all(rest):
        return []
    longest: dict[Expression, Expression] = {}
    for first, *others in rest:
        since = _since(first)
        if others or since is None:
            asked = {exp.and_(*window) for window in rest}
            return [exp.paren(exp.or_(*sorted(asked, key=str)), copy=False)]
        longest[first] = first
    return [min(longest.values(), key=lambda one: _since(one) or 0)]


def _since(condition: Expression) -> float | None:
    """Of `at >= as_of - length`: minus the seconds of that length."""
    if isinstance(condition, exp.GTE) and isinstance(condition.this, exp.Column):
        at = condition.expression.meta.get("moment")
        return at.seconds if isinstance(at, RelativeInstant) else None
    return None


def _answered_by(question: Expression, fact: Fact, residual: list[Expression]) -> Expression:
    """The question, asked of the aggregate over only the rows that the fact is about.

    Where there are none a count is 0, as it counts for a key that the fact does not have.
    """
    aggregate = fact.tree.expressions[1].this
    counted = isinstance(aggregate, exp.Count)
    if (
        counted
        and len(residual) == 1
        and _since(residual[0]) is not None
        and _at_least_one(question)
    ):
        # The latest row answers this for every window, and costs no count.
        return residual[0].transform(
            lambda node: exp.Max(this=node) if isinstance(node, exp.Column) else node
        )
    measure = exp.Count(this=exp.Star()) if counted else aggregate.copy()
    if residual:
        rows = exp.Where(this=exp.and_(*residual))
        measure = exp.Filter(this=measure, expression=rows)
    if counted:
        # A count is never unknown: what stands for it then is not needed.
        question = question.transform(
            lambda node: node.this if isinstance(node, exp.Coalesce) else node
        )
    return with_measure(question, measure)


def _at_least_one(question: Expression) -> bool:
    asked = question.unnest()
    return (
        isinstance(asked, exp.GTE)
        and isinstance(asked.this, exp.Coalesce)
        and isinstance(asked.this.this, exp.Column)
        and asked.expression == exp.Literal.number(1)
    )
