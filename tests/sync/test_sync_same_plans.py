"""The same people, on DuckDB and on PostgreSQL: the same plans, and the same lists after them.

People are drawn: households share addresses and numbers, values are as people write them, and
as nobody should. `CDP_COMPANIES` says how many companies are drawn, `CDP_SEED` from
where: `make test-postgres` draws a dozen.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from bed import AS_OF, Bed, Person
from postgres_bed import PostgresBed
from postgres_server import Server

from cdp_activate.receiver import Receiver
from cdp_activate.sync.counts import ACTIONS
from cdp_activate.sync.plan import PlanStep
from cdp_activate.sync.plan_sql import PlanOptions
from cdp_activate.sync.planning import planned

SEED = int(os.environ.get("CDP_SEED", "20260310"))
COMPANIES = int(os.environ.get("CDP_COMPANIES", "1"))
ROUNDS = 2

SYNCS = [
    "",
    "mode: upsert",
    "mode: events",
    "per: first_name\nlist: '{per}'",
    "suppress: [staff]",
    "mode: upsert\nper: {sql: \"coalesce(first_name, 'none')\"}\nlist: 'List {per}'",
]
ADS = {
    "google_ads": "first_name: first_name, last_name: first_name, country: first_name, "
    "postcode: phone",
    "meta_ads": "external_id: customer_id, city: first_name, state: phone, postcode: phone",
    "tiktok_ads": "mobile_ad_id: first_name",
}
"""Platforms that take digests, and what they may be sent beside address and number."""

NAMES = [
    None, "", " ", "Ada", "ada ", "Zoë", "Zoe\u0308", "O'Hara", 'a"b', "back\\slash", "İpek", "ẞß",
    "ΣΑΣ", "李小龙", "👩‍👩‍👧", "\u00a0Bo\u200b", "a{b}c%d_e?", "NULL", "x" * 300,
]  # fmt: skip
EMAILS = [
    None, "", "nobody", "@", "a@b", " ADA@Example.COM ", "ada@example.com", "A.da+x@gmail.com",
    "ada@googlemail.com", "ıstanbul@example.com", "İ@example.com", "ünal@example.com", "x@y.z",
    "o'hara@example.com", "a b@example.com", "a@ex_ample.com", "f" * 64, "F" * 64, "e\u0301@ex.com",
]  # fmt: skip
PHONES = [
    None, "", "-", "0170 1234567", "+49 170 1234567", "+491701234567", "0049170/1234567", "12",
    "+84 90 123 45 67", "(030) 123456", "+1 650-253-0000", "٠١٧٠١٢٣٤٥٦٧", "+39 06 1234567",
    "0" * 20, "+491701234567\u200b", "not a number", "0171-2345678 ext. 5",
]  # fmt: skip
IDENTIFIERS = "{email: email, phone: phone}\ndefault_region: DE"
FIELDS = "fields: {FNAME: first_name, POINTS: points, B: balance, S: since, T: tags}\n"
ADS_SYNC = "sync: vips_to_mail\naudience: vips\ndestination: ads\nconsent: email_marketing\n"
SINCE = [None, datetime(1, 1, 1), datetime(1969, 12, 31, 23, 59, 59), datetime(2026, 3, 10, 12, 5)]


def drawn(chance: random.Random) -> Person:
    few = chance.random() < 0.5
    return Person(
        "",
        email=f"p{chance.randint(0, 9)}@example.com" if few else chance.choice(EMAILS),
        phone=chance.choice(PHONES),
        first_name=chance.choice(NAMES),
        points=chance.choice([None, 0, 1, -(2**30), 2**31 - 1]),
        balance=chance.choice([None, "0.00", "129.90", "-1.05"]),
        tags=chance.choice([None, [], ["a", None, "é"]]),
        since=chance.choice(SINCE),
        consent=chance.choice(["granted", "granted", "granted", "withdrawn", None]),
        variant=chance.choice(["treatment", "treatment", "treatment", "holdout"]),
        known=chance.random() < 0.95,
        member=chance.random() < 0.9,
    )


def company(chance: random.Random) -> Iterator[list[Person]]:
    """The people of each round."""
    everyone = {f"{number:x}": drawn(chance) for number in range(40)}
    for _ in range(ROUNDS):
        yield [replace(one, key=key) for key, one in everyone.items()]
        for key in chance.sample(sorted(everyone), 10):
            everyone[key] = drawn(chance)


def seen(bed: Bed) -> dict[str, Any]:
    """All that a plan says."""
    with (
        bed.warehouse() as warehouse,
        planned(bed.the_sync, bed.project.catalog, warehouse, PlanOptions(AS_OF)) as plan,
    ):
        actions = (*ACTIONS, "held", "kept", "left", "forget")
        steps = {action: sorted(map(_told, plan.steps(action))) for action in actions}
        return {**plan.as_dict(), "steps": steps}


def _told(step: PlanStep) -> str:
    values = (step.identifiers, step.fields, step.sent_identifiers, step.reason, step.not_valid)
    return f"{step.key} {json.dumps(values, sort_keys=True, default=str)}"


def state(bed: Bed) -> list[Any]:
    """What is on the lists, and what the ledger holds."""
    rows = bed.rows("select list, entity_key, identifiers from {ledger} order by 1, 2")
    ledger = [(name, key, json.loads(identifiers)) for name, key, identifiers in rows]
    return [bed.receiver.lists, [(*one, {k: v for k, v in of.items() if v}) for *one, of in ledger]]


@pytest.mark.parametrize("story", range(COMPANIES))
def test_both_warehouses_plan_the_same(story: int, tmp_path: Path, postgres: Server) -> None:
    chance = random.Random(f"{SEED} {story}")
    more, place = SYNCS[story % len(SYNCS)], list(ADS)[story % len(ADS)]
    with ExitStack() as stack:
        beds = [
            Bed(tmp_path / "duckdb", stack.enter_context(Receiver())),
            PostgresBed(tmp_path / f"postgres_{story}", stack.enter_context(Receiver()), postgres),
        ]
        stack.callback(beds[1].close)  # type: ignore[attr-defined]
        staff = "create table {}audience_staff (customer_id varchar, variant varchar)"
        for bed, schema in zip(beds, ("", "main."), strict=True):
            bed.execute(staff.format(schema))
            bed.execute(f"insert into {schema}audience_staff values ('5', 'treatment')")
            bed.write("audiences/staff.yml", "audience: staff\nwhere: {trait: points, gte: 0}\n")
            bed.change_sync("{email: email}", IDENTIFIERS)
            bed.change_sync("fields: {FNAME: first_name, POINTS: points}\n", FIELDS)
            bed.change_sync("guards: {", f"{more}\nguards: {{max_lists: 99, ")
        for everyone in company(chance):
            for bed in beds:
                bed.build(everyone)
            one, other = map(seen, beds)
            assert one == other, f"seed {SEED}"
            for bed in beds:
                bed.run()
            assert state(beds[0]) == state(beds[1]), f"seed {SEED}"
        for bed in beds:
            identifiers = IDENTIFIERS.replace("phone}", f"phone, {ADS[place]}}}")
            bed.write("syncs/vips.yml", f"{ADS_SYNC}identifiers: {identifiers}\n")
            bed.write("syncs/destinations.yml", f"destinations: {{ads: {{type: {place}}}}}\n")
        one, other = map(seen, beds)
        assert one == other, f"seed {SEED}"
        assert one["steps"]["held"] and one["steps"]["add"]
