"""Checks everything that a build and a sync need, one finding each."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from cdp_activate.errors import CdpError, NotBuiltError, WarehouseError
from cdp_activate.project import Project
from cdp_activate.sync.audience_table import audience_relation, relations
from cdp_activate.sync.model import DestinationEntry
from cdp_activate.words import plural

T = TypeVar("T")

BUILD = "cdp-activate build"
"""The command that makes what is not there yet."""


@dataclass
class Finding:
    """What was checked, whether it is well, and what to do where it is not.

    `not_yet`: nothing is wrong with it, `BUILD` was never run. After the first build what it
    makes must be there, and is a failure where it is not.
    """

    what: str
    ok: bool
    found: str
    remedy: str = ""
    not_yet: bool = False


def examine(open_project: Callable[[], Project]) -> list[Finding]:
    """Every check; one that fails does not keep the others from being made."""
    return _Examination().of(open_project)


class _Examination:
    def __init__(self) -> None:
        version = ".".join(str(part) for part in sys.version_info[:3])
        well = sys.version_info >= (3, 11)
        remedy = "" if well else "install Python 3.11 or later"
        self.findings = [Finding("Python", well, version, remedy)]
        self.built = False

    def look(self, what: str, check: Callable[[], tuple[T, str]]) -> T | None:
        """What a check returned, with the words for it noted; None where it failed."""
        try:
            result, found = check()
        except CdpError as error:
            not_yet = isinstance(error, NotBuiltError) and not self.built
            self.findings.append(Finding(what, False, error.message, error.remedy, not_yet))
            return None
        self.findings.append(Finding(what, True, found))
        return result

    def of(self, open_project: Callable[[], Project]) -> list[Finding]:
        def found() -> tuple[Project, str]:
            project = open_project()
            return project, project.folder.resolve().name

        project = self.look("dbt project", found)
        if project is not None:
            # dbt writes it when it has built something, not when it has only read the project.
            self.built = project.manifest.with_name("run_results.json").exists()
            reached = self._settings(project)
            if project.manifest.exists():
                self._parsed(project, reached=reached)
            else:
                self._not_parsed(project)
            self._destinations(project)
        return self.findings

    def _settings(self, project: Project) -> bool:
        """Whether the warehouse can be read."""

        def profile() -> tuple[object, str]:
            one = project.dbt_profile
            return one, f"{one.name}, target {one.target}, {one.type}"

        def warehouse() -> tuple[object, str]:
            with project.warehouse() as opened:
                try:
                    with opened.reading():
                        return True, opened.dialect
                except NotBuiltError as error:
                    if not self.built:
                        error.remedy = "load your tables into that file; the build makes the others"
                    raise

        def state() -> tuple[object, str]:
            with project.warehouse() as opened:
                _granted(opened.lacking_to_keep())
                if not opened.has_state:
                    return True, "the first sync makes it"
                with opened.state():
                    return True, "can be read and written"

        reached = (
            self.look("profile", profile) is not None
            and self.look("warehouse", warehouse) is not None
        )
        if reached:
            self.look("sync state", state)
        return reached

    def _inputs(self, project: Project) -> None:
        def mapped() -> tuple[object, str]:
            count = project.check_inputs()
            return True, f"{plural(count, 'subject')} mapped" if count else "none is needed"

        self.look("mapped tables", mapped)

    def _not_parsed(self, project: Project) -> None:
        """What there is to say before dbt has ever read the project."""

        def catalog() -> tuple[object, str]:
            raise NotBuiltError(
                "dbt has not read your models yet",
                remedy="the build has it do so; then audiences and syncs are checked against them",
            )

        def written(what: str) -> Callable[[], tuple[object, str]]:
            def read() -> tuple[object, str]:
                documents = project.documents(f"{what}s")
                return documents, f"{plural(len(documents), what)} written"

            return read

        self.look("catalog", catalog)
        self._inputs(project)
        self.look("audiences", written("audience"))
        self.look("syncs", written("sync"))

    def _parsed(self, project: Project, *, reached: bool) -> None:
        def catalog() -> tuple[object, str]:
            entities = project.catalog.entities
            return entities, plural(len(entities), "entity")

        def package() -> tuple[object, str]:
            project.check_package()
            return True, "cdp_activate is there"

        def variables() -> tuple[object, str]:
            count = project.check_variables()
            return True, f"{plural(count, 'variable')} set"

        def audiences() -> tuple[object, str]:
            return project.audiences, plural(len(project.audiences), "audience")

        def compiled() -> tuple[object, str]:
            stale = project.compile(check=True).changes
            if stale:
                raise NotBuiltError(
                    f"{plural(len(stale), 'file')} in models/audiences out of date",
                    remedy="run `cdp-activate compile`",
                )
            return stale, "up to date"

        def syncs() -> tuple[object, str]:
            return project.syncs, plural(len(project.syncs), "sync")

        def tables() -> tuple[object, str]:
            with project.warehouse() as opened:
                read = [
                    one
                    for sync in project.syncs.values()
                    for one in relations(sync, project.catalog)
                ]
                _granted(opened.lacking_to_read(read))
                with opened.reading():
                    for sync in project.syncs.values():
                        audience_relation(sync, project.catalog, opened)
            return True, "those of all syncs are built"

        if self.look("catalog", catalog) is None:
            return
        self.look("dbt package", package)
        self.look("variables", variables)
        self._inputs(project)
        if self.look("audiences", audiences) is None:
            return
        if self.look("syncs", syncs) is None:
            return
        self.look("compiled audiences", compiled)
        if reached:
            self.look("tables of audiences", tables)

    def _destinations(self, project: Project) -> None:
        def reach(entry: DestinationEntry) -> Callable[[], tuple[object, str]]:
            def check() -> tuple[object, str]:
                destination = entry.open()
                try:
                    destination.check()
                finally:
                    destination.close()
                return True, "reached"

            return check

        try:
            entries = project.destinations
        except CdpError as error:
            self.findings.append(Finding("destinations", False, error.message, error.remedy))
            return
        for name, entry in entries.items():
            self.look(f"destination {name}", reach(entry))


def _granted(lacking: list[str]) -> None:
    if lacking:
        raise WarehouseError(
            "the warehouse does not let this role do all that a sync does",
            remedy="have an administrator grant it what it lacks:\n" + "\n".join(lacking),
        )
