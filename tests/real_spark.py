"""Builds a dbt project on a real Spark; runs in an environment of its own, see `make test-spark`.

    python real_spark.py FOLDER

FOLDER has `raw/TABLE.parquet`, which become tables of the schema `shop`, and `project`. Its models
are built in the schema `main`; then every table there is written to `rows/NAME`, as Parquet.

Spark's own tables take no `delete` and no `merge`, so it is one build of everything, without what
only other formats can: `not null`, and the strategy of increments.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

SETTINGS = {
    "spark.driver.memory": "2g",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "false",
    "spark.ui.enabled": "false",
}
PROFILE = """
cdp_activate:
  target: spark
  outputs: {spark: {type: spark, method: session, host: NA, schema: main, threads: 1}}
"""


def main(folder: Path) -> None:
    from pyspark.sql import SparkSession

    settings = SETTINGS | {
        "spark.sql.warehouse.dir": f"{folder}/warehouse",
        "spark.hadoop.javax.jdo.option.ConnectionURL": (
            f"jdbc:derby:;databaseName={folder}/metastore;create=true"
        ),
    }
    builder = SparkSession.builder.master("local[2]").enableHiveSupport()
    spark = builder.config(map=settings).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    for schema in ("shop", "main"):
        spark.sql(f"create database {schema}")
    for path in sorted((folder / "raw").glob("*.parquet")):
        spark.read.parquet(str(path)).write.saveAsTable(f"shop.{path.stem}")
    _take_what_spark_cannot(folder / "project")
    _build(folder)
    for table in spark.catalog.listTables("main"):
        if table.tableType != "VIEW" or not table.name.startswith("input_"):
            rows = spark.table(f"main.{table.name}")
            rows.coalesce(1).write.parquet(f"{folder}/rows/{table.name}")


def _take_what_spark_cannot(project: Path) -> None:
    (project / "profiles.yml").write_text(PROFILE)
    for path, found, instead in (
        ("dbt_project.yml", r"(\n    \+materialized: table)", r"\1\n    +file_format: parquet"),
        (
            "macros/incremental_strategy.sql",
            r"(spark__incremental_strategy\(\) %}\s+{{- return\()'merge'",
            r"\1'append'",
        ),
    ):
        text, count = re.subn(found, instead, (project / path).read_text())
        assert count == 1, path
        (project / path).write_text(text)


def _build(folder: Path) -> None:
    from dbt.adapters.spark import session
    from dbt.cli.main import dbtRunner

    # In a session of Spark, dbt-spark writes seeds with quotes unescaped, and nulls as 'None'.
    given = session.SessionConnectionWrapper._fix_binding

    def literal(value: object) -> object:
        if value is None:
            return "null"
        if isinstance(value, str):
            return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
        return given(value)

    session.SessionConnectionWrapper._fix_binding = staticmethod(literal)
    done = dbtRunner().invoke([
        "build",
        "--project-dir", str(folder / "project"), "--profiles-dir", str(folder / "project"),
        "--target-path", str(folder / "target"), "--log-path", str(folder / "logs"),
        "--select", "path:seeds", "path:models", "--exclude", "path:models/audiences",
        "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test",
    ])  # fmt: skip
    if not done.success:
        sys.exit("dbt did not build: see its messages above")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
