"""Words for stretches of time, turned into Spans (AUDIENCES.md 1.3, 7.12 to 7.19).

A column of dates takes whole days, a column of timestamps takes instants: the same
words, two calendars. Every function raises ValueError with the remedy in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeAlias

from cdp_activate.audiences.days import Unit, add_days, day_start
from cdp_activate.audiences.model import Span
from cdp_activate.audiences.moments import (
    Day,
    Duration,
    FixedDate,
    FixedInstant,
    LocalDate,
    Moment,
    PeriodDate,
    PeriodStart,
    RelativeInstant,
)
from cdp_activate.audiences.written_times import (
    parse_date,
    parse_duration,
    parse_period,
    parse_time,
)

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class _Instants:
    """Stretches of a timestamp: lengths are elapsed time."""

    timezone: str

    def ago(self, length: Duration) -> Moment:
        return RelativeInstant(-length.seconds)

    def now(self) -> Moment:
        return RelativeInstant(0)

    def later(self, length: Duration) -> Moment:
        return RelativeInstant(length.seconds)

    def period(self, unit: Unit, offset: int) -> Moment:
        return PeriodStart(unit, offset, self.timezone)

    def day(self, day: date) -> Moment:
        return FixedInstant(day_start(day, self.timezone))

    def exact(self, text: object, *, after: bool = False) -> Moment:
        at = parse_time(text, self.timezone)
        if at is None:
            raise ValueError("a date such as 2026-01-31, or a time such as 2026-01-31T08:00")
        return FixedInstant(_tick(at) if after else at)


@dataclass(frozen=True)
class _Days:
    """Stretches of a date: lengths are whole days, today included."""

    timezone: str

    def ago(self, length: Duration) -> Day:
        # `last: 7 days` begins at today-6; `older_than: 90 days` ends after today-90.
        return LocalDate(1 - _whole_days(length), self.timezone)

    def now(self) -> Day:
        return LocalDate(1, self.timezone)

    def later(self, length: Duration) -> Day:
        return LocalDate(_whole_days(length), self.timezone)

    def period(self, unit: Unit, offset: int) -> Day:
        return PeriodDate(unit, offset, self.timezone)

    def day(self, day: date) -> Day:
        return FixedDate(day)

    def exact(self, text: object, *, after: bool = False) -> Day:
        raise ValueError("this column is a date without a time: give a date such as 2026-01-31")


_Calendar: TypeAlias = _Instants | _Days


def _whole_days(length: Duration) -> int:
    if length.days is None:
        raise ValueError("this column is a date without a time: give whole days or weeks")
    return length.days


def _tick(at: datetime) -> datetime:
    try:
        return at + _TICK
    except OverflowError:
        return at


def span(word: str, operand: object, *, timezone: str, whole_days: bool) -> Span:
    """The Span that `word: operand` says, of days or of instants."""
    calendar: _Calendar = _Days(timezone) if whole_days else _Instants(timezone)
    if word in ("within", "last"):
        return Span(calendar.ago(parse_duration(operand)), calendar.now())
    if word == "next":
        start = LocalDate(0, timezone) if whole_days else calendar.now()
        return Span(start, calendar.later(parse_duration(operand)))
    if word == "older_than":
        return Span(None, calendar.ago(parse_duration(operand)))
    if word == "further_than":
        return Span(calendar.later(parse_duration(operand)), None)
    if word == "between_ago":
        return _between_ago(calendar, operand)
    if word in ("this", "to_date"):
        _, unit = parse_period(operand, counted=False)
        # On a trait the period is whole, days after as_of included; rows end at as_of anyway.
        return Span(calendar.period(unit, 0), calendar.period(unit, 1))
    if word == "previous":
        amount, unit = parse_period(operand, counted=True)
        return Span(calendar.period(unit, -amount), calendar.period(unit, 0))
    return _between_dates(calendar, word, operand)


def last_periods(unit: Unit, number: int, timezone: str, *, whole_days: bool) -> Span:
    """The current local period and those just before it, `number` of them."""
    calendar: _Calendar = _Days(timezone) if whole_days else _Instants(timezone)
    return Span(calendar.period(unit, 1 - number), calendar.period(unit, 1))


def _between_ago(calendar: _Calendar, operand: object) -> Span:
    if not isinstance(operand, list) or len(operand) != 2:
        raise ValueError("between_ago takes two lengths, such as [60 days, 30 days]")
    far, near = (parse_duration(length) for length in operand)
    if far.seconds <= near.seconds:
        raise ValueError("between_ago takes the longer length first, such as [60 days, 30 days]")
    return Span(calendar.ago(far), calendar.ago(near))


def _between_dates(calendar: _Calendar, word: str, operand: object) -> Span:
    if word == "between":
        if not isinstance(operand, list) or len(operand) != 2:
            raise ValueError("between takes two dates, such as [2026-01-01, 2026-01-31]")
        return Span(
            _edge(calendar, operand[0], next_day=False), _edge(calendar, operand[1], next_day=True)
        )
    if word == "on":
        day = parse_date(operand)
        if day is None:
            raise ValueError("on takes a date, such as 2026-01-31")
        return Span(calendar.day(day), _edge(calendar, operand, next_day=True))
    if word in ("before", "until"):
        return Span(None, _edge(calendar, operand, next_day=False))
    if word == "since":
        return Span(_edge(calendar, operand, next_day=False), None)
    over = _edge(calendar, operand, next_day=True)
    return Span(over) if over else Span(calendar.day(date.max), calendar.day(date.max))  # after


def _edge(calendar: _Calendar, operand: object, *, next_day: bool) -> Moment | Day | None:
    """Where a day or a written time begins; with `next_day`, where it is over.

    The last day of the calendar, often written for "never", is not over: None.
    """
    day = parse_date(operand)
    if day == date.max and next_day:
        return None
    if day is not None:
        return calendar.day(add_days(day, 1) if next_day else day)
    return calendar.exact(operand, after=next_day)
