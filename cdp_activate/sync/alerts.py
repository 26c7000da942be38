"""Tells people when a run fails, a guard refuses, a list drifts, or too much is rejected.

`syncs/alerts.yml` says whom. A message holds names, counts and a sentence, nothing personal
and no secret. That it cannot be sent is said in the log and never fails a run.
"""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from pydantic import SecretStr

from cdp_activate import __version__
from cdp_activate.answers import raise_for_status
from cdp_activate.destinations.base import DestinationSettings
from cdp_activate.errors import BusyError, CdpError, Problem, RetryError, SourceErrors, said
from cdp_activate.http import PooledTransport, Request, Transport
from cdp_activate.settings import validated
from cdp_activate.signature import SigningSecret, new_message_id, secret_bytes, sign
from cdp_activate.spelling import suggest
from cdp_activate.sync import log
from cdp_activate.sync.model import Amount, AmountField
from cdp_activate.sync.tables import RunRecord
from cdp_activate.sync.watch import Watch
from cdp_activate.text import Node

Occasion: TypeAlias = Literal["failure", "guard", "drift", "rejections"]

ATTEMPTS = 3
LONGEST_WAIT = 10.0
"""Seconds: an alert is not worth holding a run for longer."""


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
    rejected_above: AmountField = Amount(share=Decimal("0.05"))


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
            message, stamp = new_message_id(), str(int(time.time()))
            key = secret_bytes(self.settings.secret.get_secret_value())
            headers |= {"webhook-id": message, "webhook-timestamp": stamp}
            headers["webhook-signature"] = sign(key, message, stamp, body)
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


def read_alerts(documents: Iterable[Node], syncs: Iterable[str]) -> list[Channel]:
    """The channels of `syncs/alerts.yml`. Raises SourceErrors with every mistake."""
    problems: list[Problem] = []
    found: list[Channel] = []
    known = set(syncs)
    for document in documents:
        entries = document.locate(["alerts"])
        if entries is document or not isinstance(entries.value, dict):
            problems.append(document.problem("no `alerts:` here", "alerts: {name: {type: ..}}"))
            continue
        for name, node in entries.value.items():
            kind = node.locate(["type"])
            if kind is node or kind.text not in CHANNELS:
                said = "has no `type:`" if kind is node else f"cannot be of type '{kind.text}'"
                hint = suggest("" if kind is node else kind.text, CHANNELS, what="types")
                problems.append(kind.problem(f"the alert channel '{name}' {said}", hint))
                continue
            channel = CHANNELS[kind.text]
            try:
                settings = validated(node, channel.Settings)
            except SourceErrors as error:
                problems.extend(error.problems)
                continue
            for place, sync in enumerate(settings.syncs):
                if sync not in known:
                    at = node.locate(["syncs", place])
                    problems.append(at.problem(f"unknown sync '{sync}'", suggest(sync, known)))
            found.append(channel(name, settings))
    if problems:
        raise SourceErrors(problems)
    return found


class Alerts(Watch):
    """Sends alerts about runs; `drifted` tells it of lists."""

    def __init__(
        self,
        channels: Sequence[Channel],
        *,
        transport: Transport | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.channels = channels
        self.transport = transport
        self.sleep = sleep

    def finished(self, run: RunRecord, error: BaseException | None) -> None:
        """Alert of a failure, a guard, or too many rejections; never that another run goes on.

        Of a file that another process holds, such as dbt while it builds, no more than once: the
        sync stays due, and a scheduler tries it every minute.
        """
        if isinstance(error, BusyError) or run.state == run.last_state == "locked":
            return
        if error is not None:
            occasion: Occasion = "guard" if run.state == "refused" else "failure"
            self.tell(lambda channel: _of(run, occasion, f"{run.sync}: {said(error)}"))
        if run.rejected:
            self.tell(lambda channel: _rejections(run, channel.settings.rejected_above))

    def tell(self, make: Callable[[Channel], Alert | None]) -> None:
        """Send each channel the alert that is made for it, if it wants it."""
        for channel in self.channels:
            alert = make(channel)
            if alert is not None and channel.wants(alert):
                self._send(channel, alert)

    def _send(self, channel: Channel, alert: Alert) -> None:
        about: dict[str, Any] = {"channel": channel.name, "occasion": alert.occasion}
        transport = self.transport or PooledTransport(connections=1, timeout=LONGEST_WAIT)
        try:
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    channel.send(alert, transport)
                    log.event("alert_sent", **about, sync=alert.sync, run_id=alert.run_id)
                    return
                except RetryError as error:
                    if attempt == ATTEMPTS:
                        raise
                    self.sleep(min(error.after or float(attempt), LONGEST_WAIT))
        except Exception as error:  # whatever a service's library raises: the others are told
            log.event("alert_failed", log.ERROR, **about, message=said(error))
        finally:
            if self.transport is None:
                transport.close()


def _of(run: RunRecord, occasion: Occasion, text: str) -> Alert:
    counted = ("added", "updated", "moved", "removed", "held_back", "rejected", "calls")
    counts = {name: getattr(run, name) for name in counted}
    return Alert(occasion, run.sync, run.destination, run.list, text, run.run_id, run.state, counts)


def _rejections(run: RunRecord, limit: Amount) -> Alert | None:
    answered = run.added + run.updated + run.moved + run.removed + run.rejected
    if limit.allows(run.rejected, answered):
        return None
    text = (
        f"{run.sync}: {run.destination} rejected {run.rejected:,} of {answered:,} rows, more than "
        f"{limit}. `cdp-activate rejections --select {run.sync}` says why"
    )
    return _of(run, "rejections", text)
