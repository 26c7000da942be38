"""Rows as JSON, written by the warehouse: five times faster than row by row here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cdp_activate.sync.wanted import field_columns, identifier_columns
from cdp_activate.warehouse.sql_functions import quoted

if TYPE_CHECKING:
    from cdp_activate.sync.plan import Plan

_AS_IT_IS = frozenset(
    "VARCHAR BOOLEAN TINYINT SMALLINT INTEGER BIGINT UTINYINT USMALLINT UINTEGER UBIGINT".split()
)
_AS_TEXT = re.compile(r"DATE|UUID|DECIMAL\(\d+,\d+\)|ENUM\(.*\)")


def row_json(plan: Plan) -> str | None:
    """SQL of a row of the plan as `{"fields":, "identifiers":, "key":}`, in DuckDB's words.

    The same as `json_bytes` makes of a Row. None where a value is of a type that only Python
    writes right: lists, bytes, durations and the like.
    """
    if plan.warehouse.dialect != "duckdb":
        return None
    types = plan.warehouse.describe(f"{plan.work.schema}.steps")
    fields: dict[str, str] = {}
    for place, (name, _) in field_columns(plan.sync).items():
        value = _value(place, types[place])
        if value is None:
            return None
        fields[name] = value
    identifiers = {name: place for place, (name, _) in identifier_columns(plan.sync).items()}
    whole = _row(_object(fields), _object(identifiers))
    if len(identifiers) == 1:
        return whole
    # A merge patch leaves out what is null: https://www.rfc-editor.org/rfc/rfc7396
    fewer = _row(_object(fields), f"json_merge_patch('{{}}', to_json({_object(identifiers)}))")
    complete = " and ".join(f"{place} is not null" for place in identifiers.values())
    return f"case when {complete} then {whole} else {fewer} end"


def _row(fields: str, people: str) -> str:
    row = f"{{'fields': {fields}, 'identifiers': {people}, 'key': plan.entity_key}}"
    return f"cast(to_json({row}) as varchar)"


def _object(values: dict[str, str]) -> str:
    """A struct, which is written faster, where one can have such names: in any case, distinct."""
    named = sorted(values.items())
    if not values or len({name.casefold() for name in values}) < len(values):
        return f"json_object({', '.join(f'{quoted(name)}, {value}' for name, value in named)})"
    return f"{{{', '.join(f'{quoted(name)}: {value}' for name, value in named)}}}"


def _value(place: str, kind: str) -> str | None:
    if kind in _AS_IT_IS:
        return place
    if _AS_TEXT.fullmatch(kind):
        return f"cast({place} as varchar)"
    if kind == "DOUBLE":
        return f"case when isfinite({place}) then {place} end"
    if kind in ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE"):
        plain = "%Y-%m-%dT%H:%M:%S"
        zone = "+00:00" if kind.endswith("ZONE") else ""
        exact = f"strftime({place}, '{plain}.%f{zone}')"
        whole = f"strftime({place}, '{plain}{zone}')"
        return f"case when microsecond({place}) % 1000000 = 0 then {whole} else {exact} end"
    return None
