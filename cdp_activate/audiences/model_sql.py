"""Writes query trees down as the bodies of dbt models, with `ref()` and the macros of moments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlglot import exp

from cdp_activate.audiences.compile import CompiledAudience
from cdp_activate.audiences.expressions import Expression
from cdp_activate.audiences.facts import Fact, compiled, table
from cdp_activate.audiences.history import MEMBERS
from cdp_activate.audiences.render import Replace, everything, in_place_of, tree, write
from cdp_activate.audiences.together import JudgedGroup
from cdp_activate.catalog import Catalog


def for_dbt(query: CompiledAudience, shared: Mapping[str, object], catalog: Catalog) -> str:
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
            imports[model] = everything(compiled(model))
    imports.update((name, _fact(fact, shared)) for name, fact in read.items())
    return write(tree(query.steps, imports), catalog.adapter, _dbt_node)


def fact_for_dbt(fact: Fact, shared: Mapping[str, object], catalog: Catalog) -> str:
    """The body of a shared fact's dbt model."""
    needs = {one.name: one for one in fact.needs}
    imports: dict[str, exp.Query] = {
        model: everything(compiled(model)) for _, model in fact.members_of
    }
    read = _read_by([fact.tree], needs, shared)
    imports.update((name, _fact(one, shared)) for name, one in read.items())
    return write(tree({"final": fact.tree}, imports), catalog.adapter, _dbt_node)


def together_models(
    judged: JudgedGroup,
    shared: Mapping[str, object],
    catalog: Catalog,
    replace: Replace | None = None,
) -> dict[str, str]:
    """The bodies of the tallies of an entity and, last, of what judges its audiences."""
    select = judged.tree()
    model = judged.entity.model
    imports: dict[str, exp.Query] = {model.name: everything(table(model))}
    imports.update((name, everything(compiled(name))) for name in judged.tallies)
    read = _read_by([select], judged.facts, shared)
    imports.update((name, _fact(fact, shared)) for name, fact in read.items())
    trees = {name: tree({"final": tally.tree()}, {}) for name, tally in judged.tallies.items()}
    trees[judged.name] = tree({"final": select}, imports)
    adapter = catalog.adapter
    return {name: write(one, adapter, replace or _dbt_node) for name, one in trees.items()}


def members_model(
    query: CompiledAudience, judged: JudgedGroup, catalog: Catalog, replace: Replace | None = None
) -> str:
    """The body of the model of an audience that is judged with others."""
    imports = {judged.name: everything(compiled(judged.name))}
    whole = tree({"final": judged.members(query)}, imports)
    return write(whole, catalog.adapter, replace or _dbt_node)


def _fact(fact: Fact, shared: Mapping[str, object]) -> exp.Query:
    return everything(compiled(fact.name)) if fact.name in shared else fact.tree


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
        return in_place_of(node, reference)
    if isinstance(node, exp.Literal) and node.is_string and _needs_escape(node.this):
        return exp.Literal.string(jinja_safe(node.this))
    return node


def _needs_escape(text: str) -> bool:
    return "{" in text or "\r" in text


def jinja_safe(text: str) -> str:
    """Text that Jinja prints as it is: a value may hold `{{`, which must stay a value."""
    return text.replace("{", '{{ "{" }}').replace("\r", '{{ "\\r" }}')
