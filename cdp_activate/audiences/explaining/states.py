"""Conditions about a state in words: stages, memberships, consents, and the key itself."""

from __future__ import annotations

from decimal import Decimal

from cdp_activate.audiences.explaining.sentence import Say, Sentence
from cdp_activate.audiences.explaining.times import duration, spans_in_words
from cdp_activate.audiences.explaining.values import (
    ValueFormat,
    column_in_words,
    number,
    percentage,
    plain,
    predicates,
    quoted,
)
from cdp_activate.audiences.model import (
    Amount,
    Assignment,
    ColumnTest,
    ConsentCondition,
    KeyList,
    KeySample,
    KeySeed,
    Membership,
    MembershipHistory,
    SqlCondition,
    StageCondition,
    TraitChange,
)
from cdp_activate.words import listed

_MOST_KEYS = 5
_BUCKETS = 10_000


def stage(asked: StageCondition, _: Say) -> Sentence:
    """'they are in the stage 'decision' (lifecycle), entered in the last 7 days'."""
    verb = "are or were" if asked.ever else "are"
    text = f"they {verb} in the stage {_any(asked.names)} ({plain(asked.track)})"
    if asked.entered:
        text += f", entered in the last {duration(asked.entered)}"
    if asked.for_at_least:
        text += f", for at least {duration(asked.for_at_least)}"
    if asked.came_from:
        text += f", directly after {_any(asked.came_from)}"
    if asked.regressed is not None:
        text += f", {'' if asked.regressed else 'not '}a step back from the stage before"
    if asked.skipped:
        text += f", without ever having been in {_any(asked.skipped)}"
    return Sentence(text)


def member(asked: Membership, _: Say) -> Sentence:
    """'they are in the audience 'vips''."""
    return Sentence(f"they are in {_audience(asked.names)}")


def stayed(asked: MembershipHistory, _: Say) -> Sentence:
    """'they left the audience 'vips' in the last 14 days and are not back'."""
    one = _audience(asked.names)
    span = duration(asked.length) if asked.length else ""
    words = {
        "ever": f"they are or were in {one}",
        "entered": f"they entered {one} in the last {span} and are still in it",
        "exited": f"they left {one} in the last {span} and are not back",
        "for_at_least": f"they have been in {one} for at least {span}",
    }
    return Sentence(words[asked.asked])


def _audience(names: tuple[str, ...]) -> str:
    return f"the audience {_any(names)}"


def _any(names: tuple[str, ...]) -> str:
    return listed([quoted(name) for name in names], "or")


def changed(asked: TraitChange, _: Say) -> Sentence:
    """'the tier changed in the last 30 days, where it was 'gold' before'."""
    text = f"{column_in_words(asked.column)} changed"
    if asked.spans:
        text += f" {spans_in_words(asked.spans, asked.timezone)}"
    sides = [
        f"{when} {predicates(test.comparisons, ValueFormat(test.options))}"
        for when, test in (("before it", asked.before), ("after it", asked.after))
        if isinstance(test, ColumnTest)
    ]
    if asked.increased:
        sides.append(f"it rose by at least {_amount(asked.increased)}")
    if asked.decreased:
        sides.append(f"it fell by at least {_amount(asked.decreased)}")
    return Sentence(text + (f", where {listed(sides)}" if sides else ""))


def _amount(amount: Amount) -> str:
    return percentage(amount.of) if amount.relative else number(amount.of)


def assigned(asked: Assignment, _: Say) -> Sentence:
    """'by the latest record, the variant of the experiment 'price' is 'control''."""
    says = "variant" if asked.role == "experiment" else "state"
    subject = f"the {says} of the {asked.role} {quoted(asked.name)}"
    what = f"is {_any(asked.values)}" if asked.values else "is known"
    return Sentence(f"by the latest record, {subject} {what}")


def consent(asked: ConsentCondition, _: Say) -> Sentence:
    """'they have consented to 'email_marketing''."""
    text = f"they have consented to {quoted(asked.purpose)} and not withdrawn it"
    return Sentence(text)


def key_listed(asked: KeyList, _: Say) -> Sentence:
    """'they are on the list 'c1', 'c2' and 3 more'."""
    shown = [quoted(key) for key in asked.keys[:_MOST_KEYS]]
    if more := len(asked.keys) - len(shown):
        shown.append(f"{more:,} more")
    return Sentence(f"they are on the list of {listed(shown)}")


def seeded(asked: KeySeed, _: Say) -> Sentence:
    """'they are on the list 'vip_ids''."""
    return Sentence(f"they are on the list {quoted(asked.model.name)}")


def sample(asked: KeySample, _: Say) -> Sentence:
    """'they are in the sample of 10% drawn by 's''."""
    text = (
        f"they are in the sample of {share(asked.first, asked.last)} drawn by {quoted(asked.salt)}"
    )
    buckets = f" (buckets {asked.first} to {asked.last})" if asked.first else ""
    return Sentence(text + buckets)


def share(first: int, last: int) -> str:
    """Buckets as a percentage."""
    return percentage(Decimal(last - first + 1) / _BUCKETS)


def written(asked: SqlCondition, _: Say) -> Sentence:
    """The SQL itself: there is no shorter way to say what it asks."""
    return Sentence(f"this SQL holds: {plain(asked.sql)}")
