"""SQL of a warehouse as SQL of DuckDB that means the same, for warehouse_stand_in.py."""

from __future__ import annotations

import re

import sqlglot

CATALOG = re.compile(
    r"^\s*(begin|commit|rollback)\b"
    r"|\b(information_schema\.|duckdb_\w+\(|alter (table|view) .* rename|copy \S+ from)",
    re.IGNORECASE,
)
"""Statements that are DuckDB's own."""


def on_duckdb(sql: str, dialect: str) -> str:
    """Translate statements of the dialect."""
    if CATALOG.search(sql):
        return sql
    statements = sqlglot.parse(sql, read=dialect)
    statements = [each for each in statements if each is not None]
    assert not any(isinstance(each, sqlglot.exp.Command) for each in statements), sql
    for statement in statements:
        if dialect == "bigquery":
            _as_bigquery_has_it(statement)
        for division in statement.find_all(sqlglot.exp.Div):
            # Each guard against zero would be a copy of the divisor: nested, far too many.
            division.set("safe", False)
        for window in statement.find_all(sqlglot.exp.Window) if dialect == "spark" else ():
            # Places are of a smaller size there: a contract that says bigint wants a cast.
            if isinstance(window.this, sqlglot.exp.RowNumber | sqlglot.exp.Rank):
                window.replace(sqlglot.exp.cast(window.copy(), "int"))
        if dialect == "snowflake":
            _divide_as_snowflake(statement)
    return ";\n".join(each.sql("duckdb") for each in statements)


DIVIDED = """case
    when 'DOUBLE' in (typeof(a), typeof(b)) then a / b
    else round(a / b, greatest(digits, least(digits + 6, 12)))
end"""
DIGITS = "coalesce(try_cast(regexp_extract(typeof(a), ',([0-9]+)', 1) as integer), 0)"


def _divide_as_snowflake(statement: sqlglot.exp.Expression) -> None:
    """Of numbers that are not floating, a quotient has six digits more than what is divided.

    https://docs.snowflake.com/en/sql-reference/operators-arithmetic#division
    Only of what is no quotient itself: each would be written out several times.
    """
    template = sqlglot.parse_one(DIVIDED.replace("digits", DIGITS), read="duckdb")
    for division in [*statement.find_all(sqlglot.exp.Div)]:
        parts = {"a": division.left, "b": division.right}
        if not any(part.find(sqlglot.exp.Div) for part in parts.values()):
            division.replace(
                template.transform(
                    lambda node, parts=parts: (
                        sqlglot.exp.paren(parts[node.name], copy=True)
                        if isinstance(node, sqlglot.exp.Column)
                        else node
                    )
                )
            )


def _as_bigquery_has_it(statement: sqlglot.Expr) -> None:
    """Refuse what sqlglot reads and BigQuery does not, and give `numeric` its nine digits."""
    for found in statement.find_all(sqlglot.exp.Unnest):
        assert not found.find(sqlglot.exp.AggFunc), f"an aggregate is unnested: {found.sql()}"
    for join in statement.find_all(sqlglot.exp.Join):
        if join.side:
            on = join.args["on"].unnest()
            assert any(
                isinstance(each, sqlglot.exp.EQ)
                and each.this.find(sqlglot.exp.Column)
                and each.expression.find(sqlglot.exp.Column)
                for each in (on.flatten() if isinstance(on, sqlglot.exp.And) else [on])
            ), f"an outer join without an equality of both sides: {join.sql()}"
    for cast in statement.find_all(sqlglot.exp.Cast):
        assert not cast.to.expressions, f"a cast to a type of some size: {cast.sql()}"
    for type_ in statement.find_all(sqlglot.exp.DataType):
        if type_.is_type("decimal") and not type_.expressions:
            type_.replace(sqlglot.exp.DataType.build("decimal(38, 9)"))
