"""What every destination does whose platform answers later, by a job that is asked after."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from cdp_activate.destinations.base import Destination
from cdp_activate.destinations.rows import Receipt
from cdp_activate.http import FunctionTransport, Request, Response
from cdp_activate.testing.calls import NUMBERS, Answer, EveryCall, answer_of, raised
from cdp_activate.testing.people import Connect, Platform, as_sent, missing, person, require
from cdp_activate.testing.secrecy import JSON


class JobContract(EveryCall):
    """Cases of jobs whose answers say in a word how they stand.

    `failed_states` are words for one that came to nothing; put the platform's own there.
    """

    failed_states: tuple[str, ...] = ("failed", "failure", "error", "cancelled", "canceled")

    def test_an_unknown_state_of_a_job_is_no_success(
        self, connect: Connect, platform: Platform
    ) -> None:
        """Where a job's answers say in words how it stands: a word nobody knows is not `done`."""
        for settled in self._settled(connect, platform, "a state nobody knows"):
            require(settled is None, "a job in an unknown state was taken for done")

    def test_a_failed_job_is_no_success(self, connect: Connect, platform: Platform) -> None:
        """A job that came to nothing is an error, or refuses its rows; it says no secret."""
        for settled in self._settled(connect, platform, *self.failed_states):
            is_refused = settled is None or bool(settled.rejected or settled.unnamed)
            require(is_refused, "a failed job was taken for success")

    def _settled(
        self, connect: Connect, platform: Platform, *words: str
    ) -> Iterator[Receipt | None]:
        """What a job that is done settles to when its state is one of these words instead.

        Nothing for a word at which `settle` raises an error.
        """
        answer = answer_of(platform)
        answers: list[Any] = []
        turns: list[Answer] = [answer]
        destination = connect(FunctionTransport(lambda request: turns[-1](request)))
        if "upsert" not in destination.verbs:
            return
        row = as_sent(destination, person(next(NUMBERS)))
        job = destination.upsert(destination.open(self.list_name), [row]).job
        if job is None:
            return

        def noted(request: Request) -> Response:
            response = answer(request)
            answers.append(_parsed(response))
            return response

        turns.append(noted)
        while destination.settle(job) is None:
            pass
        states = _states(answers[0], answers[-1])
        if len(answers) < 2 or not states:
            missing("job that is under way when it is first asked after, and says so in a word")
        for word in words:
            other = connect(FunctionTransport(_saying(word, states, answer)))
            told: list[Receipt | None] = []
            act = partial(_tell, told, other, job)
            if raised(act, other, f"the error of a job that is '{word}'") is None:
                yield from told


def _tell(told: list[Receipt | None], destination: Destination[Any], job: str) -> None:
    told.append(destination.settle(job))


def _saying(word: str, states: set[str], answer: Answer) -> Answer:
    """The platform, with another word in the place of each of the states."""

    def strange(request: Request) -> Response:
        body = _replaced(_parsed(answer(request)), states, word)
        return Response(200, JSON, json.dumps(body).encode())

    return strange


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


def _replaced(answer: Any, states: set[str], word: str) -> Any:
    if isinstance(answer, dict):
        return {name: _replaced(value, states, word) for name, value in answer.items()}
    if isinstance(answer, list):
        return [_replaced(value, states, word) for value in answer]
    if not isinstance(answer, str) or answer not in states:
        return answer
    # Written as the platform writes its states: in capitals, or with one.
    return word.upper() if answer.isupper() else word.title() if answer.istitle() else word
