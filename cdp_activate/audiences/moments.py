"""Instants and days that depend on `as_of`, kept as descriptions until it is known.

A compiled dbt model holds a macro call (`{{ cdp_activate.as_of(-604800) }}`), a preview
holds the literal: both come from the same description, so no SQL calls the clock.
Zones are computed here and in the dbt macros, never by the warehouse, so every
warehouse agrees (AUDIENCES.md 1.2, 1.3, 7.12 to 7.17, 7.28, 7.29).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Literal, Self, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

Unit = Literal["day", "week", "month", "quarter", "year"]
UNITS: tuple[Unit, ...] = ("day", "week", "month", "quarter", "year")

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 7 * 86400}
_EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
_LATEST = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of elapsed time in whole seconds; `days` when it was said in days or weeks."""

    seconds: int
    days: int | None = None


class _Unchanging:
    """A copy of a tree shares what can not change."""

    __slots__ = ()

    def __deepcopy__(self, memo: object) -> Self:
        return self


@dataclass(frozen=True, slots=True)
class Fixed(_Unchanging):
    """An instant that does not depend on as_of. `at` is in UTC."""

    at: datetime

    def resolve(self, as_of: datetime) -> datetime:
        return self.at

    def macro(self, zoned: bool) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Elapsed(_Unchanging):
    """`as_of` plus a number of seconds."""

    seconds: int = 0

    def resolve(self, as_of: datetime) -> datetime:
        try:
            return as_of + timedelta(seconds=self.seconds)
        except OverflowError:
            return _LATEST if self.seconds > 0 else _EARLIEST

    def macro(self, zoned: bool) -> str:
        return f"as_of({self.seconds}{', true' if zoned else ''})"


@dataclass(frozen=True, slots=True)
class PeriodStart(_Unchanging):
    """Where the local period begins that lies `offset` periods from the one of as_of."""

    unit: Unit
    offset: int
    timezone: str

    def resolve(self, as_of: datetime) -> datetime:
        first = PeriodDate(*self._parts()).resolve(as_of)
        # The calendar's ends stand for what leaves it: before and after everything (7.29).
        edges = {date.min: _EARLIEST, date.max: _LATEST}
        return edges.get(first) or day_start(first, self.timezone)

    def macro(self, zoned: bool) -> str:
        more = ", true" if zoned else ""
        return f"period_start('{self.unit}', {self.offset}, '{self.timezone}'{more})"

    def _parts(self) -> tuple[Unit, int, str]:
        return self.unit, self.offset, self.timezone


@dataclass(frozen=True, slots=True)
class FixedDate(_Unchanging):
    """A day of the calendar."""

    on: date

    def resolve(self, as_of: datetime) -> date:
        return self.on

    def macro(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class LocalDate(_Unchanging):
    """The local date of as_of, plus days."""

    days: int
    timezone: str

    def resolve(self, as_of: datetime) -> date:
        return add_days(local_time(as_of, self.timezone).date(), self.days)

    def macro(self) -> str:
        return f"local_date({self.days}, '{self.timezone}')"


@dataclass(frozen=True, slots=True)
class PeriodDate(_Unchanging):
    """The local date on which a period begins, counted from the one of as_of."""

    unit: Unit
    offset: int
    timezone: str

    def resolve(self, as_of: datetime) -> date:
        return period_date(local_time(as_of, self.timezone).date(), self.unit, self.offset)

    def macro(self) -> str:
        return f"period_date('{self.unit}', {self.offset}, '{self.timezone}')"


Moment: TypeAlias = Fixed | Elapsed | PeriodStart
Day: TypeAlias = FixedDate | LocalDate | PeriodDate


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
    if local_time(start, timezone).time() == time.min or start in (_EARLIEST, _LATEST):
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
        return _EARLIEST if wall.year == 1 else _LATEST


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
