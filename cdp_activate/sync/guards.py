"""Guards: what a run refuses to do before it has sent anything."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from cdp_activate.errors import GuardError
from cdp_activate.sync.plan import Plan


@dataclass(frozen=True)
class Refusal:
    """One guard that refuses, and the numbers it saw."""

    guard: str
    message: str
    remedy: str = ""


def refusals(plan: Plan) -> list[Refusal]:
    """The guards that this plan breaks."""
    return list(_broken(plan))


def _broken(plan: Plan) -> Iterator[Refusal]:
    guards, counts = plan.sync.settings.guards, plan.counts
    held = plan.ledger_size
    # Who leaves an audience of events is told of again when they come back.
    leaving = counts["remove"] + counts["forget"]
    if leaving and not plan.audience_size:
        yield Refusal("emptied", f"the audience is empty, the list holds {held:,}")
    if guards.first_run and plan.first_run and counts["add"]:
        yield _first_run(plan)
    if guards.max_remove and held and not guards.max_remove.allows(leaving, held):
        yield Refusal(
            "max_remove", f"would remove {leaving:,} of {held:,}, more than {guards.max_remove}"
        )
    if guards.max_change and held and not guards.max_change.allows(plan.changes, held):
        yield Refusal(
            "max_change",
            f"would change {plan.changes:,} rows of a list of {held:,}, more than "
            f"{guards.max_change}",
        )
    if guards.min_size is not None and plan.audience_size < guards.min_size:
        yield Refusal(
            "min_size", f"the audience has {plan.audience_size:,}, fewer than {guards.min_size:,}"
        )
    yield from _expectations(plan)


def _first_run(plan: Plan) -> Refusal:
    """Nothing was ever sent: a wrong list, audience or mapping would go to everyone at once."""
    settings, count = plan.sync.settings, plan.counts["add"]
    held = sum(plan.held_back.values())
    less = f", {held:,} held back" if held else ""
    of = f"{count:,} of the {plan.audience_size:,} in the audience{less}"
    if settings.mode == "events":
        # They entered before anybody watched, and a message cannot be taken back.
        return Refusal(
            "first_run",
            f"would message {of}, through {settings.destination}, which were all there before",
            "to message only those who enter later, start while the audience is empty",
        )
    return Refusal(
        "first_run",
        f"nothing was sent yet to the list '{plan.sync.list_name}' of {settings.destination}: "
        f"would add {of}",
        "look at it with `cdp-activate plan`; when people are on that list already, "
        "`cdp-activate adopt` takes them over first",
    )


def _expectations(plan: Plan) -> Iterator[Refusal]:
    expect, size, before = plan.sync.audience.expect, plan.audience_size, plan.ledger_size
    if expect.min_size is not None and size < expect.min_size:
        yield Refusal("expect", f"the audience has {size:,}, expected at least {expect.min_size:,}")
    if expect.max_size is not None and size > expect.max_size:
        yield Refusal("expect", f"the audience has {size:,}, expected at most {expect.max_size:,}")
    if expect.max_change is not None and before:
        change = plan.counts["add"] + plan.counts["remove"]
        if change > expect.max_change * before:
            share = f"{(expect.max_change * 100).normalize():f}%"
            yield Refusal(
                "expect", f"{change:,} of {before:,} would come or go, expected at most {share}"
            )


def enforce(plan: Plan, allow: Collection[str] = ()) -> None:
    """Raise GuardError for the guards that refuse and are not allowed."""
    refused = [refusal for refusal in refusals(plan) if refusal.guard not in allow]
    if refused:
        names = list(dict.fromkeys(refusal.guard for refusal in refused))
        reasons = "; ".join(f"{refusal.guard}: {refusal.message}" for refusal in refused)
        lift = " ".join(f"--allow {name}" for name in names)
        meant = f"if this is meant, run it with {lift}"
        remedies = [refusal.remedy for refusal in refused if refusal.remedy]
        raise GuardError(
            f"the sync '{plan.sync.name}' was refused, nothing was sent. {reasons}",
            guards=names,
            remedy="; ".join([*remedies, meant]),
        )
