"""What PostgreSQL refuses, in words: by its codes, without a value of a row.

https://www.postgresql.org/docs/current/errcodes-appendix.html

The server says the reason apart from the row, the statement and the place in it; what it says
may be in any language, so nothing is made of its words but to show them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from cdp_activate.errors import LockedError, NotBuiltError, UnreachableError, WarehouseError

_NAMES = ("42P01", "42703", "3F000", "42883")
_GONE = ("08", "57P", "25P03")
_FULL = ("53", "58")
_MEANWHILE = ("23505", "40", "55006")

_OF_NAMES = ("42", "3F", "08", "28", "3D", "57P", "25P03", *_FULL)
"""Codes whose reasons name tables, columns and files, and never a value."""

_OF_VALUES = ("0A", "21", "22", "23", "25", "54", "55", "57")
"""Codes of the server's own whose reasons may quote a value, in the quotes of its language."""

_QUOTED = re.compile("[\"'«»„“”‚‘’‹›「」『』《》].*", re.DOTALL)
_NUMBER = re.compile(r"\d{4,}")

_LIMITS = {
    "57014": (WarehouseError, "statement_timeout"),
    "55P03": (LockedError, "lock_timeout"),
}
"""Codes, what they are to us, and the setting that is most often behind them."""


@contextmanager
def explained() -> Iterator[None]:
    """Raises WarehouseError, or one below it, in the place of what the driver raises."""
    from adbc_driver_manager import Error
    from pyarrow import ArrowException

    try:
        yield
    except Error as error:
        raise _in_words(str(error.sqlstate or ""), _reason(error), str(error)) from None
    except (ArrowException, OSError):
        # An answer that broke off, or is none.
        raise _lost("the connection was lost") from None


def _reason(error: object) -> str:
    """The server's reason alone; empty where it is not the server that says something."""
    details = dict(getattr(error, "details", None) or ())
    return bytes(details.get(b"PG_DIAG_MESSAGE_PRIMARY", b"")).decode("utf-8", "replace")


def _in_words(code: str, reason: str, text: str) -> WarehouseError:
    if not reason and not code:
        # Before there is a session nothing is known but a line of text.
        _, connects, why = text.partition("Failed to connect: ")
        return _lost(why.partition("\n")[0] if connects else "the connection was lost")
    said = _shown(code, reason)
    if code.startswith(_NAMES):
        return NotBuiltError(
            f"the warehouse lacks a table or column: {said}",
            remedy="run `cdp-activate build` so that dbt builds what the audiences read",
        )
    if code == "42501":
        return WarehouseError(
            f"the warehouse does not let this role do that: {said}",
            remedy="`cdp-activate doctor` says which grant it lacks; all that it needs is in "
            "docs/syncs.md, 'PostgreSQL'",
        )
    if code == "25006":
        return WarehouseError(
            f"the warehouse can only be read: {said}",
            remedy="syncs and plans keep tables in it: is this a standby, or has the role "
            "`default_transaction_read_only`?",
        )
    if code in _LIMITS:
        kind, setting = _LIMITS[code]
        return kind(
            f"the warehouse broke it off: {said}",
            remedy=f"is the role's `{setting}` too short for it? Give it a longer one, "
            "and run it again",
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
    if code.startswith((*_GONE, "28", "3D")):
        return _lost(said)
    return WarehouseError(f"the warehouse refused: {said}")


def _lost(why: str) -> UnreachableError:
    return UnreachableError(
        f"PostgreSQL cannot be reached: {why}",
        remedy="is it up, and are host, port, user and database of the profile right? "
        "What was sent is noted: run it again",
    )


def _shown(code: str, reason: str) -> str:
    """What may be shown of a reason: names of tables, columns and roles, never a value."""
    if code.startswith(_OF_NAMES):
        return reason
    if code.startswith(_OF_VALUES):
        return _NUMBER.sub("***", _QUOTED.sub("***", reason))
    # What functions and extensions raise may say anything.
    return f"its log has the reason (SQLSTATE {code})"
