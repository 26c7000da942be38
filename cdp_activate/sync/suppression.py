"""Who was erased, and must never be sent again: digests, in SQL and in Python alike.

The digests are of the entity's key and of each identifier the person was sent under, so that
the same person is not sent again under another key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from sqlglot import exp

from cdp_activate.audiences.dialects import call
from cdp_activate.audiences.expressions import Expression, column, text

KEY_KIND = "key"
"""The kind of a digest of an entity's key; any other kind is the name of an identifier."""

IDENTIFYING = ("email", "phone", "external_id", "mobile_ad_id")
"""Identifiers that are one person's alone. A first name or a postcode is of many."""


def digest(entity: str, kind: str, value: str) -> str:
    """SHA-256 of one value, as the table of erasures holds it."""
    return hashlib.sha256(f"{entity}:{kind}:{value}".encode()).hexdigest()


def is_erased(entity: str, values: Mapping[str, Expression]) -> Expression:
    """Whether any of the values (by kind) is one of an erased person, as SQL.

    Kinds that are neither the key nor identifying are not looked at.

    Reads a relation called `erasures`. While it is empty nothing is hashed: ten million
    digests would cost more than the rest of the plan.
    """
    some = exp.GT(
        this=exp.select(exp.Count(this=exp.Star())).from_("erasures").subquery(),
        expression=exp.Literal.number(0),
    )
    erased = [
        exp.In(
            this=exp.Case(
                ifs=[exp.If(this=some.copy(), true=_digest_sql(f"{entity}:{kind}:", value))]
            ),
            query=exp.select(column("digest")).from_("erasures").subquery(),
        )
        for kind, value in values.items()
        if kind in (KEY_KIND, *IDENTIFYING)
    ]
    return exp.paren(exp.or_(*erased))


def _digest_sql(prefix: str, value: Expression) -> Expression:
    as_text = exp.cast(value, exp.DataType.Type.TEXT)
    return call("cdp_sha256", exp.DPipe(this=text(prefix), expression=as_text))
