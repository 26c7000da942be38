"""A first sync to a local receiver against the same bodies, ready-made, through the same client.

Then a second run (nothing changed) and a third (a hundredth changed). The receiver is a process
of its own: the light one, which costs next to nothing, or (`--receiver package`) the simulated
platform, which reads and checks every row. With `--latency` its answers come that many
milliseconds later, and the ideal is as many batches at once as there are threads, each in that
time. Rows a second, and ratios of one run on one machine.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from light_receiver import light_receiver

from cdp_activate.destinations.webhook import WebhookDestination
from cdp_activate.http import PooledTransport, Request
from cdp_activate.project import Project
from cdp_activate.sync.plan import Plan
from cdp_activate.sync.run import RunOptions, Summary, run_sync
from cdp_activate.sync.tables import RunRecord
from cdp_activate.sync.watch import Watcher

PORT = 8799
URL = f"http://127.0.0.1:{PORT}/"
AS_OF = datetime(2026, 1, 1, tzinfo=UTC)

FILES = {
    "dbt_project.yml": "name: bench\nprofile: bench\n",
    "profiles.yml": "bench: {target: d, outputs: {d: {type: duckdb, path: warehouse.duckdb}}}\n",
    "audiences/a.yml": "audience: everyone\n",
    "syncs/destinations.yml": "destinations:\n  bench: {{type: webhook, url: '{url}', "
    "batch_size: {batch}, concurrency: {threads}}}\n",
    "syncs/s.yml": "sync: bench\naudience: everyone\ndestination: bench\nconsent: not_required\n"
    "identifiers: {email: email}\nfields: {FIRST_NAME: first_name, POINTS: points}\n"
    "guards: {first_run: false}\n",
}
COLUMNS = {"customer_id": "varchar", "email": "varchar", "first_name": "varchar", "points": "int"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--batch", type=int, default=1_000)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--latency", type=float, default=0, help="milliseconds")
    parser.add_argument("--receiver", choices=["light", "package"], default="light")
    parser.add_argument("--memory", help="DuckDB's limit, such as 160MB")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.receiver == "light":
            with light_receiver(options.latency) as url:
                _run(Path(folder), options, url)
        else:
            _beside_the_platform(Path(folder), options)


def _beside_the_platform(folder: Path, options: argparse.Namespace) -> None:
    latency = ["--latency", str(options.latency)]
    receiver = subprocess.Popen(
        [sys.executable, "-m", "cdp_activate.receiver", "--port", str(PORT), *latency],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _run(folder, options, URL)
    finally:
        receiver.terminate()
        receiver.wait()


class Phases(Watcher):
    """When the plan was made, and when the last answer came."""

    planned_at = answered_at = 0.0

    def planned(self, run: RunRecord, plan: Plan) -> None:
        self.planned_at = time.perf_counter()

    def progressed(self, run: RunRecord, answered: int, planned: int) -> None:
        self.answered_at = time.perf_counter()


def _run(folder: Path, options: argparse.Namespace, url: str) -> None:
    _write(folder, options, url)
    bare, bare_cpu = _bare(options, url)
    project = Project.at(folder)
    print(f"{options.members:,} members, {options.batch:,} a batch, {options.threads} at once")
    print(f"ready-made bodies, same client  {bare:10,.0f} rows/s")
    began = time.process_time()
    phases = Phases()
    seconds, done = _sync(project, phases)
    cpu = time.process_time() - began
    rate = done.record.added / seconds
    sending = done.record.added / (phases.answered_at - phases.planned_at)
    print(f"first sync                      {rate:10,.0f} rows/s  {rate / bare:.0%} of that")
    print(f"of it, sending alone            {sending:10,.0f} rows/s  {sending / bare:.0%} of that")
    if options.latency:
        ideal = options.threads * options.batch * 1000 / options.latency
        print(
            f"ideal at this latency           {ideal:10,.0f} rows/s  "
            f"first sync {rate / ideal:.0%}, sending {sending / ideal:.0%}, "
            f"bare {bare / ideal:.0%} of it"
        )
    print(f"seconds of the processor        {cpu:10.2f}         {bare_cpu:.2f} for bare bodies")
    seconds, done = _sync(project)
    print(f"nothing changed                 {seconds:10.2f} s       {done.record.calls} calls")
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("update customers set points = points + 1 where points % 100 = 0")
    seconds, done = _sync(project)
    print(
        f"a hundredth changed             {seconds:10.2f} s       {done.record.updated:,} updated"
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory, DuckDB included    {peak:10,.0f} MB")


def _sync(project: Project, watch: Watcher | None = None) -> tuple[float, Summary]:
    started = time.perf_counter()
    options = RunOptions(watch=watch or Watcher())
    with project.warehouse() as warehouse:
        done = run_sync(
            project.syncs["bench"], project.catalog, warehouse, as_of=AS_OF, options=options
        )
    return time.perf_counter() - started, done


def _bare(options: argparse.Namespace, url: str) -> tuple[float, float]:
    """Rows a second of posting bodies that are ready, to another list; seconds of the processor."""
    bodies = []
    for start in range(0, options.members, options.batch):
        keys = range(start, min(start + options.batch, options.members))
        rows = [
            {
                "key": f"c{key:08}",
                "identifiers": {"email": f"person{key}@example.com"},
                "fields": {"FIRST_NAME": f"Name {key % 1000}", "POINTS": key},
            }
            for key in keys
        ]
        bodies.append(_body(rows))
    transport = PooledTransport(connections=options.threads, timeout=30)
    headers = {"content-type": "application/json"}

    def post(numbered: tuple[int, bytes]) -> None:
        number, body = numbered
        answer = transport.send(
            Request("POST", url, {**headers, "webhook-id": f"bare-{number}"}, body)
        )
        assert answer.status == 200, answer.status

    check = WebhookDestination(WebhookDestination.Settings(url=url))
    for _ in range(100):
        try:
            check.check()
            break
        except Exception:
            time.sleep(0.05)
    started, busy = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(options.threads) as pool:
        list(pool.map(post, enumerate(bodies)))
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    transport.close()
    check.close()
    return float(options.members / seconds), busy


def _body(rows: list[dict[str, Any]]) -> bytes:
    """As compact as ours."""
    said = {"list": "bare", "action": "upsert", "rows": rows}
    return json.dumps(said, separators=(",", ":")).encode()


def _write(folder: Path, options: argparse.Namespace, url: str = URL) -> None:
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if "destinations" in name:
            text = text.format(url=url, batch=options.batch, threads=options.threads)
        if name == "profiles.yml" and getattr(options, "memory", None):
            text = with_memory(text, options.memory)
        path.write_text(text)
    (folder / "target").mkdir()
    (folder / "target" / "manifest.json").write_text(json.dumps(_manifest()))
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute(
            "create table customers as select printf('c%08d', range) as customer_id, "
            "'person' || range || '@example.com' as email, 'Name ' || range % 1000 as first_name, "
            f"range::int as points from range({options.members})"
        )
        connection.execute(
            "create table audience_everyone as select customer_id, null::varchar as variant "
            "from customers"
        )


def with_memory(profile: str, limit: str) -> str:
    """A profile in which DuckDB may use so much."""
    return profile.replace("path:", f"settings: {{memory_limit: {limit}}}, path:")


def _manifest() -> dict[str, Any]:
    def model(name: str, columns: dict[str, str], meta: dict[str, str] | None) -> dict[str, Any]:
        return {
            "resource_type": "model",
            "name": name,
            "relation_name": f'"warehouse"."main"."{name}"',
            "columns": {column: {"data_type": kind} for column, kind in columns.items()},
            "config": {"meta": {"cdp": meta} if meta else {}},
        }

    models = [
        model("customers", COLUMNS, {"entity": "customer", "key": "customer_id"}),
        model("audience_everyone", {"customer_id": "varchar", "variant": "varchar"}, None),
    ]
    return {
        "metadata": {"project_name": "bench", "adapter_type": "duckdb"},
        "nodes": {f"model.bench.{one['name']}": one for one in models},
    }


if __name__ == "__main__":
    main()
