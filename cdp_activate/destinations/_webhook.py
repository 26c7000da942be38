"""What the calls of a webhook say, and what its answers may: docs/destinations.md describes both.

Not a destination: names with an underscore are no types.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdp_activate.answers import raise_for_status, read_json
from cdp_activate.destinations._values import as_json, as_utf8
from cdp_activate.destinations.rows import Receipt, Row, clean_reason, json_bytes, rows_as_json
from cdp_activate.errors import DestinationError, RetryError
from cdp_activate.http import Response


def body_of(action: str, list_name: str | None, rows: Sequence[Row]) -> bytes:
    """One batch as JSON."""
    if action == "upsert":
        said = f'"action":"upsert","list":{as_json(list_name)},"rows":{rows_as_json(rows)}'
        return as_utf8(f"{{{said}}}")
    shown = [_row_json(row, action) for row in rows]
    return json_bytes({"list": list_name, "action": action, "rows": shown})


def _row_json(row: Row, action: str) -> dict[str, Any]:
    shown: dict[str, Any] = {"key": row.key, "identifiers": dict(row.identifiers)}
    if action == "send":
        shown["fields"] = dict(row.fields)
        shown["idempotency_key"] = row.idempotency_key
    return shown


def answer_of(response: Response, *, who: str) -> Mapping[str, Any]:
    """What a 2xx answer says, if anything."""
    raise_for_status(response, who=who)
    said = response.body.strip()
    if not said:
        return {}
    if said[:15].lower().startswith((b"<!doctype html", b"<html")):
        raise DestinationError(
            f"{who} answered with a web page, as if nothing took our call",
            remedy="Is `url` right, and open to us? An endpoint answers with JSON or nothing.",
        )
    try:
        answer = read_json(response, who=who)
    except RetryError:
        says = response.headers.get("content-type", "").lower()
        if "json" in says or said.startswith(b'{"'):
            raise
        return {}
    return answer if isinstance(answer, Mapping) else {}


def receipt_of(answer: Mapping[str, Any], rows: Sequence[Row], *, who: str) -> Receipt:
    """The batch is accepted, but for the rows that the answer rejects, or it names a job."""
    job = answer.get("job")
    job = None if job is None else str(job)
    pairs = rejections(answer, who=who)
    if not pairs:
        return Receipt(job=job)  # Rows that the warehouse wrote are not made for nothing.
    by_key = {row.key: row for row in rows}
    named = {key: clean_reason(why, by_key[key]) for key, why in pairs if key in by_key}
    unnamed = sum(key not in by_key for key, _ in pairs)
    return Receipt(named, min(unnamed, len(rows) - len(named)), job)


def rejections(answer: Mapping[str, Any], *, who: str) -> list[tuple[str, object]]:
    """Pairs of key and reason, from `{key: reason}` or `[{"key":, "reason":}]`.

    An entry without a key belongs to no row.
    """
    rejected = answer.get("rejected")
    if rejected is None:
        return []
    if isinstance(rejected, Mapping):
        return [(str(key), reason or "") for key, reason in rejected.items()]
    if isinstance(rejected, list):
        return [_rejection(entry) for entry in rejected]
    raise DestinationError(
        f"{who} answered with 'rejected' in a form that is not understood",
        remedy='Answer {"rejected": {key: reason}} or a list of {"key":, "reason":}.',
    )


def _rejection(entry: object) -> tuple[str, object]:
    if isinstance(entry, Mapping):
        return str(entry.get("key", "")), entry.get("reason") or ""
    return str(entry), ""


def page_of(response: Response, *, who: str) -> Mapping[str, Any]:
    """A page of members, with the `size` of the list."""
    raise_for_status(response, who=who)
    page = read_json(response, who=who)
    if not isinstance(page, Mapping) or type(page.get("size")) is not int:
        raise no_page(who, "says no size")
    members = page.get("members")
    if not isinstance(members, list) or not all(isinstance(one, Mapping) for one in members):
        raise no_page(who, "has no list of members, each an object of identifiers")
    return page


def no_page(who: str, what: str) -> DestinationError:
    return DestinationError(
        f"{who} does not answer `action: members` as docs/destinations.md has it: "
        f"the answer {what}",
        remedy="Leave `lists_members` out of its settings, or mend the endpoint.",
    )
