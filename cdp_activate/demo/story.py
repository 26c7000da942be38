"""The demo: the main job from warehouse tables to destinations, three times over.

First run, a second run at once (which must send nothing), and the day after (which must
send the difference). A small local receiver stands in for the platform.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from cdp_activate import shipped
from cdp_activate.dbt import build
from cdp_activate.demo import complete_journey, shop
from cdp_activate.errors import CdpError, UsageError
from cdp_activate.project import Project
from cdp_activate.receiver import Receiver
from cdp_activate.sync.run import RunOptions, run_sync

MARK = ".cdp-activate-demo"
SECRET = "only-for-the-demo"  # noqa: S105 (a shared word between two local processes)
REFUSED = "the address bounced at the platform"

_URLS = ("SHOP_MAIL_URL", "MAIL_HOUSE_URL")
SECRET_VARIABLES = {"shop": "SHOP_MAIL_SECRET", "complete-journey": "MAIL_HOUSE_SECRET"}
"""By the data: where each project's destinations look the secret up."""


@dataclass(frozen=True)
class Settings:
    """What to play: which data, where, how large, and from which instant."""

    folder: Path
    data: str = "shop"
    customers: int = 10_000
    seed: int = 7
    as_of: datetime | None = None


@dataclass
class DemoStory:
    """Everything that happened, for people and for machines."""

    data: str
    folder: str
    as_of: datetime
    next_as_of: datetime
    input_rows: dict[str, int] = field(default_factory=dict)
    days: list[dict[str, Any]] = field(default_factory=list)
    runs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    received: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The story for machines."""
        return {
            "data": self.data,
            "folder": self.folder,
            "as_of": self.as_of.isoformat(),
            "next_as_of": self.next_as_of.isoformat(),
            "input_rows": self.input_rows,
            "first_day": self.days[0],
            "day_after": self.days[1],
            "first_run": self.runs["first run"],
            "second_run": self.runs["second run"],
            "day_after_run": self.runs["the day after"],
            "received_lists": self.received,
            "seconds": self.seconds,
        }


Tell = Callable[[str], object]


def play(settings: Settings, tell: Tell = lambda _: None) -> DemoStory:
    """Play the demo in `settings.folder`, which is left behind to look around in.

    Raises UsageError when the folder holds anything but an earlier demo.
    """
    chapter = _CHAPTERS[settings.data](settings)
    _clear(settings.folder)
    shipped.copy(shipped.DEMO_PARTS, settings.folder)
    (settings.folder / MARK).write_text("an example project, safe to delete\n", encoding="utf-8")
    project = Project.at(
        settings.folder / chapter.project, profiles=settings.folder / chapter.project
    )
    story = DemoStory(
        settings.data, str(project.folder), chapter.as_of, chapter.as_of + timedelta(days=1)
    )
    with Receiver(secret=SECRET) as receiver, _environment(receiver):
        # The platform is busy at first, and finds fault with a few people for good.
        receiver.misbehave("status", status=429, retry_after=1)
        receiver.misbehave("reject_rows", times=None, containing="77", reason=REFUSED)
        with _timed(story, "load"):
            tell(f"loading the {settings.data} data as of {story.as_of:%Y-%m-%d} ...")
            story.input_rows = chapter.load(project, story.as_of)
        _day(project, story, story.as_of, tell)
        _sync(project, story, "first run", story.as_of, tell, allow=["first_run"])
        _sync(project, story, "second run", story.as_of, tell)
        with _timed(story, "load, the day after"):
            tell("a day goes by ...")
            chapter.load(project, story.next_as_of)
        _day(project, story, story.next_as_of, tell)
        _sync(project, story, "the day after", story.next_as_of, tell)
        story.received = {name: len(rows) for name, rows in sorted(receiver.lists.items())}
    return story


def first_day(now: datetime) -> datetime:
    """Yesterday at 06:00 UTC, so that the day after is today.

    Tables of tomorrow would be refused by the guard `as_of` when somebody looks around.
    """
    return (now - timedelta(days=1)).replace(hour=6, minute=0, second=0, microsecond=0)


def _day(project: Project, story: DemoStory, as_of: datetime, tell: Tell) -> None:
    with _timed(story, f"build as of {as_of:%Y-%m-%d}"):
        tell(f"dbt builds journeys, segments and audiences as of {as_of:%Y-%m-%d} ...")
        # The logic of the models is proven by `make build`; here their data are tested.
        build(project, "--exclude-resource-type", "unit_test", as_of=as_of)
    story.days.append(_figures(project, as_of))


def _figures(project: Project, as_of: datetime) -> dict[str, Any]:
    """People per stage, segments, and audience sizes."""
    models = project.catalog.models
    with project.warehouse() as warehouse, warehouse.reading():

        def count_by(expression: str, model: str) -> dict[str, int]:
            counted = f"select {expression}, count(*) from {models[model].relation}"
            rows = warehouse.rows(f"{counted} group by all order by 2 desc, 1")
            return {str(name): count for name, count in rows}

        audiences = {
            name: count_by("coalesce(variant, 'members')", f"audience_{name}")
            for name in project.audiences
        }
        return {
            "as_of": as_of.isoformat(),
            "customers": sum(count_by("1", "customers").values()),
            "stages": count_by("coalesce(stage, 'none yet')", "customers"),
            "lifecycle": count_by("lifecycle", "customers"),
            "rfm_segments": count_by("coalesce(rfm_segment, 'no order')", "customers"),
            "audiences": {
                name: {"size": sum(counts.values()), "holdout": counts.get("holdout", 0)}
                for name, counts in audiences.items()
            },
        }


def _sync(
    project: Project,
    story: DemoStory,
    name: str,
    as_of: datetime,
    tell: Tell,
    *,
    allow: Sequence[str] = (),
) -> None:
    tell(f"{name}: syncing ...")
    options = RunOptions(allow=allow)
    with _timed(story, name), project.warehouse() as warehouse:
        story.runs[name] = [
            run_sync(sync, project.catalog, warehouse, as_of=as_of, options=options).as_dict()
            for sync in project.syncs.values()
        ]


# The two inputs ...


class _Shop:
    """The generated shop, at the top of what is shipped."""

    project = Path()

    def __init__(self, settings: Settings) -> None:
        self.as_of = settings.as_of or first_day(datetime.now(UTC))
        self.opening = shop.default_opening(self.as_of)
        self.settings = settings

    def load(self, project: Project, now: datetime) -> dict[str, int]:
        with _writing(project) as connection:
            shop.generate(
                connection,
                customers=self.settings.customers,
                seed=self.settings.seed,
                opening=self.opening,
                now=now,
            )
            return shop.table_sizes(connection)


class _CompleteJourney:
    """A real year of grocery shopping, in the example project that maps it."""

    project = Path("examples") / "complete_journey"

    def __init__(self, settings: Settings) -> None:
        # The panel covers 2017; a day within it has a day after.
        self.as_of = settings.as_of or datetime(2017, 12, 1, 5, tzinfo=UTC)
        try:
            complete_journey.data_folder()
        except ModuleNotFoundError as error:
            message, _, remedy = str(error).partition(": ")
            raise UsageError(message, remedy=remedy) from None

    def load(self, project: Project, now: datetime) -> dict[str, int]:
        with _writing(project) as connection:
            complete_journey.load(connection)
            return complete_journey.table_sizes(connection)


_CHAPTERS: Mapping[str, Callable[[Settings], _Shop | _CompleteJourney]] = {
    "shop": _Shop,
    "complete-journey": _CompleteJourney,
}
DATA = tuple(_CHAPTERS)


# Around it ...


@contextmanager
def _writing(project: Project) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(str(project.folder / "warehouse.duckdb"))
    try:
        yield connection
    except duckdb.Error as error:
        raise CdpError(
            f"the demo's data could not be written: {str(error).splitlines()[0]}"
        ) from None
    finally:
        connection.close()


@contextmanager
def _environment(receiver: Receiver) -> Iterator[None]:
    """The variables that the demo's destinations and profile look up."""
    wanted = {
        **dict.fromkeys(_URLS, receiver.url),
        **dict.fromkeys(SECRET_VARIABLES.values(), SECRET),
        "CDP_DUCKDB_PATH": "warehouse.duckdb",
    }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _timed(story: DemoStory, what: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    story.seconds[what] = round(time.monotonic() - started, 1)


def _clear(folder: Path) -> None:
    if not folder.exists():
        return
    if any(folder.iterdir()) and not (folder / MARK).exists():
        raise UsageError(
            f"the folder {folder} is not empty and holds no earlier demo",
            remedy="name another with --dir",
        )
    shutil.rmtree(folder)
