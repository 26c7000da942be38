"""Which operators each type has, and what each compares with: one table.

`read` takes operands by it, `compile` has one builder for each name in it.
"""

from __future__ import annotations

from typing import Literal

from cdp_activate.catalog import Type

Operand = Literal[
    "value",  # a value of the column's type, or {trait: NAME}
    "values",  # a list of such values
    "pair",  # [low, high]
    "flag",  # true or false
    "text",  # a piece of text
    "pattern",  # a regular expression of the common subset
    "number",  # a nested comparison of a number, such as length: {gte: 3}
    "percent",  # 0 to 100
    "percentile",  # a nested comparison of a percentage
    "element",  # a value of the list's elements
    "elements",  # a list of such values
    "span",  # a stretch of time
    "anniversary",
    "weekdays",
    "months",
    "hours",
]

_ANY: dict[str, Operand] = {"is_null": "flag"}
_EQUAL: dict[str, Operand] = {
    **_ANY,
    "eq": "value",
    "is": "value",
    "ne": "value",
    "in": "values",
    "not_in": "values",
}
_ORDER: dict[str, Operand] = {"gt": "value", "gte": "value", "lt": "value", "lte": "value"}
_NUMBER: dict[str, Operand] = {
    **_EQUAL,
    **_ORDER,
    "between": "pair",
    "not_between": "pair",
    "top_percent": "percent",
    "bottom_percent": "percent",
    "percentile": "percentile",
}
_TEXT: dict[str, Operand] = {
    **_EQUAL,
    "contains": "text",
    "not_contains": "text",
    "starts_with": "text",
    "not_starts_with": "text",
    "ends_with": "text",
    "not_ends_with": "text",
    "matches": "pattern",
    "not_matches": "pattern",
    "is_empty": "flag",
    "is_blank": "flag",
    "length": "number",
}
_DATE: dict[str, Operand] = {
    **_EQUAL,
    "before": "span",
    "after": "span",
    "on": "span",
    "between": "span",
    "last": "span",
    "next": "span",
    "older_than": "span",
    "further_than": "span",
    "this": "span",
    "previous": "span",
    "anniversary": "anniversary",
    "weekday": "weekdays",
    "month": "months",
}
_LIST: dict[str, Operand] = {
    **_ANY,
    "contains": "element",
    "contains_any": "elements",
    "contains_all": "elements",
    "contains_none": "elements",
    "length": "number",
}
_BY_KIND: dict[str, dict[str, Operand]] = {
    "integer": _NUMBER,
    "decimal": _NUMBER,
    "double": _NUMBER,
    "text": _TEXT,
    "boolean": _EQUAL,
    "uuid": _EQUAL,
    "date": _DATE,
    "timestamp": {**_DATE, "hour": "hours"},
    "list": _LIST,
    "json": _ANY,
    "other": _ANY,
}

RANKING = ("top_percent", "bottom_percent", "percentile")
"""Operators that rank all rows of the entity: they make no sense inside `where:` of rows."""

OPTIONS = {"nulls": "include", "case": "insensitive", "accents": "insensitive"}
"""The options of a leaf, and the only value each takes."""

WINDOWS = ("within", "since", "until", "between_ago", "on", "this", "previous", "to_date")

MEASURES = ("count", "sum", "avg", "min", "max", "median", "distinct", "active", "rate")

OCCURRENCES = ("first", "last", "nth")

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAYS = {name: number for number, day in enumerate(_DAYS, start=1) for name in (day[:3], day)}

ALL = frozenset(name for table in _BY_KIND.values() for name in table)


def operators_of(column_type: Type) -> dict[str, Operand]:
    """The operators of a type, each with the form of its operand."""
    return _BY_KIND[column_type.kind]


def beside_traits(column_type: Type) -> list[str]:
    """The operators of a type whose right side may be another trait."""
    known = operators_of(column_type)
    forms = ("value", "text", "element")
    return [name for name in known if known[name] in forms or name in ("before", "after")]
