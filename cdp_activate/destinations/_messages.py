"""What sinks for messages share.

Not a destination: names with an underscore are no types.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from cdp_activate.destinations.api import A, ApiDestination
from cdp_activate.destinations.rows import Receipt, Row
from cdp_activate.errors import DestinationError


class MessageDestination(ApiDestination[A]):
    """A sink for messages: it has no lists, so there is nothing to enter or leave.

    One message a call, so that an answer that was lost leaves one message in doubt, not many.
    """

    verbs = frozenset({"send"})
    batch_size = 1

    def upsert(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """There is no list."""
        raise self._no_list()

    def remove(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """There is no list."""
        raise self._no_list()

    def _no_list(self) -> DestinationError:
        return DestinationError(
            f"{self.name} sends messages and keeps no lists",
            remedy="Say `mode: events` in the sync.",
        )

    def send(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """One message for each row."""
        rejected = {row.key: why for row in rows if (why := self.send_one(list_id, row))}
        return Receipt(rejected)

    @abstractmethod
    def send_one(self, list_id: str, row: Row) -> str:
        """Send one message; why the platform refused this person, or nothing."""
