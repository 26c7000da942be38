"""Warehouses: where audiences are read and sync state is kept."""

from __future__ import annotations

from cdp_activate.warehouse.base import Warehouse
from cdp_activate.warehouse.profile import Profile, open_warehouse, read_profile

__all__ = ["Profile", "Warehouse", "open_warehouse", "read_profile"]
