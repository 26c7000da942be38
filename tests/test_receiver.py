"""The local platform: that it keeps lists rightly, and fails only on command."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlsplit

import pytest

from cdp_activate.errors import SettingsError
from cdp_activate.receiver import Receiver, RecordedCall, main
from cdp_activate.signature import secret_bytes, sign

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def receiver():
    with Receiver() as receiver:
        yield receiver


def call(receiver, method="POST", path="/", body=b"", headers=None):
    """Status, headers and body of one answer, on a connection of its own."""
    connection = http.client.HTTPConnection(urlsplit(receiver.url).netloc, timeout=5)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        data = response.read()
        return response.status, response.headers, json.loads(data) if data else None
    finally:
        connection.close()


def send(receiver, action, keys, *, list_name="VIP", headers=None, plan="gold"):
    rows = [{"key": key, "identifiers": {}, "fields": {"plan": plan}} for key in keys]
    body = json.dumps({"list": list_name, "action": action, "rows": rows}).encode()
    return call(receiver, body=body, headers=headers)


def members(receiver, list_name="VIP"):
    return set(receiver.lists.get(list_name, {}))


def test_it_keeps_lists_as_sets(receiver):
    send(receiver, "upsert", ["a", "b"])
    send(receiver, "upsert", ["b", "c"], plan="basic")
    send(receiver, "remove", ["a", "zz"])
    send(receiver, "upsert", ["a"], list_name="other")

    assert members(receiver) == {"b", "c"}
    assert receiver.lists["VIP"]["b"]["fields"] == {"plan": "basic"}
    assert members(receiver, "other") == {"a"}


def test_erasing_reaches_every_list(receiver):
    send(receiver, "upsert", ["a", "b"])
    send(receiver, "upsert", ["a"], list_name="other")
    send(receiver, "erase", ["a"], list_name=None)

    assert (members(receiver), members(receiver, "other")) == ({"b"}, set())


def test_it_tells_sizes_and_keys(receiver):
    send(receiver, "upsert", ["a", "b"], list_name="khách/VIP")

    assert call(receiver, "GET", "/lists")[2] == {"khách/VIP": 2}
    assert call(receiver, "GET", f"/lists/{quote('khách/VIP', safe='')}")[2] == ["a", "b"]
    assert call(receiver, "GET", "/lists/none")[0] == 404
    assert call(receiver, "GET", "/")[0] == 404


def test_it_counts_calls_and_remembers_nothing_personal(receiver):
    send(receiver, "upsert", ["a", "b"])
    call(receiver, "OPTIONS")
    call(receiver, body=b"no json")

    assert receiver.calls == 2
    assert receiver.requests == [
        RecordedCall("POST", "upsert", 2, 200),
        RecordedCall("OPTIONS", "", 0, 204),
        RecordedCall("POST", "", 0, 400),
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'{"action": "upsert", "rows": []}',
        b'{"list": "VIP", "action": "dance", "rows": []}',
        b'{"list": 5, "action": "upsert", "rows": []}',
        b'{"list": "VIP", "action": "upsert", "rows": 5}',
        b'{"list": "VIP", "action": "upsert", "rows": [{"id": 1}]}',
        b'{"list": "VIP", "action": ["upsert"], "rows": []}',
        b'{"list": "VIP", "action": "upsert", "rows": [{"key": ["a"]}]}',
        b'{"list": "VIP", "action": "upsert", "rows": [{"key": 5}]}',
    ],
)
def test_what_is_no_batch_is_refused(receiver, body):
    assert call(receiver, body=body)[0] == 400
    assert receiver.lists == {}


def test_a_repeated_id_is_answered_from_memory(receiver):
    receiver.misbehave("reject_rows", containing="b", reason="bounced")
    first = send(receiver, "upsert", ["a", "b"], headers={"webhook-id": "m1"})
    send(receiver, "remove", ["a"], headers={"webhook-id": "m2"})
    again = send(receiver, "upsert", ["a", "b"], headers={"webhook-id": "m1"})

    assert first[2] == again[2] == {"accepted": 1, "rejected": {"b": "bounced"}}
    assert members(receiver) == set()
    assert (receiver.calls, receiver.duplicates) == (3, 1)


def signed(body, *, age=0, secret=SECRET, message_id="m1"):
    timestamp = str(int(time.time()) - age)
    signature = sign(secret_bytes(secret), message_id, timestamp, body)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature,
    }


BODY = b'{"list": "VIP", "action": "upsert", "rows": [{"key": "a"}]}'


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 200),
        ({"age": 240}, 200),
        ({"age": 400}, 401),
        ({"age": -400}, 401),
        ({"secret": "another"}, 401),
        ({"body": BODY + b" "}, 401),
    ],
)
def test_signatures_are_checked_where_a_secret_is_given(change, status):
    headers = signed(**{"body": BODY, **change})
    with Receiver(SECRET) as receiver:
        assert call(receiver, body=BODY, headers=headers)[0] == status
        assert members(receiver) == ({"a"} if status == 200 else set())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("webhook-id", "m2"),
        ("webhook-id", ""),
        ("webhook-timestamp", "soon"),
        ("webhook-timestamp", "9" * 400),
        ("webhook-timestamp", ""),
        ("webhook-signature", "v1,x"),
        ("webhook-signature", ""),
    ],
)
def test_a_header_that_was_tampered_with_is_found(name, value):
    with Receiver(SECRET) as receiver:
        assert call(receiver, body=BODY, headers={**signed(BODY), name: value})[0] == 401
        assert receiver.lists == {}


def test_one_of_several_signatures_is_enough():
    """A sender that changes its secret signs with the old and the new one."""
    headers = signed(BODY)
    headers["webhook-signature"] = "v1,x " + headers["webhook-signature"]
    with Receiver(SECRET) as receiver:
        assert call(receiver, body=BODY, headers=headers)[0] == 200


def test_options_is_signed_too():
    with Receiver(SECRET) as receiver:
        assert call(receiver, "OPTIONS", headers=signed(b""))[0] == 204
        assert call(receiver, "OPTIONS")[0] == 401


# Faults...


@pytest.mark.parametrize("status", [429, 500, 503, 401, 404, 422])
@pytest.mark.parametrize("applied", [True, False])
def test_a_status_on_command_comes_before_or_after_the_rows_take_effect(receiver, status, applied):
    receiver.misbehave("status", status=status, retry_after=3, applied=applied)

    said, headers, _ = send(receiver, "upsert", ["a"])

    assert (said, headers["retry-after"]) == (status, "3")
    assert members(receiver) == ({"a"} if applied else set())
    assert send(receiver, "upsert", ["b"])[0] == 200


@pytest.mark.parametrize("applied", [True, False])
def test_a_reset_on_command(receiver, applied):
    receiver.misbehave("reset", applied=applied)

    with pytest.raises(ConnectionResetError):
        send(receiver, "upsert", ["a"])

    assert members(receiver) == ({"a"} if applied else set())


def test_half_a_body_on_command(receiver):
    receiver.misbehave("half_body")

    with pytest.raises(http.client.IncompleteRead):
        send(receiver, "upsert", ["a"])

    assert members(receiver) == {"a"}


def test_malformed_json_on_command(receiver):
    receiver.misbehave("malformed_json")

    with pytest.raises(json.JSONDecodeError):
        send(receiver, "upsert", ["a"])


def test_slowness_on_command(receiver):
    receiver.misbehave("slow", seconds=0.2)
    before = time.monotonic()

    assert send(receiver, "upsert", ["a"])[0] == 200
    assert time.monotonic() - before >= 0.2


def test_a_batch_that_holds_a_key_is_refused_until_the_platform_behaves(receiver):
    receiver.misbehave("refuse_batch_with", key="b")

    assert send(receiver, "upsert", ["a", "b"])[0] == 422
    assert send(receiver, "upsert", ["b"])[0] == 422
    assert send(receiver, "upsert", ["a"])[0] == 200
    receiver.behave()
    assert send(receiver, "upsert", ["b"])[0] == 200
    assert members(receiver) == {"a", "b"}


def test_what_was_refused_is_not_delivered_again(receiver):
    receiver.misbehave("refuse_batch_with", key="b")
    receiver.misbehave("duplicate", after=1)

    assert send(receiver, "upsert", ["b"])[0] == 422
    receiver.behave()
    send(receiver, "upsert", ["a"])
    send(receiver, "upsert", ["a"])
    assert members(receiver) == {"a"}


def test_faults_come_in_order_and_as_often_as_asked(receiver):
    receiver.misbehave("status", times=2, status=500)
    receiver.misbehave("status", status=429)
    receiver.misbehave("status", times=None, status=503)

    assert [send(receiver, "upsert", ["a"])[0] for _ in range(6)] == [500, 500, 429, 503, 503, 503]
    receiver.behave()
    assert send(receiver, "upsert", ["a"])[0] == 200


def test_many_threads_lose_nobody(receiver):
    def batch(number):
        return send(receiver, "upsert", [f"{number}-{one}" for one in range(20)])[0]

    with ThreadPoolExecutor(16) as threads:
        assert set(threads.map(batch, range(100))) == {200}

    assert len(members(receiver)) == 2000
    assert receiver.calls == len(receiver.requests) == 100


def test_a_connection_serves_many_calls(receiver):
    connection = http.client.HTTPConnection(urlsplit(receiver.url).netloc, timeout=5)
    before = {thread.ident for thread in threading.enumerate()}
    for _ in range(5):
        connection.request("POST", "/", BODY)
        assert connection.getresponse().read()
    new = {thread.ident for thread in threading.enumerate()} - before
    connection.close()

    assert len(new) == 1


def test_a_body_of_unknown_length_is_refused(receiver):
    assert call(receiver, headers={"content-length": "-1"})[0] == 411


def test_nothing_answers_once_it_is_closed(receiver):
    connection = http.client.HTTPConnection(urlsplit(receiver.url).netloc, timeout=5)
    connection.request("POST", "/", BODY)
    connection.getresponse().read()
    receiver.__exit__()

    with pytest.raises((ConnectionError, http.client.HTTPException)):
        connection.request("POST", "/", BODY)
        connection.getresponse()
    connection.close()


# Alone...


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_runs_alone_and_stops_when_asked(how):
    """`python -m cdp_activate.receiver`, with nothing personal in what it prints."""
    command = [sys.executable, "-m", "cdp_activate.receiver", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        greeting = process.stdout.readline()

        class Alone:
            url = greeting.split()[2]

        assert send(Alone, "upsert", ["ann@x.test"])[0] == 200
        assert call(Alone, "GET", "/lists")[2] == {"VIP": 1}
        process.send_signal(how)
        out, err = process.communicate(timeout=10)

    assert greeting.startswith("Listening on http://127.0.0.1:")
    assert (process.returncode, out, err) == (0, "", "")


def test_a_port_that_is_taken_is_said_in_a_sentence(receiver, capsys):
    port = urlsplit(receiver.url).port

    with pytest.raises(SettingsError, match="cannot be listened on"):
        Receiver(port=port)
    assert main(["--port", str(port)]) == 2
    assert f"port {port}" in capsys.readouterr().err
