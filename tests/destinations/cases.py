"""The cases of a contract, run on a destination without pytest: which of them fail?"""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any

from cdp_activate.http import FunctionTransport, Transport


def failures(
    contract: type[Any],
    new_platform: Callable[[], Any],
    connect: Callable[[Transport], Any],
    *,
    of: str = "test_",
) -> dict[str, Exception]:
    """Name of a case -> how it failed, each with a platform of its own: those that begin so."""
    failed = {}
    for case in (name for name in dir(contract) if name.startswith(of)):
        platform = new_platform()
        given = {
            "platform": platform,
            "connect": connect,
            "destination": connect(FunctionTransport(platform.answer)),
        }
        method = getattr(contract(), case)
        try:
            method(**{name: given[name] for name in signature(method).parameters})
        except Exception as error:
            failed[case] = error
    return failed
