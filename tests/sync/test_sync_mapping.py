"""What is sent under a name: columns, expressions, constants, texts; and what is personal."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from bed import CUSTOMERS, Bed, person
from click.testing import CliRunner

from cdp_activate.audiences.dialects import dialect_of
from cdp_activate.catalog import Column, Entity, Model
from cdp_activate.catalog.types import column_type
from cdp_activate.cli import main
from cdp_activate.errors import SourceErrors
from cdp_activate.sync.mapping import MappingReader, Template
from cdp_activate.text import parse

FIELDS = "fields: {FNAME: first_name, POINTS: points}"
ADA = person("ada", points=3, balance="129.90", phone="+84901234567")
BEA = person("bea", first_name=None, points=None)

MISTAKES = [
    ("5", "this is neither a column nor a way to make a value", "{value: ..}"),
    ("[a]", "this is neither a column", "{value: ..}"),
    ("frist_name", "'frist_name' is no column of customers", "did you mean 'first_name'?"),
    ("{sq: a}", "unknown key 'sq'", "did you mean 'sql'?"),
    ("{}", "a field is made in exactly one way", "{template:"),
    ("{value: 1, sql: points}", "a field is made in exactly one way", "{template:"),
    ('{sql: "pionts + 1"}', "'pionts' in 'sql' is no trait", "did you mean 'points'?"),
    ('{sql: "(select 1)"}', "'sql' cannot use a subquery", "compute the rest in a dbt model"),
    ('{sql: "random()"}', "'sql' cannot use RAND", "compute the rest in a dbt model"),
    ('{sql: "current_date"}', "'sql' cannot use CURRENT_DATE", "in a dbt model"),
    ('{sql: "points; drop table customers"}', "'sql' is not one expression", "no statement"),
    ('{sql: "sum(points)"}', "'sql' cannot use an aggregate", "in a dbt model"),
    ("{sql: 5}", "'sql' is one expression, as text", "coalesce("),
    ("{value: }", "'value' is a number, a text, true or false", "leave the field out"),
    ("{value: .nan}", "'value' is a number", "leave the field out"),
    ("{value: [1]}", "'value' is a number", "a list is a column"),
    ("{date: 2026-02-30}", "'date' is no day of the calendar", "date: 2026-01-31"),
    ("{template: 5}", "'template' is a text", "Hello {first_name}"),
    ('{template: "Hi {name"}', "a '{' is alone in 'template'", "{{ }}"),
    ('{template: "Hi }"}', "a '}' is alone in 'template'", "{{ }}"),
    ('{template: "Hi"}', "'template' names no column", "`value:`"),
    ('{template: "Hi {}"}', "'' is no column of customers", "columns: balance"),
    ('{template: "Hi {{first_name}}"}', "'template' names no column", "one brace on each side"),
    ('{template: "Hi {first_nam:>9}"}', "'first_nam:>9' is no column", "mean 'first_name'?"),
    ('"Hi {first_name}"', "'Hi {first_name}' is no column", '{template: "Hi {first_name}"}'),
    ('{template: "Hi {first_nam}"}', "'first_nam' is no column", "did you mean 'first_name'?"),
    ('{template: "Hi {since}"}', "'since' is a timestamp, which each warehouse", "{sql: ..}"),
]


@pytest.fixture(scope="module")
def catalog_entity() -> Entity:
    columns = {name: Column(name, column_type(kind)) for name, kind in CUSTOMERS.items()}
    return Entity("customer", Model("customers", "shop", "customers", columns), "customer_id")


def mapped(bed: Bed, fields: str) -> None:
    bed.change_sync(FIELDS, f"fields: {fields}")


def sent(bed: Bed) -> dict[str, dict[str, Any]]:
    bed.build([ADA, BEA])
    return {step.key: dict(step.fields) for step in bed.plan()[1]["add"]}


def mark(bed: Bed, **kinds: str) -> None:
    """Mark columns of customers as personal."""
    path = bed.folder / "target/manifest.json"
    manifest = json.loads(path.read_text())
    columns = manifest["nodes"]["model.shop.customers"]["columns"]
    for name, kind in kinds.items():
        columns[name]["config"] = {"meta": {"cdp": {"pii": kind}}}
    bed.write("target/manifest.json", json.dumps(manifest))


def problems(bed: Bed) -> list[tuple[int, str, str]]:
    with pytest.raises(SourceErrors) as caught:
        _ = bed.the_sync
    return [(one.line, one.message, one.hint) for one in caught.value.problems]


def test_columns_expressions_constants_and_texts_are_sent(bed: Bed) -> None:
    mapped(
        bed,
        """
  NAME: first_name
  DOUBLED: {sql: "points * 2"}
  TIER: {sql: "case when points > 2 then 'gold' else 'none' end"}
  LISTED: {value: 5}
  RATE: {value: 0.25}
  SURE: {value: true}
  SOURCE: {value: "it's {ours}"}
  FROM: {date: 2026-01-31}
  HELLO: {template: "{{{first_name}}} has {points}; it's {balance}"}""",
    )
    always = {
        "LISTED": 5, "RATE": Decimal("0.25"), "SURE": True, "SOURCE": "it's {ours}",
        "FROM": date(2026, 1, 31),
    }  # fmt: skip
    ada = {"NAME": "Ada", "DOUBLED": 6, "TIER": "gold", "HELLO": "{Ada} has 3; it's 129.90"}
    bea = {"NAME": None, "DOUBLED": None, "TIER": "none", "HELLO": None}
    assert {"ada": ada | always, "bea": bea | always} == sent(bed)


def test_what_is_sent_is_sent_again_when_its_value_changes(bed: Bed) -> None:
    mapped(bed, '{HELLO: {template: "Hello {first_name}"}, WAVE: {value: 1}}')
    bed.build([ADA, BEA])
    bed.run()
    assert {"HELLO": "Hello Ada", "WAVE": 1} == bed.listed["ada"]["fields"]
    assert 0 == bed.plan()[0].changes
    bed.build([person("ada", first_name="Augusta", phone=ADA.phone), BEA])
    assert ["ada"] == [step.key for step in bed.plan()[1]["update"]]
    bed.change_sync("{value: 1}", "{value: 2}")
    assert 2 == bed.run().record.updated
    assert {"HELLO": "Hello Augusta", "WAVE": 2} == bed.listed["ada"]["fields"]


def test_every_mistake_in_fields_is_shown_at_its_line_with_what_to_do(bed: Bed) -> None:
    lines = [f"  X{place}: {given}" for place, (given, _, _) in enumerate(MISTAKES)]
    mapped(bed, "\n" + "\n".join(lines))
    found = problems(bed)
    assert [6 + place for place in range(len(MISTAKES))] == [line for line, _, _ in found]
    for (_, said, remedy), (given, message, hint) in zip(found, MISTAKES, strict=True):
        assert said.startswith(message) and hint in remedy, (given, said, remedy)


@pytest.mark.parametrize(
    ("adapter", "kind"),
    [("duckdb", "text"), ("postgres", "text"), ("snowflake", "varchar"), ("bigquery", "string"),
     ("spark", "string")],
)  # fmt: skip
def test_expressions_and_templates_are_written_for_every_warehouse(
    catalog_entity: Entity, adapter: str, kind: str
) -> None:
    """Read in the warehouse's own words, and written as they were."""
    reader = MappingReader(
        catalog_entity, adapter, lambda node, message, hint: pytest.fail(message)
    )

    def written(given: str) -> str:
        found = reader.read(parse(given)[0])
        assert found is not None
        return found.over("entities").sql(dialect_of(adapter)).lower()

    assert f"'n ' || cast(entities.points as {kind})" == written('{template: "n {points}"}')
    assert "coalesce(entities.phone, 'none')" == written("{sql: \"coalesce(phone, 'none')\"}")
    assert "cast('2026-01-31' as date)" == written("{date: 2026-01-31}")


def test_a_template_reads_back_what_was_written() -> None:
    assert ["a{", "b c", "}"] == Template("a{{{ b c }}}").parts
    assert [] == Template("{{b}}").names


@pytest.mark.parametrize(
    "way",
    ["phone", '{sql: "coalesce(phone, email)"}', '{template: "call {phone}"}'],
)
def test_a_personal_column_needs_consent_or_a_word_of_permission(bed: Bed, way: str) -> None:
    mark(bed, email="email", phone="phone")
    mapped(bed, f"\n  X: {way}")
    assert "X" in bed.the_sync.fields  # whoever did not agree to the purpose is not sent

    bed.change_sync("consent: email_marketing", "consent: not_required\npii: [email]")
    ((line, message, hint),) = problems(bed)
    assert 6 == line
    assert "'phone' is personal (pii: phone), a kind that this sync's `pii:` does not" in message
    assert "say `pii: [email, phone]`" in hint
    done = CliRunner().invoke(
        main, ["sync", "--project-dir", str(bed.folder), "--profiles-dir", str(bed.folder)]
    )
    assert (2, 0) == (done.exit_code, bed.receiver.calls)
    assert "syncs/vips.yml:6" in done.output

    bed.change_sync("pii: [email]", "pii: [email, phone]")
    assert "X" in bed.the_sync.fields


def test_without_consent_an_identifier_is_personal_too(bed: Bed) -> None:
    mark(bed, email="email")
    bed.change_sync("email_marketing", "not_required")
    ((line, message, hint),) = problems(bed)
    assert (4, True) == (line, "with `consent: not_required` nobody agreed" in message)
    assert "`pii: [email]`" in hint


def test_pii_limits_a_sync_with_consent(bed: Bed) -> None:
    mark(bed, email="email", first_name="name")
    bed.change_sync("consent:", "pii: [email]\nconsent:")
    assert [(5, True)] == [(line, "'first_name' is personal" in m) for line, m, _ in problems(bed)]
    bed.change_sync("pii: [email]", "pii: [email, nmae]")
    assert any("no column is marked `pii: nmae`" in one[1] for one in problems(bed))
