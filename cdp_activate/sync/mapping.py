"""What is sent under a name: a column, an expression, a constant, or a text with columns in it.

All of them become expressions over the entity's columns, which the plan's SQL works out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from sqlglot import exp

from cdp_activate.audiences.expressions import Expression, column, date_literal, literal, text
from cdp_activate.audiences.plain_sql import PlainSql, qualified
from cdp_activate.catalog import Entity
from cdp_activate.environment import expand_env
from cdp_activate.spelling import suggest
from cdp_activate.text import Node

WAYS = ("sql", "value", "date", "template")

_HOW = 'a column, or {sql: ".."}, {value: ..}, {date: 2026-01-31}, {template: "..{column}.."}'

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
"""A brace that is meant (written twice), a placeholder, or a brace that is alone."""

_NO_TEXT = ("list", "json", "double", "timestamp")
"""Types that every warehouse writes in a way of its own."""


@dataclass(frozen=True)
class MappedExpression:
    """An expression over the columns of an entity's model."""

    tree: Expression = field(repr=False)

    def over(self, table: str) -> Expression:
        """The expression over the columns of this table of a statement."""
        return qualified(self.tree, table)

    @property
    def columns(self) -> frozenset[str]:
        """The columns that it reads."""
        return frozenset(part.name for part in self.tree.find_all(exp.Column))


class Template:
    """A text with placeholders: `Hello {first_name}`. `{{` and `}}` stand for braces.

    `parts` are texts and placeholders by turns, a text first. Raises ValueError where a brace
    is alone.
    """

    def __init__(self, written: str) -> None:
        self.parts = [""]
        end = 0
        for found in _PIECE.finditer(written):
            self.parts[-1] += written[end : found.start()]
            end = found.end()
            if found[0] in ("{", "}"):
                raise ValueError(f"a '{found[0]}' is alone")
            if found[1] is None:
                self.parts[-1] += found[0][0]
            else:
                self.parts += [found[1].strip(), ""]
        self.parts[-1] += written[end:]

    @property
    def names(self) -> list[str]:
        """What stands in the placeholders."""
        return self.parts[1::2]


@dataclass(frozen=True)
class MappingReader:
    """Reads what is sent. Mistakes are told to `wrong`: place, message and remedy."""

    entity: Entity
    adapter: str
    wrong: Callable[[Node, str, str], object]

    def read(self, node: Node) -> MappedExpression | None:
        """A column, or a mapping with one of `WAYS`; None where it was wrong."""
        if isinstance(node.value, str):
            return self.column(node)
        if not isinstance(node.value, dict):
            self.wrong(node, "this is neither a column nor a way to make a value", _HOW)
            return None
        strange = [key for key in node.value if key not in WAYS]
        for key in strange:
            self.wrong(node.keys[key], f"unknown key '{key}'", suggest(key, WAYS, what="keys"))
        if strange or len(node.value) != 1:
            if not strange:
                self.wrong(node, "a field is made in exactly one way", _HOW)
            return None
        ((way, inner),) = node.value.items()
        if not isinstance(inner.value, dict | list):
            inner = replace(inner, value=expand_env(inner))
        tree: Expression | None = getattr(self, f"_{way}")(inner)
        return None if tree is None else MappedExpression(tree)

    def column(self, node: Node) -> MappedExpression | None:
        """A column of the entity's model, by its name."""
        name = str(expand_env(node))
        return MappedExpression(column(name)) if self._known(node, name) else None

    def _known(self, node: Node, name: str) -> bool:
        model = self.entity.model
        if name in model.columns:
            return True
        hint = suggest(name.partition(":")[0], model.columns, what="columns")
        if "{" in name:
            hint = f'a text with columns in it is {{template: "{name}"}}'
        self.wrong(node, f"'{name}' is no column of {model.name}", hint)
        return False

    def _sql(self, node: Node) -> Expression | None:
        plain = PlainSql(
            self.entity,
            self.adapter,
            self.wrong,
            kind="one expression",
            example='sql: "coalesce(first_name, last_name)"',
            clock="compute it in a dbt model, as a column",
        )
        return plain.read(node)

    def _value(self, node: Node) -> Expression | None:
        value = node.value
        finite = not isinstance(value, Decimal) or value.is_finite()
        if isinstance(value, str | int | Decimal | bool) and finite:
            return literal(value)
        hint = "leave the field out to send nothing; a list is a column"
        self.wrong(node, "'value' is a number, a text, true or false", hint)
        return None

    def _date(self, node: Node) -> Expression | None:
        try:
            return date_literal(date.fromisoformat(str(node.value)))
        except ValueError:
            self.wrong(node, "'date' is no day of the calendar", "date: 2026-01-31")
            return None

    def _template(self, node: Node) -> Expression | None:
        """NULL where any of its columns is: `||` says so on every warehouse."""
        hint = 'template: "Hello {first_name}"'
        if not isinstance(node.value, str):
            self.wrong(node, "'template' is a text with columns in braces", hint)
            return None
        try:
            template = Template(node.value)
        except ValueError as error:
            self.wrong(node, f"{error} in 'template'", f"{hint}; a brace that is meant: {{{{ }}}}")
            return None
        if not template.names:
            more = (
                "with one brace on each side" if "{{" in node.value else "a text alone is `value:`"
            )
            self.wrong(node, "'template' names no column", f"{hint}; {more}")
            return None
        readable = [self.has_text(node, name) for name in template.names]
        if not all(readable):
            return None
        return joined(template, {name: column(name) for name in template.names})

    def has_text(self, node: Node, name: str) -> bool:
        """Whether it is a column that every warehouse writes as text in the same way, else told."""
        if not self._known(node, name):
            return False
        kind = self.entity.model.columns[name].type
        if kind.kind not in _NO_TEXT:
            return True
        message = f"'{name}' is a {kind}, which each warehouse writes as text in its own way"
        self.wrong(node, message, "use {sql: ..} and say how, or a column of a dbt model")
        return False


def joined(template: Template, values: dict[str, Expression]) -> Expression:
    """The template with these values in its placeholders, by name, as SQL."""
    pieces: list[Expression] = []
    for place, part in enumerate(template.parts):
        if place % 2:
            pieces.append(exp.cast(values[part].copy(), exp.DataType.Type.TEXT))
        elif part:
            pieces.append(text(part))
    tree = pieces[0]
    for piece in pieces[1:]:
        tree = exp.DPipe(this=tree, expression=piece)
    return tree
