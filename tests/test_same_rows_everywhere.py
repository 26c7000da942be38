"""The whole project, built on every warehouse from the same shop, gives the same rows.

PostgreSQL is real, and is built on two days: what the second adds to the first must equal
one build of both. Snowflake, BigQuery and Spark are stood in for by warehouse_stand_in.py:
every statement is written for them, read in their dialect, and run on DuckDB.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import postgres_server
import pytest
import shop_in_postgres
from dbt_command import REPOSITORY, run_dbt

from cdp_activate import shipped
from cdp_activate.demo import shop
from cdp_activate.journeys import Journeys, journey_map
from cdp_activate.project import Project

pytestmark = pytest.mark.slow

AS_OF = datetime(2026, 11, 21)
PROFILES = """
cdp_activate:
  target: duckdb
  outputs:
"""
ON_POSTGRES = """
    postgres: {{
      type: postgres, host: '{host}', port: 5432, user: {user}, password: '', dbname: {database},
      schema: main, threads: 2}}
"""
ON_DUCKDB = """
    {name}: {{type: {name}, path: '{folder}/{name}/warehouse.duckdb', schema: main, threads: 2,
      settings: {{TimeZone: UTC}}}}
"""
NO_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
NO_AUDIENCES = ("--exclude", "path:models/audiences")
STOOD_IN = ("snowflake", "bigquery", "spark")
MERGING = ("bigquery", "spark")
"""Who has no delete+insert: identity is built there on two days."""

AS_TEXTS = """
create or replace table shop.tickets as select * replace (
    case rowid % 5
        when 0 then opened_at::varchar || ' +0700'
        when 1 then replace(opened_at::varchar, ' ', 'T') || 'Z'
        when 2 then '31/02/2026'
        when 3 then chr(9)
        else opened_at::varchar
    end as opened_at,
    case rowid % 4 when 0 then 'five' when 1 then satisfaction || '.0' else satisfaction::varchar
    end as satisfaction
) from shop.tickets;
create or replace table shop.customers as select * replace (
    case rowid % 4 when 0 then '2026-02-29' else birth_date::varchar end as birth_date,
    case rowid % 7 when 0 then e' \\t' else phone end as phone
) from shop.customers;
create or replace table shop.spend as select * replace (
    case rowid % 9 when 0 then 1e300 else amount::double end as amount,
    case rowid % 3 when 0 then rowid + 0.5 else rowid end::double as spend_id
) from shop.spend;
create or replace table shop.messages as select * replace (
    case rowid % 3 when 0 then upper(message_event) || chr(13) when 1 then e'\t ' || message_event
    else message_event end as message_event,
    case rowid % 2 when 0 then ' Email' else channel end as channel
) from shop.messages;
create or replace table shop.orders as select * replace (
    case rowid % 2 when 0 then upper(status) || chr(10) else status end as status
) from shop.orders;
"""
"""What a shop's tables may look like where they come from files of text."""

ENDLESS = ("subscriptions.ended_at", "orders.refunded_at")
"""Columns of times that are infinite on PostgreSQL where they are missing elsewhere."""
FLOATS = ("orders.discount_amount", "orders.refunded_amount")
"""Columns of money that are floating numbers on PostgreSQL, as loaders leave them there."""
NO_NUMBERS = ("events.value",)
"""Columns of numbers that are NaN on PostgreSQL where they are missing elsewhere."""

OF_THE_RUN = {
    "noted_at",
    "judged_at",
    "superseded_at",
    "written_at",
    "touchpoints_written_at",
}
"""Columns that say when the run was."""
DIGESTS = {"stage_id", "transition_id", "assignment_id", "account_stage_id", "fingerprint"}
"""Digests of instants as text, which not every warehouse writes alike."""

OF_THE_WAY_THERE = {
    "identity_components",
    "identity_edges",
    "identity_rule_checks",
    "stage_due",
}
"""What remembers links that there were and proofs once given, and what the last run had to do."""

Row = tuple[tuple[str, object], ...]
Rows = dict[str, Counter[Row]]


@dataclass
class Warehouses:
    """The folder of the project and of the warehouses that are files, and what dbt makes there."""

    folder: Path
    models: list[str]

    def rows_on(self, name: str) -> Rows:
        """Read every table of one of the files."""
        with duckdb.connect(str(self.folder / name / "warehouse.duckdb"), read_only=True) as one:
            one.execute("set timezone = 'UTC'")
            return {
                model: _counted(rows.description, rows.fetchall())
                for model in self.models
                if (rows := one.execute(f"select * from main.{model}"))
            }


def dbt(folder: Path, name: str, *arguments: str, as_of: datetime = AS_OF) -> None:
    """Run dbt on one of the warehouses, and see that it succeeds."""
    done = run_dbt(
        *arguments, "--target", name,
        project=folder / "project",
        scratch=folder / name,
        environment={"CDP_AS_OF": as_of.isoformat()},
        stand_in=name if name in STOOD_IN else None,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[done.stdout.find("Completed with") :]


@pytest.fixture(scope="module")
def warehouses(tmp_path_factory: pytest.TempPathFactory) -> Warehouses:
    """300 customers, built on DuckDB."""
    folder = tmp_path_factory.mktemp("warehouses")
    shipped.copy(shipped.DEMO_PARTS, folder / "project")
    profiles = PROFILES
    for name in ("duckdb", *STOOD_IN):
        (folder / name).mkdir()
        profiles += ON_DUCKDB.format(name=name, folder=folder)
    (folder / "project" / "profiles.yml").write_text(profiles)
    file = folder / "duckdb" / "warehouse.duckdb"
    with duckdb.connect(str(file)) as source:
        shop.generate(source, customers=300, seed=7, opening=shop.default_opening(AS_OF), now=AS_OF)
        source.execute(AS_TEXTS)
    for name in STOOD_IN:
        shutil.copy(file, folder / name / "warehouse.duckdb")
    dbt(folder, "duckdb", "build", "--write-json", *NO_TESTS)
    manifest = json.loads((folder / "duckdb" / "target" / "manifest.json").read_text())
    models = [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
        and node["config"]["materialized"] != "ephemeral"
    ]
    return Warehouses(folder, sorted(models))


def test_every_table_has_the_same_rows_on_postgres(
    warehouses: Warehouses, postgres: postgres_server.Server
) -> None:
    """The tests of models run there too; they run on DuckDB wherever we build."""
    project, database = warehouses.folder / "project", postgres.create_database("warehouse")
    with (project / "profiles.yml").open("a") as profiles:
        profiles.write(
            ON_POSTGRES.format(host=postgres.socket, user=postgres.user, database=database)
        )
    target = postgres.connect(database)
    with duckdb.connect(str(warehouses.folder / "duckdb" / "warehouse.duckdb")) as source:
        shop_in_postgres.copy_schema(source, target, "shop")
    for name in FLOATS:
        table, column = name.split(".")
        with target.cursor() as cursor:
            cursor.execute(f"alter table shop.{table} alter column {column} type double precision")
    for name in (*ENDLESS, *NO_NUMBERS):
        table, column = name.split(".")
        value = "infinity" if name in ENDLESS else "NaN"
        with target.cursor() as cursor:
            cursor.execute(f"update shop.{table} set {column} = '{value}' where {column} is null")
    the_day_before = ("--select", "+config.materialized:incremental", *NO_AUDIENCES, *NO_TESTS)
    run = partial(dbt, warehouses.folder, "postgres")
    run("build", "--write-json", *the_day_before, as_of=AS_OF - timedelta(days=1))
    # Which warehouse audiences are compiled for is in dbt's manifest.
    target_path = warehouses.folder / "postgres" / "target"
    Project.at(project, profiles=project, target_path=target_path).compile()
    run("build")

    ours = warehouses.rows_on("duckdb")
    quality, theirs = ours["data_quality"], {}
    with target.cursor() as cursor:
        cursor.execute(
            "update main.data_quality set affected_row_count = 0 where affected_row_count > 0"
            " and check_name like '%_is_infinite' returning subject || '.' || check_name"
        )
        assert {f"{name}_is_infinite" for name in ENDLESS} == {row[0] for row in cursor.fetchall()}
        # No other warehouse has columns of numbers in which there may be something else.
        checks = {tuple(dict(row)[name] for name in ("subject", "check_name")) for row in quality}
        cursor.execute("select subject, check_name, affected_row_count from main.data_quality")
        others = {row[:2]: row[2] for row in cursor.fetchall() if row[:2] not in checks}
        assert set(NO_NUMBERS) == {
            f"{subject}.{check.removesuffix('_cannot_be_read')}"
            for (subject, check), count in others.items()
            if count
        }
        for of in others:
            cursor.execute(
                "delete from main.data_quality where (subject, check_name) = (%s, %s)", of
            )
        for model in warehouses.models:
            cursor.execute(f"select * from main.{model}")
            theirs[model] = _counted(cursor.description, cursor.fetchall())
        cursor.execute(
            "select count(*) from pg_description where description like 'cdp_activate %'"
        )
        assert cursor.fetchone()[0] > 0, "audiences have no mark"
    assert {} == _differing(ours, theirs, set(warehouses.models) - OF_THE_WAY_THERE)
    assert _maps(project, warehouses.folder, "duckdb") == _maps(
        project, warehouses.folder, "postgres"
    )
    assert sum(map(bool, ours.values())) > 0.8 * len(warehouses.models)


@pytest.mark.parametrize("name", STOOD_IN)
def test_every_table_has_the_same_rows_in_the_sql_of(name: str, warehouses: Warehouses) -> None:
    """Without audiences: those are compiled for one warehouse at a time."""
    folder = warehouses.folder
    if name in MERGING:
        identity = ("--select", "+path:models/identity", *NO_TESTS)
        dbt(folder, name, "build", *identity, as_of=AS_OF - timedelta(days=1))
    dbt(folder, name, "build", *NO_AUDIENCES, *NO_TESTS)

    models = [name for name in warehouses.models if not name.startswith(("audience_", "fact_"))]
    assert len(models) > 100
    ours, theirs = (Warehouses(folder, models).rows_on(each) for each in ("duckdb", name))
    of_two_days = OF_THE_WAY_THERE if name in MERGING else set()
    assert {} == _differing(ours, theirs, set(models) - of_two_days)


SPARK_PYTHON = os.environ.get("CDP_SPARK_PYTHON")


@pytest.mark.skipif(not SPARK_PYTHON, reason="there is no Spark: run `make test-spark`")
def test_every_table_has_the_same_rows_on_a_real_spark(warehouses: Warehouses) -> None:
    """In one build: increments need tables of Delta, Iceberg or Hudi."""
    folder = warehouses.folder / "real_spark"
    (folder / "raw").mkdir(parents=True)
    shutil.copytree(warehouses.folder / "project", folder / "project")
    with duckdb.connect(str(warehouses.folder / "duckdb" / "warehouse.duckdb")) as source:
        for table in shop.TABLES:
            source.execute(f"copy shop.{table} to '{folder}/raw/{table}.parquet'")
    done = subprocess.run(
        [str(SPARK_PYTHON), "-P", str(REPOSITORY / "tests" / "real_spark.py"), str(folder)],
        cwd=folder,
        env={**os.environ, "CDP_AS_OF": AS_OF.isoformat(), "TZ": "UTC"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]

    theirs = {}
    with duckdb.connect() as reader:
        reader.execute("set timezone = 'UTC'")
        for path in (folder / "rows").iterdir():
            rows = reader.execute(f"select * from '{path}/*.parquet'")
            theirs[path.name] = _counted(rows.description, rows.fetchall())
    assert len(theirs) > 100
    assert {} == _differing(warehouses.rows_on("duckdb"), theirs, theirs)


SNOWFLAKE_PYTHON = os.environ.get("CDP_SNOWFLAKE_PYTHON")


@pytest.mark.skipif(not SNOWFLAKE_PYTHON, reason="run `make test-snowflake`")
def test_every_table_has_the_same_rows_by_dbt_snowflake(warehouses: Warehouses) -> None:
    """On fakesnow, in two days, with the audiences and all tests of the second."""
    folder = warehouses.folder / "fake_snowflake"
    (folder / "raw").mkdir(parents=True)
    project = shutil.copytree(warehouses.folder / "project", folder / "project")
    scratch = warehouses.folder / "snowflake"
    with duckdb.connect(str(warehouses.folder / "duckdb" / "warehouse.duckdb")) as source:
        for table in shop.TABLES:
            source.execute(f"copy shop.{table} to '{folder}/raw/{table}.parquet'")
    parsed = run_dbt(
        "parse", "--write-json", "--target", "snowflake",
        project=project, scratch=scratch, stand_in="snowflake",
    )  # fmt: skip
    assert parsed.returncode == 0, parsed.stdout
    Project.at(project, profiles=project, target_path=scratch / "target").compile()
    days = [(AS_OF - timedelta(days=1)).isoformat(), AS_OF.isoformat()]
    done = subprocess.run(
        [str(SNOWFLAKE_PYTHON), "-P", str(REPOSITORY / "tests" / "fake_snowflake.py"),
            str(folder), *days],
        cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]

    with duckdb.connect() as reader:
        reader.execute("set timezone = 'UTC'")
        reader.execute(f"attach '{folder}/DEMO.db' as demo (read_only)")
        theirs = {
            model: _counted(rows.description, rows.fetchall())
            for model in warehouses.models
            if not model.startswith("fact_")
            if (rows := reader.execute(f"select * from demo.analytics.{model}"))
        }
    ours = warehouses.rows_on("duckdb")
    # Its whole numbers have 38 digits, so each is looked at.
    more = theirs["data_quality"] - ours["data_quality"]
    assert {0} == {dict(row)["affected_row_count"] for row in more}
    theirs["data_quality"] -= more
    assert len(theirs) > 100
    assert {} == _differing(ours, theirs, set(theirs) - OF_THE_WAY_THERE)


BROKEN = {
    "stages_without_gaps_and_overlaps": "update stage_history set valid_to = valid_to"
    " + interval 1 hour where stage_id = (select min(stage_id) from stage_history"
    " where valid_to is not null)",
    "stage_models_are_consistent": "update stage_models set lasting_days = 0"
    " where track = 'lifecycle' and touchpoint = 'cart_updated'",
    "scorecards_name_known_traits": "update scorecards set trait = 'shoe_size'"
    " where card || trait = (select min(card || trait) from scorecards)",
    "touchpoints_have_a_known_customer_or_none": "update touchpoints set customer_id = 'nobody'"
    " where touchpoint_id = (select min(touchpoint_id) from touchpoints)",
    "audience_cart_abandoners_is_of_customer": "insert into audience_cart_abandoners values"
    " ('nobody', null)",
    "audience_schools_and_studios_is_of_account": "insert into audience_schools_and_studios values"
    " (null, null)",
}
"""What each invariant must not let pass."""


def test_what_breaks_an_invariant_is_found_by_its_test(warehouses: Warehouses) -> None:
    """Members are of their entity, touchpoints of somebody known, and stages one at a time."""
    file = warehouses.folder / "duckdb" / "warehouse.duckdb"
    whole = shutil.copy(file, file.with_suffix(".whole"))
    with duckdb.connect(str(file)) as one:
        for statement in BROKEN.values():
            assert one.execute(statement).fetchall() == [(1,)], statement
    chosen = [name for name in BROKEN if not name.startswith("audience_")]
    done = run_dbt(
        "test", "--select", *chosen, "test_name:is_key_of", "--target", "duckdb",
        project=warehouses.folder / "project",
        scratch=warehouses.folder / "duckdb",
        environment={"CDP_AS_OF": AS_OF.isoformat()},
    )  # fmt: skip
    shutil.move(whole, file)
    failures = re.findall(r"Failure in test (\w+)", done.stdout)
    assert done.returncode == 1
    assert sorted(BROKEN) == sorted(failures), done.stdout[-3000:]
    assert "stage_models: on the track lifecycle, the stage decision lasts less than" in done.stdout
    assert "the rule of shoe_size compares by" in done.stdout


def test_docs_describe_every_column_and_read_from_left_to_right(warehouses: Warehouses) -> None:
    """From the input to who is who; nothing that is made of them leads back."""
    dbt(warehouses.folder, "duckdb", "docs", "generate", "--write-json")
    made = warehouses.folder / "duckdb" / "target"
    nodes = json.loads((made / "manifest.json").read_text())["nodes"]
    catalog = json.loads((made / "catalog.json").read_text())["nodes"]
    # The facts that audiences share are compiled; only their keys are described.
    tables = {
        id_: node
        for id_, node in nodes.items()
        if node["resource_type"] in ("model", "seed") and not node["name"].startswith("fact_")
    }
    described = {
        id_: {name for name, column in node["columns"].items() if column["description"].strip()}
        for id_, node in tables.items()
        if node["description"].strip()
    }
    assert {id_: set(catalog[id_]["columns"]) for id_ in tables} == described

    folder = {id_: node["fqn"][1] for id_, node in tables.items() if id_.startswith("model.")}
    reads = {
        (folder[id_], folder[other])
        for id_ in folder
        for other in tables[id_]["depends_on"]["nodes"]
        if other in folder
    }
    leads_back = {
        (reader, read)
        for reader, read in reads
        if reader == "input"
        or (reader == "identity" and read not in ("identity", "input"))
        or (
            read in ("audiences", "quality", "attribution", "experiments")
            and reader not in (read, "quality")
        )
    }
    assert set() == leads_back
    assert ("marts", "identity") in reads


def _maps(folder: Path, scratch: Path, target: str) -> list[dict[str, Any]]:
    """What `journey map` says of each track."""
    project = Project.at(
        folder, profiles=folder, target=target, target_path=scratch / target / "target"
    )
    with project.warehouse() as warehouse:
        journeys = Journeys(project.catalog, warehouse)
        tracks = project.catalog.stages["customer"].tracks
        with warehouse.reading():
            maps = [journey_map(journeys, track) for track in tracks]
    assert len(maps) > 2
    assert all(one["customer_count"] for one in maps)
    return maps


def _differing(ours: Rows, theirs: Rows, models: Iterable[str]) -> dict[str, Any]:
    """Of the tables that differ, two rows that only the one and only the other has."""
    return {
        model: ([*(ours[model] - theirs[model])][:2], [*(theirs[model] - ours[model])][:2])
        for model in models
        if ours[model] != theirs[model]
    }


def _counted(description: Any, rows: Iterable[tuple[Any, ...]]) -> Counter[Row]:
    """How often each row is there, as what can be compared between warehouses."""
    names = [column[0].lower() for column in description]
    return Counter(
        tuple(
            sorted(
                (name, _plain(value))
                for name, value in zip(names, row, strict=True)
                if name not in OF_THE_RUN | DIGESTS
            )
        )
        for row in rows
    )


def _plain(value: object) -> object:
    """Floats to nine digits: sums may be taken in any order. Numbers without trailing zeros."""
    if isinstance(value, float):
        return f"{value:.9g}"
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value
