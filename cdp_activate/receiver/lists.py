"""What a simulated platform holds: lists that are sets, events, and jobs not yet done."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
Rows = dict[str, Row]


@dataclass(frozen=True, slots=True)
class PlatformBehaviour:
    """What kind of platform it is.

    Its clock ticks once a request, so that the same requests always meet the same platform.

    * `matches_on`: what members are known by: "key", or the name of an identifier
    * `job_ticks`: 0: a batch takes effect before it is answered. More: it becomes a job that
      is done after up to so many ticks, drawn by `seed`, so that jobs overtake each other
    * `lag`: ticks until a change shows in sizes and members
    * `deduplicates`: acts once on events of one `idempotency_key`
    * `latency`: seconds before each answer
    """

    matches_on: str = "key"
    job_ticks: int = 0
    lag: int = 0
    deduplicates: bool = False
    latency: float = 0.0
    seed: int = 0


@dataclass(slots=True)
class Batch:
    """Rows by key, and what to do with them. `list_name` is "" for erase."""

    action: str
    list_name: str
    rows: Rows


@dataclass(slots=True)
class Job:
    """A batch that was taken and is worked on. `rejected` is told when it is done."""

    batch: Batch
    rejected: Mapping[str, str]
    due: int
    outcome: dict[str, Any] | None = None


@dataclass
class Lists:
    """The state of a platform. Not thread-safe by itself."""

    behaviour: PlatformBehaviour = field(default_factory=PlatformBehaviour)
    members: dict[str, Rows] = field(default_factory=dict)
    events: dict[str, list[Row]] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    clock: int = 0

    def __post_init__(self) -> None:
        self._chance = random.Random(self.behaviour.seed)  # noqa: S311 (a test's dice)
        self._shown: dict[str, Rows] = {}
        self._unseen: deque[tuple[int, str, str, Row | None]] = deque()
        self._pending: list[Job] = []

    def tick(self) -> None:
        """One more request: the jobs that are due are done, in the order in which they are."""
        self.clock += 1
        self._work(self.clock)

    def finish_jobs(self) -> None:
        """Let the platform work until nothing is left to do."""
        self._work(max((job.due for job in self._pending), default=0))

    def _work(self, until: int) -> None:
        due = [job for job in self._pending if job.due <= until]
        self._pending = [job for job in self._pending if job.due > until]
        for job in sorted(due, key=lambda job: job.due):
            job.outcome = self._apply(job.batch, job.rejected)

    def take(self, batch: Batch, rejected: Mapping[str, str]) -> dict[str, Any]:
        """The answer to a batch: its outcome, or the job that will have one."""
        if not self.behaviour.job_ticks or batch.action == "erase":
            return self._apply(batch, rejected)
        number = f"job-{len(self.jobs) + 1}"
        due = self.clock + self._chance.randint(1, self.behaviour.job_ticks)
        self.jobs[number] = Job(batch, rejected, due)
        self._pending.append(self.jobs[number])
        return {"job": number}

    def outcome(self, number: str) -> dict[str, Any] | None:
        """What became of a job; it names itself again while it is worked on. None: unknown."""
        job = self.jobs.get(number)
        if job is None:
            return None
        return job.outcome if job.outcome is not None else {"job": number}

    def shown(self) -> dict[str, Rows]:
        """The lists as the platform shows them, which may lag behind what it holds."""
        if not self.behaviour.lag:
            return self.members
        while self._unseen and self._unseen[0][0] <= self.clock:
            _, name, member, row = self._unseen.popleft()
            shown = self._shown.setdefault(name, {})
            if row is None:
                shown.pop(member, None)
            else:
                shown[member] = row
        return self._shown

    def _apply(self, batch: Batch, rejected: Mapping[str, str]) -> dict[str, Any]:
        rows = [row for key, row in batch.rows.items() if key not in rejected]
        if batch.action == "send":
            self._send(batch.list_name, rows)
        elif batch.action == "erase":
            for name in self.members:
                self._put(name, rows, is_member=False)
        else:
            self._put(batch.list_name, rows, is_member=batch.action == "upsert")
        return {"accepted": len(rows), "rejected": dict(rejected)}

    def _put(self, name: str, rows: list[Row], *, is_member: bool) -> None:
        if is_member:
            self.members.setdefault(name, {})
        members = self.members.get(name, {})
        for row in rows:
            member = self._known_as(row)
            if is_member:
                members[member] = row
            else:
                members.pop(member, None)
            if self.behaviour.lag:
                due = self.clock + self.behaviour.lag
                self._unseen.append((due, name, member, row if is_member else None))

    def _send(self, name: str, rows: list[Row]) -> None:
        there = self.events.setdefault(name, [])
        if self.behaviour.deduplicates:
            known = {row["idempotency_key"] for row in there}
            rows = [row for row in rows if row["idempotency_key"] not in known]
        there.extend(rows)

    def _known_as(self, row: Row) -> str:
        if self.behaviour.matches_on == "key":
            return str(row["key"])
        return str(row.get("identifiers", {}).get(self.behaviour.matches_on, ""))
