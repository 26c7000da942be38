"""The page, sentence by sentence, judged by a real Spark: `make test-spark`."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from random_audiences import written
from test_page import BESIDE, PAGE, PATHS, roles, rows_in_cells
from test_page import TABLES as NEIGHBOURS
from world import NOON
from worlds import Columns, World, members_of, stored

from cdp_activate.audiences.preview import preview_sql
from cdp_activate.audiences.read import read_audiences
from cdp_activate.text import parse

SPARK_PYTHON = os.environ.get("CDP_SPARK_PYTHON")
TABLES = {**NEIGHBOURS, "customers": {**NEIGHBOURS["customers"], **PATHS}}
TYPES = {
    "json": "variant",
    "timestamp": "timestamp_ntz",
    "timestamp with time zone": "timestamp",
    "timestamp_ns": "timestamp_ntz",
    "varchar": "string",
}
"""What is called otherwise on Spark. It has nothing finer than a microsecond."""
IN_FILES = {"json": "varchar", "uuid": "varchar", "timestamp_ns": "timestamp"}
"""What Parquet's files keep otherwise, or Spark does not read."""


def on_spark(columns: Columns) -> Columns:
    def kind(declared: str) -> str:
        bare = declared.removesuffix("[]")
        known = TYPES.get(bare, bare)
        return known if bare == declared else f"array<{known}>"

    return {name: (kind(declared), meta) for name, (declared, meta) in columns.items()}


def write_tables(world: World, folder: Path) -> None:
    """Each table as a file, by DuckDB."""
    folder.mkdir()
    with world.duckdb() as connection:
        for table, columns in world.tables.items():
            values = ", ".join(
                f'cast("{name}" as {IN_FILES.get(kind, kind)}) as "{name}"'
                for name, (kind, _) in stored(columns).items()
            )
            connection.execute(
                f"copy (select {values} from \"{table}\") to '{folder}/{table}.parquet'"
            )


def a_case(case: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The SQL of a case of the page, and the folder of its tables."""
    rows = rows_in_cells(PAGE["rows"])
    if "rows" in case:
        kept = {table: rows[table] for table in ("customers", "accounts")}
        rows = {**kept, **rows_in_cells(case["rows"])}
    world = World(NOON, TABLES, roles(), rows, seeds=("vip_ids", "numbers"))
    name = sha256(repr(rows).encode()).hexdigest()[:16]
    if not (folder / name).exists():
        write_tables(world, folder / name)
    there = replace(world, tables={table: on_spark(one) for table, one in TABLES.items()})
    body = {
        key: one for key, one in case.items() if key not in ("says", "members", "as_of", "rows")
    }
    catalog = there.catalog("spark")
    known = read_audiences(
        parse(written({"audience": "tested", **body}, *BESIDE), "a.yml"), catalog
    )
    as_of = datetime.fromisoformat(case["as_of"]) if "as_of" in case else NOON
    return {
        "tables": name,
        "json": {"customers": ["profile"]},
        "sql": preview_sql(known["tested"], known, catalog, as_of),
    }


@pytest.mark.skipif(not SPARK_PYTHON, reason="there is no Spark: run `make test-spark`")
def test_every_sentence_of_the_page_on_a_real_spark(tmp_path: Path) -> None:
    cannot_be_said = {f"3 a JSON key {key}" for key in ('q"', "*", "")}
    said = [case for case in PAGE["cases"] if case["says"] not in cannot_be_said]
    assert len(said) == len(PAGE["cases"]) - len(cannot_be_said) > 400
    asked = [a_case(case, tmp_path) for case in said]
    pairs = sorted(zip(asked, said, strict=True), key=lambda pair: str(pair[0]["tables"]))
    asked, said = map(list, zip(*pairs, strict=True))
    (tmp_path / "cases.json").write_text(json.dumps(asked))

    script = Path(__file__).parent / "real_spark_members.py"
    subprocess.run([str(SPARK_PYTHON), "-P", str(script), str(tmp_path)], check=True)

    differing = {}
    answers = json.loads((tmp_path / "answers.json").read_text())
    for case, answer in zip(said, answers, strict=True):
        members = case["members"]
        if isinstance(members, list):
            members = dict.fromkeys(map(str, members))
        found = answer if isinstance(answer, str) else members_of(answer)
        if found != members:
            differing[case["says"]] = (members, found)
    assert {} == differing
