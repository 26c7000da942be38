"""`--max-rows`: a run sends the changes of so many people, and the next run goes on."""

from __future__ import annotations

import json
from typing import Any

from bed import AS_OF, LIST, SYNC, Bed, people, person
from click.testing import CliRunner
from mortal import Life, MortalTransport

from cdp_activate.cli import main
from cdp_activate.http import Request
from cdp_activate.receiver import PlatformBehaviour, SimulatedPlatform
from cdp_activate.sync.run import RunOptions, Summary


def sync(bed: Bed, *arguments: str) -> Any:
    folder = ["--project-dir", str(bed.folder), "--profiles-dir", str(bed.folder), "--json"]
    return CliRunner().invoke(main, ["sync", *arguments, *folder])


def test_removals_go_first_then_whole_moves_and_the_next_runs_go_on(bed: Bed) -> None:
    platform, sent = SimulatedPlatform(), list[tuple[str, str]]()

    def look(request: Request) -> None:
        said = json.loads(request.body)
        sent.extend((said["action"], row["key"]) for row in said["rows"])

    def run(**options: Any) -> Summary:
        transport = MortalTransport(platform.transport, Life(), look, lambda request, answer: None)
        return bed.run(transport=transport, **options)

    bed.build([*people(4), person("moves"), person("changes")])
    run()
    moved = person("moves", email="new@example.com")
    bed.build([*people(4)[2:], moved, person("changes", points=9), person("comes")])
    sent.clear()
    for most, remaining in ((1, 4), (2, 2), (1, 1), (1, 0)):
        before = len(sent)
        summary = run(max_rows=most)
        state = ("partial", remaining) if remaining else ("done", 0)
        assert state == (summary.record.state, summary.remaining)
        assert len({key for _, key in sent[before:]}) == most
        assert bed.ledger == set(platform.lists[LIST]), "the ledger is what was acknowledged"
    assert ["remove", "remove", "remove", "upsert"] == [verb for verb, _ in sent[:4]]
    assert {"c-00000", "c-00001", "moves"} == {key for _, key in sent[:3]}
    assert ("upsert", "moves") == sent[3], "nobody is half moved"
    assert {"changes", "comes"} == {key for _, key in sent[4:]}
    found = bed.rows("select state, message from {runs} order by started_at")
    assert ["done", "partial", "partial", "partial", "done"] == [state for state, _ in found]
    assert "4 changes are left for the next run" == found[1][1]


def test_guards_judge_the_whole_plan_and_a_full_refresh_has_no_part(bed: Bed) -> None:
    bed.build(people(10))
    bed.run()
    bed.change_sync("first_run: false", "max_remove: 20%")
    bed.build(people(7))
    refused = sync(bed, "--max-rows", "1")
    assert 3 == refused.exit_code
    assert "would remove 3 of 10" in refused.output
    assert 10 == len(bed.listed)
    (told,) = json.loads(sync(bed, "--max-rows", "1", "--allow", "max_remove").output)
    assert ("partial", 1, 2) == (told["state"], told["removed"], told["remaining"])
    assert 2 == sync(bed, "--max-rows", "1", "--full-refresh").exit_code
    assert 2 == sync(bed, "--max-rows", "0").exit_code


def test_who_changes_their_list_goes_from_the_one_to_the_other_in_one_run(bed: Bed) -> None:
    per = SYNC.replace(
        "destination: mail\n", 'destination: mail\nper: first_name\nlist: "In {per}"\n'
    )
    bed.write("syncs/vips.yml", per)
    here = [person(key, first_name="VN") for key in "abc"]
    bed.build(here)
    bed.run()
    bed.build([person(key, first_name="DE") for key in "abc"])
    left = [bed.run(max_rows=1, allow=["emptied"]).remaining for _ in range(3)]
    assert [4, 2, 0] == left
    assert {"a", "b", "c"} == set(bed.receiver.lists["In DE"])
    assert {} == bed.receiver.lists["In VN"]


def test_a_part_leaves_its_sync_due_and_those_that_need_it_waiting(bed: Bed) -> None:
    bed.build(people(3))
    (bed.folder / "syncs/vips.yml").unlink()
    for name, more in (("first", ""), ("second", "\nneeds: [first]")):
        daily = f'list: {name}\nschedule: "0 12 * * *"{more}\n'
        bed.write(f"syncs/{name}.yml", SYNC.replace("vips_to_mail", name) + daily)

    def outcomes() -> list[str]:
        scheduler = bed.project.scheduler
        return [line.outcome for line in scheduler.run(AS_OF, RunOptions(max_rows=2))]

    assert ["partial", "waiting"] == outcomes()
    assert ["ran", "partial"] == outcomes()
    assert ["not due", "ran"] == outcomes()
    assert 3 == len(bed.receiver.lists["second"])


def test_a_part_ends_well_where_the_platform_answers_later_and_refuses_some(bed: Bed) -> None:
    platform = SimulatedPlatform(PlatformBehaviour(job_ticks=2))
    bed.build(people(5))
    platform.misbehave("reject_rows", keys={"c-00000": "no"})
    states = []
    for _ in range(3):
        summary = bed.run(max_rows=2, transport=platform.transport)
        states.append((summary.record.state, summary.remaining))
    assert [("partial", 3), ("partial", 1), ("done", 0)] == states
    assert bed.ledger == set(platform.lists[LIST]) == {one.key for one in people(5)[1:]}
