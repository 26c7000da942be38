"""The dbt project as a package in somebody else's project.

The project in tests/dbt_consumer maps three subjects in the three ways there are
(a table's name, a model, a source), writes a model of its own for a fourth, and
leaves the others out. Its session is not in UTC.
"""

from __future__ import annotations

import json
import shutil
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import pytest
from dbt_command import REPOSITORY, run_dbt

from cdp_activate.dbt import _failure as failure
from cdp_activate.errors import SourceErrors
from cdp_activate.project import Project

pytestmark = pytest.mark.slow

RAW_TABLES = """
set timezone = 'UTC';
create schema crm;
create schema tracker;
create schema erp;
create schema helpdesk;
create table crm.people as
select * from (values
    ('ann', 'ann@example.com', timestamptz '2026-01-01 07:00:00+07'),
    ('bob', null, timestamptz '2026-02-01 00:00:00+00'),
    ('eve', 'eve@example.com', timestamptz '2026-04-01 06:59:59+07'),
    ('new', 'new@example.com', timestamptz '2026-04-01 07:00:00+07')
) as people (customer_id, email, created_at);
create table tracker.clicks as
select * from (values
    (1, 'ann', null, timestamp '2026-01-02', 'page_viewed'),
    (2, null, 'browser', timestamp '2026-01-03', 'page_viewed'),
    (3, 'bob', null, timestamp '2026-03-31', 'product_viewed'),
    (4, 'bob', null, timestamp '2026-04-01', 'cart_updated')
) as clicks (click_id, person, browser, clicked_at, action);
create table erp.sales as
select * from (values
    (7, 'ann', timestamp '2026-01-10', 12.5),
    (8, 'ann', timestamp '2026-04-02', 99)
) as sales (number, person, placed_at, total);
create table helpdesk.requests as
select
    't1' as ticket_id, 'bob' as customer_id, timestamp '2026-02-02' as opened_at;
"""


class Consumer:
    """A copy of the consumer project beside a warehouse of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = folder / "project"
        self.warehouse = folder / "consumer.duckdb"
        shutil.copytree(REPOSITORY / "tests" / "dbt_consumer", self.project)
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute(RAW_TABLES)

    def run(self, *arguments: str) -> CompletedProcess[str]:
        """Run dbt."""
        return run_dbt(
            *arguments,
            project=self.project,
            scratch=self.folder,
            environment={
                "CDP_ACTIVATE_PACKAGE": str(REPOSITORY),
                "CONSUMER_DUCKDB_PATH": str(self.warehouse),
            },
        )

    def dbt(self, *arguments: str) -> tuple[int, str]:
        """Run dbt; give its exit code and what it said, on one long line."""
        done = self.run(*arguments)
        return done.returncode, " ".join(done.stdout.split())

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Give the rows of a query on the warehouse."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def consumer(tmp_path_factory: pytest.TempPathFactory) -> Consumer:
    """Give the consumer project, installed and built as of 1 April 2026."""
    consumer = Consumer(tmp_path_factory.mktemp("consumer"))
    code, said = consumer.dbt("deps")
    assert code == 0, said
    code, said = consumer.dbt("build", "--write-json", "--vars", "{cdp_as_of: 2026-04-01}")
    assert code == 0, said
    assert "WARN=0" in said
    assert "depends on the root project node" not in said
    return consumer


def test_options_that_dbt_does_not_take_are_told_from_a_failure(consumer: Consumer) -> None:
    for wrong in (["--no-such"], ["-s"], ["--threads", "x"]):
        done = consumer.run("build", "--no-use-colors", *wrong)
        error = failure("build", done.returncode, done.stdout.splitlines())
        assert 2 == error.exit_code
        assert error.message.startswith("`dbt build` was not begun: ") and wrong[0] in error.message
    done = consumer.run("build", "--profile", "none")
    assert 1 == failure("build", done.returncode, done.stdout.splitlines()).exit_code


def test_customers_come_from_the_mapped_table(consumer: Consumer) -> None:
    """Zoned times become UTC; whoever is created at as_of is not there."""
    rows = consumer.rows(
        "select customer_id, email, created_at, phone, birth_date, order_count, "
        "lifetime_value, stage, lifecycle, open_ticket_count, touchpoint_count "
        "from customers order by customer_id"
    )
    none: date | None = None
    assert [
        (
            "ann", "ann@example.com", datetime(2026, 1, 1), None, none, 1,
            Decimal("12.50"), "decide", "active", 0, 2,
        ),
        (
            "bob", None, datetime(2026, 2, 1), None, none, 0,
            Decimal("0.00"), "doubt", "prospect", 1, 2,
        ),
        (
            "eve", "eve@example.com", datetime(2026, 3, 31, 23, 59, 59), None, none, 0,
            Decimal("0.00"), None, "prospect", 0, 0,
        ),
    ] == rows  # fmt: skip


def test_stages_come_from_all_ways_of_mapping(consumer: Consumer) -> None:
    """Events by ref and orders by the user's own model; boundaries by hand."""
    rows = consumer.rows(
        "select customer_id, stage, valid_from, valid_to from stage_history "
        "where track = 'lifecycle' order by customer_id, valid_from"
    )
    assert [
        ("ann", "awareness", datetime(2026, 1, 2), datetime(2026, 1, 10)),
        ("ann", "purchase", datetime(2026, 1, 10), None),
        ("bob", "consideration", datetime(2026, 3, 31), None),
    ] == rows


def test_strangers_are_kept_without_a_customer(consumer: Consumer) -> None:
    """An event of a browser that nobody owns stays, and counts for nobody."""
    rows = consumer.rows("select event_id from customer_events where customer_id is null")
    assert rows == [("2",)]


def test_subjects_that_are_left_out_are_typed_empties(consumer: Consumer) -> None:
    """No messages were mapped: the table is there, with its columns, empty."""
    rows = consumer.rows(
        "select (select count(*) from customer_messages), typeof(max(occurred_at)) "
        "from input_messages"
    )
    assert rows == [(0, "TIMESTAMP")]


def test_a_model_may_be_called_as_one_of_ours_and_be_mapped(consumer: Consumer) -> None:
    """Ours is made of it; each has a schema of its own."""
    assert [("acme",)] == consumer.rows("select account_id from accounts")
    assert [("acme",)] == consumer.rows("select account_id from main_own.accounts")


def test_a_stage_belongs_to_its_track(consumer: Consumer) -> None:
    """Of the main track nobody would ever be in a stage of another."""
    project = Project.at(consumer.project, target_path=consumer.folder / "target")
    audiences = consumer.project / "audiences"
    audiences.mkdir()
    text = "audience: buyers\nwhere:\n  - stage: [lapsed, purchase]\n"
    (audiences / "buyers.yml").write_text(text)
    with pytest.raises(SourceErrors, match="the track 'b2b' has no stage 'purchase'") as refused:
        assert not project.audiences
    assert "name its track: `track: lifecycle`" in str(refused.value)
    (audiences / "buyers.yml").write_text(text + "    track: lifecycle\n")
    project.forget()
    assert {"buyers"} == set(project.audiences)


def test_what_cannot_be_used_is_one_clear_sentence(consumer: Consumer) -> None:
    """Columns are missing, a table is not there, customers are not mapped."""
    mapping = {"events": "erp.sales", "tickets": "crm.none"}
    code, said = consumer.dbt(
        "run",
        "--select",
        "input_customers input_events input_messages input_tickets",
        "--vars",
        json.dumps({"cdp_inputs": mapping}),
    )
    assert code == 1
    assert (
        'The table "erp"."sales", mapped to the subject \'events\', lacks the required '
        "columns event_id, occurred_at, event_name: add them, map another table in the "
        "variable cdp_inputs, or write your own model input_events and disable the one "
        "of the package."
    ) in said
    assert (
        'The subject \'tickets\' is mapped to the table "crm"."none", which does not '
        "exist in the database consumer: load that table"
    ) in said
    assert (
        "No table is mapped to the subject 'customers', the only one that is obligatory: "
        "say in the vars of dbt_project.yml which of your tables is which subject, cdp_inputs: "
        "{customers: crm.customers, orders: shop.orders}, or write your own model"
    ) in said
    # Messages, which nobody mapped, are as good as ever.
    assert "PASS=1 WARN=0 ERROR=3" in said


def test_a_misspelt_subject_and_variables_of_no_use_are_refused(consumer: Consumer) -> None:
    """A subject is not taken for one that is left out; all wrong variables are told at once."""
    variables = {
        "cdp_inputs": {"custmers": "crm.people", "customers": "crm.people"},
        "cdp_session_gap_minutes": "thirty",
        "cdp_path_top": 2.5,
        "cdp_attribution_first_share": 40,
        "cdp_cohort_period": "fortnight",
        "cdp_control_variants": "control",
    }
    code, said = consumer.dbt(
        "run", "--select", "input_feedback input_customers", "--vars", json.dumps(variables)
    )
    assert code == 1
    assert (
        "The variable cdp_inputs names the subject 'custmers', which does not exist: "
        "the subjects are account_members, accounts, consents, customers,"
    ) in said
    assert (
        "Variables that no model can use: cdp_session_gap_minutes is 'thirty', not a whole number "
        "from 1 on; cdp_path_top is '2.5', not a whole number from 1 on; "
        "cdp_attribution_first_share is '40', not a share from 0 to 1; cdp_cohort_period is "
        "'fortnight', not one of day, week, month, quarter, year; cdp_control_variants is "
        "'control', not a list: write [control]. Correct them in the vars of dbt_project.yml."
    ) in said


def test_a_mapping_that_is_none_is_one_clear_sentence(consumer: Consumer) -> None:
    """dbt parses nothing by it."""
    code, said = consumer.dbt("parse", "--vars", json.dumps({"cdp_inputs": ["crm.people"]}))
    assert code == 2
    assert (
        "The variable cdp_inputs is '['crm.people']', where subjects and their tables are asked "
        "for: write {customers: crm.customers, orders: shop.orders}."
    ) in said


def test_settings_that_change_our_models_are_refused(consumer: Consumer) -> None:
    """Without the flag dbt takes the project's model for ours; a setting for all changes ours.

    Without a mapping, subjects are empty: the tables of the demo shop are none of the project's.
    """
    settings = consumer.project / "dbt_project.yml"
    text = settings.read_text().replace("_before_root: true", "_before_root: false")
    text = text.replace("cdp_inputs:", "other_inputs:")
    settings.write_text(text.replace("\nmodels:\n", "\nmodels:\n  +materialized: view\n"))
    code, said = consumer.dbt("run", "--select", "input_customers input_tickets")
    assert code == 1
    assert "PASS=1 WARN=0 ERROR=1" in said
    assert (
        "Your project and the package cdp_activate both have accounts, and the package reads yours "
        "where it means its own: set the flag require_ref_searches_node_package_before_root: true"
    ) in said
    assert "that must be incremental" in said
    assert "below the name of your project, models: {consumer: {+materialized: view}}." in said
