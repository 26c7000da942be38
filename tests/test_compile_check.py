"""`compile --check` that has nothing to do reads no audience, and yet notices every change."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cdp_activate import project as project_module
from cdp_activate.audiences import compile_record
from cdp_activate.errors import SourceErrors
from cdp_activate.project import CompileResult, Project

RECORD = "target/cdp_activate_compiled.json"
FILES = {
    "dbt_project.yml": "name: shop\nprofile: shop\n",
    "audiences/a.yml": "audience: regulars\nwhere: [{trait: points, gte: 10}]\n",
    "audiences/b.yml": "audience: everyone\n",
    "syncs/destinations.yml": "destinations:\n"
    "  files: {type: file, path: \"{{ env_var('OUT') }}\"}\n",
}
COLUMNS = {"customer_id": "varchar", "email": "varchar", "points": "int"}


def manifest(columns: dict[str, str]) -> str:
    described = {name: {"data_type": kind} for name, kind in columns.items()}
    meta = {"cdp": {"entity": "customer", "key": "customer_id"}}
    node = {
        "resource_type": "model",
        "name": "customers",
        "relation_name": '"shop"."main"."customers"',
        "columns": described,
        "config": {"meta": meta},
    }
    metadata = {"project_name": "shop", "adapter_type": "duckdb"}
    return json.dumps({"metadata": metadata, "nodes": {"model.shop.customers": node}})


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose files are compiled, and found right once."""
    monkeypatch.setenv("OUT", "outbox")
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "target").mkdir()
    (tmp_path / "target/manifest.json").write_text(manifest(COLUMNS), encoding="utf-8")
    assert Project.at(tmp_path).compile().changes
    return tmp_path


def check(folder: Path) -> CompileResult:
    return Project.at(folder).compile(check=True)


def reads_audiences(folder: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether a check reads the audiences, which a check that has nothing to do leaves alone."""
    read: list[bool] = []

    def noted(*arguments: object, **named: object) -> object:
        read.append(True)
        return original(*arguments, **named)  # type: ignore[arg-type]

    original = project_module.read_audiences
    monkeypatch.setattr(project_module, "read_audiences", noted)
    check(folder)
    return bool(read)


def test_a_check_without_changes_reads_no_audience_and_says_the_same(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = CompileResult([], 2, Project.at(shop).warnings)
    assert first.warnings
    assert first == check(shop)
    assert not reads_audiences(shop, monkeypatch)


def test_without_the_record_the_check_is_made_in_full(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shop / RECORD).write_text("{", encoding="utf-8")
    assert reads_audiences(shop, monkeypatch)
    (shop / RECORD).unlink()
    assert CompileResult([], 2, Project.at(shop).warnings) == check(shop)


def _append(name: str, text: str) -> Callable[[Path], None]:
    return lambda shop: (shop / name).write_text((shop / name).read_text() + text) and None


STALE: dict[str, Callable[[Path], object]] = {
    "an audience": _append("audiences/a.yml", "holdout: {percent: 10}\n"),
    "a new audience": lambda shop: (shop / "audiences/c.yml").write_text("audience: third\n"),
    "a removed audience": lambda shop: (shop / "audiences/b.yml").unlink(),
    "a written file": _append("models/audiences/audience_everyone.sql", " "),
    "a removed written file": lambda shop: (
        shop / "models/audiences/audience_everyone.yml"
    ).unlink(),
    "the project's name": lambda shop: (shop / "target/manifest.json").write_text(
        manifest(COLUMNS).replace('"project_name": "shop"', '"project_name": "store"')
    ),
    "the type of the key": lambda shop: (shop / "target/manifest.json").write_text(
        manifest({**COLUMNS, "customer_id": "bigint"})
    ),
    "a sync": lambda shop: (shop / "syncs/s.yml").write_text(
        "sync: s\naudience: everyone\ndestination: files\nconsent: not_required\n"
        "identifiers: {email: email}\n"
    ),
}


@pytest.mark.parametrize("change", STALE)
def test_the_check_notices_a_change_of(shop: Path, change: str) -> None:
    STALE[change](shop)
    assert check(shop).changes


def test_the_check_notices_a_mistake(shop: Path) -> None:
    _append("audiences/a.yml", "audience: twice\n")(shop)
    with pytest.raises(SourceErrors):
        check(shop)


def test_what_cannot_be_read_is_no_audience_taken_out(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file, and a folder, that this user may not read."""
    (shop / "audiences/more").mkdir()
    locked: set[Path] = set()
    read, scan = Path.read_bytes, os.scandir

    def checked(path: Path) -> Path:
        if path in locked:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return path

    monkeypatch.setattr(Path, "read_bytes", lambda path: read(checked(path)))
    monkeypatch.setattr(os, "scandir", lambda path: scan(checked(Path(path))))
    for name in ("audiences/b.yml", "audiences/more", "audiences"):
        locked = {shop / name}
        with pytest.raises(SourceErrors) as caught:
            check(shop)
        assert [(name, "cannot be read: Permission denied")] == [
            (one.path, one.message) for one in caught.value.problems
        ]


def test_hidden_files_of_editors_are_left_alone(shop: Path) -> None:
    (shop / "audiences/.#b.yml").symlink_to("somebody@somewhere.1234")
    (shop / "audiences/._a.yml").write_bytes(b"\0\5\x16\7")
    assert 2 == check(shop).audiences


def test_folders_that_are_links_are_read_once_and_none_leads_round(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = shop / "shared"
    (shared / "more").mkdir(parents=True)
    (shared / "more/c.yml").write_text("audience: c\nwhere: {trait: points, gt: 3}\n")
    links = {"shared": shared, "again": shared, "up": shop, "here": shop / "audiences"}
    for name, to in links.items():
        (shop / "audiences" / name).symlink_to(to)
    (shared / "more/round").symlink_to(shared)
    assert 3 == Project.at(shop).compile().audiences
    assert not reads_audiences(shop, monkeypatch)
    (shared / "more/c.yml").write_text("audience: c\nwhere: {trait: points, gt: 4}\n")
    assert reads_audiences(shop, monkeypatch)


def test_a_link_that_leads_nowhere_takes_no_audience_out(shop: Path) -> None:
    (shop / "audiences/shared").symlink_to("../../shared")
    with pytest.raises(SourceErrors, match="audiences/shared  it is a link to nothing") as caught:
        check(shop)
    assert "../../shared" in str(caught.value)


@pytest.mark.parametrize("name", ["dbt_project.yml", "target/manifest.json"])
def test_other_bytes_are_another_digest(
    shop: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _append(name, "\n")(shop)
    assert reads_audiences(shop, monkeypatch)


def test_another_value_of_an_environment_variable_is_noticed(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUT", "elsewhere")
    assert reads_audiences(shop, monkeypatch)


def test_another_version_of_the_package_is_noticed(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compile_record, "_package", lambda: "another")
    assert reads_audiences(shop, monkeypatch)


def test_what_a_check_found_stale_is_not_recorded_as_right(shop: Path) -> None:
    _append("models/audiences/audience_everyone.sql", " ")(shop)
    assert check(shop).changes
    assert check(shop).changes


def test_forget_has_everything_read_again(shop: Path) -> None:
    project = Project.at(shop)
    before = len(project.warnings)
    assert "UTC" == project.timezone
    (shop / "dbt_project.yml").write_text(
        FILES["dbt_project.yml"] + "vars: {cdp_timezone: Asia/Ho_Chi_Minh}\n", encoding="utf-8"
    )
    (shop / "audiences/b.yml").write_text(
        "audience: everyone\nwhere: [{sql: points > 1}]\n", encoding="utf-8"
    )
    project.forget()
    assert "Asia/Ho_Chi_Minh" == project.timezone
    assert before + 1 == len(project.warnings)
