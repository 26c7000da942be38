"""What other engines were seen to get wrong, each driven here against the simulator."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from bed import AfterEachBatch, Bed, people, person
from urllib3.connection import HTTPConnection

from cdp_activate.errors import CdpError


def test_a_mirror_after_a_rejected_row_deletes_no_live_row(bed: Bed) -> None:
    bed.mail("batch_size: 20")
    bed.build(people(100))
    bed.run()
    bed.build(people(100, points=2))
    bed.receiver.misbehave("reject_rows", containing="c-00042", times=None)
    done = bed.run().record
    assert (0, 99, 1) == (done.removed, done.updated, done.rejected)
    assert (0, 100) == (bed.run().record.removed, len(bed.listed))


def test_a_mirror_told_to_stop_leaves_100_on_the_list_and_not_20(
    bed: Bed, after_each_batch: AfterEachBatch
) -> None:
    bed.mail("batch_size: 20\n    concurrency: 1")
    bed.build(people(100))
    bed.run()
    bed.build(people(100, points=2))
    stop = threading.Event()
    after_each_batch(lambda _: stop.set())
    done = bed.run(stop=stop).record
    assert ("stopped", 20) == (done.state, done.updated)
    assert (100, 100) == (len(bed.listed), len(bed.ledger))
    again = bed.run().record
    assert (0, 80) == (again.removed, again.updated)
    assert {2} == {row["fields"]["POINTS"] for row in bed.listed.values()}


def test_no_watermark_goes_past_rows_that_were_never_sent(bed: Bed) -> None:
    bed.mail("batch_size: 20\n    concurrency: 1")
    bed.build(people(100))
    bed.receiver.misbehave("status", status=401)
    with pytest.raises(CdpError):
        bed.run()
    assert (set(), 100) == (bed.ledger, bed.run().record.added)


def test_a_fingerprint_is_kept_after_the_answer_and_a_failed_row_is_tried_again(bed: Bed) -> None:
    bed.build(people(10))
    bed.run()
    bed.build(people(10, points=2))
    bed.receiver.misbehave("status", status=503, times=4)
    with pytest.raises(CdpError):
        bed.run()
    assert {1} == {row["fields"]["POINTS"] for row in bed.listed.values()}
    assert 10 == bed.run().record.updated
    assert {2} == {row["fields"]["POINTS"] for row in bed.listed.values()}


def test_batches_share_connections(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    """That requests are paced, not rows: `test_sync_deliver`."""
    made: list[HTTPConnection] = []
    connect = HTTPConnection.connect

    def counted(connection: HTTPConnection) -> None:
        made.append(connection)
        connect(connection)

    monkeypatch.setattr(HTTPConnection, "connect", counted)
    bed.mail("batch_size: 5\n    concurrency: 2")
    bed.build(people(100))
    assert 20 <= bed.run().record.calls
    assert 0 < len(made) <= 3


def test_a_batch_is_no_success_because_one_row_was(bed: Bed) -> None:
    bed.receiver.misbehave("reject_rows", containing="c-0000", times=None)
    bed.build([*people(10), person("taken")])
    done = bed.run().record
    assert (1, 10) == (done.added, done.rejected)
    assert ({"taken"}, 10) == (bed.ledger, len(bed.rejected))


def test_a_full_refresh_removes_those_who_left(bed: Bed) -> None:
    bed.build(people(10))
    bed.run()
    bed.build(people(7))
    done = bed.run(full_refresh=True).record
    assert (3, 7) == (done.removed, done.updated)
    assert {one.key for one in people(7)} == bed.listed.keys()


@pytest.mark.parametrize("consent", [None, "withdrawn", "", "GRANTED?", "pending"])
def test_consent_that_is_not_said_is_no_consent(bed: Bed, consent: str | None) -> None:
    bed.build([person("ada"), person("bea", consent=consent)])
    bed.run()
    assert {"ada"} == bed.listed.keys()
    bed.build([replace(person("ada"), consent=consent)])
    bed.run(allow=["emptied"])
    assert {} == bed.listed, "whose consent is gone is taken off"
