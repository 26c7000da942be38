"""Starts a ledger from people who are on the platform's list already.

Only those whom the platform, or an export of its list, names by an identifier that is also
somebody's of ours are taken over; everybody else there stays a stranger, whom no sync touches.
What the platform knows of them beside that is not known: the next run sends their fields.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlglot import exp

from cdp_activate.audiences.expressions import column, text
from cdp_activate.audiences.render import write
from cdp_activate.audiences.run_sql import run_at
from cdp_activate.catalog import Catalog
from cdp_activate.errors import UsageError
from cdp_activate.http import Transport
from cdp_activate.identifiers import rule_set
from cdp_activate.identifiers.sql import prepared, trimmed
from cdp_activate.spelling import suggest
from cdp_activate.sync.audience_table import audience_relation
from cdp_activate.sync.fold import analyze_state
from cdp_activate.sync.ledger import Ledger
from cdp_activate.sync.members import MEMBERS, pairs_of, read_members
from cdp_activate.sync.model import Sync
from cdp_activate.sync.phone_numbers import (
    NUMBER,
    looked_up,
    phone_of,
    read_numbers,
    written_otherwise,
)
from cdp_activate.sync.plan import kept_list
from cdp_activate.sync.recovery import prepare
from cdp_activate.sync.run_records import Runs
from cdp_activate.sync.sharing import known_by
from cdp_activate.sync.tables import ADOPTED, KeptList, RunRecord, now
from cdp_activate.sync.wanted import LIST, everyone_sql, written_sql
from cdp_activate.warehouse.base import Warehouse, Work
from cdp_activate.warehouse.sql_functions import quoted


@dataclass(frozen=True)
class Adoption:
    """What became of the people on one list.

    `adopted` are in the ledger now, `known` were there before. `outside` are ours and not in
    the audience: left alone unless they were asked for. `strangers` are nobody of ours.
    """

    sync: str
    destination: str
    list: str
    on_list: int
    adopted: int
    known: int
    outside: int
    strangers: int
    lists: tuple[Adoption, ...] = ()
    """Each list, where a sync keeps one for each value; the numbers are of all together."""

    def as_dict(self) -> dict[str, Any]:
        """The adoption for machines."""
        lists = [one.as_dict() for one in self.lists]
        found = {name: value for name, value in vars(self).items() if name != "lists"}
        return {**found, "lists": lists} if lists else found


_COUNTS = ("on_list", "adopted", "known", "outside", "strangers")


@dataclass(frozen=True)
class AdoptionContext:
    """One sync whose list is taken over.

    `export` is a CSV file of the platform with a column for an identifier or several; without
    it the platform is asked. Of several lists, a column `list` says on which a row is.
    `outside` takes over people who do not belong there too: in `mirror` mode the next run
    removes them.
    """

    sync: Sync
    catalog: Catalog
    warehouse: Warehouse
    export: Path | None = None
    outside: bool = False
    transport: Transport | None = None

    def adopt(self) -> Adoption:
        """Take over who is on the list. Sends nothing, and removes nobody.

        Raises UsageError where there is nothing to go by, or while a run of the sync goes on.
        """
        if self.sync.settings.mode == "events":
            raise UsageError(
                f"the sync '{self.sync.name}' tells of entries, it keeps no list",
                remedy="`--allow first_run` messages who is in the audience; see docs/syncs.md",
            )
        kept = kept_list(self.sync)
        ledger, runs = Ledger(self.warehouse, kept), Runs(self.warehouse, kept.sync)
        run = RunRecord(kept.sync, kept.destination, kept.name, now())
        prepare(runs)
        runs.begin(run)
        try:
            with self.warehouse.work(None) as work:
                lists = self._lists(work)
                done = tuple(self._adopt(ledger, run, work, name) for name in lists)
            analyze_state(self.warehouse)
            found = done[0] if self.sync.per is None else _together(kept, done)
            run.state, run.message = "adopted", f"{found.adopted:,} people of the list taken over"
            runs.close(run)
            return found
        except BaseException:
            runs.forget(run)  # a run that failed would stand for the one that is due
            raise
        finally:
            runs.leave(run, done=False)

    def _lists(self, work: Work) -> list[str]:
        """Make the table of all people, and say which lists there are: one, or one a value."""
        self._make_everyone(work)
        if self.sync.per is None:
            return [self.sync.list_name]
        rows = self.warehouse.rows(
            f"select distinct list from {work.schema}.everyone where is_member "
            "and list is not null order by 1"
        )
        most = self.sync.settings.guards.max_lists
        if len(rows) > most:
            raise UsageError(
                f"`per:` of '{self.sync.name}' has {len(rows):,} values, more than {most:,}",
                remedy="is it a column of few values? Or raise `guards: {max_lists: ..}`",
            )
        return [str(name) for (name,) in rows]

    def _adopt(self, ledger: Ledger, run: RunRecord, work: Work, name: str) -> Adoption:
        """Take over who is on one list."""
        size = self._read(ledger, run, name)
        self._make_ours(work, name)
        with self.warehouse.state():
            return self._write(ledger.kept.one(name), run, work, size)

    def _read(self, ledger: Ledger, run: RunRecord, name: str) -> int:
        """Read who is on the list into the table of members; says how many they are."""
        if self.export is not None:
            of = name if self.sync.per is not None else None
            size = read_members(self.warehouse, _exported(self.export, self.sync, of))
            self._normalise()
            return size
        destination = self.sync.destination.open(transport=self.transport)
        try:
            list_id = destination.open(name)
            members = destination.members(list_id)
            if members is None:
                raise UsageError(
                    f"{destination.name} does not say who is on a list",
                    remedy="export the list there as CSV, and give it as --from FILE.csv",
                )
            size = read_members(self.warehouse, members)
            ledger.recognise(run, name, list_id, refilled=True)
        finally:
            destination.close()
        return size

    def _normalise(self) -> None:
        """Beside each identifier of an export, what a sync would send for it."""
        rules = rule_set(self.sync.destination.kind.rules)
        value, region = trimmed(column("value")), text(self.sync.settings.default_region or "")
        of_phone = phone_of(self.sync)
        if of_phone:
            named = exp.EQ(this=column("name"), expression=text(of_phone))
            read_numbers(
                self.warehouse, self._sql(written_otherwise(value, region, MEMBERS).where(named))
            )
        for name in self.sync.settings.identifiers:
            ready = exp.alias_(prepared(rules, name, value, NUMBER), "value")
            select = exp.select(column("member"), column("name"), ready).from_(MEMBERS)
            if name == of_phone:
                select = looked_up(select, value, region)
            of = exp.EQ(this=column("name"), expression=text(name))
            self.warehouse.run(f"insert into {MEMBERS} {self._sql(select.where(of))}")

    def _sql(self, select: exp.Select) -> str:
        return write(select, self.catalog.adapter, run_at(self.catalog, now()))

    def _make_everyone(self, work: Work) -> None:
        """A table of all people of the entity: identifiers, list, and whether they are members."""
        key = self.sync.audience.entity.key
        of = "" if self.sync.per is not None else f", {quoted(self.sync.list_name)} as list"
        with self.warehouse.reading():
            relation = audience_relation(self.sync, self.catalog, self.warehouse)
            if phone_of(self.sync):
                read_numbers(self.warehouse, written_sql(self.sync, self.catalog))
            self.warehouse.make_table(
                f"{work.schema}.everyone",
                f"select *{of}, entity_key in "
                f"(select cast({key} as varchar) from {relation}) as is_member "
                f"from ({everyone_sql(self.sync, self.catalog)}) as everyone",
            )

    def _make_ours(self, work: Work, name: str) -> None:
        """A table of those of ours who are on the list: one for each set of identifiers.

        Of two with the same identifiers the platform holds one; who belongs there is it.
        """
        make, schema, functions = self.warehouse.make_table, work.schema, self.warehouse.functions
        pairs = pairs_of(self.sync, functions, f"{schema}.everyone", "true")
        make(
            f"{schema}.matched",
            f"select distinct member, entity_key from {MEMBERS} as theirs join ({pairs}) as ours "
            "on theirs.name = ours.name and theirs.value = ours.value",
        )
        belongs = f"is_member and coalesce(list = {quoted(name)}, false)"
        make(
            f"{schema}.ours",
            "select entity_key, identifiers, is_member from ("
            f"select entity_key, identifiers, {belongs} as is_member, row_number() over "
            f"(partition by {known_by(self.sync, functions)} "
            f"order by {belongs} desc, entity_key) as place "
            f"from {schema}.everyone where entity_key in (select entity_key from {schema}.matched)"
            ") as placed where place = 1",
        )

    def _write(self, kept: KeptList, run: RunRecord, work: Work, size: int) -> Adoption:
        table, ours = self.warehouse.state_table("sync_ledger"), f"{work.schema}.ours"
        mine = f"select entity_key from {table} where {kept.condition}"
        count = self.warehouse.rows
        known = count(f"select count(*) from {ours} where entity_key in ({mine})", kept.values)
        fresh = (
            f"from {ours} as ours where not exists (select 1 from {table} as mine "
            f"where {kept.condition} and mine.entity_key = ours.entity_key)"
        )
        outside = count(f"select count(*) {fresh} and not is_member", kept.values)[0][0]
        wanted = fresh if self.outside else f"{fresh} and is_member"
        adopted = count(f"select count(*) {wanted}", kept.values)[0][0]
        self.warehouse.run(
            f"insert into {table} (sync, destination, list, entity_key, fingerprint, identifiers, "
            f"run_id, acknowledged_at) select ?, ?, ?, entity_key, '{ADOPTED}', identifiers, ?, ? "
            f"{wanted}",
            [kept.sync, kept.destination, kept.name, run.run_id, now(), *kept.values],
        )
        matched = count(f"select count(distinct member) from {work.schema}.matched")[0][0]
        return Adoption(
            kept.sync, kept.destination, kept.name, size, int(adopted), int(known[0][0]),
            int(outside), size - int(matched),
        )  # fmt: skip


def _together(kept: KeptList, lists: tuple[Adoption, ...]) -> Adoption:
    counts = {name: sum(getattr(one, name) for one in lists) for name in _COUNTS}
    return Adoption(kept.sync, kept.destination, kept.name, **counts, lists=lists)


def _exported(path: Path, sync: Sync, of: str | None) -> Iterator[Mapping[str, str]]:
    """The rows of a CSV file (commas, semicolons or tabs) as identifiers; no other columns.

    Of one list alone, where the column `list` is to say on which each row is.
    """
    wanted = {name.lower(): name for name in sync.settings.identifiers}
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            first = lines.readline()
            lines.seek(0)
            # Spreadsheets put semicolons where a comma stands in numbers.
            rows = csv.DictReader(lines, delimiter=max(",;\t", key=first.count))
            columns = {
                one: wanted[one.strip().lower()]
                for one in rows.fieldnames or ()
                if one and one.strip().lower() in wanted
            }
            if not columns:
                raise UsageError(
                    f"no column of {path.name} is called as an identifier of the sync",
                    remedy=suggest("", wanted, what="identifiers")
                    + "; its first line names columns",
                )
            if of is not None and LIST not in (rows.fieldnames or ()):
                raise UsageError(
                    f"{path.name} has no column `list`, and this sync keeps a list for each value",
                    remedy=f"say in it on which list each row is, such as '{of}'",
                )
            for row in rows:
                if of is not None and (row[LIST] or "").strip() != of:
                    continue
                found = {name: (row[one] or "").strip() for one, name in columns.items()}
                if any(found.values()):
                    yield {name: value for name, value in found.items() if value}
    except (UnicodeDecodeError, csv.Error):
        raise UsageError(
            f"{path.name} cannot be read as CSV", remedy="export it as CSV in UTF-8"
        ) from None
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror}", remedy="is it there, may it be read?"
        ) from None
