"""LinkedIn matched audiences: DMP segments of digests of e-mail addresses."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote

from pydantic import Field, SecretStr, model_validator

from cdp_activate.destinations._oauth import Tokens, refreshing
from cdp_activate.destinations.api import ApiDestination, ApiSettings, mapping
from cdp_activate.destinations.base import Limit
from cdp_activate.destinations.rows import Receipt, Row, clean_reason
from cdp_activate.errors import DestinationError, RetryError
from cdp_activate.http import Response, Transport

TOKENS = "https://www.linkedin.com/oauth/v2/accessToken"

_DOCS = "https://learn.microsoft.com/linkedin/marketing/matched-audiences"
_USERS = f"{_DOCS}/create-and-manage-segment-users"
_SEGMENTS = f"{_DOCS}/create-and-manage-segments"
_VERSIONS = "https://learn.microsoft.com/linkedin/marketing/versioning"
_PEER = (
    "https://github.com/rudderlabs/rudder-transformer (linkedin_audience), November 2026; "
    "LinkedIn's pages do not say it"
)
_GONE = frozenset({404, 410})
_OLD_VERSION = 426
_LATER = frozenset({408, 429})


class LinkedInAdsDestination(ApiDestination["LinkedInAdsDestination.Settings"]):
    """Matched audiences of a LinkedIn ad account."""

    class Settings(ApiSettings):
        """What `syncs/destinations.yml` may say under `type: linkedin_ads`."""

        account_id: str = Field(pattern="^[0-9]{3,20}$", description="The ad account's number.")
        access_token: SecretStr | None = Field(
            default=None, description="A token of two months, or the next three."
        )
        client_id: str | None = Field(default=None, description="Of the app.")
        client_secret: SecretStr | None = Field(default=None, description="Of the same.")
        refresh_token: SecretStr | None = Field(
            default=None, description="Of someone who may manage the account's audiences."
        )
        version: str = Field(
            default="202611",
            pattern="^20[0-9]{2}(0[1-9]|1[0-2])$",
            description="LinkedIn's version of its interface; each is served for about a year.",
        )

        @model_validator(mode="after")
        def _one_kind_of_credentials(self) -> LinkedInAdsDestination.Settings:
            client = (self.client_id, self.client_secret, self.refresh_token)
            if bool(self.access_token) == any(client) or (any(client) and not all(client)):
                raise ValueError("give access_token, or client_id, client_secret and refresh_token")
            return self

    where = ("account_id",)
    api_version = "202611"
    documentation = _SEGMENTS
    permissions = ("rw_dmp_segments", "access to LinkedIn's Audiences program")
    leaving = "Taken off the segment; LinkedIn applies it within 48 hours. Nothing else changes."
    limits: ClassVar[Mapping[str, Limit]] = {
        "users": Limit(5_000, "users a call", _PEER),
        "pace": Limit(600, "calls a minute and member", _USERS),
        "first_use": Limit(5, "seconds that a new segment needs, at least", _USERS),
        "appearing": Limit(120, "seconds in which a new segment may still be unknown", _PEER),
        "version": Limit(12, "months that a version is served, about", _VERSIONS),
        "matched": Limit(300, "matched members below which no size is said", _SEGMENTS),
    }

    address = "https://api.linkedin.com"
    identifiers = ("email",)
    rules = "linkedin"
    takes_fields = False
    batch_size = limits["users"].most
    requests_per_second = 8.0
    first_use: float = limits["first_use"].most

    def __init__(
        self, settings: Settings, *, transport: Transport | None = None, name: str = ""
    ) -> None:
        """Keep the settings; make no call yet."""
        super().__init__(settings, transport=transport, name=name)
        self._made: dict[str, float] = {}
        self._lock = threading.Lock()
        self._tokens: Tokens | None = None
        if settings.client_id and settings.client_secret and settings.refresh_token:
            form = refreshing(settings.client_id, settings.client_secret, settings.refresh_token)
            self._tokens = Tokens(TOKENS, form, who=self.name)

    def headers(self, path: str) -> Mapping[str, str]:
        """The token, LinkedIn's version, and for users that there are many in the body."""
        given = self.settings.access_token
        token = given.get_secret_value() if given else ""
        if self._tokens is not None:
            token = self._tokens.get(self.transport)
        found = {
            "authorization": f"Bearer {token}",
            "linkedin-version": self.settings.version,
            "x-restli-protocol-version": "2.0.0",
        }
        if path.endswith("/users"):
            found["x-restli-method"] = "BATCH_CREATE"
        return found

    @property
    def _account(self) -> str:
        return f"urn:li:sponsoredAccount:{self.settings.account_id}"

    def check(self) -> None:
        """Read one of the account's segments."""
        self._page(0, 1)

    def _page(self, start: int, count: int) -> Any:
        query = {"q": "account", "account": self._account, "start": start, "count": count}
        return self.call("GET", "/rest/dmpSegments", query=query)

    def open(self, name: str) -> str:
        """The account's segment of this very name that has not expired, else a new one."""
        start, most = 0, 100
        before: list[Any] = []
        while True:
            found = self.read(self._page(start, most), "elements", kind=list)
            if found and found == before:
                raise self.misread("the next page", "another page")
            before = found
            for one in found:
                same = self.read(one, "name", kind=str) == name and one.get("type") == "USER"
                if same and not _has_expired(one):
                    return str(self.read(one, "id", kind=int))
            if not found:
                break
            start += len(found)
        new = {
            "name": name,
            "account": self._account,
            "type": "USER",
            "sourcePlatform": "LIST_UPLOAD",
            "destinations": [{"destination": "LINKEDIN"}],
        }
        with self.making_a_list():
            made = self.request("POST", "/rest/dmpSegments", new).headers
        list_id = made.get("x-restli-id") or made.get("x-linkedin-id") or ""
        if not list_id:
            self.read(None, "x-restli-id", kind=str)
        with self._lock:
            self._made[list_id] = time.monotonic()
        return list_id

    def upsert(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """Add users. Twice equals once."""
        return self._change("ADD", list_id, rows)

    def remove(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """Remove users. Who is not there counts as removed."""
        return self._change("REMOVE", list_id, rows)

    def _change(self, action: str, list_id: str, rows: Sequence[Row]) -> Receipt:
        if not rows:
            return Receipt()
        self._wait_for(list_id)
        users = [
            {
                "action": action,
                "userIds": [{"idType": "SHA256_EMAIL", "idValue": row.identifiers["email"]}],
            }
            for row in rows
        ]
        path = f"/rest/dmpSegments/{quote(list_id, safe='')}/users"
        response = self.request("POST", path, {"elements": users}, allow=_GONE)
        if response.status in _GONE:
            self._raise_unknown(list_id, response)
        outcomes = self.read(self.parsed(response), "elements", kind=list)
        if len(outcomes) != len(rows):
            self.read(None, f"elements ({len(rows)} of them)", kind=list)
        statuses = [self.read(outcome, "status", kind=int) for outcome in outcomes]
        if any(status in _LATER or status >= 500 for status in statuses):
            # No fault of the row's. Who was taken is taken once, however often it is said.
            raise RetryError(f"{self.name} could not take some users now", in_doubt=True)
        rejected = {}
        for row, outcome, status in zip(rows, outcomes, statuses, strict=True):
            if status >= 400:
                error = self.read(outcome.get("error") or {}, kind=dict)
                rejected[row.key] = clean_reason(error.get("message") or "", row)
        return Receipt(rejected)

    def _wait_for(self, list_id: str) -> None:
        """A segment that was made just now takes no users yet."""
        with self._lock:
            made = self._made.get(list_id)
        left = self.first_use - (time.monotonic() - made) if made is not None else 0.0
        if left > 0:
            raise RetryError(f"{self.name} makes the segment ready", after=left)

    def _raise_unknown(self, list_id: str, response: Response) -> None:
        """A segment made just now may not be known everywhere yet; an older one is gone."""
        with self._lock:
            made = self._made.get(list_id)
        appearing = self.limits["appearing"].most
        if made is not None and time.monotonic() - made < appearing:
            raise RetryError(f"{self.name} does not know the new segment yet", after=self.first_use)
        self.raise_for(response)

    def size(self, list_id: str) -> int | None:
        """How many members LinkedIn says it matched; None where it does not say."""
        answer = self.call("GET", f"/rest/dmpSegments/{quote(list_id, safe='')}")
        about = self.read(answer, "destinations", 0, kind=dict)
        size = about.get("audienceSize") or 0
        return self.read({"audienceSize": size}, "audienceSize", kind=int) or None

    def raise_for(self, response: Response) -> None:
        """A version that is served no more has a status of its own; a token may end early."""
        if response.status == 401 and self._tokens is not None:
            self._tokens.refused()
        if response.status == _OLD_VERSION:
            raise DestinationError(
                f"{self.name} no longer serves version {self.settings.version} of its interface",
                remedy=f"Set `version:` to one of {_VERSIONS}.",
            )
        super().raise_for(response)


def _has_expired(segment: Mapping[str, Any]) -> bool:
    """Whether LinkedIn has deleted who was on a segment, after 90 days without use.

    https://www.linkedin.com/help/lms/answer/a795242 (no campaign can be given such a segment)
    """
    return any(mapping(one).get("status") == "EXPIRED" for one in segment.get("destinations") or ())
