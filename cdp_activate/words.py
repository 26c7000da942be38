"""Small words for people."""

from __future__ import annotations


def plural(count: int, word: str) -> str:
    """'1 row', '2 rows', '1,200 rows', '2 entities'."""
    many = f"{word[:-1]}ies" if word.endswith("ty") else f"{word}s"
    return f"{count:,} {word if count == 1 else many}"
