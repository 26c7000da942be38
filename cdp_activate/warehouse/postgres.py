"""PostgreSQL, through ADBC, which speaks Arrow with it.

https://arrow.apache.org/adbc/current/driver/postgresql.html

All that a run keeps is in the database, its notes too: the next run may be on another machine.
The plan of a run has a schema of its own, which goes when its answers are in the sync tables.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from cdp_activate.errors import LockedError, UnreachableError, WarehouseError
from cdp_activate.warehouse.base import STATE_SCHEMA, Warehouse, Work
from cdp_activate.warehouse.postgres_rights import lacking_to_keep, lacking_to_read
from cdp_activate.warehouse.postgres_session import PostgresJournal, Session
from cdp_activate.warehouse.sql_functions import PostgresFunctions, marked, quoted

if TYPE_CHECKING:
    import pyarrow as pa

_STATE_LOCK = "cdp_activate state"
_LOOK = "cdp_look_"
_LONGEST_NAME = 63  # https://www.postgresql.org/docs/current/limits.html


class PostgresWarehouse(Warehouse):
    """A database. `names` are libpq's parameters, and `role`; see `postgres_names`.

    `wait` is how many seconds to wait for a plan that another session has open: of a process that
    was killed the server notices it when the statement under way has ended, or soon.
    """

    dialect = "postgres"
    functions = PostgresFunctions()
    reading_blocks_writers = False

    def __init__(self, names: dict[str, str], *, wait: float = 10.0) -> None:
        self._names = names
        self.wait = wait
        self._session = self._connected()
        self._turn = threading.RLock()
        self._depth = 0
        self._locks: set[str] = set()

    def _connected(self) -> Session:
        session = Session(self._names)
        with suppress(WarehouseError):  # before version 14, and on some systems, there is no such
            session.run("set client_connection_check_interval = '1s'")
        return session

    @contextmanager
    def reading(self) -> Iterator[None]:
        with self._transaction():
            yield

    @contextmanager
    def state(self) -> Iterator[None]:
        with self._transaction():
            if not self.rows("select 1 from pg_namespace where nspname = ?", [STATE_SCHEMA]):
                self.lock_state()
                self.run(f"create schema if not exists {STATE_SCHEMA}")
            yield

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """One transaction, however often it is entered; other threads wait for its end."""
        with self._turn:
            if not self._depth:
                self._begin()
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if not self._depth:
                    # Without a connection it is rolled back by itself.
                    with suppress(WarehouseError):
                        self.run("rollback")
                raise
            self._depth -= 1
            if not self._depth:
                self.run("commit")

    def _begin(self) -> None:
        """On a new connection where the old one was lost, and nothing here hangs on it."""
        try:
            self.run("begin")
        except UnreachableError:
            if self._locks:
                raise
            self._session.close()
            self._session = self._connected()
            self.run("begin")

    @property
    def has_state(self) -> bool:
        return self._is_there(self.state_table("sync_runs"))

    def state_table(self, name: str) -> str:
        return f"{STATE_SCHEMA}.{name}"

    @contextmanager
    def work(self, name: str | None) -> Iterator[Work]:
        schema = _schema_of(name) if name else f"{_LOOK}{secrets.token_hex(8)}"
        deadline = time.monotonic() + self.wait
        while not self._lock(schema):
            if time.monotonic() < deadline:
                time.sleep(0.05)
                continue
            raise LockedError(
                f"another process has the plan of the sync '{name}' open",
                remedy="wait for it, or end it, and run again",
            )
        journal = None
        try:
            if name is None:
                self._sweep()
            self.run(f"create schema if not exists {schema}")
            if name is not None:
                journal = PostgresJournal(self._names, f"{schema}.notes")
            yield Work(schema, journal)
        finally:
            # A connection that was lost has let go of everything, and hides no error.
            if journal is not None:
                journal.close()
            with suppress(WarehouseError):
                if name is None:
                    self.run(f"drop schema if exists {schema} cascade")
            with suppress(WarehouseError):
                self._unlock(schema)

    def has_work(self, name: str) -> bool:
        notes = f"{_schema_of(name)}.notes"
        return self._is_there(notes) and bool(self.rows(f"select 1 from {notes} limit 1"))

    def drop_work(self, name: str) -> None:
        self.run(f"drop schema if exists {_schema_of(name)} cascade")

    def _sweep(self) -> None:
        """Drop what others looked at, and were killed."""
        seen = self.rows(
            "select nspname::text from pg_namespace where starts_with(nspname::text, ?)", [_LOOK]
        )
        for (schema,) in seen:
            if self._lock(schema):
                self.run(f"drop schema if exists {schema} cascade")
                self._unlock(schema)

    def _lock(self, name: str) -> bool:
        """Whether this session has a lock of that name, which no other can have meanwhile."""
        found = self.rows("select pg_try_advisory_lock(hashtextextended(?, 0))", [name])
        if found[0][0]:
            self._locks.add(name)
        return bool(found[0][0])

    def _unlock(self, name: str) -> None:
        self._locks.discard(name)
        self.rows("select pg_advisory_unlock(hashtextextended(?, 0))", [name])

    def _is_there(self, relation: str) -> bool:
        return bool(self.rows("select to_regclass(?) is not null", [relation])[0][0])

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        with self._turn:
            self._session.run(sql, parameters)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._turn:
            return self._session.rows(sql, parameters)

    def read(self, sql: str, *, batch: int = 10_000) -> Iterator[pa.RecordBatch]:
        # Page after page: a statement that waits for a platform between its rows would hold up
        # the server's housekeeping for as long, and end with the role's `statement_timeout`.
        last, size = -1, batch
        while size == batch:
            with self._turn:
                page = self._session.table(
                    f"select * from ({sql}) as paged where place > {last:d} "
                    f"order by place limit {batch:d}"
                )
            size = page.num_rows
            if size:
                last = page.column("place")[-1].as_py()
                yield from page.to_batches()

    def make_table(
        self, name: str, query: str, parameters: Sequence[Any] = (), *, order: str | None = None
    ) -> None:
        if order is not None:
            over = f"order by {order}" if order else ""
            place = f"row_number() over ({over}) - 1 as {self.functions.place}"
            query = f"select {place}, numbered.* from ({query}) as numbered"
        # What makes a table takes no parameters.
        filled = marked(query, lambda at: quoted(str(parameters[at]))) if parameters else query
        with self._transaction():
            self._make(name, f"as {filled}")
            if order is not None:
                self.run(f"create unique index on {name} ({self.functions.place})")
            self.analyze(name)

    def make_empty(self, name: str, columns: str) -> None:
        with self._transaction():
            self._make(name, f"({columns})")

    def _make(self, name: str, what: str) -> None:
        self.run(f"drop table if exists {_placed(name)} cascade")
        self.run(f"create table {_placed(name)} {what}")

    def make_view(self, name: str, query: str) -> None:
        with self._transaction():
            self.run(f"drop view if exists {name}")
            self.run(f"create view {name} as {query}")

    def append(self, table: str, rows: pa.Table) -> None:
        with self._turn:
            self._session.append(table, rows)

    def ensure_unique(self, table: str, columns: str) -> None:
        # To ask for one that is there would wait for everybody who writes to the table.
        if not self._is_there(f"{table}_key"):
            index = f"{table.rpartition('.')[2]}_key"
            self.run(f"create unique index {index} on {table} ({columns})")

    def analyze(self, table: str) -> None:
        # By itself it does so a minute after: until then a ledger that is new counts as empty,
        # and is gone through once for each person.
        # Who looks keeps others from looking until the transaction ends: nobody waits for that.
        self.run(f"analyze (skip_locked) {_placed(table)}")

    def lock_state(self) -> None:
        self.rows("select pg_advisory_xact_lock(hashtextextended(?, 0))", [_STATE_LOCK])

    def describe(self, relation: str) -> dict[str, str]:
        # Fails where it is not there; in a transaction it also keeps dbt from replacing it.
        self.run(f"select 1 from {relation} limit 0")
        found = self.rows(
            # A domain is as the type that it is made of.
            "select attname::text, case when typbasetype = 0 then format_type(atttypid, atttypmod) "
            "else format_type(typbasetype, typtypmod) end "
            "from pg_attribute join pg_type on pg_type.oid = atttypid "
            "where attrelid = to_regclass(?) and attnum > 0 and not attisdropped order by attnum",
            [relation],
        )
        return {str(name): str(kind) for name, kind in found}

    def comment(self, relation: str) -> str | None:
        found = self.rows("select obj_description(to_regclass(?), 'pg_class')", [relation])
        return None if found[0][0] is None else str(found[0][0])

    def lacking_to_keep(self) -> list[str]:
        with self._turn:
            return list(lacking_to_keep(self._session))

    def lacking_to_read(self, relations: Iterable[str]) -> list[str]:
        with self._turn:
            return list(lacking_to_read(self._session, relations))

    def close(self) -> None:
        self._session.close()


def _placed(name: str) -> str:
    """A name without a schema is of the session alone."""
    return name if "." in name else f"pg_temp.{name}"


def _schema_of(sync: str) -> str:
    schema = f"cdp_run_{sync}"
    if len(schema.encode()) <= _LONGEST_NAME:
        return schema
    digest = hashlib.sha256(sync.encode()).hexdigest()[:16]
    return f"{schema[: _LONGEST_NAME - 17]}_{digest}"
