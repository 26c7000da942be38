"""A dbt project on disk as it is after a build, without dbt: to ask about its audiences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
from click.testing import CliRunner, Result
from worlds import World, create_table, stored

from cdp_activate.cli import main

PROFILES = "shop: {target: dev, outputs: {dev: {type: duckdb, path: warehouse.duckdb}}}\n"


def write_project(folder: Path, world: World, audiences: str) -> None:
    """The manifest, the warehouse with the rows of `world`, and a file of audiences."""
    manifest: dict[str, Any] = world.manifest()
    for node in manifest["nodes"].values():
        node["relation_name"] = f'"warehouse"."main"."{node["name"]}"'
    (folder / "target").mkdir(parents=True)
    (folder / "audiences").mkdir()
    (folder / "target" / "manifest.json").write_text(json.dumps(manifest))
    (folder / "dbt_project.yml").write_text("name: shop\nprofile: shop\n")
    (folder / "profiles.yml").write_text(PROFILES)
    (folder / "audiences" / "all.yml").write_text(audiences)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        for table, columns in world.tables.items():
            connection.execute(create_table(table, stored(columns), "duckdb"))
        world.fill(connection, "duckdb", world.tables)


def ask(folder: Path, *arguments: str) -> Result:
    """What `cdp-activate audience ..` answers in the project."""
    options = ["--project-dir", str(folder), "--profiles-dir", str(folder)]
    return CliRunner().invoke(main, ["audience", *arguments, *options], catch_exceptions=False)
