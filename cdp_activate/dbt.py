"""Runs dbt as a person would, in a process of its own.

dbt keeps the DuckDB file open until its process ends, and takes seconds to import: so it
never runs inside ours.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from itertools import islice

import yaml

from cdp_activate.errors import CdpError, UsageError
from cdp_activate.project import Project

_DBT = "from dbt.cli.main import cli; cli()"


def run_dbt(
    project: Project, *arguments: str, as_of: datetime | None = None, show: bool = False
) -> None:
    """Run a dbt command in the project; its output goes to stderr when `show`.

    Raises CdpError with the end of dbt's own words when it fails.
    """
    environment = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    if as_of is not None:
        # As a variable it would make dbt parse the whole project anew for each day.
        environment["CDP_AS_OF"] = as_of.isoformat()
        arguments = tuple(_with_as_of(arguments, as_of, always=_sets_as_of(project)))
    command = [sys.executable, "-c", _DBT, "--no-use-colors", *arguments]
    if project.profiles:
        command += ["--profiles-dir", str(project.profiles.resolve())]
    if project.profile_name:
        command += ["--profile", project.profile_name]
    if project.target:
        command += ["--target", project.target]
    if project.target_path:
        command += ["--target-path", str(project.target_path)]
    lines = []
    with subprocess.Popen(  # noqa: S603 (our own interpreter, arguments as a list)
        command,
        cwd=project.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=environment,
    ) as process:
        for line in process.stdout or ():
            lines.append(line.rstrip())
            if show:
                sys.stderr.write(line)
    if process.returncode != 0:
        said = "\n  ".join(_end_of(lines))
        raise CdpError(f"`dbt {arguments[0]}` failed:\n  {said}", remedy="mend it, then run again")


def build(
    project: Project, *arguments: str, as_of: datetime | None = None, show: bool = False
) -> None:
    """Compile the audiences against the models as they are now, then `dbt build`."""
    if (project.folder / "packages.yml").exists() and not (
        project.folder / "dbt_packages"
    ).exists():
        run_dbt(project, "deps", show=show)
    # With the variables of the build, which else would parse everything once more.
    run_dbt(project, "parse", *_variables(arguments), as_of=as_of, show=show)
    project.forget()
    project.compile()
    run_dbt(project, "build", *arguments, as_of=as_of, show=show)
    project.forget()


def _variables(arguments: Sequence[str]) -> list[str]:
    """The `--vars` among the arguments."""
    found: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument == "--vars":
            found += [argument, *islice(rest, 1)]
        elif argument.startswith("--vars="):
            found.append(argument)
    return found


def _with_as_of(arguments: Sequence[str], as_of: datetime, *, always: bool) -> list[str]:
    """The arguments, with `as_of` as the variable `cdp_as_of` where they give it, or `always`.

    dbt takes only the last `--vars`: all are made one.
    """
    kept: list[str] = []
    variables: dict[str, object] = {}
    rest = iter(arguments)
    for argument in rest:
        flag, equals, value = argument.partition("=")
        if flag != "--vars":
            kept.append(argument)
            continue
        given = yaml.safe_load(value if equals else next(rest, "{}"))
        if not isinstance(given, dict):
            raise UsageError("--vars takes a YAML mapping", remedy="--vars '{name: value}'")
        variables |= given
    if always or "cdp_as_of" in variables:
        variables["cdp_as_of"] = as_of.isoformat()
    return [*kept, "--vars", json.dumps(variables)] if variables else kept


def _sets_as_of(project: Project) -> bool:
    """Whether dbt_project.yml has the variable `cdp_as_of`, which goes before the environment."""
    variables = project.configuration.plain().get("vars") or {}
    of_packages = [value for value in variables.values() if isinstance(value, dict)]
    return any("cdp_as_of" in found for found in (variables, *of_packages))


def _end_of(lines: Sequence[str]) -> list[str]:
    """The part of dbt's output that says what went wrong."""
    plain = [line.partition("  ")[2] if line[2:3] == ":" else line for line in lines]
    start = next(
        (i for i, line in enumerate(plain) if "rror" in line and "=0" not in line.replace(" ", "")),
        max(0, len(plain) - 15),
    )
    return [line for line in plain[start:] if line.strip()][:25]
