"""Real processes, killed at random instants, until the list is what the audience says.

A small form here; `make test-kills` kills 200 times over 100,000 people.

What is guaranteed: a killed run has at most `concurrency` batches without an answer that is
written down. Those, and no others, are sent again. So every kill costs at most
`concurrency * batch_size` rows that the platform gets twice.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from bed import AS_OF, LIST, Bed, Person, people
from postgres_bed import PostgresBed

from cdp_activate.receiver import PlatformBehaviour, Receiver

HERE = Path(__file__).parent
KILLS = {
    one: int(os.environ.get("CDP_KILLS", few)) for one, few in (("duckdb", 5), ("postgres", 2))
}
MEMBERS = int(os.environ.get("CDP_KILL_MEMBERS", "2000"))
SEED = int(os.environ.get("CDP_SEED", "20260310"))
BATCH = max(MEMBERS // 100, 20)
CONCURRENCY = 4


class Commands:
    """Runs of `cdp-activate sync` in processes of their own."""

    def __init__(self, bed: Bed) -> None:
        where = ["--project-dir", str(bed.folder), "--profiles-dir", str(bed.folder)]
        more = ["--as-of", AS_OF.isoformat(), "--allow", "max_remove"]
        self.errors = (bed.folder / "errors.txt").open("w")
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "run_commands.py"), "sync", *where, *more],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )

    def run(self, after: float | None = None, which: signal.Signals = signal.SIGKILL) -> int:
        """The exit code of one run, which gets a signal after so many seconds."""
        assert self.process.stdin is not None
        self.process.stdin.write("run\n")
        self.process.stdin.flush()
        number = self._read()
        if after is not None:
            time.sleep(after)
            with suppress(ProcessLookupError):  # it may be through, and waited for
                os.kill(number, which)
        return self._read()

    def _read(self) -> int:
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())

    def close(self) -> None:
        self.process.communicate(timeout=10)
        self.errors.close()


@pytest.fixture(params=["duckdb", "postgres"])
def bed(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Bed]:
    behaviour = PlatformBehaviour(matches_on="email", latency=0.01)
    with Receiver(behaviour=behaviour) as receiver:
        if request.param == "duckdb":
            yield Bed(tmp_path, receiver)
        else:
            made = PostgresBed(tmp_path, receiver, request.getfixturevalue("postgres"))
            yield made
            made.close()


@pytest.fixture
def commands(bed: Bed) -> Iterator[Commands]:
    bed.mail(f"batch_size: {BATCH}\n    concurrency: {CONCURRENCY}")
    running = Commands(bed)
    yield running
    running.close()


@dataclass
class Round:
    """One change of the audience, and the rows that must be sent and removed for it."""

    everyone: list[Person]
    rows: int


def wanted(everyone: list[Person]) -> dict[str, tuple[str, int | None]]:
    """Address -> key and points of those who are to be on the list."""
    return {str(one.email): (one.key, one.points) for one in everyone if one.consent == "granted"}


def listed(bed: Bed) -> dict[str, tuple[str, int]]:
    return {
        address: (row["key"], row["fields"]["POINTS"])
        for address, row in bed.receiver.lists[LIST].items()
    }


def later(before: list[Person], chance: random.Random, number: int) -> Round:
    """A third of the people change: leave, withdraw, come back, change values or address.

    Every second time the rest gets new values too.
    """
    everyone = []
    for one in before:
        if number % 2:
            one = replace(one, points=number)
        dice = chance.random()
        if dice < 0.05:
            one = replace(one, member=False)
        elif dice < 0.10:
            one = replace(one, consent="withdrawn")
        elif dice < 0.25:
            one = replace(one, points=number, consent="granted", member=True)
        elif dice < 0.33:
            one = replace(one, email=f"{one.key}.{number}@example.com")
        everyone.append(one)
    old = wanted([one for one in before if one.member])
    new = wanted([one for one in everyone if one.member])
    removed = len(old.keys() - new.keys())
    sent = sum(1 for address, row in new.items() if old.get(address) != row)
    return Round(everyone, removed + sent)


@pytest.mark.slow
def test_killed_at_random_instants_it_ends_in_the_same_place(
    bed: Bed, commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(SEED)
    now, number, most = Round(people(MEMBERS), MEMBERS), 0, KILLS[bed.project.dbt_profile.type]
    killed = told_to_stop = twice = 0
    took = undisturbed(bed, commands, now)
    while killed < most:
        number += 1
        now = later(now.everyone, chance, number)
        bed.build(now.everyone)
        rows_before, kills, code, disturbed = rows_received(bed), 0, 1, False
        while code != 0:
            which = signal.SIGTERM if chance.random() < 0.1 else signal.SIGKILL
            goes_on = killed + kills >= most
            started, calls = time.monotonic(), len(bed.receiver.requests)
            code = commands.run(None if goes_on else chance.uniform(0, took), which)
            if code == 0 and not disturbed:
                # One that had only the rest to do would be too short a time to be killed in.
                took = min(took, time.monotonic() - started)
            elif code != 0 and calls == len(bed.receiver.requests):
                took *= 1.05  # a machine that is busier than it was comes to no call in that time
            disturbed = True
            assert code in (0, -signal.SIGKILL, 130, -signal.SIGTERM), errors(bed)
            kills += code == -signal.SIGKILL
            told_to_stop += code in (130, -signal.SIGTERM)
        check(bed, now)
        again = rows_received(bed) - rows_before - now.rows
        assert 0 <= again <= kills * CONCURRENCY * BATCH, f"{again} rows twice, {kills} kills"
        killed, twice = killed + kills, twice + again
    with capsys.disabled():
        print(
            f"\n{killed} kills, {told_to_stop} told to stop, over {number} changes of a list of "
            f"{MEMBERS:,} in batches of {BATCH:,}, {CONCURRENCY} at once; {twice:,} rows "
            f"sent twice, {twice / killed / BATCH:.2f} batches a kill "
            f"(at most {CONCURRENCY})"
        )


def undisturbed(bed: Bed, commands: Commands, now: Round) -> float:
    """Seconds of a first run that nobody disturbs."""
    bed.build(now.everyone)
    started = time.monotonic()
    assert 0 == commands.run(), errors(bed)
    took = time.monotonic() - started
    check(bed, now)
    return took


def rows_received(bed: Bed) -> int:
    return sum(call.rows for call in bed.receiver.requests)


def check(bed: Bed, now: Round) -> None:
    """The list is the audience, and the ledger says so."""
    expected = wanted([one for one in now.everyone if one.member])
    assert expected == listed(bed)
    keys = {key for key, _ in expected.values()}
    ledger = dict(bed.rows("select entity_key, fingerprint from {ledger}"))
    assert keys == ledger.keys()
    assert "unknown" not in ledger.values()
    assert [] == bed.rows("select * from {leases}")


def errors(bed: Bed) -> str:
    return (bed.folder / "errors.txt").read_text()[-2000:]
