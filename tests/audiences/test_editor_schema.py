"""The schema for editors: it takes whatever the compiler takes, and marks what people get wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import constructs
import mistake_worlds
import pytest
import random_audiences
from click.testing import CliRunner, Result
from jsonschema import Draft7Validator
from mistakes import MISTAKES
from neighbours import catalog, manifest

from cdp_activate.audiences.read import read_audiences
from cdp_activate.audiences.reading.audience import KEYS
from cdp_activate.audiences.reading.conditions import COMBINING
from cdp_activate.audiences.reading.kinds import KINDS
from cdp_activate.catalog import read_manifest
from cdp_activate.cli import main
from cdp_activate.editor import audience_schema, destination_schema, sync_schema
from cdp_activate.errors import SourceErrors
from cdp_activate.text import parse

SCHEMA = audience_schema(catalog(), ["other"])
VALIDATOR = Draft7Validator(SCHEMA)
REPOSITORY = Path(__file__).parents[2]


def marked(text: str, validator: Any = VALIDATOR) -> Iterator[str]:
    """What an editor would mark, in documents of YAML."""
    for document in parse(text, "a.yml"):
        yield from (error.message for error in validator.iter_errors(document.plain()))


def test_the_schemas_are_schemas() -> None:
    for schema in (SCHEMA, sync_schema(catalog()), destination_schema()):
        Draft7Validator.check_schema(schema)


def test_models_of_one_name_in_two_packages_are_told_apart() -> None:
    known = manifest()
    for package, column in (("erp", "weight"), ("web", "clicks")):
        columns = {"customer_id": "text", "at": "timestamp", column: "int"}
        event = {"event": f"{package}_parcel", "of": "customer", "key": "customer_id", "at": "at"}
        known["nodes"][f"model.{package}.parcels"] = {
            "resource_type": "model",
            "name": "parcels",
            "package_name": package,
            "columns": {name: {"data_type": kind} for name, kind in columns.items()},
            "config": {"meta": {"cdp": event}},
        }
    validator = Draft7Validator(audience_schema(read_manifest(known)))
    asked = "audience: a\nwhere: {{event: {}_parcel, where: {{{}: {{gt: 3}}}}}}\n"
    for package, column, right in (
        ("erp", "weight", True),
        ("web", "clicks", True),
        ("erp", "clicks", False),
        ("web", "weight", False),
    ):
        assert right == (not list(marked(asked.format(package, column), validator)))


def test_every_key_and_every_kind_of_condition_is_in_it() -> None:
    """None can be added to the language and left out here."""
    assert set(KEYS) == set(SCHEMA["properties"])
    about_people = SCHEMA["definitions"]["condition_of_customer"]["properties"]
    assert {*COMBINING, *KINDS} == set(about_people)


@pytest.mark.parametrize("name", constructs.table())
def test_every_construct_is_taken(name: str) -> None:
    assert [] == list(marked(constructs.text_of(name)))


@pytest.mark.parametrize(
    "keys",
    [
        "where: {trait: score, eq: 3}",
        "where: {trait: score, in: [3, 4]}",
        "where: {stage: 1}",
        "where: {stage: [1, true]}",
        "where: {consent: [ads]}",
        "where: {experiment: {name: [banner]}}",
        "exclude: []",
        "tests: [{name: t, as_of: 2026-01-10, given: {}, includes: [1.5, true]}]",
    ],
)
def test_what_the_reader_takes_is_never_marked(keys: str) -> None:
    """Numbers with an enumeration, names that YAML takes for numbers, one name in a list."""
    nodes = (described := manifest())["nodes"]
    nodes["model.shop.customers"]["columns"]["score"]["config"] = {
        "meta": {"cdp": {"values": [3, 4]}}
    }
    stage = nodes["model.shop.stages"]["columns"]["stage"]
    stage["config"] = {"meta": {"cdp": {"values": ["1", "true"]}}}
    known = read_manifest(described)
    text = f"audience: a\n{keys}\n"
    read_audiences(parse(text, "a.yml"), known)
    assert [] == list(marked(text, Draft7Validator(audience_schema(known))))


def test_random_audiences_are_taken() -> None:
    at = datetime(2026, 1, 10, 12, tzinfo=UTC)
    for seed in range(250):
        draw = Random(seed)
        entity = draw.choice(["customer", "account"])
        one = random_audiences.audience(draw, "a", entity, at, ("other",))
        assert [] == list(marked(random_audiences.written(one))), one


@pytest.mark.parametrize(
    "where",
    [
        "{trait: contry, eq: DE}",
        "{trait: tier, eq: platinum}",
        "{trait: tier, in: [gold, platinum]}",
        "{trait: score, contains: 3}",
        "{trait: score, gte: '3'}",
        "{trait: born, last: 7}",
        "{trait: account.plam, eq: a}",
        "{event: order_plced}",
        "{event: viewed, within: soon}",
        "{event: order_placed, where: {amunt: 3}}",
        "{event: order_placed, sum: {of: status, gte: 3}}",
        "{event: order_placed, sum: {gte: 3}}",
        "{related: tickets, where: {status: 3}}",
        "{related: contacts}",
        "{stage: newish}",
        "{consent: adds}",
        "{sequence: [{did: viewed}, {did: clickd}]}",
        "{compare: {left: {event: viewed}, right: {event: viewed}}}",
        "{all: [{stage: new}], any: [{stage: new}]}",
        "{stag: new}",
        "[]",
    ],
)
def test_what_is_misspelt_is_marked(where: str) -> None:
    assert list(marked(f"audience: a\nwhere: {where}\n"))


def test_what_is_marked_the_compiler_does_not_take() -> None:
    """Of the mistakes of docs/mistakes.md most of those that stand in one place are marked."""
    found = 0
    mistakes = [mistake for group in MISTAKES.values() for mistake in group]
    validators = {
        project: Draft7Validator(audience_schema(mistake_worlds.known(project)))
        for project in {mistake.project for mistake in mistakes}
    }
    for mistake in mistakes:
        try:
            found += any(marked(mistake.text, validators[mistake.project]))
        except SourceErrors:  # no YAML at all
            continue
    assert found >= 170


def test_the_files_of_the_shop_are_taken() -> None:
    syncs = Draft7Validator(sync_schema(catalog()))
    destinations = Draft7Validator(destination_schema())
    for path in sorted((REPOSITORY / "syncs").glob("*.yml")):
        kind = destinations if path.name == "destinations.yml" else syncs
        assert [] == list(marked(path.read_text(encoding="utf-8"), kind)), path


WHOLE_SYNC = "sync: a\naudience: b\ndestination: c\nconsent: d\nidentifiers: {email: email}\n"


@pytest.mark.parametrize(
    "text",
    [
        WHOLE_SYNC.replace("consent: d\n", ""),
        f"{WHOLE_SYNC}mod: mirror",
        f"{WHOLE_SYNC}mode: miror",
    ],
)
def test_mistakes_of_syncs_are_marked(text: str) -> None:
    assert list(marked(text, Draft7Validator(sync_schema(catalog()))))


@pytest.mark.parametrize(
    "settings", ["{typ: file}", "{type: fil}", "{type: file}", "{type: file, path: a, formt: csv}"]
)
def test_mistakes_of_destinations_are_marked(settings: str) -> None:
    text = f"destinations:\n  one: {settings}\n"
    assert list(marked(text, Draft7Validator(destination_schema())))


@pytest.mark.parametrize(
    "keys",
    [
        "guards: {min_size: '3', first_run: 'false', max_remove: 20%}",
        "mode: \"{{ env_var('MODE') }}\"",
        "schedule: every day",
        "deadline: 10m",
    ],
)
def test_what_syncs_may_say_is_not_marked(keys: str) -> None:
    assert [] == list(marked(WHOLE_SYNC + keys, Draft7Validator(sync_schema(catalog()))))


def test_settings_may_come_from_the_environment() -> None:
    port = (
        "destinations: {one: {type: webhook, url: 'http://a', batch_size: \"{{ env_var('N') }}\"}}"
    )
    assert [] == list(marked(port, Draft7Validator(destination_schema())))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that was parsed, with an audience and another that is wrong."""
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "manifest.json").write_text(json.dumps(manifest()))
    (tmp_path / "dbt_project.yml").write_text("name: shop\nprofile: shop\n")
    (tmp_path / "audiences").mkdir()
    (tmp_path / "audiences" / "all.yml").write_text("audience: golden\n---\naudience: b\nwher: 1\n")
    return tmp_path


def schemas(project: Path, *arguments: str) -> Result:
    asked = ["schema", *arguments, "--project-dir", str(project)]
    return CliRunner().invoke(main, asked, catch_exceptions=False)


def test_a_schema_is_printed_with_the_names_of_audiences(project: Path) -> None:
    printed = json.loads(schemas(project, "audiences").output)
    assert audience_schema(catalog(), ["b", "golden"]) == printed
    assert ["b", "golden"] == sync_names(json.loads(schemas(project, "syncs").output))


def sync_names(schema: dict[str, Any]) -> list[str]:
    found: list[str] = schema["properties"]["audience"]["anyOf"][0]["enum"]
    return found


def test_all_schemas_are_written(project: Path) -> None:
    into = project / "a" / ".schemas"
    done = schemas(project, "--into", str(into), "--json")
    assert 0 == done.exit_code
    written = json.loads(done.output)["written"]
    assert {"audiences", "syncs", "destinations"} == set(written)
    for path in written.values():
        Draft7Validator.check_schema(json.loads(Path(path).read_text(encoding="utf-8")))


def test_files_that_cannot_be_read_keep_no_schema_from_being_made(project: Path) -> None:
    (project / "audiences" / "all.yml").write_text("audience: [\n")
    assert audience_schema(catalog()) == json.loads(schemas(project, "audiences").output)


@pytest.mark.parametrize("arguments", [[], ["audiences", "--into", "x"], ["audience"]])
def test_what_is_asked_for_must_be_said(project: Path, arguments: list[str]) -> None:
    done = schemas(project, *arguments)
    assert 2 == done.exit_code
    assert "audiences" in done.output
