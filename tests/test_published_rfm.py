"""The RFM model gives the ten segments published for the R package rfm 0.3.0.

Source of the figures: the example of rfm_segment_summary in the package's
reference, on its data set rfm_data_orders, analysed as of 2006-12-31.
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from dbt_command import REPOSITORY, run_dbt
from shared_folder import SHARED

ORDERS = SHARED / "data" / "rfm" / "rfm_data_orders.csv"
FIGURES = SHARED / "data" / "published_figures.json"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (ORDERS.exists() and FIGURES.exists()),
        reason="needs the public data sets: set CDP_SHARED to the folder with data/rfm",
    ),
]


def published_segments() -> list[tuple[str, int, int, int]]:
    """Give segment, customers, orders and revenue as published."""
    everything = json.loads(FIGURES.read_text(encoding="utf-8"))
    figures = everything["figures"] if isinstance(everything, dict) else everything
    (table,) = (
        figure["expected"]
        for figure in figures
        if figure["dataset"] == "rfm" and "10-segment" in figure["figure"]
    )
    return sorted(tuple(row) for row in table)


def test_the_ten_segments_are_the_published_ones(tmp_path: Path) -> None:
    """Customers, orders and revenue of every segment, and nobody in Others."""
    warehouse = tmp_path / "rfm.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema published")
        connection.execute(
            "create table published.orders as "
            "select cast(row_number() over () as text) as order_id, customer_id, "
            "cast(order_date as timestamp) as ordered_at, revenue as net_amount "
            "from read_csv(?)",
            [str(ORDERS)],
        )
        connection.execute(
            "create table published.customers as "
            "select customer_id, min(ordered_at) as created_at "
            "from published.orders group by customer_id"
        )
    variables = {
        "cdp_as_of": "2006-12-31",
        "cdp_inputs": {
            "customers": "published.customers",
            "orders": "published.orders",
        },
    }
    done = run_dbt(
        "build",
        "--select",
        "+customer_rfm",
        "--exclude-resource-type",
        "test",
        "--exclude-resource-type",
        "unit_test",
        "--vars",
        json.dumps(variables),
        project=REPOSITORY,
        scratch=tmp_path,
        environment={"CDP_DUCKDB_PATH": str(warehouse)},
    )
    assert done.returncode == 0, done.stdout
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        segments = connection.execute(
            "select rfm_segment, count(*), sum(order_count), sum(monetary) "
            "from customer_rfm group by rfm_segment order by rfm_segment"
        ).fetchall()
    assert published_segments() == [
        (segment, customers, int(orders), int(revenue))
        for segment, customers, orders, revenue in segments
    ]
