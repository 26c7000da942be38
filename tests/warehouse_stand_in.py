"""A dbt adapter that is Snowflake, BigQuery or Spark to the project, and DuckDB to the machine.

To dbt it is of the type of that warehouse: macros dispatch to it, and functions (`dateadd`,
`hash`, `listagg`, ...) are those of the warehouse's own adapter package. Only how tables are
made and listed is DuckDB's. Every statement that dbt sends is parsed by sqlglot in the
warehouse's dialect, refused when it cannot be, translated to DuckDB and run there.

What this cannot show: whether the warehouse has a function that sqlglot reads, what its types
refuse, and its own CREATE, MERGE and ALTER statements.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from dbt import adapters, include
from dbt.adapters.base import AdapterPlugin
from dbt.adapters.duckdb.column import DuckDBColumn
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.impl import DuckDBAdapter
from dbt.adapters.duckdb.relation import DuckDBRelation
from stand_in_sql import on_duckdb

DIALECTS = ("snowflake", "bigquery", "spark")

LABELS = {
    "snowflake": {"STRING": "TEXT"},
    "bigquery": {"TEXT": "STRING", "FLOAT": "FLOAT64", "INTEGER": "INT64"},
    "spark": {},
}
"""What the adapter's Column calls the types that dbt names: TYPE_LABELS of dbt-snowflake and
dbt-bigquery; dbt-spark takes every name as it is."""

MACRO = re.compile(r"{%-?\s*macro (\w+)\(.*?endmacro\s*-?%}", re.DOTALL)
QUOTES = {"snowflake": '"', "bigquery": "`", "spark": "`"}


def install(dialect: str) -> None:
    """Be what dbt finds as `dbt.adapters.DIALECT` in this process."""
    # A probability is a sum forty brackets deep.
    sys.setrecursionlimit(10_000)
    module = ModuleType(f"dbt.adapters.{dialect}")
    module.__path__ = [f"{folder}/{dialect}" for folder in adapters.__path__]
    module.Plugin = _plugin(dialect)  # type: ignore[attr-defined]
    sys.modules[module.__name__] = module


def _plugin(dialect: str) -> AdapterPlugin:
    def quoted(relation: Any, identifier: str) -> str:
        return f"{QUOTES[dialect]}{identifier}{QUOTES[dialect]}"

    @dataclass
    class Credentials(DuckDBCredentials):
        @property
        def type(self) -> str:
            return dialect

    class Connections(DuckDBConnectionManager):
        TYPE = dialect

        def add_query(self, sql: str, *arguments: Any, **options: Any) -> Any:
            return super().add_query(on_duckdb(sql, dialect), *arguments, **options)

    columns = type(
        "Columns",
        (DuckDBColumn,),
        {
            "TYPE_LABELS": LABELS[dialect],
            "quoted": property(lambda column: quoted(None, column.column)),
        },
    )
    relations = type(
        "Relations",
        (DuckDBRelation,),
        {"quoted": quoted, "quote_character": QUOTES[dialect]},
    )

    class Adapter(DuckDBAdapter):
        ConnectionManager = Connections
        Relation = relations
        Column = columns

        @classmethod
        def type(cls) -> str:
            return dialect

        def get_column_schema_from_query(self, sql: str) -> list[DuckDBColumn]:
            """BigQuery has numbers of one size: no contract is broken by theirs."""
            found = super().get_column_schema_from_query(sql)
            for column in found if dialect == "bigquery" else ():
                column.dtype = re.sub(r"DECIMAL\(.*", "DECIMAL", column.dtype)
                column.dtype = column.dtype.replace("INTEGER", "BIGINT")
            return found

        @classmethod
        def quote(cls, identifier: str) -> str:
            return f"{QUOTES[dialect]}{identifier}{QUOTES[dialect]}"

    # dbt learns the version of an adapter by the name of its class.
    Adapter.__name__ = f"{dialect.title()}Adapter"
    return AdapterPlugin(
        adapter=Adapter,
        credentials=Credentials,
        include_path=_macros(dialect),
        project_name=f"dbt_{dialect}",
    )


def _macros(dialect: str) -> str:
    """The functions of the warehouse's adapter, and the tables of DuckDB's under its name."""
    folder = Path(tempfile.mkdtemp(prefix=f"{dialect}_macros_"))
    theirs, ours = (_included(name) for name in (dialect, "duckdb"))
    (folder / "macros").mkdir()
    (folder / "dbt_project.yml").write_text(
        f"name: dbt_{dialect}\nversion: 1.0.0\nconfig-version: 2\nmacro-paths: [macros]\n"
    )
    (folder / "macros" / "utils").mkdir()
    for path in (theirs / "macros" / "utils").iterdir():
        if path.stem != "get_columns_spec_ddl":
            shutil.copy(path, folder / "macros" / "utils")
    functions = "".join(path.read_text() for path in (folder / "macros" / "utils").iterdir())
    known = set(re.findall(r"macro (\w+)\(", functions))
    for name in ("adapters", "catalog", "columns", "persist_docs", "seed"):
        text = (ours / "macros" / f"{name}.sql").read_text()
        text = re.sub(r"\bduckdb__", f"{dialect}__", text)
        (folder / "macros" / f"{name}.sql").write_text(
            MACRO.sub(lambda found: "" if found[1] in known else found[0], text)
        )
    return str(folder)


def _included(name: str) -> Path:
    for parent in include.__path__:
        if (Path(parent) / name).is_dir():
            return Path(parent) / name
    raise ModuleNotFoundError(f"dbt-{name} is not installed")
