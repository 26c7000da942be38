"""From a member to what may be sent: identifiers made uniform, and reasons to hold back.

All of it is SQL, so the runner never sees a value that is not sent.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from cdp_activate.audiences.expressions import Expression, column, text

HELD_ERASED = "erased"
HELD_HOLDOUT = "holdout"
HELD_NO_CONSENT = "no consent"
HELD_NO_IDENTIFIER = "no identifier"
HELD_INVALID = "invalid identifier"
HELD_REJECTED = "rejected before"

_SHAPES = {
    # One @, no blanks, a dot in the domain: what every platform asks for at least
    # (RFC 5321, 4.1.2, without quoted local parts, which none of them takes).
    "email": r"^[^@[:space:]]+@[^@[:space:]]+[.][^@[:space:].]+$",
    # ITU-T E.164: a plus, a country code, at most 15 digits.
    "phone": r"^[+][1-9][0-9]{6,14}$",
}


def uniform(identifier: str, value: Expression) -> Expression:
    """The value of an identifier as it is sent; NULL when there is nothing in it."""
    trimmed: Expression = exp.Trim(this=exp.cast(value, exp.DataType.Type.TEXT))
    if identifier == "email":
        trimmed = exp.Lower(this=trimmed)
    elif identifier == "phone":
        punctuation = text(r"[ ().\-]")
        trimmed = exp.RegexpReplace(
            this=trimmed, expression=punctuation, replacement=text(""), modifiers=text("g")
        )
    return exp.Nullif(this=trimmed, expression=text(""))


def usable(identifier: str, value: Expression) -> Expression:
    """The uniform value, NULL when its shape is wrong."""
    shape = _SHAPES.get(identifier)
    if shape is None:
        return value
    fits = exp.RegexpLike(this=value.copy(), expression=text(shape))
    return exp.Case(ifs=[exp.If(this=fits, true=value)])


def held_back(
    identifiers: Mapping[str, Expression],
    *,
    erased: Expression,
    variant: Expression,
    consented: Expression | None,
) -> Expression:
    """Why a member is not sent, NULL when nothing is in the way. First reason wins."""
    unusable = [
        exp.Is(this=usable(name, value.copy()), expression=exp.null())
        for name, value in identifiers.items()
    ]
    nothing = [exp.Is(this=value.copy(), expression=exp.null()) for value in identifiers.values()]
    reasons = [
        exp.If(this=erased, true=text(HELD_ERASED)),
        exp.If(this=exp.EQ(this=variant, expression=text("holdout")), true=text(HELD_HOLDOUT)),
    ]
    if consented is not None:
        reasons.append(exp.If(this=exp.not_(consented), true=text(HELD_NO_CONSENT)))
    reasons.append(exp.If(this=exp.and_(*nothing), true=text(HELD_NO_IDENTIFIER)))
    reasons.append(exp.If(this=exp.and_(*unusable), true=text(HELD_INVALID)))
    return exp.Case(ifs=reasons)


def fingerprint(parts: Mapping[str, str], table: str = "") -> Expression:
    """MD5 over named values: equal exactly when names, values and NULLs are equal.

    Each value is preceded by its length, so no two lists of values read alike.
    `parts` is the name of each value and its column.
    """
    pieces: list[Expression] = []
    for name, of in parts.items():
        value = exp.cast(column(of, table), exp.DataType.Type.TEXT)
        length = exp.cast(exp.Length(this=value.copy()), exp.DataType.Type.TEXT)
        measured = exp.DPipe(this=exp.DPipe(this=length, expression=text(":")), expression=value)
        pieces.append(text(f"{len(name)}:{name}="))
        pieces.append(exp.Coalesce(this=exp.paren(measured, copy=False), expressions=[text("-")]))
    if not pieces:
        pieces = [text("")]
    joined = pieces[0]
    for piece in pieces[1:]:
        joined = exp.DPipe(this=joined, expression=piece)
    return exp.MD5(this=exp.paren(joined, copy=False))
