"""A project's audiences, each synced to a platform, all platforms behind sockets here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from cdp_activate.destinations import destination_class, destination_types
from cdp_activate.local_server import LocalServer
from cdp_activate.receiver import Receiver

COLUMNS = {"external_id": "customer_id", "email": "email", "phone": "phone"}
"""Identifier -> the column of the shop's customers that has it."""


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
    folder: Path,
    audiences: list[str],
    there: Mapping[str, tuple[Any, dict[str, Any]]],
    hook: Receiver,
) -> dict[str, str]:
    """One sync to each type that keeps lists, instead of those of the project; sync -> type."""
    for path in (folder / "syncs").glob("*.yml"):
        path.unlink()
    own = {"file": {"path": "outbox/everywhere"}, "webhook": {"url": hook.url}}
    settings = {name: about for name, (_, about) in there.items()} | own
    keeping = [name for name in destination_types() if "upsert" in destination_class(name).verbs]
    missing = [name for name in keeping if name not in settings]
    assert missing == [], "a destination without an emulator"
    entries = {name: {"type": name, **settings[name]} for name in keeping}
    _dump(folder / "syncs/destinations.yml", {"destinations": entries})
    for name, audience in zip(keeping, cycle(audiences)):
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
        if kind.takes_fields:
            sync["fields"] = {"first_name": "first_name"}
        _dump(folder / f"syncs/to_{name}.yml", sync)
    return {f"to_{name}": name for name in keeping}


def _dump(path: Path, content: Any) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
