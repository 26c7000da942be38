"""A dbt project of the identity models alone, on tables that a test writes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

import duckdb
from dbt_command import REPOSITORY, run_dbt

PROJECT = """
name: cdp_activate
version: 0.1.0
config-version: 2
profile: cdp_activate
macro-paths: ["macros"]
model-paths: ["input", "identity"]
seed-paths: ["seeds"]
flags: {send_anonymous_usage_stats: false}
vars:
  cdp_inputs: {customers: crm.people, identities: crm.identities}
models:
  cdp_activate:
    +materialized: table
    input_customers: {+materialized: view}
    input_identities: {+materialized: view}
"""

PROFILE = """
cdp_activate:
  target: dev
  outputs:
    dev: {{type: duckdb, path: "{path}", schema: main, threads: 2, settings: {{TimeZone: UTC}}}}
"""

TABLES = """
create schema crm;
create table crm.people (
    customer_id varchar, email varchar, phone varchar, first_name varchar,
    last_name varchar, birth_date date, city varchar, postcode varchar,
    created_at timestamp
);
create table crm.identities (
    identity_id varchar, customer_id varchar, identifier_type varchar,
    identifier varchar, first_seen_at timestamp
);
"""


class Bed:
    """A warehouse with people and identities, and the identity models built on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "identity.duckdb"
        (folder / "dbt_project.yml").write_text(PROJECT)
        for part in ("macros", "seeds", "models/input", "models/identity"):
            shutil.copytree(REPOSITORY / part, folder / Path(part).name)
        (folder / "profiles.yml").write_text(PROFILE.format(path=self.path))
        self.execute(TABLES)

    def execute(self, statement: str, rows: Iterable[tuple[object, ...]] | None = None) -> None:
        """Run a statement, once for each row when there are rows."""
        with duckdb.connect(str(self.path)) as connection:
            if rows is None:
                connection.execute(statement)
            elif listed := list(rows):
                connection.executemany(statement, listed)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Give the rows of a query."""
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def build(self, *arguments: str, **variables: object) -> str:
        """Run the identity models; give what dbt said."""
        done = run_dbt(
            "build",
            "--select",
            "+known_customers",
            "+superseded_customers",
            "+identity_cuts",
            "+identity_conflicts",
            "--exclude-resource-type",
            "unit_test",
            "--vars",
            json.dumps({"cdp_as_of": "2026-11-01", **variables}),
            *arguments,
            project=self.folder,
            scratch=self.folder,
        )
        said = " ".join(done.stdout.split())
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
        return said

    def people(self) -> dict[str, str]:
        """Give who every id of the sources is."""
        return dict(self.rows("select source_customer_id, customer_id from customer_ids"))  # type: ignore[arg-type]


def components(nodes: Iterable[str], edges: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Union-find: each node with the least node of its component."""
    parent = {node: node for node in nodes}

    def root(node: str) -> str:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for one, other in edges:
        first, second = sorted((root(one), root(other)))
        parent[second] = first
    return {node: root(node) for node in parent}
