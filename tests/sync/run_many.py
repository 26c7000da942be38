"""Runs of a sync, each in a process of its own that can be killed: `run_many.py FOLDER`.

Loading everything takes longer than a run, so it is done once: each line read starts a copy
of this process that runs the sync. Says its number, then "ended" when it is no more.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bed import AS_OF

from cdp_activate.project import Project
from cdp_activate.sync.run import run_sync


def run(folder: Path) -> None:
    project = Project.at(folder, profiles=folder)
    with project.warehouse() as warehouse:
        run_sync(project.syncs["vips_to_mail"], project.catalog, warehouse, as_of=AS_OF)


def main() -> None:
    for _ in sys.stdin:
        number = os.fork()
        if number == 0:
            run(Path(sys.argv[1]))
            os._exit(0)
        say(str(number))
        os.waitpid(number, 0)
        say("ended")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
