"""The one seam through which every HTTP destination speaks.

A `Transport` sends one `Request` and returns one `Response`. In production it
is one pool of connections; in a test it is a plain function. Nothing here
retries: what may be tried again is raised as `RetryError` and the engine
decides. Messages name the host only, because a path, a query, a header or a
body may hold a secret or a person.
"""

from __future__ import annotations

import gzip
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.client import IncompleteRead
from ssl import SSLCertVerificationError
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cdp_activate.errors import (
    CdpError,
    DestinationError,
    OutOfReachError,
    SettingsError,
)
from cdp_activate.proxies import goes_straight, proxies, user_of

if TYPE_CHECKING:
    import urllib3


class Headers(Mapping[str, str]):
    """Header fields, looked up without regard to case (RFC 9110, section 5.1)."""

    def __init__(self, fields: Mapping[str, str] | None = None) -> None:
        self._fields = {name.lower(): value for name, value in (fields or {}).items()}

    def __getitem__(self, name: str) -> str:
        """The value of the field called `name`, in any case."""
        return self._fields[name.lower()]

    def __iter__(self) -> Iterator[str]:
        """The names, in lower case."""
        return iter(self._fields)

    def __len__(self) -> int:
        """The number of distinct names."""
        return len(self._fields)

    def __repr__(self) -> str:
        """Names only: a value may be a secret."""
        return f"Headers({', '.join(self._fields)})"


@dataclass(frozen=True, slots=True)
class Request:
    """One call to a platform. Its `repr` shows nothing secret or personal."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=Headers, repr=False)
    body: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        """Make header names independent of case."""
        object.__setattr__(self, "headers", Headers(self.headers))

    @property
    def host(self) -> str:
        """The only part of the address that a message may show."""
        try:
            return urlsplit(self.url).hostname or "the platform"
        except ValueError:  # half an IPv6 address
            return "the platform"

    @property
    def path(self) -> str:
        """The path of the address, without its query."""
        return urlsplit(self.url).path

    def json(self) -> Any:
        """The body as JSON; raises `ValueError` when it is none."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Response:
    """One answer of a platform. Its `repr` shows the status alone."""

    status: int
    headers: Mapping[str, str] = field(default_factory=Headers, repr=False)
    body: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        """Make header names independent of case."""
        object.__setattr__(self, "headers", Headers(self.headers))

    def json(self) -> Any:
        """The body as JSON; raises `ValueError` when it is none."""
        return json.loads(self.body)


class Transport(ABC):
    """Sends requests; several threads may do so at once."""

    @abstractmethod
    def send(self, request: Request) -> Response:
        """Return the whole answer, whatever its status.

        Raises `OutOfReachError` when no whole answer came: connection refused or
        reset, timeout, TLS failure, half a body. Raises `DestinationError` for
        a call that can never be made.
        """

    def close(self) -> None:
        """Give back connections. Called once, after the last `send`."""
        return


class FunctionTransport(Transport):
    """Answers from a plain function: for tests, without a network."""

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        self._answer = answer

    def send(self, request: Request) -> Response:
        """Ask the function."""
        return self._answer(request)


class GzipTransport(Transport):
    """Compresses the bodies of calls, where that pays, and sends them through another transport.

    A content coding of RFC 9110, section 8.4: what a call says, and its signature, stay as
    they are. Only for platforms that take it.
    """

    worth = 1_000
    """Bytes of a body below which compressing it saves nothing."""

    def __init__(self, inner: Transport) -> None:
        self.inner = inner

    def send(self, request: Request) -> Response:
        """Send the call, its body compressed."""
        if len(request.body) >= self.worth and "content-encoding" not in request.headers:
            headers = {**request.headers, "content-encoding": "gzip"}
            # The fastest level: JSON of people shrinks to a fifth with it, and little more above.
            body = gzip.compress(request.body, compresslevel=1, mtime=0)
            request = Request(request.method, request.url, headers, body)
        return self.inner.send(request)

    def close(self) -> None:
        """Close the other transport."""
        self.inner.close()


def uncompressed(request: Request) -> Request:
    """A call as it was before `GzipTransport`. Raises `OSError` where its body is no gzip."""
    if request.headers.get("content-encoding") != "gzip":
        return request
    headers = {k: value for k, value in request.headers.items() if k != "content-encoding"}
    return Request(request.method, request.url, headers, gzip.decompress(request.body))


class PooledTransport(Transport):
    """Keeps connections open between calls: one urllib3 pool a platform.

    `connections` is the number of calls that may be under way at once; one
    more waits for its turn. `timeout` is in seconds, for connecting (at most
    10) and for each wait on the answer. Redirects are not followed: a signed
    body or a key must not travel to another host. Proxies are those that the
    environment names.
    """

    def __init__(self, *, connections: int = 4, timeout: float = 30.0) -> None:
        # urllib3 is loaded when a platform is spoken to, not for `--help`.
        import urllib3

        how: dict[str, Any] = {
            "maxsize": max(1, connections),
            "block": True,
            "retries": False,
            "timeout": urllib3.Timeout(connect=min(timeout, 10.0), read=timeout),
        }
        self._pool: urllib3.PoolManager = urllib3.PoolManager(**how)
        self._by_proxy = {scheme: _proxy_pool(at, how) for scheme, at in proxies().items()}

    def send(self, request: Request) -> Response:
        """Send once over a pooled connection."""
        from urllib3.exceptions import HTTPError

        try:
            answer = self._pool_for(request).request(
                request.method,
                request.url,
                body=request.body or None,
                headers=dict(request.headers),
                redirect=False,
            )
        # `from None`: the original text repeats the address with its query, or a header.
        except (HTTPError, OSError) as error:
            raise _network_error(error, request.host) from None
        except ValueError:
            raise DestinationError(
                f"a call to {request.host} cannot be made: its address, or a header such as the "
                "one with the key, holds what none may hold",
                remedy="Is there a line break, or another letter than ASCII, in a key or address?",
                in_doubt=False,
            ) from None
        return Response(answer.status, Headers(answer.headers), answer.data)

    def close(self) -> None:
        """Close every pooled connection."""
        for pool in (self._pool, *self._by_proxy.values()):
            pool.clear()

    def _pool_for(self, request: Request) -> urllib3.PoolManager:
        if not self._by_proxy or goes_straight(request.host):
            return self._pool
        return self._by_proxy.get(urlsplit(request.url).scheme, self._pool)


def _proxy_pool(proxy: str, how: Mapping[str, Any]) -> urllib3.PoolManager:
    """Connections through a proxy. Raises SettingsError where its address is none."""
    import urllib3

    try:
        user = user_of(proxy)
        headers = urllib3.make_headers(proxy_basic_auth=user) if user else None
        return urllib3.ProxyManager(proxy, proxy_headers=headers, **how)
    except ValueError:  # the address is not repeated: it may hold a password
        raise SettingsError(
            "HTTPS_PROXY or HTTP_PROXY of the environment is no address of an HTTP proxy",
            remedy="Write it as http://proxy.example.com:3128; proxies of SOCKS are not spoken to.",
        ) from None


def _network_error(error: Exception, host: str) -> CdpError:
    """Say in plain words what happened on the way to `host`."""
    from urllib3 import exceptions

    if isinstance(error, exceptions.LocationValueError):
        return DestinationError(
            f"the address of {host} is not a valid URL",
            remedy="Check the URL in its settings.",
            in_doubt=False,
        )
    if isinstance(error, exceptions.ProxyError):
        # The proxy itself, or the way that it was asked to open: the call was not made yet.
        return OutOfReachError(
            f"the proxy on the way to {host} is out of reach, or refuses the way"
        )
    if isinstance(error, exceptions.SSLError) and any(
        isinstance(one, SSLCertVerificationError) for one in error.args
    ):
        # It is asked for before anything is said.
        return OutOfReachError(f"the certificate of {host} is not one that we trust")
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
                return OutOfReachError(
                    f"{host} {words}", in_doubt=not isinstance(cause, never_left)
                )
    return OutOfReachError(f"the connection to {host} failed", in_doubt=True)
