"""A project's audiences, each synced or told to a platform, all behind sockets here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from cdp_activate.destinations import destination_class, destination_types
from cdp_activate.local_server import LocalServer
from cdp_activate.receiver import Receiver
from cdp_activate.settings import is_secret

COLUMNS = {"external_id": "customer_id", "email": "email", "phone": "phone"}
"""Identifier -> the column of the shop's customers that has it."""

CHANNEL = "C1"
"""What the emulators of messages know: there is nothing to create."""


@contextmanager
def platforms(contracts: Mapping[str, Any]) -> Iterator[dict[str, tuple[Any, dict[str, Any]]]]:
    """Type -> an emulator behind a socket, and the settings that lead to it."""
    with ExitStack() as stack:
        found = {}
        for name, contract in contracts.items():
            emulator = contract.emulator()
            server = stack.enter_context(LocalServer(emulator.answer))
            kind = destination_class(name)
            usual = kind(kind.Settings.model_validate(contract.settings)).base_url("/")
            address = server.url.rstrip("/") + urlsplit(usual).path
            found[name] = (emulator, {**contract.settings, "base_url": address})
        yield found


def write(
    project: tuple[Path, list[str]],
    told: Mapping[str, tuple[str, ...]],
    there: Mapping[str, tuple[Any, dict[str, Any]]],
    hook: Receiver,
    set_variable: Callable[[str, str], object],
) -> dict[str, str]:
    """One sync to each type there is, instead of those of the project; sync -> type.

    `project` is its folder and audiences; `told`, by type, the fields that messages speak of.
    Secrets go to the environment.
    """
    folder, audiences = project
    for path in (folder / "syncs").glob("*.yml"):
        path.unlink()
    own = {"file": {"path": "outbox/everywhere"}, "webhook": {"url": hook.url}}
    settings = {name: about for name, (_, about) in there.items()} | own
    types = destination_types()
    missing = [name for name in types if name not in settings]
    assert missing == [], "a destination without an emulator"
    entries = {
        name: {"type": name, **_without_secrets(name, settings[name], set_variable)}
        for name in types
    }
    _dump(folder / "syncs/destinations.yml", {"destinations": entries})
    for name, audience in zip(types, cycle(audiences)):
        kind = destination_class(name)
        taken = [one for one in COLUMNS if one in kind.identifiers] or ["email", "external_id"]
        sync = {
            "sync": f"to_{name}",
            "audience": audience,
            "destination": name,
            "list": f"Everywhere: {audience}",
            "identifiers": {one: COLUMNS[one] for one in taken},
            "default_region": "VN",
            "consent": "ads_personalisation",
            "guards": {"first_run": False},
        }
        if "upsert" not in kind.verbs:
            sync |= {"mode": "events", "list": CHANNEL}
            sync["fields"] = dict.fromkeys(told[name], "first_name")
        elif kind.takes_fields:
            sync["fields"] = {"first_name": "first_name"}
        _dump(folder / f"syncs/to_{name}.yml", sync)
    return {f"to_{name}": name for name in types}


def _without_secrets(
    name: str, settings: dict[str, Any], set_variable: Callable[[str, str], object]
) -> dict[str, Any]:
    """The settings as a project has them: secrets by `env_var()`."""
    found = dict(settings)
    for setting, field in destination_class(name).Settings.model_fields.items():
        if is_secret(field) and setting in found:
            variable = f"{name}_{setting}".upper()
            set_variable(variable, found[setting])
            found[setting] = f"{{{{ env_var('{variable}') }}}}"
    return found


def _dump(path: Path, content: Any) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
