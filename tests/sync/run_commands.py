"""`cdp-activate sync`, many times, each in a process of its own that can be killed.

Loading everything takes longer than a run, so it is done once: each line read starts a copy of
this process that runs the command. Says its number, then its exit code (negative: the signal)
when it is no more.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

from cdp_activate.cli import main

# What the command loads when it is needed.
LOADED = """
cdp_activate.project cdp_activate.catalog.manifest cdp_activate.cli.sync cdp_activate.sync.run
cdp_activate.sync.alerts cdp_activate.sync.telemetry sqlglot.dialects.duckdb pyarrow urllib3
""".split()


def run(arguments: list[str]) -> int:
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    sys.argv = ["cdp-activate", *arguments]
    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def serve() -> None:
    for name in LOADED:
        import_module(name)
    for _ in sys.stdin:
        number = os.fork()
        if number == 0:
            os._exit(run(sys.argv[1:]))
        say(number)
        say(os.waitstatus_to_exitcode(os.waitpid(number, 0)[1]))


def say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve()
