"""Exact numbers: what a measure comes to, as one whole number over another.

Warehouses disagree about the division of decimals. So sums and counts are kept apart until
the end, where one quotient is rounded once, to 9 decimals, half away from zero (7.32, 7.65).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from cdp_activate.audiences.dialects import call
from cdp_activate.audiences.expressions import Expression, number

_MULTIPLIED = 9
"""Decimals up to which a multiplication makes a whole number; more are read as digits."""


@dataclass(frozen=True)
class Number:
    """`over` / `under`; without `under`, `over` itself.

    `scale` is the number of decimals of `over`; None says that it is a double. `under` is a
    whole number above zero, or zero or NULL where the number is unknown. `rounded` is the
    quotient where a fact has it.
    """

    over: Expression
    under: Expression | None = None
    scale: int | None = 0
    rounded: Expression | None = None

    @property
    def exact(self) -> bool:
        return self.scale is not None

    def value(self) -> Expression:
        """The number in SQL, rounded where it is a quotient."""
        if self.under is None or self.rounded is not None:
            return self.rounded or self.over
        if not self.exact:
            return call("cdp_round", _divided(self.over, self.under))
        places = number(10 ** (self.scale or 0))
        under = self.under if not self.scale else _times(self.under, places)
        return _quotient(whole(self.over, self.scale or 0), whole(under, 0))


def whole(of: Expression, scale: int) -> Expression:
    """A number with `scale` decimals as a whole number, 10**scale times as large."""
    if not scale:
        return call("cdp_whole", of)
    if scale > _MULTIPLIED:
        return call("cdp_digits", of, number(10**scale, most=38))
    return call("cdp_whole", call("cdp_scaled", of, number(10**scale)))


def difference(left: Number, right: Number) -> Expression:
    """left - right, rounded once."""
    if not (left.exact and right.exact):
        return call("cdp_round", exp.Sub(this=_double(left), expression=_double(right)))
    if left.under is None and right.under is None and max(_scales(left, right)) <= _MULTIPLIED:
        # Of integers, the difference of the least and the greatest needs room.
        sides = [whole(of.over, 0) if of.scale == 0 else of.over for of in (left, right)]
        return exp.Sub(this=sides[0], expression=sides[1])
    first, second, unit = _aligned(left, right)
    return _quotient(exp.Sub(this=first, expression=second), unit)


def ratio(left: Number, right: Number) -> Expression:
    """left / right, NULL where right is zero or unknown."""
    if not (left.exact and right.exact):
        return call("cdp_round", _divided(_double(left), _double(right)))
    first, second, _ = _aligned(left, right)
    return _quotient(_signed(first, second), exp.Abs(this=second.copy()))


def change(left: Number, right: Number) -> Expression:
    """(left - right) / abs(right), NULL where right is zero or unknown (7.37)."""
    if not (left.exact and right.exact):
        over = exp.Sub(this=_double(left), expression=_double(right))
        return call("cdp_round", _divided(over, exp.Abs(this=_double(right))))
    first, second, _ = _aligned(left, right)
    over = exp.Sub(this=first, expression=second)
    return _quotient(over, exp.Abs(this=second.copy()))


def _aligned(left: Number, right: Number) -> tuple[Expression, Expression, Expression]:
    """Both as whole numbers of one unit, and the number of those units in 1."""
    first_scale, second_scale = _scales(left, right)
    scale = max(first_scale, second_scale)
    first = _scaled(whole(left.over, first_scale), scale - first_scale, right.under)
    second = _scaled(whole(right.over, second_scale), scale - second_scale, left.under)
    unit: Expression = whole(number(10**scale), 0)
    for under in (left.under, right.under):
        unit = unit if under is None else _times(unit, under.copy())
    return first, second, unit


def _scales(left: Number, right: Number) -> tuple[int, int]:
    return left.scale or 0, right.scale or 0


def _scaled(of: Expression, places: int, by: Expression | None) -> Expression:
    if places:
        of = _times(of, number(10**places))
    return of if by is None else _times(of, by.copy())


def _quotient(over: Expression, under: Expression) -> Expression:
    """Of whole numbers, `under` not negative; NULL where it is zero."""
    return call("cdp_quotient", over, exp.Nullif(this=under, expression=number(0)))


def _signed(of: Expression, like: Expression) -> Expression:
    """`of`, or its opposite where `like` is negative."""
    negative = exp.LT(this=like.copy(), expression=number(0))
    opposite = exp.Neg(this=exp.paren(of.copy()))
    return exp.Case(ifs=[exp.If(this=negative, true=opposite)], default=of)


def _double(of: Number) -> Expression:
    over = exp.cast(of.over.copy(), exp.DataType.Type.DOUBLE)
    return over if of.under is None else _divided(over, of.under)


def _divided(over: Expression, under: Expression) -> Expression:
    double = exp.cast(under.copy(), exp.DataType.Type.DOUBLE)
    nonzero = exp.Nullif(this=double, expression=number(0))
    # Both sides are doubles and zero is NULL: every warehouse divides alike.
    return exp.Div(this=exp.paren(over) if _loose(over) else over, expression=nonzero, typed=True)


def _times(left: Expression, right: Expression) -> Expression:
    return exp.Mul(this=exp.paren(left) if _loose(left) else left, expression=right)


def _loose(of: Expression) -> bool:
    return isinstance(of, exp.Add | exp.Sub | exp.Case)
