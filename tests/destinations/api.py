"""What every destination that speaks to a platform's API proves beside the contract.

A subclass names its class, settings, emulator and the platform's descriptions; everything
that is sent and answered goes through `specs.Checked`.
"""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from emulators.platform import Emulator
from specs import Checked, needs_specs

from cdp_activate.destinations.api import ApiDestination
from cdp_activate.destinations.rows import Row
from cdp_activate.errors import AuthError, DestinationError, RetryError
from cdp_activate.http import FunctionTransport, Response
from cdp_activate.testing import (
    DestinationContract,
    HttpDestinationContract,
    deliver,
    person,
)


class ApiContract(DestinationContract, HttpDestinationContract):
    kind: ClassVar[type[ApiDestination[Any]]]
    settings: ClassVar[dict[str, Any]]
    emulator: ClassVar[type[Emulator]]
    secret: ClassVar[str]
    files: ClassVar[tuple[str, ...]] = ()
    undescribed: ClassVar[dict[str, str]] = {}
    """Calls that the descriptions leave out, and where they are described instead."""
    ambiguous: ClassVar[tuple[str, ...]] = ()
    """Operations whose answers a description has in two ways at once."""
    beside: ClassVar[dict[str, str]] = {}
    """Parameters that the descriptions leave out, and where they are described instead."""
    operations: ClassVar[set[str]] = set()
    """Every call that a description was found for and checked against."""

    @pytest.fixture
    def platform(self) -> Emulator:
        return self.emulator()

    @pytest.fixture
    def connect(self):
        chosen = self.kind.Settings.model_validate(self.settings)
        return lambda transport: self.kind(chosen, transport=transport, name="there")

    @pytest.fixture
    def checked(self, platform):
        return Checked(
            platform.transport(),
            *self.files,
            undescribed=self.undescribed,
            ambiguous=self.ambiguous,
            beside=self.beside,
        )

    @pytest.fixture
    def destination(self, connect, checked):
        return connect(checked)

    def test_an_unknown_state_of_a_job_is_no_success(self, connect, platform):
        platform.slow = 1  # of those who answer later: under way when they are first asked
        super().test_an_unknown_state_of_a_job_is_no_success(connect, platform)

    @needs_specs
    def test_every_call_is_in_the_platforms_description(self, destination, checked):
        if not self.files:
            pytest.skip("the platform publishes no description")
        self.use(destination)
        assert self.operations == checked.operations

    def use(self, destination):
        """Everything that a destination does, once or twice."""
        destination.check()
        list_id = destination.open(self.list_name)
        deliver(destination, "upsert", list_id, [self.row(destination, 1, plan="gold")])
        deliver(
            destination,
            "upsert",
            list_id,
            [self.row(destination, 1, plan="silver"), self.row(destination, 2)],
        )
        deliver(destination, "upsert", list_id, [self.row(destination, 1, plan=None)])
        destination.size(list_id)
        list(destination.members(list_id) or ())
        deliver(destination, "remove", list_id, [self.row(destination, 1)])
        if "erase" in destination.verbs:
            destination.erase([self.row(destination, 2)])

    def test_a_wrong_key_says_where_to_mend_it(self, platform, connect):
        platform.misbehave(platform.refusal(401))

        with pytest.raises(AuthError) as raised:
            connect(platform.transport()).check()

        assert "syncs/destinations.yml" in raised.value.remedy
        assert self.secret not in f"{raised.value} {raised.value!r}"

    def test_a_missing_right_is_named(self, platform, connect):
        platform.misbehave(platform.refusal(403))

        with pytest.raises(AuthError) as raised:
            connect(platform.transport()).check()

        assert self.kind.permissions[0] in raised.value.remedy

    def test_the_platforms_pause_is_kept(self, platform, connect):
        platform.misbehave(platform.refusal(429))

        with pytest.raises(RetryError) as raised:
            connect(platform.transport()).check()

        assert raised.value.after == self.pause

    pause: ClassVar[float | None] = 7.0

    @pytest.mark.parametrize("verb", ["upsert", "remove"])
    def test_a_list_that_was_deleted_is_said(self, destination, platform, verb):
        list_id = destination.open(self.list_name)
        deliver(destination, "upsert", list_id, [self.row(destination, 1)])
        platform.forget_lists()

        with pytest.raises(DestinationError) as raised:
            deliver(destination, verb, list_id, [self.row(destination, 1)])

        assert "--full-refresh" in raised.value.remedy
        assert "person.1" not in str(raised.value)

    def test_a_job_that_is_known_no_more_is_said(self, destination, platform):
        if self.kind.settle is ApiDestination.settle:
            return
        platform.misbehave(platform.refusal(404))

        with pytest.raises(DestinationError) as raised:
            destination.settle("404")

        assert "sends them again" in raised.value.remedy

    def test_a_list_that_may_not_be_made_blames_no_row(self, connect, platform):
        def answer(request):
            makes = request.method == "POST" and not request.url.endswith("/token")
            return platform.refusal(400) if makes else platform.answer(request)

        with pytest.raises(DestinationError, match="refused to make the list") as raised:
            connect(FunctionTransport(answer)).open(self.list_name)

        assert type(raised.value) is DestinationError

    @pytest.mark.parametrize("body", [b"{}", b"[]", b"null", b'"x"', b'{"data": 1}'])
    def test_a_changed_answer_is_no_success(self, destination, connect, body):
        list_id = destination.open(self.list_name)
        other = connect(FunctionTransport(lambda _: Response(200, {}, body)))

        for act in self.reading(other, list_id):
            with pytest.raises(DestinationError) as raised:
                act()
            assert not isinstance(raised.value, AuthError)
            assert "interface" in raised.value.remedy

    def reading(self, destination, list_id):
        """The calls whose answers matter."""
        return [
            lambda: destination.open(self.list_name),
            lambda: destination.upsert(list_id, [self.row(destination, 1)]),
            lambda: destination.size(list_id),
        ]

    def test_every_limit_has_its_source(self):
        assert self.kind.limits
        for limit in self.kind.limits.values():
            assert limit.most > 0
            assert limit.unit
            assert "://" in limit.source
        assert self.kind.leaving
        assert self.kind.permissions
        assert self.kind.documentation.startswith("https://")

    def test_more_bytes_than_the_platform_takes_are_halved_before_sending(self, destination):
        if destination.batch_bytes is None:
            return
        from cdp_activate.sync.deliver import ListSender

        destination.requests_per_second = None
        courier = ListSender(destination)
        courier.open(self.list_name)
        rows = [self.large(number) for number in range(4)]
        destination.batch_bytes = 3 * self.large_bytes
        outcomes = list(courier.deliver("upsert", [rows]))

        assert [len(outcome.rows) for outcome in outcomes] == [2, 2]
        assert all(not outcome.rejected for outcome in outcomes)

    large_bytes: ClassVar[int] = 20_000

    def large(self, number: int) -> Row:
        return person(number, first_name="ả" * (self.large_bytes // 3))
