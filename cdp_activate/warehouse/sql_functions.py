"""What the SQL of syncs says that warehouses have no common words for."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from itertools import count

_MARK = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\?""")
"""A text, a name, or a mark that stands for a parameter."""

_OF_ARROW = re.compile(
    r"(smallint|integer|bigint|real|double precision|numeric(\(\d+,-?\d+\))?|boolean|text"
    r"|character varying(\(\d+\))?|date|timestamp(\(\d\))? with(out)? time zone"
    r"|time(\(\d\))? without time zone|uuid|jsonb?|bytea)(\[\])?"
)
"""Types of PostgreSQL that come as they are. Of others the bytes would come as they lie there."""


class SqlFunctions(ABC):
    """SQL of one warehouse, as text. Arguments are SQL too, but for names and numbers.

    `place` is the column of a table that was made with an order; `keeps_order`: rows of one
    table are read in that order without being sorted.
    """

    place: str
    keeps_order: bool

    @abstractmethod
    def json_value(self, json: str, name: str) -> str:
        """The text under a name of a JSON object; NULL where there is none."""

    @abstractmethod
    def json_without(self, json: str, name: str) -> str:
        """A JSON object, as text, without this name."""

    @abstractmethod
    def json_holds(self, json: str, other: str) -> str:
        """Whether an object has all that another has; NULL is nothing that it has."""

    @abstractmethod
    def hash_of(self, *values: str) -> str:
        """A number that is the same where all values are: a `bigint`, whose bits are mixed."""

    @abstractmethod
    def first_values(self, column: str, count: int) -> str:
        """The first few values of a group, in their order, as a list."""

    def readable(self, column: str, kind: str) -> str:
        """A column of this type as it can be read: as text where Arrow has no such type."""
        return column

    def loses_depth(self, column: str, kind: str) -> str | None:
        """Whether a value of this type would be read as another one; None where none is."""
        return None


class DuckDBFunctions(SqlFunctions):
    """https://duckdb.org/docs/stable/data/json/json_functions"""

    place = "rowid"
    keeps_order = True

    def json_value(self, json: str, name: str) -> str:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        path = quoted(f'$."{escaped}"')
        return f"json_extract_string({json}, {path})"

    def json_without(self, json: str, name: str) -> str:
        # A merge patch leaves out what is null: https://www.rfc-editor.org/rfc/rfc7396
        return f"json_merge_patch({json}, json_object({quoted(name)}, null))"

    def json_holds(self, json: str, other: str) -> str:
        return f"json_contains({json}, json_merge_patch('{{}}', {other}))"

    def hash_of(self, *values: str) -> str:
        return f"hash({', '.join(values)})"

    def first_values(self, column: str, count: int) -> str:
        return f"list({column} order by {column})[1:{count:d}]"


class PostgresFunctions(SqlFunctions):
    """https://www.postgresql.org/docs/current/functions-json.html"""

    place = "place"
    keeps_order = False

    def json_value(self, json: str, name: str) -> str:
        return f"(cast({json} as jsonb) ->> {quoted(name)})"

    def json_without(self, json: str, name: str) -> str:
        return f"cast(cast({json} as jsonb) - {quoted(name)} as text)"

    def json_holds(self, json: str, other: str) -> str:
        return f"(cast({json} as jsonb) @> jsonb_strip_nulls(cast({other} as jsonb)))"

    def hash_of(self, *values: str) -> str:
        # A NULL makes no row of it NULL, as DuckDB has it; the lengths tell ('a', 'bc') apart.
        parts = ", ".join(f"length({value}), ':', {value}" for value in values)
        return f"hashtextextended(concat({parts}), 0)"

    def first_values(self, column: str, count: int) -> str:
        return f"(array_agg({column} order by {column}))[1:{count:d}]"

    def readable(self, column: str, kind: str) -> str:
        if _OF_ARROW.fullmatch(kind):
            return column
        return f"cast({column} as {'text[]' if kind.endswith('[]') else 'text'})"

    def loses_depth(self, column: str, kind: str) -> str | None:
        # Lists of lists are of the type of a list, and come as one list.
        return f"array_ndims({column}) > 1" if kind.endswith("[]") else None


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


def marked(sql: str, written: Callable[[int], str]) -> str:
    """SQL with something else in the place of each `?` that stands for a parameter, by number."""
    number = count()
    return _MARK.sub(lambda found: written(next(number)) if found[0] == "?" else found[0], sql)
