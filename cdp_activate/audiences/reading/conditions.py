"""Reads a condition: which kind it is, and the kinds that combine others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from cdp_activate.audiences.model import All, AnyOf, AtLeast, Condition, Not
from cdp_activate.audiences.reading.leaves import LeafReader
from cdp_activate.audiences.reading.remedies import for_condition
from cdp_activate.audiences.synonyms import meant_by
from cdp_activate.spelling import suggest
from cdp_activate.text import Node

COMBINING = ("all", "any", "not", "at_least")


@dataclass
class ConditionReader(LeafReader):
    """Reads conditions about one entity; `kinds` are the functions that read each other kind."""

    kinds: Mapping[str, KindReader] = field(default_factory=dict)

    def condition(self, node: Node) -> Condition | None:
        """One condition: a mapping with exactly one kind key."""
        known = (*COMBINING, *self.kinds)
        if not isinstance(node.value, dict):
            self._no_mapping(node, known)
            return None
        named = [key for key in node.value if key in known]
        if not named:
            first = next(iter(node.keys.values()), node)
            what = f"'{first.text}' is no kind of condition" if first.text else "an empty condition"
            hint = for_condition(first.text, known, self.catalog, self.entity) or suggest(
                first.text, known, what="kinds", most=30, meant=meant_by(first.text)
            )
            self.wrong(first, what, hint)
            return None
        kind = named[0]
        if len(named) > 1 and node.value[kind].value is None:
            hint = f"what belongs to `{kind}:` stands below it, further to the right"
            self.wrong(node.keys[kind], f"'{kind}' has nothing below it", hint)
            return None
        if len(named) > 1:
            message = f"one condition has both '{kind}' and '{named[1]}'"
            hint = "make each a condition of its own, under `all:`"
            self.wrong(node.keys[named[1]], message, hint)
            return None
        if kind in ("all", "any"):
            self.only(node, {kind})
            return self.group(kind, node.value[kind])
        if kind == "not":
            return self._not(node)
        if kind == "at_least":
            return self._at_least(node)
        return self.kinds[kind](self, node)

    def _no_mapping(self, node: Node, known: Collection[str]) -> None:
        hint = for_condition(node.text, known, self.catalog, self.entity)
        if not hint and node.text.partition(":")[0] in known:
            hint = suggest(node.text, known)
        hint = hint or "such as `trait: country` with `eq: DE`"
        self.wrong(node, "a condition is a mapping", hint)

    def group(self, kind: str, node: Node) -> Condition | None:
        """`all: [..]` or `any: [..]`."""
        conditions = self._conditions(node, kind)
        if not conditions:
            return None
        return All(tuple(conditions)) if kind == "all" else AnyOf(tuple(conditions))

    def _conditions(self, node: Node, kind: str) -> list[Condition]:
        if not isinstance(node.value, list):
            self.wrong(node, f"'{kind}' takes a list of conditions", "begin each line with `- `")
            return []
        if not node.value:
            self.wrong(node, f"'{kind}' is empty", "add a condition, or remove it")
        read = [self.condition(item) for item in node.value]
        return [condition for condition in read if condition is not None]

    def _not(self, node: Node) -> Not | None:
        parts = self.only(node, {"not"})
        inner_node = parts["not"]
        if isinstance(inner_node.value, list):
            hint = "not: {any: [..]} or not: {all: [..]}"
            self.wrong(inner_node, "'not' takes one condition: say which is meant", hint)
            return None
        inner = self.condition(inner_node)
        return Not(inner) if inner else None

    def _at_least(self, node: Node) -> AtLeast | None:
        outer = self.only(node, {"at_least"})
        parts = self.mapping(outer["at_least"], "at_least", {"n", "of"}, needed={"n", "of"})
        if parts is None:
            return None
        conditions = self._conditions(parts["of"], "of")
        n = self.whole_number(parts["n"], at_least=1)
        most = len(parts["of"].value) if isinstance(parts["of"].value, list) else 0
        if n is not None and most and n > most:
            self.wrong(parts["n"], f"at least {n} of {most} can never hold", f"n is 1 to {most}")
        return AtLeast(n, tuple(conditions)) if n and conditions else None


KindReader = Callable[[ConditionReader, Node], Condition | None]
