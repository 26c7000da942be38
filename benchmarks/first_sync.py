"""A first sync to a local receiver against the same bodies, ready-made, through the same client.

Then a second run (nothing changed) and a third (a hundredth changed). The receiver is a process
of its own. Rows a second, and ratios of one run on one machine.
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

from cdp_activate.destinations.webhook import WebhookDestination
from cdp_activate.http import PooledTransport, Request
from cdp_activate.project import Project
from cdp_activate.sync.run import Summary, run_sync

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
    options = parser.parse_args()
    receiver = subprocess.Popen(
        [sys.executable, "-m", "cdp_activate.receiver", "--port", str(PORT)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with tempfile.TemporaryDirectory() as folder:
            _run(Path(folder), options)
    finally:
        receiver.terminate()
        receiver.wait()


def _run(folder: Path, options: argparse.Namespace) -> None:
    _write(folder, options)
    began = time.process_time()
    bare = _bare(options)
    bare_cpu = time.process_time() - began
    project = Project.at(folder)
    print(f"{options.members:,} members, {options.batch:,} a batch, {options.threads} at once")
    print(f"ready-made bodies, same client  {bare:10,.0f} rows/s")
    began = time.process_time()
    seconds, done = _sync(project)
    cpu = time.process_time() - began
    rate = done.record.added / seconds
    print(f"first sync                      {rate:10,.0f} rows/s  {rate / bare:.0%} of that")
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


def _sync(project: Project) -> tuple[float, Summary]:
    started = time.perf_counter()
    with project.warehouse() as warehouse:
        done = run_sync(project.syncs["bench"], project.catalog, warehouse, as_of=AS_OF)
    return time.perf_counter() - started, done


def _bare(options: argparse.Namespace) -> float:
    """Rows a second of posting bodies that are ready, to another list."""
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
        bodies.append(json.dumps({"list": "bare", "action": "upsert", "rows": rows}).encode())
    transport = PooledTransport(connections=options.threads, timeout=30)
    headers = {"content-type": "application/json"}

    def post(numbered: tuple[int, bytes]) -> None:
        number, body = numbered
        answer = transport.send(
            Request("POST", URL, {**headers, "webhook-id": f"bare-{number}"}, body)
        )
        assert answer.status == 200, answer.status

    check = WebhookDestination(WebhookDestination.Settings(url=URL))
    for _ in range(100):
        try:
            check.check()
            break
        except Exception:
            time.sleep(0.05)
    started = time.perf_counter()
    with ThreadPoolExecutor(options.threads) as pool:
        list(pool.map(post, enumerate(bodies)))
    seconds = time.perf_counter() - started
    transport.close()
    check.close()
    return float(options.members / seconds)


def _write(folder: Path, options: argparse.Namespace) -> None:
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if "destinations" in name:
            text = text.format(url=URL, batch=options.batch, threads=options.threads)
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
