"""`cdp-activate journey`: stages and paths of all customers together."""

from __future__ import annotations

from typing import Any

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
from cdp_activate.words import plural

_STAGES = {
    "current_count": "now in it",
    "reached_count": "reached it",
    "reached_share": "of all",
    "conversion_rate": "went on",
    "median_days_to_next": "median days",
    "lapse_count": "lapses",
    "last_touchpoint_before_lapsing": "last before lapsing",
}
_MOVES = {
    "from_stage": "from",
    "to_stage": "to",
    "movement": "which is",
    "customer_count": "customers",
    "share": "of all from there",
    "median_days": "median days",
}
"""What columns of the models are called in a table."""
_SHARES = ("reached_share", "conversion_rate", "share")
_DAYS = ("median_days", "median_days_to_next")

_track = click.option("--track", help="The stage model; the main one, when it is not said.")


@click.group(cls=Group)
def journey() -> None:
    """Look at the journeys that dbt has built: stages, moves between them, paths."""


@journey.command(cls=Command)
@_track
@click.option("--moves", is_flag=True, help="From which stage people went to which.")
@project_options
@json_option
def stages(track: str | None, moves: bool, as_json: bool, **options: Any) -> None:
    """Show the funnel of stages: who is where, who went on and how fast, who lapsed.

    A later stage counts as having reached the earlier ones. It is as of the last build.

    \b
    Example:
      cdp-activate journey stages
      cdp-activate journey stages --track onboarding --moves
    """
    from cdp_activate.journeys import Journeys

    project = load(options)
    with project.warehouse() as warehouse:
        journeys = Journeys(project.catalog, warehouse)
        chosen = journeys.track(track)
        rows = journeys.moves(chosen) if moves else journeys.stages(chosen)
        lapsed = journeys.lapsed(chosen)
    if as_json:
        show_json({"track": chosen, "moves" if moves else "stages": rows, "lapsed_count": lapsed})
        return
    _show(rows, _MOVES if moves else {"stage": chosen, **_STAGES})
    if lapsed and not moves:
        click.echo(f"  {plural(lapsed, 'customer')} more have lapsed and are in none now")


@journey.command(cls=Command)
@_track
@click.option("--touchpoints", is_flag=True, help="Touchpoints in a row, instead of stages.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1), help="How many.")
@project_options
@json_option
def paths(track: str | None, touchpoints: bool, limit: int, as_json: bool, **options: Any) -> None:
    """Show the commonest paths: how journeys begin, or touchpoints that follow each other.

    \b
    Example:
      cdp-activate journey paths --limit 10
      cdp-activate journey paths --touchpoints
    """
    from cdp_activate.journeys import Journeys

    if track and touchpoints:
        raise click.UsageError("--track and --touchpoints do not go together")
    project = load(options)
    with project.warehouse() as warehouse:
        journeys = Journeys(project.catalog, warehouse)
        chosen = None if touchpoints else journeys.track(track)
        rows = journeys.paths(chosen)[:limit]
    if as_json:
        show_json({"track": chosen, "paths": rows})
    else:
        counted = "times" if touchpoints else "customers"
        _show(rows, {"path": chosen or "touchpoints", "path_count": counted, "share": "of all"})


def _show(rows: list[dict[str, Any]], header: dict[str, str]) -> None:
    """A table of some columns, under names of their own."""
    if not rows:
        click.echo("nobody has a journey yet")
        return
    cells = [[_cell(column, row[column]) for column in header] for row in rows]
    click.echo(table(cells, list(header.values())))


def _cell(column: str, value: Any) -> Any:
    if value is None:
        return None
    if column in _SHARES:
        return f"{value:.1%}"
    return f"{value:,.1f}" if column in _DAYS else value
