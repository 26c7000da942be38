"""What both inputs of the demo need of a DuckDB connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Everything inside appears at once, or nothing does."""
    connection.execute("begin transaction")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


@contextmanager
def settings(connection: duckdb.DuckDBPyConnection, **values: bool) -> Iterator[None]:
    """Switch settings of the connection, and put back what they were."""
    before = {name: _setting(connection, name) for name in values}
    for name, value in values.items():
        connection.execute(f"set {name} = {value}")
    try:
        yield
    finally:
        for name, value in before.items():
            connection.execute(f"set {name} = {value}")


def row_count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Rows in a table; `table` is its name as SQL writes it."""
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0


def _setting(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    row = connection.execute("select current_setting($name)", {"name": name}).fetchone()
    return bool(row and row[0])
