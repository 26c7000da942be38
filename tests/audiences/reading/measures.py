"""What is measured over rows, and the comparison of two measures."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from reading import times
from reading.catalog import Source
from reading.kinds import DECIMAL, Kind, is_infinite, rounded
from reading.operators import Judge, exact
from reading.rows import WINDOWS, Found, RowReader
from reading.times import Day

NUMBERS = ("count", "sum", "avg", "min", "max", "median", "distinct")
PLACES = ("first", "last", "nth")
MEASURES = (*NUMBERS, "active", *PLACES, "rate")


def measure_of(condition: dict[str, Any]) -> str | None:
    return next((name for name in MEASURES if name in condition), None)


class MeasureReader:
    """Measures the rows of one person."""

    def __init__(self, rows: RowReader) -> None:
        self.rows = rows
        self.clock = rows.clock

    def holds(
        self, of: str, condition: dict[str, Any], key: Any, found: list[Found],
        sources: list[Source],
    ) -> bool:  # fmt: skip
        """Whether the measure of a condition holds of the rows that passed its `where`."""
        measure = measure_of(condition)
        if measure is None:
            return len(found) >= 1
        test = condition[measure]
        if measure == "active":
            return self.active(test, found, condition)
        if measure in PLACES:
            return self.place(measure, test, found, sources)
        if measure == "rate":
            return self.rate(of, condition, key, found)
        column = self.column(test)
        value = self.value(measure, column, found)
        kind = self.kind(measure, column, found)
        if value is not None and measure in ("avg", "median"):
            value = rounded(value)
        return Judge(kind, self.clock).holds(value, without(test, "of"))

    @staticmethod
    def column(test: Any) -> Any:
        return test.get("of") if isinstance(test, dict) else test

    def kind(self, measure: str, column: Any, found: list[Found]) -> Kind:
        if measure not in ("min", "max") or not found:
            return DECIMAL
        return exact(self.rows.names.value(found[0].source.table, found[0].row, column)[1])

    def value(self, measure: str, column: Any, found: list[Found]) -> Any:
        """An exact number (or, of min and max, a value); None is unknown. NULLs are ignored."""
        if measure == "count":
            return len(found)
        names = self.rows.names
        values = [names.value(one.source.table, one.row, column)[0] for one in found]
        values = [value for value in values if value is not None]
        if measure == "distinct":
            return len(set(values))
        if measure in ("min", "max"):
            return (min if measure == "min" else max)(values) if values else None
        # Infinity takes part in no arithmetic (7.67).
        numbers = sorted(Fraction(value) for value in values if not is_infinite(value))
        if measure == "sum":
            return sum(numbers, Fraction(0))
        if not numbers:
            return None
        if measure == "avg":
            return sum(numbers, Fraction(0)) / len(numbers)
        return (numbers[(len(numbers) - 1) // 2] + numbers[len(numbers) // 2]) / 2  # 7.31

    def active(self, test: dict[str, Any], found: list[Found], condition: dict[str, Any]) -> bool:
        """Periods with a row in them, or the longest streak of such (7.35, 7.66)."""
        unit, today = test["periods"], self.clock.today
        periods = set()
        for one in found:
            at = one.at()
            day = at if isinstance(at, Day) else times.day_of(at, self.clock.zone)
            if day.date is not None:  # a time outside the calendar is in no period (7.67)
                periods.add(times.first_day(day, unit))
        if "of_last" in test:
            last = [times.first_day(today, unit, -shift) for shift in range(test["of_last"])]
            periods &= set(last)
        count = len(periods)
        if test.get("consecutive"):
            count = max((self.streak(one, unit, periods) for one in periods), default=0)
        asked = without(test, "periods", "of_last", "consecutive")
        return Judge(DECIMAL, self.clock).holds(count, asked)

    @staticmethod
    def streak(first: Day, unit: str, periods: set[Day]) -> int:
        count = 0
        while times.first_day(first, unit, count) in periods:
            count += 1
        return count

    def place(
        self, measure: str, test: dict[str, Any], found: list[Found], sources: list[Source]
    ) -> bool:
        """The first, last or n-th row ever passes the inner window and `where` (7.34)."""
        by_number = self.rows.by_number(sources)
        ordered = sorted(found, key=lambda one: self.rows.place(one, by_number))
        number = {"first": 1, "last": len(ordered)}.get(measure) or test.get("n", 1)
        if not 1 <= number <= len(ordered):
            return False
        chosen = ordered[number - 1]
        inner = test if isinstance(test, dict) else {}
        return self.rows.in_windows(chosen, inner) and self.rows.passes(inner.get("where"), chosen)

    def rate(self, of: str, condition: dict[str, Any], key: Any, found: list[Found]) -> bool:
        """This event's count over that event's, in the same window (7.36)."""
        test = condition["rate"]
        other = test["to"] if isinstance(test["to"], dict) else {"event": test["to"]}
        windows = {word: condition[word] for word in WINDOWS if word in condition}
        there = [
            one
            for one in self.rows.events(of, other["event"], key, windows)
            if self.rows.passes(other.get("where"), one)
        ]
        if not there:
            return False
        share = rounded(Fraction(len(found), len(there)))
        return Judge(DECIMAL, self.clock).holds(share, without(test, "to"))

    def compare(self, left: Any, right: Any, test: dict[str, Any]) -> bool:
        """Two numbers: each exact, the result rounded once (7.65)."""
        if left is None or right is None or is_infinite(left) or is_infinite(right):
            return False
        left, right = Fraction(left), Fraction(right)
        (word,) = [name for name in ("change", "ratio", "difference") if name in test]
        if word == "difference":
            result = left - right
        elif right == 0:
            return False
        else:
            result = left / right if word == "ratio" else (left - right) / abs(right)
        return Judge(DECIMAL, self.clock).holds(rounded(result), test[word])


def without(test: Any, *words: str) -> Any:
    if not isinstance(test, dict):
        return test
    return {name: one for name, one in test.items() if name not in words}
