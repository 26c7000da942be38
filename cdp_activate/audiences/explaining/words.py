"""An audience in plain English: `cdp-activate audience explain`.

From the tree alone: nothing is compiled, no warehouse is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from cdp_activate.audiences.explaining import rows, states
from cdp_activate.audiences.explaining.sentence import Say, Sentence
from cdp_activate.audiences.explaining.times import duration
from cdp_activate.audiences.explaining.values import (
    number,
    percentage,
    plain,
    quoted,
    test_in_words,
    trait_in_words,
)
from cdp_activate.audiences.model import (
    All,
    AnyOf,
    Assignment,
    AtLeast,
    Audience,
    ColumnTest,
    Comparison,
    Condition,
    ConsentCondition,
    Event,
    EventRows,
    KeyList,
    KeySample,
    KeySeed,
    MeasureComparison,
    Membership,
    MembershipHistory,
    Not,
    Occurrence,
    Rank,
    Related,
    Sequence,
    SqlCondition,
    StageCondition,
    TraitChange,
    walk,
)
from cdp_activate.words import listed, many

LEAVES: dict[type[Any], Callable[[Any, Say], Sentence]] = {
    ColumnTest: lambda test, _: Sentence(test_in_words(test)),
    Event: rows.event,
    Occurrence: rows.occurrence,
    Sequence: rows.sequence,
    MeasureComparison: rows.compared,
    Related: rows.related,
    TraitChange: states.changed,
    StageCondition: states.stage,
    Membership: states.member,
    MembershipHistory: states.stayed,
    Assignment: states.assigned,
    ConsentCondition: states.consent,
    KeyList: states.key_listed,
    KeySeed: states.seeded,
    KeySample: states.sample,
    SqlCondition: states.written,
}
"""What says each class of conditions that is made of no others."""


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """What a condition is combined of; of a leaf nothing."""
    if isinstance(condition, All | AnyOf | AtLeast):
        return condition.of
    return (condition.inner,) if isinstance(condition, Not) else ()


def sentence(condition: Condition) -> Sentence:
    """A condition, and those that it is made of."""
    if isinstance(condition, Not):
        inner = condition.inner
        if isinstance(inner, AnyOf):
            return Sentence("none of these holds", tuple(map(sentence, inner.of)))
        if isinstance(inner, Event) and _at_least_once(inner):
            return leaf(replace(inner, comparisons=(Comparison("eq", 0),)))
        said = sentence(inner)
        return Sentence(f"it is not so that {said.text}{_or_unknown(inner)}", said.parts)
    inside = tuple(map(sentence, parts_of(condition)))
    return Sentence(headline(condition), inside) if inside else leaf(condition)


def headline(condition: Condition) -> str:
    """A condition that is made of others, without them."""
    if isinstance(condition, All):
        return "all of these hold"
    if isinstance(condition, AnyOf):
        return "at least one of these holds"
    if isinstance(condition, AtLeast):
        verb = "holds" if condition.n == 1 else "hold"
        return f"at least {condition.n} of these {verb}"
    return "this is not so"


def leaf(condition: Condition) -> Sentence:
    return LEAVES[type(condition)](condition, sentence)


def _at_least_once(asked: Event) -> bool:
    of = asked.rows
    once = asked.comparisons == (Comparison("gte", 1),)
    return once and of.measure.name == "count" and of.having is None


def _or_unknown(inner: Condition) -> str:
    """`not:` lets the unknown in, which is easily forgotten (1.1)."""
    test = inner if isinstance(inner, ColumnTest) else None
    if test is None or test.options.include_nulls or (test.column.required and not test.through):
        return ""
    asked = {comparison.operator for comparison in test.comparisons}
    return "" if asked == {"is_null"} else " (which is so where it is not known)"


@dataclass(frozen=True, slots=True)
class Explanation:
    """An audience in sentences: who, what holds of them, and what becomes of those chosen."""

    who: str
    where: tuple[Sentence, ...]
    then: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """For people."""
        yield f"{self.who}{':' if self.where else '.'}"
        for one in self.where:
            yield from one.lines()
        yield from (f"{one}." for one in self.then)

    def as_dict(self) -> dict[str, object]:
        """The form for machines."""
        where = [one.as_dict() for one in self.where]
        return {"who": self.who, "where": where, "then": list(self.then)}


def explain(audience: Audience) -> Explanation:
    """The whole audience in words."""
    where = audience.where
    of = plain(audience.entity.name)
    if where is None:
        return Explanation(f"Every {of}", (), tuple(_then(audience)))
    conditions = where.of if isinstance(where, All) else (where,)
    holds = "this holds" if len(conditions) == 1 else "all of this holds"
    who = f"Every {of} of whom {holds}"
    return Explanation(who, tuple(map(sentence, conditions)), tuple(_then(audience)))


def _then(audience: Audience) -> Iterator[str]:
    """What is said of the audience beside its conditions, in the order in which it acts (7.6)."""
    if audience.rank:
        yield rank_in_words(audience.rank)
    if audience.exclude:
        out = listed([exclusion(one) for one in audience.exclude])
        yield f"Then, without anyone in their place, {out} are taken out"
    if audience.holdout:
        held = states.share(audience.holdout.first, audience.holdout.last)
        salt = quoted(audience.holdout.salt)
        yield f"{held} of them, drawn by {salt}, are held out: they are never sent anywhere"
    if audience.variants:
        shares = [
            f"{states.share(one.first, one.last - 1)} are in {quoted(one.name)}"
            for one in audience.variants
        ]
        others = "the others" if audience.holdout else "them"
        salt = quoted(audience.variant_salt)
        yield f"Of {others}, drawn by {salt}, {listed(shares)}"
    yield from _limits(audience)
    if not audience.publish:
        yield "It is a building block of other audiences: it is never synced"
    zoned = [part for part in walk(audience.where) if getattr(part, "timezone", "UTC") != "UTC"]
    if zoned:
        yield f"Days, weeks and months are those of {audience.timezone}"


def rank_in_words(rank: Rank) -> str:
    """'Of these, the first 100 in each tier, by spend, highest first'."""
    by = rank.by
    order = rows.measure_in_words(by, sentence) if isinstance(by, EventRows) else trait_in_words(by)
    first = f"{rank.top:,}" if rank.top is not None else f"{number(rank.top_percent or 0)}%"
    group = f" for each value of {trait_in_words(rank.per)}" if rank.per else ""
    way = "highest" if rank.descending else "lowest"
    return f"Of these only the first {first}{group}, by {order}, {way} first and unknown last"


def exclusion(one: Membership | KeyList | KeySeed) -> str:
    """Who is taken out: 'members of 'vips''."""
    said = leaf(one).text.removeprefix("they are ")
    return f"those {said}"


def _limits(audience: Audience) -> Iterator[str]:
    expect = audience.expect
    least, most = expect.min_size, expect.max_size
    found = []
    if least is not None or most is not None:
        ends = [
            f"{word} {size:,}"
            for word, size in (("at least", least), ("at most", most))
            if size is not None
        ]
        found.append(f"it has {listed(ends)} {many(plain(audience.entity.name))}")
    if expect.max_change is not None:
        found.append(f"its size has changed by at most {percentage(expect.max_change)}")
    if expect.fresh_within:
        found.append(f"its data is at most {duration(expect.fresh_within)} old")
    if found:
        yield f"Nothing is synced unless {listed(found)}"
