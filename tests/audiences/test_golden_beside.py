"""The SQL of relations, histories and values as it is written for each warehouse.

`golden/beside/NAME.yml` is an audience, `NAME.DIALECT.sql` its SQL. After a change that is meant:
`UPDATE_GOLDEN=1 pytest tests/audiences/test_golden_beside.py`, and look at the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from neighbours import Shop, shop, sql_of  # noqa: F401
from sqlglot import exp, parse_one

from cdp_activate.audiences.dialects import DIALECTS

GOLDEN = Path(__file__).parent / "golden" / "beside"
NAMES = sorted(path.stem for path in GOLDEN.glob("*.yml"))


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", NAMES)
def test_the_sql_is_as_it_was_and_reads_back(name: str, dialect: str) -> None:
    """A change is seen, and meant; the warehouse's own parser finds one SELECT."""
    path = GOLDEN / f"{name}.{dialect}.sql"
    sql = sql_of((GOLDEN / f"{name}.yml").read_text(encoding="utf-8"), dialect) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(sql, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == sql
    assert isinstance(parse_one(sql, dialect=dialect), exp.Select)
    assert "cdp_" not in sql


@pytest.mark.parametrize("name", NAMES)
def test_the_sql_runs(shop: Shop, name: str) -> None:  # noqa: F811
    """On empty tables, in DuckDB and PostgreSQL."""
    text = (GOLDEN / f"{name}.yml").read_text(encoding="utf-8")
    assert [] == shop.chosen(text.removeprefix("audience: tested\n"))
