"""Reads the conditions of an audience: one method for each kind of condition.

A method returns None after it has reported what is wrong, so its caller goes on and
finds the other mistakes of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from cdp_activate.audiences import operators
from cdp_activate.audiences.leaves import LINKED_TRAIT, MEASURE, TRAIT, LeafReader
from cdp_activate.audiences.model import (
    All,
    AnyOf,
    AtLeast,
    Comparison,
    Condition,
    Consent,
    Event,
    Happened,
    Listed,
    Measure,
    Member,
    Not,
    Sample,
    Span,
    Stage,
    Test,
)
from cdp_activate.audiences.moments import Duration
from cdp_activate.audiences.windows import span
from cdp_activate.catalog import Column, Rows, Type
from cdp_activate.text import Node, suggest

KINDS = (
    "all", "any", "not", "at_least", "trait", "event", "stage", "audience", "consent", "list",
    "sample",
)  # fmt: skip
LATER = ("related", "sequence", "compare", "changed", "experiment", "journey", "sql")
LATER_MEASURES = ("active", "first", "last", "nth", "rate")
_MEASURE_TYPES = {"count": Type("integer"), "distinct": Type("integer")}
_NUMBERS = ("integer", "decimal", "double")
_ORDERED = (*_NUMBERS, "text", "date", "timestamp")
_MEASURABLE = {"min": _ORDERED, "max": _ORDERED, "distinct": (*_ORDERED, "boolean", "uuid")}
"""The types a measure takes; the others take numbers."""


@dataclass
class ConditionReader(LeafReader):
    """Reads conditions about one entity."""

    def condition(self, node: Node) -> Condition | None:
        """One condition: a mapping with exactly one kind key."""
        if not isinstance(node.value, dict):
            self.wrong(node, "a condition is a mapping", "such as `trait: country` with `eq: DE`")
            return None
        kinds = [key for key in (*KINDS, *LATER) if key in node.value]
        if not kinds:
            first = next(iter(node.keys.values()), node)
            hint = suggest(first.text, KINDS, what="kinds")
            self.wrong(
                first,
                f"'{first.text}' is no kind of condition" if first.text else "an empty condition",
                hint,
            )
            return None
        kind = kinds[0]
        if kind in LATER:
            message = f"'{kind}' conditions are not available in this version yet"
            self.wrong(node.keys[kind], message)
            return None
        if len(kinds) > 1:
            hint = "make each a condition of its own, under `all:`"
            self.wrong(
                node.keys[kinds[1]], f"one condition has both '{kind}' and '{kinds[1]}'", hint
            )
            return None
        if kind in ("all", "any"):
            self._only(node, {kind})
            return self.group(kind, node.value[kind])
        read: dict[str, Callable[[Node], Condition | None]] = {
            "not": self._not,
            "at_least": self._at_least,
            "trait": self._trait,
            "event": self.event,
            "stage": self._stage,
            "audience": self._member,
            "consent": self._consent,
            "list": self._listed,
            "sample": self._sample,
        }
        return read[kind](node)

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
        parts = self._only(node, {"not"})
        inner_node = parts["not"]
        if isinstance(inner_node.value, list):
            hint = "not: {any: [..]} or not: {all: [..]}"
            self.wrong(inner_node, "'not' takes one condition: say which is meant", hint)
            return None
        inner = self.condition(inner_node)
        return Not(inner) if inner else None

    def _at_least(self, node: Node) -> AtLeast | None:
        outer = self._only(node, {"at_least"})
        parts = self.mapping(outer["at_least"], "at_least", {"n", "of"}, needed={"n", "of"})
        if parts is None:
            return None
        conditions = self._conditions(parts["of"], "of")
        n = self.whole_number(parts["n"], at_least=1)
        most = len(parts["of"].value) if isinstance(parts["of"].value, list) else 0
        if n is not None and n > most:
            self.wrong(parts["n"], f"at least {n} of {most} can never hold", f"n is 1 to {most}")
        return AtLeast(n, tuple(conditions)) if n and conditions else None

    def _trait(self, node: Node) -> Test | None:
        assert isinstance(node.value, dict)
        found = self.trait_column(node.value["trait"])
        if found is None:
            self._only(node, {"trait", *operators.ALL, *operators.OPTIONS})
            return None
        column, through = found
        allowed = LINKED_TRAIT if through else TRAIT
        test = self.test(node, column, allowed, skip={"trait"})
        return replace(test, through=through) if test else None

    def event(self, node: Node, *, compared: bool = True) -> Event | None:
        """`event:` with its window, filter and measure; `compared` asks for a comparison."""
        allowed = {"event", "where", *operators.WINDOWS, *operators.MEASURES}
        later = [
            key for key in LATER_MEASURES if isinstance(node.value, dict) and key in node.value
        ]
        if later and isinstance(node.value, dict):
            message = f"the measure '{later[0]}' is not available in this version yet"
            self.wrong(node.keys[later[0]], message)
            return None
        parts = self._only(node, allowed)
        if "event" not in parts:
            self.wrong(node, "name the event: `event: order_placed`")
            return None
        named = self._events(parts["event"])
        if named is None:
            return None
        names, events = named
        spans = tuple(self._spans(parts, rows) for rows in events)
        where = (
            self.filter(parts["where"], self._shared_columns(events)) if "where" in parts else None
        )
        measures = [key for key in operators.MEASURES if key in parts]
        if len(measures) > 1:
            hint = "make each a condition of its own"
            self.wrong(parts[measures[1]], "an event condition takes one measure", hint)
            return None
        if not measures:
            rows = Happened(events, names, spans, self.timezone, where)
            return Event(rows, (Comparison("gte", 1),))
        read = self._measure(measures[0], parts[measures[0]], events, compared)
        if read is None:
            return None
        measure, comparisons = read
        return Event(Happened(events, names, spans, self.timezone, where, measure), comparisons)

    def _events(self, node: Node) -> tuple[tuple[str, ...], tuple[Rows, ...]] | None:
        items = node.value if isinstance(node.value, list) else [node]
        known = self.catalog.events.get(self.entity.name, {})
        found: list[tuple[str, Rows]] = []
        for item in items:
            rows = (
                None
                if isinstance(item.value, dict | list)
                else self.catalog.event(self.entity.name, item.text)
            )
            if rows is None:
                hint = suggest(item.text, set(known) - {"*"}, what="known events")
                self.wrong(item, f"unknown event '{item.text}'", f"{hint} (cdp-activate catalog)")
            else:
                found.append((item.text, rows))
        if not items:
            self.wrong(node, "'event' is empty", "name at least one event")
        if len(found) < len(items) or not found:
            return None
        unique = dict(sorted(found))
        return tuple(unique), tuple(unique.values())

    def _shared_columns(self, events: tuple[Rows, ...]) -> dict[str, Column]:
        """The columns that every one of these events has, with one type."""
        first, *others = (rows.model.columns for rows in events)
        return {
            name: column
            for name, column in first.items()
            if all(name in other and _alike(other[name], column) for other in others)
        }

    def _spans(self, parts: Mapping[str, Node], rows: Rows) -> tuple[Span, ...]:
        found = []
        whole_days = rows.model.columns[rows.at].type.kind == "date"
        for word in operators.WINDOWS:
            if word in parts:
                read = self.attempt(
                    parts[word],
                    lambda word=word: span(  # type: ignore[misc]
                        word, parts[word].plain(), timezone=self.timezone, whole_days=whole_days
                    ),
                )
                if read is not None:
                    found.append(read)
        return tuple(found)

    def _measure(
        self, name: str, node: Node, events: tuple[Rows, ...], compared: bool
    ) -> tuple[Measure, tuple[Comparison, ...]] | None:
        column: Column | None = None
        skip: set[str] = set()
        if name != "count":
            of = node.value.get("of") if isinstance(node.value, dict) else None
            if of is None and not compared and isinstance(node.value, str):
                of = node
            if of is None:
                self.wrong(node, f"'{name}' needs `of:`", f"{name}: {{of: net_amount, gte: 100}}")
                return None
            columns = self._shared_columns(events)
            column = columns.get(of.text)
            if column is None:
                hint = suggest(of.text, columns, what="properties")
                self.wrong(of, f"unknown property '{of.text}'", hint)
                return None
            if column.type.kind not in _MEASURABLE.get(name, _NUMBERS):
                self.wrong(of, f"'{of.text}' is a {column.type}: {name} does not take it")
                return None
            skip = {"of"}
        measure = Measure(name, column)  # type: ignore[arg-type]
        if not compared:
            if isinstance(node.value, dict) and set(node.value) - skip:
                self.wrong(node, "a measure to rank by is not compared", f"{name}: {{of: ..}}")
            return measure, ()
        kind = _MEASURE_TYPES.get(name) or (column.type if column else Type("integer"))
        if name in ("avg", "median"):
            kind = Type("double")
        judged = Column(name, kind, timezone=column.timezone if column else "UTC")
        test = self.test(node, judged, MEASURE, skip=skip)
        return (measure, test.comparisons) if test else None

    def _stage(self, node: Node) -> Stage | None:
        allowed = {"stage", "track", "entered", "for_at_least", "from", "ever"}
        for key in ("regressed", "skipped"):
            if isinstance(node.value, dict) and key in node.value:
                message = f"'{key}' of a stage is not available in this version yet"
                self.wrong(node.keys[key], message)
                return None
        parts = self._only(node, allowed)
        rows = self.catalog.stages.get(self.entity.name)
        if rows is None:
            self.wrong(
                parts["stage"],
                f"the entity {self.entity.name} has no stages",
                "declare a model with config.meta.cdp {stages: true, ..}",
            )
            return None
        names = self._enumerated(parts["stage"], rows, "stage")
        track = self._track(parts.get("track"), rows)
        came_from = self._enumerated(parts["from"], rows, "stage") if "from" in parts else ()
        ever = self.flag(parts["ever"], "ever") if "ever" in parts else False
        if ever and set(parts) - {"stage", "track", "ever"}:
            self.wrong(parts["ever"], "'ever' goes alone", "make the rest a condition of its own")
            return None
        if not names or track is None:
            return None
        return Stage(
            rows, names, track, self.timezone,
            entered=self._stay_length(parts.get("entered"), rows),
            for_at_least=self._stay_length(parts.get("for_at_least"), rows),
            came_from=came_from,
            ever=bool(ever),
        )  # fmt: skip

    def _stay_length(self, node: Node | None, rows: Rows) -> Duration | None:
        length = self.duration(node) if node else None
        is_date = rows.model.columns[rows.at].type.kind == "date"
        if node and length and length.days is None and is_date:
            self.wrong(node, f"'{rows.at}' is a date without a time: give whole days or weeks")
        return length

    def _track(self, node: Node | None, rows: Rows) -> str | None:
        if node is not None:
            names = self._enumerated(node, rows, "track")
            return names[0] if names else None
        known = rows.model.columns[rows.columns["track"]].values
        return known[0] if known else "lifecycle"

    def _enumerated(self, node: Node, rows: Rows, role: str) -> tuple[str, ...]:
        """Names that the column of `role` may hold, checked where it has an enumeration."""
        column = rows.model.columns.get(rows.columns[role])
        known = column.values if column else ()
        items = node.value if isinstance(node.value, list) else [node]
        names: list[str] = []
        for item in items:
            if isinstance(item.value, dict | list) or item.value is None:
                self.wrong(item, f"name a {role}", suggest("", known, what=f"known {role}s"))
            elif known and item.text not in known:
                hint = suggest(item.text, known, what=f"known {role}s")
                self.wrong(item, f"unknown {role} '{item.text}'", hint)
            else:
                names.append(item.text)
        if not items:
            self.wrong(node, f"name a {role}", suggest("", known, what=f"known {role}s"))
        return tuple(dict.fromkeys(names)) if len(names) == len(items) else ()

    def _member(self, node: Node) -> Member | None:
        for key in ("ever", "entered", "exited", "for_at_least"):
            if isinstance(node.value, dict) and key in node.value:
                message = f"'{key}' of an audience is not available in this version yet"
                self.wrong(node.keys[key], message, "it needs the membership history")
                return None
        named = self._only(node, {"audience"})["audience"]
        items = named.value if isinstance(named.value, list) else [named]
        if not items or any(not isinstance(item.value, str) for item in items):
            self.wrong(named, "'audience' takes the name of an audience, or a list of names")
            return None
        return Member(tuple(item.text for item in items), tuple(items))

    def _consent(self, node: Node) -> Consent | None:
        parts = self._only(node, {"consent"})
        rows = self.catalog.consents.get(self.entity.name)
        if rows is None:
            self.wrong(
                parts["consent"],
                f"the entity {self.entity.name} has no consents",
                "declare a model with config.meta.cdp {consents: true, ..}",
            )
            return None
        purposes = self._enumerated(parts["consent"], rows, "purpose")
        if len(purposes) > 1:
            self.wrong(parts["consent"], "'consent' takes one purpose", "use `all:` or `any:`")
            return None
        return Consent(rows, purposes[0], self.timezone) if purposes else None

    def _listed(self, node: Node) -> Listed | None:
        named = self._only(node, {"list"})["list"]
        if isinstance(named.value, dict):
            self.wrong(named, "lists from a seed are not available in this version yet")
            return None
        if not isinstance(named.value, list) or not named.value:
            self.wrong(named, "'list' takes a list of ids", "list: [c1, c2]")
            return None
        for item in named.value:
            if item.value is None or isinstance(item.value, dict | list | bool | Decimal):
                self.wrong(item, "an id is text or a whole number")
                return None
        keys = (
            str(item.value) if isinstance(item.value, int) else item.text for item in named.value
        )
        return Listed(tuple(dict.fromkeys(keys)))

    def _sample(self, node: Node) -> Sample | None:
        outer = self._only(node, {"sample"})["sample"]
        parts = self.mapping(outer, "sample", {"percent", "buckets", "of", "salt"})
        if parts is None:
            return None
        salt = self.salt(parts, self.audience)
        if ("percent" in parts) == ("buckets" in parts):
            self.wrong(outer, "'sample' takes either percent or buckets", "sample: {percent: 10}")
            return None
        if "percent" in parts:
            if "of" in parts:
                self.wrong(parts["of"], "'of' goes with buckets, not with percent")
            buckets = self.buckets(parts["percent"])
            return Sample(0, buckets - 1, salt) if buckets is not None else None
        if "of" not in parts or parts["of"].value != 10_000:
            self.wrong(parts.get("of", outer), "buckets are counted of 10000", "add `of: 10000`")
        ends = parts["buckets"].plain()
        if (
            not isinstance(ends, list)
            or len(ends) != 2
            or any(type(end) is not int or not 0 <= end <= 9999 for end in ends)
            or ends[0] > ends[1]
        ):
            self.wrong(parts["buckets"], "buckets are [first, last], from 0 to 9999")
            return None
        return Sample(ends[0], ends[1], salt)

    def _only(self, node: Node, allowed: Collection[str]) -> Mapping[str, Node]:
        """The keys of a condition, unknown ones reported."""
        assert isinstance(node.value, dict)
        for key, key_node in node.keys.items():
            if key not in allowed:
                self.wrong(key_node, f"unknown key '{key}'", suggest(key, allowed, what="keys"))
        return node.value


def _alike(left: Column, right: Column) -> bool:
    return left.type == right.type and left.timezone == right.timezone
