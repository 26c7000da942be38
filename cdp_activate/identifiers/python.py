"""One identifier of one person, by the table of rules: what `sql` says, in Python."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache

from cdp_activate.identifiers import phone
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


@cache
def pattern(text: str) -> re.Pattern[str]:
    """A pattern of the table as Python reads it: `$` is the end of the text alone."""
    return re.compile(text.replace("$", r"\Z"), re.ASCII)


def trimmed(value: str) -> str:
    """NFC, without white space at its ends."""
    return pattern(EDGES).sub("", unicodedata.normalize("NFC", value))


def lower(text: str) -> str:
    """Letter by letter, as warehouses do: no word ends differently, no letter becomes two."""
    return text.replace("Σ", "σ").replace("İ", "i").lower()


def _local(text: str) -> str:
    """What stands before the @, without a plus and what follows it."""
    return pattern(r"\+.*$").sub("", pattern("@.*$").sub("", text))


def _domain(text: str) -> str:
    return pattern("^[^@]*").sub("", text)


def _gmail(text: str) -> str:
    """Gmail delivers to one person whatever the dots and whatever follows a plus."""
    if not pattern(GMAIL).search(text):
        return text
    return _local(text).replace(".", "") + _domain(text)


STEPS: Mapping[Step, Callable[[str], str]] = {
    "lower": lower,
    "upper": str.upper,
    "gmail": _gmail,
    "no tag": lambda text: _local(text) + _domain(text),
    "no plus": lambda text: text.removeprefix("+"),
    "no blanks": lambda text: pattern(BLANKS).sub("", text),
    "no digits or marks": lambda text: pattern(DIGITS_OR_MARKS).sub("", text),
    "letters only": lambda text: pattern("[^a-z]").sub("", text),
    "before hyphen": lambda text: pattern("-.*$").sub("", text),
    "not zeros": lambda text: pattern(ZEROS).sub("", text),
}
"""Every step but "phone", which needs a region."""


def normalised(rule: Rule, value: str, region: str | None = None) -> str | None:
    """The value as the platform's rule has it, before it is hashed; None when it is none."""
    text = trimmed(value)
    for step in rule.steps:
        if step != "phone":
            text = STEPS[step](text)
        elif not pattern(CLEAN_PHONE).search(text):
            text = phone.e164(text, region) or ""
    fits = not rule.shape or pattern(rule.shape).search(text)
    return text if text and fits else None


def prepared(rules: RuleSet, identifier: str, value: str, region: str | None = None) -> str | None:
    """What is sent of an identifier: normalised, hashed where the platform wants it.

    None when there is no valid identifier in `value`. What was hashed before is passed on.
    """
    rule = rules.rule(identifier)
    before = lower(trimmed(value))
    if rule.hashed and pattern(DIGEST).search(before):
        return before
    text = normalised(rule, value, region)
    if text is None or not rule.hashed:
        return text
    digest = hashlib.sha256(text.encode())
    if rules.encoding == "base64":
        return base64.b64encode(digest.digest()).decode()
    return digest.hexdigest()
