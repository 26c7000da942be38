"""Every single call that a destination makes, so that each can be answered wrongly."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from cdp_activate.destinations.base import Destination
from cdp_activate.errors import (
    AuthError,
    CdpError,
    DestinationError,
    RefusedError,
    RetryError,
)
from cdp_activate.http import FunctionTransport, Request, Response
from cdp_activate.testing.people import (
    TEXTS,
    Connect,
    Platform,
    TimeLimited,
    as_sent,
    bare,
    deliver,
    missing,
    person,
    require,
)
from cdp_activate.testing.secrecy import JSON, require_discreet

Answer = Callable[[Request], Response]
Faulty = Callable[[Answer], CdpError | None]
Place = tuple[str, str, int]

NUMBERS = count(1000)
"""People, each of whom is somebody new."""


class EveryCall(TimeLimited):
    """What goes through the calls of a destination, for the cases of the contract."""

    list_name = "Left-handed"

    def _error(self, connect: Connect, answer: Answer) -> CdpError | None:
        """What is raised by opening a list and sending one person; None for nothing."""
        destination = connect(FunctionTransport(answer))
        row = as_sent(destination, person(7, **TEXTS))
        return raised(
            lambda: destination.upsert(destination.open(self.list_name), [row]),
            destination,
            "the error of opening a list and sending somebody",
        )

    def _calls(self, connect: Connect, platform: Platform) -> Iterator[tuple[Faulty, str]]:
        """For each call of each verb: what is raised when a given function answers it."""
        answer = answer_of(platform)
        for verb in _verbs(connect(FunctionTransport(answer))):
            self._act(connect, answer, verb)  # what is made once alone, such as a custom field
            turns = SwitchedPlatform(answer)
            self._act(connect, turns, verb)
            for place in turns.places:
                yield partial(self._faulty, connect, answer, verb, place), verb

    def _faulty(
        self, connect: Connect, answer: Answer, verb: str, place: Place, fault: Answer
    ) -> CdpError | None:
        """What a verb raises when `fault` answers its call at that place."""
        turns = SwitchedPlatform(answer, fault, place)
        error = raised(
            lambda: self._act(connect, turns, verb),
            connect(FunctionTransport(answer)),
            f"the error of a call of {verb}",
        )
        require(place in turns.places, f"{verb} makes now these calls and now others")
        return error

    def _act(self, connect: Connect, answer: Answer, verb: str) -> None:
        """One verb for someone new on a new list, as a sync would come to it."""
        destination = connect(FunctionTransport(answer))
        if verb == "check":
            return destination.check()
        number = next(NUMBERS)
        row = as_sent(destination, person(number, **TEXTS))
        list_id = destination.open(f"{self.list_name} {number}")
        if verb in ("upsert", "remove", "erase", "members"):
            deliver(destination, "upsert", list_id, [row])
        if verb == "upsert":
            emptied = as_sent(destination, person(number, **dict.fromkeys(TEXTS)))
            deliver(destination, "upsert", list_id, [emptied])
        if verb == "size":
            destination.size(list_id)
        elif verb == "members":
            list(destination.members(list_id) or ())
        elif verb == "erase":
            destination.erase([bare(row)])
        elif verb == "remove":
            deliver(destination, "remove", list_id, [bare(row)])
        elif verb == "send":
            deliver(destination, "send", list_id, [row])
        return None


class SwitchedPlatform:
    """A platform, one of whose calls is answered by another function.

    A call's place is its method, its path without what differs from person to person, and
    how many of that kind came before: lists and their pages grow in number meanwhile.
    """

    def __init__(
        self, answer: Answer, fault: Answer | None = None, place: Place | None = None
    ) -> None:
        self.answer, self.fault, self.place = answer, fault, place
        self.places: list[Place] = []
        self._seen: Counter[tuple[str, str]] = Counter()

    def __call__(self, request: Request) -> Response:
        parts = urlsplit(request.url).path.split("/")
        path = "/".join("#" if re.search(r"[0-9]", part) else part for part in parts)
        kind = (request.method, path)
        place = (*kind, self._seen[kind])
        self._seen[kind] += 1
        self.places.append(place)
        if self.fault is not None and place == self.place:
            return self.fault(request)
        return self.answer(request)


def answering(status: int, body: bytes = b"") -> Answer:
    """Whatever is asked: one answer."""
    return lambda request: Response(status, JSON, body)


def lost(request: Request) -> Response:
    """A connection that broke off: nobody knows what became of the call."""
    raise RetryError(f"{request.host} closed the connection", in_doubt=True)


def answer_of(platform: Platform) -> Answer:
    """The platform as a function; the case is skipped where the test's platform is none."""
    answer: Answer = getattr(platform, "answer", None) or missing("answer(request)")
    return answer


def raised(act: Callable[[], object], destination: Destination[Any], when: str) -> CdpError | None:
    """The error of an act, which tells nothing that it may not, `when` it is raised."""
    try:
        act()
    except CdpError as error:
        require_discreet(error, destination, when)
        return error
    return None


def family(error: CdpError | None) -> type[CdpError] | None:
    """What an error makes the engine do."""
    for kind in (AuthError, RetryError, RefusedError, DestinationError):
        if isinstance(error, kind):
            return kind
    return None


def _verbs(destination: Destination[Any]) -> list[str]:
    return ["check", "open", "size", "members", *sorted(destination.verbs)]
