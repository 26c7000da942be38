from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bed import Bed

from cdp_activate.receiver import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def bed(tmp_path: Path, receiver: Receiver) -> Bed:
    return Bed(tmp_path, receiver)
