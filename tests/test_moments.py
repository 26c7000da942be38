"""Lengths, periods and days: read from words, and the same in Python as in the dbt macros."""

from __future__ import annotations

import random
import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
import pytest
import pytz

from cdp_activate.audiences.days import UNITS, day_start, local_instant, period_date, zone
from cdp_activate.audiences.moments import (
    Day,
    LocalDate,
    Moment,
    PeriodDate,
    PeriodStart,
    RelativeInstant,
)
from cdp_activate.audiences.written_times import (
    parse_as_of,
    parse_date,
    parse_duration,
    parse_period,
    parse_time,
)

MACROS = Path(__file__).parent.parent / "macros"


@pytest.mark.parametrize(
    ("text", "seconds", "days"),
    [
        ("1 second", 1, None),
        ("90 minutes", 5400, None),
        ("24 hours", 86400, None),
        ("1 day", 86400, 1),
        ("7 days", 604800, 7),
        ("2 weeks", 1209600, 14),
        (" 7 Days ", 604800, 7),
        ("7days", 604800, 7),
    ],
)
def test_a_length_is_a_number_and_a_unit(text: str, seconds: int, days: int | None) -> None:
    """Days and weeks can be whole days too, 24 hours cannot."""
    found = parse_duration(text)
    assert (found.seconds, found.days) == (seconds, days)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("1 month", "30 days"),
        ("2 quarters", "180 days"),
        ("1 year", "365 days"),
        ("0 days", "at least 1"),
        ("-1 days", "such as '7 days'"),
        ("1.5 days", "such as '7 days'"),
        ("seven days", "such as '7 days'"),
        ("7", "such as '7 days'"),
        (7, "such as '7 days'"),
        (None, "such as '7 days'"),
        ("7 fortnights", "such as '7 days'"),
        ("99999999999999 days", "no calendar"),
    ],
)
def test_what_is_no_length_says_so(text: object, remedy: str) -> None:
    """With what to write instead."""
    with pytest.raises(ValueError, match=re.escape(remedy)):
        parse_duration(text)


def test_periods_are_read_with_and_without_a_count() -> None:
    """`this: month` and `previous: 2 weeks`."""
    assert parse_period("month", counted=False) == (1, "month")
    assert parse_period("2 weeks", counted=True) == (2, "week")
    for wrong in ("2 weeks", "fortnight", "", None, 1):
        with pytest.raises(ValueError, match="a period is"):
            parse_period(wrong, counted=False)
    for wrong in ("0 weeks", "-1 weeks", "99999999 weeks"):
        with pytest.raises(ValueError, match="a period is"):
            parse_period(wrong, counted=True)


@pytest.mark.parametrize(
    ("day", "name", "expected"),
    [
        (date(2018, 11, 4), "America/Sao_Paulo", "2018-11-04T03:00"),  # no midnight
        (date(2018, 2, 18), "America/Sao_Paulo", "2018-02-18T03:00"),  # 23:00 came twice
        (date(2024, 11, 3), "America/Havana", "2024-11-03T04:00"),  # midnight came twice
        (date(2024, 3, 10), "America/Havana", "2024-03-10T05:00"),  # no midnight
        (date(1919, 3, 31), "America/Toronto", "1919-03-31T04:30"),  # 23:30 became 00:30
        (date(2011, 12, 30), "Pacific/Apia", "2011-12-30T10:00"),  # a day that never was
        (date(2011, 12, 31), "Pacific/Apia", "2011-12-30T10:00"),
        (date(2026, 3, 29), "Europe/Berlin", "2026-03-28T23:00"),
        (date(2026, 3, 30), "Europe/Berlin", "2026-03-29T22:00"),
        (date(2024, 2, 29), "Asia/Ho_Chi_Minh", "2024-02-28T17:00"),
    ],
)
def test_a_day_begins_at_its_first_existing_instant(day: date, name: str, expected: str) -> None:
    """AUDIENCES.md 7.28"""
    assert day_start(day, name) == datetime.fromisoformat(f"{expected}:00+00:00")


def test_the_first_instant_of_a_day_shows_it_and_the_one_before_does_not() -> None:
    """For every day around every change of the clocks of some zones in twelve years."""
    tick = timedelta(microseconds=1)
    for name in ("America/Sao_Paulo", "America/Havana", "Europe/Berlin", "Asia/Beirut"):
        there = ZoneInfo(name)
        for number in range(12 * 366):
            day = date(2010, 1, 1) + timedelta(days=number)
            noon = datetime(day.year, day.month, day.day, 12, tzinfo=there)
            noons = [noon, noon - timedelta(days=1)]
            if noons[0].utcoffset() == noons[1].utcoffset():
                continue
            start = day_start(day, name)
            assert start.astimezone(there).date() == day
            assert (start - tick).astimezone(there).date() < day


@pytest.mark.parametrize(
    ("wall", "name", "expected"),
    [
        ("2025-10-26T02:30", "Europe/Berlin", "2025-10-26T00:30"),  # twice: the earlier
        ("2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:30"),  # never: 03:30
        ("2018-11-04T00:30", "America/Sao_Paulo", "2018-11-04T03:30"),
        ("0001-01-01T00:00", "Asia/Ho_Chi_Minh", "0001-01-01T00:00"),
    ],
)
def test_written_local_times(wall: str, name: str, expected: str) -> None:
    """AUDIENCES.md 7.28 and 7.29"""
    found = local_instant(datetime.fromisoformat(wall), name)
    assert found == datetime.fromisoformat(f"{expected}:00+00:00")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31T08:00", "2026-01-31T01:00:00"),
        ("2026-01-31 08:00:30", "2026-01-31T01:00:30"),
        ("2026-01-31T08:00:00.1234567", "2026-01-31T01:00:00.123456"),
        ("2026-01-31T08:00Z", "2026-01-31T08:00:00"),
        ("2026-01-31T08:00:00 +0200", "2026-01-31T06:00:00"),
        ("2026-01-31T08:00:00-03:30", "2026-01-31T11:30:00"),
    ],
)
def test_a_time_has_an_offset_or_is_local(text: str, expected: str) -> None:
    """AUDIENCES.md 7.8 and 7.30"""
    assert parse_time(text, "Asia/Ho_Chi_Minh") == datetime.fromisoformat(f"{expected}+00:00")


@pytest.mark.parametrize(
    "text", ["2026-01-31", "08:00", "soon", "", None, 20260131, "2026-1-1T8:00"]
)
def test_what_is_no_time_is_none(text: object) -> None:
    """The caller knows what it wanted instead."""
    assert parse_time(text, "UTC") is None


@pytest.mark.parametrize("text", ["2026-02-30T08:00", "2026-01-31T25:00", "2026-01-31T08:00+99:00"])
def test_a_time_that_cannot_be_is_an_error(text: str) -> None:
    """It looks like one."""
    with pytest.raises(ValueError, match="there is no time"):
        parse_time(text, "UTC")


def test_bare_dates() -> None:
    """None for anything else, an error for a day that is in no calendar."""
    assert parse_date("2024-02-29") == date(2024, 2, 29)
    assert parse_date("2024-02-29T00:00") is None
    assert parse_date(20240229) is None
    with pytest.raises(ValueError, match="there is no day 2023-02-29"):
        parse_date("2023-02-29")


def test_as_of_is_utc_unless_it_has_an_offset() -> None:
    """A bare date is its first instant."""
    assert parse_as_of("2026-01-31") == datetime(2026, 1, 31, tzinfo=UTC)
    assert parse_as_of("2026-01-31T08:00+07:00") == datetime(2026, 1, 31, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="write it as"):
        parse_as_of("tomorrow")


@pytest.mark.parametrize("name", ["", "Saigon", "../UTC", "/etc/passwd", "localtime", "posixrules"])
def test_a_zone_that_is_not_the_same_everywhere_is_unknown(name: str) -> None:
    """Only names of the IANA table."""
    with pytest.raises(ValueError, match="unknown time zone"):
        zone(name)


def test_what_leaves_the_calendar_stops_at_its_edge() -> None:
    """AUDIENCES.md 7.29"""
    as_of = datetime(2026, 1, 1, tzinfo=UTC)
    assert RelativeInstant(10**12).resolve(as_of).year == 9999
    assert RelativeInstant(-(10**12)).resolve(as_of) == datetime(1, 1, 1, tzinfo=UTC)
    assert period_date(date(2026, 1, 1), "year", -5000) == date.min
    assert period_date(date(2026, 1, 1), "quarter", 99_999) == date.max
    assert LocalDate(10**9, "UTC").resolve(as_of) == date.max
    assert PeriodStart("year", -9999, "Asia/Ho_Chi_Minh").resolve(as_of).year == 1


# The macros ...


class Returned(BaseException):
    """What a macro gives back by `return()`."""

    def __init__(self, value: Any) -> None:
        self.value = value


@cache
def _templates() -> list[tuple[jinja2.Template, list[str]]]:
    """The files of macros about time, and the names of the macros in each."""
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    return [
        (environment.from_string(source), re.findall(r"\{% macro (\w+)\(", source))
        for path in MACROS.glob("*.sql")
        if re.search(r"as_of|period|date|day_start|last_day|local|timestamp", path.stem)
        for source in [path.read_text()]
    ]


class Package:
    """The macros of this package, rendered without dbt: `package.as_of(60)`."""

    def __init__(self, as_of: datetime | None, *, execute: bool = True) -> None:
        self.variables = {"cdp_as_of": as_of.isoformat()} if as_of else {}
        self.environment: dict[str, str] = {}

        def give(value: Any) -> None:
            raise Returned(value)

        def dispatch(name: str, package: str) -> Any:
            return getattr(self, f"default__{name}")

        self.globals = {
            "cdp_activate": self,
            "return": give,
            "adapter": SimpleNamespace(dispatch=dispatch),
            "dbt": SimpleNamespace(type_timestamp=lambda: "timestamp"),
            "var": lambda name, default=None: self.variables.get(name, default),
            "env_var": lambda name, default: self.environment.get(name, default),
            "execute": execute,
            "run_started_at": datetime(2026, 11, 29, 12, tzinfo=UTC),
            "modules": SimpleNamespace(
                datetime=__import__("datetime"), pytz=pytz, re=re, itertools=None
            ),
            "exceptions": SimpleNamespace(raise_compiler_error=self._fail),
        }
        self.macros: dict[str, Any] = {}
        for template, names in _templates():
            module = template.make_module(self.globals)
            for name in names:
                self.macros[name] = getattr(module, name)

    def __getattr__(self, name: str) -> Any:
        macro = self.__dict__["macros"][name]

        def call(*arguments: Any, **named: Any) -> Any:
            try:
                return str(macro(*arguments, **named)).strip()
            except Returned as returned:
                return returned.value

        return call

    @staticmethod
    def _fail(message: str) -> None:
        raise ValueError(message)


def literal(value: datetime | date, *, zoned: bool = False) -> str:
    """What SQL holds for an instant or a day."""
    if not isinstance(value, datetime):
        return f"cast('{value.isoformat()}' as date)"
    wall = value.replace(tzinfo=None).isoformat(sep=" ")
    if zoned:
        return f"cast('{wall}+00:00' as timestamp with time zone)"
    return f"cast('{wall}' as timestamp)"


ZONES = (
    "UTC", "Europe/Berlin", "America/Sao_Paulo", "America/Havana", "Asia/Ho_Chi_Minh",
    "Pacific/Apia", "Australia/Lord_Howe", "America/Toronto", "Asia/Kathmandu",
)  # fmt: skip


def moments(draw: random.Random) -> list[Moment | Day]:
    """One of each kind, near and far."""
    name, unit = draw.choice(ZONES), draw.choice(UNITS)
    near, far = draw.randrange(-40, 40), draw.choice((-(10**7), 10**7))
    # What governments plan may differ between the two tables of zones.
    near = min(near, 0)
    return [
        RelativeInstant(draw.randrange(-(10**9), 10**9)),
        RelativeInstant(far * 10**6),
        LocalDate(near, name),
        LocalDate(far, name),
        PeriodDate(unit, near, name),
        PeriodDate(unit, far, name),
        PeriodStart(unit, near, name),
        PeriodStart(unit, far, name),
    ]


@pytest.mark.parametrize("seed", range(150))
def test_python_and_the_macros_mean_the_same_moment(seed: int) -> None:
    """A preview holds what Python computes, a dbt model what the macros do."""
    draw = random.Random(seed)
    later = draw.choice((0, 1, draw.randrange(86_400 * 10**6)))
    # pytz rounds the local mean times of long ago to minutes, so 40 years back is 1935 at most.
    days = draw.randrange(18_000)
    as_of = datetime(1975, 1, 1, tzinfo=UTC) + timedelta(days=days, microseconds=later)
    package = Package(as_of)
    for moment in moments(draw):
        zoned = draw.random() < 0.3 and isinstance(moment, RelativeInstant | PeriodStart)
        call = (
            moment.macro(zoned)
            if isinstance(moment, RelativeInstant | PeriodStart)
            else moment.macro()
        )
        assert call is not None
        expression = f"{{% do return(cdp_activate.{call}) %}}"
        environment = jinja2.Environment(extensions=["jinja2.ext.do"])
        try:
            environment.from_string(expression, globals=package.globals).render()
        except Returned as returned:
            given = returned.value
        assert given == literal(moment.resolve(as_of), zoned=zoned), (moment, as_of)


def test_as_of_is_the_variable_else_that_of_the_environment() -> None:
    """Which dbt does not have to parse anew for; both are checked alike."""
    package = Package(datetime(2026, 1, 31, tzinfo=UTC))
    package.environment["CDP_AS_OF"] = "2025-06-01T08:00:00+07:00"
    assert datetime(2026, 1, 31) == package.as_of_instant()
    package.variables.clear()
    assert datetime(2025, 6, 1, 1) == package.as_of_instant()
    for value in ("yesterday", "2026-02-01 25:00", "2026-13-01", "2026-02-29", "0000-01-01"):
        package.environment["CDP_AS_OF"] = value
        with pytest.raises(ValueError, match=f"CDP_AS_OF .* is '{value}'.* write it in ISO 8601"):
            package.as_of_instant()
    parsing = Package(None, execute=False)
    parsing.environment["CDP_AS_OF"] = "2025-06-01"
    assert datetime(2026, 11, 29, 12) == parsing.as_of_instant(), "not read when dbt parses"


def test_the_calibration_ends_with_the_last_day_known() -> None:
    """Where the variable names a later one, nobody has been seen until then."""
    package = Package(datetime(2028, 3, 1, tzinfo=UTC))
    ends = {"1997-09-30": date(1997, 9, 30), "2030-01-01": date(2028, 2, 29)}
    for given, end in ends.items():
        package.variables["cdp_calibration_end"] = given
        assert end == package.calibration_end()
    for given in ("2027-02-29", "2026-04-31", "30/09/1997"):
        package.variables["cdp_calibration_end"] = given
        with pytest.raises(ValueError, match=f"cdp_calibration_end is '{given}', which is not a"):
            package.calibration_end()
