"""Builds a dbt project on fakesnow; runs in an environment of its own, see `make test-snowflake`.

    python fake_snowflake.py FOLDER DAY DAY ...

FOLDER has `raw/TABLE.parquet`, which become tables of the schema SHOP, and `project`. Its models
are built in the schema ANALYTICS by dbt-snowflake, once for each day, the last with audiences and
tests; `DEMO.db` is what DuckDB then reads. Names are upper-case, and the session is in another time
zone.

fakesnow is Snowflake's connector over DuckDB: what it cannot do of what Snowflake can is done here.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import fakesnow
import snowflake.connector
from fakesnow import cursor, transforms
from sqlglot import exp

PROFILE = """
cdp_activate:
  target: snowflake
  outputs:
    snowflake: {type: snowflake, account: none, user: none, password: none, role: none,
      warehouse: none, database: demo, schema: analytics, threads: 1}
"""
HEXADECIMAL = r"to_number\(((?:[^']|'[^']*')*?), 'XXXXXXXX'\)"
MODELS_ALONE = (
    "--exclude", "path:models/audiences",
    "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test",
)  # fmt: skip


def main(folder: Path, *days: str) -> None:
    _do_what_fakesnow_cannot()
    # A probability is a sum forty brackets deep.
    sys.setrecursionlimit(10_000)
    (folder / "project" / "profiles.yml").write_text(PROFILE)
    with fakesnow.patch(db_path=str(folder)):
        duck = snowflake.connector.connect(database="demo", schema="analytics")._duck_conn
        duck.execute("set timezone = 'America/Los_Angeles'")
        duck.execute("create schema DEMO.SHOP")
        for path in sorted((folder / "raw").glob("*.parquet")):
            columns = duck.execute(f"describe select * from '{path}'").fetchall()
            named = ", ".join(f'"{column[0]}" as "{column[0].upper()}"' for column in columns)
            duck.execute(
                f"create table DEMO.SHOP.{path.stem.upper()} as select {named} from '{path}'"
            )
        for day in days:
            _build(folder, day, *(() if day == days[-1] else MODELS_ALONE))


def _do_what_fakesnow_cannot() -> None:
    given_trim, given_execute = transforms.trim_cast_varchar, cursor.FakeSnowflakeCursor.execute

    def trim(expression: exp.Expression) -> exp.Expression:
        """Its own forgets which letters are to be trimmed."""
        changed = given_trim(expression)
        if isinstance(changed, exp.Trim):
            changed.set("expression", expression.args.get("expression"))
        return changed

    def execute(self: Any, command: str, *arguments: Any, **options: Any) -> Any:
        """Temporary tables are tables, for DuckDB's are in a catalog of their own; and the digits
        of a bucket are read."""
        command = re.sub(r"(?i)(create or replace)\s+temporary (?=table|view)", r"\1 ", command)
        command = re.sub(HEXADECIMAL, r"cast('0x' || \1 as bigint)", command)
        return given_execute(self, command, *arguments, **options)

    transforms.trim_cast_varchar = trim
    cursor.FakeSnowflakeCursor.execute = execute


def _build(folder: Path, day: str, *excluded: str) -> None:
    from dbt.cli.main import dbtRunner

    os.environ["CDP_AS_OF"] = day
    done = dbtRunner().invoke([
        "build",
        "--project-dir", str(folder / "project"), "--profiles-dir", str(folder / "project"),
        "--target-path", str(folder / "target"), "--log-path", str(folder / "logs"),
        *excluded,
    ])  # fmt: skip
    if not done.success:
        sys.exit("dbt did not build: see its messages above")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), *sys.argv[2:])
