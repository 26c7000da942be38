"""Lengths, periods, days and times as people write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

from cdp_activate.audiences.days import UNITS, Unit, local_instant
from cdp_activate.audiences.moments import Duration

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 7 * 86400}
_COUNT = re.compile(r"[0-9]{1,5}")
_DURATION = re.compile(r"([0-9]+)\s*([a-z]+?)s?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(
    r"(?P<wall>\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)"
    r"\s*(?P<offset>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)


def parse_duration(text: object) -> Duration:
    """'7 days' as a Duration. Raises ValueError with the remedy in words."""
    found = _DURATION.fullmatch(text.strip().lower()) if isinstance(text, str) else None
    if found and found[2] in ("month", "quarter", "year"):
        days = {"month": 30, "quarter": 90, "year": 365}[found[2]] * int(found[1])
        raise ValueError(f"a {found[2]} has no fixed length: say '{days} days', or use 'previous'")
    if not found or found[2] not in _SECONDS:
        raise ValueError("a length of time is a number and a unit, such as '7 days' or '24 hours'")
    amount, unit = int(found[1]), found[2]
    if amount < 1:
        raise ValueError("a length of time is at least 1")
    if amount > 10_000_000_000:
        raise ValueError("a length of time that no calendar holds")
    days_each = {"day": 1, "week": 7}.get(unit)
    return Duration(amount * _SECONDS[unit], amount * days_each if days_each else None)


def is_duration(text: object) -> bool:
    """Whether this is a length of time, such as '7 days'."""
    try:
        return isinstance(text, str) and bool(parse_duration(text))
    except ValueError:
        return False


def parse_period(text: object, *, counted: bool) -> tuple[int, Unit]:
    """'month' or (when `counted`) '2 weeks'. Raises ValueError with the remedy in words."""
    words = str(text).strip().lower().split() if isinstance(text, str) else []
    if len(words) == 2 and counted and _COUNT.fullmatch(words[0]) and 1 <= int(words[0]) <= 10_000:
        amount, word = int(words[0]), words[1]
    elif len(words) == 1:
        amount, word = 1, words[0]
    else:
        amount, word = 0, ""
    for unit in UNITS:
        if amount and word in (unit, f"{unit}s"):
            return amount, unit
    example = "'month' or '2 weeks'" if counted else "'day', 'week', 'month', 'quarter' or 'year'"
    raise ValueError(f"a period is {example}")


def parse_date(text: object) -> date | None:
    """A bare date, else None. Raises ValueError when it looks like one and is not."""
    if not isinstance(text, str) or not _DATE.fullmatch(text.strip()):
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"there is no day {text}: take one of the calendar") from None


def parse_time(text: object, timezone: str) -> datetime | None:
    """A date with a time, as an instant in UTC; without an offset it is in `timezone`."""
    found = _TIME.fullmatch(text.strip()) if isinstance(text, str) else None
    if not found:
        return None
    wall = re.sub(r"(\.\d{6})\d+$", r"\1", found["wall"])
    try:
        if found["offset"]:
            return datetime.fromisoformat(wall + found["offset"]).astimezone(UTC)
        return local_instant(datetime.fromisoformat(wall), timezone)
    except (ValueError, OverflowError):
        raise ValueError(f"there is no time {text}") from None


def parse_as_of(text: str | None) -> datetime:
    """The instant that a run judges at: now when absent; no offset means UTC.

    Raises ValueError when it is no ISO 8601 date or time.
    """
    if text is None:
        return datetime.now(UTC)
    if day := parse_date(text):
        return datetime.combine(day, time.min, UTC)
    at = parse_time(text, "UTC")
    if at is None:
        raise ValueError(
            f"'{text}' is no time: write it as 2026-01-31 or 2026-01-31T08:00:00+07:00"
        )
    return at
