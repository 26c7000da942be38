"""What warehouses write differently: our functions, and the SQL of each in every dialect.

A tree calls `cdp_..` functions; `written` replaces them, last, by the templates, whose
x, y and z are the arguments. A warehouse that is not named cannot say it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TypeGuard

from sqlglot import exp, parse_one

from cdp_activate.audiences.accents import class_of_marks, letters, marks
from cdp_activate.audiences.patterns import written_for
from cdp_activate.audiences.templates import TEMPLATES
from cdp_activate.errors import UsageError

DIALECTS = ("duckdb", "postgres", "spark", "snowflake", "bigquery")

_ASKS_MORE = re.compile(r"\by\b")
"""A template of one argument that is about more than x."""

_MEANT = {
    "cdp_json_parsed": "a JSON path inside a column of text",
    "cdp_json_odd_step": "a JSON key that is empty, a star or has a quote in it",
}


def dialect_of(adapter: str) -> str:
    """sqlglot's name of a dbt adapter's SQL. Raises UsageError for one we do not know."""
    known = {**{name: name for name in DIALECTS}, "databricks": "spark"}
    if adapter not in known:
        raise UsageError(
            f"audiences cannot be compiled for the warehouse '{adapter}' yet",
            remedy=f"supported are {', '.join(DIALECTS)}",
        )
    return known[adapter]


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    """A call of one of our functions."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def is_ours(node: exp.Expr) -> TypeGuard[exp.Anonymous]:
    return isinstance(node, exp.Anonymous) and node.this in TEMPLATES


def unsaid(tree: exp.Expr, adapter: str) -> str:
    """What this warehouse cannot say of a tree, in words; nothing when it can say all."""
    for node in tree.find_all(exp.Anonymous):
        ours = is_ours(node) and node.this in _MEANT
        if ours and dialect_of(adapter) not in TEMPLATES[node.this]:
            return _MEANT[node.this]
    return ""


def arguments_of(node: exp.Anonymous, dialect: str) -> list[exp.Expr]:
    """The arguments of one of our calls, a pattern as this warehouse writes it.

    Raises UsageError where the warehouse cannot say it.
    """
    if node.this in ("cdp_matches", "cdp_matches_any_case", "cdp_without", "cdp_trimmed"):
        return [node.expressions[0], _pattern(node.expressions[1], dialect)]
    return node.expressions


def written(name: str, arguments: list[exp.Expr], dialect: str) -> exp.Expr:
    """The call in this dialect. Raises UsageError where the warehouse cannot say it."""
    if dialect not in TEMPLATES[name]:
        raise UsageError(
            f"{_MEANT[name]} cannot be said on {dialect} yet",
            remedy="compute it in a dbt model, as a column of its own",
        )
    given = dict(zip("xyz", [*arguments, *_letters(name, dialect)], strict=False))

    def fill(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.name.lower() in given and not node.table:
            argument = given[node.name.lower()].copy()
            # What a template does with its argument binds closer than an operator in it.
            return exp.paren(argument) if _is_operation(argument) else argument
        return node

    filled = _parsed(name, dialect).copy().transform(fill)
    return exp.paren(filled, copy=False) if _is_operation(filled) else filled


def _pattern(literal: exp.Expr, dialect: str) -> exp.Expr:
    try:
        return exp.Literal.string(written_for(literal.name, dialect))
    except ValueError as error:
        raise UsageError(
            f"'matches' with {error} cannot be said on {dialect}",
            remedy="write the pattern without it, or compute it in a dbt model",
        ) from None


def _letters(name: str, dialect: str) -> list[exp.Expr]:
    """What a template needs to know of accents."""
    if name not in ("cdp_nfc", "cdp_strip_accents") or not _ASKS_MORE.search(
        TEMPLATES[name][dialect]
    ):
        return []  # to go through all letters takes longer than to write a statement
    if name == "cdp_nfc" or dialect == "postgres":
        return [exp.Literal.string(class_of_marks())]
    accented, bases = letters()
    # Letters that are given no base are taken away.
    more = marks() if dialect == "snowflake" else ""
    return [exp.Literal.string(accented + more), exp.Literal.string(bases)]


def _is_operation(node: exp.Expr) -> bool:
    return isinstance(node, exp.Binary) and not isinstance(node, exp.Func)


@cache
def _parsed(name: str, dialect: str) -> exp.Expr:
    return parse_one(TEMPLATES[name][dialect], dialect=dialect)
