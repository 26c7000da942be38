"""What every destination does that speaks HTTP: above all, when a call goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from cdp_activate.destinations.rows import Receipt
from cdp_activate.errors import AuthError, CdpError, DestinationError, RetryError
from cdp_activate.http import FunctionTransport, Request, Response
from cdp_activate.testing.calls import (
    NUMBERS,
    Answer,
    Faulty,
    Place,
    SwitchedPlatform,
    answer_of,
    answering,
    family,
    lost,
    raised,
)
from cdp_activate.testing.jobs import JobContract
from cdp_activate.testing.people import (
    STATUSES,
    STRANGE_BODIES,
    Connect,
    Platform,
    as_sent,
    bare,
    deliver,
    deliver_all,
    person,
    require,
    settled,
)
from cdp_activate.testing.secrecy import echo

__all__ = ["Answer", "Faulty", "HttpDestinationContract", "Place"]

_QUOTING = 400
"""The status with which platforms like best to quote what they dislike."""

_SEVERAL = 3
"""People who are taken off a list in one call, where a platform takes more than one."""


class HttpDestinationContract(JobContract):
    """Fixtures wanted: `connect`, which makes the destination on a given transport, and `platform`.

    `statuses` says what each status stands for at this platform.
    """

    statuses: Mapping[int, type[DestinationError]] = STATUSES
    failures = (401, 429, 500)
    """The statuses that each single call is answered with in turn."""

    def test_statuses_are_the_right_errors(self, connect: Connect) -> None:
        """Each status stops, repeats or splits as it should."""
        for status, expected in self.statuses.items():
            error = self._error(connect, answering(status))
            require(family(error) is expected, f"{status} is raised as {type(error).__name__}")

    def test_check_knows_a_wrong_key(self, connect: Connect) -> None:
        """Before a sync starts, credentials that are not accepted are said to be so."""
        destination = connect(FunctionTransport(lambda _: Response(401)))
        error = raised(destination.check, destination, "the error of check()")
        require(family(error) is AuthError, "check() passed with a wrong key")

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
                error = faulty(answering(status))
                said = f"a {status} to a call of {verb} is {type(error).__name__}"
                require(family(error) is self.statuses[status], said)
            error = faulty(lost)
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
                faulty(answering(200, body))

    def test_a_list_that_is_gone_takes_nobody(self, connect: Connect, platform: Platform) -> None:
        """Where all is answered with 404 once the list was opened, no row is accepted."""
        answer = answer_of(platform)
        gone = [answer]
        destination = connect(FunctionTransport(lambda request: gone[-1](request)))
        if "upsert" not in destination.verbs:
            return
        row = as_sent(destination, person(next(NUMBERS)))
        list_id = destination.open(self.list_name)
        gone.append(answering(404))
        try:
            receipt = deliver(destination, "upsert", list_id, [row])
        except CdpError:
            return
        require(bool(receipt.rejected or receipt.unnamed), "404 was taken for success")

    def test_a_removal_that_finds_nothing_there_takes_nobody_off(
        self, connect: Connect, platform: Platform
    ) -> None:
        """404 to the one call that takes several people off a list: it is gone, or another's."""
        answer = answer_of(platform)
        kind = connect(FunctionTransport(answer))
        if "remove" not in kind.verbs or kind.batch_size < _SEVERAL:
            return
        turns = SwitchedPlatform(answer)
        self._remove_several(connect, answer, turns)
        if sum(place[0] == turns.places[-1][0] for place in turns.places) >= _SEVERAL:
            return  # a call for each: who is not there is off the list
        try:
            gone = SwitchedPlatform(answer, answering(404), turns.places[-1])
            receipt = self._remove_several(connect, answer, gone)
        except CdpError:
            return
        require(bool(receipt.rejected or receipt.unnamed), "404 was taken for a removal")

    def test_nothing_personal_is_in_errors(self, connect: Connect, platform: Platform) -> None:
        """A platform that quotes everything back does not make us quote it too."""
        for status in self.statuses:
            self._error(connect, partial(echo, status))
            if status in (_QUOTING, *self.failures):
                for faulty, _ in self._calls(connect, platform):
                    faulty(partial(echo, status))

    def test_no_call_is_larger_than_it_may_be(self, connect: Connect, platform: Platform) -> None:
        """Where bytes are limited, a batch above the limit is refused before it is sent."""
        answer = answer_of(platform)
        sizes: list[int] = []

        def measured(request: Request) -> Response:
            sizes.append(len(request.body))
            return answer(request)

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

    def _remove_several(self, connect: Connect, answer: Answer, turns: SwitchedPlatform) -> Receipt:
        """Take people off a list of theirs: `turns` answers the calls of that alone."""
        turn = [answer]
        destination = connect(FunctionTransport(lambda request: turn[-1](request)))
        rows = [as_sent(destination, person(next(NUMBERS))) for _ in range(_SEVERAL)]
        list_id = destination.open(f"{self.list_name} {next(NUMBERS)}")
        deliver(destination, "upsert", list_id, rows)
        turn.append(turns)
        receipt = destination.remove(list_id, [bare(row) for row in rows])
        turn.append(answer)
        return settled(destination, receipt)
