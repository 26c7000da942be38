"""The SQL of a plan: audience, mapping, consent and ledger in one statement.

What was sent and rejected before is looked up late, for those whose fingerprint is not the
acknowledged one: of a large audience the others are most.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp

from cdp_activate.audiences.compiling.consents import granted
from cdp_activate.audiences.dialects import call
from cdp_activate.audiences.expressions import Expression, column, text
from cdp_activate.audiences.facts import KEY, audience_model, compiled, table
from cdp_activate.audiences.model import ConsentCondition
from cdp_activate.audiences.render import everything, tree, worked_out_once, write
from cdp_activate.audiences.run_sql import run_at
from cdp_activate.catalog import Catalog
from cdp_activate.sync.eligibility import (
    HELD_IN_DOUBT,
    HELD_REJECTED,
    present,
)
from cdp_activate.sync.model import Sync
from cdp_activate.sync.tables import UNKNOWN
from cdp_activate.sync.wanted import EXPENSIVE, LEFT_OUT, list_column, sent_columns, wanted_steps

ACKNOWLEDGED = "acknowledged"
"""A hash of the fingerprint in the ledger; NULL for who is not in it."""


@dataclass(frozen=True)
class PlanOptions:
    """How a plan is made. `run_id` is part of the idempotency keys of new messages.

    `is_replay`: somebody asked for this `as_of`, it is not the time of day.
    """

    as_of: datetime
    is_replay: bool = False
    full_refresh: bool = False
    retry_rejected: bool = False
    retry_unknown: bool = False
    run_id: str = ""


def plan_sql(sync: Sync, catalog: Catalog, state: Callable[[str], str], asked: PlanOptions) -> str:
    """The SQL of the plan: one row for each person about whom something must be done or said.

    `action` is add, update (a move, where an identifier changed, is told apart later), remove,
    held (and why), kept (held back, but what was sent stays), left (out of the audience, in a
    sync that never removes) or forget (out of the audience whose entries are events).
    Identifiers and fields are in numbered columns, in the order of the YAML: their names may be
    anything. `state` gives the full name of a sync table.
    """
    entity, members = sync.audience.entity, members_table(sync)
    imports: dict[str, exp.Query] = {
        "members": everything(members),
        "entities": everything(table(entity.model)),
        "ledger": _mine(sync, catalog, state("sync_ledger")),
        "rejections": _mine(sync, catalog, state("sync_rejections")),
        "erasures": everything(exp.to_table(state("sync_erasures"), dialect=catalog.adapter)),
    }
    if sync.consents is not None:
        imports["consents"] = granted(ConsentCondition(sync.consents, sync.settings.consent)).tree
    if sync.settings.suppress:
        imports["suppressed"] = _suppressed(sync)
    steps = {
        **wanted_steps(sync),
        "before": _before(sync),
        "compared": _compared(sync, asked),
        "judged": _judged(sync, asked),
        "final": _final(sync, asked),
    }
    whole = worked_out_once(tree(steps, imports), EXPENSIVE, catalog.adapter)
    return write(whole, catalog.adapter, run_at(catalog, asked.as_of))


def members_table(sync: Sync) -> exp.Table:
    """The table of the audience."""
    return compiled(audience_model(sync.audience.name))


def _suppressed(sync: Sync) -> exp.Query:
    """The keys of the members of all audiences that are held back."""
    parts: list[exp.Query] = []
    for name in sync.settings.suppress:
        members = compiled(audience_model(name))
        key = exp.cast(column(sync.audience.entity.key), exp.DataType.Type.TEXT)
        parts.append(exp.Select(expressions=[exp.alias_(key, KEY)], from_=exp.From(this=members)))
    return exp.union(*parts, distinct=False) if len(parts) > 1 else parts[0]


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


def _same(sync: Sync, one: str, other: str) -> Expression:
    """The same person, on the same list."""
    columns = (KEY, *list_column(sync))
    return exp.and_(
        *(exp.EQ(this=column(name, one), expression=column(name, other)) for name in columns)
    )


def _is_null(value: Expression) -> Expression:
    return exp.Is(this=value, expression=exp.null())


def _before(sync: Sync) -> exp.Select:
    """What was acknowledged, no more of it than is looked at: a join holds all of these."""
    hashed = call("cdp_hash", column("fingerprint"))
    names = [KEY, *list_column(sync)]
    names += ["idempotency_key"] if sync.settings.mode == "events" else []
    select = exp.select(*(column(name) for name in names), exp.alias_(hashed, ACKNOWLEDGED))
    return select.from_("ledger")


def _compared(sync: Sync, asked: PlanOptions) -> exp.Select:
    """What is wanted beside what was acknowledged; whoever is as acknowledged is left out."""
    held, print_ = column("held", "wanted"), column("fingerprint", "wanted")
    before = column(ACKNOWLEDGED, "before")
    known = present(before.copy())
    select = exp.select(
        *(
            exp.alias_(
                exp.Coalesce(this=column(name, "wanted"), expressions=[column(name, "before")]),
                name,
            )
            for name in (KEY, *list_column(sync))
        ),
        exp.alias_(present(column(KEY, "wanted")), "is_member"),
        column("held", "wanted"),
        *(column(name, "wanted") for name in sent_columns(sync)),
        column("fingerprint", "wanted"),
        column(LEFT_OUT, "wanted"),
        before,
    )
    if sync.settings.mode == "events":
        # What an entry said when it was sent is not said again.
        in_doubt = exp.EQ(this=before.copy(), expression=call("cdp_hash", text(UNKNOWN)))
        gone = _is_null(column(KEY, "wanted"))
        differs = exp.or_(exp.not_(known), gone, in_doubt)
        select = select.select(column("idempotency_key", "before"))
    elif asked.full_refresh:
        differs = exp.true()
    else:
        differs = exp.NullSafeNEQ(this=call("cdp_hash", print_), expression=before.copy())
        differs = exp.or_(differs, present(held))
    return (
        select.from_("wanted")
        .join(
            "before",
            on=_same(sync, "before", "wanted"),
            join_type="full",
        )
        .where(differs)
    )


def _judged(sync: Sync, asked: PlanOptions) -> exp.Select:
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
    own = [KEY, *list_column(sync), "is_member", *sent_columns(sync)]
    own += ["fingerprint", LEFT_OUT, ACKNOWLEDGED]
    if sync.settings.mode == "events":
        own.append("idempotency_key")
    return (
        exp.select(*(column(name, "compared") for name in own))
        .select(exp.alias_(reason, "reason"))
        .from_("compared")
        .join("rejections", on=again, join_type="left")
    )


def _final(sync: Sync, asked: PlanOptions) -> exp.Select:
    """What is to be done about each."""
    events = sync.settings.mode == "events"
    action, reason = _event(sync, asked) if events else _change(sync)
    # Nothing about people who are not sent is in the plan but their keys.
    sent = _is_null(column("reason"))
    values = [
        exp.alias_(exp.Case(ifs=[exp.If(this=sent.copy(), true=column(place))]), place)
        for place in sent_columns(sync)
    ]
    select = (
        exp.select(column(KEY), exp.alias_(action, "action"), exp.alias_(reason, "reason"))
        .select(*values, column("fingerprint"), column(LEFT_OUT))
        .select(*(column(name) for name in list_column(sync)))
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


def _event(sync: Sync, asked: PlanOptions) -> tuple[Expression, Expression]:
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
