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
HELD_NO_IDENTIFIER = "no identifier"
HELD_INVALID = "invalid identifier"
HELD_NO_LIST = "no value for per"
HELD_REJECTED = "rejected before"
HELD_IN_DOUBT = "sent before, never answered"


def held_back(
    *,
    erased: Expression,
    variant: Expression,
    consented: Expression | None,
    given: Expression,
    enough: Expression,
    listed: Expression | None = None,
) -> Expression:
    """Why a member is not sent, NULL when nothing is in the way. First reason wins.

    `given`: whether any identifier has a value; `enough`: whether those that are valid tell
    the person from others; `listed`: whether there is a list for the person.
    """
    reasons = [
        exp.If(this=erased, true=text(HELD_ERASED)),
        exp.If(this=exp.EQ(this=variant, expression=text("holdout")), true=text(HELD_HOLDOUT)),
    ]
    if consented is not None:
        reasons.append(exp.If(this=exp.not_(consented), true=text(HELD_NO_CONSENT)))
    reasons.append(exp.If(this=exp.not_(given), true=text(HELD_NO_IDENTIFIER)))
    reasons.append(exp.If(this=exp.not_(exp.paren(enough)), true=text(HELD_INVALID)))
    if listed is not None:
        reasons.append(exp.If(this=exp.not_(listed), true=text(HELD_NO_LIST)))
    return exp.Case(ifs=reasons)


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
