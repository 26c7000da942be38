"""Finds variables of dbt_project.yml that nothing asks for: dbt passes over them in silence."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path

from cdp_activate.catalog.manifest import PACKAGE
from cdp_activate.errors import Problem, SourceErrors, UsageError
from cdp_activate.spelling import suggest
from cdp_activate.text import Node

OWN = "cdp_"
"""What the names of our variables begin with."""
_ASKED = re.compile(r"""\bvar\((?:\\n|\s)*\\?["'](\w+)""")
"""`var('name'` in code, or in code within JSON."""
_READ_BY_US = {"cdp_timezone"}
"""Variables that cdp-activate reads itself."""


def check_variables(configuration: Node, manifest: Path) -> int:
    """Look at the variables of a dbt_project.yml; give how many there are.

    `manifest` is dbt's manifest.json, which has all code that asks for variables. Raises
    SourceErrors with every variable that is meant for our package and that nothing asks for.
    """
    asked = set(_ASKED.findall(manifest.read_text(encoding="utf-8"))) | _READ_BY_US
    asked.update(_ASKED.findall("\n".join(configuration.source.lines)))
    ours = {name for name in asked if name.startswith(OWN)}
    has_package = ours > _READ_BY_US
    problems: list[Problem] = []
    count = 0
    for name, key, for_us in _set_in(configuration):
        count += 1
        # Without our package in the manifest nobody knows what it asks for.
        if has_package and name not in asked and (for_us or _is_like(name, ours)):
            hint = suggest(name, ours, what="variables", meant=[OWN + name])
            problems.append(key.problem(f"no model asks for the variable '{name}'", hint))
    if problems:
        raise SourceErrors(problems)
    return count


def check_inputs(configuration: Node, *, obligatory: bool) -> int:
    """Look at the variable `cdp_inputs` of a dbt_project.yml; give how many subjects it maps.

    Raises UsageError where customers are not among them, though `obligatory`.
    """
    settings = configuration.plain()
    variables = settings.get("vars")
    variables = variables if isinstance(variables, dict) else {}
    places = [variables.get(PACKAGE), variables]
    found = [at["cdp_inputs"] for at in places if isinstance(at, dict) and "cdp_inputs" in at]
    inputs = found[0] if found and isinstance(found[0], dict) else {}
    if obligatory and settings.get("name") != PACKAGE and not inputs.get("customers"):
        remedy = (
            "say in its vars which of your tables is which subject, such as"
            " cdp_inputs: {customers: crm.customers, orders: shop.orders}"
        )
        below = variables.get(str(settings.get("name")))
        if isinstance(below, dict) and "cdp_inputs" in below:
            remedy = "write cdp_inputs below vars itself: no package sees what is below a project"
        raise UsageError(
            "dbt_project.yml does not say which of your tables has the customers", remedy=remedy
        )
    return len(inputs)


def _set_in(configuration: Node) -> Iterator[tuple[str, Node, bool]]:
    """Each variable: its name, where it is named, and whether it is set for our package alone."""
    variables = configuration.locate(["vars"])
    if variables is configuration or not isinstance(variables.value, dict):
        return
    project = configuration.locate(["name"]).text
    for name, node in variables.value.items():
        if name in (PACKAGE, project) and isinstance(node.value, dict):
            for inner in node.value:
                yield inner, node.keys[inner], name == PACKAGE
        else:
            yield name, variables.keys[name], False


def _is_like(name: str, ours: set[str]) -> bool:
    """Whether a name is one of ours but for slips of the pen."""
    return (
        name.startswith(OWN)
        or OWN + name in ours
        or bool(difflib.get_close_matches(name, ours, n=1, cutoff=0.85))
    )
