"""Checks regular expressions: those of the common subset alone (AUDIENCES.md 1.4, 7.49).

Literals, classes, anchors, groups, alternation and quantifiers. What else RE2, PostgreSQL,
Java and Snowflake know, they do not know alike: it is an error here.
"""

from __future__ import annotations

import re
import warnings

from cdp_activate.audiences.patterns import written_for


def check_pattern(pattern: str, adapter: str) -> tuple[str, str]:
    """What is wrong with a pattern and how to mend it; two empty texts when nothing is.

    Also what this warehouse alone cannot say.
    """
    try:
        common = written_for(pattern, "duckdb")
    except ValueError as error:
        hint = "use literals, classes, anchors, groups, alternation and quantifiers"
        return str(error), hint
    try:
        with warnings.catch_warnings(action="ignore"):
            re.compile(common)
    except (re.error, OverflowError, RecursionError) as error:
        what = getattr(error, "msg", "") or str(error)
        return f"not a regular expression: {what}", "put \\ before a sign that stands for itself"
    try:
        written_for(pattern, adapter)
    except ValueError as error:
        hint = "write the pattern without it, or compute it in a dbt model"
        return f"'matches' with {error} cannot be said on {adapter}", hint
    return "", ""
