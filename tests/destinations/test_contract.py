"""The contract catches destinations that are wrong on purpose, where platforms answer later.

Mistakes of those that answer at once are made in the guide's own destination (`test_guide.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from urllib.parse import quote, unquote, urlsplit

import cases
import pytest
from pydantic import SecretStr

from cdp_activate.destinations.api import ApiDestination, ApiSettings
from cdp_activate.destinations.rows import Receipt, Row
from cdp_activate.errors import RetryError
from cdp_activate.http import Request, Response
from cdp_activate.testing import DestinationContract, HttpDestinationContract

KEY = "key-that-nobody-may-see"


class Depot(ApiDestination["Depot.Settings"]):
    """Takes people as jobs, and says in a word how each job stands."""

    class Settings(ApiSettings):
        key: SecretStr

    address = "https://depot.test"

    def headers(self, path: str) -> Mapping[str, str]:
        return {"authorization": self.settings.key.get_secret_value()}

    def check(self) -> None:
        self.call("GET", "/account")

    def open(self, name: str) -> str:
        return str(self.read(self.call("PUT", f"/lists/{quote(name, safe='')}"), "id", kind=str))

    def upsert(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        return self._begin("PUT", list_id, rows)

    def remove(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        return self._begin("DELETE", list_id, rows)

    def _begin(self, method: str, list_id: str, rows: Sequence[Row]) -> Receipt:
        if not rows:
            return Receipt()
        people = [
            {"id": row.key, "email": row.identifiers.get("email"), "about": dict(row.fields)}
            for row in rows
        ]
        answer = self.call(method, f"/lists/{list_id}/people", people)
        return Receipt(job=self.read(answer, "job", kind=str))

    def settle(self, job: str) -> Receipt | None:
        answer = self.job(f"/jobs/{job}")
        state = self.read(answer, "state", kind=str)
        if state == "done":
            return Receipt()
        if state in self.failed:
            return self.when_failed(answer)
        return None

    failed: tuple[str, ...] = ("failed", "cancelled")

    def when_failed(self, answer: object) -> Receipt | None:
        raise RetryError(f"{self.name} gave a job up")


class Platform:
    """A depot: a job is under way when it is first asked after."""

    def __init__(self) -> None:
        self.lists: dict[str, dict[str, dict[str, object]]] = {}
        self.asked: dict[str, int] = {}
        self.received = 0

    def answer(self, request: Request) -> Response:
        self.received += 1
        path = urlsplit(request.url).path.split("/")
        if path[1] == "account":
            return Response(200, body=b"{}")
        if path[1] == "jobs":
            self.asked[path[2]] += 1
            state = "working" if self.asked[path[2]] == 1 else "done"
            return _json({"state": state, "of": "somebody"})
        people = self.lists.setdefault(unquote(path[2]), {})
        if len(path) == 3:
            return _json({"id": path[2]})
        for person in request.json():
            people.pop(person["id"], None)
            if request.method == "PUT":
                people[person["id"]] = person
        self.asked[job := f"job-{len(self.asked)}"] = 0
        return _json({"job": job})

    def members(self, list_name: str) -> dict[str, dict[str, object]]:
        return {
            key: {"identifiers": {"email": one["email"]}, "fields": one["about"]}
            for key, one in self.lists.get(list_name, {}).items()
        }

    def calls(self) -> int:
        return self.received


def _json(said: object) -> Response:
    return Response(200, body=json.dumps(said).encode())


class Contract(DestinationContract, HttpDestinationContract):
    """Without pytest: the cases that need more of the platform are left out."""

    def test_a_row_that_is_refused_is_named_or_counted(self):
        return


class TakesFailedForDone(Depot):
    def when_failed(self, answer):
        return Receipt()


class TakesTheUnknownForDone(Depot):
    def settle(self, job):
        return None if self.job(f"/jobs/{job}")["state"] == "working" else Receipt()


class ShowsItsKey(Depot):
    def when_failed(self, answer):
        raise RetryError(f"the job of {self.settings.key.get_secret_value()} failed")


class ShowsItsKeyWhereAskedToWait(Depot):
    def raise_for(self, response):
        if response.status == 500:
            raise RetryError(f"no answer to {self.settings.key.get_secret_value()}", in_doubt=True)
        super().raise_for(response)


class TakesALostListForAnEmptyOne(Depot):
    def _begin(self, method, list_id, rows):
        if method == "PUT" or not rows:
            return super()._begin(method, list_id, rows)
        people = [{"id": row.key} for row in rows]
        answer = self.request(method, f"/lists/{list_id}/people", people, allow=(404,))
        return Receipt() if answer.status == 404 else Receipt(job=self.parsed(answer)["job"])


def failures(kind: type[Depot], of: str = "test_") -> dict[str, Exception]:
    settings = kind.Settings(key=SecretStr(KEY))
    return cases.failures(
        Contract,
        Platform,
        lambda transport: kind(settings, transport=transport, name="depot"),
        of=of,
    )


def test_a_destination_of_jobs_passes():
    assert failures(Depot) == {}


@pytest.mark.parametrize(
    ("kind", "case", "words"),
    [
        (TakesFailedForDone, "test_a_failed_job_is_no_success", "taken for success"),
        (TakesTheUnknownForDone, "test_an_unknown_state_of_a_job_is_no_success", "for done"),
        (ShowsItsKey, "test_a_failed_job_is_no_success", "'failed' shows a secret"),
        (ShowsItsKeyWhereAskedToWait, "test_any_single_call_may_fail", "shows a secret"),
        (
            TakesALostListForAnEmptyOne,
            "test_a_removal_that_finds_nothing_there_takes_nobody_off",
            "taken for a removal",
        ),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_the_contract_catches_one_that(kind, case, words):
    failed = failures(kind, case)

    assert words in str(failed[case])
    assert KEY not in str(failed)
