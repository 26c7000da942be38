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
from cdp_activate.identifiers import rule_set
from cdp_activate.identifiers.sql import HAVE_PHONE_FUNCTION, prepared, trimmed
from cdp_activate.sync.model import Sync
from cdp_activate.sync.people import HELD_REJECTED, fingerprint, held_back, is_enough, present
from cdp_activate.sync.suppression import KEY_KIND, is_erased

CONSENTED, GIVEN, REGION = "consented", "given", "region"
"""Columns of the steps before `people`: beside the numbered ones, no name can be theirs."""


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
        "prepared": _prepared(sync, with_function=catalog.adapter in HAVE_PHONE_FUNCTION),
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
    """Members with their identifiers as they are, their fields, and their consent."""
    key = sync.audience.entity.key
    select = exp.select(
        exp.alias_(exp.cast(column(key, "members"), exp.DataType.Type.TEXT), KEY),
        column(VARIANT, "members"),
        exp.alias_(_region(sync), REGION),
    )
    for place, (_, of) in identifier_columns(sync).items():
        select = select.select(exp.alias_(trimmed(column(of, "entities")), place))
    for place, (_, of) in field_columns(sync).items():
        select = select.select(exp.alias_(column(of, "entities"), place))
    on = exp.EQ(this=column(key, "entities"), expression=column(key, "members"))
    select = select.from_("members").join("entities", on=on)
    if sync.consents is not None:
        granted = exp.not_(exp.Is(this=column(KEY, "consents"), expression=exp.null()))
        on = exp.EQ(this=column(KEY, "consents"), expression=column(key, "members"))
        select = select.select(exp.alias_(granted, CONSENTED))
        select = select.join("consents", on=on, join_type="left")
    return select


def _region(sync: Sync) -> Expression:
    """The country of local telephone numbers: the row's, else the sync's."""
    default = sync.settings.default_region
    fallback = text(default) if default else exp.null()
    if sync.settings.region is None:
        return exp.cast(fallback, exp.DataType.Type.TEXT)
    return exp.Coalesce(
        this=trimmed(column(sync.settings.region, "entities")), expressions=[fallback]
    )


def _prepared(sync: Sync, *, with_function: bool) -> exp.Select:
    """Members with their identifiers as the platform takes them, NULL where they are invalid."""
    places = identifier_columns(sync)
    rules = rule_set(sync.destination.kind.rules)
    given = exp.or_(*(present(column(place)) for place in places))
    select = exp.select(column(KEY), column(VARIANT), exp.alias_(exp.paren(given), GIVEN))
    if sync.consents is not None:
        select = select.select(column(CONSENTED))
    for place, (name, _) in places.items():
        ready = prepared(rules, name, column(place), column(REGION), with_function=with_function)
        select = select.select(exp.alias_(ready, place))
    return select.select(*(column(place) for place in field_columns(sync))).from_("raw")


def _people(sync: Sync) -> exp.Select:
    """What may be sent, and why a member is held back, if so."""
    places = identifier_columns(sync)
    identifiers = {name: column(place) for place, (name, _) in places.items()}
    reason = held_back(
        erased=is_erased(sync.audience.entity.name, {KEY_KIND: column(KEY), **identifiers}),
        variant=column(VARIANT),
        consented=column(CONSENTED) if sync.consents is not None else None,
        given=column(GIVEN),
        enough=is_enough(rule_set(sync.destination.kind.rules), identifiers),
    )
    return (
        exp.select(column(KEY), exp.alias_(reason, "held"))
        .select(*(column(place) for place in (*places, *field_columns(sync))))
        .from_("prepared")
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
