"""When a sync is due: a cron expression in a time zone, or each time dbt has built its audience.

Cron is read as Debian's cron reads it, changes of the clock included
(https://pypi.org/project/cronsim/): what falls into the hour that is skipped in spring runs as
soon as that hour is over; what falls into the hour that comes twice in autumn runs once. An
expression whose minutes or hours begin with a star goes by elapsed time instead.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from cdp_activate.audiences.days import zone_meant
from cdp_activate.audiences.written_times import parse_duration

_SAMPLE = datetime(2026, 1, 1, tzinfo=UTC)


_SHORT = re.compile(r"\s*([0-9]+)\s*([smhd])\s*")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def length(value: object) -> timedelta:
    """`24h`, or a length as everywhere else. Raises ValueError."""
    short = _SHORT.fullmatch(str(value))
    written = f"{short[1]} {_UNITS[short[2]]}" if short else value
    return timedelta(seconds=parse_duration(written).seconds)


def _cron(value: object) -> str:
    text = " ".join(str(value).split())
    if len(text.split()) != 5:
        fields = "minute, hour, day of month, month, day of week"
        raise ValueError(f'write five fields, {fields}: "0 7 * * *" is each day at 7')
    try:
        next(CronSim(text, _SAMPLE))
    except CronSimError as error:
        reason = str(error)
        raise ValueError(f"no cron expression: {reason[:1].lower()}{reason[1:]}") from None
    except StopIteration:
        raise ValueError("this never comes") from None
    return text


def _zone(value: object) -> str:
    try:
        return ZoneInfo(str(value)).key
    except (KeyError, ValueError, OSError):
        # https://data.iana.org/time-zones/tz-link.html
        meant = zone_meant(str(value)).strip()
        what = "no time zone of the IANA database, such as Europe/Berlin"
        raise ValueError(f"{what}: {meant}" if meant else what) from None


Span = Annotated[timedelta, BeforeValidator(length)]


class Schedule(BaseModel):
    """When a sync runs. `cron` or `after: build`, never both.

    `jitter` spreads runs: each begins up to so much later, the same for every machine that
    asks. `catch_up` says what becomes of runs that were missed while nothing asked: `once`
    makes up for all of them with one run, `skip` lets what is more than `grace` late go.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    cron: Annotated[str, BeforeValidator(_cron)] | None = None
    after: Literal["build"] | None = None
    timezone: Annotated[str, BeforeValidator(_zone)] | None = None
    jitter: Span = timedelta(0)
    catch_up: Literal["once", "skip"] = "once"
    grace: Span = timedelta(minutes=15)

    @model_validator(mode="after")
    def _is_one_thing(self) -> Schedule:
        if (self.cron is None) == (self.after is None):
            raise ValueError("write either `cron: ..` or `after: build`")
        if self.cron is None and (self.timezone or self.jitter):
            raise ValueError("`timezone` and `jitter` belong to `cron`")
        if self.cron is not None and self.jitter:
            times = islice(CronSim(self.cron, _SAMPLE), 20)
            shortest = min(later - earlier for earlier, later in pairwise(times))
            if self.jitter >= shortest:
                raise ValueError("`jitter` must be shorter than the time between two runs")
        return self

    def __str__(self) -> str:
        return f"after {self.after}" if self.cron is None else self.cron


def _schedule(value: object) -> object:
    return {"cron": value} if isinstance(value, str) else value


ScheduleField = Annotated[Schedule, BeforeValidator(_schedule)]


@dataclass(frozen=True)
class Slot:
    """One time at which a schedule asks for a run; it begins `begins_at`, jitter included."""

    at: datetime
    begins_at: datetime


@dataclass(frozen=True)
class Timetable:
    """The times of one sync's cron expression, in UTC."""

    name: str
    schedule: Schedule
    timezone: str

    def last(self, now: datetime) -> Slot:
        """The latest slot whose time has come at `now`, whether or not it begins yet."""
        # What is less than a second away has not come; a slot at this very second has.
        local = now.astimezone(self._zone).replace(microsecond=0)
        back = CronSim(self._cron, local + timedelta(seconds=1), reverse=True)
        # The hour that comes twice reads the same both times, so the way back may go too far.
        found = next(back).astimezone(UTC)
        for later in self._from(found):
            if later > now:
                break
            found = later
        return self._slot(found)

    def next(self, now: datetime) -> Slot:
        """The first slot after `now`."""
        return self._slot(next(later for later in self._from(now) if later > now))

    @property
    def _cron(self) -> str:
        assert self.schedule.cron is not None
        return self.schedule.cron

    @property
    def _zone(self) -> Any:
        # cronsim compares with datetime.UTC: a zone of that name would be treated as another.
        name = self.schedule.timezone or self.timezone
        return UTC if name == "UTC" else ZoneInfo(name)

    def _from(self, start: datetime) -> Any:
        return (at.astimezone(UTC) for at in CronSim(self._cron, start.astimezone(self._zone)))

    def _slot(self, at: datetime) -> Slot:
        """Jitter comes from a digest: whoever asks, and how often, gets the same."""
        seconds = int(self.schedule.jitter.total_seconds())
        drawn = hashlib.sha256(f"{self.name} {at.isoformat()}".encode()).digest()
        return Slot(at, at + timedelta(seconds=int.from_bytes(drawn[:8]) % (seconds + 1)))


@dataclass(frozen=True)
class LastRun:
    """The last run that came to an end of its own. `ok`: the list is as it should be."""

    state: str
    as_of: datetime
    started_at: datetime

    @property
    def ok(self) -> bool:
        return self.state == "done"


@dataclass(frozen=True)
class DueVerdict:
    """Whether a sync is due, why, and when it is next. `fresh`: others may build on it."""

    due: bool
    why: str
    next_at: datetime | None = None
    fresh: bool = False


def judge(
    table: Timetable | None, last: LastRun | None, now: datetime, built: datetime | str = ""
) -> DueVerdict:
    """Whether a sync is due at `now`. No timetable: after each build.

    `built` is when the last one was, or why nobody knows.
    """
    ran = last.as_of if last else None
    ok = last is not None and last.ok
    did = "ran" if ok else "ran, and did not end well,"
    if table is None:
        if isinstance(built, str):
            return DueVerdict(False, built, fresh=ok)
        if last is not None and last.started_at >= built:
            return DueVerdict(False, f"it {did} after the last build", fresh=ok)
        return DueVerdict(True, f"dbt built what it reads at {_clock(built)}")
    slot, following = table.last(now), table.next(now)
    if ran is not None and ran >= slot.at:
        return DueVerdict(False, f"it {did} for {_clock(slot.at)}", following.begins_at, fresh=ok)
    if slot.begins_at > now:
        return DueVerdict(False, "jitter lets it wait a little", slot.begins_at)
    schedule = table.schedule
    if schedule.catch_up == "skip" and now - slot.begins_at > schedule.grace:
        why = f"{_clock(slot.at)} was missed, and `catch_up` is skip"
        return DueVerdict(False, why, following.begins_at, fresh=ok)
    return DueVerdict(True, f"since {_clock(slot.at)}", following.begins_at)


def _clock(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
