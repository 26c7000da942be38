"""Runs dbt in a process of its own, as a user does, without importing it every time.

dbt takes three seconds to import, and two to get ready for parsing. A server that has done so
(dbt_ready.py) forks a child for each command, so commands share nothing else: neither
warehouse connections nor what is known of a project.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from multiprocessing.forkserver import ensure_running
from pathlib import Path

PASSED_ON = ("PATH", "HOME", "TMPDIR", "TZ", "LANG", "LC_ALL", "TEMP", "USERPROFILE", "SYSTEMROOT")
"""What dbt is told of the environment, besides what is meant for it."""

REPOSITORY = Path(__file__).resolve().parent.parent

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["dbt_ready"])


def _ensure_server() -> None:
    """Start the server where it does not run; what it imports beforehand must be found."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)
    try:
        ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def environment_of(project: Path, scratch: Path | str) -> dict[str, str]:
    """What dbt takes from the environment: the project, and that it writes to `scratch`.

    Whoever reads the manifest asks for it by `--write-json`: that takes half a second each time.
    """
    return {
        "DBT_TARGET_PATH": f"{scratch}/target",
        "DBT_LOG_PATH": f"{scratch}/logs",
        "DBT_LOG_LEVEL_FILE": "none",
        "DBT_WRITE_JSON": "false",
        "DBT_PROFILES_DIR": str(project),
        "DBT_PROJECT_DIR": str(project),
        "DBT_USE_COLORS": "false",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


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
    # dbt goes through the whole environment, looking for secrets, with each line it may log.
    variables = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    variables |= environment_of(project, scratch) | dict(environment or {})
    _ensure_server()
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
