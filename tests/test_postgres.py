"""The whole project, built on DuckDB and on PostgreSQL from the same shop, gives the same rows."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

import duckdb
import postgres_server
import psycopg2
import pytest
import shop_in_postgres
from dbt_command import run_dbt

from cdp_activate import shipped
from cdp_activate.demo import shop
from cdp_activate.project import Project

pytestmark = pytest.mark.slow

AS_OF = datetime(2026, 11, 21)
PROFILES = """
cdp_activate:
  target: duckdb
  outputs:
    duckdb: {{type: duckdb, path: '{file}', schema: main, threads: 2, settings: {{TimeZone: UTC}}}}
    postgres: {{
      type: postgres, host: '{host}', port: 5432, user: {user}, password: '', dbname: {database},
      schema: main, threads: 2}}
"""


VARIES = {"noted_at", "judged_at"}
"""Columns that say when the run was, on the clock of the machine."""


@dataclass
class Builds:
    """Both warehouses, and the names of the tables and views that dbt made."""

    on_duckdb: duckdb.DuckDBPyConnection
    on_postgres: psycopg2.extensions.connection
    models: list[str]


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory, postgres: postgres_server.Server) -> Builds:
    """300 customers. The unit tests run on PostgreSQL; they run on DuckDB wherever we build."""
    folder = tmp_path_factory.mktemp("warehouses")
    project = folder / "project"
    shipped.copy(shipped.DEMO_PARTS, project)
    file, database = folder / "warehouse.duckdb", postgres.create_database("warehouse")
    (project / "profiles.yml").write_text(
        PROFILES.format(file=file, host=postgres.socket, user=postgres.user, database=database)
    )
    target = postgres.connect(database)
    with duckdb.connect(str(file)) as source:
        shop.generate(source, customers=300, seed=7, opening=shop.default_opening(AS_OF), now=AS_OF)
        shop_in_postgres.copy_schema(source, target, "shop")
    variables = json.dumps({"cdp_as_of": AS_OF.isoformat()})
    no_tests = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
    for name, options in (("duckdb", no_tests), ("postgres", ())):
        command = partial(run_dbt, project=project, scratch=folder / name)
        common = ("--target", name, "--vars", variables)
        if name != "duckdb":
            # Which warehouse audiences are compiled for is in dbt's manifest.
            command("parse", *common)
            Project.at(project, profiles=project, target_path=folder / name / "target").compile()
        done = command("build", *common, *options)
        assert done.returncode == 0, done.stdout[done.stdout.index("Completed with") :]
    manifest = json.loads((folder / "postgres" / "target" / "manifest.json").read_text())
    models = [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
        and node["config"]["materialized"] != "ephemeral"
    ]
    return Builds(duckdb.connect(str(file), read_only=True), target, sorted(models))


def test_every_table_has_the_same_rows_on_both(builds: Builds) -> None:
    differing = {}
    filled = 0
    with builds.on_postgres.cursor() as cursor:
        for model in builds.models:
            cursor.execute(f"select * from main.{model}")
            theirs = Counter(map(_comparable, _named(cursor.description, cursor.fetchall())))
            rows = builds.on_duckdb.execute(f"select * from main.{model}")
            ours = Counter(map(_comparable, _named(rows.description, rows.fetchall())))
            filled += bool(ours)
            if ours != theirs:
                differing[model] = ([*(ours - theirs)][:2], [*(theirs - ours)][:2])

    assert {} == differing, "\n".join(f"{name}: {rows}" for name, rows in differing.items())
    assert filled > 0.8 * len(builds.models)


def _named(description: Any, rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [dict(zip((column[0] for column in description), row, strict=True)) for row in rows]


def _comparable(row: dict[str, Any]) -> tuple[tuple[str, object], ...]:
    """Floats to nine digits: sums may be taken in any order. Numbers without trailing zeros."""
    return tuple((name, _plain(value)) for name, value in sorted(row.items()) if name not in VARIES)


def _plain(value: object) -> object:
    if isinstance(value, float):
        return f"{value:.9g}"
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value
