"""Many audiences, judged together, compiled and built by dbt as a user does it.

`tests/audiences/test_together.py` proves the meaning on hostile people; this proves that
what is written is a project that dbt builds, in every part and in parts.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from dbt_command import REPOSITORY, run_dbt

from cdp_activate.audiences.preview import preview_sql
from cdp_activate.project import Project

pytestmark = pytest.mark.slow

AS_OF = datetime(2026, 3, 1, 12, tzinfo=UTC)
PROJECT = f"""
name: cdp_activate
version: 0.1.0
config-version: 2
profile: cdp_activate
macro-paths: ["{REPOSITORY}/macros"]
models: {{+materialized: table}}
flags: {{send_anonymous_usage_stats: false}}
"""
PROFILE = """
cdp_activate:
  target: dev
  outputs:
    dev: {type: duckdb, path: "{{ env_var('CDP_DUCKDB_PATH') }}", schema: main, threads: 2}
"""
SCHEMA = """
models:
  - name: customers
    config:
      contract: {enforced: true}
      meta: {cdp: {entity: customer, key: customer_id}}
    columns:
      - {name: customer_id, data_type: text}
      - {name: country, data_type: text}
      - {name: score, data_type: integer}
  - name: orders
    config:
      contract: {enforced: true}
      meta:
        cdp: {event: order_placed, of: customer, key: customer_id, at: ordered_at, id: order_id}
    columns:
      - {name: order_id, data_type: bigint}
      - {name: customer_id, data_type: text}
      - {name: ordered_at, data_type: timestamp}
      - {name: amount, data_type: "numeric(18,2)"}
"""
CUSTOMERS = """
select
    cast(n as text) as customer_id,
    case when n % 11 > 0 then ['DE', 'VN', 'IE'][n % 3 + 1] end as country,
    cast(case when n % 7 > 0 then n * 37 % 100 end as integer) as score
from range(500) as numbers (n)
"""
ORDERS = """
select
    n as order_id,
    case when n % 50 > 0 then cast(n * n % 450 as text) end as customer_id,  -- else of nobody
    cast('2026-03-01 12:00:00' as timestamp) - to_minutes(cast(n * 977 % 129600 as integer))
        as ordered_at,
    cast(n % 97 as numeric(18, 2)) as amount
from range(3000) as numbers (n)
"""
AUDIENCE = """
audience: drawn_{n}
owner: growth
where:
  - any:
      - {{trait: country, in: [DE, VN]}}
      - {{trait: score, gte: {score}}}
  - {{event: order_placed, within: {days} days, count: {{gte: {count}}}}}
  - not: {{event: order_placed, within: {lately} days}}
holdout: {{percent: 10, salt: s{n}}}
silence: [nullable-negation]
"""
USES_ANOTHER = """
audience: not_in_the_first
owner: growth
where:
  - not: {audience: drawn_1}
  - {trait: score, is_null: false}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project of 25 audiences, compiled."""
    folder = tmp_path_factory.mktemp("together")
    drawn = [
        AUDIENCE.format(n=n, score=n * 4, days=20 + n * 2, lately=n % 9 + 1, count=n % 3 + 1)
        for n in range(1, 25)
    ]
    for name, text in {
        "dbt_project.yml": PROJECT,
        "profiles.yml": PROFILE,
        "models/schema.yml": SCHEMA,
        "models/customers.sql": CUSTOMERS,
        "models/orders.sql": ORDERS,
        "audiences/drawn.yml": "---\n".join([*drawn, USES_ANOTHER]),
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    _dbt(folder, "parse", "--write-json")
    made = Project.at(folder)
    made.compile()
    return made


def _dbt(folder: Path, *arguments: str, as_of: datetime = AS_OF) -> None:
    place = {
        "CDP_DUCKDB_PATH": str(folder / "warehouse.duckdb"),
        "CDP_AS_OF": as_of.isoformat(),
    }
    done = run_dbt(*arguments, project=folder, scratch=folder, environment=place)
    assert 0 == done.returncode, done.stdout


def _build(project: Project, *arguments: str) -> None:
    _dbt(project.folder, "build", *arguments)


def test_what_dbt_builds_has_the_members_of_the_preview(project: Project) -> None:
    assert [*project.models.rglob("judged_customer.sql")]
    _build(project)
    sizes = []
    with duckdb.connect(str(project.folder / "warehouse.duckdb"), read_only=True) as connection:
        for name, audience in project.audiences.items():
            sql = preview_sql(audience, project.audiences, project.catalog, AS_OF)
            expected = sorted(connection.execute(sql).fetchall(), key=str)
            built = connection.execute(f"select customer_id, variant from audience_{name}")
            assert expected == sorted(built.fetchall(), key=str), name
            sizes.append(len(expected))
        members = connection.execute("select count(*) from audience_members").fetchone()

    assert sum(1 for size in sizes if 0 < size < 500) >= 20
    assert (sum(sizes),) == members


def test_one_of_them_is_built_with_what_it_needs_alone(project: Project) -> None:
    (project.folder / "warehouse.duckdb").unlink(missing_ok=True)
    _build(project, "--select", "+audience_drawn_3")
    with duckdb.connect(str(project.folder / "warehouse.duckdb"), read_only=True) as connection:
        found = connection.execute(
            "select table_name from information_schema.tables where table_name like 'audience%'"
        ).fetchall()

    assert [("audience_drawn_3",)] == found
