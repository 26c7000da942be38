"""An audience whole: `where`, then `rank`, then `exclude`, then `holdout` and `variants` (7.6)."""

from __future__ import annotations

from typing import Any

from worlds import Row, World

from reading import times
from reading.catalog import Names, key_text
from reading.kinds import bucket, percent, rounded, share_of
from reading.operators import Clock
from reading.people import PersonReader
from reading.plain_yaml import documents


class Reading:
    """The page, read aloud for one world at its instant."""

    def __init__(self, world: World) -> None:
        self.names = Names(world)
        self.as_of = times.instant(world.as_of)

    def members(self, text: str, name: str) -> dict[str, str | None]:
        """Each member's key as text, with its variant, of audience `name` of this YAML."""
        audiences = {found["audience"]: found for found in documents(text)}
        return AudienceReader(self, audiences, name).members()


class AudienceReader:
    def __init__(self, reading: Reading, audiences: dict[str, Any], name: str) -> None:
        self.reading = reading
        self.audiences = audiences
        self.name = name
        self.written = audiences[name]
        self.others: dict[str, set[str]] = {}
        entity = self.written.get("entity", reading.names.default_entity)
        clock = Clock(reading.as_of, self.written.get("timezone", "UTC"))
        self.people = PersonReader(reading.names, clock, entity, name, self.members_of)

    def members_of(self, name: str) -> set[str]:
        """Another audience, judged with its own timezone (7.7)."""
        if name not in self.others:
            self.others[name] = set(AudienceReader(self.reading, self.audiences, name).members())
        return self.others[name]

    def members(self) -> dict[str, str | None]:
        where, people = self.written.get("where"), self.people
        chosen = [
            person for person in people.everyone() if where is None or people.holds(where, person)
        ]
        if "rank" in self.written:
            chosen = self.ranked(chosen, self.written["rank"])
        excluded = self.written.get("exclude", [])
        for item in excluded if isinstance(excluded, list) else [excluded]:
            condition = item if isinstance(item, dict) else {"audience": item}
            chosen = [person for person in chosen if not people.holds(condition, person)]
        keys = [key_text(people.key(person)) for person in chosen]
        return {key: self.variant(key) for key in keys}

    def variant(self, key: str) -> str | None:
        """Holdout members are outside the split (7.1); ranges in alphabetical order (7.2)."""
        holdout = self.written.get("holdout")
        if holdout:
            place = bucket(holdout.get("salt", self.name), key)
            if place < percent(holdout["percent"]) * 100:
                return "holdout"
        variants = dict(self.written.get("variants", {}))
        place = bucket(variants.pop("salt", f"{self.name}/variants"), key)
        end = 0
        for name in sorted(variants):
            end += int(percent(variants[name]) * 100)
            if place < end:
                return str(name)
        return None

    def ranked(self, chosen: list[Row], rank: dict[str, Any]) -> list[Row]:
        """The first of each group, people without a value last (7.40)."""
        groups: dict[Any, list[Row]] = {}
        for person in chosen:
            per = self.trait(rank["per"], person) if "per" in rank else None
            groups.setdefault(per, []).append(person)
        kept = []
        for group in groups.values():
            valued = [(self.rank_value(rank["by"], person), person) for person in group]
            known = [pair for pair in valued if pair[0] is not None]
            # The people stand in the order of their keys, and sorting keeps it.
            known.sort(key=lambda pair: pair[0], reverse=rank.get("order", "desc") == "desc")
            ordered = [person for _, person in known]
            ordered += [person for value, person in valued if value is None]
            most = rank["top"] if "top" in rank else share_of(rank["top_percent"], len(group))
            kept += ordered[:most]
        return kept

    def trait(self, name: str, person: Row) -> Any:
        return self.reading.names.value(self.people.table, person, name)[0]

    def rank_value(self, by: Any, person: Row) -> Any:
        if isinstance(by, str):
            return self.trait(by, person)
        if set(by) == {"trait"}:
            return self.trait(by["trait"], person)
        value = self.people.measured(by, person)
        if value is not None and ("avg" in by or "median" in by):
            value = rounded(value)
        return value
