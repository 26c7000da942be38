"""How old the data of an audience are, by what dbt wrote of its last run and of its sources.

https://docs.getdbt.com/reference/artifacts/run-results-json,
https://docs.getdbt.com/reference/artifacts/sources-json
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cdp_activate.sync.builds import artifact, instant, last_build

_STORED = ("table", "incremental", "snapshot", "materialized_view")
"""Materializations that keep rows of the time they were built at."""


@dataclass(frozen=True)
class DataAge:
    """When the data of some sources, or some models, are from. None: dbt does not say."""

    what: str
    of: Mapping[str, datetime | None]

    def complaint(self, now: datetime, within: timedelta) -> str | None:
        """What is too old or unknown, with numbers; None when all is fresh."""
        known = {name: now - at for name, at in self.of.items() if at is not None}
        stale = {name: age for name, age in known.items() if age > within}
        unknown = sorted(self.of.keys() - known.keys())
        parts = []
        if stale:
            oldest = max(stale, key=lambda name: stale[name])
            parts.append(
                f"{len(stale):,} of {len(self.of):,} {self.what} are older than {span(within)}, "
                f"the oldest, {oldest}, is of {span(stale[oldest])} ago"
            )
        if unknown:
            parts.append(
                f"of {len(unknown):,} of {len(self.of):,} {self.what} the age is unknown, "
                f"such as {unknown[0]}"
            )
        return "; ".join(parts) or None


def span(length: timedelta) -> str:
    """A length of time in the largest unit that it is at least two of."""
    seconds = int(length.total_seconds())
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size:,} {unit}"
    return f"{seconds:,} seconds"


def ages(artifacts: Path, models: Iterable[str]) -> list[DataAge]:
    """The ages of the sources that some models are built from, and of the models up to these.

    Sources count when dbt judges them: where they say `freshness:` or `loaded_at_field:`, or
    `dbt source freshness` had a result. Raises UsageError when dbt's files cannot be read.
    """
    manifest = artifact(artifacts / "manifest.json")
    nodes, sources = manifest.get("nodes", {}), manifest.get("sources", {})
    project = str(manifest.get("metadata", {}).get("project_name"))
    line = set(_lineage(nodes, [f"model.{project}.{name}" for name in models]))
    loaded, built = _loaded(artifacts / "sources.json"), last_build(artifacts)
    judged = {name for name in line & sources.keys() if name in loaded or _is_judged(sources[name])}
    stored = {
        name
        for name in line & nodes.keys()
        if nodes[name].get("config", {}).get("materialized", "table") in _STORED
    }
    return [
        DataAge("sources", {_short(name): loaded.get(name) for name in judged}),
        DataAge("models", {_short(name): built.get(name) for name in stored}),
    ]


def _lineage(nodes: Mapping[str, Any], ends: list[str]) -> Iterator[str]:
    """These nodes, and all that they are built from."""
    pending, seen = ends, set(ends)
    while pending:
        name = pending.pop()
        yield name
        before = nodes.get(name, {}).get("depends_on", {}).get("nodes", [])
        pending += set(before) - seen
        seen.update(before)


def _is_judged(source: Mapping[str, Any]) -> bool:
    freshness = source.get("freshness") or source.get("config", {}).get("freshness") or {}
    limits: Iterable[Any] = (freshness.get("warn_after"), freshness.get("error_after"))
    return bool(source.get("loaded_at_field")) or any(
        limit and limit.get("count") for limit in limits
    )


def _loaded(path: Path) -> dict[str, datetime]:
    """Source -> when its latest row is from."""
    results = artifact(path).get("results", []) if path.exists() else []
    return {
        str(one["unique_id"]): instant(one["max_loaded_at"])
        for one in results
        if one.get("max_loaded_at")
    }


def _short(unique_id: str) -> str:
    """`source.shop.raw.orders` as `raw.orders`, `model.shop.orders` as `orders`."""
    return ".".join(unique_id.split(".")[2:])
