"""What a sync is: the YAML of `syncs/`, read, checked and tied to the catalog."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from cdp_activate.audiences.model import Audience
from cdp_activate.catalog import Catalog, Rows
from cdp_activate.destinations import destination_class, destination_types
from cdp_activate.destinations.base import Destination
from cdp_activate.errors import CdpError, Problem, SettingsError, SourceErrors
from cdp_activate.http import Transport
from cdp_activate.identifiers import rule_set
from cdp_activate.identifiers.phone import is_region
from cdp_activate.sync.needs import wrong_needs
from cdp_activate.sync.schedule import ScheduleField
from cdp_activate.text import Node, suggest, validated

NO_CONSENT_NEEDED = "not_required"
"""Said in place of a purpose: consent is never skipped by leaving a key out."""

DestinationClass: TypeAlias = type[Destination[Any]]

_AMOUNT = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(%?)\s*")


@dataclass(frozen=True, slots=True)
class Amount:
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
        return Amount(share=Decimal(found[1]) / 100)
    return Amount(rows=int(found[1]))


AmountField = Annotated[Amount, BeforeValidator(_amount)]


class _Strict(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=True
    )


class Guards(_Strict):
    """What a run refuses to do. An emptied audience is always refused, unless allowed,
    and so is the first run of a sync that sends messages.
    """

    max_remove: AmountField | None = None
    max_change: AmountField | None = None
    min_size: int | None = Field(default=None, ge=0)
    max_rejected: AmountField | None = None


class SyncSettings(_Strict):
    """The keys of a sync, as written."""

    sync: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    audience: str
    destination: str
    mode: Literal["mirror", "upsert", "events"] = "mirror"
    list: str | None = None
    identifiers: dict[str, str] = Field(min_length=1)
    fields: dict[str, str] = Field(default_factory=dict)
    region: str | None = None
    default_region: str | None = None
    consent: str
    schedule: ScheduleField | None = None
    needs: tuple[str, ...] = ()
    guards: Guards = Guards()
    owner: str = ""
    description: str = ""


@dataclass(frozen=True)
class Sync:
    """One sync, its names found: an audience, a destination, columns and consents."""

    settings: SyncSettings
    audience: Audience
    destination: DestinationEntry
    consents: Rows | None

    @property
    def name(self) -> str:
        return self.settings.sync

    @property
    def list_name(self) -> str:
        """What the list is called at the destination: the audience's label, unless said."""
        return self.settings.list or self.audience.label or self.audience.name


@dataclass(frozen=True)
class DestinationEntry:
    """One entry of `syncs/destinations.yml`. Secrets are looked up when it is opened."""

    name: str
    type: str
    node: Node = field(repr=False)
    folder: Path = Path()

    @property
    def kind(self) -> DestinationClass:
        return destination_class(self.type)

    @property
    def deduplicates(self) -> bool:
        """Whether it acts once on messages of one key; its settings may say so."""
        said = self.node.locate(["deduplicates"])
        return self.kind.deduplicates if said is self.node else bool(said.value)

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
    """The destinations by name; only their names and types are looked at here.

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
                destination_class(kind.text)
            except SettingsError as error:
                problems.append(kind.problem(error.message, error.remedy))
            found[name] = DestinationEntry(name, kind.text, node, folder)
    if problems:
        raise SourceErrors(problems)
    return found


def read_syncs(
    documents: Iterable[Node],
    catalog: Catalog,
    audiences: Mapping[str, Audience],
    destinations: Mapping[str, DestinationEntry],
) -> dict[str, Sync]:
    """The syncs by name. Raises SourceErrors with every mistake of every document."""
    documents = list(documents)
    problems: list[Problem] = []
    found: dict[str, Sync] = {}
    lists: dict[tuple[str, str], str] = {}
    written = {document.locate(["sync"]).text: document for document in documents}
    for document in documents:
        try:
            settings = validated(document, SyncSettings)
        except SourceErrors as error:
            problems.extend(error.problems)
            continue
        check = _Checking(document, settings, catalog, problems)
        sync = check.sync(audiences, destinations)
        if sync is None:
            continue
        if sync.name in found:
            problems.append(document.locate(["sync"]).problem(f"two syncs are named '{sync.name}'"))
        target = (sync.settings.destination, sync.list_name)
        if target in lists:
            message = f"the sync '{lists[target]}' already keeps the list '{sync.list_name}'"
            hint = "two syncs on one list would undo each other: give one another `list:`"
            problems.append(document.locate(["list"]).problem(message, hint))
        lists[target] = sync.name
        found[sync.name] = sync
    problems.extend(wrong_needs(written))
    if problems:
        raise SourceErrors(problems)
    return found


@dataclass
class _Checking:
    """Looks up the names of one sync."""

    document: Node
    settings: SyncSettings
    catalog: Catalog
    problems: list[Problem]

    def wrong(self, path: tuple[str, ...], message: str, hint: str = "") -> None:
        self.problems.append(self.document.locate(path).problem(message, hint))

    def sync(
        self, audiences: Mapping[str, Audience], destinations: Mapping[str, DestinationEntry]
    ) -> Sync | None:
        settings = self.settings
        audience = audiences.get(settings.audience)
        entry = destinations.get(settings.destination)
        if audience is None:
            hint = suggest(settings.audience, audiences, what="audiences")
            self.wrong(("audience",), f"unknown audience '{settings.audience}'", hint)
        elif not audience.publish:
            hint = "remove `publish: false` from the audience, or sync another"
            self.wrong(("audience",), f"'{audience.name}' is a building block, never synced", hint)
        if entry is None:
            hint = suggest(settings.destination, destinations, what="destinations")
            self.wrong(("destination",), f"unknown destination '{settings.destination}'", hint)
        if audience is None or entry is None:
            return None
        self._columns(audience)
        self._destination(entry)
        return Sync(settings, audience, entry, self._consents(audience))

    def _columns(self, audience: Audience) -> None:
        columns = audience.entity.model.columns
        for part in ("identifiers", "fields"):
            for name, column in getattr(self.settings, part).items():
                if column not in columns:
                    hint = suggest(column, columns, what="columns")
                    model = audience.entity.model.name
                    self.wrong((part, name), f"'{column}' is no column of {model}", hint)
        region = self.settings.region
        if region is not None and region not in columns:
            hint = suggest(region, columns, what="columns")
            self.wrong(
                ("region",), f"'{region}' is no column of {audience.entity.model.name}", hint
            )
        default = self.settings.default_region
        if default is not None and not is_region(default):
            hint = "write the two letters of ISO 3166-1, such as VN"
            self.wrong(("default_region",), f"there is no country '{default}'", hint)

    def _destination(self, entry: DestinationEntry) -> None:
        try:
            known, verbs = entry.kind.identifiers, entry.kind.verbs
        except CdpError:
            return  # already reported where the destination is declared
        if self.settings.mode == "mirror" and "remove" not in verbs:
            message = f"{entry.type} cannot take anyone off a list, which `mode: mirror` must"
            self.wrong(("mode",), message, "say `mode: upsert`")
        if self.settings.mode == "events" and "send" not in verbs:
            message = f"{entry.type} cannot send messages, which `mode: events` does"
            self.wrong(("mode",), message, "say `mode: mirror` or `mode: upsert`")
        mapped = self.settings.identifiers
        strange = [name for name in mapped if known and name not in known]
        for name in strange:
            hint = suggest(name, known, what="identifiers")
            self.wrong(("identifiers", name), f"{entry.type} does not match on '{name}'", hint)
        enough = rule_set(entry.kind.rules).enough
        if enough and not strange and not any(mapped.keys() >= set(one) for one in enough):
            hint = "map " + ", or ".join(" and ".join(one) for one in enough)
            message = f"{entry.type} cannot tell people apart by {' and '.join(mapped)} alone"
            self.wrong(("identifiers",), message, hint)
        if self.settings.fields and not entry.kind.takes_fields:
            hint = "leave `fields:` out"
            self.wrong(("fields",), f"{entry.type} takes identifiers alone, no fields", hint)

    def _consents(self, audience: Audience) -> Rows | None:
        purpose = self.settings.consent
        if purpose == NO_CONSENT_NEEDED:
            return None
        rows = self.catalog.consents.get(audience.entity.name)
        if rows is None:
            hint = f"declare a consents model, or say `consent: {NO_CONSENT_NEEDED}`"
            self.wrong(("consent",), f"{audience.entity.name} has no consents", hint)
            return None
        column = rows.model.columns.get(rows.columns["purpose"])
        known = column.values if column else ()
        if known and purpose not in known:
            hint = suggest(purpose, [*known, NO_CONSENT_NEEDED], what="purposes")
            self.wrong(("consent",), f"unknown purpose '{purpose}'", hint)
        return rows
