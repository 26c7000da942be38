from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from bed import AfterEachBatch, Bed
from postgres_bed import PostgresBed

from cdp_activate.destinations.webhook import WebhookDestination
from cdp_activate.receiver import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


ON_BOTH = {"test_sync_adopt", "test_sync_mapping", "test_sync_per", "test_sync_sharing"}
"""Files whose tests run on both warehouses: what they are about is SQL. `make test-postgres` runs
those of all files on PostgreSQL.
"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "bed" in metafunc.fixturenames and metafunc.module.__name__ in ON_BOTH:
        metafunc.parametrize("bed", ["duckdb", "postgres"], indirect=True)


@pytest.fixture
def bed(tmp_path: Path, receiver: Receiver, request: pytest.FixtureRequest) -> Iterator[Bed]:
    """A project with a warehouse: DuckDB's, or PostgreSQL's, as CDP_WAREHOUSE has it."""
    warehouse = getattr(request, "param", None) or os.environ.get("CDP_WAREHOUSE", "duckdb")
    if warehouse == "duckdb":
        yield Bed(tmp_path, receiver)
        return
    if request.node.get_closest_marker("duckdb_files"):
        pytest.skip("it is about what DuckDB does")
    made = PostgresBed(tmp_path, receiver, request.getfixturevalue("postgres"))
    yield made
    made.close()


@pytest.fixture
def after_each_batch(monkeypatch: pytest.MonkeyPatch) -> AfterEachBatch:
    """Calls a function with the number of batches that were answered, before the next is begun.

    The thread that sent the batch calls it: the one that is told of progress may be far behind.
    """

    def begin(act: Callable[[int], object]) -> None:
        upsert, numbers = WebhookDestination.upsert, count(1)

        def upsert_and_act(self: WebhookDestination, *about: Any) -> Any:
            receipt = upsert(self, *about)
            act(next(numbers))
            return receipt

        monkeypatch.setattr(WebhookDestination, "upsert", upsert_and_act)

    return begin
