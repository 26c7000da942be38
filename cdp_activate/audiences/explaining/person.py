"""Why one person is in an audience or out of it.

Each condition of the tree, and what it looks at, is a column of one row: compiled as the
audience is, beside the audience itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from sqlglot import exp

from cdp_activate.audiences.compile import VARIANT, CompiledAudience, high_enough
from cdp_activate.audiences.compiling.kinds import BUILDERS
from cdp_activate.audiences.compiling.scope import Scope, known
from cdp_activate.audiences.explaining.decision import JudgedCondition, deciding
from cdp_activate.audiences.explaining.evidence import Find, finds, is_personal
from cdp_activate.audiences.explaining.words import exclusion, parts_of
from cdp_activate.audiences.expressions import Expression, column, identifier, text
from cdp_activate.audiences.model import All, Audience, Condition, Not
from cdp_activate.audiences.preview import queries_of
from cdp_activate.audiences.run_sql import Place, to_run
from cdp_activate.catalog import Catalog
from cdp_activate.masks import personal

_CHOSEN = "chosen"


@dataclass(frozen=True)
class Ranked:
    """The place of those who pass the conditions; None for those who do not."""

    place: int | None
    of: int | None
    kept: bool | None


@dataclass(frozen=True)
class JudgedExclusion:
    """What takes people out, and whether it takes out this one."""

    text: str
    holds: bool


@dataclass(frozen=True)
class Decision:
    """What decided: the fewest conditions, the rank, each of the exclusions."""

    conditions: tuple[JudgedCondition, ...]
    rank: bool
    excluded: tuple[bool, ...]


@dataclass(frozen=True)
class Verdict:
    """Whether a person is in, and all that led to it. Personal values are masked."""

    member: bool
    variant: str | None
    where: JudgedCondition | None
    ranked: Ranked | None
    excluded: tuple[JudgedExclusion, ...]

    @property
    def conditions(self) -> tuple[JudgedCondition, ...]:
        """The conditions that must all hold."""
        if self.where is None:
            return ()
        return self.where.parts if isinstance(self.where.condition, All) else (self.where,)

    def decided(self) -> Decision:
        """The first that says no, else all that had to say yes, in the order of 7.6."""
        none = tuple(False for _ in self.excluded)
        conditions = deciding(self.where) if self.where else ()
        if self.where and not self.where.holds:
            return Decision(conditions, False, none)
        if self.ranked and not self.ranked.kept:
            return Decision((), True, none)
        out = [one.holds for one in self.excluded]
        if any(out):
            first = out.index(True)
            return Decision((), False, tuple(place == first for place in range(len(out))))
        return Decision(conditions, self.ranked is not None, tuple(True for _ in out))

    def as_dict(self) -> dict[str, object]:
        """The form for machines."""
        decided = self.decided()
        rank = {"rank": {**asdict(self.ranked), "decided": decided.rank}} if self.ranked else {}
        return {
            "member": self.member,
            "variant": self.variant,
            "conditions": [one.as_dict(decided.conditions) for one in self.conditions],
            **rank,
            "excluded": [
                {**asdict(one), "decided": marked}
                for one, marked in zip(self.excluded, decided.excluded, strict=True)
            ],
        }


class PersonQuery:
    """The statement that asks everything about one person, and the reading of its one row."""

    def __init__(
        self, audience: Audience, audiences: Mapping[str, Audience], catalog: Catalog
    ) -> None:
        self.audience = audience
        self.catalog = catalog
        self.queries = queries_of([audience.name], audiences, catalog)
        self.scope = Scope(catalog, audience.entity, BUILDERS)
        self.columns: list[Expression] = []
        self.finds: dict[int, list[Find]] = {}

    def sql(self, key: str, as_of: datetime, place: Place | None = None) -> str:
        """One row about who has this key, as text; none where nobody has."""
        query = self.queries[self.audience.name]
        scope, entity = self.scope, self.audience.entity
        own = column(entity.key, _CHOSEN)
        self._add(exp.not_(exp.Is(this=own, expression=exp.null())))
        self._add(column(VARIANT, _CHOSEN))
        if self.audience.rank:
            self._add(column("place", "ranked"))
            self._add(column("total", "ranked"))
            self._add(high_enough(self.audience.rank))
        for one in self.audience.exclude:
            self._add(known(scope.condition(one)))
        if self.audience.where:
            for condition in _all_of(self.audience.where):
                self._add(scope.condition(condition))
                self.finds[len(self.columns)] = finds(scope, condition)
                for find in self.finds[len(self.columns)]:
                    self._add(find.value)
        select = exp.select(*self.columns).from_(identifier(entity.model.name))
        select = scope.joined(select, self.columns)
        for step in (_CHOSEN, *(["ranked"] if self.audience.rank else [])):
            on = exp.EQ(this=column(entity.key, step), expression=scope.key())
            join = exp.Join(this=exp.Table(this=identifier(step)), side="left", on=on)
            select.append("joins", join)
        kind = entity.model.columns[entity.key].type.kind
        wanted = key.lower() if kind == "uuid" else key
        # Here it need not be the same text on every warehouse.
        own_key = exp.cast(scope.key(), "text") if kind == "other" else scope.key_text()
        select = select.where(exp.EQ(this=own_key, expression=text(wanted)))
        *before, (_, final) = query.steps.items()
        asked = CompiledAudience(
            self.audience,
            {**query.facts, **scope.facts},
            {**query.members_of, **scope.members_of},
            {**dict(before), _CHOSEN: final, "final": select},
        )
        return to_run(asked, self.queries, self.catalog, as_of, place)

    def _add(self, expression: Expression) -> None:
        self.columns.append(exp.alias_(expression, f"column_{len(self.columns)}"))

    def read(self, row: tuple[Any, ...]) -> Verdict:
        """What the row says, in the order in which `sql` asked."""
        values = iter(row)
        member, variant = next(values), next(values)
        ranked = None
        if self.audience.rank:
            ranked = Ranked(next(values), next(values), next(values))
        excluded = tuple(
            JudgedExclusion(exclusion(one), bool(next(values))) for one in self.audience.exclude
        )
        numbered = iter(sorted(self.finds))
        where = self.audience.where
        judged = self._judged(where, values, numbered) if where else None
        return Verdict(bool(member), variant, judged, ranked, excluded)

    def _judged(
        self, condition: Condition, values: Iterator[Any], numbered: Iterator[int]
    ) -> JudgedCondition:
        holds = next(values)
        found = {find.label: self._shown(find, next(values)) for find in self.finds[next(numbered)]}
        parts = tuple(self._judged(one, values, numbered) for one in parts_of(condition))
        if isinstance(condition, Not) and not parts[0].parts:
            # One sentence says both: 'there is no 'order_placed''.
            return JudgedCondition(condition, holds, parts[0].found)
        return JudgedCondition(condition, holds, found, parts)

    def _shown(self, find: Find, value: Any) -> Any:
        if value is not None and is_personal(self.scope, find.of):
            return personal(value)
        if isinstance(value, datetime):
            return value.replace(tzinfo=UTC)
        # Infinity has no place in JSON.
        return str(value) if isinstance(value, float) and not isfinite(value) else value


def _all_of(condition: Condition) -> Iterator[Condition]:
    """The condition and all that it is made of, each before its parts."""
    yield condition
    for part in parts_of(condition):
        yield from _all_of(part)
