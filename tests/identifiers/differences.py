"""Where our rules differ from the platforms' own libraries, and why each is meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from cdp_activate.identifiers.rules import CLEAN_PHONE

Given = Callable[[str, str | None, str | None], bool]
GOOGLE, META = "google-ads-datamanager-util 0.4.0", "facebook_business 26.0.3"


@dataclass(frozen=True)
class Difference:
    """`of` in words; `holds` for the value, our outcome and theirs."""

    library: str
    identifier: str
    of: str
    ours: str
    theirs: str
    why: str
    holds: Given


def _apart(value: str, ours: str | None, theirs: str | None) -> bool:
    return unicodedata.normalize("NFC", value) != value


def _capitals(value: str, ours: str | None, theirs: str | None) -> bool:
    return "Σ" in value or "İ" in value


def _unseen(value: str, ours: str | None, theirs: str | None) -> bool:
    return "\u200b" in value


def _refused(value: str, ours: str | None, theirs: str | None) -> bool:
    return ours is None and theirs is not None


def _is_local(value: str, ours: str | None, theirs: str | None) -> bool:
    return bool(ours and theirs) and not re.match(r"[\s(]*(\+|00)", value)


def _has_prefix(value: str, ours: str | None, theirs: str | None) -> bool:
    return bool(ours and theirs) and re.match(r"[\s(]*00", value) is not None


def _has_zero(value: str, ours: str | None, theirs: str | None) -> bool:
    return bool(ours and theirs) and not re.search(CLEAN_PHONE.replace("$", r"\Z"), theirs or "")


def _dotted(value: str, ours: str | None, theirs: str | None) -> bool:
    return theirs is None and ours is not None and "." in value


def _everywhere(library: str) -> list[Difference]:
    return [
        Difference(
            library, "all", "a letter and its mark as two characters", "one letter", "as it is",
            "the two spellings of a name are one person; platforms hash what they were typed as, "
            "which is nearly always one letter", _apart,
        ),
        Difference(
            library, "all", "Σ at the end of a word, İ", "σ, i", "ς, i with a dot above",
            "warehouses write small letters one by one", _capitals,
        ),
        Difference(
            library, "all", "a zero-width space at an end, or in a place", "taken away", "kept",
            "nobody sees it: it comes from copying", _unseen,
        ),
        Difference(
            library, "email", "two @; blanks, quotes, brackets, commas; no dot after the @",
            "held back", "hashed", "no platform knows such an address (RFC 5321)", _refused,
        ),
        Difference(
            library, "phone", "a number that is none in any number plan", "held back", "hashed",
            "its digest matches nobody", _refused,
        ),
        Difference(
            library, "phone", "a local number, with the country of the row", "in that country",
            "its digits as they are", "0901234567 of Vietnam is +84901234567, not +0901234567",
            _is_local,
        ),
        Difference(
            library, "country", "no code of ISO 3166-1, such as UK", "held back", "sent",
            "no platform knows such a country", _refused,
        ),
    ]  # fmt: skip


DIFFERENCES = [
    *_everywhere(GOOGLE),
    Difference(
        GOOGLE, "phone", "00 before the country code", "+", "+00", "00 is the plus, dialled",
        _has_prefix,
    ),
    Difference(
        GOOGLE, "phone", "a 0 after the country code", "without it", "with it",
        "it is dialled within the country alone", _has_zero,
    ),
    *_everywhere(META),
    Difference(
        META, "phone", "dots between the digits", "taken away", "refused", "a way to write numbers",
        _dotted,
    ),
    Difference(
        META, "phone", "a 0 after the country code", "without it", "with it",
        "it is dialled within the country alone", _has_zero,
    ),
]  # fmt: skip
