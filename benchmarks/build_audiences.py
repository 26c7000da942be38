"""Builds many audiences drawn at random in DuckDB: as dbt would together, and one by one.

Traits, counts in windows and absences. `--form` says whether the audiences are `plain` lists of
conditions, nested `trees` of `any`, `all` and `not`, or `mixed`: every second one a tree. The SQL
is what `compile` writes. Both sides run in one session, and their members are compared by count
and digest. Each audience is built by itself once; of fewer audiences that is the sum of theirs.
With `--alone 30` only 30 drawn at random are, the others are taken to last as long as these on
average, and only these are compared; the output says so. `--large` is 10 M customers and 100 M
events, in place of 1 M and 10 M. `--processor` counts seconds of the processor, of all threads,
in place of those of the clock: for a machine that does other work.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import duckdb

from cdp_activate.audiences.compile import compile_audience
from cdp_activate.audiences.model import Audience
from cdp_activate.audiences.model_sql import members_model, together_models
from cdp_activate.audiences.preview import preview_sql
from cdp_activate.audiences.read import read_audiences
from cdp_activate.audiences.run_sql import run_at
from cdp_activate.audiences.together import judged_together
from cdp_activate.catalog import Catalog, read_manifest
from cdp_activate.text import parse

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = (1, 3, 7, 14, 30, 60, 90, 180, 365)
COUNTRIES = ("DE", "VN", "IE", "FR", "US", "JP", "IT", "ES")
FORMS = ("mixed", "plain", "trees")
EVENTS = tuple(f"event_{number}" for number in range(10))

CUSTOMERS = """
create table customers as
select
    printf('c%09d', i) as customer_id,
    {countries}[1 + (hash(i * 7) % 8)::int] as country,
    (hash(i * 11) % 100000)::double / 100 as lifetime_value,
    (hash(i * 13) % 11)::int as nps_score,
    timestamp '2026-01-01' - interval 1 second * (hash(i * 17) % 94608000)::bigint as created_at
from range({customers}) as made(i)
order by hash(i)
"""
HAPPENED = """
create table events as
select
    printf('c%09d', (hash(i * 3) % {customers})::bigint) as customer_id,
    'event_' || (hash(i * 5) % 10) as event_name,
    timestamp '2026-01-01' - interval 1 second * (hash(i * 23) % 31536000)::bigint as occurred_at,
    i as event_id
from range({events}) as made(i)
"""
COLUMNS = {
    "customers": {
        "customer_id": "varchar",
        "country": "varchar",
        "lifetime_value": "double",
        "nps_score": "integer",
        "created_at": "timestamp",
    },
    "events": {
        "customer_id": "varchar",
        "event_name": "varchar",
        "occurred_at": "timestamp",
        "event_id": "bigint",
    },
}
META: dict[str, dict[str, str]] = {
    "customers": {"entity": "customer", "key": "customer_id"},
    "events": {
        "events_in": "event_name",
        "of": "customer",
        "key": "customer_id",
        "at": "occurred_at",
        "id": "event_id",
    },
}
VALUES = {"event_name": {"values": list(EVENTS)}}


@dataclass(frozen=True)
class Alone:
    """An audience built by itself: seconds to build it and to read it, and what was read."""

    build: float
    read: float
    members: tuple[int, int]


@dataclass(frozen=True)
class Warehouse:
    """A database, and the clock that its work is timed by."""

    connection: Any
    clock: Callable[[], float]

    def create(self, name: str, sql: str, kept: str = "table") -> float:
        """Seconds to build it."""
        started = self.clock()
        self.connection.execute(f"create or replace {kept} {name} as {sql}")
        return self.clock() - started

    def read_all(self, name: str) -> tuple[tuple[int, int], float]:
        """How many members, a digest of their keys and variants; seconds to read them once."""
        started = self.clock()
        digest = "count(*), coalesce(bit_xor(hash(customer_id, variant)), 0)"
        members = self.connection.execute(f"select {digest} from {name}").fetchone()
        return members, self.clock() - started

    def alone(self, sql: str) -> Alone:
        """Build an audience as a table of its own, read it, and drop it."""
        build = self.create("alone", sql)
        members, read = self.read_all("alone")
        self.connection.execute("drop table alone")
        return Alone(build, read, members)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--counts", default="1,5,10,20,50,200")
    parser.add_argument("--form", choices=FORMS, default="mixed")
    parser.add_argument("--alone", type=int, help="how many are built by themselves")
    parser.add_argument("--processor", action="store_true")
    options = parser.parse_args()
    scale = 10 if options.large else 1
    draw = Random(7)
    counts = sorted(int(count) for count in options.counts.split(","))
    texts = [audience(draw, number, options.form) for number in range(max(counts))]
    known = catalog()
    audiences = read_audiences(parse("---\n".join(texts), "drawn.yml"), known)
    with tempfile.TemporaryDirectory() as folder:
        connection = duckdb.connect(str(Path(folder) / "warehouse.duckdb"))
        connection.execute("set threads = 2; set memory_limit = '8GB'")
        sizes = {"customers": 1_000_000 * scale, "events": 10_000_000 * scale}
        connection.execute(CUSTOMERS.format(countries=list(COUNTRIES), **sizes))
        connection.execute(HAPPENED.format(**sizes))
        clock = time.process_time if options.processor else time.perf_counter
        warehouse = Warehouse(connection, clock)
        print(f"{sizes['customers']:,} customers, {sizes['events']:,} events; {options.form}")
        timed = set(draw.sample(sorted(audiences), options.alone or len(audiences)))
        alone: dict[str, Alone] = {}
        for count in counts:
            chosen = dict(list(audiences.items())[:count])
            for name in (chosen.keys() & timed or {next(iter(chosen))}) - alone.keys():
                sql = preview_sql(audiences[name], audiences, known, AS_OF)
                alone[name] = warehouse.alone(sql)
            compare(warehouse, chosen, known, alone)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"peak memory of the process {peak:,.0f} MB")


def audience(draw: Random, number: int, form: str) -> str:
    """The YAML of one audience."""
    traits = [trait(draw) for _ in range(draw.randint(1, 3))]
    one, other = draw.sample(EVENTS, 2)
    times = f"count: {{gte: {draw.randint(1, 4)}}}"
    counted = f"{{event: {one}, within: {draw.choice(DAYS)} days, {times}}}"
    absent = f"{{not: {{event: {other}, within: {draw.choice(DAYS)} days}}}}"
    if form == "trees" or (form == "mixed" and number % 2):
        nested = f"{{any: [{counted}, {{all: [{trait(draw)}, {absent}]}}, {{not: {trait(draw)}}}]}}"
        conditions = [*traits, nested]
    else:
        conditions = [*traits, counted, absent]
    listed = "".join(f"  - {condition}\n" for condition in conditions)
    return f"audience: drawn_{number}\nentity: customer\nwhere:\n{listed}"


def trait(draw: Random) -> str:
    some = ", ".join(draw.sample(COUNTRIES, draw.randint(1, 4)))
    return draw.choice(
        (
            f"{{trait: country, in: [{some}]}}",
            f"{{trait: lifetime_value, gte: {draw.randrange(1000)}}}",
            f"{{trait: nps_score, gte: {draw.randrange(1, 11)}}}",
            f"{{trait: created_at, older_than: {draw.randrange(1, 1000)} days}}",
        )
    )


def compare(
    warehouse: Warehouse, audiences: dict[str, Audience], known: Catalog, alone: dict[str, Alone]
) -> None:
    """Build these audiences together, compare the members, and print seconds."""
    queries = {name: compile_audience(one, known) for name, one in audiences.items()}
    replace = run_at(known, AS_OF)
    judged = judged_together(queries, known, fewest=1)["customer"]
    spent = {"rows": 0.0, "people": 0.0, "audiences": 0.0}
    for name, sql in together_models(judged, {}, known, replace).items():
        part = "people" if name == judged.name else "rows"
        spent[part] += warehouse.create(name, sql)
    assert judged.conditions.keys() == audiences.keys()
    read = 0.0
    for name in judged.conditions:
        sql = members_model(queries[name], judged, known, replace)
        spent["audiences"] += warehouse.create(f"together_{name}", sql, kept="view")
        members, seconds = warehouse.read_all(f"together_{name}")
        assert name not in alone or members == alone[name].members, name
        read += seconds
    together = sum(spent.values())
    timed = [alone[name] for name in audiences if name in alone]
    build_alone, read_alone = (
        sum(seconds) * len(audiences) / len(timed)
        for seconds in zip(*((one.build, one.read) for one in timed), strict=True)
    )
    shown = ", ".join(f"{part} {seconds:.1f}" for part, seconds in spent.items())
    of_some = "" if len(timed) == len(audiences) else f" (from {len(timed)} of them)"
    print(
        f"{len(audiences):4} audiences  one by one{of_some} {build_alone:7.1f} s"
        f"  together {together:7.1f} s ({shown})  {build_alone / together:.1f} times faster,"
        f" {(build_alone + read_alone) / (together + read):.1f} with everyone read once",
        flush=True,
    )


def catalog() -> Catalog:
    nodes = {
        f"model.bench.{name}": {
            "resource_type": "model",
            "name": name,
            "relation_name": name,
            "columns": {
                column: {"data_type": kind, "config": {"meta": {"cdp": VALUES.get(column, {})}}}
                for column, kind in COLUMNS[name].items()
            },
            "config": {"meta": {"cdp": META[name]}},
        }
        for name in COLUMNS
    }
    metadata = {"project_name": "bench", "adapter_type": "duckdb"}
    return read_manifest({"metadata": metadata, "nodes": nodes})


if __name__ == "__main__":
    main()
