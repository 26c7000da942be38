"""A list that is not the one that was filled."""

from __future__ import annotations

import threading

import pytest
from bed import LIST, AfterEachBatch, Bed, people, person

from cdp_activate.destinations.webhook import WebhookDestination
from cdp_activate.errors import DestinationError

ADA, BEA, CID = person("ada"), person("bea"), person("cid")


def test_a_list_made_anew_is_not_taken_for_the_one_that_was_filled(
    bed: Bed, monkeypatch: pytest.MonkeyPatch, after_each_batch: AfterEachBatch
) -> None:
    """Only a change would reach it, while the ledger says that everyone is there."""
    bed.build([ADA, BEA])
    bed.run()
    calls = bed.receiver.calls
    anew = "made anew"
    monkeypatch.setattr(WebhookDestination, "open", lambda self, name: anew)
    bed.build([ADA, BEA, CID])

    for _ in range(2):
        with pytest.raises(DestinationError, match=f"the list '{LIST}' at mail is not the one"):
            bed.run()
        assert calls == bed.receiver.calls

    # A refresh that is broken off is gone on with, without being asked for again.
    bed.mail("batch_size: 1\n    concurrency: 1")
    stop = threading.Event()
    after_each_batch(lambda _: stop.set())
    bed.run(full_refresh=True, stop=stop)
    assert 1 == len(bed.receiver.lists[anew])
    bed.run()
    assert {"ada", "bea", "cid"} == set(bed.receiver.lists[anew])
    bed.build([ADA, CID])
    assert 1 == bed.run().record.removed
    assert {"ada", "cid"} == set(bed.receiver.lists[anew])


def test_a_list_that_nobody_was_sent_to_may_be_another(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    bed.build([ADA])
    bed.run()
    bed.build([])
    bed.run(allow=["emptied"])
    monkeypatch.setattr(WebhookDestination, "open", lambda self, name: "made anew")
    bed.build(people(3))
    assert 3 == bed.run().record.added
