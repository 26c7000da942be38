"""Imports point down only, and starting the command line loads nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "cdp_activate"

LAYERS = [
    {"cli"},
    {"demo"},
    {"dbt", "doctor", "scaffold", "testing"},
    {"project", "describe", "destination_facts", "editor", "journeys", "receiver"},
    {"sync"},
    {"identifiers"},
    {"audiences", "warehouse", "destinations"},
    {"pacing"},
    {"answers"},
    {"catalog", "http", "local_server"},
    {"connections"},
    {"settings"},
    {"environment", "yaml_files"},
    {"files", "text"},
    {
        "core_schema",
        "errors",
        "masks",
        "proxies",
        "shipped",
        "signature",
        "spelling",
        "words",
        "yaml_mistakes",
    },
]
"""From the top down; a module may import from layers below its own, and from itself."""

SIBLINGS = {("http", "local_server"), ("local_server", "http")}
"""Pairs of one layer that may meet: the local server speaks http's requests and answers."""

HEAVY = ["pydantic", "duckdb", "sqlglot", "pyarrow", "urllib3", "fsspec", "yaml", "dbt"]


def layer_of(unit: str) -> int:
    return next(i for i, layer in enumerate(LAYERS) if unit in layer)


def unit_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports() -> list[tuple[str, str, str]]:
    """(unit, imported unit, place) of every import within the package."""
    found = []
    for path in PACKAGE.rglob("*.py"):
        unit = unit_of(path)
        if unit in ("__init__", "__main__"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cdp_activate"):
                inside = (node.module or "").split(".")[1:]
                names = inside[:1] or [alias.name for alias in node.names]
            elif isinstance(node, ast.Import):
                names = [
                    a.name.split(".")[1] for a in node.names if a.name.startswith("cdp_activate.")
                ]
            place = f"{path.relative_to(PACKAGE)}:{getattr(node, 'lineno', 0)}"
            found += [(unit, name, place) for name in names if name != "__version__"]
    return found


def test_every_unit_has_a_layer() -> None:
    units = {unit_of(path) for path in PACKAGE.rglob("*.py")} - {"__init__", "__main__"}
    assert set().union(*LAYERS) == units


def test_imports_point_down() -> None:
    wrong = [
        f"{place}: {unit} imports {name}"
        for unit, name, place in imports()
        if unit != name and layer_of(unit) >= layer_of(name) and (unit, name) not in SIBLINGS
    ]
    assert wrong == []


def test_the_check_finds_imports() -> None:
    """A check that sees no imports would pass whatever they were."""
    assert ("sync", "audiences") in {(unit, name) for unit, name, _ in imports()}


def test_the_command_line_starts_without_heavy_packages() -> None:
    code = (
        f"import sys, cdp_activate.cli; print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
