"""Klaviyo: profiles, and lists of them.

Entering an audience is a bulk import into a list, leaving is the end of the
list relationship. Neither touches consent: subscribing lifts suppressions, and
unsubscribing reaches beyond the list, so neither is ever called.

A bulk import takes no null to clear a value, so whoever has a field without a value is looked
up, and what they hold of it is taken off first:
https://developers.klaviyo.com/en/docs/use_klaviyos_bulk_profile_import_api
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from pydantic import Field, SecretStr

from cdp_activate.destinations._jobs import Jobs
from cdp_activate.destinations._klaviyo import (
    ATTRIBUTES,
    attribute_of,
    cleared,
    profile_of,
    without_value,
)
from cdp_activate.destinations.api import (
    ApiDestination,
    ApiSettings,
    best_identifier,
    mapping,
    member,
    parts_of,
)
from cdp_activate.destinations.base import Limit
from cdp_activate.destinations.rows import Receipt, Row, json_bytes
from cdp_activate.errors import RetryError
from cdp_activate.http import Transport
from cdp_activate.pacing import Endpoints

_SPEC = "https://github.com/klaviyo/openapi (revision 2026-07-15)"
_NOT_FOUND = 404
_ROOM = 500  # bytes for the rest of an address, and for the cursor of a further page


class KlaviyoDestination(ApiDestination["KlaviyoDestination.Settings"]):
    """Lists at Klaviyo. Profiles are created or updated on the way; consent is not touched."""

    class Settings(ApiSettings):
        """What `syncs/destinations.yml` may say under `type: klaviyo`."""

        api_key: SecretStr = Field(description="A private key: Klaviyo, Settings, API keys.")

    where = ("api_key",)
    address = "https://a.klaviyo.com"
    content_type = "application/vnd.api+json"
    api_version = "2026-07-15"
    documentation = "https://developers.klaviyo.com/en/reference/api_overview"
    permissions = (
        "lists:read",
        "lists:write",
        "profiles:read",
        "profiles:write",
        "data-privacy:write (to erase)",
    )
    leaving = (
        "The profile is taken off this list alone. It stays at Klaviyo, with its consent and "
        "its other lists."
    )
    limits: ClassVar[Mapping[str, Limit]] = {
        "import": Limit(10_000, "profiles in one import", _SPEC),
        "import_bytes": Limit(5_000_000, "bytes in one import", _SPEC),
        "profile_bytes": Limit(100_000, "bytes of one profile", _SPEC),
        "import_pace": Limit(150, "imports a minute", _SPEC),
        "relationship": Limit(1_000, "profiles taken off a list in one call", _SPEC),
        "page": Limit(100, "profiles looked up in one call", _SPEC),
        "address": Limit(
            8_000,
            "bytes of an address, in all",
            "https://www.rfc-editor.org/rfc/rfc9110#section-4.1",
        ),
        "page_pace": Limit(750, "look-ups a minute", _SPEC),
        "update_pace": Limit(750, "profiles a minute of which values are cleared", _SPEC),
        "erase_pace": Limit(60, "deletions a minute", _SPEC),
    }

    # Each endpoint has limits of its own, and says in its answers what is left of them.
    # https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling
    endpoints = (
        Endpoints(
            "imports", "/api/profile-bulk-import-jobs", "POST", limits["import_pace"].most / 60
        ),
        Endpoints("look-ups", "/api/profiles", "GET", limits["page_pace"].most / 60),
        Endpoints("updates", "/api/profiles/[^/]+", "PATCH", limits["update_pace"].most / 60),
        Endpoints(
            "deletions", "/api/data-privacy-deletion-jobs", "POST", limits["erase_pace"].most / 60
        ),
        Endpoints("jobs", "/api/profile-bulk-import-jobs/.*", "GET"),
        Endpoints("removals", "/api/lists/[^/]+/relationships/profiles", "DELETE"),
    )

    verbs = frozenset({"upsert", "remove", "erase"})
    identifiers = tuple(ATTRIBUTES)
    batch_size = 1_000
    batch_bytes = limits["import_bytes"].most
    # A removal of a full batch takes ten look-ups: one a second keeps to 750 a minute.
    requests_per_second = 1.0

    def __init__(
        self, settings: Settings, *, transport: Transport | None = None, name: str = ""
    ) -> None:
        """Keep the settings; make no call yet."""
        super().__init__(settings, transport=transport, name=name)
        self._jobs = Jobs()

    def headers(self, path: str) -> Mapping[str, str]:
        """The private key, and the revision that this class was written for."""
        key = self.settings.api_key.get_secret_value()
        return {"authorization": f"Klaviyo-API-Key {key}", "revision": self.api_version}

    def check(self) -> None:
        """Read one page of lists."""
        self.call("GET", "/api/lists", query={"page[size]": 1})

    def open(self, name: str) -> str:
        """The oldest list of this very name, else a new one."""
        query = {"filter": f"equals(name,{_quoted(name)})", "sort": "created"}
        answer = self.call("GET", "/api/lists", query=query)
        for number, found in enumerate(self.read(answer, "data", kind=list)):
            if self.read(found, "attributes", "name", kind=str) == name:
                return self.read(answer, "data", number, "id", kind=str)
        new = {"data": {"type": "list", "attributes": {"name": name}}}
        return self.read(self.make_list("/api/lists", new), "data", "id", kind=str)

    def upsert(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """One import job: profiles created or updated, and put on the list."""
        profiles = {row.key: profile_of(row) for row in rows}
        too_large = {
            key: f"more than {self.limits['profile_bytes'].most:,} bytes in one profile"
            for key, profile in profiles.items()
            if len(json_bytes(profile)) > self.limits["profile_bytes"].most
        }
        fitting = [row for row in rows if row.key not in too_large]
        if not fitting:
            return Receipt(rejected=too_large)
        self._clear(fitting)
        body = {
            "data": {
                "type": "profile-bulk-import-job",
                "attributes": {"profiles": {"data": [profiles[row.key] for row in fitting]}},
                "relationships": {"lists": {"data": [{"type": "list", "id": list_id}]}},
            }
        }
        answer = self.call("POST", "/api/profile-bulk-import-jobs", body)
        job = self.read(answer, "data", "id", kind=str)
        self._jobs.begin(job, {value: row.key for row in fitting for value in _values(row)})
        return Receipt(rejected=too_large, job=job)

    def _clear(self, rows: Sequence[Row]) -> None:
        """Take off what profiles hold of fields that have no value now."""
        missing = {row.key: names for row in rows if (names := without_value(row))}
        theirs = {attribute_of(name) for names in missing.values() for name in names}
        for name, attribute, part in self._parts([row for row in rows if row.key in missing]):
            by_value = {row.identifiers[name].casefold(): row for row in part}
            for profile in self._found(attribute, list(by_value), sorted(theirs)):
                about = self.read(profile, "attributes", kind=dict)
                row = by_value.get(str(about.get(attribute)).casefold())
                change = cleared(about, missing[row.key]) if row else {}
                if change:
                    profile_id = self.read(profile, "id", kind=str)
                    body = {"data": {"type": "profile", "id": profile_id, **change}}
                    path = f"/api/profiles/{profile_id}"
                    # Somebody who was deleted meanwhile holds nothing.
                    self.request("PATCH", path, body, allow={_NOT_FOUND})

    def settle(self, job: str) -> Receipt | None:
        """What became of an import: None while it is queued or processed."""
        known = self._jobs.outcome(job)
        if known is not None:
            return known
        answer = self.job(f"/api/profile-bulk-import-jobs/{job}")
        status = self.read(answer, "data", "attributes", "status", kind=str)
        if status == "cancelled":
            raise RetryError(f"{self.name} cancelled an import")
        if status != "complete":
            return None
        failed = answer["data"]["attributes"].get("failed_count") or 0
        return self._jobs.end(job, self._failures(job, failed) if failed else Receipt())

    def _failures(self, job: str, failed: int) -> Receipt:
        """Which rows an import refused. Klaviyo's own detail may quote them: its title does not."""
        rejected: dict[str, str] = {}
        path = f"/api/profile-bulk-import-jobs/{job}/import-errors"
        for error in self._pages(path, {"page[size]": self.limits["page"].most}):
            about = self.read(error, "attributes", kind=dict)
            payload = mapping(about.get("original_payload"))
            sent = mapping(payload.get("attributes", payload))
            keys = [self._jobs.key(job, str(sent.get(name))) for name in ATTRIBUTES.values()]
            pointer = mapping(about.get("source")).get("pointer")
            field = str(pointer or "").rpartition("/")[2]
            for key in filter(None, keys):
                rejected[key] = f"{self.read(about, 'title', kind=str)} ({field or 'profile'})"
                break
        return Receipt(rejected, max(failed - len(rejected), 0))

    def remove(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """Take the profiles off the list; who is unknown there is off it already."""
        most = self.limits["relationship"].most
        for part in parts_of(list(self._profile_ids(rows)), most):
            gone = {"data": [{"type": "profile", "id": profile_id} for profile_id in part]}
            self.call("DELETE", f"/api/lists/{list_id}/relationships/profiles", gone)
        return Receipt()

    def _profile_ids(self, rows: Sequence[Row]) -> Iterator[str]:
        gone: list[Row] = []
        for name, attribute, part in self._parts(rows):
            missing = {row.identifiers[name].casefold(): row for row in part}
            for profile in self._found(attribute, [row.identifiers[name] for row in part]):
                yield self.read(profile, "id", kind=str)
                said = self.read(profile, "attributes", kind=dict).get(attribute)
                missing.pop(str(said).casefold(), None)
            gone += [row for row in missing.values() if name != "external_id"]
        # Whose address was changed at Klaviyo is still known there by the id that is ours.
        ours = [one.identifiers["external_id"] for one in gone if "external_id" in one.identifiers]
        for some in parts_of(ours, self.limits["page"].most):
            for profile in self._found("external_id", some):
                yield self.read(profile, "id", kind=str)

    def _parts(self, rows: Sequence[Row]) -> Iterator[tuple[str, str, Sequence[Row]]]:
        """Rows as they are looked up: by their best identifier, as many as a page holds."""
        for name, attribute in ATTRIBUTES.items():
            having = [row for row in rows if best_identifier(row, self.identifiers) == name]
            for part in parts_of(having, self.limits["page"].most):
                yield name, attribute, part

    def _found(
        self, attribute: str, values: Sequence[str], more: Sequence[str] = ()
    ) -> Iterator[Any]:
        """The profiles that have one of these values, with that attribute and `more`."""
        query = {
            "filter": f"any({attribute},{_quoted(values)})",
            "fields[profile]": ",".join(dict.fromkeys([attribute, *more])),
            "page[size]": self.limits["page"].most,
        }
        is_long = len(urlencode(query)) > self.limits["address"].most - _ROOM
        if is_long and len(values) > 1:
            middle = len(values) // 2
            yield from self._found(attribute, values[:middle], more)
            yield from self._found(attribute, values[middle:], more)
        else:
            yield from self._pages("/api/profiles", query)

    def _pages(self, path: str, query: Mapping[str, Any]) -> Iterator[Any]:
        """Every entry of a listing, page after page."""
        asked = dict(query)
        while True:
            answer = self.call("GET", path, query=asked)
            yield from self.read(answer, "data", kind=list)
            following = mapping(answer.get("links")).get("next")
            if not following:
                return
            cursor = "page[cursor]"
            asked[cursor] = self.next_page(following, cursor, asked.get(cursor))

    def erase(self, rows: Sequence[Row]) -> Receipt:
        """Ask for the deletion of each person; Klaviyo carries it out within its own time."""
        rejected = {}
        for row in rows:
            name = best_identifier(row, ("email", "phone"))
            if name is None:
                rejected[row.key] = "Klaviyo erases by e-mail address or phone number alone"
                continue
            profile = {
                "type": "profile",
                "attributes": {ATTRIBUTES[name]: row.identifiers[name]},
            }
            job = {
                "type": "data-privacy-deletion-job",
                "attributes": {"profile": {"data": profile}},
            }
            self.call("POST", "/api/data-privacy-deletion-jobs", {"data": job})
        return Receipt(rejected)

    def size(self, list_id: str) -> int | None:
        """How many profiles Klaviyo counts on the list."""
        query = {"additional-fields[list]": "profile_count"}
        answer = self.call("GET", f"/api/lists/{list_id}", query=query)
        return self.read(answer, "data", "attributes", "profile_count", kind=int)

    def members(self, list_id: str) -> Iterator[Mapping[str, str]]:
        """The profiles on the list, a hundred a call."""
        query = {
            "fields[profile]": ",".join(ATTRIBUTES.values()),
            "page[size]": self.limits["page"].most,
        }
        for profile in self._pages(f"/api/lists/{list_id}/profiles", query):
            about = self.read(profile, "attributes", kind=dict)
            yield member({name: about.get(theirs) for name, theirs in ATTRIBUTES.items()})


def _values(row: Row) -> list[str]:
    return [row.identifiers[name] for name in ATTRIBUTES if name in row.identifiers]


def _quoted(value: str | Sequence[str]) -> str:
    """Text, or a list of it, as Klaviyo's filters write it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
