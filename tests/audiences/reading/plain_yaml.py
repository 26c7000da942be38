"""YAML 1.2 as plain values: the core schema (7.8), decimals exact, dates left as text."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import yaml

_SCALARS = (
    (re.compile(r"null|Null|NULL|~|"), lambda text: None),
    (re.compile(r"true|True|TRUE"), lambda text: True),
    (re.compile(r"false|False|FALSE"), lambda text: False),
    (re.compile(r"[-+]?[0-9]+"), int),
    (re.compile(r"0o[0-7]+"), lambda text: int(text, 8)),
    (re.compile(r"0x[0-9a-fA-F]+"), lambda text: int(text, 16)),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), Decimal),
    (re.compile(r"[-+]?\.(inf|Inf|INF)"), lambda text: Decimal(text.replace(".", ""))),
    (re.compile(r"\.(nan|NaN|NAN)"), lambda text: Decimal("NaN")),
)


def documents(text: str) -> list[Any]:
    """The documents of a text."""
    return [_plain(node) for node in yaml.compose_all(text, yaml.SafeLoader)]


def _plain(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        found = {_plain(key): _plain(value) for key, value in node.value}
        assert len(found) == len(node.value), "a key stands twice"
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    if node.style is None and not node.tag.startswith("!"):
        for pattern, meaning in _SCALARS:
            if pattern.fullmatch(node.value):
                return meaning(node.value)  # type: ignore[no-untyped-call]
    return node.value
