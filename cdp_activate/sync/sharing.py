"""Several people who are one at the destination, as it knows them by what they share.

It has one entry for all of them. So one of them is sent, whoever is there already before others,
and the entry is removed when the last of them leaves. Where it knows people by each identifier
alone, all are sent, and to remove somebody leaves out what somebody who stays has too.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from cdp_activate.identifiers import rule_set
from cdp_activate.sync.counts import ACTIONS
from cdp_activate.sync.eligibility import HELD_SHARED
from cdp_activate.sync.fold import nobody_is_taken_along
from cdp_activate.sync.ledger import Ledger
from cdp_activate.sync.model import Sync
from cdp_activate.sync.tables import TAKEN_ALONG
from cdp_activate.sync.wanted import identifier_columns
from cdp_activate.warehouse.base import Warehouse, Work
from cdp_activate.warehouse.sql_functions import SqlFunctions, quoted


def are_told_apart(sync: Sync) -> bool:
    """Whether no two people can be one at the destination: it goes by a key of ours."""
    mapped = sync.settings.identifiers
    first = sync.destination.best_first(mapped)[:1]
    by_key = [mapped[name] for name in first] == [sync.audience.entity.key]
    return by_key or sync.destination.knows_keys or sync.settings.mode == "events"


def known_by(sync: Sync, functions: SqlFunctions, of: str = "") -> str:
    """What the destination knows somebody by, as SQL over the JSON column `identifiers`.

    All of them together where it goes by each, or tells all people apart.
    """
    column = f"{of}.identifiers" if of else "identifiers"
    best = _best(sync)
    return f"coalesce({_first_of(best, functions, column)}, {column})" if best else column


def _best(sync: Sync) -> list[str]:
    """The identifiers, best first, where the first of several that a person has is looked at."""
    mapped = sync.settings.identifiers
    alone = len(mapped) == 1 or are_told_apart(sync)
    return [] if alone else sync.destination.best_first(mapped)


def _first_of(names: Sequence[str], functions: SqlFunctions, column: str) -> str:
    return f"coalesce({', '.join(_pair(name, functions, column) for name in names)})"


def _pair(name: str, functions: SqlFunctions, column: str) -> str:
    return f"{quoted(name + '=')} || {functions.json_value(column, name)}"


def is_found_again(sync: Sync, functions: SqlFunctions) -> str:
    """Whether somebody in `plan` is found under what was `sent` before, as SQL.

    Where the destination goes by the best of several: that is the same, and what is new is put
    in the place of the others. Elsewhere all that was sent is said again.
    """
    mapped = sync.settings.identifiers
    best = sync.destination.best_first(mapped)
    if sync.destination.knows_keys or len(mapped) == 1 or not best:
        return functions.json_holds("plan.identifiers", "sent.identifiers")
    plan, sent = (_first_of(best, functions, f"{of}.identifiers") for of in ("plan", "sent"))
    return f"coalesce({plan} = {sent}, false)"


def keep_one_of_each(sync: Sync, warehouse: Warehouse, work: Work, ledger: Ledger) -> None:
    """Of people who are one at the destination let one be sent; the rest are held back.

    Who leaves what somebody else keeps is struck off without a word to the destination.
    Call within `warehouse.state()`, when moves are told from updates.
    """
    nobody_is_taken_along(warehouse, work, anew=True)
    if are_told_apart(sync):
        return
    rivals = _Rivals(sync, warehouse, work, ledger)
    if rivals.come_or_go():
        rivals.find()
        rivals.hold_back()
        rivals.strike_off()
        rivals.take_along()
        rivals.leave_to_others()


class _Rivals:
    """The statements, over tables of the work: `comers`, `goers` and `stayers`.

    What people are known by is compared by its hash first: of a large list all are looked at.
    """

    def __init__(self, sync: Sync, warehouse: Warehouse, work: Work, ledger: Ledger) -> None:
        self.sync = sync
        self.warehouse = warehouse
        self.schema = work.schema
        self.ledger = ledger
        self.functions = warehouse.functions

    def known_by(self, of: str = "") -> str:
        return known_by(self.sync, self.functions, of)

    def person(self, of: str = "") -> str:
        """What tells the steps of a plan apart."""
        columns = ("list", "entity_key") if self.sync.per else ("entity_key",)
        return ", ".join(f"{of}.{name}" if of else name for name in columns)

    def come_or_go(self) -> bool:
        """Whether the plan changes who is there, or what somebody there is sent."""
        changes = ", ".join(quoted(action) for action in ACTIONS)
        sql = f"select 1 from {self.schema}.steps where action in ({changes}) limit 1"
        return bool(self.warehouse.rows(sql))

    def find(self) -> None:
        """Who comes under what, who goes from what, and who stays under that."""
        make, schema, hash_of = self.warehouse.make_table, self.schema, self.functions.hash_of
        joined = (
            f"{schema}.plan as plan left join {schema}.sent as sent "
            "on sent.list = plan.list and sent.entity_key = plan.entity_key"
        )
        changed = "plan.action in ('move', 'update') and sent.identifiers <> plan.identifiers"
        make(
            f"{schema}.comers",
            "select plan.place, plan.action = 'add' as is_new, "
            f"{hash_of('plan.list', self.known_by('plan'))} as mark from {joined} "
            f"where plan.action = 'add' or ({changed})",
        )
        known = self.known_by("sent")
        make(
            f"{schema}.goers",
            "select plan.list, plan.entity_key, "
            f"{known} as known, {hash_of('plan.list', known)} as mark from {joined} "
            f"where plan.action = 'remove' or ({changed})",
        )
        self._lesser()
        known = self.known_by()
        mark = hash_of("list", known)
        make(
            f"{schema}.stayers",
            f"select list, entity_key, {known} as known, {mark} as mark "
            f"from {self._staying()} and {mark} in ("
            f"select mark from {schema}.comers union all select mark from {schema}.goers union all "
            f"select mark from {schema}.lesser union all "
            f"select {mark} from {schema}.plan where action = 'update')",
            self.ledger.kept.values,
        )

    def _lesser(self) -> None:
        """Note what else than by what they are known who goes was sent under."""
        schema = self.schema
        of_each = [f"select * from {schema}.goers where false"]  # with none it has columns still
        for name in _best(self.sync)[1:]:
            pair = _pair(name, self.functions, "sent.identifiers")
            of_each.append(
                f"select goers.list, goers.entity_key, {pair}, "
                f"{self.functions.hash_of('goers.list', pair)} "
                f"from {schema}.goers as goers join {schema}.sent as sent "
                "on sent.list = goers.list and sent.entity_key = goers.entity_key "
                f"where {pair} <> goers.known"
            )
        self.warehouse.make_table(f"{schema}.lesser", " union all ".join(of_each))

    def _staying(self) -> str:
        """The ledger, less who goes; with the values of `kept`."""
        return (
            f"{self.ledger.table('sync_ledger')} as staying where {self.ledger.kept.condition} "
            f"and not exists (select 1 from {self.schema}.goers as goes "
            "where goes.list = staying.list and goes.entity_key = staying.entity_key) "
            f"and not exists (select 1 from {self.schema}.plan as plan "
            "where plan.list = staying.list and plan.entity_key = staying.entity_key "
            "and plan.action in ('left', 'forget'))"
        )

    def hold_back(self) -> None:
        """All but one of each: who is there goes before who moves, and both before who is new."""
        schema = self.schema
        contested = (
            f"select mark from (select mark from {schema}.comers union all "
            f"select mark from {schema}.stayers) as marks group by 1 having count(*) > 1"
        )
        rivals = (
            f"select list, entity_key, known, 0 as turn from {schema}.stayers "
            f"where mark in ({contested}) union all select plan.list, plan.entity_key, "
            f"{self.known_by('plan')} as known, 1 + cast(is_new as int) "
            f"from {schema}.comers as comers join {schema}.plan as plan "
            f"on plan.place = comers.place where comers.mark in ({contested})"
        )
        losers = (
            f"select {self.person()} from (select *, row_number() over ("
            "partition by list, known order by turn, entity_key) as place "
            f"from ({rivals}) as rivals) as placed where place > 1"
        )
        nothing = ", ".join(f"{column} = null" for column in identifier_columns(self.sync))
        there = "'left'" if self.sync.settings.mode == "upsert" else "'forget'"
        goes = f"({self.person()}) in (select {self.person()} from {schema}.goers)"
        self.warehouse.run(
            f"update {schema}.steps set reason = {quoted(HELD_SHARED)}, {nothing}, action = case "
            "when action = 'add' then 'held' when action = 'move' then 'remove' "
            f"when {goes} then {there} else 'forget' end "
            f"where action in ('add', 'move', 'update') and ({self.person()}) in ({losers})"
        )

    def strike_off(self) -> None:
        """Nobody is removed by what somebody who stays has too, be they known by it or not."""
        names = _best(self.sync)
        pairs = [_pair(name, self.functions, "identifiers") for name in names]
        having = [
            f"select list, {pair} as known from {self._staying()} "
            f"and {self.functions.hash_of('list', pair)} in (select mark from {self.schema}.goers)"
            for pair in pairs
        ] or [f"select list, known from {self.schema}.stayers"]
        self._strike(
            f"select {self.person('goers')} from {self.schema}.goers as goers "
            f"join ({' union all '.join(having)}) as stayers "
            "on stayers.list = goers.list and stayers.known = goers.known",
            self.ledger.kept.values * len(pairs),
        )

    def _strike(self, people: str, values: Sequence[str] = ()) -> None:
        self.warehouse.run(
            f"update {self.schema}.steps set action = "
            "case when action = 'remove' then 'forget' else 'update' end "
            f"where action in ('remove', 'move') and ({self.person()}) in ({people})",
            values,
        )

    def take_along(self) -> None:
        """Note who may go with somebody who is taken off: known by what that one had beside.

        The platform may have one entry for the two, or one each: nobody knows until they are
        sent again.
        """
        schema = self.schema
        self.warehouse.make_table(
            f"{schema}.{TAKEN_ALONG}",
            "select lesser.list, lesser.entity_key as goes, stayers.entity_key "
            f"from {schema}.lesser as lesser join {schema}.stayers as stayers "
            "on stayers.list = lesser.list and stayers.known = lesser.known "
            "where (lesser.list, lesser.entity_key) in (select list, entity_key "
            f"from {schema}.plan where action in ('remove', 'move'))",
        )

    def leave_to_others(self) -> None:
        """Where each identifier counts alone: what somebody who stays has is not removed.

        Who has nothing else by which they can be removed is struck off.
        """
        mapped, schema = self.sync.settings.identifiers, self.schema
        if self.sync.destination.kind.matches != "each" or len(mapped) == 1:
            return
        of_each = rule_set(self.sync.destination.kind.rules).enough or [(name,) for name in mapped]
        enough = [names for names in of_each if mapped.keys() >= set(names)]
        columns = "list varchar, entity_key varchar, name varchar"
        self.warehouse.make_empty(f"{schema}.shared", columns)
        alone = [names[0] for names in enough if len(names) == 1]
        for name in alone:
            self._share(name)
        if not self.warehouse.rows(f"select 1 from {schema}.shared limit 1"):
            return
        for name in alone:
            self.warehouse.run(
                f"update {schema}.sent set identifiers = "
                f"{self.functions.json_without('identifiers', name)} where "
                "(list, entity_key) in (select list, entity_key "
                f"from {schema}.shared where name = {quoted(name)})"
            )
        value_of = partial(self.functions.json_value, "identifiers")
        there = {name: f"{value_of(name)} is not null" for name in mapped}
        complete = " or ".join(f"({' and '.join(there[one] for one in names)})" for names in enough)
        self._strike(
            f"select {self.person()} from {schema}.sent where not ({complete}) "
            f"and (list, entity_key) in (select list, entity_key from {schema}.shared)"
        )

    def _share(self, name: str) -> None:
        """Note who goes with a value of this identifier that somebody who stays has."""
        schema, value = self.schema, self.functions.json_value("identifiers", name)
        going = (
            f"select list, entity_key, {value} as value from {schema}.sent "
            f"where ({self.person()}) in (select {self.person()} from {schema}.steps "
            "where action in ('remove', 'move'))"
        )
        self.warehouse.run(
            f"insert into {schema}.shared select list, entity_key, {quoted(name)} "
            f"from ({going}) as going where (list, value) in (select list, {value} "
            f"from {self._staying()} and (list, {value}) in "
            f"(select list, value from ({going}) as going))",
            self.ledger.kept.values,
        )
