"""Reads what becomes of those who are chosen: `rank`, `exclude`, `holdout`, `variants`."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from cdp_activate.audiences.model import (
    EventRows,
    KeyList,
    KeySample,
    KeySeed,
    Membership,
    Rank,
    Trait,
    Variant,
)
from cdp_activate.audiences.reading.conditions import ConditionReader
from cdp_activate.audiences.reading.relations import measured_rows
from cdp_activate.text import Node


def ranking(reader: ConditionReader, node: Node | None) -> Rank | None:
    """`rank: {by, order, top or top_percent, per}`."""
    if node is None:
        return None
    allowed = {"by", "order", "top", "top_percent", "per"}
    parts = reader.mapping(node, "rank", allowed, needed={"by"})
    if parts is None:
        return None
    by = _by(reader, parts["by"])
    order_node = parts.get("order")
    if order_node is not None and order_node.value not in ("asc", "desc"):
        reader.wrong(order_node, "'order' is asc or desc", "order: desc")
    if ("top" in parts) == ("top_percent" in parts):
        reader.wrong(node, "'rank' takes either top or top_percent", "rank: {by: .., top: 1000}")
        return None
    per = _per(reader, parts["per"]) if "per" in parts else None
    top = reader.whole_number(parts["top"], at_least=1) if "top" in parts else None
    share = reader.percent(parts["top_percent"]) if "top_percent" in parts else None
    if by is None:
        return None
    descending = order_node is None or order_node.value == "desc"
    return Rank(by, descending, top, share, per)


def _by(reader: ConditionReader, node: Node) -> Trait | EventRows | None:
    if isinstance(node.value, dict):
        return measured_rows(reader, node)
    trait = reader.trait(node)
    if trait is None:
        return None
    column = trait.column
    if not (column.type.is_number or column.type.kind in ("date", "timestamp", "text")):
        hint = "rank by a number, a date, a time or text"
        reader.wrong(node, f"'{column.name}' is a {column.type}, which has no order", hint)
        return None
    return trait


def _per(reader: ConditionReader, node: Node) -> Trait | None:
    trait = reader.trait(node)
    if trait is not None and trait.column.type.kind in ("list", "json"):
        hint = "such as per: store_id"
        kind = trait.column.type
        reader.wrong(node, f"'{trait.column.name}' is a {kind}: no group has one", hint)
        return None
    return trait


def excluded(
    reader: ConditionReader, node: Node | None
) -> tuple[Membership | KeyList | KeySeed, ...]:
    """Audiences and lists that are taken out after all else."""
    if node is None:
        return ()
    items: Sequence[Node] = node.value if isinstance(node.value, list) else [node]
    found: list[Membership | KeyList | KeySeed] = []
    for item in items:
        if isinstance(item.value, dict):
            condition = reader.condition(item)
            if isinstance(condition, Membership | KeyList | KeySeed):
                found.append(condition)
            elif condition is not None:
                reader.wrong(item, "'exclude' takes audiences and lists", "exclude: [NAME, ..]")
        elif isinstance(item.value, str):
            found.append(Membership((item.value,), reader.entity.name, (item,)))
        else:
            reader.wrong(item, "'exclude' takes audiences and lists", "exclude: [NAME, ..]")
    return tuple(found)


def holdout(reader: ConditionReader, node: Node | None) -> KeySample | None:
    """`holdout: {percent, salt}`: members who are never sent anywhere."""
    if node is None:
        return None
    parts = reader.mapping(node, "holdout", {"percent", "salt"}, needed={"percent"})
    if parts is None:
        return None
    buckets = reader.buckets(parts.get("percent"))
    salt = reader.salt(parts, reader.audience)
    return KeySample(0, buckets - 1, salt) if buckets is not None else None


def variants(reader: ConditionReader, node: Node | None) -> tuple[tuple[Variant, ...], str]:
    """Ranges of buckets in the order of their names, and the salt of the buckets (7.1, 7.2)."""
    if node is None:
        return (), ""
    if not isinstance(node.value, dict):
        reader.wrong(
            node, "'variants' gives each variant its percentage", "variants: {a: 50, b: 50}"
        )
        return (), ""
    salt = reader.salt(node.value, f"{reader.audience}/variants")
    first, found = 0, []
    for name in sorted(set(node.value) - {"salt"}):
        share = node.value[name]
        if name == "holdout":
            hint = "use the key `holdout:` of the audience"
            reader.wrong(node.keys[name], "'holdout' cannot be the name of a variant", hint)
            continue
        if not name:
            reader.wrong(node.keys[name], "a variant has no name", "such as a: 50")
            continue
        buckets = reader.buckets(share)
        if buckets is not None:
            found.append(Variant(name, first, first + buckets))
            first += buckets
    if first != 10_000 and len(found) == len(set(node.value) - {"salt"}):
        total = (Decimal(first) / 100).normalize()
        reader.wrong(node, f"the variants add up to {total:f}%", "they must add up to 100")
    return tuple(found), salt
