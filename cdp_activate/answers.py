"""What the answers of platforms mean: the errors they stand for, and how long to wait.

The body of an answer is never repeated: platforms like to quote the address they dislike.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from cdp_activate.errors import AuthError, DestinationError, RefusedError, UnavailableError
from cdp_activate.http import PooledTransport, Request, Response, Transport

LONGEST_WAIT = 3600.0
"""Seconds: no `Retry-After` holds a sync longer than this before it is tried again."""

LONGEST_PAUSE = 60.0
"""Seconds that a reading waits at most before it asks again."""

_TOO_OFTEN = frozenset({429, 503})
_SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")
_REFUSED = frozenset({400, 413, 422})
_UNAUTHORISED = frozenset({401, 403})
_GONE = frozenset({404, 410})
_BUSY = frozenset({408, 425, 429})


def raise_for_status(response: Response, *, who: str) -> None:
    """Raise the error that a status stands for; return on 2xx.

    `who` names the destination in the message. The answer's body is never
    repeated: platforms like to quote the address they dislike.
    """
    status = response.status
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    said = f"{who} answered {status}{_phrase(status)}"
    if status in _UNAUTHORISED:
        raise AuthError(
            f"{said}: it does not accept our credentials",
            remedy="Check the key or secret in syncs/destinations.yml and what it may do.",
        )
    if status in _GONE:
        raise DestinationError(
            f"{said}: what we call is not there",
            remedy="Check the address in its settings, and that the list still exists.",
            in_doubt=False,
        )
    if status in _BUSY or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        # A platform that is busy says so before it looks at the rows; one that broke may not.
        broke = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT
        raise UnavailableError(said, after=retry_after(response), in_doubt=broke)
    if status in _REFUSED:
        raise RefusedError(f"{said}: it refused the content of the batch")
    if status < HTTPStatus.BAD_REQUEST:
        raise DestinationError(
            f"{said}: it sends us to another address",
            remedy="Put the final address in its settings; redirects are not followed.",
            in_doubt=False,
        )
    raise DestinationError(
        said, remedy="See the platform's documentation for this status.", in_doubt=False
    )


def _phrase(status: int) -> str:
    try:
        return f" ({HTTPStatus(status).phrase})"
    except ValueError:
        return ""


def read_json(response: Response, *, who: str) -> Any:
    """The answer's body as JSON.

    Raises `UnavailableError` when it is none: silence is not success, and what
    cannot be read may have named rows that were refused.
    """
    try:
        return response.json()
    except (ValueError, RecursionError):
        raise UnavailableError(f"{who} sent an answer that is not JSON", in_doubt=True) from None


def retry_after(response: Response) -> float | None:
    """Seconds the platform asks us to wait, or None when it does not say.

    Both forms of RFC 9110, section 10.2.3: seconds, or an HTTP date. A date is
    measured against the answer's own `Date`, so a wrong clock here does no
    harm. Capped at `LONGEST_WAIT`; nonsense counts as not saying.
    """
    value = response.headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        return min(float(value), LONGEST_WAIT)
    until = _http_date(value)
    if until is None:
        return None
    return min(max((until - answered_at(response)).total_seconds(), 0.0), LONGEST_WAIT)


def answered_at(response: Response) -> datetime:
    """When the answer was made, by the platform's own clock where it says that."""
    return _http_date(response.headers.get("date", "")) or datetime.now(UTC)


def _http_date(value: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    # "-0000" is parsed without a zone; HTTP dates are always UTC.
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


class PatientTransport(Transport):
    """Waits and asks again where the far side says that it is asked too often.

    For reading what takes many calls, such as the members of a list: what is sent is retried
    by the engine alone. Its owner closes `inner`.
    """

    def __init__(
        self,
        inner: Transport,
        *,
        attempts: int = 8,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.inner, self.attempts, self.sleep = inner, attempts, sleep

    def send(self, request: Request) -> Response:
        """The first answer that is no call for patience, or the last one."""
        for attempt in range(1, self.attempts):
            response = self.inner.send(request)
            if response.status not in _TOO_OFTEN:
                return response
            pause = retry_after(response) or min(2.0**attempt, LONGEST_PAUSE)
            if pause > LONGEST_PAUSE:
                return response
            self.sleep(pause)
        return self.inner.send(request)


@contextmanager
def for_reading(transport: Transport | None) -> Iterator[Transport]:
    """A patient way to read a platform: over `transport`, else over one connection of its own."""
    own = None if transport is not None else PooledTransport(connections=1, timeout=120.0)
    try:
        yield PatientTransport(transport if transport is not None else own)  # type: ignore[arg-type]
    finally:
        if own is not None:
            own.close()
