"""The catalog in words: what the audiences of a project may name."""

from __future__ import annotations

from typing import Any

from cdp_activate.catalog import Catalog, Rows


def describe(catalog: Catalog) -> dict[str, dict[str, Any]]:
    """By entity: its traits, events, relations, references, stages and consent purposes."""
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
                for column in entity.model.columns.values()
                if not column.hidden
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
                f"{reference}.{column}"
                for reference, to in sorted(catalog.references.get(name, {}).items())
                for column in catalog.entities[to.to].model.columns
            ],
            "stages": _values(catalog.stages.get(name), "stage"),
            "consents": _values(catalog.consents.get(name), "purpose"),
        }
        for name, entity in sorted(catalog.entities.items())
    }


def _properties(rows: Rows) -> dict[str, str]:
    return {column.name: str(column.type) for column in rows.model.columns.values()}


def _values(rows: Rows | None, role: str) -> list[str]:
    column = rows.model.columns.get(rows.columns[role]) if rows else None
    return list(column.values) if column else []
