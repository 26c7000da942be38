"""The platform without a socket: what kind it can be, and what goes wrong by seed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from cdp_activate.destinations.rows import Row
from cdp_activate.destinations.webhook import WebhookDestination
from cdp_activate.errors import RetryError
from cdp_activate.http import Request
from cdp_activate.receiver import PlatformBehaviour, RandomFaults, Receiver, SimulatedPlatform

URL = "http://platform.example/"


def ask(platform: SimulatedPlatform, said: dict[str, Any], message_id: str = "") -> Any:
    """Status and body of the answer."""
    body = json.dumps(said).encode()
    answer = platform.transport.send(Request("POST", URL, {"webhook-id": message_id}, body))
    return answer.status, json.loads(answer.body)


def batch(action: str, *keys: str, email: str = "") -> dict[str, Any]:
    rows = [
        {"key": key, "identifiers": {"email": email or f"{key}@x.test"}, "idempotency_key": key}
        for key in keys
    ]
    return {"list": "VIP", "action": action, "rows": rows}


def shown(platform: SimulatedPlatform) -> list[str]:
    answer = platform.transport.send(Request("GET", f"{URL}lists/VIP"))
    return json.loads(answer.body) if answer.status == 200 else []


def test_members_may_be_known_by_their_address() -> None:
    platform = SimulatedPlatform(PlatformBehaviour(matches_on="email"))
    ask(platform, batch("upsert", "a", email="old@x.test"))
    ask(platform, batch("upsert", "a", email="new@x.test"))
    assert {"old@x.test", "new@x.test"} == platform.lists["VIP"].keys()
    ask(platform, batch("remove", "somebody else", email="old@x.test"))
    assert {"new@x.test"} == platform.lists["VIP"].keys()


def test_a_job_is_done_some_requests_later() -> None:
    platform = SimulatedPlatform(PlatformBehaviour(job_ticks=3, seed=1))
    status, said = ask(platform, batch("upsert", "a"))
    assert (202, {"job": "job-1"}) == (status, said)
    assert {} == platform.lists
    asked = [ask(platform, {"action": "settle", "job": "job-1"}) for _ in range(3)]
    assert (200, {"accepted": 1, "rejected": {}}) == asked[-1]
    assert {"a"} == platform.lists["VIP"].keys()
    assert 404 == ask(platform, {"action": "settle", "job": "job-9"})[0]


def test_jobs_overtake_each_other() -> None:
    """What was sent last is not what holds: the order of jobs is the platform's own."""
    ends = set()
    for seed in range(60):
        platform = SimulatedPlatform(PlatformBehaviour(job_ticks=4, seed=seed))
        ask(platform, batch("upsert", "a"))
        ask(platform, batch("remove", "a"))
        platform.finish_jobs()
        ends.add("a" in platform.lists["VIP"])
    assert {True, False} == ends


def test_a_job_rejects_rows_when_it_is_done() -> None:
    platform = SimulatedPlatform(PlatformBehaviour(job_ticks=1))
    platform.misbehave("reject_rows", containing="b", reason="bounced")
    ask(platform, batch("upsert", "a", "b"))
    assert {"b": "bounced"} == ask(platform, {"action": "settle", "job": "job-1"})[1]["rejected"]
    assert {"a"} == platform.lists["VIP"].keys()


def test_sizes_and_members_may_lag_behind() -> None:
    platform = SimulatedPlatform(PlatformBehaviour(lag=2))
    ask(platform, batch("upsert", "a"))
    assert {"a"} == platform.lists["VIP"].keys()
    assert [[], ["a"]] == [shown(platform), shown(platform)]
    ask(platform, batch("remove", "a"))
    assert [["a"], []] == [shown(platform), shown(platform)]


def test_events_may_be_acted_on_once_a_key() -> None:
    for behaviour, expected in (
        (PlatformBehaviour(deduplicates=True), 1),
        (PlatformBehaviour(), 2),
    ):
        platform = SimulatedPlatform(behaviour)
        ask(platform, batch("send", "a"))
        ask(platform, batch("send", "a"))
        assert expected == len(platform.events["VIP"])


def test_a_request_may_be_delivered_twice_at_once_or_later() -> None:
    platform = SimulatedPlatform()
    platform.misbehave("duplicate", after=2)
    ask(platform, batch("upsert", "a"))
    ask(platform, batch("remove", "a"))
    assert {} == platform.lists["VIP"]
    ask(platform, batch("upsert", "b"))
    assert {"a", "b"} == platform.lists["VIP"].keys(), "the first came again, after the second"


def test_a_request_delivered_twice_under_one_id_takes_effect_once() -> None:
    platform = SimulatedPlatform()
    platform.misbehave("duplicate", after=2)
    ask(platform, batch("upsert", "a"), "m1")
    ask(platform, batch("remove", "a"), "m2")
    ask(platform, batch("upsert", "b"), "m3")
    assert {"b"} == platform.lists["VIP"].keys()
    assert 1 == platform.duplicates


def outcomes(weather: RandomFaults) -> list[object]:
    platform = SimulatedPlatform(weather=weather)
    found: list[object] = []
    for number in range(60):
        try:
            found.append(ask(platform, batch("upsert", f"c-{number}"))[0])
        except (RetryError, ValueError) as error:
            found.append(type(error).__name__)
    return found


def test_weather_is_the_same_for_the_same_seed() -> None:
    first = outcomes(RandomFaults(7, 0.5))
    assert first == outcomes(RandomFaults(7, 0.5))
    assert first != outcomes(RandomFaults(8, 0.5))
    assert {200, 429, 500, 503, "RetryError", "JSONDecodeError"} == set(first)
    assert [200] * 60 == outcomes(RandomFaults(7, 0.0))


@pytest.fixture(params=["in this process", "over a socket"])
def connected(request: pytest.FixtureRequest) -> Any:
    """A destination, and the platform it speaks to."""

    def settings(url: str) -> WebhookDestination.Settings:
        return WebhookDestination.Settings(url=url)

    if request.param == "in this process":
        platform = SimulatedPlatform(PlatformBehaviour(job_ticks=3))
        yield WebhookDestination(settings(URL), transport=platform.transport), platform
        return
    with Receiver(behaviour=PlatformBehaviour(job_ticks=3)) as receiver:
        destination = WebhookDestination(settings(receiver.url))
        yield destination, receiver
        destination.close()


def settled(ask: Callable[[], Any]) -> Any:
    while (receipt := ask()) is None:
        pass
    return receipt


def test_a_webhook_that_answers_later_is_asked_until_it_is_done(connected: Any) -> None:
    destination, platform = connected
    platform.misbehave("reject_rows", containing="b", reason="no ann@x.test here")
    rows = [Row("a", {"email": "a@x.test"}), Row("b", {"email": "b@x.test"})]
    receipt = destination.upsert("VIP", rows)
    assert ("job-1", {}) == (receipt.job, receipt.rejected)
    assert {} == platform.lists
    receipt = settled(lambda: destination.settle("job-1"))
    assert (None, {"b": "no *** here"}) == (receipt.job, receipt.rejected)
    assert {"a"} == platform.lists["VIP"].keys()
