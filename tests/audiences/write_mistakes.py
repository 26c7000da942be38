"""Writes docs/mistakes.md: each mistake that the tests make, what is said, and the remedy.

python tests/audiences/write_mistakes.py
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from mistake_worlds import problems  # noqa: E402
from mistakes import MISTAKES, Mistake  # noqa: E402

PAGE = HERE.parents[1] / "docs" / "mistakes.md"
LONGEST = 110
TITLE = """# Mistakes in audiences, and their remedies

What is written, what `cdp-activate compile` says of it, and what to do. Each mistake is shown with
its file, line, column and the line itself; all of a file's mistakes are shown at once. A test makes
every one of them, in a small shop, or one without what the remedy adds. Written by
`make docs`, checked by a test. Warnings, which stop nothing, are not here.
"""


def document() -> str:
    """docs/mistakes.md."""
    parts = [TITLE]
    for heading, mistakes in MISTAKES.items():
        rows = "\n".join(row(mistake) for mistake in mistakes)
        parts.append(
            f"## {heading}\n\n| written | what is wrong | remedy |\n| --- | --- | --- |\n{rows}\n"
        )
    return "\n".join(parts)


def row(mistake: Mistake) -> str:
    problem = problems(mistake.text, mistake.project)[0]
    written = "<br>".join(f"`{cell(line)}`" for line in mistake.written.splitlines())
    return f"| {written} | {cell(problem.message)} | {cell(problem.hint) or 'as it says'} |"


def cell(text: str) -> str:
    """The text on one line of a table, cut where it is long."""
    short = text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " ..."
    return short.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    PAGE.write_text(document(), encoding="utf-8")
