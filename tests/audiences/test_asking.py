"""What the command line answers about audiences of a project that is built."""

from __future__ import annotations

import json
from pathlib import Path

import neighbours
import pytest
from asked_project import ask, write_project
from click.testing import CliRunner
from neighbours import NOON
from worlds import World

from cdp_activate.cli import main

SHOP = World(
    NOON,
    neighbours.TABLES,
    {name: role if isinstance(role, list) else [role] for name, role in neighbours.ROLES.items()},
    {
        "customers": [
            {"customer_id": "c1", "email": "ann@example.com", "score": 7, "tier": "gold"},
            {"customer_id": "c2", "email": "bob@example.com", "score": 2, "tier": "gold"},
            {"customer_id": "c3", "score": 9, "tier": "silver"},
        ],
        "accounts": [{"account_id": 1}],
    },
    neighbours.SEEDS,
)
AUDIENCES = """
audience: golden
label: Gold
where: {trait: tier, eq: gold}
holdout: {percent: 100}
---
audience: scored
where: [{trait: score, gt: 5}, {trait: email, contains: example}]
---
audience: nobody
where: {trait: score, gt: 100}
---
audience: large
entity: account
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    write_project(folder, SHOP, AUDIENCES)
    return folder


def test_an_audience_is_explained_from_its_file(shop: Path) -> None:
    done = ask(shop, "explain", "golden")
    assert 0 == done.exit_code
    assert [
        "golden: Gold",
        "Every customer of whom this holds:",
        "- the tier is 'gold'",
        "100% of them, drawn by 'golden', are held out: they are never sent anywhere.",
    ] == done.output.splitlines()
    as_json = json.loads(ask(shop, "explain", "golden", "--json").output)
    assert [{"text": "the tier is 'gold'"}] == as_json["where"]


def test_why_somebody_is_out_is_told_and_nothing_personal(shop: Path) -> None:
    done = ask(shop, "explain", "scored", "--id", "c2", "--as-of", "2026-01-10")
    assert 0 == done.exit_code
    assert [
        "customer c2 is not in scored, at 2026-01-10 00:00 UTC",
        "* no      the score is over 5 [score: 2]",
        "  yes     the email contains 'example' [email: b***@e***.com]",
        "* what decided",
    ] == done.output.splitlines()
    found = json.loads(ask(shop, "explain", "scored", "--id", "c3", "--json").output)
    assert (True, False) == (found["known"], found["member"])
    assert [(True, False), (None, True)] == [
        (one["holds"], one["decided"]) for one in found["conditions"]
    ]


def test_who_is_held_out_is_told(shop: Path) -> None:
    done = ask(shop, "explain", "golden", "--id", "c1")
    assert "held out, so never sent anywhere" in done.output.splitlines()[0]


def test_an_id_that_nobody_has_is_exit_code_1(shop: Path) -> None:
    done = ask(shop, "explain", "golden", "--id", "eve@example.com")
    assert (1, "no customer has the id e***@e***.com\n") == (done.exit_code, done.output)
    done = ask(shop, "explain", "golden", "--id", "c9", "--json")
    assert (1, False) == (done.exit_code, json.loads(done.output)["known"])


def test_a_project_without_our_models_has_no_journeys(shop: Path) -> None:
    options = ["--project-dir", str(shop), "--profiles-dir", str(shop)]
    done = CliRunner().invoke(main, ["journey", "stages", *options], catch_exceptions=False)
    assert 1 == done.exit_code
    assert "no model 'stage_history'" in done.output


def test_an_audience_that_does_not_exist_is_exit_code_2(shop: Path) -> None:
    done = ask(shop, "explain", "goldn")
    assert 2 == done.exit_code
    assert "unknown audience 'goldn'" in done.output and "did you mean 'golden'?" in done.output


def test_without_a_warehouse_the_words_are_said_and_a_person_is_not_built(tmp_path: Path) -> None:
    write_project(tmp_path, SHOP, AUDIENCES)
    (tmp_path / "warehouse.duckdb").unlink()
    assert 0 == ask(tmp_path, "explain", "golden").exit_code
    done = ask(tmp_path, "explain", "golden", "--id", "c1")
    assert 1 == done.exit_code
    assert "cdp-activate build" in done.output
