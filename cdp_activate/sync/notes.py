"""What a run has sent and what it was told, written down line by line as it happens.

The plan is kept until its answers are in the sync tables, so a note says no more than which
places of the plan it is about. Before rows go out it is written, and made durable, that they
may be under way; an answer is written as it comes. After a kill the notes are read again: what
was begun and has no answer is unknown. A note that a power cut lost was an answer, and those
rows are sent again.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from cdp_activate.sync.tables import Verb
from cdp_activate.warehouse.journal import Journal

Span: TypeAlias = tuple[int, int]
"""Places of a plan, from first to last."""


class Spans:
    """A set of places, as the fewest spans; spans are added whole and never overlap."""

    def __init__(self) -> None:
        self._spans: list[Span] = []

    def add(self, span: Span) -> None:
        first, last = span
        place = bisect_right(self._spans, span)
        if place and self._spans[place - 1][1] + 1 >= first:
            place -= 1
            first, last = self._spans[place][0], max(last, self._spans.pop(place)[1])
        while place < len(self._spans) and self._spans[place][0] <= last + 1:
            last = max(last, self._spans.pop(place)[1])
        self._spans.insert(place, (first, last))

    def gaps(self, last: int) -> Iterator[Span]:
        """What is missing of the places from 0 to `last`."""
        free = 0
        for start, end in self._spans:
            if start > free:
                yield free, min(start - 1, last)
            free = max(free, end + 1)
        if free <= last:
            yield free, last

    def __iter__(self) -> Iterator[Span]:
        return iter(self._spans)


@dataclass
class Progress:
    """What is known of one verb on one list.

    `begun`: the last place that may be under way. `answered` were taken, but for the keys in
    `refused`; `spared` were not sent after all; `jobs` are under way at the platform.
    """

    begun: int = -1
    answered: Spans = field(default_factory=Spans)
    spared: Spans = field(default_factory=Spans)
    refused: dict[str, str] = field(default_factory=dict)
    jobs: dict[str, list[Span]] = field(default_factory=dict)

    @property
    def unknown(self) -> list[Span]:
        """Begun, and nobody knows what became of them."""
        settled = Spans()
        for span in (*self.answered, *self.spared):
            settled.add(span)
        return list(settled.gaps(self.begun))


class Notes:
    """The notes of one run: written to a journal, and read from it when a run is taken up again.

    Without a journal they are kept in memory alone. Whoever shares them between threads locks.
    """

    def __init__(self, journal: Journal | None) -> None:
        self.journal = journal
        self.run_id = ""
        self.progress: dict[tuple[str, Verb], Progress] = {}
        for note in _read(journal):
            self._learn(note)

    def of(self, list_name: str, verb: Verb) -> Progress:
        return self.progress.setdefault((list_name, verb), Progress())

    def start(self, run_id: str) -> None:
        """The plan is whole: what follows is about it."""
        self._note({"run": run_id})

    def begin(self, list_name: str, verb: Verb, through: int) -> None:
        """Rows up to this place may be under way from now on: once it is durable, see `keep`."""
        self._note({"list": list_name, "verb": verb, "begun": through})

    def keep(self) -> None:
        """Wait until what is written is durable. Others may write notes meanwhile."""
        if self.journal is not None:
            self.journal.keep()

    def answer(
        self, list_name: str, verb: Verb, span: Span, refused: Mapping[str, str], job: str | None
    ) -> None:
        """These were taken, but for some: at once, or once the job has ended."""
        note = {"list": list_name, "verb": verb, "span": span, "refused": dict(refused)}
        # A job goes on without us: it must be found again even after a power cut.
        self._note({**note, "job": job} if job else note, durable=bool(job))

    def settle(self, list_name: str, verb: Verb, job: str, refused: Mapping[str, str]) -> None:
        """A job has ended: its rows were taken, but for some."""
        note = {"list": list_name, "verb": verb, "settled": job, "refused": dict(refused)}
        self._note(note)

    def lose(self, list_name: str, verb: Verb, job: str) -> None:
        """A job came to nothing, or nobody knows it any more."""
        self._note({"list": list_name, "verb": verb, "lost": job})

    def spare(self, list_name: str, verb: Verb, span: Span) -> None:
        """These were not sent after all."""
        self._note({"list": list_name, "verb": verb, "spared": span})

    @property
    def jobs(self) -> list[tuple[str, Verb, str]]:
        """List, verb and name of the jobs that have not ended."""
        return [(*of, job) for of, progress in self.progress.items() for job in progress.jobs]

    def _learn(self, note: Mapping[str, Any]) -> None:
        if "run" in note:
            self.run_id = str(note["run"])
            return
        progress = self.of(note["list"], note["verb"])
        progress.refused.update(note.get("refused", {}))
        if "begun" in note:
            progress.begun = max(progress.begun, note["begun"])
        elif "span" in note:
            span = (note["span"][0], note["span"][1])
            if note.get("job"):
                progress.jobs.setdefault(note["job"], []).append(span)
            else:
                progress.answered.add(span)
        elif "settled" in note:
            for span in progress.jobs.pop(note["settled"], []):
                progress.answered.add(span)
        elif "lost" in note:
            progress.jobs.pop(note["lost"], None)
        elif "spared" in note:
            progress.spared.add((note["spared"][0], note["spared"][1]))

    def _note(self, note: Mapping[str, Any], *, durable: bool = False) -> None:
        self._learn(note)
        if self.journal is not None:
            self.journal.write(json.dumps(note, ensure_ascii=False))
            if durable:
                self.keep()


def _read(journal: Journal | None) -> Iterable[Mapping[str, Any]]:
    for line in journal.lines() if journal is not None else ():
        try:
            note = json.loads(line)
        except ValueError:
            continue  # the end of a line that was being written
        if isinstance(note, dict):
            yield note
