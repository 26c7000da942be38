"""What the server of dbt_command.py imports before it forks: dbt, that has parsed once.

dbt makes much of itself when it first parses: code that reads and writes its classes, JSON
schemas to check them by. That takes as long as the rest of parsing.
"""

from __future__ import annotations

import atexit
import gc
import os
import tempfile
from pathlib import Path

import dbt.adapters.duckdb
import dbt.adapters.postgres  # noqa: F401
from dbt.cli.main import cli
from dbt_command import REPOSITORY, environment_of

before = dict(os.environ), Path.cwd()
gc.disable()
with tempfile.TemporaryDirectory() as scratch:
    os.environ.update(environment_of(REPOSITORY, scratch))
    os.chdir(REPOSITORY)
    # The static parser keeps threads, which a fork would not have and wait for.
    cli(["--quiet", "--no-write-json", "--no-static-parser", "parse"], standalone_mode=False)
os.environ.clear()
os.environ.update(before[0])
os.chdir(before[1])
gc.collect()
# Else each child copies what it looks at. At the end of the server it is let go again.
gc.freeze()
atexit.register(gc.unfreeze)
