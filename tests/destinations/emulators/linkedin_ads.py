"""LinkedIn's DMP segments, as Microsoft's pages describe them, and its token endpoint."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from emulators.platform import Call, Emulator, key_of, key_of_digest, route

from cdp_activate.http import Request, Response

ACCOUNT, TOKEN, REFRESH = "512345678", "AQX-token", "AQX-refresh"
_URN = f"urn:li:sponsoredAccount:{ACCOUNT}"
_PAGE = 2
"""Segments on a page at most, so that there are several pages."""


class LinkedInAds(Emulator):
    """`late`: how often users of a segment are answered with 404 before it is known."""

    def __init__(self) -> None:
        super().__init__()
        self.lists: dict[int, dict[str, Any]] = {}
        self.on_list: dict[int, dict[str, str]] = {}
        self.late = 0
        self.tokens_given = 0

    def answer(self, request: Request) -> Response:
        if request.host == "www.linkedin.com":
            with self.lock:
                call = Call(request)
                self.seen.append(call)
                if call.body.get("refresh_token") != REFRESH:
                    return self.said(400, {"error": "invalid_grant"})
                self.tokens_given += 1
                return self.said(200, {"access_token": TOKEN, "expires_in": 5_184_000})
        return super().answer(request)

    def unauthorised(self, call: Call) -> bool:
        return bool(call.headers.get("authorization") != f"Bearer {TOKEN}")

    def refusal(self, status: int, **about: Any) -> Response:
        headers = {"retry-after": "7"} if status == 429 else {}
        code = {401: "REVOKED_ACCESS_TOKEN", 403: "ACCESS_DENIED", 426: "NONEXISTENT_VERSION"}
        body = {"status": status, "code": code.get(status, ""), "message": "A problem.", **about}
        return self.said(status, body, headers)

    @route("GET", "/rest/dmpSegments")
    def find(self, call: Call) -> Response:
        if call.query["q"] != "account" or unquote(call.query["account"]) != _URN:
            return self.refusal(403)
        start = int(call.query["start"])
        return self.said(
            200,
            {
                "elements": list(self.lists.values())[start : start + _PAGE],
                "paging": {"start": start, "count": _PAGE, "total": len(self.lists)},
            },
        )

    @route("POST", "/rest/dmpSegments")
    def create(self, call: Call) -> Response:
        number = 700 + len(self.lists)
        self.lists[number] = {"id": number, **call.body}
        self.on_list[number] = {}
        return self.said(201, None, {"x-restli-id": str(number), "x-linkedin-id": str(number)})

    @route("GET", "/rest/dmpSegments/{number}")
    def get(self, call: Call, number: str) -> Response:
        segment = self.lists.get(int(number))
        if segment is None:
            return self.refusal(404)
        count = len(self.on_list[int(number)])
        about = {"destination": "LINKEDIN", "status": "READY"}
        if count >= 300:
            about["audienceSize"] = count
        return self.said(200, {**segment, "destinations": [about]})

    @route("POST", "/rest/dmpSegments/{number}/users")
    def users(self, call: Call, number: str) -> Response:
        if call.headers.get("x-restli-method") != "BATCH_CREATE":
            return self.refusal(400)
        if int(number) not in self.lists or self.late:
            self.late = max(self.late - 1, 0)
            return self.refusal(404)
        if len(call.body["elements"]) > 5_000:
            return self.refusal(400)
        people = self.on_list[int(number)]
        refused = {key_of(email) for email in self.refused}
        outcomes: list[dict[str, Any]] = []
        for one in call.body["elements"]:
            (user,) = one["userIds"]
            assert user["idType"] == "SHA256_EMAIL"
            key = key_of_digest(user["idValue"])
            if key in refused:
                message = f"Invalid value {user['idValue']} for SHA256_EMAIL"
                outcomes.append({"status": 400, "error": {"status": 400, "message": message}})
                continue
            outcomes.append({"status": 201})
            if one["action"] == "ADD":
                people[key] = user["idValue"]
            else:
                people.pop(key, None)
        return self.said(200, {"elements": outcomes})

    def forget_lists(self) -> None:
        self.lists.clear()

    def members(self, list_name: str) -> dict[str, Any]:
        return {
            key: {"identifiers": {"email": digest}, "fields": {}}
            for number, one in self.lists.items()
            if one["name"] == list_name
            for key, digest in self.on_list[number].items()
        }
