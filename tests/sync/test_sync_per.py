"""One sync, a list for each value of a column: `per:`."""

from __future__ import annotations

import gc
import json
import random
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from bed import AS_OF, QUICK, SYNC, Bed, Person, people, person
from click.testing import CliRunner
from mortal import KilledError, Life, Moment, MortalTransport, mortal_files, mortal_warehouse

from cdp_activate.cli import main
from cdp_activate.destinations.webhook import WebhookDestination
from cdp_activate.errors import DestinationError, GuardError, SourceErrors
from cdp_activate.receiver import SimulatedPlatform
from cdp_activate.sync import lease
from cdp_activate.sync.drift import drift
from cdp_activate.sync.erase import ErasureContext
from cdp_activate.sync.guards import refusals
from cdp_activate.sync.run import RunOptions, run_sync
from cdp_activate.sync.status import statuses

PER = SYNC.replace("destination: mail\n", 'destination: mail\nper: first_name\nlist: "In {per}"\n')


def living(country: str | None, *keys: str, **values: Any) -> list[Person]:
    """People whose value is this country; the bed's customers have no column of that name."""
    return [person(key, first_name=country, **values) for key in keys]


@pytest.fixture
def fan(bed: Bed) -> Bed:
    bed.write("syncs/vips.yml", PER)
    return bed


def lists(bed: Bed) -> dict[str, set[str]]:
    return {name: set(rows) for name, rows in bed.receiver.lists.items() if rows}


def command(bed: Bed, *arguments: str) -> Any:
    folder = ["--project-dir", str(bed.folder), "--profiles-dir", str(bed.folder)]
    return CliRunner().invoke(main, [*arguments, *folder])


def test_people_go_to_the_list_of_their_value_and_follow_it(fan: Bed) -> None:
    vn, de = living("VN", "ada", "bea", "cid"), living(" DE ", "dora", "eve")
    nowhere = living(None, "fay") + living("  ", "gus")
    fan.build([*vn, *de, *nowhere])
    summary = fan.run()
    assert {"In VN": {"ada", "bea", "cid"}, "In DE": {"dora", "eve"}} == lists(fan)
    assert (5, {"no value for per": 2}) == (summary.record.added, summary.plan.held_back)
    assert 0 == fan.plan()[0].changes

    # Ada moves country; Bea loses her value; Cid changes within his list.
    moved = [*living("DE", "ada"), *living(None, "bea"), *living("VN", "cid", points=9)]
    fan.build([*moved, *de, *nowhere])
    _, steps = fan.plan()
    assert {"add": ["ada"], "update": ["cid"], "move": [], "remove": ["ada", "bea"]} == {
        action: sorted(one.key for one in some) for action, some in steps.items()
    }
    before = len(fan.receiver.requests)
    fan.run()
    assert {"In VN": {"cid"}, "In DE": {"ada", "dora", "eve"}} == lists(fan)
    verbs = [call.action for call in fan.receiver.requests[before:]]
    assert ["remove", "upsert", "upsert"] == verbs, "removes come first, whatever the list"
    assert 0 == fan.plan()[0].changes


def test_each_list_is_in_the_ledger_the_plan_and_the_status(fan: Bed) -> None:
    fan.mail("lists_members: true")
    fan.build([*living("VN", "ada", "bea"), *living("DE", "cid"), *living("FR", "eve", points=1)])
    fan.run()
    rows = fan.rows("select list, count(*) from {ledger} group by 1 order by 1")
    assert [("In DE", 1), ("In FR", 1), ("In VN", 2)] == rows
    assert [("In {per}", "done", 4)] == fan.rows("select list, state, added from {runs}")
    with fan.warehouse() as warehouse:
        (status,) = statuses(fan.project.syncs, warehouse)
        found = drift(fan.the_sync, warehouse)
    assert (4, {"In DE": 1, "In FR": 1, "In VN": 2}) == (status["list_size"], status["lists"])
    assert [("In DE", False), ("In FR", False), ("In VN", False)] == [
        (one.list, one.drifted) for one in found
    ]
    fan.build([*living("VN", "ada"), *living("DE", "bea", "cid"), *living("FR", "eve", points=1)])
    shown = command(fan, "sync", "--dry-run").output
    assert "vips_to_mail: In DE: 1 add, 1 unchanged" in shown
    assert "vips_to_mail: In VN: 1 remove, 1 unchanged" in shown
    assert "In DE" in command(fan, "status").output

    # Erased from the list where they are, though the warehouse has another value by now.
    with fan.warehouse() as warehouse:
        project = fan.project
        erasing = ErasureContext(project.syncs, project.destinations, warehouse, QUICK)
        steps = erasing.erase("bea", "customer").steps
    assert [("In VN", "gone")] == [(one.list, one.verified) for one in steps]
    assert "bea" not in lists(fan)["In VN"]
    assert {"erased": 1} == fan.plan()[0].held_back


def test_a_value_that_disappears_empties_its_list_and_is_guarded(fan: Bed) -> None:
    stay = living("VN", "ada", "bea")
    germans = [f"d{number}" for number in range(10)]
    fan.build([*stay, *living("DE", *germans)])
    fan.run()
    fan.build(stay)
    with pytest.raises(GuardError, match="nobody belongs on 'In DE' now, the list holds 10"):
        fan.run()
    assert {"In VN": {"ada", "bea"}, "In DE": {*germans}} == lists(fan)
    # Who withdraws still belongs there: it is not a column that broke.
    fan.build([*stay, *living("DE", *germans, consent="withdrawn")])
    assert [] == refusals(fan.plan()[0])
    fan.build(stay)
    assert 10 == fan.run(allow=["emptied"]).record.removed
    assert {"In VN": {"ada", "bea"}} == lists(fan)
    # Of many lists a few are named; the last of a few people leave without a word.
    several = [one for number in range(9) for one in living(f"L{number}", f"p{number}")]
    fan.build([*stay, *several, *living("L9", "p9")])
    fan.run()
    fan.build(stay)
    with pytest.raises(GuardError, match="'In L4' now, the list holds 1; emptied: and 5 more"):
        fan.run()
    fan.build([*stay, *living("L9", "p9")])
    assert 9 == fan.run().record.removed


def test_a_large_list_is_guarded_alone_and_small_ones_together(fan: Bed) -> None:
    fan.change_sync("first_run: false", "first_run: false, max_remove: 40%")
    large = [replace(one, first_name="VN") for one in people(120)]
    more = [replace(person(f"d-{place:03}"), first_name="DE") for place in range(300)]
    few = [*living("FR", "ada", "bea"), *living("PL", "cid", "dora", "eve")]
    fan.build([*large, *more, *few])
    fan.run()
    fan.build([*large, *more, *few[1:]])  # half of a list of two
    assert [] == refusals(fan.plan()[0])
    fan.build([*large[60:], *more, *few])  # half of one list, a seventh of all
    (refused,) = refusals(fan.plan()[0])
    assert "would remove 60 of 120 (In VN), more than 40%" == refused.message


def test_a_column_of_too_many_values_is_refused_before_any_list_is_made(fan: Bed) -> None:
    fan.change_sync("first_run: false", "first_run: false, max_lists: 2")
    fan.build([*living("VN", "ada"), *living("DE", "bea"), *living("FR", "cid")])
    done = command(fan, "sync")
    assert (3, 0, {}) == (done.exit_code, fan.receiver.calls, fan.receiver.lists)
    assert "would keep 3 lists, more than 2" in done.output and "--allow max_lists" in done.output
    assert 3 == fan.run(allow=["max_lists"]).record.added


def test_two_lists_that_the_platform_takes_for_one_are_refused(
    fan: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WebhookDestination, "open", lambda self, name: name.lower())
    fan.build([*living("VN", "ada"), *living("vn", "bea")])
    with pytest.raises(DestinationError, match="takes the lists 'In VN' and 'In vn' for one"):
        fan.run()
    assert 0 == fan.receiver.calls
    fan.change_sync("per: first_name", 'per: {sql: "upper(first_name)"}')
    fan.run()
    assert {"in vn": {"ada", "bea"}} == lists(fan)


def test_a_list_of_another_name_is_left_and_spoken_of(fan: Bed) -> None:
    """Names like those of the lists are theirs; `_` and `%` in a name stand for themselves."""
    fan.change_sync('"In {per}"', '"100%_{per}"')
    fan.build([*living("VN", "ada"), *living("DE", "bea")])
    fan.run()
    assert {"100%_VN": {"ada"}, "100%_DE": {"bea"}} == lists(fan)
    assert 0 == fan.plan()[0].changes
    fan.change_sync('"100%_{per}"', '"100 {per}"')
    summary = fan.run()
    assert 2 == summary.record.added
    assert "the list '100%_DE' of 'mail' may still hold 1 people" in str(summary.record.message)


MISTAKES = [
    ("per: first_name", "per: frist_name", 4, "'frist_name' is no column", "'first_name'?"),
    ("per: first_name", "per: since", 4, "'since' is a timestamp", "{sql: ..}"),
    ("per: first_name", "per: {value: 1}", 4, "'per' is a column or an exp", "per: country"),
    ('"In {per}"', "In VN", 5, "'list': the name of the list has no {per}", "VIPs {per}"),
    ('"In {per}"', '"{per} {per}"', 5, "'list': the name of the list has no", "VIPs {per}"),
    ('"In {per}"', '"In {first_name}"', 5, "'list': the name of the list has no", "{per}"),
    ("destination: mail", "mode: events\ndestination: mail", 5, "`mode: events` keeps no", ""),
]


def test_a_mistake_in_per_is_shown_at_its_line(fan: Bed) -> None:
    for old, new, line, message, hint in MISTAKES:
        fan.change_sync(old, new)
        with pytest.raises(SourceErrors) as caught:
            _ = fan.the_sync
        found = [(one.line, one.message, one.hint) for one in caught.value.problems]
        said = [(at, text[: len(message)], hint in remedy) for at, text, remedy in found]
        assert (line, message, True) in said, found
        fan.change_sync(new, old)


def test_a_personal_column_names_no_list(fan: Bed) -> None:
    manifest = json.loads((fan.folder / "target/manifest.json").read_text())
    column = manifest["nodes"]["model.shop.customers"]["columns"]["first_name"]
    column["config"] = {"meta": {"cdp": {"pii": "name"}}}
    fan.write("target/manifest.json", json.dumps(manifest))
    with pytest.raises(SourceErrors, match="'first_name' is personal, and names of lists"):
        _ = fan.the_sync


def test_a_list_that_another_sync_may_keep_is_refused(fan: Bed) -> None:
    text = SYNC.replace("vips_to_mail", "again")
    for name in ("In VN", "In V{per}", "I{per}"):
        per = "per: first_name\n" if "{per}" in name else ""
        fan.write("syncs/second.yml", f'{text}{per}list: "{name}"\n')
        with pytest.raises(SourceErrors, match="already keeps the list"):
            _ = fan.the_sync
        fan.write("syncs/second.yml", f'{text}{per}list: "Not {name}"\n')
        assert "In {per}" == fan.the_sync.list_name


@pytest.mark.duckdb_files
def test_runs_over_several_lists_that_are_killed_end_in_the_same_place(
    fan: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People change their value, leave, withdraw; then a killed run, then one that ends."""
    chance = random.Random(20260310)
    monkeypatch.setattr(lease, "_is_gone", lambda owner: True)  # the dead are of this process
    fan.mail("batch_size: 2")
    platform = SimulatedPlatform()
    everyone = {f"p-{place}": person(f"p-{place}", first_name="VN") for place in range(12)}
    kills = 0
    for _ in range(5):
        for key in chance.sample(sorted(everyone), 6):
            change = chance.choice(
                [{"first_name": chance.choice(["VN", "DE", "FR", None])},
                 {"member": chance.random() < 0.7},
                 {"consent": chance.choice(["granted", "granted", "withdrawn"])},
                 {"points": chance.randint(0, 9)},
                 {"email": f"{key}.{chance.randint(0, 9)}@example.com"}]
            )  # fmt: skip
            everyone[key] = replace(everyone[key], **change)
        fan.build(everyone.values())
        moments = [
            Moment("statement", chance.randint(20, 110)), Moment("call", chance.randint(1, 5)),
            Moment("answer", chance.randint(1, 5)), Moment("write", chance.randint(1, 12)),
        ]  # fmt: skip
        kills += run(fan, platform, Life(chance.choice(moments)))
        assert not run(fan, platform, Life())
        expected: dict[str, set[str]] = {}
        for one in everyone.values():
            if one.member and one.first_name and one.consent == "granted":
                expected.setdefault(f"In {one.first_name}", set()).add(one.key)
        assert expected == {name: set(rows) for name, rows in platform.lists.items() if rows}
        sent = {
            (name, key): row["identifiers"]["email"]
            for name, rows in platform.lists.items()
            for key, row in rows.items()
        }
        assert {key: everyone[key[1]].email for key in sent} == sent
        assert set(sent) == set(fan.rows("select list, entity_key from {ledger}"))
    assert kills >= 3


def run(bed: Bed, platform: SimulatedPlatform, life: Life) -> bool:
    """One run; whether it was killed."""
    transport = MortalTransport(platform.transport, life, lambda _: None, lambda *_: None)
    warehouse = mortal_warehouse(bed.folder / "warehouse.duckdb", life)
    options = RunOptions(patience=QUICK, allow=["emptied"], transport=transport)
    with mortal_files(life), suppress(KilledError):
        run_sync(bed.the_sync, bed.project.catalog, warehouse, as_of=AS_OF, options=options)
    warehouse.close()
    if life.is_over:
        gc.collect()
    return life.is_over
