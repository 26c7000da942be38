"""A small warehouse for the tests of audiences: its tables, its manifest, hostile people.

`TABLES` is the only place that says which columns there are; the dbt manifest, the
DuckDB tables and the reference reading all follow it.
"""

from __future__ import annotations

import random
import unicodedata
import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from cdp_activate.audiences.preview import preview_sql
from cdp_activate.audiences.read import read_audiences
from cdp_activate.catalog import Catalog, read_manifest
from cdp_activate.text import parse

HANOI = "Asia/Ho_Chi_Minh"

TABLES: dict[str, dict[str, tuple[str, dict[str, Any]]]] = {
    "customers": {
        "customer_id": ("varchar", {}),
        "email": ("varchar", {"pii": "email"}),
        "name": ("varchar", {}),
        "nickname": ("varchar", {}),
        "tier": ("varchar", {"values": ["gold", "silver", "Bronze"]}),
        "score": ("integer", {}),
        "big": ("bigint", {}),
        "spend": ("decimal(18,2)", {}),
        "budget": ("decimal(18,2)", {}),
        "ratio": ("double", {}),
        "other_ratio": ("double", {}),
        "active": ("boolean", {}),
        "born": ("date", {}),
        "renews": ("date", {}),
        "seen_at": ("timestamp", {}),
        "written_at": ("timestamp", {}),
        "synced_at": ("timestamp with time zone", {}),
        "local_at": ("timestamp", {"timezone": HANOI}),
        "labels": ("varchar[]", {}),
        "numbers": ("integer[]", {}),
        "token": ("uuid", {}),
        "order": ("integer", {}),
        "account_id": ("bigint", {}),
    },
    "accounts": {
        "account_id": ("bigint", {}),
        "plan": ("varchar", {}),
        "employees": ("integer", {}),
        "opened": ("date", {}),
    },
    "devices": {"device_id": ("uuid", {}), "model": ("varchar", {})},
    "orders": {
        "order_id": ("integer", {}),
        "customer_id": ("varchar", {}),
        "ordered_at": ("timestamp", {}),
        "amount": ("decimal(18,2)", {}),
        "weight": ("double", {}),
        "pieces": ("integer", {}),
        "status": ("varchar", {}),
        "due": ("date", {}),
        "shipped_at": ("timestamp", {}),
    },
    "refunds": {
        "refund_id": ("integer", {}),
        "customer_id": ("varchar", {}),
        "refunded_on": ("date", {}),
        "amount": ("decimal(18,2)", {}),
        "status": ("varchar", {}),
        "due": ("date", {}),
    },
    "web_events": {
        "event_id": ("varchar", {}),
        "customer_id": ("varchar", {}),
        "happened_at": ("timestamp with time zone", {}),
        "event_name": ("varchar", {"values": ["viewed", "clicked"]}),
        "amount": ("decimal(18,2)", {}),
        "status": ("varchar", {}),
        "due": ("date", {}),
    },
    "calls": {
        "call_id": ("integer", {}),
        "customer_id": ("varchar", {}),
        "called_at": ("timestamp", {"timezone": HANOI}),
        "status": ("varchar", {}),
        "amount": ("decimal(18,2)", {}),
    },
    "logins": {
        "login_id": ("integer", {}),
        "account_id": ("bigint", {}),
        "login_at": ("timestamp", {}),
        "pages": ("integer", {}),
    },
    "consents": {
        "customer_id": ("varchar", {}),
        "purpose": ("varchar", {"values": ["email_marketing", "ads"]}),
        "status": ("varchar", {}),
        "recorded_at": ("timestamp", {}),
    },
    "stages": {
        "stage_id": ("integer", {}),
        "customer_id": ("varchar", {}),
        "track": ("varchar", {"values": ["lifecycle", "support"]}),
        "stage": ("varchar", {"values": ["new", "active", "lost"]}),
        "valid_from": ("timestamp", {}),
    },
}
"""table -> column -> (type, config.meta.cdp of the column)."""

ROLES: dict[str, Any] = {
    "customers": [
        {"entity": "customer", "key": "customer_id"},
        # `on` arrives as the key "true" from a YAML 1.1 reader.
        {"ref": "account", "to": "account", "true": "account_id"},
    ],
    "accounts": {"entity": "account", "key": "account_id"},
    "devices": {"entity": "device", "key": "device_id"},
    "orders": {
        "event": "order_placed", "of": "customer", "key": "customer_id", "at": "ordered_at",
        "id": "order_id",
    },
    "refunds": {
        "event": "refund_made", "of": "customer", "key": "customer_id", "at": "refunded_on",
        "id": "refund_id",
    },
    "web_events": {
        "events_in": "event_name", "of": "customer", "key": "customer_id", "at": "happened_at",
        "id": "event_id",
    },
    "calls": {
        "event": "call_made", "of": "customer", "key": "customer_id", "at": "called_at",
        "id": "call_id",
    },
    "logins": {
        "event": "logged_in", "of": "account", "key": "account_id", "at": "login_at",
        "id": "login_id",
    },
    "consents": {
        "consents": True, "of": "customer", "key": "customer_id", "purpose": "purpose",
        "status": "status", "at": "recorded_at",
    },
    "stages": {
        "stages": True, "of": "customer", "key": "customer_id", "track": "track",
        "stage": "stage", "at": "valid_from", "id": "stage_id",
    },
}  # fmt: skip

Row = dict[str, Any]
Tables = dict[str, list[Row]]


def manifest(adapter: str = "duckdb") -> dict[str, Any]:
    """The dbt manifest of TABLES and ROLES."""
    return {
        "metadata": {"adapter_type": adapter, "project_name": "shop"},
        "nodes": {
            f"model.shop.{table}": {
                "resource_type": "model",
                "name": table,
                "package_name": "shop",
                "relation_name": f'"{table}"' if adapter != "bigquery" else f"`{table}`",
                "original_file_path": f"models/{table}.yml",
                "config": {"meta": {"cdp": ROLES[table]}},
                "columns": {
                    name: {
                        "name": name,
                        "data_type": declared,
                        "config": {"meta": {"cdp": meta} if meta else {}},
                    }
                    for name, (declared, meta) in columns.items()
                },
            }
            for table, columns in TABLES.items()
        },
    }


def catalog(adapter: str = "duckdb") -> Catalog:
    """The catalog of the small warehouse."""
    return read_manifest(manifest(adapter))


def create(tables: Tables) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that holds these rows; a column that a row lacks is null."""
    connection = duckdb.connect()
    connection.execute("set timezone = 'Pacific/Apia'")  # no answer may depend on it
    for table, columns in TABLES.items():
        declared = ", ".join(f'"{name}" {kind}' for name, (kind, _) in columns.items())
        connection.execute(f"create table {table} ({declared})")
        marks = ", ".join(f"cast(? as {kind})" for kind, _ in columns.values())
        for row in tables.get(table, []):
            unknown = set(row) - set(columns)
            assert not unknown, f"{table} has no column {unknown}"
            connection.execute(
                f"insert into {table} values ({marks})", [row.get(name) for name in columns]
            )
    return connection


def members(
    connection: duckdb.DuckDBPyConnection,
    text: str,
    as_of: datetime,
    *,
    name: str = "tested",
    known: Catalog | None = None,
) -> dict[Any, str | None]:
    """The members of audience `name` of the YAML `text`, each with its variant."""
    known = known or catalog()
    audiences = read_audiences(parse(text, "tested.yml"), known)
    sql = preview_sql(audiences[name], audiences, known, as_of)
    rows = connection.execute(sql).fetchall()
    found = dict(rows)
    assert len(found) == len(rows), f"a member appears twice:\n{sql}"
    return found


# Hostile people ...

ZONES = ("UTC", "Europe/Berlin", "America/Sao_Paulo", HANOI)
MOMENTS = (
    datetime(2026, 3, 29, 1, 0, tzinfo=UTC),  # Berlin springs forward
    datetime(2025, 10, 26, 0, 30, tzinfo=UTC),  # Berlin falls back
    datetime(2018, 11, 4, 3, 0, tzinfo=UTC),  # Sao Paulo has no midnight
    datetime(2018, 2, 18, 1, 59, 59, 999999, tzinfo=UTC),  # Sao Paulo falls back at midnight
    datetime(2024, 2, 29, 17, 0, tzinfo=UTC),  # a leap day is over in Hanoi
    datetime(2024, 12, 31, 16, 59, 59, tzinfo=UTC),
    datetime(2023, 3, 1, 0, 0, tzinfo=UTC),  # midnight, and a 29 February that is not
    datetime(2026, 11, 21, 21, 41, 7, 123456, tzinfo=UTC),
)
LENGTHS = {
    "1 second": 1, "90 minutes": 5400, "24 hours": 86400, "1 day": 86400, "7 days": 604800,
    "2 weeks": 1209600, "30 days": 2592000, "365 days": 31536000,
}  # fmt: skip
VIETNAMESE = "Đặng Thị Hằng"
TEXTS = (
    "", " ", "\t\n", "a", "A", "ab", "O'Brien", 'say "hi"', "{{ env_var('HOME') }}",
    "{% raw %}", "{# note #}", "50%_x", "50%", "_", "back\\slash", "\\", "line\nbreak", "cr\rend",
    "-- note", "; drop table customers", "😀", "👩‍👩‍👧", "İ", "ı", "ß", "ẞ", "ς", "Σ", "σ", "NULL",
    "null", "true", "1", "1.0", "gold", "Gold", "silver", "Bronze", VIETNAMESE,
    unicodedata.normalize("NFD", VIETNAMESE), "dang thi hang", "đặng", "ä", "a\u0308", "ab\n",
    "café au lait",
)  # fmt: skip
NUMBERS = (0, 1, -1, 2, 5, 80, 2**31 - 1, -(2**31))
HUGE = (0, 1, -7, 2**53, 2**53 + 1, 2**63 - 1, -(2**63))
MONEY = tuple(
    Decimal(text) for text in ("0", "0.01", "-0.01", "9.99", "100", "100.00", "100.01", "-250.5")
)
FORTUNES = (*MONEY, Decimal("9999999999999999.99"), Decimal("-9999999999999999.99"))
DOUBLES = (0.0, -0.0, 0.5, 0.1, -2.25, 1e300, -1e300, float("nan"), float("inf"), float("-inf"))
WEIGHTS = (0.0, 0.5, 0.25, -2.25, 1024.0, float("nan"), float("inf"), float("-inf"))
DATES = (date(2000, 2, 29), date(1996, 2, 29), date(1900, 1, 1), date(9999, 12, 31))
TOKENS = tuple(str(uuid.UUID(int=number)) for number in (0xABCDEF, 1, 2**127 + 5))


def instants(as_of: datetime, *, extremes: bool = False) -> list[datetime]:
    """Instants where something may be off by one: the edges of every window and day."""
    edges = [as_of]
    edges += [as_of - timedelta(seconds=seconds) for seconds in LENGTHS.values()]
    edges += [as_of + timedelta(days=1), as_of + timedelta(days=7)]
    for name in ZONES:
        today = as_of.astimezone(ZoneInfo(name)).date()
        months = (date(today.year, today.month, 1), date(today.year, 1, 1))
        for day in (today, today - timedelta(days=1), today + timedelta(days=1), *months):
            edges.append(datetime.combine(day, time.min, ZoneInfo(name)).astimezone(UTC))
    tick = timedelta(microseconds=1)
    found = [edge + shift for edge in edges for shift in (-tick, timedelta(0), tick)]
    if extremes:
        found += [datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)]
    return found


def days(as_of: datetime) -> list[date]:
    """Days around today, and today's day of other years."""
    today = as_of.date()
    near = [today + timedelta(days=shift) for shift in (-365, -30, -7, -2, -1, 0, 1, 2, 6, 7, 30)]
    past = [date(1990, day.month, day.day) for day in near if (day.month, day.day) != (2, 29)]
    return [*near, *past, *DATES]


def hostile(seed: int) -> tuple[datetime, Tables]:
    """An instant, and tables full of edges around it; the same seed gives the same rows."""
    draw = random.Random(seed)
    as_of = MOMENTS[seed % len(MOMENTS)]
    if seed >= len(MOMENTS):
        as_of += timedelta(seconds=draw.randrange(-86400 * 400, 86400 * 400))
    moments, dates = instants(as_of), days(as_of)
    far = instants(as_of, extremes=True)

    def maybe(values: Any, unknown: float = 0.15) -> Any:
        return None if draw.random() < unknown else draw.choice(values)

    def many(values: Any) -> Any:
        return maybe([[maybe(values) for _ in range(draw.randrange(4))]], 0.2)

    def naive(values: list[datetime]) -> Any:
        found = maybe(values)
        return found.replace(tzinfo=None) if found else None

    def in_hanoi(values: list[datetime]) -> Any:
        found = maybe(values)
        return found.astimezone(ZoneInfo(HANOI)).replace(tzinfo=None) if found else None

    few = [as_of, *draw.sample(moments, 11)]  # so that ties are many
    people = [f"c{number}" for number in range(24)] + ["C1", "1", "01", "ä", "a\u0308", "'", "🐙"]
    owners = [*people[:12], *people[-7:], "nobody"]
    orders: list[Row] = []
    for number in range(90):
        orders.append({
            "order_id": number, "customer_id": maybe(owners, 0.05), "ordered_at": naive(moments),
            "amount": maybe(MONEY), "weight": maybe(WEIGHTS), "pieces": maybe((0, 1, 2, 3, -4)),
            "status": maybe(TEXTS), "due": maybe(dates), "shipped_at": naive(moments),
        })  # fmt: skip
    orders += orders[:8]  # the same id, twice
    return as_of, {
        "customers": [
            {
                "customer_id": key, "email": maybe(TEXTS), "name": maybe(TEXTS),
                "nickname": maybe(TEXTS), "tier": maybe(("gold", "silver", "Bronze", "other")),
                "score": maybe(NUMBERS), "big": maybe(HUGE), "spend": maybe(FORTUNES),
                "budget": maybe(FORTUNES), "ratio": maybe(DOUBLES), "other_ratio": maybe(DOUBLES),
                "active": maybe((True, False)), "born": maybe(dates), "renews": maybe(dates),
                "seen_at": naive(far), "written_at": naive(moments), "synced_at": maybe(moments),
                "local_at": in_hanoi(moments), "labels": many(TEXTS), "numbers": many(NUMBERS),
                "token": maybe(TOKENS), "order": maybe(NUMBERS),
                "account_id": maybe((1, 2, 10, 99)),
            }
            for key in people
        ],
        "accounts": [
            {
                "account_id": key, "plan": maybe(TEXTS), "employees": maybe(NUMBERS),
                "opened": maybe(dates),
            }
            for key in (1, 2, 10, 9, 100, -3, 2**62)
        ],
        "devices": [
            {"device_id": str(uuid.UUID(int=draw.getrandbits(128))), "model": maybe(TEXTS)}
            for _ in range(12)
        ] + [{"device_id": token, "model": maybe(TEXTS)} for token in TOKENS],
        "orders": orders,
        "refunds": [
            {
                "refund_id": number, "customer_id": maybe(owners, 0.05),
                "refunded_on": maybe(dates), "amount": maybe(MONEY), "status": maybe(TEXTS),
                "due": maybe(dates),
            }
            for number in range(40)
        ],
        "web_events": [
            {
                "event_id": str(number), "customer_id": maybe(owners, 0.05),
                "happened_at": maybe(moments), "event_name": maybe(("viewed", "clicked", "else")),
                "amount": maybe(MONEY), "status": maybe(TEXTS), "due": maybe(dates),
            }
            for number in range(60)
        ],
        "calls": [
            {
                "call_id": number, "customer_id": maybe(owners, 0.05),
                "called_at": in_hanoi(moments), "status": maybe(TEXTS), "amount": maybe(MONEY),
            }
            for number in range(30)
        ],
        "logins": [
            {
                "login_id": number, "account_id": maybe((1, 2, 10, 77)),
                "login_at": naive(moments), "pages": maybe((0, 1, 2, 3)),
            }
            for number in range(20)
        ],
        "consents": [
            {
                "customer_id": maybe(owners, 0.05), "purpose": maybe(("email_marketing", "ads")),
                "status": maybe(("granted", "granted", "withdrawn", "Granted")),
                "recorded_at": naive(few),
            }
            for _ in range(120)
        ],
        "stages": [
            {
                "stage_id": number, "customer_id": maybe(people, 0.05),
                "track": maybe(("lifecycle", "lifecycle", "support")),
                "stage": maybe(("new", "active", "lost"), 0.05),
                "valid_from": naive(few),
            }
            for number in range(90)
        ],
    }  # fmt: skip


# One question at a time ...

NOON = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)


def variants(body: str, *, as_of: datetime = NOON, **tables: list[Row]) -> dict[Any, str | None]:
    """Members, with their variants, of the audience whose keys (but its name) `body` writes."""
    connection = create(tables)
    try:
        return members(connection, f"audience: tested\n{body}", as_of)
    finally:
        connection.close()


def chosen(body: str, *, as_of: datetime = NOON, **tables: list[Row]) -> list[Any]:
    """The keys of the members, in order."""
    return sorted(variants(body, as_of=as_of, **tables))


def people(*values: Any, **columns: list[Any]) -> list[Row]:
    """Customers c1, c2, ... : `people(score=[1, 2])`, or `people(3)` for three of them."""
    count = values[0] if values else len(next(iter(columns.values())))
    return [
        {"customer_id": f"c{number + 1}", **{name: one[number] for name, one in columns.items()}}
        for number in range(count)
    ]


def orders(*rows: dict[str, Any]) -> list[Row]:
    """Orders of c1 at `ordered_at`, unless they say otherwise."""
    return [
        {"order_id": number, "customer_id": "c1", "ordered_at": datetime(2026, 1, 9), **row}
        for number, row in enumerate(rows)
    ]
