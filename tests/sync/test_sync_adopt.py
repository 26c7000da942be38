"""`adopt`: people who are on a list already are taken over; strangers are never touched."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bed import LIST, Bed, Person, person
from click.testing import CliRunner

from cdp_activate.cli import main
from cdp_activate.destinations.webhook import WebhookDestination
from cdp_activate.sync.drift import drift
from cdp_activate.sync.tables import ADOPTED

EVERYONE = [
    person("both"),
    person("new"),
    person("leaver", member=False),
    person("withdrawn", consent="withdrawn"),
]
THEIRS = ["both", "leaver", "withdrawn", "stranger"]


def adopt(bed: Bed, *arguments: str) -> Any:
    folder = ["--project-dir", str(bed.folder), "--profiles-dir", str(bed.folder)]
    return CliRunner().invoke(main, ["adopt", "vips_to_mail", *folder, *arguments])


@pytest.fixture
def filled(bed: Bed) -> Bed:
    """A list that was kept by hand, known by address."""
    bed.mail("lists_members: true")
    bed.build(EVERYONE)
    there = {
        key: {"key": key, "identifiers": {"email": f"person.{key}@example.com"}} for key in THEIRS
    }
    bed.receiver.put(LIST, there)
    return bed


def counts(done: Any) -> tuple[int, ...]:
    told = json.loads(done.output)
    return tuple(told[name] for name in ("on_list", "adopted", "known", "outside", "strangers"))


def test_people_of_the_audience_are_taken_over_and_the_next_run_sends_the_difference(
    filled: Bed,
) -> None:
    done = adopt(filled, "--json")
    assert (0, (4, 2, 0, 1, 1)) == (done.exit_code, counts(done))
    assert THEIRS == list(filled.listed), "nothing was sent"
    assert {("both", ADOPTED), ("withdrawn", ADOPTED)} == set(
        filled.rows("select entity_key, fingerprint from {ledger}")
    )
    filled.change_sync("first_run: false", "max_rejected: 5%")
    run = filled.run().record
    assert (1, 1, 0, 1) == (run.added, run.updated, run.moved, run.removed)
    assert {"both", "new", "leaver", "stranger"} == filled.listed.keys()
    assert (4, 0, 2, 1, 1) == counts(adopt(filled, "--json"))


def test_people_outside_the_audience_are_taken_over_when_asked_for(filled: Bed) -> None:
    assert (4, 3, 0, 1, 1) == counts(adopt(filled, "--outside", "--json"))
    assert 2 == filled.run().record.removed
    assert {"both", "new", "stranger"} == filled.listed.keys()


def test_an_export_is_matched_as_it_would_be_sent_and_nothing_of_it_is_said(bed: Bed) -> None:
    bed.build(EVERYONE)
    bed.write(
        "export.csv",
        "\ufeffName,Email\nAda, Person.Both@Example.com \nBea,PERSON.WITHDRAWN@example.com\n"
        "Eve,stranger@example.com\n,\n",
    )
    done = adopt(bed, "--from", str(bed.folder / "export.csv"))
    assert (0, 0) == (done.exit_code, bed.receiver.calls)
    assert ["3", "2", "0", "0", "1"] == done.output.splitlines()[1].split()[-5:]
    assert "@" not in done.output
    assert {"both", "withdrawn"} == bed.ledger
    assert [("adopted",)] == bed.rows("select state from {runs}")


def test_of_two_with_one_address_the_member_is_taken_over(bed: Bed) -> None:
    twin = Person("a-twin", email="person.both@example.com", member=False)
    bed.build([*EVERYONE, twin])
    bed.write("export.csv", "email;name\nperson.both@example.com;Ada\n")
    adopt(bed, "--from", str(bed.folder / "export.csv"), "--outside")
    assert {"both"} == bed.ledger


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ([], 2, "--from FILE.csv"),
        (["--from", "none.csv"], 2, "is it there"),
        (["--from", "wrong.csv"], 2, "identifiers: email"),
        (["--from", "binary.csv"], 2, "export it as CSV in UTF-8"),
    ],
)
def test_what_cannot_be_adopted_is_said_and_the_lease_given_back(
    bed: Bed, arguments: list[str], code: int, says: str
) -> None:
    bed.build(EVERYONE)
    bed.write("wrong.csv", "address\nperson.both@example.com\n")
    (bed.folder / "binary.csv").write_bytes(b"email\n\xff\xfe\n")
    arguments = [str(bed.folder / one) if one.endswith("csv") else one for one in arguments]
    done = adopt(bed, *arguments)
    assert code == done.exit_code
    assert says in done.stderr
    assert "person.both" not in done.stderr
    assert [] == bed.rows("select * from {leases}")
    assert [] == bed.rows("select * from {runs}"), "it would stand for the run that is due"


def test_each_list_of_a_value_is_taken_over_for_those_who_belong_there(bed: Bed) -> None:
    bed.mail("lists_members: true")
    bed.change_sync("consent:", 'per: first_name\nlist: "In {per}"\nconsent:')
    bed.build([person("ann"), person("bob", first_name="Bob"), person("cid", first_name=None)])
    there = {
        key: {"key": key, "identifiers": {"email": f"person.{key}@example.com"}}
        for key in ("ann", "bob", "cid", "stranger")
    }
    bed.receiver.put("In Ada", there)
    done = adopt(bed, "--json")
    assert (0, (4, 1, 0, 2, 1)) == (done.exit_code, counts(done))
    assert ["In Ada", "In Bob"] == [one["list"] for one in json.loads(done.output)["lists"]]
    adopted = "select list, entity_key from {ledger} where fingerprint = 'adopted' order by 2"
    assert [("In Ada", "ann")] == bed.rows(adopted)
    run = bed.run().record
    assert (1, 1, 0) == (run.added, run.updated, run.removed)

    export = bed.folder / "export.csv"
    bed.write("export.csv", "email\nperson.bob@example.com\n")
    done = adopt(bed, "--from", str(export), "--outside")
    assert (2, True) == (done.exit_code, "column `list`" in done.stderr)
    bed.write("export.csv", "email,list\nperson.bob@example.com,In Ada\nperson.cid@example.com,x\n")
    done = adopt(bed, "--from", str(export), "--outside", "--json")
    assert (1, 1, 0, 1, 0) == counts(done)
    assert 1 == bed.run().record.removed
    assert {"ann", "cid", "stranger"} == set(bed.receiver.lists["In Ada"])


def test_messages_have_nothing_to_adopt(bed: Bed) -> None:
    bed.build(EVERYONE)
    bed.change_sync("destination: mail", "destination: mail\nmode: events")
    assert 2 == adopt(bed, "--from", "none.csv").exit_code


def test_drift_before_the_first_run_opens_no_list(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To open a list is to make it where there is none."""
    bed.mail("lists_members: true")
    bed.build(EVERYONE)
    opened: list[str] = []
    monkeypatch.setattr(WebhookDestination, "open", lambda self, name: opened.append(name) or name)
    with bed.warehouse() as warehouse:
        (found,) = drift(bed.the_sync, warehouse)
        assert ([], None, None) == (opened, found.platform_size, found.error)
        bed.run()
        opened.clear()
        (found,) = drift(bed.the_sync, warehouse)
    assert ([], 2, 0) == (opened, found.platform_size, found.missing)
