"""`related`: rows beside the entity, how many of them match, or the one that was picked."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from worlds import Row

from reading.catalog import Names, Source
from reading.kinds import DECIMAL, rounded
from reading.measures import MeasureReader, measure_of
from reading.operators import Judge
from reading.rows import Found, RowReader

Having = Callable[[str, Any, Row], bool]
"""(entity, condition, row of the entity) -> whether the condition holds of it."""


class RelatedReader:
    """Judges the rows of a relation about one key."""

    def __init__(self, names: Names, rows: RowReader, having: Having) -> None:
        self.names = names
        self.rows = rows
        self.having = having

    def source(self, of: str, name: str) -> Source:
        return self.names.one("relation", of, relation=name)

    def holds(self, of: str, condition: dict[str, Any], key: Any) -> bool:
        source = self.source(of, condition["related"])
        rows = self.found(condition, source, key)
        if "pick" in condition:
            chosen = self.picked(condition["pick"], rows, source)
            return chosen is not None and self.passes(condition, chosen)
        passing = [row for row in rows if self.passes(condition, row)]
        if measure_of(condition) is not None:
            measures = MeasureReader(self.rows)
            return measures.holds(of, condition, key, passing, [source])
        return self.match(condition, len(passing), len(rows))

    def found(self, condition: dict[str, Any], source: Source, key: Any) -> list[Found]:
        """The rows that exist, in the windows; a link to nobody is no row (7.64)."""
        return [
            row
            for row in self.rows.of_source(source, key)
            if self.rows.in_windows(row, condition)
            and ("entity" not in source.role or self.entity_row(row) is not None)
        ]

    def entity_row(self, found: Found) -> Row | None:
        """The row of the entity that a row of the relation is, or leads to."""
        role = found.source.role
        entity = self.names.entity(role["entity"])
        if entity.table == found.source.table:
            return found.row
        column = role.get("entity_key", entity.role["key"])
        there = self.names.beside(entity.table, entity.role["key"], found.row[column])
        return there[0] if there else None

    def passes(self, condition: dict[str, Any], found: Found) -> bool:
        """`where` and `having` must both hold of a row (7.59)."""
        if not self.rows.passes(condition.get("where"), found):
            return False
        if "having" not in condition:
            return True
        row = self.entity_row(found)
        assert row is not None
        return self.having(found.source.role["entity"], condition["having"], row)

    def match(self, condition: dict[str, Any], passing: int, of: int) -> bool:
        match = condition.get("match", "any")
        if match == "any":
            return passing >= 1
        if match == "none":
            return passing == 0
        if match == "all":
            return passing == of if of else condition.get("empty") == "holds"
        ((word, asked),) = match.items()
        if word == "share":
            share = rounded(Fraction(passing, of)) if of else None
            return Judge(DECIMAL, self.rows.clock).holds(share, asked)
        return bool({
            "at_least": passing >= asked, "at_most": passing <= asked, "exactly": passing == asked,
        }[word])  # fmt: skip

    def picked(self, pick: dict[str, str], rows: list[Found], source: Source) -> Found | None:
        """The latest (ties: highest id) or earliest (lowest id) of the rows (7.58)."""
        ((word, column),) = pick.items()
        valued = []
        for row in rows:
            value, _ = self.names.value(source.table, row.row, column)
            if value is not None:
                valued.append(((value, self.tie(row)), row))
        if not valued:
            return None
        best = (max if word == "latest_by" else min)(valued, key=lambda pair: pair[0])
        return best[1]

    def tie(self, row: Found) -> Any:
        """The id of a row; without one, the key of the entity that it is or leads to."""
        role = row.source.role
        if "id" in role:
            number = row.row[role["id"]]
            return number if self.rows.by_number([row.source]) else str(number)
        there = self.entity_row(row)
        assert there is not None
        return there[self.names.entity(role["entity"]).role["key"]]
