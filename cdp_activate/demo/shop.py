"""Generates the demo shop: a stationery shop for left-handed people.

The SQL files beside this module are run in the order of their names: those in
`shop/world/` draw people and what they do, in a schema dropped at the end;
those in `shop/tables/` write what the shop's systems would have recorded. This
module gives them the seed, the size and the two instants, and makes the tables
appear all at once or not at all.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from cdp_activate.demo.session import row_count, settings, transaction

if TYPE_CHECKING:
    import duckdb

DEFAULT_OPENING_DAYS = 730
"""Days between the opening of the shop and the instant of the first demo."""

TABLES = (
    "customers",
    "identities",
    "accounts",
    "account_members",
    "orders",
    "order_lines",
    "events",
    "messages",
    "tickets",
    "feedback",
    "referrals",
    "consents",
    "loyalty",
    "subscriptions",
    "opportunities",
    "spend",
    "products",
    "shops",
)
"""The tables of schema `shop`: the input contract's subjects, and two more."""

_EPOCH = datetime(1970, 1, 1)


def default_opening(as_of: datetime) -> datetime:
    """Midnight UTC, `DEFAULT_OPENING_DAYS` before the day of `as_of`."""
    day = _utc(as_of).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=DEFAULT_OPENING_DAYS)


def generate(
    connection: duckdb.DuckDBPyConnection,
    *,
    customers: int,
    seed: int,
    opening: datetime,
    now: datetime,
) -> None:
    """(Re)create schema `shop` as a warehouse would show it at `now`.

    `customers` is how many people arrive in the first `DEFAULT_OPENING_DAYS`
    after `opening`; they arrive at that pace for ever. The same seed, size and
    opening give the same rows: a later `now` adds what happened in between and
    changes nothing dated before, apart from what did change (addresses that
    moved, tickets solved, orders shipped or refunded). Instants without an
    offset are UTC. Nothing is left of a generation that fails.

    Raises ValueError when the size is not positive, when `now` is not after
    `opening`, and when the database itself is called shop: `shop.orders` could
    then mean two things.
    """
    opening, now = _utc(opening), _utc(now)
    if customers < 1:
        raise ValueError(f"customers must be 1 or more, not {customers}")
    if now <= opening:
        raise ValueError(f"the shop opens at {opening}, so now must be later than {now}")
    _refuse_ambiguous_names(connection)
    constants = {
        "world_seed": f"{int(seed)}::bigint",
        "world_opening_us": f"{_microseconds(opening)}::bigint",
        "world_now_us": f"{_microseconds(now)}::bigint",
        "world_spacing": f"({DEFAULT_OPENING_DAYS} / {int(customers)}::double)",
    }
    # Rows need no order, and keeping one would hold whole tables in memory. The
    # progress bar would be printed in the middle of what the caller prints.
    with settings(connection, preserve_insertion_order=False, enable_progress_bar=False):
        try:
            connection.execute("drop schema if exists shop_world cascade")
            connection.execute("create schema shop_world")
            for name, value in constants.items():
                connection.execute(f"create or replace temp macro {name}() as {value}")
            for script in _scripts("world"):
                connection.execute(script)
            with transaction(connection):
                connection.execute("drop schema if exists shop cascade")
                connection.execute("create schema shop")
                for script in _scripts("tables"):
                    connection.execute(script)
        finally:
            connection.execute("drop schema if exists shop_world cascade")
            _drop_macros(connection)


def table_sizes(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows in each table of schema `shop`."""
    return {table: row_count(connection, f"shop.{table}") for table in TABLES}


def _refuse_ambiguous_names(connection: duckdb.DuckDBPyConnection) -> None:
    names = connection.execute("select database_name from duckdb_databases()").fetchall()
    for name in ("shop", "shop_world"):
        if (name,) in names:
            raise ValueError(
                f"a database called {name} cannot hold a schema called {name}:"
                " choose another file name"
            )


def _scripts(folder: str) -> list[str]:
    """The SQL files of one folder of the shop, in the order of their names."""
    path = files(__package__) / "shop" / folder
    names = sorted(entry.name for entry in path.iterdir() if entry.name.endswith(".sql"))
    return [(path / name).read_text(encoding="utf-8") for name in names]


def _drop_macros(connection: duckdb.DuckDBPyConnection) -> None:
    rows = connection.execute(
        "select distinct function_name from duckdb_functions()"
        " where database_name = 'temp' and function_name like 'world\\_%' escape '\\'"
    ).fetchall()
    for (name,) in rows:
        connection.execute(f"drop macro temp.{name}")


def _utc(instant: datetime) -> datetime:
    """The instant in UTC, without offset, as the warehouse keeps it."""
    if instant.tzinfo is None:
        return instant
    return instant.astimezone(UTC).replace(tzinfo=None)


def _microseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Generate a shop into a DuckDB file and print the size of each table."""
    parser = argparse.ArgumentParser(prog="python -m cdp_activate.demo.shop", description=__doc__)
    parser.add_argument("path", type=Path, help="the DuckDB file; schema shop is replaced")
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--as-of", type=datetime.fromisoformat, required=True)
    parser.add_argument("--opening", type=datetime.fromisoformat, default=None)
    options = parser.parse_args(arguments)

    import duckdb

    opening = options.opening or default_opening(options.as_of)
    with duckdb.connect(str(options.path)) as connection:
        try:
            generate(
                connection,
                customers=options.customers,
                seed=options.seed,
                opening=opening,
                now=options.as_of,
            )
        except ValueError as error:
            parser.error(str(error))
        for table, rows in table_sizes(connection).items():
            sys.stdout.write(f"{table:<16}{rows:>14,}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
