"""Conditions as they were judged for one person, and the fewest that decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cdp_activate.audiences.explaining.words import headline, sentence
from cdp_activate.audiences.model import All, AnyOf, AtLeast, Condition, Not


@dataclass(frozen=True)
class JudgedCondition:
    """A condition and whether it holds of somebody; None where that is unknown.

    `found` are the values it looked at, by what they are called.
    """

    condition: Condition
    holds: bool | None
    found: dict[str, Any]
    parts: tuple[JudgedCondition, ...] = ()

    @property
    def text(self) -> str:
        """The condition in words, without its parts."""
        return headline(self.condition) if self.parts else sentence(self.condition).on_one_line()

    def as_dict(self, decided: tuple[JudgedCondition, ...]) -> dict[str, Any]:
        """The form for machines; `decided` are those that are marked."""
        parts = [part.as_dict(decided) for part in self.parts]
        return {
            "text": self.text,
            "holds": self.holds,
            "decided": any(one is self for one in decided),
            "found": self.found,
            **({"parts": parts} if parts else {}),
        }


def deciding(judged: JudgedCondition) -> tuple[JudgedCondition, ...]:
    """The fewest leaves that alone made the whole hold, or not hold.

    Leaves are in one place each, so the fewest of a whole are the fewest of each part that
    counts, taken from the smallest on. Unknown does not hold (1.1).
    """
    condition, parts = judged.condition, judged.parts
    if not parts:
        return (judged,)
    if isinstance(condition, Not):
        return deciding(parts[0])
    agreeing = [one for one in parts if bool(one.holds) == bool(judged.holds)]
    if isinstance(condition, AtLeast):
        missing = len(parts) - condition.n + 1
        return _smallest(agreeing, condition.n if judged.holds else missing)
    assert isinstance(condition, All | AnyOf)
    all_are_needed = isinstance(condition, All) == bool(judged.holds)
    return _smallest(agreeing, len(parts) if all_are_needed else 1)


def _smallest(parts: Iterable[JudgedCondition], count: int) -> tuple[JudgedCondition, ...]:
    sets = sorted((deciding(part) for part in parts), key=len)
    return tuple(leaf for each in sets[:count] for leaf in each)
