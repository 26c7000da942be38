"""Mailchimp as its API description, documentation and recorded traffic say it behaves."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from emulators.platform import Call, Emulator, key_of, route

from cdp_activate.http import Response

KEY = "0123456789abcdef-us7"
AUDIENCE = "a1b2c3"
BASIC = "Basic " + base64.b64encode(f"key:{KEY}".encode()).decode()
TITLES = {
    400: "Invalid Resource",
    401: "API Key Invalid",
    403: "Forbidden",
    404: "Resource Not Found",
    405: "Method Not Allowed",
    413: "Request Entity Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
}


def digest(email: str) -> str:
    return hashlib.md5(email.lower().encode()).hexdigest()


class Mailchimp(Emulator):
    """`refused`: addresses that look fake. `fixed`: addresses whose fields cannot be changed."""

    def __init__(self) -> None:
        super().__init__()
        self.contacts: dict[str, dict[str, Any]] = {}
        self.segments: dict[int, dict[str, Any]] = {}
        self.fields: dict[str, dict[str, Any]] = {}
        self.fixed: set[str] = set()
        self.banned: set[str] = set()
        self.room = 80

    def forget_lists(self) -> None:
        self.segments.clear()

    def members(self, list_name: str) -> dict[str, dict[str, Any]]:
        found = [one for one in self.segments.values() if one["name"] == list_name]
        people = [self.contacts[one] for one in (found[0]["people"] if found else ())]
        return {
            key_of(one["email_address"]): {
                "identifiers": {"email": one["email_address"]},
                "fields": {self._name(tag): v for tag, v in one["merge_fields"].items()},
            }
            for one in people
        }

    def _name(self, tag: str) -> str:
        return str(self.fields[tag]["name"])

    def unauthorised(self, call: Call) -> bool:
        return call.headers.get("authorization") != BASIC

    def refusal(self, status: int, **about: Any) -> Response:
        body = {
            "type": "https://mailchimp.com/developer/marketing/docs/errors/",
            "title": TITLES[status],
            "status": status,
            "detail": "See the documentation.",
            "instance": "995c5cb0-3280-4a6e-808b-3b096d0bb219",
            **about,
        }
        headers = {"content-type": "application/problem+json; charset=utf-8"}
        return self.said(status, body, headers)

    @route("GET", "/3.0/lists/{audience}")
    def show_audience(self, call: Call, audience: str) -> Response:
        if audience != AUDIENCE:
            return self.refusal(404)
        return self.said(200, {"id": AUDIENCE, "name": "Shop"})

    @route("GET", "/3.0/lists/{audience}/tag-search")
    def find_tags(self, call: Call, audience: str) -> Response:
        tags = [
            {"id": number, "name": one["name"]}
            for number, one in self.segments.items()
            if one["name"].casefold().startswith(call.query.get("name", "").casefold())
        ]
        return self.said(200, {"tags": tags, "total_items": len(tags)})

    @route("POST", "/3.0/lists/{audience}/segments")
    def make_segment(self, call: Call, audience: str) -> Response:
        number = 100 + len(self.segments)
        self.segments[number] = {"name": call.body["name"], "people": {}}
        return self.said(200, self._segment(number))

    def _segment(self, number: int) -> dict[str, Any]:
        held = self.segments[number]
        about = {"id": number, "name": held["name"], "member_count": len(held["people"])}
        return {**about, "type": "static", "list_id": AUDIENCE}

    @route("GET", "/3.0/lists/{audience}/segments/{number}")
    def show_segment(self, call: Call, audience: str, number: str) -> Response:
        if int(number) not in self.segments:
            return self.refusal(404)
        shown = self._segment(int(number))
        if call.query.get("include_transactional") != "true":
            shown["member_count"] = 0
        return self.said(200, shown)

    @route("POST", "/3.0/lists/{audience}/segments/{number}")
    def change_segment(self, call: Call, audience: str, number: str) -> Response:
        segment = self.segments.get(int(number))
        wanted, gone = (call.body.get(f"members_to_{verb}", []) for verb in ("add", "remove"))
        if segment is None:
            return self.refusal(404)
        if len(wanted) + len(gone) > 500:
            return self.refusal(400)
        added = [one for email in wanted if (one := digest(email)) in self.contacts]
        removed = [one for email in gone if (one := digest(email)) in segment["people"]]
        segment["people"].update(dict.fromkeys(added, True))
        for one in removed:
            del segment["people"][one]
        return self.said(
            200,
            {
                "members_added": [self._contact(one) for one in added],
                "members_removed": [{"id": one} for one in removed],
                "errors": [],
                "total_added": len(added),
                "total_removed": len(removed),
                "error_count": 0,
            },
        )

    @route("GET", "/3.0/lists/{audience}/segments/{number}/members")
    def show_members(self, call: Call, audience: str, number: str) -> Response:
        if int(number) not in self.segments:
            return self.refusal(404)
        assert call.query["include_transactional"] == "true"
        people = list(self.segments[int(number)]["people"])
        start, size = int(call.query["offset"]), int(call.query["count"])
        shown = [
            {"email_address": self.contacts[one]["email_address"]}
            for one in people[start : start + min(size, 1_000)]
        ]
        return self.said(200, {"members": shown, "total_items": len(people)})

    def _contact(self, name: str) -> dict[str, Any]:
        held = self.contacts[name]
        shown = {"id": name, "email_address": held["email_address"], "status": held["status"]}
        return {**shown, "list_id": AUDIENCE}

    @route("GET", "/3.0/lists/{audience}/merge-fields")
    def all_fields(self, call: Call, audience: str) -> Response:
        shown = list(self.fields.values())[: int(call.query.get("count", 10))]
        about = {"list_id": AUDIENCE, "total_items": len(self.fields)}
        return self.said(200, {"merge_fields": shown, **about})

    @route("POST", "/3.0/lists/{audience}/merge-fields")
    def make_field(self, call: Call, audience: str) -> Response:
        tag = call.body.get("tag", f"MMERGE{len(self.fields) + 1}")
        if tag in self.fields or len(tag) > 10 or len(self.fields) >= self.room:
            return self.refusal(400)
        self.fields[tag] = {"merge_id": len(self.fields) + 1, **call.body, "tag": tag}
        return self.said(200, self.fields[tag])

    @route("POST", "/3.0/lists/{audience}")
    def create(self, call: Call, audience: str) -> Response:
        if len(call.body["members"]) > 500:
            return self.refusal(400)
        new, updated, errors = [], [], []
        for sent in call.body["members"]:
            email, name = sent["email_address"], digest(sent["email_address"])
            about = {"email_address": email, "error_code": "ERROR_GENERIC"}
            if email in self.refused or name in self.banned:
                errors.append({**about, "error": f"{email} looks fake or invalid."})
            elif name in self.contacts and not call.body["update_existing"]:
                about["error_code"] = "ERROR_CONTACT_EXISTS"
                errors.append({**about, "error": f"{email} is already a list member."})
            else:
                (updated if name in self.contacts else new).append(name)
                held = self.contacts.setdefault(name, {"merge_fields": {}})
                held.update(email_address=email, status=sent["status"])
                self._write(held, sent.get("merge_fields", {}))
        return self.said(
            200,
            {
                "new_members": [self._contact(one) for one in new],
                "updated_members": [self._contact(one) for one in updated],
                "errors": errors,
                "total_created": len(new),
                "total_updated": len(updated),
                "error_count": len(errors),
            },
        )

    def _write(self, held: dict[str, Any], fields: dict[str, Any]) -> None:
        """Tags that do not exist are passed over in silence."""
        known = {tag: value for tag, value in fields.items() if tag in self.fields}
        held["merge_fields"].update(known)

    @route("PATCH", "/3.0/lists/{audience}/members/{name}")
    def update(self, call: Call, audience: str, name: str) -> Response:
        if name not in self.contacts:
            return self.refusal(404)
        if self.contacts[name]["email_address"] in self.fixed:
            return self.refusal(400, title="Member In Compliance State")
        self.contacts[name]["status"] = call.body.get("status", self.contacts[name]["status"])
        self._write(self.contacts[name], call.body.get("merge_fields", {}))
        return self.said(200, self._contact(name))

    @route("POST", "/3.0/lists/{audience}/members/{name}/actions/delete-permanent")
    def erase(self, call: Call, audience: str, name: str) -> Response:
        if self.contacts.pop(name, None) is None:
            return self.refusal(404)
        self.banned.add(name)
        for one in self.segments.values():
            one["people"].pop(name, None)
        return self.said(204)
