"""Facts inside facts, as dbt models: each is computed once, and read where it is."""

from __future__ import annotations

from neighbours import catalog

from cdp_activate.audiences.dbt import dbt_files
from cdp_activate.audiences.read import read_audiences
from cdp_activate.text import parse

RELATED = "where: {related: buyers, having: {event: order_placed, within: 7 days}}"
DEEP = f"audience: %s\nentity: account\n{RELATED}\n"


def files_of(*texts: str) -> dict[str, str]:
    known = catalog()
    return dbt_files(read_audiences(parse("---\n".join(texts), "a.yml"), known), known)


def facts_in(files: dict[str, str]) -> dict[str, str]:
    return {
        name.removeprefix("facts/").removesuffix(".sql"): body
        for name, body in files.items()
        if name.startswith("facts/") and name.endswith(".sql")
    }


def test_a_shared_fact_reads_the_fact_inside_it() -> None:
    """Both are asked by two audiences, so both are models, one reading the other."""
    files = files_of(DEEP % "one", DEEP % "two")
    facts = facts_in(files)
    (outer,) = [name for name in facts if name.startswith("fact_buyers")]
    (inner,) = [name for name in facts if name.startswith("fact_order_placed")]
    assert f"ref('{inner}')" in facts[outer]
    for name in ("one", "two"):
        assert f"ref('{outer}')" in files[f"audience_{name}.sql"]
        # What only the fact reads is not read by the audience.
        assert inner not in files[f"audience_{name}.sql"]


def test_a_fact_that_one_audience_asks_is_inside_it_with_what_it_reads() -> None:
    """Nothing is shared, so nothing is a model."""
    files = files_of(DEEP % "one")
    assert {} == facts_in(files)
    sql = files["audience_one.sql"]
    steps = [sql.index(f"{name}_") for name in ("fact_order_placed", "fact_buyers")]
    assert sorted(steps) == steps
    assert "ref('fact" not in sql


def test_an_audience_inside_a_shared_fact_is_referred_to() -> None:
    """By the model of that audience."""
    body = "entity: account\nwhere: {related: buyers, having: {audience: best}}\n"
    best = "audience: best\nrank: {by: score, top: 1}\n"
    files = files_of(f"audience: one\n{body}", f"audience: two\n{body}", best)
    (fact,) = facts_in(files).values()
    assert "ref('audience_best')" in fact


def test_the_history_is_read_as_the_run_before_left_it() -> None:
    """A reference would be a circle in dbt: the history depends on every audience."""
    text = "audience: one\nwhere: {not: {audience: one, exited: 30 days}}\n"
    sql = files_of(text)["audience_one.sql"]
    assert "audience_members_before()" in sql
    assert "ref('shop', 'audience_members')" not in sql
