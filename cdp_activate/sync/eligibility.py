"""From a member to what may be sent: reasons to hold back, and fingerprints.

All of it is SQL, so the runner never sees a value that is not sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from sqlglot import exp

from cdp_activate.audiences.expressions import Expression, column, text
from cdp_activate.identifiers import RuleSet

HELD_ERASED = "erased"
HELD_HOLDOUT = "holdout"
HELD_NO_CONSENT = "no consent"
HELD_SUPPRESSED = "suppressed"
HELD_NO_IDENTIFIER = "no identifier"
HELD_INVALID = "invalid identifier"
HELD_NO_LIST = "no value for per"
HELD_REJECTED = "rejected before"
HELD_SHARED = "same identifiers as another member"
HELD_IN_DOUBT = "sent before, never answered"


def held_back(*in_the_way: tuple[str, Expression | None]) -> Expression:
    """Why a member is not sent, NULL when nothing is in the way. First reason wins.

    Of each reason the condition under which it is one; None: never.
    """
    return exp.Case(
        ifs=[exp.If(this=on, true=text(reason)) for reason, on in in_the_way if on is not None]
    )


def is_enough(rules: RuleSet, identifiers: Mapping[str, Expression]) -> Expression:
    """Whether the identifiers of a row, NULL where invalid, tell the person from others."""
    sets = rules.enough or [(name,) for name in identifiers]
    complete = [one for one in sets if identifiers.keys() >= set(one)]
    return exp.or_(*(exp.and_(*(present(identifiers[name]) for name in one)) for one in complete))


def present(value: Expression) -> Expression:
    return exp.not_(exp.Is(this=value.copy(), expression=exp.null()))


def fingerprint(parts: Mapping[str, str], table: str = "") -> Expression:
    """MD5 over named values: equal exactly when names, values and NULLs are equal.

    Each value is preceded by its length, so no two lists of values read alike; NULL has no
    length. `parts` is the name of each value and its column.
    """
    # The names are the same in every row, and MD5 is faster over few bytes.
    names = hashlib.sha256(repr(list(parts)).encode()).hexdigest()[:8]
    pieces: list[Expression] = [text(names)]
    for of in parts.values():
        value = exp.cast(column(of, table), exp.DataType.Type.TEXT)
        pieces += [exp.Length(this=value.copy()), text(":"), value]
    return exp.MD5(this=exp.Anonymous(this="CONCAT", expressions=pieces))
