"""The marks and the letters with accents, as the tables of this Python have them.

python tests/audiences/accents_of_unicode.py   # writes cdp_activate/audiences/accents.json
"""

from __future__ import annotations

import json
import sys
import unicodedata
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[2] / "cdp_activate" / "audiences" / "accents.json"
UNTOUCHED = ((0xAC00, 0xD7A3), (0xD800, 0xDFFF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F))
"""Hangul, halves of signs and compatibility ideographs have no marks."""


def is_mark(sign: str) -> bool:
    return unicodedata.category(sign) == "Mn"


def base_of(letter: str) -> str:
    """What is left of a letter without its marks; nothing, where that is not one other letter."""
    if not unicodedata.decomposition(letter):
        return ""
    left = "".join(one for one in unicodedata.normalize("NFD", letter) if not is_mark(one))
    return left if len(left) == 1 and left != letter else ""


def of_this_python() -> dict[str, Any]:
    ranges: list[list[int]] = []
    letters = {"đ": "d", "Đ": "D"}
    for code in range(sys.maxunicode + 1):
        if is_mark(chr(code)):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
        elif not any(first <= code <= last for first, last in UNTOUCHED) and base_of(chr(code)):
            letters[chr(code)] = base_of(chr(code))
    return {"unicode": unicodedata.unidata_version, "marks": ranges, "letters": letters}


if __name__ == "__main__":
    FILE.write_text(json.dumps(of_this_python()) + "\n", encoding="ascii")
