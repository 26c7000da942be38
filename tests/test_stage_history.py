"""The stage history of the demo shop, against a plain reading of its rule.

The rule: reaching the evidence opens an interval that lasts; the stage at an instant
is the highest rank among the open intervals; none open after some were: lapsed.
"""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest
from dbt_command import REPOSITORY, run_dbt

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 21)
PAST = datetime(2026, 6, 15, 10)

STAYS = "select customer_id, track, stage, entered_from, valid_from, valid_to"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """Give the models of 1,500 customers as of NOW, and those as of PAST as `past`."""
    folder = tmp_path_factory.mktemp("stages")
    file = folder / "warehouse.duckdb"
    shop = ["--customers", "1500", "--seed", "7", "--as-of", f"{NOW.isoformat()}Z"]
    subprocess.run(
        [sys.executable, "-m", "cdp_activate.demo.shop", str(file), *shop],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
    )
    for as_of in (PAST, NOW):
        done = run_dbt(
            "build",
            "--select",
            "+stage_history",
            "--exclude-resource-type",
            "test",
            "--exclude-resource-type",
            "unit_test",
            "--vars",
            f"{{cdp_as_of: {as_of.isoformat()}Z}}",
            project=REPOSITORY,
            scratch=folder,
            environment={"CDP_DUCKDB_PATH": str(file)},
        )
        assert done.returncode == 0, done.stdout
        if as_of == PAST:
            (folder / "past.duckdb").write_bytes(file.read_bytes())
    connection = duckdb.connect(str(file), read_only=True)
    connection.execute(f"attach '{folder / 'past.duckdb'}' as past (read_only)")
    return connection


def opened_intervals(
    touchpoints: list[tuple[datetime, str, Any]], rules: list[tuple[Any, ...]]
) -> list[tuple[datetime, datetime, int, str]]:
    """Give beginning, end, rank and stage of each interval that evidence opens."""
    intervals = []
    for stage, rank, touchpoint, from_nth, lasting_days, min_value in rules:
        counted = 0
        for occurred_at, name, value in touchpoints:
            if name != touchpoint:
                continue
            if min_value is not None and (value is None or value < min_value):
                continue
            counted += 1
            if counted >= from_nth:
                lasting = None if lasting_days is None else timedelta(days=lasting_days)
                until = datetime.max if lasting is None else occurred_at + lasting
                intervals.append((occurred_at, until, rank, stage))
    return intervals


def expected_stays(
    touchpoints: list[tuple[datetime, str, Any]], rules: list[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """Give stage, the stage before, beginning and end of every stay until NOW."""
    intervals = opened_intervals(touchpoints, rules)
    instants = sorted({at for row in intervals for at in row[:2] if at < NOW})
    stays: list[tuple[str, datetime]] = []
    for instant in instants:
        opened = [row for row in intervals if row[0] <= instant < row[1]]
        stage = max(opened, key=lambda row: row[2])[3] if opened else "lapsed"
        if not stays or stays[-1][0] != stage:
            stays.append((stage, instant))
    befores = [None, *(stage for stage, _ in stays)]
    ends = [*(begins for _, begins in stays[1:]), None]
    return [
        (stage, before, begins, ends_at)
        for (stage, begins), before, ends_at in zip(stays, befores, ends, strict=False)
    ]


def test_the_history_is_what_the_rule_says(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Every stay of every customer, and nobody more."""
    rules = warehouse.execute(
        "select stage, stage_rank, touchpoint, from_nth, lasting_days, min_value "
        "from stage_models where track = 'lifecycle'"
    ).fetchall()
    touchpoints: dict[str, list[tuple[datetime, str, Any]]] = defaultdict(list)
    for customer, *touchpoint in warehouse.execute(
        "select customer_id, occurred_at, touchpoint, value from touchpoints "
        "where customer_id is not null order by occurred_at, touchpoint_id"
    ).fetchall():
        touchpoints[customer].append((touchpoint[0], touchpoint[1], touchpoint[2]))
    history: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for customer, _, *stay in warehouse.execute(
        f"{STAYS} from stage_history where track = 'lifecycle' order by customer_id, valid_from"
    ).fetchall():
        history[customer].append(tuple(stay))
    assert len(history) > 1000
    expected = {
        customer: stays
        for customer, rows in touchpoints.items()
        if (stays := expected_stays(rows, rules))
    }
    assert history == expected


def test_a_past_day_gives_what_the_history_says(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Built as of PAST, the rows are today's, cut off at PAST.

    Customers who came later are not there, nor is what they did before they came.
    """
    cut = f"timestamp '{PAST.isoformat(sep=' ')}'"
    history = (
        f"select customer_id, track, stage, entered_from, valid_from, "
        f"case when valid_to < {cut} then valid_to end as valid_to from stage_history "
        f"where valid_from < {cut} "
        f"and customer_id in (select customer_id from past.main.customer_ids)"
    )
    replayed = f"{STAYS} from past.main.stage_history"
    order = " order by customer_id, track, valid_from"
    rows = warehouse.execute(replayed + order).fetchall()
    assert len(rows) > 1000
    assert warehouse.execute(history + order).fetchall() == rows
