"""Reads the catalog from dbt's manifest: each model whose `config.meta.cdp` gives it a role."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cdp_activate.catalog.columns import ColumnReading, meta_of
from cdp_activate.catalog.model import Catalog, Entity, Model, Reference, Rows
from cdp_activate.errors import Problem, SourceErrors
from cdp_activate.spelling import suggest

PACKAGE = "cdp_activate"
"""The name of our dbt package."""

ROLES = {
    # role: (the keys it needs, the keys it may have)
    "entity": ({"key"}, set[str]()),
    "event": ({"of", "key", "at"}, {"id"}),
    "events_in": ({"of", "key", "at"}, {"id"}),
    "relation": ({"of", "key"}, {"id", "at", "entity", "entity_key"}),
    "ref": ({"of", "to", "on"}, {"key"}),
    "consents": ({"of", "key", "purpose", "status", "at"}, set[str]()),
    "stages": ({"of", "key", "track", "stage", "at"}, {"id", "rank", "tracks"}),
    "memberships": ({"audience", "key", "entered_at", "exited_at"}, {"of"}),
    "experiments": ({"of", "key", "experiment", "variant", "at"}, {"id"}),
    "journeys": ({"of", "key", "journey", "state", "at"}, {"id"}),
    "history_of": ({"key", "at"}, {"id"}),
}
_FLAGS = {"consents", "stages", "memberships", "experiments", "journeys"}
"""Roles that are said by `true`; what else a role says are names."""
_NOT_COLUMNS = {"of", "entity", "to", "tracks"}
_OF_ENTITY = {"consents", "stages", "experiments", "journeys", "history_of"}
"""Roles that one model has for an entity; `history_of` names the entity itself."""
_TIMES = {"at", "entered_at", "exited_at"}
_NAMES = {
    "events_in", "purpose", "status", "track", "stage", "audience", "experiment", "variant",
    "journey", "state",
}  # fmt: skip
"""Keys whose columns hold names."""


class Reading:
    """One pass over a manifest, keeping every mistake found."""

    def __init__(self, manifest: Mapping[str, Any], described: Mapping[str, Any]) -> None:
        self.manifest = manifest
        self.described = described.get("nodes", {})
        self.adapter = str(manifest.get("metadata", {}).get("adapter_type") or "duckdb")
        self.problems: list[Problem] = []
        self.project = str(manifest.get("metadata", {}).get("project_name") or "")
        self.models: dict[str, Model] = {}
        self.shipped: dict[str, Model] = {}
        self.roles: list[tuple[Model, str, Mapping[str, Any]]] = []
        self.entities: dict[str, Entity] = {}
        self.events: dict[str, dict[str, Rows]] = {}
        self.relations: dict[str, dict[str, Rows]] = {}
        self.references: dict[str, dict[str, Reference]] = {}
        self.single: dict[str, dict[str, Rows]] = {role: {} for role in sorted(_OF_ENTITY)}
        self.memberships: dict[str, Rows] = {}

    def catalog(self) -> Catalog:
        for unique_id, node in self.manifest.get("nodes", {}).items():
            if node.get("resource_type") in ("model", "seed", "snapshot"):
                self._take(unique_id, node)
        for model, role, meta in self.roles:
            self._place(model, role, meta)
        self._check_entities()
        self._check_links()
        for model, role, meta in self.roles:
            self._check_types(model, meta)
            self._check_keys(model, role, meta)
        if self.problems:
            raise SourceErrors(self.problems)
        return Catalog(
            project=self.project,
            adapter=self.adapter,
            entities=self.entities,
            events=self.events,
            relations=self.relations,
            references=self.references,
            consents=self.single["consents"],
            stages=self.single["stages"],
            models=self.models,
            shipped=self.shipped,
            memberships=self.memberships.get("memberships"),
            experiments=self.single["experiments"],
            journeys=self.single["journeys"],
            histories=self.single["history_of"],
            has_macros=self._has_macros(),
        )

    def _place(self, model: Model, role: str, meta: Mapping[str, Any]) -> None:
        """Put what a model is among those of its role; each name has one."""
        of = str(meta.get("of", ""))
        if role == "entity":
            name = str(meta["entity"])
            self._once(self.entities, name, model, f"entity '{name}'")
            self.entities[name] = Entity(name, model, str(meta["key"]))
        elif role in ("event", "events_in"):
            events = self.events.setdefault(of, {})
            for rows in self._event_rows(model, role, meta):
                self._once(events, rows.name, model, f"event '{rows.name}'")
                events[rows.name] = rows
        elif role == "relation":
            rows = self._rows(model, role, meta)
            relations = self.relations.setdefault(of, {})
            self._once(relations, rows.name, model, f"the relation '{rows.name}' of {of}")
            relations[rows.name] = rows
        elif role == "ref":
            name, key = str(meta["ref"]), str(meta.get("key", ""))
            references = self.references.setdefault(of, {})
            self._once(references, name, model, f"the ref '{name}' of {of}")
            references[name] = Reference(name, of, str(meta["to"]), model, key, str(meta["on"]))
        elif role == "memberships":
            self._once(self.memberships, role, model, "the history of memberships")
            self.memberships[role] = self._rows(model, role, meta, name=role)
        elif role in _OF_ENTITY:
            of = str(meta["history_of"]) if role == "history_of" else of
            self._once(
                self.single[role], of, model, f"the {role.removesuffix('_of')} of this entity"
            )
            self.single[role][of] = self._rows(model, role, meta)

    def _has_macros(self) -> bool:
        macros = self.manifest.get("macros")
        return not macros or any(name.startswith(f"macro.{PACKAGE}.") for name in macros)

    def _take(self, unique_id: str, node: Mapping[str, Any]) -> None:
        types = {
            name.lower(): str(column.get("type", ""))
            for name, column in self.described.get(unique_id, {}).get("columns", {}).items()
        }
        model = Model(
            name=str(node["name"]),
            package=str(node.get("package_name", "")),
            relation=str(node.get("relation_name") or node["name"]),
            columns=ColumnReading(self.adapter, self.problems).of(node, types),
            path=str(node.get("original_file_path", "")),
            is_seed=node.get("resource_type") == "seed",
        )
        if model.name not in self.models or model.package == self.project:
            self.models[model.name] = model
        if model.package == PACKAGE:
            self.shipped[model.name] = model
        meta = meta_of(node).get("cdp")
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

    def _role(self, model: Model, entry: Any) -> None:
        if not isinstance(entry, Mapping):
            hint = "config: {meta: {cdp: {entity: customer, key: customer_id}}}"
            self._wrong(model, "config.meta.cdp must be a mapping or a list of mappings", hint)
            return
        role = _role_of(entry)
        if role is None:
            hint = suggest(str(next(iter(entry), "")), ROLES, what="roles")
            self._wrong(model, "config.meta.cdp names no role", hint)
            return
        needed, optional = ROLES[role]
        if unknown := sorted(set(entry) - needed - optional - {role}):
            hint = suggest(unknown[0], needed | optional, what="known keys")
            self._wrong(model, f"unknown key '{unknown[0]}' in config.meta.cdp of '{role}'", hint)
        elif missing := sorted(needed - set(entry)):
            keys = ", ".join(missing)
            self._wrong(model, f"config.meta.cdp of '{role}' lacks {keys}", f"add {keys}")
        elif unsaid := [key for key in sorted(entry) if not _says(key, entry[key])]:
            key, value = unsaid[0], entry[unsaid[0]]
            hint = f"{key}: true" if key in _FLAGS else f"{key}: .., in quotes where it is no word"
            self._wrong(model, f"'{key}: {value}' in config.meta.cdp names nothing", hint)
        elif absent := [
            key for key in sorted(entry) if self._lacks_column(model, role, entry, key)
        ]:
            key, value = absent[0], entry[absent[0]]
            hint = suggest(str(value), model.columns, what="columns")
            if not model.columns:
                hint = "list the model's columns in its yml, or run `dbt docs generate`"
            self._wrong(model, f"'{key}: {value}' names no column of the model", hint)
        else:
            self.roles.append((model, role, entry))

    @staticmethod
    def _lacks_column(model: Model, role: str, entry: Mapping[str, Any], key: str) -> bool:
        """The key names a column, and the model has none of that name."""
        if key in _NOT_COLUMNS or (key == role and role != "events_in"):
            return False
        return str(entry[key]) not in model.columns

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
            tracks={track: tuple(stages) for track, stages in meta.get("tracks", {}).items()},
        )

    def _once(self, known: Mapping[str, Any], name: str, model: Model, what: str) -> None:
        if name in known:
            other = known[name].model.name
            hint = "give one of them another name, or remove its config.meta.cdp"
            self._wrong(model, f"{what} is already declared by model '{other}'", hint)

    def _check_entities(self) -> None:
        for model, _, meta in self.roles:
            # `entity` names an entity of a relation; in its own role it declares one.
            for key in ("of", "to", "history_of", "entity"):
                name = meta.get(key)
                if name is not None and name not in self.entities:
                    hint = suggest(str(name), self.entities, what="entities")
                    self._wrong(model, f"'{key}: {name}' names no entity", hint)

    def _check_links(self) -> None:
        """A relation to another entity has a column with that entity's key (7.64)."""
        for rows in (rows for known in self.relations.values() for rows in known.values()):
            entity = self.entities.get(rows.columns.get("entity", ""))
            if entity is None or entity.model is rows.model or "entity_key" in rows.columns:
                continue
            if entity.key not in rows.model.columns:
                message = (
                    f"the relation '{rows.name}' leads to {entity.name}, and the model has no "
                    f"column '{entity.key}'"
                )
                self._wrong(rows.model, message, "name the column: `entity_key: ..`")

    def _check_types(self, model: Model, meta: Mapping[str, Any]) -> None:
        """Times are dates or times, and names are text: what is compared with them is."""
        for words, kinds, what in (
            (_TIMES, ("date", "timestamp"), "a time"),
            (_NAMES, ("text",), "text"),
        ):
            for word in words & meta.keys():
                column = model.columns.get(str(meta[word]))
                if column and column.type.kind not in (*kinds, "other"):
                    message = f"'{word}: {column.name}' is a {column.type}, not {what}"
                    self._wrong(model, message, "cast it in the model, and say so in its data_type")

    def _check_keys(self, model: Model, role: str, meta: Mapping[str, Any]) -> None:
        """What leads to an entity has the type of its key: no warehouse joins text to a number."""
        pairs = [("key", meta.get("of", meta.get("history_of"))), ("on", meta.get("to"))]
        if role == "relation":
            pairs.append(("entity_key", meta.get("entity")))
        for word, name in pairs:
            entity = self.entities.get(str(name))
            column = model.columns.get(str(meta.get(word, "")))
            of = entity.model.columns.get(entity.key) if entity else None
            if column is None or of is None or "other" in (column.type.kind, of.type.kind):
                continue
            if column.type.kind != of.type.kind and not (
                column.type.is_number and of.type.is_number
            ):
                message = (
                    f"'{word}: {column.name}' is a {column.type}, the key of {name} a {of.type}"
                )
                self._wrong(model, message, "give both one type in dbt")

    def _wrong(self, model: Model, message: str, hint: str = "") -> None:
        self.problems.append(Problem(f"model '{model.name}': {message}", hint, model.path))


def _role_of(entry: Mapping[str, Any]) -> str | None:
    # `entity` is also a refinement of a relation, so a relation is looked for first.
    return next((role for role in ("relation", *ROLES) if role in entry), None)


def _keys_of(entry: Mapping[str, Any]) -> set[str]:
    needed, optional = ROLES.get(_role_of(entry) or "", (set(), set()))
    return needed | optional


def _says(key: str, value: Any) -> bool:
    if key == "tracks":
        return isinstance(value, Mapping) and all(isinstance(one, list) for one in value.values())
    return value is True if key in _FLAGS else isinstance(value, str) and bool(value.strip())
