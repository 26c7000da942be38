"""Reads one audience: what it says of itself, its conditions left to ConditionReader."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cdp_activate.audiences.codes import WARNINGS
from cdp_activate.audiences.facts import audience_model
from cdp_activate.audiences.model import (
    Audience,
    Condition,
    Expectation,
    Happened,
    Listed,
    Member,
    Rank,
    Sample,
    Seeded,
    Trait,
    Variant,
)
from cdp_activate.audiences.moments import Duration, zone
from cdp_activate.audiences.other_words import meant_by
from cdp_activate.audiences.reading.conditions import COMBINING, ConditionReader
from cdp_activate.audiences.reading.kinds import KINDS, condition_reader
from cdp_activate.audiences.reading.relations import measured_rows
from cdp_activate.audiences.reading.tests import audience_tests
from cdp_activate.catalog import Catalog, Entity
from cdp_activate.errors import Problem
from cdp_activate.text import Node, suggest

KEYS = (
    "audience", "label", "description", "owner", "tags", "entity", "timezone", "where", "rank",
    "holdout", "variants", "exclude", "expect", "tests", "publish", "silence",
)  # fmt: skip
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
KEYS_AS_TEXT = "make it text, an integer or a uuid in dbt, and declare its data_type"
TAKEN = ("members", "runs")
"""The models `audience_members` and `audience_runs` are the history of all audiences."""


@dataclass
class AudienceReader:
    """Reads one document; `problems` has what is wrong with it."""

    document: Node
    catalog: Catalog
    project_timezone: str
    problems: list[Problem] = field(default_factory=list)
    name: str = ""

    @property
    def name_node(self) -> Node:
        return self.document.locate(["audience"])

    def read(self) -> Audience | None:
        if not isinstance(self.document.value, dict):
            self.wrong(self.document, "an audience is a mapping", "begin with `audience: name`")
            return None
        for key, node in self.document.keys.items():
            if key not in KEYS:
                hint = suggest(key, KEYS, what="keys", meant=meant_by(key))
                if key in (*COMBINING, *KINDS):
                    hint = f"a condition stands under `where:`, such as where: {{{key}: ..}}"
                self.wrong(node, f"unknown key '{key}'", hint)
        self.name = self._name()
        timezone = self._timezone()
        entity = self._entity()
        if entity is None:
            return None
        self._check_key(entity)
        conditions = condition_reader(self.catalog, entity, timezone, self.name, self.problems)
        where = self._where(conditions)
        holdout = self._holdout(conditions)
        variants, variant_salt = self._variants(conditions)
        rank = self._rank(conditions)
        exclude = self._exclude(conditions)
        audience = Audience(
            name=self.name,
            entity=entity,
            where=where,
            timezone=timezone,
            node=self.document,
            label=self._text("label"),
            description=self._text("description"),
            owner=self._text("owner"),
            tags=tuple(self._texts("tags")),
            rank=rank,
            exclude=exclude,
            holdout=holdout,
            variants=variants,
            variant_salt=variant_salt,
            expect=self._expect(conditions),
            publish=self._flag("publish", default=True),
            tests=audience_tests(conditions, self.get("tests")),
            silence=self._silence(),
        )
        return audience if self.name else None

    def wrong(self, node: Node, message: str, hint: str = "") -> None:
        self.problems.append(node.problem(message, hint))

    def get(self, key: str) -> Node | None:
        value = self.document.value
        return value.get(key) if isinstance(value, dict) else None

    def _name(self) -> str:
        node = self.get("audience")
        if node is None:
            self.wrong(self.document, "an audience has no name", "add `audience: name` on top")
            return ""
        if not isinstance(node.value, str) or not NAME.fullmatch(node.value):
            hint = "small letters, digits and _, a letter first, at most 63: vip_at_risk"
            self.wrong(node, f"'{node.text}' cannot be the name of an audience", hint)
            return ""
        most = 63 - len(audience_model(""))
        if self.catalog.adapter == "postgres" and len(node.value) > most:
            message = f"on PostgreSQL the name of an audience has at most {most} letters"
            hint = f"its table is {audience_model('')}.., and PostgreSQL cuts names off at 63"
            self.wrong(node, message, hint)
            return ""
        if node.value in TAKEN:
            hint = f"audience_{node.value} is the model of the history: take another name"
            self.wrong(node, f"an audience cannot be called '{node.value}'", hint)
            return ""
        return node.value

    def _timezone(self) -> str:
        node = self.get("timezone")
        if node is None:
            return self.project_timezone
        try:
            zone(node.text)
        except ValueError as error:
            self.wrong(node, str(error), "use a name such as Asia/Ho_Chi_Minh or Europe/Berlin")
            return self.project_timezone
        return node.text

    def _entity(self) -> Entity | None:
        node = self.get("entity")
        if node is None:
            entity = self.catalog.default_entity()
            if entity is None:
                hint = suggest("", self.catalog.entities, what="entities")
                self.wrong(self.document, "say of which entity: `entity: name`", hint)
            return entity
        entity = self.catalog.entities.get(str(node.value))
        if entity is None:
            hint = suggest(str(node.text), self.catalog.entities, what="entities")
            self.wrong(node, f"unknown entity '{node.text}'", hint)
        return entity

    def _check_key(self, entity: Entity) -> None:
        """Every audience is in the history, where its keys are text (7.10)."""
        kind = entity.model.columns[entity.key].type.kind
        if kind not in ("text", "integer", "uuid", "other"):
            message = f"the key of {entity.name}, '{entity.key}', is a {kind}"
            self.wrong(self.get("entity") or self.name_node, message, KEYS_AS_TEXT)

    def _text(self, key: str) -> str:
        node = self.get(key)
        if node is None or node.value is None:
            return ""
        if isinstance(node.value, dict | list):
            self.wrong(node, f"'{key}' is text", "put it in quotes")
            return ""
        return node.text

    def _texts(self, key: str) -> list[str]:
        node = self.get(key)
        if node is None:
            return []
        if not isinstance(node.value, list) or any(
            isinstance(item.value, dict | list) for item in node.value
        ):
            self.wrong(node, f"'{key}' is a list of words", f"write {key}: [one, two]")
            return []
        return [item.text for item in node.value]

    def _silence(self) -> tuple[str, ...]:
        found = tuple(self._texts("silence"))
        node = self.get("silence")
        for place, code in enumerate(found):
            if node is not None and code not in WARNINGS:
                hint = suggest(code, WARNINGS, what="warnings")
                self.wrong(node.locate([place]), f"there is no warning '{code}'", hint)
        return found

    def _flag(self, key: str, *, default: bool) -> bool:
        node = self.get(key)
        if node is None:
            return default
        if not isinstance(node.value, bool):
            self.wrong(node, f"'{key}' is true or false", f"{key}: true")
            return default
        return node.value

    def _where(self, conditions: ConditionReader) -> Condition | None:
        node = self.get("where")
        if node is None:
            return None
        if isinstance(node.value, list):
            return conditions.group("all", node)
        return conditions.condition(node)

    def _holdout(self, conditions: ConditionReader) -> Sample | None:
        node = self.get("holdout")
        if node is None:
            return None
        parts = conditions.mapping(node, "holdout", {"percent", "salt"}, needed={"percent"})
        if parts is None:
            return None
        buckets = conditions.buckets(parts.get("percent"))
        salt = conditions.salt(parts, self.name)
        return Sample(0, buckets - 1, salt) if buckets is not None else None

    def _variants(self, conditions: ConditionReader) -> tuple[tuple[Variant, ...], str]:
        node = self.get("variants")
        if node is None:
            return (), ""
        if not isinstance(node.value, dict):
            self.wrong(
                node, "'variants' gives each variant its percentage", "variants: {a: 50, b: 50}"
            )
            return (), ""
        salt = conditions.salt(node.value, f"{self.name}/variants")
        first, variants = 0, []
        for name in sorted(set(node.value) - {"salt"}):
            share = node.value[name]
            if name == "holdout":
                hint = "use the key `holdout:` of the audience"
                self.wrong(node.keys[name], "'holdout' cannot be the name of a variant", hint)
                continue
            if not name:
                self.wrong(node.keys[name], "a variant has no name", "such as a: 50")
                continue
            buckets = conditions.buckets(share)
            if buckets is not None:
                variants.append(Variant(name, first, first + buckets))
                first += buckets
        if first != 10_000 and len(variants) == len(set(node.value) - {"salt"}):
            total = (Decimal(first) / 100).normalize()
            self.wrong(node, f"the variants add up to {total:f}%", "they must add up to 100")
        return tuple(variants), salt

    def _rank(self, conditions: ConditionReader) -> Rank | None:
        node = self.get("rank")
        if node is None:
            return None
        allowed = {"by", "order", "top", "top_percent", "per"}
        parts = conditions.mapping(node, "rank", allowed, needed={"by"})
        if parts is None:
            return None
        by = self._rank_by(conditions, parts["by"])
        order_node = parts.get("order")
        if order_node is not None and order_node.value not in ("asc", "desc"):
            self.wrong(order_node, "'order' is asc or desc", "order: desc")
        if ("top" in parts) == ("top_percent" in parts):
            self.wrong(node, "'rank' takes either top or top_percent", "rank: {by: .., top: 1000}")
            return None
        per = self._rank_per(conditions, parts["per"]) if "per" in parts else None
        top = conditions.whole_number(parts["top"], at_least=1) if "top" in parts else None
        share = conditions.percent(parts["top_percent"]) if "top_percent" in parts else None
        if by is None:
            return None
        descending = order_node is None or order_node.value == "desc"
        return Rank(by, descending, top, share, per)

    def _rank_by(self, conditions: ConditionReader, node: Node) -> Trait | Happened | None:
        if isinstance(node.value, dict):
            return measured_rows(conditions, node)
        trait = conditions.trait(node)
        if trait is None:
            return None
        column = trait.column
        if not (column.type.is_number or column.type.kind in ("date", "timestamp", "text")):
            hint = "rank by a number, a date, a time or text"
            self.wrong(node, f"'{column.name}' is a {column.type}, which has no order", hint)
            return None
        return trait

    def _rank_per(self, conditions: ConditionReader, node: Node) -> Trait | None:
        trait = conditions.trait(node)
        if trait is not None and trait.column.type.kind in ("list", "json"):
            hint = "such as per: store_id"
            kind = trait.column.type
            self.wrong(node, f"'{trait.column.name}' is a {kind}: no group has one", hint)
            return None
        return trait

    def _exclude(self, conditions: ConditionReader) -> tuple[Member | Listed | Seeded, ...]:
        node = self.get("exclude")
        if node is None:
            return ()
        items: Sequence[Node] = node.value if isinstance(node.value, list) else [node]
        found: list[Member | Listed | Seeded] = []
        for item in items:
            if isinstance(item.value, dict):
                condition = conditions.condition(item)
                if isinstance(condition, Member | Listed | Seeded):
                    found.append(condition)
                elif condition is not None:
                    self.wrong(item, "'exclude' takes audiences and lists", "exclude: [NAME, ..]")
            elif isinstance(item.value, str):
                found.append(Member((item.value,), conditions.entity.name, (item,)))
            else:
                self.wrong(item, "'exclude' takes audiences and lists", "exclude: [NAME, ..]")
        return tuple(found)

    def _expect(self, conditions: ConditionReader) -> Expectation:
        node = self.get("expect")
        if node is None:
            return Expectation()
        parts = conditions.mapping(node, "expect", {"size", "max_change", "fresh_within"}) or {}
        found: dict[str, Any] = {}
        if not parts and node.value == {}:
            self.wrong(node, "'expect' says nothing", "expect: {size: {min: 100}}")
        if "size" in parts:
            sizes = conditions.mapping(parts["size"], "size", {"min", "max"}) or {}
            if parts["size"].value == {}:
                self.wrong(parts["size"], "'size' says nothing", "size: {min: 100}")
            for key in sizes.keys() & {"min", "max"}:
                found[f"{key}_size"] = conditions.whole_number(sizes[key], at_least=0)
            least, most = found.get("min_size"), found.get("max_size")
            if least is not None and most is not None and least > most:
                message = f"no size is at least {least} and at most {most}"
                self.wrong(sizes["max"], message, f"at least {least}, or leave it out")
        if "max_change" in parts:
            share = conditions.share(parts["max_change"])
            if share is not None and share > 1:
                written = parts["max_change"].text
                message = f"{written} is {(share * 100).normalize():f}%: at most 100%"
                hint = "write 40% or 0.4 for forty percent"
                self.wrong(parts["max_change"], message, hint)
            found["max_change"] = share
        if "fresh_within" in parts:
            fresh: Duration | None = conditions.duration(parts["fresh_within"])
            found["fresh_within"] = fresh
        return Expectation(**found)
