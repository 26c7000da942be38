"""SQL for the yearly return of a date."""

from __future__ import annotations

from sqlglot import exp

from cdp_activate.audiences.dialects import call
from cdp_activate.audiences.expressions import Expression, day, number
from cdp_activate.audiences.model import Anniversary
from cdp_activate.audiences.moments import LocalDate
from cdp_activate.catalog import Column


def anniversary(born: Expression, asked: Anniversary, timezone: str) -> Expression:
    """Some year's return of the date lies among the days asked for (7.27)."""
    first = day(LocalDate(asked.first, timezone))
    last = day(LocalDate(asked.first + asked.days - 1, timezone))
    conditions = []
    for year in (part("year", first), part("year", last)):
        returned = _returned(born, year, asked.feb29)
        conditions.append(
            exp.and_(
                exp.GT(this=year.copy(), expression=part("year", born.copy())),
                exp.Between(this=returned, low=first.copy(), high=last.copy()),
            )
        )
    return exp.paren(exp.or_(*conditions), copy=False)


def part(name: str, of: Expression) -> Expression:
    """The year, month, day or hour of a date or time."""
    return exp.Extract(this=exp.var(name), expression=of)


def may_leave(of: Column, timezone: str) -> bool:
    """Its local time in this zone may be outside the calendar: only a shift moves it there."""
    here = "UTC" if of.type.zoned else of.timezone
    return of.type.kind == "timestamp" and here != timezone


def in_calendar(wall: Expression) -> Expression:
    """A local time is one of the years 1 to 9999; one outside has no parts (7.67)."""
    return exp.Between(this=part("year", wall.copy()), low=number(1), high=number(9999))


def _returned(born: Expression, year: Expression, feb29: str) -> Expression:
    def divides(by: int) -> Expression:
        remainder = exp.Mod(this=exp.paren(year.copy()), expression=number(by))
        return exp.EQ(this=remainder, expression=number(0))

    leap = exp.or_(exp.and_(divides(4), exp.not_(divides(100))), divides(400))
    leap_day = exp.and_(
        exp.EQ(this=part("month", born.copy()), expression=number(2)),
        exp.EQ(this=part("day", born.copy()), expression=number(29)),
        exp.not_(leap),
    )
    month, of_month = (3, 1) if feb29 == "mar1" else (2, 28)
    return call(
        "cdp_date",
        year.copy(),
        _if(leap_day, number(month), part("month", born.copy())),
        _if(leap_day.copy(), number(of_month), part("day", born.copy())),
    )


def _if(condition: Expression, then: Expression, otherwise: Expression) -> Expression:
    return exp.Case(ifs=[exp.If(this=condition, true=then)], default=otherwise)
