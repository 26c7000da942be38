"""The base of destinations that speak JSON over HTTPS under one key, for ours and others'.

A subclass says its address, how it signs, and which calls it makes; statuses, bodies that
are too large, answers that changed and pages that never end are seen to here. Not a
destination itself. See docs/writing-a-destination.md.
"""

from __future__ import annotations

import base64
import re
from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, ClassVar, TypeVar
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from pydantic import Field, field_validator

from cdp_activate import __version__
from cdp_activate.answers import raise_for_status, read_json
from cdp_activate.destinations.base import Destination, DestinationSettings
from cdp_activate.destinations.rows import Row, json_bytes
from cdp_activate.errors import AuthError, DestinationError, RefusedError, RetryError
from cdp_activate.http import Request, Response

_UNAUTHORISED, _FORBIDDEN, _GONE = 401, 403, (404, 410)
_LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})

T = TypeVar("T")


class ApiSettings(DestinationSettings):
    """Settings of every platform reached by JSON; subclasses say the default address."""

    base_url: str = Field(
        default="", description="Another address of the platform: a region, a proxy or a test."
    )

    @field_validator("base_url")
    @classmethod
    def _address_is_private(cls, url: str) -> str:
        parts = urlsplit(url)
        is_safe = parts.scheme == "https" and bool(parts.hostname)
        is_here = parts.scheme == "http" and parts.hostname in _LOCAL
        if url and not is_safe and not is_here:
            raise ValueError("must be an https:// address (http:// on this machine alone)")
        if parts.username or parts.password:
            raise ValueError("must hold no user or password")
        return url.rstrip("/")


A = TypeVar("A", bound=ApiSettings)


class ApiDestination(Destination[A]):
    """A destination that speaks JSON over HTTPS. Subclasses say where, and how they sign."""

    address: ClassVar[str] = ""
    """The platform's own address, without a slash at its end."""

    content_type: ClassVar[str] = "application/json"

    @abstractmethod
    def headers(self, path: str) -> Mapping[str, str]:
        """What identifies us to the platform, for a call to `path`."""

    def base_url(self, path: str) -> str:
        """Where a call to `path` goes: the setting, else the platform's own address."""
        del path
        return self.settings.base_url or self.address

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        allow: Collection[int] = (),
    ) -> Response:
        """One call; the answer, when its status is 2xx or in `allow`.

        `path` begins with a slash, its parts already quoted. Raises the error
        that any other status stands for, and `RefusedError` before sending a
        body of more than `batch_bytes`, so that the engine halves the batch.
        """
        headers = {
            **self.headers(path),
            "accept": self.content_type,
            "user-agent": f"cdp-activate/{__version__}",
        }
        payload = b""
        if body is not None:
            payload = json_bytes(body)
            headers["content-type"] = self.content_type
        if self.batch_bytes is not None and len(payload) > self.batch_bytes:
            raise RefusedError(
                f"{len(payload):,} bytes are more than the {self.batch_bytes:,} "
                f"that {self.name} takes in one call"
            )
        url = f"{self.base_url(path)}{path}"
        if query:
            url += "?" + urlencode(query, quote_via=quote)
        response = self.transport.send(Request(method, url, headers, payload))
        if response.status not in allow:
            self.raise_for(response)
        return response

    def call(
        self, method: str, path: str, body: Any = None, *, query: Mapping[str, Any] | None = None
    ) -> Any:
        """One call; the JSON it is answered with, None where the answer has no body."""
        return self.parsed(self.request(method, path, body, query=query))

    def job(self, path: str, *, query: Mapping[str, Any] | None = None) -> Any:
        """What a job has come to. Raises DestinationError where the platform knows it no more."""
        answer = self.request("GET", path, query=query, allow=_GONE)
        if answer.status in _GONE:
            raise DestinationError(
                f"{self.name} knows a job no more ({answer.status})",
                remedy="What became of its rows is unknown: the next run sends them again.",
            )
        return self.parsed(answer)

    def make_list(self, path: str, body: Any) -> Any:
        """POST a new list."""
        with self.making_a_list():
            return self.call("POST", path, body)

    @contextmanager
    def making_a_list(self) -> Iterator[None]:
        """What is refused here is refused for the list's name, not for any row."""
        try:
            yield
        except RefusedError:
            raise DestinationError(
                f"{self.name} refused to make the list",
                remedy="Say another `list` in the sync, or make it there by hand.",
            ) from None

    def parsed(self, response: Response) -> Any:
        """The JSON of an answer, None where it has no body."""
        return read_json(response, who=self.name) if response.body.strip() else None

    def raise_for(self, response: Response) -> None:
        """Raise the error that a status stands for; return on 2xx.

        Platforms that say more in the body override this, and end with it.
        """
        if response.status == _UNAUTHORISED:
            raise AuthError(
                f"{self.name} answered 401: it does not accept our key",
                remedy="Check the key in syncs/destinations.yml, or make a new one there.",
            )
        if response.status == _FORBIDDEN:
            raise AuthError(
                f"{self.name} answered 403: the key may not do this",
                remedy=f"It needs: {', '.join(self.permissions)}." if self.permissions else "",
            )
        if response.status in _GONE:
            raise DestinationError(
                f"{self.name} answered {response.status}: what we call is not there",
                remedy="If the list was deleted there, run the sync with --full-refresh: "
                "it is made anew and filled.",
                in_doubt=False,
            )
        raise_for_status(response, who=self.name)

    def read(self, answer: Any, *path: str | int, kind: type[T]) -> T:
        """The value at `path` of an answer, a `kind`.

        Raises `DestinationError` when it is not there: the platform changed its answer.
        """
        found = answer
        try:
            for step in path:
                found = found[step]
        except (KeyError, IndexError, TypeError):
            found = None
        # bool is an int to Python, to no platform.
        if not isinstance(found, kind) or (isinstance(found, bool) and kind is not bool):
            place = ".".join(str(step) for step in path) or "its body"
            raise self.misread(place, f"a {kind.__name__}")
        return found

    def next_page(self, address: object, parameter: str, current: object) -> str:
        """What `parameter` is in the address of the next page.

        Raises `DestinationError` where that is no other page than `current`: reading on would
        never end.
        """
        found = parse_qs(urlsplit(str(address)).query).get(parameter, [""])[0]
        if not found or found == current:
            raise self.misread(f"the {parameter} of the next page", "one of another page")
        return found

    def words_of(self, address: object) -> list[str] | None:
        """The words of a file that the platform put elsewhere; None where it cannot be read.

        For files of refused people whose form is not described: addresses are looked up among
        the words. The address is itself the permission, so no key goes with the call.
        """
        if not isinstance(address, str) or not address.startswith("https://"):
            return None
        try:
            answer = self.transport.send(Request("GET", address))
        except RetryError:
            return None  # a host that a firewall may keep from us for ever
        if answer.status != HTTPStatus.OK:
            return None
        return re.split(r"[\s,;\"'<>]+", answer.body.decode("utf-8-sig", "replace").lower())

    def misread(self, place: str, expected: str) -> DestinationError:
        """The platform changed its answer: at `place` there is nothing that is `expected`."""
        version = f" (version {self.api_version})" if self.api_version else ""
        return DestinationError(
            f"{self.name} answered in a form that is not understood: {place} is not {expected}",
            remedy=f"It may have changed its interface{version}: look for a newer cdp-activate.",
        )


def mapping(value: Any) -> Mapping[str, Any]:
    """An optional part of an answer: the mapping, or an empty one where it is missing."""
    return value if isinstance(value, Mapping) else {}


def member(identifiers: Mapping[str, object]) -> dict[str, str]:
    """Someone on a list, as `Destination.members` tells them: what is empty is left out, and
    an address is in small letters, as in a `Row`.
    """
    found = {name: str(value).strip() for name, value in identifiers.items() if value}
    if "email" in found:
        found["email"] = found["email"].lower()
    return found


def parts_of(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """`items` in runs of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def basic(user: str, password: str) -> str:
    """The value of an `Authorization` header for HTTP Basic (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


def best_identifier(row: Row, order: Sequence[str]) -> str | None:
    """The first of `order` that the row has."""
    return next((name for name in order if name in row.identifiers), None)
