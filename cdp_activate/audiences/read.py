"""From a YAML document to an Audience, every name looked up and every type checked.

All mistakes of a file are collected, each with its place and its remedy; a part that is
wrong is left out, so that the rest is still checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cdp_activate.audiences.model import Audience
from cdp_activate.audiences.reading.audience import AudienceReader
from cdp_activate.catalog import Catalog
from cdp_activate.errors import Problem, SourceErrors
from cdp_activate.spelling import suggest
from cdp_activate.text import Node


def read_audiences(
    documents: Iterable[Node], catalog: Catalog, *, timezone: str = "UTC"
) -> dict[str, Audience]:
    """The audiences of these documents by name.

    Raises SourceErrors with every mistake of every document, names of other audiences
    and cycles among them included.
    """
    problems: list[Problem] = []
    audiences: dict[str, Audience] = {}
    names: dict[str, Node] = {}
    for document in documents:
        reader = AudienceReader(document, catalog, timezone)
        audience = reader.read()
        problems.extend(reader.problems)
        name = reader.name
        if name and name in names:
            first = names[name]
            hint = f"the other is in {first.source.path}, line {first.line}: rename one"
            problems.append(reader.name_node.problem(f"two audiences are named '{name}'", hint))
        elif name:
            names[name] = reader.name_node
        if audience and audience.name not in audiences:
            audiences[audience.name] = audience
    problems.extend(_check_references(audiences, names))
    if problems:
        # A value that is read twice (an alias, two tables) is wrong once.
        problems = list(dict.fromkeys(problems))
        problems.sort(key=lambda problem: (problem.path, problem.line, problem.column))
        raise SourceErrors(problems)
    return audiences


def _check_references(
    audiences: Mapping[str, Audience], names: Mapping[str, Node]
) -> list[Problem]:
    problems: list[Problem] = []
    for audience in audiences.values():
        for part in audience.named:
            for name, node in zip(part.names, part.nodes, strict=True):
                other = audiences.get(name)
                if name not in names:
                    hint = suggest(name, names, what="known audiences")
                    problems.append(node.problem(f"unknown audience '{name}'", hint))
                elif other and other.entity.name != part.entity:
                    message = (
                        f"audience '{name}' is of {other.entity.name}, this one of {part.entity}"
                    )
                    problems.append(node.problem(message, "name an audience of the same entity"))
    for cycle in _cycles(audiences):
        path = " -> ".join((*cycle, cycle[0]))
        node = audiences[cycle[0]].uses[cycle[1 % len(cycle)]]
        problems.append(
            node.problem(
                f"these audiences name each other: {path}",
                "break the circle: leave one of them out",
            )
        )
    return problems


def _cycles(audiences: Mapping[str, Audience]) -> list[tuple[str, ...]]:
    """Circles of audiences that name one another, each from its alphabetically first name."""
    found: dict[tuple[str, ...], None] = {}
    finished: set[str] = set()
    for start in sorted(audiences):
        path: list[str] = []
        pending = [iter([start])]
        while pending:
            name = next(pending[-1], None)
            if name is None:
                pending.pop()
                finished.update(path[-1:])
                del path[-1:]
            elif name in path:
                cycle = path[path.index(name) :]
                first = cycle.index(min(cycle))
                found[tuple(cycle[first:] + cycle[:first])] = None
            elif name in audiences and name not in finished:
                path.append(name)
                pending.append(iter(sorted(audiences[name].uses)))
    return list(found)


def order(audiences: Mapping[str, Audience]) -> list[Audience]:
    """The audiences with those that others name before those that name them."""
    done: dict[str, Audience] = {}
    pending = sorted(audiences, reverse=True)
    while pending:
        audience = audiences[pending[-1]]
        missing = [name for name in sorted(audience.uses) if name not in done]
        if missing:
            pending.extend(missing)
        else:
            pending.pop()
            done[audience.name] = audience
    return list(done.values())
