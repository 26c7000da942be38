"""What a catalog holds: models and their columns, and the roles they have for audiences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cdp_activate.catalog.types import Type


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a model. `values` is its enumeration, `pii` the kind of personal data.

    `declared` is the warehouse's name of its type, as the contract has it. `paths` are the
    types of what a JSON column holds, by dotted path; with `inside` this is such a value: it
    is found there, and `name` is `inside` with the path; `parsed` when that column is text. A
    `required` column has a not_null constraint.
    """

    name: str
    type: Type
    label: str = ""
    values: tuple[str, ...] = ()
    pii: str = ""
    hidden: bool = False
    timezone: str = "UTC"
    declared: str = ""
    paths: Mapping[str, Column] = field(default_factory=dict, compare=False)
    inside: str = ""
    parsed: bool = False
    required: bool = False

    @property
    def scale(self) -> int:
        """How many decimals its numbers have; 9 where its type does not say."""
        if self.type.kind == "integer":
            return 0
        found = re.search(r"\(\s*\d+\s*(?:,\s*(\d+)\s*)?\)", self.declared)
        return int(found[1] or 0) if found else 9


@dataclass(frozen=True, slots=True)
class Model:
    """A table that dbt builds. `relation` is its quoted name in the warehouse."""

    name: str
    package: str
    relation: str
    columns: Mapping[str, Column]
    path: str = ""
    is_seed: bool = False

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

    @property
    def has_address(self) -> bool:
        return any(column.pii in ("email", "phone") for column in self.model.columns.values())


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows beside an entity, found by `key`: events, a relation, consents, stages.

    `at` is the column of time, `id` orders rows of one time, `name` says which event or
    relation; with `name_column` the rows hold several events, told apart by that column.
    `tracks` are the stages of each track, where that is known.
    """

    model: Model
    of: str
    key: str
    at: str = ""
    id: str = ""
    name: str = ""
    name_column: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    tracks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

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
    """Everything an audience or a sync may name.

    `models` are by name: of two packages' models of one name it is the project's own. `shipped`
    are those of our dbt package, whatever else there is.
    """

    project: str
    adapter: str
    entities: Mapping[str, Entity]
    events: Mapping[str, Mapping[str, Rows]]
    relations: Mapping[str, Mapping[str, Rows]]
    references: Mapping[str, Mapping[str, Reference]]
    consents: Mapping[str, Rows]
    stages: Mapping[str, Rows]
    models: Mapping[str, Model]
    memberships: Rows | None = None
    experiments: Mapping[str, Rows] = field(default_factory=dict)
    journeys: Mapping[str, Rows] = field(default_factory=dict)
    shipped: Mapping[str, Model] = field(default_factory=dict)
    histories: Mapping[str, Rows] = field(default_factory=dict)
    artifacts: Path | None = None
    """Where dbt leaves its files; None for a catalog that was not read from there."""
    has_macros: bool = True
    """Whether the project has our dbt package, whose macros compiled audiences call."""

    def default_entity(self) -> Entity | None:
        """The only entity of persons, else the only entity.

        Of several with personal columns, persons are those who can be written to or called:
        an account may hold the name of somebody.
        """
        everyone = list(self.entities.values())
        people = [entity for entity in everyone if entity.is_person]
        reachable = [entity for entity in people if entity.has_address]
        for candidates in (people or everyone, reachable):
            if len(candidates) == 1:
                return candidates[0]
        return None

    def event(self, of: str, name: str) -> Rows | None:
        """The rows of event `name`; a table of many events without an enumeration takes any."""
        known = self.events.get(of, {})
        return known.get(name) or known.get("*")

    def linked(self, rows: Rows) -> tuple[Entity, str | None] | None:
        """The entity that rows of a relation lead to, and the column of its key in the rows.

        None instead of a column when the rows are that entity's own model.
        """
        own = [entity for entity in self.entities.values() if entity.model is rows.model]
        name = rows.columns.get("entity") or (own[0].name if own else "")
        if name not in self.entities:
            return None
        entity = self.entities[name]
        if entity.model is rows.model:
            return entity, None
        return entity, rows.columns.get("entity_key") or entity.key
