"""Pooled connections, over urllib3: the way to a platform, and an end to every call on it.

A wait on a socket is bounded by itself alone, so a platform that sends a byte now and then
would hold a call for ever. Here calls are watched from outside, and the connection of one that
lasts too long, or that is given up, is shut under it. Loaded when a platform is spoken to.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import IncompleteRead
from ssl import SSLCertVerificationError
from typing import Any

import urllib3
from urllib3 import exceptions
from urllib3.connection import HTTPConnection, HTTPSConnection

from cdp_activate.errors import CdpError, DestinationError, SettingsError, UnavailableError
from cdp_activate.proxies import user_of

TICK = 0.25
"""Seconds at most between two looks at the calls under way."""

_here = threading.local()
"""`call`: the call that this thread makes."""


class OpenCall:
    """A call under way, until which instant, and the connection that it has come by."""

    def __init__(self, until: float) -> None:
        self.until = until
        self.was_cut = False
        self.connection: HTTPConnection | None = None
        self.sock: socket.socket | None = None

    def take(self, connection: HTTPConnection) -> None:
        """It has come by a connection, or that by its socket."""
        self.connection = connection
        # Kept: the connection lets go of it where the answer ends with it.
        self.sock = connection.sock
        connection.call = self  # type: ignore[attr-defined]

    def cut(self) -> None:
        """Shut the connection, unless it has gone over to another call meanwhile."""
        self.was_cut = True
        sock = getattr(self.connection, "sock", None) or self.sock
        if sock is not None and getattr(self.connection, "call", None) is self:
            try:
                # Not `sock.shutdown`: TLS would go on in the clear with whoever reads there.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
            except OSError:
                return  # The other side closed it meanwhile, or it is about to be wrapped in TLS.


class OpenCalls:
    """The calls under way over some connections: none lasts more than `longest` seconds.

    Once `given_up` is set, none goes on and none begins.
    """

    def __init__(self, longest: float, given_up: threading.Event) -> None:
        self.longest = longest
        self.given_up = given_up
        self._under_way: set[OpenCall] = set()
        self._lock = threading.Lock()
        self._watcher: threading.Thread | None = None

    @contextmanager
    def one(self, host: str) -> Iterator[None]:
        """A call to `host`. Raises UnavailableError where it was cut, whatever it came to."""
        call = OpenCall(time.monotonic() + self.longest)
        if self.given_up.is_set():
            raise _given_up(host)
        with self._lock:
            self._under_way.add(call)
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, name="calls", daemon=True)
                self._watcher.start()
        _here.call, _here.lock = call, self._lock
        try:
            yield
        except (exceptions.HTTPError, OSError, ValueError) as error:
            if not call.was_cut:
                # `from None`: the original text repeats the address with its query, or a header.
                raise _explained(error, host) from None
        finally:
            with self._lock:
                self._under_way.discard(call)
        if call.was_cut:  # half an answer may look like a whole one
            raise (
                _given_up(host)
                if self.given_up.is_set()
                else UnavailableError(
                    f"{host} did not answer in time: after {self.longest:,.3g} s "
                    "its answer was not whole",
                    in_doubt=True,
                )
            )

    def _watch(self) -> None:
        """Cut what lasts too long or is given up, while there are calls."""
        while True:
            time.sleep(min(TICK, self.longest / 4))
            with self._lock:
                if not self._under_way:
                    self._watcher = None
                    return
                for call in self._under_way:
                    # Again at every look: of a call that was cut while it got its connection.
                    if self.given_up.is_set() or call.until <= time.monotonic():
                        call.cut()


def _given_up(host: str) -> UnavailableError:
    return UnavailableError(f"{host} was not waited for any longer", in_doubt=True)


def _take(connection: HTTPConnection) -> None:
    """The call of this thread has come by a connection."""
    call: OpenCall | None = getattr(_here, "call", None)
    if call is not None:
        with _here.lock:
            call.take(connection)


class _Connection(HTTPConnection):
    """Knows the call that is made over it."""

    def connect(self) -> None:
        _take(self)
        super().connect()
        _take(self)

    def request(self, *arguments: Any, **options: Any) -> None:
        _take(self)
        super().request(*arguments, **options)


class _SecureConnection(_Connection, HTTPSConnection):
    """The same over TLS."""


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


def pool(*, connections: int, timeout: float, proxy: str = "") -> urllib3.PoolManager:
    """Connections to any host, some at once; through a proxy, where an address of one is given.

    Raises SettingsError where that is none.
    """
    how: dict[str, Any] = {
        "maxsize": max(1, connections),
        "block": True,
        "retries": False,
        "timeout": urllib3.Timeout(connect=min(timeout, 10.0), read=timeout),
    }
    made = _through(proxy, how) if proxy else urllib3.PoolManager(**how)
    made.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
    return made


def _through(proxy: str, how: Mapping[str, Any]) -> urllib3.PoolManager:
    try:
        user = user_of(proxy)
        headers = urllib3.make_headers(proxy_basic_auth=user) if user else None
        return urllib3.ProxyManager(proxy, proxy_headers=headers, **how)
    except ValueError:  # the address is not repeated: it may hold a password
        raise SettingsError(
            "HTTPS_PROXY or HTTP_PROXY of the environment is no address of an HTTP proxy",
            remedy="Write it as http://proxy.example.com:3128; proxies of SOCKS are not spoken to.",
        ) from None


def _explained(error: Exception, host: str) -> CdpError:
    """Say in plain words what happened on the way to `host`."""
    if isinstance(error, exceptions.LocationValueError):
        return DestinationError(
            f"the address of {host} is not a valid URL",
            remedy="Check the URL in its settings.",
            in_doubt=False,
        )
    if isinstance(error, ValueError):
        return DestinationError(
            f"a call to {host} cannot be made: its address, or a header such as the one with "
            "the key, holds what none may hold",
            remedy="Is there a line break, or another letter than ASCII, in a key or address?",
            in_doubt=False,
        )
    if isinstance(error, exceptions.ProxyError):
        # The proxy itself, or the way that it was asked to open: the call was not made yet.
        return UnavailableError(
            f"the proxy on the way to {host} is out of reach, or refuses the way"
        )
    if isinstance(error, exceptions.SSLError) and any(
        isinstance(one, SSLCertVerificationError) for one in error.args
    ):
        # It is asked for before anything is said.
        return UnavailableError(f"the certificate of {host} is not one that we trust")
    # Before a connection there is no request; after it nobody knows how far the request came.
    never_left = (exceptions.NewConnectionError, exceptions.ConnectTimeoutError)
    reasons: tuple[tuple[type[Exception], str], ...] = (
        # The first that fits: urllib3 derives the first two from the third.
        (exceptions.NameResolutionError, "could not be found (its name has no address)"),
        (exceptions.NewConnectionError, "could not be connected to (is it running?)"),
        (exceptions.ConnectTimeoutError, "did not answer in time"),
        (exceptions.ReadTimeoutError, "did not answer in time"),
        (exceptions.SSLError, "could not be reached over TLS (certificate or protocol)"),
        (IncompleteRead, "broke off in the middle of its answer"),
        (exceptions.ProtocolError, "closed the connection before its answer was whole"),
        (exceptions.DecodeError, "sent an answer that cannot be decompressed"),
    )
    # urllib3 wraps the cause (`ProtocolError("...", IncompleteRead(...))`).
    causes = [*(arg for arg in error.args if isinstance(arg, Exception)), error]
    for cause in causes:
        for kind, words in reasons:
            if isinstance(cause, kind):
                return UnavailableError(
                    f"{host} {words}", in_doubt=not isinstance(cause, never_left)
                )
    return UnavailableError(f"the connection to {host} failed", in_doubt=True)
