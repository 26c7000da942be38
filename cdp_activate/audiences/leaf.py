"""A comparison about to become SQL: the column and the value, as they are compared."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from sqlglot import exp

from cdp_activate.audiences.dialects import call
from cdp_activate.audiences.expressions import (
    Expression,
    day,
    exact_instant,
    folded,
    instant,
    literal,
    local,
    moment,
    number,
    text,
    without_nan,
)
from cdp_activate.audiences.model import Comparison, TestOptions, Trait
from cdp_activate.audiences.moments import FixedDate, FixedInstant, LocalDate, RelativeInstant
from cdp_activate.catalog import Column

_LONGEST = 10**37 - 1


@dataclass(frozen=True)
class Leaf:
    """A comparison about to become SQL: `subject` is the column as it is compared.

    `other` is the value of the trait that it is compared with, where that is one.
    """

    subject: Expression
    comparison: Comparison
    of: Column
    options: TestOptions
    other: Expression | None = None

    @property
    def operator(self) -> str:
        return self.comparison.operator

    @property
    def operand(self) -> object:
        return self.comparison.operand

    @property
    def negated(self) -> bool:
        return self.operator.startswith("not_")

    def value(self, value: object) -> Expression:
        """The right side of a comparison with a value of the column's type."""
        if isinstance(value, Trait):
            assert self.other is not None
            right = value.column
            if right.type.kind == "timestamp" and right.type.zoned != self.of.type.zoned:
                # Both are instants: the right side is made like the left one.
                if right.type.zoned:
                    return local(self.other, right, "UTC")
                return call("cdp_instant", self.other, text(right.timezone))
            return subject_of(self.other, "eq", right, self.options)
        return written_value(value, self.of, self.options)


Builder = Callable[[Leaf], Expression]


def subject_of(
    expression: Expression, operator: str, of: Column, options: TestOptions
) -> Expression:
    """A column of this type as `operator` compares it."""
    if of.type.kind == "double":
        return without_nan(expression, of.type)
    if of.type.kind == "uuid":
        return exp.Lower(this=exp.cast(expression, "text"))
    if of.type.kind == "timestamp" and operator not in ("weekday", "month", "hour", "anniversary"):
        exact = operator != "span"
        return exact_instant(expression, of) if exact else instant(expression, of)
    if of.type.kind == "text" and operator not in ("length", "is_blank", "is_empty"):
        # A pattern is not rewritten: `case: insensitive` becomes a flag of the match.
        return folded(expression, _pattern_options(options) if "match" in operator else options)
    return expression


def _pattern_options(options: TestOptions) -> TestOptions:
    return TestOptions(ignore_accents=options.ignore_accents)


def written_value(value: object, of: Column, options: TestOptions) -> Expression:
    """A value from YAML, as a column of this type compares with it."""
    if isinstance(value, FixedInstant | RelativeInstant):
        return moment(value, zoned=of.type.zoned)
    if isinstance(value, FixedDate | LocalDate):
        return day(value)
    if isinstance(value, str) and of.type.kind == "text":
        return folded(text(value), options)
    if isinstance(value, int | Decimal) and of.type.kind == "integer":
        return number(_beside_integers(value), most=38)
    assert isinstance(value, str | int | Decimal | bool)
    return literal(value)


def _beside_integers(value: int | Decimal) -> int | Decimal:
    """A number that every integer compares with as with `value`, and that all warehouses hold.

    Beside them 1.1 is as good as 1.5, and anything longer than 37 digits as the longest.
    """
    if not -_LONGEST <= value <= _LONGEST:
        return _LONGEST if value > 0 else -_LONGEST
    whole = math.floor(value)
    return whole if value == whole else whole + Decimal("0.5")
