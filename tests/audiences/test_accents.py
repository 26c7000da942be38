"""Marks and letters with accents: of one version of Unicode, whatever Python's is."""

from __future__ import annotations

import json
import unicodedata

from accents_of_unicode import FILE, base_of, is_mark, of_this_python

from cdp_activate.audiences.accents import letters, marks


def test_the_table_is_right_as_far_as_this_python_knows() -> None:
    """A later version has more: none that this Python has is missing, or another."""
    ours, table = of_this_python(), json.loads(FILE.read_text(encoding="ascii"))
    known = [mark for mark in marks() if unicodedata.category(mark) != "Cn"]
    assert all(map(is_mark, known))
    accented = dict(zip(*letters(), strict=True))
    if tuple(map(int, ours["unicode"].split("."))) <= tuple(map(int, table["unicode"].split("."))):
        assert sum(last - first + 1 for first, last in ours["marks"]) == len(known)
        assert ours["letters"].items() <= accented.items()
    for letter, base in accented.items():
        assert base == base_of(letter) or letter in "đĐ" or unicodedata.category(letter) == "Cn"
