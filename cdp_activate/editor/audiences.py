"""The schema of audience files: what each key takes, with the names of the catalog.

`AUDIENCES.md` in words is `docs/audiences.md`; which operators a type has is said by
`cdp_activate.audiences.operators` alone.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from cdp_activate.audiences.codes import WARNINGS
from cdp_activate.audiences.reading.audience import NAME
from cdp_activate.catalog import Catalog
from cdp_activate.editor.conditions import ConditionSchemas
from cdp_activate.editor.tests_of_columns import (
    ANYTHING,
    COUNT,
    DRAFT,
    FLAG,
    LENGTH,
    PERCENT,
    SALT,
    TEXT,
    Schema,
    having_key,
    mapping,
    names,
)

_SAID: Schema = {"type": ["string", "number", "boolean", "null"]}
_SIZE = mapping({"min": COUNT, "max": COUNT})
_LIST: Schema = {"type": "array"}
_EXPECTED = dict.fromkeys(("includes", "excludes", "members"), _LIST)
_TEST = mapping(
    {"name": TEXT, "as_of": TEXT, "given": {"type": ["string", "object"]}, **_EXPECTED},
    "name",
    "as_of",
    "given",
)
_KEYS: dict[str, Schema] = {
    "audience": {"type": "string", "pattern": f"^{NAME.pattern}$"},
    "label": _SAID,
    "description": _SAID,
    "owner": _SAID,
    "tags": _LIST,
    "timezone": {"type": "string", "examples": ["UTC", "Europe/Berlin"]},
    "where": ANYTHING,
    "rank": ANYTHING,
    "exclude": ANYTHING,
    "holdout": mapping({"percent": PERCENT, "salt": SALT}, "percent"),
    "variants": {"type": "object"},
    "expect": mapping({"size": _SIZE, "max_change": PERCENT, "fresh_within": LENGTH}),
    "tests": {"type": "array", "items": _TEST},
    "publish": FLAG,
    "silence": {"type": "array", "items": names(WARNINGS, described=WARNINGS.values())},
}
"""What the keys of an audience take, whatever it is about."""


def audience_schema(catalog: Catalog, audiences: Collection[str] = ()) -> dict[str, Any]:
    """The schema of one document of an audience file.

    `audiences` are names that are offered where an audience names another; others are
    taken too, since a file may be about to be written.
    """
    defs: Schema = {}
    known = {"anyOf": [names(audiences), TEXT]}
    about = {
        name: ConditionSchemas(catalog, entity, known, defs).audience()
        for name, entity in catalog.entities.items()
    }
    chosen: list[Schema] = [
        {"if": having_key("entity", {"const": name}), "then": said} for name, said in about.items()
    ]
    default = catalog.default_entity()
    if default is not None:
        chosen.append({"if": {"not": {"required": ["entity"]}}, "then": about[default.name]})
    keys = {**_KEYS, "entity": names(catalog.entities)}
    whole = mapping(keys, "audience", such_that=chosen)
    return {"$schema": DRAFT, "title": "An audience", **whole, "definitions": defs}
