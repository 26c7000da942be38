"""What `cdp-activate compile --explain-cost` shows."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from cdp_activate.cli.common import show_json
from cdp_activate.words import plural

if TYPE_CHECKING:
    from cdp_activate.audiences.cost import Cost, TableCost

_MOST_FACTS = 10


def show_cost(cost: Cost, *, as_json: bool) -> None:
    """The cost in words, or all of it as JSON."""
    if as_json:
        show_json(json.loads(json.dumps(asdict(cost))))
        return
    for table in cost.tables:
        _show_table(table)
    for use in cost.members:
        count = plural(len(use.audiences), "audience")
        click.echo(f"members of {use.audience}: read by {count} ({', '.join(use.audiences)})")
    for group in cost.together:
        many = plural(len(group.audiences), "audience")
        tallies = f"one pass over {group.entity}, {group.tallies} over events"
        click.echo(f"judged together: {many}, {tallies}: {', '.join(group.audiences)}")
    click.echo(f"judged by themselves: {', '.join(cost.alone) or 'none'}")


def _show_table(table: TableCost) -> None:
    click.echo(f"{table.model}: read by {plural(len(table.audiences), 'audience')}")
    if table.events:
        click.echo(f"  events   {', '.join(table.events)}")
    click.echo(f"  columns  {', '.join(table.columns) or 'none'}")
    if table.since:
        asked = f", asked for by {', '.join(table.all_time)}" if table.all_time else ""
        click.echo(f"  time     {table.since}{asked}")
    if table.facts:
        click.echo(f"  facts    {len(table.facts)}")
    for use in table.facts[:_MOST_FACTS]:
        count = plural(len(use.audiences), "audience")
        click.echo(f"    {use.name}: {count} ({', '.join(use.audiences)})")
    if len(table.facts) > _MOST_FACTS:
        click.echo(f"    and {len(table.facts) - _MOST_FACTS} more")
    click.echo()
