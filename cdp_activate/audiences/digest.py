"""A digest of what decides who is in an audience, as it is written.

The table of an audience is marked with it when dbt builds it, so that a sync notices that the
YAML was edited since.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cdp_activate.audiences.model import Audience
from cdp_activate.text import Node

_WORDS = {"label", "description", "owner", "tags", "tests", "expect", "publish", "silence"}
"""Keys that change nobody's membership."""


def audience_digest(audience: Audience, audiences: Mapping[str, Audience]) -> str:
    """Sixteen hexadecimal digits; others on any change of the audience, or of one it uses."""
    assert isinstance(audience.node.value, dict)
    written = {key: _plain(node) for key, node in audience.node.value.items() if key not in _WORDS}
    used = {name: audience_digest(audiences[name], audiences) for name in sorted(audience.uses)}
    parts = [written, used, audience.entity.name, audience.timezone]
    said = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _plain(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {key: _plain(one) for key, one in node.value.items()}
    if isinstance(node.value, list):
        return [_plain(one) for one in node.value]
    return node.value
