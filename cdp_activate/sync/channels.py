"""Where an alert goes: a webhook, Slack, or what Apprise reaches.

A message holds names, counts and a sentence, nothing personal and no secret.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from pydantic import SecretStr

from cdp_activate import __version__
from cdp_activate.answers import raise_for_status
from cdp_activate.destinations.base import DestinationSettings
from cdp_activate.errors import CdpError, RetryError
from cdp_activate.http import Request, Transport
from cdp_activate.signature import SigningSecret, new_message_id, signed
from cdp_activate.sync.model import AmountField, Threshold

Occasion: TypeAlias = Literal["failure", "guard", "drift", "rejections"]


@dataclass(frozen=True)
class Alert:
    """What happened, for people in `text` and for machines in the rest."""

    occasion: Occasion
    sync: str
    destination: str
    list: str
    text: str
    run_id: str | None = None
    state: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))


class ChannelSettings(DestinationSettings):
    """What every entry of `syncs/alerts.yml` may say, whatever its `type`.

    `rejected_above` is the limit of `rejections`, of the rows that the platform answered.
    """

    type: str
    on: tuple[Occasion, ...] = ("failure", "guard", "drift", "rejections")
    syncs: tuple[str, ...] = ()
    rejected_above: AmountField = Threshold(share=Decimal("0.05"))


class Channel(ABC):
    """One entry of `syncs/alerts.yml`."""

    Settings: type[ChannelSettings]

    def __init__(self, name: str, settings: Any) -> None:
        self.name = name
        self.settings = settings

    def wants(self, alert: Alert) -> bool:
        chosen = self.settings.syncs
        return alert.occasion in self.settings.on and (not chosen or alert.sync in chosen)

    @abstractmethod
    def send(self, alert: Alert, transport: Transport) -> None:
        """Send once. Raises CdpError; RetryError where trying again may help."""


class WebhookChannel(Channel):
    """The alert as JSON, signed as a `webhook` destination signs (Standard Webhooks)."""

    class Settings(ChannelSettings):
        """Of `type: webhook`."""

        url: SecretStr
        secret: SigningSecret = None

    def send(self, alert: Alert, transport: Transport) -> None:
        """Post it; any 2xx is well."""
        body = json.dumps({"type": "alert", **asdict(alert)}, ensure_ascii=False).encode()
        headers = {"content-type": "application/json", "user-agent": f"cdp-activate/{__version__}"}
        if self.settings.secret:
            headers |= signed(self.settings.secret, new_message_id(), body)
        url = self.settings.url.get_secret_value()
        raise_for_status(transport.send(Request("POST", url, headers, body)), who=self.name)


class SlackChannel(Channel):
    """A Slack incoming webhook: https://api.slack.com/messaging/webhooks."""

    class Settings(ChannelSettings):
        """Of `type: slack`. The address is a secret: whoever has it may post."""

        url: SecretStr

    def send(self, alert: Alert, transport: Transport) -> None:
        """Post the text, with the three characters escaped that Slack reads as its own."""
        # https://api.slack.com/reference/surfaces/formatting#escaping
        text = alert.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        body = json.dumps({"text": text}, ensure_ascii=False).encode()
        headers = {"content-type": "application/json"}
        url = self.settings.url.get_secret_value()
        raise_for_status(transport.send(Request("POST", url, headers, body)), who=self.name)


class AppriseChannel(Channel):
    """E-mail and a hundred other services, by the address that Apprise gives each.

    https://github.com/caronc/apprise/wiki
    """

    class Settings(ChannelSettings):
        """Of `type: apprise`, such as `mailtos://user:password@example.com?to=team@...`."""

        url: SecretStr

    def send(self, alert: Alert, transport: Transport) -> None:
        """Hand it over to Apprise, which brings its own connections."""
        try:
            from apprise import Apprise, NotifyType
        except ImportError:
            raise CdpError(
                f"the alert channel '{self.name}' needs the package apprise",
                remedy="pip install 'cdp-activate[alerts]'",
            ) from None
        service = Apprise()
        if not service.add(self.settings.url.get_secret_value()):
            raise CdpError(
                f"Apprise does not understand the `url` of the alert channel '{self.name}'",
                remedy="see https://github.com/caronc/apprise/wiki for its form",
            )
        title = f"cdp-activate: {alert.sync}"
        if not service.notify(body=alert.text, title=title, notify_type=NotifyType.WARNING):
            raise RetryError(f"Apprise could not deliver to '{self.name}'")


CHANNELS: Mapping[str, type[Channel]] = {
    "webhook": WebhookChannel, "slack": SlackChannel, "apprise": AppriseChannel,
}  # fmt: skip
