"""`cdp-activate run --due`: what a scheduler calls, as often as it likes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cdp_activate.cli.common import (
    Command,
    as_of_option,
    complain,
    instant,
    json_option,
    load,
    project_options,
    show_json,
    table,
)
from cdp_activate.cli.plan import select_option
from cdp_activate.cli.sync import summary_table, unanswered, worst
from cdp_activate.cli.watching import STOPPED, run_options, running

if TYPE_CHECKING:
    from cdp_activate.sync.due import SyncOutcome


@click.command(cls=Command)
@click.option("--due", is_flag=True, help="Run what is due by its `schedule:` and `needs:`.")
@select_option
@click.option("--dry-run", is_flag=True, help="Only show what is due, and when each is next.")
@click.option(
    "--at-once",
    default=4,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Syncs that run side by side, at most.",
)
@run_options
@project_options
@as_of_option
@json_option
@click.pass_context
def run(
    context: click.Context,
    /,
    due: bool,
    select: tuple[str, ...],
    dry_run: bool,
    at_once: int,
    as_json: bool,
    **options: Any,
) -> None:
    """Run the syncs that are due, each after those it needs.

    Call it every minute from cron, or from an orchestrator. Being called twice, late or never
    for a while does no harm: what ran is read from the warehouse.

    \b
    Example:
      cdp-activate run --due --dry-run
    """  # fmt: skip
    if not due:
        raise click.UsageError("say --due; `cdp-activate sync` runs syncs at once")
    project, now = load(options), instant(options["as_of"])
    chosen = [one.name for one in project.selected_syncs(select)]
    with running(project, options) as how:
        if dry_run:
            found = project.scheduler.dry_run(now)
        else:
            found = project.scheduler.run(now, how, select=chosen, at_once=at_once)
    lines = [line for line in found if line.sync in chosen]
    if as_json:
        show_json([line.as_dict() for line in lines])
    else:
        _show(lines, logged=options["log_format"] == "json")
    if how.stop.is_set():
        context.exit(STOPPED)
    if failed := [line.error for line in lines if line.error]:
        context.exit(worst([line for line in lines if line.summary], failed))
    if any(line.outcome == "stopped" for line in lines):
        context.exit(STOPPED)


def _show(lines: list[SyncOutcome], *, logged: bool) -> None:
    """`logged`: standard error is a log of JSON, which has said what failed."""
    rows = [(line.sync, line.outcome, line.why, _clock(line.next_at)) for line in lines]
    click.echo(table(rows, ("sync", "outcome", "why", "next (UTC)")))
    summaries = [line.summary.as_dict() for line in lines if line.summary]
    if summaries:
        click.echo(f"\n{summary_table(summaries)}")
    for line in lines:
        if line.summary and line.summary.record.unanswered:
            click.echo(f"  {line.sync}: {unanswered(line.summary)}")
        if line.error and not logged:
            complain(line.error, line.sync)


def _clock(at: Any) -> str | None:
    return f"{at:%Y-%m-%d %H:%M}" if at else None
