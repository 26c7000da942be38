"""The same project as `bed`, with a database of PostgreSQL as its warehouse."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bed import Bed, Person, manifest, tables
from postgres_server import Server
from psycopg2.extras import execute_values

from cdp_activate.receiver import Receiver
from cdp_activate.warehouse import Warehouse
from cdp_activate.warehouse.postgres import PostgresWarehouse

_RELATION = '"main"."{}"'


class PostgresBed(Bed):
    """A bed in a database of its own."""

    def __init__(
        self, folder: Path, receiver: Receiver, server: Server, key_type: str = "varchar"
    ) -> None:
        self.server = server
        self.database = server.create_database(f"bed_{folder.name}"[:60].lower())
        super().__init__(folder, receiver, key_type)
        self.write(
            "profiles.yml",
            "shop: {target: dev, outputs: {dev: {type: postgres, "
            f"host: {server.socket}, user: {server.user}, dbname: {self.database}}}}}}}\n",
        )
        self._connection = server.connect(self.database)
        self.execute("create schema main")
        self.execute("set search_path to main")

    def manifest(self) -> dict[str, Any]:
        return manifest(self.key_type, "postgres", _RELATION)

    def execute(self, sql: str, values: Sequence[Any] = ()) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(sql.replace("?", "%s"), values or None)

    def build(self, everyone: Iterable[Person]) -> None:
        for name, (columns, rows) in tables(everyone).items():
            types = columns | {"customer_id": self.key_type}
            declared = ", ".join(f"{column} {kind}" for column, kind in types.items())
            self.execute(f"drop table if exists main.{name}_anew")
            self.execute(f"create table main.{name}_anew ({declared})")
            marks = ", ".join(f"%s::{kind}" for kind in types.values())
            with self._connection.cursor() as cursor:
                execute_values(
                    cursor,
                    f"insert into main.{name}_anew values %s",
                    [[_plain(one) for one in row] for row in rows],
                    template=f"({marks})",
                )
            # As dbt does: the new table takes the place of the old one at once.
            self.execute(
                f"begin; drop table if exists main.{name} cascade; "
                f"alter table main.{name}_anew rename to {name}; commit"
            )

    def warehouse(self) -> Warehouse:
        return PostgresWarehouse(
            {"host": self.server.socket, "user": self.server.user, "dbname": self.database},
            wait=self.wait,
        )

    @property
    def left_behind(self) -> list[str]:
        """The schemas of runs that are not folded into the ledger, and of plans looked at."""
        with self._connection.cursor() as cursor:
            cursor.execute(
                "select nspname from pg_namespace where nspname ~ '^cdp_(run|look)_' order by 1"
            )
            return [name for (name,) in cursor.fetchall()]

    def close(self) -> None:
        self._connection.close()


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
