"""The SQL of a plan: audience, mapping, consent and ledger in one statement.

What was sent and rejected before is looked up late, for those whose fingerprint is not the
acknowledged one: of a large audience the others are most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

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
from cdp_activate.sync.mapping import Mapped
from cdp_activate.sync.model import Sync
from cdp_activate.sync.people import (
    HELD_IN_DOUBT,
    HELD_REJECTED,
    fingerprint,
    held_back,
    is_enough,
    present,
)
from cdp_activate.sync.suppression import KEY_KIND, is_erased
from cdp_activate.sync.tables import UNKNOWN

LIST = "list"
"""The list of a person, where a sync keeps several."""

CONSENTED, GIVEN, REGION = "consented", "given", "region"
"""Columns of the steps before `people`: beside the numbered ones, no name can be theirs."""

LEFT_OUT = "left_out"
"""Identifiers that have a value and are not sent, as it is not valid: 2 to the power of the
place of each, added up.
"""

ACKNOWLEDGED = "acknowledged"
"""The fingerprint in the ledger; NULL for who is not in it."""


@dataclass(frozen=True)
class Asked:
    """How a plan is made. `run_id` is part of the idempotency keys of new messages.

    `is_replay`: somebody asked for this `as_of`, it is not the time of day.
    """

    as_of: datetime
    is_replay: bool = False
    full_refresh: bool = False
    retry_rejected: bool = False
    retry_unknown: bool = False
    run_id: str = ""


def identifier_columns(sync: Sync) -> dict[str, tuple[str, str]]:
    """Column of the plan -> what the destination calls it, and where it comes from."""
    pairs = enumerate(sync.settings.identifiers.items())
    return {f"identifier_{number}": pair for number, pair in pairs}


def field_columns(sync: Sync) -> dict[str, tuple[str, Mapped]]:
    """Column of the plan -> what the destination calls it, and where it comes from."""
    return {f"field_{number}": pair for number, pair in enumerate(sync.fields.items())}


def identifiers_json(sync: Sync, table: str = "") -> Expression:
    """The identifiers of a row of the plan as the ledger keeps them."""
    pairs = [
        exp.JSONKeyValue(this=text(name), expression=column(place, table))
        for place, (name, _) in identifier_columns(sync).items()
    ]
    return exp.cast(exp.JSONObject(expressions=pairs), exp.DataType.Type.TEXT)


def plan_sql(sync: Sync, catalog: Catalog, state: Callable[[str], str], asked: Asked) -> str:
    """The SQL of the plan: one row for each person about whom something must be done or said.

    `action` is add, update (a move, where an identifier changed, is told apart later), remove,
    held (and why), kept (held back, but what was sent stays), left (out of the audience, in a
    sync that never removes) or forget (out of the audience whose entries are events).
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
        "wanted": _wanted(sync),
        "compared": _compared(sync, asked),
        "judged": _judged(sync, asked),
        "final": _final(sync, asked),
    }
    return write(tree(steps, imports), catalog.adapter, run_at(catalog, asked.as_of))


def everyone_sql(sync: Sync, catalog: Catalog) -> str:
    """SQL of all people of the entity, in an audience or not: `entity_key` and `identifiers`.

    The identifiers are as a plan would send them; who has none that is valid has only NULLs.
    """
    key, model = sync.audience.entity.key, sync.audience.entity.model
    imports: dict[str, exp.Query] = {"entities": everything(table(model))}
    raw = exp.select(
        exp.alias_(exp.cast(column(key, "entities"), exp.DataType.Type.TEXT), KEY),
        exp.alias_(_region(sync), REGION),
    ).from_("entities")
    rules = rule_set(sync.destination.kind.rules)
    with_function = catalog.adapter in HAVE_PHONE_FUNCTION
    ready = exp.select(column(KEY)).from_("raw")
    for place, (name, of) in identifier_columns(sync).items():
        raw = raw.select(exp.alias_(trimmed(column(of, "entities")), place))
        value = prepared(rules, name, column(place), column(REGION), with_function=with_function)
        ready = ready.select(exp.alias_(value, place))
    final = exp.select(column(KEY), exp.alias_(identifiers_json(sync), "identifiers"))
    steps = {"raw": raw, "prepared": ready, "final": final.from_("prepared")}
    return write(tree(steps, imports), catalog.adapter, run_at(catalog, datetime.now(UTC)))


def _mine(sync: Sync, catalog: Catalog, table: str) -> exp.Select:
    here: Expression = exp.EQ(this=column("list"), expression=text(sync.list_name))
    if sync.per is not None:
        like = exp.Like(this=column("list"), expression=text(sync.per.pattern))
        here = exp.Escape(this=like, expression=text("!"))
    return everything(exp.to_table(table, dialect=catalog.adapter)).where(
        exp.EQ(this=column("sync"), expression=text(sync.name)),
        exp.EQ(this=column("destination"), expression=text(sync.settings.destination)),
        here,
    )


def _list(sync: Sync) -> tuple[str, ...]:
    """The column that says which list a row is about, where there are several."""
    return (LIST,) if sync.per is not None else ()


def _same(sync: Sync, one: str, other: str) -> Expression:
    """The same person, on the same list."""
    columns = (KEY, *_list(sync))
    return exp.and_(
        *(exp.EQ(this=column(name, one), expression=column(name, other)) for name in columns)
    )


def _is_null(value: Expression) -> Expression:
    return exp.Is(this=value, expression=exp.null())


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


def _prepared(sync: Sync, *, with_function: bool) -> exp.Select:
    """Members with their identifiers as the platform takes them, NULL where they are invalid."""
    places = identifier_columns(sync)
    rules = rule_set(sync.destination.kind.rules)
    select = exp.select(column(KEY), column(VARIANT), exp.alias_(_which(places), GIVEN))
    if sync.consents is not None:
        select = select.select(column(CONSENTED))
    for place, (name, _) in places.items():
        ready = prepared(rules, name, column(place), column(REGION), with_function=with_function)
        select = select.select(exp.alias_(ready, place))
    more = (*field_columns(sync), *_list(sync))
    return select.select(*(column(place) for place in more)).from_("raw")


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
    reason = held_back(
        erased=is_erased(sync.audience.entity.name, {KEY_KIND: column(KEY), **identifiers}),
        variant=column(VARIANT),
        consented=column(CONSENTED) if sync.consents is not None else None,
        given=exp.NEQ(this=column(GIVEN), expression=exp.Literal.number(0)),
        enough=is_enough(rule_set(sync.destination.kind.rules), identifiers),
        listed=present(column(LIST)) if sync.per is not None else None,
    )
    left_out = exp.Sub(this=column(GIVEN), expression=_which(places))
    return (
        exp.select(column(KEY), exp.alias_(reason, "held"), exp.alias_(left_out, LEFT_OUT))
        .select(*(column(place) for place in (*places, *field_columns(sync), *_list(sync))))
        .from_("prepared")
    )


def _wanted(sync: Sync) -> exp.Select:
    """People with the fingerprint of all that is sent."""
    identifiers = {f"identifier {name}": at for at, (name, _) in identifier_columns(sync).items()}
    fields = {f"field {name}": at for at, (name, _) in field_columns(sync).items()}
    sent = {**identifiers, **fields}
    return (
        exp.select(column(KEY), column("held"), column(LEFT_OUT))
        .select(*(column(place) for place in (*sent.values(), *_list(sync))))
        .select(exp.alias_(fingerprint(sent), "fingerprint"))
        .from_("people")
    )


def _sent(sync: Sync) -> tuple[str, ...]:
    return (*identifier_columns(sync), *field_columns(sync))


def _compared(sync: Sync, asked: Asked) -> exp.Select:
    """What is wanted beside what was acknowledged; whoever is as acknowledged is left out."""
    held, print_ = column("held", "wanted"), column("fingerprint", "wanted")
    before = column("fingerprint", "ledger")
    known = present(before.copy())
    select = exp.select(
        *(
            exp.alias_(
                exp.Coalesce(this=column(name, "wanted"), expressions=[column(name, "ledger")]),
                name,
            )
            for name in (KEY, *_list(sync))
        ),
        exp.alias_(present(column(KEY, "wanted")), "is_member"),
        column("held", "wanted"),
        *(column(name, "wanted") for name in _sent(sync)),
        column("fingerprint", "wanted"),
        column(LEFT_OUT, "wanted"),
        exp.alias_(before, ACKNOWLEDGED),
    )
    if sync.settings.mode == "events":
        # What an entry said when it was sent is not said again.
        in_doubt = exp.EQ(this=before.copy(), expression=text(UNKNOWN))
        gone = _is_null(column(KEY, "wanted"))
        differs = exp.or_(exp.not_(known), gone, in_doubt)
        select = select.select(column("idempotency_key", "ledger"))
    elif asked.full_refresh:
        differs = exp.true()
    else:
        differs = exp.or_(exp.NullSafeNEQ(this=print_, expression=before.copy()), present(held))
    return (
        select.from_("wanted")
        .join(
            "ledger",
            on=_same(sync, "ledger", "wanted"),
            join_type="full",
        )
        .where(differs)
    )


def _judged(sync: Sync, asked: Asked) -> exp.Select:
    """Why a row is held back: for what it holds, or because it was rejected as it is."""
    again = exp.and_(
        _same(sync, "rejections", "compared"),
        exp.EQ(
            this=column("fingerprint", "rejections"), expression=column("fingerprint", "compared")
        ),
        *([exp.false()] if asked.retry_rejected else []),
    )
    rejected = exp.If(this=present(column(KEY, "rejections")), true=text(HELD_REJECTED))
    reason = exp.Coalesce(this=column("held", "compared"), expressions=[exp.Case(ifs=[rejected])])
    own = [KEY, *_list(sync), "is_member", *_sent(sync), "fingerprint", LEFT_OUT, ACKNOWLEDGED]
    if sync.settings.mode == "events":
        own.append("idempotency_key")
    return (
        exp.select(*(column(name, "compared") for name in own))
        .select(exp.alias_(reason, "reason"))
        .from_("compared")
        .join("rejections", on=again, join_type="left")
    )


def _final(sync: Sync, asked: Asked) -> exp.Select:
    """What is to be done about each."""
    events = sync.settings.mode == "events"
    action, reason = _event(sync, asked) if events else _change(sync)
    # Nothing about people who are not sent is in the plan but their keys.
    sent = _is_null(column("reason"))
    values = [
        exp.alias_(exp.Case(ifs=[exp.If(this=sent.copy(), true=column(place))]), place)
        for place in _sent(sync)
    ]
    select = (
        exp.select(column(KEY), exp.alias_(action, "action"), exp.alias_(reason, "reason"))
        .select(*values, column("fingerprint"), column(LEFT_OUT))
        .select(*(column(name) for name in _list(sync)))
        .from_("judged")
    )
    if events:
        entry = [text(sync.name), column(KEY), text(asked.run_id)]
        made = exp.MD5(this=exp.Anonymous(this="CONCAT_WS", expressions=[text("/"), *entry]))
        kept = exp.Coalesce(this=column("idempotency_key"), expressions=[made])
        select = select.select(exp.alias_(kept, "idempotency_key"))
    return select


def _cases(*cases: tuple[Expression, str]) -> Expression:
    return exp.Case(ifs=[exp.If(this=condition, true=text(name)) for condition, name in cases])


def _change(sync: Sync) -> tuple[Expression, Expression]:
    """Action and reason in a sync that keeps a list."""
    reason, known = column("reason"), present(column(ACKNOWLEDGED))
    rejected = exp.EQ(this=reason.copy(), expression=text(HELD_REJECTED))
    gone = exp.or_(exp.not_(column("is_member")), present(reason.copy()))
    action = _cases(
        (exp.and_(rejected, known), "kept"),
        (exp.and_(gone, exp.not_(known.copy())), "held"),
        (gone.copy(), "remove" if sync.settings.mode == "mirror" else "left"),
        (exp.not_(known.copy()), "add"),
        (exp.true(), "update"),
    )
    return action, reason


def _event(sync: Sync, asked: Asked) -> tuple[Expression, Expression]:
    """Action and reason in a sync that tells of entries.

    Who was sent and never answered is sent again under the same key, where the destination
    acts once on it or somebody has said that it did not arrive.
    """
    reason, known = column("reason"), present(column(ACKNOWLEDGED))
    again = exp.true() if asked.retry_unknown or sync.destination.deduplicates else exp.false()
    doubtful = exp.and_(known, exp.not_(again))
    action = _cases(
        (exp.not_(column("is_member")), "forget"),
        (doubtful, "kept"),
        (exp.and_(known.copy(), present(reason.copy())), "kept"),
        (present(reason.copy()), "held"),
        (exp.true(), "add"),
    )
    in_doubt = exp.If(this=doubtful.copy(), true=text(HELD_IN_DOUBT))
    why = exp.Case(ifs=[in_doubt], default=reason.copy())
    return action, why
