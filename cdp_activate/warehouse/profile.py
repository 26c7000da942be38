"""The dbt profile: where the warehouse is. Read as dbt reads it, without dbt."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cdp_activate.environment import expand_env
from cdp_activate.errors import SettingsError
from cdp_activate.spelling import suggest
from cdp_activate.text import read
from cdp_activate.warehouse.base import Warehouse


@dataclass(frozen=True)
class Profile:
    """One output of a profile. `settings` are its keys as written, `env_var()` filled in."""

    name: str
    target: str
    type: str
    settings: Mapping[str, Any] = field(repr=False)


def read_profile(
    name: str, *, project: Path, profiles: Path | None = None, target: str | None = None
) -> Profile:
    """The output `target` (else DBT_TARGET, else the profile's default) of profile `name`.

    `profiles.yml` is sought where dbt does: in `profiles`, DBT_PROFILES_DIR, the project,
    ~/.dbt. Raises SettingsError when there is none, SourceErrors when it is wrong.
    """
    from_env = os.environ.get("DBT_PROFILES_DIR")
    given = profiles or (Path(from_env) if from_env else None)
    places = [given] if given else [project, Path.home() / ".dbt"]
    path = next(
        (place / "profiles.yml" for place in places if (place / "profiles.yml").exists()), None
    )
    if path is None:
        looked = " or ".join(str(place) for place in places)
        raise SettingsError(
            f"there is no profiles.yml in {looked}",
            remedy="dbt's profile says where the warehouse is: add one, or give --profiles-dir",
        )
    documents = read(path, quoted=False, ours=False)
    root = documents[0].value if documents else {}
    if not isinstance(root, dict) or name not in root:
        known = root if isinstance(root, dict) else {}
        raise SettingsError(
            f"{path} has no profile '{name}'", remedy=suggest(name, known, what="profiles")
        )
    outputs = root[name].locate(["outputs"])
    given_target = target or os.environ.get("DBT_TARGET")
    wanted = given_target or str(expand_env(root[name].locate(["target"])) or "default")
    known = outputs.value if isinstance(outputs.value, dict) else {}
    if wanted not in known:
        raise SettingsError(
            f"the profile '{name}' has no target '{wanted}'",
            remedy=suggest(wanted, known, what="targets"),
        )
    settings = expand_env(known[wanted])
    return Profile(name, wanted, str(settings.get("type", "")), settings)


def open_warehouse(profile: Profile, project: Path) -> Warehouse:
    """The warehouse of a profile. Drivers are imported here, by type."""
    if profile.type == "duckdb":
        from cdp_activate.warehouse.duckdb import DuckDBWarehouse

        path = str(profile.settings.get("path", ""))
        if not path or path == ":memory:" or "://" in path or path.startswith("md:"):
            raise SettingsError(
                f"the profile '{profile.name}' keeps its DuckDB in '{path or ':memory:'}'",
                remedy="give it a file, `path: warehouse.duckdb`, so that syncs can read it",
            )
        return DuckDBWarehouse(
            project / path, settings=dict(profile.settings.get("settings") or {})
        )
    if profile.type == "postgres":
        from cdp_activate.warehouse.postgres import PostgresWarehouse

        return PostgresWarehouse(postgres_names(profile))
    raise SettingsError(
        f"syncs cannot read a warehouse of type '{profile.type}' yet",
        remedy="they run on duckdb and postgres; for snowflake, bigquery and spark audiences "
        "compile, and dbt builds them",
    )


_LIBPQ = {
    "host": "host", "port": "port", "user": "user", "password": "password", "pass": "password",
    "dbname": "dbname", "database": "dbname", "sslmode": "sslmode", "sslcert": "sslcert",
    "sslkey": "sslkey", "sslrootcert": "sslrootcert", "connect_timeout": "connect_timeout",
    "keepalives_idle": "keepalives_idle", "application_name": "application_name", "role": "role",
}  # fmt: skip
"""Keys of a profile of dbt-postgres and what libpq calls them (`role` is ours to set):
https://docs.getdbt.com/docs/core/connect-data-platform/postgres-setup"""


def postgres_names(profile: Profile) -> dict[str, str]:
    """The parameters of a connection, from the settings of a profile.

    Raises SettingsError where the profile does not say which database.
    """
    given = {"connect_timeout": "10", "application_name": "cdp-activate"}
    for key, name in _LIBPQ.items():
        value = profile.settings.get(key)
        if value not in (None, ""):
            given[name] = str(value)
    if given.get("keepalives_idle") == "0":
        del given["keepalives_idle"]  # dbt's word for the system's own
    if "dbname" not in given:
        raise SettingsError(
            f"the profile '{profile.name}' names no database",
            remedy="give its target a `dbname:`, as dbt has it",
        )
    if path := profile.settings.get("search_path"):
        given["options"] = "-c search_path=" + str(path).replace("\\", "\\\\").replace(" ", "\\ ")
    return given
