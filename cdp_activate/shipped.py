"""The dbt project that comes with the package: models to install, and the demo shop."""

from __future__ import annotations

import shutil
from pathlib import Path

PACKAGE_PARTS = ("dbt_project.yml", "macros", "models", "seeds")
DEMO_PARTS = (*PACKAGE_PARTS, "profiles.yml", "data-tests", "audiences", "syncs", "examples")
_NOT_COPIED = ("target", "logs", "dbt_packages", "outbox", "*.duckdb", "*.duckdb.wal", ".user.yml")


def root() -> Path:
    """Where it is: inside the installed package, or the checkout it is developed in."""
    package = Path(__file__).parent
    installed = package / "shipped"
    return installed if installed.exists() else package.parent


def copy(parts: tuple[str, ...], into: Path, *, leave_out: tuple[str, ...] = ()) -> None:
    """Copy parts of it into a folder."""
    ignore = shutil.ignore_patterns(*_NOT_COPIED, *leave_out)
    into.mkdir(parents=True, exist_ok=True)
    for part in parts:
        source = root() / part
        if source.is_dir():
            shutil.copytree(source, into / part, ignore=ignore, dirs_exist_ok=True)
        else:
            shutil.copy2(source, into / part)
