"""Schemas of what may be asked of a column: operators with their operands, by its type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import md5
from typing import Any, TypeAlias
from urllib.parse import quote

from cdp_activate.audiences import operators
from cdp_activate.audiences.days import UNITS
from cdp_activate.audiences.operators import Operand
from cdp_activate.audiences.reading.leaves import (
    MEASURE,
    NESTED,
    PROPERTY,
    RATE,
    AllowedTests,
    offered_operators,
)
from cdp_activate.catalog import Column, Type
from cdp_activate.core_schema import core_value

Schema: TypeAlias = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"
ANYTHING: Schema = {}
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer"}
PERCENT: Schema = {"type": ["number", "string"], "examples": [10, "10%"]}
SALT: Schema = {"type": ["string", "number", "boolean"]}
LENGTH: Schema = {
    "type": "string",
    "pattern": r"^\s*[0-9]+\s*[A-Za-z]+\s*$",
    "examples": ["7 days", "24 hours"],
}
_MOMENT: Schema = {
    "type": "string",
    "pattern": r"^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "examples": ["2026-01-31", "2026-01-31T08:00:00"],
}
ENTITY_KEYS: Schema = {"type": "array", "items": {"type": ["string", "integer"]}}
_PERIOD: Schema = {"type": "string", "examples": list(UNITS)}


def offered(columns: Mapping[str, Column], *, hidden: bool = False) -> dict[str, Column]:
    """The columns that a person is shown, or all, and what is declared inside JSON."""
    shown = [column for column in columns.values() if hidden or not column.hidden]
    inside = [path for column in shown for path in column.paths.values()]
    return {column.name: column for column in (*shown, *inside)}


def one_or_more(item: Schema) -> Schema:
    return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}


def names(known: Iterable[str], *, described: Iterable[str] = ()) -> Schema:
    """One of these names; any text where none is known."""
    found = list(known)
    if not found:
        return TEXT
    says = list(described)
    return {"enum": found, **({"enumDescriptions": says} if any(says) else {})}


def written(known: Iterable[str]) -> Schema:
    """One of these names, whose text counts: 1 and true may stand without quotes."""
    found = list(known)
    plain = [value for value in map(core_value, found) if isinstance(value, int)]
    return {"enum": [*found, *plain]} if found else TEXT


def definition(name: str) -> Schema:
    """A reference to what is defined once."""
    return {"$ref": f"#/definitions/{quote(name)}"}


def mapping(properties: Schema, *needed: str, such_that: Sequence[Schema] = ()) -> Schema:
    """An object of these keys and no others, for which more may have to hold."""
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        **({"required": list(needed)} if needed else {}),
        **({"allOf": list(such_that)} if such_that else {}),
    }


def having_key(key: str, said: Schema | None = None) -> Schema:
    """That there is a mapping with this key, of which more may be said."""
    properties = {"properties": {key: said}} if said else {}
    return {"type": "object", **properties, "required": [key]}


def one_of_keys(*keys: str) -> Schema:
    """That exactly one of these keys is there."""
    return {"oneOf": [having_key(key) for key in keys]}


WINDOWS: dict[str, Schema] = {
    "within": LENGTH,
    "since": _MOMENT,
    "until": _MOMENT,
    "between_ago": {"type": "array", "items": LENGTH, "minItems": 2, "maxItems": 2},
    "on": _MOMENT,
    "this": _PERIOD,
    "previous": {"type": "string", "examples": ["month", "2 weeks"]},
    "to_date": _PERIOD,
}
_SPANS: dict[str, Schema] = {
    **WINDOWS,
    "before": _MOMENT,
    "after": _MOMENT,
    "between": {"type": "array", "items": _MOMENT, "minItems": 2, "maxItems": 2},
    "last": LENGTH,
    "next": LENGTH,
    "older_than": LENGTH,
    "further_than": LENGTH,
}
_PLAIN: dict[Operand, Schema] = {
    "flag": FLAG,
    "text": TEXT,
    "pattern": TEXT,
    "percent": PERCENT,
    "anniversary": {
        **mapping({"next": LENGTH, "last": LENGTH, "feb29": {"enum": ["mar1", "feb28"]}}),
        **one_of_keys("next", "last"),
    },
    "weekdays": one_or_more({"type": "string", "examples": list(operators.WEEKDAYS)}),
    "months": one_or_more({"type": "integer", "minimum": 1, "maximum": 12}),
}
_OTHER_TRAIT = mapping({"trait": TEXT}, "trait")
_EQUAL = ("eq", "is", "ne", "in", "not_in")
_NUMBERS: tuple[Operand, ...] = ("number", "percentile", "hours")
NUMBER = Column("number", Type("double"))
_ASKED = {PROPERTY: "property", MEASURE: "measure", RATE: "rate", NESTED: "part"}


class Tests:
    """Schemas of tests of columns; `defs` has each once, for columns that are asked alike."""

    def __init__(self, defs: Schema) -> None:
        self.defs = defs

    def once(self, name: str, make: Callable[[], Schema]) -> Schema:
        """A reference to the definition of that name, which is made where there is none."""
        if name not in self.defs:
            self.defs[name] = {}  # it may lead back to itself
            self.defs[name] = make()
        return definition(name)

    def test(
        self, column: Column, allowed: AllowedTests = PROPERTY, *, percentages: bool = False
    ) -> Schema:
        """A value for `eq`, a list for `in`, or operators."""
        value = PERCENT if percentages else _value(column.type, column.values)

        def made() -> Schema:
            asked = self.asked(column, allowed, percentages=percentages)
            if column.type.kind in ("list", "json", "other"):
                return asked
            return {"anyOf": [one_or_more(value), asked]}

        name = f"{_ASKED[allowed]}_{_kind(column)}"
        return self.once(f"{name}_or_percentage" if percentages else name, made)

    def asked(
        self,
        column: Column,
        allowed: AllowedTests,
        beside: Schema | None = None,
        *needed: str,
        percentages: bool = False,
    ) -> Schema:
        """Operators of a column and the options of a leaf, with other keys beside them."""
        value = PERCENT if percentages else _value(column.type, ())
        known = operators.operators_of(column.type)
        found = {
            name: self._operand(name, known[name], value, column.type)
            for name in offered_operators(column, allowed)
        }
        if allowed.traits:
            for name in operators.beside_traits(column.type):
                found[name] = {"anyOf": [found[name], _OTHER_TRAIT]}
        if allowed.options:
            found |= {name: {"enum": [only]} for name, only in operators.OPTIONS.items()}
        made = mapping({**(beside or {}), **found}, *needed)
        if column.values and column.type.kind == "text":
            enumerated = {"anyOf": [one_or_more(names(column.values)), _OTHER_TRAIT]}
            # Capitals and accents may differ where these stand beside it.
            made["if"] = {"anyOf": [{"required": ["case"]}, {"required": ["accents"]}]}
            made["else"] = {"properties": dict.fromkeys(_EQUAL, enumerated)}
        return made

    def _operand(self, name: str, form: Operand, value: Schema, kind: Type) -> Schema:
        element = _value(kind.element or Type("text"), ())
        if form == "value":
            return value
        if form == "values":
            return {"type": "array", "items": value, "minItems": 1}
        if form == "pair":
            return {"type": "array", "items": value, "minItems": 2, "maxItems": 2}
        if form == "element":
            return element
        if form == "elements":
            return {"type": "array", "items": element, "minItems": 1}
        if form == "span":
            return _SPANS[name]
        return self.test(NUMBER, NESTED) if form in _NUMBERS else _PLAIN[form]


def _value(kind: Type, values: tuple[str, ...]) -> Schema:
    if kind.is_number:
        return {"type": "number"}
    return FLAG if kind.kind == "boolean" else names(values)


def _kind(column: Column) -> str:
    """What columns that are asked alike have in common, as a name."""
    kind = column.type
    of = (
        f"list_of_{kind.element.kind}"
        if kind.element
        else "number"
        if kind.is_number
        else kind.kind
    )
    values = "|".join(column.values)
    return f"{of}_{md5(values.encode(), usedforsecurity=False).hexdigest()[:8]}" if values else of
