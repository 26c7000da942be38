"""What Snowflake leaves to the session or reads otherwise is said so that it cannot matter.

A parameter of the account may begin weeks on Sunday; a time that is cast to text has three digits
of the second, or those that the session wants; texts of times are read with few forms of offsets.
So each macro's SQL must name none of these, and means, on DuckDB, what it should.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

import duckdb
import jinja2
import pytest
import sqlglot
from dbt_command import REPOSITORY
from stand_in_sql import on_duckdb
from test_dbt_macros import render

TIMES = {
    "2026-01-31T07:00:00+07:00": datetime(2026, 1, 31),
    "2026-01-31T07:00:00.123456+0700": datetime(2026, 1, 31, 0, 0, 0, 123456),
    "2026-01-31 07:00+07": datetime(2026, 1, 31),
    "2024-02-29T23:59:59-01:30": datetime(2024, 3, 1, 1, 29, 59),
    "2026-01-01T00:10:00-00:30": datetime(2026, 1, 1, 0, 40),
    "2026-01-31 07:00:00Z": datetime(2026, 1, 31, 7),
    "2026-01-31T07:00:00 UTC": datetime(2026, 1, 31, 7),
    "2026-01-31T07:00:00": datetime(2026, 1, 31, 7),
    "2026-01-31": datetime(2026, 1, 31),
}
"""As read_text hands them on: in large letters, without a space before a sign."""

MONDAYS = [
    (date(2026, 11, 29), date(2026, 11, 23)),
    (date(2026, 11, 30), date(2026, 11, 30)),
    (date(2027, 1, 3), date(2026, 12, 28)),
]
WEEKS = [
    (date(2026, 11, 29), date(2026, 11, 30), 1),
    (date(2026, 11, 30), date(2026, 12, 6), 0),
    (date(2026, 12, 6), date(2026, 11, 22), -2),
]
CASES = [
    ("time_as_text", {"expression": "max(noted_at)"}),
    ("utc_timestamp_of_text", {"expression": "x"}),
    ("start_of", {"unit": "week", "expression": "x"}),
    ("time_between", {"first": "x", "second": "y", "unit": "week"}),
    ("fits_type", {"given": "NUMBER(18,2)", "wanted": "numeric(18,2)"}),
    ("fits_type", {"given": "NUMBER(38,0)", "wanted": "numeric(18,2)"}),
]


@pytest.mark.slow
def test_nothing_depends_on_the_session(tmp_path: Path) -> None:
    as_text, of_text, monday, weeks, *fit = render(CASES, tmp_path, stand_in="snowflake")

    assert as_text == "to_char(max(noted_at), 'YYYY-MM-DD HH24:MI:SS.FF9')"
    assert re.search(r"\bweek\b|_t?tz\b|time zone", of_text + monday + weeks, re.IGNORECASE) is None

    assert fit == [True, False]

    def value(sql: str, **given: object) -> object:
        typed = ", ".join(
            f"cast('{one}' as {'text' if isinstance(one, str) else 'date'}) as {name}"
            for name, one in given.items()
        )
        (query,) = sqlglot.transpile(
            f"select {sql} as value from (select {typed})", "snowflake", "duckdb"
        )
        return duckdb.connect().execute(query).fetchall()[0][0]

    assert {text: value(of_text, x=text) for text in TIMES} == TIMES
    assert [(day, value(f"cast({monday} as date)", x=day)) for day, _ in MONDAYS] == MONDAYS
    assert [(a, b, value(weeks, x=a, y=b)) for a, b, _ in WEEKS] == WEEKS


@pytest.mark.slow
def test_a_timestamp_with_a_zone_is_refused(tmp_path: Path) -> None:
    asked = [("refuse_zoned_timestamps", {"type": kind}) for kind in ("TIMESTAMP_NTZ", "TIMESTAMP")]
    assert render(asked, tmp_path, stand_in="snowflake") == ["", ""]
    refused = [("refuse_zoned_timestamps", {"type": "TIMESTAMP_LTZ"})]
    with pytest.raises(AssertionError, match="a timestamp is a TIMESTAMP_LTZ, and times would"):
        render(refused, tmp_path / "refused", stand_in="snowflake")


CAST_TIME = re.compile(
    r"cast\((?:\w+[.(])*(?:\w+_at|valid_from|valid_to)\)? as (?:' ~ |\{\{ )dbt\.type_string"
    r"|joined_texts\(\[[^\]]*'(?:\w+\.)?(?:\w+_at|valid_from|valid_to)'(?!\))"
)


def test_times_become_texts_by_one_macro() -> None:
    assert CAST_TIME.search("'cast(max(notes.noted_at) as ' ~ dbt.type_string()")
    assert CAST_TIME.search("joined_texts([\n 'customer_id',\n 'recorded_at',\n])")
    found = [
        f"{path.relative_to(REPOSITORY)}: {cast[0]}"
        for folder in ("models", "macros")
        for path in sorted((REPOSITORY / folder).rglob("*.sql"))
        for cast in CAST_TIME.finditer(path.read_text(encoding="utf-8"))
    ]

    assert [] == found


QUOTIENTS = [
    # Two of forty thousand people agree on something: rare, but not never.
    (
        "identity/identity_rule_checks",
        r"case\s+when sum\(holders\) > 1.*?end(?= as chance)",
        "select 2 as holders union all select 1 from range(40000)",
        2 / (40_002 * 40_001),
    ),
    (
        "experiments/experiment_results",
        r"\{\{ cdp_activate\.cast_as\([^}]*\}\}(?= as reached_rate)",
        "select 1 as reached_count, 3 as person_count",
        0.33333333,
    ),
    (
        "attribution/attribution_credits",
        r"case\s+when touch_count = 1 then.*?end(?= as position_based)",
        "select 2 as touch_count, 1 as step",
        3 / 7,
    ),
]


@pytest.mark.parametrize(("model", "quotient", "rows", "expected"), QUOTIENTS)
def test_a_quotient_keeps_its_digits(model: str, quotient: str, rows: str, expected: float) -> None:
    """Snowflake divides exact numbers to six digits more than the dividend has."""
    sql = (REPOSITORY / "models" / f"{model}.sql").read_text(encoding="utf-8")
    found = re.search(quotient, sql, re.DOTALL)
    assert found is not None
    macros = SimpleNamespace(
        type_double=lambda: "double", cast_as=lambda value, kind: f"cast({value} as {kind})"
    )
    written = jinja2.Template(found[0]).render(
        cdp_activate=macros, double="double", first_share=0.3, last_share=0.4
    )

    query = on_duckdb(f"select {written} as value from given", "snowflake")
    value = duckdb.connect().execute(f"with given as ({rows}) {query}").fetchall()[0][0]

    assert float(value) == pytest.approx(expected, rel=1e-9)
