"""What an erasure finds and does, list by list; of the person it keeps nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from cdp_activate.sync.tables import KeptList

Verified: TypeAlias = Literal["gone", "still there", "the platform does not say"]


@dataclass(frozen=True)
class HeldPerson:
    """What one list holds of the person: what the ledger says, or has been sent before it.

    `as_kept` are the identifiers as the sync tables have them.
    """

    kept: KeptList
    as_kept: str = field(repr=False)

    @property
    def identifiers(self) -> dict[str, str]:
        """What the person was sent under."""
        return given(json.loads(self.as_kept))


@dataclass(frozen=True)
class ErasureStep:
    """What was done at one list.

    `outcome`: erased (the platform forgot the person), removed (taken off the list: the
    platform offers no more), failed.
    """

    sync: str
    destination: str
    list: str
    outcome: str
    verified: str
    message: str | None = None


@dataclass(frozen=True)
class Erasure:
    """An erasure and its steps. Holds nothing of the person.

    `known`: the id is one of the warehouse, of the ledger, or was erased before.
    """

    erasure_id: str
    entity: str
    steps: Sequence[ErasureStep]
    known: bool = True

    @property
    def ok(self) -> bool:
        """Whether all who held the person have let go, as far as they say."""
        return self.known and all(
            one.outcome != "failed" and one.verified != "still there" for one in self.steps
        )

    def as_dict(self) -> dict[str, Any]:
        """The erasure for machines."""
        steps = [vars(one) for one in self.steps]
        return {**vars(self), "steps": steps, "ok": self.ok}


def put_off(kept: KeptList) -> ErasureStep:
    """Nobody can be taken off a list that they are about to be put on."""
    message = (
        "a job that a stopped run left at the platform may be about the person: "
        "run the sync, which asks after it, then erase again"
    )
    about = (kept.sync, kept.destination, kept.name)
    return ErasureStep(*about, "failed", "the platform does not say", message)


def given(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}
