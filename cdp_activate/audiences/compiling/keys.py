"""SQL of people chosen by their key, `list:` and `sample:`, and of `sql:`."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from cdp_activate.audiences.compiling.scope import Scope, found
from cdp_activate.audiences.dialects import call
from cdp_activate.audiences.expressions import Expression, column, number, text
from cdp_activate.audiences.facts import KEY, named, table
from cdp_activate.audiences.model import KeyList, KeySample, KeySeed, SqlCondition
from cdp_activate.audiences.plain_sql import qualified


def listed(scope: Scope, asked: KeyList) -> Expression:
    """The key, as text, is one of those written."""
    return exp.In(this=scope.key_text(), expressions=[text(key) for key in asked.keys])


def seeded(scope: Scope, asked: KeySeed) -> Expression:
    """The key, as text, is in the seed."""
    key: Expression = exp.cast(column(asked.column), exp.DataType.Type.TEXT)
    declared = asked.model.columns.get(asked.column)
    if declared and declared.type.kind == "uuid":
        key = exp.Lower(this=key)
    tree = exp.select(exp.alias_(key, KEY)).distinct().from_(table(asked.model))
    fact = replace(named(f"list_{asked.model.name}", tree), by_text=True)
    return found(scope.fact(fact))


def written(scope: Scope, asked: SqlCondition) -> Expression:
    """An expression over the entity's columns: `sql:`."""
    return exp.paren(qualified(asked.tree, scope.table), copy=False)


def bucket(scope: Scope, share: KeySample) -> Expression:
    """The bucket of the key lies in the share."""
    place = bucket_of(scope, share.salt)
    if share.first == 0:
        return exp.LT(this=place, expression=number(share.last + 1))
    return exp.Between(this=place, low=number(share.first), high=number(share.last))


def bucket_of(scope: Scope, salt: str) -> Expression:
    """The bucket of the key, 0 to 9999."""
    salted = exp.DPipe(this=text(f"{salt}|"), expression=scope.key_text())
    return call("cdp_bucket", salted)
