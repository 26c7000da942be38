"""What it costs to normalise and hash identifiers in DuckDB, beside hashing them as they are.

python benchmarks/identifiers.py --rows 1000000

Addresses and numbers are drawn at random, all different, the worst for the memory of numbers
that were read before. Each row of the table is one statement over all of them, run after one
that reads the same columns, and of telephone numbers what reads them before it. The ratio is to
`sha256(value)`. Seconds are of the processor, of all threads together, so that what else the
machine does counts little.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlglot import exp

from cdp_activate.audiences.expressions import column
from cdp_activate.audiences.render import write
from cdp_activate.identifiers import rule_set, sql
from cdp_activate.sync.phone_numbers import NUMBER, looked_up, read_numbers, written_otherwise
from cdp_activate.warehouse.duckdb import DuckDBWarehouse

VALUE, REGION = column("value"), column("region")

SHAPES = {
    "email": "'Person.' || place || '@Example.com'",
    "clean phone": "'+849' || lpad(cast(place as varchar), 8, '0')",
    "local phone": "'09' || lpad(cast(place as varchar), 8, '0')",
    "other phone": "'(+84) 9' || lpad(cast(place as varchar), 8, '0')",
    "first_name": "'Nguyễn ' || place",
}
CASES = [
    ("email", "email", "plain"), ("email", "email", "meta"), ("email", "email", "google"),
    ("first_name", "first_name", "meta"), ("clean phone", "phone", "meta"),
    ("local phone", "phone", "meta"), ("other phone", "phone", "meta"),
]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with TemporaryDirectory() as folder, DuckDBWarehouse(Path(folder) / "x.duckdb") as warehouse:
        print(f"{rows:,} rows\n\n| values | rules | seconds | times sha256(value) |")
        print("|---|---|---|---|")
        for values, identifier, rules in CASES:
            shape = SHAPES[values]
            warehouse.run(
                f"create or replace table given as select {shape} as value, 'VN' as region "
                f"from range({rows}) as numbers (place)"
            )
            plain = min(_seconds(warehouse, "select max(sha256(value)) from given") for _ in "123")
            taken = _looking_up(warehouse) if identifier == "phone" else 0.0
            taken += _seconds(warehouse, _statement(identifier, rules))
            print(f"| {values} | {rules} | {taken:.2f} | {taken / plain:.1f} |")


def _statement(identifier: str, rules: str) -> str:
    ready = sql.prepared(rule_set(rules), identifier, VALUE, NUMBER)
    select = exp.select(exp.Max(this=ready)).from_("trimmed").with_("trimmed", as_=_trimmed())
    if identifier == "phone":
        select = looked_up(select, VALUE, REGION)
    return write(select, "duckdb", lambda node: node)


def _looking_up(warehouse: DuckDBWarehouse) -> float:
    """Seconds of reading those that are not in E.164."""
    query = written_otherwise(VALUE, REGION, "trimmed").with_("trimmed", as_=_trimmed())
    started = time.process_time()
    read_numbers(warehouse, write(query, "duckdb", lambda node: node))
    return time.process_time() - started


def _trimmed() -> exp.Select:
    return exp.select(exp.alias_(sql.trimmed(VALUE), "value"), REGION).from_("given")


def _seconds(warehouse: DuckDBWarehouse, statement: str) -> float:
    started = time.process_time()
    warehouse.rows(statement)
    return time.process_time() - started


if __name__ == "__main__":
    main()
