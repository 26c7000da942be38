"""Telephone numbers, by Google's number plans (the package `phonenumbers`).

A local number ("0901234567") says nothing without its country, and platforms take it for
another number in silence: the country comes from the row or from the sync, or the number is
refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

_MOST_KEPT = 200_000
"""Numbers of which the outcome is remembered: the same ones come again in every sync."""


@lru_cache(maxsize=_MOST_KEPT)
def e164(text: str, region: str | None = None) -> str | None:
    """The number in E.164 ("+84901234567"), or None when it is no valid number.

    `region` is the ISO 3166-1 code of the country of numbers written without a country code.
    A number that is none there is tried as one with its country code and without its plus.
    """
    import phonenumbers

    text = text.lstrip(" ([").rstrip()
    if text.startswith("00"):
        text = f"+{text[2:]}"
    local = (region or "").strip().upper() or None
    tries = [(text, local)] if local or text.startswith("+") else []
    if not text.startswith(("+", "0")):
        tries.append((f"+{text}", None))
    for written, where in tries:
        try:
            number = phonenumbers.parse(written, where)
        except phonenumbers.NumberParseException:
            continue
        if number.extension is None and phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


def numbers(texts: Sequence[str | None], regions: Sequence[str | None]) -> list[str | None]:
    """`e164` of a column, beside the column of its regions; None stays None."""
    return [
        None if text is None else e164(text, region)
        for text, region in zip(texts, regions, strict=True)
    ]


def is_region(code: str) -> bool:
    """Whether there is a number plan for this ISO 3166-1 code."""
    import phonenumbers

    return code.upper() in phonenumbers.SUPPORTED_REGIONS
