"""From the YAML of `syncs/` to syncs: every name looked up, every mistake told at its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cdp_activate.audiences.digest import audience_digest
from cdp_activate.audiences.model import Audience
from cdp_activate.catalog import Catalog, Rows
from cdp_activate.errors import CdpError, Problem, SourceErrors
from cdp_activate.identifiers import rule_set
from cdp_activate.identifiers.phone import is_region
from cdp_activate.settings import readable, validated
from cdp_activate.spelling import suggest
from cdp_activate.sync.list_per_value import PLACE, ListPerValue, read_name
from cdp_activate.sync.mapping import MappedExpression, MappingReader
from cdp_activate.sync.model import NO_CONSENT_NEEDED, DestinationEntry, Sync, SyncSettings
from cdp_activate.sync.needs import wrong_needs
from cdp_activate.text import Node


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
    named: dict[str, Node] = {}
    lists = _Lists()
    written = {document.locate(["sync"]).text: document for document in documents}
    for document in documents:
        try:
            settings = validated(document, SyncSettings)
        except SourceErrors as error:
            problems.extend(error.problems)
            # The names in the rest of the file may be wrong too: all is told at once.
            if rest := readable(document, SyncSettings, _STAND_INS):
                _Checking(document, rest, catalog, problems).names(audiences, destinations)
            continue
        check = _Checking(document, settings, catalog, problems)
        sync = check.sync(audiences, destinations)
        if sync is None:
            continue
        node = document.locate(["sync"])
        if other := named.get(sync.name):
            hint = f"the other is in {other.source.path}, line {other.line}: rename one"
            problems.append(node.problem(f"two syncs are named '{sync.name}'", hint))
            continue
        named[sync.name] = node
        if problem := lists.take(sync, document):
            problems.append(problem)
        found[sync.name] = sync
    problems.extend(wrong_needs(written))
    if problems:
        raise SourceErrors(sorted(problems, key=lambda one: (one.path, one.line, one.column)))
    return found


_STAND_INS = {"sync": "unnamed", "consent": NO_CONSENT_NEEDED}


class _Lists:
    """The lists that syncs keep: two on one would undo each other."""

    def __init__(self) -> None:
        self._by_name: dict[tuple[object, str], Sync] = {}
        self._per: list[Sync] = []

    def take(self, sync: Sync, document: Node) -> Problem | None:
        """Note which a sync keeps; what is wrong where another keeps it already."""
        target = (sync.destination.place, sync.list_name.casefold())
        # Plain names are looked up, not compared with one another: there may be thousands.
        same = self._by_name.get(target)
        near = [*self._by_name.values()] if sync.per else [*self._per, *([same] if same else [])]
        other = next((one for one in near if _share_a_list(one, sync)), None)
        self._by_name[target] = sync
        if sync.per:
            self._per.append(sync)
        if other is None:
            return None
        message = f"the sync '{other.name}' already keeps the list '{other.list_name}'"
        hint = "two syncs on one list would undo each other: give one another `list:`"
        if not sync.per and not other.per and other.list_name != sync.list_name:
            hint += "; to many platforms capitals make no difference"
        return document.locate(["list"]).problem(message, hint)


def _share_a_list(one: Sync, other: Sync) -> bool:
    """Whether a list of the two may have the same name, but for capitals.

    Many platforms take such for one, and would have two syncs undo each other.
    """
    if one.destination.place != other.destination.place:
        return False
    if one.per and other.per:
        return one.per.may_meet(other.per)
    if one.per or other.per:
        per, plain = (one.per, other) if one.per else (other.per, one)
        return per is not None and per.may_be(plain.list_name)
    return one.list_name.casefold() == other.list_name.casefold()


def _doubled(name: str) -> str:
    """A text as a template that says it."""
    return name.replace("{", "{{").replace("}", "}}")


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
        """The sync, where its audience and destination are found."""
        found = self.names(audiences, destinations)
        if found is None:
            return None
        audience, entry, fields, consents, suppressed = found
        self._destination(entry)
        per = self._per(audience)
        self._personal(audience, fields)
        digests = {one.name: audience_digest(one, audiences) for one in (audience, *suppressed)}
        return Sync(self.settings, audience, entry, consents, fields, per, digests)

    def names(
        self, audiences: Mapping[str, Audience], destinations: Mapping[str, DestinationEntry]
    ) -> (
        tuple[Audience, DestinationEntry, dict[str, MappedExpression], Rows | None, list[Audience]]
        | None
    ):
        """What the names stand for: audience, destination, fields, consents, suppressed."""
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
        suppressed = list(self._suppressed(audience, audiences))
        return audience, entry, self._fields(audience), self._consents(audience), suppressed

    def _suppressed(
        self, audience: Audience, audiences: Mapping[str, Audience]
    ) -> Iterator[Audience]:
        """The audiences whose members are held back."""
        written = self.document.locate(["suppress"]).value
        nodes = written if isinstance(written, list) and self.settings.suppress else []
        for node, name in zip(nodes, self.settings.suppress, strict=True):
            found = audiences.get(name)
            if found is None:
                hint = suggest(name, audiences, what="audiences")
                self.problems.append(node.problem(f"unknown audience '{name}'", hint))
            elif found.entity.name != audience.entity.name:
                message = f"'{name}' is of {found.entity.name}, not of {audience.entity.name}"
                hint = "name an audience of the same entity"
                self.problems.append(node.problem(message, hint))
            elif found.name == audience.name:
                hint = "it would hold everyone back; name another"
                self.problems.append(node.problem(f"'{name}' is what this sync sends", hint))
            else:
                yield found

    def _columns(self, audience: Audience) -> None:
        columns = audience.entity.model.columns
        for name, column in self.settings.identifiers.items():
            if column not in columns:
                hint = suggest(column, columns, what="columns")
                model = audience.entity.model.name
                self.wrong(("identifiers", name), f"'{column}' is no column of {model}", hint)
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

    def _reader(self, audience: Audience) -> MappingReader:
        def wrong(node: Node, message: str, hint: str) -> None:
            self.problems.append(node.problem(message, hint))

        return MappingReader(audience.entity, self.catalog.adapter, wrong)

    def _per(self, audience: Audience) -> ListPerValue | None:
        """A list for each value of a column or of an expression."""
        settings, node = self.settings, self.document.locate(("per",))
        if settings.per is None:
            return None
        if settings.mode == "events":
            hint = "an entry is told of once: map the value as a field instead"
            self.wrong(("per",), "`mode: events` keeps no lists for `per:` to part", hint)
        ways = set(settings.per) if isinstance(settings.per, dict) else {"sql"}
        if ways != {"sql"}:
            self.wrong(("per",), "'per' is a column or an expression", "per: country")
            return None
        reader = self._reader(audience)
        value = reader.read(node)
        if value is None:
            return None
        columns = audience.entity.model.columns
        for name in sorted(value.columns & columns.keys()):
            if columns[name].pii:
                message = f"'{name}' is personal, and names of lists are shown in logs"
                self.wrong(("per",), message, "use a column that tells nobody apart")
        if isinstance(settings.per, str) and not reader.has_text(node, settings.per):
            return None
        default = f"{_doubled(audience.label or audience.name)} {{{PLACE}}}"
        try:
            before, after = read_name(settings.list or default)
        except ValueError as error:
            hint = f'list: "VIPs {{{PLACE}}}"'
            self.wrong(("list",), f"'list': {error}", hint)
            return None
        return ListPerValue(value, before, after)

    def _fields(self, audience: Audience) -> dict[str, MappedExpression]:
        reader = self._reader(audience)
        if any(not name.strip() for name in self.settings.fields):
            self.wrong(("fields",), "a field has no name", "FIRST_NAME: first_name")
        read = {
            name: reader.read(self.document.locate(("fields", name)))
            for name in self.settings.fields
        }
        return {name: mapped for name, mapped in read.items() if mapped is not None}

    def _personal(self, audience: Audience, fields: Mapping[str, MappedExpression]) -> None:
        """Columns marked `pii` are sent by consent of the person, or where `pii:` says so."""
        columns = audience.entity.model.columns
        allowed = self.settings.pii
        known = {column.pii for column in columns.values() if column.pii}
        for kind in allowed or ():
            if kind not in known:
                hint = suggest(kind, known, what=f"kinds in {audience.entity.model.name}")
                self.wrong(("pii",), f"no column is marked `pii: {kind}`", hint)
        if allowed is None and self.settings.consent != NO_CONSENT_NEEDED:
            return
        sent = [(("identifiers", of), {name}) for of, name in self.settings.identifiers.items()]
        sent += [(("fields", of), set(mapped.columns)) for of, mapped in fields.items()]
        for path, names in sent:
            for name in sorted(names & columns.keys()):
                kind = columns[name].pii
                if kind and kind not in (allowed or ()):
                    self._not_allowed(path, name, kind)

    def _not_allowed(self, path: tuple[str, ...], column: str, kind: str) -> None:
        """A personal column that neither consent nor `pii:` covers."""
        message = f"'{column}' is personal (pii: {kind})"
        also = ", ".join([*(self.settings.pii or ()), kind])
        if self.settings.pii is None:
            message += f", and with `consent: {NO_CONSENT_NEEDED}` nobody agreed to its use"
            hint = f"name the consent's purpose, or allow this kind: `pii: [{also}]`"
        else:
            message += ", a kind that this sync's `pii:` does not allow"
            hint = f"leave it out, or say `pii: [{also}]`"
        self.wrong(path, message, hint)

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
