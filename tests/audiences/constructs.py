"""The table of constructs: an audience each, its SQL in every dialect, and what is tested.

python tests/audiences/constructs.py   # writes golden/constructs, golden/words.md and
                                       # docs/constructs.md
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from neighbours import catalog, sql_of  # noqa: E402
from random_audiences import written  # noqa: E402
from random_conditions import CONSTRUCTS  # noqa: E402
from reading.plain_yaml import documents  # noqa: E402

from cdp_activate.audiences.dialects import DIALECTS  # noqa: E402
from cdp_activate.audiences.explaining.words import explain  # noqa: E402
from cdp_activate.audiences.read import read_audiences  # noqa: E402
from cdp_activate.errors import SourceErrors  # noqa: E402
from cdp_activate.text import parse  # noqa: E402

FOLDER = HERE / "golden" / "constructs"
WORDS = HERE / "golden" / "words.md"
TABLE = HERE.parents[1] / "docs" / "constructs.md"
EXECUTED = ("duckdb", "postgres")
NAMES = {
    "duckdb": "DuckDB", "postgres": "PostgreSQL", "spark": "Spark", "snowflake": "Snowflake",
    "bigquery": "BigQuery",
}  # fmt: skip
HEAD = """# Constructs and warehouses

One audience a construct, in `tests/audiences/constructs.yml`. Its SQL for each warehouse is
a golden file, which the parser of that dialect reads back; on DuckDB and PostgreSQL it also runs.
*Random* names what draws the construct in `make test-nightly`, which compares members on DuckDB and
PostgreSQL with a plain reading of the language. Written by `make golden`, checked by a test.

"""


@cache
def table() -> dict[str, dict[str, Any]]:
    """name -> the parts of its audience, and `drawn`."""
    (found,) = documents((HERE / "constructs.yml").read_text(encoding="utf-8"))
    return dict(found)


def text_of(name: str) -> str:
    """The construct's audience, `tested`, as YAML."""
    parts = {key: one for key, one in table()[name].items() if key not in ("drawn", "other")}
    tested = {"audience": "tested", **parts}
    other = {"audience": "other", "where": {"trait": "active", "is": True}}
    return written(tested, other) if table()[name].get("other") else written(tested)


def sql(name: str, dialect: str) -> str:
    """The SQL, or a comment with the sentence that refuses it."""
    try:
        return sql_of(text_of(name), dialect)
    except SourceErrors as error:
        return f"-- refused: {error.problems[0].message}"


@cache
def golden(name: str) -> str:
    """The golden file: a section for each dialect."""
    return "".join(f"-- dialect: {dialect}\n{sql(name, dialect)};\n\n" for dialect in DIALECTS)


def sections(text: str) -> dict[str, str]:
    """dialect -> SQL of a golden file."""
    parts = text.split("-- dialect: ")[1:]
    return {
        dialect: body.strip().removesuffix(";")
        for dialect, body in (part.split("\n", 1) for part in parts)
    }


def cell(name: str, dialect: str) -> str:
    found = sections(golden(name))[dialect]
    if found.startswith("-- refused"):
        return "refused"
    return "golden, executed" if dialect in EXECUTED else "golden"


def document() -> str:
    """docs/constructs.md."""
    head = ["construct", *(NAMES[dialect] for dialect in DIALECTS), "random"]
    lines = [head, ["---"] * len(head)]
    for name, parts in table().items():
        cells = [cell(name, dialect) for dialect in DIALECTS]
        lines.append([f"`{name}`", *cells, str(parts["drawn"])])
    rows = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    refused = [
        f"* `{name}`, {NAMES[dialect]}: {sql(name, dialect).removeprefix('-- refused: ')}"
        for name in table()
        for dialect in DIALECTS
        if cell(name, dialect) == "refused"
    ]
    end = "\n\nRefused, with the sentence that says so:\n\n" + "\n".join(refused) if refused else ""
    return f"{HEAD}{rows}{end}\n"


def words() -> str:
    """golden/words.md: every construct in plain English."""
    known = catalog()
    said = []
    for name in table():
        audiences = read_audiences(parse(text_of(name), "tested.yml"), known)
        said.append(f"## {name}\n\n" + "\n".join(explain(audiences["tested"]).lines()))
    return "\n\n".join(said) + "\n"


def drawn_names() -> set[str]:
    return {*CONSTRUCTS, "everywhere"}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.sql"):
        if path.stem not in table():
            path.unlink()
    for name in table():
        (FOLDER / f"{name}.sql").write_text(golden(name), encoding="utf-8")
    WORDS.write_text(words(), encoding="utf-8")
    TABLE.write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    main()
