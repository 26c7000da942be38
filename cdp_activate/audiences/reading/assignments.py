"""Reads `experiment:` and `journey:` conditions (7.5)."""

from __future__ import annotations

from cdp_activate.audiences.model import Assignment
from cdp_activate.audiences.reading.conditions import ConditionReader
from cdp_activate.text import Node


def experiment(reader: ConditionReader, node: Node) -> Assignment | None:
    """`experiment: {name: .., variant: ..}`; any variant, when none is named."""
    outer = reader.only(node, {"experiment"})["experiment"]
    rows = reader.catalog.experiments.get(reader.entity.name)
    if rows is None:
        reader.wrong(
            node.keys["experiment"],
            f"the entity {reader.entity.name} has no experiments",
            "declare a model with config.meta.cdp {experiments: true, ..}",
        )
        return None
    parts = reader.mapping(outer, "experiment", {"name", "variant"}, needed={"name"})
    if parts is None:
        return None
    names = reader.enumerated(parts["name"], rows, "experiment")
    variants = reader.enumerated(parts["variant"], rows, "variant") if "variant" in parts else ()
    if len(names) > 1:
        reader.wrong(parts["name"], "'experiment' takes one name", "use `all:` or `any:`")
    if len(names) != 1 or ("variant" in parts and not variants):
        return None
    return Assignment(rows, "experiment", names[0], variants, reader.timezone)


def journey(reader: ConditionReader, node: Node) -> Assignment | None:
    """`journey: NAME` with `state:`, which is active when it is not said."""
    parts = reader.only(node, {"journey", "state"})
    rows = reader.catalog.journeys.get(reader.entity.name)
    if rows is None:
        reader.wrong(
            node.keys["journey"],
            f"the entity {reader.entity.name} has no journeys",
            "declare a model with config.meta.cdp {journeys: true, ..}",
        )
        return None
    names = reader.enumerated(parts["journey"], rows, "journey")
    states = reader.enumerated(parts["state"], rows, "state") if "state" in parts else ("active",)
    if len(names) > 1:
        reader.wrong(parts["journey"], "'journey' takes one name", "use `all:` or `any:`")
    if len(names) != 1 or not states:
        return None
    return Assignment(rows, "journey", names[0], states, reader.timezone)
