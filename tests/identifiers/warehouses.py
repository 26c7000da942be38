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
from cdp_activate.sync.phone_numbers import NUMBER, NUMBERS, looked_up, written_otherwise

VALUE, REGION = column("value"), column("region")


def _given() -> exp.Select:
    value = exp.alias_(sql.trimmed(VALUE), "value")
    return exp.select(value, REGION, column("place")).from_("given")


def to_look_up(dialect: str) -> str:
    """The SQL of the telephone numbers of `given` that are not in E.164, with their regions."""
    query = written_otherwise(VALUE, REGION, "trimmed").with_("trimmed", as_=_given())
    return write(query, dialect, lambda node: node)


def statement(dialect: str, rules: str, identifier: str) -> str:
    """The SQL that prepares `given.value`, in the order of `given.place`."""
    ready = sql.prepared(RULE_SETS[rules], identifier, VALUE, NUMBER)
    query = exp.select(exp.alias_(ready, "ready")).from_("trimmed").with_("trimmed", as_=_given())
    if "phone" in RULE_SETS[rules].rule(identifier).steps:
        query = looked_up(query, VALUE, REGION)
    return write(query.order_by("place"), dialect, lambda node: node)


def _read(written: Sequence[tuple[str, str]]) -> list[list[str | None]]:
    """The columns of the table of numbers."""
    texts, regions = ([one[at] for one in written] for at in (0, 1))
    return [[*texts], [*regions], numbers(texts, regions)]


class DuckDB:
    def __init__(self) -> None:
        self.connection = duckdb.connect(":memory:")

    def prepared(
        self, rules: str, identifier: str, values: Sequence[str], region: str | None = None
    ) -> list[str | None]:
        run = self.connection.execute
        run(
            "create or replace temp table given as "
            "select unnest(?::varchar[]) as value, ?::varchar as region, "
            "unnest(range(len(?::varchar[]))) as place",
            [list(values), region, list(values)],
        )
        read = _read(run(to_look_up("duckdb")).fetchall())
        run(
            f"create or replace temp table {NUMBERS} as select unnest(?::varchar[]) as written, "
            "unnest(?::varchar[]) as written_in, unnest(?::varchar[]) as number",
            read,
        )
        return [row[0] for row in run(statement("duckdb", rules, identifier)).fetchall()]


class Postgres:
    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def prepared(
        self, rules: str, identifier: str, values: Sequence[str], region: str | None = None
    ) -> list[str | None]:
        with self.connection.cursor() as cursor:
            cursor.execute(f"drop table if exists given, {NUMBERS}")
            cursor.execute(
                "create temp table given as select value, %s::text as region, place "
                "from unnest(%s::text[]) with ordinality as given (value, place)",
                [region, list(values)],
            )
            cursor.execute(to_look_up("postgres"))
            cursor.execute(
                f"create temp table {NUMBERS} as select * from "
                "unnest(%s::text[], %s::text[], %s::text[]) as t (written, written_in, number)",
                _read(cursor.fetchall()),
            )
            cursor.execute(statement("postgres", rules, identifier))
            return [row[0] for row in cursor.fetchall()]
