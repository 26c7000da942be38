"""What is compiled: the bucket, and the files of dbt. `test_constructs` has the SQL of each."""

from __future__ import annotations

import hashlib
import time
import uuid
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from random_audiences import condition, written
from sqlglot import exp
from world import NOON, TEXTS, catalog, create, manifest

from cdp_activate.audiences.dbt import dbt_files, differences, write_files
from cdp_activate.audiences.dialects import call
from cdp_activate.audiences.expressions import text as text_literal
from cdp_activate.audiences.preview import preview_sql
from cdp_activate.audiences.read import read_audiences
from cdp_activate.audiences.render import write
from cdp_activate.catalog import read_manifest
from cdp_activate.errors import UsageError
from cdp_activate.text import parse


def files_of(*texts: str) -> dict[str, str]:
    """The dbt files of audiences."""
    documents = [node for number, text in enumerate(texts) for node in parse(text, f"{number}.yml")]
    known = catalog()
    return dbt_files(read_audiences(documents, known), known)


# SQL ...


def test_a_moment_is_of_the_type_of_the_column_on_bigquery() -> None:
    """A DATETIME is compared with no TIMESTAMP there, and the macros of moments give one."""
    given = manifest("bigquery")
    columns = given["nodes"]["model.shop.customers"]["columns"]
    columns["written_at"]["data_type"] = "datetime"
    known = read_manifest(given)
    text = """audience: recent
where:
  all:
    - {trait: seen_at, last: 7 days}
    - {trait: written_at, last: 7 days}
    - {trait: written_at, this: month}
"""
    files = dbt_files(read_audiences(parse(text, "recent.yml"), known), known)
    (sql,) = (one for name, one in files.items() if name.endswith("audience_recent.sql"))
    assert "seen_at >= {{ cdp_activate.as_of(-604800, true) }}" in sql
    assert "written_at >= cast({{ cdp_activate.as_of(-604800) }} as datetime)" in sql
    assert (
        "written_at >= cast({{ cdp_activate.period_start('month', 0, 'UTC') }} as datetime)" in sql
    )


def test_an_unknown_warehouse_is_a_sentence() -> None:
    """With those that are known."""
    with pytest.raises(UsageError) as caught:
        known = catalog("oracle")
        audiences = read_audiences(parse(ONE, "one.yml"), known)
        preview_sql(audiences["one"], audiences, known, NOON)
    assert "'oracle'" in caught.value.message
    assert "snowflake" in caught.value.remedy


def test_the_bucket_is_that_of_python() -> None:
    """The same for every key, by hand too: md5 of the salted key, 8 digits, modulo 10000."""
    draw = Random(1)
    keys = [*TEXTS, *(str(draw.getrandbits(64)) for _ in range(2000))]
    keys += [str(uuid.UUID(int=draw.getrandbits(128))) for _ in range(500)]
    connection = duckdb.connect()
    for key in keys:
        tree = exp.select(call("cdp_bucket", text_literal(f"salt|{key}")))
        sql = write(tree, "duckdb", lambda node: node)
        digits = hashlib.md5(f"salt|{key}".encode()).hexdigest()[:8]
        assert connection.execute(sql).fetchone() == (int(digits, 16) % 10_000,), key


# Files ...

ONE = "audience: one\nwhere: {event: order_placed, within: 7 days, count: {gte: 2}}\n"
TWO = "audience: two\nwhere: [{event: order_placed, within: 168 hours}, {trait: score, gt: 1}]\n"
OTHER = "audience: other\nwhere: {event: order_placed, within: 8 days}\n"


def facts_in(files: dict[str, str]) -> list[str]:
    return [name for name in files if name.startswith("facts/") and name.endswith(".sql")]


def test_an_identical_fact_is_one_model() -> None:
    """However it is written, and whatever is compared with it: a week is 168 hours."""
    files = files_of(ONE, TWO, OTHER)
    (fact,) = facts_in(files)
    name = Path(fact).stem
    for audience in ("one", "two"):
        assert f"ref('{name}')" in files[f"audience_{audience}.sql"]
    assert name not in files["audience_other.sql"]


def test_a_fact_of_one_audience_stays_in_it() -> None:
    """A model of its own would only be one more table."""
    assert facts_in(files_of(ONE, OTHER)) == []


def test_facts_of_other_days_are_other_facts() -> None:
    """One audience's month is not that of another zone."""
    month = "where: {event: order_placed, this: month}"
    files = files_of(
        f"audience: a\n{month}\n", f"audience: b\ntimezone: Asia/Ho_Chi_Minh\n{month}\n"
    )
    assert facts_in(files) == []
    hours = "where: {event: order_placed, within: 24 hours}"
    files = files_of(
        f"audience: a\n{hours}\n", f"audience: b\ntimezone: Asia/Ho_Chi_Minh\n{hours}\n"
    )
    assert len(facts_in(files)) == 1


def test_the_same_audiences_give_the_same_files_in_any_order() -> None:
    """So that a check can compare them."""
    texts = [ONE, TWO, OTHER]
    first, second = files_of(*texts), files_of(*texts)
    assert first == second
    assert list(first) == list(files_of(*texts))


def test_files_are_written_once_and_then_left_alone(tmp_path: Path) -> None:
    """Missing, stale and unexpected files are mended; a second run does nothing."""
    files = files_of(ONE, TWO)
    written_first = write_files(tmp_path, files)
    assert {change.what for change in written_first} == {"missing"}
    assert write_files(tmp_path, files) == []
    stale = tmp_path / "audience_one.sql"
    stale.write_text(stale.read_text() + "-- edited\n")
    fewer = files_of(ONE)
    found = {change.path: change.what for change in differences(tmp_path, fewer)}
    assert found["audience_one.sql"] == "changed"
    assert found["audience_two.sql"] == "unexpected"
    write_files(tmp_path, fewer)
    assert differences(tmp_path, fewer) == []
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")}
    assert left == set(fewer)


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    """Whatever they hold."""
    mine = {
        "mine.sql": b"select 1\n",
        "latin.yml": "# Gr\u00fc\u00dfe".encode("latin-1"),
        "empty.sql": b"",
    }
    for name, content in mine.items():
        (tmp_path / name).write_bytes(content)
    write_files(tmp_path, files_of(ONE))
    write_files(tmp_path, {})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == mine


def test_a_file_of_another_hand_is_never_overwritten(tmp_path: Path) -> None:
    """It stands where ours must be: a sentence, and nothing is written."""
    path = tmp_path / "audience_one.sql"
    path.write_text("select 'by hand'\n")
    with pytest.raises(UsageError, match=r"audience_one\.sql"):
        write_files(tmp_path, files_of(ONE))
    assert path.read_text() == "select 'by hand'\n"
    assert [one.name for one in tmp_path.iterdir()] == ["audience_one.sql"]


def test_a_column_named_like_a_step_is_still_a_column() -> None:
    """Steps of a named audience are renamed, columns are not."""
    from world import TABLES

    TABLES["customers"]["ranked"] = ("integer", {})
    try:
        text = "audience: a\nwhere: {audience: b}\n---\naudience: b\nrank: {by: ranked, top: 1}\n"
        known = catalog()
        audiences = read_audiences(parse(text), known)
        sql = preview_sql(audiences["a"], audiences, known, NOON)
        rows = [{"customer_id": key, "ranked": value} for key, value in (("c1", 1), ("c2", 2))]
        assert create({"customers": rows}).execute(sql).fetchall() == [("c2", None)]
    finally:
        del TABLES["customers"]["ranked"]


@pytest.mark.slow
def test_two_hundred_audiences_of_ten_conditions_compile(capsys: Any) -> None:
    """And how long that takes is printed; nothing is claimed about it here."""
    draw = Random(7)
    documents = [
        {
            "audience": f"audience_{number}",
            "where": [condition(draw, "customer", NOON, (), 1) for _ in range(10)],
        }
        for number in range(200)
    ]
    texts = [written(document) for document in documents]
    began = time.perf_counter()
    files = files_of(*texts)
    seconds = time.perf_counter() - began
    assert len([name for name in files if name.startswith("audience_audience_")]) == 400
    with capsys.disabled():
        print(f"\n200 audiences of 10 conditions, {len(facts_in(files))} facts: {seconds:.1f} s")
