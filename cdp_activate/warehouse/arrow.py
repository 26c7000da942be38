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
    """The values by column. What is no number among decimals is None, as no platform takes it."""
    found: dict[str, list[Any]] = rows.to_pydict()
    for field in rows.schema:
        if (field.metadata or {}).get(_KIND) == _DECIMAL[_KIND]:
            found[field.name] = [_decimal(one) for one in found[field.name]]
    return found


def _decimal(text: str | None) -> Decimal | None:
    value = None if text is None else Decimal(text)
    return value if value is not None and value.is_finite() else None
