"""A project on disk: the only place that knows folders. Hands out ready objects."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cdp_activate.audiences.compile_record import Record, digest, keep, recorded
from cdp_activate.audiences.dbt import Difference, SyncUse, dbt_files, differences, write_files
from cdp_activate.audiences.model import Audience, AudienceTest
from cdp_activate.audiences.read import read_audiences
from cdp_activate.catalog import Catalog, check_inputs, check_variables, load_catalog
from cdp_activate.errors import Problem, SourceErrors, UsageError
from cdp_activate.spelling import suggest
from cdp_activate.text import Node, read
from cdp_activate.warehouse import Profile, Warehouse, open_warehouse, read_profile
from cdp_activate.yaml_files import read_all, yaml_files

if TYPE_CHECKING:
    from cdp_activate.audiences.audience_tests import TestOutcome
    from cdp_activate.audiences.cost import Cost
    from cdp_activate.sync.channels import Channel
    from cdp_activate.sync.due import Scheduler
    from cdp_activate.sync.model import DestinationEntry, Sync

_NOT_SYNCS = ("destinations.yml", "alerts.yml")
_ONE_OF = {"audiences": "an audience", "syncs": "a sync"}


@dataclass(frozen=True)
class CompileResult:
    """What `compile` did: the files that differed, and what it says of the audiences."""

    changes: list[Difference]
    audiences: int
    warnings: list[Problem]


@dataclass
class Project:
    """A dbt project with audiences and syncs beside its models.

    `profiles`, `profile` and `target` are dbt's options of the same names; `target_path` is
    where dbt writes its manifest.
    """

    folder: Path
    profiles: Path | None = None
    profile_name: str | None = None
    target: str | None = None
    target_path: Path | None = None

    @classmethod
    def at(cls, folder: Path, **options: str | Path | None) -> Project:
        """The project in `folder`. Raises UsageError when there is no dbt project."""
        if not (folder / "dbt_project.yml").exists():
            raise UsageError(
                f"there is no dbt_project.yml in {folder}",
                remedy="go to your dbt project, give --project-dir, or run `cdp-activate init`",
            )
        return cls(folder, **options)  # type: ignore[arg-type]

    @cached_property
    def configuration(self) -> Node:
        """dbt_project.yml."""
        documents = read(self.folder / "dbt_project.yml", shown_as="dbt_project.yml", ours=False)
        if not documents or not isinstance(documents[0].value, dict):
            raise SourceErrors([Problem("it is empty", path="dbt_project.yml")])
        return documents[0]

    def forget(self) -> None:
        """Read everything again at its next use: dbt has written another manifest."""
        for name, of in vars(type(self)).items():
            if isinstance(of, cached_property):
                vars(self).pop(name, None)

    def _word(self, key: str, default: str) -> str:
        node = self.configuration.locate([key])
        return default if node is self.configuration else node.text

    @property
    def manifest(self) -> Path:
        """Where dbt writes manifest.json."""
        written = self.target_path or os.environ.get("DBT_TARGET_PATH")
        return self.folder / (written or self._word("target-path", "target")) / "manifest.json"

    @property
    def logs(self) -> Path:
        """The folder that dbt writes its log to."""
        return self.folder / (os.environ.get("DBT_LOG_PATH") or self._word("log-path", "logs"))

    @cached_property
    def scheduler(self) -> Scheduler:
        """The syncs, and what decides when they run."""
        from cdp_activate.sync.due import Scheduler

        return Scheduler(self.syncs, self.catalog, self.warehouse, self.timezone)

    @property
    def models(self) -> Path:
        """The folder that `compile` writes: models/audiences."""
        paths = self.configuration.locate(["model-paths"])
        first = paths.value[0].text if isinstance(paths.value, list) and paths.value else "models"
        return self.folder / first / "audiences"

    @property
    def timezone(self) -> str:
        """The project's time zone: the dbt variable `cdp_timezone`, else UTC."""
        variables = self.configuration.locate(["vars"])
        node = variables.locate(["cdp_timezone"])
        return node.text if node is not variables and variables is not self.configuration else "UTC"

    @cached_property
    def catalog(self) -> Catalog:
        return load_catalog(self.manifest)

    def check_package(self) -> None:
        """Raises UsageError where dbt has not found the package that compiled audiences need."""
        if not self.catalog.has_macros:
            raise UsageError(
                "the dbt project has no package cdp_activate: compiled audiences call its macros",
                remedy="run `cdp-activate init`, add to packages.yml what it says, run `dbt deps`",
            )

    def check_variables(self) -> int:
        """How many variables are set. Raises SourceErrors where one of ours is misspelt."""
        return check_variables(self.configuration, self.manifest)

    def check_inputs(self) -> int:
        """How many subjects dbt_project.yml maps to tables.

        Raises UsageError where our models would read customers and nothing says from where.
        """
        if self.manifest.exists():
            reads = "input_customers" in self.catalog.shipped
        else:
            reads = not any(self.models.parent.rglob("input_customers.sql"))
        return check_inputs(self.configuration, obligatory=reads)

    @cached_property
    def audiences(self) -> Mapping[str, Audience]:
        """The audiences of `audiences/`. Raises SourceErrors with all their mistakes."""
        documents = self.documents("audiences")
        return read_audiences(documents, self.catalog, timezone=self.timezone)

    def audience(self, name: str) -> Audience:
        found = self.audiences.get(name)
        if found is None:
            raise UsageError(
                f"unknown audience '{name}'", remedy=suggest(name, self.audiences, what="audiences")
            )
        return found

    def test_audiences(self, names: Iterable[str] = ()) -> list[TestOutcome]:
        """Run the tests that audiences carry, all where no names are given.

        Raises SourceErrors when what a test gives cannot be read.
        """
        from cdp_activate.audiences.audience_tests import run_test

        wanted = [self.audience(name) for name in names] or self.audiences.values()
        return [
            run_test(test, self._given(test), one, self.audiences, self.catalog)
            for one in wanted
            for test in one.tests
        ]

    def _given(self, test: AudienceTest) -> Node:
        """The rows of a test; a file is named from the folder of the audience's own."""
        if not isinstance(test.given.value, str):
            return test.given
        path = (self.folder / test.given.source.path).parent / test.given.value
        if not path.is_file():
            hint = "the name is relative to the folder of the audience's file"
            raise SourceErrors([test.given.problem(f"there is no file {test.given.value}", hint)])
        shown = os.path.relpath(path, self.folder)
        documents = read(path, shown_as=Path(shown).as_posix())
        if len(documents) != 1:
            hint = "write model: [{column: value}]"
            raise SourceErrors([Problem("the file is not one document", hint, shown)])
        return documents[0]

    @cached_property
    def destinations(self) -> Mapping[str, DestinationEntry]:
        from cdp_activate.sync.model import read_destinations

        return read_destinations(self._settings_of("destinations.yml"), self.folder)

    @cached_property
    def syncs(self) -> Mapping[str, Sync]:
        """The syncs of `syncs/`. Raises SourceErrors with all their mistakes."""
        from cdp_activate.sync.read import read_syncs

        documents = self.documents("syncs")
        return read_syncs(documents, self.catalog, self.audiences, self.destinations)

    @cached_property
    def alert_channels(self) -> list[Channel]:
        """Who is told when something goes wrong. Raises SourceErrors with all mistakes."""
        from cdp_activate.sync.alerts import read_alerts

        documents = self._settings_of("alerts.yml")
        return read_alerts(documents, self.syncs) if documents else []

    def selected_syncs(self, names: Iterable[str]) -> list[Sync]:
        """The syncs of these names, all where none are given."""
        wanted = list(names)
        for name in wanted:
            if name not in self.syncs:
                raise UsageError(
                    f"unknown sync '{name}'", remedy=suggest(name, self.syncs, what="syncs")
                )
        return [sync for name, sync in self.syncs.items() if not wanted or name in wanted]

    @cached_property
    def warnings(self) -> list[Problem]:
        """What the audiences say that may not be meant."""
        from cdp_activate.audiences.lint import warnings

        unasked = {
            sync.audience.name
            for sync in self.syncs.values()
            if sync.consents is None and sync.audience.entity.is_person
        }
        return warnings(self.audiences, unasked)

    def dbt_files(self) -> dict[str, str]:
        """What `compile` writes, by path below `models`."""
        uses = [
            SyncUse(
                sync.name,
                sync.audience.name,
                sync.settings.destination,
                sync.audience.owner,
                sync.settings.suppress,
            )
            for sync in self.syncs.values()
        ]
        return dbt_files(self.audiences, self.catalog, uses)

    def compile(self, *, check: bool = False) -> CompileResult:
        """Write the dbt files (or, with `check`, only compare); says what differed.

        When nothing that it reads or writes has changed since it last found them right,
        it reads no audience and says the same again.
        """
        place = self.manifest.with_name("cdp_activate_compiled.json")
        before = recorded(place)
        if before and before.digest == self._digest():
            return CompileResult([], before.audiences, list(before.warnings))
        files = self.dbt_files()
        changes = differences(self.models, files) if check else write_files(self.models, files)
        found = CompileResult(changes, len(self.audiences), self.warnings)
        if not (check and changes):
            keep(place, Record(self._digest(), found.audiences, tuple(found.warnings)))
        return found

    def cost(self) -> Cost:
        """What the audiences read. Writes nothing."""
        from cdp_activate.audiences.compile import compile_audience
        from cdp_activate.audiences.cost import cost

        queries = {
            name: compile_audience(one, self.catalog) for name, one in self.audiences.items()
        }
        return cost(queries, self.catalog, datetime.now(UTC))

    def _digest(self) -> str:
        """Of all that decides what `compile` writes, and of what is written."""
        manifest = self.manifest
        read = [self.folder / "dbt_project.yml", manifest, manifest.with_name("catalog.json")]
        return digest(read, [self.folder / "audiences", self.folder / "syncs", self.models])

    @cached_property
    def dbt_profile(self) -> Profile:
        name = self.profile_name or os.environ.get("DBT_PROFILE") or self._word("profile", "")
        return read_profile(name, project=self.folder, profiles=self.profiles, target=self.target)

    def warehouse(self) -> Warehouse:
        """A connection to the warehouse of the profile; the caller closes it."""
        return open_warehouse(self.dbt_profile, self.folder)

    def documents(self, folder: str) -> list[Node]:
        """The documents of every YAML file below `audiences` or `syncs`, in the order of paths.

        Raises SourceErrors, and UsageError where there are no audiences.
        """
        paths = yaml_files(self.folder / folder, but=_NOT_SYNCS if folder == "syncs" else ())
        if not paths and folder == "audiences":
            raise UsageError(
                f"there are no audiences in {self.folder / folder}",
                remedy="write one there, or run `cdp-activate init` for an example",
            )
        return read_all(paths, self.folder, of=_ONE_OF[folder])

    def _settings_of(self, name: str) -> list[Node]:
        """The documents of a file in `syncs` that may hold secrets; none where it is not there."""
        path = self.folder / "syncs" / name
        shown = path.relative_to(self.folder).as_posix()
        return read(path, shown_as=shown, quoted=False) if path.exists() else []
