"""Every construct in every dialect: as it was, read back, and executed where a store runs here."""

from __future__ import annotations

import re

import constructs
import pytest
from neighbours import Shop, shop  # noqa: F401
from sqlglot import exp, parse_one

from cdp_activate.audiences.dialects import DIALECTS

CLOCKS = re.compile(r"\b(now|current_\w+|getdate|sysdate|today|localtimestamp)\b", re.IGNORECASE)
NAMES = list(constructs.table())


@pytest.mark.parametrize("name", NAMES)
def test_the_sql_is_as_it_was_and_reads_back(name: str) -> None:
    """After a change that is meant: `make golden`, and look at the diff."""
    written = (constructs.FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    assert written == constructs.golden(name)
    for dialect, sql in constructs.sections(written).items():
        if sql.startswith("-- refused"):
            assert f"cannot be said on {dialect}" in sql
            continue
        assert isinstance(parse_one(sql, dialect=dialect), exp.Select)
        assert "cdp_" not in sql
        assert not CLOCKS.search(re.sub(r"'(?:[^'\\]|\\.|'')*'", "''", sql))


@pytest.mark.parametrize("name", NAMES)
def test_the_sql_runs(shop: Shop, name: str) -> None:  # noqa: F811
    """On empty tables, on DuckDB and PostgreSQL, with the same (no) members."""
    body = constructs.text_of(name).split("\n", 1)
    assert body[0] == '"audience": "tested"'
    assert [] == shop.chosen(body[1])


def test_the_table_of_the_docs_is_what_is_tested() -> None:
    """`make golden` writes it."""
    assert constructs.TABLE.read_text(encoding="utf-8") == constructs.document()
    assert set(DIALECTS) == set(constructs.NAMES)


def test_every_construct_is_drawn_at_random() -> None:
    """Each names what draws it, and everything that is drawn has a golden file."""
    named = {str(parts["drawn"]) for parts in constructs.table().values()}
    assert named == constructs.drawn_names()
