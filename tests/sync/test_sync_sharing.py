"""Several people with one address, at a platform that knows people by address alone."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from bed import AS_OF, LIST, Bed, Person, person

from cdp_activate.http import FunctionTransport, Request, Response
from cdp_activate.receiver import PlatformBehaviour, SimulatedPlatform
from cdp_activate.sync.drift import Drift, drift

OURS, NEW = "ours@example.com", "new@example.com"
HELD = {"same identifiers as another member": 1}


class Home:
    """A bed, a platform that knows people by e-mail address, and what both hold."""

    def __init__(self, bed: Bed) -> None:
        self.bed = bed
        self.platform = SimulatedPlatform(PlatformBehaviour(matches_on="email"))

    def run(self, *everyone: Person, **options: Any) -> None:
        self.bed.build(everyone)
        self.last = self.bed.run(transport=self.platform.transport, **options)

    @property
    def listed(self) -> dict[str, str]:
        """Address -> key of whoever was sent with it last."""
        return {one: row["key"] for one, row in self.platform.lists.get(LIST, {}).items()}

    def drift(self) -> list[Drift]:
        with self.bed.warehouse() as warehouse:
            return drift(self.bed.the_sync, warehouse, transport=self.platform.transport)

    def holds(self, *everyone: Person, **options: Any) -> dict[str, str]:
        """Run until nothing is left to do: address -> key, on the list and in the ledger."""
        self.run(*everyone, **options)
        listed = self.listed
        ledger = self.bed.rows("select identifiers, entity_key from {ledger}")
        kept = {json.loads(identifiers)["email"]: key for identifiers, key in ledger}
        assert kept == listed, "the ledger is what was acknowledged"
        calls = self.platform.calls
        assert 0 == self.bed.run(transport=self.platform.transport).plan.changes
        assert calls == self.platform.calls, "a run after it had something to do"
        return listed


@pytest.fixture
def home(bed: Bed) -> Home:
    bed.mail("matches_on: identifiers\n    lists_members: true")
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


@pytest.mark.parametrize("mode", ["mirror", "upsert"])
def test_a_shared_address_beside_numbers_that_differ_is_one_entry(home: Home, mode: str) -> None:
    """Where the platform goes by address, who leaves it takes nobody off whose it is too."""
    home.bed.change_sync("{email: email}", f"{{email: email, phone: phone}}\nmode: {mode}")
    ann, bob = (
        person(name, email=OURS, phone=f"+8490123456{number}", first_name=name)
        for number, name in enumerate(["ann", "bob"])
    )
    home.run(ann, bob)
    assert HELD == home.last.plan.held_back
    assert {OURS: "ann"} == home.listed
    home.run(bob)
    assert {OURS: "bob"} == home.listed, "the address was taken away, or still speaks of who left"
    assert home.bed.ledger == ({"bob"} if mode == "mirror" else {"ann", "bob"})
    (found,) = home.drift()
    assert not found.drifted and found.missing == found.unexpected == 0
    # The number is no more than something the entry says: nobody is taken off for a new one.
    bob = replace(bob, phone="+84901234568")
    home.run(bob)
    assert (1, 0) == (home.last.record.updated, home.last.record.moved)
    if mode == "mirror":
        assert [] == home.bed.rows("select * from {former}")
        # Without an address one is known by the number; who leaves that is not asked after.
        home.run(bob, replace(bob, key="cy", email=None))
        assert 1 == home.last.record.added
        dee = person("dee", email=None, phone="+84901234569")
        home.run(bob, dee)
        assert 1 == home.last.plan.counts["forget"]
        assert {OURS} == set(home.platform.lists[LIST]) - {""}
        # With an address, they are known by that from then on.
        home.run(bob, replace(dee, email=NEW))
        assert 1 == home.last.record.moved


def test_who_has_only_a_number_that_another_had_beside_an_address_is_sent_again(home: Home) -> None:
    """The platform may have taken the two for one, and taken both off with the other."""
    home.bed.change_sync("{email: email}", "{email: email, phone: phone}")
    number = "+4915112345678"
    ann, bob = person("ann", phone=number), person("bob", email=None, phone=number)
    eve = person("eve", email=None, phone="+4915112345679")
    fingerprint = "select fingerprint = 'unknown' from {ledger} where entity_key = 'bob'"
    home.run(ann, bob, eve)
    assert 3 == home.last.record.added
    home.run(bob, eve)
    assert (1, 0) == (home.last.record.removed, home.last.record.updated)
    assert [(True,)] == home.bed.rows(fingerprint)
    home.run(bob, eve)
    assert (0, 1) == (home.last.record.removed, home.last.record.updated)
    assert [(False,)] == home.bed.rows(fingerprint)
    home.run(bob, eve)
    assert 0 == home.last.plan.changes
    # A new number beside the same address takes nobody off.
    home.run(replace(ann, phone=eve.phone), bob, eve)
    home.run(ann, bob, eve)
    assert (0, 1) == (home.last.record.removed, home.last.record.updated)
    assert [(False,)] == home.bed.rows(fingerprint)


def test_where_each_identifier_counts_only_what_nobody_else_has_is_removed(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As at Meta: two who share an address are both sent, and the address stays for the other."""
    monkeypatch.setenv("TOKEN", "a token")
    token = "access_token: \"{{ env_var('TOKEN') }}\""
    text = f"type: meta_ads\n    ad_account_id: act_1234567890\n    {token}\n"
    bed.write("syncs/destinations.yml", f"destinations:\n  mail:\n    {text}")
    bed.change_sync("{email: email}", "{email: email, phone: phone}")
    bed.change_sync("fields: {FNAME: first_name, POINTS: points}\n", "")
    held: set[str] = set()

    def meta(request: Request) -> Response:
        said: dict[str, Any] = {"data": [{"id": "1", "name": LIST, "subtype": "CUSTOM"}]}
        if "/users" in request.url:
            rows = json.loads(request.body)["payload"]["data"]
            values = {value for row in rows for value in row if value}
            (held.update if request.method == "POST" else held.difference_update)(values)
            said = {"num_received": len(rows), "num_invalid_entries": 0}
        return Response(200, {"content-type": "application/json"}, json.dumps(said).encode())

    def holds(*everyone: Person) -> int:
        bed.build(everyone)
        done = bed.run(transport=FunctionTransport(meta))
        of = {value for one in everyone for value in (one.email, one.phone)}
        digests = {sha256(str(value).lstrip("+").encode()).hexdigest() for value in of if value}
        assert held == digests
        return done.record.calls

    ann = person("ann", email=OURS, phone="+84901234561")
    bob = person("bob", email=OURS, phone="+84901234562")
    holds(ann, bob)
    holds(bob)
    holds(replace(ann, email=None, phone=bob.phone), bob)
    assert 0 == holds(bob), "nothing of who left was theirs alone"


def test_where_keys_tell_people_apart_each_is_sent(home: Home) -> None:
    everyone = [person("ann", email=OURS), person("bob", email=OURS)]
    home.bed.build(everyone)
    home.bed.change_sync("{email: email}", "{external_id: customer_id, email: email}")
    assert 2 == home.bed.plan()[0].changes
    # The endpoint goes by the first of them.
    home.bed.change_sync(
        "{external_id: customer_id, email: email}", "{email: email, external_id: customer_id}"
    )
    assert 1 == home.bed.plan()[0].changes
    home.bed.change_sync(", external_id: customer_id", "")
    assert 1 == home.bed.plan()[0].changes
    home.bed.mail("matches_on: key")
    assert 2 == home.bed.plan(as_of=AS_OF)[0].changes
