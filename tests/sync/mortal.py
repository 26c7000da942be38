"""A run that can be killed in this process: at any statement, call, or note it writes.

A process that is killed does nothing more, not even what it would do in the end. So once the
moment has come everything that would last refuses: the warehouse's connection is closed (as
the system does for the dead, uncommitted work is gone), no call is made, no file is written.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from unittest import mock

from cdp_activate.http import Request, Response, Transport
from cdp_activate.warehouse.duckdb import DuckDBWarehouse

Seam = Literal["statement", "call", "answer", "write", "fsync", "unlink"]


class KilledError(BaseException):
    """The process is no more."""


@dataclass(frozen=True)
class Moment:
    """When a run is killed: before its `number`th call, after its `number`th answer, ..."""

    at: Seam
    number: int


@dataclass
class Life:
    """Of one run: what it has done so far, and whether it is over."""

    end: Moment | None = None
    done: Counter[str] = field(default_factory=Counter)
    is_over: bool = False
    last_words: list[Callable[[], object]] = field(default_factory=list)

    def pass_through(self, seam: Seam) -> None:
        """Raises KilledError when the moment has come, and ever after."""
        self.done[seam] += 1
        if not self.is_over and self.end == Moment(seam, self.done[seam]):
            self.is_over = True
            for act in self.last_words:
                act()
        if self.is_over:
            raise KilledError


class MortalConnection:
    """A DuckDB connection that dies with its run."""

    def __init__(self, connection: Any, life: Life) -> None:
        self._connection = connection
        self._life = life
        life.last_words.append(connection.close)

    def execute(self, *arguments: Any) -> Any:
        self._life.pass_through("statement")
        return self._connection.execute(*arguments)

    def cursor(self) -> Any:
        self._life.pass_through("statement")
        return MortalConnection(self._connection.cursor(), self._life)

    def __getattr__(self, name: str) -> Any:
        if self._life.is_over and name != "close":
            raise KilledError
        return getattr(self._connection, name)


def mortal_warehouse(path: Path, life: Life) -> DuckDBWarehouse:
    warehouse = DuckDBWarehouse(path, settings={"threads": "1"}, wait=0.5)
    warehouse.connection = MortalConnection(warehouse.connection, life)  # type: ignore[assignment]
    return warehouse


class MortalTransport(Transport):
    """The network of a run: `sent` is told of each request, `heard` of each answer."""

    def __init__(
        self,
        network: Transport,
        life: Life,
        sent: Callable[[Request], object],
        heard: Callable[[Request, Response | None], object],
    ) -> None:
        self.network, self.life, self.sent, self.heard = network, life, sent, heard

    def send(self, request: Request) -> Response:
        self.life.pass_through("call")
        self.sent(request)
        answer = None
        try:
            answer = self.network.send(request)
            self.life.pass_through("answer")
        except BaseException:
            self.heard(request, None)
            raise
        self.heard(request, answer)
        return answer


@contextmanager
def mortal_files(life: Life) -> Iterator[None]:
    """Files of the run: the end of a line that is being written when it dies is lost."""
    write, fsync, unlink = os.write, os.fsync, Path.unlink

    def mortal_write(file: int, data: bytes) -> int:
        try:
            life.pass_through("write")
        except KilledError:
            if life.end == Moment("write", life.done["write"]):
                write(file, data[: len(data) // 2])
            raise
        return write(file, data)

    def mortal_fsync(file: int) -> None:
        life.pass_through("fsync")
        fsync(file)

    def mortal_unlink(path: Path, missing_ok: bool = False) -> None:
        life.pass_through("unlink")
        unlink(path, missing_ok=missing_ok)

    with (
        mock.patch.object(os, "write", mortal_write),
        mock.patch.object(os, "fsync", mortal_fsync),
        mock.patch.object(Path, "unlink", mortal_unlink),
    ):
        yield
