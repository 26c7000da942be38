"""`sql:` judged by hand: three-valued logic over the columns of one row."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import sqlglot
from sqlglot import exp

Column = Callable[[str], Any]


def truth(sql: str, column: Column) -> bool:
    """Whether the expression is true; unknown is not."""
    return value(sqlglot.parse_one(sql, dialect="duckdb"), column) is True


def value(node: Any, column: Column) -> Any:
    """The value of a node; None is unknown."""
    if isinstance(node, exp.Paren):
        return value(node.this, column)
    if isinstance(node, exp.Column):
        return column(node.name)
    if isinstance(node, exp.Literal):
        return node.this if node.is_string else Decimal(node.this)
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if isinstance(node, exp.Null):
        return None
    if isinstance(node, exp.Neg):
        found = value(node.this, column)
        return None if found is None else -found
    if isinstance(node, exp.And | exp.Or):
        sides = [value(node.left, column), value(node.right, column)]
        decided = isinstance(node, exp.Or)
        return decided if decided in sides else None if None in sides else not decided
    if isinstance(node, exp.Not):
        found = value(node.this, column)
        return None if found is None else not found
    if isinstance(node, exp.Is):
        found = value(node.this, column)
        return found is None if isinstance(node.expression, exp.Null) else found is True
    if isinstance(node, exp.In):
        left = value(node.this, column)
        rights = [value(one, column) for one in node.expressions]
        if left is None:
            return None
        return True if left in rights else None if None in rights else False
    if isinstance(node, exp.Between):
        whole, low, high = (value(node.args[name], column) for name in ("this", "low", "high"))
        return None if None in (whole, low, high) else low <= whole <= high
    if isinstance(node, exp.Coalesce):
        found = [value(one, column) for one in (node.this, *node.expressions)]
        return next((one for one in found if one is not None), None)
    if isinstance(node, exp.Case):
        for branch in node.args["ifs"]:
            if value(branch.this, column) is True:
                return value(branch.args["true"], column)
        default = node.args.get("default")
        return None if default is None else value(default, column)
    if isinstance(node, exp.Length | exp.Abs):
        found = value(node.this, column)
        return None if found is None else (len if isinstance(node, exp.Length) else abs)(found)
    return two(node, value(node.left, column), value(node.right, column))


def two(node: Any, left: Any, right: Any) -> Any:
    """An operator of two sides, neither of which may be unknown."""
    if left is None or right is None:
        return None
    meaning: dict[Any, Callable[[], Any]] = {
        exp.EQ: lambda: left == right, exp.NEQ: lambda: left != right,
        exp.GT: lambda: left > right, exp.GTE: lambda: left >= right,
        exp.LT: lambda: left < right, exp.LTE: lambda: left <= right,
        exp.Add: lambda: left + right, exp.Sub: lambda: left - right, exp.Mul: lambda: left * right,
    }  # fmt: skip
    return meaning[type(node)]()
