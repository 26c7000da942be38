"""The only loop that batches, paces, retries and counts.

A destination takes one batch and says what became of it; everything else about getting
rows there is here, once, for all of them.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal

from cdp_activate.destinations.base import Destination, Receipt, Row
from cdp_activate.errors import DestinationError, RefusedError, RetryError

Verb = Literal["upsert", "remove"]


@dataclass(frozen=True)
class Patience:
    """How long to keep trying. Waits grow from `first` to `longest` seconds, with full jitter.

    `total` is the most seconds spent on one batch. The platform's own Retry-After wins.
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """

    attempts: int = 6
    first: float = 0.5
    longest: float = 30.0
    total: float = 240.0

    def wait_before(self, attempt: int, asked: float | None) -> float:
        """Seconds before `attempt` (the second is 2)."""
        if asked is not None:
            return asked
        ceiling = min(self.longest, self.first * 2.0 ** (attempt - 2))
        return random.uniform(0, ceiling)  # noqa: S311 (jitter, not a secret)


@dataclass(frozen=True)
class Delivered:
    """What became of a batch: rejected rows by key; `unnamed` more were refused."""

    rows: Sequence[Row]
    rejected: dict[str, str]
    unnamed: int = 0
    job: str | None = None


class Pace:
    """At most so many calls a second, over all threads. None: no limit."""

    def __init__(self, per_second: float | None, sleep: Callable[[float], object]) -> None:
        self.gap = 1.0 / per_second if per_second else 0.0
        self.sleep = sleep
        self.lock = threading.Lock()
        self.free_at = 0.0

    def wait(self) -> None:
        if not self.gap:
            return
        with self.lock:
            now = time.monotonic()
            start = max(now, self.free_at)
            self.free_at = start + self.gap
        if start > now:
            self.sleep(start - now)


@dataclass
class Courier:
    """Takes rows to one list of one destination.

    `calls` counts every call made, retries included. `stop` ends the delivery after the
    batches under way.
    """

    destination: Destination[Any]
    list_id: str
    patience: Patience = field(default_factory=Patience)
    sleep: Callable[[float], object] = time.sleep
    stop: threading.Event = field(default_factory=threading.Event)
    calls: int = 0

    def __post_init__(self) -> None:
        self.pace = Pace(self.destination.requests_per_second, self.sleep)
        self.counting = threading.Lock()

    def deliver(self, verb: Verb, rows: Iterable[Row]) -> Iterator[Delivered]:
        """Send rows in batches, some at once; yields each outcome as it arrives.

        The first error ends the delivery, after the outcomes of the batches under way.
        """
        batches = _batches(rows, self.destination.batch_size)
        under_way: set[Future[list[Delivered]]] = set()
        failure: DestinationError | None = None
        with ThreadPoolExecutor(self.destination.concurrency) as pool:
            while True:
                while (
                    failure is None
                    and not self.stop.is_set()
                    and len(under_way) < self.destination.concurrency
                    and (batch := next(batches, None))
                ):
                    under_way.add(pool.submit(self._send, verb, batch))
                if not under_way:
                    break
                done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                for future in done:
                    try:
                        outcomes = future.result()
                    except DestinationError as error:
                        failure = failure or error
                    else:
                        yield from outcomes
        if failure is not None:
            raise failure

    def settle(self, job: str) -> Receipt:
        """Wait for a job that the destination finishes later."""
        asked = 0.1
        while True:
            receipt: Receipt | None = self._call(lambda: self.destination.settle(job))
            if receipt is not None:
                return receipt
            self.sleep(asked)
            asked = min(asked * 1.5, self.patience.longest)

    def _send(self, verb: Verb, rows: Sequence[Row]) -> list[Delivered]:
        """One batch; refused whole, it is halved until the bad rows are alone."""
        act = self.destination.upsert if verb == "upsert" else self.destination.remove
        try:
            receipt: Receipt = self._call(lambda: act(self.list_id, rows))
        except RefusedError as error:
            if len(rows) == 1:
                return [Delivered(rows, {rows[0].key: error.message})]
            middle = len(rows) // 2
            return [*self._send(verb, rows[:middle]), *self._send(verb, rows[middle:])]
        rejected = {key: why for key, why in receipt.rejected.items() if key}
        return [Delivered(rows, rejected, receipt.unnamed, receipt.job)]

    def _call(self, act: Callable[[], Any]) -> Any:
        """Make a call, again while the platform says it took nothing."""
        started = time.monotonic()
        for attempt in range(1, self.patience.attempts + 1):
            if attempt > 1 and self.stop.is_set():
                raise DestinationError("stopped while waiting to try again")
            self.pace.wait()
            with self.counting:
                self.calls += 1
            try:
                return act()
            except RetryError as error:
                pause = self.patience.wait_before(attempt + 1, error.after)
                spent = time.monotonic() - started + pause
                if attempt == self.patience.attempts or spent > self.patience.total:
                    raise DestinationError(
                        f"{error.message} (gave up after {attempt} attempts)",
                        remedy="what was acknowledged is kept: run the sync again later",
                    ) from error
            self.sleep(pause)
        raise AssertionError("the loop returns or raises")


def _batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch
