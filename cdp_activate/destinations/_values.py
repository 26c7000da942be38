"""Values of the warehouse as text and JSON, the same in every destination.

Decimals are exact text ("129.90"), dates and instants ISO 8601, bytes
hexadecimal. A float that is not a number or infinite has no JSON and counts
as unknown (null). Not a destination: names with an underscore are no types.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from cdp_activate.errors import DestinationError, RefusedError


def as_json(value: Any) -> str:
    """`value` as compact JSON, keys sorted: the same value is the same text."""
    try:
        return _dump(value)
    except ValueError:
        # Rare: a float that JSON cannot say. Only then is the tree walked.
        return _dump(_without_nan(value))


def as_text(value: Any) -> str:
    """`value` as it stands in a CSV cell; None is empty."""
    if isinstance(value, str):
        return value
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping | list | tuple | AbstractSet):
        return as_json(value)
    simple = _simple(value)
    return "" if simple is None else str(simple)


def number_or_text(value: Any) -> Any:
    """A field's value as platforms sort and compare it: decimals as numbers, instants in UTC.

    Money up to fifteen digits survives exactly (IEEE 754 double, as JSON numbers are read).
    """
    if isinstance(value, Decimal):
        if not value.is_finite():
            return None
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return in_utc(value).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(name): number_or_text(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [number_or_text(inner) for inner in value]
    return value


def day_of(value: Any) -> Any:
    """The day of an instant, in UTC, for fields that hold days; any other value as it is."""
    if not isinstance(value, datetime):
        return value
    return in_utc(value).date()


def in_utc(value: datetime) -> datetime:
    """An instant in UTC; one without a zone is in UTC already.

    The last hours of the year 9999, which stand for `never`, and the first of the year 1 may
    have no date in UTC: the last second and the first one stand for them.
    """
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        end = datetime.max.replace(microsecond=0) if value.year > 1 else datetime.min
        return end.replace(tzinfo=UTC)


def number_else_text(value: Any) -> int | float | str | None:
    """Numbers and None as they are, all else as text: for platforms that know no more."""
    plain = number_or_text(value)
    is_number = isinstance(plain, int | float) and not isinstance(plain, bool)
    return plain if plain is None or is_number else as_text(plain)


def as_utf8(text: str) -> bytes:
    """`text` encoded; half a surrogate pair refuses the batch, so the row is found."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise RefusedError("a value is not valid Unicode text") from None


def _dump(value: Any) -> str:
    return json.dumps(
        value,
        default=_simple,
        ensure_ascii=False,
        allow_nan=False,
        sort_keys=True,
        separators=(",", ":"),
    )


def _simple(value: Any) -> Any:
    """What JSON knows, for a value that it does not know."""
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else None
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, UUID | timedelta):
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, Mapping):
        return {str(name): inner for name, inner in value.items()}
    if isinstance(value, AbstractSet):
        return sorted(value, key=str)
    raise DestinationError(
        f"a field holds a value of type {type(value).__name__}, which cannot be sent",
        remedy="Cast the column to text, a number, a date or a list in the model.",
    )


def _without_nan(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(name): _without_nan(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(inner) for inner in value]
    return value
