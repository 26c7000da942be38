"""PostgreSQL ends a session of a run at any statement: the next run ends in the same place.

As a server does that is restarted, or whose administrator ends it; the process lives on, and
its other session too. `make test-postgres` does it 60 times.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bed import Person, people
from postgres_bed import PostgresBed
from postgres_server import Server

from cdp_activate.errors import UnreachableError, WarehouseError
from cdp_activate.receiver import Receiver
from cdp_activate.warehouse.postgres_session import Session

SEED = int(os.environ.get("CDP_SEED", "20260310"))
CUTS = int(os.environ.get("CDP_CUTS", "3"))
BATCH = 5


@pytest.fixture
def bed(tmp_path: Path, receiver: Receiver, postgres: Server) -> Iterator[PostgresBed]:
    made = PostgresBed(tmp_path, receiver, postgres)
    made.mail(f"batch_size: {BATCH}\n    concurrency: 1")
    yield made
    made.close()


class Cuts:
    """Counts the statements of all sessions, and ends the one that comes to the `at`th."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count, self.at, self.after = 0, 0, False
        for name in ("run", "table", "append"):
            monkeypatch.setattr(Session, name, self._counted(getattr(Session, name)))

    def begin(self, at: int, *, after: bool = False) -> None:
        """From now on; `after`: the statement is done, and only its answer is lost."""
        self.count, self.at, self.after = 0, at, after

    def _counted(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def counted(session: Session, *about: Any) -> Any:
            self.count += 1
            is_it = self.count == self.at
            if is_it and self.after:
                method(session, *about)
            if is_it:
                with suppress(Exception), session.connection.cursor() as cursor:
                    cursor.execute("select pg_terminate_backend(pg_backend_pid())")
            return method(session, *about)

        return counted


def changed(everyone: list[Person], chance: random.Random) -> list[Person]:
    """Some leave, some withdraw, some change, some move."""
    found = []
    for one in everyone:
        dice = chance.random()
        if dice < 0.15:
            one = replace(one, member=not one.member)
        elif dice < 0.25:
            one = replace(one, consent="withdrawn" if one.consent == "granted" else "granted")
        elif dice < 0.45:
            one = replace(one, points=chance.randint(2, 9))
        elif dice < 0.6:
            one = replace(one, email=f"v{chance.randint(0, 99)}.{one.key}@example.com")
        found.append(one)
    return found


def wanted(everyone: list[Person]) -> dict[str, Any]:
    may = [one for one in everyone if one.member and one.consent == "granted"]
    return {one.key: (one.email, one.points) for one in may}


def test_a_run_whose_session_is_ended_anywhere_is_finished_by_the_next(
    bed: PostgresBed, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(SEED)
    everyone = people(15)
    bed.build(everyone)
    cuts = Cuts(monkeypatch)
    bed.run()
    statements, lost = cuts.count, 0
    for _ in range(CUTS):
        everyone = changed(everyone, chance)
        bed.build(everyone)
        cuts.begin(chance.randint(1, statements), after=chance.random() < 0.5)
        told = f"seed {SEED}: cut at {cuts.at}, after: {cuts.after}"
        try:
            bed.run()
        except WarehouseError as error:
            assert isinstance(error, UnreachableError), told
            assert "select" not in str(error) and "@" not in str(error), told
            lost += 1
        cuts.begin(0)
        bed.run()
        assert wanted(everyone) == bed.points, told
        assert (0, []) == (bed.plan()[0].changes, bed.left_behind), told
        unsure = "select count(*) filter (where fingerprint = 'unknown'), count(*) from {ledger}"
        assert [(0, len(bed.listed))] == bed.rows(unsure), told
    assert lost >= CUTS / 2
