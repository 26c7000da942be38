"""The tests that every destination passes, ours and others'. Needs pytest.

Subclass in your own test file and give the fixtures the class asks for:

    class TestPostbox(DestinationContract):
        @pytest.fixture
        def platform(self): ...          # a `Platform`: what the far side holds
        @pytest.fixture
        def destination(self, platform): ...

An HTTP destination subclasses `HttpDestinationContract` too. What fails says so in a
sentence; docs/writing-a-destination.md shows a complete example. A case that needs to see or
do more with the platform than the test can is skipped, and says what is missing.
"""

from __future__ import annotations

from cdp_activate.testing.contract import DestinationContract
from cdp_activate.testing.http import HttpDestinationContract
from cdp_activate.testing.people import (
    STATUSES,
    STRANGE_BODIES,
    TEXTS,
    VALUES,
    Connect,
    Platform,
    as_sent,
    deliver,
    deliver_all,
    person,
)

__all__ = [
    "STATUSES",
    "STRANGE_BODIES",
    "TEXTS",
    "VALUES",
    "Connect",
    "DestinationContract",
    "HttpDestinationContract",
    "Platform",
    "as_sent",
    "deliver",
    "deliver_all",
    "person",
]
