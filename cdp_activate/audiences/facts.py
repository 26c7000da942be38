"""Facts: the questions of an audience about rows beside its entity, one small SELECT each.

A fact has one row for each key it has an answer for, in column `entity_key`. Equal
questions give equal trees and so one name, however many audiences ask them.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from sqlglot import exp

from cdp_activate.audiences.comparisons import within
from cdp_activate.audiences.expressions import (
    Expression,
    column,
    identifier,
    instant,
)
from cdp_activate.audiences.model import Span
from cdp_activate.audiences.moments import LocalDate, RelativeInstant
from cdp_activate.catalog import Model, Rows

KEY = "entity_key"
VALUE = "measured"


@dataclass(frozen=True)
class Fact:
    """A named SELECT of `entity_key` and the columns that answer the question.

    `needs` are the facts that the SELECT reads, each after those that it needs itself;
    `members_of` the audiences (name: model) that it reads. With `by_text`, `entity_key` is the
    key as text.
    """

    name: str
    tree: exp.Select
    needs: tuple[Fact, ...] = ()
    members_of: tuple[tuple[str, str], ...] = ()
    by_text: bool = False


def named(slug: str, tree: exp.Select) -> Fact:
    """A Fact whose name tells what it is about, and differs where the question differs."""
    digest = hashlib.md5(tree.sql("duckdb").encode(), usedforsecurity=False).hexdigest()[:8]
    words = re.sub(r"[^a-z0-9]+", "_", slug.lower()).strip("_")[:40]
    return Fact(f"fact_{words}_{digest}", tree)


def table(model: Model) -> exp.Table:
    """A dbt model as a table; where it lives is decided when the SQL is written."""
    node = exp.Table(this=identifier(model.name))
    node.meta.update(model=model.name, package=model.package, relation=model.relation)
    return node


def compiled(model: str) -> exp.Table:
    """A model that `compile` wrote, in this project: it may be one that dbt has not parsed yet."""
    node = exp.Table(this=identifier(model))
    node.meta["model"] = model
    return node


def audience_model(name: str) -> str:
    """The name of the dbt model that holds an audience."""
    return f"audience_{name}"


def in_time(
    rows: Rows, spans: tuple[Span, ...], timezone: str, table: str = ""
) -> list[Expression]:
    """Rows within all spans; what is dated at or after as_of does not exist (1.2).

    Of dates without a time, today's exist and later ones do not. Rows of a relation without
    a time always exist. `table` is the rows' alias.
    """
    if not rows.at:
        return []
    at = rows.model.columns[rows.at]
    ends = [span.end for span in spans]
    conditions = in_spans(rows, spans, table)
    if at.type.kind == "date":
        if not any(isinstance(end, LocalDate) and end.days <= 1 for end in ends):
            conditions += in_spans(rows, (Span(end=LocalDate(1, timezone)),), table)
    elif not any(isinstance(end, RelativeInstant) and end.seconds <= 0 for end in ends):
        conditions += in_spans(rows, (Span(end=RelativeInstant(0)),), table)
    return conditions


def in_spans(rows: Rows, spans: tuple[Span, ...], table: str = "") -> list[Expression]:
    """The time of a row lies in each span."""
    at = rows.model.columns[rows.at]
    subject = instant(column(at.name, table), at)
    return [within(subject, span, zoned=at.type.zoned) for span in spans]
