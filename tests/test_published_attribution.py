"""Attribution gives the figures of the R and Python package ChannelAttribution 2.2.5.

First, last and linear, and the matrix of transitions, are published. The removal
effects of the Markov chain are compared with exact fractions: each channel taken out
of the chain in turn, and the chain solved again.
"""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from typing import Any

import duckdb
import pytest
from dbt_command import REPOSITORY, run_dbt
from shared_folder import SHARED

PATHS = SHARED / "data" / "channelattribution" / "Data.csv"
HEURISTICS = PATHS.with_name("expected_heuristic_channelattribution_2.2.5.csv")
FIGURES = SHARED / "data" / "published_figures.json"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not PATHS.exists(),
        reason="needs the public data sets: set CDP_SHARED to the folder with data/",
    ),
]

MODELS = [
    "attribution_paths",
    "attribution_moves",
    "attribution_credits",
    "attribution_transitions",
    "attribution_removal_effects",
    "attribution",
]

TOUCHES = """
create table attribution_touches as
with paths as (
    select
        row_number() over () as path_id,
        string_split(path, ' > ') as channels,
        total_conversions,
        total_conversion_value,
        total_null
    from read_csv(?)
)
select
    path_id || ':' || step as touch_id,
    cast(path_id as text) as path_id,
    cast(path_id as text) as visitor_id,
    channels[step] as channel,
    cast(step as bigint) as step,
    case when step = len(channels) then total_conversions else 0 end::double
        as conversions,
    case when step = len(channels) then total_conversion_value else 0 end::double
        as conversion_value,
    case when step = len(channels) then total_null else 0 end::double
        as non_conversions,
    cast(null as timestamp) as occurred_at,
    cast(null as timestamp) as converted_at,
    cast(null as timestamp) as written_at
from paths, unnest(range(1, len(channels) + 1)) as steps (step)
"""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """Give the models, built on the published paths in place of our own."""
    folder = tmp_path_factory.mktemp("attribution")
    file = folder / "warehouse.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(TOUCHES, [str(PATHS)])
        connection.execute(
            "create table marketing_spend "
            "(channel text, source text, amount decimal(18, 2), currency text)"
        )
    done = run_dbt(
        "run",
        "--select",
        *MODELS,
        # The folder of the models is called attribution, too.
        "--exclude",
        "attribution_touches",
        # As many as there are: none of them is among others.
        "--vars",
        json.dumps({"cdp_attribution_most_channels": 12}),
        project=REPOSITORY,
        scratch=folder,
        environment={"CDP_DUCKDB_PATH": str(file)},
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return duckdb.connect(str(file), read_only=True)


def test_first_last_and_linear_are_the_published_ones(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    given = {
        (model, channel): (conversions, value)
        for model, channel, conversions, value in warehouse.execute(
            "select model, channel, conversions, conversion_value from attribution"
        ).fetchall()
    }
    with HEURISTICS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12
    for row in rows:
        for ours, theirs in {
            "first_touch": "first_touch",
            "last_touch": "last_touch",
            "linear": "linear_touch",
        }.items():
            published = (float(row[f"{theirs}_conversions"]), float(row[f"{theirs}_value"]))
            assert published == pytest.approx(given[ours, row["channel_name"]], abs=1e-6)


def test_every_model_gives_away_each_conversion_once(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    sums = warehouse.execute(
        "select model, sum(conversions), sum(conversion_value) from attribution group by model"
    ).fetchall()

    assert len(sums) == 6
    for model, conversions, value in sums:
        assert (19785, 74802.972) == pytest.approx((conversions, value)), model


def test_the_transition_matrix_has_the_published_cells(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    (expected,) = (
        figure["expected"][0]
        for figure in json.loads(FIGURES.read_text(encoding="utf-8"))
        if figure["dataset"] == "channelattribution"
        and figure["figure"].startswith("transition matrix")
    )
    cells = warehouse.execute("select probability from attribution_transitions").fetchall()
    assert expected[0] == len(cells)
    rounded = {round(probability, 6) for (probability,) in cells}
    assert set(expected[1:]) <= rounded


def converted_without(
    removed: str | None, probabilities: dict[str, dict[str, Fraction]]
) -> Fraction:
    """Give the exact probability of converting when `removed` leads nowhere."""
    kept = [name for name in probabilities if name not in ("(start)", removed)]
    size = len(kept)
    matrix = [
        [Fraction(row == column) - probabilities[row].get(column, 0) for column in kept]
        + [Fraction(probabilities[row].get("(conversion)", 0))]
        for row in kept
    ]
    for pivot in range(size):
        matrix[pivot] = [cell / matrix[pivot][pivot] for cell in matrix[pivot]]
        for row in range(size):
            factor = matrix[row][pivot]
            if row != pivot and factor:
                matrix[row] = [
                    cell - factor * above
                    for cell, above in zip(matrix[row], matrix[pivot], strict=True)
                ]
    starts = probabilities["(start)"]
    return sum(
        (starts.get(name, Fraction(0)) * matrix[row][size] for row, name in enumerate(kept)),
        Fraction(0),
    )


def test_removal_effects_are_those_of_exact_fractions(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    counts: dict[str, dict[str, Fraction]] = {}
    for before, after, count in warehouse.execute(
        "select from_channel, to_channel, transition_count from attribution_transitions"
    ).fetchall():
        counts.setdefault(before, {})[after] = Fraction(int(count))
    probabilities: dict[str, dict[str, Fraction]] = {
        before: {after: count / sum(row.values()) for after, count in row.items()}
        for before, row in counts.items()
    }
    everyone = converted_without(None, probabilities)
    given: dict[str, Any] = dict(
        warehouse.execute(
            "select channel, removal_effect from attribution_removal_effects"
        ).fetchall()
    )

    assert set(probabilities) - {"(start)"} == set(given)
    for channel, effect in given.items():
        exact = 1 - converted_without(channel, probabilities) / everyone
        assert float(exact) == pytest.approx(effect, abs=1e-12)
