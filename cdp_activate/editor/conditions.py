"""Schemas of conditions: each kind, with the names that the catalog has for it."""

from __future__ import annotations

from cdp_activate.audiences.reading.leaves import TRAIT
from cdp_activate.catalog import Catalog, Column, Entity, Rows
from cdp_activate.editor.rows import RowSchemas
from cdp_activate.editor.tests_of_columns import (
    ANYTHING,
    COUNT,
    ENTITY_KEYS,
    FLAG,
    LENGTH,
    PERCENT,
    SALT,
    TEXT,
    WINDOWS,
    Schema,
    Tests,
    having_key,
    mapping,
    names,
    offered,
    one_of_keys,
    one_or_more,
    written,
)

_BUCKET: Schema = {"type": "integer", "minimum": 0, "maximum": 9999}
_BUCKETS: Schema = {"type": "array", "items": _BUCKET, "minItems": 2, "maxItems": 2}
_MODELS = {
    **dict.fromkeys(("event", "sequence"), "events"),
    "related": "relations",
    "changed": "histories",
    "stage": "stages",
    "consent": "consents",
    "experiment": "experiments",
    "journey": "journeys",
}
"""Where the catalog has the models that a kind of condition needs."""


class ConditionSchemas(RowSchemas):
    """Schemas of what an audience may ask about one entity."""

    def __init__(self, catalog: Catalog, entity: Entity, audiences: Schema, defs: Schema) -> None:
        super().__init__(catalog, entity, Tests(defs))
        self.audiences = audiences

    def audience(self) -> Schema:
        """What stands below the keys whose content is about the entity."""
        excluded = {"anyOf": [TEXT, self.condition()]}
        rank = mapping(
            {
                "by": {"anyOf": [self._trait_name(), self.measured_rows()]},
                "order": {"enum": ["asc", "desc"]},
                "top": COUNT,
                "top_percent": PERCENT,
                "per": self._trait_name(),
            },
            "by",
            such_that=[one_of_keys("top", "top_percent")],
        )
        where = {"anyOf": [self.condition(), self._conditions()]}
        several = {"anyOf": [excluded, {"type": "array", "items": excluded}]}
        return {"properties": {"where": where, "rank": rank, "exclude": several}}

    # Conditions ...

    def condition(self) -> Schema:
        return self.tests.once(f"condition_of_{self.entity.name}", self._condition)

    def _conditions(self) -> Schema:
        return {"type": "array", "items": self.condition(), "minItems": 1}

    def _condition(self) -> Schema:
        """One kind, with the keys that refine it; kinds without a model are not offered."""
        kinds = {**self._combining(), **self._chosen()}
        for kind, made in self._of_models().items():
            if getattr(self.catalog, _MODELS[kind]).get(self.entity.name):
                kinds[kind] = made
        return {
            "type": "object",
            "properties": dict.fromkeys(kinds, ANYTHING),
            **one_of_keys(*kinds),
            "allOf": [{"if": having_key(kind), "then": made} for kind, made in kinds.items()],
        }

    def _combining(self) -> dict[str, Schema]:
        listed = self._conditions()
        return {
            "all": mapping({"all": listed}),
            "any": mapping({"any": listed}),
            "not": mapping({"not": self.condition()}),
            "at_least": mapping({"at_least": mapping({"n": COUNT, "of": listed}, "n", "of")}),
        }

    def _chosen(self) -> dict[str, Schema]:
        """What any entity may be asked."""
        lengths = dict.fromkeys(("entered", "exited", "for_at_least"), LENGTH)
        seeds = [name for name, model in self.catalog.models.items() if model.is_seed]
        keys = {
            "anyOf": [
                {**ENTITY_KEYS, "minItems": 1},
                mapping({"seed": names(seeds), "column": TEXT}, "seed"),
            ]
        }
        sample = mapping(
            {"percent": PERCENT, "buckets": _BUCKETS, "of": {"const": 10_000}, "salt": SALT}
        )
        return {
            "trait": self._trait(),
            "audience": mapping({"audience": one_or_more(self.audiences), "ever": FLAG, **lengths}),
            "list": mapping({"list": keys}),
            "compare": self.compare(),
            "sample": mapping({"sample": {**sample, **one_of_keys("percent", "buckets")}}),
            "sql": mapping({"sql": TEXT}),
        }

    def _of_models(self) -> dict[str, Schema]:
        """What is asked of the models beside the entity."""
        variant = one_or_more(self._enumerated("experiments", "variant"))
        # One name may stand in a list of its own.
        name = one_or_more(self._enumerated("experiments", "experiment"))
        journey = one_or_more(self._enumerated("journeys", "journey"))
        purpose = one_or_more(self._enumerated("consents", "purpose"))
        state = one_or_more(self._enumerated("journeys", "state"))
        return {
            "event": self.event(),
            "sequence": self.sequence(),
            "related": self.related(),
            "changed": self._changed(),
            "stage": self._stage(),
            "consent": mapping({"consent": purpose}),
            "experiment": mapping(
                {"experiment": mapping({"name": name, "variant": variant}, "name")}
            ),
            "journey": mapping({"journey": journey, "state": state}),
        }

    def _enumerated(self, role: str, column: str) -> Schema:
        """The names that a column of a role may hold, such as the purposes of consents."""
        rows: Rows | None = getattr(self.catalog, role).get(self.entity.name)
        found = rows.model.columns.get(rows.columns[column]) if rows else None
        return written(found.values) if found else TEXT

    def _traits(self, *, hidden: bool = False) -> dict[str, Column]:
        """The traits by name, those of other entities by the reference that leads there."""
        found = offered(self.entity.model.columns, hidden=hidden)
        for name, reference in self.catalog.references.get(self.entity.name, {}).items():
            there = self.catalog.entities[reference.to].model.columns
            found |= {
                f"{name}.{inner}": column for inner, column in offered(there, hidden=hidden).items()
            }
        return found

    def _trait(self) -> Schema:
        """Each trait with the operators of its type; one further away with any."""
        traits = self._traits()
        alike: dict[str, list[str]] = {}
        for name, column in traits.items():
            alike.setdefault(str((column.type, column.values)), []).append(name)
        return {
            "properties": {"trait": self._trait_name()},
            "allOf": [
                {
                    "if": having_key("trait", {"enum": those}),
                    "then": self.tests.asked(traits[those[0]], TRAIT, {"trait": TEXT}),
                }
                for those in alike.values()
            ],
        }

    def _trait_name(self) -> Schema:
        """A trait; hidden ones are taken, and those of what another entity refers to."""
        traits = self._traits()
        shown = names(traits, described=(column.label for column in traits.values()))
        hidden = [name for name in self._traits(hidden=True) if name not in traits]
        further = {"type": "string", "pattern": r"\..*\."}
        return {"anyOf": [shown, further, *({"const": name} for name in hidden)]}

    def _changed(self) -> Schema:
        rows = self.catalog.histories.get(self.entity.name)
        traits = names(offered(rows.model.columns, hidden=True) if rows else ())
        amounts = dict.fromkeys(("increased_by", "decreased_by"), PERCENT)
        return mapping({"changed": traits, "from": {}, "to": {}, **amounts, **WINDOWS})

    def _stage(self) -> Schema:
        stages = self._enumerated("stages", "stage")
        return mapping(
            {
                "stage": one_or_more(stages),
                "track": self._enumerated("stages", "track"),
                "entered": LENGTH,
                "for_at_least": LENGTH,
                "from": one_or_more(stages),
                "skipped": one_or_more(stages),
                "ever": FLAG,
                "regressed": FLAG,
            }
        )
