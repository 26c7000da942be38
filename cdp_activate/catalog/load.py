"""Loads the catalog from the files that dbt leaves in `target/`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from cdp_activate.catalog.manifest import Reading
from cdp_activate.catalog.model import Catalog
from cdp_activate.errors import UsageError


def load_catalog(manifest: Path) -> Catalog:
    """Read `manifest.json` (and `catalog.json` beside it, for columns without a type).

    Raises UsageError when there is no manifest, SourceErrors when its `cdp` meta is wrong.
    """
    if not manifest.exists():
        raise UsageError(
            f"there is no dbt manifest at {manifest}",
            remedy="run `cdp-activate build` (or `dbt parse`) in the dbt project first",
        )
    raw = _json(manifest, "run `dbt parse` again")
    found = read_manifest(raw, _described(manifest.with_name("catalog.json")))
    return replace(found, artifacts=manifest.parent)


def read_manifest(
    manifest: Mapping[str, Any], described: Mapping[str, Any] | None = None
) -> Catalog:
    """Read a manifest that is already parsed; `described` is dbt's catalog.json."""
    return Reading(manifest, described or {}).catalog()


def _described(path: Path) -> Mapping[str, Any]:
    return _json(path, "run `dbt docs generate` again, or delete it") if path.exists() else {}


def _json(path: Path, remedy: str) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}", remedy=remedy) from None
    if not isinstance(found, dict):
        raise UsageError(f"{path} is not what dbt writes there", remedy=remedy)
    return found
