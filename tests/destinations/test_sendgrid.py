"""SendGrid Marketing, against an emulator of it and its own API descriptions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from api import ApiContract
from emulators.platform import a_few_times
from emulators.sendgrid import KEY, SendGrid

from cdp_activate.destinations.rows import Receipt, Row
from cdp_activate.destinations.sendgrid import SendGridDestination
from cdp_activate.errors import DestinationError, RetryError
from cdp_activate.http import Response
from cdp_activate.testing import deliver, person


class TestSendGrid(ApiContract):
    kind = SendGridDestination
    settings = {"api_key": KEY, "create_fields": True}
    emulator = SendGrid
    secret = KEY
    files = (
        "sendgrid/tsg_mc_contacts_v3.json",
        "sendgrid/tsg_mc_lists_v3.json",
        "sendgrid/tsg_mc_custom_fields_v3.json",
    )
    undescribed = {"GET /{job_id}": "the file of errors lies at an address that the job names"}
    operations = {
        "GET /v3/marketing/lists",
        "POST /v3/marketing/lists",
        "GET /v3/marketing/lists/{id}/contacts/count",
        "DELETE /v3/marketing/lists/{id}/contacts",
        "GET /v3/marketing/field_definitions",
        "POST /v3/marketing/field_definitions",
        "PUT /v3/marketing/contacts",
        "GET /v3/marketing/contacts/imports/{id}",
        "POST /v3/marketing/contacts/search/emails",
        "DELETE /v3/marketing/contacts",
    }

    def large(self, number):
        return person(number, story="ả" * (self.large_bytes // 3))

    def test_rows_that_an_import_refuses_are_named(self, destination, platform):
        rows = [person(number) for number in range(5)]
        platform.refused = {row.identifiers["email"] for row in rows[:2]}

        receipt = deliver(destination, "upsert", destination.open("VIP"), rows)

        assert receipt.rejected == {row.key: "refused by the import" for row in rows[:2]}
        assert receipt.unnamed == 0

    @pytest.mark.parametrize(
        "fault", [Response(403), Response(200, {}, b"\xff no address"), RetryError("a firewall")]
    )
    def test_errors_that_cannot_be_read_are_counted(self, destination, platform, fault):
        platform.refused = {person(1).identifiers["email"]}
        job = destination.upsert(destination.open("VIP"), [person(1), person(2)]).job
        platform.downloads = fault

        assert destination.settle(job).unnamed == 1

    def test_a_slow_job_is_unsettled_until_it_is_done(self, destination, platform):
        platform.slow = 1
        job = destination.upsert(destination.open("VIP"), [person(1)]).job

        assert destination.settle(job) is None
        assert destination.settle(job) is not None

    def test_a_job_that_failed_altogether_stops_the_sync(self, destination, platform):
        job = destination.upsert(destination.open("VIP"), [person(1)]).job
        platform.jobs[job]["status"] = "failed"

        with pytest.raises(DestinationError, match="could not process"):
            destination.settle(job)
        platform.jobs[job]["errors"] = ["person.1@example.com"]
        with pytest.raises(DestinationError, match="could not process"):
            destination.settle(job)

    def test_errors_without_a_count_are_one_at_least(self, destination, platform):
        job = destination.upsert(destination.open("VIP"), [person(1), person(2)]).job
        platform.jobs[job]["status"] = "errored"

        assert destination.settle(job).unnamed == 1

    def test_every_job_of_a_removal_is_settled(self, connect, platform):
        destination = connect(platform.transport())
        list_id = destination.open("VIP")
        rows = [person(number) for number in range(250)]
        deliver(destination, "upsert", list_id, rows)
        platform.slow = 1

        job = destination.remove(list_id, rows).job

        assert len(job.split(",")) == 3
        assert [destination.settle(job) is None for _ in range(4)] == [True, True, True, False]
        assert platform.members("VIP") == {}
        assert len(platform.contacts) == 250

    def test_a_field_that_is_not_there_is_refused_before_sending(self, platform):
        chosen = self.kind.Settings.model_validate({**self.settings, "create_fields": False})
        destination = self.kind(chosen, transport=platform.transport())
        list_id = destination.open("VIP")

        with pytest.raises(DestinationError, match="no field plan") as raised:
            destination.upsert(list_id, [person(1, plan="gold")])

        assert "create_fields: true" in raised.value.remedy
        assert not [call for call in platform.seen if call.method == "PUT"]

    def test_fields_are_made_with_the_type_of_their_values(self, destination, platform):
        row = Row("c-1", {"email": "anh@example.com"}, {"ltv": Decimal("129.90"), "club": True})
        deliver(destination, "upsert", destination.open("VIP"), [row])
        deliver(destination, "upsert", destination.open("VIP"), [row])

        assert [(one["name"], one["field_type"]) for one in platform.custom.values()] == [
            ("club", "Text"),
            ("ltv", "Number"),
        ]
        (member,) = platform.members("VIP").values()
        assert member["fields"] == {"first_name": None, "ltv": 129.9, "club": "true"}

    def test_values_take_the_type_of_the_field_that_is_there(self, destination, platform):
        """SendGrid refuses a number as text, and nothing at all for a number or a date."""
        for number, (name, kind) in enumerate(
            [("code", "Text"), ("ltv", "Number"), ("on", "Date")]
        ):
            platform.custom[f"e{number}"] = {"id": f"e{number}", "name": name, "field_type": kind}
        list_id, who = destination.open("VIP"), {"email": "a@example.com"}
        full = Row("c", who, {"code": Decimal("12.50"), "ltv": 3, "on": date(2026, 11, 28)})
        emptied = Row("c", who, dict.fromkeys(full.fields))
        outcomes = [deliver(destination, "upsert", list_id, [row]) for row in (full, emptied)]

        assert outcomes == [Receipt(), Receipt()]
        (member,) = platform.members("VIP").values()
        assert member["fields"] == {"first_name": None, "code": "", "ltv": 3, "on": "2026-11-28"}

    def test_names_that_sendgrid_does_not_take_are_refused(self, destination):
        list_id = destination.open("VIP")

        with pytest.raises(DestinationError, match="no field called 'hạng'"):
            destination.upsert(list_id, [person(1, hạng="gold")])
        with pytest.raises(DestinationError, match="100 characters"):
            destination.open("x" * 101)

    def test_a_value_that_would_refuse_the_batch_is_named_alone(self, destination, platform):
        rows = [person(1), person(2, first_name="x" * 51), person(3)]

        receipt = deliver(destination, "upsert", destination.open("VIP"), rows)

        assert receipt.rejected == {person(2).key: "first_name is longer than 50 characters"}
        assert set(platform.members("VIP")) == {person(1).key, person(3).key}

    def test_lists_beyond_the_first_page_are_found(self, destination, platform):
        for number in range(1_200):
            platform.lists[f"{number:036}"] = {"name": f"list {number}", "contacts": {}}

        assert destination.open("list 1100") == f"{1_100:036}"

    def test_a_next_page_that_is_none_does_not_go_round_for_ever(self, connect, platform):
        body = {"result": [], "_metadata": {"next": "https://api.sendgrid.com/v3/marketing/lists"}}
        destination = connect(a_few_times(platform.said(200, body)))

        with pytest.raises(DestinationError, match="next page"):
            destination.open("VIP")


def test_a_batch_keeps_to_the_limits():
    limits = SendGridDestination.limits

    assert SendGridDestination.batch_size <= limits["upsert"].most
    assert SendGridDestination.batch_bytes == limits["upsert_bytes"].most
