"""Reads the columns of a model from dbt's manifest: their types, and their `config.meta.cdp`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from cdp_activate.catalog.model import Column
from cdp_activate.catalog.types import Type, column_type, inside_json, path_type
from cdp_activate.errors import Problem
from cdp_activate.spelling import suggest

_COLUMN_META = {"label", "values", "pii", "hidden", "timezone", "paths"}
_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z_][A-Za-z0-9_-]*)*")


class ColumnReading:
    """The columns of models; every mistake found is added to `problems`."""

    def __init__(self, adapter: str, problems: list[Problem]) -> None:
        self.adapter = adapter
        self.problems = problems

    def of(self, node: Mapping[str, Any], types: Mapping[str, str]) -> dict[str, Column]:
        """The columns of one model by name. `types` are those that the warehouse gave."""
        columns = {
            name: self._column(name, column, types, str(node.get("original_file_path", "")))
            for name, column in node.get("columns", {}).items()
        }
        for name, column in columns.items():
            columns[name] = _inside(name, column, columns)
        known = {name.lower() for name in columns}
        for name, kind in types.items():
            if name not in known:
                columns[name] = Column(name, column_type(kind, self.adapter))
        return columns

    def _column(
        self, name: str, column: Mapping[str, Any], types: Mapping[str, str], path: str
    ) -> Column:
        meta = meta_of(column).get("cdp") or {}
        if not isinstance(meta, Mapping):
            message, hint = "config.meta.cdp must be a mapping", "cdp: {label: .., pii: email}"
            self.problems.append(Problem(f"column '{name}': {message}", hint, path))
            meta = {}
        self._check_column(name, meta, path)
        declared = str(column.get("data_type") or types.get(name.lower(), ""))
        return Column(
            name=name,
            type=column_type(declared, self.adapter),
            label=str(meta.get("label", "")),
            values=tuple(map(str, meta["values"])) if isinstance(meta.get("values"), list) else (),
            pii=str(meta.get("pii") or ""),
            hidden=bool(meta.get("hidden", False)),
            timezone=str(meta.get("timezone", "UTC")),
            declared=declared,
            required=any(
                isinstance(one, Mapping) and one.get("type") == "not_null"
                for one in column.get("constraints") or ()
            ),
            paths=self._paths(name, meta, column_type(declared, self.adapter)),
        )

    def _paths(self, name: str, meta: Mapping[str, Any], of: Type) -> dict[str, Column]:
        """What a JSON column is declared to hold, by dotted path."""
        declared = meta.get("paths")
        if not isinstance(declared, Mapping):
            return {}
        return {
            str(path): Column(
                f"{name}.{path}",
                path_type(str(kind), self.adapter),
                inside=name,
                parsed=of.kind == "text",
            )
            for path, kind in declared.items()
        }

    def _check_column(self, name: str, meta: Mapping[str, Any], path: str) -> None:
        def wrong(message: str, hint: str) -> None:
            self.problems.append(Problem(f"column '{name}': {message}", hint, path))

        if unknown := sorted(set(meta) - _COLUMN_META):
            hint = suggest(unknown[0], _COLUMN_META, what="known keys")
            wrong(f"unknown key '{unknown[0]}' in config.meta.cdp", hint)
        for key in ("label", "pii", "timezone"):
            if not isinstance(meta.get(key) or "", str):
                wrong(f"'{key}' is text", f"{key}: .., in quotes where it is no word")
        if not isinstance(meta.get("hidden") or False, bool):
            wrong("'hidden' is true or false", "hidden: true")
        values = meta.get("values") or []
        if not isinstance(values, list):
            wrong("'values' is a list", "values: [one, two]")
        elif any(isinstance(value, bool | list | Mapping | None) for value in values):
            # dbt reads YAML 1.1: Norway is false there.
            hint = "put each in quotes: yes, no, on and off, in capitals too, are no text in dbt"
            wrong("'values' are texts", hint)
        paths = meta.get("paths", {})
        if not isinstance(paths, Mapping):
            wrong("'paths' gives each path its type", "paths: {preferences.language: text}")
            paths = {}
        for dotted, kind in paths.items():
            if not _PATH.fullmatch(str(dotted)):
                wrong(f"'{dotted}' is no path", "names joined by dots: preferences.language")
            elif path_type(str(kind), self.adapter).kind in ("other", "json"):
                hint = "text, integer, number, boolean, date, timestamp, or a list: text[]"
                wrong(f"the path '{dotted}' has an unknown type '{kind}'", hint)
        timezone = meta.get("timezone", "UTC")
        try:
            ZoneInfo(str(timezone))
        except (OSError, ValueError, KeyError):
            wrong(f"unknown time zone '{timezone}'", "use a name such as Asia/Ho_Chi_Minh")


def _inside(name: str, column: Column, columns: Mapping[str, Column]) -> Column:
    """A column that is listed as `profile.language` lies inside the JSON column `profile`."""
    head, dot, _ = name.partition(".")
    outer = columns.get(head)
    if not dot or outer is None or outer.type.kind not in ("json", "text"):
        return column
    return replace(
        column, type=inside_json(column.type), inside=head, parsed=outer.type.kind == "text"
    )


def meta_of(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """`config.meta` (dbt 1.10 and later), else `meta`."""
    meta = (node.get("config") or {}).get("meta") or node.get("meta") or {}
    return meta if isinstance(meta, Mapping) else {}
