"""Rows that are wrong in every way at once, and a plain reading of what is kept of them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

Value = str | None
Row = dict[str, Value]

LONG_AGO = datetime(1970, 1, 1)
KNOWN = ("ann", "bob", "zoe", None, "", " \t")
"""Customers of whom the first two are known, as of everything here."""
TIMES = (
    "2025-01-01", "2025-01-01T07:00:00+07:00", "2025-06-01 12:00:00", "2025-06-01T12:00:00Z",
    "2026-05-01 00:00:00", "31/02/2025", "yesterday", "", " ", None,
)  # fmt: skip

TABLES: Mapping[str, Mapping[str, Sequence[Value]]] = {
    "accounts": {
        "account_id": ("a1", "a2", "a3", "a4", None, ""),
        "created_at": TIMES,
        "employees": ("10", "-1", "many", "12345678901", None),
        "country": ("DE", "Germany", "", None),
    },
    "account_members": {
        "account_member_id": (*(f"m{n}" for n in range(30)), None, " "),
        "account_id": ("a1", "a2", "a9", None, ""),
        "customer_id": ("ann", "bob", "cat", "zoe", None),
        "joined_at": TIMES,
        "left_at": (None, "", "2025-02-01", "2026-05-02", "soon"),
        "role": ("buyer", " ", None),
    },
    "feedback": {
        "feedback_id": (*(f"f{n}" for n in range(20)), None, " "),
        "customer_id": ("ann", *KNOWN),
        "submitted_at": TIMES,
        "kind": ("nps", " NPS", "CSAT", "review", "guess", "", None),
        "score": ("9", "11", "3.5", "drei", "", None),
    },
    "loyalty": {
        "loyalty_event_id": (*(f"l{n}" for n in range(30)), None, ""),
        "customer_id": ("ann", *KNOWN),
        "occurred_at": TIMES,
        "loyalty_event": ("earned", "Redeemed ", "stolen", "", None),
        "points": ("10", "-10", "1e9", "ten", None),
    },
    "opportunities": {
        "opportunity_id": (*(f"p{n}" for n in range(30)), None, ""),
        "account_id": ("a1", "a2", "a9", None, " "),
        "customer_id": KNOWN,
        "created_at": TIMES,
        "outcome": ("won", "LOST", "maybe", "", None),
        "win_probability": ("0.5", "50", "-1", "50%", None),
    },
    "experiments": {
        "assignment_id": ("x1", "x2", None, " "),
        "customer_id": KNOWN,
        "experiment": ("hello", "", None),
        "variant": ("control", "treated", " ", None),
        "assigned_at": TIMES,
    },
}
"""Subject -> column -> the values that rows draw from."""


def rows_of(subject: str, count: int = 120) -> list[Row]:
    """Rows of a subject's table, each value drawn at random: the same in every run."""
    draw = random.Random(subject)
    columns = TABLES[subject]
    return [{name: draw.choice(values) for name, values in columns.items()} for _ in range(count)]


def people(count: int = 90) -> list[Row]:
    """Customers with few ids, so that most are repeated, and few times, so that many are ties."""
    draw = random.Random("people")
    columns: dict[str, Sequence[Value]] = {
        "customer_id": (*(f"g{n}" for n in range(25)), None, "", "  "),
        "email": (*(f"g{n}@example.com" for n in range(12)), "", " ", None),
        "created_at": TIMES,
        "updated_at": (None, None, "2025-01-01 00:00:00", "2025-06-01 12:00:00", "2026-06-01"),
        "phone": ("+49 30 1234567", "+84901234567", "", "\t", None),
        "city": ("Bonn", "Hanoi", "", " ", None),
    }
    return [{name: draw.choice(values) for name, values in columns.items()} for _ in range(count)]


def text(value: Value) -> Value:
    """A text; None when it is blank."""
    return value if value is not None and value.strip() else None


def time(value: Value) -> datetime | None:
    """An instant in UTC; None when it is blank or not written as ISO 8601 has it."""
    if value is None or not re.match(r"\d{4}-\d\d-\d\d", value):
        return None
    read = datetime.fromisoformat(value)
    return read if read.tzinfo is None else read.astimezone(UTC).replace(tzinfo=None)


def number(value: Value) -> Decimal | None:
    """A number; None when it is blank or not written in digits."""
    return Decimal(value) if value and re.fullmatch(r"[+-]?\d+(\.\d+)?", value) else None


def in_order(values: Iterable[Any]) -> tuple[tuple[bool, Any], ...]:
    """What sorts values, those that are missing behind the others."""
    return tuple((value is None, "" if value is None else value) for value in values)


def feedback_kept(rows: Iterable[Row], as_of: datetime) -> set[tuple[Any, ...]]:
    """Of each id the latest answer before `as_of` of a customer who is known."""
    by_id: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        key, customer = text(row["feedback_id"]), text(row["customer_id"])
        at, kind = time(row["submitted_at"]), text(row["kind"])
        if key and customer in ("ann", "bob") and at is not None and at < as_of:
            said = (customer, kind, number(row["score"]))
            by_id.setdefault(key, []).append(((LONG_AGO - at, in_order(said)), said, at))
    kept = set()
    for key, answers in by_id.items():
        _, (customer, kind, score), at = min(answers, key=lambda answer: answer[0])
        kept.add((key, customer, (kind or "survey").strip().lower(), score, at))
    return kept


PERSONAL = ("email", "phone", "city")
Record = dict[str, Any]


def records(rows: Iterable[Row], as_of: datetime) -> dict[str, Record]:
    """Of each id the row that changed last, of those known before `as_of`."""
    by_id: dict[str, list[Record]] = {}
    for row in rows:
        updated = time(row["updated_at"])
        created = time(row["created_at"]) or updated or LONG_AGO
        if (key := text(row["customer_id"])) and created < as_of:
            said = {name: text(row[name]) for name in PERSONAL}
            by_id.setdefault(key, []).append({"created": created, "updated": updated, **said})

    def latest_first(record: Record) -> tuple[Any, ...]:
        changed = record["updated"] or record["created"]
        assert isinstance(changed, datetime)
        return (
            LONG_AGO - changed, record["created"], *in_order(record[name] for name in PERSONAL)
        )  # fmt: skip

    return {key: min(candidates, key=latest_first) for key, candidates in by_id.items()}


def known(records: Mapping[str, Record], person_of: Mapping[str, str]) -> dict[str, Record]:
    """One record a person: each thing from the latest record that says it."""
    together: dict[str, list[tuple[str, Record]]] = {}
    for key, record in records.items():
        together.setdefault(person_of[key], []).append((key, record))
    found = {}
    for person, held in together.items():
        # Of records that changed at once the first by id comes first.
        held.sort(key=lambda one: one[0])
        held.sort(key=lambda one: one[1]["updated"] or one[1]["created"], reverse=True)
        said: Record = {
            name: next((record[name] for _, record in held if record[name] is not None), None)
            for name in PERSONAL
        }
        times = [record["updated"] for _, record in held if record["updated"] is not None]
        found[person] = said | {
            "count": len(held),
            "created": min(record["created"] for _, record in held),
            "updated": max(times, default=None),
        }
    return found
