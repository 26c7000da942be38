"""GoogleSQL, BigQuery's own analyzer, reads the models and the audiences: `make test-bigquery`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt_command import REPOSITORY
from test_same_rows_everywhere import ON_DUCKDB, PROFILES, Warehouses, dbt, warehouses  # noqa: F401

from cdp_activate.audiences.preview import preview_sql
from cdp_activate.audiences.read import read_audiences
from cdp_activate.catalog import read_manifest
from cdp_activate.project import Project
from cdp_activate.text import parse

sys.path.insert(0, str(REPOSITORY / "tests" / "audiences"))
import constructs
import neighbours
from world import NOON

BIGQUERY_PYTHON = os.environ.get("CDP_BIGQUERY_PYTHON")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BIGQUERY_PYTHON, reason="run `make test-bigquery`"),
]

Tables = dict[str, dict[str, str]]


def test_every_model_is_read_and_gives_the_columns_of_its_contract(
    warehouses: Warehouses,  # noqa: F811
    tmp_path: Path,
) -> None:
    """As a whole, and as an increment; audiences and the tests of our own among them.

    Compiled by the stand-in over the tables that DuckDB built, which models ask for their columns.
    """
    (tmp_path / "bigquery").mkdir()
    built = shutil.copy(warehouses.folder / "duckdb" / "warehouse.duckdb", tmp_path / "bigquery")
    project = shutil.copytree(warehouses.folder / "project", tmp_path / "project")
    profiles = PROFILES + ON_DUCKDB.format(name="bigquery", folder=tmp_path)
    (project / "profiles.yml").write_text(profiles)
    target = tmp_path / "bigquery" / "target"
    dbt(tmp_path, "bigquery", "parse", "--write-json")
    Project.at(project, profiles=project, target_path=target).compile()
    with duckdb.connect(built, read_only=True) as warehouse:
        described = warehouse.execute(
            "select 'warehouse.' || table_schema || '.' || table_name, column_name, data_type"
            " from information_schema.columns"
        ).fetchall()
    tables: Tables = {}
    for table, column, kind in described:
        tables.setdefault(table, {})[column] = kind

    queries = {}
    for how, arguments in (("whole", ["--full-refresh"]), ("increment", [])):
        dbt(tmp_path, "bigquery", "compile", "--write-json", *arguments)
        nodes = json.loads((target / "manifest.json").read_text())["nodes"].values()
        for node in nodes:
            if node["resource_type"] == "seed" or "test_metadata" in node:
                continue
            promised = None
            if node["config"].get("contract", {}).get("enforced"):
                promised = {name: one["data_type"] for name, one in node["columns"].items()}
                tables[node["relation_name"].replace("`", "")] = promised
            if node["name"].startswith("fact_"):
                # Named by a digest of its SQL, which is DuckDB's for the table that was built.
                kin = f"warehouse.main.{node['name'][:-8]}"
                tables[f"warehouse.main.{node['name']}"] = next(
                    columns for table, columns in tables.items() if table.startswith(kin)
                )
            if how == "whole" or node["config"]["materialized"] == "incremental":
                queries[f"{node['name']}, {how}"] = {
                    "sql": node["compiled_code"],
                    "columns": promised,
                }
    assert len(queries) > 150
    assert "" == refused(tables, queries, tmp_path)


@pytest.mark.parametrize("moment", ["timestamp", "datetime"])
def test_every_golden_audience_is_read(moment: str, tmp_path: Path) -> None:
    """Over columns that are declared timestamps, and datetimes."""
    manifest, tables = neighbours.manifest("bigquery"), {}
    for node in manifest["nodes"].values():
        declared = {name: one for name, one in node["columns"].items() if "." not in name}
        for column in declared.values():
            if column["data_type"] == "timestamp":
                column["data_type"] = moment
        tables[node["name"]] = {name: one["data_type"] for name, one in declared.items()}
    known = read_manifest(manifest)
    queries = {}
    for name in constructs.table():
        if not constructs.sql(name, "bigquery").startswith("-- refused"):
            audiences = read_audiences(parse(constructs.text_of(name), "tested.yml"), known)
            sql = preview_sql(audiences["tested"], audiences, known, NOON)
            queries[name] = {"sql": sql, "columns": None}
    assert len(queries) > 40
    assert "" == refused(tables, queries, tmp_path)


def refused(tables: Tables, queries: dict[str, Any], folder: Path) -> str:
    """What the analyzer says of those that it refuses, a line each."""
    questions = folder / "questions.json"
    questions.write_text(json.dumps({"tables": tables, "queries": queries}))
    done = subprocess.run(
        [str(BIGQUERY_PYTHON), "-P", str(REPOSITORY / "tests" / "google_analyzer.py"), questions],
        capture_output=True,
        text=True,
    )
    assert done.returncode in (0, 1) and not done.stderr, done.stderr[-3000:]
    return done.stdout
