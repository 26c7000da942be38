"""Zalo ZNS: messages by an approved template to the phone number of a Zalo account.

A message cannot be called back and costs money. Each carries the row's idempotency
key as `tracking_id`, by which Zalo's reports name it. Zalo does not promise to drop
a second message of one `tracking_id`, so one whose answer was lost is not sent again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field, SecretStr

from cdp_activate.destinations._messages import MessageDestination
from cdp_activate.destinations._values import as_text, number_or_text
from cdp_activate.destinations.api import ApiSettings
from cdp_activate.destinations.base import Limit
from cdp_activate.destinations.rows import Row
from cdp_activate.errors import AuthError, DestinationError, RetryError

_DOCS = "https://developers.zalo.me/docs/zalo-notification-service"
_ERRORS = "https://zalo.cloud/zns/guidelines/handle-error-code"
_OK, _UNKNOWN = 0, -100

_CREDENTIALS = frozenset({-101, -102, -103, -104, -105, -124, -125})
_PERSON: Mapping[int, str] = {
    -108: "the phone number is not valid",
    -110: "their version of Zalo takes no such message",
    -111: "the template has no data",
    -112: "the data do not fit the template",
    -114: "the account is inactive or refuses such messages",
    -118: "there is no Zalo account of this number",
    -119: "the account cannot receive such messages",
    -130: "a value is too long for the template",
    -132: "a value does not fit the template",
    -134: "the person has not agreed to such messages",
    -139: "the person refuses this kind of message",
    -140: "the person refuses messages after a sale",
    -141: "the person refuses messages of this account",
}
"""Codes that are about one person or their data; any other stops the sync (table: `_ERRORS`)."""


class ZaloZnsDestination(MessageDestination["ZaloZnsDestination.Settings"]):
    """Messages of one approved ZNS template. The sync's `fields` are the template's parameters."""

    class Settings(ApiSettings):
        """What `syncs/destinations.yml` may say under `type: zalo_zns`."""

        access_token: SecretStr = Field(
            description="Of the Official Account's app. It lives for about a day: renew it outside."
        )
        template_id: str = Field(min_length=1, description="The id of an approved template.")

    address = "https://business.openapi.zalo.me"
    api_version = "ZNS, 2026"
    documentation = _DOCS
    permissions = ("an app of the Official Account that may send ZNS",)
    leaving = "Nothing: a message that was sent cannot be called back."
    limits: ClassVar[Mapping[str, Limit]] = {
        "message": Limit(1, "message in one call", _DOCS),
        "tracking_id": Limit(48, "characters of a tracking_id", _DOCS),
    }

    identifiers = ("phone",)

    def headers(self, path: str) -> Mapping[str, str]:
        """The token in a header of its own."""
        return {"access_token": self.settings.access_token.get_secret_value()}

    def check(self) -> None:
        """Read the template: nothing is sent."""
        query = {"template_id": self.settings.template_id}
        self._read(self.call("GET", "/template/info/v2", query=query))

    def open(self, name: str) -> str:
        """The template is the settings'; a name of the sync's own is enough."""
        return name

    def send_one(self, list_id: str, row: Row) -> str:
        """One message; a refusal that is about this person is the reason, in our words."""
        body = {
            "phone": row.identifiers["phone"].removeprefix("+"),
            "template_id": self.settings.template_id,
            "template_data": {
                name: as_text(number_or_text(value)) for name, value in row.fields.items()
            },
            "tracking_id": self._tracking_id(row),
        }
        return self._read(self.call("POST", "/message/template", body))

    def _tracking_id(self, row: Row) -> str:
        """The idempotency key; a longer one than Zalo takes is a digest of it."""
        most = self.limits["tracking_id"].most
        key = row.idempotency_key
        return key if len(key) <= most else hashlib.sha256(key.encode()).hexdigest()[:most]

    def _read(self, answer: Any) -> str:
        """Zalo answers 200 to everything: the code in the body says what became of it."""
        code = self.read(answer, "error", kind=int)
        if code == _OK:
            return ""
        if code in _PERSON:
            return _PERSON[code]
        if code in _CREDENTIALS:
            raise AuthError(
                f"{self.name} answered {code}: it does not accept our app or its access token",
                remedy="Renew the access token, which lives for about a day; "
                "check the app and its link to the Official Account.",
            )
        if code == _UNKNOWN:
            raise RetryError(
                f"{self.name} answered {code}: an error it does not know", in_doubt=True
            )
        raise DestinationError(
            f"{self.name} answered {code}: it sends no messages for us now",
            remedy=f"Look the code up: {_ERRORS} (template, balance, quota or hours).",
            in_doubt=False,
        )
