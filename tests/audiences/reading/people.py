"""Conditions about one person (or account): combined, about traits, and by key."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from worlds import Row

from reading import expressions
from reading.catalog import Names, key_text
from reading.kinds import DECIMAL, bucket, percent, share_of
from reading.measures import MeasureReader, measure_of
from reading.operators import OPTIONS, Clock, Judge
from reading.related import RelatedReader
from reading.rows import RowReader
from reading.sequences import SequenceReader
from reading.state import STAY_WORDS, StateReader, listed

PLACED = ("top_percent", "bottom_percent", "percentile")
Members = Callable[[str], set[str]]
"""Name of an audience -> its members' keys as text."""


class PersonReader:
    """Judges conditions about the rows of one entity."""

    def __init__(
        self, names: Names, clock: Clock, entity: str, salt: str, members: Members
    ) -> None:
        self.names = names
        self.clock = clock
        self.of = entity
        self.salt = salt
        self.members = members
        source = names.entity(entity)
        self.table = source.table
        self.key_column = str(source.role["key"])
        self.rows = RowReader(names, clock)
        self.measures = MeasureReader(self.rows)
        self.states = StateReader(names, self.rows, entity)
        self.places: dict[str, Any] = {}

    def key(self, person: Row) -> Any:
        return person[self.key_column]

    def everyone(self) -> list[Row]:
        """In the order of their keys: integers as numbers, text by code point (7.11)."""
        return sorted(self.names.rows[self.table], key=self.key)

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
        kinds = [
            "event", "related", "sequence", "compare", "trait", "audience", "stage", "changed",
            "consent", "list", "sample", "experiment", "journey", "sql",
        ]  # fmt: skip
        (kind,) = [kind for kind in kinds if kind in condition]
        return bool(getattr(self, kind)(condition, person))

    # Traits ...

    def trait(self, condition: dict[str, Any], person: Row) -> bool:
        name = condition["trait"]
        value, kind = self.names.value(self.table, person, name)
        options = {key: condition[key] for key in OPTIONS if key in condition}

        def other(trait: str) -> Any:
            return self.names.value(self.table, person, trait)[0]

        test = {key: one for key, one in condition.items() if key not in ("trait", *PLACED)}
        if not Judge(kind, self.clock, options, other).holds(value, test):
            return False
        asked = [word for word in PLACED if word in condition]
        if asked and value is None:
            return options.get("nulls") == "include"
        return all(self.placed(word, condition[word], name, person, value) for word in asked)

    def placed(self, word: str, asked: Any, name: str, person: Row, value: Any) -> bool:
        """Among all rows of the entity with a value, ties by key (7.39)."""
        valued = [
            (self.names.value(self.table, other, name)[0], self.key(other))
            for other in self.everyone()
        ]
        valued = [pair for pair in valued if pair[0] is not None]
        if word == "percentile":
            below = sum(other < value for other, _ in valued)
            rank = Fraction(below * 100, max(1, len(valued) - 1))
            return Judge(DECIMAL, self.clock).holds(rank, asked)
        valued.sort(key=lambda pair: pair[0], reverse=word == "top_percent")
        kept = valued[: share_of(asked, len(valued))]
        return self.key(person) in [key for _, key in kept]

    def sql(self, condition: dict[str, Any], person: Row) -> bool:
        return expressions.truth(condition["sql"], lambda name: person[name])

    # Rows ...

    def event(self, condition: dict[str, Any], person: Row) -> bool:
        found = self.happened(condition, person)
        sources = self.names.events(self.of, listed(condition["event"]))
        return self.measures.holds(self.of, condition, self.key(person), found, sources)

    def happened(self, condition: dict[str, Any], person: Row) -> Any:
        rows = self.rows.events(self.of, condition["event"], self.key(person), condition)
        return [row for row in rows if self.rows.passes(condition.get("where"), row)]

    def related(self, condition: dict[str, Any], person: Row) -> bool:
        return self.relations().holds(self.of, condition, self.key(person))

    def relations(self) -> RelatedReader:
        def having(entity: str, condition: Any, row: Row) -> bool:
            there = PersonReader(self.names, self.clock, entity, self.salt, self.members)
            return there.holds(condition, row)

        return RelatedReader(self.names, self.rows, having)

    def sequence(self, condition: dict[str, Any], person: Row) -> bool:
        return SequenceReader(self.rows, self.of, condition).holds(self.key(person))

    def compare(self, condition: dict[str, Any], person: Row) -> bool:
        asked = condition["compare"]
        sides = [self.measured(asked[side], person) for side in ("left", "right")]
        return self.measures.compare(sides[0], sides[1], asked)

    def measured(self, condition: dict[str, Any], person: Row) -> Any:
        """The value of a measure without a comparison, as `compare` and `rank` ask for."""
        if "related" in condition:
            reader = self.relations()
            source = reader.source(self.of, condition["related"])
            rows = reader.found(condition, source, self.key(person))
            found = [row for row in rows if reader.passes(condition, row)]
        else:
            found = self.happened(condition, person)
        measure = measure_of(condition) or "count"
        column = self.measures.column(condition.get(measure))
        return self.measures.value(measure, column, found)

    # State ...

    def stage(self, condition: dict[str, Any], person: Row) -> bool:
        return self.states.stage(condition, self.key(person))

    def consent(self, condition: dict[str, Any], person: Row) -> bool:
        return self.states.consent(condition, self.key(person))

    def experiment(self, condition: dict[str, Any], person: Row) -> bool:
        return self.states.experiment(condition, self.key(person))

    def journey(self, condition: dict[str, Any], person: Row) -> bool:
        return self.states.journey(condition, self.key(person))

    def changed(self, condition: dict[str, Any], person: Row) -> bool:
        return self.states.changed(condition, self.key(person))

    def audience(self, condition: dict[str, Any], person: Row) -> bool:
        key = key_text(self.key(person))
        words = [word for word in STAY_WORDS if word in condition]
        for name in listed(condition["audience"]):
            if (not words or words == ["ever"]) and key in self.members(name):
                return True
            if words and self.states.membership(words[0], condition[words[0]], name, key):
                return True
        return False

    # Keys ...

    def list(self, condition: dict[str, Any], person: Row) -> bool:
        """Compared as text (7.54)."""
        asked = condition["list"]
        if isinstance(asked, dict):
            table = asked["seed"]
            columns = self.names.kinds[table]
            column = self.key_column if self.key_column in columns else next(iter(columns))
            asked = [row[column] for row in self.names.rows[table] if row[column] is not None]
        return key_text(self.key(person)) in [str(key) for key in asked]

    def sample(self, condition: dict[str, Any], person: Row) -> bool:
        asked = condition["sample"]
        place = bucket(asked.get("salt", self.salt), key_text(self.key(person)))
        if "percent" in asked:
            return place < percent(asked["percent"]) * 100
        first, last = asked["buckets"]
        return bool(first <= place <= last)
