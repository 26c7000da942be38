"""Counts a previewed audience in the warehouse."""

from __future__ import annotations

from typing import Any

from cdp_activate.warehouse import Warehouse


def run_preview(warehouse: Warehouse, sql: str, key: str, limit: int) -> dict[str, Any]:
    """The size of an audience, its variants, and some of its keys."""
    with warehouse, warehouse.reading():
        warehouse.make_table("cdp_preview", sql)
        variants = dict(
            warehouse.rows(
                "select coalesce(variant, 'members'), count(*) from cdp_preview "
                "group by 1 order by 1"
            )
        )
        keys = warehouse.rows(
            f'select cast("{key}" as varchar) from cdp_preview order by "{key}" limit {limit:d}'
        )
    return {
        "size": sum(variants.values()),
        "variants": variants if set(variants) - {"members"} else {},
        "keys": [row[0] for row in keys],
    }
