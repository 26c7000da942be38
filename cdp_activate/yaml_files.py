"""The YAML files of a folder: which there are, and what is in them, with all mistakes at once."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path

from cdp_activate.errors import Problem, SourceErrors
from cdp_activate.text import Node, read

FIXTURES = "fixtures"
"""Folders of this name hold the rows of tests."""


def below(folder: Path, locked: list[OSError]) -> list[Path]:
    """Everything below a folder, in the order of paths; folders that are links are looked into too.

    Each folder once, and none above this one: links may lead round in a circle. `locked` is
    added what cannot be looked into.
    """
    top = folder.resolve()
    seen = {top, *top.parents}
    found: list[Path] = []
    for at, folders, names in os.walk(folder, onerror=locked.append, followlinks=True):
        found.extend(Path(at, name) for name in (*folders, *names))
        inner = {Path(at, name).resolve(): name for name in sorted(folders, reverse=True)}
        folders[:] = [name for path, name in inner.items() if path not in seen]
        seen.update(inner)
    return sorted(found)


def yaml_files(folder: Path, *, but: Collection[str] = ()) -> list[Path]:
    """Every YAML file below a folder, in the order of paths, but for fixtures and some names.

    Also vips.yml.txt, which a plain editor makes of vips.yml: `read_all` says so. Not what is
    hidden, where editors keep notes of their own. Raises SourceErrors for a folder that cannot be
    looked into, and a link that leads nowhere: to pass over it would be to take its audiences out
    of the project.
    """
    locked: list[OSError] = []
    found = [
        path
        for path in (below(folder, locked) if folder.exists() else ())
        if not path.name.startswith(".") and FIXTURES not in path.relative_to(folder).parts
    ]
    problems = [_unreadable(error, folder.parent) for error in locked]
    problems += [_dangling(path, folder.parent) for path in found if _is_dangling(path)]
    if problems:
        raise SourceErrors(problems)
    return [
        path
        for path in found
        if path.name.lower().removesuffix(".txt").endswith((".yml", ".yaml"))
        and path.name not in but
    ]


def _unreadable(error: OSError, root: Path) -> Problem:
    shown = Path(error.filename).relative_to(root).as_posix()
    return Problem(f"cannot be read: {error.strerror}", path=shown)


def _is_dangling(path: Path) -> bool:
    return path.is_symlink() and not path.exists()


def _dangling(path: Path, root: Path) -> Problem:
    shown = path.relative_to(root).as_posix()
    return Problem("it is a link to nothing", f"it names {path.readlink()}", shown)


def read_all(paths: Iterable[Path], root: Path, *, of: str) -> list[Node]:
    """Their documents, shown by their paths from `root`. Raises SourceErrors.

    An empty file is a mistake: `of` says what was meant to be there, such as 'a sync'.
    """
    found: list[Node] = []
    problems: list[Problem] = []
    for path in paths:
        shown = path.relative_to(root).as_posix()
        if path.suffix.lower() == ".txt":
            hint = f"call it {path.stem}"
            problems.append(Problem("its name ends in .txt, so it is not read", hint, shown))
            continue
        try:
            documents = read(path, shown_as=shown)
        except SourceErrors as error:
            problems.extend(error.problems)
            continue
        if not documents:
            hint = f"write {of}, or delete it"
            problems.append(Problem("the file is empty", hint, shown))
        found.extend(documents)
    if problems:
        raise SourceErrors(problems)
    return found
