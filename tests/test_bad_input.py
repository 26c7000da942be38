"""Bad input is handled and counted, each sort in data_quality with what to do about it."""

from __future__ import annotations

import json
import shutil
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import hostile_input as hostile
import pytest
from dbt_command import REPOSITORY, run_dbt

pytestmark = pytest.mark.slow

TABLES = """
create schema crm;
create table crm.people as select * from (values
    ('ann', 'old@example.com', date '1990-01-01', '2026-01-01 00:00:00', timestamp '2026-01-01'),
    ('ann', 'ann@example.com', date '1990-01-01', '2026-01-01 00:00:00', timestamp '2026-02-01'),
    (null, 'lost@example.com', null, '2026-01-01 00:00:00', null),
    ('bob', '  ', date '2030-01-01', '2026-01-02T07:00:00+07:00', timestamp '2025-12-31'),
    ('cat', null, null, '2026-01-03T00:00:00Z', null),
    ('dan', null, null, null, null),
    ('eve', null, date 'infinity', '2026-05-01 00:00:00', timestamp '-infinity')
) as people (customer_id, email, birth_date, created_at, updated_at);
create table crm.orders as select * from (values
    ('o1', 'ann', timestamp '2026-01-10', 'completed', 50.0, 0.0, null, 'EUR'),
    ('o1', 'ann', timestamp '2026-01-11', 'completed', 50.0, 0.0, null, 'EUR'),
    ('o2', 'ann', timestamp '2026-01-20', null, -20.0, 0.0, null, 'EUR'),
    ('o3', 'bob', timestamp '2026-01-05', 'completed', 10.0, -4.0, null, 'EUR'),
    ('o4', 'bob', timestamp '2026-01-06', 'cancelled', -10.0, 0.0, null, 'EUR'),
    ('o5', 'bob', timestamp '2026-01-07', 'completed', 10.0, 15.0, null, 'USD'),
    (null, 'bob', timestamp '2026-01-08', 'completed', 99.0, 0.0, null, 'EUR'),
    ('o6', 'bob', null, 'completed', 99.0, 0.0, null, 'EUR'),
    ('o7', null, timestamp '2026-01-08', 'completed', 99.0, 0.0, null, 'EUR'),
    ('o8', 'zoe', timestamp '2026-01-08', 'completed', 99.0, 0.0, null, 'EUR'),
    ('o9', 'ann', timestamp '2026-05-01', 'completed', 99.0, 0.0, null, 'EUR'),
    ('o10', 'cat', timestamp '2026-01-08', null, -7.0, 0.0, null, 'EUR'),
    ('o11', 'cat', timestamp '2026-01-09', 'Returned', 20.0, 0.0, null, 'EUR'),
    ('o12', 'cat', timestamp '2026-01-10', 'returned', 20.0, 20.0, timestamp '2026-05-01', 'EUR')
) as orders (
    order_id, customer_id, ordered_at, status, net_amount, refunded_amount, refunded_at, currency
);
create table crm.lines as select * from (values
    ('l1', 'o1', 'pen', 2, 60.0), ('l2', 'o1', 'ink', -1, -10.0), ('l3', 'o2', 'pen', 1, 20.0)
) as lines ("Order_Line_ID", order_id, product_id, "QUANTITY", net_amount);
create table crm.events as select * from (values
    ('e1', 'ann', timestamp '2026-01-02', 'page_viewed', timestamp '2026-01-02'),
    ('e2', 'ann', timestamp '2026-01-02', 'page_veiwed', timestamp '2026-01-02'),
    ('e3', 'bob', timestamp '2026-01-02', 'page_viewed', timestamp '2026-01-01 17:00:00'),
    ('e4', null, timestamp '1970-01-01', 'page_viewed', null),
    ('e5', 'ann', timestamp '2026-05-01', 'page_viewed', null),
    ('e6', 'zoe', timestamp '2026-01-02', 'page_viewed', null),
    (null, 'ann', timestamp '2026-01-02', 'page_viewed', null),
    ('e7', 'ann', timestamp '2026-01-02', null, null),
    ('e1', 'ann', timestamp '2026-01-09', 'page_viewed', null),
    ('e1', 'ann', timestamp '2026-01-02', 'pages_viewed', null),
    ('e8', 'ann', timestamp '-infinity', 'page_viewed', timestamp 'infinity')
) as events (event_id, customer_id, occurred_at, event_name, received_at);
create table crm.referrals as select * from (values
    ('r1', 'ann', 'bob', timestamp '2026-02-01'),
    ('r2', 'bob', 'cat', timestamp '2026-02-02'),
    ('r3', 'cat', 'ann', timestamp '2026-02-03'),
    ('r4', 'ann', 'ann', timestamp '2026-02-04')
) as referrals (referral_id, customer_id, referred_customer_id, referred_at);
create table crm.subscriptions as select * from (values
    ('s1', null, null, timestamp '2026-01-01', null, null, json 'null'),
    ('s2', 'ann', null, timestamp '2026-01-01', timestamp '2026-02-01', null, null),
    ('s3', 'ann', null, timestamp '2026-01-01', timestamp '2026-04-01', true,
        json '"2026-03-05T07:00:00+07:00"')
) as subscriptions (
    subscription_id, customer_id, account_id, started_at, renews_at, trial_ends_at,
    cancelled_at
);
create table crm.consents as select * from (values
    ('n1', 'ann', 'email_marketing', 'yes', timestamp '2026-01-01'),
    (null, 'bob', 'direct_mail', 'Withdrawn', timestamp '2026-02-01'),
    (' ', 'bob', 'direct_mail', 'granted', timestamp '2026-03-01'),
    ('n2', 'cat', null, 'withdrawn', null),
    ('n3', 'cat', ' ', 'granted', timestamp '2026-03-01'),
    ('n4', 'dan', 'direct_mail', 'granted', timestamp '2026-03-01'),
    ('n4', 'bob', 'email_marketing', 'withdrawn', timestamp '2026-02-01'),
    ('n5', 'dan', 'email_marketing', 'granted', null)
) as consents (consent_id, customer_id, purpose, status, recorded_at);
create table crm.messages as select * from (values
    ('m1', 'a', 'zoe', 'email', 'sent', timestamp '2026-01-02', null),
    ('m1', 'a', 'ann', 'email', 'sent', timestamp '2026-01-03', null),
    ('m1', 'a', 'ann', 'email', 'sent', timestamp '2026-01-04', null),
    ('m2', 'a', 'ann', null, 'opened', timestamp '2026-01-04', null),
    ('m3', 'a', 'ann', ' EMAIL', e'Opened\r', timestamp '2026-01-05', timestamp '2999-01-01'),
    ('m4', 'a', 'ann', 'Pigeon', 'Read', timestamp '2026-01-06', timestamp '2026-05-01')
) as messages (
    message_event_id, message_id, customer_id, channel, message_event, occurred_at, loaded_at
);
create table crm.scores as select * from (values
    ('ann', e'PROBABILITY_ALIVE\n', 0.9, timestamp '2026-01-01'),
    ('ann', 'Probability_Alive ', 90, timestamp '2026-02-01'),
    ('ann', 'expected_value', -1, timestamp '2026-02-01'),
    ('bob', ' Churn_probability', null, timestamp '2026-02-01'),
    ('bob', null, 0.5, null),
    ('bob', 'churn_probability', 0.1, timestamp '2026-05-01'),
    ('zoe', 'churn_probability', 0.1, null),
    (null, 'churn_probability', 0.1, null)
) as scores (customer_id, score_name, score, scored_at);
create table crm.tickets as select * from (values
    ('t1', 'ann', '2026-01-10t09:00:00.5 +0700', '2026-01-11 00:00:00 UTC', ' +5 '),
    ('t2', 'ann', '2026-02-29', '', '4.0'),
    ('t3', 'ann', '31/01/2026', null, '4'),
    ('t4', 'ann', 'yesterday', null, 'null'),
    ('t5', 'ann', ' ', null, '12345678901'),
    (' ', 'ann', '2026-01-10', null, null),
    ('t6', e'\t', '2026-01-10', null, null),
    ('t7', 'ann', '2024-02-29T23:59:59-01:00', '0000-00-00', '.9')
) as tickets (ticket_id, customer_id, opened_at, solved_at, satisfaction);
create table crm.spend as select * from (values
    (1::double, '2026-01-10T23:59:59+07:00', 'web', 1e300, 20260110),
    (2.5, '2026-01-11', 'web', 12.5, null),
    ('nan'::double, '2026-01-11', 'web', 1, null)
) as spend (spend_id, spent_on, channel, amount, impressions);
create table crm.identities as select * from (values
    ('i1', 'ann', 'email', ' ', null::timestamp)
) as identities (identity_id, customer_id, identifier_type, identifier, first_seen_at);
"""

AS_OF = datetime(2026, 4, 1)
GENERATED = {subject: hostile.rows_of(subject) for subject in hostile.TABLES}
PEOPLE = hostile.people()


def _fill(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables, those of generated rows as files of text have them."""
    connection.execute(TABLES)
    for subject, rows in GENERATED.items():
        columns = ", ".join(f"{name} varchar" for name in rows[0])
        connection.execute(f"create table crm.{subject} ({columns})")
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(
            f"insert into crm.{subject} values ({marks})", [[*row.values()] for row in rows]
        )
    connection.execute(
        "alter table crm.accounts add column parent_account_id varchar;"
        " insert into crm.accounts by name select * from (values ('c1', 'c2'), ('c2', 'c3'),"
        " ('c3', 'c1'), ('c4', 'c1'), ('c5', 'c4'), ('c6', 'c6'), ('c7', 'c6'), ('c8', 'b0'),"
        " ('d1', 'd2'), ('d2', 'd1')) as accounts (account_id, parent_account_id)"
    )
    connection.execute(
        "insert into crm.experiments values ('y1', 'ann', 'mute', 'a', '2025-07-01'),"
        " ('y2', 'bob', 'mute', 'b', '2025-07-01'),"
        " ('y3', 'ann', 'twice', 'control', '2025-07-01'),"
        " ('y4', 'bob', 'twice', 'Holdout', '2025-07-01')"
    )
    connection.execute("alter table crm.people add column phone varchar")
    connection.execute("alter table crm.people add column city varchar")
    connection.executemany(
        "insert into crm.people (customer_id, email, created_at, updated_at, phone, city)"
        " values (?, ?, ?, ?, ?, ?)",
        [[*row.values()] for row in PEOPLE],
    )


INPUTS = {
    **{subject: f"crm.{subject}" for subject in GENERATED},
    "customers": "crm.people",
    "orders": "crm.orders",
    "order_lines": "crm.lines",
    "events": "crm.events",
    "referrals": "crm.referrals",
    "subscriptions": "crm.subscriptions",
    "consents": "crm.consents",
    "identities": "crm.identities",
    "scores": "crm.scores",
    "messages": "crm.messages",
    "tickets": "crm.tickets",
    "spend": "crm.spend",
}


class Built:
    """A warehouse built on bad input, and what dbt said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "bad.duckdb"
        with duckdb.connect(str(self.path)) as connection:
            _fill(connection)
        done = run_dbt(
            "build",
            "--select", "+data_quality", "+customer_orders", "+customer_order_lines",
            "+customer_returns", "+customer_returned_lines", "+customer_events",
            "+customer_referrals", "+customer_subscriptions", "+customer_consents",
            "+customer_scores", "+customer_messages", "+customer_tickets", "+marketing_spend",
            "+account_members", "+account_opportunities", "+customer_feedback",
            "+customer_loyalty", "+experiment_assignments",
            "--exclude-resource-type", "unit_test",
            "--exclude", "inputs_belong_to_known_customers",
            "--vars",
            json.dumps({
                "cdp_as_of": AS_OF.isoformat(),
                "cdp_inputs": INPUTS,
                "cdp_event_names": ["page_viewed"],
                "cdp_experiments": {"mute": {"shares": {"a": 0.5, "c": 0.5}}},
            }),
            project=REPOSITORY,
            scratch=folder,
            environment={"CDP_DUCKDB_PATH": str(self.path)},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-4000:]
        self.said = " ".join(done.stdout.split())

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return Built(tmp_path_factory.mktemp("bad_input"))


COUNTED = {
    ("customers", "birth_date_is_impossible"): 1,
    ("customers", "birth_date_is_infinite"): 1,
    ("customers", "updated_at_is_infinite"): 1,
    ("orders", "key_is_missing"): 1,
    ("orders", "key_is_repeated"): 1,
    ("orders", "time_is_missing"): 1,
    ("orders", "time_is_at_or_after_as_of"): 1,
    ("orders", "customer_is_unknown"): 1,
    ("orders", "customer_is_missing"): 1,
    ("orders", "time_is_before_birth"): 4,
    ("orders", "is_a_return"): 2,
    ("orders", "refund_or_discount_is_negative"): 1,
    ("orders", "time_of_refund_is_missing"): 2,
    ("orders", "refund_is_more_than_was_paid"): 1,
    ("orders", "return_is_of_no_order"): 1,
    ("orders", "returned_and_not_refunded"): 1,
    ("orders", "currency_is_not_the_usual_one"): 1,
    ("order_lines", "amount_or_quantity_is_negative"): 1,
    ("events", "key_is_missing"): 1,
    ("events", "time_is_before_1980"): 1,
    ("events", "time_is_missing"): 1,
    ("events", "occurred_at_is_infinite"): 1,
    ("events", "received_at_is_infinite"): 1,
    ("events", "time_is_at_or_after_as_of"): 1,
    ("events", "time_is_before_birth"): 1,
    ("events", "customer_is_unknown"): 1,
    ("events", "arrived_before_it_happened"): 1,
    ("events", "name_is_missing"): 1,
    ("events", "person_is_missing"): 1,
    ("events", "name_is_not_declared"): 2,
    ("referrals", "time_is_before_birth"): 1,
    ("referrals", "is_of_oneself"): 1,
    ("referrals", "is_circular"): 1,
    ("subscriptions", "belongs_to_nobody"): 1,
    ("subscriptions", "renewal_is_past"): 1,
    ("subscriptions", "trial_ends_at_cannot_be_read"): 1,
    ("consents", "status_is_not_known"): 1,
    ("consents", "key_is_missing"): 2,
    ("consents", "key_is_repeated"): 1,
    ("consents", "time_is_missing"): 1,
    ("consents", "no_has_no_time"): 1,
    ("consents", "purpose_is_missing"): 2,
    ("identities", "identifier_is_missing"): 1,
    ("identities", "time_is_missing"): 1,
    ("tickets", "key_is_missing"): 1,
    ("tickets", "customer_is_missing"): 1,
    ("tickets", "time_is_missing"): 4,
    ("tickets", "opened_at_cannot_be_read"): 3,
    ("tickets", "solved_at_cannot_be_read"): 1,
    ("tickets", "satisfaction_cannot_be_read"): 2,
    ("tickets", "satisfaction_is_rounded"): 1,
    ("spend", "amount_cannot_be_read"): 1,
    ("spend", "amount_is_missing"): 1,
    ("spend", "key_is_missing"): 1,
    ("messages", "loaded_at_is_in_the_future"): 1,
    ("messages", "channel_or_event_is_missing"): 1,
    ("messages", "customer_is_unknown"): 1,
    ("messages", "channel_is_not_known"): 1,
    ("messages", "event_is_not_known"): 1,
    ("scores", "customer_is_missing"): 1,
    ("scores", "customer_is_unknown"): 1,
    ("scores", "score_or_its_name_is_missing"): 2,
    ("scores", "probability_is_not_from_0_to_1"): 1,
    ("scores", "prediction_is_negative"): 1,
    ("scores", "time_is_at_or_after_as_of"): 1,
}


def test_a_time_in_json_is_read_without_its_quotes(built: Built) -> None:
    """A null of JSON is as good as none."""
    query = "select cancelled_at from input_subscriptions order by subscription_id"
    assert [(None,), (None,), (datetime(2026, 3, 5),)] == built.rows(query)


def test_everything_odd_is_counted_and_nothing_else(built: Built) -> None:
    found = built.rows(
        "select subject, check_name, affected_row_count from data_quality"
        " where affected_row_count > 0 and check_name <> 'row_is_left_out'"
    )
    counted = {(subject, name): count for subject, name, count in found}
    handmade = {of: count for of, count in counted.items() if of[0] not in GENERATED}
    assert COUNTED | _odd_people() == handmade
    # Of two people in an experiment without a control one is in no variant of its plan.
    assert 2 == counted["experiments", "experiment_has_no_control"]
    assert 1 == counted["experiments", "variant_is_not_planned"]
    assert 2 == counted["experiments", "experiment_has_several_controls"]


def _odd_people() -> dict[tuple[str, str], int]:
    """What is odd about the customers that are generated, and of the few that are not."""
    ids = [hostile.text(row["customer_id"]) for row in PEOPLE]
    created = [hostile.time(row["created_at"]) for row in PEOPLE]
    updated = [hostile.time(row["updated_at"]) for row in PEOPLE]
    known_from = [first or then for first, then in zip(created, updated, strict=True)]
    given = [key for key in ids if key is not None]
    odd = {
        "key_is_missing": ids.count(None) + 1,
        "key_is_repeated": len(given) - len(set(given)) + 1,
        "time_is_missing": created.count(None) + 1,
        "time_is_at_or_after_as_of": sum(at is not None and at >= AS_OF for at in known_from) + 1,
        "created_at_cannot_be_read": sum(
            at is None and hostile.text(row["created_at"]) is not None
            for at, row in zip(created, PEOPLE, strict=True)
        ),
        "changed_before_it_was_known": sum(
            first is not None and then is not None and then < first
            for first, then in zip(created, updated, strict=True)
        )
        + 1,
    }
    assert min(odd.values()) > 1
    return {("customers", name): count for name, count in odd.items()}


FACTS = {
    "customers": ["customer_records"],
    "identities": ["identity_identifiers where source_customer_id is null"],
    "orders": ["customer_orders", "customer_returns"],
    "order_lines": ["customer_order_lines", "customer_returned_lines"],
    "events": ["customer_events"],
    "messages": ["customer_messages"],
    "tickets": ["customer_tickets"],
    "referrals": ["customer_referrals"],
    "consents": [
        "customer_consents where consent_id not like 'no:%'",
        "input_consents where (consent_id is null or purpose is null) and status <> 'granted'",
    ],
    "subscriptions": [
        "subscriptions_as_of where customer_id is not null or account_id is not null"
    ],
    "spend": ["marketing_spend"],
    "scores": ["customer_scores"],
    "accounts": [
        "(select distinct account_id from input_accounts"
        " where account_id is not null and coalesce(created_at < '2026-04-01', true))"
    ],
    "account_members": ["account_members"],
    "feedback": ["customer_feedback"],
    "loyalty": ["customer_loyalty"],
    "opportunities": ["account_opportunities"],
    "experiments": ["experiment_assignments"],
}
"""Subject -> the tables that hold its rows, one each."""


def test_every_row_is_in_a_fact_or_counted_as_left_out(built: Built) -> None:
    """None is lost in silence, whatever is wrong with it."""
    said = built.rows(
        "select subject, all_row_count - affected_row_count from data_quality"
        " where check_name = 'row_is_left_out' and all_row_count > 0"
    )
    held = {
        subject: sum(int(str(built.rows(f"select count(*) from {fact}")[0][0])) for fact in facts)
        for subject, facts in FACTS.items()
    }
    assert held == dict(said)
    assert all(0 < held[subject] < len(rows) for subject, rows in GENERATED.items())


def test_of_repeated_answers_the_latest_counts_as_a_plain_reading_says(built: Built) -> None:
    """Ties, blanks, times that cannot be read and times to come, in one table of texts."""
    rows = built.rows(
        "select feedback_id, customer_id, kind, score, submitted_at from customer_feedback"
    )
    assert hostile.feedback_kept(GENERATED["feedback"], AS_OF) == set(rows)


def test_customers_are_what_a_plain_reading_of_their_rows_makes_of_them(built: Built) -> None:
    """One record an id, and one customer a person: each thing from the latest that says it."""
    named = ("email", "phone", "city", "created", "updated")
    records = {
        key: dict(zip(named, values, strict=True))
        for key, *values in built.rows(
            "select source_customer_id, email, phone, city, created_at, updated_at"
            " from customer_records where source_customer_id like 'g%'"
        )
    }
    assert hostile.records(PEOPLE, AS_OF) == records

    person_of = dict(built.rows("select * from customer_ids where customer_id like 'g%'"))
    customers = {
        key: dict(zip((*named, "count"), values, strict=True))
        for key, *values in built.rows(
            "select customer_id, email, phone, city, created_at, updated_at, record_count"
            " from known_customers where customer_id like 'g%'"
        )
    }
    assert hostile.known(records, person_of) == customers
    assert 1 < max(customer["count"] for customer in customers.values())


def test_each_check_says_what_was_done_and_what_to_do(built: Built) -> None:
    assert [] == built.rows(
        "select * from data_quality where length(what_was_done) < 4 or length(what_to_do) < 10"
    )
    assert (
        "input_orders: is a return in 2 rows (taken as a refund of the order it names, or of the "
        "latest one before; see customer_returns). To do: name the order in original_order_id "
        "where it is known."
    ) in built.said
    assert "example.com" not in built.said


def test_what_cannot_be_read_is_missing_and_the_message_says_how_to_write_it(built: Built) -> None:
    """Texts in one notation, the same everywhere; a date is the one that is written."""
    tickets = built.rows(
        "select ticket_id, opened_at, solved_at, satisfaction from input_tickets"
        " where ticket_id in ('t1', 't2', 't7') order by 1"
    )
    assert [
        ("t1", datetime(2026, 1, 10, 2, 0, 0, 500000), datetime(2026, 1, 11), 5),
        ("t2", None, None, 4),
        ("t7", datetime(2024, 3, 1, 0, 59, 59), None, 1),
    ] == tickets
    assert [
        ("1", date(2026, 1, 10), None, 20260110),
        ("2.5", date(2026, 1, 11), Decimal("12.50"), None),
        (None, date(2026, 1, 11), Decimal("1.00"), None),
    ] == built.rows("select spend_id, spent_on, amount, impressions from input_spend order by 1")
    assert [("t1",), ("t7",)] == built.rows("select ticket_id from customer_tickets order by 1")
    assert (
        "input_tickets: opened at cannot be read in 3 rows (taken as missing). To do: write "
        "opened_at as 2026-01-31T07:00:00+07:00 (ISO 8601), or map a table in which it is a "
        "timestamp."
    ) in built.said


def test_of_a_repeated_customer_the_latest_row_counts(built: Built) -> None:
    rows = built.rows(
        "select customer_id, email from known_customers"
        " where customer_id not like 'g%' order by customer_id"
    )
    assert [("ann", "ann@example.com"), ("bob", None), ("cat", None), ("dan", None)] == rows


def test_times_of_several_zones_in_one_column_become_utc(built: Built) -> None:
    rows = built.rows(
        "select customer_id, created_at from known_customers"
        " where customer_id in ('ann', 'bob', 'cat') order by customer_id"
    )
    assert [
        ("ann", datetime(2026, 1, 1)),
        ("bob", datetime(2026, 1, 2)),
        ("cat", datetime(2026, 1, 3)),
    ] == rows


def test_returns_and_negative_amounts_lower_the_order_they_are_of(built: Built) -> None:
    orders = built.rows(
        "select order_id, net_amount, refunded_amount from customer_orders order by order_id"
    )
    returns = built.rows(
        "select return_id, order_id, returned_amount from customer_returns order by return_id"
    )
    assert [
        ("o1", Decimal("50.00"), Decimal("20.00")),
        ("o11", Decimal("20.00"), Decimal("0.00")),
        ("o12", Decimal("20.00"), Decimal("0.00")),
        ("o3", Decimal("10.00"), Decimal("4.00")),
        ("o4", Decimal("-10.00"), Decimal("0.00")),
        ("o5", Decimal("10.00"), Decimal("15.00")),
    ] == orders
    assert [("o10", None, Decimal("7.00")), ("o2", "o1", Decimal("20.00"))] == returns
    assert [("l1",)] == built.rows("select order_line_id from customer_order_lines")
    assert [("l2", "o1", 1, Decimal("10.00")), ("l3", "o1", 1, Decimal("20.00"))] == built.rows(
        "select order_line_id, order_id, quantity, returned_amount"
        " from customer_returned_lines order by order_line_id"
    )


def test_words_are_kept_in_small_letters_without_white_space(built: Built) -> None:
    rows = built.rows(
        "select message_event, channel, message_step from customer_messages"
        " where message_event_id in ('m3', 'm4') order by message_event_id"
    )
    assert [("email_opened", "email", "opened"), ("pigeon_read", "pigeon", "read")] == rows


def test_unknown_names_and_strangers_events_are_kept(built: Built) -> None:
    rows = built.rows("select event_id, customer_id, event_name from customer_events order by 1")
    assert [
        ("e1", "ann", "page_viewed"),
        ("e2", "ann", "page_veiwed"),
        ("e3", "bob", "page_viewed"),
        ("e4", None, "page_viewed"),
        ("e6", None, "page_viewed"),
    ] == rows


def test_a_circle_of_referrals_is_opened(built: Built) -> None:
    rows = built.rows("select referral_id, referred_customer_id from customer_referrals order by 1")
    assert [("r1", "bob"), ("r2", "cat"), ("r3", None)] == rows


def test_accounts_that_are_parts_of_themselves_are_counted(built: Built) -> None:
    """A circle of three and one of two; not who leads into one, nor below a parent of itself."""
    rows = built.rows(
        "select check_name, affected_row_count from data_quality"
        " where subject = 'accounts' and check_name like 'parent%' order by check_name"
    )
    assert [("parent_is_itself", 1), ("parent_is_unknown", 1), ("parents_are_circular", 5)] == rows


def test_a_no_is_heard_whatever_is_wrong_with_its_row(built: Built) -> None:
    """Without an id, with the id of another's yes, without a purpose; a yes is not."""
    rows = built.rows(
        "select customer_id, purpose, status from customer_consents where customer_id <> 'ann'"
        " order by 1, 2, 3"
    )
    assert [
        ("bob", "direct_mail", "withdrawn"),
        ("bob", "email_marketing", "withdrawn"),
        ("cat", "direct_mail", "withdrawn"),
        ("cat", "email_marketing", "withdrawn"),
        ("dan", "direct_mail", "granted"),
    ] == rows


def test_scores_that_cannot_be_are_no_scores(built: Built) -> None:
    """The earlier one that can be counts; ninety percent is not ninety."""
    rows = built.rows("select customer_id, score_name, score from customer_scores order by 1, 2")
    assert [
        ("ann", "expected_value", Decimal("-1.000000")),
        ("ann", "probability_alive", Decimal("0.900000")),
    ] == rows


def test_what_a_tracker_sent_twice_is_there_once(built: Built) -> None:
    """The first that came in, to somebody known; the test of the key says how often, and what
    to do. Of two that came at once the one first in the order of its columns.
    """
    events = built.rows("select event_name, occurred_at from customer_events where event_id = 'e1'")
    messages = built.rows(
        "select message_event_id, occurred_at from customer_messages where message_event_id = 'm1'"
    )
    assert [("page_viewed", datetime(2026, 1, 2))] == events
    assert [("m1", datetime(2026, 1, 3))] == messages
    for name in ("events_has_copies_send_each_event_id", "messages_has_copies_send_each_message"):
        assert f"Warning in test input_{name}" in built.said


def test_what_a_source_has_forgotten_does_not_hide_what_is_left_out(built: Built) -> None:
    """The log still holds the rows; of those that the source still has as many are left out."""
    forgotten = built.folder / "forgotten.duckdb"
    shutil.copy(built.path, forgotten)
    compiled = next(built.folder.glob("target/compiled/**/data_quality.sql")).read_text("utf-8")
    query = f"from ({compiled}) where subject = 'events' and check_name = 'row_is_left_out'"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{forgotten}' as bad")
        connection.execute("use bad")
        before = connection.execute(f"select affected_row_count {query}").fetchall()
        connection.execute("delete from crm.events where event_id in ('e2', 'e3')")
        after = connection.execute(f"select affected_row_count {query}").fetchall()
    assert [(6,)] == before == after
