"""Real processes, killed: the next run ends in the same place."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bed import AS_OF, Bed, Person, people

from cdp_activate.cli.watching import AT_ONCE

HERE = Path(__file__).parent


class Runs:
    """Runs in processes of their own."""

    def __init__(self, bed: Bed) -> None:
        self.receiver = bed.receiver
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "run_many.py"), str(bed.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )

    def run(self, kill_after: float | None = None, *, from_first_call: bool = False) -> None:
        """One run, killed after so many seconds; it may have ended before.

        They count from the start of the process, or from the first call that it makes.
        """
        calls = self.receiver.calls
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("run\n")
        self.process.stdin.flush()
        number = int(self.process.stdout.readline())
        if kill_after is not None:
            deadline = time.monotonic() + 20
            while from_first_call and self.receiver.calls == calls and _alive(number):
                assert time.monotonic() < deadline, "the run never made a call"
                time.sleep(0.005)
            time.sleep(kill_after)
            with suppress(ProcessLookupError):  # it may be through, and waited for
                os.kill(number, signal.SIGKILL)
        assert "ended\n" == self.process.stdout.readline()

    def close(self) -> None:
        self.process.communicate(timeout=10)


def _alive(number: int) -> bool:
    """It runs. A run that finds nothing to send ends without a call."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def runs(bed: Bed) -> Iterator[Runs]:
    running = Runs(bed)
    yield running
    running.close()


def command(bed: Bed) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", "from cdp_activate.cli import main; main()", "sync",
         "--project-dir", str(bed.folder), "--profiles-dir", str(bed.folder),
         "--as-of", AS_OF.isoformat()],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


def expected(everyone: list[Person]) -> dict[str, Any]:
    return {one.key: (one.email, one.points) for one in everyone if one.consent == "granted"}


def later(everyone: list[Person], chance: random.Random) -> list[Person]:
    """Some leave, some withdraw, some change, some change their address."""
    result = []
    for one in everyone:
        dice = chance.random()
        if dice < 0.1:
            continue
        if dice < 0.2:
            one = replace(one, consent="withdrawn")
        elif dice < 0.4:
            one = replace(one, points=chance.randint(2, 9), consent="granted")
        elif dice < 0.5:
            one = replace(one, email=f"new.{one.key}@example.com")
        result.append(one)
    return result


@pytest.mark.slow
def test_a_run_killed_anywhere_is_finished_by_the_next(bed: Bed, runs: Runs) -> None:
    chance = random.Random(20260310)
    bed.mail("batch_size: 500")
    everyone = people(20_000)
    bed.build(everyone)
    bed.receiver.misbehave("slow", seconds=0.02, times=None)
    for attempt in range(12):
        if attempt in (4, 8):
            # The world does not wait for us: what is half sent may be wanted no more.
            everyone = later(everyone, chance)
            bed.build(everyone)
        late = attempt % 2 == 1
        runs.run(kill_after=chance.uniform(0.0, 0.4 if late else 0.8), from_first_call=late)
    bed.receiver.behave()
    runs.run()
    assert expected(everyone) == bed.points
    assert bed.points.keys() == bed.ledger
    assert [] == bed.left_behind
    assert [] == bed.rows("select * from {leases}")
    assert [] == bed.rows("select * from {ledger} where fingerprint = 'unknown'")
    states = dict(bed.rows("select state, count(*) from {runs} group by 1"))
    assert states["killed"] >= 3, "nothing was killed in time"
    assert states["done"] >= 1


@pytest.mark.slow
def test_what_is_sent_twice_is_at_most_what_was_under_way(bed: Bed, runs: Runs) -> None:
    bed.mail("batch_size: 100\n    concurrency: 2")
    bed.build(people(3_000))
    bed.receiver.misbehave("slow", seconds=0.02, times=None)
    chance = random.Random(7)
    for _ in range(6):
        runs.run(kill_after=chance.uniform(0.0, 0.2), from_first_call=True)
    bed.receiver.behave()
    runs.run()
    killed = dict(bed.rows("select state, count(*) from {runs} group by 1"))["killed"]
    assert killed >= 2
    assert {one.key for one in people(3_000)} == bed.listed.keys() == bed.ledger
    rows = sum(call.rows for call in bed.receiver.requests)
    # Two batches were under way, and two more had answers that were not yet written down.
    assert 3_000 <= rows <= 3_000 + killed * 100 * 2 * 2


@pytest.mark.slow
@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_finishes_the_batches_under_way_and_exits_with_130(
    bed: Bed, which: signal.Signals
) -> None:
    bed.mail("batch_size: 50\n    concurrency: 2")
    bed.build(people(2_000))
    bed.receiver.misbehave("slow", seconds=0.1, times=None)
    run = command(bed)
    deadline = time.monotonic() + 30
    while bed.receiver.calls < 4 and time.monotonic() < deadline:
        time.sleep(0.01)
    run.send_signal(which)
    told_at = time.monotonic()
    output, errors = run.communicate(timeout=30)
    assert 130 == run.returncode, output + errors
    assert time.monotonic() - told_at < 5
    assert "stopping after the batches under way" in errors
    assert "Traceback" not in errors
    assert 0 < len(bed.listed) < 2_000
    assert bed.listed.keys() == bed.ledger
    assert [] == bed.rows("select * from {ledger} where fingerprint = 'unknown'")
    assert [("stopped", len(bed.ledger))] == bed.rows("select state, added from {runs}")
    bed.receiver.behave()
    assert len(bed.ledger) == bed.run().record.unchanged
    assert 2_000 == len(bed.listed)


def hanging(bed: Bed) -> subprocess.Popen[str]:
    """A run in a process of its own whose calls have had three answers and get no more."""
    bed.mail("batch_size: 50\n    concurrency: 2")
    bed.build(people(1_000))
    bed.receiver.misbehave("slow", seconds=0.0, times=3)
    bed.receiver.misbehave("slow", seconds=600.0, times=None)
    run = command(bed)
    deadline = time.monotonic() + 30
    while bed.receiver.calls < 5 and time.monotonic() < deadline:
        time.sleep(0.01)
    run.send_signal(signal.SIGTERM)
    time.sleep(AT_ONCE / 5)
    run.send_signal(signal.SIGINT)  # passed on by a parent: not meant twice
    time.sleep(AT_ONCE * 1.2)
    assert run.poll() is None
    return run


@pytest.mark.slow
@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT])
def test_told_twice_to_stop_it_waits_for_no_answer_and_says_of_how_many_it_knows_nothing(
    bed: Bed, which: signal.Signals
) -> None:
    run = hanging(bed)
    run.send_signal(which)
    output, errors = run.communicate(timeout=5)
    assert (130, False) == (run.returncode, "Traceback" in errors), output + errors
    assert "waiting for no answer any longer" in errors
    assert "vips_to_mail: 100 rows went out and nobody knows what became of them" in output
    assert [("stopped", 150, 100)] == bed.rows("select state, added, unanswered from {runs}")
    assert 250 == len(bed.ledger)
    assert [] == bed.left_behind + bed.rows("select * from {leases}")
    bed.receiver.behave()
    assert 150 == bed.run().record.unchanged
    assert {one.key for one in people(1_000)} == bed.listed.keys() == bed.ledger


STUCK = """
import time
from cdp_activate.cli.watching import stopping
with stopping():
    print("begun", flush=True)
    time.sleep(60)
"""


@pytest.mark.slow
def test_told_a_third_time_a_process_that_does_not_end_is_ended() -> None:
    """As one is that waits for what nobody can cut off; what it left is taken up as of a kill."""
    run = subprocess.Popen(
        [sys.executable, "-c", STUCK], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert run.stdout is not None
    assert "begun\n" == run.stdout.readline()
    for _ in range(3):
        assert run.poll() is None
        run.send_signal(signal.SIGINT)
        time.sleep(AT_ONCE * 1.1)
    _, errors = run.communicate(timeout=5)
    assert (-signal.SIGINT, 2) == (run.returncode, len(errors.splitlines()))


@pytest.mark.slow
def test_told_to_stop_while_the_platform_asks_for_minutes_it_stops_at_once(bed: Bed) -> None:
    bed.build(people(10))
    bed.receiver.misbehave("status", status=429, retry_after=200, times=None)
    run = command(bed)
    deadline = time.monotonic() + 30
    while not bed.receiver.calls and time.monotonic() < deadline:
        time.sleep(0.01)
    run.send_signal(signal.SIGTERM)
    _, errors = run.communicate(timeout=5)
    assert (130, False) == (run.returncode, "Traceback" in errors)
    assert [("stopped",)] == bed.rows("select state from {runs}")
