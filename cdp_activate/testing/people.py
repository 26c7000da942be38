"""Who is sent in the contract, how, and what must be seen of the far side."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Literal, NoReturn, Protocol

from cdp_activate.destinations.base import Destination
from cdp_activate.destinations.rows import Receipt, Row
from cdp_activate.errors import AuthError, DestinationError, RefusedError, RetryError
from cdp_activate.http import Transport
from cdp_activate.identifiers import rule_set
from cdp_activate.identifiers.python import prepared

LONGEST_JOB = 30.0
"""Seconds that `deliver` waits for a job to settle."""

LONGEST_CASE = 120.0
"""Seconds after which a case is taken for one that never ends."""

STATUSES: Mapping[int, type[DestinationError]] = {
    400: RefusedError,
    401: AuthError,
    403: AuthError,
    404: DestinationError,
    408: RetryError,
    410: DestinationError,
    413: RefusedError,
    422: RefusedError,
    429: RetryError,
    500: RetryError,
    502: RetryError,
    503: RetryError,
    504: RetryError,
}
"""What each status stands for, unless the platform's documentation says otherwise."""

STRANGE_BODIES = (
    b"", b"{}", b"[]", b"null", b'"text"', b"7", b'{"data": 1, "errors": 2}', b"<html>",
)  # fmt: skip
"""Answers of a platform that changed, or of a proxy in front of it."""

TEXTS = {
    "vietnamese": "Nguyễn Thị Ánh Tuyết, Đà Nẵng",
    "emoji": "✍️ left 👩🏽‍🎨",
    "quotes": "say \"nib\", 'ink'; or \\ both",
    "lines": "first line\nsecond\tline",
    "formula": "=1+1",
    "empty": "",
}
"""Awkward text by the hazard it stands for; all of it in Unicode form NFC."""

IDENTIFIERS = {
    "email": "person.77@example.com",
    "phone": "+84901234567",
    "external_id": "c-00077",
    "mobile_ad_id": "aece52e7-03ee-455a-b3c4-e57283966239",
}
"""What someone may be known by alone, of the names that destinations share."""

VALUES: Mapping[str, Any] = {
    "whole": 3,
    "exact": Decimal("129.90"),
    "share": 0.25,
    "no_number": math.nan,
    "yes": True,
    "day": date(2026, 11, 28),
    "instant": datetime(2026, 11, 28, 9, 30, tzinfo=UTC),
    "clock": datetime(2026, 11, 28, 9, 30),
    "never": datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-5))),
    "choices": ["ink", "paper"],
    "parts": {"pens": 2},
    "nothing": None,
}
"""Values of every type that a warehouse may have, by what each is."""

WRITTEN_OTHERWISE = (
    "no_number", "yes", "instant", "clock", "never", "choices", "parts", "nothing",
)  # fmt: skip
"""Of these, values that no platform is sent as Python shows them: instants have a `T` in them."""

Connect = Callable[[Transport], Destination[Any]]


class Platform(Protocol):
    """What a test must be able to see of the far side.

    More cases run where it has more methods: `refuse(key)` makes it refuse that person from
    now on; `answer(request)` is the platform as a function, so that single calls can fail;
    `messages()` are the idempotency keys of what was sent, each as often as it was acted on.
    """

    def members(self, list_name: str) -> Mapping[str, Mapping[str, Any]]:
        """Key -> {"identifiers": {...}, "fields": {...}} of those on the list."""
        ...

    def calls(self) -> int:
        """How many calls (or files) have reached the platform so far."""
        ...


def person(number: int, **fields: Any) -> Row:
    """A row of someone who does not exist, as the warehouse has it."""
    return Row(
        key=f"c-{number:05}",
        identifiers={"email": f"person.{number}@example.com"},
        fields={"first_name": f"Person {number}", **fields},
        idempotency_key=f"message-{number}",
    )


def as_sent(destination: Destination[Any], row: Row) -> Row:
    """The row as the engine hands it over: identifiers by the class's rules, fields if taken."""
    rules = rule_set(destination.rules)
    ready = {name: prepared(rules, name, value) for name, value in row.identifiers.items()}
    identifiers = {name: value for name, value in ready.items() if value is not None}
    fields = row.fields if destination.takes_fields else {}
    return Row(row.key, identifiers, fields, row.idempotency_key)


def bare(row: Row) -> Row:
    """A row to remove or erase."""
    return Row(row.key, row.identifiers)


def deliver(
    destination: Destination[Any],
    verb: Literal["upsert", "remove", "send"],
    list_id: str,
    rows: Sequence[Row],
) -> Receipt:
    """One batch to its end: the call, and the job it may leave behind."""
    return settled(destination, getattr(destination, verb)(list_id, rows))


def settled(destination: Destination[Any], receipt: Receipt) -> Receipt:
    """What became of a batch, once the job that it may have left behind has ended."""
    deadline = time.monotonic() + LONGEST_JOB
    while receipt.job is not None:
        ended = destination.settle(receipt.job)
        if ended is not None:
            rejected = {**receipt.rejected, **ended.rejected}
            receipt = Receipt(rejected, receipt.unnamed + ended.unnamed)
        require(time.monotonic() < deadline, f"the job was not settled in {LONGEST_JOB} s")
    return receipt


def deliver_all(destination: Destination[Any], list_id: str, rows: Sequence[Row]) -> Receipt:
    """Upsert as the engine does: a batch that is refused whole is halved."""
    try:
        return deliver(destination, "upsert", list_id, rows)
    except RefusedError as error:
        if len(rows) == 1:
            return Receipt({rows[0].key: error.message})
    middle = len(rows) // 2
    first, second = (
        deliver_all(destination, list_id, half) for half in (rows[:middle], rows[middle:])
    )
    return Receipt({**first.rejected, **second.rejected}, first.unnamed + second.unnamed)


class TimeLimited:
    """No case waits for ever, such as for the last of pages without an end.

    Where the system has alarms; Windows has none.
    """

    def setup_method(self) -> None:
        """Set the alarm; pytest calls this before each case."""
        self._alarm(LONGEST_CASE, _never_ends)

    def teardown_method(self) -> None:
        """Take it back."""
        self._alarm(0.0, signal.SIG_DFL)

    def _alarm(self, seconds: float, handler: Any) -> None:
        if hasattr(signal, "SIGALRM") and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGALRM, handler)
            signal.setitimer(signal.ITIMER_REAL, seconds)


def _never_ends(number: int, frame: object) -> NoReturn:
    raise AssertionError(
        f"not ended after {LONGEST_CASE:,.0f} s: are there pages without an end, or a wait?"
    )


def require(condition: bool, otherwise: str) -> None:
    """Fail with a sentence: pytest rewrites no `assert` of an installed package."""
    if not condition:
        raise AssertionError(otherwise)


def missing(what: str) -> NoReturn:
    """Skip a case that needs more of the test's platform."""
    import pytest

    pytest.skip(f"the platform of this test has no `{what}`")
