"""What is wanted at a destination: members with what may be sent, or why they are held back.

The first steps of a plan, from the audience and the entity's model alone; what was sent
before comes later.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlglot import exp

from cdp_activate.audiences.compile import VARIANT
from cdp_activate.audiences.expressions import Expression, column, text
from cdp_activate.audiences.facts import KEY, table
from cdp_activate.audiences.render import everything, tree, worked_out_once, write
from cdp_activate.audiences.run_sql import run_at
from cdp_activate.catalog import Catalog
from cdp_activate.identifiers import rule_set
from cdp_activate.identifiers.sql import prepared, trimmed
from cdp_activate.sync.eligibility import (
    HELD_ERASED,
    HELD_HOLDOUT,
    HELD_INVALID,
    HELD_NO_CONSENT,
    HELD_NO_IDENTIFIER,
    HELD_NO_LIST,
    HELD_SUPPRESSED,
    fingerprint,
    held_back,
    is_enough,
    present,
)
from cdp_activate.sync.mapping import MappedExpression
from cdp_activate.sync.model import Sync
from cdp_activate.sync.phone_numbers import NUMBER, looked_up, phone_of, written_otherwise
from cdp_activate.sync.suppression import KEY_KIND, is_erased

LIST = "list"
"""The list of a person, where a sync keeps several."""

CONSENTED, GIVEN, REGION = "consented", "given", "region"
"""Columns of the steps before `people`: beside the numbered ones, no name can be theirs."""

LEFT_OUT = "left_out"
"""Identifiers that have a value and are not sent, as it is not valid: 2 to the power of the
place of each, added up.
"""


EXPENSIVE = ("raw", "prepared", "wanted")
"""Steps whose columns take long to work out, and are read more than once."""


def identifier_columns(sync: Sync) -> dict[str, tuple[str, str]]:
    """Column of the plan -> what the destination calls it, and where it comes from."""
    pairs = enumerate(sync.settings.identifiers.items())
    return {f"identifier_{number}": pair for number, pair in pairs}


def field_columns(sync: Sync) -> dict[str, tuple[str, MappedExpression]]:
    """Column of the plan -> what the destination calls it, and where it comes from."""
    return {f"field_{number}": pair for number, pair in enumerate(sync.fields.items())}


def list_column(sync: Sync) -> tuple[str, ...]:
    """The column that says which list a row is about, where there are several."""
    return (LIST,) if sync.per is not None else ()


def sent_columns(sync: Sync) -> tuple[str, ...]:
    return (*identifier_columns(sync), *field_columns(sync))


def identifiers_json(sync: Sync, adapter: str) -> Expression:
    """The identifiers of a row of the plan as the ledger keeps them."""
    pairs = [(text(name), column(place)) for place, (name, _) in identifier_columns(sync).items()]
    if adapter == "postgres":  # sqlglot writes an object as version 16 has it
        flat = [part for pair in pairs for part in pair]
        return exp.cast(exp.func("jsonb_build_object", *flat), exp.DataType.Type.TEXT)
    keyed = [exp.JSONKeyValue(this=name, expression=value) for name, value in pairs]
    return exp.cast(exp.JSONObject(expressions=keyed), exp.DataType.Type.TEXT)


def wanted_steps(sync: Sync) -> dict[str, exp.Query]:
    """The steps of a plan that end in `wanted`, from `members`, `entities` and `consents`."""
    return {
        "raw": _raw(sync),
        "prepared": _prepared(sync),
        "people": _people(sync),
        "wanted": _wanted(sync),
    }


def everyone_sql(sync: Sync, catalog: Catalog) -> str:
    """SQL of all people of the entity, in an audience or not: `entity_key` and `identifiers`,
    and where a sync keeps several lists, the name of theirs.

    The identifiers are as a plan would send them; who has none that is valid has only NULLs.
    """
    key, model = sync.audience.entity.key, sync.audience.entity.model
    imports: dict[str, exp.Query] = {"entities": everything(table(model))}
    raw = exp.select(
        exp.alias_(exp.cast(column(key, "entities"), exp.DataType.Type.TEXT), KEY),
        exp.alias_(_region(sync), REGION),
    ).from_("entities")
    ready = _with_numbers(sync, exp.select(column(KEY)).from_("raw"))
    if sync.per is not None:
        raw = raw.select(exp.alias_(sync.per.name("entities"), LIST))
        ready = ready.select(column(LIST))
    for place, (name, of) in identifier_columns(sync).items():
        raw = raw.select(exp.alias_(trimmed(column(of, "entities")), place))
        ready = ready.select(exp.alias_(_ready(sync, name, place), place))
    final = exp.select(
        column(KEY), exp.alias_(identifiers_json(sync, catalog.adapter), "identifiers")
    )
    final = final.select(*(column(name) for name in list_column(sync)))
    steps = {"raw": raw, "prepared": ready, "final": final.from_("prepared")}
    whole = worked_out_once(tree(steps, imports), EXPENSIVE, catalog.adapter)
    return write(whole, catalog.adapter, run_at(catalog, datetime.now(UTC)))


def written_sql(sync: Sync, catalog: Catalog, members: exp.Table | None = None) -> str:
    """SQL of the telephone numbers that must be looked up: of these members, or of everyone."""
    of = phone_of(sync)
    assert of is not None  # who asks knows that there is one
    model, key = sync.audience.entity.model, sync.audience.entity.key
    imports: dict[str, exp.Query] = {"entities": everything(table(model))}
    value = trimmed(column(sync.settings.identifiers[of], "entities"))
    raw = exp.select(exp.alias_(value, "value"), exp.alias_(_region(sync), REGION))
    raw = raw.from_("entities")
    if members is not None:
        imports["members"] = everything(members)
        on = exp.EQ(this=column(key, "entities"), expression=column(key, "members"))
        raw = raw.join("members", on=on)
    final = written_otherwise(column("value"), column(REGION), "raw")
    whole = tree({"raw": raw, "final": final}, imports)
    whole = worked_out_once(whole, EXPENSIVE, catalog.adapter)
    return write(whole, catalog.adapter, run_at(catalog, datetime.now(UTC)))


def _with_numbers(sync: Sync, select: exp.Select) -> exp.Select:
    """Rows of `raw`, with the numbers that are looked up beside them where there is one."""
    of = phone_of(sync)
    for place, (name, _) in identifier_columns(sync).items():
        if name == of:
            select = looked_up(select, column(place), column(REGION))
    return select


def _ready(sync: Sync, name: str, place: str) -> Expression:
    """What is sent of an identifier, from its column in `raw`."""
    return prepared(rule_set(sync.destination.kind.rules), name, column(place), NUMBER)


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
    for place, (_, mapped) in field_columns(sync).items():
        select = select.select(exp.alias_(mapped.over("entities"), place))
    if sync.per is not None:
        select = select.select(exp.alias_(sync.per.name("entities"), LIST))
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


def _prepared(sync: Sync) -> exp.Select:
    """Members with their identifiers as the platform takes them, NULL where they are invalid."""
    places = identifier_columns(sync)
    select = exp.select(column(KEY), column(VARIANT), exp.alias_(_which(places), GIVEN))
    if sync.consents is not None:
        select = select.select(column(CONSENTED))
    for place, (name, _) in places.items():
        select = select.select(exp.alias_(_ready(sync, name, place), place))
    more = (*field_columns(sync), *list_column(sync))
    return _with_numbers(sync, select.select(*(column(place) for place in more)).from_("raw"))


def _which(places: Iterable[str]) -> Expression:
    """Which of these columns have a value: 2 to the power of the place of each, added up."""
    total: Expression | None = None
    for power, place in enumerate(places):
        here = exp.If(this=present(column(place)), true=exp.Literal.number(2**power))
        worth = exp.Case(ifs=[here], default=exp.Literal.number(0))
        total = worth if total is None else exp.Add(this=total, expression=worth)
    assert total is not None  # a sync maps one at least
    return exp.paren(total)


def _people(sync: Sync) -> exp.Select:
    """What may be sent, and why a member is held back, if so."""
    places = identifier_columns(sync)
    identifiers = {name: column(place) for place, (name, _) in places.items()}
    enough = is_enough(rule_set(sync.destination.kind.rules), identifiers)
    reason = held_back(
        (
            HELD_ERASED,
            is_erased(sync.audience.entity.name, {KEY_KIND: column(KEY), **identifiers}),
        ),
        (HELD_HOLDOUT, exp.EQ(this=column(VARIANT), expression=text("holdout"))),
        (HELD_NO_CONSENT, exp.not_(column(CONSENTED)) if sync.consents is not None else None),
        (HELD_SUPPRESSED, _is_suppressed() if sync.settings.suppress else None),
        (HELD_NO_IDENTIFIER, exp.EQ(this=column(GIVEN), expression=exp.Literal.number(0))),
        (HELD_INVALID, exp.not_(exp.paren(enough))),
        (HELD_NO_LIST, exp.not_(present(column(LIST))) if sync.per is not None else None),
    )
    left_out = exp.Sub(this=column(GIVEN), expression=_which(places))
    return (
        exp.select(column(KEY), exp.alias_(reason, "held"), exp.alias_(left_out, LEFT_OUT))
        .select(*(column(place) for place in (*places, *field_columns(sync), *list_column(sync))))
        .from_("prepared")
    )


def _is_suppressed() -> Expression:
    return exp.In(this=column(KEY), query=exp.select(column(KEY)).from_("suppressed").subquery())


def _wanted(sync: Sync) -> exp.Select:
    """People with the fingerprint of all that is sent."""
    identifiers = {f"identifier {name}": at for at, (name, _) in identifier_columns(sync).items()}
    fields = {f"field {name}": at for at, (name, _) in field_columns(sync).items()}
    sent = {**identifiers, **fields}
    return (
        exp.select(column(KEY), column("held"), column(LEFT_OUT))
        .select(*(column(place) for place in (*sent.values(), *list_column(sync))))
        .select(exp.alias_(fingerprint(sent), "fingerprint"))
        .from_("people")
    )
