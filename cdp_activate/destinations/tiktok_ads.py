"""TikTok custom audiences by file: digests are uploaded, then a list takes the file."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, SecretStr

from cdp_activate import __version__
from cdp_activate.destinations.api import ApiDestination, ApiSettings
from cdp_activate.destinations.base import Limit
from cdp_activate.destinations.rows import Receipt, Row, json_bytes
from cdp_activate.errors import AuthError, DestinationError, RefusedError, RetryError
from cdp_activate.http import Request, Response, Transport

_DOCS = "https://business-api.tiktok.com/portal/docs"
_SPEC = "https://github.com/tiktok/tiktok-business-api-sdk (dmp/custom_audience)"
_CODES = f"{_DOCS}?id=1737172488964097"

_PATH = "/open_api/v1.3/dmp/custom_audience"
_KINDS = {"email": "EMAIL_SHA256", "phone": "PHONE_SHA256", "mobile_ad_id": "MAID_SHA256"}
_CREATED_AS = {**_KINDS, "mobile_ad_id": "FIRST_SHA256"}
"""What a file and a list are told of their digests; the two lists of words differ (_SPEC)."""

# https://business-api.tiktok.com/portal/docs?id=1737172488964097
_TOKEN = frozenset({40102, 40103, 40104, 40105})
_RIGHTS = frozenset({40001, 40300})
_BUSY = frozenset({40016, 40100, 40133, 40700})
_PARAMETER = 40002
_SYSTEM = 50000


class TikTokAdsDestination(ApiDestination["TikTokAdsDestination.Settings"]):
    """Customer file audiences of a TikTok advertiser."""

    class Settings(ApiSettings):
        """What `syncs/destinations.yml` may say under `type: tiktok_ads`."""

        advertiser_id: str = Field(pattern="^[0-9]{3,20}$", description="The advertiser's number.")
        access_token: SecretStr = Field(description="Long-term token of an authorised app.")
        match_on: Literal["email", "phone", "mobile_ad_id"] = Field(
            default="email", description="The one identifier of the lists: a file holds one kind."
        )
        retention_days: Annotated[int, Field(ge=1, le=365)] | None = Field(
            default=None, description="Days until a new list expires."
        )

    where = ("advertiser_id",)
    api_version = "v1.3"
    documentation = f"{_DOCS}?id=1739940567842818"
    permissions = ("Audience Management (DMP)", "operator access to the advertiser")
    leaving = "Taken off the list by a file with action REMOVE; TikTok applies it within a day."
    limits: ClassVar[Mapping[str, Limit]] = {
        "name": Limit(128, "characters of a list's name", _SPEC),
        "files": Limit(500, "files a call", _SPEC),
        "page": Limit(100, "lists on a page", _SPEC),
        "retention": Limit(365, "days until a list expires", _SPEC),
    }

    address = "https://business-api.tiktok.com"
    identifiers = tuple(_KINDS)
    rules = "tiktok"
    takes_fields = False
    batch_size = 50_000
    concurrency = 2
    timeout = 120.0

    def __init__(
        self, settings: Settings, *, transport: Transport | None = None, name: str = ""
    ) -> None:
        """Keep the settings; make no call yet."""
        super().__init__(settings, transport=transport, name=name)
        self._ids: dict[str, str] = {}
        self._making = threading.Lock()

    def headers(self, path: str) -> Mapping[str, str]:
        """The token, as TikTok's gateway reads it."""
        return {"access-token": self.settings.access_token.get_secret_value()}

    def check(self) -> None:
        """Read one list."""
        self._page(1, size=1)

    def open(self, name: str) -> str:
        """The name itself: TikTok makes a list of a file alone, so the first batch makes it."""
        longest = self.limits["name"].most
        if len(name) > longest:
            raise DestinationError(
                f"{self.name} takes names of lists up to {longest} characters",
                remedy="Give the sync a shorter `list:`.",
            )
        with self._making:
            self._find(name)
        return name

    def upsert(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """Upload the digests, then make the list of the file, or append it."""
        fitting, receipt = self._fitting(rows)
        if not fitting:
            return receipt
        file = self._upload(fitting)
        with self._making:
            if not self._find(list_id):
                self._make(list_id, file)
                return receipt
        self._update(list_id, file, "APPEND")
        return receipt

    def remove(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """Upload the digests, then take them off. A list that is not there holds nobody."""
        fitting, _ = self._fitting(rows)
        if fitting:
            with self._making:
                there = self._find(list_id)
            if there:
                self._update(list_id, self._upload(fitting), "REMOVE")
        return Receipt()

    def size(self, list_id: str) -> int | None:
        """How many people TikTok says it found of the list."""
        with self._making:
            number = self._find(list_id)
        if not number:
            return None
        query = {"custom_audience_ids": json_bytes([number]).decode()}
        answer = self._get("get", query)
        return self.read(answer, "list", 0, "audience_details", "cover_num", kind=int)

    def _fitting(self, rows: Sequence[Row]) -> tuple[list[str], Receipt]:
        """The digests of the rows that have the one identifier, and who has it not."""
        name = self.settings.match_on
        without = {
            row.key: f"no {name}, which the lists are made of"
            for row in rows
            if name not in row.identifiers
        }
        return [row.identifiers[name] for row in rows if row.key not in without], Receipt(without)

    def _find(self, name: str) -> str | None:
        """The oldest list of our own of this very name; known from the first look on."""
        page, same = 1, []
        while name not in self._ids:
            answer = self._page(page, size=self.limits["page"].most)
            found = self.read(answer, "list", kind=list)
            same += [
                (str(one.get("create_time")), self.read(one, "audience_id", kind=str))
                for one in found
                if self.read(one, "name", kind=str) == name and one.get("is_creator", True)
            ]
            if not found or page >= self.read(answer, "page_info", "total_page", kind=int):
                break
            page += 1
        if same:
            self._ids[name] = min(same)[1]
        return self._ids.get(name)

    def _page(self, page: int, *, size: int) -> Any:
        return self._get("list", {"page": page, "page_size": size})

    def _make(self, name: str, file: str) -> None:
        body: dict[str, Any] = {
            "advertiser_id": self.settings.advertiser_id,
            "custom_audience_name": name,
            "calculate_type": _CREATED_AS[self.settings.match_on],
            "file_paths": [file],
        }
        if self.settings.retention_days:
            body["retention_in_days"] = self.settings.retention_days
        answer = self._data(self.request("POST", f"{_PATH}/create/", body))
        self._ids[name] = self.read(answer, "custom_audience_id", kind=str)

    def _update(self, name: str, file: str, action: str) -> None:
        body = {
            "advertiser_id": self.settings.advertiser_id,
            "custom_audience_id": self._ids[name],
            "action": action,
            "file_paths": [file],
        }
        try:
            self._data(self.request("POST", f"{_PATH}/update/", body))
        except RefusedError as error:
            # The file was taken when it came: what is refused here is the list.
            raise DestinationError(
                f"{error.message}: the list may not be there any more",
                remedy="If it was deleted there, run the sync with --full-refresh: "
                "it is made anew and filled.",
            ) from None

    def _upload(self, digests: Sequence[str]) -> str:
        """A file of one digest a line; TikTok's path of it."""
        from urllib3.filepost import encode_multipart_formdata

        content = ("\n".join(digests) + "\n").encode("ascii")
        body, kind = encode_multipart_formdata(
            {
                "advertiser_id": self.settings.advertiser_id,
                "calculate_type": _KINDS[self.settings.match_on],
                "file_signature": hashlib.md5(content, usedforsecurity=False).hexdigest(),
                "file": ("members.csv", content, "text/csv"),
            }
        )
        path = f"{_PATH}/file/upload/"
        headers = {
            **self.headers(path),
            "content-type": kind,
            "accept": self.content_type,
            "user-agent": f"cdp-activate/{__version__}",
        }
        url = f"{self.base_url(path)}{path}"
        response = self.transport.send(Request("POST", url, headers, body))
        self.raise_for(response)
        return self.read(self._data(response), "file_path", kind=str)

    def _get(self, what: str, query: Mapping[str, Any]) -> Any:
        query = {"advertiser_id": self.settings.advertiser_id, **query}
        return self._data(self.request("GET", f"{_PATH}/{what}/", query=query))

    def _data(self, response: Response) -> Any:
        """What was answered. A status of 200 is an error all the same where `code` is not 0."""
        answer = self.parsed(response)
        code = self.read(answer, "code", kind=int)
        if code == 0:
            return answer.get("data")
        if code in _TOKEN:
            raise AuthError(
                f"{self.name} does not accept the access token (code {code})",
                remedy="Authorise the app again; set the token in syncs/destinations.yml.",
            )
        if code in _RIGHTS:
            raise AuthError(
                f"{self.name} may not do this with our access token (code {code})",
                remedy=f"It needs: {', '.join(self.permissions)}.",
            )
        if code in _BUSY or code >= _SYSTEM:
            raise RetryError(f"{self.name} is busy (code {code})", in_doubt=code >= _SYSTEM)
        if code == _PARAMETER:
            raise RefusedError(f"{self.name} refused what was sent (code {code})")
        raise DestinationError(f"{self.name} answered with code {code}", remedy=f"See {_CODES}.")
