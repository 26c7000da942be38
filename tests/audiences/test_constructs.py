"""Every construct in every dialect: as it was, read back, and executed where a store runs here."""

from __future__ import annotations

import re

import constructs
import neighbours
import pytest
from neighbours import Shop, shop  # noqa: F401
from sqlglot import exp, parse_one

from cdp_activate.audiences.dbt import dbt_files
from cdp_activate.audiences.dialects import DIALECTS
from cdp_activate.audiences.read import read_audiences
from cdp_activate.text import parse

CLOCKS = re.compile(
    r"\b(now|current_(?!timezone)\w+|getdate|sysdate|today|localtimestamp)\b", re.IGNORECASE
)
NAMES = list(constructs.table())


KNOWN_FUNCTIONS = {
    "postgres": {
        "regexp_replace", "replace", "normalize", "unnest", "jsonb_typeof",
        "jsonb_array_elements", "floor", "items",
        "abs", "array", "avg", "cardinality", "cast", "coalesce", "count", "extract", "greatest",
        "length", "lower", "make_date", "max", "md5", "min", "percentile_cont", "position", "rank",
        "right", "round", "row_number", "starts_with", "substring", "substr", "sum", "lag", "any",
        "case", "and", "or", "in", "over", "not", "numeric", "decimal", "bit", "nullif", "exists",
    },
    "spark": {
        "regexp_replace", "replace", "translate", "transform", "schema_of_variant",
        "variant_get", "try_variant_get", "try_parse_json", "current_timezone",
        "abs", "array_contains", "avg", "cast", "coalesce", "concat", "conv", "convert_timezone",
        "count", "endswith", "extract", "greatest", "isnan", "lag", "length", "locate", "lower",
        "make_date", "max", "md5", "min", "percentile", "rank", "round", "row_number", "size",
        "startswith", "substring", "substr", "sum", "to_date", "weekday", "case", "and", "or",
        "in", "over", "not", "decimal", "instr", "charindex", "nullif", "exists", "datediff",
        "make_dt_interval",
    },
    "snowflake": {
        "date_trunc",
        "replace", "translate", "transform", "typeof", "get", "try_to_number",
        "try_to_decimal", "to_char", "to_varchar", "to_timestamp_tz", "concat", "try_parse_json",
        "abs", "array_contains", "array_size", "avg", "cast", "charindex", "coalesce",
        "convert_timezone", "count", "date_from_parts", "date_part", "dayofweekiso", "endswith",
        "extract", "greatest", "lag", "length", "lower", "max", "md5", "median", "min", "mod",
        "rank", "regexp_instr", "round", "row_number", "startswith", "substring", "substr", "sum",
        "to_number", "to_variant", "case", "and", "or", "in", "over", "not", "decimal", "year",
        "month", "day", "nullif", "exists", "datediff", "sign",
    },
    "bigquery": {
        "regexp_replace", "replace", "normalize", "json_type", "json_query", "parse_json",
        "array", "json_query_array", "json_value", "float64", "safe_cast", "unnest",
        "abs", "array_length", "avg", "cast", "coalesce", "concat", "count", "date", "datetime",
        "ends_with", "extract", "greatest", "instr", "is_inf", "is_nan", "lag", "length", "lower",
        "max", "md5", "min", "mod", "rank", "regexp_contains", "round", "row_number",
        "starts_with", "substr", "substring", "sum", "timestamp", "to_hex", "case",
        "and", "or", "in", "over", "not", "nullif", "exists", "date_diff",
        "timestamp_diff",
    },
}  # fmt: skip
"""The functions that these warehouses document, of those we use (and words before a bracket)."""


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
        without_text = re.sub(r"'(?:[^'\\]|\\.|'')*'", "''", sql)
        assert not CLOCKS.search(without_text)
        if dialect in KNOWN_FUNCTIONS:
            called = set(re.findall(r"\b([a-z_0-9]+)\(", without_text))
            assert called <= KNOWN_FUNCTIONS[dialect]


def test_no_model_of_dbt_calls_the_clock() -> None:
    """`as_of` comes from the macro alone."""
    known = neighbours.catalog()
    for name in NAMES:
        audiences = read_audiences(parse(constructs.text_of(name), "tested.yml"), known)
        for path, body in dbt_files(audiences, known).items():
            assert not CLOCKS.search(body), f"{path} of {name}"


@pytest.mark.parametrize("name", NAMES)
def test_the_sql_runs(shop: Shop, name: str) -> None:  # noqa: F811
    """On empty tables, on DuckDB and PostgreSQL, with the same (no) members."""
    if constructs.cell(name, "postgres") == "refused":
        shop = Shop(None)
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
