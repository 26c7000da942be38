"""Brevo as its own client library and documentation say it behaves."""

from __future__ import annotations

import re
from typing import Any

from emulators.platform import Call, Emulator, key_of, route

from cdp_activate.http import Request, Response

KEY = "xkeysib-test"
NOW = "2026-11-28T09:00:00.000Z"
REFUSALS = {
    400: ("invalid_parameter", "Invalid parameter"),
    401: ("unauthorized", "Key not found"),
    403: ("permission_denied", "Your account has not the permission"),
    404: ("document_not_found", "List ID does not exist"),
    413: ("too_large", "Payload too large"),
    429: ("too_many_requests", "Too many requests"),
    500: ("internal", "Internal server error"),
}


class Brevo(Emulator):
    """`slow`: how often an import is asked after before it is done."""

    def __init__(self) -> None:
        super().__init__()
        self.lists: dict[int, dict[str, Any]] = {}
        self.contacts: dict[str, dict[str, Any]] = {}
        self.attributes: dict[str, str] = {}
        self.imports: dict[int, dict[str, Any]] = {}
        self.slow = 0
        self.downloads: Response | None = None

    def forget_lists(self) -> None:
        self.lists.clear()

    def members(self, list_name: str) -> dict[str, dict[str, Any]]:
        """Attributes are kept in capitals there."""
        found = [one for one in self.lists.values() if one["name"] == list_name]
        return {
            key_of(email): {
                "identifiers": {"email": email},
                "fields": {
                    name.lower(): value
                    for name, value in self.contacts[email]["attributes"].items()
                },
            }
            for email in (found[0]["contacts"] if found else ())
        }

    def answer(self, request: Request) -> Response:
        """Refused addresses are downloaded from elsewhere, where the key must not be seen."""
        if request.host == "files.example":
            assert "api-key" not in request.headers
            if self.downloads is not None:
                return self.downloads
            refused = self.imports[int(request.url.rpartition("/")[2])]["refused"]
            return Response(200, {}, "\n".join(["EMAIL", *refused]).encode())
        return super().answer(request)

    def unauthorised(self, call: Call) -> bool:
        return call.headers.get("api-key") != KEY

    def refusal(self, status: int, **about: Any) -> Response:
        code, message = REFUSALS[status]
        headers = {"x-sib-ratelimit-reset": "7"} if status == 429 else {}
        return self.said(status, {"code": code, "message": message, **about}, headers)

    @route("GET", "/v3/account")
    def account(self, call: Call) -> Response:
        return self.said(200, {"email": "owner@example.com", "companyName": "Shop"})

    @route("GET", "/v3/contacts/lists")
    def all_lists(self, call: Call) -> Response:
        if not self.lists:
            return self.said(200, {"count": 0})
        start, size = int(call.query.get("offset", 0)), int(call.query.get("limit", 10))
        if size > 50:
            return self.refusal(400)
        shown = [self._list(number) for number in self.lists][start : start + size]
        return self.said(200, {"count": len(self.lists), "lists": shown})

    @route("POST", "/v3/contacts/lists")
    def make_list(self, call: Call) -> Response:
        if "folderId" not in call.body:
            return self.refusal(400, message="folderId is missing")
        number = len(self.lists) + 1
        self.lists[number] = {"name": call.body["name"], "contacts": {}}
        return self.said(201, {"id": number})

    def _list(self, number: int) -> dict[str, Any]:
        held = self.lists[number]
        about = {"id": number, "name": held["name"], "folderId": 1, "totalBlacklisted": 0}
        count = len(held["contacts"])
        return {**about, "totalSubscribers": 0, "uniqueSubscribers": count, "createdAt": NOW}

    @route("GET", "/v3/contacts/lists/{number}")
    def show_list(self, call: Call, number: str) -> Response:
        known = int(number) in self.lists
        return self.said(200, self._list(int(number))) if known else self.refusal(404)

    @route("GET", "/v3/contacts/lists/{number}/contacts")
    def show_members(self, call: Call, number: str) -> Response:
        if int(number) not in self.lists:
            return self.refusal(404)
        people = list(self.lists[int(number)]["contacts"])
        start, size = int(call.query.get("offset", 0)), int(call.query.get("limit", 50))
        if size > 500:
            return self.refusal(400)
        shown = [{"id": 1, "email": email} for email in people[start : start + size]]
        return self.said(200, {"contacts": shown, "count": len(people)})

    @route("GET", "/v3/contacts/attributes")
    def all_attributes(self, call: Call) -> Response:
        shown = [{"name": n, "category": "normal", "type": t} for n, t in self.attributes.items()]
        shown.append({"name": "CLICKS", "category": "calculated", "type": "float"})
        return self.said(200, {"attributes": shown})

    @route("POST", "/v3/contacts/attributes/normal/{name}")
    def make_attribute(self, call: Call, name: str) -> Response:
        if name in self.attributes:
            return self.refusal(400, message="Attribute name already exists")
        self.attributes[name] = call.body["type"]
        return self.said(201)

    @route("POST", "/v3/contacts/import")
    def start_import(self, call: Call) -> Response:
        assert "emailBlacklist" not in call.body
        if call.size > 10_000_000:
            return self.refusal(413)
        if any(number not in self.lists for number in call.body["listIds"]):
            return self.refusal(400, message="List ids are not valid")
        refused = []
        for sent in call.body["jsonBody"]:
            if sent["email"] in self.refused:
                refused.append(sent["email"])
                continue
            held = self.contacts.setdefault(sent["email"], {"attributes": {}})
            if call.body["updateExistingContacts"]:
                self._write(held["attributes"], sent["attributes"], call.body)
            for number in call.body["listIds"]:
                self.lists[number]["contacts"][sent["email"]] = True
        number = len(self.imports) + 1
        self.imports[number] = {"refused": refused, "left": self.slow, "status": "completed"}
        return self.said(202, {"processId": number})

    def _write(self, held: dict[str, Any], sent: dict[str, Any], said: dict[str, Any]) -> None:
        """Attributes that do not exist, and values that do not fit, are passed over in silence."""
        for name, value in sent.items():
            is_empty = value == ""
            known = name in self.attributes and (is_empty or _fits(value, self.attributes[name]))
            if known and (not is_empty or said["emptyContactsAttributes"]):
                held[name] = value

    @route("GET", "/v3/processes/{number}")
    def show_import(self, call: Call, number: str) -> Response:
        if int(number) not in self.imports:
            return self.refusal(404, message="Process not found")
        held = self.imports[int(number)]
        held["left"] -= 1
        status = "in_process" if held["left"] >= 0 else held["status"]
        about: dict[str, Any] = {"id": int(number), "name": "IMPORTUSER", "status": status}
        if status == "completed":
            url = f"https://files.example/{number}" if held["refused"] else None
            about["info"] = {"import": {"invalid_emails": url, "duplicate_email_id": None}}
        return self.said(200, about)

    @route("POST", "/v3/contacts/lists/{number}/contacts/remove")
    def leave(self, call: Call, number: str) -> Response:
        if int(number) not in self.lists:
            return self.refusal(404)
        if len(call.body["emails"]) > 150:
            return self.refusal(400, message="At most 150 emails")
        held = self.lists[int(number)]["contacts"]
        gone = [email for email in call.body["emails"] if held.pop(email, None)]
        if not gone:
            said = "Contact already removed from list and/or does not exist"
            return self.refusal(400, message=said)
        left = [email for email in call.body["emails"] if email not in gone]
        return self.said(201, {"contacts": {"success": gone, "failure": left}})

    @route("DELETE", "/v3/contacts/{email}")
    def erase(self, call: Call, email: str) -> Response:
        if self.contacts.pop(email, None) is None:
            return self.refusal(404, message="Contact does not exist")
        for one in self.lists.values():
            one["contacts"].pop(email, None)
        return self.said(204)


def _fits(value: Any, kind: str) -> bool:
    """Whether an attribute of this type takes the value."""
    if kind == "date":
        return re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None
    if kind == "multiple-choice":
        return isinstance(value, list)
    return True
