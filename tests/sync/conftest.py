from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from bed import AfterEachBatch, Bed

from cdp_activate.destinations.webhook import WebhookDestination
from cdp_activate.receiver import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def bed(tmp_path: Path, receiver: Receiver) -> Bed:
    return Bed(tmp_path, receiver)


@pytest.fixture
def after_each_batch(monkeypatch: pytest.MonkeyPatch) -> AfterEachBatch:
    """Calls a function with the number of batches that were answered, before the next is begun.

    The thread that sent the batch calls it: the one that is told of progress may be far behind.
    """

    def begin(act: Callable[[int], object]) -> None:
        upsert, numbers = WebhookDestination.upsert, count(1)

        def upsert_and_act(self: WebhookDestination, *about: Any) -> Any:
            receipt = upsert(self, *about)
            act(next(numbers))
            return receipt

        monkeypatch.setattr(WebhookDestination, "upsert", upsert_and_act)

    return begin
