"""Runs dbt as a person would, in a process of its own.

dbt keeps the DuckDB file open until its process ends, so it never runs inside ours; and takes
seconds to import, so that the commands of one build share a process.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import islice, takewhile
from pathlib import Path

import yaml

from cdp_activate.errors import CdpError, UsageError
from cdp_activate.project import Project

_LIST_PACKAGES = ("packages", "dependencies")
_ENDED = "cdp-activate: dbt ended with"
_NO_ADAPTER = re.compile(r"Could not find adapter type (\w+)!")
_DBT = f"""
import json, sys
from dbt.cli.main import cli
for line in sys.stdin:
    sys.argv = ["dbt", *json.loads(line)]
    code = 0
    try:
        cli()
    except SystemExit as ended:
        code = ended.code or 0
    print("{_ENDED}", code, flush=True)
"""


@contextmanager
def dbt(
    project: Project, *, as_of: datetime | None = None, show: bool = False
) -> Iterator[Callable[..., None]]:
    """While open, what is yielded runs a dbt command in the project: `run("build", "-s", "x")`.

    One process runs all of them, one after another. Their output goes to stderr when `show`.
    Each raises CdpError with the end of dbt's own words when it fails, UsageError for options
    that dbt does not take and a project that it cannot parse.
    """
    for folder in (project.manifest.parent, project.logs):
        _check_may_write(folder)
    environment = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    environment.pop("DBT_PROJECT_DIR", None)  # it runs in the project, which may be another
    if as_of is not None:
        # As a variable it would make dbt parse the whole project anew for each day.
        environment["CDP_AS_OF"] = as_of.isoformat()
    with subprocess.Popen(  # noqa: S603 (our own interpreter, arguments as a list)
        # -P: a file of the project's that is called as a module is none.
        [sys.executable, "-P", "-c", _DBT],
        cwd=project.folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=environment,
    ) as process:

        def run(*arguments: str) -> None:
            given = arguments
            if as_of is not None:
                given = tuple(_with_as_of(arguments, as_of, always=_sets_as_of(project)))
            # An option of the user's that lacks its value must not take one of ours for it.
            command = [given[0], *_options_of(project), *given[1:]]
            code, lines = _said(process, command, show=show)
            if code != 0:
                raise _failure(arguments[0], code, lines)

        try:
            yield run
        except (KeyboardInterrupt, BrokenPipeError):
            _end(process)
            raise
        finally:
            with suppress(BrokenPipeError):
                process.stdin.close()  # type: ignore[union-attr]  # it waits for no more


def _check_may_write(folder: Path) -> None:
    """dbt would say so by a traceback, or end without a word."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not (there.is_dir() and os.access(there, os.W_OK)):
        raise CdpError(
            f"dbt writes to {folder.absolute()}, which this user may not",
            remedy="let this user write there, or have DBT_TARGET_PATH and DBT_LOG_PATH name other "
            "folders",
        )


def _failure(command: str, code: int | None, lines: Sequence[str]) -> CdpError:
    """What to raise when a command of dbt failed, having said so."""
    if code == UsageError.exit_code and lines and lines[-1].startswith("Error: "):
        # So click ends, before dbt is called; dbt has other words for what fails.
        what = f"`dbt {command}` was not begun: {lines[-1].removeprefix('Error: ')}"
        return UsageError(what, remedy=f"`dbt {command} --help` says what it takes")
    said = "\n  ".join(_end_of(lines)) or "it did not say why"
    # To parse is to read files: it asks no warehouse.
    kind = UsageError if command == "parse" and code is not None else CdpError
    adapter = _NO_ADAPTER.search(said)
    remedy = f"pip install dbt-{adapter[1]}" if adapter else "mend it, then run again"
    return kind(f"`dbt {command}` failed:\n  {said}", remedy=remedy)


def _end(process: subprocess.Popen[str], wait: float = 10) -> None:
    """dbt gives up what it asked the warehouse for: it must not go on when we have ended."""
    process.stdout.close()  # type: ignore[union-attr]  # else it would wait for us to read
    process.send_signal(signal.SIGINT)
    try:
        process.wait(wait)
    except subprocess.TimeoutExpired:
        process.kill()


def _options_of(project: Project) -> list[str]:
    options = {
        "--profiles-dir": project.profiles and project.profiles.resolve(),
        "--profile": project.profile_name,
        "--target": project.target,
        "--target-path": project.target_path,
    }
    given = [word for name, value in options.items() if value for word in (name, str(value))]
    return ["--no-use-colors", *given]


def _said(
    process: subprocess.Popen[str], command: Sequence[str], *, show: bool
) -> tuple[int | None, list[str]]:
    """The exit code of a command, None where the process broke down; and what dbt said."""
    assert process.stdin is not None and process.stdout is not None
    with suppress(BrokenPipeError):  # what it said when it broke down is there to be read
        process.stdin.write(json.dumps(command) + "\n")
        process.stdin.flush()
    lines: list[str] = []
    for line in process.stdout:
        if line.startswith(_ENDED):
            return int(line.split()[-1]), lines
        lines.append(line.rstrip())
        if show:
            sys.stderr.write(line)
    return None, lines


def build(
    project: Project, *arguments: str, as_of: datetime | None = None, show: bool = False
) -> None:
    """Compile the audiences against the models as they are now, then `dbt build`."""
    with dbt(project, as_of=as_of, show=show) as run:
        listed = any((project.folder / f"{name}.yml").exists() for name in _LIST_PACKAGES)
        if listed and not (project.folder / "dbt_packages").exists():
            run("deps")
        # With the variables of the build, which else would parse everything once more.
        run("parse", *_variables(arguments))
        project.forget()
        project.check_package()
        project.check_variables()
        if not _variables(arguments):  # which may say it too
            project.check_inputs()
        project.compile()
        run("build", *arguments)
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
        try:
            given = yaml.safe_load(value if equals else next(rest, "{}"))
        except yaml.YAMLError:
            given = None
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
    # Where dbt did not expect it, its own insides follow what it says.
    said = takewhile(lambda line: not line.startswith("Traceback"), plain[start:])
    return [line for line in said if line.strip()][:25] or plain[-15:]
