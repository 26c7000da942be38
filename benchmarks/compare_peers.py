"""The same job by this project, by drt 1.2.1 and by dlt 1.31: one table.

A first sync of `--members` people in batches of 1,000 to a receiver on this machine, without
latency and with `--latency` milliseconds; then a hundredth of them changes (half of it new
values, a quarter leaves, a quarter comes). Seconds are those of the whole process, started
as a user starts it; busy is what it used of the processor, memory its peak. Whether the final
list is right is judged by the receiver, row by row.

The others are tuned in their favour, in two forms. "own templates" and "own rows" use what they
are made of: rows as the tool gives them, put into JSON by drt's template or dlt's own encoder,
every setting at its best. In the other form more is done for them than anybody does:
the JSON of each row is made by DuckDB. In both nothing is paced, drt holds 100,000 rows at once
(and is also cut by hand into sixteen syncs side by side), and dlt has sixteen workers. Neither
removes anyone from such a list, or knows what it sent: they send everybody again, and removals
come from a copy of the list's last state that the user keeps. With "diff" the user's SQL compares
with that copy and they send only what it says; what a platform rejected is then lost for good.

"floor" is no tool: it reads and posts and does nothing else, the least that Python can do.

Nobody sets the others up like that. `--documented` adds drt as its documentation has it, over so
many people (a hundredth of them where it sends a row a request): it calls ten times a second.

Makes an environment for each with pip, under `--environments`, once.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from light_receiver import forget, light_receiver, received
from peer_tools import HERE, Bench, Dlt, Documented, Drt, Floor, Measured, Ours

import cdp_activate

NEEDS = {
    Ours.name: ["--editable", str(HERE.parent)],
    "drt": ["drt-core[duckdb]==1.2.1"],
    "dlt": ["dlt==1.31.0", "duckdb>=2", "pyarrow", "urllib3"],
}


def make_environments(folder: Path) -> None:
    """A virtual environment for each, as a user has it, where it is missing.

    What pip installs is compiled to bytecode; ours runs from its sources, so it is compiled here.
    """
    for name, packages in NEEDS.items():
        python = folder / name / "bin" / "python"
        if (folder / name / ".ready").exists():
            continue
        subprocess.run([sys.executable, "-m", "venv", str(folder / name)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *packages], check=True)
        (folder / name / ".ready").touch()
    sources = str(Path(cdp_activate.__file__).parent)
    ours = str(folder / Ours.name / "bin" / "python")
    subprocess.run([ours, "-m", "compileall", "-q", sources], check=True)


@contextmanager
def bench(options: argparse.Namespace, latency: float) -> Iterator[Bench]:
    with light_receiver(latency) as url, tempfile.TemporaryDirectory() as folder:
        yield Bench(options, Path(folder), url)


def compare(options: argparse.Namespace, latency: float) -> list[Measured]:
    """The first sync and the change, by everybody, at one latency."""
    lines = []
    with bench(options, latency) as here:
        after = f"{latency:g} ms" if latency else "no latency"
        for kind in (Ours, Floor, Drt, Dlt):
            if kind.name not in options.only:
                continue
            here.build()
            tool = kind(here)
            for who, commands in tool.first():
                forget(here.url)
                lines.append(here.measure(who, f"first, {after}", commands))
            here.change()
            for number, (who, commands) in enumerate(tool.second()):
                if number:
                    # The list is brought back to what it was before the change.
                    here.build()
                    forget(here.url)
                    here.measure(f"{who} (again)", "", list(tool.first())[-1][1])
                    here.change()
                before = received(here.url)["requests"]
                lines.append(here.measure(who, f"1% changed, {after}", commands, before))
    return lines


def as_documented(options: argparse.Namespace) -> None:
    """drt without our tuning, and us, over fewer people: it is paced."""
    sizes = {"a row": max(1, options.documented // 100), "batches": options.documented}
    for form, members in sizes.items():
        few = argparse.Namespace(**{**vars(options), "members": members})
        with bench(few, 0) as here:
            here.build()
            job = f"first, {members:,} people"
            jobs = [*Ours(here).first(), *Documented(here).forms()]
            for who, commands in jobs:
                if who == Ours.name or who.endswith(form):
                    forget(here.url)
                    here.measure(who, job, commands)


def ratios(lines: list[Measured]) -> None:
    """How many times longer the others take."""
    print()
    for job in dict.fromkeys(line.job for line in lines):
        mine = [line for line in lines if line.job == job and line.who == Ours.name]
        for line in lines:
            if line.job == job and mine and line.who != Ours.name:
                print(f"{job:22} {line.who:24} {line.seconds / mine[0].seconds:8.1f} times ours")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--latency", type=float, default=50, help="milliseconds")
    parser.add_argument("--threads", type=int, default=16, help="requests of ours at once")
    parser.add_argument("--memory", default="120MB", help="DuckDB's limit in ours")
    parser.add_argument(
        "--documented", type=int, default=20_000, help="people for drt as documented; 0: none"
    )
    parser.add_argument("--environments", type=Path, default=HERE / "peers" / ".environments")
    parser.add_argument("--only", nargs="*", default=["cdp-activate", "floor", "drt", "dlt"])
    options = parser.parse_args()
    options.environments = options.environments.resolve()
    make_environments(options.environments)
    print(f"{options.members:,} members, 1,000 a request")
    print(
        f"{'job':22} {'who':24} {'seconds':>8} {'busy':>8} {'rows/s':>10} {'requests':>9} "
        f"{'memory':>10}  list"
    )
    lines = compare(options, 0) + compare(options, options.latency)
    ratios(lines)
    if options.documented and "drt" in options.only:
        print()
        as_documented(options)


if __name__ == "__main__":
    main()
