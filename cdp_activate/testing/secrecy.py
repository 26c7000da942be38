"""What no message of an error may hold, and answers that tempt one to say it."""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic import SecretStr

from cdp_activate.destinations.base import Destination
from cdp_activate.errors import CdpError
from cdp_activate.http import Request, Response
from cdp_activate.testing.people import TEXTS, require

JSON = {"content-type": "application/json"}

_LONG = 8
"""Characters: shorter secrets stand in any text."""

_PERSONAL = re.compile(
    "|".join(
        [
            r"person\.\d+",
            r"Person \d+",
            "[0-9a-f]{64}",
            *map(re.escape, filter(None, TEXTS.values())),
        ]
    )
)
"""What a row of the contract holds: an address, its digest, a name, awkward text."""


def echo(status: int, request: Request) -> Response:
    """A platform that quotes everything back."""
    said = f"{request.body.decode(errors='replace')} {request.url}"
    body = json.dumps({"error": said, "detail": said, "message": said}, ensure_ascii=False)
    return Response(status, JSON, body.encode())


def require_discreet(error: CdpError, destination: Destination[Any], when: str) -> None:
    """An error, raised `when`, quotes nobody and shows no secret of the settings."""
    shown = f"{error} {error!r}"
    require(not _PERSONAL.search(shown), f"{when} quotes the person")
    require(not any(one in shown for one in _secrets(destination)), f"{when} shows a secret")


def _secrets(destination: Destination[Any]) -> list[str]:
    values = [value for _, value in destination.settings]
    within = [one for value in values if isinstance(value, dict) for one in value.values()]
    texts = [one.get_secret_value() for one in values + within if isinstance(one, SecretStr)]
    return [text for text in texts if len(text) >= _LONG]
