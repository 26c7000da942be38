"""Conditions that read a history: consent, stages, memberships, experiments, traits before."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

from worlds import Row

from reading import times
from reading.catalog import Names
from reading.kinds import Kind, fraction, is_infinite, same
from reading.operators import OPTIONS, Judge, is_number
from reading.rows import RowReader

STAY_WORDS = ("ever", "entered", "exited", "for_at_least")


class StateReader:
    """Judges what is recorded about one key of one entity."""

    def __init__(self, names: Names, rows: RowReader, of: str) -> None:
        self.names = names
        self.rows = rows
        self.clock = rows.clock
        self.of = of

    def history(self, role: dict[str, Any], table: str, key: Any) -> list[Row]:
        """The rows of a key before as_of, by time, then id."""
        rows = [
            row
            for row in self.names.beside(table, role["key"], key)
            if self.rows.exists(row[role["at"]])
        ]
        number = role.get("id")
        return sorted(rows, key=lambda row: (row[role["at"]], row[number] if number else 0))

    def since(self, text: str) -> int:
        return self.clock.as_of - times.length(text)[0]

    def consent(self, condition: dict[str, Any], key: Any) -> bool:
        """The last word; a withdrawal wins at one instant, at as_of, and undated (7.3)."""
        source = self.names.one("consents", self.of)
        role, as_of = source.role, self.clock.as_of
        rows = [
            row
            for row in self.names.beside(source.table, role["key"], key)
            if row[role["purpose"]] == condition["consent"]
        ]
        granted = [row[role["at"]] for row in rows if row[role["status"]] == "granted"]
        refused = [row[role["at"]] for row in rows if row[role["status"]] != "granted"]
        granted = [at for at in granted if self.rows.exists(at)]
        if None in refused or not granted:
            return False
        return all(at < max(granted) for at in refused if at <= as_of)

    # Stages ...

    def stage(self, condition: dict[str, Any], key: Any) -> bool:
        source = self.names.one("stages", self.of)
        role = source.role
        names = listed(condition["stage"])
        track = condition.get("track", self.names.values[source.table][role["track"]][0])
        rows = [row for row in self.history(role, source.table, key) if row[role["track"]] == track]
        stays: list[Row] = []
        for row in rows:  # equal neighbours are one stay (7.56)
            if not stays or stays[-1][role["stage"]] != row[role["stage"]]:
                stays.append(row)
        been = [row[role["stage"]] for row in stays]
        if condition.get("ever"):
            return any(stage in names for stage in been)
        if not been or been[-1] not in names:
            return False
        began = stays[-1][role["at"]]
        if "entered" in condition and not began >= self.since(condition["entered"]):
            return False
        if "for_at_least" in condition and not began <= self.since(condition["for_at_least"]):
            return False
        before = been[-2] if len(been) > 1 else None
        if "from" in condition and before not in listed(condition["from"]):
            return False
        if "regressed" in condition:
            rank = self.ranks(source.table, role, rows)
            fell = before is not None and rank(before) > rank(been[-1])
            if fell != condition["regressed"]:
                return False
        return not any(stage in listed(condition.get("skipped", [])) for stage in been)

    def ranks(self, table: str, role: dict[str, Any], rows: list[Row]) -> Any:
        """Where a stage stands: the order in which the column's `values` name them."""
        order = self.names.values[table][role["stage"]]
        return order.index

    # Memberships ...

    def membership(self, word: str, asked: Any, name: str, key: str) -> bool:
        """From the membership history only (7.55)."""
        source = self.names.having("memberships")[0]
        role = source.role
        stays = [
            row
            for row in self.names.beside(source.table, role["key"], key)
            if row[role["audience"]] == name and self.rows.exists(row[role["entered_at"]])
        ]
        now = [row for row in stays if not self.rows.exists(row[role["exited_at"]])]
        if word == "ever":
            return bool(stays)
        if word == "exited":
            exits = [row[role["exited_at"]] for row in stays]
            return not now and any(
                at is not None and self.since(asked) <= at for at in [max(exits, default=None)]
            )
        if not now:
            return False
        began = max(row[role["entered_at"]] for row in now)
        if word == "entered":
            return bool(began >= self.since(asked))
        return bool(began <= self.since(asked))

    # Experiments and journeys ...

    def latest(self, word: str, name: str, key: Any) -> Row | None:
        """The latest row before as_of of this experiment or journey (7.5)."""
        source = self.names.one(f"{word}s", self.of)
        rows = [
            row
            for row in self.history(source.role, source.table, key)
            if row[source.role[word]] == name
        ]
        return rows[-1] if rows else None

    def experiment(self, condition: dict[str, Any], key: Any) -> bool:
        asked = condition["experiment"]
        row = self.latest("experiment", asked["name"], key)
        column = self.names.one("experiments", self.of).role["variant"]
        return row is not None and row[column] in listed(asked["variant"])

    def journey(self, condition: dict[str, Any], key: Any) -> bool:
        row = self.latest("journey", condition["journey"], key)
        column = self.names.one("journeys", self.of).role["state"]
        return row is not None and row[column] in listed(condition.get("state", "active"))

    # Traits before ...

    def changed(self, condition: dict[str, Any], key: Any) -> bool:
        """One change inside `within` satisfies everything that is asked (7.57)."""
        source = self.names.one("history_of", self.of)
        role, trait = source.role, condition["changed"]
        rows = self.history({"key": role["key"], **role}, source.table, key)
        kind = self.names.kinds[source.table][trait]
        for old, new in pairwise(rows):
            at = new[role["at"]]
            if "within" in condition:
                judge = Judge(Kind("time"), self.clock)
                if not judge.of_time("within", at, condition["within"]):
                    continue
            if self.is_change(old[trait], new[trait], condition, kind):
                return True
        return False

    def is_change(self, old: Any, new: Any, condition: dict[str, Any], kind: Kind) -> bool:
        if old is None and new is None:
            return False
        if old is not None and new is not None and same(old, new):
            return False
        for word, value in (("from", old), ("to", new)):
            test = condition.get(word)
            given = test if isinstance(test, dict) else {}
            options = {name: given[name] for name in OPTIONS if name in given}
            if word in condition and not Judge(kind, self.clock, options).holds(value, test):
                return False
        for word, sign in (("increased_by", 1), ("decreased_by", -1)):
            if word in condition:
                # A change from or to nothing has no amount, nor has one from or to infinity.
                if old is None or new is None or is_infinite(old) or is_infinite(new):
                    return False
                assert is_number(kind)
                asked = fraction(condition[word])
                if isinstance(condition[word], str) and condition[word].endswith("%"):
                    asked *= abs(Fraction(old))
                amount = (Fraction(new) - Fraction(old)) * sign
                if not amount >= asked or amount <= 0:
                    return False
        return True


def listed(words: Any) -> list[Any]:
    return words if isinstance(words, list) else [words]
