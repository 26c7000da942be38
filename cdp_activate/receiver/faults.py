"""What goes wrong at a platform: on command, or by a seed."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Fault = Literal[
    "status",
    "reset",
    "half_body",
    "malformed_json",
    "slow",
    "duplicate",
    "reject_rows",
    "refuse_batch_with",
]
_LOSES_THE_ROWS = frozenset({"status", "reset"})


@dataclass(slots=True)
class PlannedFault:
    """A fault that is due. `left`: how many requests it still meets; None: all."""

    name: Fault
    left: int | None = 1
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def applied(self) -> bool:
        """Whether the rows take effect although the answer goes wrong."""
        return bool(self.options.get("applied", self.name not in _LOSES_THE_ROWS))

    def rejects(self, keys: Sequence[str]) -> dict[str, str]:
        """Key -> reason, of the rows that this fault rejects."""
        if self.name != "reject_rows":
            return {}
        if "keys" in self.options:
            return {key: why for key, why in self.options["keys"].items() if key in keys}
        piece, why = self.options["containing"], self.options.get("reason", "not acceptable")
        return {key: why for key in keys if piece in key}


TRANSIENT: tuple[tuple[Fault, Mapping[str, Any]], ...] = (
    ("status", {"status": 429}),
    ("status", {"status": 429, "retry_after": "0.01"}),
    ("status", {"status": 500}),
    ("status", {"status": 500, "applied": True}),
    ("status", {"status": 503, "retry_after": "0.01"}),
    ("reset", {}),
    ("reset", {"applied": True}),
    ("half_body", {}),
    ("malformed_json", {}),
    ("duplicate", {"after": 0}),
    ("duplicate", {"after": 3}),
    ("slow", {"seconds": 0.02}),
)
"""Faults that pass when the same request is sent again."""


@dataclass(frozen=True)
class RandomFaults:
    """Faults drawn by a seed: the same seed gives the same request the same fault.

    `rate` is the share of requests that meet one.
    """

    seed: int
    rate: float = 0.1
    faults: Sequence[tuple[Fault, Mapping[str, Any]]] = TRANSIENT

    def fault_of(self, number: int) -> PlannedFault | None:
        """The fault of the request with this number, counted from 1."""
        chance = random.Random(f"{self.seed}:{number}")  # noqa: S311 (a test's dice)
        if chance.random() >= self.rate:
            return None
        name, options = chance.choice(self.faults)
        return PlannedFault(name, options=options)


class FaultQueue:
    """Faults on command; each request meets the first. Not thread-safe by itself."""

    def __init__(self) -> None:
        self._faults: deque[PlannedFault] = deque()

    def add(self, fault: PlannedFault) -> None:
        self._faults.append(fault)

    def clear(self) -> None:
        self._faults.clear()

    def take(self) -> PlannedFault | None:
        """The fault that the next request meets."""
        if not self._faults:
            return None
        fault = self._faults[0]
        if fault.left is not None:
            fault.left -= 1
            if fault.left <= 0:
                self._faults.popleft()
        return fault
