"""A plain reading of the audience language, written from its page: slow and obvious.

People are dicts, events are lists of dicts, `as_of` is a datetime. Nothing here knows the
compiler: a condition is the YAML as plain Python values, judged one person at a time.
`Reference(tables, as_of).members(audiences, name)` gives each member and its variant.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from world import ROLES, TABLES, Row, Tables

TICK = timedelta(microseconds=1)
SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
WINDOWS = ("within", "since", "until", "between_ago", "on", "this", "previous", "to_date")
MEASURES = ("count", "sum", "avg", "min", "max", "median", "distinct")
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
RE2 = {"$": r"\Z", r"\d": "[0-9]", r"\w": "[0-9A-Za-z_]", r"\s": "[\t\n\f\r ]"}
"""What the page's patterns mean, in Python's words (7.49)."""
OPTIONS = ("nulls", "case", "accents")
EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)


# Time ...


@lru_cache(maxsize=10_000)
def day_begins(day: date, zone: str) -> datetime:
    """The first minute at which the clock in `zone` shows `day` or a later one (7.28)."""
    if day.year in (1, 9999):
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16)
    while at.astimezone(ZoneInfo(zone)).date() < day:
        at += timedelta(minutes=1)
    return at


def written_time(text: str, zone: str) -> datetime:
    """A written time; without an offset in `zone`: the earlier of two, moved over a gap (7.28)."""
    at = datetime.fromisoformat(text)
    if at.tzinfo:
        return at.astimezone(UTC)
    return local_to_instant(at, zone)


def local_to_instant(wall: datetime, zone: str) -> datetime:
    """A wall clock as an instant: the earlier one where there are two (7.28)."""
    there = ZoneInfo(zone)
    noon = wall.replace(tzinfo=UTC)
    offsets = [(noon + timedelta(days=shift)).astimezone(there).utcoffset() for shift in (-1, 1)]
    candidates = sorted(noon - (offset or timedelta(0)) for offset in offsets)
    for candidate in candidates:
        if candidate.astimezone(there).replace(tzinfo=None) == wall:
            return candidate
    return noon - (offsets[0] or timedelta(0))  # skipped: read with the offset before the gap


def length_of(text: str) -> tuple[timedelta, int]:
    """'7 days' as elapsed time, and as a number of whole days."""
    amount, unit = text.split()
    seconds = int(amount) * SECONDS[unit.removesuffix("s")]
    return timedelta(seconds=seconds), seconds // 86400


def period_first_day(day: date, unit: str, shift: int) -> date:
    """The first day of the period of `day`, or of one before (after) it."""
    if unit == "day":
        return day + timedelta(days=shift)
    if unit == "week":
        return day - timedelta(days=day.weekday()) + timedelta(weeks=shift)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    first = day.replace(day=1)
    while (first.month - 1) % months:
        first = (first - timedelta(days=1)).replace(day=1)
    for _ in range(abs(shift) * months):
        near = first + timedelta(days=32) if shift > 0 else first - timedelta(days=1)
        first = near.replace(day=1)
    return first


# Values ...


def canonical(value: Any, declared: str, meta: dict[str, Any]) -> Any:
    """A cell as it is compared: NaN is nothing (7.53), a naive time is an instant (7.9)."""
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, datetime):
        if value.tzinfo is None:
            return local_to_instant(value, meta.get("timezone", "UTC"))
        return value.astimezone(UTC)
    if declared.endswith("[]") and value is not None:
        return [canonical(item, declared[:-2], meta) for item in value]
    return value


def fold(text: str, options: dict[str, Any]) -> str:
    if options.get("accents") == "insensitive":
        apart = unicodedata.normalize("NFD", text)
        plain = "".join(letter for letter in apart if unicodedata.category(letter) != "Mn")
        text = plain.replace("đ", "d").replace("Đ", "D")
    if options.get("case") == "insensitive":
        # Simple mapping: one character stays one character.
        text = "".join("i" if letter == "İ" else letter.lower() for letter in text)
    return text


def rounded(value: Fraction) -> Decimal:
    """Half away from zero, at 9 decimals (7.32, 7.65)."""
    scaled = abs(value) * 10**9
    whole = int(scaled + Fraction(1, 2))
    return (Decimal(whole) if value >= 0 else -Decimal(whole)).scaleb(-9)


def alike(left: Any, right: Any) -> tuple[Any, Any]:
    """Two values ready to be compared: numbers exactly, unless one of them is a double."""
    if isinstance(left, bool | str | date) or isinstance(right, bool | str | date):
        return left, right
    if any(isinstance(one, float) or not math.isfinite(one) for one in (left, right)):
        return float(left), float(right)
    return Fraction(left), Fraction(right)


def bucket(salt: str, key: Any) -> int:
    return int(hashlib.md5(f"{salt}|{key}".encode()).hexdigest()[:8], 16) % 10_000


def ceiling(percent: Any, of: int) -> int:
    return math.ceil(Fraction(str(percent).removesuffix("%")) * of / 100)


def buckets_of(percent: Any) -> int:
    return int(Fraction(str(percent).removesuffix("%")) * 100)


class Judge:
    """Judges values of one column (or measure) by operators."""

    def __init__(self, declared: str, as_of: datetime, zone: str) -> None:
        self.declared = declared
        self.as_of = as_of
        self.zone = zone
        self.today = as_of.astimezone(ZoneInfo(zone)).date()

    @property
    def is_date(self) -> bool:
        return self.declared == "date"

    @property
    def is_time(self) -> bool:
        return self.declared.startswith("timestamp")

    def holds(self, value: Any, test: Any, options: dict[str, Any], others: Row) -> bool:
        """One operator after another; a scalar means `eq`, a list `in` (7.42)."""
        if not isinstance(test, dict):
            test = {"in" if isinstance(test, list) else "eq": test}
        return all(
            self.operator(name, value, operand, options, others)
            for name, operand in test.items()
            if name not in (*OPTIONS, "trait", "of", "top_percent", "bottom_percent", "percentile")
        )

    def operator(
        self, name: str, value: Any, operand: Any, options: dict[str, Any], others: Row
    ) -> bool:
        if name == "is_null":
            return bool((value is None) == operand)
        if isinstance(operand, dict) and set(operand) == {"trait"}:
            operand = others[operand["trait"]]
            if operand is None:
                return options.get("nulls") == "include"
        elif name in ("eq", "is", "ne", "in", "not_in", "gt", "gte", "lt", "lte"):
            operand = self.written(operand)
        if value is None:
            return options.get("nulls") == "include"
        if isinstance(value, str):
            return self.text(name, value, operand, options)
        if isinstance(value, list):
            return self.listed(name, value, operand, options)
        if isinstance(value, date) and name not in ("eq", "is", "ne", "in", "not_in"):
            return self.dated(name, value, operand)
        return self.plain(name, value, operand)

    def written(self, operand: Any) -> Any:
        if isinstance(operand, list):
            return [self.written(item) for item in operand]
        if self.is_date:
            return date.fromisoformat(operand)
        if self.is_time:
            return written_time(operand, self.zone)
        if self.declared == "double" and not isinstance(operand, bool):
            return float(operand)
        if self.declared == "uuid":
            return operand.lower()
        return operand

    def plain(self, name: str, value: Any, operand: Any) -> bool:
        if name in ("between", "not_between"):
            low, high = (alike(value, self.written(end)) for end in operand)
            return bool(low[1] <= low[0] and high[0] <= high[1]) == (name == "between")
        if name in ("in", "not_in"):
            same = any(left == right for left, right in (alike(value, item) for item in operand))
            return same == (name == "in")
        value, operand = alike(value, operand)
        if name in ("eq", "is"):
            return bool(value == operand)
        if name == "ne":
            return bool(value != operand)
        if name == "gt":
            return bool(value > operand)
        if name == "gte":
            return bool(value >= operand)
        if name == "lt":
            return bool(value < operand)
        assert name == "lte", name
        return bool(value <= operand)

    def text(self, name: str, value: str, operand: Any, options: dict[str, Any]) -> bool:
        if name.startswith("not_") and name != "not_in":
            return not self.text(name.removeprefix("not_"), value, operand, options)
        if name == "is_empty":
            return bool((value == "") == operand)
        if name == "is_blank":
            return bool((value.strip(" \t\n\r\f\v") == "") == operand)
        if name == "length":
            return Judge("integer", self.as_of, self.zone).holds(len(value), operand, {}, {})
        if name == "matches":
            case = {"case": ""} | {"accents": options.get("accents")}
            flags = re.IGNORECASE if options.get("case") else 0
            pattern = fold(operand, case)
            for written, meant in RE2.items():
                pattern = pattern.replace(written, meant)
            value = fold(value, case)
            if flags:  # Python takes the two for an i, RE2 does not
                value = value.replace("ı", "\ue000").replace("İ", "\ue000")
            return re.search(pattern, value, flags) is not None
        value = fold(value, options)
        if isinstance(operand, list):
            operand = [fold(item, options) for item in operand]
        else:
            operand = fold(operand, options)
        if name == "contains":
            return operand in value
        if name == "starts_with":
            return value.startswith(operand)
        if name == "ends_with":
            return value.endswith(operand)
        return self.plain(name, value, operand)

    def listed(self, name: str, value: list[Any], operand: Any, options: dict[str, Any]) -> bool:
        if name == "length":
            return Judge("integer", self.as_of, self.zone).holds(len(value), operand, {}, {})
        wanted = operand if isinstance(operand, list) else [operand]
        if self.declared == "varchar[]":
            value = [item if item is None else fold(item, options) for item in value]
            wanted = [fold(item, options) for item in wanted]
        found = [item in value for item in wanted]
        if name in ("contains", "contains_all"):
            return all(found)
        return any(found) == (name == "contains_any")

    # Dates and times ...

    def dated(self, name: str, value: Any, operand: Any) -> bool:
        if name in ("weekday", "month", "hour", "anniversary"):
            local = value if self.is_date else value.astimezone(ZoneInfo(self.zone))
            if name == "anniversary":
                return self.anniversary(local if self.is_date else local.date(), operand)
            if name == "hour":
                return Judge("integer", self.as_of, self.zone).holds(local.hour, operand, {}, {})
            wanted = operand if isinstance(operand, list) else [operand]
            return (WEEKDAYS[local.weekday()] if name == "weekday" else local.month) in wanted
        if self.is_date:
            return self.day_in(name, value, operand)
        return self.instant_in(name, value, operand)

    def day_in(self, name: str, day: date, operand: Any) -> bool:
        """Days are whole: `last: 7 days` is today-6..today (1.3)."""
        today = self.today
        if name in ("last", "within"):
            return bool(today - timedelta(days=length_of(operand)[1] - 1) <= day <= today)
        if name == "next":
            return bool(today <= day <= today + timedelta(days=length_of(operand)[1] - 1))
        if name == "older_than":
            return bool(day <= today - timedelta(days=length_of(operand)[1]))
        if name == "further_than":
            return bool(day >= today + timedelta(days=length_of(operand)[1]))
        if name == "between_ago":
            # What `within` the longer length has and the shorter has not.
            return self.day_in("within", day, operand[0]) and not self.day_in(
                "within", day, operand[1]
            )
        if name in ("this", "to_date", "previous"):
            first, after = self.period(name, operand)
            return first <= day < after
        ends = [date.fromisoformat(end) for end in (operand if name == "between" else [operand])]
        if name == "between":
            return ends[0] <= day <= ends[1]
        return {
            "on": day == ends[0],
            "before": day < ends[0],
            "until": day < ends[0],
            "after": day > ends[0],
            "since": day >= ends[0],
        }[name]

    def instant_in(self, name: str, at: datetime, operand: Any) -> bool:
        """Lengths are elapsed time, days and periods are local (1.3, 7.16, 7.17)."""
        if name in ("last", "within"):
            return bool(self.as_of - length_of(operand)[0] <= at < self.as_of)
        if name == "next":
            return bool(self.as_of <= at < self.as_of + length_of(operand)[0])
        if name == "older_than":
            return bool(at < self.as_of - length_of(operand)[0])
        if name == "further_than":
            return bool(at >= self.as_of + length_of(operand)[0])
        if name == "between_ago":
            far, near = (length_of(item)[0] for item in operand)
            return bool(self.as_of - far <= at < self.as_of - near)
        if name in ("this", "to_date", "previous"):
            first, after = self.period(name, operand)
            return day_begins(first, self.zone) <= at < day_begins(after, self.zone)
        if name == "between":
            return at >= self.edge(operand[0])[0] and at <= self.edge(operand[1])[1]
        first_instant, last_instant = self.edge(operand)
        return {
            "on": first_instant <= at <= last_instant,
            "before": at < first_instant,
            "until": at < first_instant,
            "after": at > last_instant,
            "since": at >= first_instant,
        }[name]

    def edge(self, text: str) -> tuple[datetime, datetime]:
        """The first and the last instant of a written day, or a written time twice."""
        if len(text) > 10:
            at = written_time(text, self.zone)
            return at, at
        day = date.fromisoformat(text)
        after = day_begins(day + timedelta(days=1), self.zone)
        return day_begins(day, self.zone), after - TICK

    def period(self, name: str, operand: str) -> tuple[date, date]:
        """The first day of the period(s), and the first day after."""
        if name != "previous":
            return period_first_day(self.today, operand, 0), period_first_day(
                self.today, operand, 1
            )
        words = operand.split()
        amount, unit = (int(words[0]), words[1]) if len(words) == 2 else (1, words[0])
        unit = unit.removesuffix("s")
        return period_first_day(self.today, unit, -amount), period_first_day(self.today, unit, 0)

    def anniversary(self, born: date, operand: dict[str, Any]) -> bool:
        """Some year's return of the day is among the days asked for (7.27)."""
        ahead = "next" in operand
        count = length_of(operand["next" if ahead else "last"])[1]
        for number in range(count):
            day = self.today + timedelta(days=number if ahead else -number)
            if day.year <= born.year:
                continue
            try:
                returned = born.replace(year=day.year)
            except ValueError:
                feb29 = operand.get("feb29", "mar1")
                returned = date(day.year, 3, 1) if feb29 == "mar1" else date(day.year, 2, 28)
            if returned == day:
                return True
        return False


# Audiences ...


def rows_roles(role: str, of: str) -> dict[str, dict[str, Any]]:
    """table -> the meta of this role about entity `of`."""
    return {
        table: meta
        for table, meta in ROLES.items()
        if isinstance(meta, dict) and role in meta and meta.get("of") == of
    }


class Reference:
    """The page, read aloud for one set of tables at one instant."""

    def __init__(self, tables: Tables, as_of: datetime) -> None:
        self.as_of = as_of
        self.tables = {
            table: [
                {name: canonical(row.get(name), *columns[name]) for name in columns}
                for row in tables.get(table, [])
            ]
            for table, columns in TABLES.items()
        }

    def members(self, audiences: dict[str, Any], name: str) -> dict[Any, str | None]:
        """Each member's key, with its variant."""
        return _Audience(self, audiences, audiences[name]).members()


class _Audience:
    def __init__(self, world: Reference, audiences: dict[str, Any], written: Any) -> None:
        self.world = world
        self.as_of = world.as_of
        self.audiences = audiences
        self.written = written
        self.name = written["audience"]
        self.zone = written.get("timezone", "UTC")
        self.entity = written.get("entity", "customer")
        table = {"customer": "customers", "account": "accounts", "device": "devices"}[self.entity]
        self.table = table
        self.key = {"customer": "customer_id", "account": "account_id", "device": "device_id"}[
            self.entity
        ]
        self.people = sorted(world.tables[table], key=lambda person: person[self.key])
        self.others: dict[str, set[Any]] = {}

    def members(self) -> dict[Any, str | None]:
        where = self.written.get("where")
        chosen = [person for person in self.people if where is None or self.holds(where, person)]
        if "rank" in self.written:
            chosen = self.ranked(chosen)
        excluded = self.written.get("exclude", [])
        for item in excluded if isinstance(excluded, list) else [excluded]:
            condition = item if isinstance(item, dict) else {"audience": item}
            chosen = [person for person in chosen if not self.holds(condition, person)]
        return {person[self.key]: self.variant(person[self.key]) for person in chosen}

    def variant(self, key: Any) -> str | None:
        holdout = self.written.get("holdout")
        if holdout:
            place = bucket(holdout.get("salt", self.name), key)
            if place < buckets_of(holdout["percent"]):
                return "holdout"
        variants = dict(self.written.get("variants", {}))
        place = bucket(variants.pop("salt", f"{self.name}/variants"), key)
        for name in sorted(variants):
            if place < buckets_of(variants[name]):
                return str(name)
            place -= buckets_of(variants[name])
        return None

    def ranked(self, chosen: list[Row]) -> list[Row]:
        rank = self.written["rank"]
        groups: dict[Any, list[Row]] = {}
        for person in chosen:
            groups.setdefault(person[rank["per"]] if "per" in rank else None, []).append(person)
        kept = []
        for group in groups.values():
            valued = [(self.rank_value(rank["by"], person), person) for person in group]
            known = [pair for pair in valued if pair[0] is not None]
            # The people stand in the order of their keys, and sorting keeps it.
            known.sort(key=lambda pair: pair[0], reverse=rank.get("order", "desc") == "desc")
            ordered = [person for _, person in known]
            ordered += [person for value, person in valued if value is None]
            most = rank.get("top", ceiling(rank.get("top_percent", 0), len(group)))
            kept += ordered[:most]
        return kept

    def rank_value(self, by: Any, person: Row) -> Any:
        if isinstance(by, str):
            return person[by]
        measure = next((name for name in MEASURES if name in by), "count")
        of = by.get(measure)
        return self.measured(measure, of["of"] if isinstance(of, dict) else of, by, person)

    # Conditions ...

    def holds(self, condition: Any, person: Row) -> bool:
        if isinstance(condition, list):
            return all(self.holds(inner, person) for inner in condition)
        if "all" in condition:
            return all(self.holds(inner, person) for inner in condition["all"])
        if "any" in condition:
            return any(self.holds(inner, person) for inner in condition["any"])
        if "not" in condition:
            return not self.holds(condition["not"], person)
        if "at_least" in condition:
            asked = condition["at_least"]
            return sum(self.holds(inner, person) for inner in asked["of"]) >= asked["n"]
        kind = next(iter(condition))
        return bool(getattr(self, kind)(condition, person))

    def trait(self, condition: Any, person: Row) -> bool:
        name = condition["trait"]
        options = {key: condition[key] for key in OPTIONS if key in condition}
        if "." in name:
            column = name.split(".")[1]
            linked = [
                row
                for row in self.world.tables["accounts"]
                if row["account_id"] == person["account_id"]
            ]
            value = linked[0][column] if linked else None
            declared = TABLES["accounts"][column][0]
        else:
            value, declared = person[name], TABLES[self.table][name][0]
        judge = Judge(declared, self.as_of, self.zone)
        return judge.holds(value, condition, options, person) and self.placed(
            name, value, condition, options, person
        )

    def placed(
        self, name: str, value: Any, condition: Any, options: dict[str, Any], person: Row
    ) -> bool:
        """top_percent, bottom_percent and percentile: among all rows with a value (7.39)."""
        asked = [key for key in ("top_percent", "bottom_percent", "percentile") if key in condition]
        if asked and value is None:
            return options.get("nulls") == "include"
        for key in asked:
            known = [other for other in self.people if other[name] is not None]
            if key == "percentile":
                below = sum(other[name] < value for other in known)
                rank = Fraction(below * 100, max(1, len(known) - 1))
                test = condition[key]
                judge = Judge("decimal", self.as_of, self.zone)
                if not judge.holds(rank, test, {}, {}):
                    return False
                continue
            known.sort(key=lambda other: other[name], reverse=key == "top_percent")
            if person not in known[: ceiling(condition[key], len(known))]:
                return False
        return True

    def event(self, condition: Any, person: Row) -> bool:
        measure = next((name for name in MEASURES if name in condition), None)
        if measure is None:
            return len(self.rows(condition, person)) >= 1
        test = condition[measure]
        of = test.get("of") if isinstance(test, dict) else None
        value = self.measured(measure, of, condition, person)
        declared = "decimal"
        if measure in ("min", "max"):
            tables = [table for table, _, _ in self.sources(condition["event"])]
            declared = TABLES[tables[0]][of][0]
        judge = Judge("decimal" if declared == "double" else declared, self.as_of, self.zone)
        return judge.holds(value, test, {}, person)

    def sources(self, names: Any) -> list[tuple[str, dict[str, Any], str]]:
        """(table, its role, event name) for each event asked for."""
        found = []
        for name in dict.fromkeys(names if isinstance(names, list) else [names]):
            for table, meta in rows_roles("event", self.entity).items():
                if meta["event"] == name:
                    found.append((table, meta, name))
            for table, meta in rows_roles("events_in", self.entity).items():
                if name in TABLES[table][meta["events_in"]][1]["values"]:
                    found.append((table, meta, name))
        return found

    def rows(self, condition: Any, person: Row) -> list[Row]:
        """The rows of the events that exist at as_of, in the windows, passing `where`."""
        found = []
        for table, meta, name in self.sources(condition["event"]):
            for row in self.world.tables[table]:
                if row[meta["key"]] is None or row[meta["key"]] != person[self.key]:
                    continue
                if "events_in" in meta and row[meta["events_in"]] != name:
                    continue
                if not self.exists(row[meta["at"]]):
                    continue
                judge = Judge(TABLES[table][meta["at"]][0], self.as_of, self.zone)
                windows = {word: condition[word] for word in WINDOWS if word in condition}
                if not all(
                    judge.dated(word, row[meta["at"]], span) for word, span in windows.items()
                ):
                    continue
                if "where" in condition and not self.passes(condition["where"], row, table):
                    continue
                found.append(row)
        return found

    def exists(self, at: Any) -> bool:
        """Rows without a time, or dated at or after as_of, do not exist (1.2, 7.13)."""
        if at is None:
            return False
        if isinstance(at, datetime):
            return at < self.as_of
        return bool(at <= self.as_of.astimezone(ZoneInfo(self.zone)).date())

    def passes(self, where: Any, row: Row, table: str) -> bool:
        if isinstance(where, list):
            return all(self.passes(inner, row, table) for inner in where)
        for name, test in where.items():
            if name == "all":
                held = all(self.passes(inner, row, table) for inner in test)
            elif name == "any":
                held = any(self.passes(inner, row, table) for inner in test)
            elif name == "not":
                held = not self.passes(test, row, table)
            else:
                judge = Judge(TABLES[table][name][0], self.as_of, self.zone)
                options = {}
                if isinstance(test, dict):
                    options = {key: test[key] for key in OPTIONS if key in test}
                held = judge.holds(row[name], test, options, row)
            if not held:
                return False
        return True

    def measured(self, measure: str, of: Any, condition: Any, person: Row) -> Any:
        rows = self.rows(condition, person)
        if measure == "count":
            return len(rows)
        values = [row[of] for row in rows if row[of] is not None]
        if measure == "distinct":
            return len(set(values))
        if measure in ("min", "max"):
            return (min if measure == "min" else max)(values) if values else None
        numbers = [Fraction(value) for value in values if math.isfinite(value)]
        if measure == "sum":
            return sum(numbers, Fraction(0))
        if not numbers:
            return None
        if measure == "avg":
            return rounded(sum(numbers, Fraction(0)) / len(numbers))
        numbers.sort()
        middle = numbers[(len(numbers) - 1) // 2] + numbers[len(numbers) // 2]
        return rounded(middle / 2)

    def stage(self, condition: Any, person: Row) -> bool:
        names = condition["stage"]
        names = names if isinstance(names, list) else [names]
        rows = [
            row
            for row in self.world.tables["stages"]
            if row["customer_id"] == person["customer_id"]
            and row["track"] == condition.get("track", "lifecycle")
            and self.exists(row["valid_from"])
        ]
        rows.sort(key=lambda row: (row["valid_from"], row["stage_id"]))
        if condition.get("ever"):
            return any(row["stage"] in names for row in rows)
        stays: list[Row] = []
        for row in rows:
            if not stays or stays[-1]["stage"] != row["stage"]:
                stays.append(row)
        if not stays or stays[-1]["stage"] not in names:
            return False
        since = stays[-1]["valid_from"]
        if "entered" in condition and since < self.as_of - length_of(condition["entered"])[0]:
            return False
        stayed = condition.get("for_at_least")
        if stayed and since > self.as_of - length_of(stayed)[0]:
            return False
        if "from" in condition:
            return len(stays) > 1 and stays[-2]["stage"] == condition["from"]
        return True

    def audience(self, condition: Any, person: Row) -> bool:
        names = condition["audience"]
        for name in names if isinstance(names, list) else [names]:
            if name not in self.others:
                self.others[name] = set(self.world.members(self.audiences, name))
            if person[self.key] in self.others[name]:
                return True
        return False

    def consent(self, condition: Any, person: Row) -> bool:
        """No record means no; a withdrawal wins at one instant, at as_of, and undated (7.3)."""
        rows = [
            row
            for row in self.world.tables["consents"]
            if row["customer_id"] == person["customer_id"]
            and row["purpose"] == condition["consent"]
        ]
        granted = [row["recorded_at"] for row in rows if row["status"] == "granted"]
        refused = [row["recorded_at"] for row in rows if row["status"] != "granted"]
        granted = [at for at in granted if at is not None and at < self.as_of]
        if None in refused or not granted:
            return False
        return all(at < max(granted) for at in refused if at <= self.as_of)

    def list(self, condition: Any, person: Row) -> bool:
        return str(person[self.key]) in [str(key) for key in condition["list"]]

    def sample(self, condition: Any, person: Row) -> bool:
        asked = condition["sample"]
        place = bucket(asked.get("salt", self.name), person[self.key])
        if "percent" in asked:
            return place < buckets_of(asked["percent"])
        first, last = asked["buckets"]
        return bool(first <= place <= last)
