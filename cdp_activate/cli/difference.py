"""`cdp-activate audience diff`: what a change of an audience's file does."""

from __future__ import annotations

from dataclasses import asdict
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
)
from cdp_activate.words import many

_WORDS = {
    "come": "would come",
    "go": "would go",
    "change_variant": "would change variant",
    "stay": "would stay",
}


@click.command("diff", cls=Command)
@click.argument("name")
@click.option(
    "--limit", default=10, show_default=True, type=click.IntRange(0), help="How many keys to show."
)
@project_options
@as_of_option
@json_option
def diff(name: str, limit: int, as_of: str | None, as_json: bool, **options: Any) -> None:
    """Show who would come and go if an audience were built from its file as it is now.

    The table that the last build made is compared with the definition, which is judged at the
    instant of that build, or at --as-of. Nothing is built.

    \b
    Example:
      cdp-activate audience diff cart_abandoners
    """
    from cdp_activate.audiences.difference import built_model, difference_sql, read_difference
    from cdp_activate.sync.audience_table import read_mark

    project = load(options)
    one = project.audience(name)
    model = built_model(one, project.catalog)
    at = instant(as_of)
    with project.warehouse() as warehouse, warehouse.reading():
        mark = read_mark(warehouse, model.relation)
        if mark and as_of is None:
            at = mark.as_of
        sql = difference_sql(one, project.audiences, project.catalog, at, limit)
        found = read_difference(warehouse.rows(sql), limit)
    if as_json:
        changes = {change: asdict(each) for change, each in found.items()}
        show_json({"audience": name, "as_of": at.isoformat(), **changes})
        return
    people = many(one.entity.name)
    click.echo(f"{name}: {people} in its table, and by its file at {at:%Y-%m-%d %H:%M} UTC")
    for change, each in found.items():
        more = ", ..." if each.count > len(each.keys) else ""
        keys = f": {', '.join(each.keys)}{more}" if each.keys and change != "stay" else ""
        click.echo(f"  {each.count:,} {_WORDS[change]}{keys}")
