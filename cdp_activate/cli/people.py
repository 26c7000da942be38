"""`cdp-activate drift | erase`: lists and people at the platforms, beside any run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from cdp_activate.cli.common import (
    Command,
    complain,
    json_option,
    load,
    project_options,
    show_json,
    table,
)
from cdp_activate.cli.plan import select_option
from cdp_activate.cli.watching import alerting, log_option, logging

if TYPE_CHECKING:
    from cdp_activate.project import Project


@click.command(cls=Command)
@select_option
@log_option
@project_options
@json_option
@click.pass_context
def drift(
    context: click.Context,
    /,
    select: tuple[str, ...],
    log_format: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Compare what the ledger says with what the platforms say they hold.

    Nothing is changed. Exit code 1 where a list has drifted or a platform fails to answer.

    \b
    Example:
      cdp-activate drift --select cart_reminders
    """
    from cdp_activate.sync.drift import drift as compare

    project = load(options)
    found = []
    with logging(log_format), project.warehouse() as warehouse:
        tell = alerting(project)
        for sync in project.selected_syncs(select):
            for one in compare(sync, warehouse):
                found.append(one)
                if one.drifted or one.error:
                    tell(one)
    if as_json:
        show_json([one.as_dict() for one in found])
    else:
        rows = [
            (
                one.sync,
                one.list,
                one.acknowledged,
                one.unanswered,
                one.platform_size,
                one.missing,
                one.unexpected,
            )
            for one in found
        ]
        header = "sync list acknowledged unanswered platform missing unexpected".split()
        click.echo(table(rows, header))
        for one in found:
            if one.drifted is not False:
                click.echo(f"  {one.sync}: {one.sentence}")
    if any(one.drifted or one.error for one in found):
        context.exit(1)


@click.command(cls=Command)
@click.argument("key", metavar="ID")
@click.option("--entity", help="What the id is of; needed where syncs are of several entities.")
@click.option("--yes", is_flag=True, help="Do not ask; needed where nobody can answer.")
@log_option
@project_options
@json_option
@click.pass_context
def erase(
    context: click.Context,
    /,
    key: str,
    entity: str | None,
    yes: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Erase a person everywhere they were sent, and never send them again.

    ID is the entity's key, such as a customer id. It works by the ledger, also when the person
    has left the warehouse. What a destination cannot forget, it is asked to take off its lists.

    \b
    Example:
      cdp-activate erase c-000042 --yes
    """
    from cdp_activate.errors import CdpError, UsageError
    from cdp_activate.sync.erase import ErasureContext

    project = load(options)
    entity = _entity(project, entity)
    question = f"Erase this {entity} at every destination, for good?"
    if not yes and (as_json or not sys.stdin.isatty()):
        raise UsageError(f"nobody is here to be asked: {question}", remedy="say --yes")
    if not yes:
        _ask(question)
    with logging(options["log_format"]), project.warehouse() as warehouse:
        done = ErasureContext(project.syncs, project.destinations, warehouse).erase(key, entity)
    if as_json:
        show_json(done.as_dict())
    else:
        rows = [
            (one.sync, one.destination, one.list, one.outcome, one.verified) for one in done.steps
        ]
        if rows:
            click.echo(table(rows, ("sync", "destination", "list", "outcome", "verified")))
        else:
            click.echo("no list holds this id")
        for one in done.steps:
            if one.message:
                complain(CdpError(one.message), one.sync)
        click.echo(f"recorded as {done.erasure_id}; no sync sends this {entity} again")
        if not done.known:
            meant = f"the id is the {entity}'s key, as in the audience's table, and no address"
            complain(CdpError(f"nobody has this id, in the warehouse or the ledger: {meant}"))
    if not done.ok:
        context.exit(1)


def _ask(question: str) -> None:
    """Raises CdpError where the answer is no, StoppedError where there is none (Ctrl-C)."""
    from cdp_activate.errors import CdpError, StoppedError

    try:
        agreed = click.confirm(question)
    except click.Abort:
        click.echo(err=True)
        raise StoppedError("told to stop: nothing was done") from None
    if not agreed:
        raise CdpError("nothing was done: the answer was no")


def _entity(project: Project, named: str | None) -> str:
    """The entity that is meant: the one that is named, or the only one that is synced."""
    from cdp_activate.errors import UsageError
    from cdp_activate.spelling import suggest

    synced = {sync.audience.entity.name for sync in project.syncs.values()}
    known = synced | set(project.catalog.entities)
    if named is None and len(synced) == 1:
        return synced.pop()
    if named is None:
        hint = suggest("", known, what="entities")
        raise UsageError("say what the id is of: --entity", remedy=hint)
    if named not in known:
        raise UsageError(f"unknown entity '{named}'", remedy=suggest(named, known, what="entities"))
    return named
