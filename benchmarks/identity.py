"""How long identity takes on a million records: a full build, a run without news, one with a few.

    python benchmarks/identity.py [--records 1000000] [--new 1000] [--memory 4GB]

Records are made in DuckDB: six in ten people have one, the others two to four, with an e-mail
address or a telephone in common. The models are run by dbt in a process of its own; times are
those of dbt for each model, without its start; memory is that process's peak.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from identity_bed import Bed  # noqa: E402

PEOPLE = """
insert into crm.people
select
    'c' || r.range, 'p' || person || '@mail.example',
    case when hash(r.range, 'phone') % 10 < 6 then '+49170' || (1000000 + person) end,
    'Name' || (hash(person, 'first') % 2000),
    'Family' || (hash(person, 'last') % 20000),
    date '1940-01-01' + (hash(person, 'birth') % 23000)::int,
    'City' || (hash(person, 'city') % 500), null,
    timestamp '2020-01-01' + to_seconds(r.range)
from range({start}, {stop}) as r,
lateral (select case when hash(r.range, 'again') % 10 < 4
    then hash(r.range, 'of') % greatest(r.range, 1) else r.range end as person)
"""


def run(bed: Bed, memory: str) -> tuple[float, float, int]:
    """Build once: seconds in all, seconds in models, and peak memory in megabytes."""
    command = [
        sys.executable, "-m", "dbt.cli.main", "run", "--select", "+known_customers",
        "+superseded_customers", "+identity_cuts", "--vars",
        json.dumps({"cdp_as_of": "2026-11-01"}), "--project-dir", str(bed.folder),
        "--profiles-dir", str(bed.folder), "--target-path", str(bed.folder / "target"),
        "--log-path", str(bed.folder / "logs"),
    ]  # fmt: skip
    profile = bed.folder / "profiles.yml"
    text = profile.read_text().replace(
        "settings: {TimeZone: UTC}", f"settings: {{TimeZone: UTC, memory_limit: {memory}}}"
    )
    profile.write_text(text)
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout[-3000:])
    results = json.loads((bed.folder / "target" / "run_results.json").read_text())["results"]
    for result in sorted(results, key=lambda one: -one["execution_time"])[:5]:
        print(f"    {result['unique_id'].split('.')[-1]:<32}{result['execution_time']:8.1f} s")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    return time.perf_counter() - began, sum(one["execution_time"] for one in results), peak


def main() -> None:
    """Print the three runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--new", type=int, default=1_000)
    parser.add_argument("--memory", default="4GB")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bed = Bed(Path(folder))
        subprocess.run(
            [sys.executable, "-m", "dbt.cli.main", "--quiet", "seed", "--project-dir", folder,
             "--profiles-dir", folder], check=True, capture_output=True,
        )  # fmt: skip
        bed.execute(PEOPLE.format(start=0, stop=options.records))
        later = options.records + options.new
        for name, more in (
            ("full build", None),
            ("run without news", None),
            (f"run with {options.new:,} new records", (options.records, later)),
        ):
            if more:
                bed.execute(PEOPLE.format(start=more[0], stop=more[1]))
            print(f"{name}:")
            total, models, peak = run(bed, options.memory)
            (people,) = bed.rows("select count(distinct customer_id) from customer_ids")[0]
            print(f"  {models:.1f} s in models, {total:.1f} s in all, peak {peak:,} MB so far;")
            print(f"  {people:,} people")
        with duckdb.connect(str(bed.path)) as connection:
            print(f"{connection.execute('select count(*) from crm.people').fetchall()[0][0]:,}")


if __name__ == "__main__":
    main()
