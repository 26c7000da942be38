"""Reads and compiles many audiences of ten conditions.

Needs a manifest: run `dbt parse --profiles-dir .` at the top of the repository first.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

from cdp_activate.audiences.dbt import dbt_files
from cdp_activate.audiences.read import read_audiences
from cdp_activate.catalog import Catalog
from cdp_activate.text import parse

AUDIENCE = """\
audience: drawn_{i}
where:
  - {{trait: country, in: [DE, VN, IE]}}
  - {{trait: lifetime_value, gte: {i}}}
  - {{event: order_placed, within: {days} days}}
  - not: {{event: email_opened, within: 30 days}}
  - any:
      - {{trait: nps_score, gte: 9}}
      - event: product_bought
        sum: {{of: net_amount, gte: {amount}}}
        within: {weeks} weeks
  - {{consent: email_marketing}}
  - {{stage: [decision, purchase, retention]}}
  - {{trait: created_at, older_than: {days} days}}
  - {{sample: {{percent: 50}}}}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--audiences", type=int, default=1_000)
    parser.add_argument("--manifest", type=Path, default=Path("target/manifest.json"))
    count = parser.parse_args().audiences
    catalog = Catalog.load(parser.parse_args().manifest)
    text = "---\n".join(
        AUDIENCE.format(i=i, days=i % 90 + 1, weeks=i % 20 + 1, amount=i % 50) for i in range(count)
    )
    started = time.perf_counter()
    audiences = read_audiences(parse(text, "drawn.yml"), catalog)
    read = time.perf_counter()
    files = dbt_files(audiences, catalog)
    done = time.perf_counter()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"read     {read - started:7.2f} s  {(read - started) / count * 1000:7.2f} ms each")
    print(f"compile  {done - read:7.2f} s  {(done - read) / count * 1000:7.2f} ms each")
    print(f"files    {len(files):7}    peak memory {memory:.0f} MB")


if __name__ == "__main__":
    main()
