"""Reads `consent:` conditions."""

from __future__ import annotations

from cdp_activate.audiences.model import ConsentCondition
from cdp_activate.audiences.reading.conditions import ConditionReader
from cdp_activate.text import Node


def consent(reader: ConditionReader, node: Node) -> ConsentCondition | None:
    parts = reader.only(node, {"consent"})
    rows = reader.catalog.consents.get(reader.entity.name)
    if rows is None:
        reader.wrong(
            parts["consent"],
            f"the entity {reader.entity.name} has no consents",
            "declare a model with config.meta.cdp {consents: true, ..}",
        )
        return None
    purposes = reader.enumerated(parts["consent"], rows, "purpose")
    if len(purposes) > 1:
        reader.wrong(parts["consent"], "'consent' takes one purpose", "use `all:` or `any:`")
        return None
    return ConsentCondition(rows, purposes[0], reader.timezone) if purposes else None
