"""A full build of the journey models against a run a day later with a hundredth more events.

The demo shop, with page views added until there are as many events as asked for; a hundredth
of all of them happen on the last day. Both runs are `dbt run` on DuckDB with a limit to its
memory; times are those of dbt's models, from run_results.json. Ratios of one run on one machine.
The whole size: --customers 1000000 --events 20000000 --memory 6GB.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from cdp_activate.demo import shop

ROOT = Path(__file__).parents[1]
LATER = datetime(2026, 11, 21)
EARLIER = LATER - timedelta(days=1)
PROFILE = """
cdp_activate:
  target: dev
  outputs:
    dev:
      type: duckdb
      path: '{file}'
      threads: {threads}
      settings: {{TimeZone: UTC, memory_limit: '{memory}', threads: 2,
        preserve_insertion_order: false, temp_directory: '{folder}/spilled'}}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=50_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--memory", default="6GB", help="DuckDB's memory_limit")
    parser.add_argument("--threads", type=int, default=1, help="models built at once")
    parser.add_argument(
        "--select", default="path:seeds path:models --exclude path:models/audiences"
    )
    parser.add_argument("--folder", type=Path, help="where the warehouse is kept (else nowhere)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _run(options.folder or Path(folder), options)


def _run(folder: Path, options: argparse.Namespace) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "warehouse.duckdb"
    sizes = _load(file, options)
    print(", ".join(f"{count:,} {table}" for table, count in sizes.items()))
    (folder / "profiles.yml").write_text(
        PROFILE.format(file=file, folder=folder, threads=options.threads, memory=options.memory)
    )
    full = _build(folder, EARLIER, options)
    increment = _build(folder, LATER, options)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
    print(f"{'model':<36}{'full':>10}{'a day':>10}")
    for model, seconds in sorted(full.items(), key=lambda item: -item[1]):
        if seconds >= 0.005 * sum(full.values()) or increment[model] > 1:
            print(f"{model:<36}{seconds:>9.1f}s{increment[model]:>9.1f}s")
    total, later = sum(full.values()), sum(increment.values())
    print(f"{'all models':<36}{total:>9.1f}s{later:>9.1f}s  {later / total:.0%} of a full build")
    print(f"peak memory of dbt with DuckDB: {peak:.1f} GB")


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
            " timestamp '2026-11-21' - to_microseconds(case when range < $recent"
            " then 1 + (hash(range) % 86400000000)::bigint"
            " else 86400000000 + (hash(range) % (500 * 86400000000))::bigint end) as occurred_at,"
            " 'page_viewed' as event_name, 'web' as channel"
            " from range($missing) inner join (select customer_id,"
            " row_number() over () - 1 as nth from shop.customers) as people"
            " on hash(range, 'who') % $customers = nth",
            {"missing": missing, "recent": min(recent, missing), "customers": options.customers},
        )
        return {
            table: count
            for table, count in shop.table_sizes(connection).items()
            if table in ("customers", "events", "messages", "orders")
        }


def _build(folder: Path, as_of: datetime, options: argparse.Namespace) -> dict[str, float]:
    """Seconds of each model of one run."""
    run = [
        sys.executable, "-c", "from dbt.cli.main import cli; cli()", "--quiet", "build",
        "--select", *options.select.split(), "--exclude-resource-type", "test",
        "--exclude-resource-type", "unit_test", "--profiles-dir", str(folder),
        "--target-path", str(folder / "target"), "--log-path", str(folder / "logs"),
        "--vars", json.dumps({"cdp_as_of": as_of.isoformat()}),
    ]  # fmt: skip
    environment = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    subprocess.run(run, cwd=ROOT, env=environment, check=True)
    results = json.loads((folder / "target" / "run_results.json").read_text())["results"]
    return {one["unique_id"].split(".")[-1]: one["execution_time"] for one in results}


if __name__ == "__main__":
    main()
