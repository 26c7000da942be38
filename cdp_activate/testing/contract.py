"""What every destination does, whatever it speaks to."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from cdp_activate.destinations.base import Destination
from cdp_activate.destinations.rows import Receipt, Row
from cdp_activate.identifiers import rule_set
from cdp_activate.testing.people import (
    IDENTIFIERS,
    TEXTS,
    VALUES,
    WRITTEN_OTHERWISE,
    Platform,
    TimeLimited,
    as_sent,
    bare,
    deliver,
    deliver_all,
    missing,
    person,
    require,
)


class DestinationContract(TimeLimited):
    """Fixtures wanted: `destination`, and `platform` (see `Platform`)."""

    list_name = "Left-handed · khách hàng VIP"

    def row(self, destination: Destination[Any], number: int, **fields: Any) -> Row:
        """Someone who does not exist, as the engine hands them over.

        Override it for a platform that knows nobody by an e-mail address.
        """
        return as_sent(destination, person(number, **fields))

    def test_its_identifiers_have_rules(self, destination: Destination[Any]) -> None:
        """Where anything is hashed, nothing is sent plain for want of a rule."""
        rules = rule_set(destination.rules)
        if any(rule.hashed for rule in rules.rules.values()):
            strange = sorted(set(destination.identifiers) - set(rules.rules))
            require(not strange, f"no rule of '{rules.name}' for {', '.join(strange)}")
            require(bool(destination.identifiers), "whatever a sync maps would be sent plain")

    def test_check_changes_nothing(self, destination: Destination[Any], platform: Platform) -> None:
        """`check` passes on a platform in order, and adds nobody."""
        destination.check()
        require(not platform.members(self.list_name), "check() put someone on the list")

    def test_opening_twice_gives_one_list(
        self, destination: Destination[Any], platform: Platform
    ) -> None:
        """The second opening finds what the first one made."""
        first, second = destination.open(self.list_name), destination.open(self.list_name)
        require(first == second, "open() twice gave two ids")
        deliver(destination, "upsert", first, [self.row(destination, 1)])
        deliver(destination, "upsert", second, [self.row(destination, 2)])
        self._holds(platform, [1, 2])

    def test_two_names_are_two_lists(
        self, destination: Destination[Any], platform: Platform
    ) -> None:
        """Names that look alike are not the same list, and no character in one is special."""
        names = [self.list_name, self.list_name.upper(), self.list_name.replace(" ", "-")]
        names += ["a/b?c#d&e=f", "100% \"VIP\" \\ 'A', (B)"]
        ids = [destination.open(name) for name in names]
        require(len(set(ids)) == len(names), "two list names share an id")
        again = [destination.open(name) for name in names]
        require(again == ids, "a list among others was not found again: are all pages read?")
        for number, list_id in enumerate(ids):
            deliver(destination, "upsert", list_id, [self.row(destination, number)])
        for number, name in enumerate(names):
            require(set(platform.members(name)) == {person(number).key}, "two lists are mixed")

    def test_adding_twice_equals_adding_once(
        self, destination: Destination[Any], platform: Platform
    ) -> None:
        """A batch repeated leaves the same list, with the fields sent last; None clears one."""
        list_id = destination.open(self.list_name)
        rows = [self.row(destination, 1, plan="basic"), self.row(destination, 2)]
        deliver(destination, "upsert", list_id, rows)
        deliver(destination, "upsert", list_id, rows)
        deliver(destination, "upsert", list_id, [self.row(destination, 1, plan="gold")])
        self._holds(platform, [1, 2])
        if destination.takes_fields:
            fields = platform.members(self.list_name)[person(1).key]["fields"]
            require(fields.get("plan") == "gold", "the second upsert did not update the field")
            deliver(destination, "upsert", list_id, [self.row(destination, 1, plan=None)])
            fields = platform.members(self.list_name)[person(1).key]["fields"]
            require(fields.get("plan") in (None, ""), "a field without a value was not cleared")

    def test_removing_twice_equals_removing_once(
        self, destination: Destination[Any], platform: Platform
    ) -> None:
        """A removal repeated, or of someone who was never there, is no refusal."""
        list_id = destination.open(self.list_name)
        one, two, stranger = (self.row(destination, number) for number in (1, 2, 9))
        deliver(destination, "upsert", list_id, [one, two])
        for _ in range(2):
            receipt = deliver(destination, "remove", list_id, [bare(one), bare(stranger)])
            require(not receipt.rejected and not receipt.unnamed, "a repeated removal was refused")
            self._holds(platform, [2])

    def test_someone_may_come_back(self, destination: Destination[Any], platform: Platform) -> None:
        """Added, removed and added again with the same content: on the list."""
        list_id = destination.open(self.list_name)
        row = self.row(destination, 1)
        deliver(destination, "upsert", list_id, [row])
        deliver(destination, "remove", list_id, [bare(row)])
        self._holds(platform, [])
        deliver(destination, "upsert", list_id, [row])
        self._holds(platform, [1])

    def test_every_row_is_accounted_for(
        self, destination: Destination[Any], platform: Platform
    ) -> None:
        """A full batch: accepted, rejected and unnamed add up, and the list agrees, to the end."""
        rows = [
            self.row(destination, number) for number in range(min(destination.batch_size, 1000))
        ]
        list_id = destination.open(self.list_name)
        receipt = deliver(destination, "upsert", list_id, rows)
        require(receipt.rejected.keys() <= {row.key for row in rows}, "a strange key is rejected")
        accepted = len(rows) - len(receipt.rejected) - receipt.unnamed
        members = platform.members(self.list_name)
        require(accepted == len(members), "the receipt and the platform do not agree")
        require(members.keys().isdisjoint(receipt.rejected), "a rejected row is on the list")
        deliver(destination, "remove", list_id, [bare(row) for row in rows])
        left = len(platform.members(self.list_name))
        require(not left, f"{left} of a batch of {len(rows)} are still there after its removal")

    def test_a_row_that_is_refused_is_named_or_counted(
        self, destination: Destination[Any], platform: Platform
    ) -> None:
        """One bad identifier is said, and never sinks its batch."""
        refuse = getattr(platform, "refuse", None) or missing("refuse(key)")
        list_id = destination.open(self.list_name)
        rows = [self.row(destination, number) for number in range(5)]
        refuse(rows[3].key)
        receipt = deliver_all(destination, list_id, rows)
        named, counted = set(receipt.rejected), receipt.unnamed
        require(
            (named, counted) in (({rows[3].key}, 0), (set(), 1)),
            "the refusal is not in the receipt",
        )
        shown = " ".join(receipt.rejected.values())
        require(
            not any(
                str(value) in shown
                for value in (*rows[3].identifiers.values(), *rows[3].fields.values())
            ),
            "the reason quotes the person",
        )
        self._holds(platform, [0, 1, 2, 4])

    def test_no_rows_make_no_call(self, destination: Destination[Any], platform: Platform) -> None:
        """An empty batch reaches nobody."""
        list_id = destination.open(self.list_name)
        before = platform.calls()
        receipts = [destination.upsert(list_id, []), destination.remove(list_id, [])]
        if "send" in destination.verbs:
            receipts.append(destination.send(list_id, []))
        if "erase" in destination.verbs:
            receipts.append(destination.erase([]))
        require(platform.calls() == before, "an empty batch made a call")
        require(all(one == Receipt() for one in receipts), "an empty batch has something to say")

    def test_text_survives(self, destination: Destination[Any], platform: Platform) -> None:
        """Text comes out as it went in, whatever its script."""
        row = self.row(destination, 1, **TEXTS)
        deliver(destination, "upsert", destination.open(self.list_name), [row])
        member = platform.members(self.list_name)[row.key]
        for hazard, text in row.fields.items():
            if hazard in TEXTS:
                found = member["fields"].get(hazard) or ""
                require(found == text, f"text was changed on the way: {hazard}")
        require(dict(member["identifiers"]) == dict(row.identifiers), "identifiers were changed")

    def test_every_kind_of_value_can_be_sent(
        self, destination: Destination[Any], platform: Platform
    ) -> None:
        """No type that a warehouse has ends in a crash, or in a row that is refused."""
        row = self.row(destination, 1, **VALUES)
        receipt = deliver(destination, "upsert", destination.open(self.list_name), [row])
        require(not receipt.rejected and not receipt.unnamed, "a value was refused")
        self._holds(platform, [1])
        fields = platform.members(self.list_name)[row.key]["fields"]
        for name in WRITTEN_OTHERWISE:
            is_pythons = name in row.fields and fields.get(name) == str(VALUES[name])
            require(not is_pythons, f"a value is written as Python shows it: {name}")

    def test_removing_from_one_list_leaves_the_others(
        self, destination: Destination[Any], platform: Platform
    ) -> None:
        """Who leaves a list stays on every other: leaving is neither unsubscribing nor erasing."""
        names = [self.list_name, "another list"]
        ids = [destination.open(name) for name in names]
        row = self.row(destination, 1)
        for list_id in ids:
            deliver(destination, "upsert", list_id, [row])
        deliver(destination, "remove", ids[1], [bare(row)])
        require(not platform.members(names[1]), "who was removed is still on the list")
        require(set(platform.members(names[0])) == {row.key}, "another list lost someone")

    def test_any_one_identifier_is_enough_or_named(self, destination: Destination[Any]) -> None:
        """Someone who has a single one of its identifiers is taken, or refused by name."""
        list_id = destination.open(self.list_name)
        for name in set(destination.identifiers) & set(IDENTIFIERS):
            row = as_sent(destination, Row("c-00077", {name: IDENTIFIERS[name]}))
            receipt = deliver(destination, "upsert", list_id, [row])
            require(receipt.rejected.keys() <= {row.key}, "a strange key is rejected")
            require(not receipt.unnamed, f"who has {name} alone is refused without a name")
            deliver(destination, "remove", list_id, [bare(row)])

    def test_batches_may_run_side_by_side(
        self, destination: Destination[Any], platform: Platform
    ) -> None:
        """As many threads as `concurrency` allows, and nobody is lost."""
        list_id = destination.open(self.list_name)
        batches = [
            [self.row(destination, 10 * part + one) for one in range(10)] for part in range(12)
        ]
        with ThreadPoolExecutor(destination.concurrency) as threads:
            list(threads.map(lambda rows: deliver(destination, "upsert", list_id, rows), batches))
        self._holds(platform, range(120))

    def test_a_job_may_be_asked_after_again(
        self, destination: Destination[Any], platform: Platform
    ) -> None:
        """Where a platform answers later: what was settled once is settled alike again."""
        list_id = destination.open(self.list_name)
        job = destination.upsert(list_id, [self.row(destination, 1)]).job
        if job is None:
            return
        first = destination.settle(job)
        while first is None:
            first = destination.settle(job)
        require(destination.settle(job) == first, "a job was settled in two ways")

    def test_a_message_is_sent_once(
        self, destination: Destination[Any], platform: Platform
    ) -> None:
        """Where the destination sends: each row is one message, under its idempotency key."""
        if "send" not in destination.verbs:
            return
        messages = getattr(platform, "messages", None) or missing("messages()")
        list_id = destination.open(self.list_name)
        rows = [self.row(destination, number) for number in (1, 2)]
        for _ in range(2 if destination.deduplicates else 1):
            deliver(destination, "send", list_id, rows)
        require(sorted(messages()) == [row.idempotency_key for row in rows], "messages differ")

    def test_erasing_forgets_the_person_everywhere(
        self, destination: Destination[Any], platform: Platform
    ) -> None:
        """Where the destination offers `erase`, no list still holds the person."""
        if "erase" not in destination.verbs:
            return
        names = [self.list_name, "another list"]
        rows = [self.row(destination, number) for number in (1, 2)]
        for name in names:
            deliver(destination, "upsert", destination.open(name), rows)
        stranger = bare(self.row(destination, 9))
        for _ in range(2):
            receipt = destination.erase([bare(rows[0]), stranger])
            is_refused = bool(receipt.rejected or receipt.unnamed)
            require(not is_refused, "to erase someone who is not there was refused")
        for name in names:
            require(set(platform.members(name)) == {rows[1].key}, "someone was not erased")

    def test_size_is_what_the_platform_holds(
        self, destination: Destination[Any], platform: Platform
    ) -> None:
        """Where the platform tells a list's size, it is the size of the list."""
        list_id = destination.open(self.list_name)
        rows = [self.row(destination, number) for number in (1, 2)]
        deliver(destination, "upsert", list_id, rows)
        size = destination.size(list_id)
        require(size in {None, len(platform.members(self.list_name))}, "size() is wrong")

    def test_members_are_who_is_on_the_list(
        self, destination: Destination[Any], platform: Platform
    ) -> None:
        """Where the platform tells who is on a list: all of those, by an identifier of the row."""
        list_id = destination.open(self.list_name)
        if destination.members(list_id) is None:
            return
        rows = [self.row(destination, number) for number in range(120)]
        most = min(destination.batch_size, len(rows))
        for start in range(0, len(rows), most):
            deliver(destination, "upsert", list_id, rows[start : start + most])
        deliver(destination, "remove", list_id, [bare(row) for row in rows[:2]])
        told = list(destination.members(list_id) or ())
        require(len(told) == len(rows) - 2, f"{len(told)} members are told of, not {len(rows) - 2}")
        pairs = {pair for one in told for pair in one.items()}
        strange = [row for row in rows[2:] if pairs.isdisjoint(row.identifiers.items())]
        require(not strange, "a member is told of by no identifier of its row")
        require(destination.size(list_id) in {None, len(told)}, "size() is not that of all pages")

    def _holds(self, platform: Platform, numbers: Sequence[int]) -> None:
        expected = {person(number).key for number in numbers}
        found = set(platform.members(self.list_name))
        require(found == expected, f"the list holds {len(found)} people, not {len(expected)}")
