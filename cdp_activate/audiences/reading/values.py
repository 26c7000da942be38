"""Reads columns and the values they are compared with."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from cdp_activate.audiences.cells import value_of
from cdp_activate.audiences.dialects import unsaid
from cdp_activate.audiences.model import TestOptions, Trait, Value
from cdp_activate.audiences.moments import FixedDate, FixedInstant
from cdp_activate.audiences.reading.reader import MAGNITUDE, Reader
from cdp_activate.audiences.reading.remedies import for_number, in_other_quotes
from cdp_activate.audiences.synonyms import meant_by
from cdp_activate.audiences.written_times import parse_date, parse_time
from cdp_activate.catalog import Column, Reference, Rows, Type
from cdp_activate.spelling import suggest
from cdp_activate.text import Node


@dataclass
class ValueReader(Reader):
    """Reads names of columns, and values of their types."""

    def column_of(
        self, node: Node, columns: Mapping[str, Column], what: str, also: Collection[str] = ()
    ) -> Column | None:
        """The column that `node` names, or the value inside one of JSON (7.52).

        `also` are words that have a place where the name stands.
        """
        head, _, path = node.text.partition(".")
        column = columns.get(node.text) or columns.get(head)
        if isinstance(node.value, dict | list) or not node.text:
            one, of = _one_of(what)
            hint = suggest("", self._offered(columns), what=what)
            self.wrong(node, f"name one {one}{of}", hint)
        elif column is None:
            one, of = _one_of(what)
            meant = [word for word in meant_by(node.text) if word in also]
            hint = suggest(node.text, self._offered(columns), what=what, meant=meant, also=also)
            if what.startswith("traits") and node.text in self.catalog.events.get(
                self.entity.name, {}
            ):
                hint = f"it is an event: `event: {node.text}`"
            self.wrong(node, f"unknown {one} '{node.text}'{of}", hint)
        elif column.name == node.text:
            return self._said(node, column) if column.inside else column
        elif path in column.paths:
            return self._said(node, column.paths[path])
        elif column.type.kind == "json" or column.paths:
            hint = suggest(path, column.paths, what="declared paths")
            more = f"declare it in config.meta.cdp of the column: paths: {{{path}: text}}"
            self.wrong(node, f"'{path}' is not declared inside '{head}'", f"{hint}; {more}")
        else:
            message = f"'{head}' is a {column.type}: it has no '{path}'"
            self.wrong(node, message, suggest(head, self._offered(columns), what=what))
        return None

    def _said(self, node: Node, inside: Column) -> Column | None:
        """The value inside JSON, where the warehouse can say it."""
        what = unsaid(value_of(inside), self.catalog.adapter)
        if what:
            message = f"{what} cannot be said on {self.catalog.adapter} yet"
            self.wrong(node, message, "compute it in a dbt model, as a column of its own")
            return None
        return inside

    def trait(self, node: Node) -> Trait | None:
        """What `trait: NAME` names: a column of the entity, or of what it refers to."""
        references: list[Reference] = []
        entity, words = self.entity, node.text.split(".")
        while len(words) > 1 and not isinstance(node.value, dict | list):
            reference = self.catalog.references.get(entity.name, {}).get(words[0])
            if reference is None or (words[0] in entity.model.columns and not references):
                break
            references.append(reference)
            entity = self.catalog.entities[reference.to]
            words = words[1:]
        named = replace(node, text=".".join(words)) if references else node
        what = f"traits of {entity.name}"
        leads = self.catalog.references.get(entity.name, {}).get(named.text)
        if leads is not None and named.text not in entity.model.columns:
            there = self.catalog.entities[leads.to]
            hint = f"name one of its traits, such as {node.text}.{there.key}"
            self.wrong(node, f"'{named.text}' leads to the entity {there.name}", hint)
            return None
        column = self.column_of(named, entity.model.columns, what)
        return Trait(column, tuple(references)) if column else None

    @staticmethod
    def _offered(columns: Mapping[str, Column]) -> list[str]:
        return [name for name, column in columns.items() if not column.hidden]

    def enumerated(self, node: Node, rows: Rows, role: str) -> tuple[str, ...]:
        """Names that the column of `role` may hold, checked where it has an enumeration."""
        column = rows.model.columns.get(rows.columns[role])
        known = column.values if column else ()
        items = node.value if isinstance(node.value, list) else [node]
        names: list[str] = []
        for item in items:
            if isinstance(item.value, dict | list) or item.value is None:
                self.wrong(item, f"name a {role}", suggest("", known, what=f"known {role}s"))
            elif known and item.text not in known:
                hint = suggest(item.text, known, what=f"known {role}s")
                self.wrong(item, f"unknown {role} '{item.text}'", hint)
            else:
                names.append(item.text)
        if not items:
            self.wrong(node, f"name a {role}", suggest("", known, what=f"known {role}s"))
        return tuple(dict.fromkeys(names)) if len(names) == len(items) else ()

    # Values ...

    def value(self, node: Node, kind: Type, column: Column, options: TestOptions) -> Value | None:
        """A value of this type, as written. None after reporting what is wrong."""
        raw = node.value
        if isinstance(raw, dict) and set(raw) == {"trait"}:
            hint = "ask gte and lte, each with a trait; or any: [..] with a trait each"
            self.wrong(node, "a trait cannot stand among several values", hint)
        elif isinstance(raw, dict | list):
            hint = "one value; several stand in a list after `in:` or `not_in:`"
            self.wrong(node, f"expected a {kind}", hint)
        elif raw is None:
            hint = "ask `is_null: true`, or add `nulls: include`"
            self.wrong(node, "nothing can be compared with null", hint)
        elif kind.kind in ("date", "timestamp"):
            return self.attempt(node, lambda: self._date_value(raw, kind))
        elif kind.is_number and not isinstance(raw, bool | str):
            return self._number(node, raw)
        elif kind.kind == "uuid" and isinstance(raw, str):
            found = uuid_text(raw)
            if found is None:
                self.wrong(node, f"'{raw}' is no uuid", f"such as {UUID(int=0)}")
            return found
        elif kind.kind in ("text", "other") and isinstance(raw, str):
            return self._text_value(node, raw, column, options)
        elif kind.kind == "boolean" and isinstance(raw, bool):
            return raw
        else:
            given = {bool: "true or false", str: "text"}.get(type(raw), "a number")
            wanted = {"boolean": "true or false", "text": "text"}.get(kind.kind, f"a {kind}")
            hint = f"write {node.text!r}" if kind.kind == "text" else f"write {wanted}"
            if kind.is_number and isinstance(raw, str):
                hint = "write the number without quotes" if _is_number(raw) else for_number(raw)
            self.wrong(node, f"'{column.name}' is {wanted}, this is {given}", hint)
        return None

    def _date_value(self, raw: str | int | Decimal | bool, kind: Type) -> Value:
        day = parse_date(raw)
        if kind.kind == "date":
            if day is None:
                raise ValueError("this column is a date without a time: give a date, 2026-01-31")
            return FixedDate(day)
        if day is not None:
            raise ValueError("this column has a time of day: ask `on:` for a whole day")
        at = parse_time(raw, self.timezone)
        if at is None:
            raise ValueError("this column is a time: write it as 2026-01-31T08:00:00")
        return FixedInstant(at)

    def _number(self, node: Node, raw: int | Decimal) -> int | Decimal | None:
        number = Decimal(raw)
        if number.is_nan():
            self.wrong(node, "nothing can be compared with NaN", "it counts as null: ask `is_null`")
        elif number.is_finite() and number and abs(number.adjusted()) > MAGNITUDE:
            self.wrong(node, "a number that no warehouse holds", f"at most 1e{MAGNITUDE}")
        else:
            return raw
        return None

    def _text_value(self, node: Node, raw: str, column: Column, options: TestOptions) -> str | None:
        folded = options.ignore_case or options.ignore_accents
        if column.values and raw not in column.values and not folded:
            known = column.values
            hint = suggest(raw, known, what="known values")
            self.wrong(node, f"'{column.name}' is never '{raw}'", hint)
            return None
        return raw if self.quoted_well(node) else None

    def quoted_well(self, node: Node) -> bool:
        """Whether the quotes around a text are quotes to YAML."""
        if in_other_quotes(node):
            hint = "write it without them, or in straight quotes: 'abc'"
            self.wrong(node, f"these quotes would be part of the text {node.text}", hint)
            return False
        return True


def uuid_text(written: str) -> str | None:
    """A UUID in small letters with hyphens, as every warehouse writes it; None of other text."""
    try:
        return str(UUID(written))
    except ValueError:
        return None


def _one_of(what: str) -> tuple[str, str]:
    """'trait' and ' of customer' from 'traits of customer'."""
    plural, _, of = what.partition(" of ")
    one = {"properties": "property"}.get(plural, plural.removesuffix("s"))
    return one, f" of {of}" if of else ""


def _is_number(written: str) -> bool:
    try:
        float(written)
    except ValueError:
        return False
    # Python reads more than a warehouse does: 1_000, and digits of other scripts.
    return written.isascii() and "_" not in written
