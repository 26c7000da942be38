"""Several people with the same identifiers, where the destination knows people by nothing else.

It has one entry for all of them. So one of them is sent, whoever is there already before others,
and the entry is removed when the last of them leaves.
"""

from __future__ import annotations

from cdp_activate.sync.counts import ACTIONS
from cdp_activate.sync.ledger import Ledger
from cdp_activate.sync.model import Sync
from cdp_activate.sync.people import HELD_SHARED
from cdp_activate.sync.tables import quoted
from cdp_activate.sync.wanted import identifier_columns
from cdp_activate.warehouse.base import Warehouse, Work


def are_told_apart(sync: Sync) -> bool:
    """Whether no two people can be one at the destination: it is told a key of ours."""
    by_key = sync.audience.entity.key in sync.settings.identifiers.values()
    return by_key or sync.destination.knows_keys or sync.settings.mode == "events"


def keep_one_of_each(sync: Sync, warehouse: Warehouse, work: Work, ledger: Ledger) -> None:
    """Of people with the same identifiers let one be sent; the rest are held back.

    Who leaves identifiers that somebody else keeps is struck off without a word to the
    destination. Call within `warehouse.state()`, when moves are told from updates.
    """
    if are_told_apart(sync):
        return
    rivals = _Rivals(sync, warehouse, work, ledger)
    if rivals.come_or_go():
        rivals.find()
        rivals.hold_back()
        rivals.strike_off()


class _Rivals:
    """The statements, over tables of the work: `comers`, `goers` and `stayers`.

    Identifiers are compared by their hash first: of a large list all are looked at.
    """

    def __init__(self, sync: Sync, warehouse: Warehouse, work: Work, ledger: Ledger) -> None:
        self.sync = sync
        self.warehouse = warehouse
        self.schema = work.schema
        self.ledger = ledger

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
        """Who comes under which identifiers, who goes from which, and who stays under those."""
        run, schema = self.warehouse.run, self.schema
        joined = (
            f"{schema}.plan as plan left join {schema}.sent as sent "
            "on sent.list = plan.list and sent.entity_key = plan.entity_key"
        )
        changed = "plan.action in ('move', 'update') and sent.identifiers <> plan.identifiers"
        run(
            f"create or replace table {schema}.comers as select plan.place, plan.action = 'add' "
            f"as is_new, hash(plan.list, plan.identifiers) as mark from {joined} "
            f"where plan.action = 'add' or ({changed})"
        )
        run(
            f"create or replace table {schema}.goers as select plan.list, plan.entity_key, "
            f"sent.identifiers, hash(plan.list, sent.identifiers) as mark from {joined} "
            f"where plan.action = 'remove' or ({changed})"
        )
        run(
            f"create or replace table {schema}.stayers as select list, entity_key, identifiers, "
            f"hash(list, identifiers) as mark from {self.ledger.table('sync_ledger')} "
            f"where {self.ledger.kept.condition} and hash(list, identifiers) in ("
            f"select mark from {schema}.comers union all select mark from {schema}.goers union all "
            f"select hash(list, identifiers) from {schema}.plan where action = 'update') "
            f"and (list, entity_key) not in (select list, entity_key from {schema}.goers) "
            f"and (list, entity_key) not in (select list, entity_key from {schema}.plan "
            "where action in ('left', 'forget'))",
            self.ledger.kept.values,
        )

    def hold_back(self) -> None:
        """All but one of each: who is there goes before who moves, and both before who is new."""
        schema = self.schema
        contested = (
            f"select mark from (select mark from {schema}.comers union all "
            f"select mark from {schema}.stayers) as marks group by 1 having count(*) > 1"
        )
        rivals = (
            f"select list, entity_key, identifiers, 0 as turn from {schema}.stayers "
            f"where mark in ({contested}) union all "
            "select plan.list, plan.entity_key, plan.identifiers, 1 + cast(is_new as int) "
            f"from {schema}.comers as comers join {schema}.plan as plan "
            f"on plan.place = comers.place where comers.mark in ({contested})"
        )
        losers = (
            f"select {self.person()} from (select *, row_number() over ("
            "partition by list, identifiers order by turn, entity_key) as place "
            f"from ({rivals}) as rivals) as placed where place > 1"
        )
        nothing = ", ".join(f"{column} = null" for column in identifier_columns(self.sync))
        goes = f"({self.person()}) in (select {self.person()} from {schema}.goers)"
        self.warehouse.run(
            f"update {schema}.steps set reason = {quoted(HELD_SHARED)}, {nothing}, action = case "
            "when action = 'add' then 'held' when action = 'move' then 'remove' "
            f"when {goes} then 'left' else 'forget' end "
            f"where action in ('add', 'move', 'update') and ({self.person()}) in ({losers})"
        )

    def strike_off(self) -> None:
        """Nobody is removed from under somebody who stays."""
        kept = (
            f"select {self.person('goers')} from {self.schema}.goers as goers "
            f"join {self.schema}.stayers as stayers on stayers.mark = goers.mark "
            "and stayers.list = goers.list and stayers.identifiers = goers.identifiers"
        )
        self.warehouse.run(
            f"update {self.schema}.steps set action = "
            "case when action = 'remove' then 'forget' else 'update' end "
            f"where action in ('remove', 'move') and ({self.person()}) in ({kept})"
        )
