"""Regular expressions that mean the same on every warehouse (AUDIENCES.md 1.4, 7.49)."""

from __future__ import annotations

import re
import warnings

_NOT_COMMON = re.compile(
    r"\(\?(?!:)|\\[0-9]|\\[kgGzZAQEpPXRKCuUN]|[*+?}]\+|\[\[:|\{\d{4,}|\{\d*,\d{4,}|\{,"
)
"""What RE2, PostgreSQL, Java and Snowflake do not all read alike (AUDIENCES.md 1.4)."""


def check_pattern(pattern: str) -> tuple[str, str]:
    """What is wrong with a pattern and how to mend it; two empty texts when nothing is."""
    try:
        with warnings.catch_warnings(action="ignore"):
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"not a regular expression: {error}", ""
    # An escaped backslash or brace escapes nothing further.
    strange = _NOT_COMMON.search(pattern.replace("\\\\", "__").replace("\\{", "__"))
    if strange:
        hint = "use literals, classes, anchors, groups, alternation and quantifiers"
        return f"'{strange[0]}' does not mean the same on every warehouse", hint
    return "", ""
