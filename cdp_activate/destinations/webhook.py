"""Any HTTP endpoint: one signed JSON body a batch.

Calls are signed as Standard Webhooks has it (`cdp_activate/signature.py`). What they say, and
the answers that are understood, is in `_webhook`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from cdp_activate import __version__
from cdp_activate.answers import raise_for_status
from cdp_activate.destinations._webhook import (
    answer_of,
    body_of,
    no_page,
    page_of,
    receipt_of,
    rejections,
)
from cdp_activate.destinations.base import Destination, DestinationSettings
from cdp_activate.destinations.rows import Receipt, Row, clean_reason, json_bytes
from cdp_activate.errors import RetryError
from cdp_activate.http import Request, Response, Transport
from cdp_activate.signature import SigningSecret, new_message_id, signed

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\x20-\x7e\xa0-\xff]*")
_OURS = frozenset(
    {
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "host",
        "transfer-encoding",
    }
    | {"webhook-id", "webhook-timestamp", "webhook-signature"}
)


class WebhookDestination(Destination["WebhookDestination.Settings"]):
    """Lists at any endpoint that takes JSON by POST."""

    class Settings(DestinationSettings):
        """What `syncs/destinations.yml` may say under `type: webhook`."""

        url: str = Field(repr=False, description="Where batches are posted: http or https.")
        headers: dict[str, SecretStr] = Field(
            default_factory=dict, description="Headers sent with every call, such as a key."
        )
        secret: SigningSecret = Field(
            default=None, description="Signs each call: whsec_<base64>, or any text."
        )
        batch_size: Annotated[int, Field(ge=1, le=10_000)] = Field(
            default=500, description="Rows in a call, 1 to 10,000."
        )
        timeout: Annotated[float, Field(gt=0, le=600)] = Field(
            default=30.0, description="Seconds to wait for an answer."
        )
        concurrency: Annotated[int, Field(ge=1, le=64)] = Field(
            default=4, description="Calls under way at once."
        )
        requests_per_second: Annotated[float, Field(gt=0)] | None = Field(
            default=None, description="Calls a second, at most; else as fast as it answers."
        )
        gzip: bool = Field(
            default=False, description="Compress bodies: the endpoint takes content-encoding: gzip."
        )
        lists_members: bool = Field(
            default=False, description="The endpoint answers `action: members` with who is there."
        )
        deduplicates: bool = Field(
            default=False, description="The endpoint acts once on events of one idempotency_key."
        )

        matches_on: Literal["key", "identifiers"] = Field(
            default="key",
            description="What the endpoint knows people by; `identifiers`: by the first that the "
            "sync maps and they have, two of one address are one there.",
        )

        @field_validator("url")
        @classmethod
        def _url_is_http(cls, url: str) -> str:
            parts = urlsplit(url)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ValueError("must be a http:// or https:// address with a host")
            if parts.username or parts.password:
                raise ValueError("must hold no user or password; put them into headers")
            return url

        @field_validator("headers")
        @classmethod
        def _headers_can_be_sent(cls, headers: dict[str, SecretStr]) -> dict[str, SecretStr]:
            for name, value in headers.items():
                if not _HEADER_NAME.fullmatch(name):
                    raise ValueError("a header's name may hold letters, digits and hyphens")
                if name.lower() in _OURS:
                    raise ValueError(f"{name} is set by the destination itself")
                if not _HEADER_VALUE.fullmatch(value.get_secret_value()):
                    raise ValueError(f"the value of {name} holds characters no header can carry")
            return headers

    where = ("url", "headers", "secret")
    verbs = frozenset({"upsert", "remove", "send", "erase"})
    identifiers = ()
    leaving = "The endpoint is told `action: remove`, and takes the person off the list named."
    sends_json = True
    knows_keys = True

    def __init__(
        self, settings: Settings, *, transport: Transport | None = None, name: str = ""
    ) -> None:
        """Take the limits from the settings; make no call yet."""
        super().__init__(settings, transport=transport, name=name)
        self.batch_size = settings.batch_size
        self.concurrency = settings.concurrency
        self.requests_per_second = settings.requests_per_second
        self.timeout = settings.timeout
        self.gzips = settings.gzip
        self.deduplicates = settings.deduplicates
        self._unanswered: dict[bytes, str] = {}  # bodies of calls that failed in doubt: few
        self._lock = threading.Lock()

    def check(self) -> None:
        """Ask with OPTIONS, signed: changes nothing, yet proves reach and secret.

        An endpoint that does not know OPTIONS (404, 405 and the like) was
        reached all the same, and that is what is asked.
        """
        response = self._send("OPTIONS", b"", new_message_id())
        if response.status in {401, 403, 408, 425, 429} or response.status >= 500:
            raise_for_status(response, who=self.name)

    def open(self, name: str) -> str:
        """A list is named in every call; there is nothing to open."""
        return name

    def upsert(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """Post `action: upsert`: rows with identifiers and fields."""
        return self._post("upsert", list_id, rows)

    def remove(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """Post `action: remove`: rows with identifiers only."""
        return self._post("remove", list_id, rows)

    def send(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """Post `action: send`: events, each with the `idempotency_key` of its row."""
        return self._post("send", list_id, rows)

    def erase(self, rows: Sequence[Row]) -> Receipt:
        """Post `action: erase`, `list: null`: forget these people everywhere."""
        return self._post("erase", None, rows)

    def settle(self, job: str) -> Receipt | None:
        """Post `action: settle` with the job's name, until the answer names it no more.

        The rows are not at hand any more, so only addresses and long numbers are masked in
        what the endpoint says of them.
        """
        body = json_bytes({"action": "settle", "job": job})
        answer = answer_of(self._send("POST", body, new_message_id()), who=self.name)
        if answer.get("job") is not None:
            return None
        pairs = rejections(answer, who=self.name)
        named = {key: clean_reason(why, Row(key, {})) for key, why in pairs if key}
        return Receipt(rejected=named, unnamed=sum(not key for key, _ in pairs))

    def size(self, list_id: str) -> int | None:
        """What `action: members` says of the list's size, where the endpoint knows it."""
        return int(self._page(list_id, None)["size"]) if self.settings.lists_members else None

    def members(self, list_id: str) -> Iterator[Mapping[str, str]] | None:
        """Post `action: members` until no `next` page is named."""
        return self._pages(list_id) if self.settings.lists_members else None

    def _pages(self, list_id: str) -> Iterator[Mapping[str, str]]:
        after: str | None = None
        while True:
            page = self._page(list_id, after)
            for member in page["members"]:
                yield {name: str(value) for name, value in member.items() if value}
            before, after = after, page.get("next")
            if after is None:
                return
            if after == before:
                raise no_page(self.name, "names itself as its next page")

    def _page(self, list_id: str, after: str | None) -> Mapping[str, Any]:
        body = json_bytes({"action": "members", "list": list_id, "after": after})
        return page_of(self._send("POST", body, new_message_id()), who=self.name)

    def _post(self, action: str, list_name: str | None, rows: Sequence[Row]) -> Receipt:
        """One batch, one call.

        A call that failed in doubt keeps its `webhook-id` for the next try, so
        an endpoint that did apply it can tell. A call that was answered gives
        its id up: the same person may be added, removed and added again, and
        the third call is no repetition of the first.
        """
        if not rows:
            return Receipt()
        body = body_of(action, list_name, rows)
        with self._lock:
            # A body is long: it is looked up only where there is something to find.
            before = self._unanswered.pop(body, None) if self._unanswered else None
        message_id = before or new_message_id()
        try:
            answer = answer_of(self._send("POST", body, message_id), who=self.name)
            return receipt_of(answer, rows, who=self.name)
        except RetryError:
            with self._lock:
                self._unanswered[body] = message_id
            raise

    def _send(self, method: str, body: bytes, message_id: str) -> Response:
        headers = {"user-agent": f"cdp-activate/{__version__}"}
        for name, value in self.settings.headers.items():
            headers[name.lower()] = value.get_secret_value()
        headers["content-type"] = "application/json; charset=utf-8"
        headers |= signed(self.settings.secret, message_id, body)
        return self.transport.send(Request(method, self.settings.url, headers, body))
