"""Reads one audience: what it says of itself, its conditions left to ConditionReader."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cdp_activate.audiences.codes import WARNINGS
from cdp_activate.audiences.days import zone, zone_meant
from cdp_activate.audiences.facts import audience_model
from cdp_activate.audiences.model import Audience, Condition
from cdp_activate.audiences.reading.conditions import COMBINING, ConditionReader
from cdp_activate.audiences.reading.expectations import expectation
from cdp_activate.audiences.reading.kinds import KINDS, condition_reader
from cdp_activate.audiences.reading.remedies import for_flag
from cdp_activate.audiences.reading.selection import excluded, holdout, ranking, variants
from cdp_activate.audiences.reading.tests import audience_tests
from cdp_activate.audiences.synonyms import meant_by
from cdp_activate.catalog import Catalog, Entity
from cdp_activate.errors import Problem
from cdp_activate.spelling import suggest
from cdp_activate.text import Node

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
        shares, salt = variants(conditions, self.get("variants"))
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
            rank=ranking(conditions, self.get("rank")),
            exclude=excluded(conditions, self.get("exclude")),
            holdout=holdout(conditions, self.get("holdout")),
            variants=shares,
            variant_salt=salt,
            expect=expectation(conditions, self.get("expect")),
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
            hint = "use a name such as Asia/Ho_Chi_Minh or Europe/Berlin"
            self.wrong(node, str(error), f"{zone_meant(node.text)}{hint}")
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
            self.wrong(node, f"'{key}' is true or false", for_flag(key, node.text))
            return default
        return node.value

    def _where(self, conditions: ConditionReader) -> Condition | None:
        node = self.get("where")
        if node is None:
            return None
        if isinstance(node.value, list):
            return conditions.group("all", node)
        return conditions.condition(node)
