"""The ready mappings build, and people come out of them who were hard to tell."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from dbt_command import REPOSITORY, run_dbt

pytestmark = pytest.mark.slow

GA4 = """
create schema analytics;
create table analytics.events (
    event_date varchar, event_timestamp bigint, event_name varchar,
    event_params struct(key varchar, value struct(
        string_value varchar, int_value bigint, float_value double, double_value double))[],
    user_id varchar, user_pseudo_id varchar, device struct(category varchar),
    geo struct(country varchar), platform varchar,
    ecommerce struct(transaction_id varchar, purchase_revenue double, refund_value double),
    items struct(item_id varchar, item_name varchar, item_brand varchar, item_category varchar,
        price double, quantity bigint)[],
    event_bundle_sequence_id bigint, batch_event_index bigint
);
"""


def ga4_event(
    name: str,
    minute: int,
    browser: str | None,
    user: str | None = None,
    **given: object,
) -> str:
    """One row of the export, as SQL; its parameters, transaction and items as given."""

    def text(value: object) -> str:
        return "null" if value is None else f"'{value}'"

    params = {"ga_session_id": 1, "page_location": "https://shop.example/", **given}
    transaction, revenue, refund = (params.pop(k, None) for k in ("transaction", "revenue", "back"))
    items = params.pop("items", ())
    place = params.pop("place", 1)
    packed = ", ".join(
        f"{{'key': '{key}', 'value': {{"
        f"'string_value': {text(value) if isinstance(value, str) else 'null'},"
        f" 'int_value': {value if isinstance(value, int) else 'null'}, 'float_value': null,"
        f" 'double_value': {value if isinstance(value, float) else 'null'}}}}}"
        for key, value in params.items()
    )
    wares = ", ".join(
        f"{{'item_id': '{item}', 'item_name': '{item}', 'item_brand': null,"
        f" 'item_category': 'pens', 'price': {price}, 'quantity': {quantity}}}"
        for item, price, quantity in items  # type: ignore[misc]
    )
    at = int(datetime(2026, 3, 1).timestamp()) * 1_000_000 + minute * 60_000_000
    return (
        f"insert into analytics.events values ('20260301', {at}, '{name}', [{packed}],"
        f" {text(user)}, {text(browser)}, {{'category': 'mobile'}}, {{'country': 'Vietnam'}},"
        f" 'WEB', {{'transaction_id': {text(transaction)},"
        f" 'purchase_revenue': {revenue or 'null'}, 'refund_value': {refund or 'null'}}},"
        f" [{wares}], 7, {place})"
    )


GA4_ROWS = [
    # Ann looks around, signs in, buys; the page is loaded again; a part comes back.
    ga4_event("page_view", 0, "b1", source="google", medium="cpc"),
    ga4_event("view_item", 1, "b1", items=[("pen", 10, 1), ("ink", 5, 1)]),
    ga4_event("sign_up", 2, "b1", "ann"),
    ga4_event("add_to_cart", 3, "b1", "ann", value=25.5, currency="EUR"),
    ga4_event("purchase", 4, "b1", None, transaction="T1", revenue=25, currency="EUR",
              items=[("pen", 10, 2), ("ink", 5, 1)]),
    ga4_event("purchase", 9, "b1", "ann", transaction="T1", revenue=25, currency="EUR",
              items=[("pen", 10, 2), ("ink", 5, 1)]),
    ga4_event("refund", 99, "b1", "ann", transaction="T1", back=5),
    # Two in one bundle at one instant, of which one is loaded twice with its day.
    ga4_event("scroll", 5, "b1", "ann", place=1),
    ga4_event("scroll", 5, "b1", "ann", place=2),
    ga4_event("scroll", 5, "b1", "ann", place=2),
    # A library computer, two users; an event of neither.
    ga4_event("page_view", 10, "library", "ann"),
    ga4_event("page_view", 11, "library", "bob"),
    ga4_event("page_view", 12, "library"),
    # A stranger buys; a browser without an id; a user id that is none.
    ga4_event("purchase", 20, "b9", transaction="T2", revenue=7),
    ga4_event("page_view", 21, None),
    ga4_event("page_view", 22, "b8", "undefined"),
]  # fmt: skip

SEGMENT = """
create schema website;
create table website.tracks (id varchar, anonymous_id varchar, user_id varchar, event varchar,
    context_campaign_source varchar, context_campaign_medium varchar,
    context_campaign_name varchar, "timestamp" timestamp, received_at timestamp);
create table website.pages (id varchar, anonymous_id varchar, user_id varchar, name varchar,
    url varchar, referrer varchar, context_campaign_source varchar,
    context_campaign_medium varchar, context_campaign_name varchar, "timestamp" timestamp,
    received_at timestamp);
create table website.identifies (id varchar, anonymous_id varchar, user_id varchar,
    email varchar, phone varchar, first_name varchar, last_name varchar,
    context_campaign_source varchar, context_campaign_medium varchar,
    context_campaign_name varchar, "timestamp" timestamp, received_at timestamp);
create table website.order_completed (id varchar, anonymous_id varchar, user_id varchar,
    order_id varchar, revenue double, total double, discount double, coupon varchar,
    currency varchar, "timestamp" timestamp, received_at timestamp);
create table website.order_refunded (id varchar, anonymous_id varchar, user_id varchar,
    order_id varchar, total double, currency varchar, "timestamp" timestamp,
    received_at timestamp);
create table website.aliases (id varchar, previous_id varchar, user_id varchar,
    "timestamp" timestamp, received_at timestamp);
insert into website.aliases by name select * from (values
    ('al1', 'a7', 'bob', timestamp '2026-03-03'), ('al2', 'bob_old', 'bob', null),
    ('al3', 'bob', 'bob', timestamp '2026-03-03'), ('al4', '', 'ann', timestamp '2026-03-03')
) as t (id, previous_id, user_id, "timestamp");
update website.aliases set received_at = timestamp '2026-03-04';
insert into website.pages by name select * from (values
    ('p4', 'a7', null, null, timestamp '2026-02-20 12:00', timestamp '2026-02-20 12:00'),
    ('p1', 'a1', null, 'google', timestamp '2026-03-01 10:00', timestamp '2026-03-01 10:00'),
    ('p1', 'a1', null, 'google', timestamp '2026-03-01 10:00', timestamp '2026-03-01 10:05'),
    ('p2', 'a2', '', null, timestamp '2026-02-27 09:00', timestamp '2026-03-02 09:00'),
    ('p3', 'library', null, null, timestamp '2026-03-01 12:00', timestamp '2026-03-01 12:00'),
    (null, 'a1', 'ann', null, timestamp '2026-03-01 13:00', timestamp '2026-03-01 13:00')
) as t (id, anonymous_id, user_id, context_campaign_source, "timestamp", received_at);
insert into website.identifies by name select * from (values
    ('i1', 'a1', 'ann', 'ann@example.com', null, timestamp '2026-03-01 11:00'),
    ('i2', 'a1', 'ann', null, 'Ann', timestamp '2026-03-01 11:30'),
    ('i3', 'library', 'ann', null, null, timestamp '2026-03-01 11:40'),
    ('i4', 'library', 'bob', 'bob@example.com', 'Bob', timestamp '2026-03-01 11:50'),
    ('i6', 'a6', 'bob_old', null, null, timestamp '2026-03-01 12:30'),
    ('i5', 'a2', 'ann_mobile', 'ANN@example.com', null, timestamp '2026-03-02 09:30')
) as t (id, anonymous_id, user_id, email, first_name, "timestamp");
update website.identifies set received_at = "timestamp";
insert into website.tracks by name select * from (values
    ('t1', 'a1', 'ann', 'product_viewed', timestamp '2026-03-01 11:05'),
    ('t2', 'a1', 'ann', 'order_completed', timestamp '2026-03-01 11:10'),
    ('t3', 'a1', 'ann', 'quiz_taken', null)
) as t (id, anonymous_id, user_id, event, "timestamp");
update website.tracks set received_at = coalesce("timestamp", timestamp '2026-03-01 14:00');
insert into website.order_completed by name select * from (values
    ('t2', 'a1', 'ann', 'O1', 25, timestamp '2026-03-01 11:10'),
    ('t9', 'a1', 'ann', 'O1', 25, timestamp '2026-03-01 11:20'),
    ('t4', 'a2', null, 'O2', 12, timestamp '2026-03-02 10:00'),
    ('t5', 'nobody', null, 'O3', 99, timestamp '2026-03-02 10:00')
) as t (id, anonymous_id, user_id, order_id, revenue, "timestamp");
insert into website.order_refunded by name select * from (values
    ('t6', 'a1', 'ann', 'O1', 5, timestamp '2026-03-03')
) as t (id, anonymous_id, user_id, order_id, total, "timestamp");
"""


class Mapping:
    """An example project, copied, installed and built with its tests."""

    def __init__(self, name: str, folder: Path, tables: str) -> None:
        self.path = folder / "warehouse.duckdb"
        with duckdb.connect(str(self.path)) as connection:
            connection.execute("set timezone = 'UTC'")
            connection.execute(tables)
        project = folder / name
        ignored = shutil.ignore_patterns("dbt_packages", "target", "logs", "package-lock.yml")
        shutil.copytree(REPOSITORY / "examples" / name, project, ignore=ignored)
        (project / "packages.yml").write_text(
            json.dumps({"packages": [{"local": str(REPOSITORY)}]})
        )
        select = [
            "--select",
            "+customers",
            "+touchpoints",
            "+data_quality",
            "+customer_order_lines",
            "+superseded_customers",
        ]
        variables = ["--vars", json.dumps({"cdp_as_of": "2026-04-01", "segment_has_aliases": True})]
        leave = ["--exclude-resource-type", "unit_test", "--exclude",
                 "inputs_belong_to_known_customers"]  # fmt: skip
        for command in (["deps"], ["build", *select, *variables, *leave]):
            done = run_dbt(
                *command,
                project=project,
                scratch=folder,
                environment={"CDP_DUCKDB_PATH": str(self.path)},
            )
            assert done.returncode == 0, done.stdout[-4000:]

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def ga4(tmp_path_factory: pytest.TempPathFactory) -> Mapping:
    return Mapping("ga4", tmp_path_factory.mktemp("ga4"), GA4 + ";".join(GA4_ROWS))


@pytest.fixture(scope="module")
def segment(tmp_path_factory: pytest.TempPathFactory) -> Mapping:
    return Mapping("segment", tmp_path_factory.mktemp("segment"), SEGMENT)


def test_ga4_events_before_the_sign_in_find_their_customer(ga4: Mapping) -> None:
    rows = ga4.rows(
        "select customer_id, event_name, source, product_id, value, device_type"
        " from customer_events where anonymous_id = 'b1' and event_name <> 'scroll'"
        " order by occurred_at"
    )
    assert [
        ("ann", "page_viewed", "google", None, None, "mobile"),
        ("ann", "product_viewed", None, "pen", None, "mobile"),
        ("ann", "account_created", None, None, None, "mobile"),
        ("ann", "cart_updated", None, None, Decimal("25.50"), "mobile"),
    ] == rows


def test_ga4_a_day_loaded_twice_counts_once_and_a_bundle_is_not_one_event(ga4: Mapping) -> None:
    assert [(2,)] == ga4.rows("select count(*) from customer_events where event_name = 'scroll'")


def test_ga4_a_purchase_is_one_order_and_its_refund_lowers_it(ga4: Mapping) -> None:
    orders = ga4.rows("select order_id, customer_id, net_amount, refunded_amount, currency"
                      " from customer_orders")  # fmt: skip
    lines = ga4.rows("select product_id, quantity, net_amount from customer_order_lines order by 1")
    assert [("T1", "ann", Decimal("25.00"), Decimal("5.00"), "EUR")] == orders
    assert [("ink", 1, Decimal("5.00")), ("pen", 2, Decimal("20.00"))] == lines


def test_ga4_strangers_and_shared_browsers_are_nobodys(ga4: Mapping) -> None:
    rows = ga4.rows(
        "select anonymous_id, event_name from customer_events where customer_id is null"
        " order by occurred_at"
    )
    assert [
        ("library", "page_viewed"),
        ("b9", "purchase_by_a_stranger"),
        (None, "page_viewed"),
        ("b8", "page_viewed"),
    ] == rows
    assert [("ann",), ("bob",)] == ga4.rows("select customer_id from customers order by 1")


def test_segment_calls_before_identify_find_their_customer(segment: Mapping) -> None:
    rows = segment.rows(
        "select event_id, customer_id, event_name, source, occurred_at from customer_events"
        " order by event_id"
    )
    assert [
        ("pages-p1", "ann", "page_viewed", "google", datetime(2026, 3, 1, 10)),
        ("pages-p2", "ann", "page_viewed", None, datetime(2026, 2, 27, 9)),
        ("pages-p3", None, "page_viewed", None, datetime(2026, 3, 1, 12)),
        ("pages-p4", "bob", "page_viewed", None, datetime(2026, 2, 20, 12)),
        ("tracks-t1", "ann", "product_viewed", None, datetime(2026, 3, 1, 11, 5)),
        ("tracks-t3", "ann", "quiz_taken", None, datetime(2026, 3, 1, 14)),
    ] == rows


def test_segment_traits_are_the_latest_of_each_and_two_ids_one_person(segment: Mapping) -> None:
    rows = segment.rows("select customer_id, lower(email), first_name from customers order by 1")
    superseded = segment.rows(
        "select superseded_customer_id, customer_id from superseded_customers order by 1"
    )
    assert [("ann", "ann@example.com", "Ann"), ("bob", "bob@example.com", "Bob")] == rows
    assert [("ann_mobile", "ann"), ("bob_old", "bob")] == superseded


def test_segment_orders_count_once_and_go_to_the_surviving_customer(segment: Mapping) -> None:
    rows = segment.rows(
        "select order_id, customer_id, net_amount, refunded_amount from customer_orders order by 1"
    )
    assert [
        ("O1", "ann", Decimal("25.00"), Decimal("5.00")),
        ("O2", "ann", Decimal("12.00"), Decimal("0.00")),
    ] == rows


def test_segment_what_has_no_id_or_customer_is_counted(segment: Mapping) -> None:
    rows = segment.rows(
        "select subject, check_name, affected_row_count from data_quality"
        " where affected_row_count > 0 and subject in ('events', 'orders') order by 1, 2"
    )
    assert ("events", "key_is_missing", 1) in rows
    assert ("orders", "customer_is_missing", 1) in rows
