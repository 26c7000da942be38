"""Reads people chosen by their key: `list:` and `sample:`."""

from __future__ import annotations

from decimal import Decimal

from cdp_activate.audiences.model import KeyList, KeySample, KeySeed
from cdp_activate.audiences.reading.conditions import ConditionReader
from cdp_activate.spelling import suggest
from cdp_activate.text import Node


def listed(reader: ConditionReader, node: Node) -> KeyList | KeySeed | None:
    named = reader.only(node, {"list"})["list"]
    if isinstance(named.value, dict):
        return _seeded(reader, named)
    if not isinstance(named.value, list) or not named.value:
        reader.wrong(named, "'list' takes a list of ids", "list: [c1, c2]")
        return None
    keys = [_id(reader, item) for item in named.value]
    return None if None in keys else KeyList(tuple(dict.fromkeys(filter(None, keys))))


def _id(reader: ConditionReader, item: Node) -> str | None:
    """A key as text (7.10, 7.54); None after reporting what is wrong."""
    if item.value is None or isinstance(item.value, dict | list | bool | Decimal):
        reader.wrong(item, "an id is text or a whole number", "put it in quotes")
        return None
    if not isinstance(item.value, int):
        return item.text
    is_text = reader.entity.model.columns[reader.entity.key].type.kind == "text"
    if is_text and str(item.value) != item.text:
        message = f"{item.text} is the number {item.value} in YAML"
        reader.wrong(item, message, f"put it in quotes: '{item.text}'")
        return None
    return str(item.value)


def _seeded(reader: ConditionReader, node: Node) -> KeySeed | None:
    """`{seed: vip_ids}`: the column of the entity's key, else the only one, or `column:`."""
    parts = reader.mapping(node, "list", {"seed", "column"}, needed={"seed"})
    if parts is None:
        return None
    seeds = {name: model for name, model in reader.catalog.models.items() if model.is_seed}
    seed = seeds.get(parts["seed"].text)
    if seed is None:
        hint = suggest(parts["seed"].text, seeds, what="known seeds")
        reader.wrong(parts["seed"], f"unknown seed '{parts['seed'].text}'", hint)
        return None
    if "column" in parts:
        name = parts["column"].text
        if seed.columns and name not in seed.columns:
            hint = suggest(name, seed.columns, what="columns")
            reader.wrong(parts["column"], f"the seed '{seed.name}' has no column '{name}'", hint)
            return None
        return KeySeed(seed, name)
    if not seed.columns or reader.entity.key in seed.columns:
        return KeySeed(seed, reader.entity.key)
    if len(seed.columns) > 1:
        hint = f"list: {{seed: {seed.name}, column: ..}}"
        reader.wrong(node, f"say which column of '{seed.name}' has the keys", hint)
        return None
    return KeySeed(seed, next(iter(seed.columns)))


def sample(reader: ConditionReader, node: Node) -> KeySample | None:
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
            reader.wrong(parts["of"], "'of' goes with buckets, not with percent", "leave out `of`")
        buckets = reader.buckets(parts["percent"])
        return KeySample(0, buckets - 1, salt) if buckets is not None else None
    if "of" not in parts or parts["of"].value != 10_000:
        reader.wrong(parts.get("of", outer), "buckets are counted of 10000", "add `of: 10000`")
    ends = parts["buckets"].plain()
    if (
        not isinstance(ends, list)
        or len(ends) != 2
        or any(type(end) is not int or not 0 <= end <= 9999 for end in ends)
        or ends[0] > ends[1]
    ):
        reader.wrong(
            parts["buckets"], "buckets are [first, last], from 0 to 9999", "such as [0, 4999]"
        )
        return None
    return KeySample(ends[0], ends[1], salt)
