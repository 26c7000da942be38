"""The dbt models give the figures that others published about public data sets.

The figures and their sources are in published_figures.json beside the data sets
(CDP_SHARED names the folder). Where a choice changes a figure, both are proved.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt_command import REPOSITORY, run_dbt
from shared_folder import SHARED

DATA = SHARED / "data"
FIGURES = DATA / "published_figures.json"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not FIGURES.exists(),
        reason="needs the public data sets: set CDP_SHARED to the folder with data/",
    ),
]

Query = Callable[[str], list[tuple[Any, ...]]]


def published(dataset: str, figure: str) -> list[list[Any]]:
    """Give the rows of the published figure of that name."""
    (expected,) = (
        entry["expected"]
        for entry in json.loads(FIGURES.read_text(encoding="utf-8"))
        if entry["dataset"] == dataset and entry["figure"].startswith(figure)
    )
    return list(expected)


def built(folder: Path, raw_tables: str, select: str, **variables: object) -> Query:
    """Load the raw tables (SQL), build the models, and give what asks them."""
    file = folder / "figures.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(raw_tables)
        subjects = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'published'"
        ).fetchall()
    variables["cdp_inputs"] = {subject: f"published.{subject}" for (subject,) in subjects}
    done = run_dbt(
        "build",
        "--select",
        *select.split(),
        "--exclude-resource-type",
        "test",
        "--exclude-resource-type",
        "unit_test",
        "--vars",
        json.dumps(variables),
        project=REPOSITORY,
        scratch=folder,
        environment={"CDP_DUCKDB_PATH": str(file)},
    )
    assert done.returncode == 0, done.stdout

    def query(sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(file), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    return query


@pytest.fixture(scope="module")
def cdnow(tmp_path_factory: pytest.TempPathFactory) -> Query:
    """The tenth of the CDNOW cohort, 39 weeks learnt from and 39 held out."""
    raw_tables = f"""
        create schema published;
        create table published.orders as
        select
            cast(row_number() over () as text) as order_id,
            parts[2] as customer_id,
            strptime(parts[3], '%Y%m%d') as ordered_at,
            cast(parts[5] as decimal(18, 2)) as net_amount
        from (
            select regexp_split_to_array(trim(line), ' +') as parts
            from read_csv(
                '{DATA}/cdnow/CDNOW_sample.txt',
                columns = {{'line': 'text'}}, header = false, delim = '|'
            )
        ) as lines;
        create table published.customers as
        select distinct customer_id, timestamp '1997-01-01' as created_at
        from published.orders;
    """
    return built(
        tmp_path_factory.mktemp("cdnow"),
        raw_tables,
        "+purchase_calibration",
        cdp_as_of="1998-07-01",
        cdp_calibration_end="1997-09-30",
        cdp_purchase_history_unit="week",
    )


def test_every_order_of_the_cdnow_sample_is_there(cdnow: Query) -> None:
    ((rows, customers),) = published("cdnow", "1/10 sample")

    assert [(rows,)] == cdnow("select count(*) from customer_orders")
    assert [(customers,)] == cdnow("select count(*) from customer_purchase_history")


def test_x_tx_and_t_of_cdnow_are_those_of_the_published_table(cdnow: Query) -> None:
    ((compared, differing),) = published("cdnow", "customer x,t_x,T")

    assert [(compared, differing)] == cdnow(
        f"""
        select
            count(*),
            count(*) filter (where
                history.customer_id is null
                or history.frequency <> summary.frequency
                or round(history.recency, 2) <> summary.recency
                or round(history.customer_age, 2) <> summary.T
            )
        from read_csv('{DATA}/cdnow/cdnow_customers_summary.csv', types = {{
            'ID': 'bigint', 'frequency': 'bigint', 'recency': 'decimal(9, 2)',
            'T': 'decimal(9, 2)'
        }}) as summary
        left join customer_purchase_history as history
            on summary.ID = cast(history.customer_id as bigint)
        """
    )


def test_repeat_purchases_of_cdnow_fall_into_the_published_bins(cdnow: Query) -> None:
    assert [tuple(row) for row in published("cdnow", "calibration repeat-purchase bins")] == cdnow(
        "select repeat_purchases, customer_count, cast(round(mean_holdout_purchases, 3) as double) "
        "from purchase_calibration order by repeat_purchases"
    )


@pytest.fixture(scope="module", params=[False, True], ids=["purchases", "cancellations too"])
def online_retail(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[bool, Query]:
    """The invoices of a year; those that begin with C are cancellations."""
    raw_tables = f"""
        create schema published;
        create table published.orders as
        select
            InvoiceNo as order_id,
            cast(cast(CustomerID as bigint) as text) as customer_id,
            min(InvoiceDate) as ordered_at,
            case when InvoiceNo like 'C%' then 'cancelled' end as status,
            sum(cast(Quantity * UnitPrice as decimal(18, 2))) as net_amount
        from read_parquet('{DATA}/online_retail/onlineretail.parquet')
        where CustomerID is not null
        group by all;
        create table published.customers as
        select distinct customer_id, timestamp '2010-01-01' as created_at
        from published.orders;
    """
    counted = bool(request.param)
    query = built(
        tmp_path_factory.mktemp("retail"),
        raw_tables,
        "+cohort_retention",
        cdp_as_of="2011-12-10",
        cdp_cancelled_orders_are_activity=counted,
    )
    return counted, query


def test_the_first_cohort_of_online_retail_by_what_counts_as_activity(
    online_retail: tuple[bool, Query],
) -> None:
    """Source: the README of the data sets; 885 or 948 customers in December 2010."""
    counted, query = online_retail

    assert [(948 if counted else 885,)] == query(
        "select cohort_size from cohort_retention "
        "where cohort_start = '2010-12-01' and period_number = 0"
    )


def test_every_customer_of_online_retail_is_in_one_cohort(
    online_retail: tuple[bool, Query],
) -> None:
    """4,372 customers have an invoice; 33 of them have nothing but cancellations."""
    counted, query = online_retail
    ((_, _, _, customers, _, _),) = published("online_retail", "rows, invoices")

    assert [(customers if counted else customers - 33,)] == query(
        "select cast(sum(cohort_size) as bigint) from cohort_retention where period_number = 0"
    )


@pytest.fixture(scope="module")
def parch_posey(tmp_path_factory: pytest.TempPathFactory) -> Query:
    """A paper company's accounts; each acts through its point of contact."""
    data = DATA / "parch_posey"
    raw_tables = f"""
        create schema published;
        create table published.accounts as
        select id as account_id, name as account_name, website as domain
        from read_csv('{data}/accounts.csv');
        create table published.customers as
        select 'contact of ' || id as customer_id, timestamp '2013-01-01' as created_at
        from read_csv('{data}/accounts.csv');
        create table published.account_members as
        select
            id as account_member_id, id as account_id,
            'contact of ' || id as customer_id, 'buyer' as role
        from read_csv('{data}/accounts.csv');
        create table published.orders as
        select
            id as order_id, 'contact of ' || account_id as customer_id,
            occurred_at as ordered_at, total_amt_usd as net_amount
        from read_csv('{data}/orders.csv');
        create table published.order_lines as
        with sheets as (
            unpivot (
                select id, standard_qty, gloss_qty, poster_qty from read_csv('{data}/orders.csv')
            )
            on standard_qty, gloss_qty, poster_qty into name paper value quantity
        )
        select
            id || paper as order_line_id, id as order_id, paper as product_id, quantity
        from sheets;
        create table published.events as
        select
            id as event_id, 'contact of ' || account_id as customer_id,
            'page_viewed' as event_name, occurred_at, channel
        from read_csv('{data}/web_events.csv');
    """
    return built(
        tmp_path_factory.mktemp("parch_posey"),
        raw_tables,
        "+accounts +customer_order_lines",
        cdp_as_of="2017-02-01",
    )


def test_accounts_of_parch_posey_have_the_published_orders_and_touches(parch_posey: Query) -> None:
    ((orders, touches, poster, standard, revenue),) = published("parch_posey", "orders, web events")

    assert [(orders, orders + touches, revenue)] == parch_posey(
        "select cast(sum(order_count) as bigint), cast(sum(touchpoint_count) as bigint), "
        "cast(sum(lifetime_value) as double) from accounts"
    )
    assert [("poster_qty", poster), ("standard_qty", standard)] == parch_posey(
        "select product_id, cast(sum(quantity) as bigint) from customer_order_lines "
        "where product_id <> 'gloss_qty' group by product_id order by product_id"
    )


def test_channels_of_parch_posey_are_counted_for_each_account(parch_posey: Query) -> None:
    counted = parch_posey(
        "select account_id, channel, touchpoint_count, "
        "strftime(first_touchpoint_at, '%Y-%m-%d %H:%M:%S') "
        "from account_channels where channel <> 'online' order by all"
    )

    assert counted == parch_posey(
        "select cast(account_id as text), channel, count(*), "
        "strftime(min(occurred_at), '%Y-%m-%d %H:%M:%S') "
        f"from read_csv('{DATA}/parch_posey/web_events.csv') group by all order by all"
    )
    assert len(counted) > 1000


@pytest.fixture(scope="module")
def hillstrom(tmp_path_factory: pytest.TempPathFactory) -> Query:
    """The e-mail challenge; it has no times, so all happened a day after the e-mail."""
    raw_tables = f"""
        create schema published;
        create table people as
        select cast(row_number() over () as text) as customer_id, *
        from read_csv('{DATA}/hillstrom/hillstrom.csv');
        create table published.customers as
        select customer_id, timestamp '2008-01-01' as created_at from people;
        create table published.experiments as
        select
            customer_id as assignment_id, customer_id, 'e-mail' as experiment,
            segment as variant, timestamp '2008-03-01' as assigned_at
        from people;
        create table published.events as
        select
            customer_id as event_id, customer_id, 'page_viewed' as event_name,
            timestamp '2008-03-02' as occurred_at
        from people where visit = 1;
        create table published.orders as
        select
            customer_id as order_id, customer_id,
            timestamp '2008-03-02' as ordered_at, spend as net_amount
        from people where conversion = 1;
    """
    return built(
        tmp_path_factory.mktemp("hillstrom"),
        raw_tables,
        "+experiment_lift",
        cdp_as_of="2008-04-01",
        cdp_experiments={"e-mail": {"control": "No E-Mail"}},
    )


def test_visits_conversions_and_spend_of_hillstrom_are_exact(hillstrom: Query) -> None:
    assert [tuple(row) for row in published("hillstrom", "exact counts per arm")] == hillstrom(
        """
        select
            variant, any_value(person_count),
            max(reached_count) filter (where outcome = 'visit'),
            max(reached_count) filter (where outcome = 'conversion'),
            cast(max(total_value) as double)
        from experiment_results group by variant order by variant
        """
    )


def test_rates_of_hillstrom_are_the_published_ones(hillstrom: Query) -> None:
    assert [tuple(row) for row in published("hillstrom", "visit %, conversion %")] == hillstrom(
        """
        select
            variant,
            cast(max(round(100 * reached_rate, 1)) filter (where outcome = 'visit') as double),
            cast(max(round(100 * reached_rate, 2)) filter (where outcome = 'conversion')
                as double),
            cast(max(round(mean_value, 2)) as double)
        from experiment_results group by variant order by variant
        """
    )


def test_the_lift_of_the_mens_e_mail_is_the_published_one(hillstrom: Query) -> None:
    """The published upper end of the spend's interval is a bootstrap's, 1.06; Welch gives 1.05."""
    ((lift, low, high, spend, spend_low),) = published("hillstrom", "mens conversion lift")

    assert [(lift, low, high, spend, spend_low, 1.05)] == hillstrom(
        """
        select
            cast(round(100 * rate_difference, 2) as double),
            cast(round(100 * rate_difference_from, 2) as double),
            cast(round(100 * rate_difference_to, 2) as double),
            cast(round(value_difference, 2) as double),
            cast(round(value_difference_from, 2) as double),
            cast(round(value_difference_to, 2) as double)
        from experiment_lift where variant = 'Mens E-Mail' and outcome = 'conversion'
        """
    )


def test_the_arms_of_hillstrom_are_of_one_size(hillstrom: Query) -> None:
    """Chi-square of 21,307, 21,306 and 21,387 against thirds, by hand: 0.2025, p 0.9037."""
    assert [(0.2025, 0.9037, False)] == hillstrom(
        "select cast(round(chi_square, 4) as double), "
        "cast(round(sample_ratio_p_value, 4) as double), has_sample_ratio_mismatch "
        "from experiments"
    )
