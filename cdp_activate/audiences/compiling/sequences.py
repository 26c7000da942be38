"""SQL of `sequence:` conditions: for each step the rows that some run reaches, from the last.

A step is bound only to the `did` before it. So the rows that some run of events reaches at a
step are all that the next step needs: nothing is chosen early, and any run that matches is
found, however many steps there are.
"""

from __future__ import annotations

from collections.abc import Sequence as Several
from dataclasses import replace
from itertools import pairwise

from sqlglot import exp

from cdp_activate.audiences.cells import value_of
from cdp_activate.audiences.compiling.nearest import NEAREST, Between, following
from cdp_activate.audiences.compiling.rows import (
    OCCURRED,
    ORDERED_BY,
    RowOrder,
    everything,
    rows_of,
)
from cdp_activate.audiences.compiling.scope import Scope, found
from cdp_activate.audiences.dialects import call
from cdp_activate.audiences.expressions import (
    Expression,
    column,
    day,
    instant,
    moment,
    number,
    text,
    without_nan,
)
from cdp_activate.audiences.facts import KEY, Fact, named
from cdp_activate.audiences.model import EventRows, Sequence, Span, Step
from cdp_activate.audiences.moments import Duration, LocalDate, RelativeInstant
from cdp_activate.catalog import Column, Model, Rows

EARLIER, LATER, BETWEEN = "earlier", "later", "between_them"
TABLE = "of_table"
_PARTITIONED = ("boolean", "date", "decimal", "integer", "text", "timestamp")
"""What every warehouse takes in `partition by`; BigQuery takes no doubles."""
_LONGEST = 4_000_000 * 86400
"""Seconds; more than from the first to the last day of the calendar."""


def sequence(scope: Scope, asked: Sequence) -> Expression:
    """Some run of rows goes through all steps."""
    return found(scope.fact(_fact(asked)))


def _fact(asked: Sequence) -> Fact:
    slug = "_then_".join(name for step in asked.steps for name in step.rows.names)
    return named(f"sequence_{slug}", _Runs(asked).keys())


class _Runs:
    """Builds the query of one sequence."""

    def __init__(self, asked: Sequence) -> None:
        self.timezone = asked.steps[0].rows.timezone
        tables = tuple(dict.fromkeys(rows for step in asked.steps for rows in step.rows.events))
        self.order = RowOrder(tables, self.timezone)
        first, *others = asked.steps
        self.starts = self._starts(first.rows)
        self.steps = (first, *(replace(step, rows=self._from_then(step.rows)) for step in others))

    def keys(self) -> exp.Select:
        """The keys that get through the last step."""
        did = [place for place, step in enumerate(self.steps) if step.did]
        reached = self._rows(self.steps[0], self._compared(0))
        for before, place in pairwise(did):
            guards = self.steps[before + 1 : place]
            reached = self._next(reached, place, guards, last=place == len(self.steps) - 1)
        last = self.steps[did[-1] + 1 :]
        select = exp.select(column(KEY, EARLIER)).from_(reached.subquery(EARLIER))
        return select.where(*self._final(last)).group_by(column(KEY, EARLIER))

    # What comes before the first step can begin is not read ...

    def _starts(self, first: EventRows) -> tuple[Span, ...]:
        """Where the windows of the first step begin, where that is one time for all tables."""
        if self.order.mixed:
            return ()
        return tuple(Span(start=span.start) for span in first.spans[0] if span.start is not None)

    def _from_then(self, rows: EventRows) -> EventRows:
        return replace(rows, spans=tuple((*spans, *self.starts) for spans in rows.spans))

    # Rows of a step ...

    def _compared(self, place: int) -> tuple[Column, ...]:
        """The properties of a `did` that later steps, up to the next `did`, compare with."""
        found: dict[str, Column] = {}
        for step in self.steps[place + 1 :]:
            found.update((of.name, of) for of in step.same)
            if step.did:
                break
        return tuple(found[name] for name in sorted(found))

    def _rows(
        self, step: Step, properties: Several[Column], *, says_table: bool = False
    ) -> exp.Query:
        def columns(rows: Rows) -> list[Expression]:
            values = [
                exp.alias_(instant(without_nan(value_of(of), of.type), of), _same_name(of))
                for of in properties
            ]
            named = [exp.alias_(text(rows.model.name), TABLE)] if says_table else []
            return [*self.order.columns(rows), *values, *named]

        return rows_of(step.rows, columns)

    # From one did to the next ...

    def _next(
        self, reached: exp.Query, place: int, guards: Several[Step], *, last: bool
    ) -> exp.Select:
        """The rows of the step at `place` that some row reached before leads to."""
        step = self.steps[place]
        compared = self._compared(place)
        kept = [OCCURRED, ORDERED_BY, *map(_same_name, compared)]
        if self._nearest_is_best(step, guards):
            breaking = [self._rows(guard, ()) for guard in guards if not guard.same]
            if step.immediately:
                breaking += [self._every(event) for event in _tables(step.rows.events).values()]
            of_same = [self._rows(guard, guard.same) for guard in guards if guard.same]
            between = Between(breaking, of_same, [_same_name(of) for of in step.same])
            own = {of.name: of for of in (*compared, *step.same)}
            after = following(reached, between, self._rows(step, tuple(own.values())), kept)
            if not step.within:
                return after
            return after.where(self._at_most(step.within, column(NEAREST), column(OCCURRED)))
        own = {of.name: of for of in (*compared, *step.same)}
        of_several = step.immediately and len(_tables(step.rows.events)) > 1
        here = self._rows(step, tuple(own.values()), says_table=of_several)
        conditions = [_after(LATER, EARLIER), *self._bound(step, LATER)]
        for guard in guards:
            rows = self._rows(guard, guard.same)
            conditions.append(self._none(rows, guard, before=True))
        if step.immediately:
            for table, event in _tables(step.rows.events).items():
                # The table is that of the row itself (7.26).
                is_of = exp.EQ(this=column(TABLE, LATER), expression=text(table.name))
                also = [is_of] if of_several else []
                conditions.append(self._none(self._every(event), None, *also, before=True))
        return (
            exp.select(*(column(name, LATER) for name in (KEY, *([] if last else kept))))
            .distinct()
            .from_(reached.subquery(EARLIER))
            .join(here.subquery(LATER), on=_one_key(LATER))
            .where(*conditions)
        )

    def _nearest_is_best(self, step: Step, guards: Several[Step]) -> bool:
        """Of the rows reached before, with the same values, the nearest leads to a row if any."""
        same = {of.name for of in step.same}
        return (
            all(of.type.kind in _PARTITIONED for of in step.same)
            and not any(guard.within for guard in guards)
            and all({of.name for of in guard.same} in (set(), same) for guard in guards)
            and not (step.immediately and len(_tables(step.rows.events)) > 1)
            and all(rows.id for rows in self.order.tables)
        )

    def _every(self, event: Rows) -> exp.Query:
        """All rows of the table of an event."""
        whole = self._from_then(everything(event, self.timezone))
        return rows_of(whole, self.order.columns)

    def _bound(self, step: Step, alias: str) -> list[Expression]:
        """What `within` and `same` of a step ask of a row, beside the latest did."""
        conditions: list[Expression] = []
        if step.within:
            occurred = column(OCCURRED, EARLIER), column(OCCURRED, alias)
            conditions.append(self._at_most(step.within, *occurred))
        for of in step.same:
            name = _same_name(of)
            conditions.append(exp.EQ(this=column(name, alias), expression=column(name, EARLIER)))
        return conditions

    def _at_most(self, within: Duration, earlier: Expression, later: Expression) -> Expression:
        if self.order.of_days:
            passed = exp.Sub(
                this=call("cdp_day_number", later), expression=call("cdp_day_number", earlier)
            )
            return exp.LTE(this=passed, expression=number(_days(within)))
        seconds = number(min(within.seconds, _LONGEST))
        return call("cdp_not_later_than", earlier, later, seconds)

    def _none(
        self, rows: exp.Query, guard: Step | None, *also: Expression, before: bool
    ) -> Expression:
        """No row lies after the latest did, and before the next one (7.22, 7.26)."""
        conditions = [_one_key(BETWEEN), _after(BETWEEN, EARLIER), *also]
        if before:
            conditions.append(_after(LATER, BETWEEN))
        if guard:
            conditions.extend(self._bound(guard, BETWEEN))
        broken = exp.select(number(1)).from_(rows.subquery(BETWEEN)).where(*conditions)
        return exp.not_(exp.Exists(this=broken))

    # After the last did ...

    def _final(self, guards: Several[Step]) -> list[Expression]:
        """Guards after the last did: until as_of, or for a time that is over (7.20, 7.21)."""
        conditions: list[Expression] = []
        for guard in guards:
            if guard.within:
                conditions.append(self._over(guard.within))
            rows = self._rows(guard, guard.same)
            conditions.append(self._none(rows, guard, before=False))
        return conditions

    def _over(self, within: Duration) -> Expression:
        """That long after the latest did is strictly before as_of; of days, before today."""
        if self.order.of_days:
            ago = day(LocalDate(-_days(within), self.timezone))
        else:
            ago = moment(RelativeInstant(-within.seconds), zoned=self.order.zoned)
        return exp.LT(this=column(OCCURRED, EARLIER), expression=ago)


def _tables(events: Several[Rows]) -> dict[Model, Rows]:
    """The tables of these events, each with one of its events."""
    return {event.model: event for event in events}


def _same_name(of: Column) -> str:
    return f"same_{of.name}"


def _one_key(alias: str) -> Expression:
    return exp.EQ(this=column(KEY, alias), expression=column(KEY, EARLIER))


def _after(later: str, earlier: str) -> Expression:
    """Strictly later in the order of time and id."""
    simultaneous = exp.EQ(this=column(OCCURRED, later), expression=column(OCCURRED, earlier))
    by_id = exp.GT(this=column(ORDERED_BY, later), expression=column(ORDERED_BY, earlier))
    by_time = exp.GT(this=column(OCCURRED, later), expression=column(OCCURRED, earlier))
    return exp.paren(exp.or_(by_time, exp.and_(simultaneous, by_id)), copy=False)


def _days(within: Duration) -> int:
    return min(within.days or 0, _LONGEST // 86400)
