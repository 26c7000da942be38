"""Brevo: contacts, and lists of them.

Entering an audience is an import into a list, leaving is removal from that
list. `emailBlacklist`, which would silence a whole import, is never sent.
Brevo publishes no description of its interface: https://pypi.org/project/brevo-python
is its own client, and what is sent here is compared with what that sends.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote

from pydantic import Field, SecretStr

from cdp_activate.answers import raise_for_status
from cdp_activate.destinations._fields import FieldDestination, FieldSettings, Kind, Known
from cdp_activate.destinations._jobs import Jobs
from cdp_activate.destinations._values import as_text, day_of, number_or_text
from cdp_activate.destinations.api import mapping, member, parts_of
from cdp_activate.destinations.base import Limit
from cdp_activate.destinations.rows import Receipt, Row
from cdp_activate.errors import AuthError, DestinationError, RefusedError
from cdp_activate.http import Response, Transport
from cdp_activate.pacing import Endpoints, RateHeaders

_DOCS = "https://developers.brevo.com/reference/"
_PACE = "https://developers.brevo.com/docs/api-limits"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_TYPES: Mapping[Kind, str] = {"number": "float", "date": "date", "truth": "boolean"}
_NOT_FOUND, _BAD_REQUEST, _BUSY = 404, 400, 429
_UNAUTHORISED = 401
_LOOKS = 5  # for a file of refused contacts, before they are counted as one that nobody can name
_FILLED = frozenset({"normal", "category"})
_RUNNING = frozenset({"queued", "in_process", "processing"})


class BrevoDestination(FieldDestination["BrevoDestination.Settings"]):
    """Lists at Brevo. Contacts are created or updated on the way."""

    class Settings(FieldSettings):
        """What `syncs/destinations.yml` may say under `type: brevo`."""

        api_key: SecretStr = Field(description="Brevo, SMTP and API, API keys.")
        folder: int = Field(default=1, ge=1, description="The id of the folder for new lists.")

    where = ("api_key",)
    address = "https://api.brevo.com/v3"
    api_version = "v3"
    documentation = _DOCS
    permissions = ("an API key of version 3",)
    leaving = (
        "The contact is taken off this list alone. It stays at Brevo, with its other lists and "
        "its subscription: nobody is blocklisted."
    )
    limits: ClassVar[Mapping[str, Limit]] = {
        "import_bytes": Limit(8_000_000, "bytes in one import", f"{_DOCS}import-contacts"),
        "remove": Limit(150, "contacts removed in one call", f"{_DOCS}remove-contact-from-list"),
        "page": Limit(50, "lists in one page", f"{_DOCS}get-lists"),
        "members_page": Limit(500, "contacts in one page", f"{_DOCS}get-contacts-from-list"),
        "pace": Limit(10, "calls a second to contacts", _PACE),
    }

    # https://developers.brevo.com/docs/limit-headers
    rate_headers = (RateHeaders("x-sib-ratelimit-remaining", "x-sib-ratelimit-reset"),)
    endpoints = (Endpoints("contacts", "/v3/contacts(/.*)?", "", float(limits["pace"].most)),)

    verbs = frozenset({"upsert", "remove", "erase"})
    batch_size = 1_000
    batch_bytes = limits["import_bytes"].most
    # A removal of a full batch is seven calls: one batch a second keeps to ten calls.
    requests_per_second = 1.0

    def __init__(
        self, settings: Settings, *, transport: Transport | None = None, name: str = ""
    ) -> None:
        """Keep the settings; make no call yet."""
        super().__init__(settings, transport=transport, name=name)
        self._jobs = Jobs()
        self._looks: Counter[str] = Counter()

    def headers(self, path: str) -> Mapping[str, str]:
        """The key in a header of its own."""
        return {"api-key": self.settings.api_key.get_secret_value()}

    def raise_for(self, response: Response) -> None:
        """The pause is in a header of Brevo's own, in seconds."""
        if response.status == _UNAUTHORISED and b"IP address" in response.body:
            raise AuthError(
                f"{self.name} answered 401: it does not know the IP address that we call from",
                remedy="Add it at Brevo: Settings, Security, Authorised IPs.",
            )
        pause = response.headers.get("x-sib-ratelimit-reset", "")
        if response.status == _BUSY and "retry-after" not in response.headers and pause.isdigit():
            response = Response(response.status, {"retry-after": pause})
            raise_for_status(response, who=self.name)
        super().raise_for(response)

    def check(self) -> None:
        """Read the account."""
        self.call("GET", "/account")

    def open(self, name: str) -> str:
        """The oldest list of this very name, else a new one in the folder of the settings."""
        for found in self._lists():
            if self.read(found, "name", kind=str) == name:
                return str(self.read(found, "id", kind=int))
        new = {"name": name, "folderId": self.settings.folder}
        with self.making_a_list():
            made = self.request("POST", "/contacts/lists", new, allow={_BAD_REQUEST, _NOT_FOUND})
        if made.status in {_BAD_REQUEST, _NOT_FOUND}:
            raise DestinationError(
                f"{self.name} refused to make the list in folder {self.settings.folder}",
                remedy="Is the folder there? Say its id as `folder` in syncs/destinations.yml, "
                "or another `list` in the sync.",
                in_doubt=False,
            )
        return str(self.read(self.parsed(made), "id", kind=int))

    def _lists(self) -> Iterator[Any]:
        size, offset = self.limits["page"].most, 0
        while True:
            # Oldest first: a list that is made meanwhile moves no other to a page read before.
            query = {"limit": size, "offset": offset, "sort": "asc"}
            answer = self.call("GET", "/contacts/lists", query=query)
            # Without any list the answer says the count alone.
            page = mapping(answer).get("lists") or []
            count = self.read(answer, "count", kind=int)
            yield from page
            offset += size
            if not page or offset >= count:
                return

    def find_fields(self) -> Mapping[str, Known]:
        answer = self.call("GET", "/contacts/attributes")
        found = self.read(answer, "attributes", kind=list)
        names = [self.read(one, "name", kind=str) for one in found]
        # What Brevo counts itself, or knows of orders, no import fills.
        return {
            name: Known(name, str(one.get("type")))
            for name, one in zip(names, found, strict=True)
            if one.get("category") in _FILLED
        }

    def make_field(self, name: str, kind: Kind) -> Known:
        if not _NAME.fullmatch(name):
            raise DestinationError(
                f"{self.name} takes no field called '{name}'",
                remedy="Use letters, digits and underscores, a letter first.",
            )
        made = Known(name.upper(), _TYPES.get(kind, "text"))
        self.call("POST", f"/contacts/attributes/normal/{made.name}", {"type": made.kind})
        return made

    def upsert(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """One import: contacts created or updated, and put on the list."""
        if not rows:
            return Receipt()
        names = self.fields_of(rows)
        body = {
            "jsonBody": [_contact(row, names) for row in rows],
            "listIds": [int(list_id)],
            "updateExistingContacts": True,
            # Of the fields that are sent, an empty one clears what was there.
            "emptyContactsAttributes": True,
            "disableNotification": True,
        }
        try:
            answer = self.call("POST", "/contacts/import", body)
        except RefusedError:
            # A list that is gone is refused like a bad contact: no row is to blame for it.
            self.call("GET", f"/contacts/lists/{list_id}")
            raise
        job = str(self.read(answer, "processId", kind=int))
        return self._jobs.begin(job, {row.identifiers["email"].lower(): row.key for row in rows})

    def settle(self, job: str) -> Receipt | None:
        """What became of an import: None while it runs. Files elsewhere name who was refused."""
        known = self._jobs.outcome(job)
        if known is not None:
            return known
        answer = self.job(f"/processes/{job}")
        status = self.read(answer, "status", kind=str)
        if status in _RUNNING:
            return None
        if status != "completed":
            raise DestinationError(
                f"{self.name} could not carry out an import ({status})"
                if status in {"failed", "cancelled"}
                else f"{self.name} gave an import a status that is not known",
                remedy="Run the sync again later.",
            )
        files = mapping(mapping(answer.get("info")).get("import"))
        return self._refused(job, files)

    def _refused(self, job: str, files: Mapping[str, Any]) -> Receipt | None:
        """Who stands in the files of those refused; None while one of them cannot be read.

        Where it never can, such as from behind a firewall, it counts as one person: it is
        known that there is one at least, and the others were taken.
        """
        rejected: dict[str, str] = {}
        unnamed, reasons = 0, {}
        for kind, address in files.items():
            if not address:
                continue
            words = self.words_of(address)
            if words is None:
                self._looks[job] += 1
                if self._looks[job] < _LOOKS:
                    return None
                unnamed += 1
                what = str(kind).replace("_", " ")
                reasons[f"{what}, one or more: the file of them cannot be read"] = 1
                continue
            for word in sorted({word for word in words if "@" in word}):
                key = self._jobs.key(job, word)
                if key is None:
                    unnamed += 1
                else:
                    rejected[key] = str(kind).replace("_", " ")
        return self._jobs.end(job, Receipt(rejected, unnamed, reasons=reasons))

    def remove(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """Take contacts off the list; who is unknown there is off it already."""
        for part in parts_of(rows, self.limits["remove"].most):
            wanted = {"emails": [row.identifiers["email"] for row in part]}
            path = f"/contacts/lists/{list_id}/contacts/remove"
            answer = self.request("POST", path, wanted, allow={_BAD_REQUEST})
            if answer.status == _BAD_REQUEST:
                # Brevo refuses a call that leaves nothing to do.
                said = str(mapping(self.parsed(answer)).get("message"))
                if "already removed" not in said:
                    self.raise_for(answer)
        return Receipt()

    def erase(self, rows: Sequence[Row]) -> Receipt:
        """Delete the contacts altogether."""
        for row in rows:
            path = f"/contacts/{quote(row.identifiers['email'], safe='')}"
            self.request("DELETE", path, query={"identifierType": "email_id"}, allow={_NOT_FOUND})
        return Receipt()

    def size(self, list_id: str) -> int | None:
        """How many contacts Brevo counts on the list."""
        return self.read(
            self.call("GET", f"/contacts/lists/{list_id}"), "uniqueSubscribers", kind=int
        )

    def members(self, list_id: str) -> Iterator[Mapping[str, str]]:
        """The contacts on the list, five hundred a call."""
        most, offset = self.limits["members_page"].most, 0
        found: list[Any] = []
        while True:
            query = {"limit": most, "offset": offset}
            answer = self.call("GET", f"/contacts/lists/{list_id}/contacts", query=query)
            before, found = found, self.read(answer, "contacts", kind=list)
            if found and found == before:
                raise self.misread("the next page", "another page")
            for one in found:
                # Someone known by a telephone number alone has none.
                yield member({"email": mapping(one).get("email")})
            offset += most
            if len(found) < most:
                return


def _contact(row: Row, known: Mapping[str, Known]) -> dict[str, Any]:
    attributes = {
        known[name].name: _value(value, known[name].kind) for name, value in row.fields.items()
    }
    return {"email": row.identifiers["email"], "attributes": attributes}


def _value(value: Any, kind: str) -> Any:
    """Numbers and truths as they are, all else as text; None is empty, which clears.

    Brevo passes over in silence what does not fit an attribute's type: a date is a day, several
    choices are a list (https://developers.brevo.com/reference/create-contact).
    """
    if kind == "multiple-choice" and value is not None:
        choices = value if isinstance(value, list | tuple) else [value]
        return [as_text(one) for one in choices]
    plain = number_or_text(day_of(value) if kind == "date" else value)
    return plain if isinstance(plain, int | float) else as_text(plain)
