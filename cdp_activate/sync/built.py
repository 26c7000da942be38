"""What the table of an audience says of itself: which YAML it is of, and when it was judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from cdp_activate.warehouse.base import Warehouse


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark that `macros/mark_audience.sql` puts on a table when dbt has built it."""

    digest: str
    as_of: datetime


def read_mark(warehouse: Warehouse, relation: str) -> Mark | None:
    """The mark of an audience's table; None where it has none, as one of an older version.

    Call within `warehouse.reading()`.
    """
    words = (warehouse.comment(relation) or "").split()
    if len(words) != 3 or words[0] != "cdp_activate":
        return None
    try:
        at = datetime.fromisoformat(words[2])
    except ValueError:
        return None
    return Mark(words[1], at.replace(tzinfo=UTC))
