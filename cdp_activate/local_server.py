"""A plain function behind a real socket on this machine.

The function takes a `Request` and returns a `Response`, as for a
`FunctionTransport`; here the bytes do travel. It may also return a `Cut`, an
answer that breaks off. Nothing is logged.
"""

from __future__ import annotations

import socket
import struct
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self

from cdp_activate.errors import SettingsError
from cdp_activate.http import Headers, Request, Response

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class CutAnswer:
    """An answer that never arrives whole: half of its body, or a reset connection."""

    ending: Literal["half", "reset"]
    response: Response = field(default_factory=lambda: Response(HTTPStatus.OK))


Answer = Callable[[Request], Response | CutAnswer]


class LocalServer:
    """A context manager: answers from entry to exit, each connection in a thread.

    `port` 0 takes any free one. Raises `SettingsError` when the port is taken.
    """

    def __init__(self, answer: Answer, *, port: int = 0) -> None:
        try:
            self._server = _Server((HOST, port), answer)
        except (OSError, OverflowError) as error:
            raise SettingsError(
                f"port {port} of {HOST} cannot be listened on", remedy="Choose another port."
            ) from error
        self.url = f"http://{HOST}:{self._server.server_address[1]}/"

    def __enter__(self) -> Self:
        """Begin to answer."""
        threading.Thread(target=self.serve, name="local server", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop answering, give back the port, break every open connection."""
        self._server.shutdown()
        self.close()

    def serve(self) -> None:
        """Answer until stopped, in the calling thread."""
        self._server.serve_forever(poll_interval=0.02)

    def close(self) -> None:
        """Give back the port and break every open connection."""
        self._server.server_close()
        self._server.break_connections()


class _Server(ThreadingHTTPServer):
    """Knows its open connections, so that closing it closes them too."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], answer: Answer) -> None:
        self.answer = answer
        self._connections: set[Any] = set()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def break_connections(self) -> None:
        for connection in list(self._connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # The other side closed it meanwhile.

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing when a peer hangs up; name a mistake of our own by its type."""
        del request, client_address
        kind = sys.exc_info()[0]
        if kind is not None and not issubclass(kind, OSError):
            sys.stderr.write(f"local server: {kind.__name__} while answering\n")


class _Handler(BaseHTTPRequestHandler):
    """HTTP/1.1 with keep-alive; each answer leaves in one write."""

    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_DELETE(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def do_OPTIONS(self) -> None:
        self._answer()

    def do_PATCH(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def _answer(self) -> None:
        length = self.headers.get("content-length") or "0"
        if "transfer-encoding" in self.headers or not length.isascii() or not length.isdigit():
            self.close_connection = True
            self._send(Response(HTTPStatus.LENGTH_REQUIRED))
            return
        body = self.rfile.read(int(length))
        url = f"http://{HOST}:{self.connection.getsockname()[1]}{self.path}"
        answer = self.server.answer(
            Request(self.command, url, Headers(dict(self.headers.items())), body)
        )
        if isinstance(answer, Response):
            self._send(answer)
        elif answer.ending == "half":
            self.close_connection = True
            self._send(answer.response, of_body=len(answer.response.body) // 2)
        else:
            self._reset()

    def _send(self, response: Response, *, of_body: int | None = None) -> None:
        """Write the answer, or the first `of_body` bytes of its body."""
        lines = [f"HTTP/1.1 {response.status} {self.responses.get(response.status, ('',))[0]}"]
        lines += [f"{name}: {value}" for name, value in response.headers.items()]
        if response.status != HTTPStatus.NO_CONTENT:
            lines.append(f"content-length: {len(response.body)}")
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        self.wfile.write(head + response.body[:of_body])

    def _reset(self) -> None:
        """Close with RST instead of FIN: lingering for zero seconds does that."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:
        """Keep silent: addresses and paths are nobody's business."""
