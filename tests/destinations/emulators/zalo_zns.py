"""Zalo ZNS as its table of errors and documentation say it behaves."""

from __future__ import annotations

from typing import Any

from emulators.platform import Call, Emulator, route

from cdp_activate.http import Response

TOKEN, TEMPLATE = "zalo-token", "7895417a7d3f9461cd2e"
PARAMETERS = {"first_name", "order"}


class ZaloZns(Emulator):
    """Answers 200 to everything. `codes`: phone -> the code that it is answered with."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[dict[str, Any]] = []
        self.codes: dict[str, int] = {}

    def messages(self) -> list[str]:
        return [one["tracking_id"] for one in self.sent]

    def unauthorised(self, call: Call) -> bool:
        return call.headers.get("access_token") != TOKEN

    def refusal(self, status: int, **about: Any) -> Response:
        codes = {401: (-124, "Access token invalid"), 404: (-106, "Method unsupported")}
        code, message = codes.get(status, (-100, "Unknown error"))
        return self.said(200, {"error": code, "message": message})

    @route("GET", "/template/info/v2")
    def template(self, call: Call) -> Response:
        if call.query["template_id"] != TEMPLATE:
            return self.said(200, {"error": -109, "message": "Template ID invalid"})
        data = {"templateId": TEMPLATE, "status": "ENABLE"}
        return self.said(200, {"error": 0, "message": "Success", "data": data})

    @route("POST", "/message/template")
    def send(self, call: Call) -> Response:
        body = call.body
        if not body["phone"].isdigit() or body["phone"].startswith("0"):
            return self.said(200, {"error": -108, "message": f"{body['phone']} invalid"})
        if body["phone"] in self.codes:
            code = self.codes[body["phone"]]
            return self.said(200, {"error": code, "message": f"no {body['phone']}"})
        if not set(body["template_data"]) >= PARAMETERS:
            return self.said(200, {"error": -112, "message": "Template data invalid"})
        assert all(isinstance(value, str) for value in body["template_data"].values())
        assert len(body["tracking_id"]) <= 48
        self.sent.append(body)
        data = {"msg_id": f"m{len(self.sent)}", "sent_time": "1795856400000"}
        return self.said(200, {"error": 0, "message": "Success", "data": data})
