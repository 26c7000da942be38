"""The rows that a condition speaks of: which exist, in which windows, passing `where`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from worlds import Row

from reading import times
from reading.catalog import Names, Source
from reading.kinds import Kind
from reading.operators import OPTIONS, Clock, Judge
from reading.times import Day, Instant

WINDOWS = ("within", "since", "until", "between_ago", "on", "this", "previous", "to_date")


@dataclass(frozen=True)
class Found:
    """A row and the table it is of."""

    source: Source
    row: Row

    def at(self) -> Any:
        return self.row[self.source.role["at"]]


class RowReader:
    """Finds rows beside an entity."""

    def __init__(self, names: Names, clock: Clock) -> None:
        self.names = names
        self.clock = clock

    def exists(self, at: Any) -> bool:
        """Rows without a time, or dated at or after as_of, do not exist (1.2, 7.13)."""
        if at is None:
            return False
        return bool(at <= self.clock.today if isinstance(at, Day) else at < self.clock.as_of)

    def events(self, of: str, words: Any, key: Any, windows: dict[str, Any]) -> list[Found]:
        """Rows of these events about one key, in these windows (several must all hold, 7.15)."""
        names = words if isinstance(words, list) else [words]
        return [
            found
            for source in self.names.events(of, names)
            for found in self.of_source(source, key)
            if self.in_windows(found, windows)
        ]

    def of_source(self, source: Source, key: Any) -> list[Found]:
        """The rows of a source about one key that exist at as_of."""
        found = []
        for row in self.names.beside(source.table, source.role["key"], key):
            if source.event is not None and row[source.role["events_in"]] != source.event:
                continue
            if "at" in source.role and not self.exists(row[source.role["at"]]):
                continue
            found.append(Found(source, row))
        return found

    def in_windows(self, found: Found, condition: dict[str, Any]) -> bool:
        words = [word for word in WINDOWS if word in condition]
        if not words:
            return True
        judge = Judge(Kind("time"), self.clock)
        return all(judge.of_time(word, found.at(), condition[word]) for word in words)

    def passes(self, where: Any, found: Found) -> bool:
        """A condition about the row's own columns."""
        if where is None:
            return True
        if isinstance(where, list):
            return all(self.passes(inner, found) for inner in where)
        return all(self._passes(name, test, found) for name, test in where.items())

    def _passes(self, name: str, test: Any, found: Found) -> bool:
        if name == "all":
            return all(self.passes(inner, found) for inner in test)
        if name == "any":
            return any(self.passes(inner, found) for inner in test)
        if name == "not":
            return not self.passes(test, found)
        table = found.source.table
        value, kind = self.names.value(table, found.row, name)
        options = {}
        if isinstance(test, dict):
            options = {key: test[key] for key in OPTIONS if key in test}

        def other(trait: str) -> Any:
            return self.names.value(table, found.row, trait)[0]

        return Judge(kind, self.clock, options, other).holds(value, test)

    # Order ...

    def by_number(self, sources: list[Source]) -> bool:
        """Ids order as numbers when every table of the condition has integer ids (7.25)."""
        return all(
            "id" in source.role
            and self.names.kinds[source.table][source.role["id"]].name == "integer"
            for source in sources
        )

    def place(self, found: Found, by_number: bool) -> tuple[Instant, Any]:
        """(time, id): where a row stands among others."""
        at = found.at()
        if isinstance(at, Day):
            at = times.begins(at, self.clock.zone)
        number = found.row[found.source.role["id"]] if "id" in found.source.role else 0
        return at, number if by_number else str(number)
