"""What must hold of the dbt project's files, read without dbt."""

from __future__ import annotations

import re

import jinja2
import pytest
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


SEED_TYPES = {
    "duckdb": {"string", "integer", "boolean", "numeric(18,2)"},
    "postgres": {"text", "integer", "boolean", "numeric(18,2)"},
    "snowflake": {"string", "integer", "boolean", "numeric(18,2)"},
    "spark": {"string", "integer", "boolean", "numeric(18,2)"},
    "bigquery": {"string", "integer", "boolean", "numeric"},
}
"""Types of columns of seeds, which dbt passes on as they are written.
https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema
https://spark.apache.org/docs/latest/sql-ref-datatypes.html"""


@pytest.mark.parametrize("warehouse", SEED_TYPES)
def test_columns_of_seeds_have_types_of_every_warehouse(warehouse: str) -> None:
    types = {
        jinja2.Template(str(kind)).render(target={"type": warehouse})
        for path in sorted((REPOSITORY / "seeds").glob("*.yml"))
        for seed in yaml.safe_load(path.read_text(encoding="utf-8"))["seeds"]
        for kind in seed["config"].get("column_types", {}).values()
    }

    assert types == SEED_TYPES[warehouse]


NOT_PORTABLE = {
    "casts with ::": r"::",
    "qualify": r"\bqualify\b",
    "aggregates with filter": r"\bfilter\s*\(\s*where\b",
    "ilike": r"\bilike\b",
    "union without saying which": r"\bunion\b(?!\s+(?:all|distinct)\b)",
    "casts to a type of some size, which BigQuery refuses": r"\bas\s+(?:numeric|decimal)\s*\(",
    "group by all": r"\bgroup by all\b",
    "functions of one warehouse": r"\b(?:arg_max|arg_min|list|unnest|date_diff|datediff|string_agg"
    r"|listagg|array_agg|epoch|strftime|to_char|date_trunc)\s*\(",
    "intervals, written differently everywhere": r"\binterval\s+'?\d",
}
"""What some warehouse of ours cannot read; the dispatched macros of dbt or of macros/ can."""


@pytest.mark.parametrize("construct", NOT_PORTABLE)
def test_models_are_written_for_every_warehouse(construct: str) -> None:
    """Compiled audiences are left out: they are written for one warehouse at a time."""
    found = [
        f"{path.relative_to(REPOSITORY)}: {line.strip()}"
        for folder in ("models", "data-tests")
        for path in sorted((REPOSITORY / folder).rglob("*.sql"))
        if "audiences" not in path.parts
        for line in _without_macros(path.read_text(encoding="utf-8")).splitlines()
        if re.search(NOT_PORTABLE[construct], line, re.IGNORECASE)
    ]

    assert [] == found


@pytest.mark.parametrize("warehouse", SEED_TYPES)
def test_contracts_name_types_of_every_warehouse(warehouse: str) -> None:
    """dbt casts to them: on BigQuery a numeric has no size, and holds nine digits."""
    types = {
        jinja2.Template(str(column["data_type"])).render(target={"type": warehouse})
        for path in sorted((REPOSITORY / "models").rglob("*.yml"))
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", ())
        for column in model["columns"]
        if "data_type" in column
    }

    assert ("numeric" in types) == (warehouse == "bigquery")
    sizes = {re.sub(r"^numeric\(\d\d,[2-9]\)", "numeric()", one) for one in types if "(" in one}
    assert sizes == (set() if warehouse == "bigquery" else {"numeric()"})


def _without_macros(sql: str) -> str:
    """The SQL less comments and what macros write."""
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|--[^\n]*", "", sql, flags=re.DOTALL)
