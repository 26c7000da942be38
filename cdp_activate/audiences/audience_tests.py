"""Runs the tests that an audience carries: rows given, members expected, on DuckDB in memory.

The compiler is the one that builds the audience; only the tables are the test's own. No
warehouse is opened.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
from sqlglot import exp

from cdp_activate.audiences.expressions import identifier
from cdp_activate.audiences.model import Audience, AudienceTest
from cdp_activate.audiences.preview import preview_sql
from cdp_activate.audiences.reading.values import uuid_text
from cdp_activate.audiences.written_times import parse_date, parse_time
from cdp_activate.catalog import Catalog, Column, Model, Type
from cdp_activate.errors import Problem, SourceErrors
from cdp_activate.spelling import suggest
from cdp_activate.text import Node

_TYPES = {
    "integer": "hugeint",
    "double": "double",
    "boolean": "boolean",
    "date": "date",
    "json": "json",
    "uuid": "uuid",
}


@dataclass(frozen=True)
class TestOutcome:
    """What came of a test: `wrong` has a sentence for each expectation that is not met."""

    audience: str
    test: str
    place: str
    wrong: tuple[str, ...] = ()


def run_test(
    test: AudienceTest,
    given: Node,
    audience: Audience,
    audiences: Mapping[str, Audience],
    catalog: Catalog,
) -> TestOutcome:
    """Judge the rows of `given` (model -> rows) and compare the members.

    Raises SourceErrors when a row cannot be: an unknown model or column, a wrong type, a key of
    an entity that is not there or there twice (7.61).
    """
    tables = _Tables(catalog, audience.timezone)
    tables.read(given)
    tables.check_keys(given)
    if tables.problems:
        raise SourceErrors(tables.problems)
    here = replace(catalog, adapter="duckdb")
    sql = preview_sql(audience, audiences, here, test.as_of, place=_table)
    with duckdb.connect(":memory:") as connection:
        connection.execute("set TimeZone = 'UTC'")
        for statement, rows in tables.statements():
            connection.execute(statement)
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                name = statement.split()[2]
                connection.executemany(f"insert into {name} values ({marks})", rows)
        try:
            asked = connection.execute(f"select cast({_key(audience)} as text) from ({sql})")
        except duckdb.Error as error:
            kind = str(error).partition(":")[0]
            hint = "mend the rows, or what `sql:` makes of them"
            problem = test.node.problem(f"DuckDB cannot judge these rows: {kind}", hint)
            raise SourceErrors([problem]) from None
        members = {key for (key,) in asked.fetchall()}
        table = identifier(audience.entity.model.name).sql("duckdb")
        everyone = connection.execute(f"select cast({_key(audience)} as text) from {table}")
        given_keys = {key for (key,) in everyone.fetchall()}
    return TestOutcome(
        audience.name, test.name, f"{test.node.source.path}:{test.node.line}",
        tuple(_wrong(test, members, given_keys)),
    )  # fmt: skip


def _key(audience: Audience) -> str:
    return identifier(audience.entity.key).sql("duckdb")


def _table(of: exp.Table) -> exp.Table:
    return exp.Table(this=identifier(of.meta["model"]))


def _wrong(test: AudienceTest, members: set[str], given: set[str]) -> Iterator[str]:
    for key in dict.fromkeys((*test.includes, *test.excludes, *(test.members or ()))):
        if key not in given:
            yield f"nobody with the key {key} is given"
    for key in test.includes:
        if key in given - members:
            yield f"{key} should be in it and is not"
    for key in test.excludes:
        if key in members:
            yield f"{key} should not be in it and is"
    if test.members is not None:
        for key in sorted(members - {*test.members, *test.excludes}):
            yield f"{key} is in it and is not among the members"
        for key in test.members:
            if key in given - members and key not in test.includes:
                yield f"{key} should be in it and is not"


class _Tables:
    """The tables of a test, read from YAML."""

    def __init__(self, catalog: Catalog, timezone: str) -> None:
        self.catalog = catalog
        self.models = catalog.models
        self.timezone = timezone
        self.rows: dict[str, list[list[Any]]] = {}
        self.problems: list[Problem] = []

    def read(self, given: Node) -> None:
        if not isinstance(given.value, dict):
            hint = "given: {customers: [{customer_id: c1}]}"
            self.problems.append(given.problem("rows are given by model", hint))
            return
        for name, rows in given.value.items():
            model = self.models.get(name)
            if model is None:
                hint = suggest(name, self.models, what="models")
                self.problems.append(given.keys[name].problem(f"unknown model '{name}'", hint))
            elif not isinstance(rows.value, list | None):
                self.problems.append(
                    rows.problem(f"'{name}' is a list of rows", "begin each row with `- `")
                )
            else:
                self.rows[name] = [self._row(row, model) for row in rows.value or ()]

    def check_keys(self, given: Node) -> None:
        for entity in self.catalog.entities.values():
            name, seen = entity.model.name, set()
            place = list(entity.model.columns).index(entity.key)
            for number, row in enumerate(self.rows.get(name, ())):
                node = given.locate([name, number])
                if row and row[place] is None and not self.problems:
                    hint = f"{entity.key}: .."
                    self.problems.append(node.problem(f"a {entity.name} without a key", hint))
                elif row and row[place] in seen:
                    message = f"another {entity.name} has this '{entity.key}'"
                    self.problems.append(node.problem(message, "give each one of its own"))
                seen.update(row[place : place + 1])

    def _row(self, row: Node, model: Model) -> list[Any]:
        if not isinstance(row.value, dict):
            hint = f"{{{next(iter(model.columns), 'column')}: ..}}"
            self.problems.append(row.problem("a row is a mapping", hint))
            return []
        for name, key in row.keys.items():
            if name not in model.columns:
                hint = suggest(name, model.columns, what="columns")
                self.problems.append(key.problem(f"unknown column '{name}' of {model.name}", hint))
        return [
            self._cell(row.value[name], column) if name in row.value else None
            for name, column in model.columns.items()
        ]

    def _cell(self, node: Node, column: Column) -> Any:
        try:
            return _value(node, column.type, column, self.timezone)
        except ValueError as error:
            text = str(error) or f"'{column.name}' is a {column.type}"
            self.problems.append(node.problem(text, "give such a value, or null"))
            return None

    def statements(self) -> Iterator[tuple[str, list[list[Any]]]]:
        """A `create table` for each model of the catalog, and the rows of it."""
        for name, model in self.models.items():
            columns = [
                f"{identifier(column.name).sql('duckdb')} {_type(column.type, column)}"
                for column in model.columns.values()
            ]
            if columns:
                table = identifier(name).sql("duckdb")
                yield f"create table {table} ({', '.join(columns)})", self.rows.get(name, [])


def _type(kind: Type, column: Column) -> str:
    if kind.kind == "list" and kind.element:
        return f"{_type(kind.element, column)}[]"
    if kind.kind == "decimal":
        return f"decimal(38, {column.scale})"
    if kind.kind == "timestamp":
        return "timestamp with time zone" if kind.zoned else "timestamp"
    return _TYPES.get(kind.kind, "text")


def _value(node: Node, kind: Type, column: Column, timezone: str) -> Any:
    """The value of a cell. Raises ValueError where it is not of the column's type."""
    raw = node.value
    if raw is None:
        return None
    if kind.kind == "json" or (column.paths and isinstance(raw, dict | list)):
        return json.dumps(node.plain(), default=float)
    if kind.kind == "list" and isinstance(raw, list):
        inner = kind.element or Type("text")
        return [_value(item, inner, column, timezone) for item in raw]
    if isinstance(raw, dict | list) or kind.kind == "list":
        raise ValueError(f"'{column.name}' is a {kind}")
    read: dict[str, Callable[[], Any]] = {
        "date": lambda: parse_date(raw),
        "timestamp": lambda: _time(raw, kind, column, timezone),
        "boolean": lambda: raw if isinstance(raw, bool) else None,
        "text": lambda: node.text,
        "uuid": lambda: uuid_text(node.text),
    }
    value = read.get(kind.kind, lambda: _number(raw, kind, column))()
    if value is None:
        raise ValueError(f"'{column.name}' is a {kind}")
    return value


def _number(raw: object, kind: Type, column: Column) -> int | Decimal | None:
    """A number as a column of this type holds it; text is none."""
    if not isinstance(raw, int | Decimal) or isinstance(raw, bool) or kind.kind == "double":
        return raw if kind.kind == "double" and isinstance(raw, int | Decimal) else None
    number, decimals = Decimal(raw), 0 if kind.kind == "integer" else column.scale
    if not number.is_finite() or number.adjusted() >= 38 - decimals:
        raise ValueError(f"'{column.name}' is a {kind} of at most {38 - decimals} digits")
    if number != round(number, decimals):
        raise ValueError(f"'{column.name}' holds {decimals} decimals")
    return raw


def _time(raw: object, kind: Type, column: Column, timezone: str) -> datetime | None:
    at = parse_time(raw, timezone)
    if at is None or kind.zoned:
        return at
    # A column without a zone holds the wall clock of the zone it declares.
    return at.astimezone(UTC if column.timezone == "UTC" else ZoneInfo(column.timezone)).replace(
        tzinfo=None
    )
