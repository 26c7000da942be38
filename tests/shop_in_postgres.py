"""The tables of the demo shop, copied from a DuckDB file into PostgreSQL."""

from __future__ import annotations

import io

import duckdb
import psycopg2

_TYPES = {
    "VARCHAR": "text",
    "TIMESTAMP": "timestamp",
    "DATE": "date",
    "DOUBLE": "double precision",
    "INTEGER": "integer",
    "BIGINT": "bigint",
}


def copy_schema(
    source: duckdb.DuckDBPyConnection, target: psycopg2.extensions.connection, schema: str
) -> None:
    """Copy all tables of one schema; columns keep their names and get the types that match.

    Raises KeyError for a type that the shop did not have so far.
    """
    tables = source.execute(
        "select table_name from duckdb_tables() where schema_name = $schema", {"schema": schema}
    ).fetchall()
    with target.cursor() as cursor:
        cursor.execute(f"create schema {schema}")
        for (table,) in tables:
            rows = source.execute(f"from {schema}.{table}")
            columns = ", ".join(
                f"{name} {_postgres_type(str(kind))}" for name, kind, *_ in rows.description
            )
            cursor.execute(f"create table {schema}.{table} ({columns})")
            cursor.copy_expert(
                f"copy {schema}.{table} from stdin",
                io.StringIO("".join(_line(row) for row in rows.fetchall())),
            )


def _postgres_type(kind: str) -> str:
    return kind.replace("DECIMAL", "numeric") if kind.startswith("DECIMAL") else _TYPES[kind]


def _line(row: tuple[object, ...]) -> str:
    """One row as PostgreSQL's COPY reads it."""
    return "\t".join(r"\N" if value is None else _escaped(str(value)) for value in row) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")
