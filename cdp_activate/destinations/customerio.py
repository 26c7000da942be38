"""Customer.io: people, and manual segments of them.

Entering an audience identifies the person and adds them to a manual segment,
leaving removes them from it. Customer.io removes people by their `id` alone,
so a sync must map `external_id`; whoever has none is refused by name.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Literal

from pydantic import Field, SecretStr

from cdp_activate.destinations._values import as_text, number_or_text
from cdp_activate.destinations.api import ApiDestination, ApiSettings, basic, mapping, member
from cdp_activate.destinations.base import Limit
from cdp_activate.destinations.rows import Receipt, Row, clean_reason, json_bytes
from cdp_activate.errors import AuthError, DestinationError

_DOCS = "https://docs.customer.io/integrations/api/track/"
_BAD_REQUEST = 400
# Attributes that are more than data: https://docs.customer.io/integrations/api/track/ (identify)
_OWN = frozenset(
    {"unsubscribed", "cio_subscription_preferences", "cio_relationships", "cio_id", "id"}
)


class CustomerIoDestination(ApiDestination["CustomerIoDestination.Settings"]):
    """Manual segments at Customer.io. People are created or updated on the way."""

    class Settings(ApiSettings):
        """What `syncs/destinations.yml` may say under `type: customerio`."""

        site_id: str = Field(description="Of a Track API key: Customer.io, Account settings.")
        track_key: SecretStr = Field(description="The secret of the Track API key.")
        app_key: SecretStr = Field(description="An App API key: it finds and makes segments.")
        region: Literal["us", "eu"] = Field(default="us", description="Where the account is.")

    where = ("site_id",)
    api_version = "Track v1 and v2, App v1"
    documentation = "https://docs.customer.io/integrations/api/"
    permissions = ("a Track API key (site id and secret)", "an App API key")
    leaving = (
        "The person is removed from this manual segment alone. They stay at Customer.io, with "
        "their subscriptions and other segments."
    )
    limits: ClassVar[Mapping[str, Limit]] = {
        "segment": Limit(1_000, "ids added to or removed from a segment in one call", _DOCS),
        "batch_bytes": Limit(500_000, "bytes in one batch", _DOCS),
        "item_bytes": Limit(32_000, "bytes of one person in a batch", _DOCS),
        "id_bytes": Limit(150, "bytes of an id", _DOCS),
        "value_bytes": Limit(1_000, "bytes of one attribute's value", _DOCS),
        "attributes": Limit(300, "attributes of one person", _DOCS),
        "members_page": Limit(30_000, "people of a segment in one call", _DOCS),
        "pace": Limit(1_000, "Track calls a second", _DOCS),
    }

    verbs = frozenset({"upsert", "remove", "erase"})
    identifiers = ("external_id", "email")
    batch_size = 500
    batch_bytes = limits["batch_bytes"].most
    requests_per_second = limits["pace"].most / 10

    def base_url(self, path: str) -> str:
        """Track and App live on hosts of their own, in each region."""
        if self.settings.base_url:
            return self.settings.base_url
        host = "track" if path.startswith("/api/") else "api"
        region = "" if self.settings.region == "us" else "-eu"
        return f"https://{host}{region}.customer.io"

    def headers(self, path: str) -> Mapping[str, str]:
        """Basic for Track, a bearer token for App."""
        if path.startswith("/api/"):
            key = self.settings.track_key.get_secret_value()
            return {"authorization": basic(self.settings.site_id, key)}
        return {"authorization": f"Bearer {self.settings.app_key.get_secret_value()}"}

    def check(self) -> None:
        """Ask for the region of the Track key, then for the segments with the App key."""
        answer = self.request("GET", "/api/v1/accounts/region", allow={_BAD_REQUEST})
        if answer.status == _BAD_REQUEST:
            raise AuthError(
                f"{self.name} does not accept our site id and Track key",
                remedy="Check them in syncs/destinations.yml.",
            )
        region = self.read(self.parsed(answer), "region", kind=str)
        if region != self.settings.region:
            raise DestinationError(
                f"the account of {self.name} is in the region '{region}'",
                remedy=f"Say `region: {region}` in syncs/destinations.yml.",
            )
        self.call("GET", "/v1/segments")

    def open(self, name: str) -> str:
        """The oldest manual segment of this very name, else a new one."""
        segments = self.read(self.call("GET", "/v1/segments"), "segments", kind=list)
        same = [one for one in segments if self.read(one, "name", kind=str) == name]
        manual = [self.read(one, "id", kind=int) for one in same if one.get("type") != "dynamic"]
        if manual:
            return str(min(manual))
        if same:
            raise DestinationError(
                f"{self.name} has a data-driven segment of this name",
                remedy="Say another `list` in the sync.",
            )
        answer = self.make_list("/v1/segments", {"segment": {"name": name}})
        return str(self.read(answer, "segment", "id", kind=int))

    def upsert(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """Identify the people in one batch, then add those it took to the segment."""
        self._refuse_own_fields(rows)
        rejected = {row.key: why for row in rows if (why := self._unfit(row))}
        fitting = [row for row in rows if row.key not in rejected]
        if fitting:
            rejected.update(self._batch([_identify(row) for row in fitting], fitting))
        ids = [row.identifiers["external_id"] for row in fitting if row.key not in rejected]
        if ids:
            self.call("POST", f"/api/v1/segments/{list_id}/add_customers", {"ids": ids})
        return Receipt(rejected)

    def _refuse_own_fields(self, rows: Sequence[Row]) -> None:
        """What Customer.io reads as consent or identity is no field of a sync."""
        own = sorted(_OWN & {name for row in rows for name in row.fields})
        if own:
            raise DestinationError(
                f"{self.name} reads the field {', '.join(own)} as consent or identity",
                remedy="Take it out of the sync's fields: subscriptions are not touched from here.",
                in_doubt=False,
            )

    def _unfit(self, row: Row) -> str:
        """Why a row cannot be sent; empty when it can."""
        if "external_id" not in row.identifiers:
            return "it has no external_id, without which it could not be removed again"
        limits = {name: limit.most for name, limit in self.limits.items()}
        if len(row.identifiers["external_id"].encode()) > limits["id_bytes"]:
            return f"its external_id is longer than {limits['id_bytes']} bytes"
        if len(row.fields) + 1 > limits["attributes"]:
            return f"it has more than {limits['attributes']} attributes"
        for name, value in row.fields.items():
            if len(as_text(value).encode("utf-8", "replace")) > limits["value_bytes"]:
                return f"{name} is longer than {limits['value_bytes']:,} bytes"
        if len(json_bytes(_identify(row))) > limits["item_bytes"]:
            return f"it is more than {limits['item_bytes']:,} bytes"
        return ""

    def _batch(self, operations: list[Any], rows: Sequence[Row]) -> dict[str, str]:
        """Carry out one operation a row; the reasons of those refused, by key (207)."""
        answer = self.call("POST", "/api/v2/batch", {"batch": operations})
        rejected = {}
        for error in self.read(answer, "errors", kind=list) if answer else []:
            number = self.read(error, "batch_index", kind=int)
            if not 0 <= number < len(rows):
                raise self.misread("batch_index", "a place in the batch")
            words = (error.get("reason"), error.get("field"), error.get("message"))
            said = " ".join(str(word) for word in words if word)
            rejected[rows[number].key] = clean_reason(said, rows[number])
        return rejected

    def remove(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """Take people off the segment by id; unknown ids are passed over there."""
        ids = [row.identifiers["external_id"] for row in rows if "external_id" in row.identifiers]
        if ids:
            self.call("POST", f"/api/v1/segments/{list_id}/remove_customers", {"ids": ids})
        why = "it has no external_id, by which alone Customer.io removes people"
        return Receipt({row.key: why for row in rows if "external_id" not in row.identifiers})

    def erase(self, rows: Sequence[Row]) -> Receipt:
        """Delete the people, with all that Customer.io knows of them."""
        if not rows:
            return Receipt()
        operations = [
            {"type": "person", "action": "delete", "identifiers": _named(row)} for row in rows
        ]
        return Receipt(self._batch(operations, rows))

    def size(self, list_id: str) -> int | None:
        """How many people Customer.io counts in the segment."""
        return self.read(
            self.call("GET", f"/v1/segments/{list_id}/customer_count"), "count", kind=int
        )

    def members(self, list_id: str) -> Iterator[Mapping[str, str]]:
        """The people in the segment, by id and address, thirty thousand a call."""
        query: dict[str, Any] = {"limit": self.limits["members_page"].most}
        while True:
            answer = self.call("GET", f"/v1/segments/{list_id}/membership", query=query)
            for one in self.read(answer, "identifiers", kind=list):
                about = self.read(one, kind=dict)
                yield member({"external_id": about.get("id"), "email": about.get("email")})
            following = mapping(answer).get("next")
            if not following:
                return
            if following == query.get("start"):
                raise self.misread("the start of the next page", "one of another page")
            query["start"] = following


def _named(row: Row) -> dict[str, str]:
    if "external_id" in row.identifiers:
        return {"id": row.identifiers["external_id"]}
    return {"email": row.identifiers["email"]}


def _identify(row: Row) -> dict[str, Any]:
    attributes = {name: _attribute(value) for name, value in row.fields.items()}
    if "email" in row.identifiers:
        attributes["email"] = row.identifiers["email"]
    return {
        "type": "person",
        "action": "identify",
        "identifiers": _named(row),
        "attributes": attributes,
    }


def _attribute(value: Any) -> Any:
    """Dates and instants as Unix timestamps, which segments can compare; None is empty, cleared.

    https://docs.customer.io/journeys/data-driven-segments/ (date attributes)
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return int((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp())
    if isinstance(value, date):
        return calendar.timegm(value.timetuple())
    return number_or_text(value)
