"""A name that nobody knows, and the known one that may be meant."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable


def suggest(
    name: str,
    known: Iterable[str],
    *,
    what: str = "known",
    most: int = 12,
    meant: Iterable[str] = (),
    also: Iterable[str] = (),
) -> str:
    """'did you mean ...?' and the known names, for an error's remedy.

    `meant` are words that the name may stand for: one that is known goes before one that is spelt
    like it. `also` are words that have a place here and are not listed.
    """
    names = sorted(set(known))
    head, colon, rest = name.partition(":")
    if colon and head in names:
        return f"write a space after the colon: {head}: {rest.strip()}"
    lowered: dict[str, str] = {other.lower(): other for other in (*also, *names)}
    written = name.strip().lower()
    close = (
        [word for word in (written, *meant) if word in lowered]
        or difflib.get_close_matches(written, list(lowered), n=1, cutoff=0.85)
        or _with_the_words(written, lowered)
        or difflib.get_close_matches(written, list(lowered), n=1, cutoff=0.6)
    )
    listed = ", ".join(names[:most]) + (", ..." if len(names) > most else "")
    parts = [f"did you mean '{lowered[close[0]]}'?"] if close else []
    if unlike := _looks_alike(name, lowered[close[0]] if close else None):
        parts.append(f"(what is written has {unlike})")
    parts.append(f"{what}: {listed}" if names else f"there are no {what}")
    return " ".join(parts)


def _with_the_words(written: str, known: Iterable[str]) -> list[str]:
    """The shortest name that has all the words written: who says email means email_marketing."""
    words = set(re.findall(r"[^\W_]+", written))
    found = [name for name in known if words and words < set(name.split("_"))]
    return sorted(found, key=len)[:1]


def _looks_alike(name: str, meant: str | None) -> str:
    """The characters of `name` that may be the only difference from what is meant, unseen.

    Where it is not known what is meant, those that nobody sees.
    """
    strange = [
        sign for sign in dict.fromkeys(name) if not sign.isascii() and sign not in (meant or "")
    ]
    if meant is None:
        strange = [sign for sign in strange if unicodedata.category(sign) in ("Cf", "Zs")]
    return ", ".join(unicodedata.name(sign, f"U+{ord(sign):04X}") for sign in strange)
