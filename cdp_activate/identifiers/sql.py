"""Identifiers by the table of rules, as SQL: what `python` says, in the warehouse.

Telephone numbers that are not written in E.164 are looked up: reading them takes the number plans
of all countries, which are in Python (`phone`), so whoever asks has a table of them made before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlglot import exp

from cdp_activate.audiences.dialects import call
from cdp_activate.audiences.expressions import Expression, text
from cdp_activate.identifiers.rules import (
    BLANKS,
    CLEAN_PHONE,
    DIGEST,
    DIGITS_OR_MARKS,
    EDGES,
    GMAIL,
    ZEROS,
    Rule,
    RuleSet,
    Step,
)


def replaced(value: Expression, pattern: str) -> Expression:
    """The text without what matches."""
    return call("cdp_without", value, text(pattern))


def matches(value: Expression, pattern: str) -> Expression:
    return call("cdp_matches", value, text(pattern))


def trimmed(value: Expression) -> Expression:
    """A column as text in NFC, without white space at its ends; NULL when nothing is left."""
    as_text = call("cdp_nfc", exp.cast(value, exp.DataType.Type.TEXT))
    return exp.Nullif(this=call("cdp_trimmed", as_text, text(EDGES)), expression=text(""))


def _local(value: Expression) -> Expression:
    """What stands before the @, without a plus and what follows it."""
    return replaced(replaced(value.copy(), "@.*$"), r"\+.*$")


def _domain(value: Expression) -> Expression:
    return replaced(value.copy(), "^[^@]*")


def _gmail(value: Expression) -> Expression:
    local = exp.func("replace", _local(value), text("."), text(""))
    whole = exp.DPipe(this=local, expression=_domain(value))
    is_gmail = matches(value.copy(), GMAIL)
    return exp.Case(ifs=[exp.If(this=is_gmail, true=whole)], default=value)


STEPS: Mapping[Step, Callable[[Expression], Expression]] = {
    "lower": lambda value: call("cdp_lower", value),
    "upper": lambda value: exp.Upper(this=value),
    "gmail": _gmail,
    "no tag": lambda value: exp.DPipe(this=_local(value), expression=_domain(value)),
    "no plus": lambda value: replaced(value, r"^\+"),
    "no blanks": lambda value: replaced(value, BLANKS),
    "no digits or marks": lambda value: replaced(value, DIGITS_OR_MARKS),
    "letters only": lambda value: replaced(value, "[^a-z]"),
    "before hyphen": lambda value: replaced(value, "-.*$"),
    "not zeros": lambda value: replaced(value, ZEROS),
}


def is_clean_phone(value: Expression) -> Expression:
    """Whether a trimmed telephone number is in E.164, as far as can be seen without its plan."""
    return matches(value.copy(), CLEAN_PHONE)


def _phone(value: Expression, looked_up: Expression | None) -> Expression:
    clean = exp.If(this=is_clean_phone(value), true=value.copy())
    return exp.Case(ifs=[clean], default=looked_up and looked_up.copy())


def normalised(rule: Rule, value: Expression, looked_up: Expression | None = None) -> Expression:
    """The trimmed `value` as the rule has it, before it is hashed; NULL when it is none."""
    done = value
    for step in rule.steps:
        done = _phone(done, looked_up) if step == "phone" else STEPS[step](done)
    if not rule.shape:
        return exp.Nullif(this=done, expression=text("")) if rule.steps else done
    return exp.Case(ifs=[exp.If(this=matches(done.copy(), rule.shape), true=done)])


def prepared(
    rules: RuleSet, identifier: str, value: Expression, looked_up: Expression | None = None
) -> Expression:
    """What is sent of an identifier whose column is `value`, trimmed; NULL when it is none.

    `looked_up` is the number in E.164 of a telephone number that is written otherwise.
    """
    rule = rules.rule(identifier)
    plain = normalised(rule, value.copy(), looked_up)
    if not rule.hashed:
        return plain
    digest = "cdp_sha256" if rules.encoding == "hex" else "cdp_sha256_base64"
    before = call("cdp_lower", value)
    cases = [exp.If(this=matches(before.copy(), DIGEST), true=before)]
    return exp.Case(ifs=cases, default=call(digest, plain))
