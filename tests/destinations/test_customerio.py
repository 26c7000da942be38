"""Customer.io, against an emulator of it and its own API descriptions."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from api import ApiContract
from emulators.customerio import APP_KEY, SITE, TRACK_KEY, CustomerIo

from cdp_activate.destinations.customerio import CustomerIoDestination
from cdp_activate.destinations.rows import Row
from cdp_activate.errors import AuthError, DestinationError
from cdp_activate.http import Response
from cdp_activate.testing import person

KEYS = {"site_id": SITE, "track_key": TRACK_KEY, "app_key": APP_KEY}


def known(rows):
    """The contract's people have an address alone; Customer.io needs an id too."""
    return [Row(row.key, {**row.identifiers, "external_id": row.key}, row.fields) for row in rows]


class WithIds(CustomerIoDestination):
    """The destination as it is, sent rows that have an id."""

    def upsert(self, list_id, rows):
        return super().upsert(list_id, known(rows))

    def remove(self, list_id, rows):
        return super().remove(list_id, known(rows))

    def erase(self, rows):
        return super().erase(known(rows))


class TestCustomerIo(ApiContract):
    kind = WithIds
    settings = KEYS
    emulator = CustomerIo
    secret = TRACK_KEY
    files = (
        "customerio/customerio-track-activation.openapi.json",
        "customerio/customerio-app-activation.openapi.json",
    )
    ambiguous = ("GET /v1/segments/{segment_id}/membership",)
    operations = {
        "GET /api/v1/accounts/region",
        "GET /v1/segments",
        "POST /v1/segments",
        "GET /v1/segments/{segment_id}/customer_count",
        "GET /v1/segments/{segment_id}/membership",
        "POST /api/v2/batch",
        "POST /api/v1/segments/{segment_id}/add_customers",
        "POST /api/v1/segments/{segment_id}/remove_customers",
    }

    def reading(self, destination, list_id):
        """An empty object is what Customer.io answers to a batch that it took."""
        return [lambda: destination.open(self.list_name), lambda: destination.size(list_id)]

    def large(self, number):
        texts = {f"story_{part}": "ả" * 330 for part in range(self.large_bytes // 1_000)}
        return person(number, **texts)

    def test_rows_refused_among_others_are_named(self, destination, platform):
        rows = [person(number) for number in range(4)]
        platform.refused = {rows[2].key}

        receipt = destination.upsert(destination.open("VIP"), rows)

        assert receipt.rejected == {rows[2].key: "invalid attributes.email *** is not acceptable"}
        assert set(platform.members("VIP")) == {row.key for row in rows} - {rows[2].key}

    def test_a_place_outside_the_batch_is_a_changed_answer(self, destination, platform):
        list_id = destination.open("VIP")
        platform.misbehave(platform.said(207, {"errors": [{"batch_index": 7}]}))

        with pytest.raises(DestinationError, match="batch_index"):
            destination.upsert(list_id, [person(1)])

    def test_dates_are_timestamps_and_none_clears(self, destination, platform):
        list_id = destination.open("VIP")
        fields = {"seen_at": datetime(2026, 11, 28, 9, tzinfo=UTC), "born": date(1970, 1, 2)}
        destination.upsert(list_id, [person(1, plan="gold", **fields)])
        destination.upsert(list_id, [person(1, plan=None, **fields)])

        member = platform.members("VIP")[person(1).key]
        assert member["fields"] == {
            "first_name": "Person 1",
            "seen_at": 1_795_856_400,
            "born": 86_400,
        }

    @pytest.mark.parametrize(
        ("row", "why"),
        [
            (person(1, story="x" * 1_001), "story is longer than 1,000 bytes"),
            (person(1, **{f"f{n}": 1 for n in range(300)}), "more than 300 attributes"),
            (person(1, **{f"f{n}": "x" * 990 for n in range(40)}), "more than 32,000 bytes"),
        ],
    )
    def test_whoever_is_too_large_is_named_and_the_others_go(self, destination, platform, row, why):
        receipt = destination.upsert(destination.open("VIP"), [row, person(2)])

        assert why in receipt.rejected[row.key]
        assert set(platform.members("VIP")) == {person(2).key}

    def test_a_data_driven_segment_is_not_taken(self, destination, platform):
        platform.segments[9] = {"name": "VIP", "type": "dynamic", "people": {}}

        with pytest.raises(DestinationError, match="data-driven"):
            destination.open("VIP")

    def test_a_data_driven_segment_beside_ours_is_passed_over(self, destination, platform):
        for number, kind in ((9, "dynamic"), (12, "manual"), (11, "manual")):
            platform.segments[number] = {"name": "VIP", "type": kind, "people": {}}

        assert destination.open("VIP") == "11"

    def test_a_field_that_is_consent_there_is_refused_before_sending(self, destination, platform):
        list_id = destination.open("VIP")
        for name in ("unsubscribed", "id"):
            with pytest.raises(DestinationError, match=f"field {name} as consent"):
                destination.upsert(list_id, [self.row(destination, 1, **{name: "7"})])

        assert platform.people == {}

    def test_the_wrong_region_says_the_right_one(self, destination, platform):
        platform.region = "eu"

        with pytest.raises(DestinationError) as raised:
            destination.check()

        assert "region: eu" in raised.value.remedy

    def test_a_track_key_that_is_not_accepted_is_said(self, connect, platform):
        platform.misbehave(Response(400))

        with pytest.raises(AuthError, match="Track key"):
            connect(platform.transport()).check()


def test_whoever_has_no_id_is_refused_by_name():
    platform = CustomerIo()
    settings = CustomerIoDestination.Settings(**KEYS)
    destination = CustomerIoDestination(settings, transport=platform.transport())
    list_id = destination.open("VIP")

    assert "external_id" in destination.upsert(list_id, [person(1)]).rejected[person(1).key]
    assert "external_id" in destination.remove(list_id, [person(1)]).rejected[person(1).key]
    assert platform.people == {}


def test_the_region_chooses_the_hosts():
    settings = CustomerIoDestination.Settings(**KEYS, region="eu")
    destination = CustomerIoDestination(settings)

    assert destination.base_url("/api/v2/batch") == "https://track-eu.customer.io"
    assert destination.base_url("/v1/segments") == "https://api-eu.customer.io"


def test_a_batch_keeps_to_the_limits():
    limits = CustomerIoDestination.limits

    assert CustomerIoDestination.batch_size <= limits["segment"].most
    assert CustomerIoDestination.batch_bytes == limits["batch_bytes"].most
    assert CustomerIoDestination.requests_per_second <= limits["pace"].most
