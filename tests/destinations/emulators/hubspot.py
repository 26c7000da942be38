"""HubSpot as its client library's models, documentation and recorded traffic say it behaves."""

from __future__ import annotations

import re
from typing import Any

from emulators.platform import Call, Emulator, key_of, route

from cdp_activate.http import Response

KEY = "pat-na1-test"
NOW = "2026-11-28T09:00:00Z"
REFUSALS = {
    400: ("VALIDATION_ERROR", "Invalid input JSON"),
    401: ("INVALID_AUTHENTICATION", "Authentication credentials not found."),
    403: ("MISSING_SCOPES", "This app hasn't been granted all required scopes."),
    404: ("OBJECT_NOT_FOUND", "List does not exist."),
    413: ("VALIDATION_ERROR", "Request body too large."),
    429: ("RATE_LIMITS", "You have reached your secondly limit."),
    500: ("INTERNAL_ERROR", "internal error"),
}


class HubSpot(Emulator):
    """`refused`: addresses that no contact may have. `traces`: whether results say their trace."""

    def __init__(self) -> None:
        super().__init__()
        self.lists: dict[str, dict[str, Any]] = {}
        self.contacts: dict[str, dict[str, str]] = {}
        self.traces = True
        self.properties: dict[str, dict[str, Any]] = {"email": {"name": "email"}}

    def forget_lists(self) -> None:
        self.lists.clear()

    def members(self, list_name: str) -> dict[str, dict[str, Any]]:
        found = [one for one in self.lists.values() if one["name"] == list_name]
        people = [self.contacts[one] for one in (found[0]["records"] if found else ())]
        return {
            key_of(one["email"]): {
                "identifiers": {"email": one["email"]},
                "fields": {name: value for name, value in one.items() if name != "email"},
            }
            for one in people
        }

    def unauthorised(self, call: Call) -> bool:
        return call.headers.get("authorization") != f"Bearer {KEY}"

    def refusal(self, status: int, **about: Any) -> Response:
        category, message = REFUSALS[status]
        body = {"status": "error", "message": message, "category": category, **about}
        # HubSpot names no pause: the window is that of the rate limit's own headers.
        return self.said(status, {**body, "correlationId": "aeb5f871-7f07-4993-9211-075dc63e7cbf"})

    @route("POST", "/crm/v3/lists/search")
    def search(self, call: Call) -> Response:
        wanted = call.body.get("listIds")
        lists = [self._list(i) for i in self.lists if wanted is None or i in wanted]
        if "hs_list_size" in call.body.get("additionalProperties", ()):
            for one in lists:
                size = str(len(self.lists[one["listId"]]["records"]))
                one["additionalProperties"] = {"hs_list_size": size}
        return self.said(
            200, {"lists": lists, "hasMore": False, "offset": len(lists), "total": len(lists)}
        )

    @route("GET", "/crm/v3/lists/object-type-id/0-1/name/{name}")
    def by_name(self, call: Call, name: str) -> Response:
        found = [i for i, one in self.lists.items() if one["name"] == name]
        return self.said(200, {"list": self._list(found[0])}) if found else self.refusal(404)

    @route("POST", "/crm/v3/lists")
    def make_list(self, call: Call) -> Response:
        if any(one["name"] == call.body["name"] for one in self.lists.values()):
            return self.refusal(400, message="A list with this name already exists.")
        list_id = str(len(self.lists) + 1)
        kind = call.body["processingType"]
        self.lists[list_id] = {"name": call.body["name"], "kind": kind, "records": {}}
        return self.said(200, {"list": self._list(list_id)})

    def _list(self, list_id: str) -> dict[str, Any]:
        held = self.lists[list_id]
        return {
            "listId": list_id,
            "name": held["name"],
            "objectTypeId": "0-1",
            "processingType": held["kind"],
            "processingStatus": "COMPLETE",
            "listVersion": 1,
            "createdAt": NOW,
        }

    @route("GET", "/crm/v3/properties/contacts")
    def all_properties(self, call: Call) -> Response:
        return self.said(200, {"results": list(self.properties.values())})

    @route("POST", "/crm/v3/properties/contacts")
    def make_property(self, call: Call) -> Response:
        asked = {"name", "label", "type", "fieldType", "groupName"}
        if not asked <= call.body.keys() or call.body["name"] in self.properties:
            return self.refusal(400)
        if call.body["type"] == "bool" and len(call.body.get("options", ())) != 2:
            return self.refusal(400, message="Boolean properties must have two options.")
        self.properties[call.body["name"]] = call.body
        return self.said(201, call.body)

    @route("POST", "/crm/v3/objects/contacts/batch/upsert")
    def upsert(self, call: Call) -> Response:
        if len(call.body["inputs"]) > 100:
            return self.refusal(400, message="The maximum number of inputs is 100.")
        if any(one["properties"].keys() - self.properties.keys() for one in call.body["inputs"]):
            return self.refusal(400, message="Property values were not valid")
        if any(self._unfit(one["properties"]) for one in call.body["inputs"]):
            return self.refusal(400, message="Property values were not valid: INVALID_DATE")
        results, errors = [], []
        for one in call.body["inputs"]:
            if one["id"] in self.refused:
                errors.append(self._error(one))
                continue
            held = self._find(one["id"])
            contact_id = held or str(100 + len(self.contacts))
            contact = self.contacts.setdefault(contact_id, {})
            contact.update(one["properties"])
            about = self._contact(contact_id)
            trace = one.get("objectWriteTraceId")
            traced = {"objectWriteTraceId": trace} if self.traces else {}
            results.append({**about, "new": held is None, **traced})
        return self._batch(results, errors)

    def _unfit(self, properties: dict[str, str]) -> bool:
        """A date is a day, an instant has a zone, and an option is none of a JSON list."""
        shapes = {"date": r"\d{4}-\d\d-\d\d", "datetime": r".*T.*Z", "enumeration": r"[^\[]*"}
        kinds = {name: self.properties[name].get("type") for name in properties}
        return any(
            value and not re.fullmatch(shapes.get(kinds[name], "(?s).*"), value)
            for name, value in properties.items()
        )

    def _error(self, one: dict[str, Any]) -> dict[str, Any]:
        return {
            "status": "error",
            "category": "VALIDATION_ERROR",
            "message": f"Email address {one['id']} is invalid",
            "context": {"objectWriteTraceId": [one["objectWriteTraceId"]]},
            "links": {},
            "errors": [],
        }

    def _batch(self, results: list[Any], errors: list[Any]) -> Response:
        body = {"status": "COMPLETE", "startedAt": NOW, "completedAt": NOW, "results": results}
        if not errors:
            return self.said(200, body)
        return self.said(207, {**body, "numErrors": len(errors), "errors": errors})

    def _contact(self, contact_id: str) -> dict[str, Any]:
        shown = {"email": self.contacts[contact_id]["email"]}
        return {"id": contact_id, "properties": shown, "createdAt": NOW, "updatedAt": NOW}

    def _find(self, email: str) -> str | None:
        return next((i for i, one in self.contacts.items() if one["email"] == email), None)

    @route("POST", "/crm/v3/objects/contacts/batch/read")
    def read(self, call: Call) -> Response:
        if len(call.body["inputs"]) > 100:
            return self.refusal(400, message="The maximum number of inputs is 100.")
        wanted = [one["id"] for one in call.body["inputs"]]
        if "idProperty" not in call.body:
            return self._batch([self._contact(i) for i in wanted if i in self.contacts], [])
        found = [i for email in wanted if (i := self._find(email)) is not None]
        missing = [email for email in wanted if self._find(email) is None]
        error = {
            "status": "error",
            "category": "OBJECT_NOT_FOUND",
            "message": "Could not get some CONTACT objects, they may be deleted or not exist.",
            "context": {"ids": missing},
            "links": {},
            "errors": [],
        }
        return self._batch([self._contact(i) for i in found], [error] if missing else [])

    @route("GET", "/crm/v3/lists/{list_id}/memberships")
    def show_members(self, call: Call, list_id: str) -> Response:
        if list_id not in self.lists:
            return self.refusal(404)
        records, start = list(self.lists[list_id]["records"]), int(call.query.get("after", 0))
        shown = records[start : start + 100]
        body: dict[str, Any] = {"total": len(records)}
        body["results"] = [{"recordId": one, "membershipTimestamp": NOW} for one in shown]
        if start + 100 < len(records):
            body["paging"] = {"next": {"after": str(start + 100), "link": "?after"}}
        return self.said(200, body)

    @route("PUT", "/crm/v3/lists/{list_id}/memberships/add")
    def enter(self, call: Call, list_id: str) -> Response:
        if list_id not in self.lists:
            return self.refusal(404)
        if self.lists[list_id]["kind"] == "DYNAMIC":
            return self.refusal(400, message="Memberships of this list cannot be changed.")
        records = self.lists[list_id]["records"]
        missing = [one for one in call.body if one not in self.contacts]
        added = [one for one in call.body if one in self.contacts and one not in records]
        records.update(dict.fromkeys(added, True))
        return self._changed(added=added, missing=missing)

    @route("PUT", "/crm/v3/lists/{list_id}/memberships/remove")
    def leave(self, call: Call, list_id: str) -> Response:
        if list_id not in self.lists:
            return self.refusal(404)
        records = self.lists[list_id]["records"]
        return self._changed(removed=[one for one in call.body if records.pop(one, None)])

    def _changed(self, added: Any = (), removed: Any = (), missing: Any = ()) -> Response:
        body = {"recordsIdsAdded": added, "recordIdsRemoved": removed, "recordIdsMissing": missing}
        return self.said(200, {name: list(ids) for name, ids in body.items()})

    @route("POST", "/crm/v3/objects/contacts/gdpr-delete")
    def erase(self, call: Call) -> Response:
        assert call.body["idProperty"] == "email"
        contact_id = self._find(call.body["objectId"])
        if contact_id is None:
            return self.refusal(404)
        del self.contacts[contact_id]
        for one in self.lists.values():
            one["records"].pop(contact_id, None)
        return self.said(204)
