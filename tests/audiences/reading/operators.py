"""One value against one test, by the operators of section 3."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from reading import times
from reading.kinds import DECIMAL, INTEGER, Kind, alike, fold, fraction, same
from reading.times import Day, Instant

OPTIONS = ("nulls", "case", "accents")
PLAIN = ("eq", "is", "ne", "in", "not_in", "gt", "gte", "lt", "lte", "between", "not_between")


@dataclass(frozen=True)
class Clock:
    """The instant of the run, and where the audience is at home."""

    as_of: Instant
    zone: str

    @property
    def today(self) -> Day:
        return times.day_of(self.as_of, self.zone)


@dataclass(frozen=True)
class Judge:
    """Judges values of one kind. `other` finds what `{trait: NAME}` stands for."""

    kind: Kind
    clock: Clock
    options: dict[str, Any] = field(default_factory=dict)
    other: Callable[[str], Any] | None = None

    def holds(self, value: Any, test: Any) -> bool:
        """A scalar means `eq`, a list `in` (7.42); several operators must all hold."""
        if not isinstance(test, dict):
            test = {"in" if isinstance(test, list) else "eq": test}
        return all(
            self.operator(name, value, operand)
            for name, operand in test.items()
            if name not in OPTIONS
        )

    def operator(self, name: str, value: Any, operand: Any) -> bool:
        if name == "is_null":
            return bool((value is None) == operand)
        unknown_holds = self.options.get("nulls") == "include"
        if isinstance(operand, dict) and set(operand) == {"trait"}:
            assert self.other is not None
            operand = self.other(operand["trait"])
            if value is None or operand is None:
                return unknown_holds
            if isinstance(operand, Day | Instant) and name in ("before", "after"):
                return bool(value < operand if name == "before" else value > operand)
        elif name in PLAIN:
            if value is None:
                return unknown_holds
            if not isinstance(value, Day | Instant) or "between" not in name:
                operand = self.written(operand)
        if value is None:
            return unknown_holds
        if isinstance(value, list):
            return self.of_list(name, value, operand)
        if isinstance(value, Day | Instant) and (name not in PLAIN or "between" in name):
            return self.of_time(name, value, operand)
        if isinstance(value, str) and self.kind.name == "text":
            return self.of_text(name, value, operand)
        return self.plain(name, value, operand)

    def written(self, operand: Any) -> Any:
        """A written value as one of this kind."""
        if isinstance(operand, list):
            return [self.written(item) for item in operand]
        if self.kind.name == "date":
            return times.day(date.fromisoformat(operand))
        if self.kind.name == "time":
            return times.written_time(operand, self.clock.zone)
        if self.kind.name == "double":
            return float(operand)
        if self.kind.name == "uuid":
            return operand.lower()
        if self.kind.name == "decimal" and isinstance(operand, str):
            return fraction(operand)
        return operand

    def plain(self, name: str, value: Any, operand: Any) -> bool:
        if name in ("between", "not_between"):
            (left, low), (right, high) = (alike(value, end) for end in operand)
            return bool(low <= left and right <= high) == (name == "between")
        if name in ("in", "not_in"):
            return any(same(value, item) for item in operand) == (name == "in")
        value, operand = alike(value, operand)
        return {
            "eq": value == operand, "is": value == operand, "ne": value != operand,
            "gt": value > operand, "gte": value >= operand,
            "lt": value < operand, "lte": value <= operand,
        }[name]  # fmt: skip

    def of_text(self, name: str, value: str, operand: Any) -> bool:
        if name == "is_empty":
            return bool((value == "") == operand)
        if name == "is_blank":
            return bool((value.strip(" \t\n\r\f\v") == "") == operand)  # 7.45
        if name == "length":
            return Judge(INTEGER, self.clock).holds(len(value), operand)  # 7.51
        if name.startswith("not_") and name != "not_in":
            return not self.of_text(name.removeprefix("not_"), value, operand)
        if name == "matches":
            return matches(value, operand, self.options)
        value = fold(value, self.options)
        if isinstance(operand, list):
            operand = [fold(item, self.options) for item in operand]
        else:
            operand = fold(operand, self.options)
        if name in ("contains", "starts_with", "ends_with"):  # literal (7.50)
            return bool(
                operand in value
                if name == "contains"
                else value.startswith(operand)
                if name == "starts_with"
                else value.endswith(operand)
            )
        return self.plain(name, value, operand)

    def of_list(self, name: str, value: list[Any], operand: Any) -> bool:
        if name == "length":
            return Judge(INTEGER, self.clock).holds(len(value), operand)
        wanted = operand if isinstance(operand, list) else [operand]
        wanted = Judge(Kind(self.kind.element), self.clock).written(wanted)
        if self.kind.element == "text":
            value = [item if item is None else fold(item, self.options) for item in value]
            wanted = [fold(item, self.options) for item in wanted]
        found = [any(same(item, one) for item in value) for one in wanted]  # 7.46
        if name in ("contains", "contains_all"):
            return all(found)
        if name == "not_contains":
            return not all(found)
        return any(found) == (name == "contains_any")

    # Dates and times ...

    def of_time(self, name: str, value: Day | Instant, operand: Any) -> bool:
        if name in ("weekday", "month", "hour", "anniversary"):
            return self.part(name, value, operand)
        if isinstance(value, Day):
            return self.day_in(name, value, operand)
        return self.instant_in(name, value, operand)

    def part(self, name: str, value: Day | Instant, operand: Any) -> bool:
        """Of the local time; a time outside the calendar has no parts (7.67)."""
        local = value if isinstance(value, Day) else times.day_of(value, self.clock.zone)
        if local.date is None:
            return False
        if name == "anniversary":
            return times.returns(local, operand, self.clock.today)
        if name == "hour":
            hour = times.wall(value, self.clock.zone) % times.DAY // (3600 * times.SECOND)
            return Judge(INTEGER, self.clock).holds(hour, operand)
        wanted = operand if isinstance(operand, list) else [operand]
        if name == "month":
            return local.date.month in wanted
        return times.WEEKDAYS[local.date.weekday()] in wanted

    def day_in(self, name: str, value: Day, operand: Any) -> bool:
        """Days are whole: `last: 7 days` is today-6..today (1.3)."""
        today = self.clock.today
        if name in ("last", "within"):
            return today - times.length(operand)[1] + 1 <= value <= today
        if name == "next":
            return today <= value <= today + times.length(operand)[1] - 1
        if name == "older_than":
            return value <= today - times.length(operand)[1]
        if name == "further_than":
            return value >= today + times.length(operand)[1]
        if name == "between_ago":
            # What `within` the longer length has and the shorter has not.
            far, near = (times.length(item)[1] for item in operand)
            return today - far + 1 <= value <= today - near
        if name in ("this", "to_date", "previous"):
            first, after = times.period(name, operand, today)
            return first <= value < after
        ends = operand if isinstance(operand, list) else [operand]
        first, *_, last = (times.day(date.fromisoformat(end)) for end in (*ends, ends[-1]))
        return {
            "on": value == first, "before": value < first, "until": value < first,
            "after": value > first, "since": value >= first,
            "between": first <= value <= last, "not_between": not first <= value <= last,
        }[name]  # fmt: skip

    def instant_in(self, name: str, value: Instant, operand: Any) -> bool:
        """Lengths are elapsed time, days and periods are local (1.3, 7.16, 7.17)."""
        as_of, zone = self.clock.as_of, self.clock.zone
        if name in ("last", "within"):
            return as_of - times.length(operand)[0] <= value < as_of
        if name == "next":
            return as_of <= value < as_of + times.length(operand)[0]
        if name == "older_than":
            return value < as_of - times.length(operand)[0]
        if name == "further_than":
            return value >= as_of + times.length(operand)[0]
        if name == "between_ago":
            far, near = (times.length(item)[0] for item in operand)
            return as_of - far <= value < as_of - near
        if name in ("this", "to_date", "previous"):
            first, after = times.period(name, operand, self.clock.today)
            return times.begins(first, zone) <= value < times.begins(after, zone)
        if name in ("between", "not_between"):
            first, last = times.edges(operand[0], zone)[0], times.edges(operand[1], zone)[1]
            return (first <= value <= last) == (name == "between")
        first, last = times.edges(operand, zone)
        return {
            "on": first <= value <= last, "before": value < first, "until": value < first,
            "after": value > last, "since": value >= first,
        }[name]  # fmt: skip


# Patterns ...

_CLASSES = {"d": "0-9", "w": "0-9A-Za-z_", "s": r"\t\n\f\r "}
_WORD = "[0-9A-Za-z_]"
_EDGE = f"(?:(?<={_WORD})(?!{_WORD})|(?<!{_WORD})(?={_WORD}))"
_NOT_EDGE = f"(?:(?<={_WORD})(?={_WORD})|(?<!{_WORD})(?!{_WORD}))"


def in_python(pattern: str) -> str:
    """A pattern of RE2 in Python's words: $ is the end alone, the classes are ASCII (7.49)."""
    found, at, inside = "", 0, False
    while at < len(pattern):
        letter, after = pattern[at], pattern[at + 1 : at + 2]
        at += 1
        if letter == "\\":
            at += 1
            if after in _CLASSES:
                found += _CLASSES[after] if inside else f"[{_CLASSES[after]}]"
            elif after.lower() in _CLASSES and not inside:
                found += f"[^{_CLASSES[after.lower()]}]"
            elif after in "bB" and not inside:
                found += _EDGE if after == "b" else _NOT_EDGE
            else:
                found += f"\\{after}" if after in "ntrfv" else re.escape(after)
        elif letter == "$" and not inside:
            found += r"\Z"
        elif letter == "[" and inside:
            found += r"\["
        else:
            inside = (inside and letter != "]") or (letter == "[" and not inside)
            found += letter
    return found


def matches(value: str, pattern: str, options: dict[str, Any]) -> bool:
    """Searched for anywhere; `accents` folds both sides, `case` is (?i) (7.48, 7.49)."""
    accents = {"accents": options.get("accents")}
    value, pattern = fold(value, accents), in_python(fold(pattern, accents))
    flags = 0
    if options.get("case") == "insensitive":
        flags = re.IGNORECASE
        # Python takes these two for an i, RE2 does not.
        value = value.replace("ı", "\ue000").replace("İ", "\ue000")
    return re.search(pattern, value, flags) is not None


def is_number(kind: Kind) -> bool:
    return kind.name in ("integer", "decimal", "double")


def exact(kind: Kind) -> Kind:
    """The kind of a measure of such values: doubles are measured exactly."""
    return DECIMAL if is_number(kind) else kind
