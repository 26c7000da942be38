"""When dbt built what, by the results of its last run and by the marks on audiences' tables.

https://docs.getdbt.com/reference/artifacts/run-results-json
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cdp_activate.audiences.facts import audience_model
from cdp_activate.catalog import Catalog
from cdp_activate.errors import LockedError, NotBuiltError, UsageError
from cdp_activate.sync.audience_table import members_relation, read_mark
from cdp_activate.sync.model import Sync
from cdp_activate.warehouse.base import Warehouse

RESULTS = "run_results.json"

_BUILDING = ("build", "run", "retry", "snapshot")
"""dbt commands that build; `compile`, `test`, `docs generate` and others write results too."""


def last_build(artifacts: Path) -> Mapping[str, datetime | None]:
    """Unique id of a node -> when dbt's last run had built it; None where it failed to.

    Empty where that run was not to build, or there was none. Raises UsageError when what it
    wrote cannot be read.
    """
    path = artifacts / RESULTS
    found = artifact(path) if path.exists() else {}
    try:
        if found.get("args", {}).get("which", "build") not in _BUILDING:
            return {}
        return {
            str(one["unique_id"]): _built_at(one)
            for one in found.get("results", [])
            if one["status"] != "success" or one["timing"]
        }
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        raise _unreadable(path) from None


def last_builds(
    syncs: Iterable[Sync], catalog: Catalog, warehouse: Warehouse
) -> dict[str, datetime | str]:
    """Name of a sync -> when dbt last built an audience that it reads, else why nobody knows.

    By the results of dbt's last run where they are about them: they are there when all is built.
    Else by the marks on the tables, which whatever dbt did since has left alone.
    """
    try:
        results = last_build(catalog.artifacts) if catalog.artifacts else {}
    except UsageError:
        results = {}  # dbt writes them just now, maybe
    found: dict[str, datetime | str] = {}
    silent: list[Sync] = []
    for sync in syncs:
        nodes = [f"model.{catalog.project}.{audience_model(name)}" for name in sync.digests]
        told = [results[node] for node in nodes if node in results]
        if None in told:
            found[sync.name] = "dbt's last run failed to build what it reads"
        elif told:
            found[sync.name] = max(filter(None, told))
        else:
            silent.append(sync)
    return found | (_by_marks(silent, catalog, warehouse) if silent else {})


def _by_marks(
    syncs: Iterable[Sync], catalog: Catalog, warehouse: Warehouse
) -> dict[str, datetime | str]:
    try:
        with warehouse.reading():
            return {sync.name: _by_mark(sync, catalog, warehouse) for sync in syncs}
    except (NotBuiltError, LockedError) as error:
        # There is no warehouse yet, or a build has it.
        return {sync.name: error.message for sync in syncs}


def _by_mark(sync: Sync, catalog: Catalog, warehouse: Warehouse) -> datetime | str:
    try:
        relations = [members_relation(name, catalog) for name in sync.digests]
    except NotBuiltError as error:
        return error.message
    marks = [read_mark(warehouse, relation) for relation in relations]
    built = [mark.built_at for mark in marks if mark is not None and mark.built_at is not None]
    return max(built, default="nothing says that dbt has built its audience")


def _built_at(result: Mapping[str, Any]) -> datetime | None:
    return instant(result["timing"][-1]["completed_at"]) if result["status"] == "success" else None


def instant(text: str) -> datetime:
    """A time as dbt writes it, in UTC where it has no zone."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def artifact(path: Path) -> Mapping[str, Any]:
    """A file that dbt wrote. Raises UsageError when it cannot be read."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise _unreadable(path)
    return found


def _unreadable(path: Path) -> UsageError:
    return UsageError(f"{path.name} cannot be read", remedy="run dbt again, which writes it")
