"""Conditions about rows beside the entity in words: events, relations, sequences."""

from __future__ import annotations

from collections.abc import Sequence as Several

from cdp_activate.audiences.explaining.sentence import Say, Sentence
from cdp_activate.audiences.explaining.times import duration, spans_in_words
from cdp_activate.audiences.explaining.values import (
    ValueFormat,
    column_in_words,
    plain,
    predicates,
    quoted,
    test_in_words,
    value,
)
from cdp_activate.audiences.model import (
    All,
    AnyOf,
    ColumnTest,
    Comparisons,
    Condition,
    Event,
    EventRows,
    LinkedEntity,
    Measure,
    MeasureComparison,
    Not,
    Occurrence,
    Related,
    Sequence,
    Span,
    Step,
    TestOptions,
)
from cdp_activate.catalog import Rows
from cdp_activate.words import listed

_NUMBERS = {"gt": "more than", "gte": "at least", "lt": "fewer than", "lte": "at most", "eq": ""}
_OF_COLUMN = {
    "sum": "the sum of",
    "avg": "the average of",
    "min": "the lowest",
    "max": "the highest",
    "median": "the median of",
    "distinct": "the number of different values of",
}
_NEVER_UNKNOWN = ("count", "sum", "distinct", "active")


def event(asked: Event, say: Say) -> Sentence:
    """'there are at least 3 'order_placed' in the last 7 days'."""
    of = asked.rows
    counted = _count(asked.comparisons) if of.measure.name == "count" else None
    if counted:
        text = f"there {counted} {_rows(of)}"
    else:
        how = ValueFormat(
            TestOptions(timezone=of.timezone),
            percent=of.measure.name == "rate",
            sure=of.measure.name in _NEVER_UNKNOWN,
        )
        text = f"{_measure(of)} {predicates(asked.comparisons, how)}"
    return _leading(text, of.linked, of.having, say)


def _count(comparisons: Comparisons) -> str | None:
    """How many there are, where one number says it: 'are at least 3'."""
    if len(comparisons) != 1 or comparisons[0].operator not in _NUMBERS:
        return None
    (one,) = comparisons
    if not isinstance(one.operand, int):
        return None
    if one.operand == 0 and one.operator in ("eq", "lte"):
        return "is no"
    words = (_NUMBERS[one.operator], value(one.operand, ValueFormat()))
    return f"{'is' if one.operand == 1 else 'are'} {' '.join(word for word in words if word)}"


def _measure(of: EventRows) -> str:
    measure = of.measure
    if measure.active:
        unit, rows = measure.active.unit, _rows(of)
        if measure.active.consecutive:
            return f"the longest run of {unit}s in a row with {rows}"
        return f"the number of {unit}s with {rows}"
    if measure.to:
        return f"the number of {_rows(of)} as a share of the number of {_rows(measure.to)}"
    return f"{_measured(measure)} {_rows(of)}"


def _measured(measure: Measure) -> str:
    if measure.column is None:
        return "the number of"
    column = column_in_words(measure.column).removeprefix("the ")
    return f"{_OF_COLUMN[measure.name]} {column} of"


def measure_in_words(of: EventRows, say: Say) -> str:
    """'the sum of amount of 'order_placed' in the last 30 days'."""
    return _leading(_measure(of), of.linked, of.having, say).on_one_line()


def _rows(of: EventRows) -> str:
    """Which rows: names, times, and what they must pass."""
    return _names(of.names) + _when(of.events, of.spans, of.timezone) + _filtered(of.where)


def _names(names: Several[str]) -> str:
    return listed([quoted(name) for name in names], "or")


def _when(
    events: Several[Rows],
    spans: tuple[tuple[Span, ...], ...],
    timezone: str,
    *,
    always: str = " at any time",
) -> str:
    """' in the last 7 days'; of each table, where one has dates and another times."""
    said = list(dict.fromkeys(spans_in_words(each, timezone) for each in spans))
    if not any(said):
        return always if any(rows.at for rows in events) else ""
    return f" {listed(said, 'or')}{' (as each has dates or times)' if len(said) > 1 else ''}"


def _filtered(where: Condition | None) -> str:
    return f" where {filter_in_words(where)}" if where is not None else ""


def filter_in_words(where: Condition) -> str:
    """What rows must pass, on one line."""
    if isinstance(where, All):
        return " and ".join(filter_in_words(inner) for inner in where.of)
    if isinstance(where, AnyOf):
        return f"({' or '.join(filter_in_words(inner) for inner in where.of)})"
    if isinstance(where, Not):
        return f"it is not so that ({filter_in_words(where.inner)})"
    assert isinstance(where, ColumnTest)
    return test_in_words(where)


def _leading(
    text: str, linked: LinkedEntity | None, having: Condition | None, say: Say
) -> Sentence:
    if linked is None or having is None:
        return Sentence(text)
    return Sentence(f"{text}, each leading to a {linked.entity.name} of whom", (say(having),))


def occurrence(asked: Occurrence, say: Say) -> Sentence:
    """'the first 'order_placed' ever was in the last 30 days'."""
    of = asked.rows
    place = {1: "first", -1: "last"}.get(asked.n, f"number {asked.n} (in time)")
    happened = _when(of.events, asked.spans, of.timezone, always="").strip()
    passes = [f"was {happened}"] if happened else []
    if asked.where is not None:
        passes.append(f"is such that {filter_in_words(asked.where)}")
    text = f"the {place} {_names(of.names)}{_filtered(of.where)}, of all times, "
    return _leading(
        text + (" and ".join(passes) or "exists"), of.linked, of.having, say
    )  # fmt: skip


def compared(asked: MeasureComparison, say: Say) -> Sentence:
    """'the change from the one to the other is at most -25%'."""
    left, right = measure_in_words(asked.left, say), measure_in_words(asked.right, say)
    words = {
        "difference": f"{left} less {right}",
        "ratio": f"{left} divided by {right}",
        "change": f"the change from {right} to {left}",
    }
    asks = predicates(asked.comparisons, ValueFormat(percent=asked.how == "change"))
    return Sentence(f"{words[asked.how]} {asks}")


def related(asked: Related, say: Say) -> Sentence:
    """'there are at least 2 'tickets' in the last 30 days where the status is 'open''."""
    beside = asked.beside
    rows = quoted(beside.rows.name)
    when = _when((beside.rows,), (beside.spans,), beside.timezone, always="")
    where = _filtered(asked.where)
    if asked.pick:
        word, column = ("latest" if asked.pick.latest else "earliest"), asked.pick.by
        such = filter_in_words(asked.where) if asked.where is not None else "there is one"
        text = f"the {word} of {rows}{when} by {column_in_words(column)} is such that {such}"
    elif asked.match == "all":
        such = f" {filter_in_words(asked.where)}" if asked.where is not None else " there is one"
        none = "which holds for those with none too" if asked.empty_holds else "and there is one"
        text = f"all {rows}{when} are such that{such}, {none}"
    elif asked.match == "share":
        asks = predicates(asked.comparisons, ValueFormat(percent=True))
        text = f"of all {rows}{when}, the share of those{where} {asks}"
    else:
        counted = {"any": "is at least one", "none": "is no"}.get(asked.match)
        text = f"there {counted or _count(asked.comparisons)} {rows}{when}{where}"
    return _leading(text, beside.linked, asked.having, say)


def sequence(asked: Sequence, _: Say) -> Sentence:
    """Each step is a part."""
    steps = asked.steps
    parts = [
        _step(step, first=place == 0, final=place == len(steps) - 1)
        for place, step in enumerate(steps)
    ]
    return Sentence("this happened in this order", tuple(parts))


def _step(step: Step, *, first: bool, final: bool) -> Sentence:
    rows = _rows(step.rows) if first else _names(step.rows.names) + _filtered(step.rows.where)
    within = duration(step.within) if step.within else ""
    same = f", with the same {listed([plain(one.name) for one in step.same])}" if step.same else ""
    if first:
        return Sentence(f"first {rows}")
    if not step.did:
        if not final:
            span = f", at least for {within} after the one before" if within else ""
            return Sentence(f"no {rows}{same} before the next step{span}")
        span = f" for {within} after that, which is over now" if within else " since"
        return Sentence(f"no {rows}{same}{span}")
    near = ", with no other row of its table between" if step.immediately else ""
    span = f" at most {within} later" if within else ""
    return Sentence(f"then {rows}{span}{same}{near}")
