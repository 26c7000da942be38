"""Schemas of what is asked of rows: events, relations, sequences, measures and comparisons."""

from __future__ import annotations

from collections.abc import Mapping

from cdp_activate.audiences import operators
from cdp_activate.audiences.days import UNITS
from cdp_activate.audiences.reading.leaves import MEASURE, NESTED, RATE
from cdp_activate.audiences.reading.measures import measurable
from cdp_activate.catalog import Catalog, Column, Entity, Model, Rows
from cdp_activate.editor.tests_of_columns import (
    ANYTHING,
    COUNT,
    FLAG,
    LENGTH,
    NUMBER,
    TEXT,
    WINDOWS,
    Schema,
    Tests,
    definition,
    having_key,
    mapping,
    names,
    offered,
    one_of_keys,
    one_or_more,
    written,
)

_OBJECT: Schema = {"type": "object"}
_OF_COLUMNS = ("sum", "avg", "min", "max", "median", "distinct")
"""The measures of one column, which `of:` names."""


class RowSchemas:
    """Schemas of conditions about the rows beside one entity."""

    def __init__(self, catalog: Catalog, entity: Entity, tests: Tests) -> None:
        self.catalog = catalog
        self.entity = entity
        self.tests = tests
        self.events = catalog.events.get(entity.name, {})

    def _event_names(self) -> Schema:
        known = written(sorted(set(self.events) - {"*"}))
        return one_or_more({"anyOf": [known, TEXT]} if "*" in self.events else known)

    def event(self) -> Schema:
        keys = {"event": self._event_names(), **WINDOWS, **self._measures(), **self._occurrences()}
        return mapping({**keys, "where": ANYTHING}, such_that=self._by_table("event"))

    def _by_table(self, key: str, *, compared: bool = True) -> list[Schema]:
        """What `where` and measures may ask of the events of each table, where one is named."""
        tables: dict[Model, list[str]] = {}
        for name, rows in self.events.items():
            tables.setdefault(rows.model, []).append(name)
        return [
            {
                "if": having_key(key, {"enum": those}),
                "then": self._of_rows(self.events[those[0]], compared=compared),
            }
            for those in tables.values()
            if those != ["*"]
        ]

    def _of_rows(self, rows: Rows, *, compared: bool = True) -> Schema:
        """`where` and the measures of the rows of one table."""
        columns = offered(rows.model.columns, hidden=True)
        model = f"{rows.model.package}.{rows.model.name}"  # packages may have models of one name

        def made() -> Schema:
            asked = {name: self._measure(name, columns, compared=compared) for name in _OF_COLUMNS}
            return {"properties": {"where": self._filter(model, columns), **asked}}

        return self.tests.once(f"{'' if compared else 'measured_'}rows_of_{model}", made)

    def _measures(self) -> Schema:
        """The measures, whatever the rows; `of` is said by their table."""
        periods = {"periods": names((*UNITS, *(f"{unit}s" for unit in UNITS)))}
        beside = {**periods, "of_last": COUNT, "consecutive": FLAG}
        to = {
            "anyOf": [
                self._event_names(),
                mapping({"event": self._event_names(), "where": {}}, "event"),
            ]
        }
        return {
            "count": self.tests.test(NUMBER, MEASURE),
            **dict.fromkeys(_OF_COLUMNS, _OBJECT),
            "active": self.tests.asked(NUMBER, MEASURE, beside, "periods"),
            "rate": self.tests.asked(NUMBER, RATE, {"to": to}, "to", percentages=True),
        }

    def _measure(self, name: str, columns: Mapping[str, Column], *, compared: bool) -> Schema:
        of = names(key for key, column in columns.items() if column.type.kind in measurable(name))
        if not compared:
            return {"anyOf": [of, mapping({"of": of}, "of")]}
        if name in ("min", "max"):
            return {"type": "object", "properties": {"of": of}, "required": ["of"]}
        return self.tests.asked(NUMBER, MEASURE, {"of": of}, "of")

    def _filter(self, model: str, columns: Mapping[str, Column]) -> Schema:
        """`where:` on the properties of rows."""

        def made() -> Schema:
            itself = definition(f"where_of_{model}")
            several = {"type": "array", "items": itself, "minItems": 1}
            tests = {name: self.tests.test(column) for name, column in columns.items()}
            named = mapping({"all": several, "any": several, "not": itself, **tests})
            return {"anyOf": [{**named, "minProperties": 1}, several]}

        return self.tests.once(f"where_of_{model}", made)

    def _occurrences(self) -> Schema:
        inner = mapping({"where": {}, **WINDOWS})
        nth = mapping({"n": COUNT, "where": {}, **WINDOWS}, "n")
        either = {"anyOf": [{"type": "null"}, inner]}
        return {"first": either, "last": either, "nth": nth}

    def related(self) -> Schema:
        relations = self.catalog.relations.get(self.entity.name, {})
        share = self.tests.test(NUMBER, NESTED, percentages=True)
        counted = dict.fromkeys(("at_least", "at_most", "exactly"), COUNT)
        match = {"anyOf": [names(("any", "all", "none")), mapping({**counted, "share": share})]}
        keys: Schema = {
            "related": names(relations),
            "where": {},
            "having": {},
            "match": match,
            "empty": names(("holds",)),
            "pick": {
                **mapping({"latest_by": TEXT, "earliest_by": TEXT}),
                **one_of_keys("latest_by", "earliest_by"),
            },
        }
        of_each: list[Schema] = [
            {
                "if": having_key("related", {"const": name}),
                "then": {"allOf": [self._of_rows(rows), *self._having(rows)]},
            }
            for name, rows in relations.items()
        ]
        beside = {**WINDOWS, **self._measures(), **self._occurrences()}
        return mapping({**keys, **beside}, such_that=of_each)

    def _having(self, rows: Rows) -> list[Schema]:
        linked = self.catalog.linked(rows)
        if linked is None:
            return []
        one = definition(f"condition_of_{linked[0].name}")
        either = {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}
        return [{"properties": {"having": either}}]

    def measured_rows(self) -> Schema:
        """A measure that is not compared, for `compare` and `rank`."""
        keys = {"event": self._event_names(), "related": TEXT, "where": {}, "having": {}}
        measures = dict.fromkeys(operators.MEASURES, ANYTHING)
        return mapping(
            {**keys, **WINDOWS, **measures}, such_that=self._by_table("event", compared=False)
        )

    def sequence(self) -> Schema:
        beside = {"where": {}, "within": LENGTH, "same": one_or_more(TEXT), "immediately": FLAG}
        events = dict.fromkeys(("did", "did_not"), self._event_names())
        asked = [*self._by_table("did"), *self._by_table("did_not")]
        step = {**mapping({**events, **beside}, such_that=asked), **one_of_keys(*events)}
        return mapping({"sequence": {"type": "array", "items": step, "minItems": 1}, **WINDOWS})

    def compare(self) -> Schema:
        side = self.tests.once(f"measure_of_{self.entity.name}", self.measured_rows)
        how = {
            "change": self.tests.test(NUMBER, NESTED, percentages=True),
            "ratio": self.tests.test(NUMBER, NESTED, percentages=True),
            "difference": self.tests.test(NUMBER, NESTED),
        }
        sides = mapping({"left": side, "right": side, **how}, "left", "right")
        return mapping({"compare": {**sides, **one_of_keys(*how)}})
