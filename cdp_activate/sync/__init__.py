"""Syncs: plan in the warehouse, deliver, remember what was acknowledged."""

GUARDS = (
    "max_remove",
    "max_change",
    "min_size",
    "max_rejected",
    "expect",
    "emptied",
    "first_run",
    "max_lists",
    "fresh_within",
    "edited",
    "as_of",
)
"""What a run may refuse for; `--allow` names them. Here, since it loads nothing."""
