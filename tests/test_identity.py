"""Who is one person: merges, their stability over runs, and what must not merge."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from identity_bed import Bed, components

pytestmark = pytest.mark.slow

PERSON = "insert into crm.people (customer_id, created_at) values (?, ?)"
CLAIM = "insert into crm.identities values (?, ?, 'external_id', ?, null)"
DEVICE = "insert into crm.identities values (?, ?, 'device_id', ?, null)"
OWNED = "select customer_id from identity_map where identifier = '{}'"
DOUBTFUL = "select customer_count from identity_conflicts where identifier = '{}'"


def person(number: int) -> str:
    """Name a customer so that the order of the alphabet is that of age."""
    return f"c{number:05d}"


class Graph:
    """Customers linked by external ids that two of them share: a random graph."""

    def __init__(self, bed: Bed, seed: int) -> None:
        self.bed, self.random = bed, random.Random(seed)
        self.nodes: list[str] = []
        self.edges: list[tuple[str, str]] = []

    def grow(self, people: int, links: int) -> None:
        """Add customers, and links between any of them, old and new."""
        start = len(self.nodes)
        added = [person(number) for number in range(start, start + people)]
        self.nodes += added
        rows = [
            (name, str(datetime(2025, 1, 1) + timedelta(minutes=start + number)))
            for number, name in enumerate(added)
        ]
        self.random.shuffle(rows)
        self.bed.execute(PERSON, rows)
        new = [tuple(self.random.sample(self.nodes, 2)) for _ in range(links)]
        self.link(*new)  # type: ignore[arg-type]

    def link(self, *edges: tuple[str, str]) -> None:
        """Let the two ends of each edge share an external id of their own."""
        rows = []
        for one, other in edges:
            key = f"x{len(self.edges)}"
            self.edges.append((one, other))
            rows += [(f"{key}a", one, key), (f"{key}b", other, key)]
        self.random.shuffle(rows)
        self.bed.execute(CLAIM, rows)

    def expected(self) -> dict[str, str]:
        """Give each customer with the oldest of its component."""
        return components(self.nodes, self.edges)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """A graph that grew over several runs, each compared with union-find."""
    graph = Graph(Bed(tmp_path_factory.mktemp("grown")), seed=5)
    graph.grow(people=400, links=150)
    graph.bed.build()
    assert graph.expected() == graph.bed.people()
    graph.grow(people=40, links=30)
    graph.bed.build()
    assert graph.expected() == graph.bed.people()
    return graph


def test_a_chain_of_hundreds_is_one_person(tmp_path: Path) -> None:
    """Long components converge, whatever the order of their links."""
    graph = Graph(Bed(tmp_path), seed=1)
    graph.grow(people=300, links=0)
    chain = graph.random.sample(graph.nodes[:-1], 299)
    graph.link(*pairwise(chain))

    graph.bed.build()

    assert {*chain} == {one for one, other in graph.bed.people().items() if other == person(0)}
    assert graph.expected() == graph.bed.people()


def test_groups_that_had_merged_merge_and_the_oldest_stays(grown: Graph) -> None:
    """Two groups of several people become one; the ids of both are superseded by it."""
    before = grown.expected()
    sizes: dict[str, list[str]] = {}
    for node, root in before.items():
        sizes.setdefault(root, []).append(node)
    first, second = sorted(root for root, members in sizes.items() if len(members) > 2)[:2]
    grown.link((sizes[first][-1], sizes[second][-1]))

    grown.bed.build()

    people = grown.bed.people()
    assert grown.expected() == people
    assert {first} == {people[member] for member in sizes[first] + sizes[second]}
    superseded = dict(
        grown.bed.rows("select superseded_customer_id, customer_id from superseded_customers")
    )
    assert {node: root for node, root in people.items() if node != root} == superseded


def test_a_run_without_news_writes_nothing(grown: Graph) -> None:
    """The same inputs again: no row of what remembers is written anew."""
    query = (
        "select (select max(noted_at) from identity_records),"
        " (select max(noted_at) from identity_identifiers),"
        " (select max(noted_at) from identity_edges),"
        " (select max(noted_at) from identity_components)"
    )
    edges = "select * from identity_edges order by all"
    grown.bed.build()
    before = grown.bed.rows(query)
    linked = grown.bed.rows(edges)
    grown.bed.execute(
        "insert into identity_edges select * replace (noted_at - interval 1 hour as noted_at)"
        " from identity_edges where noted_at = (select max(noted_at) from identity_edges)"
    )
    assert linked != grown.bed.rows(edges), "a run died before what it replaced was deleted"
    grown.bed.build()

    assert before == grown.bed.rows(query)
    assert linked == grown.bed.rows(edges)
    assert grown.expected() == grown.bed.people()


def test_a_run_with_few_links_looks_at_few_people(grown: Graph) -> None:
    """Only the components that new links touch are found again."""
    alone = [node for node, root in grown.expected().items() if node == root][-2:]
    latest = grown.bed.rows("select max(noted_at) from identity_components")[0][0]
    grown.link((alone[0], alone[1]))

    grown.bed.build()

    looked_at = grown.bed.rows(
        f"select count(*) from identity_components where noted_at > timestamp '{latest}'"
    )
    touched = [n for n, r in grown.expected().items() if r == grown.expected()[alone[0]]]
    assert [(len(touched),)] == looked_at
    assert grown.expected() == grown.bed.people()


def test_whoever_is_erased_no_longer_links_others(grown: Graph) -> None:
    """Without the one in the middle, the two ends are two people again, and what the others
    shared with him is theirs, also when a run before died after it had deleted what was due.
    """
    start = len(grown.nodes)
    grown.grow(people=5, links=0)
    one, middle, other, friend, guest = grown.nodes[start:]
    grown.link((one, middle), (middle, other))
    grown.bed.execute(
        DEVICE,
        [
            ("d1", middle, "d1"),
            ("d2", friend, "d1"),
            ("d3", other, "d2"),
            ("d4", middle, "d3"),
            ("d5", guest, "d3"),
            ("d6", friend, "d3"),
        ],
    )
    grown.bed.build()
    assert grown.bed.people()[other] == one
    assert grown.bed.rows(DOUBTFUL.format("d1")) == [(2,)]
    assert grown.bed.rows(DOUBTFUL.format("d3")) == [(3,)]
    assert grown.bed.rows(OWNED.format("d2")) == [(one,)]

    grown.bed.execute(f"delete from crm.people where customer_id = '{middle}'")
    grown.nodes.remove(middle)
    grown.edges = [edge for edge in grown.edges if middle not in edge]
    grown.bed.execute(f"delete from identity_map where customer_id = '{one}'")
    grown.bed.build()

    assert grown.bed.people()[other] == other
    assert grown.expected() == grown.bed.people()
    left = "select count(*) from identity_identifiers where source_customer_id = "
    assert grown.bed.rows(f"{left} '{middle}'") == [(0,)]
    assert grown.bed.rows(OWNED.format("d1")) == [(friend,)]
    assert grown.bed.rows(OWNED.format("d2")) == [(other,)]
    assert grown.bed.rows(DOUBTFUL.format("d1")) == []
    assert grown.bed.rows(DOUBTFUL.format("d3")) == [(2,)]


def test_runs_one_after_another_end_where_a_full_build_ends(grown: Graph) -> None:
    """History leaves no trace: building from nothing gives the same people and identifiers."""
    queries = [
        f"select * exclude (noted_at) from {table} order by all"
        for table in ("identity_identifiers", "identity_map", "identity_conflicts")
    ]
    before = grown.bed.people()
    held = [grown.bed.rows(query) for query in queries]

    grown.bed.build("--full-refresh")

    assert before == grown.bed.people()
    assert held == [grown.bed.rows(query) for query in queries]
    assert all(held)
