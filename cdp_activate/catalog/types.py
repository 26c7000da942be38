"""The types of columns: the warehouses' many names, in the words of the audience language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "integer", "decimal", "double", "text", "boolean", "date", "timestamp", "list", "json",
    "uuid", "other",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Type:
    """A column's type, in the words of the audience language.

    `zoned` timestamps are instants; the others are read as UTC, or in the zone that the
    column declares; `finer` ones have more than microseconds. `element` is the type inside a
    list.
    """

    kind: Kind
    zoned: bool = False
    element: Type | None = None
    finer: bool = False

    @property
    def is_number(self) -> bool:
        return self.kind in ("integer", "decimal", "double")

    def __str__(self) -> str:
        if self.element:
            return f"list of {self.element}"
        return "number" if self.is_number else self.kind


_TYPES: tuple[tuple[str, Kind], ...] = (
    (r"(tiny|small|medium|big|huge|u\w*)?int(eger)?\d*|byteint|long|short|serial", "integer"),
    (r"decimal|numeric|bignumeric|number|money", "decimal"),
    (r"double( precision)?|float\d*|real", "double"),
    (r"text|string|(n?var)?char2?|character( varying)?|bpchar|enum", "text"),
    (r"bool(ean)?", "boolean"),
    (r"date", "date"),
    (r"datetime|timestamp\w*( with(out)? time zone)?", "timestamp"),
    (r"json[b]?|variant|object|super", "json"),
    (r"uuid", "uuid"),
)
_WHOLE = re.compile(r"(decimal|numeric|number) ?\( ?\d+ ?(, ?0 ?)?\)")
"""A number without decimals, such as every integer of Snowflake."""
_ZONED_BY_NAME = re.compile(r"timestamptz|timestamp_tz|timestamp_ltz|timestamp with time zone")
_ZONED_TIMESTAMP = {"bigquery", "spark", "databricks"}
"""Warehouses whose plain `timestamp` is an instant (their naive one is named otherwise)."""


def column_type(text: str, adapter: str = "duckdb") -> Type:
    """The Type of a warehouse's type name, such as `numeric(18,2)` or `varchar[]`."""
    name = " ".join(text.lower().split())
    if found := re.fullmatch(r"(?:array|list)\s*[<(](.*)[>)]|(.*?)\[\d*\]", name):
        return Type("list", element=column_type(found[1] or found[2], adapter))
    bare = re.sub(r"\s*\([^)]*\)", "", name)
    if _WHOLE.search(name) or (bare == "number" == name and adapter == "snowflake"):
        bare = "integer"
    for pattern, kind in _TYPES:
        if re.fullmatch(pattern, bare):
            zoned = kind == "timestamp" and (
                bool(_ZONED_BY_NAME.fullmatch(bare))
                or (bare == "timestamp" and adapter in _ZONED_TIMESTAMP)
            )
            return Type(kind, zoned=zoned, finer=kind == "timestamp" and _is_finer(name, adapter))
    return Type("other")


def _is_finer(name: str, adapter: str) -> bool:
    """Snowflake counts nanoseconds unless told otherwise, DuckDB in a type of its own."""
    digits = re.search(r"\((\d+)\)", name)
    if adapter == "snowflake":
        return int(digits[1]) > 6 if digits else True
    return adapter == "duckdb" and name == "timestamp_ns"


def path_type(text: str, adapter: str) -> Type:
    """The Type of a value inside JSON: a warehouse's name, or a word of the language."""
    name = text.strip().lower()
    if found := re.fullmatch(r"(?:list of |array<|list<)(.*?)>?|(.*?)\[\]", name):
        return Type("list", element=path_type(found[1] or found[2], adapter))
    return inside_json(Type("double") if name == "number" else column_type(name, adapter))


def inside_json(kind: Type) -> Type:
    """The Type as JSON holds it: a time is text that says, or whose column says, its offset."""
    return Type("timestamp", zoned=True) if kind.kind == "timestamp" else kind
