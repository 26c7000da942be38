"""What a type of destination is, from its class alone: for the command line and the docs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cdp_activate.destinations import destination_class
from cdp_activate.destinations.base import Destination
from cdp_activate.identifiers import VERSION, rule_set
from cdp_activate.settings import is_secret

WRITTEN_BY = "<!-- Written by `make docs` from the class; changes by hand are lost. -->"

_VERBS = ("upsert", "remove", "send", "erase")
_READS = {"size": "how many are on a list", "members": "who is on a list"}
"""What a type may be able to read back, and in words."""

_OF_ALL = {"base_url"}
"""Settings that only tests and proxies need: they come last."""


def facts(type_name: str) -> dict[str, Any]:
    """Everything that a class says of itself. Raises SettingsError for an unknown type."""
    kind = destination_class(type_name)
    rules = rule_set(kind.rules)
    return {
        "type": type_name,
        "summary": (kind.__doc__ or "").strip().partition("\n")[0],
        "api_version": kind.api_version,
        "documentation": kind.documentation,
        "verbs": [verb for verb in _VERBS if verb in kind.verbs],
        "reads": [name for name in _READS if getattr(kind, name) is not getattr(Destination, name)],
        "takes_fields": kind.takes_fields,
        "knows_people_by": _known_by(kind),
        "leaving": kind.leaving,
        "permissions": list(kind.permissions),
        "settings": _settings(kind.Settings),
        "rules": {"name": rules.name, "version": VERSION, "enough": [*map(list, rules.enough)]},
        "identifiers": [
            {
                "name": name,
                "steps": list(rules.rule(name).steps),
                "hashed": f"SHA-256, {rules.encoding}" if rules.rule(name).hashed else "",
                "source": rules.rule(name).source,
            }
            for name in kind.identifiers
        ],
        "batch_size": kind.batch_size,
        "batch_bytes": kind.batch_bytes,
        "concurrency": kind.concurrency,
        "requests_per_second": kind.requests_per_second,
        "limits": {name: asdict(limit) for name, limit in kind.limits.items()},
    }


def _known_by(kind: type[Destination[Any]]) -> str:
    """What makes two people one there; empty where it keeps no lists."""
    if "upsert" not in kind.verbs:
        return ""
    chosen = [name for name in ("matches_on", "match_on") if name in kind.Settings.model_fields]
    if chosen:
        return f"what `{chosen[0]}` says"
    if kind.knows_keys:
        return "our key"
    if kind.matches == "each":
        return "each identifier by itself"
    few = len(kind.identifiers) < 2
    return ", ".join(kind.identifiers) if few else f"the first of {', '.join(kind.identifiers)}"


def _settings(model: type[BaseModel]) -> list[dict[str, Any]]:
    found = [
        {
            "name": name,
            "required": field.is_required(),
            "default": _default(field),
            "secret": is_secret(field),
            "meaning": field.description or "",
        }
        for name, field in model.model_fields.items()
    ]
    return sorted(found, key=lambda one: (one["name"] in _OF_ALL, not one["required"]))


def _default(field: FieldInfo) -> Any:
    """A default as YAML would say it; None where there is none, or it is empty."""
    value = None if field.is_required() or field.default_factory else field.get_default()
    return value if isinstance(value, bool | int | float | str) else None


def page(type_name: str) -> str:
    """The facts as a page of the docs, in Markdown."""
    about = facts(type_name)
    parts = [
        f"# `type: {type_name}`",
        WRITTEN_BY,
        about["summary"],
        _head(about),
        "## Settings",
        _table(
            ("setting", "default", "meaning"),
            [
                (f"`{one['name']}`", _shown_default(one), one["meaning"] + _secret(one))
                for one in about["settings"]
            ],
        ),
        "## Identifiers",
        _identifiers(about),
    ]
    if about["limits"]:
        rows = [
            (name, f"{one['most']:,}", one["unit"], one["source"])
            for name, one in about["limits"].items()
        ]
        parts += ["## Limits that it keeps to", _table(("limit", "most", "of", "source"), rows)]
    return "\n\n".join(parts) + "\n"


def _head(about: dict[str, Any]) -> str:
    pace = about["requests_per_second"]
    lines = [
        ("does", ", ".join(about["verbs"])),
        ("reads back", ", ".join(_READS[name] for name in about["reads"])),
        ("knows people by", about["knows_people_by"]),
        ("leaving a list", about["leaving"]),
        ("sends", "identifiers and fields" if about["takes_fields"] else "identifiers alone"),
        ("needs", "; ".join(about["permissions"])),
        ("interface", about["api_version"]),
        ("described at", about["documentation"]),
        ("rows in a call", f"{about['batch_size']:,}"),
        ("bytes in a call", f"{about['batch_bytes']:,}" if about["batch_bytes"] else ""),
        ("calls at once", str(about["concurrency"])),
        ("calls a second", f"{pace:g}" if pace else ""),
    ]
    return _table(("", ""), [(name, said) for name, said in lines if said])


def _identifiers(about: dict[str, Any]) -> str:
    if not about["identifiers"]:
        return "Whatever a sync maps."
    rows = [
        (f"`{one['name']}`", ", ".join(one["steps"]) or "trimmed", one["hashed"] or "plain",
         one["source"])
        for one in about["identifiers"]
    ]  # fmt: skip
    said = _table(("identifier", "normalised by", "sent as", "source"), rows)
    enough = [" and ".join(one) for one in about["rules"]["enough"]]
    taken = {one["name"] for one in about["identifiers"]}
    enough = [one for one in enough if set(one.split(" and ")) <= taken]
    if enough:
        said += f"\n\nOf these a row needs {', or '.join(enough)}."
    return said


def _shown_default(setting: dict[str, Any]) -> str:
    if setting["required"]:
        return "required"
    value = setting["default"]
    if value in (None, ""):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _secret(setting: dict[str, Any]) -> str:
    return " By `env_var` only: a secret." if setting["secret"] else ""


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in (header, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(header), *lines[1:]])
