"""What a World's roles declare: entities, events, relations, and the tables of history."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from worlds import Row, World

from reading.kinds import Kind, cell, inside, kind_of


@dataclass(frozen=True)
class Source:
    """A table in one role. `event` is the name of its rows, where the table holds several."""

    table: str
    role: dict[str, Any]
    event: str | None = None


class Names:
    """The names of one World, and its rows as they are compared."""

    def __init__(self, world: World) -> None:
        self.kinds = {
            table: {name: kind_of(*column) for name, column in columns.items()}
            for table, columns in world.tables.items()
        }
        self.values = {
            table: {name: meta.get("values", []) for name, (_, meta) in columns.items()}
            for table, columns in world.tables.items()
        }
        self.rows = {
            table: [
                {name: cell(row.get(name), kind) for name, kind in kinds.items()}
                for row in world.rows.get(table, [])
            ]
            for table, kinds in self.kinds.items()
        }
        self.roles = {table: list(self._roles(roles)) for table, roles in world.roles.items()}
        self._by: dict[tuple[str, str], dict[Any, list[Row]]] = {}

    @staticmethod
    def _roles(roles: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """On an entity's own model `of` and `key` of a second role may be omitted."""
        own = [role for role in roles if "entity" in role and "relation" not in role]
        given = {"of": own[0]["entity"], "key": own[0]["key"]} if own else {}
        return [role if role in own else {**given, **role} for role in roles]

    def having(self, word: str, of: str | None = None) -> list[Source]:
        """The tables in this role (about this entity)."""
        return [
            Source(table, role)
            for table, roles in self.roles.items()
            for role in roles
            if word in role
            and not (word == "entity" and "relation" in role)
            and (of is None or role.get("of", role.get("history_of", of)) == of)
        ]

    def one(self, word: str, of: str, **also: str) -> Source:
        found = [
            source
            for source in self.having(word, of)
            if all(source.role.get(key) == value for key, value in also.items())
        ]
        assert len(found) == 1, f"{word} of {of} {also}: {found}"
        return found[0]

    def entity(self, name: str) -> Source:
        return next(source for source in self.having("entity") if source.role["entity"] == name)

    @cached_property
    def default_entity(self) -> str:
        return str(next(source.role["entity"] for source in self.having("entity")))

    def events(self, of: str, names: list[str]) -> list[Source]:
        """A source for each of these events."""
        found = []
        for name in dict.fromkeys(names):
            for source in self.having("event", of):
                if source.role["event"] == name:
                    found.append(Source(source.table, source.role, None))
            for source in self.having("events_in", of):
                if name in self.values[source.table][source.role["events_in"]]:
                    found.append(Source(source.table, source.role, name))
        return found

    def beside(self, table: str, column: str, key: Any) -> list[Row]:
        """The rows of a table whose column has this value; NULL finds none (7.13)."""
        if (table, column) not in self._by:
            by: dict[Any, list[Row]] = defaultdict(list)
            for row in self.rows[table]:
                by[row[column]].append(row)
            self._by[table, column] = by
        return self._by[table, column].get(key, []) if key is not None else []

    def value(self, table: str, row: Row | None, name: str) -> tuple[Any, Kind]:
        """A column of a row, or what a JSON path or a relation leads to."""
        kinds = self.kinds[table]
        if "." not in name:
            return (row[name] if row is not None else None), kinds[name]
        first, rest = name.split(".", 1)
        if first in kinds:
            kind = kinds[name]
            return (inside(row[first], rest.split("."), kind) if row else None), kind
        return self._through(table, row, first, rest)

    def _through(self, table: str, row: Row | None, name: str, rest: str) -> tuple[Any, Kind]:
        entity = next(
            source.role["entity"] for source in self.having("entity") if source.table == table
        )
        link = self.one("ref", entity, ref=name)
        there = self.entity(link.role["to"])
        target: Row | None = None
        if row is not None:
            key = row[self.entity(entity).role["key"]]
            linked = self.beside(link.table, link.role["key"], key)
            assert len(linked) <= 1, "two rows of a ref for one key (7.64)"
            if linked:
                found = self.beside(there.table, there.role["key"], linked[0][link.role["on"]])
                target = found[0] if found else None
        return self.value(there.table, target, rest)


def key_text(value: Any) -> str:
    """The key as text (7.10)."""
    return str(value)
