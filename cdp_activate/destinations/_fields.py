"""The fields that a platform knows: looked up once, made where the settings allow it.

Not a destination: names with an underscore are no types.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from cdp_activate.destinations.api import ApiSettings
from cdp_activate.destinations.rows import Row
from cdp_activate.errors import DestinationError, RefusedError

Kind = Literal["text", "number", "date", "instant", "truth"]


class FieldSettings(ApiSettings):
    """Settings of platforms whose fields must exist before they are filled."""

    create_fields: bool = Field(
        default=False,
        description="Make fields that the platform does not have yet; otherwise a sync that names "
        "one stops before sending.",
    )


@dataclass(frozen=True, slots=True)
class Known:
    """A field as the platform has it: its name there, and the platform's word for its type."""

    name: str
    kind: str = ""


class KnownFields:
    """What the platform knows of each field of a sync. Names are compared without regard to case.

    `find` returns the platform's fields by our names, `make` creates a field and returns it;
    None where the settings do not allow it. `reserved` are always there, and left out.
    Raises `DestinationError`, before anything
    is sent, when a field does not exist and may not be made.
    """

    def __init__(
        self,
        who: str,
        find: Callable[[], Mapping[str, Known]],
        make: Callable[[str, Kind], Known] | None,
        reserved: Collection[str] = (),
    ) -> None:
        self._who, self._find, self._make, self._reserved = who, find, make, reserved
        self._known: dict[str, Known] | None = None
        self._lock = threading.Lock()

    def of(self, rows: Sequence[Row]) -> Mapping[str, Known]:
        """Name of each field in `rows` -> the platform's field."""
        names = {
            name: name.casefold()
            for row in rows
            for name in row.fields
            if name not in self._reserved
        }
        if not names:
            return {}
        with self._lock:
            if self._known is None:
                self._known = {name.casefold(): there for name, there in self._find().items()}
            missing = sorted(name for name, folded in names.items() if folded not in self._known)
            if missing and self._make is None:
                raise DestinationError(
                    f"{self._who} has no field {', '.join(missing)} that may be filled",
                    remedy="Make it there, take it out of the sync's fields, "
                    "or say `create_fields: true` in syncs/destinations.yml.",
                )
            for name in missing:
                self._known[name.casefold()] = self._made(name, kind_of(name, rows))
            return {name: self._known[folded] for name, folded in names.items()}

    def _made(self, name: str, kind: Kind) -> Known:
        assert self._make is not None
        try:
            return self._make(name, kind)
        except RefusedError:
            # No row is to blame: halving the batch would refuse them all, one by one.
            raise DestinationError(
                f"{self._who} refused to make a field {name}",
                remedy="Make it there by hand, or take it out of the sync's fields.",
            ) from None


def kind_of(name: str, rows: Sequence[Row]) -> Kind:
    """What a field holds, by its first value that is not None; text where all are."""
    value: Any = next((v for row in rows if (v := row.fields.get(name)) is not None), None)
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int | float | Decimal):
        return "number"
    if isinstance(value, datetime):
        return "instant"
    return "date" if isinstance(value, date) else "text"
