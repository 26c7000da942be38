"""Writes a query tree down as SQL: for a dbt model, or to run at one as_of.

A dbt model calls `ref()` and the macros of moments; SQL to run has relations and
literals in their place. The dialect is chosen here, last.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from typing import TypeAlias

from sqlglot import TokenType, exp, tokenize
from sqlglot.errors import ErrorLevel, UnsupportedError

from cdp_activate.audiences.compile import Query
from cdp_activate.audiences.dialects import arguments_of, dialect_of, is_ours, written
from cdp_activate.audiences.expressions import Expression, date_literal, identifier, timestamp
from cdp_activate.audiences.facts import Fact, audience_model, table
from cdp_activate.audiences.history import MEMBERS
from cdp_activate.audiences.together import Judged
from cdp_activate.catalog import Catalog
from cdp_activate.errors import UsageError

MOST_NESTED = 200
"""Audiences that name one another in a chain, as one statement has them."""

Place: TypeAlias = Callable[[exp.Table], exp.Table]
Replace: TypeAlias = Callable[[Expression], Expression]


def tree(steps: Mapping[str, exp.Query], imports: Mapping[str, exp.Query]) -> exp.Select:
    """`with` imports, then steps, then `select * from final`."""
    select = everything(exp.Table(this=identifier("final")))
    for name, step in (*imports.items(), *steps.items()):
        select = select.with_(identifier(name), as_=step, copy=False)
    return select


def worked_out_once(whole: exp.Select, steps: Collection[str], adapter: str) -> exp.Select:
    """The tree with these steps kept apart, where the warehouse would write what a step works out
    into each place of the next one that reads it: https://www.postgresql.org/docs/current/queries-with.html
    """
    if adapter == "postgres":
        for step in whole.ctes:
            step.set("materialized", step.alias in steps or None)
    return whole


def everything(of: exp.Table) -> exp.Select:
    return exp.Select(expressions=[exp.Star()], from_=exp.From(this=of))


# For dbt ...


def for_dbt(query: Query, shared: Mapping[str, object], catalog: Catalog) -> str:
    """The body of the audience's dbt model; facts in `shared` are models of their own."""
    entity = query.audience.entity.model
    imports: dict[str, exp.Query] = {entity.name: everything(table(entity))}
    read = _read_by(query.steps.values(), query.facts, shared)
    inline = [fact.tree for name, fact in read.items() if name not in shared]
    named = {
        node.name for one in (*query.steps.values(), *inline) for node in one.find_all(exp.Table)
    }
    for model in query.members_of.values():
        if model in named:
            imports[model] = everything(_ref(model))
    imports.update((name, _fact(fact, shared)) for name, fact in read.items())
    return write(tree(query.steps, imports), catalog.adapter, _dbt_node)


def fact_for_dbt(fact: Fact, shared: Mapping[str, object], catalog: Catalog) -> str:
    """The body of a shared fact's dbt model."""
    needs = {one.name: one for one in fact.needs}
    imports: dict[str, exp.Query] = {model: everything(_ref(model)) for _, model in fact.members_of}
    read = _read_by([fact.tree], needs, shared)
    imports.update((name, _fact(one, shared)) for name, one in read.items())
    return write(tree({"final": fact.tree}, imports), catalog.adapter, _dbt_node)


def together_models(
    judged: Judged, shared: Mapping[str, object], catalog: Catalog, replace: Replace | None = None
) -> dict[str, str]:
    """The bodies of the tallies of an entity and, last, of what judges its audiences."""
    select = judged.tree()
    model = judged.entity.model
    imports: dict[str, exp.Query] = {model.name: everything(table(model))}
    imports.update((name, everything(_ref(name))) for name in judged.tallies)
    read = _read_by([select], judged.facts, shared)
    imports.update((name, _fact(fact, shared)) for name, fact in read.items())
    trees = {name: tree({"final": tally.tree()}, {}) for name, tally in judged.tallies.items()}
    trees[judged.name] = tree({"final": select}, imports)
    adapter = catalog.adapter
    return {name: write(one, adapter, replace or _dbt_node) for name, one in trees.items()}


def members_model(
    query: Query, judged: Judged, catalog: Catalog, replace: Replace | None = None
) -> str:
    """The body of the model of an audience that is judged with others."""
    imports = {judged.name: everything(_ref(judged.name))}
    whole = tree({"final": judged.members(query)}, imports)
    return write(whole, catalog.adapter, replace or _dbt_node)


def _fact(fact: Fact, shared: Mapping[str, object]) -> exp.Query:
    return everything(_ref(fact.name)) if fact.name in shared else fact.tree


def _read_by(
    trees: Iterable[exp.Query], facts: Mapping[str, Fact], shared: Mapping[str, object]
) -> dict[str, Fact]:
    """The facts that the trees read, directly or through a fact that is not a model itself."""
    found: set[str] = set()
    pending = list(trees)
    while pending:
        for node in pending.pop().find_all(exp.Table):
            if node.name in facts and node.name not in found:
                found.add(node.name)
                if node.name not in shared:
                    pending.append(facts[node.name].tree)
    return {name: fact for name, fact in facts.items() if name in found}


def _ref(model: str) -> exp.Table:
    """A model that `compile` wrote, in this project."""
    node = exp.Table(this=identifier(model))
    node.meta["model"] = model
    return node


def _dbt_node(node: Expression) -> Expression:
    if isinstance(node, exp.Placeholder):
        return exp.var(f"{{{{ cdp_activate.{node.this} }}}}")
    if isinstance(node, exp.Table) and node.meta.get("model") == MEMBERS:
        # It depends on every audience: an audience reads what the run before left.
        before = exp.Table(this=exp.var("{{ cdp_activate.audience_members_before() }}"))
        return before.as_(node.alias or MEMBERS, table=True)
    if isinstance(node, exp.Table) and "model" in node.meta:
        # With the package, or a model of the same name in another one would be read.
        names = [name for key in ("package", "model") if (name := node.meta.get(key))]
        reference = exp.Table(this=exp.var(f"{{{{ ref({str(names)[1:-1]}) }}}}"))
        alias = node.args.get("alias")
        return reference.as_(alias.this.copy(), table=True) if alias else reference
    if isinstance(node, exp.Literal) and node.is_string and _needs_escape(node.this):
        return exp.Literal.string(jinja_safe(node.this))
    return node


def _needs_escape(text: str) -> bool:
    return "{" in text or "\r" in text


def jinja_safe(text: str) -> str:
    """Text that Jinja prints as it is: a value may hold `{{`, which must stay a value."""
    return text.replace("{", '{{ "{" }}').replace("\r", '{{ "\\r" }}')


# To run ...


def to_run(
    query: Query,
    others: Mapping[str, Query],
    catalog: Catalog,
    as_of: datetime,
    place: Place | None = None,
) -> str:
    """The audience as one statement: facts inline, as_of a literal, relations named.

    `others` are the queries of the audiences it names, directly or through another; `place`
    says where a model is, instead of its relation in the warehouse.
    """
    imports: dict[str, exp.Query] = {}
    pending, started = [(query, 1)], set[str]()
    while pending:
        here, depth = pending[-1]
        missing = [
            (others[name], depth + 1)
            for name, model in here.members_of.items()
            if model not in imports and name not in started
        ]
        started.add(here.audience.name)
        if depth > MOST_NESTED:
            raise UsageError(
                f"'{query.audience.name}' stands on a chain of more than {MOST_NESTED} audiences",
                remedy="build them: `cdp-activate build` makes a table of each",
            )
        pending.extend(missing)
        if not missing:
            pending.pop()
            _import(here, query, imports)
    return write(tree(query.steps, imports), catalog.adapter, run_at(catalog, as_of, place))


def _import(query: Query, asked: Query, into: dict[str, exp.Query]) -> None:
    """What a query reads, and unless it is the one that is asked for, its own steps."""
    entity = query.audience.entity.model
    into.setdefault(entity.name, everything(table(entity)))
    for name, fact in query.facts.items():
        into.setdefault(name, fact.tree)
    if query is not asked:
        model = audience_model(query.audience.name)
        for step, select in query.steps.items():
            name = model if step == "final" else f"{model}_{step}"
            into[name] = _renamed(select, model)


def _renamed(select: exp.Select, model: str) -> exp.Select:
    """A step of another audience, its own steps under that audience's name."""

    def rename(node: Expression) -> Expression:
        if isinstance(node, exp.Identifier) and node.this in ("candidates", "ranked"):
            names_a_column = isinstance(node.parent, exp.Column) and node.arg_key == "this"
            return node if names_a_column else identifier(f"{model}_{node.this}")
        return node

    renamed = select.transform(rename)
    assert isinstance(renamed, exp.Select)
    return renamed


def run_at(
    catalog: Catalog, as_of: datetime, place: Place | None = None
) -> Callable[[Expression], Expression]:
    """Replaces moments by literals at `as_of`, and dbt models by their relations."""

    def in_warehouse(model: exp.Table) -> exp.Table:
        known = catalog.models.get(model.meta["model"])
        where = model.meta.get("relation") or (known and known.relation)
        # A model that `compile` wrote and dbt has not parsed yet goes by its name.
        return exp.to_table(where, dialect=catalog.adapter) if where else model.copy()

    def replace(node: Expression) -> Expression:
        if isinstance(node, exp.Placeholder) and "moment" in node.meta:
            at = node.meta["moment"].resolve(as_of)
            if isinstance(at, datetime):
                return timestamp(at, zoned=node.meta["zoned"])
            assert isinstance(at, date)
            return date_literal(at)
        if isinstance(node, exp.Table) and "model" in node.meta:
            relation = (place or in_warehouse)(node)
            alias = node.args.get("alias")
            return relation.as_(alias.this.copy(), table=True) if alias else relation
        return node

    return replace


# Both ...


def write(query: exp.Query, adapter: str, replace: Callable[[Expression], Expression]) -> str:
    """SQL in the warehouse's dialect, pretty; what it cannot say is an error naming it."""
    dialect = dialect_of(adapter)

    def leaf(node: Expression) -> Expression:
        if is_ours(node):
            arguments = [one.transform(leaf) for one in arguments_of(node, dialect)]
            return written(node.this, arguments, dialect)
        if dialect == "bigquery" and _is_long(node):
            return exp.cast(exp.Literal.string(node.name), "bignumeric")
        return replace(node)

    try:
        sql = query.transform(leaf).sql(
            dialect,
            copy=False,
            pretty=True,
            indent=4,
            pad=4,
            leading_comma=False,
            normalize_functions="lower",
            unsupported_level=ErrorLevel.RAISE,
        )
    except UnsupportedError as error:
        raise UsageError(
            f"{dialect} cannot say this audience: {error}",
            remedy="leave out the condition it names, or compute it in a dbt model",
        ) from None
    return lower_case(sql, dialect)


def _is_long(node: Expression) -> bool:
    """A whole number that BigQuery's INT64, and so its literals, does not hold."""
    if not isinstance(node, exp.Literal) or node.is_string or not node.name.isdecimal():
        return False
    return int(node.name) >= 2**63


def lower_case(sql: str, dialect: str) -> str:
    """Keywords in small letters, as dbt projects are written; text and quoted names stay.

    A name that is not in small letters is always quoted (`identifier`).
    """
    if "\\" not in sql and "$" not in sql:
        # Then quotes alone tell what is text (a doubled one ends a text and begins another),
        # and there is no need for the tokenizer.
        pieces = _QUOTED.split(sql)
        pieces[::2] = [piece.lower() for piece in pieces[::2]]
        return "".join(pieces)
    parts, end = [], 0
    for token in tokenize(sql, read=dialect):
        if token.token_type not in _AS_WRITTEN:
            parts.append(sql[end : token.start])
            parts.append(sql[token.start : token.end + 1].lower())
            end = token.end + 1
    return "".join(parts) + sql[end:]


_QUOTED = re.compile(r"""('[^']*'|"[^"]*"|`[^`]*`)""")
_AS_WRITTEN = {
    TokenType.STRING,
    TokenType.IDENTIFIER,
    TokenType.NATIONAL_STRING,
    TokenType.RAW_STRING,
}
