"""`cdp-activate adopt`: begin with people who are on a platform's list already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cdp_activate.cli.common import Command, json_option, load, project_options, show_json, table
from cdp_activate.cli.watching import log_option, logging


@click.command(cls=Command)
@click.argument("sync")
@click.option(
    "--from",
    "export",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.csv",
    help="The list as the platform exports it; its columns are called as the sync's identifiers.",
)
@click.option(
    "--outside",
    is_flag=True,
    help="Take over people outside the audience too: a mirror removes them in its next run.",
)
@log_option
@project_options
@json_option
def adopt(
    sync: str,
    export: Path | None,
    outside: bool,
    log_format: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Take over people who are on the platform's list already, before the first run.

    Nothing is sent, nobody is removed. Whoever on the list is nobody of ours is counted, and
    never touched.

    \b
    Example:
      cdp-activate adopt cart_reminders --from export.csv
    """
    from cdp_activate.sync.adopt import AdoptionContext

    project = load(options)
    (one,) = project.selected_syncs([sync])
    with logging(log_format), project.warehouse() as warehouse:
        done = AdoptionContext(one, project.catalog, warehouse, export, outside).adopt()
    if as_json:
        show_json(done.as_dict())
        return
    rows = [
        (one.sync, one.list, one.on_list, one.adopted, one.known, one.outside, one.strangers)
        for one in done.lists or (done,)
    ]
    header = ("sync", "list", "on it", "adopted", "known before", "outside", "strangers")
    click.echo(table(rows, header))
    if done.outside and not outside:
        click.echo(
            f"  {done.outside:,} are ours and do not belong there: left as they are; "
            "--outside takes them over, and a mirror then removes them"
        )
    elif done.outside:
        click.echo(f"  {done.outside:,} do not belong there: a mirror's next run removes them")
