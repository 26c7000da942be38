"""Writes the pages of docs/ that say what destinations and identifier rules are.

python tests/destinations/write_pages.py
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "identifiers"), str(HERE.parent)]

from contracts import contracts  # noqa: E402
from differences import DIFFERENCES  # noqa: E402
from test_identifier_rules import vectors  # noqa: E402

from cdp_activate.destination_facts import WRITTEN_BY, page  # noqa: E402
from cdp_activate.destinations import destination_class, destination_types  # noqa: E402
from cdp_activate.identifiers.rules import RULE_SETS, VERSION  # noqa: E402
from cdp_activate.testing import DestinationContract, HttpDestinationContract  # noqa: E402

DOCS = HERE.parents[1] / "docs"
TEMPLATES = HERE.parents[1] / "cdp_activate" / "templates"
PROOFS_PAGE = DOCS / "destinations" / "proofs.md"
IDENTIFIERS = f"""# Identifiers

{WRITTEN_BY}

Platforms find people by digests of what identifies them, so every letter counts. How each wants
an identifier is a table of rules in `cdp_activate/identifiers/rules.py`, version {VERSION}, each
with its source; a destination names its rules. The plan's SQL normalises and hashes in the
warehouse, on DuckDB, PostgreSQL, Spark, Snowflake and BigQuery alike; tests compare it with a plain
reading in Python.

* First comes Unicode form NFC; then white space and characters without a width go at both ends.
  Spark and Snowflake cannot compose letters: text with marks of its own is no identifier there.
* What is not valid is not sent: the row goes by its other identifiers, or is held back as
  `invalid identifier`.
* Nothing is never hashed: an empty value is no identifier, nor is what is empty after its steps.
* Nothing is hashed twice: 64 hexadecimal digits are passed on where a SHA-256 is wanted.
* Telephone numbers that are not in E.164 yet are read by Google's number plans
  ([phonenumbers](https://pypi.org/project/phonenumbers/)), local ones in the `region` of the row or
  the `default_region` of the sync. A plan reads each of those once, in Python, into a table of its
  session, and looks them up there.
* Where a platform's page and its own library disagree, the library's outcome is ours. Google's page
  takes blanks out of an address, its library refuses the address: it is held back. Meta's page
  wants names without punctuation, its library keeps it: it is kept. TikTok has no library; its page
  takes a plus and what follows it out of every address.

What it costs on DuckDB, beside `sha256` of the values as they are, in seconds of the processor
(`benchmarks/identifiers.py --rows 200000`, 29 November 2026): addresses 1.1 to 2.9 times, names
3.4 times, numbers in E.164 8.6 times, whose form is asked before the plan and in it. A local number
takes 10 microseconds, one that is written otherwise 51; each is remembered while the process lasts.
"""


def identifiers() -> str:
    """docs/identifiers.md."""
    lines = [IDENTIFIERS, "## The rules", ""]
    lines += ["| rules | identifier | steps | sent as | source |", "|---|---|---|---|---|"]
    for rules in RULE_SETS.values():
        for name, rule in rules.rules.items():
            sent = f"SHA-256, {rules.encoding}" if rule.hashed else "plain"
            steps = ", ".join(rule.steps) or "trimmed"
            lines.append(f"| {rules.name} | `{name}` | {steps} | {sent} | {rule.source} |")
    lines += ["", "## Where ours differ from the platforms' own libraries", ""]
    lines += [
        "Found by 10,000 generated values for each library; a test knows every difference.",
        "",
    ]
    lines += ["| library | identifier | value | ours | theirs | why |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {one.library} | {one.identifier} | {one.of} | {one.ours} | {one.theirs} | {one.why} |"
        for one in DIFFERENCES
    ]
    return "\n".join(lines) + "\n"


PROOFS = f"""# What each destination is proven by

{WRITTEN_BY}

* *contract*: cases of `cdp_activate.testing` that its test class runs, all of which pass.
* *own cases*: what the class proves beside them.
* *calls checked*: operations whose requests and answers are checked in process against the
  platform's own description (for Google the protobufs of its package); 0 where it publishes none.
* *limits*: limits of the platform kept as data, each with its source.
* *vectors*: test vectors of identifiers, of the vendor or its library, that its rules pass in
  Python, on DuckDB and on PostgreSQL.
* *lines*: of its one file, to the nearest ten.

The calls that are checked in process also go over the wire once, to servers that speak the
platforms' own OpenAPI descriptions (`tests/destinations/test_on_the_wire.py`, after `make prism`,
which needs npm). Google publishes protobufs, and Meta, LinkedIn, Brevo, Zalo and Slack publish
nothing that could be served: their calls go over sockets to the emulators alone, and Brevo's are
compared with those of its own client.

One command syncs the demo's audiences to all of them, messages included (`tests/test_demo.py`).
"""


def proofs() -> str:
    """docs/destinations/proofs.md."""
    lines = [PROOFS, "| type | contract | own cases | calls checked | limits | vectors | lines |"]
    lines.append("|---|---:|---:|---:|---:|---:|---:|")
    shared = {name for one in (DestinationContract, HttpDestinationContract) for name in dir(one)}
    for name, test in sorted(contracts().items()):
        kind = destination_class(name)
        cases = {one for one in dir(test) if one.startswith("test_") and getattr(test, one)}
        passed = [one for one in vectors() if one[0] == kind.rules]
        length = round(len(Path(inspect.getfile(kind)).read_text("utf-8").splitlines()), -1)
        figures = (
            len(cases & shared), len(cases - shared), len(getattr(test, "operations", ())),
            len(kind.limits), len(passed) or "-", length,
        )  # fmt: skip
        lines.append(f"| `{name}` | {' | '.join(map(str, figures))} |")
    smallest, its_test = (
        len((TEMPLATES / f"{name}.py.txt").read_text("utf-8").splitlines())
        for name in ("postbox", "test_postbox")
    )
    lines += [
        "",
        f"One more takes one file and one test. The smallest is what `destinations new` writes: "
        f"{smallest} lines, and a test of {its_test} with its platform in it, which passes the "
        "contract as it is ([how to write one](../writing-a-destination.md)).",
    ]
    return "\n".join(lines) + "\n"


def pages() -> dict[Path, str]:
    """Every page that is written, by its place."""
    found = {DOCS / "destinations" / f"{one}.md": page(one) for one in destination_types()}
    if vectors():  # else their number is not known here
        found[PROOFS_PAGE] = proofs()
    return {**found, DOCS / "identifiers.md": identifiers()}


if __name__ == "__main__":
    for place, text in pages().items():
        place.parent.mkdir(exist_ok=True)
        place.write_text(text, encoding="utf-8")
