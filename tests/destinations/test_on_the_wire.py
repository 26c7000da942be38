"""The platforms' own descriptions, served by Prism: what goes over the wire is what they say.

Another reader of the descriptions than the one in process, behind a real socket. Prism answers
422 to what a description does not allow, and examples to all else: it keeps no state.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from contracts import contracts
from specs import FOLDER, needs_specs, operation_of, served_form

from cdp_activate.destinations.klaviyo import KlaviyoDestination
from cdp_activate.errors import DestinationError, RefusedError, RetryError
from cdp_activate.http import FunctionTransport, PooledTransport, Request, Transport
from cdp_activate.testing import person

HERE = Path(__file__).parents[2]
PRISM = shutil.which("prism", path=f"{HERE}/.prism/node_modules/.bin") or shutil.which("prism")
DESCRIPTION = FOLDER / "klaviyo" / "klaviyo-activation.prism.openapi.json"
PATIENCE = 60.0

pytestmark = [
    pytest.mark.slow,
    needs_specs,
    pytest.mark.skipif(PRISM is None, reason="Prism is not installed: run `make prism`"),
]


class Seen(Transport):
    """A real pool of connections that remembers the status of every answer."""

    def __init__(self):
        self.inner, self.statuses = PooledTransport(), []

    def send(self, request):
        response = self.inner.send(request)
        self.statuses.append(response.status)
        return response

    def close(self):
        self.inner.close()


@contextmanager
def served(description, log_folder):
    """The address of a Prism that serves a description."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (log_folder / f"{description.stem}.log").open("w")
    command = [PRISM, "mock", "--errors", "-h", "127.0.0.1", "-p", str(port), str(description)]
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + PATIENCE
        while not _answers(port):
            assert process.poll() is None, Path(log.name).read_text()[-2000:]
            assert time.monotonic() < deadline, "Prism did not start"
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)
        log.close()


@pytest.fixture(scope="module")
def prism(tmp_path_factory):
    """The address of a Prism that serves Klaviyo's description."""
    with served(DESCRIPTION, tmp_path_factory.mktemp("prism")) as address:
        yield address


def _answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def transport():
    transport = Seen()
    yield transport
    transport.close()


@pytest.fixture
def destination(prism, transport):
    settings = KlaviyoDestination.Settings(api_key="pk_test", base_url=prism)
    return KlaviyoDestination(settings, transport=transport, name="klaviyo")


def test_every_call_is_one_that_the_description_allows(destination, transport):
    destination.check()
    list_id = destination.open("Khách hàng VIP")
    job = destination.upsert(list_id, [person(1, plan="gold", city="Đà Nẵng"), person(2)]).job
    with suppress(RetryError):  # the example of a job may be a cancelled one
        destination.settle(job)
    with pytest.raises(DestinationError, match="next page"):
        destination.remove(list_id, [person(1)])  # the example of a next page leads nowhere
    gone = {"data": [{"type": "profile", "id": "01GDDKASAP8TKDDA2GRZDSVP4H"}]}
    destination.call("DELETE", f"/api/lists/{list_id}/relationships/profiles", gone)
    destination.erase([person(1)])
    with suppress(DestinationError):  # the example of a list has no count
        destination.size(list_id)

    assert len(transport.statuses) >= 8
    assert set(transport.statuses) <= {200, 201, 202, 204}


def test_what_the_description_does_not_allow_is_noticed(destination, transport):
    """The mock can fail: a body of another shape is refused, and so are we."""
    with pytest.raises(RefusedError):
        destination.call("POST", "/api/profile-bulk-import-jobs", {"data": {"type": "profile"}})

    assert transport.statuses == [422]


DESCRIBED = {
    name: test
    for name, test in contracts().items()
    if getattr(test, "files", ()) and name not in {"google_ads", "klaviyo"}
}


@pytest.mark.parametrize("name", DESCRIBED)
def test_what_the_emulator_is_sent_is_what_the_description_allows(name, transport, tmp_path):
    """Every described call that a destination makes, sent again to a server of the description."""
    test = DESCRIBED[name]()
    emulator, sent = test.emulator(), []

    def keep(request):
        sent.append(request)
        return emulator.answer(request)

    settings = test.kind.Settings.model_validate(test.settings)
    test.use(test.kind(settings, transport=FunctionTransport(keep), name="there"))
    seen = set()
    for file in test.files:
        calls = [(one, of) for one in sent if (of := operation_of(file, one, test.beside))]
        with served(served_form(file, tmp_path), tmp_path) as address:
            for request, operation in calls:
                path = operation.path(request)
                again = Request(request.method, address + path, request.headers, request.body)
                answer = transport.send(again)
                assert answer.status not in {401, 404, 405, 415, 422}, (
                    f"{request.method} {path}: {answer.body[:600]!r}"
                )
                seen.add(operation.name)
    assert seen == test.operations
