"""What is most often wrong where YAML cannot be read, in words that can be followed."""

from __future__ import annotations

import re
from collections.abc import Sequence

_CONFLICT = re.compile(r"<{7}( |$)")
VARIABLES = (
    "`{{ env_var('NAME') }}` goes in quotes, and is for syncs alone: an audience has no variables"
)
_OPENED = re.compile(r"""[:\-]\s+(["'\[{]).*""")


def conflict(lines: Sequence[str]) -> int | None:
    """The line (from 1) where a merge conflict begins that nobody has resolved."""
    return next((n for n, line in enumerate(lines, 1) if _CONFLICT.match(line)), None)


def remedy(what: str, line: str, column: int) -> str:
    """What to do about the parser's `what` at `column` (from 1) of a line; the likeliest cause."""
    here, before = line[column - 1 : column], line[: column - 1]
    begun = here if here in ("@", "`", "%") else "".join(re.findall(r"(?<!\S)[*&]", before)[-1:])
    if "\t" in line[: len(line) - len(line.lstrip())] or here == "\t":
        return "there is a tab here: indent with spaces"
    if "start any token" in what or "alphabetic or numeric" in what:
        return f"a text that begins with {begun} goes in quotes, an item of a list begins with `- `"
    if "{{" in before and "or '}'" in what:
        return VARIABLES
    if "comment or line break" in what:
        return f"a text that begins with {line.rpartition(': ')[2][:1]} goes in quotes"
    if "mapping values" in what and re.search(r":\s", before):
        return "a text with a colon in it goes in quotes"
    if "mapping values" in what:
        return "this line is further to the right than it may be: align it with the line above"
    if "sequence entries" in what:
        return "a list begins on the line below; a text that begins with - goes in quotes"
    if "mapping keys" in what:
        return "a text that begins with ? goes in quotes"
    if "node content" in what and here == ",":
        return "there is nothing before this comma: take it out, or put it in quotes"
    if "expected '-'" in what:
        return "align this line with the keys of the item above, or begin it with `- `"
    if "expected key" in what and _OPENED.search(before):
        return "a text that begins with a quote or a bracket ends with it: put all of it in quotes"
    if "expected key" in what:
        return "this line stands beside lines of another kind: move it below what it belongs to"
    if "expected ':'" in what:
        return "a line has no colon, this one or the one before: such as `where:`"
    if "end of stream" in what and here in ("'", '"'):
        return "the quote that is opened here is not closed"
    return "check the indentation (spaces, no tabs), the colons and the quotes around here"
