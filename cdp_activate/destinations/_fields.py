"""The fields that a platform knows: looked up once, made where the settings allow it.

Not a destination: names with an underscore are no types.
"""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import Field

from cdp_activate.destinations.api import ApiDestination, ApiSettings
from cdp_activate.destinations.rows import Row
from cdp_activate.errors import DestinationError, RefusedError
from cdp_activate.http import Transport

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


F = TypeVar("F", bound=FieldSettings)


class FieldDestination(ApiDestination[F]):
    """A destination whose fields must exist before they are filled."""

    always_there: ClassVar[Collection[str]] = ()
    """Fields that are not looked up."""

    def __init__(self, settings: F, *, transport: Transport | None = None, name: str = "") -> None:
        """Keep the settings; make no call yet."""
        super().__init__(settings, transport=transport, name=name)
        self._known: dict[str, Known] | None = None
        self._knowing = threading.Lock()

    @abstractmethod
    def find_fields(self) -> Mapping[str, Known]:
        """The platform's fields, by our names."""

    @abstractmethod
    def make_field(self, name: str, kind: Kind) -> Known:
        """Make a field there."""

    def fields_of(self, rows: Sequence[Row]) -> Mapping[str, Known]:
        """Name of each field in `rows` -> the platform's field.

        Names are compared without regard to case. Raises `DestinationError`, before anything is
        sent, when a field does not exist and the settings do not let it be made.
        """
        names = {
            name: name.casefold()
            for row in rows
            for name in row.fields
            if name not in self.always_there
        }
        if not names:
            return {}
        with self._knowing:
            if self._known is None:
                self._known = {name.casefold(): there for name, there in self.find_fields().items()}
            missing = sorted(name for name, folded in names.items() if folded not in self._known)
            if missing and not self.settings.create_fields:
                raise DestinationError(
                    f"{self.name} has no field {', '.join(missing)} that may be filled",
                    remedy="Make it there, take it out of the sync's fields, "
                    "or say `create_fields: true` in syncs/destinations.yml.",
                )
            for name in missing:
                self._known[name.casefold()] = self._made(name, kind_of(name, rows))
            return {name: self._known[folded] for name, folded in names.items()}

    def _made(self, name: str, kind: Kind) -> Known:
        try:
            return self.make_field(name, kind)
        except RefusedError:
            # No row is to blame: halving the batch would refuse them all, one by one.
            raise DestinationError(
                f"{self.name} refused to make a field {name}",
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
