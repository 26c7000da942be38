"""Tests of a column in words: 'the score is at least 5'."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from cdp_activate.audiences.explaining.times import moment_in_words, span_in_words
from cdp_activate.audiences.model import (
    Anniversary,
    ColumnTest,
    Comparison,
    Comparisons,
    Span,
    TestOptions,
    Trait,
)
from cdp_activate.audiences.operators import WEEKDAYS
from cdp_activate.catalog import Column
from cdp_activate.words import listed, plural

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_DAYS = {number: name.capitalize() for name, number in WEEKDAYS.items() if len(name) > 3}


@dataclass(frozen=True, slots=True)
class ValueFormat:
    """How values are told: fractions as percentages, times in a zone.

    `sure`: what is compared is never unknown, so that nothing need be said of that.
    """

    options: TestOptions = field(default_factory=TestOptions)
    percent: bool = False
    sure: bool = False

    @property
    def known(self) -> str:
        """What a negative comparison asks besides: unknown never holds (1.1)."""
        return "" if self.sure or self.options.include_nulls else "is known and "


def test_in_words(test: ColumnTest) -> str:
    """'the country is one of 'DE' or 'VN''."""
    subject = trait_in_words(Trait(test.column, test.through))
    return f"{subject} {predicates(test.comparisons, ValueFormat(test.options))}"


def trait_in_words(trait: Trait) -> str:
    """'the plan of the account'; the column's label in quotes, where it has one."""
    links = [f"the {plain(one.name)}" for one in reversed(trait.through)]
    return " of ".join((column_in_words(trait.column), *links))


def column_in_words(column: Column) -> str:
    """'the plan', or its label in quotes."""
    return quoted(column.label) if column.label else f"the {plain(column.name)}"


def predicates(comparisons: Comparisons, how: ValueFormat) -> str:
    """What is asked of a subject: 'is at least 1 and is under 5'."""
    said = " and ".join(_WORDS[one.operator](one, how) for one in comparisons)
    options = how.options
    aside = [
        word
        for word, ignored in (
            ("capitals", options.ignore_case),
            ("accents", options.ignore_accents),
        )
        if ignored
    ]
    said += f" ({listed(aside)} aside)" if aside else ""
    unknown = options.include_nulls and any(one.operator != "is_null" for one in comparisons)
    return f"{said}, or is not known" if unknown else said


def quoted(text: str) -> str:
    """Text in quotes, on one line."""
    return f"'{plain(text)}'"


def plain(text: str) -> str:
    """Text on one line, whatever is in it."""
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in text
    )


def value(of: object, how: ValueFormat) -> str:
    """A value as people write it."""
    if isinstance(of, Trait):
        return trait_in_words(of)
    if isinstance(of, bool):
        return "true" if of else "false"
    if isinstance(of, int | Decimal):
        return percentage(Decimal(of)) if how.percent else number(of)
    if isinstance(of, str):
        return quoted(of)
    return moment_in_words(of, how.options.timezone)  # type: ignore[arg-type]


def number(of: int | Decimal) -> str:
    """'1,200', '99.5'."""
    return f"{of:,}" if isinstance(of, int) else f"{of.normalize():,f}"


def percentage(fraction: Decimal) -> str:
    """'25%'."""
    return f"{number(fraction * 100)}%"


_Words = Callable[[Comparison, ValueFormat], str]


def _beside(words: str) -> _Words:
    return lambda one, how: f"{words} {value(one.operand, how)}"


def _not(words: str) -> _Words:
    return lambda one, how: f"{how.known}{words} {value(one.operand, how)}"


def _one_of(words: str, last: str = "or") -> _Words:
    def say(one: Comparison, how: ValueFormat) -> str:
        assert isinstance(one.operand, tuple)
        return f"{words} {listed([value(each, how) for each in one.operand], last)}"

    return say


def _none_of(words: str, of_one: str) -> _Words:
    several, single = _one_of(words, "and"), _one_of(of_one)

    def say(one: Comparison, how: ValueFormat) -> str:
        assert isinstance(one.operand, tuple)
        return how.known + (several if len(one.operand) > 1 else single)(one, how)

    return say


def _between(words: str) -> _Words:
    def say(one: Comparison, how: ValueFormat) -> str:
        assert isinstance(one.operand, tuple)
        low, high = (value(end, how) for end in one.operand)
        known = how.known if one.operator.startswith("not_") else ""
        return f"{known}{words} {low} to {high}"

    return say


def _is(word: str) -> _Words:
    return lambda one, how: f"is {word}" if one.operand else f"{how.known}is not {word}"


def _nested(words: str) -> _Words:
    def say(one: Comparison, how: ValueFormat) -> str:
        inner: Comparisons = one.operand  # type: ignore[assignment]
        return f"{words} {predicates(inner, ValueFormat(sure=True))}"

    return say


def _ranked(words: str) -> _Words:
    return lambda one, how: f"is among the {words} {value(one.operand, how)}% of all"


def _span(one: Comparison, how: ValueFormat) -> str:
    assert isinstance(one.operand, Span)
    return f"is {span_in_words(one.operand, how.options.timezone)}"


def _anniversary(one: Comparison, _: ValueFormat) -> str:
    of = one.operand
    assert isinstance(of, Anniversary)
    when = "next" if of.first == 0 else "last"
    day = "1 March" if of.feb29 == "mar1" else "28 February"
    return (
        f"has an anniversary in the {when} {plural(of.days, 'day')}, today included "
        f"(that of 29 February is on {day} in common years)"
    )


def _weekday(one: Comparison, _: ValueFormat) -> str:
    assert isinstance(one.operand, tuple)
    return f"is on a {listed([_DAYS[int(str(day))] for day in one.operand], 'or')}"


def _month(one: Comparison, _: ValueFormat) -> str:
    assert isinstance(one.operand, tuple)
    return f"is in {listed([_MONTHS[int(str(month)) - 1] for month in one.operand], 'or')}"


_WORDS: dict[str, _Words] = {
    "eq": _beside("is"),
    "ne": _not("is not"),
    "gt": _beside("is over"),
    "gte": _beside("is at least"),
    "lt": _beside("is under"),
    "lte": _beside("is at most"),
    "in": _one_of("is"),
    "not_in": _none_of("is none of", "is not"),
    "is_null": lambda one, _: "is not known" if one.operand else "is known",
    "between": _between("is from"),
    "not_between": _between("is not from"),
    "contains": _beside("contains"),
    "not_contains": _not("does not contain"),
    "starts_with": _beside("begins with"),
    "not_starts_with": _not("does not begin with"),
    "ends_with": _beside("ends with"),
    "not_ends_with": _not("does not end with"),
    "matches": _beside("matches the pattern"),
    "not_matches": _not("does not match the pattern"),
    "is_empty": _is("empty"),
    "is_blank": _is("blank"),
    "length": _nested("has a length that"),
    "span": _span,
    "before": _beside("is before"),
    "after": _beside("is after"),
    "anniversary": _anniversary,
    "weekday": _weekday,
    "month": _month,
    "hour": _nested("is at an hour of the day that"),
    "contains_any": _one_of("contains any of"),
    "contains_all": _one_of("contains all of", "and"),
    "contains_none": _none_of("contains none of", "does not contain"),
    "top_percent": _ranked("highest"),
    "bottom_percent": _ranked("lowest"),
    "percentile": _nested("has a percentile among all that"),
}
