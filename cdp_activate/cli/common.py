"""What every command shares: the project it works on, `--json`, and errors as sentences."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cdp_activate.errors import CdpError, StoppedError, UsageError, said, unforeseen

if TYPE_CHECKING:
    from cdp_activate.project import Project

F = TypeVar("F", bound=Callable[..., Any])


_AS_JSON = "cdp_activate.as_json"


class ErrorReporting(click.Command):
    """What is wrong is told as a sentence, or as JSON where that was asked for; no traceback."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        as_json = "--json" in args
        try:
            context = super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            raise _told(error, as_json=as_json) from None
        context.meta[_AS_JSON] = as_json
        return context

    def invoke(self, context: click.Context) -> Any:
        as_json = context.meta[_AS_JSON]
        try:
            with _terminated_as_interrupted():
                return super().invoke(context)
        except click.UsageError as error:
            raise _told(error, as_json=as_json) from None
        except BrokenPipeError:
            raise  # nobody reads on: click ends in silence
        except CdpError as error:
            told = error
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            # What others' exceptions say, and a traceback, may hold a value of a row.
            told = unforeseen(error)
        except KeyboardInterrupt:
            told = StoppedError("told to stop", remedy="run it again")
        show_error(told, as_json=as_json)
        return context.exit(told.exit_code)


class Command(ErrorReporting):
    """A command that does something."""


class Group(ErrorReporting, click.Group):
    """Commands under one name."""


def _told(error: click.UsageError, *, as_json: bool) -> Exception:
    """What to raise for a wrong option or name: it is told already where JSON was asked for."""
    if not as_json:
        return error
    usage = f"run `{error.ctx.command_path} --help`" if error.ctx else ""
    show_error(UsageError(error.format_message(), remedy=usage), as_json=True)
    return click.exceptions.Exit(error.exit_code)


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """SIGTERM ends a command as Ctrl-C does; one that runs syncs has its own way, `stopping`."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def show_error(error: CdpError, *, as_json: bool) -> None:
    """An error for people on stderr, or for machines on stdout while that can be written."""
    if as_json:
        try:
            click.echo(json.dumps({"error": error.as_dict()}, ensure_ascii=False, indent=2))
            return
        except BrokenPipeError:
            raise
        except OSError:
            pass
    complain(error)


def complain(error: CdpError, sync: str = "") -> None:
    """An error on standard error; where the log there is JSON, as an event of it."""
    context = click.get_current_context(silent=True)
    if context is None or context.params.get("log_format") != "json":
        click.echo(f"Error: {sync}: {error}" if sync else f"Error: {error}", err=True)
        return
    from cdp_activate.sync import log

    about = {"sync": sync} if sync else {}
    told = {"kind": type(error).__name__, "message": said(error), "remedy": error.remedy}
    click.echo(log.line("command_failed", log.ERROR, **about, **told), err=True)


class SuggestingChoice(click.Choice):  # type: ignore[type-arg] # click 8.1 takes none
    """Words to choose from; for one that is none of them the one that is meant is said."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The word. Raises BadParameter, as click has it."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            from cdp_activate.spelling import suggest

            hint = suggest(str(value), self.choices, what="choices", most=len(self.choices))
            self.fail(f"unknown word '{value}': {hint}", param, ctx)


def project_options(function: F) -> F:
    """dbt's own options for finding a project and a profile."""
    path = click.Path(path_type=Path)
    for option in (
        click.option("--target-path", type=path, help="Where dbt writes its manifest."),
        # `-t` is dbt's too: `build` would hand it on, and compile for another warehouse.
        click.option("--target", "-t", help="The target of the profile."),
        click.option("--profile", help="The profile, instead of the project's."),
        click.option("--profiles-dir", type=path, help="The folder of profiles.yml."),
        click.option(
            "--project-dir",
            type=path,
            default=".",
            envvar="DBT_PROJECT_DIR",
            help="The dbt project.",
            show_default=True,
        ),
    ):
        function = option(function)
    return function


def json_option(function: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")(
        function
    )


def as_of_option(function: F) -> F:
    text = "Judge at this instant (ISO 8601; UTC unless it has an offset). Default: now."
    return click.option("--as-of", metavar="TIME", envvar="CDP_AS_OF", show_envvar=True, help=text)(
        function
    )


def load(options: dict[str, Any]) -> Project:
    """The project that the options name."""
    from cdp_activate.project import Project

    return Project.at(
        options["project_dir"],
        profiles=options["profiles_dir"],
        profile_name=options["profile"],
        target=options["target"],
        target_path=options["target_path"],
    )


def instant(text: str | None, option: str = "--as-of (or CDP_AS_OF)") -> datetime:
    """What an option says, as an instant in UTC; now, where it says nothing."""
    from cdp_activate.audiences.written_times import parse_as_of

    try:
        return parse_as_of(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None


def show_json(content: object) -> None:
    click.echo(json.dumps(content, ensure_ascii=False, indent=2, default=str))


def table(rows: Sequence[Sequence[object]], header: Sequence[str]) -> str:
    """Rows as aligned columns; numbers to the right."""
    cells = [list(header), *[[_cell(value) for value in row] for row in rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    right = [
        bool(rows) and all(isinstance(row[i], int) for row in rows) for i in range(len(header))
    ]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in cells
    )


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)
