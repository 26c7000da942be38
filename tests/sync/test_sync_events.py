"""`mode: events`: an entry is told of once, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from bed import LIST, Bed, person

from cdp_activate.errors import CdpError, DestinationError, GuardError, SourceErrors

ADA, BEA = person("ada"), person("bea")


@pytest.fixture
def events(bed: Bed) -> Iterator[Bed]:
    bed.change_sync("destination: mail", "destination: mail\nmode: events")
    bed.mail("batch_size: 1\n    concurrency: 1")
    bed.build([])
    bed.run()
    bed.build([ADA])
    return bed


def told(bed: Bed) -> list[str]:
    return [row["key"] for row in bed.receiver.events.get(LIST, [])]


def keys(bed: Bed) -> set[str]:
    return {row["idempotency_key"] for row in bed.receiver.events.get(LIST, [])}


def test_who_is_there_before_the_first_run_is_told_of_only_where_that_is_meant(bed: Bed) -> None:
    bed.change_sync("destination: mail", "destination: mail\nmode: events")
    bed.change_sync("first_run: false", "max_remove: 50%")
    bed.mail("batch_size: 1\n    concurrency: 1")
    bed.build([ADA, BEA])
    with pytest.raises(GuardError, match="first_run: would message 2 of the 2 in the audience"):
        bed.run()
    assert (0, []) == (bed.receiver.calls, told(bed))
    bed.receiver.misbehave("reset", applied=True)
    with pytest.raises(DestinationError):
        bed.run(allow=["first_run"])
    assert 1 == len(told(bed))
    assert 1 == bed.run().record.added, "what was allowed and begun needs no second leave"
    assert ["ada", "bea"] == sorted(told(bed))


def test_an_entry_is_told_of_once_and_another_entry_again(events: Bed) -> None:
    events.run()
    events.build([replace(ADA, points=9), BEA])
    assert ("done", 1) == (events.run().record.state, events.run().plan.counts["unchanged"] - 1)
    assert ["ada", "bea"] == told(events)
    events.build([BEA])
    events.run()
    events.build([ADA, BEA])
    events.run()
    assert (["ada", "bea", "ada"], 3) == (told(events), len(keys(events)))
    assert {} == events.receiver.lists


def test_a_lost_answer_is_not_followed_by_a_second_message(events: Bed) -> None:
    events.receiver.misbehave("reset", applied=True)
    with pytest.raises(DestinationError, match="it is not known whether the messages were sent"):
        events.run()
    assert {"sent before, never answered": 1} == events.run().plan.held_back
    assert ["ada"] == told(events)
    assert 2 == len(told(events)) + events.run(retry_unknown=True).record.added
    assert (["ada", "ada"], 1) == (told(events), len(keys(events)))


def test_where_keys_are_heeded_a_message_is_tried_again_under_its_key(events: Bed) -> None:
    events.mail("deduplicates: true")
    events.receiver.misbehave("status", status=500, applied=True, times=4)
    with pytest.raises(CdpError, match="gave up after 4 attempts"):
        events.run()
    assert 1 == events.run().record.added
    assert ({"ada"}, 1) == (set(told(events)), len(keys(events)))


def test_a_message_that_was_certainly_not_taken_is_sent_again(events: Bed) -> None:
    events.receiver.misbehave("status", status=429, times=2)
    assert (1, 3) == (events.run().record.added, events.receiver.calls)
    assert ["ada"] == told(events)


@pytest.mark.parametrize(("status", "times"), [(401, 1), (429, 4), (404, 1), (301, 1)])
def test_a_message_that_was_given_up_untaken_is_not_in_doubt(
    events: Bed, status: int, times: int
) -> None:
    """A wrong key, a busy platform or a wrong address took nothing: the next run sends it."""
    events.receiver.misbehave("status", status=status, times=times)
    with pytest.raises(DestinationError):
        events.run()
    assert ({}, 1) == ((done := events.run()).plan.held_back, done.record.added)
    assert ["ada"] == told(events)


def test_an_emptied_audience_is_guarded_since_everyone_would_be_told_again(events: Bed) -> None:
    events.run()
    events.build([])
    with pytest.raises(GuardError, match="emptied"):
        events.run()
    assert {"ada"} == events.ledger


def test_a_destination_that_sends_no_messages_is_refused(bed: Bed) -> None:
    bed.files()
    bed.change_sync("destination: mail", "destination: mail\nmode: events")
    with pytest.raises(SourceErrors, match="file cannot send messages"):
        _ = bed.the_sync
