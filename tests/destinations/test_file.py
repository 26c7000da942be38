"""The file destination, read back as a reader would: by its manifests."""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import json
import os
import threading
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import fsspec
import pyarrow.parquet
import pytest
from pydantic import ValidationError

from cdp_activate.destinations import _storage, file
from cdp_activate.destinations.file import FileDestination, folder_name
from cdp_activate.destinations.rows import Receipt, Row
from cdp_activate.errors import (
    AuthError,
    DestinationError,
    RefusedError,
    RetryError,
    SettingsError,
)
from cdp_activate.testing import DestinationContract, deliver, person

FORMATS = ["csv", "jsonl", "parquet"]


def files(path, chosen="csv", **settings):
    return FileDestination(
        FileDestination.Settings(path=str(path), format=chosen, **settings), name="out"
    )


class Folder:
    """A reader: replays the publications of a list, in the order of their names."""

    def __init__(self, url):
        self.store, self.root = fsspec.core.url_to_fs(str(url))

    def publications(self, list_name):
        """Folder name and manifest of each; a folder without manifest is none."""
        found = self.store.glob(f"{self.root}/{folder_name(list_name)}/*/manifest.json")
        return [(path, json.loads(self.store.cat_file(path))) for path in sorted(found)]

    def members(self, list_name):
        members = {}
        for path, manifest in self.publications(list_name):
            for part in manifest["parts"]:
                data = self.store.cat_file(f"{path.rpartition('/')[0]}/{part['name']}")
                assert hashlib.sha256(data).hexdigest() == part["sha256"]
                assert len(data) == part["bytes"]
                rows = read(data, manifest)
                assert len(rows) == part["rows"]
                for row in rows:
                    if manifest["verb"] == "upsert":
                        members[row["key"]] = row
                    else:
                        members.pop(row["key"], None)
        return members

    def calls(self):
        return len(self.store.find(self.root))


def read(data, manifest):
    """Rows of one part, in the shape they were sent in."""
    if manifest["format"] == "jsonl":
        return [json.loads(line) for line in data.decode().splitlines()]
    if manifest["format"] == "csv":
        table = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    else:
        table = pyarrow.parquet.read_table(io.BytesIO(data)).to_pylist()
    kinds = {column["name"]: column for column in manifest["columns"]}
    rows = []
    for line in table:
        row = {"key": line.pop("key"), "identifiers": {}, "fields": {}}
        for name, value in line.items():
            row[f"{kinds[name]['kind']}s"][kinds[name]["source"]] = value
        rows.append(row)
    return rows


@pytest.mark.parametrize("chosen", FORMATS)
class TestContractOnDisk(DestinationContract):
    @pytest.fixture
    def platform(self, tmp_path):
        return Folder(tmp_path / "lists")

    @pytest.fixture
    def destination(self, tmp_path, chosen):
        return files(tmp_path / "lists", chosen)


class TestContractInAnObjectStore(DestinationContract):
    @pytest.fixture
    def url(self, tmp_path):
        url = f"memory://{tmp_path.name}/lists"
        yield url
        store, root = fsspec.core.url_to_fs(url)
        if store.exists(root):
            store.rm(root, recursive=True)

    @pytest.fixture
    def platform(self, url):
        return Folder(url)

    @pytest.fixture
    def destination(self, url):
        return files(url)


def part_of(destination, rows, list_name="VIP"):
    """Publish one batch and return the bytes of its only part."""
    deliver(destination, "upsert", destination.open(list_name), rows)
    (part,) = Path(destination.settings.path).glob("*/*/part-00001.*")
    return part.read_bytes()


VALUES = {
    "money": Decimal("129.90"),
    "visits": 3,
    "score": 0.1,
    "day": date(2026, 11, 21),
    "instant": datetime(2026, 11, 21, 8, 30, tzinfo=UTC),
    "club": True,
    "nothing": None,
    "unknown": float("nan"),
    "tags": ["ink", "nib"],
    "address": {"city": "Đà Nẵng"},
    "note": 'say "nib",\r\nplease',
}


def test_csv_is_exact_text(tmp_path):
    data = part_of(files(tmp_path), [Row("c1", {"email": "ann@x.test"}, VALUES)])

    assert data.decode() == (
        "key,email,money,visits,score,day,instant,club,nothing,unknown,tags,address,note\r\n"
        "c1,ann@x.test,129.90,3,0.1,2026-11-21,2026-11-21T08:30:00+00:00,true,,,"
        '"[""ink"",""nib""]","{""city"":""Đà Nẵng""}","say ""nib"",\r\nplease"\r\n'
    )


def test_csv_for_spreadsheets_disarms_formulas_and_leaves_numbers_alone(tmp_path):
    fields = {
        "a": "=1+1", "b": "@SUM(A1)", "c": "\tx", "d": "-2*3", "e": "+49301", "f": -5,
        "g": "-1.5e3", "h": "a=b", "i": "+cmd|' /C calc'!A0", "j": "＝1",
    }  # fmt: skip
    there = files(tmp_path, for_spreadsheets=True)
    data = part_of(there, [Row("=c1", {"phone": "+49301"}, fields)])

    assert data.decode().splitlines()[1] == (
        "'=c1,+49301,'=1+1,'@SUM(A1),'\tx,'-2*3,+49301,-5,-1.5e3,a=b,'+cmd|' /C calc'!A0,'＝1"
    )


def test_json_lines_keep_types_and_exact_decimals(tmp_path):
    rows = [Row("c1", {"email": "ann@x.test"}, VALUES), Row("c2", {}, {})]
    first, second = part_of(files(tmp_path, "jsonl"), rows).decode().splitlines()

    assert json.loads(first) == {
        "key": "c1",
        "identifiers": {"email": "ann@x.test"},
        "fields": {
            **VALUES,
            "money": "129.90",
            "day": "2026-11-21",
            "instant": "2026-11-21T08:30:00+00:00",
            "unknown": None,
        },
    }
    assert json.loads(second) == {"key": "c2", "identifiers": {}, "fields": {}}


def test_parquet_keeps_types(tmp_path):
    data = part_of(files(tmp_path, "parquet"), [Row("c1", {"email": "ann@x.test"}, VALUES)])
    table = pyarrow.parquet.read_table(io.BytesIO(data))

    types = {field.name: str(field.type) for field in table.schema}
    assert types["money"] == "decimal128(38, 2)"
    assert types["visits"] == "int64"
    assert types["day"] == "date32[day]"
    assert types["instant"] == "timestamp[us, tz=UTC]"
    assert types["club"] == "bool"
    assert types["nothing"] == "string"
    row = table.to_pylist()[0]
    assert row["money"] == Decimal("129.90")
    assert row["tags"] == '["ink","nib"]'
    assert row["instant"] == VALUES["instant"]


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1, "one"], ["1", "one"]),
        ([1, Decimal("0.5")], ["1", "0.5"]),
        ([2**70, None], [str(2**70), None]),
        ([Decimal("1e30"), Decimal("1e-30")], ["1" + "0" * 30, "0." + "0" * 29 + "1"]),
        ([datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)], None),
    ],
    ids=["mixed", "two kinds of number", "beyond 64 bits", "beyond 38 digits", "zones"],
)
def test_what_fits_no_parquet_type_is_text(tmp_path, values, texts):
    rows = [Row(f"c{number}", {}, {"v": value}) for number, value in enumerate(values)]
    table = pyarrow.parquet.read_table(io.BytesIO(part_of(files(tmp_path, "parquet"), rows)))

    assert table["v"].to_pylist() == (texts or [value.isoformat() for value in values])


@pytest.mark.parametrize("chosen", FORMATS)
def test_text_that_is_no_unicode_refuses_the_batch_and_leaves_nothing(tmp_path, chosen):
    destination = files(tmp_path, chosen)
    list_id = destination.open("VIP")

    with pytest.raises(RefusedError):
        destination.upsert(list_id, [Row("c1", {}, {"name": "\ud83d"})])

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_columns_of_one_name_do_not_hide_one_another(tmp_path):
    fields = {"email": "work@x.test", "key": "k", "Email": "third", "field.email": "fourth"}
    destination = files(tmp_path)
    deliver(
        destination, "upsert", destination.open("VIP"), [Row("c1", {"email": "a@x.test"}, fields)]
    )

    member = Folder(tmp_path).members("VIP")["c1"]
    assert member["identifiers"] == {"email": "a@x.test"}
    assert member["fields"] == fields
    header = next(tmp_path.glob("*/*/part-00001.csv")).read_text().splitlines()[0].lower()
    assert len(set(header.split(","))) == 6


def test_a_later_batch_with_other_columns_loses_nothing(tmp_path):
    destination = files(tmp_path)
    list_id = destination.open("VIP")
    batches = [
        [Row("c1", {"email": "a@x.test"}, {"plan": "gold"})],
        [Row("c2", {"phone": "+4912345"}, {"city": "Huế"}), Row("c3", {}, {"plan": "basic"})],
        [Row("c4", {"email": "d@x.test"}, {"plan": "gold"})],
    ]
    jobs = {destination.upsert(list_id, rows).job for rows in batches}
    assert destination.settle(jobs.pop()) == Receipt()

    headers = [
        part.read_text(encoding="utf-8").splitlines()[0]
        for part in sorted(tmp_path.glob("*/*/part-*.csv"))
    ]
    wide = "key,email,plan,phone,city"
    assert headers == ["key,email,plan", wide, wide]
    members = Folder(tmp_path).members("VIP")
    assert members["c2"]["fields"] == {"plan": "", "city": "Huế"}
    assert members["c1"]["fields"] == {"plan": "gold"}


def test_the_manifest_describes_the_publication(tmp_path):
    destination = files(tmp_path)
    list_id = destination.open("VIP at risk")
    job = destination.upsert(list_id, [person(1), person(2)]).job
    destination.upsert(list_id, [person(3)])
    destination.settle(job)

    ((path, manifest),) = Folder(tmp_path).publications("VIP at risk")
    assert path.endswith(f"/{job}/manifest.json")
    parts = manifest.pop("parts")
    assert datetime.fromisoformat(manifest.pop("created_at")).tzinfo == UTC
    assert manifest == {
        "version": 1,
        "list": "VIP at risk",
        "verb": "upsert",
        "format": "csv",
        "rows": 3,
        "columns": [
            {"name": "key", "kind": "key", "source": "key"},
            {"name": "email", "kind": "identifier", "source": "email"},
            {"name": "first_name", "kind": "field", "source": "first_name"},
        ],
    }
    assert [(part["name"], part["rows"]) for part in parts] == [
        ("part-00001.csv", 2),
        ("part-00002.csv", 1),
    ]


def test_nothing_is_published_before_it_is_settled(tmp_path):
    destination = files(tmp_path)
    receipt = destination.upsert(destination.open("VIP"), [person(1)])

    assert Folder(tmp_path).publications("VIP") == []
    assert destination.settle(receipt.job) == destination.settle(receipt.job) == Receipt()
    assert len(Folder(tmp_path).publications("VIP")) == 1


def test_a_batch_after_the_settlement_is_a_publication_of_its_own(tmp_path):
    destination = files(tmp_path)
    list_id = destination.open("VIP")
    jobs = []
    for number in range(3):
        jobs.append(destination.upsert(list_id, [person(number)]).job)
        destination.settle(jobs[-1])

    assert len(set(jobs)) == 3
    assert jobs == sorted(jobs)
    assert len(Folder(tmp_path).members("VIP")) == 3


def test_the_order_of_names_is_the_order_of_events(tmp_path, monkeypatch):
    """Even while the clock stands still."""

    class Still(datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2026, 11, 21, 21, 41, 0, 123456, tzinfo=tz)

    monkeypatch.setattr(file, "datetime", Still)
    destination = files(tmp_path)
    list_id = destination.open("VIP")
    names = []
    for verb in ("remove", "upsert", "remove"):
        receipt = getattr(destination, verb)(list_id, [person(1)])
        destination.settle(receipt.job)
        names.append(receipt.job.partition("/")[2])

    assert names == sorted(names)
    assert names[0].startswith("20261121T214100.123456Z-1-remove-")
    assert names[1].startswith("20261121T214100.123457Z-2-upsert-")


def test_two_processes_at_the_same_instant_do_not_share_a_publication(tmp_path, monkeypatch):
    monkeypatch.setattr(
        file,
        "datetime",
        type(
            "Still",
            (datetime,),
            {"now": classmethod(lambda cls, tz=None: cls(2026, 11, 21, tzinfo=tz))},
        ),
    )
    jobs = set()
    for _ in range(2):
        destination = files(tmp_path)
        jobs.add(destination.upsert(destination.open("VIP"), [person(1)]).job)

    assert len(jobs) == 2


def test_a_job_is_unfinished_while_a_part_is_being_written(tmp_path, monkeypatch):
    destination = files(tmp_path)
    list_id = destination.open("VIP")
    job = destination.upsert(list_id, [person(1)]).job
    writing, go_on = threading.Event(), threading.Event()
    write = _storage.Storage.write

    def slowly(self, name, data):
        writing.set()
        assert go_on.wait(5)
        write(self, name, data)

    monkeypatch.setattr(_storage.Storage, "write", slowly)
    thread = threading.Thread(target=destination.upsert, args=(list_id, [person(2)]))
    thread.start()
    assert writing.wait(5)
    assert destination.settle(job) is None
    go_on.set()
    thread.join()

    assert destination.settle(job) == Receipt()
    assert len(Folder(tmp_path).members("VIP")) == 2


# Another process, and what a crash leaves behind...


def test_another_process_knows_what_was_published(tmp_path):
    first = files(tmp_path)
    job = first.upsert(first.open("VIP"), [person(1)]).job
    first.settle(job)

    assert files(tmp_path).settle(job) == Receipt()


def test_what_a_dead_process_left_unpublished_is_sent_again(tmp_path):
    first = files(tmp_path)
    job = first.upsert(first.open("VIP"), [person(1)]).job

    with pytest.raises(RetryError, match="never finished"):
        files(tmp_path).settle(job)
    assert Folder(tmp_path).members("VIP") == {}


@pytest.mark.parametrize("job", ["", "x", "../../etc/passwd", "vip/../vip/x", "vip/manifest"])
def test_a_job_that_is_none_of_ours_is_refused(tmp_path, job):
    with pytest.raises(DestinationError, match="knows no job"):
        files(tmp_path).settle(job)


@pytest.mark.parametrize("list_id", ["", "..", "a/b", "/tmp"])
def test_a_list_id_cannot_leave_the_folder(tmp_path, list_id):
    with pytest.raises(DestinationError, match="no list of this id"):
        files(tmp_path / "lists").upsert(list_id, [person(1)])


def test_a_file_appears_only_when_it_is_whole(tmp_path, monkeypatch):
    """When writing fails half-way, nothing is left, and the other parts still count."""
    destination = files(tmp_path)
    list_id = destination.open("VIP")
    job = destination.upsert(list_id, [person(1)]).job
    seen = []

    def full(descriptor):
        seen.extend(path.name for path in tmp_path.rglob("*") if path.is_file())
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DestinationError, match="the disk is full") as raised:
        destination.upsert(list_id, [person(2)])
    with pytest.raises(DestinationError, match="the disk is full"):
        destination.settle(job)
    monkeypatch.undo()

    assert not isinstance(raised.value, RetryError)
    assert "part-00002.csv" not in seen
    assert any(name.startswith(".part-00002.csv.") for name in seen)
    assert destination.settle(job) == Receipt()
    left = sorted(path.name for path in tmp_path.rglob("*") if path.is_file())
    assert left == ["manifest.json", "part-00001.csv"]
    assert set(Folder(tmp_path).members("VIP")) == {person(1).key}


# Reach...


def test_the_check_leaves_nothing_behind(tmp_path):
    files(tmp_path / "not" / "yet" / "there").check()
    files(tmp_path).check()
    files("memory://check/lists").check()

    assert list(tmp_path.iterdir()) == []
    assert fsspec.filesystem("memory").find("/check") == []


def test_the_check_keeps_what_others_have(tmp_path):
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "note.txt").write_text("mine")

    files(tmp_path / "lists").check()

    assert [path.name for path in (tmp_path / "lists").iterdir()] == ["note.txt"]


def test_a_file_in_the_way_is_said_in_plain_words(tmp_path):
    (tmp_path / "lists").write_text("not a folder")

    for path in (tmp_path / "lists", tmp_path / "lists" / "more"):
        with pytest.raises(DestinationError, match="a file stands where a folder is needed"):
            files(path).check()


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="the superuser may write anywhere"
)
def test_a_folder_that_may_not_be_written_is_said_in_plain_words(tmp_path):
    tmp_path.chmod(0o500)

    with pytest.raises(DestinationError, match="no permission"):
        files(tmp_path / "lists").check()
    tmp_path.chmod(0o700)


class Broken(Exception):
    """An error that only one storage knows."""


@pytest.mark.parametrize(
    ("path", "fault", "error", "words"),
    [
        ("{tmp}", PermissionError(errno.EACCES, "x"), DestinationError, "no permission"),
        ("memory://x", PermissionError(errno.EACCES, "x"), AuthError, "no permission"),
        ("{tmp}", OSError(errno.EROFS, "x"), DestinationError, "read-only"),
        ("{tmp}", OSError(errno.EIO, "x"), DestinationError, "OSError"),
        ("memory://x", ConnectionResetError("x"), RetryError, "did not answer"),
        ("memory://x", TimeoutError("x"), RetryError, "did not answer"),
        ("memory://x", Broken("key AKIA1234"), DestinationError, "Broken"),
    ],
)
def test_each_fault_of_a_storage_is_the_right_error(
    tmp_path, monkeypatch, path, fault, error, words
):
    destination = files(path.format(tmp=tmp_path))
    list_id = destination.open("VIP")

    def fail(*_args, **_more):
        raise fault

    monkeypatch.setattr(_storage, "_write_durably", fail)
    monkeypatch.setattr(fsspec.get_filesystem_class("memory"), "pipe_file", fail)
    with pytest.raises(DestinationError, match=words) as raised:
        destination.upsert(list_id, [person(1)])

    assert type(raised.value) is error
    assert "AKIA" not in str(raised.value)
    assert "example.com" not in str(raised.value)


def test_a_kind_of_storage_that_does_not_exist_is_a_settings_error():
    with pytest.raises(SettingsError, match="unknown"):
        files("carrier-pigeon://x").check()


def test_a_missing_package_is_named_by_its_extra(monkeypatch):
    def missing(*_args, **_more):
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr(_storage, "url_to_fs", missing)
    with pytest.raises(SettingsError) as raised:
        files("s3://bucket/lists").check()

    assert "cdp-activate[s3]" in raised.value.remedy


def test_passwords_in_the_path_are_never_shown(monkeypatch):
    destination = files("memory://user:pass-word@host/lists", options={"secret": "s3cret"})

    assert "s3cret" not in repr(destination.settings)
    monkeypatch.setattr(
        fsspec.get_filesystem_class("memory"), "pipe_file", lambda *_: 1 / 0, raising=True
    )
    with pytest.raises(DestinationError) as raised:
        destination.check()
    assert "pass-word" not in str(raised.value)


@pytest.mark.parametrize(
    "settings", [{}, {"path": ""}, {"path": "x", "format": "xlsx"}, {"path": "x", "a": 1},
     {"path": "x", "format": "jsonl", "for_spreadsheets": True}],
)  # fmt: skip
def test_wrong_settings_are_refused(settings):
    with pytest.raises(ValidationError):
        FileDestination.Settings.model_validate(settings)


# Folder names...


@pytest.mark.parametrize("name", ["vip", "vip_at_risk", "new-2026", "a"])
def test_a_plain_name_is_its_folder(name):
    assert folder_name(name) == name


def test_no_two_names_share_a_folder():
    names = [
        "vip", "VIP", "Vip", "vip ", "vip!", "v i p", "v-i-p", "v_i_p", "v--i--p", "-vip", "",
        " ", "..", ".", "/", "../vip", "a/b", "a\\b", "con", "Khách hàng", "khach hang",
        "straße", "strasse", "✍️", "👩🏽‍🎨", "x" * 60, "x" * 61, "x" * 500, "ế" * 300,
        folder_name("VIP"), folder_name(folder_name("VIP")), "\x00", "a\nb",
    ]  # fmt: skip

    folders = [folder_name(name) for name in names]

    assert len({folder.casefold() for folder in folders}) == len(names)
    for folder in folders:
        assert file._LIST_ID.fullmatch(folder)
        assert len(folder.encode()) <= 255


def test_both_unicode_forms_of_a_name_are_one_list():
    composed, decomposed = (unicodedata.normalize(form, "Đà Nẵng") for form in ("NFC", "NFD"))

    assert composed != decomposed
    assert folder_name(composed) == folder_name(decomposed)
