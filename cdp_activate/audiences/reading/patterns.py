"""Checks regular expressions: those of the common subset alone (AUDIENCES.md 1.4, 7.49).


Literals, classes, anchors, groups, alternation and quantifiers. What else RE2, PostgreSQL,
Java and Snowflake know, they do not know alike: it is an error here.
"""

from __future__ import annotations

import re
import warnings

from cdp_activate.audiences.patterns import parts_of


def check_pattern(pattern: str) -> tuple[str, str]:
    """What is wrong with a pattern and how to mend it; two empty texts when nothing is."""
    try:
        with warnings.catch_warnings(action="ignore"):
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"not a regular expression: {error}", "put \\ before a sign that stands for itself"
    try:
        parts_of(pattern)
    except ValueError as error:
        hint = "use literals, classes, anchors, groups, alternation and quantifiers"
        return str(error), hint
    return "", ""
