"""Several people with one address, at a platform that knows people by address alone."""

from __future__ import annotations

from typing import Any

import pytest
from bed import AS_OF, LIST, Bed, Person, person

from cdp_activate.receiver import Nature, SimulatedPlatform

OURS, NEW = "ours@example.com", "new@example.com"
HELD = {"same identifiers as another member": 1}


class Home:
    """A bed, a platform that knows people by e-mail address, and what both hold."""

    def __init__(self, bed: Bed) -> None:
        self.bed = bed
        self.platform = SimulatedPlatform(Nature(matches_on="email"))

    def holds(self, *everyone: Person, **options: Any) -> dict[str, str]:
        """Run until nothing is left to do: address -> key, on the list and in the ledger."""
        self.bed.build(everyone)
        self.last = self.bed.run(transport=self.platform.transport, **options)
        listed = {one: row["key"] for one, row in self.platform.lists.get(LIST, {}).items()}
        ledger = "select json_extract_string(identifiers, '$.email'), entity_key from {ledger}"
        assert dict(self.bed.rows(ledger)) == listed, "the ledger is what was acknowledged"
        calls = self.platform.calls
        assert 0 == self.bed.run(transport=self.platform.transport).plan.changes
        assert calls == self.platform.calls, "a run after it had something to do"
        return listed


@pytest.fixture
def home(bed: Bed) -> Home:
    bed.mail("matches_on: identifiers")
    return Home(bed)


def test_one_of_them_is_there_until_the_last_leaves(home: Home) -> None:
    ann, bob = person("ann", email=OURS), person("bob", email=OURS)
    assert {OURS: "bob"} == home.holds(bob)
    assert {OURS: "bob"} == home.holds(ann, bob), "who is there already goes before others"
    assert HELD == home.last.plan.held_back
    assert {OURS: "ann"} == home.holds(ann)
    assert {"person.eve@example.com": "eve"} == home.holds(person("eve"))


def test_two_who_come_together_are_one_and_changes_of_the_other_send_nothing(home: Home) -> None:
    ann, bob = person("ann", email=OURS), person("bob", email=OURS)
    assert {OURS: "ann"} == home.holds(ann, bob)
    assert {OURS: "ann"} == home.holds(ann, person("bob", email=OURS, points=9))
    assert 0 == home.last.record.calls
    assert {OURS: "ann"} == home.holds(person("ann", email=OURS, points=9), bob)
    assert 1 == home.last.record.updated


def test_who_moves_to_the_address_of_another_leaves_their_own(home: Home) -> None:
    ann, bob = person("ann", email=OURS), person("bob")
    home.holds(ann, bob)
    assert {OURS: "ann"} == home.holds(ann, person("bob", email=OURS))
    assert (1, 0) == (home.last.record.removed, home.last.record.moved)
    # They change places: each gets what the other had.
    home.holds(ann, bob)
    swapped = {bob.email: "ann", OURS: "bob"}
    assert swapped == home.holds(person("ann", email=bob.email), person("bob", email=OURS))


def test_a_ledger_with_two_of_one_address_loses_one_without_a_removal(home: Home) -> None:
    """As one that was filled before this was heeded."""
    ann, bob = person("ann", email=OURS), person("bob", email=OURS)
    home.bed.build([ann, bob])
    home.bed.mail("matches_on: key")
    home.bed.run(transport=home.platform.transport)
    home.bed.mail("matches_on: identifiers")
    home.bed.build([ann])
    home.bed.run(transport=home.platform.transport)
    assert {OURS} == set(home.platform.lists[LIST]), "who stays was removed"
    assert {"ann"} == home.bed.ledger
    # And one of them who moves away takes nothing with them.
    home.bed.build([ann, bob])
    home.bed.mail("matches_on: key")
    home.bed.run(transport=home.platform.transport)
    home.bed.mail("matches_on: identifiers")
    home.bed.build([ann, person("bob", email=NEW)])
    assert 1 == home.bed.run(transport=home.platform.transport).record.updated
    assert {OURS, NEW} == set(home.platform.lists[LIST])
    assert {"ann", "bob"} == home.bed.ledger


def test_where_keys_tell_people_apart_each_is_sent(home: Home) -> None:
    everyone = [person("ann", email=OURS), person("bob", email=OURS)]
    home.bed.build(everyone)
    home.bed.change_sync("{email: email}", "{email: email, external_id: customer_id}")
    assert 2 == home.bed.plan()[0].changes
    home.bed.change_sync(", external_id: customer_id", "")
    assert 1 == home.bed.plan()[0].changes
    home.bed.mail("matches_on: key")
    assert 2 == home.bed.plan(as_of=AS_OF)[0].changes
