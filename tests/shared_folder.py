"""Where the public data sets and the platforms' descriptions are: no part of the project.

The variable CDP_SHARED names the folder; by default it lies beside the repository. Tests that
need it say so and are skipped where it is absent.
"""

from __future__ import annotations

import os
from pathlib import Path

SHARED = Path(os.environ.get("CDP_SHARED") or Path(__file__).parents[2] / "shared").resolve()
