"""Meta custom audiences, against an emulator of them."""

from __future__ import annotations

import hashlib

import pytest
from api import ApiContract
from emulators.meta_ads import ACCOUNT, TOKEN, MetaAds
from emulators.platform import a_few_times
from pydantic import ValidationError

from cdp_activate.destinations.meta_ads import MetaAdsDestination
from cdp_activate.destinations.rows import Row
from cdp_activate.errors import AuthError, DestinationError, RetryError
from cdp_activate.testing import as_sent, deliver, person

SETTINGS = {"ad_account_id": f"act_{ACCOUNT}", "access_token": TOKEN}


class TestMetaAds(ApiContract):
    kind = MetaAdsDestination
    settings = SETTINGS
    emulator = MetaAds
    secret = TOKEN
    pause = 19 * 60.0

    @pytest.fixture
    def checked(self, platform):
        return platform.transport()

    def test_a_wrong_key_says_where_to_mend_it(self, platform, connect):
        platform.misbehave(platform.refusal(401))

        with pytest.raises(AuthError, match="access token") as raised:
            connect(platform.transport()).check()

        assert "syncs/destinations.yml" in raised.value.remedy
        assert TOKEN not in f"{raised.value} {raised.value!r}"

    def test_rows_are_columns_of_digests_with_gaps(self, destination, platform):
        rows = [
            Row("a", {"email": "Ann@Example.com", "phone": "+84 90 123 4567", "city": "Hà Nội"}),
            Row("b", {"external_id": "c-7", "country": "VN"}),
        ]
        list_id = destination.open("VIP")
        destination.upsert(list_id, [as_sent(destination, row) for row in rows])

        payload = platform.seen[-1].body["payload"]
        assert payload["schema"] == ["EMAIL", "PHONE", "EXTERN_ID", "CT", "COUNTRY"]
        digests = [hashlib.sha256(one.encode()).hexdigest() for one in
                   ("ann@example.com", "84901234567", "hànội", "vn")]  # fmt: skip
        assert payload["data"] == [
            [digests[0], digests[1], "", digests[2], ""],
            ["", "", "c-7", "", digests[3]],
        ]
        assert "data_processing_options" not in payload

    def test_nothing_of_a_person_or_a_token_is_in_an_address(self, destination, platform):
        row = as_sent(destination, person(1))
        seen = []
        inner = destination.transport
        send = inner.send
        inner.send = lambda request: seen.append(request.url) or send(request)
        list_id = destination.open("VIP")
        deliver(destination, "upsert", list_id, [row])
        deliver(destination, "remove", list_id, [row])

        assert len(seen) == 4
        assert not [url for url in seen if TOKEN in url or row.identifiers["email"] in url]

    def test_invalid_entries_are_counted(self, destination, platform):
        rows = [as_sent(destination, person(number)) for number in range(3)]
        platform.refuse(rows[0].key)

        receipt = destination.upsert(destination.open("VIP"), rows)

        assert (receipt.unnamed, receipt.reasons) == (1, {"invalid entry": 1})

    def test_no_more_rows_are_refused_than_were_sent(self, destination, platform):
        """An entry is an identifier: of one row two may be invalid."""
        list_id = destination.open("VIP")
        counted = {"audience_id": list_id, "num_received": 1, "num_invalid_entries": 2}
        platform.misbehave(platform.said(200, counted))

        receipt = destination.upsert(list_id, [as_sent(destination, person(1))])

        assert (receipt.unnamed, receipt.reasons) == (1, {"invalid entry": 1})

    def test_invalid_entries_are_named_by_the_samples_of_the_answer(self, destination, platform):
        rows = [as_sent(destination, person(number)) for number in range(4)]
        platform.samples = 1
        for row in rows[1:3]:
            platform.refuse(row.key)

        receipt = destination.upsert(destination.open("VIP"), rows)

        assert receipt.rejected == {rows[1].key: "invalid entry"}
        assert (receipt.unnamed, receipt.reasons) == (1, {"invalid entry": 1})

    @pytest.mark.parametrize(
        ("setting", "location"), [("california", [1, 1000]), ("located by meta", [])]
    )
    def test_limited_data_use_is_said_of_each_person(self, platform, setting, location):
        settings = MetaAdsDestination.Settings.model_validate(
            {**SETTINGS, "limited_data_use": setting}
        )
        destination = MetaAdsDestination(settings, transport=platform.transport())
        list_id, row = destination.open("VIP"), as_sent(destination, person(1))
        destination.upsert(list_id, [row])

        payload = platform.seen[-1].body["payload"]
        columns = ["DATA_PROCESSING_OPTIONS"]
        columns += [f"DATA_PROCESSING_OPTIONS_{of}" for of in ("COUNTRY", "STATE") if location]
        assert payload["schema"] == ["EMAIL", *columns]
        assert payload["data"] == [[row.identifiers["email"], ["LDU"], *location]]
        destination.remove(list_id, [row])
        assert platform.seen[-1].body["payload"]["schema"] == ["EMAIL"]

    def test_lists_are_found_on_every_page(self, destination):
        names = [f"list {number}" for number in range(5)]
        made = [destination.open(name) for name in names]

        assert made == [destination.open(name) for name in names]

    def test_a_next_page_that_is_none_does_not_go_round_for_ever(self, connect, platform):
        body = {
            "data": [],
            "paging": {"cursors": {"after": "1"}, "next": "https://graph.facebook.com"},
        }
        destination = connect(a_few_times(platform.said(200, body)))

        with pytest.raises(DestinationError, match="next page"):
            destination.open("VIP")

    def test_a_flagged_audience_is_not_tried_again(self, destination, platform):
        list_id = destination.open("VIP")
        platform.flagged.add(list_id)

        for act in (
            lambda: destination.open("VIP"),
            lambda: destination.upsert(list_id, [as_sent(destination, person(1))]),
        ):
            with pytest.raises(DestinationError, match="flagged") as raised:
                act()
            assert not isinstance(raised.value, RetryError)
            assert "Audience Manager" in raised.value.remedy

    @pytest.mark.parametrize(
        ("code", "subcode", "kind", "says"),
        [
            (17, 2446079, RetryError, "too often"),
            (613, 1487742, RetryError, "too often"),
            (80004, 0, RetryError, "too often"),
            (2, 0, RetryError, "busy"),
            (368, 0, DestinationError, "misuse"),
            (190, 463, AuthError, "access token"),
            (10, 0, AuthError, "may not do this"),
            (2650, 1870034, DestinationError, "terms"),
            (2650, 0, DestinationError, "filled from here"),
        ],
    )
    def test_codes_say_what_a_400_does_not(self, destination, platform, code, subcode, kind, says):
        platform.misbehave(platform.refusal(400, code=code, error_subcode=subcode))

        with pytest.raises(kind, match=says) as raised:
            destination.check()

        assert type(raised.value) is kind, "no row is to blame: the batch is not halved"

    def test_what_meta_calls_transient_is_tried_again(self, destination, platform):
        platform.misbehave(platform.refusal(400, code=100, is_transient=True))

        with pytest.raises(RetryError):
            destination.check()


@pytest.mark.parametrize(
    "change", [{"ad_account_id": "mine"}, {"retention_days": 181}, {"access_token": None}], ids=str
)
def test_wrong_settings_are_refused(change):
    with pytest.raises(ValidationError):
        MetaAdsDestination.Settings.model_validate({**SETTINGS, **change})
