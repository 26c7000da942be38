"""What every command shares: the project it works on, `--json`, and errors as sentences."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cdp_activate.errors import CdpError, UsageError, unforeseen

if TYPE_CHECKING:
    from cdp_activate.project import Project

F = TypeVar("F", bound=Callable[..., Any])


class Command(click.Command):
    """A command whose deliberate errors are shown as sentences, never as a traceback."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except CdpError as error:
            show_error(error, as_json=bool(context.params.get("as_json")))
            context.exit(error.exit_code)
        except OSError as error:
            what = unforeseen(error)
            show_error(what, as_json=bool(context.params.get("as_json")))
            context.exit(what.exit_code)

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        as_json = "--json" in args
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            if not as_json:
                raise
            usage = f"run `{error.ctx.command_path} --help`" if error.ctx else ""
            show_error(UsageError(error.format_message(), remedy=usage), as_json=True)
            raise click.exceptions.Exit(error.exit_code) from None


def show_error(error: CdpError, *, as_json: bool) -> None:
    """An error for people on stderr, or for machines on stdout."""
    if as_json:
        click.echo(json.dumps({"error": error.as_dict()}, ensure_ascii=False, indent=2))
    else:
        click.echo(f"Error: {error}", err=True)


def project_options(function: F) -> F:
    """dbt's own options for finding a project and a profile."""
    path = click.Path(path_type=Path)
    for option in (
        click.option("--target-path", type=path, help="Where dbt writes its manifest."),
        click.option("--target", help="The target of the profile."),
        click.option("--profile", help="The profile, instead of the project's."),
        click.option("--profiles-dir", type=path, help="The folder of profiles.yml."),
        click.option(
            "--project-dir", type=path, default=".", help="The dbt project.", show_default=True
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
    from cdp_activate.audiences.moments import parse_as_of

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
