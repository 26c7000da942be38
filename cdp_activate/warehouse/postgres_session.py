"""Sessions with PostgreSQL, and a journal in one of its tables.

https://arrow.apache.org/adbc/current/driver/postgresql.html
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cdp_activate.errors import SettingsError, WarehouseError
from cdp_activate.warehouse.arrow import decimals, rows_of
from cdp_activate.warehouse.journal import Journal
from cdp_activate.warehouse.postgres_errors import explained
from cdp_activate.warehouse.sql_functions import marked, quoted

if TYPE_CHECKING:
    import pyarrow as pa


_ONE_WAY = {
    # What is written as text, such as in a fingerprint, is written in one way, whatever a role
    # or a database has; and what is in SQL is read in one way.
    "TimeZone": "UTC", "DateStyle": "ISO, MDY", "IntervalStyle": "postgres",
    "extra_float_digits": "1", "bytea_output": "hex", "standard_conforming_strings": "on",
    "transform_null_equals": "off",
    # A table that took another's place looks empty in an older snapshot.
    "default_transaction_isolation": "read committed",
    # While a platform is waited for, nothing is asked; before version 14 there is no such.
    "idle_session_timeout": "0",
}  # fmt: skip
"""Settings that a session has of its own."""


class Session:
    """A connection that commits each statement, unless told to begin; for one thread at a time.

    `names` are libpq's parameters: https://www.postgresql.org/docs/current/libpq-connect.html
    """

    def __init__(self, names: dict[str, str]) -> None:
        try:
            from adbc_driver_postgresql import dbapi
        except ModuleNotFoundError as error:
            raise SettingsError(
                f"to read PostgreSQL the package '{error.name}' is missing",
                remedy="pip install 'cdp-activate[postgres]'",
            ) from None
        role = names.get("role")
        given = {name: value for name, value in names.items() if name != "role"}
        with explained():
            # Arrow's texts are UTF-8.
            conninfo = _conninfo({**given, "client_encoding": "UTF8"})
            self.connection = dbapi.connect(conninfo, autocommit=True)
        try:
            self.rows(_settings(_ONE_WAY))
            if role:
                self.run(f"set role {_name(role)}")
        except BaseException:
            self.close()
            raise

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        with explained(), self.connection.cursor() as cursor:
            _execute(cursor, sql, parameters)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return rows_of(self.table(sql, parameters))

    def table(self, sql: str, parameters: Sequence[Any] = ()) -> pa.Table:
        """The rows in Arrow, all of them at once."""
        with explained(), self.connection.cursor() as cursor:
            _execute(cursor, sql, parameters)
            return _with_decimals(cursor.fetch_arrow_table())

    def append(self, table: str, rows: pa.Table) -> None:
        """Add rows to a table; one without a schema is of this session alone."""
        schema, _, name = table.rpartition(".")
        with explained(), self.connection.cursor() as cursor:
            cursor.adbc_ingest(
                name, rows, mode="append", db_schema_name=schema or None, temporary=not schema
            )

    def close(self) -> None:
        with suppress(WarehouseError), explained():
            self.connection.close()


class PostgresJournal(Journal):
    """A journal in a table, on a session of its own: a line is there once it is written.

    What a server that loses its power forgets are the last lines that were not kept.
    """

    def __init__(self, names: dict[str, str], table: str) -> None:
        self.name = table
        self._turn = threading.Lock()
        self._session = Session(names)
        try:
            self._session.run(
                f"create table if not exists {table} "
                "(place bigint generated always as identity, line text not null)"
            )
            self._session.run("set synchronous_commit = off")
        except BaseException:
            self.close()
            raise

    def lines(self) -> Iterator[str]:
        with self._turn:
            found = self._session.rows(f"select line from {self.name} order by place")
        yield from (str(line) for (line,) in found)

    def write(self, line: str) -> None:
        with self._turn:
            # As in a file: half a surrogate pair in what a platform said ends no run.
            text = line.encode("utf-8", "replace").decode()
            self._session.run(f"insert into {self.name} (line) values (?)", [text])

    def keep(self) -> None:
        # What is committed in earnest takes with it all that was written before.
        with self._turn:
            self._session.run("set synchronous_commit = on")
            self._session.run(f"insert into {self.name} (line) values ('')")
            self._session.run("set synchronous_commit = off")

    def close(self) -> None:
        self._session.close()


def _conninfo(names: dict[str, str]) -> str:
    def written(value: str) -> str:
        escaped = value.replace("\\", "\\\\").replace("'", "\\'")
        return f"'{escaped}'"

    return " ".join(f"{name}={written(value)}" for name, value in names.items())


def _name(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def _execute(cursor: Any, sql: str, parameters: Sequence[Any]) -> None:
    if parameters:
        cursor.execute(marked(sql, lambda at: f"${at + 1}"), list(parameters))
    else:
        cursor.execute(sql)


def _settings(wanted: Mapping[str, str]) -> str:
    """A query that sets those that there are; one that is not known to a version is no error."""
    pairs = ", ".join(f"({quoted(name)}, {quoted(value)})" for name, value in wanted.items())
    return (
        f"select set_config(wanted.name, wanted.value, false) from (values {pairs}) "
        "as wanted (name, value) join pg_settings as known on known.name = wanted.name"
    )


def _with_decimals(rows: pa.Table) -> pa.Table:
    """Numbers that ADBC gives as text are marked: how many digits they have is nowhere said."""
    import pyarrow as pa

    for at, field in enumerate(rows.schema):
        if getattr(field.type, "type_name", "") == "numeric":
            texts = [chunk.storage for chunk in rows.column(at).chunks]
            kind = field.type.storage_type
            rows = rows.set_column(at, decimals(field.name, kind), pa.chunked_array(texts, kind))
    return rows
