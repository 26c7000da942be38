"""What every emulator is made of: a platform's observable behaviour as a plain function.

An emulator keeps the platform's state, answers in its words, and misbehaves on command.
It knows nothing of the destination that calls it.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections import deque
from collections.abc import Callable, Mapping
from functools import cache
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from cdp_activate.http import FunctionTransport, Request, Response

Handler = Callable[..., Response]


def route(method: str, template: str) -> Callable[[Handler], Handler]:
    """Mark a method as the answer to `method` on paths like `/lists/{list_id}`."""
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))

    def mark(handler: Handler) -> Handler:
        handler.route = (method, pattern)  # type: ignore[attr-defined]
        return handler

    return mark


class Call:
    """A request as a platform sees it."""

    def __init__(self, request: Request) -> None:
        parts = urlsplit(request.url)
        self.method, self.path = request.method, parts.path
        self.headers, self.size = request.headers, len(request.body)
        self.query = dict(parse_qsl(parts.query, keep_blank_values=True))
        self.raw, kind = request.body, request.headers.get("content-type", "")
        self.body: Any = None
        if kind.startswith("application/x-www-form-urlencoded"):
            self.body = dict(parse_qsl(request.body.decode("ascii")))
        elif request.body and not kind.startswith("multipart/"):
            self.body = json.loads(request.body)


class Emulator:
    """Subclasses add routes, `unauthorised`, and `refusal` (its bodies for each status)."""

    content_type = "application/json"

    def __init__(self) -> None:
        self.seen: list[Call] = []
        self.refused: set[str] = set()
        self.faults: deque[Response] = deque()
        self.lock = threading.RLock()
        self.routes = [
            (*handler.route, handler)
            for handler in (getattr(self, name) for name in dir(type(self)))
            if hasattr(handler, "route")
        ]

    def transport(self) -> FunctionTransport:
        return FunctionTransport(self.answer)

    def answer(self, request: Request) -> Response:
        """The platform's answer to one request."""
        with self.lock:
            call = Call(request)
            self.seen.append(call)
            if self.faults:
                return self.faults.popleft()
            if self.unauthorised(call):
                return self.refusal(401)
            for method, pattern, handler in self.routes:
                found = pattern.fullmatch(call.path)
                if found and method == call.method:
                    parts = {name: unquote(part) for name, part in found.groupdict().items()}
                    return handler(call, **parts)
            return self.refusal(404)

    def unauthorised(self, call: Call) -> bool:
        raise NotImplementedError

    def refusal(self, status: int, **about: Any) -> Response:
        """The platform's own body for a status."""
        raise NotImplementedError

    def refuse(self, key: str) -> None:
        """Refuse this person from now on."""
        self.refused.add(email_of(key))

    def misbehave(self, *responses: Response) -> None:
        """Answer the next calls with these."""
        self.faults.extend(responses)

    def calls(self) -> int:
        return len(self.seen)

    def said(self, status: int, body: Any = None, headers: Mapping[str, str] = {}) -> Response:
        """An answer in JSON."""
        if body is None:
            return Response(status, headers)
        content = {"content-type": self.content_type, **headers}
        return Response(status, content, json.dumps(body, ensure_ascii=False).encode())


def a_few_times(response: Response, most: int = 5) -> FunctionTransport:
    """The same answer to everything, for a while: a caller that never ends is caught."""
    asked = count(1)

    def answer(request: Request) -> Response:
        assert next(asked) <= most, "asked without end"
        return response

    return FunctionTransport(answer)


def key_of(email: str) -> str:
    """The key of a `testing.person` by the e-mail address: platforms do not know our keys."""
    found = re.fullmatch(r"person\.(\d+)@example\.com", email)
    return f"c-{int(found[1]):05}" if found else email


@cache
def key_of_digest(digest: str) -> str:
    """The key of a `testing.person` by the SHA-256 of the e-mail address."""
    return _digests().get(digest, digest)


@cache
def _digests() -> dict[str, str]:
    emails = (f"person.{number}@example.com" for number in range(12_000))
    return {hashlib.sha256(email.encode()).hexdigest(): key_of(email) for email in emails}


def email_of(key: str) -> str:
    """The e-mail address of the `testing.person` with this key."""
    return f"person.{int(key.removeprefix('c-'))}@example.com"
