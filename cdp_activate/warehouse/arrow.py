"""Rows that a warehouse gives in Arrow, as values of Python."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

_KIND = b"cdp_activate"
_DECIMAL = {_KIND: b"decimal"}


def decimals(name: str, kind: pa.DataType) -> pa.Field:
    """A column of texts that are decimals: Arrow has none without a number of digits."""
    import pyarrow as pa

    return pa.field(name, kind, metadata=_DECIMAL)


def columns_of(rows: pa.RecordBatch | pa.Table) -> dict[str, list[Any]]:
    """The values by column. What Python has no value for, such as a day without end, is None,
    and what is no number among decimals: no platform takes it.
    """
    return {field.name: _values(rows.column(at), field) for at, field in enumerate(rows.schema)}


def rows_of(rows: pa.Table) -> list[tuple[Any, ...]]:
    """The same by row."""
    columns = [_values(rows.column(at), field) for at, field in enumerate(rows.schema)]
    return list(zip(*columns, strict=True))


def _values(column: Any, field: pa.Field) -> list[Any]:
    try:
        values: list[Any] = column.to_pylist()
    except (OverflowError, ValueError):
        values = [_value(one) for one in column]
    if (field.metadata or {}).get(_KIND) == _DECIMAL[_KIND]:
        return [_decimal(one) for one in values]
    return values


def _value(one: Any) -> Any:
    try:
        return one.as_py()
    except (OverflowError, ValueError):
        return None


def _decimal(text: str | None) -> Decimal | None:
    value = None if text is None else Decimal(text)
    return value if value is not None and value.is_finite() else None
