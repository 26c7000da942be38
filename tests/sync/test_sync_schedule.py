"""When a sync is due: cron in time zones, changes of the clock, jitter, and missed runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from pydantic import ValidationError

from cdp_activate.sync.schedule import DueVerdict, LastRun, Schedule, Timetable, judge

BERLIN = ZoneInfo("Europe/Berlin")
SPRING = datetime(2026, 3, 29, tzinfo=UTC)  # 02:00 becomes 03:00 in Berlin, at 01:00 UTC
AUTUMN = datetime(2026, 10, 25, tzinfo=UTC)  # 03:00 becomes 02:00 in Berlin, at 01:00 UTC


def timetable(cron: str, zone: str = "Europe/Berlin", **more: Any) -> Timetable:
    return Timetable("vips", Schedule.model_validate({"cron": cron, **more}), zone)


def runs_of(cron: str, first: datetime, last: datetime) -> list[str]:
    """When a machine that asks every ten minutes runs a sync, in Berlin's time."""
    table, ran, found = timetable(cron), LastRun("done", first, first), []
    for minute in range(0, int((last - first).total_seconds() // 60), 10):
        now = first + timedelta(minutes=minute)
        if judge(table, ran, now).due:
            ran = LastRun("done", now, now)
            found.append(now.astimezone(BERLIN).isoformat(timespec="minutes"))
    return found


def test_what_falls_into_the_hour_that_is_skipped_runs_right_after_it() -> None:
    found = runs_of("30 2 * * *", SPRING - timedelta(hours=2), SPRING + timedelta(days=2))
    assert ["2026-03-29T03:00+02:00", "2026-03-30T02:30+02:00"] == found


def test_what_falls_into_the_hour_that_comes_twice_runs_once() -> None:
    found = runs_of("30 2 * * *", AUTUMN - timedelta(hours=2), AUTUMN + timedelta(days=2))
    assert ["2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"] == found


def test_every_half_hour_goes_by_elapsed_time_through_both_changes() -> None:
    for day in (SPRING, AUTUMN):
        found = runs_of("*/30 * * * *", day, day + timedelta(hours=4))
        times = [datetime.fromisoformat(one) for one in found]
        assert {timedelta(minutes=30)} == {later - earlier for earlier, later in pairwise(times)}


@pytest.mark.parametrize(
    "cron",
    ["30 2 * * *", "0 */2 * * *", "*/30 0-5 * * *", "15 2,3 * * *", "5 1-4 * * 0", "0 0 1 * *"],
)
def test_the_last_and_the_next_time_are_those_of_going_through_all_of_them(cron: str) -> None:
    table = timetable(cron)
    for day in (SPRING, AUTUMN):
        every = []
        for at in CronSim(cron, (day - timedelta(days=62)).astimezone(BERLIN)):
            every.append(at.astimezone(UTC))
            if every[-1] > day + timedelta(days=40):
                break
        for minute in range(-120, 300, 29):
            now = day + timedelta(minutes=minute)
            assert max(at for at in every if at <= now) == table.last(now).at, (now, cron)
            assert min(at for at in every if at > now) == table.next(now).at, (now, cron)


NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def asked(now: datetime, last: LastRun | None = None, **more: Any) -> DueVerdict:
    return judge(timetable("0 12 * * *", "UTC", **more), last, now)


def ran(at: datetime, state: str = "done") -> LastRun:
    return LastRun(state, at, at)


@pytest.mark.parametrize("microseconds", [0, 1, 500_000, 999_999])
def test_a_time_has_come_to_the_microsecond(microseconds: int) -> None:
    """In the second before it the one before is still the last, and due where nobody ran it."""
    table, noon = timetable("0 * * * *"), datetime(2026, 3, 10, 12, tzinfo=UTC)
    before = noon - timedelta(seconds=1) + timedelta(microseconds=microseconds)
    assert noon - timedelta(hours=1) == table.last(before).at
    assert judge(table, None, before).due
    assert noon == table.next(before).at
    assert noon == table.last(noon + timedelta(microseconds=microseconds)).at


def test_many_missed_runs_are_made_up_for_by_one() -> None:
    last, now = ran(NOON), NOON + timedelta(days=9, hours=3)
    assert asked(now, last).due
    assert not asked(now + timedelta(minutes=1), ran(now)).due


def test_skip_lets_go_of_what_is_too_late_and_runs_the_next() -> None:
    last, late = ran(NOON), NOON + timedelta(days=9, hours=3)
    verdict = asked(late, last, catch_up="skip")
    assert (False, NOON + timedelta(days=10)) == (verdict.due, verdict.next_at)
    assert "was missed" in verdict.why
    assert asked(NOON + timedelta(days=10, minutes=14), last, catch_up="skip").due
    assert asked(late, last, catch_up="skip", grace="4 hours").due


def test_a_run_that_failed_waits_for_its_next_time_and_is_nothing_to_build_on() -> None:
    now = NOON + timedelta(minutes=5)
    verdict = asked(now, ran(NOON, "failed"))
    assert (False, False) == (verdict.due, verdict.fresh)
    assert asked(now, ran(NOON)).fresh


def test_a_sync_that_never_ran_is_due() -> None:
    assert asked(NOON + timedelta(hours=1)).due


def test_jitter_is_the_same_for_whoever_asks_and_differs_between_syncs_and_days() -> None:
    more = {"cron": "0 12 * * *", "jitter": "30 minutes"}
    schedule = Schedule.model_validate(more)
    days = [NOON + timedelta(days=day) for day in range(10)]
    begins = {
        name: [Timetable(name, schedule, "UTC").last(day).begins_at - day for day in days]
        for name in ("a", "b", "a")
    }
    assert begins["a"] != begins["b"]
    assert 9 <= len(set(begins["a"]))
    assert all(timedelta(0) <= one <= timedelta(minutes=30) for one in begins["a"] + begins["b"])
    slot = Timetable("a", schedule, "UTC").last(NOON)
    table, before = Timetable("a", schedule, "UTC"), ran(NOON - timedelta(days=1))
    early = judge(table, before, slot.begins_at - timedelta(seconds=1))
    assert (False, slot.begins_at, False) == (early.due, early.next_at, early.fresh)
    assert judge(table, before, slot.begins_at).due


def test_after_a_build_it_is_due_once_even_where_a_run_was_judged_before_the_build_ended() -> None:
    def due(last: LastRun | None, built: datetime | str) -> bool:
        return judge(None, last, NOON, built).due

    assert not due(None, "nothing is known of a build")
    assert due(None, NOON)
    assert due(ran(NOON - timedelta(minutes=1)), NOON)
    assert not due(ran(NOON), NOON - timedelta(minutes=1))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"cron": "0 0 31 2 *"}, "no cron expression: bad day-of-month"),
        ({"cron": "61 * * * *"}, "no cron expression: bad minute"),
        ({"cron": "* * * *"}, "write five fields"),
        ({"cron": "0 * * * * *"}, "write five fields"),
        ({"cron": "0 7 * * *", "timezone": "Berlin"}, "no time zone of the IANA database"),
        ({"cron": "0 7 * * *", "timezone": "../../etc/passwd"}, "no time zone"),
        ({"cron": "0 * * * *", "jitter": "1 hour"}, "`jitter` must be shorter"),
        ({"cron": "0 * * * *", "jitter": "soon"}, "a length of time is a number and a unit"),
        ({"cron": "0 * * * *", "after": "build"}, "write either `cron: ..` or `after: build`"),
        ({}, "write either `cron: ..` or `after: build`"),
        ({"after": "build", "jitter": "1 hour"}, "`timezone` and `jitter` belong to `cron`"),
        ({"cron": "0 * * * *", "catch_up": "always"}, "Input should be 'once' or 'skip'"),
    ],
)  # fmt: skip
def test_a_wrong_schedule_says_what_would_be_right(written: Any, said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Schedule.model_validate(written)
    assert said in str(caught.value)
