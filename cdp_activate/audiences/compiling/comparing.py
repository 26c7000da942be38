"""SQL of `compare:` conditions."""

from __future__ import annotations

from cdp_activate.audiences.comparisons import all_of
from cdp_activate.audiences.compiling import numbers
from cdp_activate.audiences.compiling.measures import measured
from cdp_activate.audiences.compiling.numbers import Number
from cdp_activate.audiences.compiling.scope import Scope
from cdp_activate.audiences.expressions import Expression, finite
from cdp_activate.audiences.model import EventRows, MeasureComparison
from cdp_activate.catalog import Column, Type

_HOW = {
    "difference": numbers.difference,
    "ratio": numbers.ratio,
    "change": numbers.change,
}


def compared(scope: Scope, asked: MeasureComparison) -> Expression:
    """What the left measure is beside the right one satisfies every comparison."""
    value = _HOW[asked.how](_side(scope, asked.left), _side(scope, asked.right))
    return all_of(value, asked.comparisons, Column(asked.how, Type("decimal")))


def _side(scope: Scope, of: EventRows) -> Number:
    side = measured(scope, of)
    # Infinity compares, and takes part in no arithmetic (7.67).
    return side if side.exact else Number(finite(side.over, Type("double")), side.under, None)
