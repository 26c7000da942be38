"""Stands in for dbt's own cross-database macros while sqlfluff reads the models."""

from collections.abc import Sequence


def type_string() -> str:
    """Name the type of text."""
    return "text"


def type_bigint() -> str:
    """Name the type of long integers."""
    return "bigint"


def concat(fields: Sequence[str]) -> str:
    """Join texts."""
    return " || ".join(fields)


def hash(field: str) -> str:
    """Give the digest of a text."""
    return f"md5({field})"


def type_timestamp() -> str:
    """Name the type of instants."""
    return "timestamp"


def type_boolean() -> str:
    """Name the type of true and false."""
    return "boolean"


def split_part(text: str, delimiter: str, part: int) -> str:
    """Give a part of a text."""
    return f"split_part({text}, {delimiter}, {part})"


def generate_series(upper_bound: int) -> str:
    """Count from one."""
    return "select 1 as generated_number"


def string_literal(text: str) -> str:
    """Quote a text."""
    return f"'{text}'"
