"""Which numbers are not shown, so that nobody is singled out.

A group of fewer than so many people is not counted out, nor is anything that is computed of
it. Nobody at all is a group that can be shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

FEW = "few"
"""The group is too small."""
BESIDE = "beside few"
"""It is large enough, and small ones could be worked out by taking it from the whole."""


def is_few(count: int, least: int) -> bool:
    return 0 < count < least


def of_parts(counts: Sequence[int], least: int) -> list[str | None]:
    """Of parts that make up a whole, why each is not shown; None for one that is.

    As long as those that are not shown are together a small group, or are one alone, the smallest
    of the others goes with them.
    """
    why: list[str | None] = [FEW if is_few(count, least) else None for count in counts]
    if any(why):
        for place in sorted(range(len(counts)), key=lambda one: counts[one]):
            hidden = [count for count, reason in zip(counts, why, strict=True) if reason]
            if len(hidden) > 1 and sum(hidden) >= least:
                break
            if counts[place] and not why[place]:
                why[place] = BESIDE
    return why


def withhold(row: dict[str, Any], why: str | None, names: Iterable[str]) -> None:
    """Empty these of a row, where there is a reason; `withheld` says which, and why."""
    if why is not None:
        for name in names:
            row[name] = None
            row.setdefault("withheld", {})[name] = why
