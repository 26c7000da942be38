"""Guards: what a run refuses to do before it has sent anything."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from cdp_activate.errors import GuardError
from cdp_activate.sync.audience_table import Mark
from cdp_activate.sync.counts import PlanCounts
from cdp_activate.sync.eligibility import HELD_REJECTED
from cdp_activate.sync.model import Guards
from cdp_activate.sync.plan import Plan

A_FEW = 10
"""Lists that are emptied and hold fewer people, all of them together, need nobody's word."""

_MOST_TOLD = 5
"""Lists that one guard's refusal names."""


@dataclass(frozen=True)
class GuardRefusal:
    """One guard that refuses, and the numbers it saw."""

    guard: str
    message: str
    remedy: str = ""


def refusals(plan: Plan) -> list[GuardRefusal]:
    """The guards that this plan breaks."""
    return list(_broken(plan))


def _broken(plan: Plan) -> Iterator[GuardRefusal]:
    guards = plan.sync.settings.guards
    if plan.total.leaving and not plan.audience_size:
        yield GuardRefusal("emptied", f"the audience is empty, the list holds {plan.ledger_size:,}")
    elif plan.sync.per is not None:
        yield from _lists(plan)
    if guards.first_run and plan.first_run and plan.counts["add"]:
        yield _first_run(plan)
    for group in _groups(plan):
        yield from _amounts(guards, group, f" ({group.name})" if plan.sync.per else "")
    if guards.min_size is not None and plan.audience_size < guards.min_size:
        yield GuardRefusal(
            "min_size", f"the audience has {plan.audience_size:,}, fewer than {guards.min_size:,}"
        )
    rejected = plan.held_back.get(HELD_REJECTED, 0)
    if guards.max_rejected is None and rejected and not (plan.ledger_size or plan.changes):
        yield GuardRefusal(
            "max_rejected",
            f"nobody is on the list: the platform rejected all {rejected:,} who belong there",
            "see the reasons in `cdp-activate rejections`, mend them and run it with "
            "--retry-rejected",
        )
    yield from _expectations(plan)
    yield from _data(plan)


def _lists(plan: Plan) -> Iterator[GuardRefusal]:
    """What may go wrong with the values that there is a list for each of."""
    most = plan.sync.settings.guards.max_lists
    filled = [one for one in plan.lists if one.members]
    if len(filled) > most:
        yield GuardRefusal(
            "max_lists",
            f"would keep {len(filled):,} lists, more than {most:,}",
            "is `per:` a column of few values? Or raise `guards: {max_lists: ..}`",
        )
    emptied = [one for one in plan.lists if one.leaving and not one.members]
    if sum(one.known for one in emptied) < A_FEW:
        return  # the last of a few who leaves is no column that broke
    for one in emptied:
        yield GuardRefusal(
            "emptied", f"nobody belongs on '{one.name}' now, the list holds {one.known:,}"
        )


SMALL = 100
"""A list of fewer people is judged together with others: one person is a large share of it."""


def _groups(plan: Plan) -> Iterator[PlanCounts]:
    """The lists whose shares are judged: the one, or each large one, and the small together."""
    if plan.sync.per is None:
        yield plan.total
        return
    small = PlanCounts(f"lists of fewer than {SMALL}", 0)
    for one in plan.lists:
        if one.known >= SMALL:
            yield one
        else:
            small.known += one.known
            for action, count in one.by_action.items():
                small.by_action[action] += count
    yield small


def _amounts(guards: Guards, of: PlanCounts, where: str) -> Iterator[GuardRefusal]:
    if of.known and guards.max_remove and not guards.max_remove.allows(of.leaving, of.known):
        yield GuardRefusal(
            "max_remove",
            f"would remove {of.leaving:,} of {of.known:,}{where}, more than {guards.max_remove}",
        )
    if of.known and guards.max_change and not guards.max_change.allows(of.changes, of.known):
        yield GuardRefusal(
            "max_change",
            f"would change {of.changes:,} rows of a list of {of.known:,}{where}, more than "
            f"{guards.max_change}",
        )


def _first_run(plan: Plan) -> GuardRefusal:
    """Nothing was ever sent: a wrong list, audience or mapping would go to everyone at once."""
    settings, count = plan.sync.settings, plan.counts["add"]
    held = sum(plan.held_back.values())
    less = f", {held:,} held back" if held else ""
    of = f"{count:,} of the {plan.audience_size:,} in the audience{less}"
    if settings.mode == "events":
        # They entered before anybody watched, and a message cannot be taken back.
        return GuardRefusal(
            "first_run",
            f"would message {of}, through {settings.destination}, which were all there before",
            "to message only those who enter later, start while the audience is empty",
        )
    if plan.others:
        return GuardRefusal(
            "first_run",
            f"{sent_by_others(plan)}; would add {of} as if nobody were there",
            "if this sync is that one under a new name, give it the old one back: nobody whom "
            "that one sent and this one does not is ever removed",
        )
    return GuardRefusal(
        "first_run",
        f"nothing was sent yet to the list '{plan.sync.list_name}' of {settings.destination}: "
        f"would add {of}",
        "look at it with `cdp-activate plan`; when people are on that list already, "
        "`cdp-activate adopt` takes them over first",
    )


def sent_by_others(plan: Plan) -> str:
    """That syncs of other names put people on the list."""
    names = ", ".join(f"'{name}' ({size:,} people)" for name, size in plan.others)
    return f"the list '{plan.sync.list_name}' was filled by another sync: {names}"


def _expectations(plan: Plan) -> Iterator[GuardRefusal]:
    expect, size, before = plan.sync.audience.expect, plan.audience_size, plan.ledger_size
    if expect.min_size is not None and size < expect.min_size:
        yield GuardRefusal(
            "expect", f"the audience has {size:,}, expected at least {expect.min_size:,}"
        )
    if expect.max_size is not None and size > expect.max_size:
        yield GuardRefusal(
            "expect", f"the audience has {size:,}, expected at most {expect.max_size:,}"
        )
    if expect.max_change is not None and before:
        change = plan.counts["add"] + plan.counts["remove"]
        if change > expect.max_change * before:
            share = f"{(expect.max_change * 100).normalize():f}%"
            yield GuardRefusal(
                "expect", f"{change:,} of {before:,} would come or go, expected at most {share}"
            )
    if expect.fresh_within is not None:
        length = timedelta(seconds=expect.fresh_within.seconds)
        yield from _too_old("expect", plan, length)


def _data(plan: Plan) -> Iterator[GuardRefusal]:
    """What the audiences' tables are of: other YAML, another day, data that are too old."""
    at = plan.asked.as_of
    for name, mark in plan.marks.items():
        built = f"{mark.as_of:%Y-%m-%d %H:%M} UTC"
        if mark.digest != plan.sync.digests[name]:
            yield GuardRefusal(
                "edited",
                f"the audience '{name}' was edited after its table was built, as of {built}",
                "run `cdp-activate build`, which compiles and builds it",
            )
        if _is_another_day(plan, mark):
            yield GuardRefusal(
                "as_of",
                f"it is to be judged at {at:%Y-%m-%d %H:%M} UTC, the table of '{name}' was built "
                f"as of {built}",
                f"run `cdp-activate build --as-of {at:%Y-%m-%dT%H:%MZ}` first, or leave --as-of "
                "out",
            )
    if plan.sync.settings.guards.fresh_within is not None:
        yield from _too_old("fresh_within", plan, plan.sync.settings.guards.fresh_within)


def _too_old(guard: str, plan: Plan, within: timedelta) -> Iterator[GuardRefusal]:
    """Data that are older than this, or of which dbt does not say how old they are."""
    complaints = [age.complaint(plan.asked.as_of, within) for age in plan.ages]
    for complaint in filter(None, complaints):
        yield GuardRefusal(
            guard,
            complaint,
            "run `dbt source freshness` and `cdp-activate build`, in this order, before the sync",
        )


def _is_another_day(plan: Plan, mark: Mark) -> bool:
    """Whether --as-of names another day than the table's; never before the table's, said or not.

    The time of day goes on after a build, as it should: how far is what `fresh_within` says.
    """
    zone = ZoneInfo(plan.sync.audience.timezone)
    day, built = (at.astimezone(zone).date() for at in (plan.asked.as_of, mark.as_of))
    return day != built if plan.asked.is_replay else day < built


def enforce(plan: Plan, allow: Collection[str] = ()) -> None:
    """Raise GuardError for the guards that refuse and are not allowed."""
    found = list(refusals(plan))
    refused = [refusal for refusal in found if refusal.guard not in allow]
    if refused:
        names = list(dict.fromkeys(refusal.guard for refusal in refused))
        reasons = "; ".join(_reasons(refused))
        # Those that are lifted already must be lifted then too.
        lift = " ".join(dict.fromkeys(f"--allow {refusal.guard}" for refusal in found))
        meant = f"if this is meant, run it with {lift}"
        remedies = list(dict.fromkeys(refusal.remedy for refusal in refused if refusal.remedy))
        raise GuardError(
            f"the sync '{plan.sync.name}' was refused, nothing was sent. {reasons}",
            guards=names,
            remedy="; ".join([*remedies, meant]),
        )


def _reasons(refused: Sequence[GuardRefusal]) -> Iterator[str]:
    """What they say; of one guard that refuses many lists, the first few."""
    messages: dict[str, list[str]] = {}
    for refusal in refused:
        messages.setdefault(refusal.guard, []).append(refusal.message)
    for guard, said in messages.items():
        yield from (f"{guard}: {message}" for message in said[:_MOST_TOLD])
        if len(said) > _MOST_TOLD:
            yield f"{guard}: and {len(said) - _MOST_TOLD:,} more like it"
