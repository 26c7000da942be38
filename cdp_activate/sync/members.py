"""Who is on a list, as the platform says: read into a table of the session.

A member is known by any of its identifiers: the table has one row for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from cdp_activate.sync.model import Sync
from cdp_activate.sync.tables import quoted
from cdp_activate.warehouse.base import Warehouse

MEMBERS = "memory.main.cdp_members"
"""Columns: member (a number), name and value of an identifier."""

_AT_ONCE = 20_000


def read_members(warehouse: Warehouse, members: Iterator[Mapping[str, str]]) -> int:
    """Fill the table; says how many members there are. Memory does not grow with the list."""
    import pyarrow as pa

    warehouse.run(f"create or replace table {MEMBERS} (member bigint, name varchar, value varchar)")
    count = 0
    while some := list(islice(members, _AT_ONCE)):
        rows = [
            (count + place, name, value)
            for place, member in enumerate(some)
            for name, value in member.items()
        ]
        numbers, names, values = zip(*rows, strict=True) if rows else ((), (), ())
        columns = {"member": pa.array(numbers, pa.int64())}
        columns |= {"name": pa.array(names, pa.string()), "value": pa.array(values, pa.string())}
        warehouse.append(MEMBERS, pa.table(columns))
        count += len(some)
    return count


def pairs_of(sync: Sync, ledger: str, condition: str) -> str:
    """The identifiers that the ledger holds, one a row: entity_key, name and value, as SQL."""
    each = [
        f"select entity_key, {quoted(name)} as name, "
        f"{value_of(name, 'identifiers')} as value "
        f"from {ledger} where {condition}"
        for name in sync.settings.identifiers
    ]
    return f"select * from ({' union all '.join(each)}) as pairs where value is not null"


def value_of(name: str, identifiers: str) -> str:
    """One identifier of a JSON column of them, as SQL; NULL where there is none."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    path = quoted(f'$."{escaped}"')
    return f"json_extract_string({identifiers}, {path})"


def says(rows: str, before: str) -> str:
    """Whether the identifiers of `before` are among those of `rows`, as SQL; NULL is none."""
    return f"json_contains({rows}.identifiers, json_merge_patch('{{}}', {before}.identifiers))"
