"""Checks everything that a build and a sync need, one finding each."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from cdp_activate.errors import CdpError
from cdp_activate.project import Project
from cdp_activate.words import plural

T = TypeVar("T")


@dataclass
class Finding:
    """What was checked, whether it is well, and what to do where it is not."""

    what: str
    ok: bool
    found: str
    remedy: str = ""


def examine(open_project: Callable[[], Project]) -> list[Finding]:
    """Every check; one that fails does not keep the others from being made."""
    findings = [_python()]

    def look(what: str, check: Callable[[], tuple[T, str]]) -> T | None:
        try:
            result, found = check()
        except CdpError as error:
            findings.append(Finding(what, False, error.message, error.remedy))
            return None
        findings.append(Finding(what, True, found))
        return result

    def project_found() -> tuple[Project, str]:
        found = open_project()
        return found, str(found.folder.resolve().name)

    project = look("dbt project", project_found)
    if project is None:
        return findings
    _look_at(project, look, findings)
    return findings


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    well = sys.version_info >= (3, 11)
    return Finding("Python", well, version, "" if well else "install Python 3.11 or later")


def _look_at(
    project: Project,
    look: Callable[[str, Callable[[], tuple[object, str]]], object | None],
    findings: list[Finding],
) -> None:
    def profile() -> tuple[object, str]:
        one = project.dbt_profile
        return one, f"{one.name}, target {one.target}, {one.type}"

    def catalog() -> tuple[object, str]:
        entities = project.catalog.entities
        return entities, plural(len(entities), "entity")

    def audiences() -> tuple[object, str]:
        return project.audiences, plural(len(project.audiences), "audience")

    def compiled() -> tuple[object, str]:
        stale = project.compile(check=True).changes
        if stale:
            raise CdpError(
                f"{plural(len(stale), 'file')} in models/audiences out of date",
                remedy="run `cdp-activate compile`",
            )
        return stale, "up to date"

    def syncs() -> tuple[object, str]:
        return project.syncs, plural(len(project.syncs), "sync")

    def warehouse() -> tuple[object, str]:
        with project.warehouse() as opened, opened.reading():
            return True, opened.dialect

    look("profile", profile)
    if look("catalog", catalog) is not None and look("audiences", audiences) is not None:
        look("compiled audiences", compiled)
        look("syncs", syncs)
    look("warehouse", warehouse)
    try:
        entries = project.destinations
    except CdpError as error:
        findings.append(Finding("destinations", False, error.message, error.remedy))
        return
    for name, entry in entries.items():

        def reach(entry: object = entry) -> tuple[object, str]:
            destination = entry.open()  # type: ignore[attr-defined]
            try:
                destination.check()
            finally:
                destination.close()
            return True, "reached"

        look(f"destination {name}", reach)
