"""`cdp-activate audience`: what the audiences are, and who is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cdp_activate.cli.audience_history import history
from cdp_activate.cli.common import (
    Command,
    Group,
    as_of_option,
    instant,
    json_option,
    load,
    project_options,
    show_json,
    table,
)
from cdp_activate.cli.difference import diff
from cdp_activate.cli.explain import explain
from cdp_activate.cli.overlap import overlap
from cdp_activate.words import plural

if TYPE_CHECKING:
    from cdp_activate.audiences.model import Audience


@click.group(cls=Group)
def audience() -> None:
    """List, show, preview, explain, compare and test audiences."""


audience.add_command(diff)
audience.add_command(explain)
audience.add_command(history)
audience.add_command(overlap)


@audience.command("list", cls=Command)
@project_options
@json_option
def list_(as_json: bool, **options: Any) -> None:
    """List the audiences of the project.

    \b
    Example:
      cdp-activate audience list
    """
    project = load(options)
    found = [_about(one) for one in project.audiences.values()]
    if as_json:
        show_json(found)
        return
    rows = [(one["audience"], one["entity"], one["label"], one["file"]) for one in found]
    click.echo(table(rows, ("audience", "of", "label", "file")))


@audience.command(cls=Command)
@click.argument("name")
@project_options
@as_of_option
@json_option
def show(name: str, as_of: str | None, as_json: bool, **options: Any) -> None:
    """Show an audience and the SQL that selects its members.

    \b
    Example:
      cdp-activate audience show cart_abandoners
    """
    from cdp_activate.audiences.preview import preview_sql

    project = load(options)
    one = project.audience(name)
    sql = preview_sql(one, project.audiences, project.catalog, instant(as_of))
    if as_json:
        show_json({**_about(one), "sql": sql})
        return
    for key, value in _about(one).items():
        if value not in ("", [], None):
            click.echo(f"{key + ':':<13}{', '.join(value) if isinstance(value, list) else value}")
    click.echo(f"\n{sql}")


@audience.command(cls=Command)
@click.argument("name")
@click.option(
    "--limit", default=10, show_default=True, type=click.IntRange(0), help="How many keys to show."
)
@project_options
@as_of_option
@json_option
def preview(name: str, limit: int, as_of: str | None, as_json: bool, **options: Any) -> None:
    """Count an audience and show some of its keys, without building anything.

    \b
    Example:
      cdp-activate audience preview cart_abandoners --as-of 2026-01-10
    """
    from cdp_activate.audiences.preview import preview_sql
    from cdp_activate.cli.preview import run_preview

    project = load(options)
    one = project.audience(name)
    at = instant(as_of)
    sql = preview_sql(one, project.audiences, project.catalog, at)
    found = run_preview(project.warehouse(), sql, one.entity.key, limit)
    if as_json:
        show_json({"audience": name, "as_of": at.isoformat(), **found})
        return
    word = one.entity.name
    click.echo(f"{name}: {plural(found['size'], word)} at {at:%Y-%m-%d %H:%M} UTC")
    for variant, count in found["variants"].items():
        click.echo(f"  {variant}: {count:,}")
    if found["keys"]:
        click.echo("  " + ", ".join(found["keys"]) + (", ..." if found["size"] > limit else ""))


@audience.command(cls=Command)
@click.argument("names", nargs=-1)
@project_options
@json_option
@click.pass_context
def test(context: click.Context, /, names: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Run the tests of audiences: rows given, members expected. No warehouse is opened.

    All audiences are tested where no NAMES are given.

    \b
    Example:
      cdp-activate audience test cart_abandoners
    """
    outcomes = load(options).test_audiences(names)
    failed = [outcome for outcome in outcomes if outcome.wrong]
    if as_json:
        show_json([{**vars(outcome), "passed": not outcome.wrong} for outcome in outcomes])
    else:
        for outcome in outcomes:
            click.echo(f"{'FAIL' if outcome.wrong else 'ok  '}  {outcome.audience}: {outcome.test}")
            for sentence in outcome.wrong:
                click.echo(f"      {sentence} ({outcome.place})")
        passed = f"{plural(len(outcomes) - len(failed), 'test')} passed"
        click.echo(f"{passed}, {len(failed)} failed" if failed else passed)
    if failed:
        context.exit(1)


def _about(one: Audience) -> dict[str, Any]:
    return {
        "audience": one.name,
        "label": one.label,
        "description": one.description,
        "entity": one.entity.name,
        "owner": one.owner,
        "tags": list(one.tags),
        "timezone": one.timezone,
        "uses": sorted(one.uses),
        "published": one.publish,
        "file": f"{one.node.source.path}:{one.node.line}",
    }
