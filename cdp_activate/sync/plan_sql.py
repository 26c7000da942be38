"""The SQL of a plan: audience, mapping, consent and ledger in one statement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlglot import exp

from cdp_activate.audiences.compile import VARIANT
from cdp_activate.audiences.compiling.consents import granted
from cdp_activate.audiences.expressions import Expression, column, identifier, text
from cdp_activate.audiences.facts import KEY, audience_model, table
from cdp_activate.audiences.model import Consent
from cdp_activate.audiences.render import everything, run_at, tree, write
from cdp_activate.catalog import Catalog
from cdp_activate.sync.model import Sync
from cdp_activate.sync.people import HELD_REJECTED, fingerprint, held_back, uniform, usable
from cdp_activate.sync.suppression import KEY_KIND, is_erased


def identifier_columns(sync: Sync) -> dict[str, tuple[str, str]]:
    """Column of the plan -> what the destination calls it, and where it comes from."""
    pairs = enumerate(sync.settings.identifiers.items())
    return {f"identifier_{number}": pair for number, pair in pairs}


def field_columns(sync: Sync) -> dict[str, tuple[str, str]]:
    """Column of the plan -> what the destination calls it, and where it comes from."""
    return {f"field_{number}": pair for number, pair in enumerate(sync.settings.fields.items())}


def _sent(sync: Sync) -> tuple[str, ...]:
    prints = ("identifiers", "identifiers_fingerprint", "fingerprint")
    return (*identifier_columns(sync), *field_columns(sync), *prints)


def plan_sql(
    sync: Sync,
    catalog: Catalog,
    state: Callable[[str], str],
    *,
    as_of: datetime,
    full_refresh: bool = False,
    retry_rejected: bool = False,
) -> str:
    """The SQL of the plan: one row for each person about whom something must be done or said.

    `action` is add, update, move (an identifier changed), remove, held (and why), kept (held
    back, but what was sent stays), or left (out of the audience, in a sync that never removes).
    Identifiers and fields are in numbered columns, in the order of the YAML: their names may be
    anything. `state` gives the full name of a sync table.
    """
    entity = sync.audience.entity
    model = audience_model(sync.audience.name)
    members = exp.Table(this=identifier(model))
    members.meta["model"] = model
    imports: dict[str, exp.Query] = {
        "members": everything(members),
        "entities": everything(table(entity.model)),
        "ledger": _mine(sync, catalog, state("sync_ledger")),
        "rejections": _mine(sync, catalog, state("sync_rejections")),
        "erasures": everything(exp.to_table(state("sync_erasures"), dialect=catalog.adapter)),
    }
    if sync.consents is not None:
        imports["consents"] = granted(Consent(sync.consents, sync.settings.consent)).tree
    steps = {
        "raw": _raw(sync),
        "people": _people(sync),
        "wanted": _wanted(sync, retry_rejected),
        "final": _compared(sync, full_refresh),
    }
    return write(tree(steps, imports), catalog.adapter, run_at(catalog, as_of))


def _mine(sync: Sync, catalog: Catalog, table: str) -> exp.Select:
    return everything(exp.to_table(table, dialect=catalog.adapter)).where(
        exp.EQ(this=column("sync"), expression=text(sync.name)),
        exp.EQ(this=column("destination"), expression=text(sync.settings.destination)),
        exp.EQ(this=column("list"), expression=text(sync.list_name)),
    )


def _raw(sync: Sync) -> exp.Select:
    """Members with their identifiers made uniform, their fields, and their consent."""
    key = sync.audience.entity.key
    select = exp.select(
        exp.alias_(exp.cast(column(key, "members"), exp.DataType.Type.TEXT), KEY),
        column(VARIANT, "members"),
    )
    for place, (name, of) in identifier_columns(sync).items():
        select = select.select(exp.alias_(uniform(name, column(of, "entities")), place))
    for place, (_, of) in field_columns(sync).items():
        select = select.select(exp.alias_(column(of, "entities"), place))
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
    identifiers = {name: column(place) for place, (name, _) in identifier_columns(sync).items()}
    known_as = {KEY_KIND: column(KEY), **identifiers}
    reason = held_back(
        identifiers,
        erased=is_erased(sync.audience.entity.name, known_as),
        variant=column(VARIANT),
        consented=column("consented") if sync.consents is not None else None,
    )
    return (
        exp.select(column(KEY), exp.alias_(reason, "held"))
        .select(
            *(
                exp.alias_(usable(name, column(place)), place)
                for place, (name, _) in identifier_columns(sync).items()
            ),
            *(column(place) for place in field_columns(sync)),
        )
        .from_("raw")
    )


def _wanted(sync: Sync, retry_rejected: bool) -> exp.Select:
    """People with their fingerprints; a row that was rejected as it is waits for a change."""
    identifiers = {name: place for place, (name, _) in identifier_columns(sync).items()}
    fields = {f"field {name}": place for place, (name, _) in field_columns(sync).items()}
    everything_sent = {**{f"identifier {n}": place for n, place in identifiers.items()}, **fields}
    pairs = [
        exp.JSONKeyValue(this=text(name), expression=column(place))
        for name, place in identifiers.items()
    ]
    as_json = exp.cast(exp.JSONObject(expressions=pairs), exp.DataType.Type.TEXT)
    printed = (
        exp.select("*")
        .select(exp.alias_(as_json, "identifiers"))
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
    return (
        exp.select(column(KEY, "printed"), exp.alias_(waiting, "held"))
        .select(*(column(name, "printed") for name in _sent(sync)))
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

    mirror = sync.settings.mode == "mirror"
    changed = exp.true() if full_refresh else differs("fingerprint")
    moved = differs("identifiers_fingerprint") if mirror else exp.false()
    cases = (
        (exp.and_(rejected, sent.copy()), "kept"),
        (exp.and_(gone, exp.not_(sent.copy())), "held"),
        (gone.copy(), "remove" if mirror else "left"),
        (exp.not_(sent.copy()), "add"),
        (moved, "move"),
        (changed, "update"),
    )
    action = exp.Case(ifs=[exp.If(this=condition, true=text(name)) for condition, name in cases])
    key = exp.Coalesce(this=column(KEY, "wanted"), expressions=[column(KEY, "ledger")])
    compared = (
        exp.select(exp.alias_(key, KEY), exp.alias_(action, "action"), exp.alias_(held, "reason"))
        .select(*(column(name, "wanted") for name in _sent(sync)))
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
