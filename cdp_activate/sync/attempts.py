"""A call to a destination, made again for as long as the platform says that it took nothing."""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cdp_activate.destinations.base import Destination
from cdp_activate.destinations.rows import Receipt
from cdp_activate.errors import CdpError, DestinationError, RetryError, place_of
from cdp_activate.pacing import Pace
from cdp_activate.settings import secrets_of
from cdp_activate.words import plural

NAP = 0.25
"""Seconds that pass at most before a call that waits notices that the delivery is over."""

SECRET = 6
"""Characters: what is shorter is not looked for in a reason, in which it could stand by chance."""


@dataclass(frozen=True)
class RetryPolicy:
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


class DeliveryEndedError(Exception):
    """The delivery is over: what waits to be tried again is left for the next run.

    `in_doubt`: the platform may have taken the rows of the call, as in DestinationError.
    """

    def __init__(self, *, in_doubt: bool) -> None:
        super().__init__()
        self.in_doubt = in_doubt


class RetryingCaller:
    """Makes the calls to one destination, for several threads, until `is_over`.

    `calls` counts every call made, retries included.
    """

    def __init__(
        self,
        destination: Destination[Any],
        patience: RetryPolicy,
        sleep: Callable[[float], object],
        is_over: Callable[[], bool],
    ) -> None:
        self.destination, self.patience = destination, patience
        self.sleep, self.is_over = sleep, is_over
        self.pace = Pace(destination.requests_per_second, self.rest)
        # What the platform's own headers say holds for every call within a batch, too.
        destination.pacer.sleep = self.rest
        destination.pacer.longest = patience.total
        secrets = {one for one in secrets_of(destination.settings) if len(one) >= SECRET}
        self.secrets = sorted(secrets, key=len, reverse=True)
        self.calls = 0
        self.counting = threading.Lock()

    def call(self, act: Callable[[], Any], *, counted: bool = True, repeatable: bool = True) -> Any:
        """Make a call, again while the platform says it took nothing.

        What is not `repeatable` is not said again where it may have been heard. Raises EndedError
        or DestinationError where it is given up, `in_doubt` unless no attempt can have been heard:
        of several calls for one batch none was taken before one was refused.
        """
        started, in_doubt = time.monotonic(), False
        before = self.destination.calls_taken
        for attempt in itertools.count(1):
            if attempt > 1 and self.is_over():
                raise DeliveryEndedError(in_doubt=in_doubt)
            self.pace.wait()
            with self.counting:
                self.calls += counted
            try:
                return self._answer(act)
            except RetryError as error:
                in_doubt = in_doubt or error.in_doubt or self._began(before, repeatable)
                if in_doubt and self.destination.given_up.is_set():
                    raise DeliveryEndedError(in_doubt=True) from error
                if error.in_doubt and not repeatable:
                    raise DestinationError(
                        f"{error.message}: it is not known whether the messages were sent",
                        remedy="they are not sent again; see `unanswered` in "
                        "`cdp-activate status`, and run with --retry-unknown if they were not",
                    ) from error
                pause = self.patience.wait_before(attempt + 1, error.after)
                spent = time.monotonic() - started + pause
                if attempt == self.patience.attempts or spent > self.patience.total:
                    wait = f"; it asks to wait {error.after:,.0f} seconds" if error.after else ""
                    raise DestinationError(
                        f"{error.message} (gave up after {plural(attempt, 'attempt')}{wait})",
                        remedy="what was acknowledged is kept: run the sync again later",
                        in_doubt=in_doubt,
                    ) from error
            except DestinationError as error:
                began = self._began(before, repeatable)
                error.in_doubt = error.in_doubt or in_doubt or began
                raise
            self.rest(pause)
        raise AssertionError("the loop returns or raises")

    def _answer(self, act: Callable[[], Any]) -> Any:
        """What the destination says, without our secrets; what it breaks at is its fault."""
        try:
            answer = act()
            return answer.hiding(self.secrets) if isinstance(answer, Receipt) else answer
        except CdpError:
            raise
        except Exception as error:
            raise DestinationError(
                f"{self.destination.name} broke at {place_of(error)}",
                remedy="that is a fault of the destination's code, or an answer that it does "
                "not know: report it",
            ) from error

    def _began(self, before: int, repeatable: bool) -> bool:
        """Whether the platform took some call since; a message is one call, and asks for a key."""
        return repeatable and self.destination.calls_taken > before

    def rest(self, seconds: float) -> None:
        """Sleep, in naps, so that an end to the delivery is noticed soon."""
        while seconds > 0 and not self.is_over():
            self.sleep(min(seconds, NAP))
            seconds -= NAP
