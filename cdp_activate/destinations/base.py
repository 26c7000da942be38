"""What every destination is: a class with a few calls to its platform.

The engine batches, paces, retries, counts and remembers; it maps columns,
asks for consent and hashes. A destination only speaks to its platform and
says, by key, which rows were refused. See docs/writing-a-destination.md.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from cdp_activate.destinations.rows import Receipt, Row
from cdp_activate.errors import DestinationError
from cdp_activate.http import GzipTransport, PooledTransport, Transport
from cdp_activate.pacing import COMMON, Endpoints, PacedTransport, Pacer, RateHeaders


class DestinationSettings(BaseModel):
    """Base of every destination's `Settings`: what its YAML may say.

    Unknown keys are refused. Wrap secrets in `pydantic.SecretStr`; the values
    given are never shown in an error.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


S = TypeVar("S", bound=DestinationSettings)


@dataclass(frozen=True, slots=True)
class Limit:
    """What a platform takes at most, in `unit`, and the page or description that says so."""

    most: int
    unit: str
    source: str


class Destination(ABC, Generic[S]):
    """A place that lists of people are sent to.

    Write one class in one file and nest its `Settings` in it. The calls below
    come from several threads at once (up to `concurrency`), so keep shared
    state behind a lock. Do not retry, sleep, batch or log in them. Raise what
    `cdp_activate.errors` offers:

    * `RetryError(after=30)`: the platform took none of the rows, send again
    * `RefusedError`: it refused the whole batch for its content; the engine
      splits the batch until the bad row is alone
    * `AuthError`: it does not know us
    * `DestinationError`: anything else that makes going on pointless; `in_doubt=False` where
      the platform certainly took nothing

    `answers.raise_for_status` chooses among them for HTTP platforms. A message
    never holds an identifier, a field's value or a secret.
    """

    Settings: type[S]
    """The pydantic model of this destination's YAML, nested in the class."""

    verbs: frozenset[str] = frozenset({"upsert", "remove"})
    """What it can do: of "upsert", "remove", "send", "erase"."""

    deduplicates: bool = False
    """True when it acts once on two `send`s of one `Row.idempotency_key`.

    Where it does not, a message that was sent and never answered is reported, and not sent
    again: it may have arrived.
    """

    knows_keys: ClassVar[bool] = False
    """True when it is told `Row.key` and knows people by it: two of one address are two there.

    Elsewhere `matches` says what makes two one.
    """

    matches: ClassVar[Literal["best", "each"]] = "best"
    """What it knows people by, where not by keys.

    "best": the first of `identifiers` that a row has; it has one entry for all who share that
    one, whatever their others are. "each": every identifier by itself, so that to remove one
    which somebody else has too would be to remove them.
    """

    identifiers: tuple[str, ...] = ("email",)
    """What the platform matches on, best first; empty: whatever a sync maps."""

    rules: ClassVar[str] = "plain"
    """How identifiers are normalised, and which are hashed: a name of `identifiers.RULE_SETS`."""

    takes_fields: ClassVar[bool] = True
    """False when the platform takes identifiers alone, as for ads."""

    batch_size: int = 500
    """Rows in one call, at most."""

    batch_bytes: int | None = None
    """Bytes in the body of one call, at most; None: no limit known.

    The engine measures rows as JSON: leave room for what the platform wants around them.
    """

    sends_json: bool = False
    """True when `upsert` sends what `rows_as_json` makes of its rows: then the warehouse does."""

    gzips: bool = False
    """True when the platform says that it takes bodies of `content-encoding: gzip`."""

    concurrency: int = 4
    """Calls under way at once, at most."""

    requests_per_second: float | None = None
    """Calls a second, at most; None: as fast as the platform answers."""

    rate_headers: ClassVar[tuple[RateHeaders, ...]] = ()
    """Headers in which the platform says how many calls are left, beside the common ones.

    Calls through `transport` wait by themselves when none is left.
    """

    endpoints: ClassVar[tuple[Endpoints, ...]] = ()
    """Calls that the platform counts apart, each with its own limit; the first that fits."""

    limits: ClassVar[Mapping[str, Limit]] = {}
    """Every limit of the platform that this class keeps to, by a name of ours."""

    where: ClassVar[tuple[str, ...]] = ()
    """Settings that say which account, and what in it: two entries of a project with the same
    are one place, whatever the others say. Empty: all settings."""

    api_version: ClassVar[str] = ""
    """The version of the platform's interface that this class was written for."""

    documentation: ClassVar[str] = ""
    """Address of the platform's own description of what is used here."""

    permissions: ClassVar[tuple[str, ...]] = ()
    """Scopes or rights that the credentials need, in the platform's words."""

    leaving: ClassVar[str] = ""
    """What becomes of someone who leaves the list, in one or two sentences."""

    folder: Path = Path()
    """Where relative paths in the settings begin: the project's folder, set before any call."""

    timeout: float = 30.0
    """Seconds to wait for an answer, for destinations that use `transport`."""

    def __init__(self, settings: S, *, transport: Transport | None = None, name: str = "") -> None:
        """Keep the settings; make no call and open no connection yet.

        `name` is what the user calls this destination, for messages. `transport`
        replaces the network in tests; its owner closes it. `given_up` is set when nobody waits
        for answers any longer: calls through `transport` then end in doubt.
        """
        self.settings = settings
        self.name = name or type(self).__module__.rpartition(".")[2]
        self.given_up = threading.Event()
        self._given = transport
        self._own: Transport | None = None
        self._transport: PacedTransport | None = None
        self._transport_lock = threading.Lock()
        self.pacer = Pacer((*COMMON, *self.rate_headers), self.endpoints)

    @property
    def transport(self) -> Transport:
        """The one connection pool of this destination, made at its first use.

        It calls the platform no faster than its answers say.
        """
        with self._transport_lock:
            if self._transport is None:
                inner = self._given
                if inner is None:
                    inner = self._own = PooledTransport(
                        connections=self.concurrency,
                        timeout=self.timeout,
                        given_up=self.given_up,
                    )
                if self.gzips:
                    inner = GzipTransport(inner)
                self._transport = PacedTransport(inner, self.pacer)
            return self._transport

    @property
    def calls_taken(self) -> int:
        """Calls of this thread that the platform took so far, and that may have changed something.

        Of calls through `transport` alone.
        """
        return self._transport.taken if self._transport is not None else 0

    @abstractmethod
    def check(self) -> None:
        """Prove credentials and reach, without side effects.

        Return when a sync may start; raise a `DestinationError` when not.
        """

    @abstractmethod
    def open(self, name: str) -> str:
        """Find the list called `name`, or create it; return its id there.

        Opening twice gives the same id and one list.
        """

    @abstractmethod
    def upsert(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """Put rows on the list, with their fields. Twice equals once.

        At most `batch_size` rows, keys distinct. For no rows: make no call.
        """

    @abstractmethod
    def remove(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """Take rows off the list. Twice equals once.

        Someone who is not on the list counts as removed. Leaving a list is
        neither unsubscribing nor erasing: do only this. For no rows: no call.
        """

    def send(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """Send each row a message, or tell of it: what happens cannot be taken back.

        Optional, for syncs with `mode: events`: add "send" to `verbs` when offered. Pass
        `row.idempotency_key` on where the platform has a place for it, and say in
        `deduplicates` whether it heeds it. Raise `RetryError` only where the platform
        certainly took none of the rows, or heeds the keys. For no rows: make no call.
        """
        raise DestinationError(
            f"{self.name} cannot send messages",
            remedy="Say `mode: mirror` or `mode: upsert`, or choose another destination.",
        )

    def erase(self, rows: Sequence[Row]) -> Receipt:
        """Make the platform forget these people altogether.

        Optional: add "erase" to `verbs` when offered.
        """
        raise DestinationError(
            f"{self.name} cannot erase people",
            remedy="Ask the platform to erase them by hand.",
        )

    def settle(self, job: str) -> Receipt | None:
        """Ask after a job that a Receipt named: its outcome, or None while it runs.

        Optional: for platforms that answer later. May be asked again after it
        was settled. Raises `RetryError` when the job came to nothing, so that
        its rows are sent again.
        """
        raise DestinationError(f"{self.name} has no jobs to settle")

    def size(self, list_id: str) -> int | None:
        """How many people the platform says the list holds; None: it does not say."""
        return None

    def members(self, list_id: str) -> Iterator[Mapping[str, str]] | None:
        """The identifiers of everybody whom the platform says the list holds; None: it cannot.

        Optional, for `drift` and to verify `erase`. Named and written as in `Row`; one
        that is there is enough. Read page by page: a list may be of any size.
        """
        return None

    def close(self) -> None:
        """Give back connections; called once, at the end of a sync."""
        with self._transport_lock:
            own, self._own, self._transport = self._own, None, None
        if own is not None:
            own.close()
