"""`cdp-activate runs | rejections`: what was done, and what was refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from cdp_activate.cli.common import (
    Command,
    instant,
    json_option,
    load,
    project_options,
    show_json,
    table,
)
from cdp_activate.cli.plan import select_option

if TYPE_CHECKING:
    from cdp_activate.project import Project
    from cdp_activate.warehouse import Warehouse


def _known(project: Project, warehouse: Warehouse, select: Iterable[str]) -> None:
    """Raises UsageError for a sync that has never run and is in no file."""
    from cdp_activate.sync.history import names

    have_run = names(warehouse)
    if unheard := [name for name in select if name not in have_run]:
        project.selected_syncs(unheard)


@click.command(cls=Command)
@select_option
@click.option("--state", multiple=True, help="Only runs in this state (can be repeated).")
@click.option("--since", metavar="TIME", help="Only runs begun then or later (ISO 8601).")
@click.option(
    "--limit", default=20, show_default=True, type=click.IntRange(1), help="How many, at most."
)
@project_options
@json_option
def runs(
    select: tuple[str, ...],
    state: tuple[str, ...],
    since: str | None,
    limit: int,
    as_json: bool,
    **options: Any,
) -> None:
    """Show what runs did, newest first.

    Syncs that are no longer in the files can be selected too.

    \b
    Example:
      cdp-activate runs --state failed --since 2026-01-01
    """
    from cdp_activate.errors import UsageError
    from cdp_activate.spelling import suggest
    from cdp_activate.sync import history

    for name in set(state) - set(history.STATES):
        hint = suggest(name, history.STATES, what="states")
        raise UsageError(f"there is no state '{name}'", remedy=hint)
    begun = instant(since, "--since") if since else None
    project = load(options)
    with project.warehouse() as warehouse:
        _known(project, warehouse, select)
        found = history.runs(warehouse, history.RunFilter(select, state, begun, limit))
    if as_json:
        show_json(found)
        return
    if not found:
        click.echo("no runs")
        return
    counted = ("added", "updated", "moved", "removed", "held_back", "rejected", "calls")
    rows = [
        (
            one["started_at"][:19].replace("T", " "),
            one["run_id"][:8],
            one["sync"],
            one["state"],
            *(one[name] for name in counted),
        )
        for one in found
    ]
    header = (
        "started (UTC)",
        "run",
        "sync",
        "state",
        *(name.replace("_", "-") for name in counted),
    )
    click.echo(table(rows, header))
    for one in found:
        if one["message"]:
            click.echo(f"  {one['run_id'][:8]} {one['sync']}: {one['message']}")


@click.command(cls=Command)
@select_option
@click.option(
    "--keys",
    default=0,
    type=click.IntRange(0),
    metavar="N",
    help="Also show the keys of up to N rows of each reason.",
)
@project_options
@json_option
def rejections(select: tuple[str, ...], keys: int, as_json: bool, **options: Any) -> None:
    """Show the rows that platforms refuse, by reason, with what to do.

    Nothing personal is shown; `--keys` shows keys, to look them up in the warehouse.

    \b
    Example:
      cdp-activate rejections --select cart_reminders --keys 5
    """  # fmt: skip
    from cdp_activate.sync import rejections as refused

    project = load(options)
    with project.warehouse() as warehouse:
        _known(project, warehouse, select)
        found = refused.rejections(warehouse, select, keys=keys)
    if as_json:
        show_json([one.as_dict() for one in found])
        return
    if not found:
        click.echo("no rejections")
    for one in found:
        click.echo(f"{one.sync}: {one.count:,} rejected: {one.reason}")
        click.echo(f"  since {one.first_at[:10]}; {refused.what_to_do(one.reason)}")
        if one.keys:
            more = ", ..." if one.count > len(one.keys) else ""
            click.echo(f"  {', '.join(one.keys)}{more}")
