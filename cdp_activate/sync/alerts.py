"""Tells people when a run fails, a guard refuses, a list drifts, or too much is rejected.

`syncs/alerts.yml` says whom. That an alert cannot be sent is said in the log and never fails a
run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from cdp_activate.errors import BusyError, Problem, RetryError, SourceErrors, said
from cdp_activate.http import PooledTransport, Transport
from cdp_activate.settings import validated
from cdp_activate.spelling import suggest
from cdp_activate.sync import log
from cdp_activate.sync.channels import CHANNELS, Alert, Channel, Occasion
from cdp_activate.sync.model import Threshold
from cdp_activate.sync.tables import RunRecord
from cdp_activate.sync.watch import Watcher
from cdp_activate.text import Node

ATTEMPTS = 3
LONGEST_WAIT = 10.0
"""Seconds: an alert is not worth holding a run for longer."""


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


class Alerts(Watcher):
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


def _rejections(run: RunRecord, limit: Threshold) -> Alert | None:
    answered = run.added + run.updated + run.moved + run.removed + run.rejected
    if limit.allows(run.rejected, answered):
        return None
    text = (
        f"{run.sync}: {run.destination} rejected {run.rejected:,} of {answered:,} rows, more than "
        f"{limit}. `cdp-activate rejections --select {run.sync}` says why"
    )
    return _of(run, "rejections", text)
