"""When dbt built which model, from the results of its last run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from cdp_activate.errors import UsageError


def read_builds(path: Path) -> Mapping[str, datetime | None]:
    """Name of a model -> when dbt's last run had built it; empty where dbt never ran.

    None: it should have been built in that run, and was not.

    `path` is run_results.json, which every dbt command that runs nodes writes anew
    (https://docs.getdbt.com/reference/artifacts/run-results-json).
    """
    if not path.exists():
        return {}
    try:
        results = json.loads(path.read_bytes())["results"]
        return {
            one["unique_id"].rpartition(".")[2]: (
                _instant(one["timing"][-1]["completed_at"]) if one["status"] == "success" else None
            )
            for one in results
            if one["unique_id"].startswith("model.")
        }
    except (ValueError, KeyError, TypeError, IndexError):
        raise UsageError(
            f"{path.name} cannot be read", remedy="run dbt again, which writes it anew"
        ) from None


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
