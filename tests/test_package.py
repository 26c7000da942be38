"""What is installed is all that is needed: the wheel carries the dbt project and the demo."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

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
