"""Traces and metrics by OpenTelemetry, where its packages are installed.

Only the API is used: who sees the data, and how it is sent, is set up by the program that
runs us, or by `opentelemetry-instrument` and the OTEL_ variables. Without that set-up, or
without the packages, nothing is measured.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cdp_activate import __version__
from cdp_activate.errors import said
from cdp_activate.sync.watch import Watcher

if TYPE_CHECKING:
    from opentelemetry.trace import Span

    from cdp_activate.sync.plan import Plan
    from cdp_activate.sync.tables import RunRecord

_SCOPE = "cdp_activate"
_COUNTED = ("added", "updated", "moved", "removed", "rejected", "held_back")


def telemetry() -> Watcher | None:
    """A watcher that traces and measures; None where OpenTelemetry is not installed."""
    try:
        return Telemetry()
    except ImportError:
        return None


@dataclass
class _Open:
    """The spans of a run under way, and when it began."""

    root: Span
    step: Span
    began: float = field(default_factory=time.monotonic)


class Telemetry(Watcher):
    """One trace a run: `sync`, with the steps `plan` and `deliver` below it."""

    def __init__(self) -> None:
        from opentelemetry import metrics, trace

        self._trace = trace
        self._tracer = trace.get_tracer(_SCOPE, __version__)
        meter = metrics.get_meter(_SCOPE, __version__)
        self._rows = meter.create_counter(
            "cdp_activate.rows", "{row}", "Rows by outcome, as acknowledged"
        )
        self._calls = meter.create_counter("cdp_activate.calls", "{call}", "Calls to destinations")
        self._runs = meter.create_counter("cdp_activate.runs", "{run}", "Runs by state")
        self._seconds = meter.create_histogram("cdp_activate.run.duration", "s", "Length of runs")
        self._members = meter.create_gauge(
            "cdp_activate.audience.size", "{member}", "Members of the audience, holdout included"
        )
        self._open: dict[str, _Open] = {}

    def started(self, run: RunRecord) -> None:
        """Open the trace."""
        about = {**_of(run), "cdp.run_id": run.run_id, "cdp.list": run.list}
        root = self._tracer.start_span(f"sync {run.sync}", attributes=about)
        self._open[run.run_id] = _Open(root, self._step("plan", root))

    def planned(self, run: RunRecord, plan: Plan) -> None:
        """End the first step with what was planned, and begin the second."""
        mine = self._open[run.run_id]
        for name, count in plan.counts.items():
            mine.step.set_attribute(f"cdp.plan.{name}", count)
        mine.step.end()
        mine.step = self._step("deliver", mine.root)
        self._members.set(plan.audience_size, _of(run))

    def finished(self, run: RunRecord, error: BaseException | None) -> None:
        """Close the trace, and count."""
        mine, of = self._open.pop(run.run_id), _of(run)
        mine.root.set_attribute("cdp.state", run.state)
        for name in _COUNTED:
            count = getattr(run, name)
            mine.root.set_attribute(f"cdp.rows.{name}", count)
            if count:
                self._rows.add(count, {**of, "cdp.outcome": name})
        if error is not None:
            # Not `record_exception`: a stack trace may hold values of rows.
            status = self._trace.Status(self._trace.StatusCode.ERROR, said(error))
            mine.step.set_status(status)
            mine.root.set_status(status)
            mine.root.set_attribute("error.type", type(error).__name__)
        mine.step.end()
        mine.root.end()
        self._calls.add(run.calls, of)
        self._runs.add(1, {**of, "cdp.state": run.state})
        self._seconds.record(time.monotonic() - mine.began, {**of, "cdp.state": run.state})

    def _step(self, name: str, root: Span) -> Span:
        return self._tracer.start_span(name, context=self._trace.set_span_in_context(root))


def _of(run: RunRecord) -> dict[str, Any]:
    return {"cdp.sync": run.sync, "cdp.destination": run.destination}
