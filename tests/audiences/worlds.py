"""A warehouse for one test: what its catalog declares, and its rows.

`World` is data: the dbt manifest, the tables of DuckDB and PostgreSQL and the plain reading
are all made from it, so that a catalog can be drawn at random.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb

from cdp_activate.catalog import Catalog, read_manifest

Row = dict[str, Any]
Columns = dict[str, tuple[str, dict[str, Any]]]

POSTGRES = {"double": "double precision", "json": "jsonb", "timestamp_ns": "timestamp"}
"""How PostgreSQL names a type that a World declares in DuckDB's words."""


@dataclass(frozen=True)
class World:
    """An instant; table -> column -> (type, meta); table -> roles; table -> rows."""

    as_of: datetime
    tables: dict[str, Columns]
    roles: dict[str, list[dict[str, Any]]]
    rows: dict[str, list[Row]]
    seeds: tuple[str, ...] = ()

    def manifest(self, adapter: str = "duckdb") -> dict[str, Any]:
        """As dbt writes it; an unquoted key `on` of YAML 1.1 arrives as `true`."""
        mark = "`" if adapter in ("bigquery", "spark") else '"'
        return {
            "metadata": {"adapter_type": adapter, "project_name": "shop"},
            "nodes": {
                f"model.shop.{table}": {
                    "resource_type": "seed" if table in self.seeds else "model",
                    "name": table,
                    "package_name": "shop",
                    "relation_name": f"{mark}{table}{mark}",
                    "original_file_path": f"models/{table}.yml",
                    "config": {
                        "meta": {
                            "cdp": [
                                {"true" if key == "on" else key: one for key, one in role.items()}
                                for role in self.roles.get(table, [])
                            ]
                        }
                        if self.roles.get(table)
                        else {}
                    },
                    "columns": {
                        name: {
                            "name": name,
                            "data_type": declared_as(declared, adapter),
                            "config": {"meta": {"cdp": meta} if meta else {}},
                        }
                        for name, (declared, meta) in columns.items()
                    },
                }
                for table, columns in self.tables.items()
            },
        }

    def catalog(self, adapter: str = "duckdb") -> Catalog:
        return read_manifest(self.manifest(adapter))

    def duckdb(self) -> duckdb.DuckDBPyConnection:
        """A DuckDB in memory with these rows; a column that a row lacks is null."""
        connection = duckdb.connect(config={"threads": 1})
        connection.execute("set timezone = 'Pacific/Apia'")  # no answer may depend on it
        for table, columns in self.tables.items():
            connection.execute(create_table(table, stored(columns), "duckdb"))
        self.fill(connection, "duckdb", self.tables)
        return connection

    def postgres(self, connection: Any) -> None:
        """The same in a PostgreSQL database, through a psycopg2 connection."""
        with connection.cursor() as cursor:
            cursor.execute("set timezone = 'Pacific/Apia'")
            for table, columns in self.tables.items():
                cursor.execute(create_table(table, stored(columns), "postgres"))
            self.fill(cursor, "postgres", self.tables)

    def fill(self, cursor: Any, adapter: str, tables: Iterable[str]) -> None:
        """Insert the rows of these tables."""
        sign = "%s" if adapter == "postgres" else "?"
        for table in tables:
            columns = stored(self.tables[table])
            rows = self.rows.get(table, [])
            unknown = {name for row in rows for name in row} - set(columns)
            assert not unknown, f"{table} has no column {unknown}"
            kinds = [declared_as(kind, adapter) for kind, _ in columns.values()]
            mark = ", ".join(f"cast({sign} as {kind})" for kind in kinds)
            for part in (rows[first : first + 100] for first in range(0, len(rows), 100)):
                values = [row.get(name) for row in part for name in columns]
                marks = ", ".join([f"({mark})"] * len(part))
                cursor.execute(f'insert into "{table}" values {marks}', values)


def stored(columns: Columns) -> Columns:
    """The columns of the table: a JSON path is a column of the catalog only."""
    return {name: column for name, column in columns.items() if "." not in name}


def declared_as(declared: str, adapter: str) -> str:
    if adapter != "postgres":
        return declared
    bare = declared.removesuffix("[]")
    return POSTGRES.get(bare, bare) + declared[len(bare) :]


def create_table(table: str, columns: Columns, adapter: str) -> str:
    declared = ", ".join(
        f'"{name}" {declared_as(kind, adapter)}' for name, (kind, _) in columns.items()
    )
    return f'create table "{table}" ({declared})'


def members_of(rows: list[tuple[Any, ...]]) -> dict[str, str | None]:
    """Members by their key as text, each with its variant."""
    found = {str(key): variant for key, variant in rows}
    assert len(found) == len(rows), "a member appears twice"
    return found


NOON = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)
