"""`cdp-activate sync | status`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from cdp_activate.cli.common import (
    Command,
    SuggestingChoice,
    as_of_option,
    complain,
    instant,
    json_option,
    load,
    project_options,
    show_json,
    table,
)
from cdp_activate.cli.plan import (
    refresh_option,
    retry_option,
    select_option,
    show_plan,
    without_lines,
)
from cdp_activate.cli.watching import STOPPED, run_options, running
from cdp_activate.errors import CdpError, UsageError
from cdp_activate.sync import GUARDS
from cdp_activate.words import plural

if TYPE_CHECKING:
    from cdp_activate.sync.run import Summary


@click.command(cls=Command)
@select_option
@click.option("--dry-run", is_flag=True, help="Only show the plan.")
@refresh_option
@retry_option
@click.option(
    "--retry-unknown",
    is_flag=True,
    help="Send messages again that were sent and never answered: say so when they did not arrive.",
)
@click.option(
    "--allow", multiple=True, type=SuggestingChoice(GUARDS), help="Lift this guard for this run."
)
@run_options
@project_options
@as_of_option
@json_option
@click.pass_context
def sync(
    context: click.Context,
    /,
    select: tuple[str, ...],
    dry_run: bool,
    allow: tuple[str, ...],
    as_json: bool,
    **options: Any,
) -> None:
    """Bring every destination to what its audience says.

    Each sync stands alone: one that fails does not keep the others from running.

    \b
    Example:
      cdp-activate sync --select vip_to_ads --allow max_remove
    """
    if dry_run:
        show_plan(select, "json" if as_json else "text", options)
        return
    if options["full_refresh"] and options["max_rows"] is not None:
        raise UsageError(
            "--full-refresh sends everyone, --max-rows does not",
            remedy="leave one out: the next run would not know whom it has still to send again",
        )
    from cdp_activate.sync.run import run_sync

    project, at = load(options), instant(options["as_of"])
    logged = options["log_format"] == "json"
    done: list[Summary] = []
    failed: list[tuple[str, CdpError]] = []
    with running(project, options) as usual, project.warehouse() as warehouse:
        how = replace(
            usual,
            allow=allow,
            full_refresh=options["full_refresh"],
            retry_rejected=options["retry_rejected"],
            retry_unknown=options["retry_unknown"],
            progress=_progress if sys.stderr.isatty() and not logged else usual.progress,
        )
        for one in project.selected_syncs(select):
            if how.stop.is_set():
                break
            try:
                done.append(run_sync(one, project.catalog, warehouse, as_of=at, options=how))
            except CdpError as error:
                failed.append((one.name, error))
    _show_summaries(done, failed, as_json=as_json, logged=logged)
    if how.stop.is_set():
        context.exit(STOPPED)
    if failed:
        context.exit(worst(done, [error for _, error in failed]))
    if any(one.record.state == "stopped" for one in done):
        context.exit(STOPPED)


def _progress(sync: str, answered: int, planned: int) -> None:
    """One line that is written over, on a terminal; its last state stays."""
    end = "\n" if answered >= planned else ""
    click.echo(f"\r{sync}: {answered:,} of {planned:,} rows{end}", err=True, nl=False)


def worst(done: Sequence[object], failed: Sequence[CdpError]) -> int:
    """The highest exit code; 2 says that nothing was started, so only where that is true."""
    nothing_ran = not done and all(error.exit_code == UsageError.exit_code for error in failed)
    if nothing_ran:
        return UsageError.exit_code
    codes = {error.exit_code for error in failed} - {UsageError.exit_code}
    return max(codes, default=CdpError.exit_code)


def _show_summaries(
    done: list[Summary], failed: list[tuple[str, CdpError]], *, as_json: bool, logged: bool
) -> None:
    """`logged`: standard error is a log of JSON, which has said what failed."""
    if as_json:
        show_json(
            [one.as_dict() for one in done]
            + [
                {"sync": name, "state": "failed", "kind": type(error).__name__,
                 "message": error.message, "remedy": error.remedy, "exit_code": error.exit_code}
                for name, error in failed
            ]
        )  # fmt: skip
        return
    if done:
        click.echo(summary_table([one.as_dict() for one in done]))
    for one in done:
        if one.record.message:
            click.echo(f"  {one.record.sync}: {one.record.message}")
        if one.record.unanswered:
            click.echo(f"  {one.record.sync}: {unanswered(one)}")
        for reason, count in sorted(one.rejected_by_reason.items()):
            click.echo(f"  {one.record.sync}: {count:,} rejected: {reason}")
        for line in without_lines(one.plan.without):
            click.echo(f"  {one.record.sync}: {line}")
    for name, error in failed if not logged else ():
        complain(error, name)


def unanswered(done: Summary) -> str:
    """What to know of rows that were sent and not answered."""
    rows = f"{plural(done.record.unanswered, 'row')} went out and nobody knows what became of them"
    if done.plan.sync.settings.mode == "events":
        return f"{rows}: no run sends them again, but with --retry-unknown if they did not arrive"
    return f"{rows}: the next run sends them again, or takes them off"


def summary_table(done: list[dict[str, Any]]) -> str:
    """What syncs did, as a table."""
    header = "sync added updated moved removed unchanged held-back rejected calls".split()
    rows = [
        (
            one["sync"],
            one["added"],
            one["updated"],
            one["moved"],
            one["removed"],
            one["unchanged"],
            sum(one["held_back"].values()),
            sum(one["rejected"].values()),
            one["calls"],
        )
        for one in done
    ]
    return table(rows, header)


@click.command(cls=Command)
@project_options
@json_option
def status(as_json: bool, **options: Any) -> None:
    """Show each sync's list, its last run, when it is due, and rejected rows by reason.

    \b
    Example:
      cdp-activate status
    """
    from cdp_activate.sync.status import statuses

    project = load(options)
    schedule = project.scheduler.dry_run(instant(None))
    with project.warehouse() as warehouse:
        found = statuses(project.syncs, warehouse, schedule)
    if as_json:
        show_json(found)
        return
    rows = [
        (
            one["sync"],
            one["destination"],
            one["list"],
            one["list_size"],
            one["rejected"],
            "running" if one["running"] else one["last_state"] or "never run",
            one["last_finished_at"],
            "now" if one["due"] else one["next_at"] and one["next_at"][:16],
        )
        for one in found
    ]
    header = "sync,destination,list,size,rejected,last run,finished (UTC),due (UTC)".split(",")
    click.echo(table(rows, header))
    for one in found:
        if one["running"]:
            click.echo(f"  {one['sync']}: a run is under way ({one['running']['run_id']})")
        if one["unanswered"]:
            silent = plural(one["unanswered"], "row")
            click.echo(f"  {one['sync']}: {silent} went out and had no answer")
        if one["refused_unnamed"]:
            many = f"{one['refused_unnamed']:,} of the list were refused without a name"
            click.echo(f"  {one['sync']}: up to {many}")
        if one["last_message"]:
            click.echo(f"  {one['sync']}: {one['last_message']}")
        for name, size in one.get("lists", {}).items():
            click.echo(f"  {one['sync']}: {size:,} on {name}")
        for reason, count in one["rejected_by_reason"].items():
            click.echo(f"  {one['sync']}: {count:,} rejected: {reason}")
