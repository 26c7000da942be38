"""One batch of rows as the bytes of a CSV, JSON Lines or Parquet file.

Not a destination: names with an underscore are no types.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from cdp_activate.destinations._values import as_json, as_text, as_utf8, in_utc
from cdp_activate.destinations.rows import Row

Kind = Literal["key", "identifier", "field"]

_INT64 = range(-(2**63), 2**63)
_LARGEST_PRECISION = 38
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_A_NUMBER = re.compile(r"[+-][0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: its heading, and where in a Row its values stand."""

    name: str
    kind: Kind
    source: str

    def values(self, rows: Sequence[Row]) -> list[Any]:
        """The cell of each row; None where a row does not have it."""
        if self.kind == "key":
            return [row.key for row in rows]
        if self.kind == "identifier":
            return [row.identifiers.get(self.source) for row in rows]
        return [row.fields.get(self.source) for row in rows]


def columns_of(rows: Sequence[Row], known: Sequence[Column]) -> tuple[Column, ...]:
    """The `known` columns, then those that these rows bring anew.

    Their order does not depend on the order of the rows: the names of the fullest row come
    first, in its order, so that a row without an e-mail address does not move that column.

    Two columns never share a heading, in any case: a field `email` beside an
    identifier `email` is headed `field.email`.
    """
    columns = list(known) or [Column("key", "key", "key")]
    there = {(column.kind, column.source) for column in columns}
    taken = {column.name.casefold() for column in columns}
    for kind, source in _sources(rows):
        if (kind, source) in there:
            continue
        name = source if source.casefold() not in taken else f"{kind}.{source}"
        while name.casefold() in taken:
            name += "_"
        columns.append(Column(name, kind, source))
        there.add((kind, source))
        taken.add(name.casefold())
    return tuple(columns)


def _sources(rows: Sequence[Row]) -> list[tuple[Kind, str]]:
    identifiers = _fullest_first(tuple(row.identifiers) for row in rows)
    fields = _fullest_first(tuple(row.fields) for row in rows)
    found: dict[tuple[Kind, str], None] = {}
    found.update({("identifier", name): None for shape in identifiers for name in shape})
    found.update({("field", name): None for shape in fields for name in shape})
    return list(found)


def _fullest_first(shapes: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return sorted(set(shapes), key=lambda shape: (-len(shape), shape))


def spreadsheet_text(value: Any) -> str:
    """The text of a cell; what a spreadsheet would take for a formula begins with an apostrophe.

    Numbers, and telephone numbers, stay as they are. https://owasp.org/www-community/attacks/CSV_Injection
    """
    text = as_text(value)
    return f"'{text}" if text.startswith(_FORMULAS) and not _A_NUMBER.fullmatch(text) else text


def csv_bytes(
    rows: Sequence[Row], columns: Sequence[Column], cell: Callable[[Any], str] = as_text
) -> bytes:
    """RFC 4180 with a header, UTF-8 without a byte order mark; None is an empty cell."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    cells = [[cell(value) for value in column.values(rows)] for column in columns]
    writer.writerows(zip(*cells, strict=True))
    return as_utf8(out.getvalue())


def jsonl_bytes(rows: Sequence[Row], columns: Sequence[Column]) -> bytes:
    """One object a line: key, identifiers, fields. Headings play no part."""
    del columns
    lines = [
        as_json({"key": row.key, "identifiers": dict(row.identifiers), "fields": dict(row.fields)})
        for row in rows
    ]
    return as_utf8("\n".join(lines) + "\n")


def parquet_bytes(rows: Sequence[Row], columns: Sequence[Column]) -> bytes:
    """A Parquet file. A column whose values are of several types is text."""
    # pyarrow takes 0.2 s to load and is needed for this format alone.
    import pyarrow
    from pyarrow import parquet

    arrays = [_array(column.values(rows)) for column in columns]
    table = pyarrow.Table.from_arrays(arrays, names=[column.name for column in columns])
    out = io.BytesIO()
    parquet.write_table(table, out)
    return out.getvalue()


def _array(values: Sequence[Any]) -> Any:
    """A typed Arrow array of `values`, exact: what fits no type becomes text."""
    import pyarrow

    present = [value for value in values if value is not None]
    kinds = {type(value) for value in present}
    arrow_type = _arrow_type(kinds.pop(), present) if len(kinds) == 1 else None
    if arrow_type is not None:
        if pyarrow.types.is_timestamp(arrow_type) and arrow_type.tz:
            values = [value if value is None else in_utc(value) for value in values]
        return pyarrow.array(values, arrow_type)
    texts = [None if value is None else as_text(value) for value in values]
    for text in texts:
        as_utf8(text or "")
    return pyarrow.array(texts, pyarrow.string())


def _arrow_type(kind: type, values: Sequence[Any]) -> Any:
    """The Arrow type that holds all of `values`, each a `kind`; None when only text does."""
    import pyarrow

    simple = {bool: pyarrow.bool_(), float: pyarrow.float64(), date: pyarrow.date32()}
    if kind is int:
        return pyarrow.int64() if all(value in _INT64 for value in values) else None
    if kind is Decimal:
        return _decimal_type(values)
    if kind is datetime:
        aware = {value.tzinfo is not None for value in values}
        zone = "UTC" if True in aware else None
        return pyarrow.timestamp("us", tz=zone) if len(aware) == 1 else None
    return simple.get(kind)


def _decimal_type(values: Sequence[Decimal]) -> Any:
    """decimal(38, scale) that holds every value exactly, or None."""
    import pyarrow

    if not all(value.is_finite() for value in values):
        return None
    scale = max(max(0, -int(value.as_tuple().exponent)) for value in values)
    whole = max(max(0, value.adjusted() + 1) for value in values)
    if scale + whole > _LARGEST_PRECISION:
        return None
    return pyarrow.decimal128(_LARGEST_PRECISION, scale)


ENCODERS: dict[str, Callable[[Sequence[Row], Sequence[Column]], bytes]] = {
    "csv": csv_bytes,
    "jsonl": jsonl_bytes,
    "parquet": parquet_bytes,
}
"""Format -> the function that writes it; the format is also the file's ending."""
