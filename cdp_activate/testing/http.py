"""What every destination does that speaks HTTP: above all, when a call goes wrong."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

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
    STATUSES,
    STRANGE_BODIES,
    TEXTS,
    Connect,
    EndsInTime,
    Platform,
    as_sent,
    bare,
    deliver,
    deliver_all,
    missing,
    person,
    require,
)

Answer = Callable[[Request], Response]
Faulty = Callable[[Answer], CdpError | None]
Place = tuple[str, str, int]


class HttpDestinationContract(EndsInTime):
    """Fixtures wanted: `connect`, which makes the destination on a given transport, and `platform`.

    `statuses` says what each status stands for at this platform.
    """

    list_name = "Left-handed"
    statuses: Mapping[int, type[DestinationError]] = STATUSES
    failures = (401, 429, 500)
    """The statuses that each single call is answered with in turn."""

    def test_statuses_are_the_right_errors(self, connect: Connect) -> None:
        """Each status stops, repeats or splits as it should."""
        for status, expected in self.statuses.items():
            error = self._error(connect, _answering(status))
            require(_family(error) is expected, f"{status} is raised as {type(error).__name__}")

    def test_check_knows_a_wrong_key(self, connect: Connect) -> None:
        """Before a sync starts, credentials that are not accepted are said to be so."""
        destination = connect(FunctionTransport(lambda _: Response(401)))
        require(_family(_raised(destination.check)) is AuthError, "check() passed with a wrong key")

    def test_retry_after_is_passed_on(self, connect: Connect) -> None:
        """The wait that a platform asks for reaches the engine."""
        error = self._error(connect, lambda _: Response(429, {"Retry-After": "7"}))
        require(getattr(error, "after", None) == 7.0, "Retry-After was lost")

    def test_lost_connections_are_tried_again(self, connect: Connect) -> None:
        """What the transport raises is not swallowed."""

        def answer(request: Request) -> Response:
            raise RetryError(f"{request.host} did not answer in time", in_doubt=True)

        require(isinstance(self._error(connect, answer), RetryError), "a timeout was swallowed")

    def test_any_single_call_may_fail(self, connect: Connect, platform: Platform) -> None:
        """Whichever call of whichever verb is refused or lost, it is the error it stands for."""
        for faulty, verb in self._calls(connect, platform):
            for status in self.failures:
                error = faulty(_answering(status))
                said = f"a {status} to a call of {verb} is {type(error).__name__}"
                require(_family(error) is self.statuses[status], said)
            error = faulty(_lost)
            require(isinstance(error, RetryError), f"a lost call of {verb} was swallowed")

    def test_unreadable_answers_are_no_success(self, connect: Connect) -> None:
        """JSON that breaks off is an error of ours, never acceptance or a crash."""
        half = Response(200, {"content-type": "application/json"}, b'{"rejected": {"c-')
        error = self._error(connect, lambda _: half)
        require(error is not None, "an unreadable answer was taken for success")

    def test_strange_answers_do_not_crash(self, connect: Connect, platform: Platform) -> None:
        """A platform that changed its answers is an error of ours in words, if anything."""
        for faulty, _ in self._calls(connect, platform):
            for body in STRANGE_BODIES:
                faulty(_answering(200, body))

    def test_a_list_that_is_gone_takes_nobody(self, connect: Connect, platform: Platform) -> None:
        """Where all is answered with 404 once the list was opened, no row is accepted."""
        answer = getattr(platform, "answer", None) or missing("answer(request)")
        gone = [answer]
        destination = connect(FunctionTransport(lambda request: gone[-1](request)))
        if "upsert" not in destination.verbs:
            return
        row = as_sent(destination, person(next(_NUMBERS)))
        list_id = destination.open(self.list_name)
        gone.append(_answering(404))
        try:
            receipt = deliver(destination, "upsert", list_id, [row])
        except CdpError:
            return
        require(bool(receipt.rejected or receipt.unnamed), "404 was taken for success")

    def test_an_unknown_state_of_a_job_is_no_success(
        self, connect: Connect, platform: Platform
    ) -> None:
        """Where a job's answers say in words how it stands: a word nobody knows is not `done`."""
        answer = getattr(platform, "answer", None) or missing("answer(request)")
        answers: list[Any] = []
        changed = [answer]
        destination = connect(FunctionTransport(lambda request: changed[-1](request)))
        if "upsert" not in destination.verbs:
            return
        row = as_sent(destination, person(next(_NUMBERS)))
        receipt = destination.upsert(destination.open(self.list_name), [row])
        if receipt.job is None:
            return

        def noted(request: Request) -> Response:
            response: Response = answer(request)
            answers.append(_parsed(response))
            return response

        changed.append(noted)
        while destination.settle(receipt.job) is None:
            pass
        words = _states(answers[0], answers[-1])
        if len(answers) < 2 or not words:
            missing("job that is under way when it is first asked after, and says so in a word")

        def strange(request: Request) -> Response:
            body = _replaced(_parsed(answer(request)), words)
            return Response(200, _JSON, json.dumps(body).encode())

        other = connect(FunctionTransport(strange))
        try:
            settled = other.settle(receipt.job)
        except CdpError:
            return
        require(settled is None, "a job in an unknown state was taken for done")

    def test_nothing_personal_is_in_errors(self, connect: Connect, platform: Platform) -> None:
        """A platform that quotes everything back does not make us quote it too."""
        for status in self.statuses:
            errors = [self._error(connect, partial(_echo, status))]
            if status in (_QUOTING, *self.failures):
                calls = self._calls(connect, platform)
                errors += [faulty(partial(_echo, status)) for faulty, _ in calls]
            shown = " ".join(f"{error} {error!r}" for error in errors)
            require(not _PERSONAL.search(shown), f"{status} quotes the person")
            secrets = _secrets(connect(FunctionTransport(_answering(status))))
            require(not any(one in shown for one in secrets), f"{status} shows a secret")

    def test_no_call_is_larger_than_it_may_be(self, connect: Connect, platform: Platform) -> None:
        """Where bytes are limited, a batch above the limit is refused before it is sent."""
        answer = getattr(platform, "answer", None) or missing("answer(request)")
        sizes: list[int] = []

        def measured(request: Request) -> Response:
            sizes.append(len(request.body))
            response: Response = answer(request)
            return response

        destination = connect(FunctionTransport(measured))
        if destination.batch_bytes is None:
            return
        rows = [as_sent(destination, person(n, story="ả" * 300)) for n in range(12)]
        list_id = destination.open(self.list_name)
        deliver(destination, "upsert", list_id, rows[:4])
        destination.batch_bytes, sizes[:] = max(sizes), []
        receipt = deliver_all(destination, list_id, rows)
        require(max(sizes) <= destination.batch_bytes, "a call was larger than batch_bytes")
        require(not receipt.rejected and not receipt.unnamed, "rows that fit were refused")
        require(len(platform.members(self.list_name)) == len(rows), "rows were lost")

    def _error(self, connect: Connect, answer: Answer) -> CdpError | None:
        """What is raised by opening a list and sending one person; None for nothing."""
        destination = connect(FunctionTransport(answer))
        row = as_sent(destination, person(7, **TEXTS))
        return _raised(lambda: destination.upsert(destination.open(self.list_name), [row]))

    def _calls(self, connect: Connect, platform: Platform) -> Iterator[tuple[Faulty, str]]:
        """For each call of each verb: what is raised when a given function answers it."""
        answer = getattr(platform, "answer", None) or missing("answer(request)")
        for verb in _verbs(connect(FunctionTransport(answer))):
            self._act(connect, answer, verb)  # what is made once alone, such as a custom field
            turns = _Turns(answer)
            self._act(connect, turns, verb)
            for place in turns.places:
                yield partial(self._faulty, connect, answer, verb, place), verb

    def _faulty(
        self, connect: Connect, answer: Answer, verb: str, place: Place, fault: Answer
    ) -> CdpError | None:
        """What a verb raises when `fault` answers its call at that place."""
        turns = _Turns(answer, fault, place)
        error = _raised(lambda: self._act(connect, turns, verb))
        require(place in turns.places, f"{verb} makes now these calls and now others")
        return error

    def _act(self, connect: Connect, answer: Answer, verb: str) -> None:
        """One verb for someone new on a new list, as a sync would come to it."""
        destination = connect(FunctionTransport(answer))
        if verb == "check":
            return destination.check()
        number = next(_NUMBERS)
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


class _Turns:
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


_NUMBERS = count(1000)
_QUOTING = 400
"""The status with which platforms like best to quote what they dislike."""
_PERSONAL = re.compile(
    "|".join(
        [
            r"person\.\d+",
            r"Person \d+",
            "[0-9a-f]{64}",
            *map(re.escape, filter(None, TEXTS.values())),
        ]
    )
)
"""What a row of the contract holds: an address, its digest, a name, awkward text."""
_LONG = 8
_JSON = {"content-type": "application/json"}


def _verbs(destination: Destination[Any]) -> list[str]:
    return ["check", "open", "size", "members", *sorted(destination.verbs)]


def _raised(act: Callable[[], object]) -> CdpError | None:
    try:
        act()
    except CdpError as error:
        return error
    return None


def _answering(status: int, body: bytes = b"") -> Answer:
    return lambda request: Response(status, _JSON, body)


def _lost(request: Request) -> Response:
    raise RetryError(f"{request.host} closed the connection", in_doubt=True)


def _echo(status: int, request: Request) -> Response:
    said = f"{request.body.decode(errors='replace')} {request.url}"
    body = json.dumps({"error": said, "detail": said, "message": said}, ensure_ascii=False)
    return Response(status, _JSON, body.encode())


def _secrets(destination: Destination[Any]) -> list[str]:
    """The secrets among its settings; those of a few characters stand in any text."""
    values = [value for _, value in destination.settings]
    within = [one for value in values if isinstance(value, dict) for one in value.values()]
    texts = [one.get_secret_value() for one in values + within if isinstance(one, SecretStr)]
    return [text for text in texts if len(text) >= _LONG]


def _parsed(response: Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _states(working: Any, done: Any) -> set[str]:
    """The words of an answer about a job under way that are others when it is done."""
    if isinstance(working, dict) and isinstance(done, dict):
        pairs = [(working[name], done[name]) for name in working.keys() & done.keys()]
    elif isinstance(working, list) and isinstance(done, list):
        pairs = list(zip(working, done, strict=False))
    else:
        differ = isinstance(working, str) and isinstance(done, str) and working != done
        return {done} if differ else set()
    return set().union(*(_states(*pair) for pair in pairs))


def _replaced(answer: Any, words: set[str]) -> Any:
    if isinstance(answer, dict):
        return {name: _replaced(value, words) for name, value in answer.items()}
    if isinstance(answer, list):
        return [_replaced(value, words) for value in answer]
    return "a state nobody knows" if isinstance(answer, str) and answer in words else answer


def _family(error: CdpError | None) -> type[CdpError] | None:
    for kind in (AuthError, RetryError, RefusedError, DestinationError):
        if isinstance(error, kind):
            return kind
    return None
