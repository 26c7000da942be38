"""A full build of the journey models against a run a day later with a hundredth more events.

The demo shop, with page views added until there are as many events as asked for, in visits of
five; a hundredth of all events happen on the last day. Both runs are `dbt build` without tests,
on DuckDB with a limit to its memory. Of each model: the seconds of the processor, which do not
depend on what else the machine does, and of the clock. Ratios of one run on one machine: of the
incremental models, whose history is long, and of all, whatever they are.
The whole size: --customers 1000000 --events 20000000 --memory 6GB.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from cdp_activate.demo import shop

ROOT = Path(__file__).parents[1]
LATER = datetime(2026, 11, 21)
EARLIER = LATER - timedelta(days=1)
PAGES_OF_A_VISIT = 5
PROFILE = """
cdp_activate:
  target: dev
  outputs:
    dev:
      type: duckdb
      path: '{file}'
      threads: 1
      settings: {{TimeZone: UTC, memory_limit: '{memory}', threads: 2,
        preserve_insertion_order: false}}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=50_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--memory", default="6GB", help="DuckDB's memory_limit")
    parser.add_argument(
        "--select", default="path:seeds path:models --exclude path:models/audiences"
    )
    parser.add_argument("--folder", type=Path, help="where the warehouse is kept (else nowhere)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _run(options.folder or Path(folder), options)


@dataclass
class Build:
    """What one run took: seconds of each model, and the peak memory of dbt with DuckDB."""

    processor: dict[str, float] = field(default_factory=dict)
    clock: dict[str, float] = field(default_factory=dict)
    peak_gb: float = 0.0
    incremental: set[str] = field(default_factory=set)


def _run(folder: Path, options: argparse.Namespace) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "warehouse.duckdb"
    sizes = _load(file, options)
    print(", ".join(f"{count:,} {table}" for table, count in sizes.items()))
    (folder / "profiles.yml").write_text(PROFILE.format(file=file, memory=options.memory))
    full, day = (_build_apart(folder, as_of, options) for as_of in (EARLIER, LATER))
    print(f"{'':<36}{'processor':>20}{'clock':>20}")
    print(f"{'model':<36}" + f"{'full':>10}{'a day':>10}" * 2)
    total = sum(full.processor.values())
    for model, seconds in sorted(full.processor.items(), key=lambda item: -item[1]):
        if max(seconds, 4 * day.processor[model]) >= 0.005 * total:
            print(_line(model, [side[model] for side in _sides(full, day)]))
    print(_line("all models", [sum(side.values()) for side in _sides(full, day)]))
    for models, names in (("incremental", full.incremental), ("all", full.processor.keys())):
        shares = [
            sum(later[name] for name in names) / sum(whole[name] for name in names)
            for whole, later in ((full.processor, day.processor), (full.clock, day.clock))
        ]
        print(
            f"{models} models: the day takes {shares[0]:.0%} of a full build's seconds of the "
            f"processor, {shares[1]:.0%} of those by the clock"
        )
    print(f"peak memory of dbt with DuckDB: full {full.peak_gb:.1f} GB, day {day.peak_gb:.1f} GB")


def _sides(full: Build, day: Build) -> list[dict[str, float]]:
    return [full.processor, day.processor, full.clock, day.clock]


def _line(name: str, seconds: list[float]) -> str:
    return f"{name:<36}" + "".join(f"{each:>9.1f}s" for each in seconds)


def _load(file: Path, options: argparse.Namespace) -> dict[str, int]:
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"set memory_limit = '{options.memory}'")
        connection.execute("set threads = 2")
        shop.generate(
            connection,
            customers=options.customers,
            seed=1,
            opening=shop.default_opening(LATER),
            now=LATER,
        )
        missing = max(0, options.events - shop.table_sizes(connection)["events"])
        recent = options.events // 100
        connection.execute(
            "insert into shop.events by name select 'seen' || range as event_id, customer_id,"
            " timestamp '2026-11-21' + to_minutes(range % $pages) - to_microseconds("
            " case when range < $recent"
            " then (hash(range // $pages) % (86400000000 - 600000000))::bigint"
            " else 86400000000 + (hash(range // $pages) % (500 * 86400000000))::bigint end"
            " + 600000000) as occurred_at, 'page_viewed' as event_name, 'web' as channel"
            " from range($missing) inner join (select customer_id,"
            " row_number() over () - 1 as nth from shop.customers) as people"
            " on hash(range // $pages, 'who') % $customers = nth",
            {
                "missing": missing,
                "recent": min(recent, missing),
                "customers": options.customers,
                "pages": PAGES_OF_A_VISIT,
            },
        )
        return {
            table: count
            for table, count in shop.table_sizes(connection).items()
            if table in ("customers", "events", "messages", "orders")
        }


def _build_apart(folder: Path, as_of: datetime, options: argparse.Namespace) -> Build:
    """A build in a process of its own, so that its memory is measured alone."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_build, folder, as_of, options.select).result()


def _build(folder: Path, as_of: datetime, select: str) -> Build:
    from dbt.cli.main import dbtRunner

    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    begun: dict[str, tuple[float, float]] = {}
    build = Build()

    def watch(event: Any) -> None:
        if event.info.name not in ("NodeStart", "NodeFinished"):
            return
        name = event.data.node_info.unique_id.split(".")[-1]
        if event.data.node_info.materialized == "incremental":
            build.incremental.add(name)
        now = time.process_time(), time.perf_counter()
        if event.info.name == "NodeStart":
            begun[name] = now
        else:
            build.processor[name] = now[0] - begun[name][0]
            build.clock[name] = now[1] - begun[name][1]

    done = dbtRunner(callbacks=[watch]).invoke([
        "--quiet", "build", "--project-dir", str(ROOT), "--select", *select.split(),
        "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test",
        "--profiles-dir", str(folder), "--target-path", str(folder / "target"),
        "--log-path", str(folder / "logs"), "--vars", json.dumps({"cdp_as_of": as_of.isoformat()}),
    ])  # fmt: skip
    if not done.success:
        raise SystemExit("dbt did not build: see its messages above")
    build.peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return build


if __name__ == "__main__":
    main()
