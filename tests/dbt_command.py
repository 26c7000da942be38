"""Runs dbt in a process of its own, as a user does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


def run_dbt(
    *arguments: str,
    project: Path,
    scratch: Path,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run one dbt command in `project`, with what it writes kept in `scratch`.

    The profiles are those of the project. Nothing is raised when dbt fails: the
    caller looks at `returncode` and `stdout`.
    """
    variables = {name: value for name, value in os.environ.items() if not name.startswith("DBT_")}
    variables |= {
        "DBT_TARGET_PATH": str(scratch / "target"),
        "DBT_LOG_PATH": str(scratch / "logs"),
        "DBT_PROFILES_DIR": str(project),
        "DBT_PROJECT_DIR": str(project),
        "DBT_USE_COLORS": "false",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "PYTHONWARNINGS": "ignore",
    }
    variables |= environment or {}
    return subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", *arguments],
        cwd=project,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
