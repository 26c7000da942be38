"""The catalog in words: what the audiences of a project may name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cdp_activate.catalog import Catalog, Column, Rows


def describe(catalog: Catalog) -> dict[str, dict[str, Any]]:
    """By entity: its traits, events, relations and references, and the names in its histories."""
    return {
        name: {
            "model": entity.model.name,
            "key": entity.key,
            "traits": [
                {
                    "name": column.name,
                    "type": str(column.type),
                    "label": column.label,
                    "values": list(column.values),
                    "pii": column.pii or None,
                }
                for column in _offered(entity.model.columns)
            ],
            "events": {
                event: _properties(rows)
                for event, rows in sorted(catalog.events.get(name, {}).items())
            },
            "relations": {
                relation: _properties(rows)
                for relation, rows in sorted(catalog.relations.get(name, {}).items())
            },
            "references": [
                f"{reference}.{column.name}"
                for reference, to in sorted(catalog.references.get(name, {}).items())
                for column in _offered(catalog.entities[to.to].model.columns)
            ],
            "stages": _values(catalog.stages.get(name), "stage"),
            "tracks": _values(catalog.stages.get(name), "track"),
            "consents": _values(catalog.consents.get(name), "purpose"),
            "experiments": _values(catalog.experiments.get(name), "experiment"),
            "journeys": _values(catalog.journeys.get(name), "journey"),
            "changed": _history(catalog.histories.get(name)),
        }
        for name, entity in sorted(catalog.entities.items())
    }


def _offered(columns: Mapping[str, Column]) -> Iterator[Column]:
    """The columns that are not hidden, each followed by what it declares inside its JSON."""
    for column in columns.values():
        if not column.hidden:
            yield column
            yield from column.paths.values()


def _properties(rows: Rows | None) -> dict[str, str]:
    return {one.name: str(one.type) for one in _offered(rows.model.columns)} if rows else {}


def _history(rows: Rows | None) -> list[str]:
    """The traits that a model of versions tells of."""
    of_the_row = (rows.key, rows.at, rows.id) if rows else ()
    return [name for name in _properties(rows) if name not in of_the_row]


def _values(rows: Rows | None, role: str) -> list[str]:
    column = rows.model.columns.get(rows.columns[role]) if rows else None
    return list(column.values) if column else []
