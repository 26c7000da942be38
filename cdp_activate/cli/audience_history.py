"""`cdp-activate audience history`: who came into an audience and left it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from cdp_activate.cli.common import (
    Command,
    SuggestingChoice,
    as_of_option,
    instant,
    json_option,
    load,
    project_options,
    show_json,
    table,
)
from cdp_activate.words import plural

if TYPE_CHECKING:
    from cdp_activate.audiences.memberships import Period, Stay
    from cdp_activate.audiences.model import Audience

UNITS = ("day", "week", "month", "quarter", "year")


@click.command("history", cls=Command)
@click.argument("name")
@click.option("--id", "key", metavar="ID", help="Show the stays of this person instead.")
@click.option(
    "--by", "unit", type=SuggestingChoice(UNITS), default="day", show_default=True,
    help="How long each period is.",
)  # fmt: skip
@click.option("--since", metavar="TIME", help="Only periods that end after it (ISO 8601).")
@click.option(
    "--limit", default=30, show_default=True, type=click.IntRange(1), help="How many, the newest."
)
@project_options
@as_of_option
@json_option
def history(
    name: str,
    key: str | None,
    unit: Any,
    limit: int,
    as_json: bool,
    **options: Any,
) -> None:
    """Count who came into an audience and who left it, by day or longer; with --id, one person.

    It reads the history that each build carries on. Days are those of the audience's time zone.
    A period in which nobody came or went is left out.

    \b
    Example:
      cdp-activate audience history vip_seed --by week
      cdp-activate audience history vip_seed --id c-000042
    """
    from cdp_activate.audiences import memberships

    project = load(options)
    one, at = project.audience(name), instant(options["as_of"])
    begun = instant(options["since"], "--since") if options["since"] else None
    if key is None:
        sql = memberships.changes_sql(one, project.catalog, at)
    else:
        sql = memberships.stays_sql(one, project.catalog, at, key)
    with project.warehouse() as warehouse, warehouse.reading():
        rows = warehouse.rows(sql)
    if key is not None:
        stays = memberships.read_stays(rows)
        kept = [stay for stay in stays if begun is None or (stay.exited_at or at) >= begun]
        _show_stays(one, key, at, kept[-limit:], as_json=as_json)
        return
    periods = memberships.read_periods(rows, unit, one.timezone)
    if begun is not None:
        first = memberships.period_of(begun, unit, one.timezone)
        periods = [period for period in periods if period.begins_on >= first]
    about = {"audience": name, "as_of": at.isoformat(), "by": unit, "timezone": one.timezone}
    _show_periods(about, periods, limit, as_json=as_json)


def _show_periods(
    about: dict[str, Any], periods: list[Period], limit: int, *, as_json: bool
) -> None:
    shown, left_out = periods[-limit:], max(0, len(periods) - limit)
    if as_json:
        listed = [{**asdict(one), "begins_on": one.begins_on.isoformat()} for one in shown]
        show_json({**about, "periods": listed, "left_out": left_out})
        return
    if not shown:
        click.echo(f"nobody is known to have come into {about['audience']} or left it")
        return
    rows = [(one.begins_on, one.entered, one.exited, one.size) for one in shown]
    header = (f"{about['by']} ({about['timezone']})", "entered", "exited", "in at its end")
    click.echo(table(rows, header))
    if left_out:
        click.echo(f"  {plural(left_out, about['by'])} before: --limit, --by or --since")


def _show_stays(one: Audience, key: str, at: datetime, stays: list[Stay], *, as_json: bool) -> None:
    from cdp_activate.masks import masked_key

    who = masked_key(key)
    if as_json:
        listed = [
            {
                "entered_at": stay.entered_at.isoformat(),
                "exited_at": stay.exited_at and stay.exited_at.isoformat(),
                "variant": stay.variant,
            }
            for stay in stays
        ]
        show_json({"audience": one.name, "id": who, "as_of": at.isoformat(), "stays": listed})
    elif not stays:
        click.echo(f"no stay of {one.entity.name} {who} in {one.name} is known")
    else:
        rows = [(_clock(stay.entered_at), _clock(stay.exited_at), stay.variant) for stay in stays]
        click.echo(table(rows, ("entered (UTC)", "exited (UTC)", "variant")))


def _clock(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else None
