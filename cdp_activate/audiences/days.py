"""Days, periods and instants of a time zone, computed here and never by a warehouse.

What leaves the calendar is its first or last day, or instant (AUDIENCES.md 7.28, 7.29).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

Unit = Literal["day", "week", "month", "quarter", "year"]
UNITS: tuple[Unit, ...] = ("day", "week", "month", "quarter", "year")

EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)


def period_date(day: date, unit: Unit, offset: int) -> date:
    """The first day of the period `offset` periods from the one that contains `day`."""
    if unit == "day":
        return add_days(day, offset)
    if unit == "week":
        return add_days(day, 7 * offset - day.weekday())
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    index = (day.year * 12 + day.month - 1) // months * months + months * offset
    if index < 12:
        return date.min
    return date(index // 12, index % 12 + 1, 1) if index < 120_000 else date.max


def add_days(day: date, days: int) -> date:
    """`day` plus days; what leaves the calendar is its first or last day."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def day_start(day: date, timezone: str) -> datetime:
    """The first instant of a local day, in UTC; later than midnight where midnight is skipped."""
    start = local_instant(datetime.combine(day, time.min), timezone)
    if local_time(start, timezone).time() == time.min or start in (EARLIEST, LATEST):
        return start
    # Midnight does not exist that day: look for the instant of the jump.
    early, late = start - timedelta(days=1), start
    while late - early > timedelta(microseconds=1):
        middle = early + (late - early) / 2
        if local_time(middle, timezone).date() >= day:
            late = middle
        else:
            early = middle
    return late


def local_instant(wall: datetime, timezone: str) -> datetime:
    """A written local time as an instant in UTC.

    A time that happens twice is the earlier one; one that is skipped moves on by the gap.
    """
    try:
        return wall.replace(tzinfo=zone(timezone), fold=0).astimezone(UTC)
    except OverflowError:
        return EARLIEST if wall.year == 1 else LATEST


def local_time(at: datetime, timezone: str) -> datetime:
    """The local time of an instant; where that leaves the calendar, the instant as it is."""
    try:
        return at.astimezone(zone(timezone))
    except OverflowError:
        return at


@cache
def zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name. Raises ValueError for an unknown one."""
    try:
        # These two files are this machine's own zone under a name that means nothing elsewhere.
        found = None if name in ("localtime", "posixrules") else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        found = None
    if found is None:
        raise ValueError(f"unknown time zone '{name}'")
    return found


def zone_meant(name: str) -> str:
    """What to say of an unknown zone: the one whose name or city it is, if any."""
    word = name.strip().lower().replace(" ", "_")
    found = [
        known
        for known in available_timezones()
        if word in (known.lower(), known.lower().rpartition("/")[2])
    ]
    return f"did you mean '{min(found, key=len)}'? " if found else ""
