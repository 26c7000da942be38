"""Klaviyo, against an emulator of it and its own API description."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from api import ApiContract
from emulators.klaviyo import KEY, Klaviyo
from emulators.platform import a_few_times

from cdp_activate.destinations.klaviyo import KlaviyoDestination
from cdp_activate.destinations.rows import Row
from cdp_activate.errors import DestinationError, RetryError
from cdp_activate.http import FunctionTransport
from cdp_activate.testing import deliver, person


class TestKlaviyo(ApiContract):
    kind = KlaviyoDestination
    settings = {"api_key": KEY}
    emulator = Klaviyo
    secret = KEY
    files = ("klaviyo/klaviyo-activation.openapi.json",)
    operations = {
        "GET /api/lists",
        "POST /api/lists",
        "GET /api/lists/{id}",
        "GET /api/lists/{id}/profiles",
        "POST /api/profile-bulk-import-jobs",
        "GET /api/profile-bulk-import-jobs/{job_id}",
        "GET /api/profiles",
        "PATCH /api/profiles/{id}",
        "DELETE /api/lists/{id}/relationships/profiles",
        "POST /api/data-privacy-deletion-jobs",
    }

    def test_consent_is_never_touched(self, destination, platform):
        list_id = destination.open("VIP")
        deliver(destination, "upsert", list_id, [person(1)])
        deliver(destination, "remove", list_id, [person(1)])

        assert [one["consent"] for one in platform.profiles.values()] == ["never_subscribed"]
        assert not [call.path for call in platform.seen if "subscription" in call.path]
        assert not [call.path for call in platform.seen if "suppression" in call.path]

    def test_every_call_says_the_version_it_was_written_for(self, destination, platform):
        destination.check()

        assert platform.seen[0].headers["revision"] == KlaviyoDestination.api_version

    def test_rows_that_an_import_refuses_are_named(self, destination, platform):
        """Three pages of errors; Klaviyo's detail quotes the address, its title does not."""
        rows = [person(number) for number in range(250)]
        platform.refused = {row.identifiers["email"] for row in rows[:230]}

        receipt = deliver(destination, "upsert", destination.open("VIP"), rows)

        assert set(receipt.rejected) == {row.key for row in rows[:230]}
        assert receipt.unnamed == 0
        assert set(receipt.rejected.values()) == {"Invalid email address (email)"}

    def test_failures_that_no_error_explains_are_counted(self, destination, platform):
        platform.refused = {person(1).identifiers["email"]}
        receipt = destination.upsert(destination.open("VIP"), [person(1), person(2)])
        platform.jobs[receipt.job]["errors"][0]["email"] = "someone.else@example.com"

        assert destination.settle(receipt.job).unnamed == 1

    def test_a_slow_job_is_unsettled_until_it_is_done(self, destination, platform):
        platform.slow = 2
        job = destination.upsert(destination.open("VIP"), [person(1)]).job

        assert [destination.settle(job) for _ in range(2)] == [None, None]
        assert destination.settle(job) is not None
        assert destination.settle(job) == destination.settle(job)

    def test_a_cancelled_job_is_sent_again(self, destination, platform):
        job = destination.upsert(destination.open("VIP"), [person(1)]).job
        platform.jobs[job]["status"] = "cancelled"

        with pytest.raises(RetryError):
            destination.settle(job)

    def test_fields_are_attributes_or_custom_properties(self, destination, platform):
        fields = {
            "first_name": "Ánh",
            "location.city": "Đà Nẵng",
            "ltv": Decimal("129.90"),
            "orders": Decimal("3"),
            "seen_at": datetime(2026, 11, 28, 9, 0, tzinfo=UTC),
            "nickname": None,
        }
        row = Row("c-1", {"email": "anh@example.com", "phone": "+84901234567"}, fields)
        deliver(destination, "upsert", destination.open("VIP"), [row])

        (sent,) = [call for call in platform.seen if call.path.endswith("import-jobs")]
        (profile,) = sent.body["data"]["attributes"]["profiles"]["data"]
        assert profile["attributes"] == {
            "email": "anh@example.com",
            "phone_number": "+84901234567",
            "first_name": "Ánh",
            "location": {"city": "Đà Nẵng"},
            "properties": {
                "ltv": 129.9,
                "orders": 3,
                "seen_at": "2026-11-28T09:00:00Z",
            },
        }

    def test_klaviyos_own_fields_are_texts_of_the_warehouse(self, destination, platform):
        fields = {"title": True, "organization": ["a"], "location.latitude": Decimal("10.5")}
        row = Row("c-1", {"email": "anh@example.com"}, {**fields, "location.zip": 70000})
        list_id = destination.open("VIP")
        deliver(destination, "upsert", list_id, [row])

        (profile,) = platform.profiles.values()
        assert (profile["title"], profile["organization"]) == ("true", '["a"]')
        assert profile["location"] == {"latitude": 10.5, "zip": "70000"}
        with pytest.raises(DestinationError, match="no postcode") as raised:
            destination.upsert(list_id, [person(1, **{"location.postcode": "70000"})])
        assert "zip" in raised.value.remedy

    def test_addresses_of_look_ups_are_no_longer_than_hosts_take(self, connect, platform):
        longest: list[int] = []
        transport = FunctionTransport(lambda r: longest.append(len(r.url)) or platform.answer(r))
        destination = connect(transport)
        rows = [Row(f"c{n}", {"email": f"{'ả' * 50}{n}@example.com"}) for n in range(60)]
        list_id = destination.open("VIP")
        deliver(destination, "upsert", list_id, rows)
        destination.remove(list_id, rows)

        assert max(longest) <= destination.limits["address"].most
        assert platform.members("VIP") == {}

    def test_what_has_no_value_any_more_is_cleared_where_it_is_held(self, destination, platform):
        """A bulk import passes nulls over; only who holds such a value costs a call."""
        list_id = destination.open("VIP")
        full = {"title": "Dr.", "location.city": "Huế", "location.zip": "53", "plan": "gold"}
        deliver(destination, "upsert", list_id, [Row("a", {"email": "a@example.com"}, full)])
        emptied = {"title": None, "location.city": None, "plan": float("nan"), "tier": None}
        rows = [Row(key, {"email": f"{key}@example.com"}, emptied) for key in ("a", "b")]
        platform.seen.clear()

        deliver(destination, "upsert", list_id, rows)

        (held, other) = platform.profiles.values()
        assert (held["title"], held["location"]) == (None, {"city": None, "zip": "53"})
        assert held["properties"] == other["properties"] == {}
        assert [call.method for call in platform.seen] == ["GET", "PATCH", "POST", "GET"]

    def test_a_profile_that_is_too_large_is_named_and_the_others_go(self, destination, platform):
        large = person(1, story="x" * 100_000)

        receipt = deliver(destination, "upsert", destination.open("VIP"), [large, person(2)])

        assert set(receipt.rejected) == {large.key}
        assert set(platform.members("VIP")) == {person(2).key}

    def test_removals_keep_to_the_sizes_that_klaviyo_takes(self, connect, platform):
        destination = connect(platform.transport())
        list_id = destination.open("VIP")
        rows = [person(number) for number in range(1_100)]
        deliver(destination, "upsert", list_id, rows)
        platform.seen.clear()

        destination.remove(list_id, rows)

        assert platform.members("VIP") == {}
        limits = KlaviyoDestination.limits
        assert len(platform.seen) == 11 + 2
        sizes = [len(call.body["data"]) for call in platform.seen if call.method == "DELETE"]
        assert max(sizes) == limits["relationship"].most

    def test_whoever_has_no_address_is_found_by_phone_or_own_id(self, destination, platform):
        rows = [Row("a", {"phone": "+84901234567"}), Row("b", {"external_id": "c-7"})]
        list_id = destination.open("VIP")
        deliver(destination, "upsert", list_id, rows)

        deliver(destination, "remove", list_id, rows)

        assert not platform.lists[list_id]["profiles"]
        assert set(destination.erase(rows).rejected) == {"b"}

    def test_whose_address_was_changed_there_is_found_by_our_id(self, destination, platform):
        """By no telephone number: that may be somebody else's by now."""
        both = {"email": "a@example.com", "phone": "+84901234567", "external_id": "c-7"}
        other = Row("b", {"email": "b@example.com", "phone": "+84901234568"})
        list_id = destination.open("VIP")
        deliver(destination, "upsert", list_id, [Row("a", both), other])
        for profile in platform.profiles.values():
            profile["email"] = f"new.{profile['email']}"

        deliver(destination, "remove", list_id, [Row("a", both), other])

        (left,) = platform.lists[list_id]["profiles"]
        assert platform.profiles[left]["email"] == "new.b@example.com"

    @pytest.mark.parametrize("link", ["https://a.klaviyo.com", "?page%5Bcursor%5D=1"])
    def test_a_next_page_that_is_none_does_not_go_round_for_ever(self, connect, platform, link):
        body = {"data": [], "links": {"self": "https://a.klaviyo.com", "next": link}}
        destination = connect(a_few_times(platform.said(200, body)))

        with pytest.raises(DestinationError, match="next page"):
            destination.remove("L00001", [person(1)])

    def test_a_name_with_quotes_finds_its_own_list(self, destination):
        name = "say \"nib\", \\ or 'ink'"

        assert destination.open(name) == destination.open(name)


def test_the_pace_keeps_to_the_limits():
    limits = KlaviyoDestination.limits
    a_minute = KlaviyoDestination.requests_per_second * 60
    lookups = KlaviyoDestination.batch_size / limits["page"].most

    assert KlaviyoDestination.batch_size <= limits["import"].most
    assert a_minute <= limits["import_pace"].most
    assert a_minute * lookups <= limits["page_pace"].most
    assert a_minute <= limits["erase_pace"].most
