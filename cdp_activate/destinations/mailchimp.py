"""Mailchimp: contacts of one audience, and tags (static segments) on them.

A list of ours is a tag in the audience that the settings name. Entering creates
who is not there yet, with the status that the settings say, and tags them.
The status of whoever is there already is never written: `update_existing`, which
could subscribe people again, is always false. Leaving takes the tag off.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, Literal
from urllib.parse import quote

from pydantic import Field, SecretStr, field_validator

from cdp_activate.answers import retry_after
from cdp_activate.destinations._fields import FieldDestination, FieldSettings, Kind, Known
from cdp_activate.destinations._values import as_text, day_of, number_else_text
from cdp_activate.destinations.api import basic, mapping, member
from cdp_activate.destinations.base import Limit
from cdp_activate.destinations.rows import Receipt, Row, clean_reason
from cdp_activate.errors import DestinationError, RefusedError, RetryError
from cdp_activate.http import Response

_SPEC = "https://github.com/mailchimp/mailchimp-client-lib-codegen (Marketing API 3.0.90)"
_LIMITS = "https://mailchimp.com/developer/marketing/docs/fundamentals/#api-limits"
_KEY = re.compile(r"[^\s-]+-([a-z]+[0-9]+)")
_TAG = re.compile(r"[A-Z0-9_]{1,10}")
_TYPES: Mapping[Kind, str] = {"number": "number", "date": "date", "instant": "date"}
_REFUSED, _FORBIDDEN, _NOT_FOUND, _NOT_ALLOWED = 400, 403, 404, 405

_MEMBERS = (
    "https://mailchimp.com/developer/marketing/api/list-segment-members/list-members-in-segment/"
)
_ALL_OF_THEM = {
    "include_cleaned": "true",
    "include_transactional": "true",
    "include_unsubscribed": "true",
}


class MailchimpDestination(FieldDestination["MailchimpDestination.Settings"]):
    """Tags in one audience at Mailchimp. Contacts are created on the way, never resubscribed."""

    class Settings(FieldSettings):
        """What `syncs/destinations.yml` may say under `type: mailchimp`."""

        api_key: SecretStr = Field(description="Mailchimp, Account, API keys; it ends in -us1.")
        audience: str = Field(min_length=1, description="The id of the audience that is tagged.")
        status_if_new: Literal["subscribed", "pending", "unsubscribed", "transactional"] = Field(
            default="transactional",
            description="The status of a contact that is created; no other contact's changes.",
        )

        @field_validator("api_key")
        @classmethod
        def _key_names_its_data_centre(cls, key: SecretStr) -> SecretStr:
            if not _KEY.fullmatch(key.get_secret_value()):
                raise ValueError("must end in a hyphen and a data centre, such as -us1")
            return key

    where = ("audience",)
    content_type = "application/json"
    api_version = "3.0"
    documentation = "https://mailchimp.com/developer/marketing/api/"
    permissions = ("an API key of a user who may manage the audience",)
    leaving = (
        "The tag is taken off. The contact stays in the audience, with its subscription and "
        "its other tags: nobody is archived or unsubscribed."
    )
    limits: ClassVar[Mapping[str, Limit]] = {
        "members": Limit(500, "contacts created in one call", _SPEC),
        "segment": Limit(500, "contacts tagged or untagged in one call", _SPEC),
        "connections": Limit(10, "calls under way at once, of one user", _LIMITS),
        "timeout": Limit(120, "seconds until Mailchimp gives a call up", _LIMITS),
        "tag": Limit(10, "characters of a merge tag", _SPEC),
        "fields": Limit(1_000, "merge fields in one page", _SPEC),
        "members_page": Limit(1_000, "contacts with a tag in one page", _MEMBERS),
    }

    verbs = frozenset({"upsert", "remove", "erase"})
    batch_size = limits["members"].most
    # Room for what else speaks to Mailchimp under the same user.
    concurrency = 8
    timeout = float(limits["timeout"].most)

    def base_url(self, path: str) -> str:
        """The data centre that the key names."""
        key = self.settings.api_key.get_secret_value()
        centre = key.rpartition("-")[2]
        return self.settings.base_url or f"https://{centre}.api.mailchimp.com/3.0"

    def headers(self, path: str) -> Mapping[str, str]:
        """The key as the password of HTTP Basic; any user will do."""
        return {"authorization": basic("key", self.settings.api_key.get_secret_value())}

    def raise_for(self, response: Response) -> None:
        """A 403 that is no JSON is the platform's guard against too many calls at once.

        https://mailchimp.com/developer/marketing/docs/fundamentals/#api-limits
        """
        if response.status == _FORBIDDEN and not response.body.lstrip().startswith(b"{"):
            raise RetryError(f"{self.name} takes no more calls now", after=retry_after(response))
        super().raise_for(response)

    def _path(self, *parts: str) -> str:
        quoted = (quote(part, safe="") for part in (self.settings.audience, *parts))
        return "/lists/" + "/".join(quoted)

    def check(self) -> None:
        """Read the audience."""
        answer = self.request("GET", self._path(), allow={_NOT_FOUND})
        if answer.status == _NOT_FOUND:
            raise DestinationError(
                f"{self.name} has no audience of the id in the settings",
                remedy="Take the id from Mailchimp: Audience, Settings, Audience ID.",
            )

    def open(self, name: str) -> str:
        """The tag of this very name, else a new one: a static segment without anybody."""
        answer = self.call("GET", self._path("tag-search"), query={"name": name})
        for found in self.read(answer, "tags", kind=list):
            if self.read(found, "name", kind=str) == name:
                return str(self.read(found, "id", kind=int))
        new = {"name": name, "static_segment": []}
        return str(self.read(self.make_list(self._path("segments"), new), "id", kind=int))

    def find_fields(self) -> Mapping[str, Known]:
        """Merge fields go by tag (FNAME) and by name (First Name)."""
        query = {"count": self.limits["fields"].most}
        answer = self.call("GET", self._path("merge-fields"), query=query)
        found = self.read(answer, "merge_fields", kind=list)
        known = [Known(self.read(one, "tag", kind=str), str(one.get("type"))) for one in found]
        names = {self.read(one, "name", kind=str): of for one, of in zip(found, known, strict=True)}
        return names | {one.name: one for one in known}

    def make_field(self, name: str, kind: Kind) -> Known:
        body = {"name": name, "type": _TYPES.get(kind, "text")}
        if _TAG.fullmatch(name.upper()):
            body["tag"] = name.upper()
        answer = self.call("POST", self._path("merge-fields"), body)
        return Known(self.read(answer, "tag", kind=str), body["type"])

    def upsert(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """Create who is new, write the fields of who is not, and tag them all."""
        if not rows:
            return Receipt()
        tags = self.fields_of(rows)
        fields = {
            row.key: {
                tags[name].name: _value(value, tags[name].kind)
                for name, value in row.fields.items()
            }
            for row in rows
        }
        rejected, there = self._create(rows, fields)
        for row in there:
            why = self._update(row, fields[row.key]) if row.fields else ""
            if why:
                rejected[row.key] = why
        self._tag(list_id, [row for row in rows if row.key not in rejected], rejected)
        return Receipt(rejected)

    def _create(
        self, rows: Sequence[Row], fields: Mapping[str, Mapping[str, Any]]
    ) -> tuple[dict[str, str], list[Row]]:
        """Reasons by key of those refused, and the rows of those who are there already."""
        members = [
            {
                "email_address": row.identifiers["email"],
                "status": self.settings.status_if_new,
                "merge_fields": fields[row.key],
            }
            for row in rows
        ]
        answer = self.call(
            "POST",
            self._path(),
            {"members": members, "update_existing": False},
            query={"skip_merge_validation": "true", "skip_duplicate_check": "true"},
        )
        by_email = _by_email(rows)
        rejected, there = {}, []
        for error in self.read(answer, "errors", kind=list):
            row = by_email.get(self.read(error, "email_address", kind=str).lower())
            if row is None and len(rows) == 1:
                row = rows[0]
            if row is None:
                # It writes the address another way: halves of the batch tell whose it is.
                raise RefusedError(f"{self.name} refused an address that it writes in its own way")
            if error.get("error_code") == "ERROR_CONTACT_EXISTS":
                there.append(row)
            else:
                said = self.read(error, "error", kind=str)
                rejected[row.key] = clean_reason(said, row)
        return rejected, there

    def _update(self, row: Row, fields: Mapping[str, Any]) -> str:
        """Write the fields of someone who is there; why Mailchimp refused, or nothing."""
        digest = _hash(row)
        path = self._path("members", digest)
        answer = self.request(
            "PATCH",
            path,
            {"merge_fields": fields},
            query={"skip_merge_validation": "true"},
            allow={_REFUSED, _NOT_FOUND, _NOT_ALLOWED},
        )
        if answer.status in {_REFUSED, _NOT_FOUND, _NOT_ALLOWED}:
            return clean_reason(mapping(self.parsed(answer)).get("title") or "", row)
        return ""

    def _tag(self, list_id: str, rows: Sequence[Row], rejected: dict[str, str]) -> None:
        if not rows:
            return
        wanted = {"members_to_add": [row.identifiers["email"] for row in rows]}
        answer = self.call("POST", self._path("segments", list_id), wanted)
        by_email = _by_email(rows)
        for error in self.read(answer, "errors", kind=list):
            said = self.read(error, "error", kind=str)
            if "already" in said:
                continue  # who has the tag already is where they should be
            for email in self.read(error, "email_addresses", kind=list):
                row = by_email.get(str(email).lower())
                if row is not None:
                    rejected[row.key] = clean_reason(said, row)

    def remove(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """Take the tag off; who is not in the audience is passed over there."""
        if rows:
            wanted = {"members_to_remove": [row.identifiers["email"] for row in rows]}
            self.call("POST", self._path("segments", list_id), wanted)
        return Receipt()

    def erase(self, rows: Sequence[Row]) -> Receipt:
        """Delete for good. Mailchimp then takes the address back by its own forms alone."""
        for row in rows:
            path = self._path("members", _hash(row), "actions", "delete-permanent")
            self.request("POST", path, allow={_NOT_FOUND, _NOT_ALLOWED})
        return Receipt()

    def size(self, list_id: str) -> int | None:
        """How many contacts have the tag, whatever their subscription."""
        answer = self.call("GET", self._path("segments", list_id), query=_ALL_OF_THEM)
        return self.read(answer, "member_count", kind=int)

    def members(self, list_id: str) -> Iterator[Mapping[str, str]]:
        """The contacts with the tag, whatever their subscription, a thousand a call."""
        most, offset = self.limits["members_page"].most, 0
        found: list[Any] = []
        while True:
            query = {**_ALL_OF_THEM, "fields": "members.email_address", "count": most}
            path = self._path("segments", list_id, "members")
            answer = self.call("GET", path, query={**query, "offset": offset})
            before, found = found, self.read(answer, "members", kind=list)
            if found and found == before:
                raise self.misread("the next page", "another page")
            for one in found:
                yield member({"email": self.read(one, "email_address", kind=str)})
            offset += most
            if len(found) < most:
                return


def _value(value: Any, kind: str) -> Any:
    """Numbers and addresses as they are, all else as text; None is empty, which clears.

    A date is a day, a birthday one without its year:
    https://mailchimp.com/developer/marketing/docs/merge-fields/
    """
    if kind == "address" and isinstance(value, Mapping):
        return {str(part): as_text(text) for part, text in value.items()}
    if kind in ("date", "birthday"):
        value = day_of(value)
    if kind == "birthday" and isinstance(value, date):
        return f"{value:%m/%d}"
    plain = number_else_text(value)
    return "" if plain is None else plain


def _hash(row: Row) -> str:
    """MD5 of the address in small letters: how Mailchimp names a contact in a path."""
    email = row.identifiers["email"].lower().encode()
    return hashlib.md5(email, usedforsecurity=False).hexdigest()


def _by_email(rows: Sequence[Row]) -> dict[str, Row]:
    return {row.identifiers["email"].lower(): row for row in rows}
