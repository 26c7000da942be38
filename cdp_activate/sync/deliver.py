"""The only loop that sends batches: some at once, halved where they are refused, each told of.

A destination takes one batch and says what became of it; everything else about getting
rows there is here and in `attempts`, once, for all of them.
"""

from __future__ import annotations

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
from cdp_activate.errors import DestinationError, RefusedError
from cdp_activate.sync.attempts import DeliveryEndedError, RetryingCaller, RetryPolicy
from cdp_activate.sync.tables import Verb

SIGN_OF_LIFE = 30.0
"""Seconds at most between two signs of life while batches are under way."""

WAITING = 8
"""Batches that are ready before a call is free for them."""


@dataclass(frozen=True)
class BatchOutcome:
    """What became of a batch: rejected rows by key; `unnamed` more were refused, for `reasons`."""

    rows: Sequence[Row]
    rejected: dict[str, str]
    unnamed: int = 0
    job: str | None = None
    reasons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class DeliveryHooks:
    """Who is told what is sent, by the thread that sends it.

    `announce` is called with a batch that is about to be sent, `answered` with what became of
    it, before the thread takes the next one, or `untaken` where the platform certainly took none
    of it. `alive` is called every now and then by the thread that delivers.
    """

    announce: Callable[[Sequence[Row]], object] = lambda batch: None
    answered: Callable[[BatchOutcome], object] = lambda delivered: None
    untaken: Callable[[Sequence[Row]], object] = lambda batch: None
    alive: Callable[[], object] = lambda: None


class JobUnderWayError(DestinationError):
    """A job at a platform goes on for longer than a run waits."""


@dataclass
class ListSender:
    """Takes rows to one list of one destination.

    `stop` ends the delivery after the batches under way; the destination's `given_up` ends
    those, too.
    """

    destination: Destination[Any]
    list_id: str = ""
    patience: RetryPolicy = field(default_factory=RetryPolicy)
    sleep: Callable[[float], object] = time.sleep
    stop: threading.Event = field(default_factory=threading.Event)
    hooks: DeliveryHooks = field(default_factory=DeliveryHooks)

    def __post_init__(self) -> None:
        self.halted = threading.Event()
        self.caller = RetryingCaller(
            self.destination, self.patience, self.sleep, lambda: self.is_over
        )

    @property
    def calls(self) -> int:
        """Calls made, retries included."""
        return self.caller.calls

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
            self.list_id = self.caller.call(lambda: self.destination.open(name), counted=False)
        except DeliveryEndedError:
            return  # told to stop: nothing will be delivered either

    def deliver(self, verb: Verb, batches: Iterable[Sequence[Row]]) -> Iterator[BatchOutcome]:
        """Send batches, some at once; yields each outcome as it arrives.

        The first error ends the delivery, after the outcomes of the batches under way.
        """
        waiting = iter(batches)
        under_way: set[Future[list[BatchOutcome]]] = set()
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
            self.caller.rest(pause)
            self.hooks.alive()
            waited, pause = waited + pause, min(pause * 1.5, self.patience.longest)
        raise JobUnderWayError(
            f"{self.destination.name} had not finished a job after {waited:,.0f} s",
            remedy="the next run asks after it again, before anything else",
        )

    def ask(self, act: Callable[[], Any]) -> Any:
        """One call of another kind, made again while the platform says it took nothing."""
        return self.caller.call(act)

    def _settled(self, job: str) -> Receipt | None:
        try:
            answer: Receipt | None = self.caller.call(lambda: self.destination.settle(job))
        except DeliveryEndedError:
            return None
        return answer

    def _begin(self, verb: Verb, rows: Sequence[Row]) -> list[BatchOutcome]:
        """One batch of those that wait, unless the delivery has ended meanwhile."""
        if self.is_over:
            return []
        try:
            self.hooks.announce(rows)
            return self._send(verb, rows)
        except BaseException:
            self.halt()  # at once: others wait for this very thread
            raise

    def _send(self, verb: Verb, rows: Sequence[Row]) -> list[BatchOutcome]:
        """One batch; refused whole, it is halved until the bad rows are alone."""
        act = getattr(self.destination, verb)
        repeatable = verb != "send" or self.destination.deduplicates
        try:
            receipt: Receipt = self.caller.call(
                lambda: act(self.list_id, rows), repeatable=repeatable
            )
        except DeliveryEndedError as ended:
            if not ended.in_doubt:
                self.hooks.untaken(rows)
            return []
        except RefusedError as error:
            if len(rows) == 1:
                return [self._told(BatchOutcome(rows, {rows[0].key: error.message}))]
            if self.is_over:
                self.hooks.untaken(rows)
                return []
            middle = len(rows) // 2
            return [*self._send(verb, rows[:middle]), *self._send(verb, rows[middle:])]
        except DestinationError as error:
            if not error.in_doubt:
                self.hooks.untaken(rows)
            raise
        rejected = {key: why for key, why in receipt.rejected.items() if key}
        delivered = BatchOutcome(rows, rejected, receipt.unnamed, receipt.job, receipt.reasons)
        return [self._told(delivered)]

    def _told(self, delivered: BatchOutcome) -> BatchOutcome:
        self.hooks.answered(delivered)
        return delivered
