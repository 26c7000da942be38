"""Mailchimp, against an emulator of it and its own API description."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from api import ApiContract
from emulators.mailchimp import AUDIENCE, KEY, Mailchimp, digest
from emulators.platform import a_few_times
from pydantic import ValidationError

from cdp_activate.destinations.mailchimp import MailchimpDestination
from cdp_activate.destinations.rows import Row
from cdp_activate.errors import DestinationError, RefusedError, RetryError
from cdp_activate.http import Response
from cdp_activate.testing import STATUSES, person

SETTINGS = {"api_key": KEY, "audience": AUDIENCE, "create_fields": True}


class TestMailchimp(ApiContract):
    kind = MailchimpDestination
    settings = SETTINGS
    emulator = Mailchimp
    secret = KEY
    pause = None
    # Without JSON it is the guard against too many calls.
    statuses = {**STATUSES, 403: RetryError}
    files = ("mailchimp/mailchimp-activation.openapi.json",)
    undescribed = {
        "GET /3.0/lists/{audience}/segments/{number}/members": "https://mailchimp.com/developer/"
        "marketing/api/list-segment-members/list-members-in-segment/",
    }
    operations = {
        "GET /lists/{list_id}",
        "POST /lists/{list_id}",
        "GET /lists/{list_id}/tag-search",
        "POST /lists/{list_id}/segments",
        "GET /lists/{list_id}/segments/{segment_id}",
        "POST /lists/{list_id}/segments/{segment_id}",
        "GET /lists/{list_id}/merge-fields",
        "POST /lists/{list_id}/merge-fields",
        "PATCH /lists/{list_id}/members/{subscriber_hash}",
        "POST /lists/{list_id}/members/{subscriber_hash}/actions/delete-permanent",
    }

    def test_nobody_is_subscribed_again(self, destination, platform):
        """Who unsubscribed keeps that status, with new fields and the tag."""
        email = person(1).identifiers["email"]
        platform.contacts[digest(email)] = {
            "email_address": email,
            "status": "unsubscribed",
            "merge_fields": {},
        }

        destination.upsert(destination.open("VIP"), [person(1), person(2)])

        statuses = {one["email_address"]: one["status"] for one in platform.contacts.values()}
        assert statuses == {email: "unsubscribed", "person.2@example.com": "transactional"}
        assert platform.members("VIP")[person(1).key]["fields"] == {"first_name": "Person 1"}
        assert set(platform.members("VIP")) == {person(1).key, person(2).key}

    def test_no_call_ever_writes_the_status_of_someone_who_is_there(self, destination, platform):
        list_id = destination.open("VIP")
        for _ in range(2):
            destination.upsert(list_id, [person(1)])
        destination.remove(list_id, [person(1)])

        bodies = [call.body for call in platform.seen if call.body]
        assert [body["update_existing"] for body in bodies if "members" in body] == [False] * 2
        assert not [body for body in bodies if "status" in body]
        assert [one["status"] for one in platform.contacts.values()] == ["transactional"]

    def test_leaving_takes_the_tag_off_and_archives_nobody(self, destination, platform):
        list_id, other = destination.open("VIP"), destination.open("Newcomers")
        for one in (list_id, other):
            destination.upsert(one, [person(1)])

        destination.remove(list_id, [person(1), person(9)])

        assert platform.members("VIP") == {}
        assert set(platform.members("Newcomers")) == {person(1).key}
        assert not [call for call in platform.seen if call.method == "DELETE"]

    def test_rows_that_mailchimp_refuses_are_named(self, destination, platform):
        """One for its address, one for its state; the reasons quote neither."""
        rows = [person(number) for number in range(4)]
        list_id = destination.open("VIP")
        destination.upsert(list_id, [rows[3]])
        platform.refused = {rows[1].identifiers["email"]}
        platform.fixed = {rows[3].identifiers["email"]}

        receipt = destination.upsert(list_id, rows)

        assert receipt.rejected == {
            rows[1].key: "*** looks fake or invalid.",
            rows[3].key: "Member In Compliance State",
        }

    def test_who_cannot_be_tagged_is_named(self, destination, platform):
        list_id = destination.open("VIP")
        refused = {"email_addresses": [person(1).identifiers["email"]], "error": "not tagged"}
        answers = [
            platform.said(200, {"errors": []}),
            platform.said(200, {"errors": [refused]}),
        ]
        platform.misbehave(*answers)

        receipt = destination.upsert(list_id, [Row(r.key, r.identifiers) for r in (person(1),)])

        assert receipt.rejected == {person(1).key: "not tagged"}

    def test_an_address_that_is_written_another_way_is_found_by_halving(
        self, destination, platform
    ):
        """Such as of a host with letters beyond ASCII: it must not stop everybody's sync."""
        list_id = destination.open("VIP")
        rows = [Row("c", {"email": "ann@bücher.example"}), Row("d", {"email": "d@example.com"})]
        error = {"email_address": "ann@xn--bcher-kva.example", "error": "looks fake"}
        platform.misbehave(*[platform.said(200, {"errors": [error]})] * 2)

        with pytest.raises(RefusedError, match="its own way"):
            destination.upsert(list_id, rows)
        assert destination.upsert(list_id, rows[:1]).rejected == {"c": "looks fake"}

    def test_who_has_the_tag_already_is_not_refused(self, destination, platform):
        error = {"email_addresses": ["person.1@example.com"], "error": "already in the segment"}
        platform.misbehave(
            platform.said(200, {"errors": []}), platform.said(200, {"errors": [error]})
        )

        assert not destination.upsert("7", [Row("c", {"email": "person.1@example.com"})]).rejected

    def test_the_guard_against_too_many_calls_is_no_missing_right(self, connect, platform):
        html = Response(403, {"content-type": "text/html"}, b"<h1>Forbidden</h1>")
        platform.misbehave(html)

        with pytest.raises(RetryError, match="no more calls"):
            connect(platform.transport()).check()

    def test_the_status_of_who_is_created_is_a_setting(self, platform):
        settings = MailchimpDestination.Settings(**SETTINGS, status_if_new="subscribed")
        destination = MailchimpDestination(settings, transport=platform.transport())

        destination.upsert(destination.open("VIP"), [person(1)])

        assert [one["status"] for one in platform.contacts.values()] == ["subscribed"]

    def test_an_audience_that_is_not_there_is_said(self, platform):
        settings = MailchimpDestination.Settings(api_key=KEY, audience="zz")
        destination = MailchimpDestination(settings, transport=platform.transport())

        with pytest.raises(DestinationError, match="no audience"):
            destination.check()

    def test_fields_go_by_tag_or_by_name(self, destination, platform):
        platform.fields["FNAME"] = {"tag": "FNAME", "name": "First Name", "type": "text"}
        row = Row("c", {"email": "ann@example.com"}, {"fname": "Ann", "lifetime value": Decimal(7)})

        destination.upsert(destination.open("VIP"), [row])

        (contact,) = platform.contacts.values()
        assert contact["merge_fields"] == {"FNAME": "Ann", "MMERGE2": 7}
        assert platform.fields["MMERGE2"]["type"] == "number"

    def test_values_take_the_form_of_the_field_that_is_there(self, destination, platform):
        """A date of birth goes without its year, an address by its parts."""
        for tag, kind in (("BORN", "birthday"), ("SEEN", "date"), ("HOME", "address")):
            platform.fields[tag] = {"tag": tag, "name": tag, "type": kind}
        home = {"addr1": "1 Ink St", "city": "Huế", "state": "", "zip": 53000, "country": None}
        seen = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)
        row = person(1, born=date(1990, 2, 3), seen=seen, home=home)
        destination.upsert(destination.open("VIP"), [row])

        (held,) = platform.contacts.values()
        fields = {tag: held["merge_fields"][tag] for tag in ("BORN", "SEEN", "HOME")}
        address = {**home, "zip": "53000", "country": ""}
        assert fields == {"BORN": "02/03", "SEEN": "2026-11-28", "HOME": address}

    def test_a_page_of_members_that_comes_again_does_not_go_round_for_ever(self, connect, platform):
        page = {"members": [{"email_address": "a@example.com"}] * 1_000}

        with pytest.raises(DestinationError, match="next page"):
            list(connect(a_few_times(platform.said(200, page))).members("1"))

    def test_none_clears_a_field(self, destination, platform):
        list_id = destination.open("VIP")
        destination.upsert(list_id, [person(1, plan="gold")])
        destination.upsert(list_id, [person(1, plan=None)])

        assert platform.members("VIP")[person(1).key]["fields"]["plan"] == ""

    def test_no_room_for_another_field_blames_no_row(self, destination, platform):
        platform.room = 0

        with pytest.raises(DestinationError, match="refused to make a field") as raised:
            destination.upsert(destination.open("VIP"), [person(1)])

        assert type(raised.value) is DestinationError


def test_a_key_without_its_data_centre_is_refused_without_showing_it():
    with pytest.raises(ValidationError) as raised:
        MailchimpDestination.Settings(api_key="0123456789abcdef", audience="a")

    assert "0123456789abcdef" not in str(raised.value)


def test_a_batch_keeps_to_the_limits():
    limits = MailchimpDestination.limits

    assert MailchimpDestination.batch_size <= limits["members"].most
    assert MailchimpDestination.batch_size <= limits["segment"].most
    assert MailchimpDestination.concurrency < limits["connections"].most
