"""The schemas of syncs and destinations, from the settings that read them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from cdp_activate.catalog import Catalog
from cdp_activate.destinations import destination_class, destination_types
from cdp_activate.editor.tests_of_columns import DRAFT, TEXT, Schema, having_key, names
from cdp_activate.sync.model import NO_CONSENT_NEEDED, SyncSettings

_FROM_ENVIRONMENT: Schema = {"type": "string", "pattern": r"\{\{.*\}\}"}


def sync_schema(
    catalog: Catalog, audiences: Collection[str] = (), destinations: Collection[str] = ()
) -> dict[str, Any]:
    """The schema of one document of a sync file; names that are not known are taken, too."""
    made = _as_written(SyncSettings)
    purposes = {
        purpose
        for rows in catalog.consents.values()
        for purpose in rows.model.columns[rows.columns["purpose"]].values
    }
    for key, known in (
        ("audience", audiences),
        ("destination", destinations),
        ("consent", [*sorted(purposes), NO_CONSENT_NEEDED]),
    ):
        made["properties"][key] = {"anyOf": [names(known), TEXT]}
    return {"$schema": DRAFT, **made, "title": "A sync"}


def destination_schema(types: Iterable[str] = ()) -> dict[str, Any]:
    """The schema of `syncs/destinations.yml`, of all types or of some."""
    known = list(types) or destination_types()
    kinds = {name: _as_written(destination_class(name).Settings) for name in known}
    for name, made in kinds.items():
        made["properties"] = {"type": {"const": name}, **made["properties"]}
    one = {
        "type": "object",
        "properties": {"type": names(known)},
        "required": ["type"],
        "allOf": [
            {"if": having_key("type", {"const": name}), "then": made}
            for name, made in kinds.items()
        ],
    }
    return {
        "$schema": DRAFT,
        "title": "Destinations",
        "type": "object",
        "properties": {"destinations": {"type": "object", "additionalProperties": one}},
        "required": ["destinations"],
    }


class _AsWritten(GenerateJsonSchema):
    """What a validator reads itself may be written in any way; numbers and flags in quotes, too."""

    def function_before_schema(self, schema: Any) -> Schema:
        return {}

    def int_schema(self, schema: Any) -> Schema:
        return {**super().int_schema(schema), "type": ["integer", "string"]}

    def float_schema(self, schema: Any) -> Schema:
        return {**super().float_schema(schema), "type": ["number", "string"]}

    def bool_schema(self, schema: Any) -> Schema:
        return {"type": ["boolean", "string", "integer"]}

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _as_written(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of settings, each of which may come from the environment."""
    made = model.model_json_schema(schema_generator=_AsWritten)
    settings = made["properties"].items()
    made["properties"] = {key: {"anyOf": [one, _FROM_ENVIRONMENT]} for key, one in settings}
    return made
