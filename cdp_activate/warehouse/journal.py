"""Lines that outlive the process that writes them, one after the other."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cdp_activate.errors import WarehouseError


class Journal(ABC):
    """A place for lines of text. Several threads may write; `name` is what it is called in errors.

    Every method raises WarehouseError with the remedy in words.
    """

    name: str

    @abstractmethod
    def lines(self) -> Iterator[str]:
        """The lines in order. The last may be half a line, where a process was killed."""

    @abstractmethod
    def write(self, line: str) -> None:
        """Add a line: it outlives this process, and once it is kept a power cut too."""

    @abstractmethod
    def keep(self) -> None:
        """Wait until what is written is durable. Others may write meanwhile."""

    @abstractmethod
    def close(self) -> None:
        """Give everything back; the lines stay."""


class FileJournal(Journal):
    """A journal in a file, which the first line makes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path)
        self._file: int | None = None

    def lines(self) -> Iterator[str]:
        if self.path.exists():
            for line in self.path.read_bytes().split(b"\n"):
                yield line.decode("utf-8", "replace")

    def write(self, line: str) -> None:
        written = line.encode("utf-8", "replace") + b"\n"
        with self._explained():
            if self._file is None:
                self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
                _keep_name(self.path)
                # The last line of a run that was killed may be half a line.
                written = b"\n" + written
            if os.write(self._file, written) != len(written):
                raise OSError("the line is not whole")

    def keep(self) -> None:
        if self._file is not None:
            with self._explained():
                os.fsync(self._file)

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise WarehouseError(
                f"the file {self.path} cannot be written: {error.strerror or error}",
                remedy="is there room on the disk? Then run it again",
            ) from None


def _keep_name(path: Path) -> None:
    """Wait until it is durable that there is this file: what is in it is not enough."""
    if not hasattr(os, "O_DIRECTORY"):
        return  # Windows has no such thing, nor the need
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
