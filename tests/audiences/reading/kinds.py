"""Columns: what their cells mean, and how two values compare."""

from __future__ import annotations

import hashlib
import json
import math
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from reading.times import Day, Instant, day, instant


@dataclass(frozen=True)
class Kind:
    """The kind of a column. `zone` is where a time without a zone is at home (7.9)."""

    name: str
    zone: str = "UTC"
    element: str = ""


DECIMAL = Kind("decimal")
INTEGER = Kind("integer")


def kind_of(declared: str, meta: dict[str, Any]) -> Kind:
    if declared.endswith("[]"):
        return Kind("list", element=kind_of(declared[:-2], {}).name)
    bare = declared.split("(")[0]
    name = {
        "varchar": "text", "integer": "integer", "bigint": "integer", "decimal": "decimal",
        "timestamp with time zone": "time", "timestamp": "time", "timestamp_ns": "time",
    }.get(bare, bare)  # fmt: skip
    return Kind(name, zone=meta.get("timezone", "UTC"))


def cell(value: Any, kind: Kind) -> Any:
    """A cell as it is compared: NaN is nothing (7.53), times are instants."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, datetime):
        return instant(value, kind.zone)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, list):
        return [cell(item, Kind(kind.element)) for item in value]
    if kind.name == "uuid":
        return str(uuid.UUID(str(value)))
    if kind.name == "json":
        return json.loads(value, parse_float=Decimal)
    return value


def inside(value: Any, path: list[str], kind: Kind) -> Any:
    """What a JSON path leads to; missing, null or of another type is nothing (7.52)."""
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    wanted: dict[str, Any] = {
        "text": str, "boolean": bool, "integer": int, "decimal": int | Decimal,
        "double": int | Decimal, "list": list,
    }  # fmt: skip
    if kind.name in ("date", "time"):
        return written_cell(value, kind) if isinstance(value, str) else None
    if not isinstance(value, wanted[kind.name]) or (
        isinstance(value, bool) and kind.name != "boolean"
    ):
        return None
    return float(value) if kind.name == "double" else value


def written_cell(text: str, kind: Kind) -> Any:
    """A date or a time that JSON holds as text."""
    try:
        if kind.name == "date":
            return day(date.fromisoformat(text))
        return instant(datetime.fromisoformat(text), kind.zone)
    except ValueError:
        return None


def fold(text: str, options: dict[str, Any]) -> str:
    """Text as it is compared under `case` and `accents` (7.47, 7.48)."""
    if options.get("accents") == "insensitive":
        apart = unicodedata.normalize("NFD", text)
        plain = "".join(letter for letter in apart if unicodedata.category(letter) != "Mn")
        text = plain.replace("đ", "d").replace("Đ", "D")
    if options.get("case") == "insensitive":
        # Simple mapping: one character stays one character.
        text = "".join("i" if letter == "İ" else letter.lower() for letter in text)
    return text


def alike(left: Any, right: Any) -> tuple[Any, Any]:
    """Two values ready to be compared: numbers exactly, unless one of them is a double."""
    words = (bool, str, Day, Instant)
    if isinstance(left, words) or isinstance(right, words):
        return left, right
    if any(isinstance(one, float) or is_infinite(one) for one in (left, right)):
        return float(left), float(right)
    return Fraction(left), Fraction(right)


def is_infinite(value: Any) -> bool:
    return not isinstance(value, Fraction) and not math.isfinite(value)


def same(left: Any, right: Any) -> bool:
    """Equal, nothing being equal to nothing."""
    if left is None or right is None:
        return False
    left, right = alike(left, right)
    return bool(left == right)


def rounded(value: Fraction) -> Fraction:
    """Half away from zero, at 9 decimals (7.32, 7.65)."""
    whole = math.floor(abs(value) * 10**9 + Fraction(1, 2))
    return Fraction(whole if value >= 0 else -whole, 10**9)


def fraction(number: Any) -> Fraction:
    """A number, or a percentage with its sign: '25%' is 0.25 (7.37, 7.41)."""
    if isinstance(number, str):
        return Fraction(number.removesuffix("%")) / 100
    return Fraction(str(number))


def percent(number: Any) -> Fraction:
    """10, 12.5 or '10%' where a percentage is asked for."""
    return Fraction(str(number).removesuffix("%"))


def share_of(number: Any, of: int) -> int:
    """The first ceil(p% of n) (1.4)."""
    return math.ceil(percent(number) * of / 100)


def bucket(salt: str, key: str) -> int:
    return int(hashlib.md5(f"{salt}|{key}".encode()).hexdigest()[:8], 16) % 10_000
