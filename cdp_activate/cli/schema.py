"""`schema`: the JSON Schemas of the YAML files, for editors."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cdp_activate.cli.common import (
    Command,
    SuggestingChoice,
    json_option,
    load,
    project_options,
    show_json,
)
from cdp_activate.errors import CdpError, UsageError
from cdp_activate.files import write_whole

if TYPE_CHECKING:
    from cdp_activate.project import Project

FILES = ("audiences", "syncs", "destinations")


@click.command(cls=Command)
@click.argument("files", type=SuggestingChoice(FILES), required=False)
@click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False), help="Write all to this folder."
)
@project_options
@json_option
def schema(files: str | None, into: Path | None, as_json: bool, **options: Any) -> None:
    """Print the JSON Schema of the files of a kind, for editors: with the catalog's names.

    \b
    Example:
      cdp-activate schema --into .schemas
    """
    if (files is None) == (into is None):
        raise UsageError(
            f"say of which files, {', '.join(FILES)}, or where all shall be written",
            remedy="cdp-activate schema audiences, or: cdp-activate schema --into .schemas",
        )
    project = load(options)
    if into is None:
        click.echo(_text(project, str(files)), nl=False)
        return
    written = {name: into / f"{name}.json" for name in FILES}
    for name, path in written.items():
        write_whole(path, _text(project, name))
    if as_json:
        show_json({"written": {name: str(path) for name, path in written.items()}})
    else:
        for path in written.values():
            click.echo(f"written {path}")


def _text(project: Project, files: str) -> str:
    from cdp_activate.editor import audience_schema, destination_schema, sync_schema

    if files == "destinations":
        made = destination_schema()
    else:
        audiences = _names(
            lambda: (one.locate(["audience"]).text for one in project.documents("audiences"))
        )
        if files == "audiences":
            made = audience_schema(project.catalog, audiences)
        else:
            made = sync_schema(project.catalog, audiences, _names(lambda: project.destinations))
    return json.dumps(made, ensure_ascii=False) + "\n"


def _names(read: Callable[[], Iterable[str]]) -> list[str]:
    """Names to offer; none while the files that have them are wrong, as `compile` tells."""
    try:
        return sorted(set(read()))
    except CdpError:
        return []
