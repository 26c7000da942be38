"""Reads and compiles many audiences of ten conditions, then `compile --check` as a command.

Needs a manifest: run `dbt parse --profiles-dir .` at the top of the repository first.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cdp_activate.audiences.dbt import dbt_files
from cdp_activate.audiences.read import read_audiences
from cdp_activate.catalog import load_catalog
from cdp_activate.text import parse

AUDIENCE = """\
audience: drawn_{i}
entity: customer
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
    options = parser.parse_args()
    count = options.audiences
    catalog = load_catalog(options.manifest)
    texts = [
        AUDIENCE.format(i=i, days=i % 90 + 1, weeks=i % 20 + 1, amount=i % 50) for i in range(count)
    ]
    began = _now()
    audiences = read_audiences(parse("---\n".join(texts), "drawn.yml"), catalog)
    _print("read", began, count)
    began = _now()
    files = dbt_files(audiences, catalog)
    _print("compile", began, count)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"files    {len(files):7}    peak memory {memory:.0f} MB")
    with tempfile.TemporaryDirectory() as folder:
        _check(Path(folder), texts, options.manifest)


def _check(folder: Path, texts: list[str], manifest: Path) -> None:
    """The command, process start included: first in full, then with nothing changed."""
    (folder / "dbt_project.yml").write_text("name: cdp_activate\nprofile: none\n")
    for name in ("audiences", "target"):
        (folder / name).mkdir()
    shutil.copy(manifest, folder / "target" / "manifest.json")
    for place, text in enumerate(texts):
        (folder / "audiences" / f"{place}.yml").write_text(text)
    command = [sys.executable, "-c", "from cdp_activate.cli import main; main()"]
    command += ["compile", "--project-dir", str(folder)]
    for name, words in (("write", []), ("check", ["--check"])):
        began = _now()
        subprocess.run([*command, *words], check=True, capture_output=True)
        _print(name, began, len(texts))


def _now() -> tuple[float, float]:
    """Seconds by the clock, and seconds of processor time, of processes that ended too."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return time.perf_counter(), sum(one.ru_utime + one.ru_stime for one in used)


def _print(name: str, began: tuple[float, float], count: int) -> None:
    clock, processor = (now - then for now, then in zip(_now(), began, strict=True))
    each = processor / count * 1000
    print(f"{name:<8} {clock:7.2f} s  processor {processor:7.2f} s  {each:7.2f} ms each")


if __name__ == "__main__":
    main()
