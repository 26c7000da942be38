"""Two runs, and many: whatever happens in between, the list ends as the audience says."""

from __future__ import annotations

import random
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bed import LIST, Bed, may_be_sent, people, person

from cdp_activate.errors import CdpError
from cdp_activate.http import FunctionTransport, PooledTransport, Request, Response, Transport
from cdp_activate.receiver import Receiver
from cdp_activate.sync.run import Summary


def test_a_second_run_makes_no_call(bed: Bed) -> None:
    bed.build(people(250))
    assert (250, 3) == (bed.run().record.added, bed.receiver.calls)
    summary = bed.run()
    assert (0, 250, 3) == (summary.record.calls, summary.record.unchanged, bed.receiver.calls)


def test_a_later_change_sends_exactly_the_difference(bed: Bed) -> None:
    before = people(250)
    bed.build(before)
    bed.run()
    sent_first = len(bed.receiver.requests)
    bed.build([replace(before[0], points=9), replace(before[1], email="x@y.example"), *before[4:]])
    summary = bed.run()
    assert {"update": 1, "move": 1, "remove": 2, "add": 0} == {
        name: summary.plan.counts[name] for name in ("update", "move", "remove", "add")
    }
    later = bed.receiver.requests[sent_first:]
    assert [("remove", 3), ("upsert", 2)] == [(call.action, call.rows) for call in later]


def test_a_run_that_changes_nothing_does_not_even_open_the_list(bed: Bed) -> None:
    bed.build([])

    def answer(request: Request) -> Response:
        raise AssertionError("nothing was to be said")

    assert 0 == bed.run(transport=FunctionTransport(answer)).record.calls


# A seeded walk ...

FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("status", {"status": 429}),
    ("status", {"status": 429, "retry_after": "0.001"}),
    ("status", {"status": 500}),
    ("status", {"status": 500, "applied": True}),
    ("status", {"status": 401}),
    ("status", {"status": 404}),
    ("reset", {}),
    ("reset", {"applied": True}),
    ("half_body", {}),
    ("malformed_json", {}),
]
WHO = [f"c-{number:02}" for number in range(24)]
NOT_OURS = {"theirs-1", "theirs-2"}


class Watched(Transport):
    """The network, with someone who writes down who is sent, and may break a run off."""

    def __init__(self, breaking: threading.Event, calls_left: int) -> None:
        self.network = PooledTransport(connections=4)
        self.breaking = breaking
        self.calls_left = calls_left
        self.upserted: set[str] = set()
        self.removed: set[str] = set()
        self.lock = threading.Lock()

    def send(self, request: Request) -> Response:
        with self.lock:
            self.calls_left -= 1
            if self.calls_left == 0:
                self.breaking.set()
        said = request.json()
        known = self.upserted if said["action"] == "upsert" else self.removed
        known |= {row["key"] for row in said["rows"]}
        return self.network.send(request)


class Walk:
    """A company whose people change, a platform that misbehaves, and runs that are broken off."""

    def __init__(self, folder: Path, receiver: Receiver, seed: int) -> None:
        self.chance = random.Random(seed)
        self.bed = Bed(folder, receiver)
        self.bed.mail("batch_size: 3")
        self.everyone = {key: person(key) for key in WHO}
        self.receiver = receiver
        self.ever_rejected: dict[str, set[str]] = {}
        receiver.put(LIST, {key: {"key": key} for key in NOT_OURS})

    def change(self) -> None:
        for key in self.chance.sample(WHO, self.chance.randint(0, 8)):
            one = self.everyone[key]
            change: dict[str, Any] = self.chance.choice(
                [
                    {"member": not one.member},
                    {"known": not one.known},
                    {"consent": self.chance.choice(["granted", "withdrawn", None])},
                    {"variant": self.chance.choice(["treatment", "treatment", "holdout"])},
                    {"email": self.chance.choice([f"{key}@new.example", None, "+49 1", one.email])},
                    {"points": self.chance.randint(0, 2)},
                    {"first_name": self.chance.choice(["Ada", "", None])},
                    vars(person(key)),
                ]
            )
            self.everyone[key] = replace(one, **change)
        self.bed.build(self.everyone.values())

    def misbehave(self) -> None:
        self.receiver.behave()
        for name, options in self.chance.sample(FAULTS, self.chance.choice([0, 0, 1, 2, 3])):
            self.receiver.misbehave(name, times=self.chance.randint(1, 3), **options)  # type: ignore[arg-type]
        if self.chance.random() < 0.3:
            self.receiver.misbehave("reject_rows", containing=self.chance.choice(WHO), times=3)
        if self.chance.random() < 0.2:
            self.receiver.misbehave("refuse_batch_with", key=self.chance.choice(WHO))

    def run(self) -> Summary | None:
        stop = threading.Event()
        breaks = self.chance.random() < 0.3
        watched = Watched(stop, self.chance.randint(1, 6) if breaks else 0)
        before = self.bed.ledger
        try:
            summary = self.bed.run(
                transport=watched,
                stop=stop,
                allow=("emptied",),
                retry_rejected=self.chance.random() < 0.2,
                full_refresh=self.chance.random() < 0.1,
            )
        except CdpError:
            summary = None
        finally:
            watched.network.close()
        allowed = {key for key, one in self.everyone.items() if may_be_sent(one)}
        assert watched.upserted <= allowed, "someone was sent who may not be"
        assert watched.removed <= before, "someone was removed who was never ours"
        return summary

    def check(self, summary: Summary | None) -> None:
        listed = self.receiver.lists[LIST]
        ledger = dict(self.bed.rows("select entity_key, fingerprint from {ledger}"))
        acknowledged = {key for key, print_ in ledger.items() if print_ != "unknown"}
        assert listed.keys() >= NOT_OURS, "someone was removed who was never ours"
        assert listed.keys() - NOT_OURS <= ledger.keys(), "someone is listed and not in the ledger"
        assert acknowledged <= listed.keys(), "someone is in the ledger and not listed"
        assert [] == self.bed.left_behind
        assert [(0,)] == self.bed.rows("select count(*) from {leases}")
        if summary is None or summary.record.state != "done":
            return
        rejected = self.bed.rejected
        assert len(rejected) == summary.record.rejected + summary.plan.held_back.get(
            "rejected before", 0
        ), "a rejection was not recorded"
        for key, one in self.everyone.items():
            if key in rejected:
                continue
            if not may_be_sent(one):
                assert key not in listed, "someone is listed who may not be"
                continue
            sent = listed[key]
            assert one.email == sent["identifiers"]["email"]
            assert {"FNAME": one.first_name, "POINTS": one.points} == sent["fields"]
            assert key in acknowledged


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 4))]
)
def test_whatever_happens_the_list_ends_as_the_audience_says(
    tmp_path: Path, receiver: Receiver, seed: int
) -> None:
    walk = Walk(tmp_path, receiver, seed)
    finished = 0
    for _ in range(10):
        walk.change()
        walk.misbehave()
        summary = walk.run()
        walk.check(summary)
        finished += summary is not None and summary.record.state == "done"
    walk.receiver.behave()
    summary = walk.run()
    while summary is not None and summary.record.state != "done":
        summary = walk.run()
    assert summary is not None
    walk.check(summary)
    assert finished >= 2
