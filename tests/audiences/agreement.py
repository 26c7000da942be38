"""Compares the compiler with the plain reading, and makes what differs small.

    python tests/audiences/agreement.py --audiences 1000 --seed 7      # prints what differs

`--warehouse postgres` asks a PostgreSQL server that it starts. Exit code 1 when they differ.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import postgres_server  # noqa: E402
from random_audiences import written  # noqa: E402
from random_conditions import random_audiences  # noqa: E402
from random_worlds import random_world  # noqa: E402
from reading import Reading  # noqa: E402
from worlds import World, members_of  # noqa: E402

from cdp_activate.audiences.model import Audience  # noqa: E402
from cdp_activate.audiences.preview import preview_sql  # noqa: E402
from cdp_activate.audiences.read import read_audiences  # noqa: E402
from cdp_activate.text import parse  # noqa: E402

Outcome = dict[str, str | None] | str
"""Members with their variants, or the error that came instead."""

PER_WORLD = 300
"""Audiences that are judged in one drawn world."""
SECONDS_TO_SHRINK = 60


class Warehouse:
    """Where audiences run: DuckDB in memory, or databases of a PostgreSQL server."""

    def __init__(self, adapter: str, server: postgres_server.Server | None = None) -> None:
        self.adapter = adapter
        self.server = server
        self.count = 0

    def opened(self, world: World) -> Opened:
        if self.server is None:
            connection = world.duckdb()
            return Opened(world, self.adapter, connection, connection)
        self.count += 1
        name = f"world_{os.getpid()}_{id(self)}_{self.count}"
        connection = self.server.connect(self.server.create_database(name))
        world.postgres(connection)
        return Opened(world, self.adapter, connection, connection.cursor())


@dataclass
class Opened:
    """A world in a warehouse."""

    world: World
    adapter: str
    connection: Any
    cursor: Any

    def __post_init__(self) -> None:
        self.catalog = self.world.catalog(self.adapter)
        self.reading = Reading(self.world)
        self.read: tuple[str, dict[str, Audience]] = ("", {})

    def at(self, as_of: datetime) -> Opened:
        """The same warehouse at another instant."""
        return (
            self
            if as_of == self.world.as_of
            else replace(self, world=replace(self.world, as_of=as_of))
        )

    def audiences(self, text: str) -> dict[str, Audience]:
        """The audiences as the compiler reads them; they are kept until another text comes."""
        if self.read[0] != text:
            self.read = text, read_audiences(parse(text, "tested.yml"), self.catalog)
        return self.read[1]

    def compiler(self, text: str, name: str) -> Outcome:
        """What the compiled SQL finds."""
        try:
            known = self.audiences(text)
            self.cursor.execute(preview_sql(known[name], known, self.catalog, self.world.as_of))
            return members_of(self.cursor.fetchall())
        except Exception as error:
            return f"{type(error).__name__}: {str(error)[:2000]}"

    def differ(self, text: str, name: str) -> bool:
        return self.compiler(text, name) != self.reading.members(text, name)

    def close(self) -> None:
        self.connection.close()


@dataclass(frozen=True)
class Mismatch:
    """An audience on which the two differ, in a world that has been made small."""

    seed: int
    text: str
    name: str
    world: World
    compiler: Outcome
    page: Outcome

    def __str__(self) -> str:
        lines = [
            f"world {self.seed} at {self.world.as_of}, audience {self.name}", self.text,
            f"compiler: {self.compiler}", f"page:     {self.page}",
        ]  # fmt: skip
        for table, rows in self.world.rows.items():
            lines += [f"  {table}: {short(row)}" for row in rows]
        return "\n".join(lines)


def short(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def mismatches(warehouse: Warehouse, seed: int, audiences: int) -> Iterator[Mismatch]:
    """Draw audiences, three to a text, `PER_WORLD` to a world; yield what differs, made small."""
    for first in range(0, audiences, PER_WORLD):
        world_seed = seed * 1000 + first // PER_WORLD
        opened = warehouse.opened(random_world(world_seed))
        for number in range(min(PER_WORLD, audiences - first) // 3):
            drawn = random_audiences(world_seed * 10_000 + number, opened.world)
            text = written(*drawn)
            for one in drawn:
                if opened.differ(text, one["audience"]):
                    yield smallest(warehouse, opened, world_seed, drawn, one["audience"])
                    break
        opened.close()


# The smallest case ...


def smallest(
    warehouse: Warehouse, opened: Opened, seed: int, drawn: list[dict[str, Any]], name: str
) -> Mismatch:
    """Leave out audiences, conditions and rows for as long as the two still differ."""
    drawn = smaller_audiences(opened, drawn, name)
    text = written(*drawn)
    opened = smaller_rows(warehouse, opened, text, name)
    found = Mismatch(
        seed, text, name, opened.world, opened.compiler(text, name),
        opened.reading.members(text, name),
    )  # fmt: skip
    opened.close()
    return found


def smaller_audiences(
    opened: Opened, drawn: list[dict[str, Any]], name: str
) -> list[dict[str, Any]]:
    """The first smaller form that still differs the same way, again and again."""
    kind = kind_of(opened.compiler(written(*drawn), name))

    def still(candidate: list[dict[str, Any]]) -> bool:
        text = written(*candidate)
        try:
            page = opened.reading.members(text, name)
        except (LookupError, ValueError, AssertionError, AttributeError, TypeError, RuntimeError):
            return False  # no longer an audience
        found = opened.compiler(text, name)
        return found != page and kind_of(found) == kind

    tries = 400
    while tries:
        for candidate in smaller_forms(drawn):
            tries -= 1
            named = any(one.get("audience") == name for one in candidate)
            if named and still(candidate):
                drawn = candidate
                break
            if not tries:
                break
        else:
            break
    return drawn


def kind_of(outcome: Outcome) -> str:
    """Members, or which error: its first line without places and numbers."""
    if not isinstance(outcome, str):
        return "members"
    return re.sub(r"[\d:'\"]+|\(.*", "", outcome.splitlines()[0])


def smaller_forms(value: Any) -> Iterator[Any]:
    """The same without one of its parts, or with a part in its place."""
    if isinstance(value, dict):
        for key in value:
            if key != "audience" or not isinstance(value[key], str):
                yield {name: one for name, one in value.items() if name != key}
        for key in ("all", "any", "not"):
            if key in value:
                yield value[key][0] if isinstance(value[key], list) else value[key]
        for key, one in value.items():
            for less in smaller_forms(one):
                yield {**value, key: less}
    if isinstance(value, list):
        for number in range(len(value) if len(value) > 1 else 0):
            yield value[:number] + value[number + 1 :]
        for number, one in enumerate(value):
            for less in smaller_forms(one):
                yield [*value[:number], less, *value[number + 1 :]]


def smaller_rows(warehouse: Warehouse, opened: Opened, text: str, name: str) -> Opened:
    """Without rows, half of a table at a time, then a quarter, ..."""
    until = time.monotonic() + SECONDS_TO_SHRINK
    opened = warehouse.opened(opened.world)
    for table in opened.world.rows:
        size = len(opened.world.rows[table])
        while size and time.monotonic() < until:
            at = 0
            while at < len(opened.world.rows[table]):
                rows = opened.world.rows[table]
                left = {**opened.world.rows, table: rows[:at] + rows[at + size :]}
                candidate = warehouse.opened(replace(opened.world, rows=left))
                if candidate.differ(text, name):
                    opened.close()
                    opened = candidate
                else:
                    candidate.close()
                    at += size
            size //= 2
    return opened


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--audiences", type=int, default=int(os.environ.get("AUDIENCES", "3000")))
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED", "1")))
    parser.add_argument("--warehouse", choices=("duckdb", "postgres"), default="duckdb")
    asked = parser.parse_args(arguments)
    began, wrong = time.monotonic(), 0
    with ExitStack() as stack:
        server = None
        if asked.warehouse == "postgres":
            server = stack.enter_context(postgres_server.running())
        warehouse = Warehouse(asked.warehouse, server)
        for mismatch in mismatches(warehouse, asked.seed, asked.audiences):
            wrong += 1
            print(f"{mismatch}\n", flush=True)
    seconds = time.monotonic() - began
    print(
        f"{asked.audiences} random audiences on {asked.warehouse}, seed {asked.seed}: "
        f"{wrong} differ; {seconds:.0f} s"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
