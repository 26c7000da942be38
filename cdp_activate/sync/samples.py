"""A few steps of a plan, to look at: what is personal is masked, keys are shown as they are.

A key may still be an address: what looks like one is masked wherever it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cdp_activate.masks import masked, masked_key, personal
from cdp_activate.sync.counts import ACTIONS
from cdp_activate.sync.model import Sync
from cdp_activate.sync.plan import Plan, PlanStep


@dataclass(frozen=True)
class StepSample:
    """One step, masked. `was` are the identifiers at the destination, where they differ.

    Of people who are held back there is the key, the `reason`, and which of their identifiers
    are `not_valid`: a plan holds no value that may not be sent.
    """

    key: str
    identifiers: Mapping[str, str]
    fields: Mapping[str, Any]
    was: Mapping[str, str]
    reason: str | None
    not_valid: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The sample for machines."""
        return asdict(self)


def samples(plan: Plan, count: int) -> dict[str, list[StepSample]]:
    """Up to `count` steps of each action that the plan has, and as `held` of each reason."""
    if not count:
        return {}
    shown = _shown(plan.sync)
    found = {
        action: [_sample(step, shown) for step in plan.some(count, action)]
        for action in ACTIONS
        if plan.counts[action]
    }
    found["held"] = [
        _sample(step, shown)
        for reason in sorted(plan.held_back)
        for step in plan.some(count, "held", "kept", reason=reason)
    ]
    return {action: steps for action, steps in found.items() if steps}


def _shown(sync: Sync) -> dict[str, Callable[[Any], Any]]:
    """How each field is shown: as it is where all its values are known, like a stage."""
    columns = sync.audience.entity.model.columns
    found: dict[str, Callable[[Any], Any]] = {}
    for name, mapped in sync.fields.items():
        read = [columns[one] for one in mapped.columns if one in columns]
        if any(one.pii for one in read):
            found[name] = personal
        elif all(one.values for one in read):
            found[name] = lambda value: value
        else:
            found[name] = masked
    return found


def _sample(step: PlanStep, shown: Mapping[str, Callable[[Any], Any]]) -> StepSample:
    was = step.sent_identifiers if step.sent_identifiers != step.identifiers else {}
    sent = step.fields.items() if step.action in ("add", "update", "move") else ()
    return StepSample(
        masked_key(step.key),
        {name: _identifier(name, value) for name, value in step.identifiers.items()},
        {name: shown[name](value) for name, value in sent if value is not None},
        {name: _identifier(name, value) for name, value in was.items()},
        step.reason,
        step.not_valid,
    )


def _identifier(name: str, value: str) -> str:
    return masked_key(value) if name == "external_id" else str(masked(value))
