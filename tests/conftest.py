"""Files whose costly fixtures are made once for the file stay together on one worker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import postgres_server
import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    "test_bad_input",
    "test_complete_journey",
    "test_dbt_macros",
    "test_dbt_package",
    "test_demo",
    "test_google_analyzer",
    "test_identity",
    "test_identity_rules",
    "test_mappings",
    "test_page",
    "test_published_figures",
    "test_same_rows_everywhere",
    "test_shop",
    "test_pain_point_incidents",
    "test_published_attribution",
    "test_stage_history",
}


NOT_BEFORE_EVERY_COMMIT = {
    "test_against_reading",
    "test_guide",
    "test_shop",
    "test_sync_errors",
    "test_sync_ledger",
    "test_sync_walks",
}
"""Many short tests that add up: they run with the slow ones, so that `make check` stays quick."""


class Scheduling(LoadScopeScheduling):
    """Tests one by one to whichever worker is free, but those of a file in TOGETHER as one.

    The groups of xdist 3.8 are lost on pytest 9.2, which keeps node ids elsewhere.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if PurePosixPath(file).stem in TOGETHER else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    return Scheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.stem in NOT_BEFORE_EVERY_COMMIT:
            item.add_marker(pytest.mark.slow)
    # What takes long begins first: at the end short tests fill up both workers.
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgres_server.Server]:
    """A PostgreSQL server, one for each worker."""
    if postgres_server.binaries() is None:
        pytest.skip("PostgreSQL is not installed: its binaries (initdb, postgres) are not found")
    with postgres_server.running() as server:
        yield server
