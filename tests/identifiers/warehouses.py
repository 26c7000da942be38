"""Identifiers prepared by the SQL of a warehouse, for tables of values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
from sqlglot import exp

from cdp_activate.audiences.expressions import column
from cdp_activate.audiences.render import write
from cdp_activate.identifiers import sql
from cdp_activate.identifiers.phone import numbers
from cdp_activate.identifiers.rules import RULE_SETS


def statement(dialect: str, rules: str, identifier: str, *, with_function: bool) -> str:
    """The SQL that prepares `given.value`, in the order of `given.place`."""
    trimmed = exp.select(
        exp.alias_(sql.trimmed(column("value")), "value"), column("region"), column("place")
    ).from_("given")
    ready = sql.prepared(
        RULE_SETS[rules],
        identifier,
        column("value"),
        column("region"),
        with_function=with_function,
    )
    query = exp.select(exp.alias_(ready, "ready")).from_(trimmed.subquery("trimmed"))
    return write(query.order_by("place"), dialect, lambda node: node)


class DuckDB:
    """Has `cdp_phone`, as a sync's warehouse does."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(":memory:")

        def read(texts: Any, regions: Any) -> Any:
            import pyarrow

            return pyarrow.array(numbers(texts.to_pylist(), regions.to_pylist()), pyarrow.string())

        self.connection.create_function(
            sql.PHONE_FUNCTION, read, ["VARCHAR", "VARCHAR"], "VARCHAR",
            type="arrow", null_handling="special",
        )  # fmt: skip

    def prepared(
        self, rules: str, identifier: str, values: Sequence[str], region: str | None = None
    ) -> list[str | None]:
        self.connection.execute(
            "create or replace temp table given as "
            "select unnest(?::varchar[]) as value, ?::varchar as region, "
            "unnest(range(len(?::varchar[]))) as place",
            [list(values), region, list(values)],
        )
        said = statement("duckdb", rules, identifier, with_function=True)
        return [row[0] for row in self.connection.execute(said).fetchall()]


class Postgres:
    """Has no functions of ours: local telephone numbers are no identifiers there."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def prepared(
        self, rules: str, identifier: str, values: Sequence[str], region: str | None = None
    ) -> list[str | None]:
        with self.connection.cursor() as cursor:
            cursor.execute("drop table if exists given")
            cursor.execute(
                "create temp table given as select value, %s::text as region, place "
                "from unnest(%s::text[]) with ordinality as given (value, place)",
                [region, list(values)],
            )
            cursor.execute(statement("postgres", rules, identifier, with_function=False))
            return [row[0] for row in cursor.fetchall()]
