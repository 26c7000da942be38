"""A platform without a socket: a request in, an answer out, and faults where they are due."""

from __future__ import annotations

import hmac
import json
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urlsplit

from cdp_activate.errors import RetryError
from cdp_activate.http import FunctionTransport, Request, Response, Transport, uncompressed
from cdp_activate.local_server import CutAnswer
from cdp_activate.receiver.faults import Fault, FaultQueue, PlannedFault, RandomFaults
from cdp_activate.receiver.lists import Batch, Lists, PlatformBehaviour, Rows
from cdp_activate.signature import secret_bytes, sign

OLDEST_TIMESTAMP = 300
"""Seconds that a signature stays valid, in either direction of the clock."""

_REMEMBERED_ANSWERS = 10_000
_PAGE = 1000
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_ACTIONS = ("upsert", "remove", "send", "erase")


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """What is remembered of one request: nothing personal. Status 0: never answered."""

    method: str
    action: str
    rows: int
    status: int


@dataclass(slots=True)
class _Delayed:
    """A request that the network delivers a second time, when the clock has come to `due`."""

    request: Request
    due: int


class SimulatedPlatform:
    """Everything is thread-safe. `secret` makes it check signatures."""

    url = "http://platform.example/"
    """An address for settings; only `transport` leads there."""

    def __init__(
        self,
        behaviour: PlatformBehaviour | None = None,
        *,
        secret: str | None = None,
        weather: RandomFaults | None = None,
    ) -> None:
        self._key = secret_bytes(secret) if secret is not None else None
        self._lists = Lists(behaviour or PlatformBehaviour())
        self._weather = weather
        self._answers: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._faults = FaultQueue()
        self._delayed: list[_Delayed] = []
        self._refused: set[str] = set()
        self._requests: list[RecordedCall] = []
        self._lock = threading.RLock()
        self.calls = 0
        """POST requests received, whatever became of them."""
        self.duplicates = 0
        """POST requests whose `webhook-id` had been applied before."""

    @property
    def lists(self) -> dict[str, Rows]:
        """A copy: list name -> what a member is known by -> row as it was last sent."""
        with self._lock:
            return {name: dict(rows) for name, rows in self._lists.members.items()}

    @property
    def events(self) -> dict[str, list[dict[str, Any]]]:
        """A copy: list name -> rows of `action: send`, in the order they came."""
        with self._lock:
            return {name: list(rows) for name, rows in self._lists.events.items()}

    @property
    def requests(self) -> list[RecordedCall]:
        """A copy of the log of POST and OPTIONS requests, oldest first."""
        with self._lock:
            return list(self._requests)

    @property
    def transport(self) -> Transport:
        """Reaches this platform in this process, without a network."""
        return FunctionTransport(self._directly)

    def put(self, list_name: str, rows: Rows) -> None:
        """Put people on a list by another hand than a sync's: keys and rows."""
        with self._lock:
            self._lists.take(Batch("upsert", list_name, dict(rows)), {})
            self._lists.finish_jobs()

    def finish_jobs(self) -> None:
        """Let the platform work, though nobody asks, until no job is left."""
        with self._lock:
            self._lists.finish_jobs()

    def misbehave(self, fault: Fault, *, times: int | None = 1, **options: Any) -> None:
        """Queue a fault; each POST meets the first in the queue, `times` times over.

        `times=None`: until `behave()`. Options by fault:

        * status: `status`, `retry_after` (any header value), `applied` (False)
        * reset: `applied` (False): the connection is reset without an answer
        * half_body, malformed_json: `applied` (True)
        * slow: `seconds` before the request is looked at
        * duplicate: delivered again `after` so many more requests (0: at once), if it was taken
        * reject_rows: `keys` {key: reason}, or `containing` a piece of key and `reason`
        * refuse_batch_with: `key`; 422 for any batch that holds it, until `behave()`
        """
        with self._lock:
            if fault == "refuse_batch_with":
                self._refused.add(str(options["key"]))
            else:
                self._faults.add(PlannedFault(fault, times, options))

    def behave(self) -> None:
        """Forget every fault that is queued, standing or drawn."""
        with self._lock:
            self._faults.clear()
            self._refused.clear()
            self._weather = None

    def answer(self, request: Request) -> Response | CutAnswer:
        """What the platform says to a request, or where its answer breaks off."""
        if request.method == "GET":
            return self._show(urlsplit(request.url).path)
        if request.method == "POST":
            call, answer = self._take(uncompressed(request))
        else:
            answer = Response(204 if self._is_signed(request) else 401)
            call = RecordedCall(request.method, "", 0, answer.status)
        with self._lock:
            self._requests.append(call)
        return answer

    def _directly(self, request: Request) -> Response:
        answer = self.answer(request)
        if isinstance(answer, CutAnswer):
            raise RetryError(f"{request.host} closed the connection", in_doubt=True)
        return answer

    def _show(self, path: str) -> Response:
        """Sizes of all lists, or who is on one, as far as they show yet."""
        name = unquote(path.removeprefix("/lists/"))
        with self._lock:
            self._lists.tick()
            lists = self._lists.shown()
            if path == "/lists":
                return _json(200, {name: len(rows) for name, rows in lists.items()})
            if path.startswith("/lists/") and name in lists:
                return _json(200, list(lists[name]))
        return _json(404, {"error": "there is nothing here"})

    def _take(self, request: Request) -> tuple[RecordedCall, Response | CutAnswer]:
        """Log line and answer of one batch, with whatever fault is due."""
        fault = self._next_fault()
        pause = self._lists.behaviour.latency
        if fault is not None and fault.name == "slow":
            pause += float(fault.options["seconds"])
        if pause:
            time.sleep(pause)
        call, answer = RecordedCall("POST", "", 0, 0), _json(200, {"accepted": 0})
        if fault is None or fault.applied:
            call, answer = self._judge(request, fault)
        if fault is None:
            return call, answer
        if fault.name == "duplicate" and call.status < 400:
            # A call that was refused is refused a second time, whatever was lifted meanwhile.
            with self._lock:
                due = self._lists.clock + int(fault.options.get("after", 0))
                self._delayed.append(_Delayed(request, due))
                self._deliver_again()
        if fault.name == "reset":
            return replace(call, status=0), CutAnswer("reset")
        if fault.name == "half_body":
            return replace(call, status=0), CutAnswer("half", answer)
        if fault.name == "malformed_json":
            answer = replace(answer, status=200, body=b'{"accepted": ')
        if fault.name == "status":
            answer = _json(int(fault.options["status"]), {"error": "on command"})
            if "retry_after" in fault.options:
                wait = {"retry-after": str(fault.options["retry_after"])}
                answer = replace(answer, headers={**answer.headers, **wait})
        return replace(call, status=answer.status), answer

    def _next_fault(self) -> PlannedFault | None:
        with self._lock:
            self.calls += 1
            self._lists.tick()
            self._deliver_again()
            due = self._faults.take()
            if due is None and self._weather is not None:
                due = self._weather.fault_of(self.calls)
            return due

    def _deliver_again(self) -> None:
        """What the network held back arrives a second time."""
        due = [late for late in self._delayed if late.due <= self._lists.clock]
        self._delayed = [late for late in self._delayed if late.due > self._lists.clock]
        for late in due:
            self._judge(late.request, None)

    def _judge(self, request: Request, fault: PlannedFault | None) -> tuple[RecordedCall, Response]:
        """Check the signature and the shape, then apply the batch once."""
        if not self._is_signed(request):
            why = "the signature is missing, wrong or too old"
            return RecordedCall("POST", "", 0, 401), _json(401, {"error": why})
        said = _read(request.body)
        if said is not None and said.get("action") == "settle":
            return self._settle(str(said.get("job")))
        if said is not None and said.get("action") == "members":
            return self._members(str(said.get("list")), str(said.get("after") or ""))
        batch = _batch(said)
        if batch is None:
            return RecordedCall("POST", "", 0, 400), _json(400, {"error": "this is not a batch"})
        message_id = request.headers.get("webhook-id", "")
        with self._lock:
            if not self._refused.isdisjoint(batch.rows):
                answer = _json(422, {"error": "a row of this batch is not acceptable"})
            elif message_id in self._answers:
                self.duplicates += 1
                answer = _json(200, self._answers[message_id])
            else:
                rejected = fault.rejects(list(batch.rows)) if fault is not None else {}
                outcome = self._lists.take(batch, rejected)
                self._remember(message_id, outcome)
                answer = _json(202 if "job" in outcome else 200, outcome)
        return RecordedCall("POST", batch.action, len(batch.rows), answer.status), answer

    def _settle(self, job: str) -> tuple[RecordedCall, Response]:
        with self._lock:
            outcome = self._lists.outcome(job)
        if outcome is None:
            return RecordedCall("POST", "settle", 0, 404), _json(404, {"error": "no such job"})
        status = 202 if "job" in outcome else 200
        return RecordedCall("POST", "settle", 0, status), _json(status, outcome)

    def _members(self, list_name: str, after: str) -> tuple[RecordedCall, Response]:
        """A page of the list as the platform shows it, in the order of what it knows them by."""
        with self._lock:
            rows = self._lists.shown().get(list_name, {})
            known = sorted(one for one in rows if one > after)
            some = [rows[one]["identifiers"] for one in known[:_PAGE]]
            following = known[_PAGE - 1] if len(known) > _PAGE else None
            page = {"size": len(rows), "members": some, "next": following}
        return RecordedCall("POST", "members", 0, 200), _json(200, page)

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


def _read(body: bytes) -> Mapping[str, Any] | None:
    """The body as a JSON object; None when it is none."""
    try:
        said = json.loads(body)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _batch(said: Mapping[str, Any] | None) -> Batch | None:
    """What is to be done with which rows; None when it is no batch."""
    try:
        assert said is not None
        action, list_name = said["action"], said["list"] or ""
        rows = {row["key"]: row for row in said["rows"]}
    except (AssertionError, KeyError, TypeError):
        return None
    if action not in _ACTIONS or not all(isinstance(name, str) for name in (list_name, *rows)):
        return None
    return Batch(action, list_name, rows)


def _json(status: int, said: object) -> Response:
    body = json.dumps(said, ensure_ascii=False).encode()
    return Response(status, {"content-type": "application/json"}, body)
