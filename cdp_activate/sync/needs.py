"""What a sync waits for: `needs:` names other syncs, and never in a circle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from cdp_activate.errors import Problem
from cdp_activate.spelling import suggest
from cdp_activate.text import Node


def wrong_needs(written: Mapping[str, Node]) -> Iterator[Problem]:
    """Needs that are no syncs, and the first circle of syncs that wait for one another.

    `written` is the document of each sync, whether or not the rest of it can be read.
    """
    graph: dict[str, list[str]] = {}
    for name, document in written.items():
        node = document.locate(["needs"])
        entries = node.value if node is not document and isinstance(node.value, list) else []
        for entry in entries:
            if entry.text not in written:
                hint = suggest(entry.text, written, what="syncs")
                yield entry.problem(f"it needs the sync '{entry.text}', which there is not", hint)
        graph[name] = [entry.text for entry in entries if entry.text in written]
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        message = f"these syncs wait for one another: {' needs '.join(circle)}"
        at = written[circle[0]].locate(["needs"])
        yield at.problem(message, "take one of these needs away")
