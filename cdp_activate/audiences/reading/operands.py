"""Reads what an operator compares with: values, windows, patterns, parts of the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cdp_activate.audiences import operators
from cdp_activate.audiences.model import (
    Anniversary,
    Comparison,
    Span,
    TestOptions,
    Value,
)
from cdp_activate.audiences.reading.patterns import check_pattern
from cdp_activate.audiences.reading.values import ValueReader
from cdp_activate.audiences.windows import span
from cdp_activate.audiences.written_times import is_duration
from cdp_activate.catalog import Column, Type
from cdp_activate.text import Node

_ENDS = {"between": "since", "between_ago": "within"}
"""Windows of two ends, and the window that each end would be alone."""
_LENGTHS = {"since": "within", "after": "last", "before": "older_than"}
"""Windows that begin or end at a date, and what takes a length in their place."""


@dataclass
class OperandReader(ValueReader):
    """Reads the right sides of comparisons."""

    def windows(self, parts: Mapping[str, Node], at: Column) -> tuple[Span, ...]:
        """The spans of the windows among these keys, on a column of time."""
        words = [word for word in operators.WINDOWS if word in parts]
        read = [self._span(word, parts[word], at) for word in words]
        return tuple(one for one in read if one is not None)

    def _span(self, word: str, node: Node, at: Column) -> Span | None:
        """What a window says; of two ends, the one that is wrong is the place."""
        whole_days = at.type.kind == "date"

        def attempt(word: str, node: Node) -> Span | None:
            zone = self.timezone
            if word in _LENGTHS and is_duration(node.value):
                hint = f"{_LENGTHS[word]}: {node.value}"
                self.wrong(node, f"'{word}' takes a date, this is a length of time", hint)
                return None
            return self.attempt(
                node, lambda: span(word, node.plain(), timezone=zone, whole_days=whole_days)
            )

        alone = _ENDS.get(word)
        ends = node.value if alone and isinstance(node.value, list) else []
        if alone and None in [attempt(alone, end) for end in ends]:
            return None
        return attempt(word, node)

    def _values(
        self, node: Node, column: Column, kind: Type, options: TestOptions, *, pair: bool
    ) -> tuple[Value, ...] | None:
        if node.value == []:
            self.wrong(node, "the list is empty", "name at least one value")
            return None
        if not isinstance(node.value, list) or (pair and len(node.value) != 2):
            example = "[low, high]" if pair else "[one, two]"
            self.wrong(node, f"expected a list: {example}", "in square brackets")
            return None
        read = [self.value(item, kind, column, options) for item in node.value]
        found = tuple(value for value in read if value is not None)
        return found if len(found) == len(read) else None

    def _text_or_pattern(self, form: str, name: str, node: Node) -> Comparison | None:
        if not isinstance(node.value, str):
            self.wrong(
                node,
                f"'{name}' takes text",
                f"write {node.text!r}" if node.text else f"{name}: 'abc'",
            )
            return None
        if not self.quoted_well(node):
            return None
        if form == "pattern":
            mistake, remedy = check_pattern(node.value, self.catalog.adapter)
            if mistake:
                self.wrong(node, mistake, remedy)
                return None
        return Comparison(name, node.value)

    def _anniversary(self, node: Node) -> Comparison | None:
        parts = self.mapping(node, "anniversary", {"next", "last", "feb29"})
        if parts is None:
            return None
        if ("next" in parts) == ("last" in parts):
            hint = "anniversary: {next: 7 days}"
            self.wrong(node, "'anniversary' takes either next or last", hint)
            return None
        ahead = "next" in parts
        length = self.duration(parts["next" if ahead else "last"])
        feb29 = parts["feb29"].value if "feb29" in parts else "mar1"
        if feb29 not in ("mar1", "feb28"):
            self.wrong(parts["feb29"], "'feb29' is mar1 or feb28", "feb29: feb28")
            return None
        if length is None:
            return None
        if length.days is None or length.days > 365:
            self.wrong(
                node, "an anniversary is sought in whole days, at most 365", "such as 30 days"
            )
            return None
        first = 0 if ahead else 1 - length.days
        return Comparison(
            "anniversary", Anniversary(first, length.days, "mar1" if feb29 == "mar1" else "feb28")
        )

    def _calendar_part(self, form: str, name: str, node: Node) -> Comparison | None:
        items = node.value if isinstance(node.value, list) else [node]
        found: list[Value] = []
        example = "[sat, sun]" if form == "weekdays" else "[11, 12]"
        for item in items:
            if form == "weekdays" and item.text.lower() in operators.WEEKDAYS:
                found.append(operators.WEEKDAYS[item.text.lower()])
            elif form == "months" and type(item.value) is int and 1 <= item.value <= 12:
                found.append(item.value)
            else:
                self.wrong(item, f"'{name}' takes a list such as {example}", f"{name}: {example}")
        if not items:
            self.wrong(node, f"'{name}' takes a list such as {example}", f"{name}: {example}")
        return Comparison(name, tuple(found)) if found and len(found) == len(items) else None
