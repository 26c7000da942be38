"""Slack's Web API as its documentation says it behaves."""

from __future__ import annotations

from typing import Any

from emulators.platform import Call, Emulator, route

from cdp_activate.http import Response

TOKEN = "xoxb-test"


class Slack(Emulator):
    """`error`: what the next messages are answered with."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[dict[str, Any]] = []
        self.channels = {"C1", "#growth"}
        self.error = ""
        self.scopes = "channels:read,chat:write"

    def messages(self) -> list[str]:
        return [one["text"] for one in self.sent]

    def unauthorised(self, call: Call) -> bool:
        return call.headers.get("authorization") != f"Bearer {TOKEN}"

    def refusal(self, status: int, **about: Any) -> Response:
        error = {401: "invalid_auth", 404: "unknown_method"}.get(status, "fatal_error")
        return self.said(200, {"ok": False, "error": error})

    @route("POST", "/api/auth.test")
    def who(self, call: Call) -> Response:
        scopes = {"X-OAuth-Scopes": self.scopes}
        return self.said(200, {"ok": True, "team_id": "T1", "user_id": "U1"}, scopes)

    @route("POST", "/api/chat.postMessage")
    def post(self, call: Call) -> Response:
        if self.error:
            return self.said(200, {"ok": False, "error": self.error}, {"Retry-After": "7"})
        if call.body["channel"] not in self.channels:
            return self.said(200, {"ok": False, "error": "channel_not_found"})
        if len(call.body["text"]) > 40_000:
            return self.said(200, {"ok": False, "error": "msg_too_long"})
        self.sent.append(call.body)
        return self.said(200, {"ok": True, "channel": "C1", "ts": f"1795856400.{len(self.sent)}"})
