"""What every reader has: where it reads, the mistakes found, and the plain parts of conditions.

A method returns None after it has reported what is wrong, so its caller goes on and
finds the other mistakes of the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from cdp_activate.audiences.moments import Duration
from cdp_activate.audiences.reading.remedies import for_flag
from cdp_activate.audiences.synonyms import meant_by
from cdp_activate.audiences.written_times import parse_duration
from cdp_activate.catalog import Catalog, Entity
from cdp_activate.errors import Problem
from cdp_activate.spelling import suggest
from cdp_activate.text import Node

_T = TypeVar("_T")
MAGNITUDE = 300
"""Powers of ten that a double holds, and so every warehouse."""
_EXAMPLES = {
    "anniversary": "next: 7 days",
    "experiment": "name: banner, variant: control",
    "first": "within: 30 days",
    "holdout": "percent: 10",
    "last": "within: 30 days",
    "nth": "n: 3",
    "pick": "latest_by: created_at",
    "rank": "by: lifetime_value, top: 1000",
    "sample": "percent: 10",
    "size": "min: 100",
}
"""What a mapping may hold, where not all of its keys go together."""
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,9})?")


@dataclass
class Reader:
    """Reads the plain parts. `audience` is the default salt of samples."""

    catalog: Catalog
    entity: Entity
    timezone: str
    audience: str
    problems: list[Problem]

    def wrong(self, node: Node, message: str, hint: str = "") -> None:
        self.problems.append(node.problem(message, hint))

    def attempt(self, node: Node, read: Callable[[], _T]) -> _T | None:
        """What `read` returns, its ValueError reported at `node`."""
        try:
            return read()
        except ValueError as error:
            self.wrong(node, str(error))
            return None

    def mapping(
        self, node: Node, name: str, allowed: Collection[str], needed: Collection[str] = ()
    ) -> Mapping[str, Node] | None:
        """The parts of a mapping; unknown and missing keys are reported."""
        if not isinstance(node.value, dict):
            example = ", ".join(f"{key}: .." for key in sorted(needed or allowed))
            example = _EXAMPLES.get(name, example)
            self.wrong(node, f"'{name}' is a mapping", f"{name}: {{{example}}}")
            return None
        for key, key_node in node.keys.items():
            if key not in allowed:
                self.wrong(
                    key_node,
                    f"unknown key '{key}'",
                    suggest(key, allowed, what="keys", meant=meant_by(key)),
                )
        missing = [key for key in needed if key not in node.value]
        if missing:
            added = ", ".join(f"`{key}: ..`" for key in sorted(missing))
            self.wrong(node, f"'{name}' lacks {', '.join(sorted(missing))}", f"add {added}")
            return None
        return node.value

    def only(
        self, node: Node, allowed: Collection[str], hints: Mapping[str, str] | None = None
    ) -> Mapping[str, Node]:
        """The keys of a condition, unknown ones reported, with what `hints` say of them."""
        assert isinstance(node.value, dict)
        for key, key_node in node.keys.items():
            if key not in allowed:
                hint = suggest(key, allowed, what="keys", meant=meant_by(key))
                self.wrong(key_node, f"unknown key '{key}'", (hints or {}).get(key, hint))
        return node.value

    def flag(self, node: Node, name: str) -> bool | None:
        if isinstance(node.value, bool):
            return node.value
        self.wrong(node, f"'{name}' is true or false", for_flag(name, node.text))
        return None

    def salt(self, parts: Mapping[str, Node], default: str) -> str:
        """The salt of buckets, as it is written; `default` when there is none."""
        node = parts.get("salt")
        if node is not None and (node.value is None or isinstance(node.value, dict | list)):
            self.wrong(node, "'salt' is text", "put it in quotes")
        return node.text if node else default

    # Numbers and lengths ...

    def duration(self, node: Node) -> Duration | None:
        return self.attempt(node, lambda: parse_duration(node.value))

    def whole_number(self, node: Node, *, at_least: int) -> int | None:
        if type(node.value) is int and node.value >= at_least:
            return node.value
        self.wrong(node, f"expected a whole number, at least {at_least}", f"such as {at_least + 9}")
        return None

    def positive(self, node: Node, name: str) -> Decimal | None:
        """A number above 0."""
        value = node.value
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            number = Decimal(value)
            if number.is_finite() and number > 0 and abs(number.adjusted()) <= MAGNITUDE:
                return number
        self.wrong(node, f"'{name}' is a number above 0, or a percentage such as 25%", "such as 5")
        return None

    def percent(self, node: Node) -> Decimal | None:
        """A percentage, `10` or `10%`, as a number from 0 to 100."""
        text = (
            node.text.strip().removesuffix("%") if not isinstance(node.value, dict | list) else ""
        )
        number = Decimal(text) if _PERCENT.fullmatch(text) else Decimal(-1)
        if not 0 <= number <= 100:
            self.wrong(node, "expected a percentage from 0 to 100", "such as 10")
            return None
        return number

    def share(self, node: Node) -> Decimal | None:
        """`40%` or the fraction `0.4`, as a fraction."""
        if isinstance(node.value, str):
            percent = self.percent(node)
            return percent / 100 if percent is not None else None
        if (
            isinstance(node.value, int | Decimal)
            and not isinstance(node.value, bool)
            and Decimal(node.value).is_finite()
            and node.value >= 0
        ):
            return Decimal(node.value)
        self.wrong(node, "expected a percentage such as 40%", "or a fraction such as 0.4")
        return None

    def buckets(self, node: Node | None) -> int | None:
        """A percentage of at most two decimals, as a number of the 10,000 buckets."""
        percent = self.percent(node) if node is not None else None
        if percent is None or node is None:
            return None
        buckets = percent * 100
        if buckets != int(buckets):
            self.wrong(node, "a percentage here has at most two decimals", "such as 12.25")
            return None
        return int(buckets)
