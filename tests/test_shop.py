"""The generated shop: the same for the same seed, and true to time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from cdp_activate.demo import shop

NOW = datetime(2026, 11, 21, 21, 41)
OPENING = shop.default_opening(NOW)
NEXT_DAY = NOW + timedelta(days=1)

CONTRACT = {
    "customers": (
        "customer_id! varchar, email varchar, phone varchar, first_name varchar,"
        " last_name varchar, birth_date date, country varchar, city varchar, postcode varchar,"
        " language varchar, attributes varchar, created_at! timestamp, updated_at timestamp"
    ),
    "identities": (
        "identity_id! varchar, customer_id! varchar, identifier_type! varchar,"
        " identifier! varchar, first_seen_at timestamp"
    ),
    "accounts": (
        "account_id! varchar, account_name varchar, industry varchar, country varchar,"
        " employees integer, plan varchar, created_at timestamp"
    ),
    "account_members": (
        "account_member_id! varchar, account_id! varchar, customer_id! varchar, role varchar,"
        " joined_at timestamp"
    ),
    "orders": (
        "order_id! varchar, customer_id! varchar, ordered_at! timestamp, status varchar,"
        " channel varchar, shop_id varchar, currency varchar, gross_amount decimal(18,2),"
        " discount_amount decimal(18,2), net_amount decimal(18,2),"
        " refunded_amount decimal(18,2), refunded_at timestamp, coupon varchar"
    ),
    "order_lines": (
        "order_line_id! varchar, order_id! varchar, product_id! varchar, product_name varchar,"
        " category varchar, quantity integer, net_amount decimal(18,2)"
    ),
    "events": (
        "event_id! varchar, customer_id varchar, anonymous_id varchar, occurred_at! timestamp,"
        " event_name! varchar, channel varchar, session_id varchar, source varchar,"
        " page_url varchar, product_id varchar, category varchar, cart_id varchar,"
        " value decimal(18,2)"
    ),
    "messages": (
        "message_event_id! varchar, message_id! varchar, customer_id! varchar,"
        " occurred_at! timestamp, channel! varchar, message_event! varchar, campaign_id varchar,"
        " campaign_name varchar, link_url varchar"
    ),
    "tickets": (
        "ticket_id! varchar, customer_id! varchar, opened_at! timestamp, solved_at timestamp,"
        " reopened_at timestamp, status varchar, channel varchar, topic varchar,"
        " priority varchar, satisfaction integer"
    ),
    "feedback": (
        "feedback_id! varchar, customer_id! varchar, submitted_at! timestamp, kind! varchar,"
        " score decimal(18,2), product_id varchar, comment varchar"
    ),
    "referrals": (
        "referral_id! varchar, customer_id! varchar, referred_customer_id varchar,"
        " referred_at! timestamp, channel varchar"
    ),
    "consents": (
        "consent_id! varchar, customer_id! varchar, purpose! varchar, status! varchar,"
        " recorded_at! timestamp, source varchar"
    ),
    "loyalty": (
        "loyalty_event_id! varchar, customer_id! varchar, occurred_at! timestamp,"
        " loyalty_event! varchar, program varchar, points integer, tier varchar,"
        " order_id varchar, reward varchar"
    ),
    "subscriptions": (
        "subscription_id! varchar, customer_id varchar, account_id varchar, plan varchar,"
        " status varchar, billing_interval varchar, quantity integer,"
        " monthly_amount decimal(18,2), currency varchar, started_at! timestamp,"
        " trial_ends_at timestamp, renews_at timestamp, cancelled_at timestamp,"
        " cancel_reason varchar, ended_at timestamp"
    ),
    "opportunities": (
        "opportunity_id! varchar, account_id! varchar, customer_id varchar,"
        " opportunity_name varchar, kind varchar, sales_stage varchar, outcome varchar,"
        " amount decimal(18,2), currency varchar, win_probability decimal(18,4), source varchar,"
        " owner_name varchar, created_at! timestamp, stage_changed_at timestamp,"
        " expected_close_on date, closed_at timestamp, lost_reason varchar"
    ),
    "spend": (
        "spend_id! varchar, spent_on! date, channel! varchar, source varchar,"
        " campaign_id varchar, campaign_name varchar, amount! decimal(18,2), currency varchar,"
        " impressions bigint, clicks bigint"
    ),
}

DATES = {
    "customers": ("created_at", "updated_at"),
    "identities": ("first_seen_at",),
    "accounts": ("created_at",),
    "account_members": ("joined_at",),
    "orders": ("ordered_at", "refunded_at"),
    "events": ("occurred_at",),
    "messages": ("occurred_at",),
    "tickets": ("opened_at", "solved_at", "reopened_at"),
    "feedback": ("submitted_at",),
    "referrals": ("referred_at",),
    "consents": ("recorded_at",),
    "loyalty": ("occurred_at",),
    "subscriptions": ("started_at", "cancelled_at"),
    "opportunities": ("created_at", "stage_changed_at", "closed_at"),
}


def grown(
    customers: int = 1_000, seed: int = 42, now: datetime = NOW, threads: int = 2
) -> duckdb.DuckDBPyConnection:
    """A fresh in-memory warehouse with a shop in it."""
    connection = duckdb.connect(config={"threads": threads})
    shop.generate(connection, customers=customers, seed=seed, opening=OPENING, now=now)
    return connection


def count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(f"select count(*) from ({query})").fetchone()
    assert row is not None
    return int(row[0])


def contents(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, ordered by its first column."""
    return {
        table: connection.execute(f"select * from shop.{table} order by 1").fetchall()
        for table in shop.TABLES
    }


@pytest.fixture(scope="module")
def today() -> Iterator[duckdb.DuckDBPyConnection]:
    """5,000 customers today, with the same shop a day later in schema `later`."""
    with duckdb.connect() as connection:
        size = {"customers": 5_000, "seed": 7, "opening": OPENING}
        shop.generate(connection, **size, now=NEXT_DAY)
        connection.execute("create schema later")
        for table in shop.TABLES:
            connection.execute(f"create table later.{table} as from shop.{table}")
        shop.generate(connection, **size, now=NOW)
        yield connection


def test_the_same_seed_gives_the_same_rows_whatever_the_threads() -> None:
    one, four = contents(grown(threads=1)), contents(grown(threads=4))

    assert one == four


def test_another_seed_gives_other_people() -> None:
    connection = grown(seed=42)
    other = grown(seed=43)

    query = "select email from shop.customers order by customer_id limit 200"
    first, second = connection.execute(query).fetchall(), other.execute(query).fetchall()
    assert sum(one == two for one, two in zip(first, second, strict=True)) < 20


def test_generating_again_replaces_what_was_there() -> None:
    connection = grown(customers=1_000)
    shop.generate(connection, customers=500, seed=1, opening=OPENING, now=NOW)

    assert shop.table_sizes(connection) == shop.table_sizes(grown(customers=500, seed=1))


def test_nothing_is_left_behind_but_the_shop() -> None:
    connection = grown()
    schemas = connection.execute(
        "select distinct schema_name from duckdb_tables() union select schema_name"
        " from duckdb_functions() where function_name like 'world%'"
    ).fetchall()

    assert schemas == [("shop",)]


def test_a_generation_that_fails_leaves_the_shop_that_was_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connection = grown()
    before = shop.table_sizes(connection)
    read = shop._scripts

    def broken(folder: str) -> list[str]:
        return read(folder) + (["select nonsense"] if folder == "tables" else [])

    monkeypatch.setattr(shop, "_scripts", broken)
    with pytest.raises(duckdb.Error):
        shop.generate(connection, customers=10, seed=1, opening=OPENING, now=NOW)

    assert before == shop.table_sizes(connection)
    assert count(connection, "from duckdb_schemas() where schema_name = 'shop_world'") == 0


@pytest.mark.parametrize(
    ("customers", "now"), [(0, NOW), (-5, NOW), (100, OPENING), (100, OPENING - timedelta(1))]
)
def test_an_impossible_world_is_refused(customers: int, now: datetime) -> None:
    with duckdb.connect() as connection, pytest.raises(ValueError):
        shop.generate(connection, customers=customers, seed=1, opening=OPENING, now=now)


def test_an_instant_with_an_offset_is_the_same_instant_in_utc() -> None:
    hanoi = datetime.fromisoformat("2026-11-22T04:41:00+07:00")

    assert contents(grown(now=NOW)) == contents(grown(now=hanoi))
    assert shop.default_opening(hanoi) == OPENING


@pytest.mark.parametrize("table", CONTRACT)
def test_a_table_has_the_columns_of_the_contract(
    today: duckdb.DuckDBPyConnection, table: str
) -> None:
    columns = today.execute(
        "select column_name || case when is_nullable then '' else '!' end"
        " || ' ' || lower(data_type) from duckdb_columns()"
        " where schema_name = 'shop' and table_name = ? order by column_index",
        [table],
    ).fetchall()

    expected = CONTRACT[table].replace(", ", ";").split(";")
    assert expected == [column for (column,) in columns]


@pytest.mark.parametrize("table", shop.TABLES)
def test_the_first_column_is_a_key(today: duckdb.DuckDBPyConnection, table: str) -> None:
    key = today.execute(f"describe shop.{table}").fetchall()[0][0]

    assert count(today, f"select {key} from shop.{table} group by {key} having count(*) > 1") == 0


@pytest.mark.parametrize(
    ("table", "column", "parent", "key"),
    [
        (table, "customer_id", "customers", "customer_id")
        for table in CONTRACT
        if table not in ("customers", "accounts", "order_lines", "spend")
    ]
    + [
        ("referrals", "referred_customer_id", "customers", "customer_id"),
        ("account_members", "account_id", "accounts", "account_id"),
        ("subscriptions", "account_id", "accounts", "account_id"),
        ("opportunities", "account_id", "accounts", "account_id"),
        ("loyalty", "order_id", "orders", "order_id"),
        ("order_lines", "order_id", "orders", "order_id"),
        ("order_lines", "product_id", "products", "product_id"),
        ("events", "product_id", "products", "product_id"),
        ("orders", "shop_id", "shops", "shop_id"),
    ],
)
def test_what_a_row_refers_to_exists(
    today: duckdb.DuckDBPyConnection, table: str, column: str, parent: str, key: str
) -> None:
    orphans = f"select {column} from shop.{table} where {column} is not null"

    assert count(today, f"{orphans} except select {key} from shop.{parent}") == 0


@pytest.mark.parametrize(
    ("table", "column"), [(table, column) for table in DATES for column in DATES[table]]
)
def test_nothing_is_dated_now_or_later(
    today: duckdb.DuckDBPyConnection, table: str, column: str
) -> None:
    late = f"from shop.{table} where {column} >= timestamp '{NOW}'"
    early = f"from shop.{table} where {column} < timestamp '{OPENING}'"

    assert (count(today, late), count(today, early)) == (0, 0)


@pytest.mark.parametrize(
    "table",
    [
        "identities",
        "accounts",
        "account_members",
        "events",
        "messages",
        "feedback",
        "referrals",
        "consents",
        "loyalty",
    ],
)
def test_a_day_later_the_past_is_the_same_and_there_is_more(
    today: duckdb.DuckDBPyConnection, table: str
) -> None:
    """Facts that never change: what is dated before now is equal, both ways."""
    column = DATES[table][0]
    past = f"from later.{table} where {column} < timestamp '{NOW}'"

    assert count(today, f"({past}) except from shop.{table}") == 0
    assert count(today, f"from shop.{table} except ({past})") == 0
    if not table.startswith("account"):  # too few for one to come every day
        assert count(today, f"from later.{table}") > count(today, f"from shop.{table}")


def test_a_day_later_only_customers_marked_as_updated_differ(
    today: duckdb.DuckDBPyConnection,
) -> None:
    changed = "from shop.customers except from later.customers"
    unmarked = (
        f"({changed}) except select before.* from shop.customers as before"
        " inner join later.customers as later using (customer_id)"
        f" where later.updated_at >= timestamp '{NOW}' and later.updated_at > before.updated_at"
    )

    assert count(today, changed) > 0
    assert count(today, unmarked) == 0
    assert (
        count(
            today,
            "select customer_id, created_at, birth_date from shop.customers"
            " except select customer_id, created_at, birth_date from later.customers",
        )
        == 0
    )


def test_a_day_later_orders_have_only_moved_on(today: duckdb.DuckDBPyConnection) -> None:
    fixed = "order_id, customer_id, ordered_at, channel, shop_id, net_amount, coupon"
    steps = today.execute(
        "select distinct before.status, later.status from shop.orders as before"
        " inner join later.orders as later using (order_id)"
        " where before.status != later.status"
    ).fetchall()

    assert (
        count(today, f"select {fixed} from shop.orders except select {fixed} from later.orders")
        == 0
    )
    assert {
        ("placed", "shipped"),
        ("shipped", "completed"),
    } <= set(steps)
    assert set(steps) <= {
        ("placed", "shipped"),
        ("placed", "cancelled"),
        ("shipped", "completed"),
        ("completed", "returned"),
    }
    assert (
        count(
            today,
            "from shop.orders as before inner join later.orders as later using (order_id)"
            " where before.refunded_at is not null and before.refunded_at != later.refunded_at",
        )
        == 0
    )
    assert count(today, "from shop.order_lines except from later.order_lines") == 0


def test_a_day_later_tickets_have_only_been_worked_on(today: duckdb.DuckDBPyConnection) -> None:
    fixed = "ticket_id, customer_id, opened_at, channel, topic, priority"

    assert (
        count(today, f"select {fixed} from shop.tickets except select {fixed} from later.tickets")
        == 0
    )
    assert (
        count(
            today,
            "from shop.tickets as before inner join later.tickets as later using (ticket_id)"
            " where before.solved_at is distinct from later.solved_at"
            f" and (before.solved_at is not null or later.solved_at < timestamp '{NOW}')",
        )
        == 0
    )


NEWS = {
    "customers": "customers where created_at >= '{now}'",
    "orders": "orders where ordered_at >= '{now}'",
    "carts left": (
        "events where event_name = 'cart_updated' and occurred_at >= '{now}'"
        " and cart_id not in (select 'k' || replace(order_id[2:], '-', 'o') from {schema}.orders)"
    ),
    "opens": "messages where message_event = 'opened' and occurred_at >= '{now}'",
    "clicks": "messages where message_event = 'clicked' and occurred_at >= '{now}'",
    "tickets opened": "tickets where opened_at >= '{now}'",
    "tickets solved": "tickets where solved_at >= '{now}'",
    "reviews": "feedback where kind = 'review' and submitted_at >= '{now}'",
    "referrals": "referrals where referred_at >= '{now}'",
    "granted": "consents where status = 'granted' and recorded_at >= '{now}'",
    "withdrawn": "consents where status = 'withdrawn' and recorded_at >= '{now}'",
}


@pytest.mark.parametrize("news", NEWS)
def test_a_day_brings_news_of_every_kind(today: duckdb.DuckDBPyConnection, news: str) -> None:
    rows = NEWS[news].format(now=NOW, schema="later")

    assert count(today, f"from later.{rows}") > 0


def test_a_day_brings_new_addresses(today: duckdb.DuckDBPyConnection) -> None:
    moved = (
        "from shop.customers as before inner join later.customers as later using (customer_id)"
        " where before.email != later.email"
    )
    old_is_known = (
        f"select customer_id, before.email {moved}"
        " except select customer_id, identifier from shop.identities"
    )

    assert count(today, moved) > 0
    assert count(today, old_is_known) == 0


def test_every_day_of_a_season_has_new_customers_orders_and_addresses(
    today: duckdb.DuckDBPyConnection,
) -> None:
    for rows in (
        "select created_at as moment from shop.customers",
        "select ordered_at as moment from shop.orders",
        "select first_seen_at as moment from shop.identities where identity_id like '%new e-mail'",
    ):
        days = count(
            today,
            f"select distinct moment::date from ({rows})"
            f" where moment >= timestamp '{NOW}'::date - interval 90 day"
            f" and moment < timestamp '{NOW}'::date",
        )
        assert days == 90, rows


STORIES = {
    "anonymous looks before the sign-up are tied to the person": (
        "from shop.events inner join shop.identities"
        " on anonymous_id = identifier and identifier_type = 'anonymous_id'"
        " where events.customer_id is null and occurred_at < first_seen_at"
    ),
    "passers-by are never known": (
        "from shop.events where customer_id is null and anonymous_id not in"
        " (select identifier from shop.identities where identifier_type = 'anonymous_id')"
    ),
    "a pen that does not write, help read, support asked, never solved, a bad review": (
        "from shop.tickets inner join shop.feedback using (customer_id)"
        " where topic = 'nib' and solved_at is null and kind = 'review' and score <= 2"
        " and customer_id in (select customer_id from shop.events"
        " where event_name = 'nib_help_viewed')"
        " and customer_id in (select customer_id from shop.orders"
        " inner join shop.order_lines using (order_id) where category = 'fountain pens')"
    ),
    "the whole tale: pen, nib, help, solved, review, notebook, club, friends": (
        "from shop.tickets where topic = 'nib' and solved_at is not null"
        " and customer_id in (select customer_id from shop.feedback"
        " where kind = 'review' and score >= 4)"
        " and customer_id in (select customer_id from shop.orders"
        " inner join shop.order_lines using (order_id) where category = 'notebooks')"
        " and customer_id in (select customer_id from shop.events"
        " where event_name = 'club_joined')"
        " and customer_id in (select customer_id from shop.referrals)"
    ),
    "loyal advocates": (
        "select customer_id from shop.feedback where kind = 'nps' and score >= 9"
        " intersect select customer_id from shop.feedback where kind = 'review' and score = 5"
        " intersect select customer_id from shop.referrals"
    ),
    "service recovery: a damaged parcel, solved, and orders after it": (
        "from shop.tickets inner join shop.orders using (customer_id)"
        " where topic = 'damaged' and solved_at is not null and ordered_at > solved_at"
    ),
    "lapsed: several orders, none for half a year": (
        "select customer_id from shop.orders group by customer_id having count(*) >= 3"
        f" and max(ordered_at) < timestamp '{NOW}' - interval 180 day"
    ),
    "carts and no order": (
        "select customer_id from shop.events where event_name = 'checkout_started'"
        " and customer_id is not null except select customer_id from shop.orders"
    ),
    "awareness only": (
        "select customer_id from shop.customers except select customer_id from shop.events"
        " where event_name in ('product_searched', 'cart_updated', 'wishlist_added')"
        " and customer_id is not null except select customer_id from shop.orders"
    ),
    "referrals taken up": "from shop.referrals where referred_customer_id is not null",
    "kiosks that belong to many": (
        "select identifier from shop.identities where identifier_type = 'device_id'"
        " group by identifier having count(distinct customer_id) > 20"
    ),
    "second addresses": (
        "select customer_id from shop.identities where identifier_type = 'email'"
        " group by customer_id having count(*) > 2"
    ),
    "consent given again": (
        "select customer_id from shop.consents where purpose = 'email_marketing'"
        " and status = 'granted' group by customer_id having count(*) > 1"
    ),
    "reopened tickets": "from shop.tickets where status = 'reopened'",
    "open tickets": "from shop.tickets where status = 'open'",
    "refunds": "from shop.orders where refunded_amount > 0 and status = 'completed'",
    "cancelled orders": "from shop.orders where status = 'cancelled'",
    "opened push messages": (
        "from shop.messages where channel = 'push' and message_event = 'opened'"
    ),
    "text messages": "from shop.messages where channel = 'sms'",
    "complaints": "from shop.messages where message_event = 'complained'",
    "businesses with members": "select account_id from shop.account_members",
    "surveys": "from shop.feedback where kind = 'survey'",
    "numbers nobody can call": "from shop.customers where phone = 'n/a'",
    "addresses in capitals": "from shop.customers where email != lower(email)",
    "Vietnamese names": "from shop.customers where last_name = 'Nguyễn'",
    "Irish names": "from shop.customers where last_name like 'O''%'",
    "German names": "from shop.customers where last_name = 'Müller'",
}


@pytest.mark.parametrize("story", STORIES)
def test_among_five_thousand_there_is(today: duckdb.DuckDBPyConnection, story: str) -> None:
    assert count(today, STORIES[story]) > 0


SHARES = {
    "who have an e-mail address": ("email is not null", 0.90, 0.97),
    "who have a telephone": ("phone is not null", 0.65, 0.75),
    "left-handers": ("attributes->>'handedness' = 'left'", 0.84, 0.92),
    "members of the club": ("attributes->>'club_member' = 'true'", 0.05, 0.12),
    "who have ordered": ("customer_id in (select customer_id from shop.orders)", 0.38, 0.52),
    "who let us write": (
        "customer_id in (select customer_id from shop.consents where purpose = 'email_marketing')",
        0.70,
        0.80,
    ),
    "who let us advertise": (
        "customer_id in (select customer_id from shop.consents"
        " where purpose = 'ads_personalisation')",
        0.50,
        0.58,
    ),
    "who reviewed": (
        "customer_id in (select customer_id from shop.feedback where kind = 'review')",
        0.12,
        0.30,
    ),
    "who walk in": (
        "customer_id in (select customer_id from shop.orders where channel = 'shop')",
        0.08,
        0.22,
    ),
}


@pytest.mark.parametrize("share", SHARES)
def test_in_realistic_proportion_there_are_customers(
    today: duckdb.DuckDBPyConnection, share: str
) -> None:
    condition, least, most = SHARES[share]
    everybody = count(today, "from shop.customers")

    assert least < count(today, f"from shop.customers where {condition}") / everybody < most


@pytest.mark.parametrize(
    "violation",
    [
        "from shop.customers where email not similar to"
        " '[A-Za-z]+[.][A-Za-z]+[0-9]+@(example|Example)[.](com|COM|org|net)'",
        "from shop.identities where identifier_type = 'email' and identifier not similar to"
        " '[A-Za-z0-9.]+@(work[.])?(example|Example)[.](com|COM|org|net)'",
        "from shop.customers where length(phone) > 5"
        " and not regexp_full_match(phone, '[+][1-9][0-9]{8,14}|0[0-9]{9}')",
        "select order_id, net_amount from shop.orders except"
        " select order_id, sum(net_amount) from shop.order_lines group by order_id",
        "from shop.orders where net_amount != gross_amount - discount_amount or net_amount <= 0",
        "from shop.orders where refunded_amount > net_amount",
        "from shop.orders where (refunded_amount > 0) != (refunded_at is not null)",
        "from shop.orders where channel = 'shop' and shop_id is null",
        "from shop.orders inner join shop.customers using (customer_id)"
        " where ordered_at < created_at",
        "from shop.tickets where solved_at < opened_at or reopened_at < solved_at",
        "from shop.tickets where (status in ('solved', 'reopened')) != (solved_at is not null)",
        "from shop.feedback where kind = 'nps' and score not between 0 and 10",
        "from shop.feedback where kind != 'nps' and score not between 1 and 5",
        "from shop.referrals where customer_id = referred_customer_id",
        "from shop.messages as sent where channel = 'email' and message_event = 'sent'"
        " and coalesce((select arg_max(status, recorded_at) from shop.consents"
        " where consents.customer_id = sent.customer_id and purpose = 'email_marketing'"
        " and recorded_at <= sent.occurred_at), 'never') != 'granted'",
        "select message_id from shop.messages group by message_id"
        " having count(*) filter (message_event = 'sent') != 1"
        " or min(occurred_at) filter (message_event = 'sent') > min(occurred_at)",
        "from shop.events where event_name = 'account_created' and customer_id is null",
        "select 1 from (select sum(points) over (partition by customer_id"
        " order by occurred_at, loyalty_event_id) as balance from shop.loyalty)"
        " where balance < 0",
        "from shop.subscriptions where coalesce(customer_id, account_id) is null"
        " or cancelled_at < started_at or ended_at < cancelled_at or renews_at < started_at",
        "from shop.opportunities where (outcome = 'open') != (closed_at is null)"
        " or closed_at < created_at or stage_changed_at < created_at or sales_stage is null",
        "from shop.spend where amount <= 0 or clicks > impressions",
    ],
)
def test_there_is_no_row(today: duckdb.DuckDBPyConnection, violation: str) -> None:
    assert count(today, violation) == 0


@pytest.mark.parametrize("customers", [1_000, 20_000])
def test_a_shop_has_about_the_customers_asked_for(customers: int) -> None:
    with grown(customers=customers, seed=3) as connection:
        sizes = shop.table_sizes(connection)

        assert 0.97 < sizes["customers"] / customers < 1.01
        assert 12 < (sizes["events"] + sizes["messages"]) / customers < 22
        assert all(sizes.values())


def test_the_command_line_prints_the_size_of_each_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "stationery.duckdb"

    assert shop.main([str(path), "--customers", "50", "--as-of", "2026-11-21"]) == 0
    printed = dict(line.split() for line in capsys.readouterr().out.splitlines())
    with duckdb.connect(str(path), read_only=True) as connection:
        sizes = shop.table_sizes(connection)
    assert {table: f"{rows:,}" for table, rows in sizes.items()} == printed


def test_a_file_called_shop_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        shop.main([str(tmp_path / "shop.duckdb"), "--as-of", "2026-11-21"])

    assert stopped.value.code == 2
    assert "choose another file name" in capsys.readouterr().err
