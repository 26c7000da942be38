"""The HTTP seam: what each status, header and broken connection becomes."""

from __future__ import annotations

import gzip
import socket
import ssl
import subprocess
import sys
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
import urllib3

from cdp_activate.answers import (
    LONGEST_WAIT,
    PatientTransport,
    raise_for_status,
    read_json,
    retry_after,
)
from cdp_activate.errors import (
    AuthError,
    DestinationError,
    RefusedError,
    RetryError,
    SettingsError,
    UnavailableError,
)
from cdp_activate.http import FunctionTransport, Headers, PooledTransport, Request, Response
from cdp_activate.local_server import CutAnswer, LocalServer


@pytest.fixture
def transport():
    pool = PooledTransport(connections=4, timeout=10)
    yield pool
    pool.close()


def test_headers_are_found_in_any_case():
    headers = Headers({"Content-Type": "text/plain"})

    assert headers["content-TYPE"] == "text/plain"
    assert "CONTENT-type" in headers
    assert headers.get("retry-after") is None


def test_requests_and_responses_show_nothing_secret():
    request = Request(
        "POST", "https://x.test/p?token=abc", {"Authorization": "Bearer k"}, b"ann@x.test"
    )
    response = Response(200, {"Set-Cookie": "session"}, b"ann@x.test")

    for secret in ("token", "Bearer", "ann", "session"):
        assert secret not in repr(request) + repr(response)
    assert "Bearer" not in repr(request.headers)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, DestinationError),
        (400, RefusedError),
        (401, AuthError),
        (402, DestinationError),
        (403, AuthError),
        (404, DestinationError),
        (405, DestinationError),
        (408, UnavailableError),
        (409, DestinationError),
        (410, DestinationError),
        (413, RefusedError),
        (422, RefusedError),
        (425, UnavailableError),
        (429, UnavailableError),
        (500, UnavailableError),
        (503, UnavailableError),
        (520, UnavailableError),
        (599, UnavailableError),
    ],
)
def test_each_status_is_the_right_error(status, error):
    with pytest.raises(DestinationError) as raised:
        raise_for_status(Response(status, {}, b"ann@x.test is bad"), who="mail")

    assert type(raised.value) is error
    assert "mail" in str(raised.value)
    assert str(status) in str(raised.value)
    assert "ann@x.test" not in str(raised.value)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_success_raises_nothing(status):
    raise_for_status(Response(status), who="mail")


def test_a_long_reading_waits_where_it_is_asked_to_and_gives_up_where_that_is_long():
    answers = [Response(429, {"Retry-After": "7"}), Response(503), Response(200)]
    naps = []
    patient = PatientTransport(FunctionTransport(lambda _: answers.pop(0)), sleep=naps.append)

    assert patient.send(Request("GET", "https://x.test/")).status == 200
    assert naps == [7.0, 4.0]
    for answer in (Response(429, {"Retry-After": "3000"}), Response(404)):
        answers.append(answer)
        assert patient.send(Request("GET", "https://x.test/")).status == answer.status
    patient.inner = FunctionTransport(lambda _: Response(429))
    assert patient.send(Request("GET", "https://x.test/")).status == 429
    assert len(naps) == 2 + 7


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "0"}, 0.0),
        ({"retry-after": " 30 "}, 30.0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "86400"}, LONGEST_WAIT),
        ({"Retry-After": "9" * 400}, LONGEST_WAIT),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "²"}, None),
        ({"Retry-After": ""}, None),
        ({"Retry-After": "Sat, 21 Nov 2026 21:00:00 GMT"}, 0.0),
        ({"Retry-After": "Sat, 99 Nov 2026 21:00:00 GMT"}, None),
    ],
)
def test_retry_after_is_read_or_ignored(headers, seconds):
    clock = {"Date": "Sat, 21 Nov 2026 22:00:00 GMT"} if "Nov" in str(headers) else {}

    assert retry_after(Response(429, {**headers, **clock})) == seconds


def test_a_retry_date_is_measured_by_the_platforms_own_clock():
    headers = {
        "Date": "Tue, 01 Jan 2030 00:00:00 GMT",
        "Retry-After": "Tue, 01 Jan 2030 00:02:00 GMT",
    }

    assert retry_after(Response(503, headers)) == 120.0


def test_a_retry_date_without_a_platform_clock_uses_ours():
    far = Response(503, {"Retry-After": "Fri, 31 Dec 2099 00:00:00 GMT"})

    assert retry_after(far) == LONGEST_WAIT


def test_the_wait_travels_in_the_error():
    with pytest.raises(RetryError) as raised:
        raise_for_status(Response(429, {"Retry-After": "12"}), who="mail")

    assert raised.value.after == 12.0
    assert not raised.value.in_doubt


def test_a_server_that_broke_may_have_acted():
    with pytest.raises(RetryError) as raised:
        raise_for_status(Response(500), who="mail")

    assert raised.value.in_doubt


def test_a_request_reaches_the_other_side_whole(transport):
    seen = []

    def answer(request):
        seen.append(request)
        return Response(201, {"X-Request-Id": "7"}, b'{"ok": "\xc4\x90"}')

    with LocalServer(answer) as server:
        response = transport.send(
            Request("POST", f"{server.url}lists?a=1", {"X-Key": "k"}, "Đà Nẵng".encode())
        )

    assert (response.status, response.headers["x-request-id"]) == (201, "7")
    assert response.json() == {"ok": "Đ"}
    assert seen[0].method == "POST"
    assert seen[0].url.endswith("/lists?a=1")
    assert seen[0].headers["x-key"] == "k"
    assert seen[0].body.decode() == "Đà Nẵng"


def test_connections_are_kept_and_bounded(transport):
    """Forty calls from twenty threads need no more than four connections."""
    threads = set()

    def answer(request):
        threads.add(threading.get_ident())
        return Response(200)

    with LocalServer(answer) as server, ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: transport.send(Request("POST", server.url, {}, b"x")), range(40)))

    assert 1 <= len(threads) <= 4


def test_redirects_are_not_followed(transport):
    calls = []

    def answer(request):
        calls.append(request.url)
        return Response(307, {"Location": "/elsewhere"})

    with LocalServer(answer) as server:
        response = transport.send(Request("POST", server.url, {}, b"signed"))

    assert response.status == 307
    assert len(calls) == 1


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda _: CutAnswer("reset"), "closed the connection"),
        (lambda _: CutAnswer("half", Response(200, {}, b"0123456789")), "in the middle"),
        (lambda _: Response(200, {"Content-Encoding": "gzip"}, b"no gzip"), "decompressed"),
    ],
    ids=["reset", "half a body", "bad compression"],
)
def test_a_broken_answer_may_be_tried_again(transport, answer, words):
    with LocalServer(answer) as server, pytest.raises(RetryError) as raised:
        transport.send(Request("POST", f"{server.url}hook?token=abc", {}, b"ann@x.test"))

    assert words in str(raised.value)
    assert "127.0.0.1" in str(raised.value)
    assert "token" not in str(raised.value)
    assert raised.value.in_doubt, "the request may have been heard"
    assert raised.value.__cause__ is None


def test_an_answer_that_takes_too_long_may_be_tried_again():
    release = threading.Event()
    transport = PooledTransport(timeout=0.2)

    with LocalServer(lambda _: Response(200 if release.wait(10) else 500)) as server:
        with pytest.raises(RetryError, match=r"127\.0\.0\.1 did not answer in time"):
            transport.send(Request("POST", server.url, {}, b"ann@x.test"))
        release.set()
    transport.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:{free}/hook?token=abc", "is it running"),
        ("http://nowhere.invalid/hook?token=abc", "could not be found"),
        ("https://127.0.0.1:{taken}/hook?token=abc", "TLS"),
    ],
    ids=["refused", "unknown name", "no TLS there"],
)
def test_a_platform_out_of_reach_may_be_tried_again(transport, url, words):
    with LocalServer(lambda _: Response(200)) as server:
        taken = server.url.rpartition(":")[2].strip("/")
        address = url.format(free=_free_port(), taken=taken)
        with pytest.raises(RetryError) as raised:
            transport.send(Request("POST", address, {}, b"ann@x.test"))

    assert words in str(raised.value)
    assert "token" not in str(raised.value)
    assert raised.value.in_doubt == (words == "TLS"), "without a connection nothing was heard"


def test_a_certificate_is_asked_for_before_anything_is_said(transport, monkeypatch):
    """So no message can have been heard, and all are sent when it is mended."""

    def refuse(*_, **__):
        raise urllib3.exceptions.SSLError(ssl.SSLCertVerificationError(1, "expired: x.test?k=abc"))

    monkeypatch.setattr(transport._pool, "request", refuse)
    with pytest.raises(RetryError, match=r"the certificate of x\.test is not one") as raised:
        transport.send(Request("POST", "https://x.test/?k=abc", {}, b""))
    assert not raised.value.in_doubt
    assert "abc" not in str(raised.value)


def test_an_address_that_is_none_is_not_tried_again(transport):
    with pytest.raises(DestinationError) as raised:
        transport.send(Request("POST", "http://exa mple:99999999/?token=abc", {}, b""))

    assert not isinstance(raised.value, RetryError)
    assert "token" not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://127.0.0.1:1/", "k3y\n"),
        ("http://127.0.0.1:1/", "k€y"),
        ("http://[::1/hook?token=k3y", "k3y"),
    ],
    ids=["line break of a mounted file", "no ASCII", "half an address"],
)
def test_what_no_header_or_address_may_hold_is_said_without_it(transport, url, key):
    request = Request("POST", url, {"Authorization": f"Bearer {key}"}, b"{}")

    with pytest.raises(DestinationError) as raised:
        transport.send(request)

    assert not isinstance(raised.value, RetryError)
    assert not raised.value.in_doubt
    assert key.strip() not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_nesting_that_python_cannot_read_is_no_json():
    with pytest.raises(RetryError, match="not JSON"):
        read_json(Response(200, {}, b"[" * 100_000), who="mail")


def test_calls_go_through_the_proxy_that_the_environment_names(monkeypatch):
    """Never those to this machine, nor to who is in NO_PROXY."""
    seen = []

    def answer(request):
        seen.append((request.url, request.headers.get("proxy-authorization")))
        return Response(200)

    def send(url):
        transport = PooledTransport(timeout=2)
        try:
            return transport.send(Request("POST", url, {}, b"x"))
        finally:
            transport.close()

    with LocalServer(answer) as server:
        address = server.url.replace("http://", "http://us%20er:pa%40ss@")
        monkeypatch.setenv("HTTP_PROXY", address)
        monkeypatch.setenv("https_proxy", f"127.0.0.1:{_free_port()}")
        monkeypatch.setenv("NO_PROXY", "own.invalid")

        assert send("http://platform.invalid/lists").status == 200
        assert len(seen) == 1
        assert seen[0][0].endswith("platform.invalid/lists")
        assert seen[0][1] == "Basic dXMgZXI6cGFAc3M="
        assert send(server.url).status == 200
        assert seen[1][1] is None
        with pytest.raises(RetryError, match="could not be found"):
            send("http://own.invalid/")
        with pytest.raises(RetryError, match="proxy") as raised:
            send("https://platform.invalid/")
        assert not raised.value.in_doubt
        monkeypatch.setenv("HTTP_PROXY", "socks5://user:pass@127.0.0.1")
        with pytest.raises(SettingsError, match="HTTP_PROXY") as refused:
            send(server.url)
        assert "pass" not in str(refused.value)


def test_a_function_is_a_transport():
    transport = FunctionTransport(lambda request: Response(200, {}, request.body))

    assert transport.send(Request("PUT", "https://x.test", {}, b"1")).json() == 1


def test_importing_the_seam_loads_no_client():
    """`--help` must not pay for urllib3."""
    code = "import sys, cdp_activate.http; sys.exit('urllib3' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@contextmanager
def trickling(*, pause=0.02, head=b"HTTP/1.1 200 OK\r\n", then=b"X-Wait: on\r\n"):
    """A server that sends a byte now and then, and never ends; its address."""
    over = threading.Event()

    def answer(connection):
        with connection, suppress(OSError):
            connection.recv(1000)
            connection.sendall(head)
            while not over.is_set():
                for byte in then:
                    connection.sendall(bytes([byte]))
                    over.wait(pause)

    def accept(listener):
        with suppress(OSError):
            while True:
                threading.Thread(target=answer, args=listener.accept()[:1], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        over.set()


BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
TO_THE_END = b"HTTP/1.0 200 OK\r\n\r\n"


@pytest.mark.parametrize(
    ("head", "then"),
    [(b"", b"HTTP/1.1 200 OK and more of it "), (b"HTTP/1.1 200 OK\r\n", b"X-Wait: on\r\n"),
     (BODY, b" "), (CHUNKED, b"1\r\n \r\n"), (TO_THE_END, b"{}")],
    ids=["status", "headers", "body", "chunks", "body to the end of the connection"],
)  # fmt: skip
def test_an_answer_that_trickles_is_not_waited_for_longer_than_the_call_may_take(head, then):
    transport = PooledTransport(timeout=5, longest=0.2)
    began = time.monotonic()

    with trickling(head=head, then=then) as url, pytest.raises(UnavailableError) as raised:
        transport.send(Request("POST", f"{url}?token=abc", {}, b"ann@x.test"))

    assert time.monotonic() - began < 1.0
    assert "did not answer in time" in str(raised.value)
    assert "token" not in str(raised.value)
    assert raised.value.in_doubt
    transport.close()


def test_calls_that_are_given_up_end_at_once_and_no_other_begins():
    given_up = threading.Event()
    transport = PooledTransport(connections=3, timeout=60, given_up=given_up)

    with trickling(head=BODY, then=b" ") as url, ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(transport.send, Request("POST", url, {}, b"x")) for _ in range(3)]
        time.sleep(0.1)
        began = time.monotonic()
        given_up.set()
        errors = [call.exception() for call in calls]
        with pytest.raises(UnavailableError, match="not waited for"):
            transport.send(Request("POST", url, {}, b"x"))

    assert time.monotonic() - began < 1.0
    assert all(isinstance(error, UnavailableError) and error.in_doubt for error in errors)
    transport.close()


def test_a_call_in_time_leaves_its_connection_to_others():
    """The end of one call does not come upon the next over the same connection."""
    transport = PooledTransport(connections=1, timeout=5, longest=0.3)
    threads = set()

    def answer(request):
        threads.add(threading.get_ident())
        return Response(200)

    with LocalServer(answer) as server:
        for _ in range(5):
            assert transport.send(Request("POST", server.url, {}, b"x")).status == 200
            time.sleep(0.1)

    assert len(threads) == 1
    transport.close()


@pytest.mark.parametrize("compressed", [False, True])
def test_an_answer_without_an_end_does_not_fill_the_memory(transport, monkeypatch, compressed):
    monkeypatch.setattr("cdp_activate.http.MOST_BYTES", 10_000)
    body, headers = b" " * 10_001, {}
    if compressed:
        body, headers = gzip.compress(body), {"Content-Encoding": "gzip"}

    with (
        LocalServer(lambda _: Response(200, headers, body)) as server,
        pytest.raises(UnavailableError, match="more than 10,000 bytes") as raised,
    ):
        transport.send(Request("POST", server.url, {}, b"x"))

    assert raised.value.in_doubt


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(b'{"rejected": {"c-1": "no"}}')[:-9]),
        ("gzip", gzip.compress(b'{"rejected": {"c-1": "no"}}')[:12]),
        ("br", b"\x0b\x02\x80"),
    ],
    ids=["half", "the beginning", "a coding that nobody asked for"],
)
def test_half_of_a_compressed_answer_is_none(transport, coding, body):
    """What is left of it may read as an answer without a refusal."""
    with (
        LocalServer(lambda _: Response(200, {"Content-Encoding": coding}, body)) as server,
        pytest.raises(UnavailableError, match="cannot be decompressed") as raised,
    ):
        transport.send(Request("POST", server.url, {}, b"x"))

    assert raised.value.in_doubt


def test_a_compressed_answer_is_read(transport):
    def members(body):  # RFC 1952, 2.2: one after the other
        return gzip.compress(body[:3]) + gzip.compress(body[3:])

    forms = ((gzip.compress, "gzip"), (members, "gzip"), (zlib.compress, "deflate"))
    for form, coding in forms:
        answer = Response(200, {"Content-Encoding": coding}, form(b'{"ok": 1}'))
        with LocalServer(lambda _, answer=answer: answer) as server:
            assert transport.send(Request("POST", server.url, {}, b"x")).json() == {"ok": 1}
