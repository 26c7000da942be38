"""What must hold of the dbt project's files, read without dbt."""

from __future__ import annotations

import yaml
from dbt_command import REPOSITORY

LONGEST_NAME_IN_POSTGRES = 63
"""Bytes; dbt refuses longer ones there, and a unit test is a table of its name for a moment.
https://www.postgresql.org/docs/current/sql-syntax-lexical.html"""


def test_names_of_unit_tests_are_short_enough_for_postgres() -> None:
    names = [
        unit_test["name"]
        for path in sorted((REPOSITORY / "models").rglob("*.yml"))
        for unit_test in yaml.safe_load(path.read_text(encoding="utf-8")).get("unit_tests", ())
    ]

    assert len(names) > 10
    assert [] == [name for name in names if len(name.encode()) > LONGEST_NAME_IN_POSTGRES]
