"""Tests of one column: what it is compared with, and how."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from cdp_activate.audiences.moments import Day, Moment
from cdp_activate.catalog import Column, Reference

Value: TypeAlias = str | int | Decimal | bool | Moment | Day


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open stretch of time `[start, end)`; of instants, or of whole days.

    None on a side means without end on that side.
    """

    start: Moment | Day | None = None
    end: Moment | Day | None = None


@dataclass(frozen=True, slots=True)
class Anniversary:
    """The yearly return of a date falls on one of `days` days from local date `first` on."""

    first: int
    days: int
    feb29: Literal["mar1", "feb28"]


@dataclass(frozen=True, slots=True)
class Trait:
    """A column of the entity, or of what it refers to through each of these in turn."""

    column: Column
    through: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """`operator` and what it compares with: a value, values, a Span, or another trait."""

    operator: str
    operand: Value | tuple[Value, ...] | Span | Anniversary | Comparisons | Trait


Comparisons: TypeAlias = tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class TestOptions:
    """How a leaf treats unknown values and text. Zones are IANA names."""

    include_nulls: bool = False
    ignore_case: bool = False
    ignore_accents: bool = False
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class ColumnTest:
    """A column satisfies every comparison. `through` are the references to its table."""

    column: Column
    comparisons: Comparisons
    options: TestOptions
    through: tuple[Reference, ...] = ()
