"""The sinks for messages, Zalo ZNS and Slack, against emulators of them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from emulators.slack import TOKEN as SLACK_TOKEN
from emulators.slack import Slack
from emulators.zalo_zns import TEMPLATE, TOKEN, ZaloZns
from messages import MessageContract

from cdp_activate.destinations.rows import Row
from cdp_activate.destinations.slack import SlackDestination
from cdp_activate.destinations.zalo_zns import ZaloZnsDestination
from cdp_activate.errors import AuthError, DestinationError, RetryError


class TestZaloZns(MessageContract):
    kind = ZaloZnsDestination
    settings = {"access_token": TOKEN, "template_id": TEMPLATE}
    emulator = ZaloZns
    told = ("first_name", "order")
    token = "access_token"

    def row(self, number, **fields):
        told = {"first_name": f"Person {number}", "order": Decimal("7"), **fields}
        return Row(f"c-{number}", {"phone": f"+8490123456{number}"}, told, f"message-{number}")

    def test_a_message_has_the_numbers_form_and_the_rows_key(self, destination, platform):
        destination.send("thanks", [self.row(1)])

        assert platform.sent == [
            {
                "phone": "84901234561",
                "template_id": TEMPLATE,
                "template_data": {"first_name": "Person 1", "order": "7"},
                "tracking_id": "message-1",
            }
        ]

    def test_a_long_key_is_its_digest(self, destination, platform):
        row = self.row(1)
        long = Row(row.key, row.identifiers, row.fields, "k" * 64)
        destination.send("thanks", [long])

        (tracking_id,) = platform.messages()
        assert len(tracking_id) == 48
        assert tracking_id != "k" * 48

    @pytest.mark.parametrize("code", [-108, -112, -114, -118, -119, -130, -139])
    def test_what_is_about_the_person_is_a_refusal_in_our_words(self, destination, platform, code):
        platform.codes["84901234561"] = code

        receipt = destination.send("thanks", [self.row(1)])

        assert list(receipt.rejected) == ["c-1"]
        assert "849" not in receipt.rejected["c-1"]

    @pytest.mark.parametrize(
        ("code", "error"),
        [(-124, AuthError), (-104, AuthError), (-115, DestinationError), (-144, DestinationError)],
    )
    def test_what_is_about_us_stops_the_sync(self, destination, platform, code, error):
        platform.codes["84901234561"] = code

        with pytest.raises(error, match=str(code)) as raised:
            destination.send("thanks", [self.row(1)])

        assert type(raised.value) is error
        assert not raised.value.in_doubt, "the next run sends the message"
        assert "849" not in str(raised.value)

    def test_an_error_that_zalo_does_not_know_leaves_the_message_in_doubt(
        self, destination, platform
    ):
        platform.codes["84901234561"] = -100

        with pytest.raises(RetryError) as raised:
            destination.send("thanks", [self.row(1)])

        assert raised.value.in_doubt

    def test_a_template_that_is_not_there_is_said_before_sending(self, platform):
        settings = ZaloZnsDestination.Settings(access_token=TOKEN, template_id="x")

        with pytest.raises(DestinationError, match="-109"):
            ZaloZnsDestination(settings, transport=platform.transport()).check()


class TestSlack(MessageContract):
    kind = SlackDestination
    settings = {"token": SLACK_TOKEN, "text": "New: {company} ({plan})"}
    emulator = Slack
    told = ("company", "plan")
    token = "token"

    def row(self, number, **fields):
        told = {"company": f"Company {number}", "plan": "gold", **fields}
        return Row(f"c-{number}", {"account_id": f"a{number}"}, told, f"message-{number}")

    def test_fields_stand_in_the_message(self, destination, platform):
        destination.send("#growth", [self.row(1, plan=Decimal("12.50"))])

        assert platform.messages() == ["New: Company 1 (12.5)"]
        assert platform.sent[0]["channel"] == "#growth"

    def test_a_name_cannot_call_the_channel(self, destination, platform):
        destination.send("C1", [self.row(1, company="<!channel> & <https://x.test|gift>")])

        assert "<" not in platform.messages()[0]

    def test_a_field_that_is_not_sent_stops_before_sending(self, destination, platform):
        with pytest.raises(DestinationError, match=r"\{plan\}"):
            destination.send("C1", [Row("c", {"id": "a"}, {"company": "x"})])

        assert platform.calls() == 0

    @pytest.mark.parametrize(
        ("said", "error", "words"),
        [
            ("token_revoked", AuthError, "chat:write"),
            ("missing_scope", AuthError, "chat:write"),
            ("not_in_channel", DestinationError, "invite the bot"),
            ("ratelimited", RetryError, ""),
            ("fatal_error", RetryError, ""),
            ("something_new", DestinationError, "Look it up"),
            ("person.7@example.com", DestinationError, "Look it up"),
        ],
    )
    def test_an_answer_that_is_not_ok_is_no_success(
        self, destination, platform, said, error, words
    ):
        platform.error = said

        with pytest.raises(error) as raised:
            destination.send("C1", [self.row(1)])

        assert words in raised.value.remedy
        assert "@" not in str(raised.value)
        assert raised.value.in_doubt is (said == "fatal_error")
        assert said == "fatal_error" or getattr(raised.value, "after", 7.0) == 7.0

    def test_a_token_that_may_not_write_is_said_before_sending(self, destination, platform):
        platform.scopes = "channels:read"

        with pytest.raises(AuthError, match="missing_scope") as raised:
            destination.check()

        assert "chat:write" in raised.value.remedy

    def test_a_message_that_is_too_long_is_named(self, destination, platform):
        receipt = destination.send("C1", [self.row(1, company="x" * 40_001), self.row(2)])

        assert list(receipt.rejected) == ["c-1"]
        assert len(platform.messages()) == 1
