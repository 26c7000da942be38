"""Times in words: instants, days, and the stretches between them.

A tree of conditions has no longer the words of the YAML (`within`, `previous`), only where a
stretch begins and ends; its form tells which words say it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from cdp_activate.audiences.days import Unit, add_days, day_start, local_time
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
from cdp_activate.words import length, plural

_TICK = timedelta(microseconds=1)


def spans_in_words(spans: Iterable[Span], timezone: str) -> str:
    """'in the last 7 days'; several must all hold."""
    return " and ".join(span_in_words(span, timezone) for span in spans)


def span_in_words(span: Span, timezone: str) -> str:
    """A stretch of time, with its preposition; `timezone` is that of what is written."""
    start, end = span.start, span.end
    if isinstance(start, PeriodStart | PeriodDate) and isinstance(end, PeriodStart | PeriodDate):
        return _periods(start.unit, start.offset, end.offset)
    if start is not None and start == end:
        return "at no time"
    edges = [edge for edge in (start, end) if edge is not None]
    if all(isinstance(edge, RelativeInstant) for edge in edges):
        return _elapsed(*(edge.seconds if isinstance(edge, RelativeInstant) else None
                          for edge in (start, end)))  # fmt: skip
    if all(isinstance(edge, LocalDate) for edge in edges):
        return _days(*(edge.days if isinstance(edge, LocalDate) else None
                       for edge in (start, end)))  # fmt: skip
    return _written(start, end, timezone)


def _elapsed(start: int | None, end: int | None) -> str:
    """In seconds from as_of; lengths are elapsed time."""
    if start is None:
        return f"more than {length(-(end or 0))} ago"
    if end is None:
        return f"in {length(start)} or later"
    if end == 0:
        return f"in the last {length(-start)}"
    if start == 0:
        return f"in the next {length(end)}"
    return f"from {length(-start)} to {length(-end)} ago"


def _days(start: int | None, end: int | None) -> str:
    """In whole days from today; `end` is the day after the last."""
    if start is None:
        return f"{plural(1 - (end or 0), 'day')} ago or earlier"
    if end is None:
        return f"in {plural(start, 'day')} or later"
    if (start, end) == (0, 1):
        return "today"
    if end == 1:
        return f"in the last {plural(1 - start, 'day')}, today included"
    if start == 0:
        return f"in the next {plural(end, 'day')}, today included"
    return f"from {plural(-start, 'day')} to {plural(1 - end, 'day')} ago"


def _periods(unit: Unit, first: int, after: int) -> str:
    """Whole local periods, counted from the one of as_of."""
    this = "today" if unit == "day" else f"this {unit}"
    if (first, after) == (0, 1):
        return "today" if unit == "day" else f"in {this}"
    if after == 1:
        now = this if unit == "day" else f"in {this}"
        return f"{now} or in the {plural(-first, unit)} before it"
    if first == -1:
        return "yesterday" if unit == "day" else f"in the {unit} before this one"
    return f"in the {plural(-first, unit)} before {'today' if unit == 'day' else 'this one'}"


def _written(start: Moment | Day | None, end: Moment | Day | None, timezone: str) -> str:
    """Between what is written as a date or a time; a date stands for its whole day."""
    first, last = _first_day(start, timezone), _last_day(end, timezone)
    if first and first == last:
        return f"on {first.isoformat()}"
    if first and last:
        return f"from {first.isoformat()} to {last.isoformat()}"
    begins, ends = "", ""
    if start is not None:
        begins = f"from {first.isoformat()} on" if first else _from(start, timezone)
    if end is not None:
        day = add_days(last, 1).isoformat() if last else ""
        ends = f"before {day}" if last else _until(end, timezone)
    return " and ".join(part for part in (begins, ends) if part) or "at any time"


def _first_day(start: Moment | Day | None, timezone: str) -> date | None:
    """The local day that begins here, where one does."""
    if isinstance(start, FixedDate):
        return start.on
    if not isinstance(start, FixedInstant):
        return None
    day = local_time(start.at, timezone).date()
    return day if day_start(day, timezone) == start.at else None


def _last_day(end: Moment | Day | None, timezone: str) -> date | None:
    after = _first_day(end, timezone)
    return add_days(after, -1) if after else None


def _from(start: Moment | Day, timezone: str) -> str:
    assert isinstance(start, FixedInstant)
    # `after` begins a microsecond after the time that was written.
    after = start.at.microsecond == 1
    return f"{'after' if after else 'from'} {_time(start.at - _TICK * after, timezone)}"


def _until(end: Moment | Day, timezone: str) -> str:
    assert isinstance(end, FixedInstant)
    up_to = end.at.microsecond == 1
    return f"{'until' if up_to else 'before'} {_time(end.at - _TICK * up_to, timezone)}"


def duration(of: Duration) -> str:
    """A length of time as it was written, but for weeks."""
    return length(of.seconds) if of.days is None else plural(of.days, "day")


def moment_in_words(at: Moment | Day, timezone: str) -> str:
    """A day or a time that is written as a value."""
    if isinstance(at, FixedDate):
        return at.on.isoformat()
    if isinstance(at, FixedInstant):
        return _time(at.at, timezone)
    return span_in_words(Span(at), timezone)


def _time(at: datetime, timezone: str) -> str:
    wall = local_time(at, timezone).replace(tzinfo=None)
    exactly = "auto" if wall.second or wall.microsecond else "minutes"
    return f"{wall.isoformat(sep=' ', timespec=exactly)} {timezone}"
