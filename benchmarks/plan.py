"""The plan of a sync that keeps `--members` people, a hundredth of them changed, against the same
diff written by hand in DuckDB SQL; then what `--runs` runs of a changed hundredth cost.

The list is filled by a real first sync to a platform that accepts at once. Each plan is made in
a process of its own, so that its memory is its own: what ours takes above the handwritten one
is the runner's. Both may use `--memory` in DuckDB.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from first_sync import AS_OF, _write

from cdp_activate.http import FunctionTransport, Response
from cdp_activate.project import Project
from cdp_activate.sync.plan_sql import PlanOptions
from cdp_activate.sync.planning import planned
from cdp_activate.sync.run import RunOptions, run_sync

HAND = """
create or replace table work.steps as
with wanted as (
    select
        members.customer_id as entity_key,
        lower(trim(email)) as email,
        first_name,
        points,
        md5(concat_ws('|', lower(trim(email)), first_name, points)) as fingerprint
    from warehouse.main.audience_everyone as members
    join warehouse.main.customers using (customer_id)
),
ledger as (
    select entity_key, fingerprint from state.main.hand
)
select
    coalesce(wanted.entity_key, ledger.entity_key) as entity_key,
    case
        when wanted.entity_key is null then 'remove'
        when ledger.entity_key is null then 'add'
        else 'update'
    end as action,
    wanted.email, wanted.first_name, wanted.points, wanted.fingerprint
from wanted
full join ledger on ledger.entity_key = wanted.entity_key
where wanted.fingerprint is distinct from ledger.fingerprint
"""
TURNS = 9
"""Plans of each of two states."""

ACCEPTING = FunctionTransport(lambda request: Response(200))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=10_000_000)
    parser.add_argument("--memory", default="2GB", help="DuckDB's limit")
    parser.add_argument("--times", type=int, default=3, help="each plan is made; the best counts")
    parser.add_argument("--runs", type=int, default=100, help="0: none")
    parser.add_argument("--run-members", type=int, default=100_000, help="people of those runs")
    parser.add_argument(
        "--matches-on",
        default="key",
        choices=["key", "identifiers"],
        help="what the platform knows people by; identifiers: equal ones are looked for",
    )
    parser.add_argument("--one", choices=["ours", "hand"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        _one(options)
        return
    with tempfile.TemporaryDirectory() as folder:
        compare(Path(folder), options)
    if not options.runs:
        return
    with tempfile.TemporaryDirectory() as folder:
        many(Path(folder), options)


def compare(folder: Path, options: argparse.Namespace) -> None:
    """Ours and the handwritten one, in turns."""
    _prepare(folder, options.members, options.memory)
    destinations = folder / "syncs/destinations.yml"
    more = f"matches_on: {options.matches_on}, batch_size"
    destinations.write_text(destinations.read_text().replace("batch_size", more))
    _sync(Project.at(folder))
    _keep_by_hand(folder)
    _change(folder, 1)
    print(f"{options.members:,} members, a hundredth changed, DuckDB may use {options.memory}")
    best: dict[str, dict[str, float]] = {}
    for _ in range(options.times):
        for which in ("hand", "ours"):
            made = _in_a_process(which, folder, options)
            if which not in best or made["seconds"] < best[which]["seconds"]:
                best[which] = made
    for which, made in best.items():
        print(
            f"{which:5} {made['seconds']:8.2f} s {made['busy']:8.2f} of the processor "
            f"{made['memory']:8,.0f} MB {made['rows']:10,.0f} rows"
        )
    ours, hand = best["ours"], best["hand"]
    assert ours["rows"] == hand["rows"], "the two plans differ"
    print(
        f"ours is {ours['seconds'] / hand['seconds']:.2f} times by hand, "
        f"{ours['busy'] / hand['busy']:.2f} times in the processor; the runner takes "
        f"{ours['memory'] - hand['memory']:,.0f} MB more"
    )


def many(folder: Path, options: argparse.Namespace) -> None:
    """A run, again and again, each time with a hundredth changed; then a plan beside one of a state
    that knows the same people from a single run. In turns: the machine has busy hours.
    """
    aged, young = folder / "aged", folder / "young"
    _prepare(aged, options.run_members, options.memory)
    project = Project.at(aged)
    _sync(project)
    for number in range(options.runs):
        _change(aged, number)
        _sync(project)
    _prepare(young, options.run_members, options.memory)
    shutil.copy(aged / "warehouse.duckdb", young)
    _sync(Project.at(young))
    took: dict[Path, list[float]] = {aged: [], young: []}
    for one in took:
        _change(one, options.runs)
    for _ in range(TURNS):
        for one, seconds in took.items():
            seconds.append(_plan(Project.at(one))["busy"])
    late, early = (statistics.median(seconds) for seconds in took.values())
    sizes = [(one / "warehouse.cdp_state.duckdb").stat().st_size / 1e6 for one in took]
    print(
        f"\nafter {options.runs} runs of {options.run_members:,} members a plan takes {late:.3f} s "
        f"of the processor, after one {early:.3f} s: {late / early:.2f} times; the state is "
        f"{sizes[0]:,.0f} MB, after one run {sizes[1]:,.0f} MB"
    )


def _prepare(folder: Path, members: int, memory: str) -> None:
    _write(folder, argparse.Namespace(members=members, batch=10_000, threads=4, memory=memory))


def _sync(project: Project) -> None:
    with project.warehouse() as warehouse:
        run_sync(
            project.syncs["bench"],
            project.catalog,
            warehouse,
            as_of=AS_OF,
            options=RunOptions(transport=ACCEPTING),
        )


def _plan(project: Project) -> dict[str, float]:
    started, busy = time.perf_counter(), time.process_time()
    with (
        project.warehouse() as warehouse,
        planned(project.syncs["bench"], project.catalog, warehouse, PlanOptions(AS_OF)) as plan,
    ):
        rows = plan.changes
        return {
            "seconds": time.perf_counter() - started,
            "busy": time.process_time() - busy,
            "rows": rows,
        }


def _by_hand(folder: Path, memory: str) -> dict[str, float]:
    with duckdb.connect() as connection:
        connection.execute(f"set memory_limit = '{memory}'")
        started, busy = time.perf_counter(), time.process_time()
        connection.execute(f"attach '{folder / 'warehouse.duckdb'}' as warehouse (read_only)")
        connection.execute(f"attach '{folder / 'hand.duckdb'}' as state")
        connection.execute("attach ':memory:' as work")
        connection.execute(HAND)
        (rows,) = connection.execute("select count(*) from work.steps").fetchall()[0]
        return {
            "seconds": time.perf_counter() - started,
            "busy": time.process_time() - busy,
            "rows": rows,
        }


def _keep_by_hand(folder: Path) -> None:
    """The fingerprints that the handwritten diff compares with."""
    with duckdb.connect(str(folder / "hand.duckdb")) as connection:
        connection.execute(f"attach '{folder / 'warehouse.duckdb'}' as warehouse (read_only)")
        connection.execute(
            "create table hand as select customer_id as entity_key, "
            "md5(concat_ws('|', lower(trim(email)), first_name, points)) as fingerprint "
            "from warehouse.main.customers"
        )


def _change(folder: Path, number: int) -> None:
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute(
            "update customers set points = points + 1 "
            f"where hash(customer_id) % 100 = {number % 100}"
        )


def _one(options: argparse.Namespace) -> None:
    if options.one == "hand":
        made = _by_hand(options.folder, options.memory)
    else:
        made = _plan(Project.at(options.folder))
    # Not ru_maxrss: a process inherits that of the one that started it.
    status = Path("/proc/self/status").read_text()
    made["memory"] = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    print(json.dumps(made))


def _in_a_process(which: str, folder: Path, options: argparse.Namespace) -> dict[str, float]:
    command = [sys.executable, __file__, "--one", which, "--folder", str(folder)]
    done = subprocess.run([*command, "--memory", options.memory], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"the {which} plan failed: {done.stderr[-2000:]}")
    made: dict[str, float] = json.loads(done.stdout)
    return made


if __name__ == "__main__":
    main()
