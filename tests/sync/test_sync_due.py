"""`run --due`: what is due runs, each after what it needs; killed anywhere, it is called again."""

from __future__ import annotations

import json
import re
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest
from bed import QUICK, SYNC, Bed, people
from click.testing import CliRunner

from cdp_activate.cli import main
from cdp_activate.errors import SourceErrors
from cdp_activate.sync import run as run_module
from cdp_activate.sync.due import SyncOutcome
from cdp_activate.sync.lease import Lease
from cdp_activate.sync.model import Sync
from cdp_activate.sync.plan import Plan
from cdp_activate.sync.run import RunOptions

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def write(bed: Bed, **syncs: str) -> None:
    """One sync a name, with these further lines; each keeps a list of its own."""
    (bed.folder / "syncs/vips.yml").unlink(missing_ok=True)
    for name, more in syncs.items():
        text = SYNC.replace("vips_to_mail", name) + f"list: {name}\n{more}\n"
        bed.write(f"syncs/{name}.yml", text)


DAILY = 'schedule: "0 12 * * *"'


def run(bed: Bed, now: datetime, **more: Any) -> dict[str, SyncOutcome]:
    lines = bed.project.scheduler.run(now, RunOptions(patience=QUICK), **more)
    return {line.sync: line for line in lines}


def outcomes(bed: Bed, now: datetime, **more: Any) -> dict[str, str]:
    return {name: line.outcome for name, line in run(bed, now, **more).items()}


def test_due_syncs_run_once_for_each_time_and_others_do_not(bed: Bed) -> None:
    bed.build(people(3))
    write(bed, daily=DAILY, hourly='schedule: "0 * * * *"', never="")
    assert {"daily": "ran", "hourly": "ran", "never": "not due"} == outcomes(bed, NOON)
    assert {"daily": 3, "hourly": 3} == {name: len(has) for name, has in bed.receiver.lists.items()}
    quarter_past = NOON + timedelta(minutes=15)
    assert {"not due"} == set(outcomes(bed, quarter_past).values())
    later = outcomes(bed, NOON + timedelta(hours=1))
    assert {"daily": "not due", "hourly": "ran", "never": "not due"} == later


def test_each_runs_after_those_it_needs(bed: Bed) -> None:
    bed.build(people(3))
    write(bed, a=f"{DAILY}\nneeds: [b, c]", b=f"{DAILY}\nneeds: [c]", c=DAILY)
    assert {"ran"} == set(outcomes(bed, NOON).values())
    order = bed.rows("select sync from {runs} order by started_at")
    ended = bed.rows("select sync from {runs} order by finished_at")
    assert [("c",), ("b",), ("a",)] == order == ended


def test_syncs_without_needs_run_side_by_side(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each waits in its call until all three are in theirs: one by one they would never be."""
    together = threading.Barrier(3, timeout=20)
    monkeypatch.setattr(
        "cdp_activate.destinations.webhook.WebhookDestination.open",
        lambda self, name: (together.wait(), name)[1],
    )
    bed.build(people(3))
    write(bed, a=DAILY, b=DAILY, c=DAILY)
    assert {"ran"} == set(outcomes(bed, NOON).values())


def test_who_needs_a_sync_that_failed_is_skipped_and_runs_when_it_is_well(bed: Bed) -> None:
    bed.build(people(3))
    write(bed, a=f"{DAILY}\nneeds: [b]", b=DAILY, c=f"{DAILY}\nneeds: [a]", d=DAILY)
    b = (bed.folder / "syncs/b.yml").read_text()
    bed.write("syncs/b.yml", b.replace("first_run: false", "first_run: false, min_size: 100"))
    found = run(bed, NOON)
    assert {"a": "skipped", "b": "failed", "c": "skipped", "d": "ran"} == {
        name: line.outcome for name, line in found.items()
    }
    assert "it needs b, which failed" == found["a"].why
    again = run(bed, NOON + timedelta(minutes=1))
    assert {"a": "waiting", "b": "not due", "c": "waiting", "d": "not due"} == {
        name: line.outcome for name, line in again.items()
    }
    assert "it needs b, which has not run well yet" == again["a"].why
    bed.write("syncs/b.yml", b)
    assert {"a", "b", "c", "d"} == {
        name
        for name, outcome in outcomes(bed, NOON + timedelta(days=1)).items()
        if outcome == "ran"
    }


def test_a_sync_that_breaks_is_a_line_like_any_that_fails(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    bed.build(people(3))
    write(bed, a=DAILY, b=DAILY)
    make = run_module.make_plan

    def make_one(sync: Sync, *rest: Any) -> Plan:
        if sync.name == "a":
            raise KeyError("person.c-00001@example.com")
        return make(sync, *rest)

    monkeypatch.setattr(run_module, "make_plan", make_one)
    found = run(bed, NOON)
    assert {"a": "failed", "b": "ran"} == {name: line.outcome for name, line in found.items()}
    place = r"it broke at test_sync_due\.py:\d+ \(KeyError\)"
    assert re.fullmatch(place, found["a"].why)
    (told,) = bed.rows("select message from {runs} where sync = 'a' and state = 'failed'")
    assert re.fullmatch(place, told[0])


def test_a_need_that_jitter_delays_is_waited_for(bed: Bed) -> None:
    bed.build(people(3))
    jitter = 'schedule: {cron: "0 12 * * *", jitter: 50 minutes}'
    write(bed, a=f"{DAILY}\nneeds: [b]", b=jitter)
    assert {"a": "waiting", "b": "not due"} == outcomes(bed, NOON)
    assert {"a": "ran", "b": "ran"} == outcomes(bed, NOON + timedelta(minutes=50))


def test_a_run_that_was_killed_or_stopped_leaves_its_sync_due(bed: Bed) -> None:
    bed.build(people(3))
    write(bed, a=DAILY)
    outcomes(bed, NOON)
    for state in ("running", "killed", "stopped", "locked"):
        bed.rows(f"update {{runs}} set state = '{state}' returning 1")
        assert {"a": "ran"} == outcomes(bed, NOON + timedelta(minutes=1))


def test_a_sync_that_another_process_runs_is_left_to_it(bed: Bed) -> None:
    bed.build(people(3))
    write(bed, a=DAILY, b=f"{DAILY}\nneeds: [a]")
    lease = "'a', 'r', 'elsewhere:1', timestamp '2999-01-01'"
    bed.rows(f"insert into {{leases}} values ({lease}) returning 1")
    assert {"a": "running", "b": "waiting"} == outcomes(bed, NOON)


def test_what_another_call_has_run_meanwhile_is_not_run_again(bed: Bed) -> None:
    """Both calls found it due; the other one, a moment later, takes the lease first."""
    bed.build(people(3))
    write(bed, a=f"{DAILY}\nneeds: [b]", b=DAILY)
    scheduler = bed.project.scheduler
    opened = scheduler.open_warehouse
    looked: list[bool] = []
    found: dict[str, str] = {}

    def open_late() -> Any:
        if looked:
            scheduler.open_warehouse = opened
            found.update(outcomes(bed, NOON + timedelta(seconds=1)))
        looked.append(True)
        return opened()

    scheduler.open_warehouse = open_late
    late = scheduler.run(NOON, RunOptions(patience=QUICK))
    assert {"a": "ran", "b": "ran"} == found
    assert {("not due", "it ran for 2026-03-10 12:00 UTC")} == {
        (line.outcome, line.why) for line in late
    }
    assert [("a",), ("b",)] == sorted(bed.rows("select sync from {runs}"))
    assert [] == bed.rows("select * from {leases}")


def test_after_a_build_a_sync_is_due_once(bed: Bed) -> None:
    bed.build(people(3))
    bed.write("audiences/staff.yml", "audience: staff\nwhere: {trait: points, gt: 5}\n")
    write(bed, a="schedule: {after: build}\nsuppress: [staff]")
    bed.execute("create table audience_staff (customer_id text, variant text)")
    assert {"a": "not due"} == outcomes(bed, NOON)

    def dbt_built(at: str, which: str = "build", **statuses: str) -> None:
        timing = [{"name": "compile"}, {"name": "execute", "completed_at": at}]
        results = [
            {"unique_id": f"model.shop.audience_{name}", "status": status, "timing": timing}
            for name, status in (statuses or {"vips": "success"}).items()
        ]
        said = {"args": {"which": which}, "results": results}
        bed.write("target/run_results.json", json.dumps(said))

    dbt_built("2999-01-01T00:00:00Z", "generate")
    assert {"a": "not due"} == outcomes(bed, NOON), "documentation is no build"
    dbt_built("2026-03-10T11:59:00Z")
    assert {"a": "ran"} == outcomes(bed, NOON)
    assert {"a": "not due"} == outcomes(bed, NOON)
    for broken in (
        {"vips": "error"},
        {"vips": "success", "staff": "skipped"},
        {"other": "success"},
    ):
        dbt_built("2999-01-01T00:00:00Z", **broken)
        assert {"a": "not due"} == outcomes(bed, NOON)
    dbt_built("2999-01-01T00:00:00Z", staff="success")
    assert {"a": "ran"} == outcomes(bed, NOON), "whom it suppresses is what it reads too"
    dbt_built("2999-01-01T00:00:00Z")
    assert {"a": "ran"} == outcomes(bed, NOON)


@pytest.mark.parametrize("which", ["generate", "test", "build", "half of it", None])
def test_a_build_is_known_whatever_dbt_did_since(bed: Bed, which: str | None) -> None:
    """Its results are overwritten by then, or are elsewhere; the tables bear marks."""
    bed.build(people(3))
    write(bed, a="schedule: {after: build}")
    if which:
        model = "other" if which == "build" else "audience_vips"
        timing = [{"completed_at": "2999-01-01T00:00:00Z"}]
        result = {"unique_id": f"model.shop.{model}", "status": "success", "timing": timing}
        said = json.dumps({"args": {"which": which}, "results": [result]})
        bed.write("target/run_results.json", said[:60] if which == "half of it" else said)

    def mark(times: str) -> None:
        digest = bed.project.syncs["a"].digests["vips"]
        bed.execute(f"comment on table audience_vips is 'cdp_activate {digest} {times}'")

    mark("2026-03-10T00:00:00")
    line = run(bed, NOON)["a"]
    assert ("not due", "nothing says that dbt has built its audience") == (line.outcome, line.why)
    for built in ("2026-03-10T11:00:00.5", "2999-01-01T00:00:00"):
        mark(f"2026-03-10T00:00:00 {built}")
        assert {"a": "ran"} == outcomes(bed, NOON)
    mark("2026-03-10T00:00:00 2026-03-10T11:00:00.5")
    assert {"a": "not due"} == outcomes(bed, NOON)


@pytest.mark.duckdb_files
def test_while_a_build_has_the_warehouse_nothing_is_due_after_it(bed: Bed) -> None:
    bed.build(people(3))
    write(bed, a="schedule: {after: build}", b=DAILY)
    scheduler = bed.project.scheduler
    scheduler.open_warehouse = bed.warehouse
    bed.wait = 0
    with duckdb.connect(str(bed.folder / "warehouse.duckdb")):
        a, b = scheduler.dry_run(NOON)
    assert ("not due", True) == (a.outcome, "another process holds" in a.why)
    assert "due" == b.outcome


def test_a_run_told_to_stop_begins_no_further_sync(bed: Bed) -> None:
    bed.build(people(3))
    write(bed, a=DAILY, b=f"{DAILY}\nneeds: [a]")
    how = RunOptions(patience=QUICK)
    how.stop.set()
    assert ["stopped", "skipped"] == [line.outcome for line in bed.project.scheduler.run(NOON, how)]
    assert 0 == bed.receiver.calls


def command(bed: Bed, *arguments: str) -> Any:
    folder = ["--project-dir", str(bed.folder), "--profiles-dir", str(bed.folder)]
    return CliRunner().invoke(main, ["run", *arguments, *folder, "--as-of", NOON.isoformat()])


def test_the_command_says_what_is_due_runs_it_and_tells_by_its_exit_code(bed: Bed) -> None:
    bed.build(people(3))
    write(bed, a=DAILY, b=f"{DAILY}\nneeds: [a]", c="")
    b = (bed.folder / "syncs/b.yml").read_text()
    bed.write("syncs/b.yml", b.replace("first_run: false", "first_run: false, min_size: 100"))
    shown = command(bed, "--due", "--dry-run")
    assert (0, 0) == (shown.exit_code, bed.receiver.calls)
    assert "a     due      since 2026-03-10 12:00 UTC  2026-03-11 12:00" in shown.output
    assert "c     not due  it has no `schedule:`" in shown.output
    done = command(bed, "--due", "--json")
    assert 3 == done.exit_code
    a, b, c = json.loads(done.output)
    assert ("ran", "done", 3) == (a["outcome"], a["run"]["state"], a["run"]["added"])
    assert ("failed", "GuardError") == (b["outcome"], b["error"]["kind"])
    assert ("not due", None) == (c["outcome"], c["next_at"])
    again = command(bed, "--due")
    assert 0 == again.exit_code
    assert "not due" in again.output
    assert 2 == command(bed).exit_code


@pytest.mark.parametrize(
    ("more", "line", "message"),
    [
        ("needs: [vip]", 8, "it needs the sync 'vip', which there is not"),
        ("needs: [vips_to_mail]", 8, "wait for one another: vips_to_mail needs vips_to_mail"),
        ('schedule: "0 25 * * *"', 8, "no cron expression: bad hour"),
        ("schedule: {cron: 0 7 * * *, timezone: Mars}", 8, "no time zone of the IANA database"),
        ("schedule: {cron: 0 7 * * *, zone: UTC}", 8, "unknown key 'zone'"),
        ("schedule: {cron: 0 7 * * *, catch_up: skp}", 8, "it should be 'once' or 'skip'"),
        ("schedule: daily", 8, "write five fields, minute, hour, day of month, month, day of week"),
        ("schedule: {at: 7}", 8, "unknown key 'at'"),
        ("schedule: 7", 8, "'schedule' is no mapping"),
    ],
)
def test_a_wrong_schedule_or_need_is_shown_at_its_line(
    bed: Bed, more: str, line: int, message: str
) -> None:
    bed.write("syncs/vips.yml", f"{SYNC}{more}\n")
    with pytest.raises(SourceErrors) as caught:
        _ = bed.the_sync
    (problem,) = caught.value.problems
    assert line == problem.line
    assert message in problem.message
    if "key" in message or "mapping" in message:
        assert 'such as schedule: "0 7 * * *"' in problem.hint
        assert "schedule: {after: build}" in problem.hint
    if "should be" in message:
        assert "did you mean 'skip'?" == problem.hint


def test_a_length_of_time_is_written_short_or_long_everywhere(bed: Bed) -> None:
    more = 'schedule: {cron: "0 7 * * *", jitter: 5m, grace: 90s}'
    guards = SYNC.replace("guards: {", "guards: {fresh_within: 2 days, ")
    bed.write("syncs/vips.yml", f"{guards}{more}\n")
    settings = bed.the_sync.settings
    assert settings.schedule is not None
    assert timedelta(minutes=5) == settings.schedule.jitter
    assert timedelta(seconds=90) == settings.schedule.grace
    assert timedelta(days=2) == settings.guards.fresh_within


def test_syncs_that_wait_for_one_another_are_an_error_that_names_them(bed: Bed) -> None:
    write(bed, a="needs: [b]", b="needs: [c]", c="needs: [a]", d="needs: [a]")
    with pytest.raises(SourceErrors, match=r"a needs b needs c needs a|b needs c needs a needs b"):
        _ = bed.project.syncs


def test_status_says_when_a_sync_is_due_and_whether_a_run_is_under_way(bed: Bed) -> None:
    bed.build(people(3))
    write(bed, hourly='schedule: "0 * * * *"', never="")
    now = datetime.now(UTC)
    run(bed, now, select=["hourly"])
    options = ["--project-dir", str(bed.folder), "--profiles-dir", str(bed.folder)]
    with bed.warehouse() as warehouse, warehouse.state():
        Lease(warehouse, "never").take("r-1")
    hourly, never = json.loads(CliRunner().invoke(main, ["status", *options, "--json"]).output)
    assert (False, None) == (hourly["due"], hourly["running"])
    assert hourly["next_at"] > now.isoformat()
    assert ("r-1", None) == (never["running"]["run_id"], never["next_at"])
    shown = CliRunner().invoke(main, ["status", *options]).output
    assert hourly["next_at"][:16] in shown
    assert "never: a run is under way (r-1)" in shown
