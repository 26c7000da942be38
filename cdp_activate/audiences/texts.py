"""SQL for comparisons of text, and of the elements of lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlglot import exp

from cdp_activate.audiences.accents import without_accents
from cdp_activate.audiences.dialects import call
from cdp_activate.audiences.expressions import (
    Expression,
    column,
    folded,
    number,
    text,
)
from cdp_activate.audiences.leaf import Builder, Leaf, written_value
from cdp_activate.audiences.model import Trait
from cdp_activate.catalog import Column, Type

_BLANKS = r"^[ \t\n\r\f\v]*$"


def position(subject: Expression, part: Expression) -> Expression:
    return exp.GT(this=exp.StrPosition(this=subject, substr=part), expression=number(0))


def starts(subject: Expression, part: Expression) -> Expression:
    return exp.StartsWith(this=subject, expression=part)


def ends(subject: Expression, part: Expression) -> Expression:
    return call("cdp_ends_with", subject, part)


def text_part(holds: Callable[[Expression, Expression], Expression]) -> Builder:
    def build(leaf: Leaf) -> Expression:
        if isinstance(leaf.operand, Trait):
            part = leaf.value(leaf.operand)
            empty = exp.EQ(this=part.copy(), expression=text(""))
            found: Expression = exp.paren(exp.or_(holds(leaf.subject, part), empty), copy=False)
            known = exp.not_(exp.Is(this=leaf.subject.copy(), expression=exp.null()))
            found = exp.and_(known, found)
            return exp.not_(exp.paren(found, copy=False)) if leaf.negated else found
        assert isinstance(leaf.operand, str)
        if leaf.operand == "":
            # The empty text is part of every text (7.50); warehouses disagree.
            found = exp.EQ(this=leaf.subject.copy(), expression=leaf.subject)
        else:
            found = holds(leaf.subject, folded(text(leaf.operand), leaf.options))
        return exp.not_(found) if leaf.negated else found

    return build


def matches(leaf: Leaf) -> Expression:
    assert isinstance(leaf.operand, str)
    pattern = text(without_accents(leaf.operand) if leaf.options.ignore_accents else leaf.operand)
    name = "cdp_matches_any_case" if leaf.options.ignore_case else "cdp_matches"
    found = call(name, leaf.subject, pattern)
    return exp.not_(found) if leaf.negated else found


def is_empty(leaf: Leaf) -> Expression:
    empty = exp.EQ(this=leaf.subject, expression=text(""))
    return empty if leaf.operand else exp.not_(empty)


def is_blank(leaf: Leaf) -> Expression:
    blank = call("cdp_matches", leaf.subject, text(_BLANKS))
    return blank if leaf.operand else exp.not_(blank)


def contains(leaf: Leaf) -> Expression:
    if leaf.of.type.kind == "list":
        return list_contains(leaf)
    return text_part(position)(leaf)


def list_contains(leaf: Leaf) -> Expression:
    values = leaf.operand if isinstance(leaf.operand, tuple) else (leaf.operand,)
    element = replace(leaf.of, type=leaf.of.type.element or Type("text"))
    here = leaf.subject
    if leaf.options.ignore_case or leaf.options.ignore_accents:
        here = call("cdp_fold_list", here, folded(column("element"), leaf.options))
    each = [
        call("cdp_list_contains", here.copy(), _element(leaf, value, element)) for value in values
    ]
    if leaf.operator in ("contains", "contains_all"):
        return exp.and_(*each)
    found = exp.paren(exp.or_(*each), copy=False)
    return exp.not_(found) if leaf.operator == "contains_none" else found


def _element(leaf: Leaf, value: object, element: Column) -> Expression:
    return (
        leaf.value(value)
        if isinstance(value, Trait)
        else written_value(value, element, leaf.options)
    )
