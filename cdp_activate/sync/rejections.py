"""Rows that the platforms refuse, by reason, and what to do about each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cdp_activate.sync.tables import create_tables
from cdp_activate.warehouse.base import Warehouse

_REMEDIES: tuple[tuple[str, str], ...] = (
    (
        r"bounce|undeliver|mailbox|does not exist|no such (user|address)",
        "the address no longer takes mail: mark it in the source, so that audiences leave it out",
    ),
    (
        r"unsubscrib|suppress|compliance|opted?.?out|complain|spam|blocked|blacklist"
        r"|person refuses|not agreed",
        "the person refused at the platform: bring that back as a consent of `denied`",
    ),
    (
        r"no \w+ account|cannot receive",
        "the person cannot be reached there: leave them out, or reach them elsewhere",
    ),
    (
        r"phone|number|e\.?164",
        "give the country code: +491701234567; `default_region` reads local numbers",
    ),
    (
        r"e-?mail|address|syntax|format|domain",
        "mend the address in the source; the row is sent again as soon as it changes",
    ),
    (
        r"duplicate|exists|already|merge|conflict",
        "two people share this identifier: map an `external_id`, or merge them (docs/journeys.md)",
    ),
    (
        r"field|property|attribute|column|type|length|too (long|large|big)|required|missing",
        "compare `fields:` with what the platform has: names, types, lengths, required ones",
    ),
    (
        r"limit|quota|plan|exceed",
        "the account is full or over its limit there: ask for more, or make the audience smaller",
    ),
)
"""The first pattern that is in a reason, in lower case, and what usually mends it."""

OTHERWISE = "see the platform's documentation; mend the row, or try again with --retry-rejected"


def what_to_do(reason: str) -> str:
    """One sentence for a reason, from the words it uses: platforms have no common codes."""
    lowered = reason.lower()
    return next((said for words, said in _REMEDIES if re.search(words, lowered)), OTHERWISE)


@dataclass(frozen=True)
class RejectionGroup:
    """Rows of one list that were refused for one reason. `keys` only where they were asked for.

    `first_at` and `last_at` are when they were refused, in UTC.
    """

    sync: str
    destination: str
    list: str
    reason: str
    count: int
    first_at: str
    last_at: str
    keys: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The group for machines; without `keys` where they were not asked for."""
        found = {**vars(self), "what_to_do": what_to_do(self.reason)}
        del found["keys"]
        return {**found, "keys": list(self.keys)} if self.keys else found


def rejections(
    warehouse: Warehouse, syncs: Iterable[str] = (), *, keys: int = 0
) -> list[RejectionGroup]:
    """The rejections by sync and reason, largest first, with up to `keys` keys of each."""
    chosen = list(syncs)
    where = f"where sync in ({', '.join('?' for _ in chosen)}) " if chosen else ""
    some = warehouse.functions.first_values("entity_key", keys) if keys else "null"
    with warehouse.state():
        create_tables(warehouse)
        rows = warehouse.rows(
            "select sync, destination, list, reason, count(*), min(rejected_at), "
            f"max(rejected_at), {some} "
            f"from {warehouse.state_table('sync_rejections')} {where}"
            "group by sync, destination, list, reason order by sync, 5 desc, reason",
            chosen,
        )
    return [
        RejectionGroup(
            sync,
            destination,
            name,
            reason,
            int(count),
            _clock(first),
            _clock(last),
            tuple(found or ()),
        )
        for sync, destination, name, reason, count, first, last, found in rows
    ]


def _clock(at: datetime) -> str:
    return at.replace(tzinfo=UTC).isoformat(timespec="seconds")
