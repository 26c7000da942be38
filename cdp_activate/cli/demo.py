"""`cdp-activate demo`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cdp_activate.cli.common import (
    Command,
    SuggestingChoice,
    instant,
    json_option,
    show_json,
    table,
)

if TYPE_CHECKING:
    from cdp_activate.demo.story import DemoStory


@click.command(cls=Command)
@click.option(
    "--data", type=SuggestingChoice(["shop", "complete-journey"]), default="shop",
    show_default=True, help="The generated stationery shop, or a real year of grocery shopping.",
)  # fmt: skip
@click.option(
    "--dir", "folder", type=click.Path(path_type=Path), default="demo", show_default=True,
    help="Where to put the example project; an earlier demo there is replaced.",
)  # fmt: skip
@click.option(
    "--customers", type=click.IntRange(1_000, 10_000_000), default=10_000, show_default=True,
    help="The size of the generated shop.",
)  # fmt: skip
@click.option("--seed", default=7, show_default=True, help="Another seed, other people.")
@click.option("--as-of", metavar="TIME", help="The first day. Default: yesterday at 06:00 UTC.")
@json_option
def demo(folder: Path, as_of: str | None, as_json: bool, **options: Any) -> None:
    """Play the main job from warehouse tables to destinations, three times over.

    \b
    Example:
      cdp-activate demo --data complete-journey
    """
    from cdp_activate.demo.story import Settings, play

    settings = Settings(folder, as_of=instant(as_of) if as_of else None, **options)
    story = play(settings, lambda text: click.echo(text, err=True))
    if as_json:
        show_json(story.as_dict())
    else:
        _show(story)


def _show(story: DemoStory) -> None:
    from cdp_activate.cli.sync import summary_table
    from cdp_activate.demo.story import SECRET, SECRET_VARIABLES

    first, after = story.days
    click.echo(
        f"\ninput: {', '.join(f'{count:,} {name}' for name, count in story.input_rows.items())}"
    )
    _compare("stage", first["stages"], after["stages"])
    _compare("lifecycle", first["lifecycle"], after["lifecycle"])
    _compare("audience", _sizes(first), _sizes(after))
    for name, runs in story.runs.items():
        calls = sum(run["calls"] for run in runs)
        click.echo(f"\n{name}: {calls} calls\n\n{summary_table(runs)}")
        for reason, count in sorted(_reasons(runs).items()):
            click.echo(f"  {count:,} {reason}")
    took = ", ".join(f"{what} {seconds:.0f} s" for what, seconds in story.seconds.items())
    click.echo(f"\ntook: {took}", err=True)
    click.echo(f"\nthe example project is in {story.folder}; look around there:")
    click.echo("  cdp-activate audience list")
    click.echo("  cdp-activate plan")
    click.echo("its receiver is gone; one to sync to, in another terminal:")
    variable = SECRET_VARIABLES[story.data]
    click.echo(f"  python -m cdp_activate.receiver --port 8765 --secret {SECRET}")
    click.echo("and in this one, as the secret stands in no file:")
    click.echo(f"  export {variable}={SECRET}")


def _reasons(runs: list[dict[str, Any]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for run in runs:
        for kind in ("held_back", "rejected"):
            for reason, count in run[kind].items():
                text = f"{kind.replace('_', ' ')}: {reason}"
                found[text] = found.get(text, 0) + count
    return found


def _sizes(day: dict[str, Any]) -> dict[str, int]:
    return {name: one["size"] for name, one in day["audiences"].items()}


def _compare(what: str, first: dict[str, int], after: dict[str, int]) -> None:
    names = list(dict.fromkeys((*first, *after)))
    rows = [(name, first.get(name, 0), after.get(name, 0)) for name in names]
    click.echo(f"\n{table(rows, (what, 'first day', 'day after'))}")
