"""The classes of conditions, each with the function that writes its SQL."""

from __future__ import annotations

from typing import Any

from cdp_activate.audiences.compiling.assignments import assigned
from cdp_activate.audiences.compiling.changes import changed
from cdp_activate.audiences.compiling.comparing import compared
from cdp_activate.audiences.compiling.consents import consent
from cdp_activate.audiences.compiling.events import event, occurrence
from cdp_activate.audiences.compiling.keys import bucket, listed, seeded, written
from cdp_activate.audiences.compiling.memberships import member, stayed
from cdp_activate.audiences.compiling.relations import related
from cdp_activate.audiences.compiling.scope import Builder
from cdp_activate.audiences.compiling.sequences import sequence
from cdp_activate.audiences.compiling.stages import stage
from cdp_activate.audiences.compiling.traits import trait
from cdp_activate.audiences.model import (
    Assignment,
    ColumnTest,
    ConsentCondition,
    Event,
    KeyList,
    KeySample,
    KeySeed,
    MeasureComparison,
    Membership,
    MembershipHistory,
    Occurrence,
    Related,
    Sequence,
    SqlCondition,
    StageCondition,
    TraitChange,
)

BUILDERS: dict[type[Any], Builder] = {
    ColumnTest: trait,
    Event: event,
    Occurrence: occurrence,
    Sequence: sequence,
    MeasureComparison: compared,
    StageCondition: stage,
    Related: related,
    TraitChange: changed,
    Membership: member,
    MembershipHistory: stayed,
    Assignment: assigned,
    ConsentCondition: consent,
    KeyList: listed,
    KeySeed: seeded,
    KeySample: bucket,
    SqlCondition: written,
}
