"""A PostgreSQL server of the tests' own, started from its binaries and thrown away.

It listens on a socket in its own folder, never on the network, and does not care for
durability: where memory is ample its files are there. PostgreSQL refuses to run as root, so
root starts it as `nobody`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2

_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "''",
    "shared_buffers": "256MB",
    "work_mem": "64MB",
    "max_wal_size": "1GB",
    "timezone": "UTC",
}


@dataclass(frozen=True)
class Server:
    """Where the server listens: a folder with its socket."""

    socket: str
    user: str = "tester"

    def connect(self, database: str = "postgres") -> psycopg2.extensions.connection:
        """A connection that commits each statement."""
        connection = psycopg2.connect(host=self.socket, user=self.user, dbname=database)
        connection.autocommit = True
        return connection

    def create_database(self, name: str) -> str:
        """A new, empty database whose text is ordered by code point. Gives its name back."""
        connection = self.connect()
        with connection.cursor() as cursor:
            cursor.execute(f'create database "{name}" template template0 encoding "UTF8"')
        connection.close()
        return name


def binaries() -> Path | None:
    """The folder with `initdb` and `postgres`: on the path, or where Debian puts the newest."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    places = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max(
        (place.parent for place in places), key=lambda one: int(one.parent.name), default=None
    )


def _memory() -> Path | None:
    """Files in memory, where a hundred databases are made in a fraction of the time."""
    shared = Path("/dev/shm")
    ample = shared.is_dir() and shutil.disk_usage(shared).free > 8 * 2**30
    return shared if ample else None


@contextmanager
def running() -> Iterator[Server]:
    """Start a server and stop it at the end. `binaries()` must have found some."""
    commands = binaries()
    assert commands is not None
    # Not below pytest's temporary folder, which other users may not enter.
    folder = Path(tempfile.mkdtemp(prefix="cdp_postgres_", dir=_memory()))
    owner: dict[str, int] = {}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        owner = {"user": nobody.pw_uid, "group": nobody.pw_gid}
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    server = Server(str(folder))

    def run(command: str, *arguments: str) -> None:
        subprocess.run(
            [str(commands / command), "-D", str(folder / "data"), *arguments],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            **owner,  # type: ignore[arg-type]
        )

    try:
        run(
            "initdb", "--auth=trust", f"--username={server.user}", "--encoding=UTF8",
            "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        options = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
        options += f" -c unix_socket_directories={folder}"
        run("pg_ctl", "start", "--wait", "--silent", f"--log={folder / 'log'}", "-o", options)
        try:
            yield server
        finally:
            run("pg_ctl", "stop", "--mode=immediate", "--silent")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
