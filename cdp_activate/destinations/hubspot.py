"""HubSpot: contacts, and static lists ("segments") of them.

Entering an audience is an upsert of the contact and membership of a MANUAL
list, leaving is the end of that membership. Subscriptions are never touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import quote

from pydantic import Field, SecretStr

from cdp_activate.answers import retry_after
from cdp_activate.destinations._fields import FieldDestination, FieldSettings, Kind, Known
from cdp_activate.destinations._values import as_text, day_of, number_or_text
from cdp_activate.destinations.api import mapping, member, parts_of
from cdp_activate.destinations.base import Limit
from cdp_activate.destinations.rows import Receipt, Row, clean_reason
from cdp_activate.errors import DestinationError, RefusedError, RetryError
from cdp_activate.http import Response
from cdp_activate.pacing import RateHeaders

_CONTACTS = "/crm/v3/objects/contacts"
_PROPERTIES = "/crm/v3/properties/contacts"
_CONTACT_TYPE = "0-1"
# Of an account that takes too much at once, and of one that is being moved (_ERRORS).
_LOCKED, _MOVING = 423, 477
_NOT_FOUND, _CONFLICT = 404, 409
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_USAGE = "https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines"
_BATCH = "https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide"
_ERRORS = "https://developers.hubspot.com/docs/api-reference/error-handling"
_TYPES: Mapping[Kind, tuple[str, str]] = {
    "text": ("string", "text"),
    "number": ("number", "number"),
    "date": ("date", "date"),
    "instant": ("datetime", "date"),
    "truth": ("bool", "booleancheckbox"),
}
_TRUTHS = [
    {"label": "Yes", "value": "true", "displayOrder": 0, "hidden": False},
    {"label": "No", "value": "false", "displayOrder": 1, "hidden": False},
]


class HubSpotDestination(FieldDestination["HubSpotDestination.Settings"]):
    """Static lists at HubSpot. Contacts are created or updated on the way."""

    class Settings(FieldSettings):
        """What `syncs/destinations.yml` may say under `type: hubspot`."""

        access_token: SecretStr = Field(description="Of a private app: HubSpot, Settings.")

    where = ("access_token",)
    address = "https://api.hubapi.com"
    api_version = "v3"
    documentation = "https://developers.hubspot.com/docs/guides/api/crm/lists/overview"
    permissions = (
        "crm.objects.contacts.read",
        "crm.objects.contacts.write",
        "crm.lists.read",
        "crm.lists.write",
        "crm.schemas.contacts.read",
        "crm.schemas.contacts.write (to make fields)",
    )
    leaving = (
        "The contact is taken off this static list alone. It stays at HubSpot, with its "
        "subscriptions and its other lists."
    )
    limits: ClassVar[Mapping[str, Limit]] = {
        "batch": Limit(100, "contacts in one upsert or look-up", _BATCH),
        "burst": Limit(100, "calls in ten seconds, in any edition", _USAGE),
        "lock": Limit(2, "seconds that a locked account takes nothing", _ERRORS),
    }

    # The second is the length of the window: https://developers.hubspot.com/docs/api/usage-details
    rate_headers = (
        RateHeaders(
            "x-hubspot-ratelimit-remaining", "x-hubspot-ratelimit-interval-milliseconds", 1_000
        ),
    )

    verbs = frozenset({"upsert", "remove", "erase"})
    batch_size = limits["batch"].most
    # Two calls a batch: upsert or look up, then the membership.
    requests_per_second = limits["burst"].most / 10 / 2

    def headers(self, path: str) -> Mapping[str, str]:
        """The private app's token as a bearer token."""
        return {"authorization": f"Bearer {self.settings.access_token.get_secret_value()}"}

    def raise_for(self, response: Response) -> None:
        """A lock lasts two seconds; how long a move lasts, HubSpot says itself."""
        if response.status in (_LOCKED, _MOVING):
            after = retry_after(response)
            if after is None and response.status == _LOCKED:
                after = float(self.limits["lock"].most)
            raise RetryError(f"{self.name} answered {response.status}: locked", after=after)
        super().raise_for(response)

    def check(self) -> None:
        """Search for one list."""
        self.call("POST", "/crm/v3/lists/search", {"count": 1})

    def open(self, name: str) -> str:
        """The list of contacts of this very name, else a new one."""
        path = f"/crm/v3/lists/object-type-id/{_CONTACT_TYPE}/name/{quote(name, safe='')}"
        answer = self.request("GET", path, allow={_NOT_FOUND})
        if answer.status != _NOT_FOUND:
            found = self.read(self.parsed(answer), "list", kind=dict)
            if self.read(found, "name", kind=str) == name:
                if found.get("processingType") == "DYNAMIC":
                    raise DestinationError(
                        f"{self.name} has an active list of this name, which it fills itself",
                        remedy="Say another `list` in the sync.",
                    )
                return self.read(found, "listId", kind=str)
        new = {"name": name, "objectTypeId": _CONTACT_TYPE, "processingType": "MANUAL"}
        return self.read(self.make_list("/crm/v3/lists", new), "list", "listId", kind=str)

    def find_fields(self) -> Mapping[str, Known]:
        found = self.read(self.call("GET", _PROPERTIES), "results", kind=list)
        names = [self.read(one, "name", kind=str) for one in found]
        # What HubSpot works out itself nobody may write.
        return {
            name: Known(name, str(one.get("type")))
            for name, one in zip(names, found, strict=True)
            if not mapping(one.get("modificationMetadata")).get("readOnlyValue")
        }

    def make_field(self, name: str, kind: Kind) -> Known:
        if not _NAME.fullmatch(name):
            raise DestinationError(
                f"{self.name} takes no field called '{name}'",
                remedy="Use small letters, digits and underscores, a letter first.",
            )
        value_type, field_type = _TYPES[kind]
        body: dict[str, Any] = {
            "name": name,
            "label": name,
            "groupName": "contactinformation",
            "type": value_type,
            "fieldType": field_type,
        }
        if kind == "truth":
            body["options"] = _TRUTHS
        made = self.read(self.call("POST", _PROPERTIES, body), "name", kind=str)
        return Known(made, value_type)

    def upsert(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """Create or update the contacts by e-mail address, then put them on the list."""
        if not rows:
            return Receipt()
        names = self.fields_of(rows)
        inputs = [
            {
                "id": row.identifiers["email"],
                "idProperty": "email",
                # Comes back with the outcome, so that a refusal names its row.
                "objectWriteTraceId": str(number),
                "properties": _properties(row, names),
            }
            for number, row in enumerate(rows)
        ]
        path = f"{_CONTACTS}/batch/upsert"
        response = self.request("POST", path, {"inputs": inputs}, allow={_CONFLICT})
        if response.status == _CONFLICT:
            # One address that another contact has as its second one refuses the whole call.
            raise RefusedError(f"{self.name} answered 409: another contact has the address too")
        answer = self.parsed(response)
        ids: dict[str, str] = {}
        by_email = {row.identifiers["email"]: str(number) for number, row in enumerate(rows)}
        for found in self.read(answer, "results", kind=list):
            # The description promises the address, and the trace id only perhaps.
            said = self.read(found, "properties", kind=dict).get("email")
            trace = found.get("objectWriteTraceId") or by_email.get(str(said).lower())
            if trace is None and len(rows) == 1:
                trace = "0"
            if trace is None:
                # It writes the address another way: halves of the batch tell whose it is.
                raise RefusedError(f"{self.name} took an address that it writes in its own way")
            ids[str(trace)] = self.read(found, "id", kind=str)
        reasons = self._reasons(answer)
        rejected = {
            row.key: clean_reason(reasons.get(str(number), ""), row)
            for number, row in enumerate(rows)
            if str(number) not in ids
        }
        if ids:
            path = f"/crm/v3/lists/{quote(list_id, safe='')}/memberships/add"
            missing = self.read(
                self.call("PUT", path, list(ids.values())), "recordIdsMissing", kind=list
            )
            for trace, contact_id in ids.items():
                if contact_id in missing:
                    rejected[rows[int(trace)].key] = "the contact is gone"
        return Receipt(rejected)

    def _reasons(self, answer: Any) -> dict[str, str]:
        """The message for each trace id that an answer of several statuses (207) refuses."""
        reasons = {}
        for error in answer.get("errors") or []:
            message = self.read(error, "message", kind=str)
            for trace in mapping(error.get("context")).get("objectWriteTraceId") or []:
                reasons[str(trace)] = message
        return reasons

    def remove(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """End the membership; who is unknown there is off the list already."""
        if not rows:
            return Receipt()
        wanted = {
            "idProperty": "email",
            "properties": ["email"],
            "propertiesWithHistory": [],
            "inputs": [{"id": row.identifiers["email"]} for row in rows],
        }
        answer = self.call("POST", f"{_CONTACTS}/batch/read", wanted)
        found = self.read(answer, "results", kind=list)
        ids = [self.read(one, "id", kind=str) for one in found]
        if ids:
            self.call("PUT", f"/crm/v3/lists/{quote(list_id, safe='')}/memberships/remove", ids)
        return Receipt()

    def erase(self, rows: Sequence[Row]) -> Receipt:
        """Delete each contact for good, as the GDPR asks."""
        for row in rows:
            body = {"idProperty": "email", "objectId": row.identifiers["email"]}
            self.request("POST", f"{_CONTACTS}/gdpr-delete", body, allow={_NOT_FOUND})
        return Receipt()

    def size(self, list_id: str) -> int | None:
        """How many contacts HubSpot counts on the list; None before it has counted."""
        wanted = {"listIds": [list_id], "additionalProperties": ["hs_list_size"]}
        answer = self.call("POST", "/crm/v3/lists/search", wanted)
        if not self.read(answer, "lists", kind=list):
            self.raise_for(Response(_NOT_FOUND))
        # What has no value is left out: of a list that is not counted yet, its size.
        about = mapping(self.read(answer, "lists", 0, kind=dict).get("additionalProperties"))
        size = str(about.get("hs_list_size"))
        return int(size) if re.fullmatch("[0-9]{1,18}", size) else None

    def members(self, list_id: str) -> Iterator[Mapping[str, str]]:
        """The contacts on the list: a page of their ids, then their addresses, and so on."""
        path = f"/crm/v3/lists/{quote(list_id, safe='')}/memberships"
        query: dict[str, Any] = {}
        while True:
            page = self.call("GET", path, query=query)
            found = self.read(page, "results", kind=list)
            ids = [self.read(one, "recordId", kind=str) for one in found]
            for part in parts_of(ids, self.limits["batch"].most):
                yield from self._addresses(part)
            after = mapping(mapping(mapping(page).get("paging")).get("next")).get("after")
            if not after:
                return
            if after == query.get("after"):
                raise self.misread("the cursor of the next page", "one of another page")
            query = {"after": after}

    def _addresses(self, ids: Sequence[str]) -> Iterator[Mapping[str, str]]:
        wanted = {
            "properties": ["email"],
            "propertiesWithHistory": [],
            "inputs": [{"id": one} for one in ids],
        }
        answer = self.call("POST", f"{_CONTACTS}/batch/read", wanted)
        for contact in self.read(answer, "results", kind=list):
            about = self.read(contact, "properties", kind=dict)
            yield member({"email": about.get("email")})


def _properties(row: Row, known: Mapping[str, Known]) -> dict[str, str]:
    fields = {
        known[name].name: _value(value, known[name].kind) for name, value in row.fields.items()
    }
    return {**fields, "email": row.identifiers["email"]}


def _value(value: Any, kind: str) -> str:
    """Every value as text; None is empty, which clears the property there.

    A date is refused unless it is a day, several options have semicolons between them:
    https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide
    """
    if kind == "enumeration" and isinstance(value, list | tuple):
        return ";".join(as_text(one) for one in value)
    if kind == "date":
        value = day_of(value)
    elif kind == "datetime" and isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    # A decimal is exact as text: only instants are made uniform.
    return as_text(value if isinstance(value, Decimal) else number_or_text(value))
