"""`cdp-activate audience explain`: an audience in plain English, and why somebody is in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
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
)

if TYPE_CHECKING:
    from cdp_activate.audiences.explaining.decision import JudgedCondition
    from cdp_activate.audiences.explaining.person import Verdict
    from cdp_activate.audiences.model import Audience
    from cdp_activate.project import Project

_HOLDS = {True: "yes", False: "no", None: "unknown"}
_LONGEST = 60


@click.command(cls=Command)
@click.argument("name")
@click.option("--id", "key", metavar="ID", help="Say why this person is in it or is not.")
@project_options
@as_of_option
@json_option
@click.pass_context
def explain(
    context: click.Context,
    /,
    name: str,
    key: str | None,
    as_of: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Say in plain English who is in an audience; with --id, why somebody is or is not.

    ID is the entity's key, such as a customer id. Each condition is judged in the warehouse, at
    --as-of, beside the values that it looked at; those of columns marked as personal are masked.
    Exit code 1 where nobody has the id.

    \b
    Example:
      cdp-activate audience explain cart_abandoners
      cdp-activate audience explain cart_abandoners --id c-000042
    """
    project = load(options)
    one = project.audience(name)
    if key is None:
        _show_words(one, as_json=as_json)
    elif not _show_person(project, one, key, instant(as_of), as_json=as_json):
        context.exit(1)


def _show_words(one: Audience, *, as_json: bool) -> None:
    from cdp_activate.audiences.explaining.words import explain as in_words

    said = in_words(one)
    if as_json:
        about = {"audience": one.name, "label": one.label, "description": one.description}
        show_json({**about, **said.as_dict()})
        return
    click.echo(f"{one.name}: {one.label}" if one.label else one.name)
    for line in said.lines():
        click.echo(line)


def _show_person(project: Project, one: Audience, key: str, at: datetime, *, as_json: bool) -> bool:
    """False where nobody has the key."""
    from cdp_activate.audiences.explaining.person import PersonQuery
    from cdp_activate.masks import masked_key

    question = PersonQuery(one, project.audiences, project.catalog)
    sql = question.sql(key, at)
    with project.warehouse() as warehouse, warehouse.reading():
        rows = warehouse.rows(sql)
    verdict = question.read(rows[0]) if rows else None
    about = {"audience": one.name, "id": masked_key(key), "as_of": at.isoformat()}
    if as_json:
        show_json({**about, "known": bool(verdict), **(verdict.as_dict() if verdict else {})})
    elif verdict is None:
        click.echo(f"no {one.entity.name} has the id {about['id']}")
    else:
        head = f"{one.entity.name} {about['id']} {_outcome(verdict)} {one.name}"
        click.echo(f"{head}, at {at:%Y-%m-%d %H:%M} UTC{_variant(verdict)}")
        for line in _lines(verdict):
            click.echo(line)
    return verdict is not None


def _outcome(verdict: Verdict) -> str:
    return "is in" if verdict.member else "is not in"


def _variant(verdict: Verdict) -> str:
    if verdict.variant == "holdout":
        return ": held out, so never sent anywhere"
    return f": in the variant '{verdict.variant}'" if verdict.variant else ""


def _lines(verdict: Verdict) -> Iterator[str]:
    """Each condition with its answer and what it found; a star before what decided."""
    decided = verdict.decided()
    for judged in verdict.conditions:
        yield from _condition(judged, decided.conditions, 0)
    if ranked := verdict.ranked:
        place = "no place: the conditions do not hold"
        if ranked.place is not None:
            place = f"place {ranked.place:,} of {ranked.of:,}"
        yield _line(decided.rank, ranked.kept, 0, f"high enough in the rank ({place})")
    for one, marked in zip(verdict.excluded, decided.excluded, strict=True):
        yield _line(marked, one.holds, 0, f"taken out: {one.text}")
    yield "* what decided"


def _condition(
    judged: JudgedCondition, decided: tuple[JudgedCondition, ...], indent: int
) -> Iterator[str]:
    marked = any(one is judged for one in decided)
    values = ", ".join(f"{label}: {_value(value)}" for label, value in judged.found.items())
    text = judged.text + (":" if judged.parts else "") + (f" [{values}]" if values else "")
    yield _line(marked, judged.holds, indent, text)
    for part in judged.parts:
        yield from _condition(part, decided, indent + 1)


def _line(marked: bool, holds: bool | None, indent: int, text: str) -> str:
    return f"{'*' if marked else ' '} {_HOLDS[holds]:<8}{'  ' * indent}{text}"


def _value(value: Any) -> str:
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value.replace(tzinfo=None).isoformat(sep=' ')} UTC"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, Decimal):
        return f"{value.normalize():,f}"
    if isinstance(value, int):
        return f"{value:,}"
    shown = "".join(one if one.isprintable() else "?" for one in str(value))
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}..."
