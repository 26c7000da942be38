"""The plan of a sync: one SQL over audience, mapping, consent and ledger.

It says of each person what must happen at the destination so that its list equals the
audience, less those who may not be sent. Removals come only from this complete view:
the ledger less the whole of the audience.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlglot import exp

from cdp_activate.audiences import facts
from cdp_activate.audiences.compile import VARIANT, audience_model
from cdp_activate.audiences.expressions import Expression, column, identifier, text
from cdp_activate.audiences.facts import KEY
from cdp_activate.audiences.model import Consent
from cdp_activate.audiences.render import everything, run_at, tree, write
from cdp_activate.catalog import Catalog
from cdp_activate.errors import WarehouseError
from cdp_activate.sync.ledger import Ledger
from cdp_activate.sync.model import Sync
from cdp_activate.sync.people import HELD_REJECTED, fingerprint, held_back, uniform, usable
from cdp_activate.warehouse.base import Warehouse

PLAN = "memory.main.cdp_plan"
ACTIONS = ("add", "update", "move", "remove")

_ID, _FIELD = "identifier_", "field_"


@dataclass(frozen=True, slots=True)
class Step:
    """One person's part of a plan.

    `identifiers` are what to send now, `sent_identifiers` what the destination has.
    """

    key: str
    action: str
    fingerprint: str | None
    identifiers_fingerprint: str | None
    identifiers: Mapping[str, str] = field(repr=False)
    fields: Mapping[str, Any] = field(repr=False)
    sent_identifiers: Mapping[str, str] = field(repr=False)


@dataclass
class Plan:
    """A plan, kept in the session's memory: its counts, and its steps as a stream."""

    sync: Sync
    warehouse: Warehouse
    counts: dict[str, int]
    held_back: dict[str, int]
    ledger_size: int
    audience_size: int

    @property
    def wanted(self) -> int:
        """How many people the list will hold."""
        return sum(self.counts[name] for name in ("add", "update", "move", "unchanged"))

    @property
    def changes(self) -> int:
        return sum(self.counts[name] for name in ACTIONS)

    def steps(self, *actions: str) -> Iterator[Step]:
        """The steps with these actions, ordered by key."""
        wanted = ", ".join(f"'{action}'" for action in actions)
        sql = f"select * from {PLAN} where action in ({wanted}) order by entity_key"
        for batch in self.warehouse.read(sql):
            for row in batch.to_pylist():
                yield _step(row)

    def as_dict(self) -> dict[str, Any]:
        return {
            "sync": self.sync.name,
            "audience": self.sync.audience.name,
            "destination": self.sync.settings.destination,
            "list": self.sync.list_name,
            "mode": self.sync.settings.mode,
            "audience_size": self.audience_size,
            "list_size_before": self.ledger_size,
            "list_size_after": self.wanted + self.counts["left"] + self.counts["kept"],
            **{name: self.counts[name] for name in (*ACTIONS, "unchanged")},
            "held_back": dict(self.held_back),
        }


def _step(row: Mapping[str, Any]) -> Step:
    return Step(
        key=row["entity_key"],
        action=row["action"],
        fingerprint=row["fingerprint"],
        identifiers_fingerprint=row["identifiers_fingerprint"],
        identifiers=_part(row, _ID, keep_null=False),
        fields=_part(row, _FIELD, keep_null=True),
        sent_identifiers=json.loads(row["sent_identifiers"]) if row["sent_identifiers"] else {},
    )


def _part(row: Mapping[str, Any], prefix: str, *, keep_null: bool) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): value
        for name, value in row.items()
        if name.startswith(prefix) and (keep_null or value is not None)
    }


def make_plan(
    sync: Sync,
    catalog: Catalog,
    warehouse: Warehouse,
    *,
    as_of: datetime,
    full_refresh: bool = False,
    retry_rejected: bool = False,
) -> Plan:
    """Work out the plan in the warehouse.

    Raises WarehouseError when the audience's table was not built.
    """
    ledger = Ledger(warehouse, sync.name, sync.list_name)
    ledger.prepare()
    sql = plan_sql(
        sync, catalog, ledger, as_of=as_of, full_refresh=full_refresh, retry_rejected=retry_rejected
    )
    with warehouse.reading(), warehouse.state():
        _check_built(sync, catalog, warehouse)
        warehouse.run(f"create or replace table {PLAN} as {sql}")
        size = warehouse.rows(
            f"select count(*) from {ledger.table('sync_ledger')} where sync = ? and list = ?",
            [sync.name, sync.list_name],
        )[0][0]
        members = _audience_size(sync, catalog, warehouse)
    return _counted(sync, warehouse, int(size), members)


def _check_built(sync: Sync, catalog: Catalog, warehouse: Warehouse) -> None:
    model = audience_model(sync.audience.name)
    remedy = "run `cdp-activate build`, which compiles the audiences and runs dbt"
    if model not in catalog.models:
        raise WarehouseError(
            f"dbt does not know the audience '{sync.audience.name}' yet", remedy=remedy
        )
    try:
        warehouse.describe(catalog.models[model].relation)
    except WarehouseError:
        raise WarehouseError(
            f"the audience '{sync.audience.name}' has not been built in the warehouse",
            remedy=remedy,
        ) from None


def _audience_size(sync: Sync, catalog: Catalog, warehouse: Warehouse) -> int:
    relation = catalog.models[audience_model(sync.audience.name)].relation
    return int(warehouse.rows(f"select count(*) from {relation}")[0][0])


def _counted(sync: Sync, warehouse: Warehouse, ledger_size: int, members: int) -> Plan:
    counts = dict.fromkeys((*ACTIONS, "held", "kept", "left"), 0)
    held: dict[str, int] = {}
    for action, reason, count in warehouse.rows(
        f"select action, reason, count(*) from {PLAN} group by all order by all"
    ):
        counts[action] += count
        if action in ("held", "kept"):
            held[reason] = held.get(reason, 0) + count
    touched = ("update", "move", "remove", "left", "kept")
    counts["unchanged"] = ledger_size - sum(counts[name] for name in touched)
    return Plan(sync, warehouse, counts, held, ledger_size, members)


def plan_sql(
    sync: Sync,
    catalog: Catalog,
    ledger: Ledger,
    *,
    as_of: datetime,
    full_refresh: bool = False,
    retry_rejected: bool = False,
) -> str:
    """The SQL of the plan: one row for each person about whom something must be done or said.

    `action` is add, update, move (an identifier changed), remove, held (and why), kept (held
    back, but what was sent stays), or left (out of the audience, in a sync that never removes).
    """
    entity = sync.audience.entity
    model = audience_model(sync.audience.name)
    members = exp.Table(this=identifier(model))
    members.meta["model"] = model
    imports: dict[str, exp.Query] = {
        "members": everything(members),
        "entities": everything(facts.table(entity.model)),
        "ledger": _mine(ledger, "sync_ledger"),
        "rejections": _mine(ledger, "sync_rejections"),
    }
    if sync.consents is not None:
        imports["consents"] = facts.consent(Consent(sync.consents, sync.settings.consent)).tree
    steps = {
        "raw": _raw(sync),
        "people": _people(sync),
        "wanted": _wanted(sync, retry_rejected),
        "final": _compared(sync, full_refresh),
    }
    return write(tree(steps, imports), catalog.adapter, run_at(catalog, as_of))


def _mine(ledger: Ledger, name: str) -> exp.Select:
    state = exp.to_table(ledger.table(name), dialect=ledger.warehouse.dialect)
    return everything(state).where(
        exp.EQ(this=column("sync"), expression=text(ledger.sync)),
        exp.EQ(this=column("list"), expression=text(ledger.list_name)),
    )


def _raw(sync: Sync) -> exp.Select:
    """Members with their identifiers made uniform, their fields, and their consent."""
    key = sync.audience.entity.key
    select = exp.select(
        exp.alias_(exp.cast(column(key, "members"), exp.DataType.Type.TEXT), KEY),
        column(VARIANT, "members"),
    )
    for name, of in sync.settings.identifiers.items():
        value = uniform(name, column(of, "entities"))
        select = select.select(exp.alias_(value, identifier(_ID + name)))
    for name, of in sync.settings.fields.items():
        select = select.select(exp.alias_(column(of, "entities"), identifier(_FIELD + name)))
    on = exp.EQ(this=column(key, "entities"), expression=column(key, "members"))
    select = select.from_("members").join("entities", on=on)
    if sync.consents is not None:
        granted = exp.not_(exp.Is(this=column(KEY, "consents"), expression=exp.null()))
        on = exp.EQ(this=column(KEY, "consents"), expression=column(key, "members"))
        select = select.select(exp.alias_(granted, "consented"))
        select = select.join("consents", on=on, join_type="left")
    return select


def _people(sync: Sync) -> exp.Select:
    """Only usable identifiers, and why a member is held back, if so."""
    identifiers = {name: column(_ID + name) for name in sync.settings.identifiers}
    reason = held_back(
        identifiers,
        variant=column(VARIANT),
        consented=column("consented") if sync.consents is not None else None,
    )
    return (
        exp.select(column(KEY), exp.alias_(reason, "held"))
        .select(
            *(
                exp.alias_(usable(name, value), identifier(_ID + name))
                for name, value in identifiers.items()
            ),
            *(column(_FIELD + name) for name in sync.settings.fields),
        )
        .from_("raw")
    )


def _wanted(sync: Sync, retry_rejected: bool) -> exp.Select:
    """People with their fingerprints; a row that was rejected as it is waits for a change."""
    identifiers = {name: _ID + name for name in sync.settings.identifiers}
    everything_sent = {**identifiers, **{_FIELD + n: _FIELD + n for n in sync.settings.fields}}
    printed = (
        exp.select("*")
        .select(exp.alias_(fingerprint(identifiers), "identifiers_fingerprint"))
        .select(exp.alias_(fingerprint(everything_sent), "fingerprint"))
        .from_("people")
        .subquery("printed")
    )
    again = exp.and_(
        exp.EQ(this=column(KEY, "rejections"), expression=column(KEY, "printed")),
        exp.EQ(
            this=column("fingerprint", "rejections"), expression=column("fingerprint", "printed")
        ),
    )
    if retry_rejected:
        again = exp.and_(again, exp.false())
    before = exp.not_(exp.Is(this=column(KEY, "rejections"), expression=exp.null()))
    waiting = exp.Coalesce(
        this=column("held", "printed"),
        expressions=[exp.Case(ifs=[exp.If(this=before, true=text(HELD_REJECTED))])],
    )
    others = (*identifiers.values(), *(_FIELD + name for name in sync.settings.fields))
    return (
        exp.select(column(KEY, "printed"), exp.alias_(waiting, "held"))
        .select(*(column(name, "printed") for name in others))
        .select(*(column(n, "printed") for n in ("identifiers_fingerprint", "fingerprint")))
        .from_(printed)
        .join("rejections", on=again, join_type="left")
    )


def _compared(sync: Sync, full_refresh: bool) -> exp.Select:
    """What is wanted against what was acknowledged; rows without a difference are left out."""
    held = column("held", "wanted")
    sent = exp.not_(exp.Is(this=column(KEY, "ledger"), expression=exp.null()))
    gone = exp.or_(
        exp.Is(this=column(KEY, "wanted"), expression=exp.null()),
        exp.not_(exp.Is(this=held.copy(), expression=exp.null())),
    )
    rejected = exp.EQ(this=held.copy(), expression=text(HELD_REJECTED))

    def differs(name: str) -> Expression:
        return exp.NEQ(this=column(name, "wanted"), expression=column(name, "ledger"))

    changed = exp.true() if full_refresh else differs("fingerprint")
    cases = (
        (exp.and_(rejected, sent.copy()), "kept"),
        (exp.and_(gone, exp.not_(sent.copy())), "held"),
        (gone.copy(), "remove" if sync.settings.mode == "mirror" else "left"),
        (exp.not_(sent.copy()), "add"),
        (differs("identifiers_fingerprint"), "move"),
        (changed, "update"),
    )
    action = exp.Case(ifs=[exp.If(this=condition, true=text(name)) for condition, name in cases])
    columns = (
        *(_ID + name for name in sync.settings.identifiers),
        *(_FIELD + name for name in sync.settings.fields),
        "identifiers_fingerprint",
        "fingerprint",
    )
    key = exp.Coalesce(this=column(KEY, "wanted"), expressions=[column(KEY, "ledger")])
    compared = (
        exp.select(exp.alias_(key, KEY), exp.alias_(action, "action"), exp.alias_(held, "reason"))
        .select(*(column(name, "wanted") for name in columns))
        .select(exp.alias_(column("identifiers", "ledger"), "sent_identifiers"))
        .from_("wanted")
        .join(
            "ledger",
            on=exp.EQ(this=column(KEY, "ledger"), expression=column(KEY, "wanted")),
            join_type="full",
        )
        .subquery("compared")
    )
    known = exp.not_(exp.Is(this=column("action"), expression=exp.null()))
    return exp.select("*").from_(compared).where(known)


def entries(sent: Iterable[Step]) -> Iterator[tuple[Step, str]]:
    """Steps with their identifiers as the ledger keeps them: JSON with sorted keys."""
    for step in sent:
        yield step, json.dumps(dict(step.identifiers), ensure_ascii=False, sort_keys=True)
