"""TikTok customer files, against an emulator of them and TikTok's own descriptions."""

from __future__ import annotations

import pytest
from api import ApiContract
from emulators.tiktok_ads import ADVERTISER, TOKEN, TikTokAds

from cdp_activate.destinations.rows import Row
from cdp_activate.destinations.tiktok_ads import TikTokAdsDestination
from cdp_activate.errors import AuthError, DestinationError, RefusedError, RetryError
from cdp_activate.testing import as_sent, deliver, person

SETTINGS = {"advertiser_id": ADVERTISER, "access_token": TOKEN}


class TestTikTokAds(ApiContract):
    # A list is made of the first file, with its rows.
    test_a_list_that_may_not_be_made_blames_no_row = None

    kind = TikTokAdsDestination
    settings = SETTINGS
    emulator = TikTokAds
    secret = TOKEN
    pause = None
    files = tuple(
        f"tiktok/dmp_custom_audience_{name}.yml"
        for name in ("file_upload", "create", "update", "list", "get")
    )
    operations = {
        "POST /dmp/custom_audience/file/upload/",
        "POST /dmp/custom_audience/create/",
        "POST /dmp/custom_audience/update/",
        "GET /dmp/custom_audience/list/",
        "GET /dmp/custom_audience/get/",
    }

    def test_a_200_with_a_code_is_an_error(self, destination, platform):
        for code, kind in {
            40105: AuthError,
            40001: AuthError,
            40100: RetryError,
            50002: RetryError,
            40002: RefusedError,
            40900: DestinationError,
        }.items():
            platform.misbehave(platform.refusal(400, code=code))
            with pytest.raises(DestinationError, match=str(code)) as raised:
                destination.check()
            assert type(raised.value) is kind

    def test_the_first_batch_makes_the_list_and_the_next_is_appended(self, destination, platform):
        list_id = destination.open("VIP")
        for number in (1, 2):
            deliver(destination, "upsert", list_id, [as_sent(destination, person(number))])

        made, appended = (call for call in platform.seen if call.path.endswith("ate/"))
        assert made.body["calculate_type"] == "EMAIL_SHA256"
        assert appended.body["action"] == "APPEND"

    def test_lists_are_found_on_every_page(self, platform, connect):
        names = [f"list {number}" for number in range(5)]
        for name in names:
            one = connect(platform.transport())
            deliver(one, "upsert", one.open(name), [as_sent(one, person(1))])
        again = connect(platform.transport())
        for name in names:
            deliver(again, "upsert", again.open(name), [as_sent(again, person(2))])

        assert len(platform.lists) == 5

    def test_of_two_lists_of_one_name_the_older_is_ours(self, connect, platform):
        """The id of a list here is its name, so nobody else would notice that it is another."""
        lists = [
            {"name": "VIP", "audience_id": "2", "create_time": "2026-11-02 08:00:00"},
            {"name": "VIP", "audience_id": "3", "create_time": "2026-11-01 08:00:00"},
        ]
        for page, one in enumerate(lists, 1):
            about = {"list": [one], "page_info": {"page": page, "total_page": 2}}
            platform.misbehave(platform.said(200, {"code": 0, "data": about}))
        destination = connect(platform.transport())
        destination.open("VIP")

        upload = {"code": 0, "data": {"file_path": "a"}}
        platform.misbehave(platform.said(200, upload), platform.said(200, {"code": 0}))
        destination.upsert("VIP", [as_sent(destination, person(1))])

        assert platform.seen[-1].body["custom_audience_id"] == "3"

    def test_telephone_numbers_are_a_list_of_their_own_kind(self, platform):
        settings = {**SETTINGS, "match_on": "phone", "retention_days": 30}
        destination = TikTokAdsDestination(
            TikTokAdsDestination.Settings.model_validate(settings), transport=platform.transport()
        )
        rows = [as_sent(destination, Row("a", {"phone": "+84 90 123 4567"})),
                as_sent(destination, person(1))]  # fmt: skip
        receipt = destination.upsert(destination.open("VIP"), rows)

        assert receipt.rejected == {person(1).key: "no phone, which the lists are made of"}
        (made,) = platform.lists.values()
        assert (made["calculate_type"], made["retention_in_days"]) == ("PHONE_SHA256", 30)

    def test_removing_from_a_list_that_was_never_made_is_no_refusal(self, destination, platform):
        destination.remove(destination.open("VIP"), [as_sent(destination, person(1))])

        assert not platform.lists
        assert not platform.files

    def test_a_name_that_is_too_long_is_refused_before_anything_is_sent(self, destination):
        with pytest.raises(DestinationError, match="128 characters"):
            destination.open("x" * 129)
