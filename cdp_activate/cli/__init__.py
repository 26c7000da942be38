"""The command line: load, call one function, show what it returned.

Only click is imported here; a command imports what it needs when it runs, so that
`--help` answers at once.
"""

from __future__ import annotations

import gc

import click

from cdp_activate import __version__
from cdp_activate.cli.adopt import adopt
from cdp_activate.cli.audience import audience
from cdp_activate.cli.build import build, catalog, compile_, doctor, init
from cdp_activate.cli.common import Group
from cdp_activate.cli.demo import demo
from cdp_activate.cli.destinations import destinations
from cdp_activate.cli.history import rejections, runs
from cdp_activate.cli.journey import journey
from cdp_activate.cli.people import drift, erase
from cdp_activate.cli.plan import plan
from cdp_activate.cli.run import run
from cdp_activate.cli.schema import schema
from cdp_activate.cli.sync import status, sync

EPILOG = (
    "Exit codes: 0 done, 1 something failed, 2 wrong files or usage, 3 a guard refused, "
    "130 told to stop."
)


class RootGroup(Group):
    """The group of all commands, which knows those of its groups too."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        groups = [one for one in self.commands.values() if isinstance(one, click.Group)]
        within = [f"'{one.name} {args[0]}'" for one in groups if args[0] in one.commands]
        if args[0] not in self.commands and within:
            ctx.fail(f"No such command '{args[0]}'. Did you mean {' or '.join(within)}?")
        return super().resolve_command(ctx, args)


@click.group(cls=RootGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cdp-activate")
def main() -> None:
    """Customer journeys and audiences in the warehouse, synced to e-mail and ads platforms.

    \b
    New here:          cdp-activate demo
    In a dbt project:  cdp-activate init
    """
    # Trees of audiences live long: looking for cycles among them every 700 objects takes
    # a sixth of the time of compiling thousands, and frees no more (benchmarks/README.md).
    gc.set_threshold(10_000, 10, 10)


for _command in (
    adopt, audience, build, catalog, compile_, demo, destinations, doctor, drift, erase, init,
    journey, plan, rejections, run, runs, schema, status, sync,
):  # fmt: skip
    main.add_command(_command)
