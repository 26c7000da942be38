"""`cdp-activate plan`: what each sync would do, as text, JSON or Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
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

if TYPE_CHECKING:
    from cdp_activate.sync.model import Sync

FORMATS = ("text", "json", "markdown")

select_option = click.option(
    "--select", "-s", multiple=True, metavar="SYNC", help="Only this sync (can be repeated)."
)
refresh_option = click.option(
    "--full-refresh", is_flag=True, help="Send every member again, changed or not."
)
retry_option = click.option(
    "--retry-rejected", is_flag=True, help="Send rows again that were rejected as they are."
)


@click.command(cls=Command)
@select_option
@click.option(
    "--format", "form", type=SuggestingChoice(FORMATS), default="text", show_default=True,
    help="Markdown is for pull requests.",
)  # fmt: skip
@click.option(
    "--samples", type=click.IntRange(0, 100), default=3, show_default=True,
    help="Masked rows to show of each action, and of each reason to hold back.",
)  # fmt: skip
@refresh_option
@retry_option
@project_options
@as_of_option
@json_option
def plan(select: tuple[str, ...], form: str, as_json: bool, **options: Any) -> None:
    """Show what each sync would do, without doing it.

    Of a few people it shows what would be sent: addresses, numbers and names are masked.

    \b
    Example:
      cdp-activate plan --select vip_to_ads --format markdown
    """
    show_plan(select, "json" if as_json else form, options)


def show_plan(select: tuple[str, ...], form: str, options: Mapping[str, Any]) -> None:
    """Plan the syncs and print what they would do, guards that refuse included.

    One that cannot be planned does not keep the others from being shown.
    """
    from cdp_activate.errors import CdpError
    from cdp_activate.sync.guards import refusals
    from cdp_activate.sync.plan_sql import PlanOptions
    from cdp_activate.sync.planning import planned
    from cdp_activate.sync.samples import samples

    project, at = load(dict(options)), instant(options["as_of"])
    asked = PlanOptions(
        at,
        is_replay=options["as_of"] is not None,
        full_refresh=options["full_refresh"],
        retry_rejected=options["retry_rejected"],
        retry_unknown=options.get("retry_unknown", False),
    )
    found: list[dict[str, Any]] = []
    failed: dict[str, CdpError] = {}

    def look(one: Sync) -> dict[str, Any]:
        with planned(one, project.catalog, warehouse, asked) as made:
            shown = {
                action: [step.as_dict() for step in steps]
                for action, steps in samples(made, options.get("samples", 0)).items()
            }
            refused = [asdict(refusal) for refusal in refusals(made)]
            return {**made.as_dict(), "refused_by": refused, "samples": shown}

    with project.warehouse() as warehouse:
        for one in project.selected_syncs(select):
            try:
                found.append(look(one))
            except CdpError as wrong:
                failed[one.name] = wrong
    if failed and not found:
        raise next(iter(failed.values()))
    if form == "json":
        told = [{"sync": name, "error": error.as_dict()} for name, error in failed.items()]
        show_json([*found, *told])
    else:
        click.echo("\n".join(_markdown(found) if form == "markdown" else _text(found)))
        for name, error in failed.items():
            complain(error, name)
    if failed:
        click.get_current_context().exit(CdpError.exit_code)


_COUNTS = ("add", "update", "move", "remove", "unchanged")


def _text(plans: list[dict[str, Any]]) -> Iterator[str]:
    rows = [
        (
            one["sync"],
            one["destination"],
            one["audience_size"],
            *(one[name] for name in _COUNTS),
            sum(one["held_back"].values()),
        )
        for one in plans
    ]
    header = ("sync", "destination", "audience", *_COUNTS, "held-back")
    yield table(rows, header)
    for one in plans:
        for part in one.get("lists", ()):
            numbers = ", ".join(f"{part[name]:,} {name}" for name in _COUNTS if part[name])
            yield f"  {one['sync']}: {part['list']}: {numbers}"
        for said in _remarks(one):
            yield f"  {one['sync']}: {said}"
        for action, steps in one["samples"].items():
            for step in steps:
                yield f"  {one['sync']}: {action} {step['key']}: {_values(step)}"
    for one in plans:
        for refusal in one["refused_by"]:
            yield f"  {one['sync']} would be refused by {refusal['guard']}: {refusal['message']}"


def _remarks(one: Mapping[str, Any]) -> Iterator[str]:
    """Who is held back and why, and who goes by other identifiers, with numbers."""
    for reason, count in sorted(one["held_back"].items()):
        yield f"{count:,} held back: {reason}"
    if one.get("struck_off"):
        yield f"{one['struck_off']:,} struck off: somebody who stays has the same identifiers"
    yield from without_lines(one["without"])


def without_lines(without: Mapping[str, int]) -> Iterator[str]:
    """People who go by their other identifiers: one is not valid, which the data should know."""
    for name, count in without.items():
        yield f"{count:,} sent without {name}, which is not valid"


def _values(step: Mapping[str, Any]) -> str:
    named = [*step["identifiers"].items(), *step["fields"].items()]
    named += [(f"was {name}", value) for name, value in step["was"].items()]
    parts = [step["reason"]] if step["reason"] else []
    parts += [f"{name}: {value}" for name, value in named]
    return ", ".join([*parts, *(f"{name} is not valid" for name in step["not_valid"])])


def _markdown(plans: list[dict[str, Any]]) -> Iterator[str]:
    yield "## Sync plan"
    for one in plans:
        yield f"\n### {_cell(one['sync'])}\n"
        yield (
            f"`{one['mode']}` of the audience `{one['audience']}` ({one['audience_size']:,}) "
            f"to the list {_cell(one['list'])} of `{one['destination']}`: "
            f"{one['list_size_before']:,} on it, then {one['list_size_after']:,}\n"
        )
        yield from _rows(("", "people"), [(name, f"{one[name]:,}") for name in _COUNTS])
        if one.get("lists"):
            yield ""
            rows = [
                (part["list"], *(f"{part[name]:,}" for name in _COUNTS)) for part in one["lists"]
            ]
            yield from _rows(("list", *_COUNTS), rows)
        for said in _remarks(one):
            yield f"\n* {_cell(said)}"
        for refusal in one["refused_by"]:
            yield f"\n**Would be refused by `{refusal['guard']}`**: {_cell(refusal['message'])}"
        if one["samples"]:
            yield ""
            rows = [
                (action, step["key"], _values(step))
                for action, steps in one["samples"].items()
                for step in steps
            ]
            yield from _rows(("action", "key", "masked"), rows)


def _rows(header: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    for number, row in enumerate((header, *rows)):
        cells = [_cell(one) for one in row]
        yield f"| {' | '.join(cells)} |"
        if number == 0:
            yield f"|{'---|' * len(cells)}"


def _cell(text: str) -> str:
    """Text that is nothing but text in Markdown."""
    for mark in ("\\", "|", "*", "_", "`", "<"):
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())
