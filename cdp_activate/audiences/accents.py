"""What `accents: insensitive` takes away: marks of category Mn, from NFD, and the bar of đ (7.48).

Warehouses that cannot decompose text are given the letters with their bases instead:
every letter that decomposes to one base, but those of Hangul and the compatibility
ideographs, which have no marks.
https://www.unicode.org/reports/tr15/
"""

from __future__ import annotations

import sys
import unicodedata
from functools import cache

_BARRED = str.maketrans("đĐ", "dD")
_UNTOUCHED = ((0xAC00, 0xD7A3), (0xD800, 0xDFFF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F))


def without_accents(text: str) -> str:
    """The text as `accents: insensitive` compares it."""
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(one for one in decomposed if unicodedata.category(one) != "Mn").translate(
        _BARRED
    )


@cache
def marks() -> str:
    """Every mark, in order."""
    return "".join(
        one for one in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(one) == "Mn"
    )


@cache
def class_of_marks() -> str:
    """A bracket expression of every mark."""
    ranges: list[list[str]] = []
    for mark in marks():
        if ranges and ord(ranges[-1][1]) == ord(mark) - 1:
            ranges[-1][1] = mark
        else:
            ranges.append([mark, mark])
    return "[" + "".join(low if low == high else f"{low}-{high}" for low, high in ranges) + "]"


@cache
def letters() -> tuple[str, str]:
    """Letters with accents, and the base of each in the same place."""
    found, bases = ["đ", "Đ"], ["d", "D"]
    for letter in map(chr, range(sys.maxunicode + 1)):
        if not unicodedata.decomposition(letter):
            continue  # a million of them: this is most of the time
        if any(first <= ord(letter) <= last for first, last in _UNTOUCHED):
            continue
        base = without_accents(letter)
        if len(base) == 1 and base != letter:
            found.append(letter)
            bases.append(base)
    return "".join(found), "".join(bases)
