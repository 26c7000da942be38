"""`cdp-activate audience overlap`: whom audiences have in common."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from cdp_activate.cli.common import (
    Command,
    as_of_option,
    instant,
    json_option,
    load,
    project_options,
    show_json,
    table,
)
from cdp_activate.words import many

if TYPE_CHECKING:
    from cdp_activate.audiences.overlap import Overlap


@click.command(cls=Command)
@click.argument("names", nargs=-1, required=True)
@project_options
@as_of_option
@json_option
def overlap(names: tuple[str, ...], as_of: str | None, as_json: bool, **options: Any) -> None:
    """Count how many people audiences have in common, without building anything.

    Of each audience the size, and how many are in none of the others; of each pair how many are
    in both, and what part of each that is. Who is held out is counted, as in a preview.

    \b
    Example:
      cdp-activate audience overlap cart_abandoners vip_seed
    """
    from cdp_activate.audiences.overlap import check_overlap, overlap_sql, read_overlap

    project = load(options)
    chosen = [project.audience(name) for name in dict.fromkeys(names)]
    check_overlap(chosen)
    at = instant(as_of)
    sql = overlap_sql(chosen, project.audiences, project.catalog, at)
    with project.warehouse() as warehouse, warehouse.reading():
        rows = warehouse.rows(sql)
    found = read_overlap([one.name for one in chosen], rows)
    if as_json:
        show_json(_as_dict(found, at, chosen[0].entity.name))
    else:
        _show(found, many(chosen[0].entity.name))


def _show(found: Overlap, people: str) -> None:
    sizes = [(name, size, found.alone[name]) for name, size in found.sizes.items()]
    click.echo(table(sizes, ("audience", people, "in none of the others")))
    click.echo()
    pairs = [
        (
            pair.first,
            pair.second,
            pair.both,
            *(_percent(found.share(pair, of)) for of in (pair.first, pair.second)),
        )
        for pair in found.pairs
    ]
    header = ("first", "second", "in both", "of the first", "of the second")
    click.echo(table(pairs, header))


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share:.1%}"


def _as_dict(found: Overlap, at: datetime, entity: str) -> dict[str, Any]:
    return {
        "as_of": at.isoformat(),
        "entity": entity,
        "audiences": [
            {"audience": name, "size": size, "alone": found.alone[name]}
            for name, size in found.sizes.items()
        ],
        "pairs": [
            {
                "audiences": [pair.first, pair.second],
                "both": pair.both,
                "shares": [found.share(pair, of) for of in (pair.first, pair.second)],
            }
            for pair in found.pairs
        ],
    }
