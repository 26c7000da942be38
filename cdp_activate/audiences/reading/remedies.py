"""What to do about words that stand where something else is meant."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from cdp_activate.audiences import operators
from cdp_activate.catalog import Catalog, Entity
from cdp_activate.text import Node

_SIGNS = {">=": "gte", ">": "gt", "<=": "lte", "<": "lt", "=": "eq", "==": "eq", "at least": "gte",
          "at most": "lte", "more than": "gt", "less than": "lt"}  # fmt: skip
_COMPARED = re.compile(
    r"(?P<sign>[<>=]{1,2}|at least|at most|more than|less than)\s*(?P<of>-?[\d.]+)"
)
_GROUPED = re.compile(r"[-+]?\d[\d.,'\u2019_\s]*%?", re.ASCII)
_QUOTES = "\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb\u2039\u203a"


def for_number(written: str) -> str:
    """What to write instead of a text, where a number is asked for."""
    text = written.strip().lower()
    if compared := _COMPARED.fullmatch(text):
        return f"write {{{_SIGNS[compared['sign']]}: {compared['of']}}}"
    if re.fullmatch(r"\d+\+", text):
        return f"write {{gte: {text[:-1]}}}"
    if ends := re.fullmatch(r"(\d+)\s*(?:-|\u2013|to|and)\s*(\d+)", text):
        return f"write {{between: [{ends[1]}, {ends[2]}]}}"
    if text.startswith("\u2212"):
        return "the minus sign is that of the keyboard: -25"
    if re.fullmatch(r"[-+]?[\d.]+%", text):
        return "write the number as the data have it, 0.5 or 50, without %"
    if _GROUPED.fullmatch(text) and any(sign in text for sign in ",'\u2019"):
        return "a number has no commas: 1000, 0.5"
    if _GROUPED.fullmatch(text):
        return "a number has one point at most, and nothing between thousands: 1000, 0.5"
    return "write the number alone, such as 100"


def for_flag(name: str, written: str) -> str:
    """What to write where true or false is asked for: YAML 1.2 knows no yes and no."""
    meant = "false" if written.strip().lower() in ("no", "n", "off", "false", "0") else "true"
    return f"{name}: {meant}"


def in_other_quotes(node: Node) -> bool:
    """A text in quotes that are none to YAML, and so part of it: a word processor made them."""
    text = node.text.strip()
    if len(text) < 3 or text[0] not in _QUOTES or text[-1] not in _QUOTES:
        return False
    # Within quotes that YAML knows they are meant.
    line = node.source.lines[node.line - 1 : node.line]
    return not line or line[0][node.column - 1 : node.column] == text[0]


def for_condition(written: str, kinds: Collection[str], catalog: Catalog, entity: Entity) -> str:
    """What is meant by a word where the kind of a condition stands; empty where it is unknown."""
    word = written.strip()
    head, _, rest = word.partition(" ")
    if word.startswith("-") and word.lstrip("- ") in kinds:
        return f"write a space after the dash: `- {word.lstrip('- ')}: ..`"
    if head == "not" and rest:
        return "write `not:`, and the condition below it, further to the right"
    if head in kinds and rest:
        return f"write a colon: `{head}: {rest}`"
    if word in catalog.events.get(entity.name, {}):
        return f"it is an event: `event: {word}`"
    if word in catalog.relations.get(entity.name, {}):
        return f"it is a relation: `related: {word}`"
    if word in entity.model.columns:
        return f"it is a trait: `trait: {word}`, and below it what it must be, such as `eq: ..`"
    return ""


def beside_rows(properties: Collection[str]) -> Mapping[str, str]:
    """What to do about keys that stand beside `event:` or `related:`, and belong below."""
    found = dict.fromkeys(properties, "what rows have stands below: where: {{{0}: ..}}")
    numbers = ("eq", "gt", "gte", "lt", "lte")
    found |= dict.fromkeys(numbers, "say of what, such as count: {{{0}: 3}}")
    return {name: hint.format(name) for name, hint in found.items()}


BESIDE_WHERE = {*operators.WINDOWS, *operators.MEASURES, *operators.OCCURRENCES}
"""What is said beside `where:`, and not of the properties in it."""
