"""Syncs: plan in the warehouse, deliver, remember what was acknowledged."""
