"""`runs` and `rejections`: what was done and refused, without anything personal."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from bed import Bed, people, person
from click.testing import CliRunner

from cdp_activate.cli import main
from cdp_activate.errors import CdpError
from cdp_activate.sync import history
from cdp_activate.sync.rejections import OTHERWISE, what_to_do


def command(bed: Bed, *arguments: str) -> Any:
    folder = ["--project-dir", str(bed.folder), "--profiles-dir", str(bed.folder)]
    return CliRunner().invoke(main, [*arguments, *folder])


def asked(bed: Bed, *arguments: str) -> Any:
    return json.loads(command(bed, *arguments, "--json").output)


@pytest.mark.parametrize("name", ["runs", "rejections"])
def test_a_sync_that_never_ran_and_is_in_no_file_is_told(bed: Bed, name: str) -> None:
    bed.build(people(1))
    bed.run()
    wrong = command(bed, name, "--select", "vips_to_mial")
    assert 2 == wrong.exit_code
    assert "unknown sync 'vips_to_mial'\n  did you mean 'vips_to_mail'?" in wrong.output
    bed.change_sync("sync: vips_to_mail", "sync: vips_to_post")
    for known in ("vips_to_mail", "vips_to_post"):
        assert 0 == command(bed, name, "--select", known).exit_code


def test_runs_are_shown_newest_first_and_can_be_filtered(bed: Bed) -> None:
    assert "no runs\n" == command(bed, "runs").output
    bed.build(people(3))
    bed.run()
    bed.build(people(2))
    bed.run()
    bed.build([])
    with suppress(CdpError):
        bed.run()
    with bed.warehouse() as warehouse:

        def found(**filters: Any) -> list[tuple[Any, Any]]:
            some = history.runs(warehouse, history.RunFilter(**filters))
            return [(one["state"], one["removed"]) for one in some]

        assert [("refused", 0), ("done", 1), ("done", 0)] == found()
        assert [("done", 1), ("done", 0)] == found(states=["done"])
        assert [("refused", 0)] == found(limit=1)
        assert [] == found(since=datetime(2999, 1, 1, tzinfo=UTC)) == found(syncs=["another"])
    assert ["done"] == [one["state"] for one in asked(bed, "runs", "--state", "done")[1:]]
    shown = command(bed, "runs").output
    assert "emptied: the audience is empty, the list holds 2" in shown
    wrong = command(bed, "runs", "--state", "doen")
    assert (2, True) == (wrong.exit_code, "did you mean 'done'?" in wrong.output)


def test_rejections_are_grouped_by_reason_with_what_to_do_and_keys_only_on_request(
    bed: Bed,
) -> None:
    assert "no rejections\n" == command(bed, "rejections").output
    everyone = [person("a1"), person("a2"), person("b1"), person("c1")]
    bed.build(everyone)
    bounced = "the address person.a1@example.com bounced"
    reasons = {"a1": bounced, "a2": bounced.replace("a1", "a2"), "b1": "no such field POINTS"}
    bed.receiver.misbehave("reject_rows", keys=reasons)
    bed.run()
    first, second = asked(bed, "rejections")
    assert ("the address *** bounced", 2) == (first["reason"], first["count"])
    assert ("no such field POINTS", 1) == (second["reason"], second["count"])
    assert "mark it in the source" in first["what_to_do"]
    assert "compare `fields:`" in second["what_to_do"]
    shown = command(bed, "rejections").output
    assert "vips_to_mail: 2 rejected: the address *** bounced" in shown
    assert not any(one.key in shown or (one.email or "") in shown for one in everyone)
    assert ["a1"] == asked(bed, "rejections", "--keys", "1")[0]["keys"]
    assert "a1, a2" in command(bed, "rejections", "--keys", "5").output


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("Mailbox does not exist", "no longer takes mail"),
        ("member in compliance state", "consent of `denied`"),
        ("PHONE_INVALID", "country code"),
        ("Invalid email syntax", "mend the address"),
        ("a profile already exists", "external_id"),
        ("account over its limit", "the account is full"),
        ("there is no Zalo account of this number", "cannot be reached there"),
        ("the person refuses messages of this account", "consent of `denied`"),
        ("???", OTHERWISE),
    ],
)
def test_a_reason_says_what_usually_mends_it(reason: str, words: str) -> None:
    assert words in what_to_do(reason)
