"""`cdp-activate destinations`: what kinds there are, and whether the project's can be reached."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cdp_activate.cli.common import (
    Command,
    Group,
    json_option,
    load,
    project_options,
    show_json,
    table,
)
from cdp_activate.errors import CdpError, UsageError

if TYPE_CHECKING:
    from cdp_activate.project import Project
    from cdp_activate.sync.model import DestinationEntry


@click.group(cls=Group)
def destinations() -> None:
    """List, describe and check destinations; start one of your own."""


@destinations.command("list", cls=Command)
@project_options
@json_option
def list_(as_json: bool, **options: Any) -> None:
    """List the types of destination there are, and the project's own destinations.

    \b
    Example:
      cdp-activate destinations list
    """
    from cdp_activate.destination_facts import facts
    from cdp_activate.destinations import destination_types

    entries = _entries(options)
    found = []
    for name in destination_types():
        try:
            about = facts(name)
        except CdpError as error:
            # A package it needs is missing: said in its line, which others need not suffer for.
            about = {"summary": error.message, "verbs": [], "identifiers": []}
        used = sorted(entry.name for entry in entries.values() if entry.type == name)
        found.append({
            "type": name, "summary": about["summary"], "verbs": about["verbs"],
            "identifiers": [one["name"] for one in about["identifiers"]], "destinations": used,
        })  # fmt: skip
    if as_json:
        show_json(found)
        return
    rows = [
        (
            one["type"],
            ", ".join(one["destinations"]) or "-",
            ", ".join(one["verbs"]),
            one["summary"],
        )
        for one in found
    ]
    click.echo(table(rows, ("type", "in this project", "does", "what it is")))


@destinations.command(cls=Command)
@click.argument("name")
@project_options
@json_option
def describe(name: str, as_json: bool, **options: Any) -> None:
    """Describe a type of destination, or one of the project's by its name.

    Settings, identifiers and how each is normalised, limits with their sources, what leaving a
    list means there, the permissions that are needed, and the version of the interface.

    \b
    Example:
      cdp-activate destinations describe meta_ads
    """
    from cdp_activate.destination_facts import WRITTEN_BY, facts, page

    entry = _entries(options).get(name)
    kind = entry.type if entry else name
    if as_json:
        show_json(facts(kind))
        return
    click.echo(page(kind).replace(f"{WRITTEN_BY}\n\n", ""))


@destinations.command(cls=Command)
@click.argument("names", nargs=-1)
@project_options
@json_option
def check(names: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Prove that the project's destinations accept our credentials. Changes nothing there.

    Exit code 1 when one does not, 2 when its settings are wrong.

    \b
    Example:
      cdp-activate destinations check
    """
    from cdp_activate.spelling import suggest

    entries = load(options).destinations
    for name in names:
        if name not in entries:
            raise UsageError(
                f"unknown destination '{name}'", remedy=suggest(name, entries, what="destinations")
            )
    found = [_checked(entries[name]) for name in names or entries]
    if as_json:
        show_json(found)
    for one in [] if as_json else found:
        click.echo(f"{'ok  ' if one['ok'] else 'FAIL'}  {one['destination']} ({one['type']})")
        if not one["ok"]:
            click.echo(f"      {one['message']}\n      {one['remedy']}".rstrip())
    code = max((one["exit_code"] for one in found), default=0)
    if code:
        click.get_current_context().exit(code)


@destinations.command(cls=Command)
@click.argument("name")
@click.option("--dir", "folder", type=click.Path(path_type=Path), help="Default: ./NAME.")
@json_option
def new(name: str, folder: Path | None, as_json: bool) -> None:
    """Write a destination of your own, its test, and the package they are in.

    The test passes as it is, against a platform that does not exist; docs/writing-a-destination.md
    goes through both.

    \b
    Example:
      cdp-activate destinations new postbox
    """
    from cdp_activate.scaffold import scaffold_destination

    place = folder or Path(name)
    written = scaffold_destination(place, name)
    if as_json:
        show_json({"folder": str(place), "written": written})
        return
    for path in written:
        click.echo(f"wrote {place / path}")
    click.echo(
        f"\nMake it known: pip install -e '{place}[test]'"
        f"\nRun its test:  cd {place} && python -m pytest"
    )


def _entries(options: dict[str, Any]) -> dict[str, DestinationEntry]:
    """The project's destinations; none where there is no project."""
    if not (options["project_dir"] / "dbt_project.yml").exists():
        return {}
    project: Project = load(options)
    return dict(project.destinations)


def _checked(entry: DestinationEntry) -> dict[str, Any]:
    said = {"destination": entry.name, "type": entry.type}
    try:
        destination = entry.open()
        try:
            destination.check()
        finally:
            destination.close()
    except CdpError as error:
        return {
            **said, "ok": False, "message": error.message, "remedy": error.remedy,
            "exit_code": error.exit_code,
        }  # fmt: skip
    return {**said, "ok": True, "message": "", "remedy": "", "exit_code": 0}
