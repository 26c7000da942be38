"""`sequence`: steps that follow each other, tried in every way."""

from __future__ import annotations

from typing import Any

from reading import times
from reading.kinds import same
from reading.rows import Found, RowReader


class SequenceReader:
    """Looks for a run of events of one person."""

    def __init__(self, rows: RowReader, of: str, condition: dict[str, Any]) -> None:
        self.rows = rows
        self.of = of
        self.condition = condition
        self.steps = condition["sequence"]
        sources = [
            source
            for step in self.steps
            for source in rows.names.events(of, self.listed(step.get("did", step.get("did_not"))))
        ]
        self.by_number = rows.by_number(sources)
        self.of_days = all(
            rows.names.kinds[source.table][source.role["at"]].name == "date" for source in sources
        )

    @staticmethod
    def listed(words: Any) -> list[str]:
        return words if isinstance(words, list) else [words]

    def holds(self, key: Any) -> bool:
        self.key = key
        self.candidates = [
            [
                row
                for row in self.rows.events(self.of, step.get("did", step.get("did_not")), key, {})
                if self.rows.passes(step.get("where"), row)
            ]
            for step in self.steps
        ]
        return any(
            self.follows(0, row)
            for row in self.candidates[0]
            if self.rows.in_windows(row, self.condition)
        )

    def place(self, row: Found) -> Any:
        """(time, id); where no event has a time of day, days are whole (1.3)."""
        at, number = self.rows.place(row, self.by_number)
        return (row.at() if self.of_days else at), number

    def ends(self, before: Found, within: str) -> Any:
        """The last time that is at most so long after a row."""
        elapsed, days = times.length(within)
        return self.place(before)[0] + (days if self.of_days else elapsed)

    def follows(self, number: int, before: Found) -> bool:
        """The steps after `number`, whose row is `before`, can be found."""
        guards = []
        following = number + 1
        while following < len(self.steps) and "did_not" in self.steps[following]:
            guards.append(following)
            following += 1
        if following == len(self.steps):
            return all(self.guarded_to_the_end(guard, before) for guard in guards)
        return any(
            self.is_next(self.steps[following], before, row)
            and all(self.guarded(guard, before, row) for guard in guards)
            and self.follows(following, row)
            for row in self.candidates[following]
        )

    def is_next(self, step: dict[str, Any], before: Found, row: Found) -> bool:
        """Strictly after, at most `within` later, with the same keys, and at once if asked."""
        if not self.place(before) < self.place(row):
            return False
        if not self.in_time(step, before, row) or not self.shares(step, before, row):
            return False
        return not step.get("immediately") or not any(
            self.place(before) < self.place(other) < self.place(row)
            for other in self.rows_of_table(row)
        )

    def rows_of_table(self, row: Found) -> list[Found]:
        """Every row of this person in the row's table, whatever its event (7.26)."""
        source = row.source
        return [
            Found(source, other)
            for other in self.rows.names.beside(source.table, source.role["key"], self.key)
            if self.rows.exists(other[source.role["at"]])
        ]

    def shares(self, step: dict[str, Any], before: Found, row: Found) -> bool:
        """NULL is the same as nothing (7.24)."""
        return all(
            same(before.row[name], row.row[name]) for name in self.listed(step.get("same", []))
        )

    def guarded(self, guard: int, before: Found, after: Found) -> bool:
        """Nothing of the kind in the open gap, or its part up to `within` (7.22)."""
        step = self.steps[guard]
        return not any(
            self.place(before) < self.place(row) < self.place(after)
            and self.in_time(step, before, row)
            and self.shares(step, before, row)
            for row in self.candidates[guard]
        )

    def in_time(self, step: dict[str, Any], before: Found, row: Found) -> bool:
        return "within" not in step or bool(self.place(row)[0] <= self.ends(before, step["within"]))

    def guarded_to_the_end(self, guard: int, before: Found) -> bool:
        """Guards (step, step + within], once that time is over at as_of (7.20, 7.21)."""
        step = self.steps[guard]
        now = self.rows.clock.today if self.of_days else self.rows.clock.as_of
        if "within" in step and not self.ends(before, step["within"]) < now:
            return False
        return not any(
            self.place(before) < self.place(row)
            and self.in_time(step, before, row)
            and self.shares(step, before, row)
            for row in self.candidates[guard]
        )
