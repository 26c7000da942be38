"""What a sync is, and a destination: the keys of the YAML in `syncs/`."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from cdp_activate.audiences.model import Audience
from cdp_activate.catalog import Rows
from cdp_activate.destinations import destination_class, destination_types
from cdp_activate.destinations.base import Destination
from cdp_activate.errors import Problem, SettingsError, SourceErrors
from cdp_activate.http import Transport
from cdp_activate.settings import plain_secrets, validated
from cdp_activate.spelling import suggest
from cdp_activate.sync.deadline import SpanField
from cdp_activate.sync.list_per_value import ListPerValue
from cdp_activate.sync.mapping import MappedExpression
from cdp_activate.sync.schedule import ScheduleField, length
from cdp_activate.text import Node

NO_CONSENT_NEEDED = "not_required"
"""Said in place of a purpose: consent is never skipped by leaving a key out."""

DestinationClass: TypeAlias = type[Destination[Any]]

_AMOUNT = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(%?)\s*")


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number of rows, or a share of what the destination holds."""

    rows: int | None = None
    share: Decimal | None = None

    def allows(self, changed: int, held: int) -> bool:
        """Whether `changed` of `held` rows is within the amount."""
        if self.share is not None:
            return changed <= self.share * held
        return self.rows is None or changed <= self.rows

    def __str__(self) -> str:
        if self.share is not None:
            return f"{(self.share * 100).normalize():f}%"
        return f"{self.rows:,}"


def _amount(value: object) -> object:
    found = _AMOUNT.fullmatch(str(value)) if not isinstance(value, bool) else None
    if found is None or (not found[2] and "." in found[1]):
        raise ValueError("write a number of rows, or a percentage such as 20%")
    if found[2]:
        return Threshold(share=Decimal(found[1]) / 100)
    return Threshold(rows=int(found[1]))


def _part(value: object) -> object:
    amount = _amount(value)
    if isinstance(amount, Threshold) and amount.share is not None and amount.share > 1:
        raise ValueError("more than 100% never happens: write a percentage such as 20%")
    return amount


AmountField = Annotated[Threshold, BeforeValidator(_amount)]

PartField = Annotated[Threshold, BeforeValidator(_part)]
"""An amount of something that is there: a list may grow to thrice its size, but not lose that."""


class _Strict(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=True
    )


class Guards(_Strict):
    """What a run refuses to do. An emptied audience is always refused, unless allowed,
    and so is the first run of a sync, unless `first_run: false`.
    """

    max_remove: PartField | None = None
    max_change: AmountField | None = None
    min_size: int | None = Field(default=None, ge=0)
    max_rejected: PartField | None = None
    first_run: bool = True
    max_lists: int = Field(default=50, ge=1)
    fresh_within: Annotated[timedelta, BeforeValidator(length)] | None = None


def _name(written: str) -> str:
    if not re.fullmatch("[a-z][a-z0-9_]{0,62}", written):
        raise ValueError("write small letters, digits and underscores, a letter first; 63 at most")
    return written


class SyncSettings(_Strict):
    """The keys of a sync, as written."""

    sync: Annotated[str, AfterValidator(_name)] = Field(examples=["welcome_newcomers"])
    audience: str = Field(examples=["NAME"], description="one of those in audiences/")
    destination: str = Field(examples=["NAME"], description="one of those in destinations.yml")
    mode: Literal["mirror", "upsert", "events"] = "mirror"
    list: Annotated[str, StringConstraints(strip_whitespace=True)] | None = None
    per: Any = None
    identifiers: dict[str, str] = Field(min_length=1, examples=["{email: email}"])
    fields: dict[str, Any] = Field(default_factory=dict)
    pii: tuple[str, ...] | None = None
    region: str | None = None
    default_region: str | None = None
    consent: str = Field(
        examples=["PURPOSE"],
        description=f"whose yes is asked for, or `consent: {NO_CONSENT_NEEDED}`, said out loud",
    )
    suppress: tuple[str, ...] = ()
    schedule: ScheduleField | None = Field(
        default=None,
        examples=['"0 7 * * *"', '{cron: "0 7 * * *", timezone: Europe/Berlin}', "{after: build}"],
    )
    needs: tuple[str, ...] = ()
    deadline: SpanField | None = None
    guards: Guards = Guards()
    owner: str = ""
    description: str = ""


@dataclass(frozen=True)
class Sync:
    """One sync, its names found: an audience, a destination, columns and consents.

    `fields` are what is sent beside the identifiers, by the destination's name; with `per`
    there is a list for each value.
    """

    settings: SyncSettings
    audience: Audience
    destination: DestinationEntry
    consents: Rows | None
    fields: Mapping[str, MappedExpression] = field(default_factory=dict)
    per: ListPerValue | None = None
    digests: Mapping[str, str] = field(default_factory=dict)
    """Of each audience that it reads, the one that it sends first, as it is written now."""

    @property
    def name(self) -> str:
        return self.settings.sync

    @property
    def list_name(self) -> str:
        """What the list is called at the destination: the audience's label, unless said."""
        if self.per is not None:
            return self.per.shown
        return self.settings.list or self.audience.label or self.audience.name


@dataclass(frozen=True)
class DestinationEntry:
    """One entry of `syncs/destinations.yml`. Secrets are looked up when it is opened."""

    name: str
    type: str
    node: Node = field(repr=False)
    folder: Path = Path()

    @cached_property
    def place(self) -> tuple[str, str]:
        """Type, and the settings that say where: two entries with the same are one destination."""
        said = {name: value for name, value in self.node.plain().items() if name != "type"}
        where = {"base_url", *(self.kind.where or said)}
        chosen = {name: value for name, value in said.items() if name in where}
        # A number and its text are one account.
        return self.type, json.dumps(chosen, sort_keys=True, default=str).replace('"', "")

    @property
    def kind(self) -> DestinationClass:
        return destination_class(self.type)

    @property
    def deduplicates(self) -> bool:
        """Whether it acts once on messages of one key; its settings may say so."""
        said = self.node.locate(["deduplicates"])
        return self.kind.deduplicates if said is self.node else bool(said.value)

    @property
    def knows_keys(self) -> bool:
        """Whether two people are two there, although their identifiers are the same."""
        said = self.node.locate(["matches_on"])
        return self.kind.knows_keys if said is self.node else said.value == "key"

    def best_first(self, mapped: Collection[str]) -> list[str]:
        """The mapped identifiers, in the order in which a row's first is what it is known by.

        None, where it knows people by each of them.
        """
        if self.kind.matches == "each":
            return []
        said = self.node.locate(["match_on"])
        chosen = [said.text] if said is not self.node else []
        order = [*chosen, *(self.kind.identifiers or mapped)]
        return list(dict.fromkeys(name for name in order if name in mapped))

    def open(self, *, transport: Transport | None = None) -> Destination[Any]:
        """The destination, ready to be called. Raises SourceErrors for wrong settings."""
        kind = self.kind
        assert isinstance(self.node.value, dict)
        own = {key: value for key, value in self.node.value.items() if key != "type"}
        keys = {key: value for key, value in self.node.keys.items() if key != "type"}
        settings = validated(replace(self.node, value=own, keys=keys), kind.Settings)
        made = kind(settings, transport=transport, name=self.name)
        made.folder = self.folder
        return made


def read_destinations(
    documents: Iterable[Node], folder: Path = Path()
) -> dict[str, DestinationEntry]:
    """The destinations by name; only names, types and secrets in plain text are looked at here.

    Relative paths in their settings begin at `folder`.
    """
    problems: list[Problem] = []
    found: dict[str, DestinationEntry] = {}
    for document in documents:
        entries = document.locate(["destinations"])
        if entries is document or not isinstance(entries.value, dict):
            problems.append(document.problem("no `destinations:` here", "destinations: {name: ..}"))
            continue
        for name, node in entries.value.items():
            kind = node.value.get("type") if isinstance(node.value, dict) else None
            if kind is None:
                hint = suggest("", destination_types(), what="types")
                problems.append(node.problem(f"destination '{name}' has no `type:`", hint))
                continue
            try:
                kept = destination_class(kind.text).Settings
                problems.extend(plain_secrets(node, kept, of=name))
            except SettingsError as error:
                problems.append(kind.problem(error.message, error.remedy))
            found[name] = DestinationEntry(name, kind.text, node, folder)
    if problems:
        raise SourceErrors(problems)
    return found
