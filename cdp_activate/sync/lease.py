"""One run of a sync at a time: a row in the warehouse that says who, and until when.

A run that gives no sign of life loses it; whoever comes next may take it. So a run asks
before each write whether it still has it: two never write side by side.
"""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta

from cdp_activate.errors import BusyError
from cdp_activate.sync.tables import now
from cdp_activate.warehouse.base import Warehouse

LEASE = timedelta(minutes=5)
"""How long a run that gives no sign of life keeps others out."""


class Lease:
    """The lease of one sync, for one run. Every method is called within `warehouse.state()`."""

    def __init__(self, warehouse: Warehouse, sync: str) -> None:
        self.warehouse = warehouse
        self.sync = sync
        self.table = warehouse.state_table("sync_leases")

    def holder(self) -> tuple[str, datetime] | None:
        """Run and expiry of the run that is alive, if any."""
        held = self.warehouse.rows(
            f"select run_id, owner, expires_at from {self.table} where sync = ?", [self.sync]
        )
        for run_id, owner, expires_at in held:
            if expires_at > now() and not _is_gone(str(owner)):
                return str(run_id), expires_at
        return None

    def is_silent(self) -> bool:
        """Whether a run has it that gave no sign of life for so long that others may take it."""
        held = self.warehouse.rows(f"select owner from {self.table} where sync = ?", [self.sync])
        return self.holder() is None and any(not _is_gone(str(owner)) for (owner,) in held)

    def take(self, run_id: str) -> None:
        """Raises BusyError while another run is alive."""
        alive = self.holder()
        if alive is not None:
            raise BusyError(
                f"the sync '{self.sync}' is already running",
                remedy=f"wait for it; its lease ends at {alive[1]:%H:%M:%S} UTC",
            )
        self.warehouse.run(f"delete from {self.table} where sync = ?", [self.sync])
        self.warehouse.run(
            f"insert into {self.table} values (?, ?, ?, ?)",
            [self.sync, run_id, _owner(), now() + LEASE],
        )

    def is_held_by(self, run_id: str) -> bool:
        """Whether nobody has taken it since; an expired lease that nobody took still counts."""
        return bool(
            self.warehouse.rows(
                f"select 1 from {self.table} where sync = ? and run_id = ?", [self.sync, run_id]
            )
        )

    def renew(self, run_id: str) -> None:
        self.warehouse.run(
            f"update {self.table} set expires_at = ? where sync = ? and run_id = ?",
            [now() + LEASE, self.sync, run_id],
        )

    def give_back(self, run_id: str) -> None:
        self.warehouse.run(
            f"delete from {self.table} where sync = ? and run_id = ?", [self.sync, run_id]
        )


def _owner() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _is_gone(owner: str) -> bool:
    """True when the process that holds a lease was on this machine and is no more."""
    host, _, process = owner.rpartition(":")
    if host != socket.gethostname() or not process.isdecimal():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
