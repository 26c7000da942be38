"""Personal values as they may be shown: as much as tells what kind of thing each is."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

_DIGEST = re.compile(r"[0-9a-f]{40,128}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{6,}[0-9]")


def masked_key(value: str) -> str:
    """An id as it is, unless it is an address or a telephone number; on one line."""
    shown = str(masked(value)) if "@" in value or value.startswith("+") else value
    return "".join(one if one.isprintable() else "?" for one in shown)


def masked(value: Any) -> Any:
    """As much of a value as shows what kind of thing it is, and no more."""
    if value is None or isinstance(value, bool | int | float | Decimal):
        return value
    if isinstance(value, date):
        return f"{value.year:04}-**-**"
    if isinstance(value, list | tuple):
        return [masked(one) for one in value]
    text = str(value)
    if "@" in text:
        name, _, domain = text.partition("@")
        return f"{name[:1]}***@{domain[:1]}***.{domain.rpartition('.')[2]}"
    if _DIGEST.fullmatch(text):
        return f"{text[:6]}***"
    if _PHONE.fullmatch(text):
        return f"{text[:3]}***{text[-2:]}"
    return f"{text[:1]}***"


def personal(value: Any) -> Any:
    """A value of a column that is marked as personal: numbers and times show too much."""
    return masked(value) if isinstance(value, str) else "***"
