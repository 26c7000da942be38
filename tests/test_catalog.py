"""The catalog, from manifests written by hand: roles, columns, types, and what is wrong."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from cdp_activate.catalog import Catalog, column_type, load_catalog, read_manifest
from cdp_activate.catalog.manifest import ROLES
from cdp_activate.describe import describe
from cdp_activate.errors import SourceErrors, UsageError
from cdp_activate.text import parse


def model(
    name: str, cdp: Any = None, *, columns: dict[str, Any] | None = None, meta_at_top: bool = False
) -> dict[str, Any]:
    """A model of a manifest; a column is its type, or a whole dict."""
    meta = {} if cdp is None else {"cdp": cdp}
    listed = {
        column: kind if isinstance(kind, dict) else {"name": column, "data_type": kind}
        for column, kind in (columns or {}).items()
    }
    return {
        "resource_type": "model",
        "name": name,
        "package_name": "shop",
        "relation_name": f'"db"."main"."{name}"',
        "original_file_path": f"models/{name}.yml",
        "columns": listed,
        **({"meta": meta, "config": {}} if meta_at_top else {"config": {"meta": meta}}),
    }


CUSTOMERS = model(
    "customers",
    {"entity": "customer", "key": "id"},
    columns={"id": "text", "email": {"data_type": "text", "meta": {"cdp": {"pii": "email"}}}},
)
ORDERS = {"order_id": "int", "id": "text", "at": "timestamp"}
ORDER = {"event": "order_placed", "of": "customer", "key": "id", "at": "at", "id": "order_id"}


def load(*models: dict[str, Any], adapter: str = "duckdb", described: Any = None) -> Catalog:
    """The catalog of these models."""
    nodes = {f"model.shop.{one['name']}": one for one in models}
    metadata = {"adapter_type": adapter, "project_name": "shop"}
    return read_manifest({"metadata": metadata, "nodes": nodes}, described)


def problems(*models: dict[str, Any]) -> list[str]:
    """What is wrong with these models: messages and remedies."""
    with pytest.raises(SourceErrors) as caught:
        load(*models)
    return [f"{one.path}: {one.message} ({one.hint})" for one in caught.value.problems]


@pytest.mark.parametrize("meta_at_top", [False, True])
def test_meta_is_read_under_config_and_in_its_old_place(meta_at_top: bool) -> None:
    """dbt moved it in 1.10."""
    known = load(
        model("people", {"entity": "person", "key": "id"}, columns={"id": "text"},
              meta_at_top=meta_at_top)
    )  # fmt: skip
    assert known.entities["person"].key == "id"


def test_meta_under_config_wins() -> None:
    """Where both are there, as dbt merges them."""
    both = model("people", {"entity": "person", "key": "id"}, columns={"id": "text"})
    both["meta"] = {"cdp": {"entity": "other", "key": "id"}}
    assert set(load(both).entities) == {"person"}


def test_a_model_may_have_several_roles_with_of_and_key_of_its_own_entity() -> None:
    """`of` and `key` may be omitted there, and `on` may arrive as the key true of YAML 1.1."""
    accounts = model("accounts", {"entity": "account", "key": "id"}, columns={"id": "int"})
    customers = model(
        "customers",
        [
            {"entity": "customer", "key": "id"},
            {"event": "signed_up", "at": "created"},
            {"ref": "account", "to": "account", "true": "account_id"},
        ],
        columns={"id": "text", "created": "timestamp", "account_id": "int"},
    )
    known = load(accounts, customers)
    event = known.events["customer"]["signed_up"]
    assert (event.of, event.key, event.at) == ("customer", "id", "created")
    reference = known.references["customer"]["account"]
    assert (reference.on, reference.key, reference.of) == ("account_id", "id", "customer")


def test_a_relation_with_an_entity_is_no_entity() -> None:
    """`entity` refines a relation: AUDIENCES.md 7.60."""
    accounts = model("accounts", {"entity": "account", "key": "id"}, columns={"id": "int"})
    members = model(
        "members",
        {"relation": "contacts", "of": "account", "entity": "customer", "key": "account_id"},
        columns={"account_id": "int", "id": "text"},
    )
    known = load(CUSTOMERS, accounts, members)
    assert set(known.entities) == {"customer", "account"}
    assert set(known.relations["account"]) == {"contacts"}


def test_the_default_entity_is_the_only_one_with_personal_columns() -> None:
    """An audience then need not say `entity:`."""
    accounts = model("accounts", {"entity": "account", "key": "id"}, columns={"id": "int"})
    found = load(CUSTOMERS, accounts).default_entity()
    assert found is not None
    assert found.name == "customer"
    owned = model(
        "owned",
        {"entity": "owned", "key": "id"},
        columns={"id": "int", "owner": {"data_type": "text", "meta": {"cdp": {"pii": "name"}}}},
    )
    default = load(CUSTOMERS, owned).default_entity()
    assert default is not None
    assert default.name == "customer"
    others = model("others", {"entity": "other", "key": "id"}, columns={"id": "int"})
    assert load(accounts, others).default_entity() is None


def test_a_table_of_many_events_offers_those_of_its_enumeration() -> None:
    """Without one it takes any name."""
    meta = {"events_in": "name", "of": "customer", "key": "id", "at": "at"}
    listed = {"data_type": "text", "config": {"meta": {"cdp": {"values": ["viewed", "clicked"]}}}}
    columns = {"id": "text", "at": "timestamp", "name": listed}
    known = load(CUSTOMERS, model("events", meta, columns=columns))
    assert set(known.events["customer"]) == {"viewed", "clicked"}
    assert known.event("customer", "bought") is None
    known = load(CUSTOMERS, model("events", meta, columns={**columns, "name": "text"}))
    assert known.event("customer", "bought") is not None


def test_of_models_of_one_name_the_project_s_own_is_meant_and_ours_is_not_lost() -> None:
    """Whichever dbt lists first, which hangs on what was parsed last."""
    own = model("touchpoints")
    ours = model("touchpoints") | {"package_name": "cdp_activate", "relation_name": "ours"}
    others = model("touchpoints") | {"package_name": "others", "relation_name": "others"}
    for order in permutations([own, ours, others]):
        nodes = {f"model.{one['package_name']}.touchpoints": one for one in order}
        metadata = {"adapter_type": "duckdb", "project_name": "shop"}
        known = read_manifest({"metadata": metadata, "nodes": nodes})
        assert "shop" == known.models["touchpoints"].package
        assert "ours" == known.shipped["touchpoints"].relation


MISTAKES: list[tuple[dict[str, Any], str]] = [
    (model("a", "entity"), "model 'a': config.meta.cdp must be a mapping"),
    (model("a", {"entitty": "x"}), "names no role (did you mean 'entity'?"),
    (model("a", {}), "names no role"),
    (model("a", {**ORDER, "att": "at"}, columns=ORDERS), "unknown key 'att' in config.meta.cdp"),
    (
        model("a", {"event": "x", "of": "customer"}, columns=ORDERS),
        "'event' lacks at, key (add at, key)",
    ),
    (
        model("a", {**ORDER, "at": "att"}, columns=ORDERS),
        "'at: att' names no column of the model (did you mean 'at'?",
    ),
    (model("a", {**ORDER, "key": "idd"}, columns=ORDERS), "'key: idd' names no column"),
    (model("a", ORDER), "names no column of the model (list the model's columns"),
    (
        model("a", {**ORDER, "of": "custom"}, columns=ORDERS),
        "'of: custom' names no entity (did you mean 'customer'?",
    ),
    (model("a", {"entity": "b", "key": "id"}), "'key: id' names no column"),
    (
        model("a", {"entity": "customer", "key": "id"}, columns={"id": "int"}),
        "entity 'customer' is already declared by model 'customers'",
    ),
    (
        model("a", ORDER, columns={**ORDERS, "at": "text"}),
        "'at: at' is a text, not a time (cast it in the model",
    ),
    (
        model("a", ORDER, columns={**ORDERS, "id": "int"}),
        "'key: id' is a number, the key of customer a text (give both one type",
    ),
    (
        model(
            "a",
            {"events_in": "name", "of": "customer", "key": "id", "at": "at"},
            columns={**ORDERS, "name": "int"},
        ),
        "'events_in: name' is a number, not text",
    ),
    (
        model(
            "a",
            [{"ref": "friend", "of": "customer", "to": "customer", "key": "id", "on": "id"}] * 2,
            columns=ORDERS,
        ),
        "the ref 'friend' of customer is already declared by model 'a'",
    ),
    (
        model("a", columns={"c": {"data_type": "text", "meta": {"cdp": {"pi": "email"}}}}),
        "column 'c': unknown key 'pi' in config.meta.cdp (did you mean 'pii'?",
    ),
    (
        model("a", columns={"c": {"data_type": "text", "meta": {"cdp": True}}}),
        "column 'c': config.meta.cdp must be a mapping",
    ),
    (
        model("a", columns={"c": {"data_type": "text", "meta": {"cdp": {"values": "abc"}}}}),
        "column 'c': 'values' is a list",
    ),
    (
        model(
            "a", columns={"c": {"data_type": "text", "meta": {"cdp": {"values": ["DE", False]}}}}
        ),
        "'values' are texts (put each in quotes: yes, no, on",
    ),
    (
        model("a", columns={"c": {"data_type": "text", "meta": {"cdp": {"hidden": "no"}}}}),
        "'hidden' is true or false",
    ),
    (
        model("a", {**ORDER, "event": None}, columns=ORDERS),
        "'event: None' in config.meta.cdp names",
    ),
    (
        model("a", {**ORDER, "of": ["customer"]}, columns=ORDERS),
        "names nothing (of: .., in quotes where it is no word)",
    ),
    (
        model(
            "a", columns={"c": {"data_type": "timestamp", "meta": {"cdp": {"timezone": "Saigon"}}}}
        ),
        "unknown time zone 'Saigon'",
    ),
]


@pytest.mark.parametrize(("wrong", "shown"), MISTAKES)
def test_a_mistake_names_its_model_and_the_remedy(wrong: dict[str, Any], shown: str) -> None:
    """With the file it is in."""
    (problem,) = problems(CUSTOMERS, wrong)
    assert problem.startswith("models/a.yml: ")
    assert shown in problem


def test_all_mistakes_are_shown_at_once() -> None:
    """Not one after another."""
    assert len(problems(*(one | {"name": f"m{n}"} for n, (one, _) in enumerate(MISTAKES[:4])))) == 4


def test_an_event_is_declared_once() -> None:
    """Two tables of one event would be counted twice, or not."""
    one = model("a", ORDER, columns=ORDERS)
    other = model("b", ORDER, columns=ORDERS)
    (problem,) = problems(CUSTOMERS, one, other)
    assert "event 'order_placed' is already declared by model 'a'" in problem


@pytest.mark.parametrize("role", ["consents", "stages"])
def test_an_entity_has_one_model_of_consents_and_of_stages(role: str) -> None:
    """Otherwise the last word would be anyone's."""
    columns = dict.fromkeys(("id", "x", "y"), "text") | {"at": "timestamp"}
    names = {"consents": {"purpose": "x", "status": "y"}, "stages": {"track": "x", "stage": "y"}}
    meta = {role: True, "of": "customer", "key": "id", "at": "at", **names[role]}
    (problem,) = problems(CUSTOMERS, model("a", meta, columns=columns),
                          model("b", meta, columns=columns))  # fmt: skip
    assert "already declared by model 'a'" in problem


def test_columns_and_types_come_from_dbts_catalog_where_the_yml_has_none() -> None:
    """Names of other case are the same column there (Snowflake writes them large)."""
    described = {
        "nodes": {
            "model.shop.people": {
                "columns": {"ID": {"type": "BIGINT"}, "PLAN": {"type": "VARCHAR"}},
            }
        }
    }
    people = model("people", {"entity": "person", "key": "id"}, columns={"id": ""})
    columns = load(people, described=described).entities["person"].model.columns
    assert {name: str(column.type) for name, column in columns.items()} == {
        "id": "number",
        "plan": "text",
    }


TYPES = [
    # type, adapter, kind, zoned
    ("INTEGER", "duckdb", "integer", False),
    ("hugeint", "duckdb", "integer", False),
    ("ubigint", "duckdb", "integer", False),
    ("int64", "bigquery", "integer", False),
    ("numeric(18,2)", "postgres", "decimal", False),
    ("numeric(18, 0)", "postgres", "integer", False),
    ("number(38,0)", "snowflake", "integer", False),
    ("number(38)", "snowflake", "integer", False),
    ("NUMBER", "snowflake", "integer", False),
    ("numeric", "postgres", "decimal", False),
    ("DECIMAL(38,10)", "duckdb", "decimal", False),
    ("double precision", "postgres", "double", False),
    ("FLOAT64", "bigquery", "double", False),
    ("real", "duckdb", "double", False),
    ("character varying(20)", "postgres", "text", False),
    ("STRING", "bigquery", "text", False),
    ("enum('a', 'b')", "duckdb", "text", False),
    ("bool", "bigquery", "boolean", False),
    ("DATE", "snowflake", "date", False),
    ("timestamp", "duckdb", "timestamp", False),
    ("timestamp without time zone", "postgres", "timestamp", False),
    ("timestamp(6) with time zone", "postgres", "timestamp", True),
    ("timestamptz", "duckdb", "timestamp", True),
    ("TIMESTAMP WITH TIME ZONE", "duckdb", "timestamp", True),
    ("timestamp_ntz(9)", "snowflake", "timestamp", False),
    ("timestamp_tz(9)", "snowflake", "timestamp", True),
    ("timestamp_ltz", "snowflake", "timestamp", True),
    ("timestamp", "bigquery", "timestamp", True),
    ("datetime", "bigquery", "timestamp", False),
    ("timestamp", "spark", "timestamp", True),
    ("timestamp_ntz", "spark", "timestamp", False),
    ("uuid", "postgres", "uuid", False),
    ("jsonb", "postgres", "json", False),
    ("variant", "snowflake", "json", False),
    ("interval", "duckdb", "other", False),
    ("geometry", "postgres", "other", False),
    ("", "duckdb", "other", False),
]


@pytest.mark.parametrize(("text", "adapter", "kind", "zoned"), TYPES)
def test_the_types_of_every_warehouse(text: str, adapter: str, kind: str, zoned: bool) -> None:
    """Their names, in the words of the language."""
    found = column_type(text, adapter)
    assert (found.kind, found.zoned) == (kind, zoned)


@pytest.mark.parametrize(
    "text", ["varchar[]", "text[3]", "array<string>", "ARRAY(VARCHAR)", "list<text>"]
)
def test_lists_know_what_is_in_them(text: str) -> None:
    """Written in five ways."""
    assert str(column_type(text)) == "list of text"
    assert str(column_type("decimal(18,2)[]")) == "list of number"


def test_what_audiences_may_name_is_described() -> None:
    """JSON with what it declares, names in histories; nothing hidden, also not of references."""
    inside = {"data_type": "json", "meta": {"cdp": {"paths": {"pets.count": "integer"}}}}
    hidden = {"data_type": "text", "meta": {"cdp": {"hidden": True}}}
    of_people = {"id": "text", "profile": inside, "secret": hidden, "friend": "text"}
    friend = {"ref": "friend", "to": "person", "on": "friend"}
    people = model("people", [{"entity": "person", "key": "id"}, friend], columns=of_people)
    history = {"history_of": "person", "key": "id", "at": "at"}
    versions = model("versions", history, columns={"id": "text", "at": "timestamp", "tier": "text"})
    found = describe(load(people, versions))["person"]
    names = ["id", "profile", "profile.pets.count", "friend"]
    assert names == [one["name"] for one in found["traits"]]
    assert [f"friend.{name}" for name in names] == found["references"]
    assert ["tier"] == found["changed"]


def test_a_missing_manifest_says_what_to_run(tmp_path: Path) -> None:
    """The first thing a new user meets."""
    with pytest.raises(UsageError) as caught:
        load_catalog(tmp_path / "manifest.json")
    assert "dbt parse" in caught.value.remedy


@pytest.mark.parametrize("name", ["manifest.json", "catalog.json"])
@pytest.mark.parametrize("text", ["{", "[]", "", "\xff"])
def test_a_broken_file_of_dbt_is_a_sentence(tmp_path: Path, name: str, text: str) -> None:
    """Half-written, or of another program."""
    (tmp_path / "manifest.json").write_text(json.dumps({"nodes": {}}))
    (tmp_path / name).write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError) as caught:
        load_catalog(tmp_path / "manifest.json")
    assert name in caught.value.message


def test_the_page_of_the_catalog_is_one_and_names_every_role_and_key() -> None:
    """docs/catalog.md: its project is read, and audiences name what it says."""
    page = (Path(__file__).parent.parent / "docs/catalog.md").read_text(encoding="utf-8")
    (document,) = parse(page.partition("```yaml\n")[2].partition("```")[0])
    listed: Any = document.plain()
    nodes = [
        model(
            one["name"],
            one["config"]["meta"]["cdp"],
            columns={column["name"]: column for column in one["columns"]},
        )
        for one in listed["models"]
    ]
    known = load(*nodes)
    assert {"plan", "account_id"} == set(known.entities["account"].model.columns)
    assert "cart_updated" in known.events["customer"]
    assert ["contacts"] == list(known.relations["account"])
    assert ["account"] == list(known.references["customer"])
    rows = {
        line.split(":")[0].strip("| `"): line for line in page.splitlines() if line[:3] == "| `"
    }
    assert ROLES.keys() == rows.keys()
    for role, (needed, optional) in ROLES.items():
        assert all(f"`{key}`" in rows[role] for key in needed | optional), role
