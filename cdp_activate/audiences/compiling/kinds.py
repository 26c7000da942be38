"""The classes of conditions, each with the function that writes its SQL."""

from __future__ import annotations

from typing import Any

from cdp_activate.audiences.compiling.chosen import bucket, listed
from cdp_activate.audiences.compiling.consents import consent
from cdp_activate.audiences.compiling.events import event
from cdp_activate.audiences.compiling.memberships import member
from cdp_activate.audiences.compiling.scope import Builder
from cdp_activate.audiences.compiling.stages import stage
from cdp_activate.audiences.compiling.traits import trait
from cdp_activate.audiences.model import Consent, Event, Listed, Member, Sample, Stage, Test

BUILDERS: dict[type[Any], Builder] = {
    Test: trait,
    Event: event,
    Stage: stage,
    Member: member,
    Consent: consent,
    Listed: listed,
    Sample: bucket,
}
