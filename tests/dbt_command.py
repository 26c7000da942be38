"""Runs dbt in a process of its own, as a user does, without importing it every time.

dbt takes three seconds to import. A server that has imported it forks a child for each
command, so commands share nothing else: neither warehouse connections nor caches.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["dbt.cli.main", "dbt.adapters.duckdb", "dbt.adapters.postgres"])


def run_dbt(
    *arguments: str,
    project: Path,
    scratch: Path,
    environment: Mapping[str, str] | None = None,
    stand_in: str | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run one dbt command in `project`, with what it writes kept in `scratch`.

    The profiles are those of the project. Nothing is raised when dbt fails: the
    caller looks at `returncode` and `stdout`, where standard error is too. `stand_in` is a
    warehouse that DuckDB stands in for, see warehouse_stand_in.py.
    """
    variables = {name: value for name, value in os.environ.items() if not name.startswith("DBT_")}
    variables |= {
        "DBT_TARGET_PATH": str(scratch / "target"),
        "DBT_LOG_PATH": str(scratch / "logs"),
        "DBT_LOG_LEVEL_FILE": "none",
        "DBT_PROFILES_DIR": str(project),
        "DBT_PROJECT_DIR": str(project),
        "DBT_USE_COLORS": "false",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    variables |= environment or {}
    with tempfile.NamedTemporaryFile(mode="r", encoding="utf-8") as said:
        child = _SERVER.Process(
            target=_dbt, args=(arguments, project, variables, said.name, stand_in)
        )
        child.start()
        child.join(timeout=300)
        if child.exitcode is None:
            child.kill()
            raise subprocess.TimeoutExpired(arguments, 300)
        return subprocess.CompletedProcess(arguments, child.exitcode, said.read(), "")


def _dbt(
    arguments: tuple[str, ...],
    project: Path,
    variables: dict[str, str],
    said: str,
    stand_in: str | None,
) -> None:
    """Be the dbt command; runs in the child."""
    from dbt.adapters.duckdb import DuckDBConnectionManager
    from dbt.cli.main import cli

    # A command lives for seconds: looking for cycles to free takes an eighth of them.
    gc.disable()
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(project)
    output = os.open(said, os.O_WRONLY)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.argv = ["dbt", *arguments]
    if stand_in is not None:
        import warehouse_stand_in

        warehouse_stand_in.install(stand_in)
    try:
        cli()
    finally:
        # Python does not do what is left `atexit` when a forked child ends: without
        # this the last transactions would stay in DuckDB's log beside the file.
        DuckDBConnectionManager.close_all_connections()
