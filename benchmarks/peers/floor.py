"""The least that a process of Python can do for a first sync. `compare_peers.py` runs it.

DuckDB makes whole bodies, sixteen threads post them. No address is normalised, no consent asked
for, nothing is noted: after it nobody knows what was sent.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import duckdb
import urllib3

THREADS = 16
BODIES = (
    "select string_agg(to_json({key: customer_id, email: email, first_name: first_name, "
    "points: points}), ',') from customers group by rowid // 1000"
)
POOL = urllib3.PoolManager(maxsize=THREADS, block=True)


def main(warehouse: str, url: str, list_name: str) -> None:
    head = f'{{"list": "{list_name}", "action": "upsert", "rows": ['

    def post(rows: str) -> None:
        answer = POOL.request("POST", url, body=f"{head}{rows}]}}".encode())
        if answer.status != 200:
            raise RuntimeError(answer.status)

    with duckdb.connect(warehouse, read_only=True) as connection:
        read = connection.execute(BODIES)

        def bodies() -> Iterator[str]:
            while some := read.fetchmany(THREADS):
                yield from (rows for (rows,) in some)

        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(post, bodies()))


main(*sys.argv[1:])
