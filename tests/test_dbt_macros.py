"""The calendar macros agree with Python's zoneinfo.

All macros are rendered by one dbt command, in a project that has the macros of the
package and one macro more, which prints what they give for a table of cases. The
expected instant of a local day's beginning is found the slow way: minute by minute,
the first at which the clock shows that date or a later one.
"""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from dbt_command import REPOSITORY, run_dbt

pytestmark = pytest.mark.slow

# In Havana it is the first half past midnight of a night that has two.
AS_OF = datetime(2024, 11, 3, 4, 30, 0, 123456, tzinfo=UTC)

HARD_DAYS = [
    ("Europe/Berlin", date(2024, 3, 31)),  # 23 hours
    ("Europe/Berlin", date(2024, 10, 27)),  # 25 hours
    ("Europe/Berlin", date(2024, 10, 28)),
    ("Europe/Dublin", date(2024, 10, 27)),  # winter is the zone's exception
    ("America/Sao_Paulo", date(2018, 11, 4)),  # begins at 01:00
    ("America/Sao_Paulo", date(2019, 2, 17)),  # the day before ends twice
    ("America/Havana", date(2024, 11, 3)),  # midnight twice
    ("America/Havana", date(2024, 3, 10)),  # begins at 01:00
    ("America/St_Johns", date(2006, 10, 29)),  # back from 00:01 to 23:01
    ("America/Asuncion", date(2024, 10, 6)),
    ("Asia/Beirut", date(2023, 3, 30)),
    ("Asia/Tehran", date(2022, 3, 22)),
    ("Asia/Ho_Chi_Minh", date(2024, 11, 3)),
    ("Asia/Ho_Chi_Minh", date(2024, 2, 29)),
    ("Asia/Kathmandu", date(2024, 1, 1)),
    ("Australia/Lord_Howe", date(2024, 4, 7)),  # half an hour
    ("Pacific/Apia", date(2011, 12, 30)),  # a day that was left out
    ("Pacific/Apia", date(2011, 12, 31)),
    ("Pacific/Kiritimati", date(2024, 12, 31)),
    ("Africa/Casablanca", date(2024, 4, 14)),
    ("Antarctica/Troll", date(2024, 3, 31)),  # two hours
    ("UTC", date(2024, 2, 29)),
]

PRINTER = """
{% macro print_cases(cases) %}
    {%- set given = [] -%}
    {%- for case in cases -%}
        {%- do given.append(
            context['cdp_activate'][case['macro']](**case['arguments'])
        ) -%}
    {%- endfor -%}
    {%- do print('given: ' ~ tojson(given)) -%}
{% endmacro %}
"""

PROJECT = """
name: cdp_activate
version: 0.1.0
config-version: 2
profile: cdp_activate
macro-paths: ["{package}/macros", "macros"]
flags:
  send_anonymous_usage_stats: false
"""

PROFILE = """
cdp_activate:
  target: dev
  outputs:
    dev: {type: {warehouse}, path: ":memory:"}
"""


def render(
    cases: list[tuple[str, dict[str, object]]], scratch: Path, stand_in: str | None = None
) -> list[str]:
    """Give the SQL that each macro gives for its arguments, judged at AS_OF."""
    (scratch / "macros").mkdir(parents=True)
    (scratch / "macros" / "print_cases.sql").write_text(PRINTER)
    (scratch / "dbt_project.yml").write_text(PROJECT.replace("{package}", str(REPOSITORY)))
    (scratch / "profiles.yml").write_text(PROFILE.replace("{warehouse}", stand_in or "duckdb"))
    arguments = [{"macro": name, "arguments": values} for name, values in cases]
    done = run_dbt(
        "--quiet",
        "run-operation",
        "print_cases",
        "--args",
        json.dumps({"cases": arguments}),
        "--vars",
        json.dumps({"cdp_as_of": AS_OF.isoformat()}),
        project=scratch,
        scratch=scratch,
        stand_in=stand_in,
    )
    assert done.returncode == 0, done.stdout
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("given: "))
    rendered: list[str] = json.loads(line.removeprefix("given: "))
    return rendered


def timestamp(instant: datetime) -> str:
    """Write an instant in UTC as the macros do."""
    return f"cast('{instant.replace(tzinfo=None).isoformat(sep=' ')}' as timestamp)"


def day_literal(day: date) -> str:
    """Write a date as the macros do."""
    return f"cast('{day.isoformat()}' as date)"


def first_instant(day: date, zone: str) -> datetime:
    """Find the first minute at which the clock in `zone` shows `day` or later."""
    instant = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16)
    while instant.astimezone(ZoneInfo(zone)).date() < day:
        instant += timedelta(minutes=1)
    return instant


def today(zone: str) -> date:
    """Give the local date at AS_OF."""
    return AS_OF.astimezone(ZoneInfo(zone)).date()


def day_cases() -> list[tuple[tuple[str, dict[str, object]], str]]:
    """Give hard days, and 100 days of 1980 to 2023 drawn at random.

    Days to come are left out: zoneinfo and dbt's pytz may carry different editions
    of what governments plan.
    """
    draw = random.Random(20241103)
    zones = sorted({zone for zone, _ in HARD_DAYS})
    days = list(HARD_DAYS)
    for _ in range(100):
        day = date(1980, 1, 1) + timedelta(days=draw.randrange(16_000))
        days.append((draw.choice(zones), day))
    cases: list[tuple[tuple[str, dict[str, object]], str]] = []
    for zone, day in days:
        offset = (day - today(zone)).days
        where = {"unit": "day", "offset": offset, "timezone": zone}
        cases.append((("period_start", where), timestamp(first_instant(day, zone))))
        cases.append((("period_date", where), day_literal(day)))
        where = {"days": offset, "timezone": zone}
        cases.append((("local_date", where), day_literal(day)))
    return cases


def period_cases() -> list[tuple[tuple[str, dict[str, object]], str]]:
    """Give periods whose first day is written down here by hand."""
    written = [
        ("week", 0, "UTC", date(2024, 10, 28)),  # AS_OF is a Sunday
        ("week", 1, "UTC", date(2024, 11, 4)),
        ("week", -44, "Asia/Ho_Chi_Minh", date(2023, 12, 25)),
        ("month", 0, "Europe/Berlin", date(2024, 11, 1)),
        ("month", -8, "Europe/Berlin", date(2024, 3, 1)),
        ("month", -11, "UTC", date(2023, 12, 1)),
        ("month", 2, "UTC", date(2025, 1, 1)),
        ("quarter", 0, "UTC", date(2024, 10, 1)),
        ("quarter", -4, "America/Sao_Paulo", date(2023, 10, 1)),
        ("quarter", 1, "UTC", date(2025, 1, 1)),
        ("year", 0, "Asia/Ho_Chi_Minh", date(2024, 1, 1)),
        ("year", -4, "Pacific/Kiritimati", date(2020, 1, 1)),
        ("year", -2023, "UTC", date(1, 1, 1)),
        ("year", -5000, "Asia/Ho_Chi_Minh", date(1, 1, 1)),
        ("month", -99_999, "UTC", date(1, 1, 1)),
        ("day", -9_999_999, "UTC", date(1, 1, 1)),
    ]
    cases: list[tuple[tuple[str, dict[str, object]], str]] = []
    for unit, offset, zone, day in written:
        where: dict[str, object] = {"unit": unit, "offset": offset, "timezone": zone}
        cases.append((("period_date", where), day_literal(day)))
        begins = datetime(1, 1, 1) if day.year == 1 else first_instant(day, zone)
        cases.append((("period_start", where), timestamp(begins)))
    return cases


def other_cases() -> list[tuple[tuple[str, dict[str, object]], str]]:
    """Give shifts of as_of, zoned literals, and what leaves the calendar."""
    beyond: dict[str, object] = {"unit": "year", "offset": 9999, "timezone": "UTC"}
    berlin: dict[str, object] = {
        "unit": "month",
        "offset": 0,
        "timezone": "Europe/Berlin",
        "zoned": True,
    }
    latest = "cast('9999-12-31 23:59:59.999999' as timestamp)"
    return [
        (("as_of", {}), timestamp(AS_OF)),
        (("as_of", {"seconds": 0.5}), timestamp(AS_OF + timedelta(seconds=0.5))),
        (("as_of", {"seconds": -0.123456}), "cast('2024-11-03 04:30:00' as timestamp)"),
        (("as_of", {"seconds": -604800}), timestamp(AS_OF - timedelta(days=7))),
        (("as_of", {"seconds": 10**12}), latest),
        (("as_of", {"seconds": -(10**12)}), timestamp(datetime(1, 1, 1))),
        (("as_of", {"seconds": -(10**300)}), timestamp(datetime(1, 1, 1))),
        (
            ("as_of", {"zoned": True}),
            "cast('2024-11-03 04:30:00.123456+00:00' as timestamp with time zone)",
        ),
        (
            ("period_start", berlin),
            "cast('2024-10-31 23:00:00+00:00' as timestamp with time zone)",
        ),
        (("period_start", beyond), latest),
        (("period_date", beyond), "cast('9999-12-31' as date)"),
        (
            ("local_date", {"days": 10**9, "timezone": "Asia/Ho_Chi_Minh"}),
            "cast('9999-12-31' as date)",
        ),
        (("days_ago", {"days": 1}), timestamp(AS_OF - timedelta(days=1))),
    ]


def test_the_calendar_macros_agree_with_zoneinfo(tmp_path: Path) -> None:
    """Every case at once, since starting dbt takes longer than all of them."""
    cases = day_cases() + period_cases() + other_cases()
    given = render([case for case, _ in cases], tmp_path)
    wrong = [
        (case, expected, rendered)
        for (case, expected), rendered in zip(cases, given, strict=True)
        if rendered != expected
    ]
    assert wrong == []
