"""Batching, pacing, retries, splitting and ends: the courier alone, and what a run makes of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import pytest
from bed import LIST, QUICK, AfterEachBatch, Bed, people, person
from click.testing import CliRunner

from cdp_activate.cli import main
from cdp_activate.destinations.base import Destination, DestinationSettings
from cdp_activate.destinations.rows import Receipt, Row
from cdp_activate.errors import AuthError, DestinationError, RefusedError, RetryError, SourceErrors
from cdp_activate.http import FunctionTransport, Request, Response
from cdp_activate.receiver import PlatformBehaviour, SimulatedPlatform
from cdp_activate.sync.attempts import NAP, RetryPolicy
from cdp_activate.sync.deliver import BatchOutcome, DeliveryHooks, ListSender
from cdp_activate.sync.status import statuses


class Post(Destination[DestinationSettings]):
    """A destination whose answers are a plain function of the rows of a call."""

    Settings = DestinationSettings
    batch_size = 10

    def __init__(self, answer: Callable[[list[str]], Receipt | None], **limits: Any) -> None:
        super().__init__(DestinationSettings(), name="post")
        self.answer = answer
        self.calls: list[list[str]] = []
        self.settled: list[str] = []
        self.jobs: dict[str, list[Receipt | Exception | None]] = {}
        for name, value in limits.items():
            setattr(self, name, value)

    def check(self) -> None: ...

    def open(self, name: str) -> str:
        return name

    def upsert(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        keys = [row.key for row in rows]
        self.calls.append(keys)
        return self.answer(keys) or Receipt()

    remove = upsert

    def settle(self, job: str) -> Receipt | None:
        self.settled.append(job)
        outcome = self.jobs[job].pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def rows(count: int) -> list[Row]:
    return [Row(f"c-{number:03}", {"email": f"{number}@example.com"}) for number in range(count)]


def accepting(keys: list[str]) -> None:
    return None


@dataclass
class Clock:
    """Sleeps without sleeping, and remembers for how long."""

    naps: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.naps.append(seconds)

    @property
    def slept(self) -> float:
        return sum(self.naps)


def courier(post: Post, **more: Any) -> ListSender:
    return ListSender(post, **{"list_id": "list", "sleep": Clock(), **more})


def sent(taker: ListSender, rows: Iterable[Row]) -> Iterator[BatchOutcome]:
    rest = iter(rows)
    return taker.deliver(
        "upsert", iter(lambda: list(islice(rest, taker.destination.batch_size)), [])
    )


def keys(outcomes: Sequence[BatchOutcome] | Iterator[BatchOutcome]) -> list[str]:
    return sorted(row.key for one in outcomes for row in one.rows)


def test_rows_go_out_in_batches_of_at_most_the_destinations_size() -> None:
    post = Post(accepting)
    assert [row.key for row in rows(25)] == keys(sent(courier(post), rows(25)))
    assert [5, 10, 10] == sorted(len(call) for call in post.calls)


def test_no_rows_make_no_call() -> None:
    post = Post(accepting)
    taker = courier(post)
    assert [] == list(sent(taker, []))
    assert (0, []) == (taker.calls, post.calls)


def test_no_more_calls_are_under_way_than_the_destination_takes() -> None:
    now, most, lock = 0, 0, threading.Lock()

    def answer(keys: list[str]) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.005)
        with lock:
            now -= 1

    list(sent(courier(Post(answer, batch_size=1, concurrency=3)), rows(30)))
    assert 3 == most


def test_rows_are_pulled_no_faster_than_they_are_taken() -> None:
    pulled = 0

    def source() -> Iterator[Row]:
        nonlocal pulled
        for row in rows(1000):
            pulled += 1
            yield row

    delivering = sent(courier(Post(accepting, concurrency=2)), source())
    next(delivering)
    assert pulled <= 150  # two under way, eight that wait, and those that were answered
    delivering.close()


def test_calls_are_paced_not_rows() -> None:
    clock = Clock()
    post = Post(accepting, requests_per_second=10.0, concurrency=1)
    list(sent(courier(post, sleep=clock), rows(50)))
    # Five calls: the first at once, the others a tenth of a second apart, on a clock that
    # stands still while nobody sleeps: 0.1 + 0.2 + 0.3 + 0.4.
    assert 1.0 == pytest.approx(clock.slept, abs=0.1)


def test_a_wait_that_the_platform_asks_for_is_kept() -> None:
    clock, answers = Clock(), iter([RetryError("busy", after=7.0), None])

    def answer(keys: list[str]) -> None:
        if error := next(answers):
            raise error

    taker = courier(Post(answer), sleep=clock)
    assert 3 == len(keys(sent(taker, rows(3))))
    assert (2, 7.0) == (taker.calls, pytest.approx(clock.slept, abs=NAP))


def test_without_a_word_from_the_platform_waits_grow_and_vary() -> None:
    patience = RetryPolicy(first=1.0, longest=8.0)
    for attempt, ceiling in ((2, 1.0), (3, 2.0), (4, 4.0), (5, 8.0), (6, 8.0), (60, 8.0)):
        waits = [patience.wait_before(attempt, place % 2 and None) for place in range(200)]
        assert 0 <= min(waits) < ceiling / 2 < max(waits) <= ceiling
    assert 3.0 == patience.wait_before(2, 3.0)


def test_it_gives_up_after_so_many_attempts() -> None:
    def answer(keys: list[str]) -> None:
        raise RetryError("the platform answered 503")

    taker = courier(Post(answer), patience=RetryPolicy(attempts=4, first=0.0))
    with pytest.raises(DestinationError, match=r"answered 503 \(gave up after 4 attempts\)"):
        list(sent(taker, rows(3)))
    assert 4 == taker.calls


def test_it_gives_up_at_once_when_asked_to_wait_longer_than_it_may() -> None:
    def answer(keys: list[str]) -> None:
        raise RetryError("busy", after=3600)

    clock = Clock()
    taker = courier(Post(answer), patience=RetryPolicy(total=240), sleep=clock)
    with pytest.raises(DestinationError, match="gave up after 1 attempt; it asks to wait"):
        list(sent(taker, rows(3)))
    assert (1, 0) == (taker.calls, clock.slept)


@pytest.mark.parametrize("bad", [{"c-003"}, {"c-000", "c-009"}, {f"c-{n:03}" for n in range(10)}])
def test_a_refused_batch_is_split_until_the_bad_rows_are_alone(bad: set[str]) -> None:
    def answer(keys: list[str]) -> None:
        if bad & set(keys):
            raise RefusedError("it refused the content")

    post = Post(answer)
    outcomes = list(sent(courier(post), rows(10)))
    assert [row.key for row in rows(10)] == keys(outcomes)
    assert dict.fromkeys(bad, "it refused the content") == {
        key: why for one in outcomes for key, why in one.rejected.items()
    }
    assert len(post.calls) <= 2 * 10 - 1


def test_credentials_that_are_refused_stop_everything_at_once() -> None:
    waiting = threading.Event()

    def answer(keys: list[str]) -> None:
        if keys[0] == "c-000":
            waiting.wait(5)
            raise AuthError("it does not know us")
        waiting.set()
        raise RetryError("busy", after=200)

    post = Post(answer, concurrency=2)
    started = time.monotonic()
    with pytest.raises(AuthError, match="does not know us"):
        list(sent(courier(post, sleep=time.sleep), rows(1000)))
    assert 2 == len(post.calls)
    assert time.monotonic() - started < 2


def test_an_error_in_one_batch_still_yields_what_became_of_the_others() -> None:
    others = threading.Barrier(3)

    def answer(keys: list[str]) -> None:
        others.wait(5)
        if keys[0] == "c-000":
            raise DestinationError("the list is gone")

    post = Post(answer, concurrency=3)
    outcomes: list[BatchOutcome] = []
    with pytest.raises(DestinationError, match="the list is gone"):
        for one in sent(courier(post), rows(30)):
            outcomes.append(one)
    assert [row.key for row in rows(30)[10:]] == keys(outcomes)


def test_a_mistake_in_a_destination_is_raised_after_the_other_batches() -> None:
    both = threading.Barrier(2)

    def answer(keys: list[str]) -> None:
        both.wait(5)
        if keys[0] == "c-000":
            raise KeyError("ann@example.com")

    outcomes: list[BatchOutcome] = []
    where = r"post broke at test_sync_deliver\.py:\d+ \(KeyError\)\n"
    with pytest.raises(DestinationError, match=where) as raised:
        for one in sent(courier(Post(answer, concurrency=2)), rows(20)):
            outcomes.append(one)
    assert "ann" not in str(raised.value)
    assert [row.key for row in rows(20)[10:]] == keys(outcomes)


def test_stop_ends_the_delivery_after_the_batches_under_way() -> None:
    stop = threading.Event()

    def answer(keys: list[str]) -> None:
        stop.set()

    post = Post(answer, concurrency=2)
    outcomes = list(sent(courier(post, stop=stop), rows(1000)))
    assert sorted(key for call in post.calls for key in call) == keys(outcomes)
    assert len(post.calls) <= 2


def test_stop_is_noticed_while_a_batch_waits_to_be_tried_again() -> None:
    stop = threading.Event()

    def answer(keys: list[str]) -> None:
        threading.Timer(0.05, stop.set).start()
        raise RetryError("busy", after=200)

    started = time.monotonic()
    outcomes = list(sent(courier(Post(answer), stop=stop, sleep=time.sleep), rows(5)))
    assert [] == outcomes
    assert time.monotonic() - started < 2


def test_whoever_reads_the_outcomes_may_break_off_without_waiting_for_retries() -> None:
    def answer(keys: list[str]) -> None:
        if keys[0] != "c-000":
            raise RetryError("busy", after=200)

    started = time.monotonic()
    delivering = sent(courier(Post(answer, concurrency=2), sleep=time.sleep), rows(50))
    next(delivering)
    delivering.close()
    assert time.monotonic() - started < 2


def test_batches_are_announced_before_they_are_sent() -> None:
    announced: list[str] = []

    def answer(keys: list[str]) -> None:
        assert set(keys) <= set(announced)

    def announce(batch: Sequence[Row]) -> None:
        announced.extend(row.key for row in batch)

    list(sent(courier(Post(answer), hooks=DeliveryHooks(announce)), rows(95)))
    assert [row.key for row in rows(95)] == sorted(announced)


def test_a_sign_of_life_comes_while_all_batches_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cdp_activate.sync.deliver.SIGN_OF_LIFE", 0.01)
    signs: list[None] = []

    def answer(keys: list[str]) -> None:
        time.sleep(0.1)

    taker = courier(Post(answer), hooks=DeliveryHooks(alive=lambda: signs.append(None)))
    list(sent(taker, rows(3)))
    assert len(signs) >= 4


def test_a_job_is_asked_after_until_it_has_ended() -> None:
    post = Post(accepting)
    post.jobs["one"] = [None, None, RetryError("busy"), Receipt(rejected={"c-001": "no"})]
    receipt = courier(post, patience=QUICK).settle("one")
    assert receipt == Receipt(rejected={"c-001": "no"})
    assert 4 == len(post.settled)


def test_a_job_that_never_ends_is_given_up() -> None:
    post = Post(accepting)
    post.jobs["one"] = [None] * 10_000
    clock = Clock()
    with pytest.raises(DestinationError, match="post had not finished a job after"):
        courier(post, sleep=clock, patience=RetryPolicy(job=600)).settle("one")
    assert 600 <= clock.slept <= 640


def test_stop_ends_the_wait_for_a_job() -> None:
    post, stop = Post(accepting), threading.Event()
    post.jobs["one"] = [None] * 10
    stop.set()
    assert courier(post, stop=stop).settle("one") is None


def test_opening_the_list_is_tried_again_too_and_is_no_delivery() -> None:
    answers = iter([RetryError("busy"), None])

    class Slow(Post):
        def open(self, name: str) -> str:
            if error := next(answers):
                raise error
            return f"id of {name}"

    taker = courier(Slow(accepting), patience=QUICK)
    taker.open("VIPs")
    assert ("id of VIPs", 0) == (taker.list_id, taker.calls)


# In a run, over a socket ...


def test_faults_that_pass_leave_no_trace_but_calls(bed: Bed) -> None:
    bed.build(people(250))
    for fault, options in (
        ("status", {"status": 429, "retry_after": "0.01"}),
        ("status", {"status": 500}),
        ("status", {"status": 503, "applied": True}),
        ("reset", {}),
        ("reset", {"applied": True}),
        ("half_body", {}),
        ("malformed_json", {}),
    ):
        bed.receiver.misbehave(fault, **options)  # type: ignore[arg-type]
    bed.mail("batch_size: 100\n    concurrency: 1")
    summary = bed.run(patience=QUICK.__class__(attempts=9, first=0.001, longest=0.002))
    assert (250, 10, {}) == (summary.record.added, summary.record.calls, summary.rejected_by_reason)
    assert bed.listed.keys() == bed.ledger
    assert 250 == len(bed.ledger)


@pytest.mark.parametrize(("taken", "told"), [(0, 1), (1, 0)])
def test_a_batch_of_which_a_call_was_taken_is_in_doubt_whatever_the_next_one_says(
    taken: int, told: int
) -> None:
    """Else whoever was put on the list by the first call would count as never sent."""
    answers = iter([Response(200)] * taken + [Response(401)])

    class TwoCalls(Post):
        def upsert(self, list_id: str, rows: Sequence[Row]) -> Receipt:
            for _ in range(2):
                if self.transport.send(Request("POST", "https://x.example/", {})).status == 401:
                    raise AuthError("it does not know us")
            return Receipt()

    untaken: list[Any] = []
    post = TwoCalls(accepting)
    post._given = FunctionTransport(lambda request: next(answers))
    with pytest.raises(AuthError):
        list(sent(courier(post, hooks=DeliveryHooks(untaken=untaken.append)), rows(3)))
    assert told == len(untaken)


def test_what_was_acknowledged_is_kept_when_the_platform_fails(bed: Bed) -> None:
    bed.build(people(500))
    bed.mail("batch_size: 100\n    concurrency: 1")
    calls = 0

    def answer(request: Request) -> Response:
        nonlocal calls
        calls += 1
        return Response(200 if calls <= 2 else 503)

    with pytest.raises(DestinationError, match="gave up after 4 attempts"):
        bed.run(transport=FunctionTransport(answer))
    states = dict(bed.rows("select fingerprint = 'unknown', count(*) from {ledger} group by 1"))
    assert {False: 200, True: 100} == states
    (row,) = bed.rows("select state, added, calls from {runs}")
    assert ("failed", 200, 6) == row
    project = bed.project
    with project.warehouse() as warehouse:
        (status,) = statuses(project.syncs, warehouse)
    assert (200, 100) == (status["list_size"], status["unanswered"])
    summary = bed.run()
    assert (200, 100, 200) == (
        summary.record.added, summary.record.updated, summary.record.unchanged
    )  # fmt: skip


def test_a_job_that_cannot_be_asked_after_now_is_asked_after_by_the_next_run(bed: Bed) -> None:
    """It goes on: by it, whoever left meanwhile would come back after they were removed."""
    platform = SimulatedPlatform(PlatformBehaviour(job_ticks=2))
    bed.build(people(3))
    actions: list[str] = []
    out_of_reach = 4  # as often as is asked

    def answer(request: Request) -> Response:
        nonlocal out_of_reach
        actions.append(request.json()["action"])
        if actions[-1] == "settle" and out_of_reach:
            out_of_reach -= 1
            return Response(503)
        return platform.transport.send(request)

    with pytest.raises(DestinationError, match="503"):
        bed.run(transport=FunctionTransport(answer))
    bed.build(people(2))
    assert "done" == bed.run(transport=FunctionTransport(answer)).record.state
    assert ["upsert", "remove"] == [one for one in actions if one != "settle"]
    assert bed.ledger == platform.lists[LIST].keys() == {"c-00000", "c-00001"}


def test_nobody_is_added_while_removals_fail(bed: Bed) -> None:
    bed.build(people(3))
    bed.run()
    bed.build([*people(2), person("new")])
    bed.receiver.misbehave("status", times=None, status=500, applied=True)
    with pytest.raises(DestinationError):
        bed.run()
    assert {"remove"} == {call.action for call in bed.receiver.requests[1:]}
    bed.receiver.behave()
    bed.run()
    assert {"c-00000", "c-00001", "new"} == bed.listed.keys()


def test_a_refused_removal_keeps_the_old_identifier_and_does_not_add_the_new(bed: Bed) -> None:
    ada = person("ada")
    bed.build([ada, person("bea")])
    bed.run()
    bed.build([person("ada", email="ada@new.example"), person("bea")])
    bed.receiver.misbehave("reject_rows", keys={"ada": "locked"})
    summary = bed.run()
    assert ({"locked": 1}, 0) == (summary.rejected_by_reason, summary.record.moved)
    assert ada.email == bed.listed["ada"]["identifiers"]["email"]
    summary = bed.run()
    assert ({}, 1) == (summary.rejected_by_reason, summary.record.moved)
    assert "ada@new.example" == bed.listed["ada"]["identifiers"]["email"]
    assert {} == bed.rejected


def test_rows_refused_without_a_name_are_counted(bed: Bed) -> None:
    bed.build(people(10))
    answer = Response(200, {}, b'{"rejected": {"somebody else": "no", "and another": "no"}}')
    summary = bed.run(transport=FunctionTransport(lambda request: answer))
    (why,) = summary.rejected_by_reason
    assert (2, 2) == (summary.rejected_by_reason[why], summary.record.rejected)
    assert "does not say which" in why


def test_a_reason_that_is_no_whole_text_is_written_down(bed: Bed) -> None:
    """Half a surrogate pair, as of a text that was cut in the middle: no file or table takes it."""
    bed.build(people(2))
    answer = Response(200, {}, b'{"rejected": {"c-00001": "bad \\ud83d \\u0000 name"}}')
    assert 1 == bed.run(transport=FunctionTransport(lambda request: answer)).record.added
    assert {"c-00001": "bad ? name"} == bed.rejected


def test_one_bad_row_never_sinks_its_batch(bed: Bed) -> None:
    bed.build(people(100))
    bed.receiver.misbehave("refuse_batch_with", key="c-00042")
    summary = bed.run()
    assert (99, 1) == (summary.record.added, summary.record.rejected)
    assert {one.key for one in people(100)} - {"c-00042"} == bed.listed.keys() == bed.ledger
    assert ["c-00042"] == list(bed.rejected)


def test_progress_is_told_after_each_batch_and_ends_at_the_plan(bed: Bed) -> None:
    told: list[tuple[str, int, int]] = []
    bed.mail("batch_size: 100\n    concurrency: 1")
    bed.build(people(250))
    bed.run(progress=lambda *heard: told.append(heard))
    answered = [many for _, many, _ in told]
    assert (3, 250) == (len(answered), answered[-1])
    assert sorted(answered) == answered
    assert {("vips_to_mail", 250)} == {(sync, planned) for sync, _, planned in told}


def given_up_after(bed: Bed, calls: int) -> dict[str, threading.Event]:
    """Options of a run that is told twice to stop, once the platform has had so many calls."""
    stop, given_up = threading.Event(), threading.Event()

    def watch() -> None:
        while bed.receiver.calls < calls:
            time.sleep(0.005)
        stop.set()
        given_up.set()

    threading.Thread(target=watch, daemon=True).start()
    return {"stop": stop, "given_up": given_up}


def test_a_run_that_is_given_up_waits_for_no_answer_and_loses_nobody(bed: Bed) -> None:
    bed.mail("batch_size: 10\n    concurrency: 2")
    bed.build(people(100))
    bed.receiver.misbehave("slow", seconds=0.0, times=3)
    bed.receiver.misbehave("slow", seconds=60.0, times=None)
    began = time.monotonic()
    done = bed.run(**given_up_after(bed, 5))
    assert time.monotonic() - began < 5
    assert ("stopped", 30, 20) == (done.record.state, done.record.added, done.record.unanswered)
    assert (20, 70) == (done.as_dict()["unanswered"], done.remaining)
    assert [(30, 20)] == bed.rows(
        "select count(*) filter (where fingerprint <> 'unknown'), "
        "count(*) filter (where fingerprint = 'unknown') from {ledger}"
    )
    assert [] == bed.left_behind
    # Who was sent and never answered leaves: the platform may have them.
    unknown = {key for (key,) in bed.rows(
        "select entity_key from {ledger} where fingerprint = 'unknown'"
    )}  # fmt: skip
    bed.receiver.behave()
    stayed = [one for one in people(100) if one.key not in unknown]
    bed.build(stayed)
    assert (70 - 20, 20) == ((again := bed.run().record).added, again.removed)
    assert {one.key for one in stayed} == bed.listed.keys() == bed.ledger


def test_messages_that_are_given_up_are_not_sent_again_unasked(bed: Bed) -> None:
    bed.mail("batch_size: 5\n    concurrency: 1")
    bed.change_sync("destination: mail", "destination: mail\nmode: events")
    bed.build(people(20))
    bed.receiver.misbehave("slow", seconds=0.0, times=2)
    bed.receiver.misbehave("slow", seconds=60.0, times=None)
    done = bed.run(**given_up_after(bed, 3), allow=("first_run",)).record
    assert ("stopped", 10, 5) == (done.state, done.added, done.unanswered)
    folders = ["--project-dir", str(bed.folder), "--profiles-dir", str(bed.folder)]
    shown = CliRunner().invoke(main, ["status", *folders]).output
    assert "vips_to_mail: 5 rows went out and had no answer" in shown
    bed.receiver.behave()
    assert 5 == bed.run().record.added
    assert 15 == sum(len(told) for told in bed.receiver.events.values())
    assert 5 == bed.run(retry_unknown=True).record.added


def test_a_deadline_ends_a_run_after_the_batches_under_way(
    bed: Bed, monkeypatch: pytest.MonkeyPatch, after_each_batch: AfterEachBatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr("cdp_activate.sync.deadline.monotonic", lambda: clock[0])
    bed.mail("batch_size: 10\n    concurrency: 2")
    bed.change_sync("consent:", "deadline: 30 minutes\nconsent:")
    bed.build(people(500))

    def late(answered: int) -> None:
        clock[0] = 1_799.0 if answered < 10 else 1_800.0

    after_each_batch(late)
    done = bed.run().record
    assert ("stopped", True) == (done.state, 100 <= done.added <= 120)
    assert "deadline" in str(done.message)
    assert done.added == len(bed.listed) == len(bed.ledger)
    # The sooner of two counts, and it begins anew with each run.
    assert ("stopped", 0) == (
        bed.run(deadline=0.0).record.state,
        bed.run(deadline=0.0).record.added,
    )
    assert "done" == bed.run(deadline=3600.0).record.state
    assert 500 == len(bed.listed)
    # What is left of a refresh is for another refresh: nothing else would send it.
    refresh = bed.run(full_refresh=True, deadline=0.0)
    assert 500 == refresh.remaining
    assert "--full-refresh begins it again" in str(refresh.record.message)
    assert 0 == bed.run(deadline=3600.0).record.calls


@pytest.mark.parametrize("written", ["soon", "30", "0s", "5 days"])
def test_a_deadline_that_is_no_time_is_refused(bed: Bed, written: str) -> None:
    bed.change_sync("consent:", f"deadline: {written}\nconsent:")
    with pytest.raises(SourceErrors, match="45s, 30m or 2 hours"):
        _ = bed.the_sync
