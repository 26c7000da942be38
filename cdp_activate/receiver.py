"""A platform that stands in for a real one, on this machine.

It keeps lists of people as `type: webhook` sends them, and misbehaves on
command, so that the demo, the tests and the benchmarks speak over a socket:

    with Receiver(secret="whsec_...") as receiver:
        receiver.misbehave("status", status=429, retry_after=1)
        ...
        receiver.lists

Alone: `python -m cdp_activate.receiver --port 8765`. It listens on 127.0.0.1
only, keeps everything in memory and prints nothing of what it is sent.
"""

from __future__ import annotations

import argparse
import hmac
import json
import re
import signal
import sys
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NoReturn, Self
from urllib.parse import unquote, urlsplit

from cdp_activate.destinations.webhook import secret_bytes, sign
from cdp_activate.errors import CdpError
from cdp_activate.http import Request, Response
from cdp_activate.local_server import Cut, LocalServer

OLDEST_TIMESTAMP = 300
"""Seconds that a signature stays valid, in either direction of the clock."""

_REMEMBERED_ANSWERS = 10_000
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_ACTIONS = ("upsert", "remove", "send", "erase")

Fault = Literal[
    "status", "reset", "half_body", "malformed_json", "slow", "reject_rows", "refuse_batch_with"
]
_LOSES_THE_ROWS = frozenset({"status", "reset"})

Rows = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Call:
    """What is remembered of one request: nothing personal. Status 0: never answered."""

    method: str
    action: str
    rows: int
    status: int


@dataclass(slots=True)
class _Planned:
    """A fault in the queue. `left`: how many requests it still meets; None: all."""

    name: Fault
    left: int | None
    options: Mapping[str, Any]

    @property
    def applied(self) -> bool:
        """Whether the rows take effect although the answer goes wrong."""
        return bool(self.options.get("applied", self.name not in _LOSES_THE_ROWS))


class Receiver:
    """A context manager: listens from entry to exit. Everything is thread-safe.

    `secret` makes it check signatures; `port` 0 takes any free one.
    """

    def __init__(self, secret: str | None = None, *, port: int = 0) -> None:
        self._key = secret_bytes(secret) if secret is not None else None
        self._lists: dict[str, Rows] = {}
        self._answers: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._faults: deque[_Planned] = deque()
        self._refused: set[str] = set()
        self._requests: list[Call] = []
        self._lock = threading.Lock()
        self.calls = 0
        """POST requests received, whatever became of them."""
        self.duplicates = 0
        """POST requests whose `webhook-id` had been applied before."""
        self._events: dict[str, list[dict[str, Any]]] = {}
        self._server = LocalServer(self._answer, port=port)
        self.url = self._server.url

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening and break every open connection."""
        self._server.__exit__()

    def serve(self) -> None:
        """Listen in the calling thread until it is interrupted."""
        try:
            self._server.serve()
        finally:
            self._server.close()

    @property
    def lists(self) -> dict[str, Rows]:
        """A copy: list name -> key -> row as it was last sent."""
        with self._lock:
            return {name: dict(rows) for name, rows in self._lists.items()}

    @property
    def events(self) -> dict[str, list[dict[str, Any]]]:
        """A copy: list name -> rows of `action: send`, in the order they came."""
        with self._lock:
            return {name: list(rows) for name, rows in self._events.items()}

    @property
    def requests(self) -> list[Call]:
        """A copy of the log of POST and OPTIONS requests, oldest first."""
        with self._lock:
            return list(self._requests)

    def misbehave(self, fault: Fault, *, times: int | None = 1, **options: Any) -> None:
        """Queue a fault; each POST meets the first in the queue, `times` times over.

        `times=None`: until `behave()`. Options by fault:

        * status: `status`, `retry_after` (any header value), `applied` (False)
        * reset: `applied` (False): the connection is reset without an answer
        * half_body, malformed_json: `applied` (True)
        * slow: `seconds` before the request is looked at
        * reject_rows: `keys` {key: reason}, or `containing` a piece of key and `reason`
        * refuse_batch_with: `key`; 422 for any batch that holds it, until `behave()`
        """
        with self._lock:
            if fault == "refuse_batch_with":
                self._refused.add(str(options["key"]))
            else:
                self._faults.append(_Planned(fault, times, options))

    def behave(self) -> None:
        """Forget every fault that is queued or standing."""
        with self._lock:
            self._faults.clear()
            self._refused.clear()

    def _answer(self, request: Request) -> Response | Cut:
        if request.method == "GET":
            return self._show(urlsplit(request.url).path)
        if request.method == "POST":
            call, answer = self._take(request)
        else:
            answer = Response(204 if self._is_signed(request) else 401)
            call = Call(request.method, "", 0, answer.status)
        with self._lock:
            self._requests.append(call)
        return answer

    def _show(self, path: str) -> Response:
        """Sizes of all lists, or the keys of one."""
        name = unquote(path.removeprefix("/lists/"))
        with self._lock:
            if path == "/lists":
                return _json(200, {name: len(rows) for name, rows in self._lists.items()})
            if path.startswith("/lists/") and name in self._lists:
                return _json(200, list(self._lists[name]))
        return _json(404, {"error": "there is nothing here"})

    def _take(self, request: Request) -> tuple[Call, Response | Cut]:
        """Log line and answer of one batch, with whatever fault is due."""
        fault = self._next_fault()
        if fault is not None and fault.name == "slow":
            time.sleep(float(fault.options["seconds"]))
        call, answer = Call("POST", "", 0, 0), _json(200, {"accepted": 0})
        if fault is None or fault.applied:
            call, answer = self._judge(request, fault)
        if fault is None:
            return call, answer
        if fault.name == "reset":
            return replace(call, status=0), Cut("reset")
        if fault.name == "half_body":
            return replace(call, status=0), Cut("half", answer)
        if fault.name == "malformed_json":
            answer = replace(answer, status=200, body=b'{"accepted": ')
        if fault.name == "status":
            answer = _json(int(fault.options["status"]), {"error": "on command"})
            if "retry_after" in fault.options:
                wait = {"retry-after": str(fault.options["retry_after"])}
                answer = replace(answer, headers={**answer.headers, **wait})
        return replace(call, status=answer.status), answer

    def _next_fault(self) -> _Planned | None:
        with self._lock:
            self.calls += 1
            if not self._faults:
                return None
            fault = self._faults[0]
            if fault.left is not None:
                fault.left -= 1
                if fault.left <= 0:
                    self._faults.popleft()
            return fault

    def _judge(self, request: Request, fault: _Planned | None) -> tuple[Call, Response]:
        """Check the signature and the shape, then apply the batch once."""
        if not self._is_signed(request):
            said = {"error": "the signature is missing, wrong or too old"}
            return Call("POST", "", 0, 401), _json(401, said)
        batch = _batch(request.body)
        if batch is None:
            return Call("POST", "", 0, 400), _json(400, {"error": "this is not a batch"})
        action, list_name, rows = batch
        message_id = request.headers.get("webhook-id", "")
        with self._lock:
            if not self._refused.isdisjoint(rows):
                answer = _json(422, {"error": "a row of this batch is not acceptable"})
            elif message_id in self._answers:
                self.duplicates += 1
                answer = _json(200, self._answers[message_id])
            else:
                rejected = _rejected(rows, fault)
                self._apply(action, list_name, {k: r for k, r in rows.items() if k not in rejected})
                outcome = {"accepted": len(rows) - len(rejected), "rejected": rejected}
                self._remember(message_id, outcome)
                answer = _json(200, outcome)
        return Call("POST", action, len(rows), answer.status), answer

    def _apply(self, action: str, list_name: str, rows: Rows) -> None:
        if action == "upsert":
            self._lists.setdefault(list_name, {}).update(rows)
            return
        if action == "send":
            self._events.setdefault(list_name, []).extend(rows.values())
            return
        lists = self._lists.values() if action == "erase" else [self._lists.get(list_name, {})]
        for members in lists:
            for key in rows:
                members.pop(key, None)

    def _remember(self, message_id: str, outcome: dict[str, Any]) -> None:
        if message_id:
            self._answers[message_id] = outcome
            if len(self._answers) > _REMEMBERED_ANSWERS:
                self._answers.popitem(last=False)

    def _is_signed(self, request: Request) -> bool:
        if self._key is None:
            return True
        timestamp = request.headers.get("webhook-timestamp", "")
        if not _TIMESTAMP.fullmatch(timestamp):
            return False
        if abs(time.time() - int(timestamp)) > OLDEST_TIMESTAMP:
            return False
        message_id = request.headers.get("webhook-id", "")
        wanted = sign(self._key, message_id, timestamp, request.body).encode()
        given = request.headers.get("webhook-signature", "").encode("utf-8", "replace")
        return any(hmac.compare_digest(wanted, one) for one in given.split(b" "))


def _batch(body: bytes) -> tuple[str, str, Rows] | None:
    """Action, list name ("" for erase) and rows by key; None when it is no batch."""
    try:
        said = json.loads(body)
        action, list_name = said["action"], said["list"] or ""
        rows = {row["key"]: row for row in said["rows"]}
    except (ValueError, KeyError, TypeError):
        return None
    if action not in _ACTIONS or not all(isinstance(name, str) for name in (list_name, *rows)):
        return None
    return action, list_name, rows


def _rejected(rows: Rows, fault: _Planned | None) -> dict[str, str]:
    """Key -> reason, of the rows that the fault rejects."""
    if fault is None or fault.name != "reject_rows":
        return {}
    if "keys" in fault.options:
        return {key: why for key, why in fault.options["keys"].items() if key in rows}
    piece, why = fault.options["containing"], fault.options.get("reason", "not acceptable")
    return {key: why for key in rows if piece in key}


def _json(status: int, said: object) -> Response:
    body = json.dumps(said, ensure_ascii=False).encode()
    return Response(status, {"content-type": "application/json"}, body)


def main(arguments: list[str] | None = None) -> int:
    """Run alone until Ctrl-C or SIGTERM; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m cdp_activate.receiver", description="A local platform that keeps lists."
    )
    parser.add_argument("--port", type=int, default=8765, help="0 takes any free port")
    parser.add_argument("--secret", help="check signatures: whsec_<base64>, or any text")
    chosen = parser.parse_args(arguments)
    try:
        receiver = Receiver(chosen.secret, port=chosen.port)
    except (CdpError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for number in (signal.SIGINT, signal.SIGTERM):
        # Said out loud: a shell starts what runs in the background with Ctrl-C ignored.
        signal.signal(number, _stop)
    sys.stdout.write(f"Listening on {receiver.url} (Ctrl-C stops it)\n")
    sys.stdout.flush()
    try:
        receiver.serve()
    except KeyboardInterrupt:
        return 0
    return 0


def _stop(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
