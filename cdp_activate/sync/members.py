"""Who is on a list, as the platform says: read into a table of the session.

A member is known by any of its identifiers: the table has one row for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from cdp_activate.sync.model import Sync
from cdp_activate.warehouse.base import Warehouse
from cdp_activate.warehouse.sql_functions import SqlFunctions, quoted

MEMBERS = "cdp_members"
"""Columns: member (a number), name and value of an identifier."""

_AT_ONCE = 20_000


def read_members(warehouse: Warehouse, members: Iterator[Mapping[str, str]]) -> int:
    """Fill the table; says how many members there are. Memory does not grow with the list."""
    import pyarrow as pa

    warehouse.make_empty(MEMBERS, "member bigint, name varchar, value varchar")
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
    warehouse.analyze(MEMBERS)
    return count


def pairs_of(sync: Sync, functions: SqlFunctions, ledger: str, condition: str) -> str:
    """The identifiers that the ledger holds, one a row: entity_key, name and value, as SQL."""
    each = [
        f"select entity_key, {quoted(name)} as name, "
        f"{functions.json_value('identifiers', name)} as value "
        f"from {ledger} where {condition}"
        for name in sync.settings.identifiers
    ]
    return f"select * from ({' union all '.join(each)}) as pairs where value is not null"
