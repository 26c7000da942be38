"""The catalog: what a dbt project offers to audiences and syncs.

Read from dbt's `target/manifest.json`: a model whose `config.meta.cdp` says so is an
entity, an event source, a relation, the consents, the stages (AUDIENCES.md, section 5).
dbt itself is never imported.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from cdp_activate.errors import Problem, SourceErrors, UsageError
from cdp_activate.text import suggest

Kind = Literal[
    "integer", "decimal", "double", "text", "boolean", "date", "timestamp", "list", "json",
    "uuid", "other",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Type:
    """A column's type, in the words of the audience language.

    `zoned` timestamps are instants; the others are read as UTC, or in the zone that the
    column declares. `element` is the type inside a list.
    """

    kind: Kind
    zoned: bool = False
    element: Type | None = None

    @property
    def is_number(self) -> bool:
        return self.kind in ("integer", "decimal", "double")

    def __str__(self) -> str:
        if self.element:
            return f"list of {self.element}"
        return "number" if self.is_number else self.kind


_TYPES: tuple[tuple[str, Kind], ...] = (
    (r"(tiny|small|medium|big|huge|u\w*)?int(eger)?\d*|byteint|long|short|serial", "integer"),
    (r"decimal|numeric|bignumeric|number|money", "decimal"),
    (r"double( precision)?|float\d*|real", "double"),
    (r"text|string|(n?var)?char2?|character( varying)?|bpchar|enum", "text"),
    (r"bool(ean)?", "boolean"),
    (r"date", "date"),
    (r"datetime|timestamp\w*( with(out)? time zone)?", "timestamp"),
    (r"json[b]?|variant|object|super", "json"),
    (r"uuid", "uuid"),
)
_ZONED_BY_NAME = re.compile(r"timestamptz|timestamp_tz|timestamp_ltz|timestamp with time zone")
_ZONED_TIMESTAMP = {"bigquery", "spark", "databricks"}
"""Warehouses whose plain `timestamp` is an instant (their naive one is named otherwise)."""


def column_type(text: str, adapter: str = "duckdb") -> Type:
    """The Type of a warehouse's type name, such as `numeric(18,2)` or `varchar[]`."""
    name = " ".join(text.lower().split())
    if found := re.fullmatch(r"(?:array|list)\s*[<(](.*)[>)]|(.*?)\[\d*\]", name):
        return Type("list", element=column_type(found[1] or found[2], adapter))
    bare = re.sub(r"\s*\([^)]*\)", "", name)
    for pattern, kind in _TYPES:
        if re.fullmatch(pattern, bare):
            zoned = kind == "timestamp" and (
                bool(_ZONED_BY_NAME.fullmatch(bare))
                or (bare == "timestamp" and adapter in _ZONED_TIMESTAMP)
            )
            return Type(kind, zoned=zoned)
    return Type("other")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a model. `values` is its enumeration, `pii` the kind of personal data.

    `declared` is the warehouse's name of its type, as the contract has it.
    """

    name: str
    type: Type
    label: str = ""
    values: tuple[str, ...] = ()
    pii: str = ""
    hidden: bool = False
    timezone: str = "UTC"
    declared: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """A table that dbt builds. `relation` is its quoted name in the warehouse."""

    name: str
    package: str
    relation: str
    columns: Mapping[str, Column]
    path: str = ""

    def __hash__(self) -> int:
        return hash((self.package, self.name))


@dataclass(frozen=True, slots=True)
class Entity:
    """What an audience is made of: a person, an account. `key` is unique and not null."""

    name: str
    model: Model
    key: str

    @property
    def is_person(self) -> bool:
        return any(column.pii for column in self.model.columns.values())


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows beside an entity, found by `key`: events, a relation, consents, stages.

    `at` is the column of time, `id` orders rows of one time, `name` says which event or
    relation; with `name_column` the rows hold several events, told apart by that column.
    """

    model: Model
    of: str
    key: str
    at: str = ""
    id: str = ""
    name: str = ""
    name_column: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.model, self.name, self.name_column))


@dataclass(frozen=True, slots=True)
class Reference:
    """A many-to-one name: `account.plan` of a customer, through `model` or the entity's own."""

    name: str
    of: str
    to: str
    model: Model
    key: str
    on: str


@dataclass(frozen=True)
class Catalog:
    """Everything an audience or a sync may name."""

    project: str
    adapter: str
    entities: Mapping[str, Entity]
    events: Mapping[str, Mapping[str, Rows]]
    relations: Mapping[str, Mapping[str, Rows]]
    references: Mapping[str, Mapping[str, Reference]]
    consents: Mapping[str, Rows]
    stages: Mapping[str, Rows]
    models: Mapping[str, Model]

    @classmethod
    def load(cls, manifest: Path) -> Catalog:
        """Read `manifest.json` (and `catalog.json` beside it, for columns without a type).

        Raises UsageError when there is no manifest, SourceErrors when its `cdp` meta is wrong.
        """
        try:
            raw = json.loads(manifest.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise UsageError(
                f"there is no dbt manifest at {manifest}",
                remedy="run `dbt parse` (or `cdp-activate build`) in the dbt project first",
            ) from None
        except (OSError, ValueError) as error:
            raise UsageError(
                f"the dbt manifest at {manifest} cannot be read: {error}",
                remedy="run `dbt parse` again",
            ) from None
        typed = manifest.with_name("catalog.json")
        described = json.loads(typed.read_text(encoding="utf-8")) if typed.exists() else {}
        return cls.from_manifest(raw, described)

    @classmethod
    def from_manifest(
        cls, manifest: Mapping[str, Any], described: Mapping[str, Any] | None = None
    ) -> Catalog:
        """Read a manifest that is already parsed; `described` is dbt's catalog.json."""
        return _Reading(manifest, described or {}).catalog()

    def default_entity(self) -> Entity | None:
        """The only entity of persons, else the only entity."""
        people = [entity for entity in self.entities.values() if entity.is_person]
        candidates = people or list(self.entities.values())
        return candidates[0] if len(candidates) == 1 else None

    def event(self, of: str, name: str) -> Rows | None:
        """The rows of event `name`; a table of many events without an enumeration takes any."""
        known = self.events.get(of, {})
        return known.get(name) or known.get("*")


_ROLES = {
    # role: (the keys it needs, the keys it may have)
    "entity": ({"key"}, set[str]()),
    "event": ({"of", "key", "at"}, {"id"}),
    "events_in": ({"of", "key", "at"}, {"id"}),
    "relation": ({"of", "key"}, {"id", "at", "entity", "entity_key"}),
    "ref": ({"of", "to", "on"}, {"key"}),
    "consents": ({"of", "key", "purpose", "status", "at"}, set[str]()),
    "stages": ({"of", "key", "track", "stage", "at"}, {"id"}),
    "memberships": ({"audience", "key", "entered_at", "exited_at"}, {"of"}),
    "experiments": ({"of", "key", "experiment", "variant", "at"}, {"id"}),
    "journeys": ({"of", "key", "journey", "state", "at"}, {"id"}),
    "history_of": ({"key", "at"}, {"id"}),
}
_NOT_COLUMNS = {"of", "entity", "to"}
_COLUMN_META = {"label", "values", "pii", "hidden", "timezone"}


class _Reading:
    """One pass over a manifest, keeping every mistake found."""

    def __init__(self, manifest: Mapping[str, Any], described: Mapping[str, Any]) -> None:
        self.manifest = manifest
        self.described = described.get("nodes", {})
        self.adapter = str(manifest.get("metadata", {}).get("adapter_type") or "duckdb")
        self.problems: list[Problem] = []
        self.models: dict[str, Model] = {}
        self.roles: list[tuple[Model, str, Mapping[str, Any]]] = []

    def catalog(self) -> Catalog:
        for unique_id, node in self.manifest.get("nodes", {}).items():
            if node.get("resource_type") in ("model", "seed", "snapshot"):
                self._take(unique_id, node)
        entities: dict[str, Entity] = {}
        events: dict[str, dict[str, Rows]] = {}
        relations: dict[str, dict[str, Rows]] = {}
        references: dict[str, dict[str, Reference]] = {}
        consents: dict[str, Rows] = {}
        stages: dict[str, Rows] = {}
        for model, role, meta in self.roles:
            of = str(meta.get("of", ""))
            if role == "entity":
                name = str(meta["entity"])
                self._once(entities, name, model, f"entity '{name}'")
                entities[name] = Entity(name, model, str(meta["key"]))
            elif role in ("event", "events_in"):
                for rows in self._event_rows(model, role, meta):
                    self._once(events.setdefault(of, {}), rows.name, model, f"event '{rows.name}'")
                    events[of][rows.name] = rows
            elif role == "relation":
                relations.setdefault(of, {})[str(meta[role])] = self._rows(model, role, meta)
            elif role == "ref":
                key = str(meta.get("key", ""))
                name = str(meta["ref"])
                reference = Reference(name, of, str(meta["to"]), model, key, str(meta["on"]))
                references.setdefault(of, {})[name] = reference
            elif role == "consents":
                self._once(consents, of, model, "the consents of this entity")
                consents[of] = self._rows(model, role, meta)
            elif role == "stages":
                self._once(stages, of, model, "the stages of this entity")
                stages[of] = self._rows(model, role, meta)
        self._check_entities(entities)
        if self.problems:
            raise SourceErrors(self.problems)
        project = str(self.manifest.get("metadata", {}).get("project_name") or "")
        return Catalog(
            project, self.adapter, entities, events, relations, references, consents, stages,
            self.models,
        )  # fmt: skip

    def _take(self, unique_id: str, node: Mapping[str, Any]) -> None:
        types = {
            name.lower(): str(column.get("type", ""))
            for name, column in self.described.get(unique_id, {}).get("columns", {}).items()
        }
        columns = {
            name: self._column(name, column, types, str(node.get("original_file_path", "")))
            for name, column in node.get("columns", {}).items()
        }
        known = {name.lower() for name in columns}
        for name, kind in types.items():
            if name not in known:
                columns[name] = Column(name, column_type(kind, self.adapter))
        model = Model(
            name=str(node["name"]),
            package=str(node.get("package_name", "")),
            relation=str(node.get("relation_name") or node["name"]),
            columns=columns,
            path=str(node.get("original_file_path", "")),
        )
        self.models[model.name] = model
        meta = _meta(node).get("cdp")
        entries = meta if isinstance(meta, list) else [meta] if meta is not None else []
        own = [
            entry for entry in entries if isinstance(entry, Mapping) and _role_of(entry) == "entity"
        ]
        # A further role of an entity's own model is about that entity, by its key.
        given = {"of": own[0]["entity"], "key": own[0].get("key")} if own else {}
        for entry in entries:
            if isinstance(entry, Mapping) and "true" in entry:
                # dbt reads YAML 1.1, where an unquoted key `on` is the boolean true.
                entry = {"on" if key == "true" else key: value for key, value in entry.items()}
            if isinstance(entry, Mapping) and given and _role_of(entry) != "entity":
                defaults = {key: value for key, value in given.items() if key in _keys_of(entry)}
                self._role(model, {**defaults, **entry})
            else:
                self._role(model, entry)

    def _column(
        self, name: str, column: Mapping[str, Any], types: Mapping[str, str], path: str
    ) -> Column:
        meta = _meta(column).get("cdp") or {}
        if unknown := sorted(set(meta) - _COLUMN_META):
            hint = suggest(unknown[0], _COLUMN_META, what="known keys")
            message = f"column '{name}': unknown key '{unknown[0]}' in config.meta.cdp"
            self.problems.append(Problem(message, hint, path))
        declared = str(column.get("data_type") or types.get(name.lower(), ""))
        return Column(
            name=name,
            type=column_type(declared, self.adapter),
            label=str(meta.get("label", "")),
            values=tuple(str(value) for value in meta.get("values") or ()),
            pii=str(meta.get("pii") or ""),
            hidden=bool(meta.get("hidden", False)),
            timezone=str(meta.get("timezone", "UTC")),
            declared=declared,
        )

    def _role(self, model: Model, entry: Any) -> None:
        if not isinstance(entry, Mapping):
            self._wrong(model, "config.meta.cdp must be a mapping or a list of mappings")
            return
        role = _role_of(entry)
        if role is None:
            hint = suggest(str(next(iter(entry), "")), _ROLES, what="roles")
            self._wrong(model, "config.meta.cdp names no role", hint)
            return
        needed, optional = _ROLES[role]
        if unknown := sorted(set(entry) - needed - optional - {role}):
            hint = suggest(unknown[0], needed | optional, what="known keys")
            self._wrong(model, f"unknown key '{unknown[0]}' in config.meta.cdp of '{role}'", hint)
        elif missing := sorted(needed - set(entry)):
            keys = ", ".join(missing)
            self._wrong(model, f"config.meta.cdp of '{role}' lacks {keys}", f"add {keys}")
        elif model.columns and (
            absent := [
                (key, entry[key])
                for key in (*needed, *optional, *(("events_in",) if role == "events_in" else ()))
                if key in entry
                and key not in _NOT_COLUMNS
                and not (key == "on" and role == "ref")
                and str(entry[key]) not in model.columns
            ]
        ):
            key, value = absent[0]
            hint = suggest(str(value), model.columns, what="columns")
            self._wrong(model, f"'{key}: {value}' names no column of the model", hint)
        else:
            self.roles.append((model, role, entry))

    def _event_rows(self, model: Model, role: str, meta: Mapping[str, Any]) -> Iterator[Rows]:
        if role == "event":
            yield self._rows(model, role, meta)
            return
        column = model.columns.get(str(meta["events_in"]))
        for name in (column.values if column else ()) or ("*",):
            yield self._rows(model, role, meta, name=name)

    def _rows(
        self, model: Model, role: str, meta: Mapping[str, Any], *, name: str | None = None
    ) -> Rows:
        return Rows(
            model=model,
            of=str(meta.get("of", "")),
            key=str(meta["key"]),
            at=str(meta.get("at", "")),
            id=str(meta.get("id", "")),
            name=str(meta[role]) if name is None else name,
            name_column=str(meta["events_in"]) if role == "events_in" else "",
            columns={key: str(value) for key, value in meta.items()},
        )

    def _once(self, known: Mapping[str, Any], name: str, model: Model, what: str) -> None:
        if name in known:
            other = known[name].model.name
            hint = "give one of them another name, or remove its config.meta.cdp"
            self._wrong(model, f"{what} is already declared by model '{other}'", hint)

    def _check_entities(self, entities: Mapping[str, Entity]) -> None:
        for model, _, meta in self.roles:
            for key in ("of", "to"):
                name = meta.get(key)
                if name is not None and name not in entities:
                    hint = suggest(str(name), entities, what="entities")
                    self._wrong(model, f"'{key}: {name}' names no entity", hint)

    def _wrong(self, model: Model, message: str, hint: str = "") -> None:
        self.problems.append(Problem(f"model '{model.name}': {message}", hint, model.path))


def _role_of(entry: Mapping[str, Any]) -> str | None:
    # `entity` is also a refinement of a relation, so a relation is looked for first.
    return next((role for role in ("relation", *_ROLES) if role in entry), None)


def _keys_of(entry: Mapping[str, Any]) -> set[str]:
    needed, optional = _ROLES.get(_role_of(entry) or "", (set(), set()))
    return needed | optional


def _meta(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """`config.meta` (dbt 1.10 and later), else `meta`."""
    meta = (node.get("config") or {}).get("meta") or node.get("meta") or {}
    return meta if isinstance(meta, Mapping) else {}
