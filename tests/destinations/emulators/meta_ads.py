"""Meta's Marketing API, as its pages describe it and its recorded answers look."""

from __future__ import annotations

import json
from typing import Any

from emulators.platform import Call, Emulator, key_of, key_of_digest, route

from cdp_activate.http import Response

ACCOUNT, TOKEN = "1234567890", "EAAB-token"
_COLUMNS = {"EMAIL", "PHONE", "EXTERN_ID", "MADID", "FN", "LN", "CT", "ST", "ZIP", "COUNTRY"}
_LIMITED = {
    "DATA_PROCESSING_OPTIONS", "DATA_PROCESSING_OPTIONS_COUNTRY", "DATA_PROCESSING_OPTIONS_STATE",
}  # fmt: skip
_PAGE = 2
"""Audiences on a page, whatever was asked for: so that there are several."""


class MetaAds(Emulator):
    """`flagged`: audiences that Meta keeps from being changed."""

    def __init__(self) -> None:
        super().__init__()
        self.lists: dict[str, dict[str, Any]] = {}
        self.on_list: dict[str, dict[str, dict[str, str]]] = {}
        self.samples = 0
        self.flagged: set[str] = set()

    def unauthorised(self, call: Call) -> bool:
        return bool(call.headers.get("authorization") != f"Bearer {TOKEN}")

    def refusal(self, status: int, **about: Any) -> Response:
        code = {401: 190, 403: 200, 429: 80003, 404: 100}.get(status, 1 if status >= 500 else 100)
        subcode = {"error_subcode": 33} if status == 404 else {}
        error = {
            "message": "(#x) There was a problem.", "type": "OAuthException", "code": code,
            "fbtrace_id": "A1b2", **subcode, **about,
        }  # fmt: skip
        usage = {"123": [{"type": "custom_audience", "estimated_time_to_regain_access": 19}]}
        headers = {"x-business-use-case-usage": json.dumps(usage)} if status == 429 else {}
        # Meta says most of it with 400.
        shown = status if status in (401, 403) or status >= 500 else 400
        return self.said(shown, {"error": error}, headers)

    @route("GET", "/v26.0/act_{account}")
    def account(self, call: Call, account: str) -> Response:
        return self.said(200, {"id": f"act_{account}"}) if account == ACCOUNT else self.refusal(403)

    @route("GET", "/v26.0/act_{account}/customaudiences")
    def find(self, call: Call, account: str) -> Response:
        everything = list(self.lists.values())
        start = int(call.query.get("after", 0))
        page = everything[start : start + _PAGE]
        shown = [one | self.status(one["id"]) for one in page]
        paging: dict[str, Any] = {"cursors": {"after": str(start + _PAGE)}}
        if start + _PAGE < len(everything):
            paging["next"] = "https://graph.facebook.com/next"
        return self.said(200, {"data": shown, "paging": paging} if page else {"data": []})

    def status(self, number: str) -> dict[str, Any]:
        code = 471 if number in self.flagged else 200
        return {"operation_status": {"code": code, "description": "..."}}

    @route("POST", "/v26.0/act_{account}/customaudiences")
    def create(self, call: Call, account: str) -> Response:
        assert call.body["customer_file_source"] == "USER_PROVIDED_ONLY"
        number = str(23_850_000_000_000 + len(self.lists))
        self.lists[number] = {
            "id": number,
            "name": call.body["name"],
            "subtype": call.body["subtype"],
        }
        self.on_list[number] = {}
        return self.said(200, {"id": number})

    @route("GET", "/v26.0/{number}")
    def get(self, call: Call, number: str) -> Response:
        if number not in self.lists:
            return self.refusal(404)
        count = max(len(self.on_list[number]), 1_000)
        names = ("approximate_count_lower_bound", "approximate_count_upper_bound")
        return self.said(200, {"id": number, **dict.fromkeys(names, count)})

    @route("POST", "/v26.0/{number}/users")
    def add(self, call: Call, number: str) -> Response:
        return self.change(call, number, add=True)

    @route("DELETE", "/v26.0/{number}/users")
    def remove(self, call: Call, number: str) -> Response:
        return self.change(call, number, add=False)

    def change(self, call: Call, number: str, *, add: bool) -> Response:
        if number not in self.lists:
            return self.refusal(404)
        if number in self.flagged:
            return self.refusal(400, error_subcode=1713230)
        payload = call.body["payload"]
        assert set(payload) == {"schema", "data"}
        assert set(payload["schema"]) <= (_COLUMNS | _LIMITED if add else _COLUMNS)
        if len(payload["data"]) > 10_000:
            return self.refusal(400)
        refused = {key_of(email) for email in self.refused}
        invalid, samples = 0, {}
        for values in payload["data"]:
            given = {
                column: value
                for column, value in zip(payload["schema"], values, strict=True)
                if value and column in _COLUMNS
            }
            digest = given.get("EMAIL", "")
            key = key_of_digest(digest) if digest else json.dumps(given, sort_keys=True)
            if not given or key in refused:
                invalid += 1
                if self.samples > len(samples):
                    samples[json.dumps(values)] = "invalid"
            elif add:
                self.on_list[number][key] = given
            else:
                self.on_list[number].pop(key, None)
        return self.said(
            200,
            {
                "audience_id": number, "session_id": "7", "num_received": len(payload["data"]),
                "num_invalid_entries": invalid, "invalid_entry_samples": samples,
            },
        )  # fmt: skip

    def forget_lists(self) -> None:
        self.lists.clear()

    def members(self, list_name: str) -> dict[str, Any]:
        return {
            key: {"identifiers": {"email": given.get("EMAIL")}, "fields": {}}
            for number, one in self.lists.items()
            if one["name"] == list_name
            for key, given in self.on_list[number].items()
        }
