"""How fast a platform is called: as fast as it says that it may be.

Platforms say in headers how many calls are left, and until when. Whoever has none left waits
for that instant, so no call is made that is known to be refused. What a platform counts apart,
by endpoint, is counted apart here. Where it says nothing, nothing waits.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cdp_activate.answers import answered_at, retry_after
from cdp_activate.http import Request, Response, Transport

TOO_MANY = 429

_NUMBER = re.compile(r"[0-9]{1,18}(\.[0-9]{1,18})?")
_ITEM = re.compile(
    r'(?:^|,)\s*("[^"]*"|[a-z*][a-z0-9_.*-]*)\s*((?:;\s*[a-z]+\s*=\s*[^;,]+)+)', re.I
)
_PARAMETER = re.compile(r"\b(r|t|remaining|reset)\s*=\s*([0-9]{1,18})\b", re.I)
_AN_INSTANT = 1e9
"""Seconds: what resets later than in thirty years is an instant, not a span."""


@dataclass(frozen=True, slots=True)
class RateHeaders:
    """The names of the headers in which a platform says what is left of one of its limits.

    `reset` is when the limit begins anew, or the length of its window: in seconds, of which
    `per_second` make one, from now on, or since 1970.
    """

    remaining: str
    reset: str
    per_second: float = 1.0


COMMON = (
    # The first drafts of "RateLimit header fields for HTTP":
    # https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/06/
    RateHeaders("ratelimit-remaining", "ratelimit-reset"),
    RateHeaders("x-ratelimit-remaining", "x-ratelimit-reset"),
    RateHeaders("x-rate-limit-remaining", "x-rate-limit-reset"),
)
"""What is understood of every platform, beside the field `RateLimit` of the later drafts."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Calls that a platform counts apart from its others.

    `path` is a regular expression that the whole path of the address matches. `method` is
    empty for any. `per_second`: so many calls a second, at most; None: as its answers say.
    """

    name: str
    path: str
    method: str = ""
    per_second: float | None = None

    def hold(self, request: Request) -> bool:
        """Whether a call is one of these."""
        path = request.path
        return self.method in ("", request.method) and re.fullmatch(self.path, path) is not None


@dataclass(frozen=True, slots=True)
class RemainingCalls:
    """What a platform says is left of the limit `name`, for so many `seconds`."""

    name: str
    calls: int
    seconds: float


def left(response: Response, forms: Iterable[RateHeaders] = COMMON) -> Iterator[RemainingCalls]:
    """What an answer says of each limit; nonsense says nothing."""
    headers = response.headers
    for form in forms:
        calls, reset = headers.get(form.remaining, ""), headers.get(form.reset, "")
        if _NUMBER.fullmatch(calls.strip()) and _NUMBER.fullmatch(reset.strip()):
            seconds = float(reset) / form.per_second
            if seconds > _AN_INSTANT:
                seconds = max(seconds - answered_at(response).timestamp(), 0.0)
            yield RemainingCalls(form.remaining, int(float(calls)), seconds)
    yield from _structured(headers.get("ratelimit", ""))
    asked = retry_after(response)
    if response.status == TOO_MANY and asked is not None:
        yield RemainingCalls("retry-after", 0, asked)


def _structured(field: str) -> Iterator[RemainingCalls]:
    """`"hourly";r=50;t=30`, and `limit=100, remaining=50, reset=30` of drafts before it.

    https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
    """
    items = [(found[1], found[2]) for found in _ITEM.finditer(field)] or [("ratelimit", field)]
    for name, text in items:
        said = {key.lower()[0:3]: int(value) for key, value in _PARAMETER.findall(text)}
        calls, seconds = said.get("r", said.get("rem")), said.get("t", said.get("res"))
        if calls is not None and seconds is not None:
            yield RemainingCalls(name, calls, float(seconds))


class Pace:
    """At most so many calls a second, over all threads. None: no limit."""

    def __init__(self, per_second: float | None, sleep: Callable[[float], object]) -> None:
        self.gap = 1.0 / per_second if per_second else 0.0
        self.sleep = sleep
        self.lock = threading.Lock()
        self.free_at = 0.0

    def wait(self) -> None:
        """Return when it is one's turn."""
        if not self.gap:
            return
        with self.lock:
            now = time.monotonic()
            start = max(now, self.free_at)
            self.free_at = start + self.gap
        if start > now:
            self.sleep(start - now)


@dataclass(slots=True)
class _Budget:
    """Calls that may still begin before `until`."""

    calls: int
    until: float


class Pacer:
    """Keeps the calls to one platform within what it says is left. Several threads share it.

    A call that waits does so with `sleep`. A wait of more than `longest` seconds is not
    begun: the platform shall refuse the call, and its words stand in the run. Who delivers
    sets it; until then nothing waits. `now` is a clock that only goes forward, in seconds.
    """

    def __init__(
        self,
        forms: Iterable[RateHeaders] = COMMON,
        endpoints: Iterable[Endpoints] = (),
        *,
        sleep: Callable[[float], object] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.forms = tuple(forms)
        self.endpoints = tuple(endpoints)
        self.sleep = sleep
        self.longest = 0.0
        self._now = now
        self._lock = threading.Lock()
        self._budgets: dict[tuple[str, str], dict[str, _Budget]] = {}
        self._under_way: dict[tuple[str, str], int] = {}
        self._paces = {
            one.name: Pace(one.per_second, lambda seconds: self.sleep(seconds))
            for one in self.endpoints
        }

    def begin(self, request: Request) -> tuple[str, str]:
        """Wait until the call may begin. Returns where it counts, for `end`."""
        name = next((one.name for one in self.endpoints if one.hold(request)), "")
        where = (request.host, name)
        if name and self.longest:
            self._paces[name].wait()
        pause = self._take(where)
        if pause > 0:
            self.sleep(pause)
            self._take(where, at_once=True)
        return where

    def _take(self, where: tuple[str, str], *, at_once: bool = False) -> float:
        """Count a call that begins; else seconds until it may."""
        with self._lock:
            now = self._now()
            running = [one for one in self._budgets.get(where, {}).values() if one.until > now]
            pause = max((one.until - now for one in running if one.calls <= 0), default=0.0)
            if 0 < pause <= self.longest and not at_once:
                return pause
            for one in running:
                one.calls -= 1
            self._under_way[where] = self._under_way.get(where, 0) + 1
            return 0.0

    def end(self, where: tuple[str, str], response: Response | None) -> None:
        """The call has ended; an answer may say what is left."""
        with self._lock:
            self._under_way[where] -= 1
            if response is None:
                return
            budgets, now = self._budgets.setdefault(where, {}), self._now()
            for said in left(response, self.forms):
                known, until = budgets.get(said.name), now + said.seconds
                if known is None or known.until <= now:
                    # Calls under way may not have been counted by the platform yet.
                    budgets[said.name] = _Budget(said.calls - self._under_way[where], until)
                else:
                    # Answers overtake one another: the smaller number is the later.
                    known.calls = min(known.calls, said.calls)
                    known.until = max(known.until, until)


class PacedTransport(Transport):
    """Sends through another transport, no faster than a pacer lets it."""

    def __init__(self, inner: Transport, pacer: Pacer) -> None:
        self.inner = inner
        self.pacer = pacer
        self._mine = threading.local()

    @property
    def taken(self) -> int:
        """Calls of this thread that the platform took, and that may have changed something."""
        return getattr(self._mine, "taken", 0)

    def send(self, request: Request) -> Response:
        """Wait until the platform takes a call, make it, and learn from the answer."""
        where = self.pacer.begin(request)
        response: Response | None = None
        try:
            response = self.inner.send(request)
            if request.method != "GET" and response.status < 300:
                self._mine.taken = self.taken + 1
            return response
        finally:
            self.pacer.end(where, response)

    def close(self) -> None:
        """Close the other transport."""
        self.inner.close()
