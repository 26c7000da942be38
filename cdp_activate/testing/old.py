"""The tests that every destination passes, ours and others'. Needs pytest.

Subclass in your own test file and give the fixtures the class asks for:

    class TestPostbox(DestinationContract):
        @pytest.fixture
        def platform(self): ...          # a `Platform`: what the far side holds
        @pytest.fixture
        def destination(self, platform): ...

An HTTP destination subclasses `HttpDestinationContract` too. What fails says
so in a sentence; docs/destinations.md shows a complete example.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal, Protocol

from cdp_activate.destinations.base import Destination, Receipt, Row
from cdp_activate.errors import (
    AuthError,
    CdpError,
    DestinationError,
    RefusedError,
    RetryError,
)
from cdp_activate.http import FunctionTransport, Request, Response, Transport

LONGEST_JOB = 30.0
"""Seconds that `deliver` waits for a job to settle."""

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

TEXTS = {
    "vietnamese": "Nguyễn Thị Ánh Tuyết, Đà Nẵng",
    "emoji": "✍️ left 👩🏽‍🎨",
    "quotes": "say \"nib\", 'ink'; or \\ both",
    "lines": "first line\nsecond\tline",
    "formula": "=1+1",
    "empty": "",
}
"""Awkward text by the hazard it stands for; all of it in Unicode form NFC."""

Connect = Callable[[Transport], Destination[Any]]


class Platform(Protocol):
    """What a test must be able to see of the far side."""

    def members(self, list_name: str) -> Mapping[str, Mapping[str, Any]]:
        """Key -> {"identifiers": {...}, "fields": {...}} of those on the list."""
        ...

    def calls(self) -> int:
        """How many calls (or files) have reached the platform so far."""
        ...


def person(number: int, **fields: Any) -> Row:
    """A row of someone who does not exist."""
    return Row(
        key=f"c-{number:05}",
        identifiers={"email": f"person.{number}@example.com"},
        fields={"first_name": f"Person {number}", **fields},
    )


def deliver(
    destination: Destination[Any],
    verb: Literal["upsert", "remove"],
    list_id: str,
    rows: Sequence[Row],
) -> Receipt:
    """One batch to its end: the call, and the job it may leave behind."""
    send = destination.upsert if verb == "upsert" else destination.remove
    receipt = send(list_id, rows)
    deadline = time.monotonic() + LONGEST_JOB
    while receipt.job is not None:
        settled = destination.settle(receipt.job)
        if settled is not None:
            rejected = {**receipt.rejected, **settled.rejected}
            receipt = Receipt(rejected, receipt.unnamed + settled.unnamed)
        _require(time.monotonic() < deadline, f"the job was not settled in {LONGEST_JOB} s")
    return receipt


class DestinationContract:
    """Fixtures wanted: `destination`, and `platform` (see `Platform`)."""

    list_name = "Left-handed · khách hàng VIP"

    def test_check_changes_nothing(self, destination: Destination[Any], platform: Platform) -> None:
        """`check` passes on a platform in order, and adds nobody."""
        destination.check()
        _require(not platform.members(self.list_name), "check() put someone on the list")

    def test_opening_twice_gives_one_list(
        self, destination: Destination[Any], platform: Platform
    ) -> None:
        """The second opening finds what the first one made."""
        first, second = destination.open(self.list_name), destination.open(self.list_name)
        _require(first == second, "open() twice gave two ids")
        deliver(destination, "upsert", first, [person(1)])
        deliver(destination, "upsert", second, [person(2)])
        self._holds(platform, [1, 2])

    def test_two_names_are_two_lists(
        self, destination: Destination[Any], platform: Platform
    ) -> None:
        """Names that look alike are not the same list."""
        names = [self.list_name, self.list_name.upper(), self.list_name.replace(" ", "-")]
        ids = [destination.open(name) for name in names]
        _require(len(set(ids)) == len(names), "two list names share an id")
        for number, list_id in enumerate(ids):
            deliver(destination, "upsert", list_id, [person(number)])
        for number, name in enumerate(names):
            _require(set(platform.members(name)) == {person(number).key}, "two lists are mixed")

    def test_adding_twice_equals_adding_once(
        self, destination: Destination[Any], platform: Platform
    ) -> None:
        """A batch repeated leaves the same list, with the fields sent last."""
        list_id = destination.open(self.list_name)
        deliver(destination, "upsert", list_id, [person(1, plan="basic"), person(2)])
        deliver(destination, "upsert", list_id, [person(1, plan="basic"), person(2)])
        deliver(destination, "upsert", list_id, [person(1, plan="gold")])
        self._holds(platform, [1, 2])
        fields = platform.members(self.list_name)[person(1).key]["fields"]
        _require(fields.get("plan") == "gold", "the second upsert did not update the field")

    def test_removing_twice_equals_removing_once(
        self, destination: Destination[Any], platform: Platform
    ) -> None:
        """A removal repeated, or of someone who was never there, is no refusal."""
        list_id = destination.open(self.list_name)
        deliver(destination, "upsert", list_id, [person(1), person(2)])
        for _ in range(2):
            receipt = deliver(destination, "remove", list_id, [_bare(person(1)), _bare(person(9))])
            _require(not receipt.rejected and not receipt.unnamed, "a repeated removal was refused")
            self._holds(platform, [2])

    def test_someone_may_come_back(self, destination: Destination[Any], platform: Platform) -> None:
        """Added, removed and added again with the same content: on the list."""
        list_id = destination.open(self.list_name)
        deliver(destination, "upsert", list_id, [person(1)])
        deliver(destination, "remove", list_id, [_bare(person(1))])
        self._holds(platform, [])
        deliver(destination, "upsert", list_id, [person(1)])
        self._holds(platform, [1])

    def test_every_row_is_accounted_for(
        self, destination: Destination[Any], platform: Platform
    ) -> None:
        """A full batch: accepted, rejected and unnamed add up, and the list agrees."""
        rows = [person(number) for number in range(min(destination.batch_size, 1000))]
        receipt = deliver(destination, "upsert", destination.open(self.list_name), rows)
        _require(receipt.rejected.keys() <= {row.key for row in rows}, "a strange key is rejected")
        accepted = len(rows) - len(receipt.rejected) - receipt.unnamed
        members = platform.members(self.list_name)
        _require(accepted == len(members), "the receipt and the platform do not agree")
        _require(members.keys().isdisjoint(receipt.rejected), "a rejected row is on the list")

    def test_no_rows_make_no_call(self, destination: Destination[Any], platform: Platform) -> None:
        """An empty batch reaches nobody."""
        list_id = destination.open(self.list_name)
        before = platform.calls()
        receipts = [destination.upsert(list_id, []), destination.remove(list_id, [])]
        if "send" in destination.verbs:
            receipts.append(destination.send(list_id, []))
        if "erase" in destination.verbs:
            receipts.append(destination.erase([]))
        _require(platform.calls() == before, "an empty batch made a call")
        _require(all(one == Receipt() for one in receipts), "an empty batch has something to say")

    def test_text_survives(self, destination: Destination[Any], platform: Platform) -> None:
        """Text comes out as it went in, whatever its script."""
        row = person(1, **TEXTS)
        deliver(destination, "upsert", destination.open(self.list_name), [row])
        member = platform.members(self.list_name)[row.key]
        for hazard, text in TEXTS.items():
            found = member["fields"].get(hazard) or ""
            _require(found == text, f"text was changed on the way: {hazard}")
        _require(dict(member["identifiers"]) == dict(row.identifiers), "identifiers were changed")

    def test_batches_may_run_side_by_side(
        self, destination: Destination[Any], platform: Platform
    ) -> None:
        """As many threads as `concurrency` allows, and nobody is lost."""
        list_id = destination.open(self.list_name)
        batches = [[person(10 * part + one) for one in range(10)] for part in range(12)]
        with ThreadPoolExecutor(destination.concurrency) as threads:
            receipts = list(threads.map(lambda rows: destination.upsert(list_id, rows), batches))
        for job in {receipt.job for receipt in receipts if receipt.job is not None}:
            _require(destination.settle(job) is not None, "a finished job was not settled")
        self._holds(platform, range(120))

    def test_erasing_forgets_the_person_everywhere(
        self, destination: Destination[Any], platform: Platform
    ) -> None:
        """Where the destination offers `erase`, no list still holds the person."""
        if "erase" not in destination.verbs:
            return
        names = [self.list_name, "another list"]
        for name in names:
            deliver(destination, "upsert", destination.open(name), [person(1), person(2)])
        destination.erase([_bare(person(1))])
        for name in names:
            _require(set(platform.members(name)) == {person(2).key}, "someone was not erased")

    def test_size_is_what_the_platform_holds(
        self, destination: Destination[Any], platform: Platform
    ) -> None:
        """Where the platform tells a list's size, it is the size of the list."""
        list_id = destination.open(self.list_name)
        deliver(destination, "upsert", list_id, [person(1), person(2)])
        size = destination.size(list_id)
        _require(size in {None, len(platform.members(self.list_name))}, "size() is wrong")

    def _holds(self, platform: Platform, numbers: Sequence[int]) -> None:
        expected = {person(number).key for number in numbers}
        found = set(platform.members(self.list_name))
        _require(found == expected, f"the list holds {len(found)} people, not {len(expected)}")


class HttpDestinationContract:
    """Fixture wanted: `connect`, which makes the destination on a given transport."""

    list_name = "Left-handed"
    statuses = STATUSES
    """Override where the platform's documentation says otherwise of a status."""

    def test_statuses_are_the_right_errors(self, connect: Connect) -> None:
        """Each status stops, repeats or splits as it should."""
        for status, expected in self.statuses.items():
            error = self._error(connect, lambda _, status=status: Response(status))
            _require(_family(error) is expected, f"{status} is raised as {type(error).__name__}")

    def test_retry_after_is_passed_on(self, connect: Connect) -> None:
        """The wait that a platform asks for reaches the engine."""
        error = self._error(connect, lambda _: Response(429, {"Retry-After": "7"}))
        _require(getattr(error, "after", None) == 7.0, "Retry-After was lost")

    def test_lost_connections_are_tried_again(self, connect: Connect) -> None:
        """What the transport raises is not swallowed."""

        def answer(request: Request) -> Response:
            raise RetryError(f"{request.host} did not answer in time")

        _require(isinstance(self._error(connect, answer), RetryError), "a timeout was swallowed")

    def test_unreadable_answers_are_no_success(self, connect: Connect) -> None:
        """JSON that breaks off is an error of ours, never acceptance or a crash."""
        half = Response(200, {"content-type": "application/json"}, b'{"rejected": {"c-')
        error = self._error(connect, lambda _: half)
        _require(error is not None, "an unreadable answer was taken for success")

    def test_nothing_personal_is_in_errors(self, connect: Connect) -> None:
        """A platform that quotes everything back does not make us quote it too."""
        row = person(7, **TEXTS)
        secrets = [*row.identifiers.values(), *(text for text in row.fields.values() if text)]
        for status in STATUSES:
            error = self._error(connect, lambda request, status=status: _echo(request, status))
            shown = f"{error} {error!r}"
            _require(not any(text in shown for text in secrets), f"{status} quotes the person")

    def _error(self, connect: Connect, answer: Callable[..., Response]) -> CdpError | None:
        """What is raised by opening a list and sending one person; None for nothing."""
        destination = connect(FunctionTransport(answer))
        try:
            list_id = destination.open(self.list_name)
            destination.upsert(list_id, [person(7, **TEXTS)])
        except CdpError as error:
            return error
        return None


def _echo(request: Request, status: int) -> Response:
    body = json.dumps({"error": request.body.decode()}, ensure_ascii=False).encode()
    return Response(status, {"content-type": "application/json"}, body)


def _family(error: CdpError | None) -> type[CdpError] | None:
    for kind in (AuthError, RetryError, RefusedError, DestinationError):
        if isinstance(error, kind):
            return kind
    return None


def _bare(row: Row) -> Row:
    return Row(row.key, row.identifiers)


def _require(condition: bool, otherwise: str) -> None:
    """Fail with a sentence: pytest rewrites no `assert` of an installed package."""
    if not condition:
        raise AssertionError(otherwise)
