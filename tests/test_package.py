"""What is installed is all that is needed: the wheel carries the dbt project and the demo."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
def test_the_wheel_carries_the_dbt_project_and_the_demo(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        unpacked = tmp_path / "unpacked"
        archive.extractall(unpacked)
    for name in (
        "cdp_activate/py.typed",
        "cdp_activate/journeys/page.html",
        "cdp_activate/shipped/dbt_project.yml",
        "cdp_activate/shipped/models/marts/customers.sql",
        "cdp_activate/shipped/seeds/stage_models.csv",
        "cdp_activate/shipped/audiences/03_decision.yml",
        "cdp_activate/shipped/syncs/destinations.yml",
        "cdp_activate/shipped/examples/complete_journey/packages.yml",
    ):
        assert name in names
    assert any(name.startswith("cdp_activate/demo/shop/") for name in names)
    assert [] == [name for name in names if "duckdb" in Path(name).suffix or "/target/" in name]
    code = (
        "from pathlib import Path; from cdp_activate.scaffold import scaffold; "
        "import cdp_activate; print(cdp_activate.__file__); print(scaffold(Path('p')).written[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(unpacked), "PATH": ""},
        check=True,
        capture_output=True,
        text=True,
    )
    where, written = done.stdout.split()
    assert Path(where).is_relative_to(unpacked)
    assert "packages/cdp_activate/" == written
    assert (tmp_path / "p/packages/cdp_activate/models/marts/customers.sql").exists()


NOTHING_ELSE = """
import sys
from pathlib import Path
from pkgutil import walk_packages

class Undeclared:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in sys.argv[1].split(","):
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)

sys.meta_path.insert(0, Undeclared)
import cdp_activate
for module in walk_packages(cdp_activate.__path__, "cdp_activate."):
    if not module.name.endswith("__main__"):
        __import__(module.name)
from cdp_activate.sync.phone_numbers import NUMBERS, read_numbers
from cdp_activate.warehouse.duckdb import DuckDBWarehouse
opened = DuckDBWarehouse(Path("w.duckdb"))
read_numbers(opened, "select '0901234567' as written, 'VN' as written_in")
print(opened.rows(f"select number from {NUMBERS}"))
"""


def test_what_is_declared_is_all_that_is_imported(tmp_path: Path) -> None:
    """Every module, and the reading of telephone numbers: nothing else is needed for them."""
    needed, pending = set[str](), ["cdp-activate"]
    while pending:
        name = pending.pop()
        if name not in needed:
            needed.add(name)
            wanted = [Requirement(one) for one in metadata.requires(name) or []]
            marked = [one for one in wanted if not one.marker or one.marker.evaluate({"extra": ""})]
            pending += [one.name.lower().replace("_", "-") for one in marked]
    others = [
        module
        for module, distributions in metadata.packages_distributions().items()
        if needed.isdisjoint(one.lower().replace("_", "-") for one in distributions)
    ]
    assert "hypothesis" in others and "duckdb" not in others
    done = subprocess.run(
        [sys.executable, "-c", NOTHING_ELSE, ",".join(others)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert "[('+84901234567',)]" == done.stdout.strip(), done.stderr
