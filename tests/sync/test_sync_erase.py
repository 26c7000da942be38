"""Erasing a person, and drift: what is said of lists beside any run."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import duckdb
import pytest
from bed import LIST, QUICK, SYNC, Bed, people, person
from click.testing import CliRunner

from cdp_activate.cli import main
from cdp_activate.cli.people import _ask
from cdp_activate.destinations.webhook import WebhookDestination
from cdp_activate.errors import BusyError, CdpError, LockedError, RetryError, StoppedError
from cdp_activate.http import FunctionTransport, Request, Response
from cdp_activate.receiver import PlatformBehaviour, Receiver, SimulatedPlatform
from cdp_activate.sync.drift import Drift, drift
from cdp_activate.sync.erase import ErasureContext
from cdp_activate.sync.erasure import Erasure
from cdp_activate.sync.lease import Lease


def command(bed: Bed, *arguments: str) -> Any:
    folder = ["--project-dir", str(bed.folder), "--profiles-dir", str(bed.folder)]
    return CliRunner().invoke(main, [*arguments, *folder])


def erase(bed: Bed, key: str) -> Erasure:
    with bed.warehouse() as warehouse:
        project = bed.project
        erasing = ErasureContext(project.syncs, project.destinations, warehouse, QUICK)
        return erasing.erase(key, "customer")


def two_lists(bed: Bed) -> None:
    """A second sync to files, which cannot erase, of the same audience."""
    bed.mail("lists_members: true\n  outbox: {type: file, path: outbox, format: jsonl}")
    second = SYNC.replace("vips_to_mail", "vips_to_files").replace("mail\n", "outbox\n", 1)
    bed.write("syncs/files.yml", second.replace("destination: mail", "destination: outbox"))


@pytest.mark.parametrize(
    ("answer", "error", "exit_code"), [("", StoppedError, 130), ("n\n", CdpError, 1)]
)
def test_the_question_that_gets_no_yes_says_that_nothing_was_done(
    answer: str, error: type[CdpError], exit_code: int
) -> None:
    """An answer that ends, as Ctrl-C ends it, is told apart from a no."""
    with CliRunner().isolation(answer), pytest.raises(error, match="nothing was done") as caught:
        _ask("Erase?")
    assert exit_code == caught.value.exit_code


def test_a_person_is_erased_everywhere_and_never_sent_again(bed: Bed) -> None:
    two_lists(bed)
    bed.build([person("zoe"), person("bob"), person("eve")])
    assert 0 == command(bed, "sync").exit_code
    done = command(bed, "erase", "zoe", "--yes")
    assert 0 == done.exit_code, done.output
    assert "vips_to_mail   mail         VIPs  erased   gone" in done.output
    assert "vips_to_files  outbox       VIPs  removed  the platform does not say" in done.output
    assert "zoe" not in done.output
    assert {"bob", "eve"} == bed.listed.keys() == bed.ledger
    same_address = person("zoe-2", email=" PERSON.zoe@example.com")
    bed.build([person("zoe"), same_address, person("bob"), person("eve")])
    again = json.loads(command(bed, "sync", "--json").output)
    assert [{"erased": 2}] * 2 == [one["held_back"] for one in again]
    assert {"bob", "eve"} == bed.listed.keys()
    kept = "".join(str(bed.rows(f"select * from {{{name}}}")) for name in ("erasures", "steps"))
    assert "zoe" not in kept and "erased" in kept


@pytest.mark.duckdb_files
def test_a_person_who_left_the_warehouse_is_erased_by_the_ledger(bed: Bed) -> None:
    bed.build([person("ada"), person("bob")])
    bed.run()
    (bed.folder / "warehouse.duckdb").unlink()
    assert ["erased"] == [one.outcome for one in erase(bed, "ada").steps]
    assert {"bob"} == bed.listed.keys() == bed.ledger
    bed.build([person("ada-2", email="person.ada@example.com"), person("bob")])
    assert {"erased": 1} == bed.run().plan.held_back


def test_nobody_is_erased_from_a_list_that_a_job_may_yet_put_them_on(bed: Bed) -> None:
    """A run that was stopped while the platform worked on what it had sent."""
    platform = SimulatedPlatform(PlatformBehaviour(job_ticks=3))
    bed.change_sync("destination: mail", "destination: mail\nmode: upsert")
    bed.build([person("zoe"), person("bob")])
    stop = threading.Event()

    def answer(request: Request) -> Response:
        stop.set()
        return platform.transport.send(request)

    assert "stopped" == bed.run(stop=stop, transport=FunctionTransport(answer)).record.state
    with bed.warehouse() as warehouse:
        project = bed.project
        erasing = ErasureContext(
            project.syncs, project.destinations, warehouse, QUICK, platform.transport
        )
        left = erasing.erase("zoe", "customer")
        assert [("mail", LIST, "failed")] == [
            (one.destination, one.list, one.outcome) for one in left.steps
        ]
        assert not left.ok
        assert [] == erasing.erase("somebody else", "customer").steps
        platform.finish_jobs()
        bed.run(transport=platform.transport)
        assert ["erased"] == [one.outcome for one in erasing.erase("zoe", "customer").steps]
        platform.finish_jobs()
    assert {"bob"} == platform.lists[LIST].keys()


def test_an_erasure_opens_no_list_which_might_make_one(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    bed.build([person("ada"), person("bob"), person("eve")])
    bed.run()
    opened: list[str] = []
    monkeypatch.setattr(WebhookDestination, "open", lambda self, name: opened.append(name) or name)
    monkeypatch.setattr(WebhookDestination, "verbs", frozenset({"upsert", "remove"}))
    assert ["removed"] == [one.outcome for one in erase(bed, "ada").steps]
    bed.rows("delete from {lists} returning 1")
    (step,) = erase(bed, "bob").steps
    assert ("failed", True) == (step.outcome, "has opened the list 'VIPs' yet" in str(step.message))
    monkeypatch.setattr(WebhookDestination, "verbs", frozenset({"upsert", "remove", "erase"}))
    assert ["erased"] == [one.outcome for one in erase(bed, "bob").steps]
    assert ({"eve"}, []) == (bed.ledger, opened)


def test_an_erasure_that_fails_somewhere_says_so_and_is_finished_by_the_next(bed: Bed) -> None:
    bed.build([person("ada"), person("bob")])
    bed.run()
    bed.receiver.misbehave("status", status=404)
    assert 2 == command(bed, "erase", "ada").exit_code, "nobody could say no"
    done = command(bed, "erase", "ada", "--json", "--yes")
    said = json.loads(done.output)
    assert (1, False) == (done.exit_code, said["ok"])
    assert "mail answered 404" in said["steps"][0]["message"]
    assert {"ada", "bob"} == bed.ledger
    assert erase(bed, "ada").ok
    assert {"bob"} == bed.listed.keys() == bed.ledger
    assert [] == list(erase(bed, "ada").steps)
    assert [("failed",), ("erased",)] == bed.rows("select outcome from {steps} order by done_at")


def test_a_platform_that_still_lists_the_person_is_no_success(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    bed.mail("lists_members: true")
    bed.build([person("ada")])
    bed.run()
    still = iter([{"email": "person.ada@example.com"}])
    monkeypatch.setattr(WebhookDestination, "members", lambda self, list_id: still)
    done = erase(bed, "ada")
    assert (False, "still there") == (done.ok, done.steps[0].verified)


def test_a_list_of_a_sync_that_is_gone_from_the_files_is_still_known(bed: Bed) -> None:
    two_lists(bed)
    bed.build([person("ada")])
    assert 0 == command(bed, "sync").exit_code
    (bed.folder / "syncs/files.yml").unlink()
    bed.mail()
    done = erase(bed, "ada")
    assert {"vips_to_mail": "erased", "vips_to_files": "failed"} == {
        one.sync: one.outcome for one in done.steps
    }
    assert "'outbox' is no longer in syncs/destinations.yml" in str(done.steps)


def test_while_a_run_goes_on_the_erasure_is_written_down_and_waits(bed: Bed) -> None:
    bed.build([person("ada"), person("bob")])
    bed.run()
    with bed.warehouse() as warehouse, warehouse.state():
        Lease(warehouse, "vips_to_mail").take("another")
    with pytest.raises(BusyError, match="already running"):
        erase(bed, "ada")
    bed.rows("delete from {leases} returning 1")
    bed.run()
    assert {"bob"} == bed.listed.keys()


@pytest.mark.duckdb_files
def test_who_was_never_sent_is_never_sent(bed: Bed) -> None:
    bed.build([person("ada"), person("eve", first_name="ada")])
    done = command(bed, "erase", "ada", "--yes")
    assert (0, "no list holds this id") == (done.exit_code, done.output.splitlines()[0])
    bed.run()
    assert {"eve"} == bed.listed.keys()
    bed.build([person("eve")])
    assert 0 == command(bed, "erase", "ada", "--yes").exit_code, "was erased before"
    for _ in range(2):
        nobody = command(bed, "erase", "person.eve@example.com", "--yes")
        assert 1 == nobody.exit_code
        assert "Error: nobody has this id, in the warehouse or the ledger" in nobody.stderr
    assert json.loads(command(bed, "erase", "x", "--yes", "--json").stdout)["known"] is False
    (bed.folder / "warehouse.duckdb").unlink()
    assert 0 == command(bed, "erase", "y", "--yes").exit_code, "nobody can tell"


@pytest.mark.duckdb_files
def test_nobody_is_erased_while_their_other_addresses_cannot_be_read(bed: Bed) -> None:
    bed.build([person("ada")])
    bed.wait = 0.1
    with duckdb.connect(str(bed.folder / "warehouse.duckdb")), pytest.raises(LockedError):
        erase(bed, "ada")
    assert [] == bed.rows("select * from {erasures}")


def test_an_erasure_of_nobody_or_of_an_unknown_entity_is_wrong_usage(bed: Bed) -> None:
    bed.build([])
    for arguments in (["erase", " ", "--yes"], ["erase", "x", "--entity", "custommer"]):
        done = command(bed, *arguments)
        assert 2 == done.exit_code
    assert "did you mean 'customer'?" in done.output


def test_an_erasure_that_cannot_be_looked_after_is_done_all_the_same(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Any, list_id: str) -> Any:
        raise RetryError("mail is busy")

    bed.build(people(2))
    bed.run()
    monkeypatch.setattr(WebhookDestination, "members", broken)
    done = command(bed, "erase", "c-00001", "--yes", "--json")
    (step,) = json.loads(done.output)["steps"]
    assert (0, "erased", "the platform does not say", "mail is busy") == (
        done.exit_code, step["outcome"], step["verified"], step["message"],
    )  # fmt: skip
    assert {"c-00000"} == set(bed.receiver.lists["VIPs"])
    monkeypatch.setattr(WebhookDestination, "members", lambda *_: {}["c-00000"])
    (one,) = json.loads(command(bed, "drift", "--json").output)
    assert "it broke at test_sync_erase.py" in one["error"]["message"]
    (step,) = json.loads(command(bed, "erase", "c-00000", "--yes", "--json").output)["steps"]
    assert ("erased", "KeyError") == (step["outcome"], step["message"][-9:-1])


def drifted(bed: Bed) -> Drift:
    with bed.warehouse() as warehouse:
        (found,) = drift(bed.the_sync, warehouse)
        return found


def test_drift_counts_who_is_missing_and_who_is_not_ours(bed: Bed) -> None:
    bed.mail("lists_members: true")
    bed.build(people(2500))
    bed.run()
    found = drifted(bed)
    assert (False, 2500, 2500, 0, 0) == (
        found.drifted, found.acknowledged, found.platform_size, found.missing, found.unexpected,
    )  # fmt: skip
    mail = WebhookDestination(WebhookDestination.Settings(url=bed.receiver.url))
    strangers = [person(f"s{number}") for number in range(3)]
    mail.upsert("VIPs", [row(one) for one in strangers])
    mail.remove("VIPs", [row(one) for one in people(2)])
    found = drifted(bed)
    assert (True, 2501, 2, 3) == (
        found.drifted, found.platform_size, found.missing, found.unexpected,
    )  # fmt: skip
    done = command(bed, "drift")
    assert 1 == done.exit_code
    assert "2 are missing: `sync --full-refresh` sends them again" in done.output
    assert 2501 == len(bed.receiver.lists["VIPs"])


def row(one: Any) -> Any:
    from cdp_activate.destinations.rows import Row

    return Row(one.key, {"email": one.email})


def test_drift_of_a_platform_that_says_its_size_alone_or_nothing(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    bed.build(people(10))
    bed.run()
    assert (None, "the platform does not say what it holds") == (
        drifted(bed).drifted, drifted(bed).sentence,
    )  # fmt: skip
    assert 0 == command(bed, "drift").exit_code
    monkeypatch.setattr(WebhookDestination, "size", lambda self, list_id: 9)
    assert "the ledger holds 10, the platform 9" == drifted(bed).sentence
    bed.rows("update {ledger} set fingerprint = 'unknown' where entity_key = 'c-00001' returning 1")
    assert (False, 1) == (drifted(bed).drifted, drifted(bed).unanswered)
    monkeypatch.setattr(WebhookDestination, "size", lambda self, list_id: 7)
    assert drifted(bed).drifted
    bed.rows("update {runs} set unnamed = 2 returning 1")
    assert (False, 2) == (drifted(bed).drifted, drifted(bed).refused_unnamed)
    assert "up to 2 of the list were refused without a name" in command(bed, "status").output


def test_drift_of_a_platform_that_fails_is_an_error_of_that_list_and_is_alerted(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    bed.mail("lists_members: true")
    bed.build(people(3))
    bed.run()
    monkeypatch.setenv("OPS_URL", f"{bed.receiver.url}alerts")
    hook = "alerts: {ops: {type: webhook, url: \"{{ env_var('OPS_URL') }}\"}}"
    bed.write("syncs/alerts.yml", hook)
    bed.receiver.misbehave("status", status=404)
    done = command(bed, "drift", "--json")
    (one,) = json.loads(done.output)
    assert (1, None, "DestinationError") == (done.exit_code, one["drifted"], one["error"]["kind"])
    assert 3 == bed.receiver.calls  # the run's, the one that failed, and the alert


def test_an_address_that_was_sent_before_is_erased_too(tmp_path: Path) -> None:
    """`mode: upsert` never removes: the platform, which goes by address, holds both."""
    with Receiver(behaviour=PlatformBehaviour(matches_on="email")) as platform:
        bed = Bed(tmp_path, platform)
        bed.change_sync("destination: mail", "destination: mail\nmode: upsert")
        bed.mail("lists_members: true")
        for address in ("old", "older", "old", "new"):
            bed.build([person("ada", email=f"{address}@example.com"), person("bob")])
            bed.run()
        assert {"old@example.com", "older@example.com", "new@example.com"} == {
            one for one in bed.listed if "ada" not in one and "bob" not in one
        }
        former = [("ada", '{"email":"old@example.com"}'), ("ada", '{"email":"older@example.com"}')]
        assert former == bed.rows("select entity_key, identifiers from {former} order by 2")

        with bed.warehouse() as warehouse:
            (found,) = drift(bed.the_sync, warehouse)
        assert (0, 0) == (found.missing, found.unexpected)

        erased = erase(bed, "ada")
        assert (3, True) == (len(erased.steps), erased.ok)
        assert {"person.bob@example.com"} == set(bed.listed)
        assert ([], {"bob"}) == (bed.rows("select * from {former}"), bed.ledger)
        # Nor under an address of before, whoever has it now.
        bed.build([person("eve", email="older@example.com"), person("bob")])
        assert {"erased": 1} == bed.run().plan.held_back


def test_an_identifier_that_is_only_added_to_leaves_nothing_behind(bed: Bed) -> None:
    bed.change_sync("destination: mail", "destination: mail\nmode: upsert")
    bed.build([person("ada", phone="+84901234567")])
    bed.run()
    bed.change_sync("{email: email}", "{email: email, phone: phone}")
    bed.run()
    assert [] == bed.rows("select * from {former}")
    bed.build([person("ada", phone=None)])
    bed.run()
    (former,) = bed.rows("select identifiers from {former}")
    assert "+84901234567" in former[0]


def test_a_mirror_leaves_no_former_address(bed: Bed) -> None:
    for address in ("old", "new"):
        bed.build([person("ada", email=f"{address}@example.com")])
        bed.run()
    assert [] == bed.rows("select * from {former}")


def test_the_leases_of_an_erasure_are_renewed_after_each_list(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_lists(bed)
    bed.build([person("zoe")])
    assert 0 == command(bed, "sync").exit_code
    renewed: list[str] = []
    renew = Lease.renew

    def seen(lease: Lease, run_id: str) -> None:
        assert lease.is_held_by(run_id)
        renewed.append(lease.sync)
        renew(lease, run_id)

    monkeypatch.setattr(Lease, "renew", seen)
    assert 0 == command(bed, "erase", "zoe", "--yes").exit_code
    assert ["vips_to_files", "vips_to_mail"] * 2 == renewed
