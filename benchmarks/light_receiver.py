"""A platform that costs next to nothing: it keeps bodies as they came and judges them when asked.

For benchmarks, where the receiver of the package, which reads and checks each body, would be
what is measured. It answers every POST with 200 after `--latency` milliseconds. `GET /` says
what was received: requests, bytes, and of each list its size and a digest of its rows.
`DELETE /` forgets everything.

Alone: `python benchmarks/light_receiver.py --port 8790 --latency 50`. Or here:

    with light_receiver(latency=50) as url: ...
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import hashlib
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_HEAD_END = b"\r\n\r\n"
_ACCEPTED = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n"
    b'{"accepted": 1}'
)


class Bodies:
    """What was received, in order."""

    def __init__(self, latency: float) -> None:
        self.latency = latency / 1000
        self.kept: list[bytes] = []

    def summary(self) -> dict[str, Any]:
        """Requests, bytes, and the lists as they are when every body has taken effect."""
        lists: dict[str, dict[str, str]] = {}
        rows = 0
        for body in self.kept:
            said = json.loads(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
            members = lists.setdefault(said["list"], {})
            rows += len(said["rows"])
            for row in said["rows"]:
                if said["action"] == "upsert":
                    members[row["key"]] = _text(row)
                else:
                    members.pop(row["key"], None)
        return {
            "requests": len(self.kept),
            "rows": rows,
            "bytes": sum(len(body) for body in self.kept),
            "lists": {name: {"size": len(of), "digest": digest(of)} for name, of in lists.items()},
        }


def _text(row: dict[str, Any]) -> str:
    """A row as one line, whether its values are in groups or beside the key."""
    values = {**row.get("identifiers", {}), **row.get("fields", row)}
    values = {name.lower(): value for name, value in values.items()}
    return f"{values['email']}|{values['first_name']}|{values['points']}"


def digest(members: dict[str, str]) -> str:
    """One text for a whole list: equal when keys and rows are equal."""
    lines = "\n".join(f"{key}|{members[key]}" for key in sorted(members))
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


class _Connection(asyncio.Protocol):
    """HTTP/1.1 with keep-alive, one request at a time, as far as benchmarks need it."""

    def __init__(self, bodies: Bodies) -> None:
        self.bodies = bodies
        self.head = b""
        self.parts: list[bytes] = []
        self.missing = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport

    def data_received(self, data: bytes) -> None:
        if self.missing < 0:
            self.head += data
            head, found, rest = self.head.partition(_HEAD_END)
            if not found:
                return
            self.head, self.parts = head, [rest]
            self.missing = _length(head) - len(rest)
            if b"100-continue" in head:
                self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        else:
            self.parts.append(data)
            self.missing -= len(data)
        if self.missing <= 0:
            self._received()

    def _received(self) -> None:
        head, body = self.head, b"".join(self.parts)
        self.head, self.parts, self.missing = b"", [], -1
        answer = _ACCEPTED
        if head.startswith(b"POST"):
            self.bodies.kept.append(body)
            if self.bodies.latency:
                asyncio.get_running_loop().call_later(self.bodies.latency, self._send, answer)
                return
        elif head.startswith(b"GET"):
            said = json.dumps(self.bodies.summary()).encode()
            answer = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(said), said)
        elif head.startswith(b"DELETE"):
            self.bodies.kept.clear()
        self._send(answer)

    def _send(self, answer: bytes) -> None:
        self.transport.write(answer)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def _serve(port: int, latency: float) -> None:
    bodies = Bodies(latency)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(bodies), "127.0.0.1", port, backlog=256)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", flush=True)
    await server.serve_forever()


@contextmanager
def light_receiver(latency: float = 0) -> Iterator[str]:
    """A receiver in a process of its own; its address. `latency` is in milliseconds."""
    command = [sys.executable, __file__, "--port", "0", "--latency", str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def received(url: str) -> dict[str, Any]:
    """The summary of what a receiver got."""
    with urllib.request.urlopen(url) as answer:
        said: dict[str, Any] = json.load(answer)
    return said


def forget(url: str) -> None:
    """Make a receiver forget everything."""
    urllib.request.urlopen(urllib.request.Request(url, method="DELETE")).close()


def main() -> None:
    parser = argparse.ArgumentParser(description="A platform that costs next to nothing.")
    parser.add_argument("--port", type=int, default=8790, help="0 takes any free port")
    parser.add_argument("--latency", type=float, default=0, help="milliseconds before each answer")
    chosen = parser.parse_args()
    asyncio.run(_serve(chosen.port, chosen.latency))


if __name__ == "__main__":
    main()
