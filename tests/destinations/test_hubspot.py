"""HubSpot, against an emulator of it and a description made of its client library's models."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from api import ApiContract
from emulators.hubspot import KEY, HubSpot

from cdp_activate.destinations.hubspot import HubSpotDestination
from cdp_activate.destinations.rows import Receipt, Row
from cdp_activate.errors import DestinationError, RefusedError, RetryError
from cdp_activate.testing import deliver, person

DOCS = "https://developers.hubspot.com/docs/api-reference"


class TestHubSpot(ApiContract):
    kind = HubSpotDestination
    settings = {"access_token": KEY, "create_fields": True}
    emulator = HubSpot
    secret = KEY
    files = ("hubspot/hubspot-activation.openapi.json",)
    pause = None
    undescribed = {
        "POST /crm/v3/lists/search": f"{DOCS}/crm-lists-v3/lists/post-crm-v3-lists-search",
        "GET /crm/v3/lists/object-type-id/0-1/name/{name}": f"{DOCS}/crm-lists-v3/guide",
        "GET /crm/v3/properties/contacts": f"{DOCS}/crm-properties-v3/guide",
        "POST /crm/v3/properties/contacts": f"{DOCS}/crm-properties-v3/guide",
        "POST /crm/v3/objects/contacts/gdpr-delete": f"{DOCS}/crm-contacts-v3/guide",
    }
    beside = {"after": f"{DOCS}/crm-lists-v3/memberships/get-crm-v3-lists-listId-memberships"}
    operations = {
        "POST /crm/v3/lists",
        "POST /crm/v3/objects/contacts/batch/upsert",
        "POST /crm/v3/objects/contacts/batch/read",
        "GET /crm/v3/lists/{listId}/memberships",
        "PUT /crm/v3/lists/{listId}/memberships/add",
        "PUT /crm/v3/lists/{listId}/memberships/remove",
    }

    def test_the_size_of_a_list_that_was_deleted_is_no_changed_interface(
        self, destination, platform
    ):
        list_id = destination.open("VIP")
        platform.forget_lists()

        with pytest.raises(DestinationError, match="404"):
            destination.size(list_id)

    @pytest.mark.parametrize(
        ("about", "size"),
        [
            ({}, None),
            ({"additionalProperties": {}}, None),
            ({"additionalProperties": {"hs_list_size": None}}, None),
            ({"additionalProperties": {"hs_list_size": 3}}, 3),
        ],
    )
    def test_a_list_that_is_not_counted_yet_has_no_size(self, connect, platform, about, size):
        platform.misbehave(platform.said(200, {"lists": [{"listId": "1", **about}]}))

        assert connect(platform.transport()).size("1") == size

    def test_rows_refused_among_others_are_named(self, destination, platform):
        """207: several statuses in one answer. HubSpot's reason quotes the address."""
        platform.traces = False  # the description has them as optional
        rows = [person(number) for number in range(4)]
        platform.refused = {rows[2].identifiers["email"]}

        receipt = destination.upsert(destination.open("VIP"), rows)

        assert receipt.rejected == {rows[2].key: "Email address *** is invalid"}
        assert set(platform.members("VIP")) == {row.key for row in rows} - {rows[2].key}

    def test_a_batch_refused_altogether_makes_no_membership_call(self, destination, platform):
        platform.refused = {person(1).identifiers["email"]}

        receipt = destination.upsert(destination.open("VIP"), [person(1)])

        assert set(receipt.rejected) == {person(1).key}
        assert not [call for call in platform.seen if call.path.endswith("/add")]

    def test_a_contact_that_vanished_between_the_calls_is_named(self, connect, platform):
        destination = connect(platform.transport())
        list_id = destination.open("VIP")
        enter = platform.enter

        def vanish(call, list_id):
            del platform.contacts[call.body[0]]
            return enter(call, list_id)

        platform.routes = [
            (method, pattern, vanish if handler == enter else handler)
            for method, pattern, handler in platform.routes
        ]
        receipt = destination.upsert(list_id, [person(1), person(2)])

        assert receipt.rejected == {person(1).key: "the contact is gone"}

    def test_an_address_of_two_contacts_stops_nobody_else(self, destination, platform):
        """A 409 for one of a hundred refuses the call: the engine halves it."""
        list_id = destination.open("VIP")
        conflict = {"status": "error", "category": "CONFLICT", "message": "Contact already exists."}
        platform.misbehave(platform.said(409, {**conflict, "correlationId": str(uuid.UUID(int=7))}))

        with pytest.raises(RefusedError, match="another contact has the address"):
            destination.upsert(list_id, [Row("a", {"email": "ann@example.com"})])

    def test_an_address_that_is_written_another_way_is_found_by_halving(self, connect, platform):
        said = {"id": "7", "properties": {"email": "ann@xn--mnchen-3ya.example"}}
        rows = [Row(key, {"email": f"{key}@münchen.example"}) for key in ("ann", "bob")]
        added = {"recordsIdsAdded": ["7"], "recordIdsRemoved": [], "recordIdsMissing": []}
        upserted = platform.said(200, {"results": [said]})
        platform.misbehave(upserted, upserted, platform.said(200, added))
        destination = connect(platform.transport())

        with pytest.raises(RefusedError, match="in its own way"):
            destination.upsert("1", rows)
        assert destination.upsert("1", rows[:1]) == Receipt()

    def test_a_list_that_hubspot_fills_itself_is_refused(self, destination, platform):
        platform.lists["9"] = {"name": "VIP", "kind": "DYNAMIC", "records": {}}

        with pytest.raises(DestinationError, match="active list"):
            destination.open("VIP")

    def test_a_field_that_is_not_there_is_refused_before_sending(self, platform):
        settings = HubSpotDestination.Settings(access_token=KEY)
        destination = HubSpotDestination(settings, transport=platform.transport(), name="there")

        about = {"name": "hs_score", "modificationMetadata": {"readOnlyValue": True}}
        platform.properties["hs_score"] = about
        with pytest.raises(DestinationError, match="no field first_name, hs_score, plan"):
            destination.upsert(destination.open("VIP"), [person(1, plan="gold", hs_score=1)])

        assert not platform.contacts

    def test_fields_are_made_with_the_type_of_their_values(self, destination, platform):
        fields = {"ltv": Decimal("129.90"), "born": date(1990, 2, 3), "club": True, "note": None}
        row = Row("c-1", {"email": "anh@example.com"}, fields)
        destination.upsert(destination.open("VIP"), [row])
        destination.upsert(destination.open("VIP"), [row])

        types = {name: one.get("type") for name, one in platform.properties.items()}
        assert types == {
            "email": None,
            "born": "date",
            "club": "bool",
            "ltv": "number",
            "note": "string",
        }
        (member,) = platform.members("VIP").values()
        assert member["fields"] == {
            "ltv": "129.90",
            "born": "1990-02-03",
            "club": "true",
            "note": "",
        }

    def test_values_take_the_form_of_the_property_that_is_there(self, destination, platform):
        """HubSpot refuses an instant that is not midnight, and a list in JSON."""
        for name, kind in (("born", "date"), ("seen", "datetime"), ("likes", "enumeration")):
            platform.properties[name] = {"name": name, "type": kind}
        fields = {
            "born": datetime(1990, 2, 3, 23, 30, tzinfo=timezone(-timedelta(hours=2))),
            "seen": date(2026, 11, 28),
            "likes": ["ink", "paper"],
        }
        destination.upsert(destination.open("VIP"), [Row("c", {"email": "a@example.com"}, fields)])

        (member,) = platform.members("VIP").values()
        expected = {"born": "1990-02-04", "seen": "2026-11-28T00:00:00Z", "likes": "ink;paper"}
        assert member["fields"] == expected

    @pytest.mark.parametrize(
        ("status", "said", "after"), [(423, {}, 2.0), (477, {"retry-after": "60"}, 60.0)]
    )
    def test_an_account_that_is_locked_or_moved_is_tried_again(
        self, destination, platform, status, said, after
    ):
        platform.misbehave(platform.said(status, {"status": "error"}, said))

        with pytest.raises(RetryError) as raised:
            destination.check()

        assert raised.value.after == after

    def test_a_name_that_hubspot_does_not_take_is_refused(self, destination):
        with pytest.raises(DestinationError, match="no field called 'Plan'"):
            destination.upsert(destination.open("VIP"), [person(1, Plan="gold")])

    def test_erasing_someone_unknown_is_no_failure(self, destination):
        assert not destination.erase([person(9)]).rejected

    def test_leaving_keeps_the_contact(self, destination, platform):
        list_id = destination.open("VIP")
        deliver(destination, "upsert", list_id, [person(1)])
        destination.remove(list_id, [person(1)])

        assert platform.members("VIP") == {}
        assert len(platform.contacts) == 1


def test_a_batch_keeps_to_the_limits():
    limits = HubSpotDestination.limits

    assert HubSpotDestination.batch_size == limits["batch"].most
    assert HubSpotDestination.requests_per_second * 2 * 10 <= limits["burst"].most
