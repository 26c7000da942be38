"""Guards refuse before the first call, say the numbers, and are lifted one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bed import AS_OF, Bed, people, person
from click.testing import CliRunner

from cdp_activate.cli import main
from cdp_activate.errors import GuardError, SourceErrors
from cdp_activate.receiver import Receiver
from cdp_activate.sync.model import Threshold


@pytest.fixture
def ten(bed: Bed) -> Iterator[Bed]:
    """A list of ten people that were sent before."""
    bed.build(people(10))
    bed.run()
    yield bed


def guard(bed: Bed, text: str) -> None:
    bed.change_sync("first_run: false", f"first_run: false, {text}")


def expect(bed: Bed, text: str) -> None:
    bed.write(
        "audiences/vips.yml",
        f"audience: vips\nlabel: VIPs\nwhere: {{trait: points, gte: 0}}\nexpect: {text}\n",
    )


def command(bed: Bed, *arguments: str) -> Any:
    folder = ["--project-dir", str(bed.folder), "--profiles-dir", str(bed.folder)]
    as_of = ["--as-of", AS_OF.isoformat()]
    return CliRunner().invoke(main, ["sync", *folder, *as_of, *arguments], catch_exceptions=False)


CASES = [
    ("max_remove", "max_remove: 20%", people(7), "would remove 3 of 10, more than 20%"),
    ("max_remove", "max_remove: 2", people(7), "would remove 3 of 10, more than 2"),
    ("max_change", "max_change: 50%", people(4),
     "would change 6 rows of a list of 10, more than 50%"),
    ("max_change", "max_change: 5", [*people(10), *(person(n) for n in range(6))],
     "would change 6 rows of a list of 10, more than 5"),
    ("min_size", "min_size: 8", people(7), "the audience has 7, fewer than 8"),
    ("emptied", "", [], "the audience is empty, the list holds 10"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "then", "numbers"), CASES)
def test_a_guard_refuses_before_the_first_call_and_says_the_numbers(
    ten: Bed, name: str, text: str, then: list[Any], numbers: str
) -> None:
    guard(ten, text)
    ten.build(then)
    calls = ten.receiver.calls
    with pytest.raises(GuardError, match=numbers) as caught:
        ten.run()
    assert calls == ten.receiver.calls
    assert (name,) == caught.value.guards
    assert f"--allow {name}" in caught.value.remedy
    assert [("refused", 10)] == ten.rows(
        "select state, (select count(*) from {ledger}) from {runs} where state <> 'done'"
    )
    assert [] == ten.rows("select * from {leases}")
    ten.run(allow=(name,))
    assert {str(one.key) for one in then} == ten.listed.keys()


@pytest.mark.parametrize(
    ("text", "then", "numbers"),
    [
        ("{size: {min: 8}}", people(7), "the audience has 7, expected at least 8"),
        ("{size: {max: 12}}", people(13), "the audience has 13, expected at most 12"),
        ("{max_change: 20%}", people(7), "3 of 10 would come or go, expected at most 20%"),
    ],
)
def test_what_an_audience_expects_of_itself_is_a_guard(
    ten: Bed, text: str, then: list[Any], numbers: str
) -> None:
    expect(ten, text)
    ten.build(then)
    calls = ten.receiver.calls
    with pytest.raises(GuardError, match=numbers) as caught:
        ten.run()
    assert (calls, ("expect",)) == (ten.receiver.calls, caught.value.guards)
    ten.run(allow=("expect",))
    assert len(then) == len(ten.listed)


def test_a_guard_at_its_limit_lets_pass(ten: Bed) -> None:
    guard(ten, "max_remove: 20%, max_change: 2, min_size: 8")
    ten.build(people(8))
    assert 2 == ten.run().record.removed


def test_lifting_one_guard_leaves_the_others(ten: Bed) -> None:
    guard(ten, "max_remove: 10%, max_change: 10%, min_size: 8")
    ten.build(people(5))
    with pytest.raises(GuardError) as caught:
        ten.run(allow=("max_remove",))
    assert ("max_change", "min_size") == caught.value.guards
    assert "max_remove:" not in str(caught.value)
    assert 10 == len(ten.listed)


@pytest.mark.parametrize("mode", ["mirror", "upsert"])
def test_a_first_run_sends_only_where_that_is_meant(bed: Bed, mode: str) -> None:
    bed.change_sync("first_run: false", "max_remove: 50%")
    bed.change_sync("destination: mail", f"destination: mail\nmode: {mode}")
    bed.build([*people(10), person("x", consent=None)])
    numbers = (
        r"nothing was sent yet to the list 'VIPs' of mail: "
        "would add 10 of the 11 in the audience, 1 held back"
    )
    with pytest.raises(GuardError, match=numbers) as caught:
        bed.run()
    assert (0, ("first_run",)) == (bed.receiver.calls, caught.value.guards)
    for hint in ("cdp-activate plan", "cdp-activate adopt", "--allow first_run"):
        assert hint in caught.value.remedy
    bed.receiver.misbehave("reject_rows", containing="c-", times=None)
    assert 10 == bed.run(allow=["first_run", "max_rejected"]).record.rejected
    ended = bed.run(allow=["max_rejected"]).record.state
    assert "done" == ended, "once a run has ended, no run is the first"
    bed.change_sync("audience: vips", "audience: vips\nlist: Another")
    with pytest.raises(GuardError, match="to the list 'Another' of mail"):
        bed.run()


def test_a_first_run_with_nobody_to_add_is_no_danger(bed: Bed) -> None:
    bed.change_sync("first_run: false", "max_remove: 50%")
    bed.build([person("x", consent=None)])
    assert "done" == bed.run().record.state


def test_a_first_run_has_nothing_to_lose(bed: Bed) -> None:
    guard(bed, "max_remove: 0, max_change: 0%")
    bed.build(people(10))
    assert 10 == bed.run().record.added


def test_an_emptied_audience_that_only_ever_adds_is_no_danger(ten: Bed) -> None:
    ten.change_sync("destination: mail", "destination: mail\nmode: upsert")
    ten.build([])
    assert "done" == ten.run().record.state
    assert 10 == len(ten.listed)


def test_too_many_rejections_stop_the_run_and_keep_what_was_accepted(bed: Bed) -> None:
    guard(bed, "max_rejected: 5%")
    bed.mail("batch_size: 100\n    concurrency: 1")
    bed.build(people(1000))
    bed.receiver.misbehave("reject_rows", containing="7", reason="no such mailbox", times=None)
    with pytest.raises(GuardError, match=r"19 of 100 rows were rejected, more than 5%") as caught:
        bed.run()
    assert ("max_rejected",) == caught.value.guards
    assert 1 == bed.receiver.calls
    assert (81, 19) == (len(bed.ledger), len(bed.rejected))
    assert bed.listed.keys() == bed.ledger
    bed.run(allow=("max_rejected",))
    assert (729, 271) == (len(bed.ledger), len(bed.rejected))


def test_the_batches_under_way_are_written_down_when_rejections_stop_a_run(bed: Bed) -> None:
    guard(bed, "max_rejected: 5%")
    bed.mail("batch_size: 100\n    concurrency: 4")
    bed.build(people(2000))
    bed.receiver.misbehave("reject_rows", containing="7", times=None)
    with pytest.raises(GuardError):
        bed.run()
    assert 0 < len(bed.ledger) < 2000
    assert bed.listed.keys() == bed.ledger
    assert [] == bed.rows("select * from {ledger} where fingerprint = 'unknown'")


def test_a_few_rejections_among_few_rows_are_judged_at_the_end(bed: Bed) -> None:
    guard(bed, "max_rejected: 50%")
    bed.mail("batch_size: 1\n    concurrency: 1")
    bed.build(people(3))
    bed.receiver.misbehave("reject_rows", containing="c-00000")
    assert 2 == bed.run().record.added


@pytest.mark.parametrize(
    ("known", "new", "more", "calls"),
    [(0, 3, "", 1), (5, 10, "", 1), (5, 1300, "", 10), (5, 9, "", None),
     (0, 12, ", max_rejected: 100%", None)],
    ids=["a new list", "ten", "no more than a thousand", "by chance", "as it should be"],
)  # fmt: skip
def test_a_run_of_which_the_platform_takes_nothing_is_no_run_that_went_well(
    bed: Bed, known: int, new: int, more: str, calls: int | None
) -> None:
    if more:
        guard(bed, more.removeprefix(", "))
    bed.mail("batch_size: 100\n    concurrency: 1")
    bed.build(people(known))
    before = bed.run().record.calls
    bed.receiver.misbehave("reject_rows", containing="c-", reason="unknown field", times=None)
    bed.build(people(known + new))
    if calls is None:
        assert ("done", new) == (bed.run().record.state, len(bed.rejected))
        return
    with pytest.raises(GuardError, match="rejected, and none was accepted") as caught:
        bed.run()
    assert ("max_rejected",) == caught.value.guards
    assert before + calls == bed.receiver.calls
    assert known == len(bed.ledger)
    if not known:
        with pytest.raises(GuardError, match="nobody is on the list: the platform rejected all 3"):
            bed.run()
    assert "done" == bed.run(allow=("max_rejected",)).record.state
    assert new == len(bed.rejected)


def test_that_all_removals_went_well_does_not_make_up_for_no_addition(ten: Bed) -> None:
    ten.build(people(30)[5:])
    fresh = {one.key: "unknown field" for one in people(30)[10:]}
    ten.receiver.misbehave("reject_rows", keys=fresh, times=None)
    with pytest.raises(GuardError, match=r"stopped: 20 of 20 rows to upsert were rejected, and"):
        ten.run()
    assert 5 == len(ten.ledger)


def test_the_command_exits_with_3_and_says_what_to_do(ten: Bed) -> None:
    guard(ten, "max_remove: 20%, min_size: 8")
    ten.build(people(7))
    calls = ten.receiver.calls
    refused = command(ten)
    assert 3 == refused.exit_code
    assert "would remove 3 of 10" in refused.stderr
    assert "--allow max_remove" in refused.stderr
    (told,) = json.loads(command(ten, "--json").stdout)
    assert ("failed", 3) == (told["state"], told["exit_code"])
    assert 3 == command(ten, "--allow", "max_change").exit_code
    # What it says to do next lifts what was lifted already, too.
    both = "--allow max_remove --allow min_size"
    assert both in command(ten, "--allow", "max_remove").stderr
    assert calls == ten.receiver.calls
    assert 0 == command(ten, *both.split()).exit_code


def test_a_plan_shows_which_guards_would_refuse(ten: Bed) -> None:
    guard(ten, "max_remove: 20%")
    ten.build(people(7))
    assert "vips_to_mail would be refused by max_remove" in command(ten, "--dry-run").stdout


# Amounts ...


@pytest.mark.parametrize(
    ("text", "amount", "shown"),
    [("20%", (None, "0.2"), "20%"), ("'20 %'", (None, "0.2"), "20%"),
     ("0.5%", (None, "0.005"), "0.5%"),
     ("20", (20, None), "20"), ("0", (0, None), "0"), ("1200", (1200, None), "1,200")],
)  # fmt: skip
def test_an_amount_is_rows_or_a_share(
    bed: Bed, text: str, amount: tuple[Any, Any], shown: str
) -> None:
    guard(bed, f"max_remove: {text}")
    found = bed.the_sync.settings.guards.max_remove
    assert isinstance(found, Threshold)
    share = str(found.share.normalize()) if found.share is not None else None
    assert (amount, shown) == ((found.rows, share), str(found))


@pytest.mark.parametrize(
    "text", ["-5", "a lot", "20%%", "1.5", "true", "[1]", "'%'", "{a: 1}", "''"]
)
def test_a_wrong_amount_is_an_error_at_its_place(bed: Bed, text: str) -> None:
    guard(bed, f"max_remove: {text}")
    with pytest.raises(SourceErrors) as caught:
        _ = bed.the_sync
    (problem,) = caught.value.problems
    assert ("syncs/vips.yml", 7) == (problem.path, problem.line)
    assert "'max_remove': write a number of rows, or a percentage such as 20%" == problem.message


def test_a_guard_that_could_never_refuse_is_an_error(bed: Bed) -> None:
    guard(bed, "max_change: 300%, max_remove: 2000%, max_rejected: 100%")
    with pytest.raises(SourceErrors) as caught:
        _ = bed.the_sync
    (problem,) = caught.value.problems
    never = "more than 100% never happens: write a percentage such as 20%"
    assert f"'max_remove': {never}" == problem.message


def test_an_unknown_guard_is_an_error_with_a_suggestion(bed: Bed) -> None:
    guard(bed, "max_removed: 5")
    with pytest.raises(SourceErrors, match="unknown key 'max_removed'"):
        _ = bed.the_sync


def test_a_share_of_an_odd_list_is_exact(tmp_path: Path, receiver: Receiver) -> None:
    bed = Bed(tmp_path, receiver)
    guard(bed, "max_remove: 33.3%")
    bed.build(people(1000))
    bed.run()
    bed.build(people(666))
    with pytest.raises(GuardError, match=r"334 of 1,000, more than 33\.3%"):
        bed.run()
    bed.build(people(667))
    assert 333 == bed.run().record.removed
