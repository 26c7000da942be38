"""What people get wrong, driven from the command line: a sentence or a recorded rejection."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bed import SYNC, Bed, Person, people, person
from click.testing import CliRunner

from cdp_activate.cli import main


def command(bed: Bed, *arguments: str) -> Any:
    folder = ["--project-dir", str(bed.folder), "--profiles-dir", str(bed.folder)]
    return CliRunner().invoke(main, [*arguments, *folder])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("destination: mail", "destination: mial", "unknown destination 'mial'"),
        ("first_name", "first_nam", "'first_nam' is no column of customers"),
    ],
)
def test_an_unknown_destination_or_field_sends_nothing(
    bed: Bed, old: str, new: str, said: str
) -> None:
    bed.build(people(3))
    bed.change_sync(old, new)
    done = command(bed, "sync")
    assert (2, 0) == (done.exit_code, bed.receiver.calls)
    assert f"syncs/vips.yml:{3 if 'mial' in new else 5}" in done.output
    assert said in done.output and "did you mean" in done.output


def test_a_missing_secret_is_named_and_no_secret_is_shown(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    bed.build(people(3))
    bed.mail("secret: \"{{ env_var('MAIL_SECRET') }}\"")
    monkeypatch.delenv("MAIL_SECRET", raising=False)
    done = command(bed, "sync", "--json")
    (line,) = json.loads(done.output)
    assert (2, 0) == (done.exit_code, bed.receiver.calls)
    assert "MAIL_SECRET is not set" in line["message"]
    monkeypatch.setenv("MAIL_SECRET", "whsec_hunter2!")
    wrong = command(bed, "sync", "--log-format", "json")
    assert 2 == wrong.exit_code
    assert "hunter2" not in wrong.output


@pytest.mark.parametrize(
    ("settings", "line", "key"),
    [
        ("secret: hunter2", 5, "secret"),
        ("secret: 'hunter2'  # env_var(HERE)", 5, "secret"),
        ("secret: \"{{ env_var('MAIL_SECRET', 'hunter2') }}\"", 5, "secret"),
        ("headers:\n      Authorization: Bearer hunter2", 6, "headers"),
    ],
)
def test_a_secret_in_the_file_stops_every_command_and_is_not_shown(
    bed: Bed, settings: str, line: int, key: str
) -> None:
    bed.build(people(3))
    bed.mail(settings)
    for asked in (["sync"], ["plan"], ["destinations", "check"]):
        done = command(bed, *asked)
        assert (2, 0) == (done.exit_code, bed.receiver.calls), asked
        assert f"syncs/destinations.yml:{line}:" in done.output
        assert f"'{key}': a secret stands in the file" in done.output
        assert "env_var('" in done.output
        assert "hunter2" not in done.output


def test_a_wrong_identifier_beside_a_right_one_is_counted_and_not_shown(bed: Bed) -> None:
    bed.change_sync("{email: email}", "{email: email, phone: phone}")
    wrong = [person(f"w{number}", phone=f"call-me-{number}") for number in range(3)]
    bed.build(
        [
            *people(4, phone="+84901234567"),
            *wrong,
            person("n"),
            Person("p", email="@", phone="+84901234568"),
        ]
    )
    shown = command(bed, "plan").output
    assert "vips_to_mail: 3 sent without phone, which is not valid" in shown
    assert "call-me" not in shown
    (line,) = json.loads(command(bed, "sync", "--json").output)
    assert {"email": 1, "phone": 3} == line["without"]
    assert {} == bed.plan()[0].as_dict()["without"]
    assert {"phone"} == bed.receiver.lists["VIPs"]["p"]["identifiers"].keys()


def test_two_syncs_on_one_list_are_refused(bed: Bed) -> None:
    bed.build(people(3))
    bed.write("syncs/second.yml", SYNC.replace("vips_to_mail", "again"))
    done = command(bed, "sync")
    assert (2, 0) == (done.exit_code, bed.receiver.calls)
    assert "already keeps the list 'VIPs'" in done.output


def test_a_list_that_is_gone_is_an_error_that_names_the_destination(bed: Bed) -> None:
    bed.build(people(3))
    bed.receiver.misbehave("status", status=404, times=None)
    done = command(bed, "sync")
    assert 1 == done.exit_code
    assert "mail answered 404" in done.output and "the list still exists" in done.output
    (state,) = bed.rows("select state from {runs}")
    assert ("failed",) == state


def test_an_email_that_is_a_phone_number_is_held_back_and_said(bed: Bed) -> None:
    bed.build([person("ada"), person("bob", email="+491701234567")])
    done = command(bed, "sync", "--json")
    (line,) = json.loads(done.output)
    assert (0, {"invalid identifier": 1}) == (done.exit_code, line["held_back"])
    assert {"ada"} == bed.listed.keys()
    assert "4917" not in done.output
