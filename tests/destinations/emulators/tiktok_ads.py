"""TikTok's Business API for customer files, as its own descriptions have it."""

from __future__ import annotations

import hashlib
import json
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from emulators.platform import Call, Emulator, key_of_digest, route

from cdp_activate.http import Response

ADVERTISER, TOKEN = "7001234567890", "tt-long-term-token"
_PATH = "/open_api/v1.3/dmp/custom_audience"
_PAGE = 2
"""Lists on a page at most, so that there are several pages."""


class TikTokAds(Emulator):
    """Says most of what is wrong in the `code` of a 200."""

    refuse = None  # type: ignore[assignment]  # TikTok neither names nor counts bad lines.

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, tuple[str, list[str]]] = {}
        self.lists: dict[str, dict[str, Any]] = {}
        self.on_list: dict[str, set[str]] = {}

    def unauthorised(self, call: Call) -> bool:
        return bool(call.headers.get("access-token") != TOKEN)

    def refusal(self, status: int, code: int = 0, **about: Any) -> Response:
        code = code or {401: 40105, 403: 40001, 429: 40100}.get(status, 40002)
        if status >= 500 or status == 404:
            return self.said(status, {"code": 50000, "message": "system error"})
        return self.said(200, {"code": code, "message": "There was a problem.", "request_id": "r"})

    def ok(self, data: Any) -> Response:
        return self.said(200, {"code": 0, "message": "OK", "request_id": "r", "data": data})

    @route("POST", f"{_PATH}/file/upload/")
    def upload(self, call: Call) -> Response:
        head = f"content-type: {call.headers['content-type']}\r\n\r\n".encode()
        parts = {
            part.get_param("name", header="content-disposition"): part
            for part in BytesParser(policy=HTTP).parsebytes(head + call.raw).iter_parts()
        }
        content = parts["file"].get_payload(decode=True)
        text = {name: part.get_payload(decode=True).decode() for name, part in parts.items()}
        lines = content.decode("ascii").split()
        if text["file_signature"] != hashlib.md5(content).hexdigest() or not lines:
            return self.refusal(400)
        path = f"{len(self.files):016}"
        self.files[path] = (text["calculate_type"], lines)
        return self.ok({"file_path": path})

    @route("POST", f"{_PATH}/create/")
    def create(self, call: Call) -> Response:
        number = str(7_300_000_000 + len(self.lists))
        name = call.body["custom_audience_name"]
        self.lists[number] = {
            "audience_id": number, "name": name, "is_creator": True, "is_valid": False,
            "calculate_type": call.body["calculate_type"],
            "retention_in_days": call.body.get("retention_in_days"),
        }  # fmt: skip
        self.on_list[number] = set()
        for path in call.body["file_paths"]:
            self.on_list[number].update(self.files[path][1])
        return self.ok({"custom_audience_id": number})

    @route("POST", f"{_PATH}/update/")
    def update(self, call: Call) -> Response:
        number = call.body["custom_audience_id"]
        if number not in self.lists:
            return self.refusal(400)
        for path in call.body["file_paths"]:
            kind, lines = self.files[path]
            assert kind[:5] == self.lists[number]["calculate_type"][:5]
            if call.body["action"] == "APPEND":
                self.on_list[number].update(lines)
            else:
                self.on_list[number].difference_update(lines)
        return self.ok({})

    @route("GET", f"{_PATH}/list/")
    def find(self, call: Call) -> Response:
        if call.query["advertiser_id"] != ADVERTISER:
            return self.refusal(403)
        page, everything = int(call.query["page"]), list(self.lists.values())
        shown = everything[(page - 1) * _PAGE : page * _PAGE]
        total = -(-len(everything) // _PAGE)
        info = {
            "page": page,
            "page_size": _PAGE,
            "total_number": len(everything),
            "total_page": total,
        }
        return self.ok({"list": shown, "page_info": info})

    @route("GET", f"{_PATH}/get/")
    def get(self, call: Call) -> Response:
        (number,) = json.loads(call.query["custom_audience_ids"])
        if number not in self.lists:
            return self.refusal(400)
        details = {**self.lists[number], "cover_num": len(self.on_list[number])}
        return self.ok({"list": [{"audience_details": details, "audience_history": []}]})

    def forget_lists(self) -> None:
        self.lists.clear()

    def members(self, list_name: str) -> dict[str, Any]:
        return {
            key_of_digest(digest): {"identifiers": {"email": digest}, "fields": {}}
            for number, one in self.lists.items()
            if one["name"] == list_name
            for digest in self.on_list[number]
        }
