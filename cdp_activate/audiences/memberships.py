"""Who came into an audience and left it over time, from the history of memberships."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlglot import exp

from cdp_activate.audiences.compile import VARIANT, CompiledAudience
from cdp_activate.audiences.days import Unit, period_date, zone
from cdp_activate.audiences.expressions import Expression, column, identifier, instant, moment, text
from cdp_activate.audiences.facts import table
from cdp_activate.audiences.model import Audience
from cdp_activate.audiences.moments import RelativeInstant
from cdp_activate.audiences.run_sql import to_run
from cdp_activate.catalog import Catalog, Rows
from cdp_activate.errors import NotBuiltError

_STAYS = "stays"


@dataclass(frozen=True)
class Period:
    """A day, week or longer that begins on a local date: how many came and went, and how many
    were in at its end.
    """

    begins_on: date
    entered: int
    exited: int
    size: int


@dataclass(frozen=True)
class Stay:
    """One stay of one person, in UTC; no end where it goes on."""

    entered_at: datetime
    exited_at: datetime | None
    variant: str | None


def changes_sql(audience: Audience, catalog: Catalog, as_of: datetime) -> str:
    """One statement: instants, each with how many stays began and ended then."""
    ways = [
        exp.select(
            exp.alias_(column(way), "happened_at"),
            *(exp.alias_(_count() if way == one else exp.Literal.number(0), name)
              for one, name in (("entered_at", "entered"), ("exited_at", "exited"))),
        )
        .from_(identifier(_STAYS))
        .where(exp.not_(exp.Is(this=column(way), expression=exp.null())))
        .group_by(column(way))
        for way in ("entered_at", "exited_at")
    ]  # fmt: skip
    both = exp.union(*ways, distinct=False).subquery("together")
    return _run(audience, catalog, as_of, exp.select("*").from_(both))


def stays_sql(audience: Audience, catalog: Catalog, as_of: datetime, key: str) -> str:
    """One statement: the stays of who has this key, as text, the oldest first."""
    kind = audience.entity.model.columns[audience.entity.key].type.kind
    wanted = text(key.lower() if kind == "uuid" else key)
    final = (
        exp.select(*(column(name) for name in ("entered_at", "exited_at", VARIANT)))
        .from_(identifier(_STAYS))
        .where(exp.EQ(this=column("member"), expression=wanted))
    )
    return _run(audience, catalog, as_of, final)


def _run(audience: Audience, catalog: Catalog, as_of: datetime, final: exp.Select) -> str:
    rows = catalog.memberships
    if rows is None:
        raise NotBuiltError(
            "the project keeps no history of its audiences yet",
            remedy="run `cdp-activate build`: audience_members begins with it",
        )
    asked = CompiledAudience(audience, steps={_STAYS: _stays(rows, audience.name), "final": final})
    return to_run(asked, {}, catalog, as_of)


def _stays(rows: Rows, name: str) -> exp.Select:
    """The stays of an audience; what is dated at or after as_of has not happened (1.2)."""
    columns = rows.model.columns

    def at(role: str) -> tuple[Expression, Expression]:
        """The instant of a role, and whether it had come."""
        of = columns[rows.columns[role]]
        now = moment(RelativeInstant(0), zoned=of.type.zoned)
        return instant(column(of.name), of), exp.LT(
            this=instant(column(of.name), of), expression=now
        )

    (entered, had_entered), (exited, had_exited) = at("entered_at"), at("exited_at")
    variant = (
        column(VARIANT) if VARIANT in columns else exp.cast(exp.null(), exp.DataType.Type.TEXT)
    )
    return (
        exp.select(
            exp.alias_(column(rows.key), "member"),
            exp.alias_(variant, VARIANT),
            exp.alias_(entered, "entered_at"),
            exp.alias_(exp.Case(ifs=[exp.If(this=had_exited, true=exited)]), "exited_at"),
        )
        .from_(table(rows.model))
        .where(exp.EQ(this=column(rows.columns["audience"]), expression=text(name)), had_entered)
    )


def _count() -> exp.Expr:
    return exp.Count(this=exp.Star())


def read_periods(rows: Iterable[tuple[Any, ...]], unit: Unit, timezone: str) -> list[Period]:
    """The periods in which anybody came or went, by the rows of `changes_sql`, oldest first."""
    counts: dict[date, tuple[int, int]] = {}
    for at, entered, exited in rows:
        begins_on = period_of(_utc(at), unit, timezone)
        before = counts.get(begins_on, (0, 0))
        counts[begins_on] = before[0] + int(entered), before[1] + int(exited)
    found: list[Period] = []
    size = 0
    for begins_on, (entered, exited) in sorted(counts.items()):
        size += entered - exited
        found.append(Period(begins_on, entered, exited, size))
    return found


def period_of(at: datetime, unit: Unit, timezone: str) -> date:
    """The local date on which the period of an instant begins."""
    return period_date(at.astimezone(zone(timezone)).date(), unit, 0)


def read_stays(rows: Iterable[tuple[Any, ...]]) -> list[Stay]:
    """The stays in the rows of `stays_sql`, oldest first."""
    found = [
        Stay(_utc(entered), _utc(exited) if exited else None, variant)
        for entered, exited, variant in rows
    ]
    return sorted(found, key=lambda stay: stay.entered_at)


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
