"""A small warehouse with rows beside its people, judged by DuckDB and PostgreSQL alike.

What `world` has, and relations, histories, memberships, experiments, journeys, JSON.
"""

from __future__ import annotations

import copy
import json
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import duckdb
import postgres_server
import pytest
import world
from world import NOON, Row
from worlds import stored

from cdp_activate.audiences.preview import preview_sql
from cdp_activate.audiences.read import read_audiences
from cdp_activate.catalog import Catalog, read_manifest
from cdp_activate.errors import Problem, SourceErrors
from cdp_activate.text import parse

Columns = dict[str, tuple[str, dict[str, Any]]]

TABLES: dict[str, Columns] = copy.deepcopy(world.TABLES)
TABLES["customers"]["profile"] = ("json", {"paths": {
    "language": "text", "pets.count": "integer", "score": "number", "vip": "boolean",
    "born": "date", "seen": "timestamp", "hobbies": "text[]",
}})  # fmt: skip
TABLES["customers"]["profile.*"] = ("varchar", {})  # inside profile: no column of the table
TABLES["customers"]["notes"] = ("varchar", {"paths": {"colour": "text"}})
TABLES["customers"]["measured_at"] = ("timestamp_ns", {})
TABLES["accounts"]["owner_id"] = ("varchar", {})
TABLES |= {
    "tickets": {
        "ticket_id": ("integer", {}),
        "customer_id": ("varchar", {}),
        "opened_at": ("timestamp", {}),
        "status": ("varchar", {}),
        "hours": ("double", {}),
    },
    "contacts": {
        "account_id": ("bigint", {}),
        "customer_id": ("varchar", {}),
        "role": ("varchar", {}),
    },
    "customer_versions": {
        "customer_id": ("varchar", {}),
        "version_id": ("integer", {}),
        "seen_from": ("timestamp", {}),
        "tier": ("varchar", {}),
        "score": ("integer", {}),
        "ratio": ("double", {}),
    },
    "audience_members": {
        "audience": ("varchar", {}),
        "entity_key": ("varchar", {}),
        "entered_at": ("timestamp", {}),
        "exited_at": ("timestamp", {}),
    },
    "assignments": {
        "assignment_id": ("integer", {}),
        "customer_id": ("varchar", {}),
        "experiment": ("varchar", {}),
        "variant": ("varchar", {"values": ["control", "bold"]}),
        "assigned_at": ("timestamp", {}),
    },
    "journey_states": {
        "customer_id": ("varchar", {}),
        "journey": ("varchar", {"values": ["onboarding", "winback"]}),
        "state": ("varchar", {"values": ["active", "completed", "exited"]}),
        "since": ("timestamp with time zone", {}),
        "step": ("integer", {}),
    },
    "vip_ids": {"customer_id": ("varchar", {})},
    "numbers": {"number": ("integer", {})},
}
ROLES: dict[str, Any] = {
    **world.ROLES,
    # Customers of an account are found in the customers themselves, and through `contacts`.
    "customers": [
        *world.ROLES["customers"],
        {"relation": "buyers", "of": "account", "entity": "customer", "key": "account_id"},
    ],
    "accounts": [
        {"entity": "account", "key": "account_id"},
        {"ref": "owner", "of": "account", "to": "customer", "on": "owner_id"},
    ],
    "tickets": {
        "relation": "tickets", "of": "customer", "key": "customer_id", "id": "ticket_id",
        "at": "opened_at",
    },
    "contacts": {
        "relation": "contacts", "of": "account", "entity": "customer", "key": "account_id",
    },
    "customer_versions": {
        "history_of": "customer", "key": "customer_id", "at": "seen_from", "id": "version_id",
    },
    "audience_members": {
        "memberships": True, "audience": "audience", "key": "entity_key",
        "entered_at": "entered_at", "exited_at": "exited_at",
    },
    "assignments": {
        "experiments": True, "of": "customer", "key": "customer_id", "experiment": "experiment",
        "variant": "variant", "at": "assigned_at", "id": "assignment_id",
    },
    "journey_states": {
        "journeys": True, "of": "customer", "key": "customer_id", "journey": "journey",
        "state": "state", "at": "since", "id": "step",
    },
}  # fmt: skip
SEEDS = ("vip_ids", "numbers")
POSTGRES = {"json": "jsonb", "timestamp_ns": "timestamp", "double": "double precision"}


def manifest(adapter: str = "duckdb") -> dict[str, Any]:
    """The dbt manifest of TABLES and ROLES."""
    mark = "`" if adapter in ("bigquery", "spark") else '"'
    return {
        "metadata": {"adapter_type": adapter, "project_name": "shop"},
        "nodes": {
            f"model.shop.{table}": {
                "resource_type": "seed" if table in SEEDS else "model",
                "name": table,
                "package_name": "shop",
                "relation_name": f"{mark}{table}{mark}",
                "original_file_path": f"models/{table}.yml",
                "config": {"meta": {"cdp": ROLES[table]} if table in ROLES else {}},
                "columns": {
                    name: {
                        "name": name,
                        "data_type": declared,
                        "config": {"meta": {"cdp": meta} if meta else {}},
                    }
                    for name, (declared, meta) in columns.items()
                },
            }
            for table, columns in TABLES.items()
        },
    }


def catalog(adapter: str = "duckdb") -> Catalog:
    return read_manifest(manifest(adapter))


def sql_of(text: str, adapter: str = "duckdb", as_of: datetime = NOON) -> str:
    """The SQL of the audience `tested`, to run."""
    known = catalog(adapter)
    audiences = read_audiences(parse(text, "tested.yml"), known)
    return preview_sql(audiences["tested"], audiences, known, as_of)


def create_tables(server: postgres_server.Server) -> Any:
    """A connection to a database of its own, with the tables, empty."""
    connection = server.connect(server.create_database(f"neighbours_{uuid.uuid4().hex[:8]}"))
    with connection.cursor() as cursor:
        cursor.execute("set timezone = 'Pacific/Apia'")
        for table, columns in TABLES.items():
            columns = stored(columns)
            listed = ", ".join(f'"{name}" {_postgres(kind)}' for name, (kind, _) in columns.items())
            cursor.execute(f'create table "{table}" ({listed})')
    return connection


def _postgres(kind: str) -> str:
    return POSTGRES.get(kind, kind)


class Shop:
    """Runs audiences on DuckDB, and on PostgreSQL when there is a connection."""

    def __init__(self, postgres: Any) -> None:
        self.postgres = postgres

    def members(
        self, body: str, *, as_of: datetime = NOON, **tables: list[Row]
    ) -> dict[Any, str | None]:
        """Members and variants of the audience whose keys (but its name) `body` writes.

        Every warehouse must give the same.
        """
        text = f"audience: tested\n{body}"
        found = self._duckdb(sql_of(text, "duckdb", as_of), tables)
        if self.postgres is not None:
            assert found == self._postgres(sql_of(text, "postgres", as_of), tables)
        return found

    def chosen(self, body: str, *, as_of: datetime = NOON, **tables: list[Row]) -> list[Any]:
        """The keys of the members, in order."""
        return sorted(self.members(body, as_of=as_of, **tables))

    def _duckdb(self, sql: str, tables: dict[str, list[Row]]) -> dict[Any, str | None]:
        connection = duckdb.connect(config={"threads": 1})
        connection.execute("set timezone = 'Pacific/Apia'")  # no answer may depend on it
        for table, columns in TABLES.items():
            columns = stored(columns)
            listed = ", ".join(f'"{name}" {kind}' for name, (kind, _) in columns.items())
            connection.execute(f'create table "{table}" ({listed})')
            marks = ", ".join(f"cast(? as {kind})" for kind, _ in columns.values())
            for row in _rows(tables, table):
                connection.execute(f'insert into "{table}" values ({marks})', row)
        rows = connection.execute(sql).fetchall()
        connection.close()
        assert len(dict(rows)) == len(rows), "a member appears twice"
        return dict(rows)

    def _postgres(self, sql: str, tables: dict[str, list[Row]]) -> dict[Any, str | None]:
        with self.postgres.cursor() as cursor:
            for table in tables:
                kinds = [kind for kind, _ in stored(TABLES[table]).values()]
                marks = ", ".join(f"cast(%s as {_postgres(kind)})" for kind in kinds)
                for row in _rows(tables, table):
                    cursor.execute(f'insert into "{table}" values ({marks})', row)
            try:
                cursor.execute(sql)
                rows = cursor.fetchall()
            finally:
                for table in tables:
                    cursor.execute(f'truncate "{table}"')
        return dict(rows)


def _rows(tables: dict[str, list[Row]], table: str) -> Iterator[list[Any]]:
    columns = stored(TABLES[table])
    for row in tables.get(table, []):
        unknown = set(row) - set(columns)
        assert not unknown, f"{table} has no column {unknown}"
        values = (row.get(name) for name in columns)
        yield [json.dumps(value) if isinstance(value, dict) else value for value in values]


@pytest.fixture(scope="module")
def shop(request: pytest.FixtureRequest) -> Iterator[Shop]:
    """Both warehouses, or DuckDB alone where PostgreSQL is not installed."""
    if postgres_server.binaries() is None:
        yield Shop(None)
        return
    connection = create_tables(request.getfixturevalue("postgres"))
    yield Shop(connection)
    connection.close()


def problems(text: str) -> list[Problem]:
    """What is wrong with these audiences."""
    with pytest.raises(SourceErrors) as caught:
        read_audiences(parse(text, "cart.yml"), catalog())
    return list(caught.value.problems)
