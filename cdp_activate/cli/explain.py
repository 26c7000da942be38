"""`cdp-activate audience explain`: an audience in plain English."""

from __future__ import annotations

from typing import Any

import click

from cdp_activate.cli.common import Command, json_option, load, project_options, show_json


@click.command(cls=Command)
@click.argument("name")
@project_options
@json_option
def explain(name: str, as_json: bool, **options: Any) -> None:
    """Say in plain English who is in an audience.

    \b
    Example:
      cdp-activate audience explain cart_abandoners
    """
    from cdp_activate.audiences.explaining.words import explain as in_words

    one = load(options).audience(name)
    said = in_words(one)
    if as_json:
        about = {"audience": name, "label": one.label, "description": one.description}
        show_json({**about, **said.as_dict()})
        return
    click.echo(f"{name}: {one.label}" if one.label else name)
    for line in said.lines():
        click.echo(line)
