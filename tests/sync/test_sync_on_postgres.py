"""What is PostgreSQL's own: several sessions at once, notes in the database, errors in words."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg2
import pyarrow as pa
import pytest
from adbc_driver_manager import AdbcStatusCode, DataError
from bed import AS_OF, QUICK, people, person
from click.testing import CliRunner
from postgres_bed import PostgresBed
from postgres_server import Server

from cdp_activate.cli import main
from cdp_activate.errors import LockedError, SettingsError, WarehouseError
from cdp_activate.receiver import Receiver
from cdp_activate.sync.fold import Fold
from cdp_activate.sync.notes import Notes
from cdp_activate.sync.plan import kept_list
from cdp_activate.sync.run import RunOptions, run_sync
from cdp_activate.sync.tables import create_tables
from cdp_activate.warehouse import Profile, open_warehouse
from cdp_activate.warehouse.postgres import PostgresWarehouse
from cdp_activate.warehouse.postgres_errors import explained
from cdp_activate.warehouse.postgres_session import Session
from cdp_activate.warehouse.profile import postgres_names

SINCE = datetime(2026, 3, 10, 12)
ID = "abababab-abab-abab-abab-abababababab"


@pytest.fixture
def bed(tmp_path: Path, receiver: Receiver, postgres: Server) -> Iterator[PostgresBed]:
    made = PostgresBed(tmp_path, receiver, postgres)
    yield made
    made.close()


def test_a_run_is_finished_by_another_machine(bed: PostgresBed) -> None:
    """Nothing of it is in a file: its plan and its notes are in the database."""
    bed.build(people(3))
    bed.run()
    kept = kept_list(bed.the_sync)
    with bed.warehouse() as here, here.work(kept.sync) as work:
        Notes(work.notes).start("a run")
    with bed.warehouse() as there:
        assert there.has_work(kept.sync)
        with there.work(kept.sync) as work:
            assert "a run" == Notes(work.notes).run_id
        there.drop_work(kept.sync)
        assert not there.has_work(kept.sync)
    assert [] == [path for path in bed.folder.rglob("*") if "cdp_" in path.name]


def test_a_plan_that_another_session_has_open_is_waited_for_and_then_left(bed: PostgresBed) -> None:
    bed.wait = 0.1
    with bed.warehouse() as one, bed.warehouse() as other, one.work("s"):
        with pytest.raises(LockedError, match="the plan of the sync 's'"), other.work("s"):
            pass
        threading.Timer(0.3, one.close).start()  # it was killed
        other.wait = 5.0  # type: ignore[attr-defined]
        with other.work("s") as work:
            assert "cdp_run_s" == work.schema


def test_a_plan_that_was_looked_at_leaves_nothing_even_where_it_was_killed(
    bed: PostgresBed,
) -> None:
    bed.execute("create schema cdp_look_of_somebody_dead create table t (a int)")
    with bed.warehouse() as alive, alive.work(None) as work:
        assert [work.schema] == bed.left_behind
        bed.build(people(3))
        bed.plan()
        assert [work.schema] == bed.left_behind, "that of somebody alive stays"
    assert [] == bed.left_behind


def test_dbt_waits_with_another_table_until_the_plan_is_made(bed: PostgresBed) -> None:
    """Its mark and its rows are of one build: a table that took its place would look empty."""
    bed.build(people(3))
    bed.execute("set lock_timeout = '100ms'")
    with bed.warehouse() as warehouse:
        with warehouse.reading():
            warehouse.describe("main.audience_vips")
            with pytest.raises(psycopg2.errors.LockNotAvailable):
                bed.execute("alter table main.audience_vips rename to old")
            assert [(3,)] == warehouse.rows("select count(*) from main.audience_vips")
        bed.execute("alter table main.audience_vips rename to old")


def test_a_number_that_came_while_the_plan_was_made_takes_nobody_off(
    bed: PostgresBed, monkeypatch: pytest.MonkeyPatch
) -> None:
    bed.change_sync("{email: email}", "{phone: phone}\ndefault_region: DE")
    bed.build([person("ada", phone="0170 1234567"), person("bob", phone="+84901234567")])
    bed.run()
    made = PostgresWarehouse.make_table

    def meanwhile(self: PostgresWarehouse, name: str, *about: Any, **more: Any) -> None:
        if name.endswith(".steps"):
            bed.execute(
                "update main.customers set phone = '0171 1234567' where customer_id = 'ada'"
            )
        made(self, name, *about, **more)

    monkeypatch.setattr(PostgresWarehouse, "make_table", meanwhile)
    with pytest.raises(WarehouseError, match="telephone numbers came into the warehouse"):
        bed.run()
    assert {"ada", "bob"} == bed.listed.keys()
    monkeypatch.undo()
    assert 1 == bed.run().record.moved


def test_local_numbers_are_asked_after_together(
    bed: PostgresBed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not one after the other, by going through all: 100,000 took minutes so."""
    bed.change_sync("{email: email}", "{phone: phone}\ndefault_region: DE")
    bed.build([person(f"k{number}", phone=f"0170 {number:07}") for number in range(1_000)])
    bed.execute(
        "create function main.way(asked text) returns setof text language plpgsql as "
        "$$ begin return query execute 'explain ' || asked; end $$"
    )
    ways: list[str] = []
    asked = PostgresWarehouse.rows

    def explained_too(self: PostgresWarehouse, sql: str, *about: Any) -> Any:
        if "now_written" in sql:
            ways.extend(str(line) for (line,) in asked(self, "select main.way(?)", [sql]))
        return asked(self, sql, *about)

    monkeypatch.setattr(PostgresWarehouse, "rows", explained_too)
    assert 1_000 == bed.plan()[0].counts["add"]
    assert ways and not [line for line in ways if "Nested Loop Anti" in line]


def test_what_a_run_wrote_much_of_is_looked_over(bed: PostgresBed) -> None:
    """Until the server does so by itself it plans as for few rows: 7,000 rejections took a run
    half a minute.
    """
    seen = "select reltuples::bigint from pg_class where relname = ?"
    bed.change_sync("guards:", "mode: upsert\nguards:")
    bed.build(people(40))
    bed.write("export.csv", "email\n" + "\n".join(str(one.email) for one in people(40)))
    folder = ["--project-dir", str(bed.folder), "--profiles-dir", str(bed.folder)]
    export = ["--from", str(bed.folder / "export.csv")]
    assert 0 == CliRunner().invoke(main, ["adopt", "vips_to_mail", *folder, *export]).exit_code
    with bed.warehouse() as warehouse:
        assert [(40,)] == warehouse.rows(seen, ["sync_ledger"])
    bed.run()
    bed.receiver.misbehave("reject_rows", containing="c-0001", times=None)
    bed.build([replace(one, email=f"new.{one.email}") for one in people(40)])
    bed.run()
    bed.build([replace(one, points=2, email=f"newer.{one.email}") for one in people(40)])
    bed.run()
    sizes = {"sync_ledger": 40, "sync_rejections": 10, "sync_former": 60}
    for table, size in sizes.items():
        with bed.warehouse() as warehouse:
            assert [(size,)] == warehouse.rows(seen, [table]), table


def test_syncs_side_by_side_make_the_tables_once(bed: PostgresBed) -> None:
    bed.build(people(3))
    names = [f"s{number}" for number in range(6)]
    sync = (bed.folder / "syncs/vips.yml").read_text()
    for name in names:
        bed.write(f"syncs/{name}.yml", f"{sync.replace('vips_to_mail', name)}list: {name}\n")
    project, failures = bed.project, list[BaseException]()

    def run(name: str) -> None:
        try:
            with bed.warehouse() as warehouse:
                how = RunOptions(patience=QUICK)
                run_sync(project.syncs[name], project.catalog, warehouse, as_of=AS_OF, options=how)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == failures
    assert [(6, 18)] == bed.rows("select count(distinct list), count(*) from {ledger}")


def test_who_is_second_to_take_a_lease_is_told_so(bed: PostgresBed) -> None:
    with bed.warehouse() as one, bed.warehouse() as other:
        with one.state():
            create_tables(one)
        insert = f"insert into {one.state_table('sync_leases')} values ('s', ?, 'here:1', now())"
        with one.state():
            one.run(insert, ["first"])
            second = threading.Timer(0.2, one.rows, ["select pg_sleep(0.2)"])
            second.start()
        with pytest.raises(LockedError, match="wrote the same"), other.state():
            other.run(insert, ["second"])
        second.join()


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("select * from nowhere", 'lacks a table or column: relation "nowhere" does not exist'),
        ("select nothing from pg_class", 'column "nothing" does not exist'),
        ("select cast('ada@example.com' as integer)", "refused: invalid input syntax for type"),
        ("insert into pg_class default values", "does not let this role do that"),
        ("select 1 / 0", "refused: division by zero"),
        ("do $$ begin raise 'who is ada?'; end $$", "its log has the reason (SQLSTATE P0001)"),
        ("set statement_timeout = 1; select pg_sleep(9)", "broke it off: canceling statement"),
        ("set default_transaction_read_only = on; create schema s", "can only be read: cannot"),
    ],
)
def test_what_it_refuses_is_said_without_a_value(bed: PostgresBed, sql: str, says: str) -> None:
    bed.execute(f"create role plain_{bed.database} login")
    names = {"host": bed.server.socket, "user": f"plain_{bed.database}", "dbname": bed.database}
    with PostgresWarehouse(names) as warehouse, pytest.raises(WarehouseError) as caught:
        *before, last = sql.split("; ") if sql.startswith("set") else [sql]
        for statement in before:
            warehouse.run(statement)
        warehouse.rows(last) if last.startswith("select") else warehouse.run(last)
    assert says in caught.value.message
    assert "ada" not in str(caught.value) and "select" not in caught.value.message


@pytest.mark.parametrize(
    ("code", "reason", "shown"),
    [
        (
            "22P02",
            "ungültige Eingabesyntax für Typ integer: »ada@example.com«",
            "für Typ integer: ",
        ),
        ("22P02", "syntaxe en entrée invalide pour le type integer : « ada »", "type integer : "),
        ("22P02", '型integerの入力構文が不正です: "ada"', "型integer"),
        ("22003", "значение «090123» вне диапазона для типа integer", "значение "),
        ("22008", "day 090123 of ada", "day *** of"),
    ],
)
def test_a_reason_in_any_language_is_shown_without_a_value(
    code: str, reason: str, shown: str
) -> None:
    details = [(b"PG_DIAG_MESSAGE_PRIMARY", reason.encode())]
    with pytest.raises(WarehouseError) as caught, explained():
        raise DataError(
            f"FEHLER: {reason} SELECT ada",
            status_code=AdbcStatusCode.INVALID_DATA,
            sqlstate=code,
            details=details,
        )
    assert shown in caught.value.message
    assert "090123" not in str(caught.value) and "SELECT" not in str(caught.value)


def test_a_role_may_have_any_settings(bed: PostgresBed) -> None:
    """What is sent, and what is kept of it, hangs on none of them."""
    settings = {
        "standard_conforming_strings": "off", "client_encoding": "latin1",
        "default_transaction_isolation": "serializable", "extra_float_digits": "-9",
        "datestyle": "'SQL, DMY'", "timezone": "'Asia/Kolkata'", "bytea_output": "escape",
        "intervalstyle": "sql_standard", "search_path": "''", "lock_timeout": "'2s'",
        "idle_session_timeout": "'400ms'",
    }  # fmt: skip
    bed.change_sync("{email: email}", "{email: email, phone: phone}\ndefault_region: DE")
    bed.change_sync("POINTS: points", 'SINCE: since, N: {sql: "cast(points as double) / 3"}')
    bed.build([person("zoë", phone="0170 1234567", first_name="Zoë \\ 😀", since=SINCE)])
    for name, value in settings.items():
        bed.execute(f'alter role tester in database "{bed.database}" set {name} = {value}')
    bed.receiver.misbehave("slow", seconds=0.6, times=1)
    assert 1 == bed.run().record.added
    assert {
        "identifiers": {"email": "person.zoë@example.com", "phone": "+491701234567"},
        "fields": {"FNAME": "Zoë \\ 😀", "SINCE": "2026-03-10T12:00:00", "N": 1 / 3},
    }.items() <= bed.listed["zoë"].items()
    for name in settings:
        bed.execute(f'alter role tester in database "{bed.database}" reset {name}')
    assert 1 == bed.run().record.unchanged


def test_values_of_types_that_arrow_has_not_are_sent_as_text(bed: PostgresBed) -> None:
    values = {
        "mood": ("main.mood", "'ok'", "ok"), "moods": ("main.mood[]", "'{ok,sad}'", ["ok", "sad"]),
        "points_of": ("main.small", "3", 3), "price": ("money", "1.5", "$1.50"),
        "host": ("inet", "'10.0.0.1'", "10.0.0.1/32"), "span": ("int4range", "'[1,3)'", "[1,3)"),
        "pair": ("main.pair", "row(1, 'x')", "(1,x)"), "wait": ("interval", "'1 day'", "1 day"),
        "never": ("timestamptz", "'infinity'", None), "none": ("numeric", "'NaN'", None),
        "days": ("date[]", "'{infinity}'", None), "id": ("uuid", f"'{'ab' * 16}'", ID),
    }  # fmt: skip
    bed.execute("create type main.mood as enum ('sad', 'ok')")
    bed.execute("create domain main.small as integer")
    bed.execute("create type main.pair as (a integer, b text)")
    described = bed.manifest()
    columns = described["nodes"]["model.shop.customers"]["columns"]
    columns.update({name: {"name": name, "data_type": of[0]} for name, of in values.items()})
    bed.write("target/manifest.json", json.dumps(described))
    bed.change_sync("POINTS: points", ", ".join(f"{name}: {name}" for name in values))
    bed.build([person("ada")])
    for name, (kind, value, _) in values.items():
        bed.execute(f"alter table main.customers add column {name} {kind} default {value}")
    bed.run()
    sent = bed.listed["ada"]["fields"]
    assert {name: of[2] for name, of in values.items()} == {name: sent[name] for name in values}
    assert 1 == bed.run().record.unchanged


def test_ends_of_runs_do_not_wait_for_each_other(
    bed: PostgresBed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who looks a table over locks out others who would; whoever is last sees the rows of all."""
    sync = (bed.folder / "syncs/vips.yml").read_text(encoding="utf-8")
    bed.write("syncs/other.yml", f"{sync.replace('vips_to_mail', 'other')}list: other\n")
    bed.execute(f"alter role tester in database \"{bed.database}\" set lock_timeout = '1s'")
    bed.build(people(3))
    fold, project = Fold.fold, bed.project

    def fold_and_wait(self: Fold) -> None:
        fold(self)
        monkeypatch.undo()
        with bed.warehouse() as warehouse:
            how = RunOptions(patience=QUICK)
            run_sync(project.syncs["other"], project.catalog, warehouse, as_of=AS_OF, options=how)

    monkeypatch.setattr(Fold, "fold", fold_and_wait)
    try:
        assert 3 == bed.run().record.added
    finally:
        bed.execute(f'alter role tester in database "{bed.database}" reset lock_timeout')
    seen = "select reltuples::bigint from pg_class where relname = 'sync_ledger'"
    lists = "select most_common_vals::text from pg_stats where tablename = 'sync_ledger' "
    with bed.warehouse() as warehouse:
        assert [(6,)] == warehouse.rows(seen)
        assert [("{other,vips_to_mail}",)] == warehouse.rows(f"{lists} and attname = 'sync'")


def test_a_list_of_lists_is_not_sent_as_one_list(bed: PostgresBed) -> None:
    bed.change_sync("POINTS: points", "TAGS: tags")
    bed.build([person("ada", tags=["a", "b"]), person("bob")])
    bed.run()
    bed.execute("update main.customers set tags = '{{a,b},{c,d}}' where customer_id = 'ada'")
    with pytest.raises(WarehouseError, match="'TAGS' of 'vips_to_mail': lists of lists"):
        bed.run()
    assert ["a", "b"] == bed.listed["ada"]["fields"]["TAGS"]


def test_who_has_a_key_of_a_type_of_their_own_is_explained(
    tmp_path: Path, receiver: Receiver, postgres: Server
) -> None:
    bed = PostgresBed(tmp_path, receiver, postgres, "main.code")
    bed.execute("create domain main.code as varchar")
    bed.build([person("Ada", points=2)])
    assert 1 == bed.run().record.added
    about = ["--id", "Ada", "--project-dir", str(bed.folder), "--profiles-dir", str(bed.folder)]
    said = CliRunner().invoke(main, ["audience", "explain", "vips", *about])
    bed.close()
    assert (0, True) == (said.exit_code, " is in vips, at " in said.output), said.output


def test_a_server_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    names = {"host": str(tmp_path), "user": "x", "dbname": "y", "password": "s3cret of ours"}
    with pytest.raises(WarehouseError, match="PostgreSQL cannot be reached") as caught:
        PostgresWarehouse(names)
    assert "s3cret" not in str(caught.value) and "run it again" in caught.value.remedy


def test_a_profile_is_read_as_dbt_reads_it(bed: PostgresBed) -> None:
    settings = {
        "host": bed.server.socket, "port": 5432, "user": bed.server.user, "pass": "it's \\ odd",
        "dbname": bed.database, "search_path": "main, public", "keepalives_idle": 0, "threads": 4,
        "role": bed.server.user, "schema": "main",
    }  # fmt: skip
    with open_warehouse(Profile("shop", "dev", "postgres", settings), bed.folder) as warehouse:
        assert [("main, public",)] == warehouse.rows("select current_setting('search_path')")
    with pytest.raises(SettingsError, match="names no database"):
        postgres_names(Profile("shop", "dev", "postgres", {"host": "x"}))


def test_a_value_with_a_mark_in_it_is_no_parameter(bed: PostgresBed) -> None:
    session = Session({"host": bed.server.socket, "user": "tester", "dbname": bed.database})
    odd = """select 'who? it''s', 1 as "why?", ?"""
    assert [("who? it's", 1, "x")] == session.rows(odd, ["x"])
    session.close()


def test_rows_are_added_by_name_and_read_in_batches(bed: PostgresBed) -> None:
    with bed.warehouse() as warehouse:
        warehouse.make_empty("main.things", "a numeric, b varchar, place bigint")
        places = list(range(2_500, -1, -1))
        warehouse.append("main.things", pa.table({"place": places, "b": ["x"] * 2_501}))
        batches = list(warehouse.read("select place, b from main.things", batch=500))
        assert sorted(places) == [one for batch in batches for one in batch["place"].to_pylist()]
        assert 6 == len(batches)
