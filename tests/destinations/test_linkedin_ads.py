"""LinkedIn matched audiences, against an emulator of them."""

from __future__ import annotations

import pytest
from api import ApiContract
from emulators.linkedin_ads import ACCOUNT, REFRESH, TOKEN, LinkedInAds
from emulators.platform import a_few_times
from pydantic import ValidationError

from cdp_activate.destinations import _oauth
from cdp_activate.destinations.linkedin_ads import LinkedInAdsDestination
from cdp_activate.errors import AuthError, DestinationError, RetryError
from cdp_activate.testing import as_sent, person

SETTINGS = {"account_id": ACCOUNT, "access_token": TOKEN}
BY_CLIENT = {
    "account_id": ACCOUNT,
    "client_id": "client",
    "client_secret": "hush",
    "refresh_token": REFRESH,
}


class TestLinkedInAds(ApiContract):
    kind = LinkedInAdsDestination
    settings = SETTINGS
    emulator = LinkedInAds
    secret = TOKEN

    @pytest.fixture
    def connect(self):
        def made(transport):
            chosen = LinkedInAdsDestination.Settings.model_validate(SETTINGS)
            destination = LinkedInAdsDestination(chosen, transport=transport, name="there")
            destination.first_use = 0.0
            return destination

        return made

    @pytest.fixture
    def checked(self, platform):
        return platform.transport()

    def test_a_list_that_was_deleted_is_said(self, connect, platform):
        list_id = connect(platform.transport()).open("VIP")
        platform.forget_lists()
        again = connect(platform.transport())

        with pytest.raises(DestinationError) as raised:
            again.upsert(list_id, [as_sent(again, person(1))])

        assert "--full-refresh" in raised.value.remedy

    def test_a_new_segment_is_given_its_time(self, connect, platform):
        destination = connect(platform.transport())
        destination.first_use = 5.0
        list_id = destination.open("VIP")
        before = platform.calls()

        with pytest.raises(RetryError) as raised:
            destination.upsert(list_id, [as_sent(destination, person(1))])

        assert 4.0 < raised.value.after <= 5.0
        assert platform.calls() == before

    def test_a_new_segment_that_is_not_known_yet_is_tried_again(self, destination, platform):
        platform.late = 1
        list_id = destination.open("VIP")
        row = as_sent(destination, person(1))

        with pytest.raises(RetryError):
            destination.upsert(list_id, [row])
        assert destination.upsert(list_id, [row]).rejected == {}

    def test_refused_users_are_named_without_their_digest(self, destination, platform):
        rows = [as_sent(destination, person(number)) for number in range(3)]
        platform.refuse(rows[1].key)

        receipt = destination.upsert(destination.open("VIP"), rows)

        assert receipt.rejected == {rows[1].key: "Invalid value *** for SHA256_EMAIL"}

    @pytest.mark.parametrize("status", [429, 500])
    def test_users_who_could_not_be_taken_now_are_not_refused(self, destination, platform, status):
        rows = [as_sent(destination, person(number)) for number in range(2)]
        list_id = destination.open("VIP")
        platform.misbehave(platform.said(200, {"elements": [{"status": 201}, {"status": status}]}))

        with pytest.raises(RetryError):
            destination.upsert(list_id, rows)

    def test_lists_are_found_on_every_page(self, destination):
        names = [f"list {number}" for number in range(5)]
        made = [destination.open(name) for name in names]

        assert made == [destination.open(name) for name in names]

    def test_a_next_page_that_is_none_does_not_go_round_for_ever(self, connect, platform):
        body = {"elements": [{"name": "another", "type": "USER", "id": 1}]}
        destination = connect(a_few_times(platform.said(200, body)))

        with pytest.raises(DestinationError, match="next page"):
            destination.open("VIP")

    def test_a_segment_that_expired_is_not_filled(self, destination, platform):
        """It holds nobody any more: what a sync sent of late would be all of the list."""
        about = {"destination": "LINKEDIN", "status": "EXPIRED"}
        one = {"id": 7, "name": "VIP", "type": "USER", "destinations": [about]}
        platform.misbehave(platform.said(200, {"elements": [one]}))

        assert destination.open("VIP") != "7"

    def test_every_call_says_its_version(self, destination, platform):
        destination.check()

        assert platform.seen[0].headers["linkedin-version"] == LinkedInAdsDestination.api_version
        assert LinkedInAdsDestination.Settings.model_fields["version"].default == "202611"

    def test_a_version_that_ended_is_said(self, destination, platform):
        platform.misbehave(platform.refusal(426))

        with pytest.raises(DestinationError, match="no longer serves version") as raised:
            destination.check()

        assert "`version:`" in raised.value.remedy

    def test_a_refresh_token_gives_access_tokens(self, platform):
        settings = LinkedInAdsDestination.Settings.model_validate(BY_CLIENT)
        destination = LinkedInAdsDestination(settings, transport=platform.transport())
        destination.check()
        destination.check()

        assert platform.tokens_given == 1

    def test_a_token_that_ends_before_its_time_is_fetched_anew(self, platform, monkeypatch):
        """In the middle of a run: only a token that was fetched just now is a wrong key."""
        settings = LinkedInAdsDestination.Settings.model_validate(BY_CLIENT)
        destination = LinkedInAdsDestination(settings, transport=platform.transport())
        destination.check()
        platform.misbehave(platform.refusal(401))
        with pytest.raises(AuthError):
            destination.check()
        monkeypatch.setattr(_oauth, "MARGIN", 0.0)
        platform.misbehave(platform.refusal(401))

        with pytest.raises(RetryError) as raised:
            destination.check()
        destination.check()

        assert (raised.value.after, raised.value.in_doubt) == (0.0, False)
        assert platform.tokens_given == 2

    def test_a_refresh_token_that_ended_is_said(self, platform):
        changed = {**BY_CLIENT, "refresh_token": "outdated"}
        settings = LinkedInAdsDestination.Settings.model_validate(changed)

        with pytest.raises(AuthError, match="credentials were refused"):
            LinkedInAdsDestination(settings, transport=platform.transport()).check()


@pytest.mark.parametrize(
    "change",
    [{"account_id": "mine"}, {"version": "26"}, {"access_token": None}, {"client_id": "client"}],
    ids=str,
)
def test_wrong_settings_are_refused(change):
    with pytest.raises(ValidationError):
        LinkedInAdsDestination.Settings.model_validate({**SETTINGS, **change})


def test_the_pace_keeps_to_the_limits():
    limits = LinkedInAdsDestination.limits
    assert LinkedInAdsDestination.batch_size <= limits["users"].most
    assert LinkedInAdsDestination.requests_per_second * 60 <= limits["pace"].most
