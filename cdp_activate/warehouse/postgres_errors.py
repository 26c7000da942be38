"""What PostgreSQL refuses, in words: by its codes, without a value of a row.

https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from cdp_activate.errors import LockedError, WarehouseError

_SAID = re.compile(r"(?:ERROR|FATAL|PANIC|error|failed):\s+(.*?)(?=\n|$)")
_QUOTED = re.compile(r"[\"'].*", re.DOTALL)
_NUMBER = re.compile(r"\d{4,}")

_NAMES = ("42P01", "42703", "3F000", "42883")
_GONE = ("08", "57P")
_FULL = ("53", "58")
_MEANWHILE = ("23505", "40", "55P03", "55006")


@contextmanager
def explained() -> Iterator[None]:
    """Raises WarehouseError, or LockedError, in the place of what the driver raises."""
    from adbc_driver_manager import Error

    try:
        yield
    except Error as error:
        raise _in_words(str(error.sqlstate or ""), str(error)) from None


def _in_words(code: str, text: str) -> WarehouseError:
    said = _first_line(text, names=code.startswith(("42", "3F", "08", "28", "3D")) or not code)
    if code.startswith(_NAMES):
        return WarehouseError(
            f"the warehouse lacks a table or column: {said}",
            remedy="run `cdp-activate build` so that dbt builds what the audiences read",
        )
    if code == "42501":
        return WarehouseError(
            f"the warehouse does not let this role do that: {said}",
            remedy="it reads what dbt builds, and makes schemas: `cdp_activate` for the sync "
            "tables, and one for the plan of each sync while it runs",
        )
    if code.startswith(_MEANWHILE):
        return LockedError(
            "another process wrote the same in the warehouse at this moment",
            remedy="run it again",
        )
    if code.startswith(_FULL):
        return WarehouseError(
            f"the warehouse has no room left, or cannot write: {said}",
            remedy="see to the server, then run it again",
        )
    if not code or code.startswith(_GONE) or code.startswith(("28", "3D")):
        return WarehouseError(
            f"PostgreSQL cannot be reached: {said}",
            remedy="is it up, and are host, port, user and database of the profile right? "
            "What was sent is noted: run it again",
        )
    return WarehouseError(f"the warehouse refused: {said}")


def _first_line(text: str, *, names: bool) -> str:
    """The reason alone; with its names where they are those of tables, columns and servers."""
    found = _SAID.search(text)
    said = found[1] if found else text.partition("\n")[0]
    return said if names else _NUMBER.sub("***", _QUOTED.sub("***", said))
