"""Values stay values: in SQL, and in the dbt models that Jinja renders."""

from __future__ import annotations

import duckdb
import jinja2
import pytest
import sqlglot
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp
from world import NOON, catalog, create, people

from cdp_activate.audiences.dbt import SyncUse, dbt_files
from cdp_activate.audiences.preview import preview_sql
from cdp_activate.audiences.read import read_audiences
from cdp_activate.audiences.render import lower_case
from cdp_activate.errors import SourceErrors
from cdp_activate.text import parse

HOSTILE = [
    "'", "''", '"', "\\", "\\'", "{{ env_var('HOME') }}", "{% raw %}", "{% endraw %}", "{# note #}",
    "{", "}}", "a\nb", "a\r\nb", "\r", "-- x", "; drop table customers; --", "/* x", "$1", "%s",
    "${HOME}", "{{ '{{' }}", "\u2028", "\x85", "🐙", "a\u0308", "?", ":name", "E'\\n'", "$$",
]  # fmt: skip


class Macros:
    """The macros that a compiled model calls."""

    def as_of(self, seconds: int = 0, zoned: bool = False) -> str:
        return f"timestamp '2026-01-10 12:00:00' + interval ({seconds}) second"


def run_model(sql: str, connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    """A compiled dbt model, rendered as dbt would and run."""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    rendered = environment.from_string(sql).render(
        ref=lambda *names: names[-1],
        config=lambda **settings: "",
        cdp_activate=Macros(),
        project_name="shop",
    )
    return connection.execute(rendered).fetchall()


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_is_compared_as_it_is(value: str) -> None:
    """In every place where an audience holds text."""
    quoted = yaml.safe_dump(value, default_style='"', allow_unicode=False, width=10_000).strip()
    text = f"""audience: hostile
description: {quoted}
owner: {quoted}
tags: [{quoted}]
where:
  - {{trait: name, eq: {quoted}, contains: {quoted}, starts_with: {quoted}, in: [{quoted}, x]}}
  - {{event: order_placed, where: {{status: {quoted}}}, within: 7 days}}
  - {{not: {{list: [{quoted}]}}}}
  - {{sample: {{percent: 100, salt: {quoted}}}}}
holdout: {{percent: 0, salt: {quoted}}}
variants: {{{quoted}: 100, salt: {quoted}}}
"""
    known = catalog()
    audiences = read_audiences(parse(text, f"{value}.yml"), known)
    use = SyncUse(value, "hostile", value, value)
    files = dbt_files(audiences, known, [use])
    found = people(name=[value, "other"])
    yesterday = NOON.replace(tzinfo=None, day=9)
    rows = [{"customer_id": key, "status": value, "ordered_at": yesterday} for key in ("c1", "c2")]
    connection = create({"customers": found, "orders": rows})
    # The file's own name stands in a comment of one line, so it is left out here.
    body = files["audience_hostile.sql"].split("\n\n", 1)[1]
    assert run_model(body, connection) == [("c1", value)]
    assert connection.execute("select count(*) from customers").fetchall() == [(2,)]


@pytest.mark.parametrize("value", [value for value in HOSTILE if "\n" not in value])
def test_texts_of_yml_files_are_rendered_as_they_are(value: str) -> None:
    """dbt renders them too."""
    quoted = yaml.safe_dump(value, default_style='"', width=10_000).strip()
    text = f"audience: hostile\ndescription: {quoted}\nowner: {quoted}\ntags: [{quoted}]\n"
    known = catalog()
    files = dbt_files(
        read_audiences(parse(text), known), known, [SyncUse("s", "hostile", value, value)]
    )
    render = jinja2.Environment(keep_trailing_newline=True).from_string
    model = yaml.safe_load(files["audience_hostile.yml"])["models"][0]
    assert render(model["description"]).render() == value
    assert render(model["config"]["tags"][1]).render() == value
    assert render(model["config"]["meta"]["cdp_audience"]["owner"]).render() == value
    exposure = yaml.safe_load(files["exposures.yml"])["exposures"][0]
    assert render(exposure["owner"]["name"]).render() == value


PIECES = [
    "score", "name", "born", "1", "'a'", "null", "true", "=", ">", "<>", "and", "or", "not", "is",
    "in", "(", ")", ",", ";", "--", "/*", "*/", "'", '"', "$$", "::", "||", "case when", "then",
    "else", "end", "select", "from", "customers", "union", "drop table", "exists", "where", "with",
    "now()", "random()", "current_date", "max(", "count(*)", "over ()", "read_csv('x')",
    "getenv('HOME')", "lower(", "abs(", "coalesce(", "cast(", "as date", "as integer", "?", "$1",
    "{{ ref('x') }}", "{% raw %}", "copy", "attach", "pragma", "install", "\n", "`", "[", "]",
]  # fmt: skip
HARMLESS = {"customers", "entity", "final"}
KNOWN = catalog()


@settings(max_examples=1_500, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=9).map(" ".join))
def test_sql_is_refused_or_one_expression_about_the_entity(written: str) -> None:
    """Whatever is written as `sql:`, what comes out reads that entity and does nothing else."""
    text = yaml.safe_dump({"audience": "hostile", "where": {"sql": written}}, width=10_000)
    try:
        audiences = read_audiences(parse(text), KNOWN)
    except SourceErrors as error:
        assert "'sql'" in str(error)
        return
    sql = preview_sql(audiences["hostile"], audiences, KNOWN, NOON)
    (statement,) = sqlglot.parse(sql, dialect="duckdb")
    assert isinstance(statement, exp.Select)
    tables = {table.name for table in statement.find_all(exp.Table)}
    assert tables <= HARMLESS
    assert not [
        *statement.find_all(exp.Command, exp.Subquery, exp.Window, exp.AggFunc, exp.Anonymous)
    ]


NAMES = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(HOSTILE)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(NAMES)
def test_a_name_is_refused_or_a_word(name: str) -> None:
    """An audience's name is part of the names of models: letters, digits and _ alone."""
    quoted = yaml.safe_dump(name, default_style='"', allow_unicode=False, width=10_000).strip()
    try:
        (found,) = read_audiences(parse(f"audience: {quoted}\n"), KNOWN)
    except SourceErrors:
        return
    assert found.isascii()
    assert found.replace("_", "a").isalnum()


@pytest.mark.parametrize(
    ("dialect", "sql", "expected"),
    [
        ("duckdb", r"SELECT 'A\' AS B, 'C'", r"select 'A\' as b, 'C'"),
        ("bigquery", r"SELECT 'A\' AS B', C", r"select 'A\' AS B', c"),
        ("postgres", r"SELECT e'A\'S', C, 'D'", r"select e'A\'S', c, 'D'"),
        ("postgres", "SELECT $$It's$$, A, 'B'", "select $$It's$$, a, 'B'"),
        ("snowflake", "SELECT '$A''B', C", "select '$A''B', c"),
    ],
)
def test_text_keeps_its_case_whatever_its_quotes(dialect: str, sql: str, expected: str) -> None:
    assert expected == lower_case(sql, dialect)
