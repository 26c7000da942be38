"""Reads `sequence:` conditions: steps in order, each a `did` or a `did_not`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cdp_activate.audiences import operators
from cdp_activate.audiences.model import EventRows, Sequence, Step
from cdp_activate.audiences.moments import Duration
from cdp_activate.audiences.reading import rows
from cdp_activate.audiences.reading.conditions import ConditionReader
from cdp_activate.catalog import Column
from cdp_activate.spelling import suggest
from cdp_activate.text import Node

_UNCOMPARED = ("list", "json", "other")
"""Types whose values `same` cannot compare."""


def sequence(reader: ConditionReader, node: Node) -> Sequence | None:
    parts = reader.only(node, {"sequence", *operators.WINDOWS})
    listed = parts["sequence"]
    if not isinstance(listed.value, list) or not listed.value:
        hint = "begin each step with `- did: ..` or `- did_not: ..`"
        reader.wrong(listed, "'sequence' takes a list of steps", hint)
        return None
    steps = _Steps(reader)
    for item in listed.value:
        steps.read(item)
    if any(step is None for step in steps.found):
        return None
    first, *rest = [step for step in steps.found if step is not None]
    window = rows.spans(reader, parts, first.rows.events)
    started = replace(first, rows=replace(first.rows, spans=window))
    return Sequence((started, *rest))


@dataclass
class _Steps:
    """The steps read so far; a wrong one is None, so that the others are still checked."""

    reader: ConditionReader
    found: list[Step | None] = field(default_factory=list)

    def read(self, node: Node) -> None:
        kinds = [key for key in ("did", "did_not") if key in node.keys]
        if len(kinds) != 1:
            what = "a step is either did or did_not" if kinds else "a step says did or did_not"
            self.reader.wrong(node, what, "such as - did: order_placed")
            self.found.append(None)
            return
        allowed = {kinds[0], "where", "within", "same", "immediately"}
        parts = self.reader.only(node, allowed)
        problems = len(self.reader.problems)
        if not self.found:
            self._first(node, kinds[0])
        step = self._step(node, kinds[0], parts)
        self.found.append(step if len(self.reader.problems) == problems else None)

    def _first(self, node: Node, kind: str) -> None:
        """A sequence begins with a did, which follows nothing (7.23)."""
        if kind == "did_not":
            hint = "put a `did` first, or ask `not: {event: ..}`"
            self.reader.wrong(node.keys[kind], "a sequence begins with a did", hint)
        for key in ("within", "same", "immediately"):
            if key in node.keys:
                hint = "a window of the whole sequence stands beside `sequence:`"
                self.reader.wrong(node.keys[key], f"the first step has no '{key}'", hint)

    def _step(self, node: Node, kind: str, parts: Mapping[str, Node]) -> Step | None:
        events = rows.named_events(self.reader, parts[kind])
        if events is None:
            return None
        filtered = {key: part for key, part in parts.items() if key == "where"}
        of = rows.happened(self.reader, events, filtered)
        before = next((step for step in reversed(self.found) if step and step.did), None)
        within = self._within(parts["within"], of, before) if "within" in parts else None
        immediately = False
        if "immediately" in parts:
            immediately = bool(self.reader.flag(parts["immediately"], "immediately"))
            if kind == "did_not":
                hint = "it belongs to a did"
                self.reader.wrong(node.keys["immediately"], "a did_not has no 'immediately'", hint)
        same = self._same(parts["same"], of, before) if "same" in parts and before else ()
        return Step(of, kind == "did", within, same, immediately)

    def _within(self, node: Node, of: EventRows, before: Step | None) -> Duration | None:
        length = self.reader.duration(node)
        tables = (*of.events, *(before.rows.events if before else ()))
        if length and length.days is None and all(rows.has_days(table) for table in tables):
            self.reader.wrong(
                node,
                "these events have dates without a time: give whole days or weeks",
                "such as 2 days",
            )
        return length

    def _same(self, node: Node, of: EventRows, before: Step) -> tuple[Column, ...]:
        """Properties that this event and the latest did have with one type (7.24)."""
        items = node.value if isinstance(node.value, list) else [node]
        here, there = rows.shared_columns(of.events), rows.shared_columns(before.rows.events)
        found: dict[str, Column] = {}
        for item in items:
            name = item.text
            if name not in here or name not in there:
                events = of.names if name not in here else before.rows.names
                known = suggest(name, set(here) & set(there), what="properties of both")
                message = f"unknown property '{name}' of {', '.join(events)}"
                self.reader.wrong(item, message, known)
            elif not rows.alike(here[name], there[name]):
                message = f"'{name}' is a {there[name].type} in one event, a {here[name].type} in"
                self.reader.wrong(item, f"{message} the other", "give both one type in dbt")
            elif here[name].type.kind in _UNCOMPARED:
                hint = "name a property such as an id"
                self.reader.wrong(item, f"'{name}' is a {here[name].type}: nothing equals it", hint)
            else:
                found[name] = here[name]
        if not items:
            self.reader.wrong(node, "'same' is empty", "same: [cart_id]")
        return tuple(found.values())
