"""What commands that run syncs share: the log, traces, and how they are told to stop."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from cdp_activate.project import Project
    from cdp_activate.sync.watch import Watch

F = TypeVar("F", bound=Callable[..., Any])

STOPPED = 130
"""Exit code of a sync that was told to stop (128 + SIGINT, as shells have it)."""


def log_option(function: F) -> F:
    return click.option(
        "--log-format",
        type=click.Choice(["json", "text"]),
        envvar="CDP_LOG_FORMAT",
        help="Write a structured log to standard error (or set CDP_LOG_FORMAT).",
    )(function)


@contextmanager
def watching(project: Project, log_format: str | None) -> Iterator[Watch]:
    """Everybody who looks on: the log, alerts, and traces where OpenTelemetry is installed."""
    from cdp_activate.sync import log
    from cdp_activate.sync.alerts import Alerts
    from cdp_activate.sync.telemetry import telemetry
    from cdp_activate.sync.watch import LogWatch, Watchers

    handler = log.write_to(sys.stderr, log_format) if log_format else None
    try:
        others = [telemetry(), Alerts(project.alert_channels)]
        yield Watchers([LogWatch(), *(one for one in others if one)])
    finally:
        if handler:
            log.stop(handler)


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set: deliveries end after the batches under way."""
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        if not stop.is_set():
            click.echo("stopping after the batches under way ...", err=True)
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
