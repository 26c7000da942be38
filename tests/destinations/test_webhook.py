"""The webhook destination, over a real socket and against plain functions."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pydantic import ValidationError

from cdp_activate.destinations.rows import Receipt, Row
from cdp_activate.destinations.webhook import WebhookDestination
from cdp_activate.errors import (
    AuthError,
    DestinationError,
    RefusedError,
    RetryError,
    UnavailableError,
)
from cdp_activate.http import FunctionTransport, Response
from cdp_activate.receiver import Receiver
from cdp_activate.signature import secret_bytes, sign
from cdp_activate.testing import DestinationContract, HttpDestinationContract, person

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
JSON = {"Content-Type": "application/json"}


def webhook(url="https://hook.test/in", answer=None, **settings):
    transport = None if answer is None else FunctionTransport(answer)
    chosen = WebhookDestination.Settings(url=url, **settings)
    return WebhookDestination(chosen, transport=transport, name="hook")


class ReceiverPlatform:
    def __init__(self, receiver):
        self.receiver = receiver

    def members(self, list_name):
        return self.receiver.lists.get(list_name, {})

    def calls(self):
        return self.receiver.calls


class TestContract(DestinationContract, HttpDestinationContract):
    @pytest.fixture
    def receiver(self):
        with Receiver(SECRET) as receiver:
            yield receiver

    @pytest.fixture
    def platform(self, receiver):
        return ReceiverPlatform(receiver)

    @pytest.fixture
    def destination(self, receiver):
        destination = webhook(receiver.url, secret=SECRET)
        yield destination
        destination.close()

    @pytest.fixture
    def connect(self):
        chosen = WebhookDestination.Settings(url="https://hook.test/in", secret=SECRET)
        return lambda transport: WebhookDestination(chosen, transport=transport)


@pytest.fixture
def receiver():
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def destination(receiver):
    destination = webhook(receiver.url, timeout=10)
    yield destination
    destination.close()


def test_the_body_says_list_action_and_rows():
    seen = []
    destination = webhook(answer=lambda request: seen.append(request) or Response(204))

    destination.upsert("VIP", [Row("c1", {"email": "ann@x.test"}, {"plan": "gold"})])
    destination.remove("VIP", [Row("c1", {"email": "ann@x.test"}, {"plan": "gold"})])
    destination.erase([Row("c1", {"email": "ann@x.test"})])

    one = {"key": "c1", "identifiers": {"email": "ann@x.test"}}
    assert [request.json() for request in seen] == [
        {"list": "VIP", "action": "upsert", "rows": [{**one, "fields": {"plan": "gold"}}]},
        {"list": "VIP", "action": "remove", "rows": [one]},
        {"list": None, "action": "erase", "rows": [one]},
    ]
    assert {(request.method, request.url) for request in seen} == {("POST", "https://hook.test/in")}
    assert seen[0].headers["content-type"].startswith("application/json")


def test_bodies_are_compressed_where_that_is_said_and_pays():
    seen = []
    with Receiver(SECRET) as receiver:
        destination = webhook(receiver.url, secret=SECRET, gzip=True)
        send = destination.transport.inner.inner.send
        destination.transport.inner.inner.send = lambda call: seen.append(call) or send(call)
        rows = [Row(f"c{number}", {"email": f"{number}@x.test"}) for number in range(100)]
        destination.upsert("VIP", rows)
        destination.remove("VIP", rows[:1])
        destination.close()

        assert 99 == len(receiver.lists["VIP"])
    large, small = seen
    assert "gzip" == large.headers["content-encoding"]
    assert len(large.body) * 5 < len(gzip.decompress(large.body))
    assert "content-encoding" not in small.headers


def test_an_event_carries_its_idempotency_key(receiver, destination):
    row = Row("c1", {"email": "ann@x.test"}, {"plan": "gold"}, idempotency_key="k-1")

    destination.send("welcome", [row])

    sent = {"key": "c1", "identifiers": {"email": "ann@x.test"}, "fields": {"plan": "gold"}}
    assert receiver.events == {"welcome": [{**sent, "idempotency_key": "k-1"}]}
    assert receiver.lists == {}
    assert not destination.deduplicates
    assert webhook(deduplicates=True).deduplicates


def test_values_of_the_warehouse_have_one_json_form():
    seen = []
    destination = webhook(answer=lambda request: seen.append(request.body) or Response(204))
    fields = {
        "money": Decimal("129.90"),
        "tiny": Decimal("1E-7"),
        "day": date(2026, 11, 21),
        "instant": datetime(2026, 11, 21, 8, 30, tzinfo=UTC),
        "naive": datetime(2026, 11, 21, 8, 30, 0, 5),
        "unknown": float("nan"),
        "nothing": None,
        "club": True,
        "tags": ["ink", {"nib": Decimal("0.5")}],
        "raw": b"\x00\xff",
        "place": "Đà Nẵng",
    }

    destination.upsert("VIP", [Row("c1", {}, fields)])
    destination.upsert("VIP", [Row("c1", {}, dict(reversed(fields.items())))])

    assert json.loads(seen[0])["rows"][0]["fields"] == {
        "money": "129.90",
        "tiny": "0.0000001",
        "day": "2026-11-21",
        "instant": "2026-11-21T08:30:00+00:00",
        "naive": "2026-11-21T08:30:00.000005",
        "unknown": None,
        "nothing": None,
        "club": True,
        "tags": ["ink", {"nib": "0.5"}],
        "raw": "00ff",
        "place": "Đà Nẵng",
    }
    assert seen[0] == seen[1]
    assert "Đà Nẵng".encode() in seen[0]


def test_half_a_surrogate_pair_refuses_the_batch_so_that_the_row_is_found():
    destination = webhook(answer=lambda _: Response(204))

    with pytest.raises(RefusedError):
        destination.upsert("VIP", [person(1), Row("c1", {}, {"name": "\ud83d"})])


def test_a_type_that_cannot_be_sent_is_named():
    destination = webhook(answer=lambda _: Response(204))

    with pytest.raises(DestinationError, match="value of type object"):
        destination.upsert("VIP", [Row("c1", {}, {"thing": object()})])


def test_the_signature_is_that_of_the_specification():
    """The reference vector that the Standard Webhooks libraries share."""
    key = secret_bytes(SECRET)

    assert (
        sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_a_secret_may_be_any_text():
    with Receiver("tiếng Việt") as receiver:
        destination = webhook(receiver.url, secret="tiếng Việt")
        destination.check()
        receipt = destination.upsert("VIP", [person(1)])
        destination.close()

    assert receipt == Receipt()
    assert set(receiver.lists["VIP"]) == {person(1).key}


def test_without_a_secret_nothing_is_signed():
    seen = []
    destination = webhook(answer=lambda request: seen.append(request.headers) or Response(204))

    destination.upsert("VIP", [person(1)])

    assert "webhook-signature" not in seen[0]
    assert seen[0]["webhook-id"].startswith("msg_")


def test_a_wrong_secret_is_found_by_the_check():
    with Receiver(SECRET) as receiver:
        destination = webhook(receiver.url, secret="another")
        with pytest.raises(AuthError):
            destination.check()
        with pytest.raises(AuthError):
            destination.upsert("VIP", [person(1)])
        destination.close()


def test_a_platform_that_is_down_is_found_by_the_check(receiver, destination):
    destination.check()
    receiver.__exit__()

    with pytest.raises(RetryError, match=r"127\.0\.0\.1"):
        destination.check()


@pytest.mark.parametrize("status", [200, 204, 400, 404, 405, 501])
def test_an_endpoint_without_options_passes_the_check_unless_it_fails(status):
    destination = webhook(answer=lambda _: Response(status))
    if status == 501:
        with pytest.raises(RetryError):
            destination.check()
    else:
        destination.check()


def test_own_headers_are_sent_and_may_replace_the_user_agent():
    seen = []
    headers = {"Authorization": "Bearer k", "USER-AGENT": "pens"}
    destination = webhook(
        answer=lambda request: seen.append(request.headers) or Response(204), headers=headers
    )

    destination.upsert("VIP", [person(1)])

    assert (seen[0]["authorization"], seen[0]["user-agent"]) == ("Bearer k", "pens")


# What the answer says of rows...


def answered(body, headers=JSON):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    destination = webhook(answer=lambda _: Response(200, headers, data))
    return destination.upsert("VIP", [person(1), person(2)])


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"", {}),
        (b"", JSON),
        (b" \n", JSON),
        ({}, JSON),
        ({"rejected": {}}, JSON),
        ({"rejected": []}, JSON),
        ({"rejected": None}, JSON),
        (["ok"], JSON),
        (b"ok", {"Content-Type": "text/plain"}),
        (b"ok <html>", {"Content-Type": "text/html"}),
    ],
)
def test_success_without_rejections_accepts_the_batch(body, headers):
    assert answered(body, headers) == Receipt()


def test_a_page_to_log_in_at_accepts_nothing():
    with pytest.raises(DestinationError, match="a web page"):
        answered(b"\n<!DOCTYPE html><title>Log in</title>", {"Content-Type": "text/html"})


@pytest.mark.parametrize(
    "rejected",
    [
        {"c-00001": "no such country"},
        [{"key": "c-00001", "reason": "no such country"}],
    ],
)
@pytest.mark.parametrize("headers", [JSON, {"Content-Type": "text/plain"}, {}])
def test_rejected_rows_are_named_in_either_form(rejected, headers):
    receipt = answered({"rejected": rejected}, headers)

    assert receipt == Receipt({"c-00001": "no such country"})


@pytest.mark.parametrize("reason", ["", None])
@pytest.mark.parametrize("form", ["mapping", "list", "keys"])
def test_a_rejection_needs_no_reason(reason, form):
    rejected = {
        "mapping": {"c-00001": reason},
        "list": [{"key": "c-00001", "reason": reason}],
        "keys": ["c-00001"],
    }[form]

    assert answered({"rejected": rejected}).rejected == {"c-00001": "refused without a reason"}


def test_rejected_keys_that_were_not_sent_are_counted_and_never_exceed_the_batch():
    strangers = {f"x{number}": "unknown" for number in range(9)}

    assert answered({"rejected": {"x1": "?"}}) == Receipt({}, 1)
    assert answered({"rejected": [{"reason": "?"}]}) == Receipt({}, 1)
    receipt = answered({"rejected": {"c-00001": "bad", **strangers}})
    assert receipt == Receipt({"c-00001": "bad"}, 1)


def test_an_unreadable_answer_is_no_success():
    with pytest.raises(RetryError, match="not JSON"):
        answered(b'{"rejected": {"c-0')


@pytest.mark.parametrize("rejected", ["c-00001", 1, True])
def test_an_answer_in_an_unknown_form_stops_the_sync(rejected):
    with pytest.raises(DestinationError, match="not understood") as raised:
        answered({"rejected": rejected})

    assert not isinstance(raised.value, RetryError)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("person.1@example.com is on hold", "*** is on hold"),
        ("PERSON.1@EXAMPLE.COM is on hold", "*** is on hold"),
        ("same as bob@other.test", "same as ***"),
        ("+84 (236) 3822-0000 is no mobile", "*** is no mobile"),
        ("Person 1 has no address", "*** has no address"),
        ("error 1487534, field 3", "error 1487534, field 3"),
        ("line\r\none\x00 two", "line one two"),
        ({"code": "bad"}, "{'code': 'bad'}"),
    ],
)
def test_reasons_carry_nothing_personal(said, kept):
    assert answered({"rejected": {"c-00001": said}}).rejected == {"c-00001": kept}


def test_reasons_carry_no_value_of_a_field_either():
    fields = {
        "born": date(1990, 5, 1),
        "spent": Decimal("1234.50"),
        "tags": ["Tuyết", {"street": "12 Hàng Bạc"}],
        "visits": 3,
        "name": "Ann (B.)",
    }
    said = "born 1990-05-01, spent 1234.50, Tuyết of 12 Hàng Bạc, ANN (b.), 3 visits: annual"
    destination = webhook(
        answer=lambda _: Response(200, JSON, json.dumps({"rejected": {"c1": said}}).encode())
    )

    receipt = destination.upsert("VIP", [Row("c1", {}, fields)])

    assert receipt.rejected == {"c1": "born ***, spent ***, *** of ***, ***, 3 visits: annual"}


def test_reasons_are_cut_after_they_are_masked():
    reason = "x" * 190 + " person.1@example.com"

    kept = answered({"rejected": {"c-00001": reason + "y" * 500}}).rejected["c-00001"]

    assert len(kept) == 200
    assert "person" not in kept


# Repetition...


def test_a_retry_carries_the_same_id_and_a_new_call_a_new_one():
    ids, statuses = [], iter([500, 429, 200, 200, 422, 200])

    def answer(request):
        ids.append(request.headers["webhook-id"])
        return Response(next(statuses))

    destination = webhook(answer=answer)
    for _ in range(6):
        try:
            destination.upsert("VIP", [person(1)])
        except (RetryError, RefusedError):
            continue

    assert ids[0] == ids[1] == ids[2]
    assert len(set(ids[2:])) == 4


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        ("status", {"status": 500, "applied": True}),
        ("status", {"status": 503}),
        ("reset", {"applied": True}),
        ("reset", {}),
        ("half_body", {}),
        ("half_body", {"applied": False}),
        ("malformed_json", {}),
        ("slow", {"seconds": 1.5}),
    ],
)
def test_sending_again_after_a_fault_ends_in_the_same_place(receiver, fault, options):
    destination = webhook(receiver.url, timeout=1 if fault == "slow" else 10)
    receiver.misbehave(fault, **options)

    with pytest.raises(RetryError) as raised:
        destination.upsert("VIP", [person(1), person(2)])
    receipt = destination.upsert("VIP", [person(1), person(2)])
    destination.close()

    assert receipt == Receipt()
    assert set(receiver.lists["VIP"]) == {person(1).key, person(2).key}
    assert receiver.calls == 2
    assert "example.com" not in str(raised.value)


def test_what_was_applied_before_the_fault_is_not_applied_twice(receiver, destination):
    receiver.misbehave("reset", applied=True)

    with pytest.raises(RetryError):
        destination.upsert("VIP", [person(1)])
    destination.upsert("VIP", [person(1)])

    assert receiver.duplicates == 1


def test_rows_that_the_platform_rejects_are_not_on_its_list(receiver, destination):
    receiver.misbehave("reject_rows", keys={"c-00002": "person.2@example.com bounced"})

    receipt = destination.upsert("VIP", [person(1), person(2)])

    assert receipt == Receipt({"c-00002": "*** bounced"})
    assert set(receiver.lists["VIP"]) == {"c-00001"}


# Settings...


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"url": ""},
        {"url": "ftp://x.test"},
        {"url": "x.test/hook"},
        {"url": "https://"},
        {"url": "http://[::1"},
        {"url": "https://user:pass-word@x.test"},
        {"url": "https://x.test", "colour": "red"},
        {"url": "https://x.test", "batch_size": 0},
        {"url": "https://x.test", "batch_size": 10_001},
        {"url": "https://x.test", "timeout": 0},
        {"url": "https://x.test", "concurrency": 0},
        {"url": "https://x.test", "requests_per_second": 0},
        {"url": "https://x.test", "secret": ""},
        {"url": "https://x.test", "secret": "whsec_pass-word!"},
        {"url": "https://x.test", "secret": "whsec_"},
        {"url": "https://x.test", "headers": {"X Key": "pass-word"}},
        {"url": "https://x.test", "headers": {"X-Key": "pass-word\r\nX-Other: 1"}},
        {"url": "https://x.test", "headers": {"X-Key": "pass-word ✍"}},
        {"url": "https://x.test", "headers": {"Webhook-Id": "pass-word"}},
        {"url": "https://x.test", "headers": {"Content-Length": "pass-word"}},
    ],
)
def test_wrong_settings_are_refused_without_showing_them(settings):
    with pytest.raises(ValidationError) as raised:
        WebhookDestination.Settings.model_validate(settings)

    assert "pass-word" not in str(raised.value)


def test_settings_never_show_their_secrets():
    settings = WebhookDestination.Settings(
        url="https://x.test/t0ken", headers={"X-Key": "k3y"}, secret="s3cret"
    )

    for secret in ("t0ken", "k3y", "s3cret"):
        assert secret not in repr(settings)


def test_the_limits_of_the_settings_are_those_of_the_destination():
    destination = webhook(batch_size=7, concurrency=3, requests_per_second=2.5, timeout=9)

    assert (destination.batch_size, destination.concurrency) == (7, 3)
    assert (destination.requests_per_second, destination.timeout) == (2.5, 9.0)


def test_a_fraction_from_yaml_is_taken_as_a_number():
    """YAML is read with exact decimals."""
    assert webhook(timeout=Decimal("2.5"), requests_per_second=Decimal("0.5")).timeout == 2.5


@pytest.mark.parametrize(
    "page",
    [
        {"size": 2, "members": [{"email": "a@example.com"}], "next": "p"},
        {"size": "2", "members": []},
        {"size": 2, "members": {"a": 1}},
        {"size": 2, "members": ["a@example.com"]},
    ],
)
def test_pages_of_members_that_never_end_or_have_another_form_are_said(page):
    body = json.dumps(page).encode()
    asked = iter(range(5))
    endpoint = webhook(
        answer=lambda _: Response(200, JSON, body) if next(asked) < 4 else None,
        lists_members=True,
    )

    with pytest.raises(DestinationError, match="members") as raised:
        list(endpoint.members("VIP"))

    assert "lists_members" in raised.value.remedy
    assert "example.com" not in str(raised.value)


@pytest.mark.parametrize("body", [b'{"rejected": {"c-00001"', b'{"rejected": {"c-00001": "\xe9"}}'])
def test_what_begins_as_json_and_is_none_is_no_success(body):
    """It may name rows that were refused, whatever its type is said to be."""
    destination = WebhookDestination(
        WebhookDestination.Settings(url="https://x.test"),
        transport=FunctionTransport(lambda _: Response(200, {"content-type": "text/plain"}, body)),
    )

    with pytest.raises(UnavailableError, match="not JSON"):
        destination.upsert("VIP", [person(1)])
