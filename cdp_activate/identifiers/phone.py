"""Telephone numbers, by Google's number plans (the package `phonenumbers`).

A local number ("0901234567") says nothing without its country, and platforms take it for
another number in silence: the country comes from the row or from the sync, or the number is
refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

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
    if text.startswith("0") and local and (plan := _plan(local)):
        digits = text.translate(_PUNCTUATION)[1:]
        if plan[1].fullmatch(digits):
            return plan[0] + digits
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


_PUNCTUATION = str.maketrans("", "", " .-")


@cache
def _plan(region: str) -> tuple[str, re.Pattern[str]] | None:
    """Plus and country code, and the numbers that follow a 0 in the plan of a country.

    `phonenumbers` reads any number in 40 microseconds; most are this plain, and one pattern of
    its own plan is enough for them. None where a leading 0 means more than "within the country".
    """
    import phonenumbers

    found = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    if (
        found is None
        or found.national_prefix != "0"
        or found.national_prefix_for_parsing != "0"
        or found.national_prefix_transform_rule
    ):
        return None
    kinds = [found.fixed_line, found.mobile]
    patterns = [one.national_number_pattern for one in kinds if one and one.national_number_pattern]
    if not patterns:
        return None
    return f"+{found.country_code}", re.compile("|".join(patterns), re.ASCII)


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
