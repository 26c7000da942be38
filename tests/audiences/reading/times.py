"""Instants, days and zones, as whole numbers: adding a length or a zone never fails (7.29)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
SECOND = 1_000_000
DAY = 86400 * SECOND
_BEGIN = datetime(1, 1, 1)
_LOW, _HIGH = 5 * DAY, (date.max.toordinal() - 5) * DAY
_NEVER = 10**9
MONTHS = {"month": 1, "quarter": 3, "year": 12}
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Instant(int):
    """Microseconds since the year 1 began in UTC (7.30)."""


class Day(int):
    """A local day: 1 is the first of the year 1."""

    @property
    def date(self) -> date | None:
        """None outside the calendar."""
        return date.fromordinal(self) if 1 <= self <= date.max.toordinal() else None


def instant(at: datetime, zone: str = "UTC") -> Instant:
    """A time with an offset as it is, one without in `zone`."""
    if at.tzinfo is None:
        return instant_of((at - _BEGIN) // timedelta(microseconds=1), zone)
    offset = at.utcoffset() or timedelta(0)
    return Instant((at.replace(tzinfo=None) - _BEGIN - offset) // timedelta(microseconds=1))


def day(of: date) -> Day:
    return Day(of.toordinal())


@lru_cache(maxsize=100_000)
def _offset(at: int, zone: str) -> int:
    there = (_BEGIN + timedelta(microseconds=min(max(at, _LOW), _HIGH))).replace(tzinfo=UTC)
    offset = there.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0)
    return offset // timedelta(microseconds=1)


def wall(at: int, zone: str) -> int:
    """What the clock in `zone` shows."""
    return at + _offset(at, zone)


def instant_of(clock: int, zone: str) -> Instant:
    """The earlier of two; a time that does not exist moves forward by the gap (7.28)."""
    before, after = _offset(clock - DAY, zone), _offset(clock + DAY, zone)
    for candidate in sorted((clock - before, clock - after)):
        if wall(candidate, zone) == clock:
            return Instant(candidate)
    return Instant(clock - before)


def day_of(at: int, zone: str) -> Day:
    """The local day of an instant."""
    return Day(wall(at, zone) // DAY + 1)


@lru_cache(maxsize=100_000)
def begins(of: Day, zone: str) -> Instant:
    """The first instant of a local day: the first whose clock shows it or a later one (7.28)."""
    at = (of - 1) * DAY - 2 * DAY
    for step in (3600, 60, 1):
        while day_of(at, zone) < of:
            at += step * SECOND
        at -= step * SECOND
    return Instant(at + SECOND)


def length(text: str) -> tuple[int, int]:
    """'7 days' as microseconds, and as whole days (7.12)."""
    amount, unit = text.split()
    seconds = int(amount) * SECONDS[unit.removesuffix("s")]
    return seconds * SECOND, seconds // 86400


def first_day(of: Day, unit: str, shift: int = 0) -> Day:
    """The first day of the period around `of`, or of one `shift` periods later."""
    if unit == "day":
        return Day(of + shift)
    if unit == "week":  # weeks begin on Monday (7.14); the year 1 began on one
        return Day((of - 1) // 7 * 7 + 1 + 7 * shift)
    months = MONTHS[unit]
    today = of.date
    assert today is not None
    number = (today.year * 12 + today.month - 1) // months * months + shift * months
    if not 12 <= number < 120_000:
        return Day(-_NEVER if number < 12 else _NEVER)
    return day(date(number // 12, number % 12 + 1, 1))


def period(word: str, operand: str, today: Day) -> tuple[Day, Day]:
    """`this`, `to_date` and `previous` as [first day, day after the last)."""
    if word == "previous":
        count, unit = operand.split() if " " in operand else ("1", operand)
        unit = unit.removesuffix("s")
        return first_day(today, unit, -int(count)), first_day(today, unit)
    return first_day(today, operand), first_day(today, operand, 1)


def written_time(text: str, zone: str) -> Instant:
    """A written time; without an offset in `zone` (7.8)."""
    return instant(datetime.fromisoformat(text), zone)


def edges(text: str, zone: str) -> tuple[Instant, Instant]:
    """[first, last] instant of a written end: a bare date is its whole local day (7.17)."""
    if len(text) == len("2026-01-01"):
        written = day(date.fromisoformat(text))
        return begins(written, zone), Instant(begins(Day(written + 1), zone) - 1)
    at = written_time(text, zone)
    return at, at


def returns(born: Day, operand: dict[str, str], today: Day) -> bool:
    """An anniversary falls on one of the days asked for (7.27)."""
    ahead = "next" in operand
    count = length(operand["next" if ahead else "last"])[1]
    first = today if ahead else Day(today - count + 1)
    last = Day(first + count - 1)
    began = born.date
    assert began is not None
    for year in range((first.date or date.min).year, (last.date or date.max).year + 1):
        if year <= began.year:
            continue
        try:
            again = began.replace(year=year)
        except ValueError:
            early = operand.get("feb29", "mar1") == "feb28"
            again = date(year, 2, 28) if early else date(year, 3, 1)
        if first <= day(again) <= last:
            return True
    return False
