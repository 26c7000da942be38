"""Sessions with PostgreSQL, and a journal in one of its tables.

https://arrow.apache.org/adbc/current/driver/postgresql.html
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cdp_activate.errors import SettingsError, WarehouseError
from cdp_activate.warehouse.arrow import decimals
from cdp_activate.warehouse.journal import Journal
from cdp_activate.warehouse.postgres_errors import explained
from cdp_activate.warehouse.sayings import marked

if TYPE_CHECKING:
    import pyarrow as pa


_BYTES_A_ROW = 128
"""What a row of a plan takes, more or less: ADBC counts bytes where we count rows."""


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
            self.connection = dbapi.connect(_conninfo(given), autocommit=True)
        try:
            # What is written as text, such as in a fingerprint, is written in one way.
            self.run("set time zone 'UTC'")
            self.run("set datestyle to iso")
            if role:
                self.run(f"set role {_name(role)}")
        except BaseException:
            self.close()
            raise

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        with explained(), self.connection.cursor() as cursor:
            _execute(cursor, sql, parameters)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with explained(), self.connection.cursor() as cursor:
            _execute(cursor, sql, parameters)
            table = cursor.fetch_arrow_table()
            columns = [_values(table.column(at)) for at in range(table.num_columns)]
            return list(zip(*columns, strict=True))

    def read(self, sql: str, rows: int) -> Iterator[pa.RecordBatch]:
        """The rows of a result, about so many at once. Until its end nothing else can be run."""
        from adbc_driver_postgresql import StatementOptions

        with explained(), self.connection.cursor() as cursor:
            hint = {StatementOptions.BATCH_SIZE_HINT_BYTES.value: str(rows * _BYTES_A_ROW)}
            cursor.adbc_statement.set_options(**hint)
            cursor.execute(sql)
            for read in cursor.fetch_record_batch():
                yield _with_decimals(read)

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
        self._session.run(
            f"create table if not exists {table} "
            "(place bigint generated always as identity, line text not null)"
        )
        self._session.run("set synchronous_commit = off")

    def lines(self) -> Iterator[str]:
        with self._turn:
            found = self._session.rows(f"select line from {self.name} order by place")
        yield from (str(line) for (line,) in found)

    def write(self, line: str) -> None:
        with self._turn:
            self._session.run(f"insert into {self.name} (line) values (?)", [line])

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


def _is_numeric(kind: Any) -> bool:
    return getattr(kind, "type_name", "") == "numeric"


def _values(column: pa.ChunkedArray) -> list[Any]:
    values = column.to_pylist()
    if _is_numeric(column.type):
        return [None if one is None else Decimal(one) for one in values]
    return values  # type: ignore[no-any-return]


def _with_decimals(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Numbers that ADBC gives as text are marked: how many digits they have is nowhere said."""
    for at, field in enumerate(batch.schema):
        if _is_numeric(field.type):
            texts = batch.column(at).storage
            batch = batch.set_column(at, decimals(field.name, texts.type), texts)
    return batch
