"""What every sink for messages proves: nothing is sent twice, lost or quoted."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from emulators.platform import Emulator

from cdp_activate.destinations._messages import MessageDestination
from cdp_activate.destinations.rows import Receipt
from cdp_activate.errors import AuthError, CdpError, DestinationError
from cdp_activate.testing import TEXTS, HttpDestinationContract, person


class MessageContract(HttpDestinationContract):
    """`failing`: the platform's own answers to what is about one person."""

    kind: ClassVar[type[MessageDestination[Any]]]
    settings: ClassVar[dict[str, Any]]
    emulator: ClassVar[type[Emulator]]
    told: ClassVar[tuple[str, ...]]
    """The fields that the messages of `settings` speak of."""

    @pytest.fixture
    def platform(self) -> Emulator:
        return self.emulator()

    @pytest.fixture
    def connect(self):
        chosen = self.kind.Settings.model_validate(self.settings)
        return lambda transport: self.kind(chosen, transport=transport, name="there")

    @pytest.fixture
    def destination(self, connect, platform):
        return connect(platform.transport())

    def row(self, number: int, **fields: Any) -> Any:
        raise NotImplementedError

    def _error(self, connect, answer):
        """The contract's own way is to upsert; here it is to send."""
        from cdp_activate.http import FunctionTransport

        destination = connect(FunctionTransport(answer))
        try:
            destination.send(destination.open("C1"), [self.row(7, **TEXTS)])
        except CdpError as error:
            return error
        return None

    def _act(self, connect, answer, verb):
        from cdp_activate.http import FunctionTransport

        destination = connect(FunctionTransport(answer))
        if verb == "check":
            destination.check()
        elif verb == "send":
            destination.send(destination.open("C1"), [self.row(7, **TEXTS)])

    def test_check_sends_nothing(self, destination, platform):
        destination.check()

        assert platform.messages() == []

    def test_one_message_for_each_row_and_one_in_a_call(self, destination, platform):
        rows = [self.row(1), self.row(2)]

        assert destination.batch_size == 1
        assert destination.send(destination.open("C1"), rows) == Receipt()
        assert len(platform.messages()) == 2

    def test_no_rows_make_no_call(self, destination, platform):
        assert destination.send("C1", []) == Receipt()
        assert platform.calls() == 0

    def test_there_is_no_list(self, destination, platform):
        for act in (destination.upsert, destination.remove):
            with pytest.raises(DestinationError, match="no lists") as raised:
                act("C1", [person(1)])
            assert "mode: events" in raised.value.remedy
        assert platform.calls() == 0

    def test_every_limit_has_its_source(self):
        assert all("://" in limit.source for limit in self.kind.limits.values())
        assert self.kind.leaving
        assert not self.kind.deduplicates

    def test_a_wrong_token_is_said_without_it(self, platform):
        settings = self.kind.Settings.model_validate({**self.settings, self.token: "s3cret"})
        destination = self.kind(settings, transport=platform.transport(), name="there")

        with pytest.raises(AuthError) as raised:
            destination.check()

        assert "s3cret" not in f"{raised.value!r} {raised.value}"

    token: ClassVar[str]
