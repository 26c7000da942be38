"""What `compile --explain-cost` says is what the compiled trees read."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import neighbours
import pytest
from click.testing import CliRunner
from sqlglot import parse_one
from world import NOON, catalog, manifest

from cdp_activate.audiences.compile import compile_audience
from cdp_activate.audiences.cost import Cost, TableCost, cost, in_words
from cdp_activate.audiences.moments import (
    Day,
    FixedDate,
    FixedInstant,
    LocalDate,
    Moment,
    PeriodStart,
    RelativeInstant,
)
from cdp_activate.audiences.read import read_audiences
from cdp_activate.audiences.reads import reads
from cdp_activate.cli import main
from cdp_activate.text import parse

KNOWN = catalog()
NEIGHBOURS = neighbours.catalog()


def told(**conditions: str) -> Cost:
    documents = [
        f"audience: {name}\nentity: customer\nwhere:\n  - {condition}\n"
        for name, condition in conditions.items()
    ]
    audiences = read_audiences(parse("---\n".join(documents), "given.yml"), KNOWN)
    queries = {name: compile_audience(one, KNOWN) for name, one in audiences.items()}
    return cost(queries, KNOWN, NOON)


def orders(found: Cost) -> TableCost:
    model = KNOWN.events["customer"]["order_placed"].model.name
    (table,) = (one for one in found.tables if one.model == model)
    return table


def test_the_earliest_time_is_that_of_the_widest_window() -> None:
    found = orders(
        told(
            month="{event: order_placed, within: 30 days}",
            year="{event: order_placed, within: 365 days}",
        )
    )
    assert "the last 365 days" == found.since
    assert () == found.all_time
    assert ("month", "year") == found.audiences
    assert ("order_placed",) == found.events


def test_who_gives_no_time_forces_all_time_and_is_named() -> None:
    found = orders(
        told(
            ever="{event: order_placed}",
            also="{event: order_placed, count: {gte: 2}}",
            month="{event: order_placed, within: 30 days}",
        )
    )
    assert "all time" == found.since
    assert ("also", "ever") == found.all_time


def test_a_written_day_is_a_time_that_is_compared_with_windows() -> None:
    found = orders(
        told(
            autumn="{event: order_placed, since: 2025-10-01}",
            month="{event: order_placed, within: 30 days}",
        )
    )
    assert "since 2025-10-01 00:00 UTC" == found.since


def test_equal_questions_are_one_fact_and_the_most_shared_is_first() -> None:
    found = orders(
        told(
            a="{event: order_placed, within: 7 days}",
            b="{event: order_placed, within: 30 days}",
            c="{event: order_placed, within: 30 days, count: {gte: 3}}",
        )
    )
    assert [("b", "c"), ("a",)] == [fact.audiences for fact in found.facts]
    assert [True, False] == [fact.own_model for fact in found.facts]


def test_a_measured_column_is_read_and_others_are_not() -> None:
    counted = orders(told(a="{event: order_placed, within: 7 days}"))
    summed = orders(told(a="{event: order_placed, within: 7 days, sum: {of: amount, gte: 5}}"))
    assert {"amount"} == set(summed.columns) - set(counted.columns)


def test_a_sequence_reads_from_where_its_window_begins() -> None:
    """What comes before the first step can begin is no part of any run."""
    steps = "[{did: viewed}, {did_not: order_placed}, {did: clicked, immediately: true}]"
    asked = f"{{sequence: {steps}, within: 7 days}}"
    assert {"the last 7 days"} == {one.since for one in told(a=asked).tables if one.events}


def test_histories_are_read_whole_and_nobody_is_blamed() -> None:
    """A stage of long ago may hold still; no window would make it less."""
    found = told(a="{stage: new, entered: 7 days}", b="{consent: ads}")
    whole = {one.model: (one.since, one.all_time) for one in found.tables if one.since}
    assert {"stages": ("the whole history", ()), "consents": ("the whole history", ())} == whole


def test_members_that_others_ask_for_are_told_with_who_asks() -> None:
    found = told(a="{event: order_placed}", b="{audience: a}", c="{not: {audience: [a, b]}}")
    assert [("a", ("b", "c")), ("b", ("c",))] == [
        (one.audience, one.audiences) for one in found.members
    ]
    assert "audience_a" not in {one.model for one in found.tables}


def test_a_column_without_a_tables_name_is_of_the_table_that_has_it() -> None:
    """In a join; the tables may stand in either order."""
    joined = "select plan, score from accounts join customers on owner_id = customer_id"
    found = {one.model: one.columns for one in reads(parse_one(joined), NEIGHBOURS, NOON)}
    assert {"accounts": {"plan", "owner_id"}, "customers": {"score", "customer_id"}} == found


def test_twenty_audiences_are_judged_together_and_one_of_members_by_itself() -> None:
    many = {f"a{n}": f"{{event: order_placed, count: {{gte: {n + 1}}}}}" for n in range(20)}
    # One that reads another audience cannot be judged in the same pass.
    found = told(**many, other="{audience: a0}")
    assert [("customer", 20, 1)] == [
        (one.entity, len(one.audiences), one.tallies) for one in found.together
    ]
    assert ("other",) == found.alone


def test_few_audiences_are_judged_by_themselves() -> None:
    found = told(a="{event: order_placed}")
    assert (("a",), ()) == (found.alone, found.together)


@pytest.mark.parametrize(
    ("expected", "at"),
    [
        ("the last 365 days", RelativeInstant(-365 * 86400)),
        ("the last 36 hours", RelativeInstant(-36 * 3600)),
        ("the last 7 days", LocalDate(-6, "UTC")),
        ("this month", PeriodStart("month", 0, "UTC")),
        ("this week and 2 weeks before", PeriodStart("week", -2, "UTC")),
        ("since 2026-01-01", FixedDate(date(2026, 1, 1))),
        ("since 2026-01-01 08:00 UTC", FixedInstant(datetime(2026, 1, 1, 8, tzinfo=UTC))),
    ],
)
def test_a_time_is_said_in_words(expected: str, at: Moment | Day) -> None:
    assert expected == in_words(at)


def test_the_command_says_it_in_text_and_json_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: shop\n")
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "manifest.json").write_text(json.dumps(manifest()))
    (tmp_path / "audiences").mkdir()
    asked = "audience: recent\nentity: customer\nwhere:\n"
    asked += "  - {event: order_placed, within: 30 days}\n"
    (tmp_path / "audiences" / "recent.yml").write_text(asked)
    before = sorted(tmp_path.rglob("*"))
    command = ["compile", "--explain-cost", "--project-dir", str(tmp_path)]
    shown = CliRunner().invoke(main, command)
    found = CliRunner().invoke(main, [*command, "--json"])
    assert (0, 0) == (shown.exit_code, found.exit_code), shown.output
    assert "  time     the last 30 days\n" in shown.output
    assert "judged by themselves: recent\n" in shown.output
    said = json.loads(found.output)
    assert ["recent"] == said["alone"]
    assert "the last 30 days" in [table["since"] for table in said["tables"]]
    assert before == sorted(tmp_path.rglob("*"))
