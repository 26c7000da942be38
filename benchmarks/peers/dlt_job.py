"""One sync with dlt, tuned; `benchmarks/compare_peers.py` runs it in an environment that has dlt.

Arrow in, Parquet between, and files small enough that sixteen workers have something to do. With
`--rows text` the JSON of each row is made by DuckDB, so that Python only joins it; with
`--rows own` a destination gets columns, and dlt's own JSON is made of them.
"""

from __future__ import annotations

import argparse
import os

OPTIONS = argparse.ArgumentParser()
OPTIONS.add_argument("--warehouse", required=True)
OPTIONS.add_argument("--url", required=True)
OPTIONS.add_argument("--list", required=True)
OPTIONS.add_argument("--folder", required=True)
OPTIONS.add_argument("--workers", default="16")
OPTIONS.add_argument("--rows", choices=["text", "own"], default="text")
OPTIONS.add_argument("--sql", action="append", required=True, help="ACTION:SQL")
chosen = OPTIONS.parse_args()

os.environ |= {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "LOAD__WORKERS": chosen.workers,
    "DATA_WRITER__FILE_MAX_ITEMS": "20000",
    "DATA_WRITER__BUFFER_MAX_ITEMS": "20000",
    "NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_LOAD_ID": "false",
}

import dlt  # noqa: E402 (it reads its settings from the environment)
import duckdb  # noqa: E402
import urllib3  # noqa: E402
from dlt.common import json  # noqa: E402

POOL = urllib3.PoolManager(maxsize=int(chosen.workers), block=True)


def main() -> None:
    for number, said in enumerate(chosen.sql):
        action, _, sql = said.partition(":")
        head = f'{{"list": "{chosen.list}", "action": "{action}", "rows": ['

        @dlt.destination(batch_size=1000, loader_file_format="parquet", name="lists")
        def lists(items, table, head=head):  # type: ignore[no-untyped-def]
            if chosen.rows == "own":
                body = head[:-1].encode() + json.dumpb(items.to_pylist()) + b"}"
            else:
                body = (head + ",".join(items.column("said").to_pylist()) + "]}").encode()
            answer = POOL.request("POST", chosen.url, body=body)
            if answer.status != 200:
                raise RuntimeError(answer.status)

        @dlt.resource(name=f"rows_{number}")
        def rows(sql=sql):  # type: ignore[no-untyped-def]
            with duckdb.connect(chosen.warehouse, read_only=True) as connection:
                yield from connection.execute(sql).to_arrow_reader(20_000)

        pipeline = dlt.pipeline(
            f"bench_{number}", destination=lists(), pipelines_dir=chosen.folder, dataset_name="b"
        )
        pipeline.run(rows())


main()
