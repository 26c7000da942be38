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

    As long as the whole less what is shown says anything of a small one, the smallest of the
    others goes with them.
    """
    why: list[str | None] = [FEW if is_few(count, least) else None for count in counts]
    if any(why):
        for place in sorted(range(len(counts)), key=lambda one: counts[one]):
            if _say_nothing(counts, why, least):
                break
            if counts[place] and not why[place]:
                why[place] = BESIDE
    return why


def _say_nothing(counts: Sequence[int], why: Sequence[str | None], least: int) -> bool:
    """Whether a small part may be of one person as well as of one less than `least`.

    Whoever reads knows what all hidden parts come to; that those beside the small ones are of
    `least` people or more; and, since the smallest were taken, of no more than any that is shown.
    """
    small, beside = why.count(FEW) - 1, why.count(BESIDE)
    hidden = sum(count for count, reason in zip(counts, why, strict=True) if reason)
    shown = (count for count, reason in zip(counts, why, strict=True) if count and not reason)
    most = min(shown, default=0)
    lowest, highest = small + beside * least, small * (least - 1) + beside * most
    return lowest <= hidden - (least - 1) and hidden - 1 <= highest


def withhold(row: dict[str, Any], why: str | None, names: Iterable[str]) -> None:
    """Empty these of a row, where there is a reason; `withheld` says which, and why."""
    if why is not None:
        for name in names:
            row[name] = None
            row.setdefault("withheld", {})[name] = why
