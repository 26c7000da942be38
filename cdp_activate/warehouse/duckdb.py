"""DuckDB, embedded.

DuckDB gives one process at a time the right to write a file, and then nobody else may
even read it. So the session itself lives in memory; the warehouse file is attached only
while it is read, and the sync tables have a file of their own beside it, attached late
and let go early.
"""

from __future__ import annotations

import os
import re
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from cdp_activate.errors import LockedError, NotBuiltError, WarehouseError
from cdp_activate.warehouse.base import STATE_SCHEMA, Warehouse, Work
from cdp_activate.warehouse.duckdb_errors import explained, is_lock, not_opened
from cdp_activate.warehouse.journal import FileJournal
from cdp_activate.warehouse.sql_functions import DuckDBFunctions, quoted

if TYPE_CHECKING:
    import pyarrow as pa

_STATE = "cdp_state"
_WORK = "cdp_run"
_NAME = re.compile(r'"((?:[^"]|"")*)"')


class _Turns:
    """Files that this process has open: DuckDB lets one connection of a process have a file.

    Those of other threads wait for their turn here, for as long as it takes; for a file of
    another process one can only ask now and then, and gives up.
    """

    def __init__(self) -> None:
        self._locks: dict[Path, threading.RLock] = {}
        self._made = threading.Lock()

    @contextmanager
    def of(self, path: Path) -> Iterator[None]:
        with self._made:
            lock = self._locks.setdefault(path.resolve(), threading.RLock())
        with lock:
            yield


_TURNS = _Turns()


class DuckDBWarehouse(Warehouse):
    """A warehouse in the file `path`; sync state in `<name>.cdp_state.duckdb` beside it.

    `wait` is how many seconds to wait for a file that another process holds.
    """

    dialect = "duckdb"
    functions = DuckDBFunctions()
    reading_blocks_writers = True

    def __init__(self, path: Path, *, settings: dict[str, str] | None = None, wait: float = 10.0):
        self.path = path
        self.state_path = path.with_name(f"{path.stem}.cdp_state.duckdb")
        self.wait = wait
        self.connection = duckdb.connect(":memory:")
        self.connection.execute("set TimeZone = 'UTC'")
        # DuckDB would draw it on stdout, in the middle of JSON.
        self.connection.execute("set enable_progress_bar = false")
        for name, value in (settings or {}).items():
            if name.lower() in ("memory_limit", "threads", "temp_directory"):
                self.connection.execute(f"set {name} = {quoted(str(value))}")

    @contextmanager
    def reading(self) -> Iterator[None]:
        if not self.path.exists():
            raise NotBuiltError(
                f"there is no warehouse at {self.path}",
                remedy="run `cdp-activate build` (or `dbt build`) first",
            )
        with _TURNS.of(self.path):
            self._attach(self.path, self.path.stem, read_only=True)
            try:
                yield
            finally:
                self._detach(self.path.stem)

    @contextmanager
    def state(self) -> Iterator[None]:
        with _TURNS.of(self.state_path), self._state():
            yield

    @contextmanager
    def _state(self) -> Iterator[None]:
        if not self.state_path.exists():
            self._create_state()
        self._attach(self.state_path, _STATE, read_only=False)
        try:
            self.run("begin")
            try:
                yield
            except BaseException:
                # A disk that is full may end the transaction before we do.
                with suppress(duckdb.Error):
                    self.connection.execute("rollback")
                raise
            self.run("commit")
        finally:
            self._detach(_STATE)

    def _create_state(self) -> None:
        """Make the state file under another name, then link it: it is there whole or not at all.

        A process killed, or a disk full, in the middle of it would leave what is no database.
        """
        beside = self.state_path.with_name(f".{self.state_path.name}.{secrets.token_hex(4)}.tmp")
        try:
            self._attach(beside, _STATE, read_only=False)
            try:
                self.run(f"create schema {_STATE}.{STATE_SCHEMA}")
            finally:
                self._detach(_STATE)
            with suppress(FileExistsError):  # another process was first
                os.link(beside, self.state_path)
        except OSError as error:
            raise WarehouseError(
                f"the file {self.state_path} cannot be made: {error.strerror}",
                remedy="the sync state needs a folder that can be written to",
            ) from None
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)

    @property
    def has_state(self) -> bool:
        return self.state_path.exists()

    def state_table(self, name: str) -> str:
        return f"{_STATE}.{STATE_SCHEMA}.{name}"

    @contextmanager
    def work(self, name: str | None) -> Iterator[Work]:
        if name is None:
            self.run(f"attach ':memory:' as {_WORK}")
            journal = None
        else:
            path, notes = self._work_files(name)
            journal = FileJournal(notes)
            try:
                self._attach(path, _WORK, read_only=False)
            except LockedError:
                raise
            except WarehouseError:
                if notes.exists():
                    raise
                # It was killed while it made the file, before anything was done by it.
                self.drop_work(name)
                self._attach(path, _WORK, read_only=False)
        try:
            # A plan is written once and read once: packing it would cost more than it saves.
            self.run("set force_compression = 'uncompressed'")
            yield Work(f"{_WORK}.main", journal)
        finally:
            if journal is not None:
                journal.close()
            self.run("set force_compression = 'auto'")
            self._detach(_WORK)

    def has_work(self, name: str) -> bool:
        return self._work_files(name)[1].exists()

    def drop_work(self, name: str) -> None:
        path, notes = self._work_files(name)
        # The notes last: they say that there is something.
        for file in (path, path.with_name(f"{path.name}.wal"), notes):
            file.unlink(missing_ok=True)

    def _work_files(self, name: str) -> tuple[Path, Path]:
        stem = f"{self.path.stem}.cdp_run.{name}"
        return self.path.with_name(f"{stem}.duckdb"), self.path.with_name(f"{stem}.notes")

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        with explained():
            self.connection.execute(sql, list(parameters))

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with explained():
            return self.connection.execute(sql, list(parameters)).fetchall()

    def read(self, sql: str, *, batch: int = 10_000) -> Iterator[pa.RecordBatch]:
        # A cursor of its own: another query of this session must not cut the stream off.
        cursor = self.connection.cursor()
        try:
            with explained():
                reader = cursor.sql(sql).to_arrow_reader(batch)
                yield from reader
        finally:
            cursor.close()

    def make_table(
        self, name: str, query: str, parameters: Sequence[Any] = (), *, order: str | None = None
    ) -> None:
        ordered = f"select * from ({query}) as rows_in_order order by {order}" if order else query
        self.run(f"create or replace {_kind(name)} {name} as {ordered}", parameters)

    def make_empty(self, name: str, columns: str) -> None:
        self.run(f"create or replace {_kind(name)} {name} ({columns})")

    def make_view(self, name: str, query: str) -> None:
        self.run(f"create or replace view {name} as {query}")

    def append(self, table: str, rows: pa.Table) -> None:
        with explained():
            self.connection.register("cdp_rows", rows)
            try:
                self.connection.execute(f"insert into {table} by name select * from cdp_rows")
            finally:
                self.connection.unregister("cdp_rows")

    def ensure_unique(self, table: str, columns: str) -> None:
        """Nothing: one process writes at a time, and an index would cost more than it finds."""

    def analyze(self, table: str) -> None:
        """Nothing: it knows."""

    def lock_state(self) -> None:
        """Nothing: who writes has the file."""

    @contextmanager
    def in_any_order(self) -> Iterator[None]:
        # One thread writes where the order is kept, all of them where it is not.
        self.run("set preserve_insertion_order = false")
        try:
            yield
        finally:
            self.run("set preserve_insertion_order = true")

    def describe(self, relation: str) -> dict[str, str]:
        return {str(row[0]): str(row[1]) for row in self.rows(f"describe {relation}")}

    def comment(self, relation: str) -> str | None:
        names = [name.replace('""', '"') for name in _NAME.findall(relation)]
        of = "where concat_ws('.', database_name, schema_name, {}) = ?"
        found = self.rows(
            f"select comment from duckdb_tables() {of.format('table_name')} "
            f"union all select comment from duckdb_views() {of.format('view_name')}",
            [".".join(names)] * 2,
        )
        return found[0][0] if found else None

    def close(self) -> None:
        self.connection.close()

    def _attach(self, path: Path, alias: str, *, read_only: bool) -> None:
        mode = " (read_only)" if read_only else ""
        deadline = time.monotonic() + self.wait
        while True:
            try:
                self.connection.execute(f'attach {quoted(str(path))} as "{alias}"{mode}')
                return
            except duckdb.Error as error:
                if not is_lock(error):
                    raise not_opened(path, error, read_only=read_only) from None
                if time.monotonic() > deadline:
                    raise LockedError(
                        f"another process holds the DuckDB file {path}",
                        remedy="close the other program (a dbt run, a SQL editor) and run again",
                    ) from None
                time.sleep(0.05)

    def _detach(self, alias: str) -> None:
        with explained():
            self.connection.execute(f'detach database if exists "{alias}"')


def _kind(name: str) -> str:
    return "table" if "." in name else "temp table"
