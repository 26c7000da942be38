"""The only loop that batches, paces, retries and counts.

A destination takes one batch and says what became of it; everything else about getting
rows there is here, once, for all of them.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from cdp_activate.destinations.base import Destination
from cdp_activate.destinations.rows import Receipt, Row
from cdp_activate.errors import CdpError, DestinationError, RefusedError, RetryError, place_of
from cdp_activate.pacing import Pace
from cdp_activate.settings import secrets_of
from cdp_activate.sync.tables import Verb
from cdp_activate.words import plural

SIGN_OF_LIFE = 30.0
"""Seconds at most between two signs of life while batches are under way."""

WAITING = 8
"""Batches that are ready before a call is free for them."""

NAP = 0.25
"""Seconds that pass at most before a waiting batch notices that the delivery ends."""

SECRET = 6
"""Characters: what is shorter is not looked for in a reason, in which it could stand by chance."""


@dataclass(frozen=True)
class Patience:
    """How long to keep trying. Waits grow from `first` to `longest` seconds, with full jitter.

    `total` is the most seconds spent on one batch, `job` the most spent on waiting for a
    platform that answers later. The platform's own Retry-After wins.
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """

    attempts: int = 6
    first: float = 0.5
    longest: float = 30.0
    total: float = 240.0
    job: float = 3600.0

    def wait_before(self, attempt: int, asked: float | None) -> float:
        """Seconds before `attempt` (the second is 2); who asks for no time does not ask."""
        if asked:
            return asked
        ceiling = min(self.longest, self.first * 2.0 ** (attempt - 2))
        return random.uniform(0, ceiling)  # noqa: S311 (jitter, not a secret)


@dataclass(frozen=True)
class Delivered:
    """What became of a batch: rejected rows by key; `unnamed` more were refused, for `reasons`."""

    rows: Sequence[Row]
    rejected: dict[str, str]
    unnamed: int = 0
    job: str | None = None
    reasons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Hooks:
    """Who is told what is sent, by the thread that sends it.

    `announce` is called with a batch that is about to be sent, `answered` with what became of
    it, before the thread takes the next one, or `untaken` where the platform certainly took none
    of it. `alive` is called every now and then by the thread
    that delivers.
    """

    announce: Callable[[Sequence[Row]], object] = lambda batch: None
    answered: Callable[[Delivered], object] = lambda delivered: None
    untaken: Callable[[Sequence[Row]], object] = lambda batch: None
    alive: Callable[[], object] = lambda: None


class JobUnderWayError(DestinationError):
    """A job at a platform goes on for longer than a run waits."""


class _Ended(Exception):
    """The delivery ends: what waits to be tried again is left for the next run."""


@dataclass
class Courier:
    """Takes rows to one list of one destination.

    `calls` counts every call made, retries included. `stop` ends the delivery after the
    batches under way; the destination's `given_up` ends those, too.
    """

    destination: Destination[Any]
    list_id: str = ""
    patience: Patience = field(default_factory=Patience)
    sleep: Callable[[float], object] = time.sleep
    stop: threading.Event = field(default_factory=threading.Event)
    hooks: Hooks = field(default_factory=Hooks)
    calls: int = 0

    def __post_init__(self) -> None:
        self.pace = Pace(self.destination.requests_per_second, self._rest)
        # What the platform's own headers say holds for every call within a batch, too.
        self.destination.pacer.sleep = self._rest
        self.destination.pacer.longest = self.patience.total
        secrets = {one for one in secrets_of(self.destination.settings) if len(one) >= SECRET}
        self.secrets = sorted(secrets, key=len, reverse=True)
        self.counting = threading.Lock()
        self.halted = threading.Event()

    @property
    def is_over(self) -> bool:
        """Whether no further batch is begun."""
        return self.stop.is_set() or self.halted.is_set()

    def halt(self) -> None:
        """End the delivery after the batches under way."""
        self.halted.set()

    def open(self, name: str) -> None:
        """Find or make the list that everything else is about."""
        try:
            self.list_id = self._call(lambda: self.destination.open(name), counted=False)
        except _Ended:
            return  # told to stop: nothing will be delivered either

    def deliver(self, verb: Verb, batches: Iterable[Sequence[Row]]) -> Iterator[Delivered]:
        """Send batches, some at once; yields each outcome as it arrives.

        The first error ends the delivery, after the outcomes of the batches under way.
        """
        waiting = iter(batches)
        under_way: set[Future[list[Delivered]]] = set()
        most = self.destination.concurrency + WAITING
        failure: Exception | None = None
        with ThreadPoolExecutor(self.destination.concurrency) as pool, self._halting():
            while True:
                room = 0 if self.is_over else most - len(under_way)
                under_way |= {
                    pool.submit(self._begin, verb, batch) for batch in islice(waiting, room)
                }
                if not under_way:
                    break
                self.hooks.alive()
                done, under_way = wait(under_way, timeout=SIGN_OF_LIFE, return_when=FIRST_COMPLETED)
                for future in done:
                    try:
                        outcomes = future.result()
                    except Exception as error:
                        failure = failure or error
                    else:
                        yield from outcomes
        if failure is not None:
            raise failure

    @contextmanager
    def _halting(self) -> Iterator[None]:
        """Where the delivery breaks off, batches that wait to be tried again give up."""
        try:
            yield
        except BaseException:
            self.halt()
            raise

    def settle(self, job: str) -> Receipt | None:
        """Wait for a job that the destination finishes later; None where the delivery ends first.

        Raises JobUnderWayError when it is not finished in time.
        """
        pause, waited = 0.1, 0.0
        while waited <= self.patience.job:
            receipt = self._settled(job)
            if receipt is not None or self.is_over:
                return receipt
            self._rest(pause)
            self.hooks.alive()
            waited, pause = waited + pause, min(pause * 1.5, self.patience.longest)
        raise JobUnderWayError(
            f"{self.destination.name} had not finished a job after {waited:,.0f} s",
            remedy="the next run asks after it again, before anything else",
        )

    def ask(self, act: Callable[[], Any]) -> Any:
        """One call of another kind, made again while the platform says it took nothing."""
        return self._call(act)

    def _settled(self, job: str) -> Receipt | None:
        try:
            return self._call(lambda: self.destination.settle(job))  # type: ignore[no-any-return]
        except _Ended:
            return None

    def _begin(self, verb: Verb, rows: Sequence[Row]) -> list[Delivered]:
        """One batch of those that wait, unless the delivery has ended meanwhile."""
        if self.is_over:
            return []
        try:
            self.hooks.announce(rows)
            return self._send(verb, rows)
        except BaseException:
            self.halt()  # at once: others wait for this very thread
            raise

    def _send(self, verb: Verb, rows: Sequence[Row]) -> list[Delivered]:
        """One batch; refused whole, it is halved until the bad rows are alone."""
        act = getattr(self.destination, verb)
        repeatable = verb != "send" or self.destination.deduplicates
        try:
            receipt: Receipt = self._call(
                lambda: act(self.list_id, rows),
                repeatable=repeatable,
                untaken=lambda: self.hooks.untaken(rows),
            )
        except _Ended:
            return []
        except RefusedError as error:
            if len(rows) == 1:
                return [self._told(Delivered(rows, {rows[0].key: error.message}))]
            if self.is_over:
                self.hooks.untaken(rows)
                return []
            middle = len(rows) // 2
            return [*self._send(verb, rows[:middle]), *self._send(verb, rows[middle:])]
        rejected = {key: why for key, why in receipt.rejected.items() if key}
        delivered = Delivered(rows, rejected, receipt.unnamed, receipt.job, receipt.reasons)
        return [self._told(delivered)]

    def _told(self, delivered: Delivered) -> Delivered:
        self.hooks.answered(delivered)
        return delivered

    def _call(
        self,
        act: Callable[[], Any],
        *,
        counted: bool = True,
        repeatable: bool = True,
        untaken: Callable[[], object] = lambda: None,
    ) -> Any:
        """Make a call, again while the platform says it took nothing.

        What is not `repeatable` is not said again where it may have been heard. `untaken` is
        called where it was given up, and no attempt can have been heard: of several calls for one
        batch none was taken before one was refused.
        """
        started, in_doubt = time.monotonic(), False
        before = self.destination.calls_taken
        for attempt in range(1, self.patience.attempts + 1):
            if attempt > 1 and self.is_over:
                if not in_doubt:
                    untaken()
                raise _Ended
            self.pace.wait()
            with self.counting:
                self.calls += counted
            try:
                answer = act()
                return answer.hiding(self.secrets) if isinstance(answer, Receipt) else answer
            except RetryError as error:
                in_doubt = in_doubt or error.in_doubt or self._began(before, repeatable)
                if in_doubt and self.destination.given_up.is_set():
                    raise _Ended from error  # whatever it is about stays unknown
                if error.in_doubt and not repeatable:
                    raise DestinationError(
                        f"{error.message}: it is not known whether the messages were sent",
                        remedy="they are not sent again; see `unanswered` in "
                        "`cdp-activate status`, and run with --retry-unknown if they were not",
                    ) from error
                pause = self.patience.wait_before(attempt + 1, error.after)
                spent = time.monotonic() - started + pause
                if attempt == self.patience.attempts or spent > self.patience.total:
                    if not in_doubt:
                        untaken()
                    wait = f"; it asks to wait {error.after:,.0f} seconds" if error.after else ""
                    raise DestinationError(
                        f"{error.message} (gave up after {plural(attempt, 'attempt')}{wait})",
                        remedy="what was acknowledged is kept: run the sync again later",
                    ) from error
            except RefusedError:
                raise  # it may be halved: whoever called says what becomes of the halves
            except DestinationError as error:
                if not (in_doubt or error.in_doubt or self._began(before, repeatable)):
                    untaken()
                raise
            except CdpError:
                raise
            except Exception as error:
                raise DestinationError(
                    f"{self.destination.name} broke at {place_of(error)}",
                    remedy="that is a fault of the destination's code, or an answer that it does "
                    "not know: report it",
                ) from error
            self._rest(pause)
        raise AssertionError("the loop returns or raises")

    def _began(self, before: int, repeatable: bool) -> bool:
        """Whether the platform took some call since; a message is one call, and asks for a key."""
        return repeatable and self.destination.calls_taken > before

    def _rest(self, seconds: float) -> None:
        """Sleep, in naps, so that an end to the delivery is noticed soon."""
        while seconds > 0 and not self.is_over:
            self.sleep(min(seconds, NAP))
            seconds -= NAP


def in_batches(rows: Iterable[Row], size: int) -> Iterator[Sequence[Row]]:
    """Rows in batches of at most `size`."""
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch
