"""Bad input and bad days: a sentence that says what to do, nothing sent, nothing half-written."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bed import AS_OF, SYNC, Bed, people, person
from click.testing import CliRunner

from cdp_activate.cli import main
from cdp_activate.destinations.webhook import WebhookDestination
from cdp_activate.errors import (
    AuthError,
    CdpError,
    DestinationError,
    LockedError,
    SourceErrors,
    UsageError,
    WarehouseError,
)
from cdp_activate.sync.model import read_destinations
from cdp_activate.text import parse


def problems(bed: Bed) -> list[tuple[str, int, str, str]]:
    """Path, line, message and hint of each mistake in the YAML."""
    with pytest.raises(SourceErrors) as caught:
        _ = bed.the_sync
    return [(one.path, one.line, one.message, one.hint) for one in caught.value.problems]


def command(bed: Bed, *arguments: str) -> Any:
    folder = ["--project-dir", str(bed.folder), "--profiles-dir", str(bed.folder)]
    return CliRunner().invoke(main, [*arguments, *folder, "--as-of", AS_OF.isoformat()])


@pytest.mark.parametrize(
    ("old", "new", "line", "message", "hint"),
    [
        ("audience: vips", "audience: vip", 2, "unknown audience 'vip'", "did you mean 'vips'?"),
        ("destination: mail", "destination: mial", 3, "unknown destination 'mial'",
         "did you mean 'mail'?"),
        ("{email: email}", "{email: emial}", 4, "'emial' is no column of customers",
         "did you mean 'email'?"),
        ("first_name, POINTS", "firstname, POINTS", 5, "'firstname' is no column of customers",
         "did you mean 'first_name'?"),
        ("email_marketing", "email_marketting", 6, "unknown purpose 'email_marketting'",
         "did you mean 'email_marketing'?"),
        ("consent: email_marketing\n", "", 1, "'consent' is missing",
         "add `consent: PURPOSE` (whose yes is asked for, or `consent: not_required`"),
        ("identifiers: {email: email}\n", "", 1, "'identifiers' is missing",
         "add `identifiers: {email: email}`"),
        ("sync: vips_to_mail", "sync: Vips to mail", 1, "'sync': write small letters", ""),
        ("consent:", "mode: mirrored\nconsent:", 6, "'mode': it should be 'mirror'", ""),
        ("{email: email}", "{}", 4, "'identifiers' is empty", "it needs 1 at least"),
        ("consent:", "list: 5\nconsent:", 6, "'list' is no text", "put it in quotes"),
        ("consent:", "suppress: staff\nconsent:", 6, "'suppress' is no list", "in brackets"),
        ("{first_run: false}", "{min_size: few}", 7, "'min_size' is no whole number", ""),
        ("first_run: false", "first_run: no way", 7, "'first_run' is neither true nor false", ""),
        ("first_run:", "max_removal: 1, first_run:", 7, "unknown key 'max_removal'",
         "did you mean 'max_remove'?"),
        ("consent:", "shedule: daily\nconsent:", 6, "unknown key 'shedule'",
         "did you mean 'schedule'?"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_sync_is_shown_at_its_line_with_what_was_meant(
    bed: Bed, old: str, new: str, line: int, message: str, hint: str
) -> None:
    bed.change_sync(old, new)
    ((path, found_line, found_message, found_hint),) = problems(bed)
    assert ("syncs/vips.yml", line) == (path, found_line)
    assert found_message.startswith(message), found_message
    assert hint in found_hint


def test_every_mistake_is_shown_at_once(bed: Bed) -> None:
    bed.change_sync("{email: email}", "{email: a, phone: b}")
    bed.change_sync("email_marketing", "nothing")
    bed.write("syncs/second.yml", SYNC.replace("audience: vips", "audience: none"))
    assert ["syncs/second.yml", *["syncs/vips.yml"] * 3] == [one[0] for one in problems(bed)]
    # Of the form and of the names, in the order of the file.
    wrong = "sync: Second\naudience: vip\nmode: x\ndestination: mail\nidentifiers: {email: a}\n"
    bed.write("syncs/second.yml", f"{wrong}suppress: staff\nfields: {{F: {{sql: random()}}}}\n")
    second = [one for one in problems(bed) if "second" in one[0]]
    assert [1, 1, 2, 3, 6] == [one[1] for one in second]
    bed.write("syncs/second.yml", SYNC.replace("first_name", "{sql: random()}") + "mode: x\n")
    messages = [one[2] for one in problems(bed) if "second" in one[0]]
    assert "'sql' cannot use RANDOM()" == messages[0]
    assert messages[1].startswith("'mode'")


def test_an_identifier_that_the_destination_does_not_match_on(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WebhookDestination, "identifiers", ("email", "phone"))
    bed.change_sync("{email: email}", "{email: email, fone: phone}")
    ((_, line, message, hint),) = problems(bed)
    assert (4, "webhook does not match on 'fone'") == (line, message)
    assert "did you mean 'phone'?" in hint


def test_a_mirror_needs_a_destination_that_can_remove(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WebhookDestination, "verbs", frozenset({"upsert"}))
    ((_, _, message, hint),) = problems(bed)
    assert "webhook cannot take anyone off a list" in message
    assert "say `mode: upsert`" == hint
    bed.change_sync("destination: mail", "destination: mail\nmode: upsert")
    assert "upsert" == bed.the_sync.settings.mode


META = "type: meta_ads, ad_account_id: {}, access_token: \"{{{{ env_var('{}') }}}}\""


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        (META.format("123", "A"), META.format("'123'", "B") + ", retention_days: 9", True),
        (META.format("123", "A"), META.format("124", "A"), False),
        (META.format("123", "A"), META.format("123", "A") + ", base_url: 'https://eu.test'", False),
        ("type: file, path: out", "type: file, path: out, format: parquet", True),
        ("type: slack, token: t, text: a", "type: slack, token: t, text: b", False),
    ],
)
def test_entries_of_one_account_are_one_destination(one: str, other: str, are_one: bool) -> None:
    """Whatever keys they are opened with, and whatever else they say."""
    text = f"destinations:\n  one: {{{one}}}\n  other: {{{other}}}\n"
    secret = "\"{{ env_var('T') }}\""
    found = read_destinations(parse(text.replace("token: t,", f"token: {secret},")))
    assert are_one is (found["one"].place == found["other"].place)


def test_two_syncs_on_one_list_are_refused(bed: Bed) -> None:
    bed.write("syncs/zweiter.yml", SYNC.replace("vips_to_mail", "zweiter"))
    ((path, _, message, hint),) = problems(bed)
    assert ("syncs/zweiter.yml", True) == (path, "would undo each other" in hint)
    assert "the sync 'vips_to_mail' already keeps the list 'VIPs'" == message
    # White space does not tell lists apart, nor do two names for one destination.
    mail = f"{{type: webhook, url: '{bed.receiver.url}'}}"
    bed.write("syncs/destinations.yml", f"destinations:\n  mail: {mail}\n  post: {mail}\n")
    other = SYNC.replace("vips_to_mail", "zweiter").replace(
        "destination: mail", "destination: post"
    )
    bed.write("syncs/zweiter.yml", other + "list: 'VIPs '\n")
    assert [message] == [found[2] for found in problems(bed)]
    # Nor do settings that do not say where, in whatever order.
    post = f"{{url: '{bed.receiver.url}', type: webhook, batch_size: 7, gzip: true}}"
    bed.write("syncs/destinations.yml", f"destinations:\n  mail: {mail}\n  post: {post}\n")
    assert [message] == [found[2] for found in problems(bed)]
    # Nor do capitals, to many platforms.
    for name in ("list: vips\n", "list: 'v{per}'\nper: first_name\n"):
        bed.write("syncs/zweiter.yml", SYNC.replace("vips_to_mail", "zweiter") + name)
        assert [message] == [found[2] for found in problems(bed)]
    bed.write("syncs/zweiter.yml", SYNC.replace("vips_to_mail", "zweiter") + "list: Others\n")
    assert "VIPs" == bed.the_sync.list_name


def test_two_syncs_of_one_name_are_refused(bed: Bed) -> None:
    bed.write("syncs/zweiter.yml", SYNC)
    (found,) = problems(bed)
    assert ("syncs/zweiter.yml", 1, "two syncs are named 'vips_to_mail'") == found[:3]
    assert "the other is in syncs/vips.yml, line 1: rename one" == found[3]


def test_an_item_of_a_list_is_called_as_the_list(bed: Bed) -> None:
    bed.write("syncs/vips.yml", f"{SYNC}suppress: [5]\n")
    assert [("'suppress' is no text", "put it in quotes")] == [one[2:] for one in problems(bed)]


def test_an_unknown_type_of_destination(bed: Bed) -> None:
    bed.write("syncs/destinations.yml", "destinations:\n  mail: {type: webhok, url: x}\n")
    ((path, line, message, hint),) = problems(bed)
    assert ("syncs/destinations.yml", 2) == (path, line)
    assert "there is no destination type 'webhok'" == message
    assert "did you mean 'webhook'?" in hint


def test_a_missing_secret_is_named_and_nothing_is_begun(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    bed.mail("secret: \"{{ env_var('MAIL_SECRET') }}\"")
    bed.build(people(3))
    monkeypatch.delenv("MAIL_SECRET", raising=False)
    with pytest.raises(SourceErrors, match="environment variable MAIL_SECRET is not set") as caught:
        bed.run()
    (problem,) = caught.value.problems
    assert ("syncs/destinations.yml", 5) == (problem.path, problem.line)
    assert "export MAIL_SECRET=" in problem.hint
    assert (0, []) == (bed.receiver.calls, bed.rows("select * from {runs}"))


@pytest.mark.parametrize("secret", ["whsec_hunter2!", "whsec_", "  "])
def test_a_wrong_secret_is_never_shown(
    bed: Bed, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    bed.mail("secret: \"{{ env_var('MAIL_SECRET') }}\"")
    monkeypatch.setenv("MAIL_SECRET", secret)
    with pytest.raises(SourceErrors) as caught:
        bed.the_sync.destination.open()
    said = f"{caught.value} {caught.value!r} {caught.value.problems}"
    assert "syncs/destinations.yml:5" in said
    assert "hunter2" not in said


def test_a_secret_that_a_platform_quotes_is_not_kept(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    bed.mail("headers: {authorization: \"{{ env_var('MAIL_KEY') }}\"}")
    monkeypatch.setenv("MAIL_KEY", "Bearer hunter2hunter2")
    bed.build(people(3))
    said = "'Bearer hunter2hunter2' may not write"
    cut = f"{'x' * 185} Bearer hunter2hunter2"
    bed.receiver.misbehave("reject_rows", keys={"c-00000": said, "c-00001": cut})
    bed.run()
    whole, begun = sorted(why for (why,) in bed.rows("select reason from {rejections}"))
    assert "'***' may not write" == whole
    assert begun == f"{'x' * 185} ***..."  # a long reason is cut, and the secret in it


def test_credentials_that_the_platform_refuses_are_an_error_of_one_call(bed: Bed) -> None:
    bed.build(people(1000))
    bed.mail("batch_size: 100\n    concurrency: 1")
    bed.receiver.misbehave("status", status=401, times=None)
    with pytest.raises(AuthError, match="mail answered 401"):
        bed.run()
    assert 1 == bed.receiver.calls


def a_closed_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_a_destination_that_is_down_is_an_error_and_the_next_run_delivers(bed: Bed) -> None:
    bed.build(people(3))
    bed.write(
        "syncs/destinations.yml",
        f"destinations: {{mail: {{type: webhook, url: 'http://127.0.0.1:{a_closed_port()}'}}}}",
    )
    with pytest.raises(DestinationError, match="could not be connected to") as caught:
        bed.run()
    assert "run the sync again later" in caught.value.remedy
    (row,) = bed.rows("select state, added, message from {runs}")
    assert ("failed", 0) == row[:2]
    assert "could not be connected to" in row[2]
    bed.mail()
    bed.run()
    assert 3 == len(bed.listed)


def test_an_audience_that_dbt_has_not_built(bed: Bed) -> None:
    bed.build(people(3))
    bed.execute("drop table audience_vips")
    with pytest.raises(WarehouseError, match="'vips' has not been built in the ware") as caught:
        bed.run()
    assert "run `cdp-activate build`" in caught.value.remedy


def test_an_audience_that_dbt_does_not_know(bed: Bed) -> None:
    manifest = json.loads((bed.folder / "target/manifest.json").read_text())
    del manifest["nodes"]["model.shop.audience_vips"]
    bed.write("target/manifest.json", json.dumps(manifest))
    bed.build(people(3))
    with pytest.raises(WarehouseError, match="dbt does not know the audience 'vips' yet"):
        bed.run()


def test_a_table_that_lacks_a_column(bed: Bed) -> None:
    bed.build(people(3))
    bed.run()
    bed.execute("alter table customers drop column email")
    with pytest.raises(WarehouseError, match=r"lacks a table or column.*\bemail\b") as caught:
        bed.run()
    assert "run `cdp-activate build`" in caught.value.remedy
    assert 3 == len(bed.ledger) == len(bed.listed)


@pytest.mark.duckdb_files
def test_a_warehouse_that_is_not_there(bed: Bed) -> None:
    with pytest.raises(WarehouseError, match="there is no warehouse at"):
        bed.run()
    assert [("failed",)] == bed.rows("select state from {runs}")


@pytest.mark.duckdb_files
def test_a_file_that_is_no_database(bed: Bed) -> None:
    bed.write("warehouse.duckdb", "this is text" * 1000)
    with pytest.raises(WarehouseError, match="cannot be opened") as caught:
        bed.run()
    assert "is it a DuckDB file" in caught.value.remedy


@pytest.mark.duckdb_files
def test_the_doctor_opens_the_sync_state(bed: Bed) -> None:
    def looked() -> dict[str, Any]:
        folder = ["--project-dir", str(bed.folder), "--profiles-dir", str(bed.folder)]
        said = CliRunner().invoke(main, ["doctor", *folder, "--json"])
        return {one["what"]: (one["ok"], one["found"]) for one in json.loads(said.stdout)}

    bed.build(people(1))
    assert (True, "the first sync makes it") == looked()["sync state"]
    bed.write("warehouse.cdp_state.duckdb", "this is text" * 1000)
    ok, found = looked()["sync state"]
    assert (False, True) == (ok, "cannot be opened" in found)


@contextmanager
def another_process_holds(path: Path, seconds: float = 60) -> Iterator[None]:
    """A process that has the DuckDB file open for writing."""
    code = (
        "import duckdb, sys, time; c = duckdb.connect(sys.argv[1]); print('open', flush=True); "
        "time.sleep(float(sys.argv[2])); c.close()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(path), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert "open\n" == holder.stdout.readline()
    try:
        yield
    finally:
        holder.kill()
        holder.communicate()


@pytest.mark.duckdb_files
def test_a_warehouse_that_another_process_holds(bed: Bed) -> None:
    bed.build(people(3))
    bed.run()
    bed.build(people(5))
    bed.wait = 0.2
    with another_process_holds(bed.folder / "warehouse.duckdb"):
        with pytest.raises(LockedError, match="another process holds the DuckDB file") as caught:
            bed.run()
        assert "close the other program" in caught.value.remedy
    assert 1 == caught.value.exit_code
    assert [("done",), ("locked",)] == bed.rows("select state from {runs} order by started_at")
    assert ([], 3) == (bed.rows("select * from {leases}"), len(bed.listed))
    assert 2 == bed.run().record.added


@pytest.mark.duckdb_files
def test_state_that_another_process_holds_for_a_moment_is_waited_for(bed: Bed) -> None:
    bed.build(people(3))
    bed.run()
    bed.build(people(5))
    with another_process_holds(bed.folder / "warehouse.cdp_state.duckdb", seconds=0.5):
        assert 2 == bed.run().record.added


@pytest.mark.duckdb_files
def test_state_that_another_process_holds_for_long(bed: Bed) -> None:
    bed.build(people(3))
    bed.run()
    bed.wait = 0.2
    with (
        another_process_holds(bed.folder / "warehouse.cdp_state.duckdb"),
        pytest.raises(LockedError, match=r"warehouse\.cdp_state\.duckdb"),
    ):
        bed.run()
    assert 3 == len(bed.ledger)


@pytest.mark.duckdb_files
def test_state_that_gets_locked_in_the_middle_of_a_run_loses_nothing(bed: Bed) -> None:
    """The sync tables are not needed until the end: the next run finds the answers in the notes."""
    bed.build(people(300))
    bed.mail("batch_size: 100\n    concurrency: 1")
    bed.wait = 0.2
    state = bed.folder / "warehouse.cdp_state.duckdb"
    holding = another_process_holds(state)

    class Locking(WebhookDestination):
        is_held = False

        def upsert(self, *arguments: Any) -> Any:
            receipt = super().upsert(*arguments)
            if not Locking.is_held:
                Locking.is_held = True
                holding.__enter__()
            return receipt

    with pytest.MonkeyPatch.context() as patch, pytest.raises(LockedError):
        patch.setattr("cdp_activate.sync.model.destination_class", lambda name: Locking)
        bed.run()
    holding.__exit__(None, None, None)
    assert 300 == len(bed.listed)
    remaining = people(300)[50:]
    bed.build(remaining)
    bed.rows("update {leases} set owner = 'gone', expires_at = timestamp '2000-01-01' returning 1")
    assert (0, 50) == ((done := bed.run().record).added, done.removed)
    assert {one.key for one in remaining} == bed.listed.keys() == bed.ledger


@pytest.mark.duckdb_files
def test_a_folder_that_cannot_hold_the_state(bed: Bed) -> None:
    bed.build(people(3))
    (bed.folder / "warehouse.cdp_state.duckdb").mkdir()
    with pytest.raises(WarehouseError, match="cannot be opened") as caught:
        bed.run()
    assert "write to its folder" in caught.value.remedy
    assert 0 == bed.receiver.calls


FULL = """
import resource, signal, sys
from cdp_activate.cli import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)), resource.RLIM_INFINITY))
main()
"""


@pytest.mark.duckdb_files
@pytest.mark.slow
def test_a_disk_that_fills_up_anywhere_is_a_sentence_and_the_next_run_goes_on(bed: Bed) -> None:
    """A limit on the size of files stands in for the disk: writing beyond it fails."""
    everyone = people(5000)
    for room in (0, 5_000, 13_000, 100_000, 1_000_000):
        bed.build(everyone)
        said = subprocess.run(
            [sys.executable, "-c", FULL, str(room), "sync", "--project-dir", str(bed.folder),
             "--profiles-dir", str(bed.folder), "--as-of", AS_OF.isoformat()],
            capture_output=True, text=True, env={**os.environ, "TMPDIR": "/nonexistent"},
            check=False,
        )  # fmt: skip
        assert 1 == said.returncode, (room, said.stderr)
        assert "Traceback" not in said.stderr
        assert "is there room" in said.stderr, (room, said.stderr)
        everyone = everyone[100:]
    bed.build(everyone)
    bed.run()
    assert {one.key for one in everyone} == bed.listed.keys() == bed.ledger
    assert [] == [path.name for path in bed.folder.glob(".*.tmp")]


def test_ctrl_c_in_a_program_that_runs_syncs_keeps_what_was_acknowledged(bed: Bed) -> None:
    bed.build(people(500))
    bed.mail("batch_size: 100\n    concurrency: 1")

    class Interrupting(WebhookDestination):
        times = 0

        def upsert(self, *arguments: Any) -> Any:
            Interrupting.times += 1
            if Interrupting.times == 3:
                raise KeyboardInterrupt
            return super().upsert(*arguments)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("cdp_activate.sync.model.destination_class", lambda name: Interrupting)
        bed.run()
    assert [("failed", 200, "KeyboardInterrupt")] == bed.rows(
        "select state, added, message from {runs}"
    )
    assert ([], 200) == (bed.rows("select * from {leases}"), len(bed.listed))
    bed.run()
    assert 500 == len(bed.listed) == len(bed.ledger)


def test_nothing_personal_is_in_an_error_a_table_or_the_output(bed: Bed) -> None:
    bed.change_sync("{email: email}", "{email: email, phone: phone}")
    secret = "quoted.back@example.com"
    everyone = [
        person("k1", email=secret, phone="+491701234567", first_name="Wilhelmina"),
        *(person(f"n{number}") for number in range(5)),
    ]
    bed.build(everyone)
    shown = ""
    for fault, options in (
        ("reject_rows", {"keys": {"k1": f"{secret} (+491701234567, Wilhelmina) is not known"}}),
        ("status", {"status": 404}),
        ("status", {"status": 400}),
        ("malformed_json", {"times": None}),
    ):
        bed.receiver.behave()
        bed.receiver.misbehave(fault, **options)  # type: ignore[arg-type]
        everyone = [replace(one, points=(one.points or 0) + 1) for one in everyone]
        bed.build(everyone)
        try:
            bed.run(retry_rejected=True)
        except CdpError as error:
            shown += f"{error!r} {error}"
        told = command(bed, "status")
        shown += told.output
    for name in ("runs", "rejections", "leases"):
        shown += str(bed.rows(f"select * from {{{name}}}"))
    for private in (secret, "491701234567", "Wilhelmina", "person.n1"):
        assert private not in shown


def test_an_error_of_the_warehouse_does_not_quote_a_value(bed: Bed) -> None:
    bed.build(people(1))
    with bed.warehouse() as warehouse:
        for sql in (
            "select cast('Lise O''Brien' as int)",
            "select cast('Lise\nO''Brien' as int)",
            "select strptime('Lise', '%Y')",
            "select cast('lise@example.com' as uuid)",
            "select cast(491701234567 as int)",
            "select cast('{\"Lise' as json)",
        ):
            with pytest.raises(WarehouseError) as caught:
                warehouse.rows(sql)
            said = str(caught.value)
            assert not any(one in said for one in ("Lise", "Brien", "@", "491701234567")), said


def test_an_unknown_sync_is_an_error_with_a_suggestion(bed: Bed) -> None:
    with pytest.raises(UsageError, match="unknown sync 'vips_to_mial'") as caught:
        bed.project.selected_syncs(["vips_to_mial"])
    assert "did you mean 'vips_to_mail'?" in caught.value.remedy


def test_one_sync_that_fails_does_not_keep_the_others_from_running(bed: Bed) -> None:
    bed.write(
        "syncs/second.yml",
        SYNC.replace("vips_to_mail", "aaa").replace("destination: mail", "destination: broken"),
    )
    settings = (bed.folder / "syncs/destinations.yml").read_text()
    bed.write(
        "syncs/destinations.yml", settings + "  broken: {type: file, path: /proc/nothing/here}\n"
    )
    bed.build(people(3))
    said = command(bed, "sync", "--json")
    assert 1 == said.exit_code
    told = {one["sync"]: one for one in json.loads(said.stdout)}
    assert ("done", "failed") == (told["vips_to_mail"]["state"], told["aaa"]["state"])
    assert 3 == len(bed.listed)
