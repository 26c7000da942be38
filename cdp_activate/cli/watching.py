"""What commands that run syncs share: the log, traces, and how they are told to stop."""

from __future__ import annotations

import math
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cdp_activate.cli.common import SuggestingChoice
from cdp_activate.errors import StoppedError

if TYPE_CHECKING:
    from cdp_activate.project import Project
    from cdp_activate.sync.drift import Drift
    from cdp_activate.sync.run import RunOptions
    from cdp_activate.sync.watch import Watcher

F = TypeVar("F", bound=Callable[..., Any])

STOPPED = StoppedError.exit_code
"""Exit code of a sync that was told to stop."""

AT_ONCE = 0.5
"""Seconds within which two signals are one: sent to a group, and passed on by a parent in it."""


def log_option(function: F) -> F:
    return click.option(
        "--log-format",
        type=SuggestingChoice(["json", "text"]),
        envvar="CDP_LOG_FORMAT",
        help="Write a structured log to standard error (or set CDP_LOG_FORMAT).",
    )(function)


def _span(context: click.Context, parameter: click.Parameter, value: str | None) -> float | None:
    from cdp_activate.sync.deadline import span

    try:
        return None if value is None else span(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def run_options(function: F) -> F:
    """How far runs go, and where they write their log: see `running`."""
    deadline = click.option(
        "--deadline",
        metavar="TIME",
        callback=_span,
        help="Stop each run after 45s, 30m or 2 hours, as if told to; the next run goes on.",
    )
    most = click.option(
        "--max-rows",
        type=click.IntRange(min=1),
        help="Send the changes of so many people at most in each run; the next run goes on.",
    )
    return most(deadline(log_option(function)))


@contextmanager
def running(project: Project, options: Mapping[str, Any]) -> Iterator[RunOptions]:
    """How syncs are run, as `run_options` and `--as-of` say: who looks on, and what ends them."""
    from cdp_activate.sync.run import RunOptions

    form = options["log_format"]
    with watching(project, form) as watch, stopping(form) as (stop, given_up):
        yield RunOptions(
            is_replay=options["as_of"] is not None,
            stop=stop,
            given_up=given_up,
            deadline=options["deadline"],
            max_rows=options["max_rows"],
            watch=watch,
        )


@contextmanager
def watching(project: Project, log_format: str | None) -> Iterator[Watcher]:
    """Everybody who looks on: the log, alerts, and traces where OpenTelemetry is installed."""
    from cdp_activate.sync.alerts import Alerts
    from cdp_activate.sync.telemetry import telemetry
    from cdp_activate.sync.watch import LogWatch, Watchers

    others = [telemetry(), Alerts(project.alert_channels)]
    with logging(log_format):
        yield Watchers([LogWatch(), *(one for one in others if one)])


@contextmanager
def logging(log_format: str | None) -> Iterator[None]:
    """Write the log to standard error, where a form of it was asked for."""
    from cdp_activate.sync import log

    handler = log.write_to(sys.stderr, log_format) if log_format else None
    try:
        yield
    finally:
        if handler:
            log.stop(handler)


def alerting(project: Project) -> Callable[[Drift], None]:
    """What tells the alert channels of a list that has drifted."""
    from cdp_activate.sync.alerts import Alerts
    from cdp_activate.sync.channels import Alert

    alerts = Alerts(project.alert_channels)

    def tell(one: Drift) -> None:
        text = f"{one.sync}: {one.sentence}"
        alerts.tell(lambda _: Alert("drift", one.sync, one.destination, one.list, text))

    return tell


@contextmanager
def stopping(log_format: str | None = None) -> Iterator[tuple[threading.Event, threading.Event]]:
    """Two events: Ctrl-C and SIGTERM set the first, after which deliveries end with the batches
    under way, and when they come again the second: no answer is waited for any longer.

    A third time they end the process, as a kill does; the next run takes up what it left.
    """
    stop, given_up = threading.Event(), threading.Event()
    last = -math.inf

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal last
        before, last = last, time.monotonic()
        if last - before < AT_ONCE:
            return
        if not stop.is_set():
            _say("stopping after the batches under way ...", log_format)
            stop.set()
        elif not given_up.is_set():
            _say("waiting for no answer any longer ...", log_format)
            given_up.set()
        else:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop, given_up
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _say(text: str, log_format: str | None) -> None:
    """Write to standard error, in whatever the main thread is interrupted: to write, too."""
    if log_format == "json":
        from cdp_activate.sync import log

        text = log.line("told_to_stop", log.INFO, why=text)
    os.write(2, f"{text}\n".encode())
