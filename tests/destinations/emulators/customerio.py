"""Customer.io as its Track and App API descriptions say it behaves, in the US region."""

from __future__ import annotations

import base64
import json
from typing import Any

from emulators.platform import Call, Emulator, key_of, route

from cdp_activate.http import Response

SITE, TRACK_KEY, APP_KEY = "site-test", "track-test", "app-test"
BASIC = "Basic " + base64.b64encode(f"{SITE}:{TRACK_KEY}".encode()).decode()
CREATED = 1_700_000_000


class CustomerIo(Emulator):
    """`refused`: ids that no person may have."""

    def __init__(self) -> None:
        super().__init__()
        self.segments: dict[int, dict[str, Any]] = {}
        self.people: dict[str, dict[str, Any]] = {}
        self.region, self.page = "us", 30_000

    def refuse(self, key: str) -> None:
        self.refused.add(key)

    def forget_lists(self) -> None:
        self.segments.clear()

    def members(self, list_name: str) -> dict[str, dict[str, Any]]:
        found = [one for one in self.segments.values() if one["name"] == list_name]
        people = [self.people[one] for one in (found[0]["people"] if found else ())]
        return {
            key_of(one["email"]): {
                "identifiers": {"email": one["email"]},
                "fields": {name: value for name, value in one.items() if name != "email"},
            }
            for one in people
        }

    def unauthorised(self, call: Call) -> bool:
        expected = BASIC if call.path.startswith("/api/") else f"Bearer {APP_KEY}"
        return call.headers.get("authorization") != expected

    def refusal(self, status: int, **about: Any) -> Response:
        headers = {"Retry-After": "7"} if status == 429 else {}
        return self.said(status, {"meta": {"error": "refused", **about}}, headers)

    @route("GET", "/api/v1/accounts/region")
    def show_region(self, call: Call) -> Response:
        host = "track" if self.region == "us" else "track-eu"
        about = {"url": f"https://{host}.customer.io", "region": self.region}
        return self.said(200, {**about, "environment_id": 1})

    @route("GET", "/v1/segments")
    def all_segments(self, call: Call) -> Response:
        return self.said(200, {"segments": [self._segment(i) for i in self.segments]})

    @route("POST", "/v1/segments")
    def make_segment(self, call: Call) -> Response:
        number = len(self.segments) + 1
        name = call.body["segment"]["name"]
        self.segments[number] = {"name": name, "type": "manual", "people": {}}
        return self.said(200, {"segment": self._segment(number)})

    def _segment(self, number: int) -> dict[str, Any]:
        held = self.segments[number]
        about = {"id": number, "name": held["name"], "type": held["type"], "state": "finished"}
        return {**about, "created_at": CREATED, "updated_at": CREATED}

    @route("GET", "/v1/segments/{number}/customer_count")
    def count(self, call: Call, number: str) -> Response:
        if int(number) not in self.segments:
            return self.refusal(404)
        count = len(self.segments[int(number)]["people"])
        return self.said(200, {"segment_id": int(number), "count": count})

    @route("GET", "/v1/segments/{number}/membership")
    def show_members(self, call: Call, number: str) -> Response:
        if int(number) not in self.segments:
            return self.refusal(404)
        people = list(self.segments[int(number)]["people"])
        start, size = int(call.query.get("start", 0)), int(call.query.get("limit", 1_000))
        shown = people[start : start + min(size, self.page)]
        body: dict[str, Any] = {
            "segment_id": int(number), "ids": shown,
            "identifiers": [
                {"id": one, "email": self.people[one].get("email"), "cio_id": f"a{place}"}
                for place, one in enumerate(shown)
            ],
        }  # fmt: skip
        if start + len(shown) < len(people):
            body["next"] = str(start + len(shown))
        return self.said(200, body)

    @route("POST", "/api/v2/batch")
    def batch(self, call: Call) -> Response:
        if call.size >= 500_000:
            return self.said(400, {"errors": [{"reason": "too large", "message": "batch"}]})
        errors = []
        for number, one in enumerate(call.body["batch"]):
            why = self._operate(one)
            if why:
                errors.append({"batch_index": number, **why})
        return self.said(207, {"errors": errors}) if errors else self.said(200, {})

    def _operate(self, one: dict[str, Any]) -> dict[str, str] | None:
        if len(json.dumps(one, ensure_ascii=False).encode()) > 32_768:
            return {"reason": "invalid", "field": "", "message": "request too large"}
        person = self._find(one["identifiers"])
        if one["action"] == "delete":
            self.people.pop(person, None)
            for segment in self.segments.values():
                segment["people"].pop(person, None)
            return None
        person = one["identifiers"]["id"]
        if person in self.refused:
            said = f"{one['attributes'].get('email')} is not acceptable"
            return {"reason": "invalid", "field": "attributes.email", "message": said}
        held = self.people.setdefault(person, {})
        held.update(one["attributes"])
        for name in [name for name, value in held.items() if value in ("", None)]:
            del held[name]
        return None

    def _find(self, identifiers: dict[str, str]) -> str:
        if "id" in identifiers:
            return identifiers["id"]
        email = identifiers["email"]
        return next((i for i, one in self.people.items() if one.get("email") == email), "")

    @route("POST", "/api/v1/segments/{number}/add_customers")
    def enter(self, call: Call, number: str) -> Response:
        segment = self.segments.get(int(number))
        if segment is None:
            return self.said(404, "segment not found")
        segment["people"].update({one: True for one in call.body["ids"] if one in self.people})
        return self.said(200, {})

    @route("POST", "/api/v1/segments/{number}/remove_customers")
    def leave(self, call: Call, number: str) -> Response:
        segment = self.segments.get(int(number))
        if segment is None:
            return self.said(404, "segment not found")
        for one in call.body["ids"]:
            segment["people"].pop(one, None)
        return self.said(200, {})
