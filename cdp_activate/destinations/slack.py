"""Slack: one message in a channel for each row, such as a new account to look after.

The sync's list is the channel. Slack has no place for an idempotency key: a message
whose answer was lost is not sent again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field, SecretStr

from cdp_activate.answers import retry_after
from cdp_activate.destinations._messages import MessageDestination
from cdp_activate.destinations._values import as_text, number_or_text
from cdp_activate.destinations.api import ApiSettings, mapping
from cdp_activate.destinations.base import Limit
from cdp_activate.destinations.rows import Row
from cdp_activate.errors import AuthError, DestinationError, RetryError
from cdp_activate.http import Response

_DOCS = "https://docs.slack.dev/reference/methods/chat.postMessage"
_PLACE = re.compile(r"\{(\w+)\}")
_CREDENTIALS = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"}
    | {"missing_scope", "no_permission", "ekm_access_denied"}
)
_CHANNEL = frozenset({"channel_not_found", "not_in_channel", "is_archived"})
_MESSAGE = frozenset({"msg_too_long", "no_text", "invalid_blocks"})
_BUSY = frozenset({"ratelimited", "rate_limited", "service_unavailable"})
# "It's possible some aspect of the operation succeeded before the error was raised" (_DOCS).
_BROKE = frozenset({"fatal_error", "internal_error"})


class SlackDestination(MessageDestination["SlackDestination.Settings"]):
    """Messages in a channel of Slack. The sync's `list` is the channel: its id or name."""

    class Settings(ApiSettings):
        """What `syncs/destinations.yml` may say under `type: slack`."""

        token: SecretStr = Field(description="A bot token (xoxb-...) with the scope chat:write.")
        text: str = Field(
            min_length=1,
            description="The message, with fields of the sync in braces: 'New: {company}'.",
        )

    address = "https://slack.com/api"
    content_type = "application/json; charset=utf-8"
    api_version = "Web API, 2026"
    documentation = _DOCS
    permissions = ("chat:write",)
    leaving = "Nothing: a message that was sent stays in the channel."
    limits: ClassVar[Mapping[str, Limit]] = {
        "text": Limit(40_000, "characters of a message", _DOCS),
        "pace": Limit(1, "message a second in one channel", _DOCS),
    }

    identifiers = ()
    concurrency = 1
    requests_per_second = float(limits["pace"].most)

    def headers(self, path: str) -> Mapping[str, str]:
        """The bot's token as a bearer token."""
        return {"authorization": f"Bearer {self.settings.token.get_secret_value()}"}

    def check(self) -> None:
        """Ask who we are: nothing is sent."""
        answer = self.request("POST", "/auth.test", {})
        self._read(answer)
        scopes = answer.headers.get("x-oauth-scopes")
        if scopes is not None and "chat:write" not in scopes.replace(" ", "").split(","):
            raise self._refused_token("missing_scope")

    def open(self, name: str) -> str:
        """The channel is named in every call; there is nothing to open."""
        return name

    def send_one(self, list_id: str, row: Row) -> str:
        """One message, with the row's fields in it."""
        text = _PLACE.sub(lambda found: self._filled(found[1], row), self.settings.text)
        if len(text) > self.limits["text"].most:
            return f"the message is longer than {self.limits['text'].most:,} characters"
        body = {"channel": list_id, "text": text, "unfurl_links": False}
        return self._read(self.request("POST", "/chat.postMessage", body))

    def _filled(self, name: str, row: Row) -> str:
        """A value, so that nobody's name can call a whole channel or make a link."""
        if name not in row.fields:
            raise DestinationError(
                f"the message of {self.name} speaks of {{{name}}}, which the sync does not send",
                remedy=f"Add {name} to the sync's fields, or change `text`.",
                in_doubt=False,
            )
        value = as_text(number_or_text(row.fields[name]))
        return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    def _read(self, response: Response) -> str:
        """Slack answers 200 to most things: `ok` says what became of it."""
        answer = self.parsed(response)
        if self.read(answer, "ok", kind=bool):
            return ""
        error = str(mapping(answer).get("error"))
        if error in _MESSAGE:
            return error.replace("_", " ")
        if error in _BROKE:
            raise RetryError(f"{self.name} answered {error}", in_doubt=True)
        if error in _BUSY:
            raise RetryError(f"{self.name} takes no more messages now", after=retry_after(response))
        if error in _CREDENTIALS:
            raise self._refused_token(error)
        if error in _CHANNEL:
            raise DestinationError(
                f"{self.name} cannot write to the channel ({error})",
                remedy="Check the sync's `list`, and invite the bot to the channel.",
                in_doubt=False,
            )
        known = error if re.fullmatch(r"[a-z_]{1,60}", error) else "an error it does not name"
        raise DestinationError(
            f"{self.name} refused the message: {known}",
            remedy=f"Look it up: {_DOCS}",
            in_doubt=False,
        )

    def _refused_token(self, error: str) -> AuthError:
        return AuthError(
            f"{self.name} does not accept our token ({error})",
            remedy="Check the token in syncs/destinations.yml; "
            f"it needs: {', '.join(self.permissions)}.",
        )
