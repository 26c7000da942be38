"""What DuckDB refuses, in words: without the SQL, and without a value of a row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from cdp_activate.errors import NotBuiltError, WarehouseError

_LOCKED = re.compile(
    r"lock on file|being used by another process|already open"
    # Another connection of this very process:
    r"|file handle conflict|already attached",
    re.I,
)
_QUOTED = re.compile(r"[\"'].*", re.DOTALL)
_NUMBER = re.compile(r"\d{4,}")
_SHOWN = (duckdb.BinderException, duckdb.CatalogException, duckdb.IOException)
"""Errors about names and files, whose text holds no value of a row."""


@contextmanager
def explained() -> Iterator[None]:
    """Raises WarehouseError, or one below it, in the place of what DuckDB raises."""
    try:
        yield
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise NotBuiltError(
            f"the warehouse lacks a table or column: {_first_line(error)}",
            remedy="run `cdp-activate build` so that dbt builds what the audiences read",
        ) from None
    except duckdb.Error as error:
        # What a full disk breaks off is an error of the transaction, not of the file.
        if isinstance(error, duckdb.IOException) or "write file" in str(error):
            raise WarehouseError(
                f"the warehouse could not read or write a file: {_first_line(error)}",
                remedy="is there room on the disk, and may this user write there? Then run again",
            ) from None
        raise WarehouseError(f"the warehouse refused: {_first_line(error)}") from None


def is_lock(error: duckdb.Error) -> bool:
    """Whether a file was not opened because somebody has it."""
    return _LOCKED.search(str(error)) is not None


def not_opened(path: Path, error: duckdb.Error, *, read_only: bool) -> WarehouseError:
    use = "read it" if read_only else "write to its folder, and is there room"
    return WarehouseError(
        f"the DuckDB file {path} cannot be opened: {_first_line(error)}",
        remedy=f"is it a DuckDB file, may this user {use}?",
    )


def _first_line(error: Exception) -> str:
    """The reason without the SQL that DuckDB quotes below it, nor any value of a row."""
    said = str(error)
    if not isinstance(error, _SHOWN):
        # A value may itself hold quotes and lines: nothing after the first quote is kept.
        said = _NUMBER.sub("***", _QUOTED.sub("***", said))
    return said.partition("\n")[0]
