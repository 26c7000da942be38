"""The kinds of conditions, each with the function that reads it."""

from __future__ import annotations

from cdp_activate.audiences.reading.assignments import experiment, journey
from cdp_activate.audiences.reading.changes import changed
from cdp_activate.audiences.reading.comparing import compared
from cdp_activate.audiences.reading.conditions import ConditionReader, KindReader
from cdp_activate.audiences.reading.consents import consent
from cdp_activate.audiences.reading.events import event
from cdp_activate.audiences.reading.keys import listed, sample
from cdp_activate.audiences.reading.memberships import member
from cdp_activate.audiences.reading.relations import related
from cdp_activate.audiences.reading.sequences import sequence
from cdp_activate.audiences.reading.stages import stage
from cdp_activate.audiences.reading.traits import trait
from cdp_activate.audiences.reading.written import written
from cdp_activate.catalog import Catalog, Entity
from cdp_activate.errors import Problem

KINDS: dict[str, KindReader] = {
    "trait": trait,
    "event": event,
    "related": related,
    "changed": changed,
    "sequence": sequence,
    "compare": compared,
    "stage": stage,
    "audience": member,
    "consent": consent,
    "list": listed,
    "sample": sample,
    "experiment": experiment,
    "journey": journey,
    "sql": written,
}


def condition_reader(
    catalog: Catalog, entity: Entity, timezone: str, audience: str, problems: list[Problem]
) -> ConditionReader:
    """A reader of conditions about `entity` that knows every kind."""
    return ConditionReader(catalog, entity, timezone, audience, problems, KINDS)
