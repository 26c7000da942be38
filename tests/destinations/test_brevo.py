"""Brevo, against an emulator of it; its own client is the measure of what is sent."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import unquote

import pytest
from api import ApiContract
from emulators.brevo import KEY, Brevo
from emulators.platform import Call, a_few_times

from cdp_activate.destinations.brevo import BrevoDestination
from cdp_activate.destinations.rows import Row
from cdp_activate.errors import AuthError, DestinationError, RefusedError
from cdp_activate.http import FunctionTransport, Request, Response
from cdp_activate.testing import deliver, person


class TestBrevo(ApiContract):
    kind = BrevoDestination
    settings = {"api_key": KEY, "create_fields": True}
    emulator = Brevo
    secret = KEY

    def test_rows_that_an_import_refuses_are_named(self, destination, platform):
        rows = [person(number) for number in range(4)]
        platform.refuse(rows[1].key)

        receipt = deliver(destination, "upsert", destination.open("VIP"), rows)

        assert receipt.rejected == {rows[1].key: "invalid emails"}
        assert receipt.unnamed == 0

    def test_an_address_that_is_not_ours_is_counted(self, destination, platform):
        platform.refuse(person(1).key)
        job = destination.upsert(destination.open("VIP"), [person(1)]).job
        platform.downloads = Response(200, {}, b"EMAIL\nperson.one@example.com")

        assert destination.settle(job).unnamed == 1

    def test_a_file_that_begins_with_a_byte_order_mark_names_its_first_word(
        self, destination, platform
    ):
        platform.refuse(person(1).key)
        job = destination.upsert(destination.open("VIP"), [person(1)]).job
        platform.downloads = Response(200, {}, "\ufeffperson.1@example.com".encode())

        assert destination.settle(job).rejected == {person(1).key: "invalid emails"}

    def test_a_file_that_can_never_be_read_counts_one_at_least(self, destination, platform):
        """The others were taken: to send them all again would end in the same place."""
        platform.refuse(person(1).key)
        job = destination.upsert(destination.open("VIP"), [person(1), person(2)]).job
        platform.downloads = Response(403)

        looks = [destination.settle(job) for _ in range(5)]

        assert looks[:4] == [None] * 4
        why = "invalid emails, one or more: the file of them cannot be read"
        assert (looks[4].unnamed, looks[4].reasons) == (1, {why: 1})
        assert destination.settle(job) == looks[4]

    def test_a_file_that_comes_late_is_read(self, destination, platform):
        platform.refuse(person(1).key)
        job = destination.upsert(destination.open("VIP"), [person(1)]).job
        platform.downloads = Response(404)
        assert destination.settle(job) is None
        platform.downloads = None

        assert destination.settle(job).rejected == {person(1).key: "invalid emails"}

    def test_an_ip_address_that_is_not_authorised_is_said(self, connect, platform):
        said = "We have detected you are using an unrecognised IP address 203.0.113.7."
        platform.misbehave(platform.refusal(401, message=said))

        with pytest.raises(AuthError) as raised:
            connect(platform.transport()).check()

        assert "Authorised IPs" in raised.value.remedy
        assert "203.0" not in str(raised.value)

    @pytest.mark.parametrize("status", ["failed", "cancelled", "new"])
    def test_an_import_that_came_to_nothing_stops_the_sync(self, destination, platform, status):
        job = destination.upsert(destination.open("VIP"), [person(1)]).job
        platform.imports[int(job)]["status"] = status

        with pytest.raises(DestinationError):
            destination.settle(job)

    def test_a_slow_import_is_unsettled_until_it_is_done(self, destination, platform):
        platform.slow = 1
        job = destination.upsert(destination.open("VIP"), [person(1)]).job

        assert [destination.settle(job) is None for _ in range(2)] == [True, False]

    def test_removals_keep_to_the_size_that_brevo_takes(self, destination, platform):
        list_id = destination.open("VIP")
        rows = [person(number) for number in range(310)]
        deliver(destination, "upsert", list_id, rows)
        destination.remove(list_id, rows)

        sizes = [len(c.body["emails"]) for c in platform.seen if c.path.endswith("/remove")]
        assert sizes == [150, 150, 10]
        assert platform.members("VIP") == {}
        assert len(platform.contacts) == 310

    def test_another_refusal_of_a_removal_is_no_success(self, destination, platform):
        list_id = destination.open("VIP")
        platform.misbehave(platform.refusal(400, message="Invalid email address"))

        with pytest.raises(RefusedError):
            destination.remove(list_id, [person(1)])

    def test_fields_are_made_in_capitals_with_the_type_of_their_values(self, destination, platform):
        platform.attributes["PRENOM"] = "text"
        fields = {
            "prenom": "Ánh",
            "ltv": Decimal("129.90"),
            "born": date(1990, 2, 3),
            "club": True,
        }
        list_id = destination.open("VIP")
        deliver(destination, "upsert", list_id, [Row("c", {"email": "anh@example.com"}, fields)])
        gone = {**fields, "prenom": None}
        deliver(destination, "upsert", list_id, [Row("c", {"email": "anh@example.com"}, gone)])

        assert platform.attributes == {
            "PRENOM": "text",
            "BORN": "date",
            "CLUB": "boolean",
            "LTV": "float",
        }
        (member,) = platform.members("VIP").values()
        assert member["fields"] == {"prenom": "", "ltv": 129.9, "born": "1990-02-03", "club": True}

    def test_values_take_the_form_of_the_attribute_that_is_there(self, destination, platform):
        """Brevo would pass over them in silence; so it would what it counts itself."""
        platform.attributes.update(SEEN="date", LIKES="multiple-choice", ONE="multiple-choice")
        seen = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)
        fields = {"seen": seen, "likes": ["ink", "paper"], "one": "ink"}
        list_id = destination.open("VIP")
        deliver(destination, "upsert", list_id, [Row("c", {"email": "a@example.com"}, fields)])

        (member,) = platform.members("VIP").values()
        expected = {"seen": "2026-11-28", "likes": ["ink", "paper"], "one": ["ink"]}
        assert member["fields"] == expected
        settings = BrevoDestination.Settings(api_key=KEY)
        careful = BrevoDestination(settings, transport=platform.transport(), name="there")
        with pytest.raises(DestinationError, match="no field clicks"):
            careful.upsert(list_id, [person(1, clicks=3)])

    def test_a_field_that_is_not_there_is_refused_before_sending(self, platform):
        """Brevo itself would pass over it in silence."""
        settings = BrevoDestination.Settings(api_key=KEY)
        destination = BrevoDestination(settings, transport=platform.transport(), name="there")

        with pytest.raises(DestinationError, match="no field first_name"):
            destination.upsert(destination.open("VIP"), [person(1)])

        assert not platform.contacts

    def test_lists_beyond_the_first_page_are_found(self, destination, platform):
        platform.lists = {n: {"name": f"list {n}", "contacts": {}} for n in range(1, 121)}

        assert destination.open("list 118") == "118"

    @pytest.mark.parametrize("status", [400, 404])
    def test_a_folder_that_is_not_there_is_said(self, destination, platform, status):
        platform.misbehave(platform.said(200, {"count": 0}), platform.refusal(status))

        with pytest.raises(DestinationError) as raised:
            destination.open("VIP")

        assert "`folder`" in raised.value.remedy

    def test_a_page_of_members_that_comes_again_does_not_go_round_for_ever(self, connect, platform):
        page = {"contacts": [{"email": "a@example.com"}] * 500, "count": 500}

        with pytest.raises(DestinationError, match="next page"):
            list(connect(a_few_times(platform.said(200, page))).members("1"))

    def test_brevos_own_client_sends_the_same(self, platform):
        """Method, path, query and body of every call, by the library of the platform."""
        ours: list[Request] = []
        transport = FunctionTransport(lambda r: ours.append(r) or platform.answer(r))
        settings = BrevoDestination.Settings(api_key=KEY, create_fields=True)
        destination = BrevoDestination(settings, transport=transport)
        destination.check()
        list_id = destination.open("VIP")
        job = destination.upsert(list_id, [person(1)]).job
        destination.settle(job)
        destination.size(list_id)
        list(destination.members(list_id))
        destination.remove(list_id, [person(1)])
        destination.erase([person(1)])

        theirs = _sent_by_the_client(list_id, job, ours)

        assert [_shape(request) for request in theirs] == [_shape(request) for request in ours]


def _shape(request):
    call = Call(request)
    return call.method, unquote(call.path), call.query, call.body, call.headers["api-key"]


def _sent_by_the_client(list_id, job, ours):
    """The same acts by brevo-python: what it would send, answered as ours was."""
    import brevo
    import httpx

    sent = []

    def capture(request):
        sent.append(
            Request(request.method, str(request.url), dict(request.headers), request.content)
        )
        return httpx.Response(404)

    (imported,) = [json.loads(r.body) for r in ours if r.url.endswith("/import")]
    number, email = int(list_id), person(1).identifiers["email"]
    with httpx.Client(transport=httpx.MockTransport(capture)) as http:
        client = brevo.Brevo(api_key=KEY, httpx_client=http, max_retries=0)
        contacts = client.contacts
        acts = [
            lambda: client.account.get_account(),
            lambda: contacts.get_lists(limit=50, offset=0, sort="asc"),
            lambda: contacts.create_list(name="VIP", folder_id=1),
            lambda: contacts.get_attributes(),
            lambda: contacts.create_attribute("normal", "FIRST_NAME", type="text"),
            lambda: contacts.import_contacts(
                json_body=imported["jsonBody"],
                list_ids=[number],
                update_existing_contacts=True,
                empty_contacts_attributes=True,
                disable_notification=True,
            ),
            lambda: client.process.get_process(int(job)),
            lambda: contacts.get_list(number),
            lambda: contacts.get_contacts_from_list(number, limit=500, offset=0),
            lambda: contacts.remove_contact_from_list(number, request={"emails": [email]}),
            lambda: contacts.delete_contact(email, identifier_type="email_id"),
        ]
        for act in acts:
            with pytest.raises(brevo.core.api_error.ApiError):
                act()
    return sent


def test_a_batch_keeps_to_the_limits():
    limits = BrevoDestination.limits
    calls = -(-BrevoDestination.batch_size // limits["remove"].most)

    assert BrevoDestination.batch_bytes <= limits["import_bytes"].most
    assert calls * BrevoDestination.requests_per_second <= limits["pace"].most
