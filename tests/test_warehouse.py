"""DuckDB as a warehouse, and the dbt profile that says where it is."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from cdp_activate.errors import LockedError, SettingsError, SourceErrors, WarehouseError
from cdp_activate.warehouse import open_warehouse, read_profile
from cdp_activate.warehouse.duckdb import DuckDBWarehouse


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create table people as select i as id, 'p' || i as name from range(5) t(i)"
        )
    return path


def test_tables_are_read_by_the_names_that_dbt_gives_them(file: Path) -> None:
    with DuckDBWarehouse(file) as warehouse, warehouse.reading():
        assert [(5,)] == warehouse.rows('select count(*) from "shop"."main"."people"')
        assert {"id": "BIGINT", "name": "VARCHAR"} == warehouse.describe("shop.main.people")


def test_the_file_is_free_for_others_once_it_was_read(file: Path) -> None:
    with DuckDBWarehouse(file) as warehouse:
        with warehouse.reading():
            warehouse.rows("select * from shop.people")
        with duckdb.connect(str(file)) as other:
            other.execute("delete from people")
        with warehouse.reading():
            assert [] == warehouse.rows("select * from shop.people")


def test_reading_never_writes(file: Path) -> None:
    with (
        DuckDBWarehouse(file) as warehouse,
        warehouse.reading(),
        pytest.raises(WarehouseError, match="Cannot execute statement"),
    ):
        warehouse.run("delete from shop.people")


def test_a_large_result_comes_in_batches(file: Path) -> None:
    with DuckDBWarehouse(file) as warehouse:
        batches = list(warehouse.read("select i from range(25000) t(i)", batch=10_000))
        assert 25_000 == sum(len(batch) for batch in batches)
        assert len(batches) >= 3


def test_a_stream_survives_other_statements(file: Path) -> None:
    with DuckDBWarehouse(file) as warehouse:
        seen = 0
        for batch in warehouse.read("select i from range(300000) t(i)", batch=2048):
            seen += len(batch)
            with warehouse.state():
                warehouse.rows("select 1")
            if seen > 20_000:
                break
        assert seen > 20_000


def test_state_is_kept_in_a_file_of_its_own(file: Path) -> None:
    with DuckDBWarehouse(file) as warehouse:
        with warehouse.state():
            table = warehouse.state_table("things")
            warehouse.run(f"create table {table} (a integer, b varchar)")
            warehouse.append(table, pa.table({"b": ["x", "y"], "a": [1, 2]}))
        with warehouse.state():
            assert [(1, "x"), (2, "y")] == warehouse.rows(f"select a, b from {table} order by a")
    assert [file.name, "shop.cdp_state.duckdb"] == sorted(
        (path.name for path in file.parent.iterdir()), reverse=True
    )


def test_state_is_written_whole_or_not_at_all(file: Path) -> None:
    with DuckDBWarehouse(file) as warehouse:
        with warehouse.state():
            table = warehouse.state_table("things")
            warehouse.run(f"create table {table} (a integer)")
        with pytest.raises(RuntimeError), warehouse.state():
            warehouse.run(f"insert into {table} values (1)")
            raise RuntimeError
        with warehouse.state():
            assert [] == warehouse.rows(f"select * from {table}")


def test_two_warehouses_of_one_process_take_turns(file: Path) -> None:
    """Syncs side by side in threads: each waits for its turn, however long, and nothing is lost."""
    with DuckDBWarehouse(file) as first, first.state():
        first.run(f"create table {first.state_table('things')} (a integer)")
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            # No patience with other processes: those of this one are waited for all the same.
            with DuckDBWarehouse(file, wait=0.0) as warehouse:
                for _ in range(10):
                    with warehouse.reading(), warehouse.state():
                        warehouse.run(
                            f"insert into {warehouse.state_table('things')} values (?)", [number]
                        )
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == failures
    with DuckDBWarehouse(file) as warehouse, warehouse.state():
        assert [(40,)] == warehouse.rows(f"select count(*) from {warehouse.state_table('things')}")


def test_a_file_in_use_is_waited_for_and_then_given_up(file: Path) -> None:
    with DuckDBWarehouse(file) as one, DuckDBWarehouse(file, wait=0.2) as other, one.state():
        started = time.monotonic()
        with (
            pytest.raises(LockedError, match="another process holds the DuckDB file"),
            other.state(),
        ):
            pass
        assert 0.2 <= time.monotonic() - started < 5


def test_a_new_state_file_is_there_whole_or_not_at_all(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever breaks off its making, no file stays behind that is no database."""

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with DuckDBWarehouse(file) as warehouse:
        with monkeypatch.context() as patch:
            patch.setattr("cdp_activate.warehouse.duckdb.os.link", broken)
            with pytest.raises(WarehouseError, match="No space left on device"), warehouse.state():
                pass
        assert [file] == list(file.parent.iterdir())
        with warehouse.state():
            assert [(1,)] == warehouse.rows("select 1")


def test_of_two_that_make_the_state_file_the_first_wins(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with DuckDBWarehouse(file) as first, DuckDBWarehouse(file) as second:
        monkeypatch.setattr(Path, "exists", lambda path: False)
        with first.state():
            first.run(f"create table {first.state_table('things')} (a integer)")
        with second.state():
            assert [] == second.rows(f"select * from {second.state_table('things')}")
    assert 2 == len(list(file.parent.iterdir()))


def test_a_path_with_quotes_is_only_a_path(tmp_path: Path) -> None:
    folder = tmp_path / "it's; drop"
    folder.mkdir()
    with DuckDBWarehouse(folder / "a b.duckdb") as warehouse, warehouse.state():
        assert [(1,)] == warehouse.rows("select 1")


def test_memory_and_threads_of_the_profile_are_kept(file: Path) -> None:
    with DuckDBWarehouse(file, settings={"threads": "1", "memory_limit": "300MB"}) as warehouse:
        assert [("1",)] == warehouse.rows("select current_setting('threads')::varchar")


# The profile ...

PROFILES = """\
shop:
  target: dev
  outputs:
    dev: {type: duckdb, path: shop.duckdb}
    prod: {type: duckdb, path: "{{ env_var('SHOP_DUCKDB', 'prod.duckdb') }}"}
    memory: {type: duckdb}
    remote: {type: duckdb, path: "md:shop"}
    other: {type: oracle}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("DBT_PROFILES_DIR", raising=False)
    (tmp_path / "profiles.yml").write_text(PROFILES)
    return tmp_path


def test_the_profile_is_read_as_dbt_reads_it(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "dev" == read_profile("shop", project=project).target
    monkeypatch.setenv("SHOP_DUCKDB", "elsewhere.duckdb")
    found = read_profile("shop", project=project, target="prod")
    assert ("duckdb", "elsewhere.duckdb") == (found.type, found.settings["path"])
    assert "elsewhere" not in repr(found)
    # Else a sync would read another warehouse than the one that dbt has built.
    monkeypatch.setenv("DBT_TARGET", "prod")
    assert "prod" == read_profile("shop", project=project).target
    assert "dev" == read_profile("shop", project=project, target="dev").target


def test_the_folder_of_profiles_is_given_or_of_the_environment_or_the_project(
    project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, give in (("given", True), ("environment", False)):
        folder = tmp_path_factory.mktemp(name)
        text = f"shop: {{target: {name}, outputs: {{{name}: {{type: duckdb, path: x}}}}}}"
        (folder / "profiles.yml").write_text(text)
        if not give:
            monkeypatch.setenv("DBT_PROFILES_DIR", str(folder))
        found = read_profile("shop", project=project, profiles=folder if give else None)
        assert name == found.target


def test_an_unknown_profile_or_target_is_an_error_with_a_suggestion(project: Path) -> None:
    with pytest.raises(SettingsError, match="has no profile 'shopp'") as caught:
        read_profile("shopp", project=project)
    assert "did you mean 'shop'?" in caught.value.remedy
    with pytest.raises(SettingsError, match="has no target 'prdo'") as caught:
        read_profile("shop", project=project, target="prdo")
    assert "did you mean 'prod'?" in caught.value.remedy


def test_no_profiles_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBT_PROFILES_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(SettingsError, match=r"there is no profiles\.yml in") as caught:
        read_profile("shop", project=tmp_path)
    assert "--profiles-dir" in caught.value.remedy


def test_a_variable_that_is_not_set_is_named(project: Path) -> None:
    (project / "profiles.yml").write_text(
        "shop:\n  target: dev\n  outputs:\n    dev:\n      type: duckdb\n"
        "      path: \"{{ env_var('NOT_SET_ANYWHERE') }}\"\n"
    )
    with pytest.raises(SourceErrors, match="NOT_SET_ANYWHERE is not set") as caught:
        read_profile("shop", project=project)
    assert 6 == caught.value.problems[0].line


@pytest.mark.parametrize("target", ["memory", "remote"])
def test_a_warehouse_that_is_no_file_cannot_be_synced_from(project: Path, target: str) -> None:
    with pytest.raises(SettingsError, match="keeps its DuckDB in") as caught:
        open_warehouse(read_profile("shop", project=project, target=target), project)
    assert "give it a file" in caught.value.remedy


def test_a_warehouse_of_another_type_is_refused_by_name(project: Path) -> None:
    with pytest.raises(SettingsError, match="'oracle'"):
        open_warehouse(read_profile("shop", project=project, target="other"), project)
