"""The sync tables: their columns, their size, the lease, and nothing personal but where it must."""

from __future__ import annotations

import itertools
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from bed import AS_OF, LIST, Bed, people, person

from cdp_activate.errors import BusyError, GuardError, LockedError, UsageError, WarehouseError
from cdp_activate.http import FunctionTransport, Request, Response
from cdp_activate.sync import run_records as runs_module
from cdp_activate.sync.notes import Notes
from cdp_activate.sync.plan import kept_list
from cdp_activate.sync.plan_sql import PlanOptions
from cdp_activate.sync.planning import make_plan
from cdp_activate.sync.run import run_sync
from cdp_activate.sync.run_records import Runs
from cdp_activate.sync.status import statuses
from cdp_activate.sync.tables import RunRecord, Verb, now

COLUMNS = {
    "ledger": "sync destination list entity_key fingerprint identifiers idempotency_key run_id "
    "acknowledged_at",
    "rejections": "sync destination list entity_key fingerprint reason run_id rejected_at",
    "runs": "run_id sync destination list as_of started_at finished_at state added updated moved "
    "removed held_back rejected unchanged calls message unanswered folded unnamed",
    "leases": "sync run_id owner expires_at",
}


def test_the_sync_tables_have_the_columns_that_others_read(bed: Bed) -> None:
    bed.build(people(1))
    bed.run()
    with bed.warehouse() as warehouse, warehouse.state():
        for name, columns in COLUMNS.items():
            found = warehouse.describe(warehouse.state_table(f"sync_{name}"))
            assert columns.split() == list(found), name


def test_a_run_leaves_one_row_that_tells_it(bed: Bed) -> None:
    bed.build([*people(5), person("x", consent=None), person("y")])
    bed.receiver.misbehave("reject_rows", keys={"y": "no"})
    before = now()
    bed.run()
    (row,) = bed.rows("select * from {runs}")
    told = dict(zip(COLUMNS["runs"].split(), row, strict=True))
    assert before <= told.pop("started_at") <= told.pop("finished_at") <= now()
    assert 32 == len(told.pop("run_id"))
    assert {
        "sync": "vips_to_mail", "destination": "mail", "list": LIST,
        "as_of": datetime(2026, 3, 10, 12), "state": "done", "added": 5, "updated": 0, "moved": 0,
        "removed": 0, "held_back": 1, "rejected": 1, "unchanged": 0, "calls": 1, "message": None,
        "unanswered": 0, "folded": True, "unnamed": 0,
    } == told  # fmt: skip


@pytest.mark.duckdb_files
@pytest.mark.slow
def test_the_ledger_costs_the_size_of_the_audience_however_many_runs(bed: Bed) -> None:
    everyone = people(100)
    sizes = []
    for turn in range(20):
        everyone = [replace(one, points=turn) if n % 3 else one for n, one in enumerate(everyone)]
        bed.build(everyone[turn:])
        bed.run()
        sizes.append((bed.folder / "warehouse.cdp_state.duckdb").stat().st_size)
        assert [(100 - turn,)] == bed.rows("select count(*) from {ledger}")
        assert [] == bed.left_behind
    assert {one.key for one in everyone[19:]} == bed.ledger
    assert sizes[-1] <= 2 * sizes[2], "the file grows with the number of runs"


def test_two_syncs_keep_their_books_apart(bed: Bed) -> None:
    bed.write(
        "syncs/second.yml",
        "sync: second\naudience: vips\ndestination: mail\nlist: Second\n"
        "identifiers: {email: email}\nconsent: email_marketing\n",
    )
    bed.build(people(3))
    bed.run()
    project = bed.project
    with project.warehouse() as warehouse:
        first, second = statuses(
            {name: project.syncs[name] for name in ("vips_to_mail", "second")}, warehouse
        )
    assert (3, "done") == (first["list_size"], first["last_state"])
    assert (0, None) == (second["list_size"], second["last_state"])


# Rejections ...


def test_the_rejection_of_someone_who_left_is_forgotten(bed: Bed) -> None:
    bed.build(people(3))
    bed.receiver.misbehave("reject_rows", keys={"c-00001": "no"})
    bed.run()
    assert {"c-00001": "no"} == bed.rejected
    bed.build([one for one in people(3) if one.key != "c-00001"])
    bed.run()
    assert {} == bed.rejected


def test_the_rejection_of_a_change_that_was_taken_back_is_forgotten(bed: Bed) -> None:
    bed.build(people(2))
    bed.run()
    bed.build([person("c-00000", points=2), person("c-00001")])
    bed.receiver.misbehave("reject_rows", keys={"c-00000": "no"})
    bed.run()
    assert {"c-00000": "no"} == bed.rejected
    bed.build(people(2))
    bed.run()
    assert {} == bed.rejected


def test_a_rejection_that_still_holds_is_kept(bed: Bed) -> None:
    bed.build(people(2))
    bed.receiver.misbehave("reject_rows", keys={"c-00000": "no"})
    for _ in range(3):
        bed.run()
        assert {"c-00000": "no"} == bed.rejected
    assert 1 == bed.receiver.calls
    bed.run(retry_rejected=True)
    assert ({}, 2) == (bed.rejected, len(bed.ledger))


# Another list, another destination ...


def test_a_new_list_is_filled_and_the_old_one_is_not_forgotten_in_silence(bed: Bed) -> None:
    bed.build([*people(3), person("x")])
    bed.receiver.misbehave("reject_rows", keys={"x": "no"})
    bed.run()
    bed.build(people(3))
    bed.change_sync("destination: mail", "destination: mail\nlist: Best customers")
    summary = bed.run()
    assert (3, {}) == (summary.record.added, bed.rejected)
    assert {LIST: 3, "Best customers": 3} == {
        name: len(rows) for name, rows in bed.receiver.lists.items()
    }
    assert f"the list '{LIST}' of 'mail' may still hold 3 people" in str(summary.record.message)
    project = bed.project
    with project.warehouse() as warehouse:
        (status,) = statuses(project.syncs, warehouse)
    assert "may still hold 3 people" in status["last_message"]


def killed_run(bed: Bed, happened: Callable[[Notes], object]) -> None:
    """A run that made its plan, took notes, and was killed."""
    with bed.warehouse() as warehouse:
        kept = kept_list(bed.the_sync)
        run = RunRecord(*kept.values, AS_OF)
        Runs(warehouse, kept.sync).begin(run)
        with warehouse.work(kept.sync) as work:
            make_plan(bed.the_sync, bed.project.catalog, warehouse, work, PlanOptions(AS_OF))
            notes = Notes(work.notes)
            notes.start(run.run_id)
            happened(notes)
    with bed.warehouse() as warehouse, warehouse.state():
        warehouse.run(f"update {warehouse.state_table('sync_leases')} set owner = 'a:1', "
                      "expires_at = timestamp '2000-01-01'")  # fmt: skip


def test_answers_of_a_killed_run_are_folded_though_the_list_has_a_new_name(bed: Bed) -> None:
    bed.build(people(3))
    killed_run(bed, lambda notes: notes.begin(LIST, "upsert", 1))
    bed.change_sync("destination: mail", "destination: mail\nlist: Best customers")
    assert "may still hold 2 people" in str(bed.run().record.message)
    assert [] == bed.left_behind
    assert [("Best customers", 3), (LIST, 2)] == bed.rows(
        "select list, count(*) from {ledger} group by 1 order by 1"
    )
    assert [("killed",), ("done",)] == bed.rows("select state from {runs} order by started_at")


@pytest.mark.duckdb_files
def test_notes_without_their_plan_are_not_passed_over(bed: Bed) -> None:
    """Somebody wanted room on the disk: who was sent is not known, and may not be forgotten."""
    bed.build(people(3))
    killed_run(bed, lambda notes: notes.begin(LIST, "upsert", 1))
    for path in bed.folder.glob("*.cdp_run.*.duckdb*"):
        path.unlink()
    for _ in range(2):
        with pytest.raises(WarehouseError, match=r"the plan of a run .* is gone") as caught:
            bed.run()
        assert "--full-refresh" in caught.value.remedy
    (notes,) = bed.folder.glob("*.notes")
    # A line that is JSON, and no note: a disk that broke.
    notes.write_text('12\n[]\nnull\n{"run": "x"}\n', encoding="utf-8")
    assert 3 == bed.run().record.added
    assert [] == bed.left_behind


@pytest.mark.duckdb_files
def test_a_run_that_was_killed_after_its_answers_were_folded_folds_them_once(bed: Bed) -> None:
    bed.build(people(3))

    def answered(notes: Notes) -> None:
        notes.begin(LIST, "upsert", 2)
        notes.answer(LIST, "upsert", (0, 2), {}, None)

    killed_run(bed, answered)
    for _ in range(2):
        bed.plan()  # folds, and leaves the files to the next run
        assert 3 == len(bed.ledger) == bed.rows("select count(*) from {ledger}")[0][0]
    # Nor does it miss what a run that was killed while it dropped its files had dropped already.
    (bed.folder / "warehouse.cdp_run.vips_to_mail.duckdb").unlink()
    assert [0, []] == [bed.run().plan.changes, bed.left_behind]
    assert [(3,)] == bed.rows("select count(*) from {ledger}")


def test_a_new_destination_is_filled_from_the_start(bed: Bed) -> None:
    bed.build(people(3))
    bed.run()
    bed.files(name="elsewhere")
    bed.change_sync("destination: mail", "destination: elsewhere")
    assert (3, 0) == ((summary := bed.run()).record.added, summary.record.unchanged)


def test_what_a_sync_of_another_name_put_on_the_list_is_not_forgotten_in_silence(bed: Bed) -> None:
    bed.build(people(3))
    bed.run()
    bed.change_sync("sync: vips_to_mail", "sync: renamed")
    bed.build(people(2))
    named = "the list 'VIPs' was filled by another sync: 'vips_to_mail' (3 people)"

    def run() -> RunRecord:
        with bed.warehouse() as warehouse:
            sync, catalog = bed.project.syncs["renamed"], bed.project.catalog
            return run_sync(sync, catalog, warehouse, as_of=AS_OF).record

    assert named in str(run().message)
    with bed.warehouse() as warehouse:
        mine, left = statuses(bed.project.syncs, warehouse)
    assert mine.keys() == left.keys()
    assert ("renamed", True, 2) == (mine["sync"], mine["in_files"], mine["list_size"])
    assert ("vips_to_mail", False, LIST, 3) == (
        left["sync"], left["in_files"], left["list"], left["list_size"],
    )  # fmt: skip
    assert "nobody is taken off" in left["last_message"]
    bed.change_sync("first_run: false", "first_run: true")
    bed.change_sync("sync: renamed", "sync: renamed\nlist: VIPs")
    bed.rows("delete from {ledger} where sync = 'renamed'")
    bed.rows("delete from {runs} where sync = 'renamed'")
    with pytest.raises(GuardError, match=re.escape(named)) as refused:
        run()
    assert "give it the old one back" in refused.value.remedy


@pytest.mark.parametrize(("before", "after"), [("events", "mirror"), ("upsert", "events")])
def test_who_was_told_of_an_entry_is_on_no_list_and_the_other_way_about(
    bed: Bed, before: str, after: str
) -> None:
    bed.change_sync("consent:", f"mode: {before}\nconsent:")
    bed.build(people(2))
    bed.run()
    calls = bed.receiver.calls
    bed.change_sync(f"mode: {before}", f"mode: {after}")
    with pytest.raises(UsageError, match=f"and is `mode: {after}` now"):
        bed.run()
    assert calls == bed.receiver.calls


# The lease ...


def lease(bed: Bed, owner: str, ends_in: timedelta) -> None:
    bed.rows("select 1")
    with bed.warehouse() as warehouse, warehouse.state():
        warehouse.run(
            f"insert into {warehouse.state_table('sync_leases')} values (?, ?, ?, ?)",
            ["vips_to_mail", "another run", owner, now() + ends_in],
        )


def a_dead_process() -> int:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


MINUTE = timedelta(minutes=1)


def test_a_second_run_while_one_is_alive_is_refused(bed: Bed) -> None:
    bed.build(people(3))
    lease(bed, f"{socket.gethostname()}:{os.getpid()}", MINUTE)
    with pytest.raises(UsageError, match="the sync 'vips_to_mail' is already running") as caught:
        bed.run()
    assert "its lease ends at" in caught.value.remedy
    assert (0, []) == (bed.receiver.calls, bed.rows("select * from {runs}"))
    assert [("another run",)] == bed.rows("select run_id from {leases}")


def test_a_run_on_another_machine_is_believed_to_be_alive(bed: Bed) -> None:
    bed.build(people(3))
    lease(bed, "another-host:1", MINUTE)
    with pytest.raises(UsageError, match="already running"):
        bed.run()


@pytest.mark.parametrize(
    ("owner", "ends_in"),
    [("{here}:{dead}", MINUTE), ("another-host:1", -MINUTE), ("{here}:{alive}", -MINUTE)],
)
def test_a_lease_of_nobody_alive_is_taken_at_once(bed: Bed, owner: str, ends_in: timedelta) -> None:
    bed.build(people(3))
    here, alive = socket.gethostname(), os.getpid()
    lease(bed, owner.format(here=here, dead=a_dead_process(), alive=alive), ends_in)
    assert 3 == bed.run().record.added
    assert [] == bed.rows("select * from {leases}")


def test_a_run_that_plans_for_longer_than_its_lease_keeps_it(bed: Bed) -> None:
    """Else a scheduler that comes every minute would end each run of a large audience."""
    bed.build(people(3))
    lease(bed, "elsewhere:1", -MINUTE)
    bed.wait = 0.05
    with (
        bed.warehouse() as other,
        other.work("vips_to_mail"),
        pytest.raises(BusyError, match="silent for long"),
    ):
        bed.run()
    assert [("another run",)] == bed.rows("select run_id from {leases}")
    assert 3 == bed.run().record.added, "it is gone, and its plan free"


def test_a_second_run_in_the_middle_of_one_is_refused_and_harms_nothing(bed: Bed) -> None:
    bed.build(people(300))
    said: list[Exception] = []

    def answer(request: Request) -> Response:
        if not said:
            try:
                bed.run()
            except UsageError as error:
                said.append(error)
        return Response(200)

    bed.mail("batch_size: 100\n    concurrency: 1")
    summary = bed.run(transport=FunctionTransport(answer))
    assert ["already running"] == [str(one).splitlines()[0][-15:] for one in said]
    assert (300, "done") == (summary.record.added, summary.record.state)
    assert 300 == len(bed.ledger)


def test_a_plan_in_the_middle_of_a_run_changes_nothing(bed: Bed) -> None:
    bed.build(people(300))
    plans = []

    def answer(request: Request) -> Response:
        plans.append(bed.plan()[0].counts["add"])
        return Response(200)

    bed.mail("batch_size: 100\n    concurrency: 1")
    assert 300 == bed.run(transport=FunctionTransport(answer)).record.added
    assert 3 == len(plans)
    assert [(300, "done")] == bed.rows(
        "select (select count(*) from {ledger} where fingerprint <> 'unknown'), state from {runs}"
    )


@pytest.mark.parametrize("clock", ["goes on", "is put back"])
def test_a_run_that_lost_its_lease_stops_and_writes_nothing_more(
    bed: Bed, monkeypatch: pytest.MonkeyPatch, clock: str
) -> None:
    ahead = itertools.count(start=0, step=100 if clock == "goes on" else -3600)
    monkeypatch.setattr(runs_module, "time", SimpleNamespace(time=lambda: next(ahead)))
    bed.build(people(500))
    bed.mail("batch_size: 100\n    concurrency: 1")
    calls = 0

    def answer(request: Request) -> Response:
        nonlocal calls
        calls += 1
        if calls == 2:
            with bed.warehouse() as warehouse, warehouse.state():
                leases = warehouse.state_table("sync_leases")
                warehouse.run(f"update {leases} set run_id = 'the thief', owner = 'elsewhere:1'")
        return Response(200)

    with pytest.raises(UsageError, match="another run of the sync 'vips_to_mail' has taken over"):
        bed.run(transport=FunctionTransport(answer))
    assert 2 == calls
    assert [("the thief",)] == bed.rows("select run_id from {leases}")


def test_a_long_wait_keeps_the_lease(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform that asks for minutes: the lease is renewed while every batch waits."""
    monkeypatch.setattr("cdp_activate.sync.deliver.SIGN_OF_LIFE", 0.02)
    monkeypatch.setattr(runs_module, "RENEW_EVERY", 0.0)
    bed.build(people(3))
    ends: list[Any] = []

    def answer(request: Request) -> Response:
        ends.extend(bed.rows("select expires_at from {leases}"))
        is_renewed = ends[-1] > ends[0]
        wait = Response(429, {"retry-after": "0.1"})
        return Response(200) if is_renewed or len(ends) > 50 else wait

    bed.run(transport=FunctionTransport(answer))
    assert ends[-1] > ends[0]


@pytest.mark.duckdb_files
def test_a_state_that_another_process_holds_for_a_while_does_not_end_a_run(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs_module, "RENEW_EVERY", 0.0)
    bed.build(people(4))
    bed.mail("batch_size: 1\n    concurrency: 1")
    bed.wait = 0.02
    held: list[Any] = []

    def answer(request: Request) -> Response:
        while not held:
            with suppress(duckdb.Error):  # the run itself has it for a moment
                held.append(duckdb.connect(str(bed.folder / "warehouse.cdp_state.duckdb")))
                return Response(200)
        if request.json()["rows"][0]["key"] == "c-00002":
            held[0].close()
        return Response(200)

    assert 4 == bed.run(transport=FunctionTransport(answer)).record.added
    held.clear()
    monkeypatch.setattr(runs_module, "LAST_CALL", 0.0)
    bed.build(people(8))
    with pytest.raises(LockedError):
        bed.run(transport=FunctionTransport(answer))
    held[0].close()


# Receipts ...


SENT = [("upsert", "begin"), ("upsert", "answer")]
TAKEN = [("remove", "begin"), ("remove", "answer")]


@pytest.mark.parametrize(
    ("story", "ledger", "rejected"),
    [
        ([("upsert", "begin")], "unknown", False),
        (SENT, "new", False),
        ([("upsert", "begin"), ("upsert", "refuse")], "old", True),
        ([("upsert", "begin"), ("upsert", "spare")], "old", False),
        ([("remove", "begin")], "unknown", False),
        ([*TAKEN, *SENT], "new", False),
        ([*TAKEN, ("upsert", "begin")], "unknown", False),
        ([*TAKEN, ("upsert", "begin"), ("upsert", "refuse")], None, True),
        (TAKEN, None, False),
        ([("remove", "begin"), ("remove", "refuse")], "old", True),
        ([("remove", "begin"), ("remove", "job")], "unknown", False),
        ([("remove", "begin"), ("remove", "job"), ("remove", "settle")], None, False),
        ([("remove", "begin"), ("remove", "job"), ("remove", "lose")], "unknown", False),
    ],
)
def test_the_last_word_on_each_person_counts(
    bed: Bed, story: list[tuple[Verb, str]], ledger: str | None, rejected: bool
) -> None:
    """Someone whose address changed: taken off under the old, put on under the new."""
    bed.build([person("k1")])
    bed.run()
    bed.build([person("k1", email="new@example.com")])
    (old,) = bed.rows("select fingerprint from {ledger}")

    def happened(notes: Notes) -> None:
        for verb, what in story:
            if what == "begin":
                notes.begin(LIST, verb, 0)
            elif what == "spare":
                notes.spare(LIST, verb, (0, 0))
            elif what == "settle":
                notes.settle(LIST, verb, "job", {})
            elif what == "lose":
                notes.lose(LIST, verb, "job")
            else:
                why = {"k1": "no"} if what == "refuse" else {}
                notes.answer(LIST, verb, (0, 0), why, "job" if what == "job" else None)

    killed_run(bed, happened)
    if [what for _, what in story][-1] == "job":
        bed.plan()
        old_words = [one for (one,) in bed.rows("select fingerprint from {ledger}")]
        assert [old[0]] == old_words, "a job is not settled by looking at a plan"
        with bed.warehouse() as warehouse, warehouse.work("vips_to_mail") as work:
            Notes(work.notes).lose(LIST, "remove", "job")
    bed.plan()
    words = {old[0]: "old", "unknown": "unknown"}
    found = [words.get(one, "new") for (one,) in bed.rows("select fingerprint from {ledger}")]
    assert ([ledger] if ledger else [], rejected) == (found, "k1" in bed.rejected)


def test_identifiers_are_in_the_ledger_and_nowhere_else(bed: Bed) -> None:
    bed.change_sync("{email: email}", "{email: email, phone: phone}")
    everyone = [
        person(f"k{n}", phone=f"+49170123456{n}", first_name="Wilhelmina") for n in range(9)
    ]
    bed.build(everyone)
    bed.receiver.misbehave("reject_rows", containing="k3", reason="person.k3@example.com is bad")
    bed.run()
    bed.build([replace(one, email=f"new.{one.key}@example.com") for one in everyone[1:]])
    bed.receiver.misbehave("status", status=404)
    with pytest.raises(Exception, match="404"):
        bed.run()
    for name in COLUMNS:
        text = str(bed.rows(f"select * from {{{name}}}"))
        assert (name == "ledger") == ("@" in text), name
        assert (name == "ledger") == ("+49170" in text), name
        assert "Wilhelmina" not in text, name


def test_the_tables_of_an_older_version_are_brought_up_to_date(bed: Bed) -> None:
    """With receipts that a killed run left in its table: those people may have been sent."""
    bed.build([])
    of = "'vips_to_mail', 'mail', 'VIPs'"
    named = "sync varchar, destination varchar, list varchar, entity_key varchar"
    with bed.warehouse() as warehouse, warehouse.state():
        ledger, receipts = (
            warehouse.state_table(f"sync_{name}") for name in ("ledger", "receipts")
        )
        prints = "fingerprint varchar, identifiers_fingerprint varchar, identifiers varchar"
        warehouse.run(f"create table {ledger} ({named}, {prints}, run_id varchar, "
                      "acknowledged_at timestamp)")  # fmt: skip
        warehouse.run(f"create table {receipts} ({named}, outcome varchar, {prints}, "
                      "run_id varchar, position bigint, received_at timestamp)")  # fmt: skip
        warehouse.run(f"insert into {ledger} values ({of}, 'ada', 'f', 'i', '{{}}', 'r', now())")
        warehouse.run(
            f"insert into {receipts} values ({of}, 'bea', 'sending', 'f', 'i', '{{}}', 'r', 1, "
            "now())"
        )
    found = "select entity_key, fingerprint from {ledger} order by 1"
    assert [("ada", "f"), ("bea", "unknown")] == bed.rows(found) == bed.rows(found)


def test_a_column_that_a_sync_table_lacks_is_added_or_told(bed: Bed) -> None:
    """Never by sending people to a build, which makes no sync table."""
    bed.build(people(3))
    bed.run()
    for table, column in (("sync_runs", "calls"), ("sync_erasure_steps", "message")):
        with bed.warehouse() as warehouse, warehouse.state():
            warehouse.run(f"alter table {warehouse.state_table(table)} drop column {column}")
    assert 0 == bed.run().record.calls
    assert [(None,), (0,)] == bed.rows("select calls from {runs} order by started_at")
    with bed.warehouse() as warehouse, warehouse.state():
        warehouse.run(f"alter table {warehouse.state_table('sync_runs')} drop column state")
    with pytest.raises(WarehouseError, match=r"sync_runs lacks the column 'state'") as caught:
        bed.run()
    assert "restore it from a backup" in caught.value.remedy
