"""`cdp-activate init | doctor | catalog | compile | build`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cdp_activate.cli.common import (
    Command,
    as_of_option,
    instant,
    json_option,
    load,
    project_options,
    show_json,
    table,
)
from cdp_activate.words import plural


@click.command(cls=Command)
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@json_option
def init(folder: Path, as_json: bool) -> None:
    """Put an example audience and sync, and what is missing of a dbt project, into FOLDER.

    Files that exist are left alone.

    \b
    Example:
      cdp-activate init my-project
    """
    from cdp_activate.scaffold import scaffold

    made = scaffold(folder)
    if as_json:
        shown = {"written": made.written, "to_add": made.to_add, "next": made.next_steps}
        show_json({"folder": str(folder), **shown})
        return
    for name in made.written:
        click.echo(f"wrote {name}")
    for name, text in made.to_add.items():
        click.echo(f"{name} is yours and was left alone; it should hold:\n")
        click.echo("    " + text.rstrip().replace("\n", "\n    ") + "\n")
    click.echo("next:")
    for step in made.next_steps:
        click.echo(f"  {step}")
    click.echo("  run `cdp-activate doctor`, which says what is missing, then `cdp-activate build`")


@click.command(cls=Command)
@project_options
@json_option
@click.pass_context
def doctor(context: click.Context, /, as_json: bool, **options: Any) -> None:
    """Check everything that a build and a sync need, and say what to mend.

    What only the first build makes is "not yet" there before it, which is no failure.

    \b
    Example:
      cdp-activate doctor
    """
    from cdp_activate.doctor import BUILD, examine

    findings = examine(lambda: load(options))
    if as_json:
        show_json([vars(finding) for finding in findings])
    else:
        for finding in findings:
            state = "ok" if finding.ok else "not yet" if finding.not_yet else "FAIL"
            click.echo(f"{state:<7}  {finding.what}: {finding.found}")
            if finding.remedy:
                click.echo(" " * 9 + finding.remedy.replace("\n", "\n" + " " * 9))
    wrong = not all(finding.ok or finding.not_yet for finding in findings)
    if not as_json and any(finding.not_yet for finding in findings):
        click.echo(f"next: {'mend what failed, then ' if wrong else ''}run `{BUILD}`")
    if wrong:
        context.exit(1)


@click.command(cls=Command)
@click.argument("entity", required=False)
@project_options
@json_option
def catalog(entity: str | None, as_json: bool, **options: Any) -> None:
    """Show what audiences may name: traits, events, relations, stages, consents.

    \b
    Example:
      cdp-activate catalog customer
    """
    from cdp_activate.describe import describe
    from cdp_activate.errors import UsageError
    from cdp_activate.spelling import suggest

    found = describe(load(options).catalog)
    if entity is not None and entity not in found:
        hint = suggest(entity, found, what="entities")
        raise UsageError(f"unknown entity '{entity}'", remedy=hint)
    shown = {name: one for name, one in found.items() if entity in (None, name)}
    if as_json:
        show_json(shown)
        return
    for name, one in shown.items():
        click.echo(f"{name} (model {one['model']}, key {one['key']})\n")
        traits = [(t["name"], t["type"], t["pii"], ", ".join(t["values"])) for t in one["traits"]]
        click.echo(table(traits, ("trait", "type", "personal", "values")))
        for kind in ("events", "relations"):
            if one[kind]:
                click.echo(f"\n{table(_by_properties(one[kind]), (kind, 'properties'))}")
        # What is left are lists of names: references, stages, purposes of consent ...
        for kind, names in one.items():
            if names and isinstance(names, list) and kind != "traits":
                click.echo(f"\n{kind}: {', '.join(names)}")
        click.echo()


def _by_properties(rows: dict[str, dict[str, str]]) -> list[tuple[str, str]]:
    """Names with what `where:` may ask of them; names of one table stand under each other."""
    found: list[tuple[str, str]] = []
    before = ""
    for properties, name in sorted((", ".join(columns), name) for name, columns in rows.items()):
        found.append((name, "" if properties == before else properties))
        before = properties
    return found


@click.command("compile", cls=Command)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when files are stale.")
@click.option("--explain-cost", is_flag=True, help="Write nothing; say what audiences read.")
@project_options
@json_option
@click.pass_context
def compile_(
    context: click.Context,
    /,
    check: bool,
    explain_cost: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Write the dbt models of the audiences, from the YAML and dbt's manifest.

    \b
    Example:
      cdp-activate compile --check
    """
    project = load(options)
    if explain_cost:
        if check:
            raise click.UsageError("--explain-cost and --check do not go together")
        from cdp_activate.cli.cost import show_cost

        show_cost(project.cost(), as_json=as_json)
        return
    compiled = project.compile(check=check)
    changes, count = compiled.changes, compiled.audiences
    stale = check and bool(changes)
    if as_json:
        listed = [{"path": change.path, "what": change.what} for change in changes]
        warned = [warning.as_dict() for warning in compiled.warnings]
        show_json({"audiences": count, "check": check, "changes": listed, "warnings": warned})
    else:
        words = {} if check else {"missing": "new", "unexpected": "removed"}
        for change in changes:
            click.echo(f"{words.get(change.what, change.what):<11}{change.path}")
        verb = "would change" if check else "written"
        click.echo(f"{plural(count, 'audience')}, {plural(len(changes), 'file')} {verb}")
        for warning in compiled.warnings:
            click.echo(f"Warning: {warning.render()}", err=True)
        if stale:
            click.echo("Error: the files are stale\n  run `cdp-activate compile`", err=True)
    if stale:
        context.exit(1)


@click.command(cls=Command, context_settings={"ignore_unknown_options": True})
@click.argument("dbt_arguments", nargs=-1, type=click.UNPROCESSED)
@project_options
@as_of_option
@json_option
def build(dbt_arguments: tuple[str, ...], as_of: str | None, as_json: bool, **options: Any) -> None:
    """Compile the audiences and run `dbt build`; further arguments go to dbt.

    \b
    Example:
      cdp-activate build --as-of 2026-01-10 --select tag:audience
    """
    from cdp_activate.dbt import build as build_project

    project = load(options)
    at = instant(as_of) if as_of else None
    build_project(project, *dbt_arguments, as_of=at, show=not as_json)
    if as_json:
        show_json({"built": True, "audiences": sorted(project.audiences)})
