"""Stands in for dbt's adapter while sqlfluff reads the models."""


def quote(name: str) -> str:
    """Give a name that may be a word of the language."""
    return f'"{name}"'
