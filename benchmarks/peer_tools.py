"""The tools that `compare_peers.py` compares, each set up as it says there, and their bench."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from first_sync import AS_OF, FILES, _manifest, with_memory
from light_receiver import digest, received

HERE = Path(__file__).parent
LIST = "everyone"
SHARDS = 16

EVERYBODY = "select * from customers"
LEFT = "select * from sent anti join customers using (customer_id)"
CHANGED = (
    "select now.* from customers as now left join sent as before using (customer_id) where "
    "(now.email, now.first_name, now.points) is distinct from "
    "(before.email, before.first_name, before.points)"
)


@dataclass
class Measured:
    """One line of the table."""

    who: str
    job: str
    seconds: float
    busy: float
    memory: float
    requests: int
    rows: int
    is_right: bool

    def __str__(self) -> str:
        verdict = "right" if self.is_right else "WRONG"
        return (
            f"{self.job:22} {self.who:24} {self.seconds:8.2f} {self.busy:8.2f} "
            f"{self.rows / self.seconds:10,.0f} {self.requests:9,} {self.memory:7,.0f} MB"
            f"  {verdict}"
        )


class Bench:
    """A warehouse, a receiver, and the jobs that are run on them."""

    def __init__(self, options: argparse.Namespace, folder: Path, url: str) -> None:
        self.options = options
        self.folder = folder
        self.url = url
        self.warehouse = folder / "warehouse.duckdb"

    def build(self) -> None:
        """People, an audience of all of them, and nobody on the list."""
        self.warehouse.unlink(missing_ok=True)
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute(
                "create table customers as select printf('c%08d', range) as customer_id, "
                "'person' || range || '@example.com' as email, 'Name ' || range % 1000 as "
                f"first_name, range::int as points from range({self.options.members})"
            )
            connection.execute("create table sent as from customers limit 0")
        self._audience()

    def change(self) -> None:
        """A hundredth changes: half new values, a quarter leaves, a quarter comes."""
        members = self.options.members
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute("create or replace table sent as from customers")
            connection.execute(
                "update customers set points = points + 1 where hash(customer_id) % 200 = 0"
            )
            connection.execute("delete from customers where hash(customer_id) % 400 = 1")
            connection.execute(
                "insert into customers select printf('c%08d', range), 'person' || range || "
                "'@example.com', 'Name ' || range % 1000, range::int "
                f"from range({members}, {members + members // 400})"
            )
        self._audience()

    def _audience(self) -> None:
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute(
                "create or replace table audience_everyone as "
                "select customer_id, null::varchar as variant from customers"
            )

    def expected(self) -> dict[str, Any]:
        """Size and digest of the list as it should be."""
        with duckdb.connect(str(self.warehouse)) as connection:
            rows = connection.execute("select * from customers").fetchall()
        lines = {key: f"{email}|{first}|{points}" for key, email, first, points in rows}
        return {"size": len(lines), "digest": digest(lines)}

    def measure(self, who: str, job: str, commands: list[list[str]], before: int = 0) -> Measured:
        """Run the commands one after the other; the receiver says whether it came out right.

        `before` is the number of requests that an earlier job of the same list made.
        """
        environment = {**os.environ, "HOME": str(self.folder), "DO_NOT_TRACK": "1"}
        seconds = busy = memory = 0.0
        for command in commands:
            done = subprocess.run(
                [sys.executable, "-I", "-S", str(HERE / "used.py"), *command],
                cwd=self.folder / who.split()[0],
                env=environment,
                capture_output=True,
                text=True,
            )
            used = json.loads(done.stdout)
            if used["status"]:
                sys.exit(f"{who}: {done.stderr[-2000:]}")
            seconds += used["seconds"]
            busy += used["busy"]
            memory = max(memory, used["memory"])
        said = received(self.url)
        is_right = said["lists"].get(LIST) == self.expected()
        sent = said["requests"] - before
        rows = self.changed if before else self.options.members
        measured = Measured(who, job, seconds, busy, memory, sent, rows, is_right)
        print(measured, flush=True)
        return measured

    @property
    def changed(self) -> int:
        """Rows that must be sent or removed after `change`."""
        with duckdb.connect(str(self.warehouse)) as connection:
            counts = [
                connection.execute(f"select count(*) from ({sql})").fetchall()[0][0]
                for sql in (CHANGED, LEFT)
            ]
        return int(sum(counts))


class Ours:
    """This project, by its command line."""

    name = "cdp-activate"

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.folder = bench.folder / self.name
        for name, text in FILES.items():
            if "destinations" in name:
                text = text.format(url=bench.url, batch=1000, threads=bench.options.threads)
            if name == "profiles.yml":
                text = text.replace("warehouse.duckdb", str(bench.warehouse))
                text = with_memory(text, bench.options.memory)
            _write(self.folder / name, text)
        _write(self.folder / "target" / "manifest.json", json.dumps(_manifest()))

    def run(self) -> list[list[str]]:
        program = self.bench.options.environments / self.name / "bin" / "cdp-activate"
        return [[str(program), "sync", "--profiles-dir", ".", "--as-of", AS_OF.isoformat()]]

    def first(self) -> Iterator[tuple[str, list[list[str]]]]:
        for path in self.bench.folder.glob("*.cdp_state.duckdb"):
            path.unlink()
        yield self.name, self.run()

    def second(self) -> Iterator[tuple[str, list[list[str]]]]:
        yield self.name, self.run()


class Floor:
    """No tool, but the least that Python can do: what is left for one to be quicker than others."""

    name = "floor"

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        (bench.folder / self.name).mkdir()

    def first(self) -> Iterator[tuple[str, list[list[str]]]]:
        python = str(self.bench.options.environments / Ours.name / "bin" / "python")
        script = str(HERE / "peers" / "floor.py")
        yield self.name, [[python, script, str(self.bench.warehouse), self.bench.url, LIST]]

    def second(self) -> Iterator[tuple[str, list[list[str]]]]:
        return iter(())


_VALUES = "".join(
    f'"{name}": {{{{ row.{name} | tojson }}}}, ' for name in ("email", "first_name", "points")
)
ROW = f'{{{_VALUES}"key": {{{{ row.customer_id | tojson }}}}}}'
"""A person in the words of drt's templates."""
ROWS = f"{{% for row in rows %}}{ROW}{{% if not loop.last %}},{{% endif %}}{{% endfor %}}"


def _head(action: str) -> str:
    """How a body begins."""
    return f'{{"list": "{LIST}", "action": "{action}", "rows": ['


class Drt:
    """drt: one sync, or sixteen that each take a share; and one with its own templates.

    The last is as somebody sets it up who reads its whole documentation: each setting at its best,
    and rows put into words by its template, where the others post JSON that DuckDB made.
    """

    name = "drt"

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.folder = bench.folder / self.name
        self.program = str(bench.options.environments / "drt" / "bin" / "drt")
        profile = f"local: {{type: duckdb, database: {bench.warehouse}, fetch_size: 20000}}\n"
        _write(bench.folder / ".drt" / "profiles.yml", profile)
        _write(self.folder / "drt_project.yml", 'name: bench\nversion: "0.1"\nprofile: local\n')
        for name, action, sql in (
            ("everybody", "upsert", EVERYBODY),
            ("left", "remove", LEFT),
            ("changed", "upsert", CHANGED),
        ):
            self._sync(name, action, sql)
            self._sync(f"own_{name}", action, sql, templates=True)
        for number in range(SHARDS):
            share = f"{EVERYBODY} where hash(customer_id) % {SHARDS} = {number}"
            self._sync(f"share_{number:02}", "upsert", share)

    def _sync(self, name: str, action: str, sql: str, *, templates: bool = False) -> None:
        template = _head(action) + '{{ rows | map(attribute="said") | join(",") }}]}'
        if templates:
            template = f"{_head(action)}{ROWS}]}}"
        sync = {
            "name": name,
            "model": sql if templates else _said(sql),
            "destination": {
                "type": "rest_api",
                "url": self.bench.url,
                "method": "POST",
                "headers": {"Content-Type": "application/json"},
                "body_mode": "batch",
                "batch_template": template,
                "max_records_per_request": 1000,
            },
            "sync": {
                "mode": "full",
                "batch_size": 100_000,
                "rate_limit": {"requests_per_second": 1_000_000},
            },
        }
        _write(self.folder / "syncs" / f"{name}.yml", json.dumps(sync))

    def run(self, *names: str, threads: int = 1) -> list[str]:
        chosen = [part for name in names for part in ("--select", name)]
        return [self.program, "run", "--quiet", "--threads", str(threads), *chosen]

    def first(self) -> Iterator[tuple[str, list[list[str]]]]:
        yield "drt", [self.run("everybody")]
        yield "drt own templates", [self.run("own_everybody")]
        yield "drt in 16 shares", [self.run("share_*", threads=SHARDS)]

    def second(self) -> Iterator[tuple[str, list[list[str]]]]:
        yield "drt", [self.run("everybody"), self.run("left")]
        yield "drt own diff", [self.run("left"), self.run("changed")]
        yield "drt own templates", [self.run("own_everybody"), self.run("own_left")]
        yield "drt own templates+diff", [self.run("own_left"), self.run("own_changed")]


class Documented(Drt):
    """drt as its documentation has it: templates over plain columns, and its own defaults.

    The form of its starter template, a row a request; and the form with `body_mode: batch`,
    whose requests are of `batch_size`, 100. Both call ten times a second at most.
    """

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        one = {"body_template": f"{_head('upsert')}{ROW}]}}"}
        many = {"body_mode": "batch", "batch_template": f"{_head('upsert')}{ROWS}]}}"}
        for name, how in (("one", one), ("many", many)):
            destination = {
                "type": "rest_api",
                "url": bench.url,
                "method": "POST",
                "headers": {"Content-Type": "application/json"},
            }
            sync = {"name": name, "model": EVERYBODY, "destination": {**destination, **how}}
            _write(self.folder / "syncs" / f"{name}.yml", json.dumps(sync))

    def forms(self) -> Iterator[tuple[str, list[list[str]]]]:
        """Both, by name."""
        yield "drt documented, a row", [self.run("one")]
        yield "drt documented, batches", [self.run("many")]


class Dlt:
    """dlt: a destination of ours in `peers/dlt_job.py`."""

    name = "dlt"

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.folder = bench.folder / self.name
        self.folder.mkdir()

    def run(self, *parts: str, rows: str = "text") -> list[list[str]]:
        python = str(self.bench.options.environments / "dlt" / "bin" / "python")
        state = tempfile.mkdtemp(dir=self.folder)
        command = [python, str(HERE / "peers" / "dlt_job.py"), "--warehouse"]
        command += [str(self.bench.warehouse), "--url", self.bench.url, "--list", LIST]
        command += ["--folder", state, "--rows", rows]
        command += [word for part in parts for word in ("--sql", part)]
        return [command]

    def first(self) -> Iterator[tuple[str, list[list[str]]]]:
        yield "dlt own rows", self.run(f"upsert:{_keyed(EVERYBODY)}", rows="own")
        yield "dlt", self.run(f"upsert:{_said(EVERYBODY)}")

    def second(self) -> Iterator[tuple[str, list[list[str]]]]:
        everybody, left, changed = (_said(sql) for sql in (EVERYBODY, LEFT, CHANGED))
        yield "dlt", self.run(f"upsert:{everybody}", f"remove:{left}")
        yield "dlt own diff", self.run(f"remove:{left}", f"upsert:{changed}")
        everybody, left, changed = (_keyed(sql) for sql in (EVERYBODY, LEFT, CHANGED))
        yield "dlt own rows", self.run(f"upsert:{everybody}", f"remove:{left}", rows="own")
        yield "dlt own rows+diff", self.run(f"remove:{left}", f"upsert:{changed}", rows="own")


def _said(sql: str) -> str:
    """The rows of a query as JSON, made by DuckDB."""
    row = "{key: customer_id, email: email, first_name: first_name, points: points}"
    return f"select cast(to_json({row}) as varchar) as said from ({sql}) as people"


def _keyed(sql: str) -> str:
    """The columns of a query as they are, the key by its name in a body."""
    return f"select customer_id as key, email, first_name, points from ({sql}) as people"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
