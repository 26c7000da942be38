"""Small words for people."""

from __future__ import annotations

from collections.abc import Sequence


def plural(count: int, word: str) -> str:
    """'1 row', '2 rows', '1,200 rows', '2 entities'."""
    return f"{count:,} {word if count == 1 else many(word)}"


def many(word: str) -> str:
    """'rows', 'entities'."""
    return f"{word[:-1]}ies" if word.endswith("ty") else f"{word}s"


def length(seconds: int) -> str:
    """A length of time in its longest whole unit: '7 days', '24 hours', '90 minutes'."""
    if seconds != 86400 and seconds % 86400 == 0:
        return plural(seconds // 86400, "day")
    for unit, each in (("hour", 3600), ("minute", 60)):
        if seconds % each == 0:
            return plural(seconds // each, unit)
    return plural(seconds, "second")


def listed(items: Sequence[str], last: str = "and") -> str:
    """'a', 'a and b', 'a, b and c'."""
    *first, end = items
    return f"{', '.join(first)} {last} {end}" if first else end
