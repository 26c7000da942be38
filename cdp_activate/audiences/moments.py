"""Instants and days that depend on `as_of`, kept as descriptions until it is known.

A compiled dbt model holds a macro call (`{{ cdp_activate.as_of(-604800) }}`), a preview
holds the literal: both come from the same description, so no SQL calls the clock.
Zones are computed in `days` and in the dbt macros, never by the warehouse, so every
warehouse agrees (AUDIENCES.md 1.2, 1.3, 7.12 to 7.17, 7.28, 7.29).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self, TypeAlias

from cdp_activate.audiences.days import (
    EARLIEST,
    LATEST,
    Unit,
    add_days,
    day_start,
    local_time,
    period_date,
)


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
class FixedInstant(_Unchanging):
    """An instant that does not depend on as_of. `at` is in UTC."""

    at: datetime

    def resolve(self, as_of: datetime) -> datetime:
        return self.at

    def macro(self, zoned: bool) -> None:
        return None


@dataclass(frozen=True, slots=True)
class RelativeInstant(_Unchanging):
    """`as_of` plus a number of seconds."""

    seconds: int = 0

    def resolve(self, as_of: datetime) -> datetime:
        try:
            return as_of + timedelta(seconds=self.seconds)
        except OverflowError:
            return LATEST if self.seconds > 0 else EARLIEST

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
        edges = {date.min: EARLIEST, date.max: LATEST}
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


Moment: TypeAlias = FixedInstant | RelativeInstant | PeriodStart
Day: TypeAlias = FixedDate | LocalDate | PeriodDate
