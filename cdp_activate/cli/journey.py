"""`cdp-activate journey`: stages, paths and the map of all customers together."""

from __future__ import annotations

from pathlib import Path
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
    "transition_count": "moves",
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
    """Look at the journeys that dbt has built: stages, moves between them, paths, a map."""


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
        with warehouse.reading():
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
        with warehouse.reading():
            rows = journeys.paths(chosen)[:limit]
    if as_json:
        show_json({"track": chosen, "paths": rows})
    else:
        counted = "times" if touchpoints else "customers"
        _show(rows, {"path": chosen or "touchpoints", "path_count": counted, "share": "of all"})


@journey.command("map", cls=Command)
@_track
@click.option(
    "--into", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write the page; in dbt's target folder, journey_map.html, when it is not said.",
)  # fmt: skip
@click.option(
    "--at-least", default=5, show_default=True, type=click.IntRange(1), metavar="N",
    help="A group of fewer people is not counted out.",
)  # fmt: skip
@project_options
@json_option
def draw(
    track: str | None, into: Path | None, at_least: int, as_json: bool, **options: Any
) -> None:
    """Draw a map of the journey as it is: one HTML page, to look at, to print and to send.

    Stage by stage who is there, where they go, what they do and what we do, how they feel, what
    hurts them, and what they did last before lapsing. It holds groups of people only, and needs
    nothing from elsewhere. Reads all touchpoints. With --json the same content is printed, and
    the page is written only --into a file.

    \b
    Example:
      cdp-activate journey map
      cdp-activate journey map --track onboarding --into onboarding.html
    """
    from cdp_activate.files import write_whole
    from cdp_activate.journeys import Journeys, journey_map
    from cdp_activate.journeys.page import page

    project = load(options)
    with project.warehouse() as warehouse:
        journeys = Journeys(project.catalog, warehouse)
        chosen = journeys.track(track)
        with warehouse.reading():
            content = journey_map(journeys, chosen, at_least)
    if into is None and not as_json:
        into = project.manifest.with_name("journey_map.html")
    if into is not None:
        write_whole(into, page(content))
    if as_json:
        show_json(content)
    else:
        click.echo(f"written {into}: the map of {chosen}")


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
