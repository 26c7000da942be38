"""Whether anything changed since the compiled files were found right: digests, never dates.

The record holds one digest of everything that `compile` reads and writes, beside what it had
to say. Any other byte anywhere, written files included, makes another digest.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from cdp_activate.errors import Problem
from cdp_activate.files import write_whole
from cdp_activate.yaml_files import below

_ENV_VAR = re.compile(rb"""env_var\(\s*['"]([^'"]*)['"]""")


@dataclass(frozen=True)
class Record:
    """What a compilation found: its digest, how many audiences, the warnings about them."""

    digest: str
    audiences: int
    warnings: tuple[Problem, ...] = ()


def digest(files: Iterable[Path], folders: Iterable[Path]) -> str:
    """One digest of these files and everything below these folders, by path and content, of the
    environment variables that they name, and of this package."""
    paths = list(files)
    locked: list[OSError] = []  # what cannot be looked into is a change, too
    for folder in folders:
        paths.append(folder)  # a folder that appears, or goes, is a change
        paths.extend(below(folder, locked))
    paths.extend(Path(error.filename) for error in locked)
    whole = hashlib.sha256(_package().encode())
    for path in paths:
        content = _content(path)
        _add(whole, str(path).encode(), str(path.exists()).encode(), content)
        if path.suffix in (".yml", ".yaml"):
            for name in sorted(set(_ENV_VAR.findall(content))):
                value = os.environb.get(name)
                _add(whole, name, b"unset" if value is None else b"=" + value)
    return whole.hexdigest()


def _content(path: Path) -> bytes:
    """The bytes of a file; of what is none, or cannot be read, none: who reads it next says so."""
    try:
        return path.read_bytes() if path.is_file() else b""
    except OSError:
        return b""


def _add(whole: hashlib._Hash, *parts: bytes) -> None:
    for part in parts:
        # With its length, so that no two lists of parts run into the same bytes.
        whole.update(len(part).to_bytes(8, "big"))
        whole.update(part)


@cache
def _package() -> str:
    """The versions, and the source: while the package is worked on its version stays."""
    whole = hashlib.sha256()
    for name in ("cdp-activate", "sqlglot", "PyYAML"):
        _add(whole, name.encode(), version(name).encode())
    top = Path(__file__).parent.parent
    for path in sorted(top.rglob("*.py")):
        _add(whole, path.relative_to(top).as_posix().encode(), path.read_bytes())
    return whole.hexdigest()


def recorded(path: Path) -> Record | None:
    """The record that was kept. None when there is none, or it cannot be read."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        warnings = tuple(Problem(**one) for one in raw["warnings"])
        return Record(str(raw["digest"]), int(raw["audiences"]), warnings)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(path: Path, record: Record) -> None:
    """Keep the record, where the folder may be written; else the next run compiles again."""
    if os.access(path.parent, os.W_OK):
        write_whole(path, json.dumps(asdict(record)))
