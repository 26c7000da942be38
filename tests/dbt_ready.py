"""What the server of dbt_command.py imports before it forks: dbt, that has parsed once.

dbt makes much of itself when it first parses: code that reads and writes its classes, JSON
schemas to check them by. That takes as long as the rest of parsing. Templates, of which most
are the same in every project here, it reads as often as it meets them: so each is kept.
"""

from __future__ import annotations

import atexit
import gc
import os
import tempfile
from pathlib import Path
from types import CodeType

import dbt.adapters.duckdb
import dbt.adapters.postgres  # noqa: F401
import jinja2
from dbt.cli.main import dbtRunner
from dbt_command import REPOSITORY, environment_of
from dbt_common.clients.jinja import template_cache
from dbt_common.tests import enable_test_caching

_CODE: dict[tuple[object, ...], CodeType] = {}
_compile = jinja2.Environment.compile


def _compile_once(environment: jinja2.Environment, *template: object) -> CodeType:
    """The code of a template depends on its text and the kind of environment alone."""
    key = type(environment), *template
    if key not in _CODE:
        _CODE[key] = _compile(environment, *template)
    return _CODE[key]


before = dict(os.environ), Path.cwd()
gc.disable()
enable_test_caching()  # dbt's own: what a text calls and consists of is found out once
jinja2.Environment.compile = _compile_once
with tempfile.TemporaryDirectory() as scratch:
    os.environ.update(environment_of(REPOSITORY, scratch))
    os.chdir(REPOSITORY)
    # The static parser keeps threads, which a fork would not have and wait for.
    parsed = dbtRunner().invoke(["--quiet", "--no-static-parser", "parse"])
    assert parsed.success, parsed.exception
    for macro in parsed.result.macros.values():
        template_cache.get_node_template(macro)
os.environ.clear()
os.environ.update(before[0])
os.chdir(before[1])
gc.collect()
# Else each child copies what it looks at. At the end of the server it is let go again.
gc.freeze()
atexit.register(gc.unfreeze)
