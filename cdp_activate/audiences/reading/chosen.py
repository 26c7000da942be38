"""Reads people chosen by their key: `list:` and `sample:`."""

from __future__ import annotations

from decimal import Decimal

from cdp_activate.audiences.model import Listed, Sample
from cdp_activate.audiences.reading.conditions import ConditionReader
from cdp_activate.text import Node


def listed(reader: ConditionReader, node: Node) -> Listed | None:
    named = reader.only(node, {"list"})["list"]
    if isinstance(named.value, dict):
        reader.wrong(named, "lists from a seed are not available in this version yet")
        return None
    if not isinstance(named.value, list) or not named.value:
        reader.wrong(named, "'list' takes a list of ids", "list: [c1, c2]")
        return None
    for item in named.value:
        if item.value is None or isinstance(item.value, dict | list | bool | Decimal):
            reader.wrong(item, "an id is text or a whole number")
            return None
    keys = (str(item.value) if isinstance(item.value, int) else item.text for item in named.value)
    return Listed(tuple(dict.fromkeys(keys)))


def sample(reader: ConditionReader, node: Node) -> Sample | None:
    outer = reader.only(node, {"sample"})["sample"]
    parts = reader.mapping(outer, "sample", {"percent", "buckets", "of", "salt"})
    if parts is None:
        return None
    salt = reader.salt(parts, reader.audience)
    if ("percent" in parts) == ("buckets" in parts):
        reader.wrong(outer, "'sample' takes either percent or buckets", "sample: {percent: 10}")
        return None
    if "percent" in parts:
        if "of" in parts:
            reader.wrong(parts["of"], "'of' goes with buckets, not with percent")
        buckets = reader.buckets(parts["percent"])
        return Sample(0, buckets - 1, salt) if buckets is not None else None
    if "of" not in parts or parts["of"].value != 10_000:
        reader.wrong(parts.get("of", outer), "buckets are counted of 10000", "add `of: 10000`")
    ends = parts["buckets"].plain()
    if (
        not isinstance(ends, list)
        or len(ends) != 2
        or any(type(end) is not int or not 0 <= end <= 9999 for end in ends)
        or ends[0] > ends[1]
    ):
        reader.wrong(parts["buckets"], "buckets are [first, last], from 0 to 9999")
        return None
    return Sample(ends[0], ends[1], salt)
