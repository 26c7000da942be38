"""SendGrid Marketing: contacts, and lists of them.

Entering an audience is an upsert into a list, leaving is removal from that
list by contact id. Suppressions and unsubscribe groups are never touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote

from pydantic import Field, SecretStr

from cdp_activate.destinations._fields import FieldDestination, FieldSettings, Kind, Known
from cdp_activate.destinations._jobs import Jobs
from cdp_activate.destinations._values import as_text, number_else_text
from cdp_activate.destinations.api import mapping, parts_of
from cdp_activate.destinations.base import Limit
from cdp_activate.destinations.rows import Receipt, Row
from cdp_activate.errors import DestinationError
from cdp_activate.http import Transport

_SPEC = "https://github.com/twilio/sendgrid-oai (tsg_mc_contacts_v3, tsg_mc_lists_v3)"
_RESERVED = {
    "first_name": 50,
    "last_name": 50,
    "address_line_1": 100,
    "address_line_2": 100,
    "city": 60,
    "state_province_region": 50,
    "country": 50,
    "postal_code": 100,
}
"""Fields that every account has, and the characters they take at most (the description says)."""
_TYPES: Mapping[Kind, str] = {"number": "Number", "date": "Date", "instant": "Date"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NOT_FOUND = 404
_ENDED = frozenset({"completed", "errored", "failed"})


class SendGridDestination(FieldDestination["SendGridDestination.Settings"]):
    """Lists of SendGrid Marketing. Contacts are created or updated on the way."""

    class Settings(FieldSettings):
        """What `syncs/destinations.yml` may say under `type: sendgrid`."""

        api_key: SecretStr = Field(description="SendGrid, Settings, API keys.")

    where = ("api_key",)
    address = "https://api.sendgrid.com"
    api_version = "v3"
    documentation = "https://www.twilio.com/docs/sendgrid/api-reference/contacts"
    permissions = ("Marketing: full access",)
    leaving = (
        "The contact is taken off this list alone. It stays at SendGrid, with its other lists "
        "and its suppressions."
    )
    limits: ClassVar[Mapping[str, Limit]] = {
        "upsert": Limit(30_000, "contacts in one upsert", _SPEC),
        "upsert_bytes": Limit(6_000_000, "bytes in one upsert", _SPEC),
        "lookup": Limit(100, "addresses looked up in one call", _SPEC),
        "list_name": Limit(100, "characters in the name of a list", _SPEC),
        "page": Limit(1_000, "lists in one page", _SPEC),
    }

    always_there = _RESERVED
    verbs = frozenset({"upsert", "remove", "erase"})
    batch_size = 1_000
    batch_bytes = limits["upsert_bytes"].most

    def __init__(
        self, settings: Settings, *, transport: Transport | None = None, name: str = ""
    ) -> None:
        """Keep the settings; make no call yet."""
        super().__init__(settings, transport=transport, name=name)
        self._jobs = Jobs()

    def headers(self, path: str) -> Mapping[str, str]:
        """The key as a bearer token."""
        return {"authorization": f"Bearer {self.settings.api_key.get_secret_value()}"}

    def check(self) -> None:
        """Read one page of lists."""
        self.call("GET", "/v3/marketing/lists", query={"page_size": 1})

    def open(self, name: str) -> str:
        """The list of this very name, else a new one."""
        most = self.limits["list_name"].most
        if len(name) > most:
            raise DestinationError(
                f"{self.name} takes list names of {most} characters at most",
                remedy="Say a shorter `list` in the sync.",
            )
        for found in self._lists():
            if self.read(found, "name", kind=str) == name:
                return self.read(found, "id", kind=str)
        return self.read(self.make_list("/v3/marketing/lists", {"name": name}), "id", kind=str)

    def _lists(self) -> Iterator[Any]:
        query: dict[str, Any] = {"page_size": self.limits["page"].most}
        while True:
            answer = self.call("GET", "/v3/marketing/lists", query=query)
            yield from self.read(answer, "result", kind=list)
            following = mapping(answer.get("_metadata")).get("next")
            if not following:
                return
            token = "page_token"  # noqa: S105 (the name of a parameter)
            query[token] = self.next_page(following, token, query.get(token))

    def find_fields(self) -> Mapping[str, Known]:
        answer = self.call("GET", "/v3/marketing/field_definitions")
        # An account without any answers without the list.
        found = mapping(answer).get("custom_fields") or []
        return {
            self.read(one, "name", kind=str): Known(
                self.read(one, "id", kind=str), str(one.get("field_type"))
            )
            for one in found
        }

    def make_field(self, name: str, kind: Kind) -> Known:
        if not _NAME.fullmatch(name):
            raise DestinationError(
                f"{self.name} takes no field called '{name}'",
                remedy="Use letters, digits and underscores, a letter first.",
            )
        body = {"name": name, "field_type": _TYPES.get(kind, "Text")}
        made = self.call("POST", "/v3/marketing/field_definitions", body)
        return Known(self.read(made, "id", kind=str), body["field_type"])

    def upsert(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """One upsert job: contacts created or updated, and put on the list."""
        if not rows:
            return Receipt()
        ids = self.fields_of(rows)
        too_long = {row.key: why for row in rows if (why := _too_long(row))}
        fitting = [row for row in rows if row.key not in too_long]
        if not fitting:
            return Receipt(too_long)
        body = {"list_ids": [list_id], "contacts": [_contact(row, ids) for row in fitting]}
        answer = self.call("PUT", "/v3/marketing/contacts", body)
        job = self.read(answer, "job_id", kind=str)
        self._jobs.begin(job, {row.identifiers["email"].lower(): row.key for row in fitting})
        return Receipt(too_long, job=job)

    def settle(self, job: str) -> Receipt | None:
        """What became of a job; several, with commas between them, are settled together."""
        known = self._jobs.outcome(job)
        if known is not None:
            return known
        rejected: dict[str, str] = {}
        unnamed = 0
        for one in job.split(","):
            answer = self.job(f"/v3/marketing/contacts/imports/{one}")
            status = self.read(answer, "status", kind=str)
            if status == "pending":
                return None
            if status not in _ENDED:
                raise self.misread("status", "one that is known")
            results = mapping(answer.get("results"))
            # Without a count, one at least was refused.
            errors = int(results.get("errored_count") or status == "errored")
            if status == "failed" and errors < int(results.get("requested_count") or errors + 1):
                raise DestinationError(
                    f"{self.name} could not process a job", remedy="Run the sync again later."
                )
            named = self._named(job, results.get("errors_url")) if errors else {}
            rejected.update(named)
            unnamed += max(errors - len(named), 0)
        return self._jobs.end(job, Receipt(rejected, unnamed))

    def _named(self, job: str, errors_url: object) -> dict[str, str]:
        """Who is named in the file of errors."""
        words = self.words_of(errors_url) or ()
        keys = [self._jobs.key(job, word) for word in words]
        return {key: "refused by the import" for key in keys if key}

    def remove(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """Take contacts off the list; who is unknown there is off it already."""
        path = f"/v3/marketing/lists/{quote(list_id, safe='')}/contacts"
        jobs = [
            self.read(
                self.call("DELETE", path, query={"contact_ids": ",".join(ids)}), "job_id", kind=str
            )
            for ids in self._contact_ids(rows)
        ]
        return Receipt(job=",".join(jobs) or None)

    def erase(self, rows: Sequence[Row]) -> Receipt:
        """Delete the contacts altogether."""
        for ids in self._contact_ids(rows):
            self.call("DELETE", "/v3/marketing/contacts", query={"ids": ",".join(ids)})
        return Receipt()

    def _contact_ids(self, rows: Sequence[Row]) -> Iterator[list[str]]:
        """The ids of those who are known, as many as one look-up tells."""
        for part in parts_of(rows, self.limits["lookup"].most):
            wanted = {"emails": [row.identifiers["email"] for row in part]}
            path = "/v3/marketing/contacts/search/emails"
            answer = self.request("POST", path, wanted, allow={_NOT_FOUND})
            if answer.status == _NOT_FOUND:
                continue
            found = self.read(self.parsed(answer), "result", kind=dict)
            ids = [
                self.read(one, "contact", "id", kind=str)
                for one in found.values()
                if "contact" in mapping(one)
            ]
            if ids:
                yield ids

    def size(self, list_id: str) -> int | None:
        """How many contacts SendGrid counts on the list."""
        path = f"/v3/marketing/lists/{quote(list_id, safe='')}/contacts/count"
        return self.read(self.call("GET", path), "contact_count", kind=int)


def _contact(row: Row, ids: Mapping[str, Known]) -> dict[str, Any]:
    """A row as a contact: reserved fields by name, all others by the id of a custom field."""
    contact: dict[str, Any] = {"email": row.identifiers["email"]}
    custom = {}
    for name, value in row.fields.items():
        if name in _RESERVED:
            contact[name] = as_text(value)
        else:
            plain = _value(value, ids[name].kind)
            if plain is not None:
                custom[ids[name].name] = plain
    if custom:
        contact["custom_fields"] = custom
    return contact


def _value(value: Any, kind: str) -> int | float | str | None:
    """What a custom field takes; None where nothing may be sent.

    An empty text clears one, but a number or date "cannot be null", and the whole batch would
    be refused: what was there stays (https://github.com/sendgrid/docs/issues/6323).
    """
    plain = number_else_text(value)
    return plain if kind in ("Number", "Date") else as_text(plain)


def _too_long(row: Row) -> str:
    """Why one value would refuse the whole batch; empty when none does."""
    for name, most in _RESERVED.items():
        if len(as_text(row.fields.get(name))) > most:
            return f"{name} is longer than {most} characters"
    return ""
