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
import threading
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cdp_activate.errors import UnavailableError
from cdp_activate.proxies import goes_straight, proxies

if TYPE_CHECKING:
    import urllib3

GRACE = 90.0
"""Seconds that sending a call and reading its answer may take, beside the wait for the answer."""

MOST_BYTES = 100_000_000
"""Bytes of an answer, uncompressed, above which it is read no further: memory has an end."""


_GZIP = b"\x1f\x8b"


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

        Raises `UnavailableError` when no whole answer came: connection refused or
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
    10) and for each wait on the answer; `longest` for the whole call, by
    default `GRACE` seconds more. Once `given_up` is set, calls under way and later ones end
    in doubt. Redirects are not followed: a signed
    body or a key must not travel to another host. Proxies are those that the
    environment names.
    """

    def __init__(
        self,
        *,
        connections: int = 4,
        timeout: float = 30.0,
        longest: float | None = None,
        given_up: threading.Event | None = None,
    ) -> None:
        # urllib3 is loaded when a platform is spoken to, not for `--help`.
        from cdp_activate.connections import OpenCalls, pool

        self._pool = pool(connections=connections, timeout=timeout)
        self._by_proxy = {
            scheme: pool(connections=connections, timeout=timeout, proxy=address)
            for scheme, address in proxies().items()
        }
        longest = timeout + GRACE if longest is None else longest
        self._calls = OpenCalls(longest, given_up or threading.Event())

    def send(self, request: Request) -> Response:
        """Send once over a pooled connection."""
        with self._calls.one(request.host):
            answer = self._pool_for(request).request(
                request.method,
                request.url,
                body=request.body or None,
                headers=dict(request.headers),
                redirect=False,
                preload_content=False,
            )
            try:
                body = _body(answer, request.host)
            finally:
                answer.close()  # what was read to its end has given its connection back
        return Response(answer.status, Headers(answer.headers), body)

    def close(self) -> None:
        """Close every pooled connection."""
        for pool in (self._pool, *self._by_proxy.values()):
            pool.clear()

    def _pool_for(self, request: Request) -> urllib3.PoolManager:
        if not self._by_proxy or goes_straight(request.host):
            return self._pool
        return self._by_proxy.get(urlsplit(request.url).scheme, self._pool)


def _body(answer: urllib3.BaseHTTPResponse, host: str) -> bytes:
    """The body of an answer, uncompressed. Raises UnavailableError where it has no end."""
    parts, size = [], 0
    # To the last, empty part: it is then that half a body is noticed.
    while size <= MOST_BYTES and (part := answer.read(MOST_BYTES + 1, decode_content=False)):
        parts.append(part)
        size += len(part)
    coding = answer.headers.get("content-encoding", "").strip().lower()
    body = _decoded(b"".join(parts), coding, host)
    if max(size, len(body)) > MOST_BYTES:
        raise UnavailableError(
            f"{host} sent an answer of more than {MOST_BYTES:,} bytes", in_doubt=True
        )
    return body


def _decoded(body: bytes, coding: str, host: str) -> bytes:
    """The bytes of an answer before they were compressed, `MOST_BYTES` and one of them at most.

    Raises UnavailableError where they are not whole, or compressed in a way that was not asked
    for: half an answer may look like a whole one.
    """
    if not body or coding in ("", "identity"):
        return body
    found, is_whole, rest = b"", True, body
    # Members may follow one another: https://www.rfc-editor.org/rfc/rfc1952#section-2.2
    while is_whole and (rest.startswith(_GZIP) or rest is body) and len(found) <= MOST_BYTES:
        reader = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip or zlib, as its first bytes say
        try:
            found += reader.decompress(rest, MOST_BYTES + 1 - len(found))
        except zlib.error:
            is_whole = False
        else:
            is_whole, rest = reader.eof or len(found) > MOST_BYTES, reader.unused_data
    if not is_whole:
        raise UnavailableError(
            f"{host} sent an answer that cannot be decompressed, or half of one", in_doubt=True
        )
    return found
