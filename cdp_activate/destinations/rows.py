"""What passes between the engine and a destination: rows, what became of them, and their JSON."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any

from cdp_activate.destinations._values import as_json, as_text, as_utf8

LONGEST_REASON = 200
"""Characters kept of a platform's reason for refusing a row."""

_SHORT = 3  # Characters: what is as short as that stands in too many words.
_EMAIL = re.compile(r"[^\s@<>\"'(),;:]+@[^\s@<>\"'(),;:]+")
_LONG_NUMBER = re.compile(r"\+?\d(?:[\s().-]{0,2}\d){8,}")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One person (or account) to send.

    `key` is the entity key as text, unique in a batch, and the name by which a
    refusal is reported. `identifiers` are what the platform matches on, already
    normalised and hashed as the class's `rules` have it; none is empty.
    `fields` are the mapped profile values as the warehouse gave them: text,
    numbers, Decimal, date, datetime, bool, list, dict or None. Rows to remove
    or erase carry no fields. `idempotency_key` is of rows to `send`: the same
    for every attempt at one message, another for the next.
    """

    key: str
    identifiers: Mapping[str, str] = field(repr=False)
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)
    idempotency_key: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the platform acknowledged of one batch.

    `rejected`: key of a row -> the platform's reason (pass it through
    `clean_reason`). `unnamed`: how many more rows it refused without saying
    which, and `reasons` how many of those for which reason, where it says that. Every other
    row of the batch is accepted: at once, or, when `job` is
    set, once `settle(job)` has returned a Receipt.
    """

    rejected: Mapping[str, str] = field(default_factory=dict)
    unnamed: int = 0
    job: str | None = None
    reasons: Mapping[str, int] = field(default_factory=dict)

    def hiding(self, secrets: Sequence[str]) -> Receipt:
        """The same, without those of our secrets that a reason quotes."""
        if not self.rejected and not self.reasons:
            return self
        counts: Counter[str] = Counter()
        for why, count in self.reasons.items():
            counts[_without(secrets, why)] += count
        rejected = {key: _without(secrets, why) for key, why in self.rejected.items()}
        return replace(self, rejected=rejected, reasons=counts)


def _without(secrets: Sequence[str], text: str) -> str:
    for secret in secrets:
        text = text.replace(secret, "***")
        # What is left of one where the reason was cut.
        begun = text.removesuffix("...")
        kept = next(
            (n for n in range(len(secret) - 1, _SHORT, -1) if begun.endswith(secret[:n])), 0
        )
        if kept and begun != text:
            text = f"{begun[:-kept]}***..."
    return text


def clean_reason(reason: object, row: Row) -> str:
    """A platform's reason for refusing `row`, without anything personal.

    The row's own values, anything like an e-mail address and any number of
    nine digits or more are masked; white space is folded; what is left is cut
    at `LONGEST_REASON` characters.
    """
    # A platform may send half a surrogate pair, which nobody can write down.
    whole = str(reason).encode("utf-8", "replace").decode()
    text = _SPACE.sub(" ", whole).strip()
    values = {*_texts(row.identifiers), *_texts(row.fields)}
    # Longest first, or a name inside an address would leave the rest of it.
    for value in sorted(values, key=len, reverse=True):
        pattern = re.escape(_SPACE.sub(" ", value))
        text = re.sub(rf"(?<!\w){pattern}(?!\w)", "***", text, flags=re.IGNORECASE)
    for value in row.identifiers.values():
        if len(value) > _SHORT:
            text = re.sub(re.escape(value), "***", text, flags=re.IGNORECASE)
    text = _LONG_NUMBER.sub("***", _EMAIL.sub("***", text))
    if len(text) > LONGEST_REASON:
        text = text[: LONGEST_REASON - 3] + "..."
    return text or "refused without a reason"


def _texts(value: Any) -> Iterator[str]:
    """Every text, date and longer number in `value`, as a platform may quote it."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple | AbstractSet):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        if value.strip():
            yield value
    elif len(text := as_text(value)) > _SHORT and not isinstance(value, bool):
        yield text


def rows_as_json(rows: Sequence[Row]) -> str:
    """Rows to put on a list, as a JSON array of `{"fields":, "identifiers":, "key":}`.

    Of a large batch the warehouse has written it already, where `sends_json` asks for it:
    many times faster than going through the rows.
    """
    ready: str | None = rows.as_json() if hasattr(rows, "as_json") else None
    if ready is not None:
        return ready
    return as_json(
        [
            {"key": row.key, "identifiers": dict(row.identifiers), "fields": dict(row.fields)}
            for row in rows
        ]
    )


def json_bytes(value: Any) -> bytes:
    """`value` as a JSON body: UTF-8, keys sorted, the same value the same bytes.

    Knows what a Row's fields may hold: decimals become exact text, dates and
    instants ISO 8601. Raises `RefusedError` for text that is not Unicode.
    """
    return as_utf8(as_json(value))
