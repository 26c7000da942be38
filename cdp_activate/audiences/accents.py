"""What `accents: insensitive` takes away: marks of category Mn, from NFD, and the bar of đ (7.48).

Warehouses that cannot decompose text are given the letters with their bases instead: every
letter that decomposes to one base. Both stand in accents.json, of one version of Unicode:
Python's own tables grow with it, and an audience would be other SQL on another machine.
https://www.unicode.org/reports/tr15/
"""

from __future__ import annotations

import json
import unicodedata
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

_BARRED = {ord("đ"): "d", ord("Đ"): "D"}


@cache
def _table() -> dict[str, Any]:
    """`unicode`, the version; `marks` as ranges; `letters`, each with its base."""
    found: dict[str, Any] = json.loads(
        Path(__file__).with_suffix(".json").read_text(encoding="ascii")
    )
    return found


@cache
def _taken_away() -> dict[int, str | None]:
    return {**dict.fromkeys(map(ord, marks())), **_BARRED}


def without_accents(text: str) -> str:
    """The text as `accents: insensitive` compares it."""
    return unicodedata.normalize("NFD", text).translate(_taken_away())


@cache
def marks() -> str:
    """Every mark, in order."""
    ranges = (range(first, last + 1) for first, last in _table()["marks"])
    return "".join(map(chr, chain.from_iterable(ranges)))


@cache
def class_of_marks() -> str:
    """A bracket expression of every mark."""
    ranges = [(chr(first), chr(last)) for first, last in _table()["marks"]]
    return "[" + "".join(low if low == high else f"{low}-{high}" for low, high in ranges) + "]"


@cache
def letters() -> tuple[str, str]:
    """Letters with accents, and the base of each in the same place."""
    found: dict[str, str] = _table()["letters"]
    return "".join(found), "".join(found.values())
