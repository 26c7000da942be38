"""A row as Klaviyo has it: known attributes by name, all others as custom properties.

Not a destination: names with an underscore are no types.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdp_activate.destinations._values import as_text, number_or_text
from cdp_activate.destinations.api import mapping
from cdp_activate.destinations.rows import Row
from cdp_activate.errors import DestinationError

ATTRIBUTES = {"email": "email", "phone": "phone_number", "external_id": "external_id"}
"""Identifier -> the attribute of a profile that holds it."""

_PROFILE = frozenset({"first_name", "last_name", "organization", "locale", "title", "image"})
_LOCATION = "location."
_COORDINATES = frozenset({"latitude", "longitude"})
_PLACES = _COORDINATES | {
    "address1", "address2", "city", "country", "region", "zip", "timezone", "ip",
}  # fmt: skip
"""The parts of a location in the description; for any other Klaviyo refuses the whole import."""


def profile_of(row: Row) -> dict[str, Any]:
    """A row as a profile: known attributes by name, all others as custom properties.

    What has no value is left out: an import passes it over.
    """
    attributes: dict[str, Any] = {ATTRIBUTES[name]: v for name, v in row.identifiers.items()}
    properties: dict[str, Any] = {}
    location: dict[str, Any] = {}
    for name, value in row.fields.items():
        plain = number_or_text(value)
        if plain is None:
            continue
        if name in _PROFILE:
            attributes[name] = as_text(plain)
        elif name.startswith(_LOCATION):
            place = name.removeprefix(_LOCATION)
            if place not in _PLACES:
                raise DestinationError(
                    f"a location at Klaviyo has no {place}",
                    remedy=f"Say one of {', '.join(sorted(_PLACES))} after `location.`, "
                    "or a field without the point.",
                    in_doubt=False,
                )
            location[place] = plain if place in _COORDINATES else as_text(plain)
        else:
            properties[name] = plain
    if location:
        attributes["location"] = location
    if properties:
        attributes["properties"] = properties
    return {"type": "profile", "attributes": attributes}


def without_value(row: Row) -> list[str]:
    return [name for name, value in row.fields.items() if number_or_text(value) is None]


def attribute_of(name: str) -> str:
    """The attribute of a profile that holds a field."""
    return name if name in _PROFILE or name.startswith(_LOCATION) else "properties"


def cleared(about: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The change to a profile that takes these fields off it; empty where it holds none."""
    location, properties = mapping(about.get("location")), mapping(about.get("properties"))
    attributes: dict[str, Any] = {
        name: None for name in names if name in _PROFILE and about.get(name) is not None
    }
    places = [name.removeprefix(_LOCATION) for name in names if name.startswith(_LOCATION)]
    held = [place for place in places if location.get(place) is not None]
    if held:
        attributes["location"] = dict.fromkeys(held)
    unset = [name for name in names if attribute_of(name) == "properties" and name in properties]
    if not attributes and not unset:
        return {}
    change: dict[str, Any] = {"attributes": attributes}
    if unset:
        change["meta"] = {"patch_properties": {"unset": unset}}
    return change
