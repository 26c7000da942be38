"""Google's Data Manager API, as its protobufs and pages describe it, and its token endpoint."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import urlsplit

from emulators.platform import Call, Emulator, key_of_digest, route

from cdp_activate.http import Request, Response

CUSTOMER, MANAGER, TOKEN, REFRESH = "1234567890", "9876543210", "ya29.token", "1//refresh"
_ACCOUNT = "/v1/accountTypes/GOOGLE_ADS/accounts/{account}"
_STATUS = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE",
}  # fmt: skip


class GoogleAds(Emulator):
    """`slow`: how often a request is asked after before it is done. `denied`: why refused."""

    def __init__(self) -> None:
        super().__init__()
        self.lists: dict[str, dict[str, Any]] = {}
        self.on_list: dict[str, dict[str, list[dict[str, Any]]]] = {}
        self.requests: dict[str, dict[str, Any]] = {}
        self.slow = 0
        self.denied = "PROCESSING_ERROR_REASON_INVALID_FORMAT"
        self.tokens_given = 0

    def answer(self, request: Request) -> Response:
        if urlsplit(request.url).path == "/token":
            with self.lock:
                return self.token(Call(request))
        return super().answer(request)

    def token(self, call: Call) -> Response:
        self.seen.append(call)
        ours = {"client_id": "client", "client_secret": "hush", "refresh_token": REFRESH}
        signed = call.body.get("assertion") is not None
        if not signed and call.body != {"grant_type": "refresh_token", **ours}:
            return self.said(400, {"error": "invalid_grant", "error_description": "Bad Request"})
        self.tokens_given += 1
        return self.said(200, {"access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer"})

    def unauthorised(self, call: Call) -> bool:
        return bool(call.headers.get("authorization") != f"Bearer {TOKEN}")

    def refusal(self, status: int, reason: str = "", **about: Any) -> Response:
        error: dict[str, Any] = {
            "code": status, "message": "There was a problem.", "status": _STATUS.get(status, "")
        }  # fmt: skip
        if reason:
            kind = "type.googleapis.com/google.rpc.ErrorInfo"
            error["details"] = [{"@type": kind, "reason": reason, **about}]
        headers = {"retry-after": "7"} if status == 429 else {}
        return self.said(status, {"error": error}, headers)

    @route("GET", _ACCOUNT + "/userLists")
    def find(self, call: Call, account: str) -> Response:
        if account != CUSTOMER:
            return self.refusal(403, "PERMISSION_DENIED")
        found = list(self.lists.values())
        if "filter" in call.query:
            field, _, value = call.query["filter"].partition(" = ")
            assert field == "display_name"
            found = [one for one in found if one["displayName"] == json.loads(value)]
        # proto3 leaves out what is empty.
        return self.said(200, {"userLists": found} if found else {})

    @route("POST", _ACCOUNT + "/userLists")
    def create(self, call: Call, account: str) -> Response:
        number = str(1_000 + len(self.lists))
        if any(one["displayName"] == call.body["displayName"] for one in self.lists.values()):
            return self.refusal(400, "DISPLAY_NAME_ALREADY_USED")
        name = f"{_ACCOUNT[4:].format(account=account)}/userLists/{number}"
        made = {"name": name, "id": number, "accessReason": "OWNED", **call.body}
        self.lists[number], self.on_list[number] = made, {}
        return self.said(200, made)

    @route("GET", _ACCOUNT + "/userLists/{number}")
    def get(self, call: Call, account: str, number: str) -> Response:
        if number not in self.lists:
            return self.refusal(404, "NOT_FOUND")
        size = str(len(self.on_list[number]))
        sizes = {"displayNetworkMembersCount": size, "searchNetworkMembersCount": size}
        return self.said(200, {**self.lists[number], "sizeInfo": sizes})

    @route("POST", "/v1/audienceMembers:ingest")
    def ingest(self, call: Call) -> Response:
        return self.change(call, add=True)

    @route("POST", "/v1/audienceMembers:remove")
    def remove(self, call: Call) -> Response:
        return self.change(call, add=False)

    def change(self, call: Call, *, add: bool) -> Response:
        (target,) = call.body["destinations"]
        members = call.body["audienceMembers"]
        list_id = target["productDestinationId"]
        if list_id not in self.lists:
            return self.refusal(400, "INVALID_USER_LIST_ID")
        if len(members) > 10_000:
            return self.refusal(400, "TOO_MANY_AUDIENCE_MEMBERS")
        if add and "termsOfService" not in call.body:
            return self.refusal(400, "TERMS_AND_CONDITIONS_NOT_SIGNED")
        refused = 0
        for member in members:
            given = member["userData"]["userIdentifiers"]
            digests = [one["emailAddress"] for one in given if "emailAddress" in one]
            if any(len(digest) != 64 for digest in digests) or not given:
                return self.refusal(400, "INVALID_SHA256_FORMAT")
            key = key_of_digest(digests[0]) if digests else json.dumps(given[0], sort_keys=True)
            if add and self.is_refused(digests):
                refused += 1
            elif add:
                self.on_list[list_id][key] = given
            else:
                self.on_list[list_id].pop(key, None)
        request = f"request-{len(self.requests)}"
        self.requests[request] = {
            "target": target, "refused": refused, "count": len(members), "asked": 0, "add": add
        }  # fmt: skip
        return self.said(200, {"requestId": request})

    def is_refused(self, digests: list[str]) -> bool:
        refused = {hashlib.sha256(email.encode()).hexdigest() for email in self.refused}
        return not refused.isdisjoint(digests)

    @route("GET", "/v1/requestStatus:retrieve")
    def status(self, call: Call) -> Response:
        request = self.requests.get(call.query["requestId"])
        if request is None:
            return self.refusal(400, "INVALID_REQUEST_ID")
        request["asked"] += 1
        about: dict[str, Any] = {"destination": request["target"], "requestStatus": "PROCESSING"}
        if request["asked"] > self.slow:
            self.done(request, about)
        return self.said(200, {"requestStatusPerDestination": [about]})

    def done(self, request: dict[str, Any], about: dict[str, Any]) -> None:
        refused = request["refused"]
        about["requestStatus"] = "SUCCESS"
        if refused:
            whole = refused == request["count"]
            about["requestStatus"] = "FAILED" if whole else "PARTIAL_SUCCESS"
            count = {"recordCount": str(refused), "reason": self.denied}
            about["errorInfo"] = {"errorCounts": [count]}
        if request["add"]:
            counted = {"recordCount": str(request["count"])}
            about["audienceMembersIngestionStatus"] = {"userDataIngestionStatus": counted}

    def forget_lists(self) -> None:
        self.lists.clear()

    def members(self, list_name: str) -> dict[str, Any]:
        return {
            key: {"identifiers": {"email": given[0].get("emailAddress")}, "fields": {}}
            for number, one in self.lists.items()
            if one["displayName"] == list_name
            for key, given in self.on_list[number].items()
        }
