"""The history of memberships over builds in, out of, and against the order of time.

A project with two audiences is built a number of times by dbt, each time with other
members at another `as_of`: in order, skipped, repeated, and of days long past. The history
must be what a plain reading of all that was seen says: who is seen at an instant is in
from then until the next instant at which somebody looked.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from dbt_command import REPOSITORY

from cdp_activate.audiences import history
from cdp_activate.audiences.model import Audience
from cdp_activate.catalog import Column, Entity, Model, Type
from cdp_activate.text import parse

pytestmark = pytest.mark.slow

PROJECT = """
name: cdp_activate
version: 0.1.0
config-version: 2
profile: cdp_activate
macro-paths: ["{package}/macros"]
models: {{+materialized: table}}
flags: {{send_anonymous_usage_stats: false}}
"""
PROFILE = """
cdp_activate:
  target: dev
  outputs:
    dev: {{type: duckdb, path: "{folder}/warehouse.duckdb", threads: 1}}
"""
RUNNER = """
import json, os, sys
from pathlib import Path
from dbt.cli.main import dbtRunner

runner = dbtRunner()
for build in json.loads(sys.stdin.read()):
    for name, text in build["files"].items():
        Path("models", name).write_text(text)
    Path("seen.json").write_text(json.dumps(build["seen"]))
    os.environ["CDP_AS_OF"] = build["as_of"]
    done = runner.invoke(["--quiet", "run", *build["arguments"]])
    if not done.success:
        sys.exit(f"{build}: {done.exception or [r.message for r in done.result]}")
"""
MODEL = """
select key as {key}, variant from read_json(
    'seen.json', columns = {{audience: 'text', key: 'text', variant: 'text'}}
) where audience = '{name}'
"""
Seen = dict[str, dict[datetime, dict[str, str | None]]]
"""Who was in an audience at an instant, and in which variant."""


def _audience(name: str) -> Audience:
    key = Column("person", Type("text"))
    entity = Entity("person", Model("people", "cdp_activate", "people", {"person": key}), "person")
    return Audience(name, entity, None, "UTC", parse(f"audience: {name}")[0])


def _files(*names: str) -> dict[str, str]:
    """The models of these audiences, and of their history as `compile` writes it."""
    files = {f"audience_{name}.sql": MODEL.format(key="person", name=name) for name in names}
    for model, body in history.bodies(_audience(name) for name in names).items():
        files[f"{model}.sql"] = body
        files[f"{model}.yml"] = json.dumps({"models": [history.schemas()[model]]})
    return files


def _build(
    at: datetime, seen: dict[str, dict[str, str | None]], *arguments: str
) -> dict[str, object]:
    rows = [
        {"audience": name, "key": key, "variant": variant}
        for name, members in seen.items()
        for key, variant in members.items()
    ]
    empty = [{"audience": "nobody", "key": "nobody", "variant": None}]
    return {"as_of": at.isoformat(), "seen": rows + empty, "files": {}, "arguments": arguments}


Rows = list[tuple[object, ...]]


def _run(folder: Path, builds: list[dict[str, object]]) -> tuple[Rows, Rows]:
    """Build one after the other; give the rows of the history, and those of the builds."""
    (folder / "models").mkdir()
    (folder / "dbt_project.yml").write_text(PROJECT.format(package=REPOSITORY))
    (folder / "profiles.yml").write_text(PROFILE.format(folder=folder))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RUNNER],
        cwd=folder, input=json.dumps(builds), text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert 0 == done.returncode, done.stdout + done.stderr
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        members = "audience, entity_key, variant, entered_at, exited_at from audience_members"
        counts = "member_count, holdout_count, entered_count, exited_count"
        runs = f"audience, as_of, {counts} from audience_runs"
        rows = [connection.execute(f"select {one}").fetchall() for one in (members, runs)]
        return rows[0], rows[1]


def _read(seen: Seen) -> set[tuple[object, ...]]:
    """The stays, by looking at one instant after the other."""
    stays: set[tuple[object, ...]] = set()
    for audience, looks in seen.items():
        entered: dict[str, datetime] = {}
        variants: dict[str, str | None] = {}
        for at, members in sorted(looks.items()):
            for key in entered.keys() - members.keys():
                stays.add((audience, key, variants[key], entered.pop(key), at))
            for key in members:
                entered.setdefault(key, at)
                variants[key] = members[key]
        stays.update((audience, key, variants[key], since, None) for key, since in entered.items())
    return stays


def _counted(seen: Seen, audience: str, day: datetime) -> tuple[int, ...]:
    """Members, holdout, entered and exited of a build, by what has been seen so far."""
    members = seen[audience][day]
    stays = [stay for stay in _read(seen) if stay[0] == audience]
    entered, exited = (sum(stay[place] == day for stay in stays) for place in (3, 4))
    return len(members), [*members.values()].count("holdout"), entered, exited


DAY = datetime(2026, 3, 1)


def test_builds_in_any_order_of_time_give_the_history_of_all_that_was_seen(tmp_path: Path) -> None:
    draw = random.Random(7)
    days = [DAY + timedelta(days=number) for number in (0, 1, 4, 2, 6, 1, 3, 0, -1, 7, 7)]
    seen: Seen = {"a": {}, "b": {}}
    builds = []
    counted: dict[tuple[str, datetime], tuple[int, ...]] = {}
    for day in days:
        now: dict[str, dict[str, str | None]] = {}
        for audience in seen:
            # With sixty keys every pattern of coming and going occurs, in the last build too.
            nobody = day == DAY + timedelta(days=2)
            keys = [f"key {n}" for n in range(60) if draw.random() < 0.5 and not nobody]
            now[audience] = {key: "holdout" if key == "key 3" else None for key in keys}
            seen[audience][day] = now[audience]
            counted[audience, day] = _counted(seen, audience, day)
        builds.append(_build(day, now))
    builds[0]["files"] = _files("a", "b")

    found, runs = _run(tmp_path, builds)

    assert _read(seen) == set(found)
    assert len(found) == len(set(found))
    assert sorted((*build, *counts) for build, counts in counted.items()) == sorted(runs)


def test_only_what_a_run_builds_is_looked_at(tmp_path: Path) -> None:
    later = DAY + timedelta(days=1)
    last = DAY + timedelta(days=2)
    builds = [
        _build(DAY, {"a": {"x": "one", "y": None}, "b": {"x": None}}),
        _build(later, {"a": {"x": "two"}}, "--select", "audience_a", "audience_members"),
        _build(last, {"a": {"x": "two"}, "b": {}}, "--full-refresh"),
    ]
    builds[0]["files"] = _files("a", "b")
    # `b` is no audience of the project any more when it is built for the last time.
    builds[2]["files"] = _files("a")

    expected = {
        ("a", "x", "two", DAY, None),
        ("a", "y", None, DAY, later),
        ("b", "x", None, DAY, last),
    }

    found, runs = _run(tmp_path, builds)

    assert expected == set(found)
    # The second build looked at `a` alone, and did not build the model of the counts.
    assert {("a", DAY), ("b", DAY), ("a", last)} == {run[:2] for run in runs}
