"""Random audiences in random worlds: the compiled SQL and a plain reading of the page agree.

A mismatch is printed as the smallest audience and rows on which the two still differ. The
number of audiences is that of CI; `make test-nightly` asks for more, with another seed.
"""

from __future__ import annotations

import os

import postgres_server
import pytest
from agreement import Warehouse, mismatches
from reading.state import StateReader

SEED = int(os.environ.get("CDP_SEED", "1"))
AUDIENCES = int(os.environ.get("CDP_AUDIENCES", "2100"))
ON_POSTGRES = int(os.environ.get("CDP_AUDIENCES_POSTGRES", "300"))
PARTS = 7


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_random_audiences_mean_what_the_page_says(part: int) -> None:
    """On DuckDB, each part in worlds of its own."""
    found = list(mismatches(Warehouse("duckdb"), SEED * PARTS + part, AUDIENCES // PARTS))
    assert not found, "\n\n".join(map(str, found))


@pytest.mark.slow
def test_random_audiences_mean_the_same_on_postgres(postgres: postgres_server.Server) -> None:
    """The same words, worlds and reading."""
    found = list(mismatches(Warehouse("postgres", postgres), SEED, ON_POSTGRES))
    assert not found, "\n\n".join(map(str, found))


def test_a_mismatch_is_found_and_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reading that takes every record for consent is caught, with at most two rows."""
    monkeypatch.setattr(StateReader, "consent", lambda self, condition, key: True)
    found = next(mismatches(Warehouse("duckdb"), 3, 300))
    assert "consent" in found.text
    assert sum(map(len, found.world.rows.values())) <= 2
    assert "compiler: {}" in str(found)
