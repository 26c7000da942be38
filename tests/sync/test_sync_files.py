"""The file destination through whole runs: publications, formats, jobs that come to nothing."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from bed import QUICK, Bed, people, person
from pyarrow import parquet

from cdp_activate.destinations.file import FileDestination, folder_name
from cdp_activate.destinations.rows import Receipt
from cdp_activate.errors import DestinationError, RetryError
from cdp_activate.sync.status import statuses


def status(bed: Bed) -> dict[str, Any]:
    with bed.warehouse() as warehouse:
        return statuses(bed.project.syncs, warehouse)[0]


def publications(bed: Bed) -> list[Path]:
    """The published folders of the list, oldest first."""
    folder = bed.folder / "outbox" / folder_name("VIPs")
    return sorted(path.parent for path in folder.glob("*/manifest.json"))


def parts(publication: Path) -> list[Path]:
    told = json.loads((publication / "manifest.json").read_text(encoding="utf-8"))
    return [publication / part["name"] for part in told["parts"]]


def rows_of(part: Path) -> list[dict[str, Any]]:
    if part.suffix == ".csv":
        return list(csv.DictReader(io.StringIO(part.read_bytes().decode())))
    if part.suffix == ".parquet":
        return [dict(row) for row in parquet.read_table(part).to_pylist()]
    return [
        {"key": row["key"], **row["identifiers"], **row["fields"]}
        for row in map(json.loads, part.read_text(encoding="utf-8").splitlines())
    ]


def state(bed: Bed) -> set[str]:
    """Whoever a reader of all publications in order has on the list."""
    listed: set[str] = set()
    for publication in publications(bed):
        verb = json.loads((publication / "manifest.json").read_text(encoding="utf-8"))["verb"]
        keys = {row["key"] for part in parts(publication) for row in rows_of(part)}
        listed = listed | keys if verb == "upsert" else listed - keys
    return listed


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_a_sync_to_files_and_a_day_later_only_the_difference(bed: Bed, form: str) -> None:
    bed.files(form)
    bed.build(people(30))
    summary = bed.run()
    assert (30, 1) == (summary.record.added, len(publications(bed)))
    (part,) = parts(publications(bed)[0])
    assert f".{form}" == part.suffix
    first = rows_of(part)[0]
    assert {"key": "c-00000", "email": "person.c-00000@example.com", "FNAME": "Ada"} == {
        name: first[name] for name in ("key", "email", "FNAME")
    }
    assert "1" == str(first["POINTS"])
    bed.run()
    assert 1 == len(publications(bed))
    bed.build([person("c-00000", email="new@example.com"), *people(30)[5:]])
    bed.run()
    assert ["1-remove", "2-upsert"] == [path.name[24:32] for path in publications(bed)[1:]]
    assert {"c-00000", *(one.key for one in people(30)[5:])} == state(bed) == bed.ledger


def test_a_relative_path_begins_at_the_projects_folder(
    bed: Bed, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    bed.files()
    bed.build(people(3))
    bed.run()
    assert 1 == len(publications(bed))
    assert [] == list(elsewhere.iterdir())


@pytest.mark.parametrize("missing_first", [True, False])
def test_the_columns_do_not_depend_on_which_row_comes_first(bed: Bed, missing_first: bool) -> None:
    bed.change_sync("{email: email}", "{email: email, phone: phone, external_id: customer_id}")
    bed.files("csv")
    bare = person("a" if missing_first else "z", email=None)
    bed.build([bare, person("m", phone="+491701234567")])
    bed.run()
    (part,) = parts(publications(bed)[0])
    header = part.read_text(encoding="utf-8").splitlines()[0]
    assert "key,email,phone,external_id,FNAME,POINTS" == header


class Broken(FileDestination):
    """A file destination whose jobs end as the test says."""

    ends: ClassVar[list[Exception | Receipt | None]] = []

    def settle(self, job: str) -> Receipt | None:
        if Broken.ends:
            end = Broken.ends.pop(0)
            if isinstance(end, Exception):
                raise end
            return end
        return super().settle(job)


@pytest.fixture
def broken(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> Bed:
    bed.files()
    monkeypatch.setattr("cdp_activate.sync.model.destination_class", lambda name: Broken)
    monkeypatch.setattr(Broken, "ends", [])
    return bed


def test_a_job_that_comes_to_nothing_acknowledges_nobody(broken: Bed) -> None:
    broken.build(people(10))
    Broken.ends = [RetryError("the job came to nothing")] * QUICK.attempts
    with pytest.raises(DestinationError, match="came to nothing"):
        broken.run()
    assert [("failed", 0)] == broken.rows("select state, added from {runs}")
    assert 10 == len(broken.rows("select * from {ledger} where fingerprint = 'unknown'"))
    assert set() == state(broken)
    broken.run()
    assert {one.key for one in people(10)} == state(broken) == broken.ledger


def test_whoever_left_before_an_unfinished_job_was_sent_again_is_removed(broken: Bed) -> None:
    broken.build(people(10))
    Broken.ends = [RetryError("the job came to nothing")] * QUICK.attempts
    with pytest.raises(DestinationError):
        broken.run()
    broken.build(people(7))
    assert (7, 3) == ((summary := broken.run()).record.updated, summary.record.removed)
    assert {one.key for one in people(7)} == state(broken) == broken.ledger


def test_a_job_that_rejects_rows_late_is_written_down(broken: Bed) -> None:
    broken.build(people(10))
    Broken.ends = [None, Receipt(rejected={"c-00003": "too late"}, unnamed=2)]
    summary = broken.run()
    assert (9, 3) == (summary.record.added, summary.record.rejected)
    assert {"c-00003": "too late"} == broken.rejected
    assert {one.key for one in people(10)} - {"c-00003"} == broken.ledger
    # Two of the nine are not there, and nobody knows which: said until they are sent again.
    assert 2 == status(broken)["refused_unnamed"]
    broken.rows("update {runs} set unnamed = null returning 1")  # of before it was counted
    assert 0 == status(broken)["refused_unnamed"]
    broken.rows("update {runs} set unnamed = 2 returning 1")
    broken.build([replace(one, points=2) for one in people(10)])
    broken.run()
    assert 0 == status(broken)["refused_unnamed"]


def test_removes_are_settled_before_adds_begin(
    broken: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken.build(people(3))
    broken.run()
    log: list[str] = []
    for name in ("upsert", "remove", "settle"):

        def told(self: Any, *arguments: Any, name: str = name) -> Any:
            log.append(name)
            return getattr(FileDestination, name)(self, *arguments)

        monkeypatch.setattr(Broken, name, told)
    broken.build([person("c-00000", email="new@example.com"), person("new")])
    broken.run()
    assert ["remove", "settle", "upsert", "settle"] == log


def test_parts_that_were_written_are_published_when_a_later_one_fails(
    broken: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Broken, "batch_size", 10)
    monkeypatch.setattr(Broken, "concurrency", 1)
    broken.build(people(40))
    calls = 0

    def upsert(self: Any, *arguments: Any) -> Receipt:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise DestinationError("the disk is full")
        return FileDestination.upsert(self, *arguments)

    monkeypatch.setattr(Broken, "upsert", upsert)
    with pytest.raises(DestinationError, match="the disk is full"):
        broken.run()
    assert 20 == len(state(broken))
    assert [(20,)] == broken.rows("select count(*) from {ledger} where fingerprint <> 'unknown'")
    summary = broken.run()
    assert (20, 10, 10) == (
        summary.record.unchanged, summary.record.updated, summary.record.added
    )  # fmt: skip
    assert 40 == len(state(broken))


def test_a_folder_that_cannot_be_written_to_is_an_error_before_anything(bed: Bed) -> None:
    bed.files()
    bed.write("outbox", "a file stands here")
    bed.build(people(3))
    with pytest.raises(DestinationError, match="a file stands where a folder is needed"):
        bed.run()
    assert set() == bed.ledger
