"""When a run ends at the latest: it stops then as if it had been told to."""

from __future__ import annotations

import re
import threading
from time import monotonic
from typing import Annotated

from pydantic import BeforeValidator

_SPAN = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(s|m|h|(?:second|minute|hour)s?)\s*")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}


def span(value: object) -> float:
    """Seconds of `45s`, `30m` or `2 hours`. Raises ValueError for all else, and for none."""
    found = _SPAN.fullmatch(str(value))
    seconds = float(found[1]) * _SECONDS[found[2][0]] if found else 0.0
    if not seconds:
        raise ValueError("write a time such as 45s, 30m or 2 hours")
    return seconds


SpanField = Annotated[float, BeforeValidator(span)]


class Deadline(threading.Event):
    """Set when another event is, or so many `seconds` after it was made."""

    def __init__(self, stop: threading.Event, seconds: float) -> None:
        super().__init__()
        self.stop = stop
        self.ends_at = monotonic() + seconds

    @property
    def has_passed(self) -> bool:
        """Whether it was the time that ended the run."""
        return not self.stop.is_set() and monotonic() >= self.ends_at

    def is_set(self) -> bool:
        """Whether the run has to end."""
        return self.stop.is_set() or self.has_passed
