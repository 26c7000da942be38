"""A platform is called as fast as its own headers say: a clock that is set by hand, no waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from cdp_activate.destinations.brevo import BrevoDestination
from cdp_activate.destinations.hubspot import HubSpotDestination
from cdp_activate.destinations.klaviyo import KlaviyoDestination
from cdp_activate.errors import RetryError
from cdp_activate.http import FunctionTransport, Request, Response
from cdp_activate.pacing import COMMON, Endpoints, PacedTransport, Pacer, RemainingCalls, left

NOON = "Tue, 10 Mar 2026 12:00:00 GMT"
NOON_EPOCH = 1_773_144_000


@pytest.mark.parametrize(
    ("headers", "calls", "seconds"),
    [
        ({"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "20"}, 3, 20),
        ({"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": str(NOON_EPOCH + 7)}, 3, 7),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(NOON_EPOCH - 7)}, 0, 0),
        ({"RateLimit-Remaining": "50", "RateLimit-Reset": "30"}, 50, 30),
        ({"RateLimit": '"default";r=50;t=30'}, 50, 30),
        ({"RateLimit": "limit=100, remaining=50, reset=30"}, 50, 30),
        ({"x-sib-ratelimit-remaining": "9", "x-sib-ratelimit-reset": "1"}, 9, 1),
        (
            {
                "X-HubSpot-RateLimit-Remaining": "99",
                "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
            },
            99,
            10,
        ),
    ],
)
def test_each_form_of_the_headers_is_read(
    headers: dict[str, str], calls: int, seconds: float
) -> None:
    forms = (*COMMON, *BrevoDestination.rate_headers, *HubSpotDestination.rate_headers)
    (said,) = left(Response(200, {"Date": NOON, **headers}), forms)
    assert (calls, seconds) == (said.calls, said.seconds)


def test_each_of_several_limits_is_read() -> None:
    headers = {"RateLimit": '"burst";r=3;t=1, "daily";r=1000;t=3600;pk=:dHJpYWw=:'}
    assert [RemainingCalls('"burst"', 3, 1), RemainingCalls('"daily"', 1000, 3600)] == list(
        left(Response(200, headers))
    )


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-RateLimit-Remaining": "many", "X-RateLimit-Reset": "20"},
        {"X-RateLimit-Remaining": "3"},
        {"RateLimit": "r=;t=x"},
        {"RateLimit": f"r={'9' * 5000};t=1"},
        {"X-RateLimit-Remaining": "9" * 400, "X-RateLimit-Reset": "20"},
        {"Retry-After": "3"},
    ],
)
def test_what_says_nothing_of_a_limit_is_not_taken_for_one(headers: dict[str, str]) -> None:
    assert [] == list(left(Response(200, headers)))


@dataclass
class Platform:
    """Takes `limit` calls in each `window` seconds of a clock that only sleeping moves."""

    limit: int
    window: float = 10.0
    named: Callable[[int, float], dict[str, str]] = lambda calls, seconds: {
        "x-ratelimit-remaining": str(calls),
        "x-ratelimit-reset": f"{seconds:.0f}",
    }
    now: float = 100.0
    taken: int = 0
    ends: float = 0.0
    refused: int = 0
    slept: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Request) -> Response:
        with self.lock:
            if self.now >= self.ends:
                self.taken, self.ends = 0, self.now + self.window
            if self.taken == self.limit:
                self.refused += 1
                return Response(429)
            self.taken += 1
            said = self.named(self.limit - self.taken, self.ends - self.now)
            return Response(200, said)

    def sleep(self, seconds: float) -> None:
        with self.lock:
            self.slept.append(seconds)
            self.now += seconds

    def transport(self, *endpoints: Endpoints, longest: float = 60.0) -> PacedTransport:
        pacer = Pacer(COMMON, endpoints, sleep=self.sleep, now=lambda: self.now)
        pacer.longest = longest
        return PacedTransport(FunctionTransport(self.answer), pacer)


def get(path: str = "/people") -> Request:
    return Request("GET", f"https://platform.example{path}")


def test_no_call_is_made_that_the_platform_would_refuse() -> None:
    platform = Platform(limit=5)
    transport = platform.transport()
    assert [200] * 23 == [transport.send(get()).status for _ in range(23)]
    assert (0, [10.0] * 4) == (platform.refused, platform.slept)


def test_calls_under_way_count_too() -> None:
    platform = Platform(limit=5)
    inside, go = threading.Barrier(4), threading.Event()

    def slowly(request: Request) -> Response:
        if request.path == "/slow":
            inside.wait()
            go.wait()
        return platform.answer(request)

    transport = platform.transport()
    transport.inner = FunctionTransport(slowly)
    threads = [threading.Thread(target=transport.send, args=[get("/slow")]) for _ in range(3)]
    for thread in threads:
        thread.start()
    inside.wait()
    # Four are left, says the platform, but three are on their way.
    assert 200 == transport.send(get()).status
    assert 200 == transport.send(get()).status
    assert [] == platform.slept
    assert 200 == transport.send(get()).status
    assert [10.0] == platform.slept
    go.set()
    for thread in threads:
        thread.join()
    assert 0 == platform.refused


def test_an_answer_that_was_overtaken_gives_no_calls_back() -> None:
    platform = Platform(limit=1_000)
    transport = platform.transport()
    for calls, seconds in ((1, 10), (5, 12)):
        said = platform.named(calls, seconds)
        transport.inner = FunctionTransport(lambda request, said=said: Response(200, said))
        transport.send(get())
    transport.inner = FunctionTransport(platform.answer)
    transport.send(get())
    assert [12.0] == platform.slept


def test_what_is_counted_apart_waits_apart() -> None:
    platform = Platform(limit=1)
    searches = Endpoints("searches", "/search/.*", "GET")
    transport = platform.transport(searches)
    transport.send(get("/search/a"))
    platform.limit = 2
    assert 200 == transport.send(get()).status
    assert [] == platform.slept
    transport.send(Request("GET", "https://another.example/search/a"))
    assert [] == platform.slept
    platform.ends = 0.0
    transport.send(get("/search/b"))
    assert [10.0] == platform.slept


def test_a_pace_of_endpoints_is_kept() -> None:
    platform = Platform(limit=1_000)
    transport = platform.transport(Endpoints("all", "/.*", per_second=0.5))
    for _ in range(3):
        transport.send(get())
    assert [2.0, 4.0] == [round(one) for one in platform.slept]


def test_a_platform_that_asks_one_call_to_wait_makes_the_others_wait() -> None:
    platform = Platform(limit=1)
    transport = platform.transport()
    transport.inner = FunctionTransport(lambda request: Response(429, {"retry-after": "7"}))
    transport.send(get())
    transport.inner = FunctionTransport(platform.answer)
    transport.send(get())
    assert [7.0] == platform.slept


@pytest.mark.parametrize("longest", [0.0, 5.0])
def test_no_wait_is_longer_than_a_delivery_has_patience(longest: float) -> None:
    platform = Platform(limit=1)
    transport = platform.transport(longest=longest)
    assert [200, 429] == [transport.send(get()).status for _ in range(2)]
    assert [] == platform.slept


def test_a_call_that_was_never_answered_is_under_way_no_more() -> None:
    platform = Platform(limit=2)
    transport = platform.transport()

    def cut(request: Request) -> Response:
        raise RetryError("cut off")

    transport.inner = FunctionTransport(cut)
    for _ in range(3):
        with pytest.raises(RetryError):
            transport.send(get())
    transport.inner = FunctionTransport(platform.answer)
    assert [200, 200] == [transport.send(get()).status for _ in range(2)]
    assert [] == platform.slept


def test_klaviyo_counts_imports_look_ups_and_deletions_apart() -> None:
    def name(method: str, path: str) -> str:
        request = Request(method, f"https://a.klaviyo.com{path}")
        return next((one.name for one in KlaviyoDestination.endpoints if one.hold(request)), "")

    named = [
        name("POST", "/api/profile-bulk-import-jobs"),
        name("GET", "/api/profiles?page[size]=100"),
        name("POST", "/api/data-privacy-deletion-jobs"),
        name("GET", "/api/lists"),
    ]
    assert ["imports", "look-ups", "deletions", ""] == named
