"""Who was sent in jobs that a platform finishes later.

Not a destination: names with an underscore are no types.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping

from cdp_activate.destinations.rows import Receipt


class Jobs:
    """Who was sent in which job until it is settled, then what became of it.

    Held in memory: after a crash the rows are sent again anyway.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[str, Mapping[str, str]] = {}
        self._outcomes: dict[str, Receipt] = {}

    def begin(self, job: str, keys: Mapping[str, str]) -> Receipt:
        """Remember the key of each identifier sent in `job`; the receipt that names it."""
        with self._lock:
            self._keys[job] = keys
        return Receipt(job=job)

    def key(self, job: str, identifier: str) -> str | None:
        """Whose row an identifier was; None when it was not in the job."""
        with self._lock:
            return self._keys.get(job, {}).get(identifier)

    def outcome(self, job: str) -> Receipt | None:
        """What became of a job that was settled before."""
        with self._lock:
            return self._outcomes.get(job)

    def end(self, job: str, receipt: Receipt) -> Receipt:
        """Keep what became of `job`, and forget who was in it."""
        with self._lock:
            self._keys.pop(job, None)
            self._outcomes[job] = receipt
        return receipt
