"""The kinds of destination there are, by the `type:` they have in YAML.

The folder listing is the registry: `webhook.py` is `type: webhook`. Other
packages add theirs through the entry point group `cdp_activate.destinations`.
Nothing is imported before its type is asked for.
"""

from __future__ import annotations

import inspect
import pkgutil
from functools import cache
from importlib import import_module, metadata
from types import ModuleType
from typing import TYPE_CHECKING, Any

from cdp_activate.errors import SettingsError

if TYPE_CHECKING:
    from cdp_activate.destinations.base import Destination

ENTRY_POINTS = "cdp_activate.destinations"
_NOT_TYPES = frozenset({"api", "base", "rows"})


def destination_types() -> list[str]:
    """Every known type, sorted: our own files, then what is installed beside them."""
    return sorted(_own() | _installed().keys())


def destination_class(type_name: str) -> type[Destination[Any]]:
    """The class behind `type: <type_name>`; a type of our own wins over an installed one.

    Raises `SettingsError` when there is no such type, when a package it needs
    is missing, or when its module does not hold exactly one Destination.
    """
    try:
        if type_name in _own():
            return _only_destination(import_module(f"{__name__}.{type_name}"), type_name)
        installed = _installed().get(type_name)
        if installed is not None:
            return _only_destination(installed.load(), type_name)
    except ModuleNotFoundError as error:
        raise _missing(type_name, error) from error
    raise _unknown(type_name)


@cache
def _own() -> frozenset[str]:
    names = {module.name for module in pkgutil.iter_modules(__path__)}
    return frozenset(name for name in names if not name.startswith("_")) - _NOT_TYPES


def _installed() -> dict[str, metadata.EntryPoint]:
    return {point.name: point for point in metadata.entry_points(group=ENTRY_POINTS)}


def _only_destination(loaded: Any, type_name: str) -> type[Destination[Any]]:
    """The Destination class that an entry point or module stands for."""
    from cdp_activate.destinations.base import Destination

    found = [loaded]
    if isinstance(loaded, ModuleType):
        found = [thing for thing in vars(loaded).values() if _is_own(thing, loaded)]
    found = [
        thing
        for thing in found
        if inspect.isclass(thing)
        and issubclass(thing, Destination)
        and not inspect.isabstract(thing)
    ]
    if len(found) != 1:
        raise SettingsError(
            f"the module of destination type '{type_name}' holds {len(found)} destinations",
            remedy="Keep exactly one finished Destination class in it.",
        )
    one: type[Destination[Any]] = found[0]
    return one


def _is_own(thing: object, module: ModuleType) -> bool:
    return inspect.isclass(thing) and thing.__module__ == module.__name__


def _missing(type_name: str, error: ModuleNotFoundError) -> SettingsError:
    """Say which package is missing, and the extra that brings it where there is one."""
    package = (error.name or "").partition(".")[0] or "a package"
    try:
        extras = metadata.metadata("cdp-activate").get_all("Provides-Extra") or []
    except metadata.PackageNotFoundError:
        extras = []
    wanted = f"'cdp-activate[{type_name}]'" if type_name in extras else package
    return SettingsError(
        f"destination type '{type_name}' needs {package}, which is not installed",
        remedy=f"Run: pip install {wanted}",
    )


def _unknown(type_name: str) -> SettingsError:
    from cdp_activate.spelling import suggest

    return SettingsError(
        f"there is no destination type '{type_name}'",
        remedy=suggest(type_name, destination_types(), what="known types"),
    )
