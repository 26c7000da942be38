"""Worlds drawn at random: a catalog of its own, and people full of edges.

The names, the types of keys and ids, the zones of columns and all rows differ from seed to
seed; every role of section 5 is there, so that every construct can be asked.
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import world
from worlds import Columns, Row, World

ZONES = ("UTC", "Europe/Berlin", "America/Sao_Paulo", world.HANOI)
KEYS: dict[str, tuple[Any, ...]] = {
    "varchar": (
        *(f"c{number}" for number in range(16)), "C1", "1", "01", "ä", "a\u0308", "'", "🐙", " ",
        "Đặng", "c|1", "\\",
    ),
    "integer": (*range(12), -3, 100, 2**31 - 1, -(2**31), 77, 1234, 20, 21, 22, 23),
    "bigint": (*range(12), -3, 2**53 + 1, 2**63 - 1, -(2**63), 100, 77, 20, 21, 22, 23),
    "uuid": tuple(str(uuid.UUID(int=number * 0x1234567890ABCDEF123)) for number in range(20)),
}  # fmt: skip
NAMES = {
    "customer": ("customer", "khách", "user"),
    "customers": ("customers", "order", "Khách hàng"),
    "orders": ("orders", "group", "đơn"),
    "order_placed": ("order_placed", "select", "mua"),
    "amount": ("amount", "value", "số tiền", "sum"),
    "status": ("status", "case", "trạng thái"),
}
"""What may be called otherwise in a world."""
PROFILES = (
    {}, {"language": "vi", "age": 40, "ok": True}, {"language": None}, {"language": 3, "age": "x"},
    {"preferences": {"tags": ["a", "b", None], "since": "2026-01-02"}, "age": 1.5},
    {"preferences": [], "language": "de", "age": True}, {"language": "Đặng", "ok": "yes"},
    {"preferences": {"tags": "a", "since": "soon"}, "age": -7}, {"language": ""}, {"age": 2**40},
)  # fmt: skip


def tables(draw: Random, name: Any) -> dict[str, Columns]:
    """The tables of a world; `name` says what a thing is called in it."""
    key = draw.choice(("varchar", "varchar", "integer", "bigint", "uuid"))
    account = draw.choice(("bigint", "varchar"))
    number = draw.choice(("integer", "bigint", "varchar"))

    def at() -> tuple[str, dict[str, Any]]:
        """A column of times: plain, of some zone, or with an offset."""
        kind = draw.randint(0, 2)
        if kind == 2:
            return "timestamp with time zone", {}
        return "timestamp", {"timezone": draw.choice(ZONES)} if kind else {}

    amount, status = name("amount"), name("status")
    return {
        name("customers"): {
            "id": (key, {}), "email": ("varchar", {"pii": "email"}), "name": ("varchar", {}),
            "nickname": ("varchar", {}), "tier": ("varchar", {"values": ["gold", "silver", "Br"]}),
            "score": ("integer", {}), "big": ("bigint", {}), "spend": ("decimal(18,2)", {}),
            "budget": ("decimal(18,2)", {}), "ratio": ("double", {}), "other_ratio": ("double", {}),
            "active": ("boolean", {}), "born": ("date", {}), "renews": ("date", {}),
            "seen_at": at(), "written_at": at(), "labels": ("varchar[]", {}),
            "numbers": ("integer[]", {}), "token": ("uuid", {}), "order": ("integer", {}),
            "account_id": (account, {}), "profile": ("json", {}),
            "profile.language": ("varchar", {}), "profile.age": ("integer", {}),
            "profile.ok": ("boolean", {}), "profile.preferences.tags": ("varchar[]", {}),
            "profile.preferences.since": ("date", {}),
        },
        "accounts": {
            "account_id": (account, {}), "plan": ("varchar", {}), "employees": ("integer", {}),
            "opened": ("date", {}), "region_id": ("varchar", {}),
        },
        "regions": {"region_id": ("varchar", {}), "title": ("varchar", {}), "size": ("double", {})},
        "account_members": {
            "member_id": (number, {}), "account_id": (account, {}), "id": (key, {}),
            "role": ("varchar", {}), "since": ("date", {}),
        },
        name("orders"): {
            "order_id": (number, {}), "owner": (key, {}), "ordered_at": at(),
            amount: ("decimal(18,2)", {}), "weight": ("double", {}), "pieces": ("integer", {}),
            status: ("varchar", {}), "due": ("date", {}), "shipped_at": at(),
            "cart_id": ("varchar", {}),
        },
        "refunds": {
            "refund_id": (number, {}), "owner": (key, {}), "refunded_on": ("date", {}),
            amount: ("decimal(18,2)", {}), status: ("varchar", {}), "due": ("date", {}),
        },
        "web_events": {
            "event_id": (draw.choice(("integer", "varchar")), {}), "owner": (key, {}),
            "details": ("json", {}), "details.language": ("varchar", {}),
            "details.age": ("integer", {}), "details.ok": ("boolean", {}),
            "happened_at": at(), "what": ("varchar", {"values": ["viewed", "clicked", "carted"]}),
            amount: ("decimal(18,2)", {}), status: ("varchar", {}), "due": ("date", {}),
            "cart_id": ("varchar", {}),
        },
        "logins": {
            "login_id": ("integer", {}), "account_id": (account, {}), "login_at": at(),
            "pages": ("integer", {}),
        },
        "tickets": {
            "ticket_id": (number, {}), "owner": (key, {}), "opened_at": at(),
            "severity": ("integer", {}), "topic": ("varchar", {}), "cost": ("double", {}),
            "closed_on": ("date", {}),
        },
        "consents": {
            "owner": (key, {}), "purpose": ("varchar", {"values": ["email_marketing", "ads"]}),
            "state": ("varchar", {}), "recorded_at": at(),
        },
        "stages": {
            "stage_id": (number, {}), "owner": (key, {}),
            "track": ("varchar", {"values": ["lifecycle", "support"]}),
            "stage": ("varchar", {"values": ["new", "active", "lost"]}), "valid_from": at(),
        },
        "audience_members": {
            "audience": ("varchar", {}), "entity_key": ("varchar", {}),
            "entered_at": ("timestamp", {}), "exited_at": ("timestamp", {}),
        },
        "assignments": {
            "assignment_id": (number, {}), "owner": (key, {}),
            "experiment": ("varchar", {"values": ["price", "it's"]}),
            "variant": ("varchar", {"values": ["control", "b"]}), "assigned_at": at(),
        },
        "journeys": {
            "journey_id": (number, {}), "owner": (key, {}),
            "journey": ("varchar", {"values": ["welcome", "win back"]}),
            "state": ("varchar", {"values": ["active", "completed", "exited"]}), "moved_at": at(),
        },
        "versions": {
            "version_id": (number, {}), "id": (key, {}), "valid_from": at(),
            "name": ("varchar", {}),
            "score": ("integer", {}), "spend": ("decimal(18,2)", {}), "ratio": ("double", {}),
            "active": ("boolean", {}), "born": ("date", {}),
        },
        "vip_ids": {"id": (key, {}), "note": ("varchar", {})},
    }  # fmt: skip


def roles(name: Any) -> dict[str, list[dict[str, Any]]]:
    of = name("customer")
    return {
        name("customers"): [
            {"entity": of, "key": "id"},
            {"ref": "account", "to": "account", "on": "account_id"},
            {"relation": "people", "of": "account", "entity": of, "key": "account_id"},
        ],
        "accounts": [
            {"entity": "account", "key": "account_id"},
            {"ref": "region", "to": "region", "on": "region_id"},
        ],
        "regions": [{"entity": "region", "key": "region_id"}],
        "account_members": [
            {
                "relation": "contacts", "of": "account", "entity": of, "key": "account_id",
                "id": "member_id",
            },
        ],
        name("orders"): [
            {"event": name("order_placed"), "of": of, "key": "owner", "at": "ordered_at",
             "id": "order_id"},
        ],
        "refunds": [
            {"event": "refund_made", "of": of, "key": "owner", "at": "refunded_on",
             "id": "refund_id"},
        ],
        "web_events": [
            {"events_in": "what", "of": of, "key": "owner", "at": "happened_at", "id": "event_id"},
        ],
        "logins": [
            {"event": "logged_in", "of": "account", "key": "account_id", "at": "login_at",
             "id": "login_id"},
        ],
        "tickets": [
            {"relation": "tickets", "of": of, "key": "owner", "id": "ticket_id", "at": "opened_at"},
        ],
        "consents": [
            {"consents": True, "of": of, "key": "owner", "purpose": "purpose", "status": "state",
             "at": "recorded_at"},
        ],
        "stages": [
            {"stages": True, "of": of, "key": "owner", "track": "track", "stage": "stage",
             "at": "valid_from", "id": "stage_id"},
        ],
        "audience_members": [
            {"memberships": True, "audience": "audience", "key": "entity_key",
             "entered_at": "entered_at", "exited_at": "exited_at"},
        ],
        "assignments": [
            {"experiments": True, "of": of, "key": "owner", "experiment": "experiment",
             "variant": "variant", "at": "assigned_at", "id": "assignment_id"},
        ],
        "journeys": [
            {"journeys": True, "of": of, "key": "owner", "journey": "journey", "state": "state",
             "at": "moved_at", "id": "journey_id"},
        ],
        "versions": [
            {"history_of": of, "key": "id", "at": "valid_from", "id": "version_id"},
        ],
    }  # fmt: skip


POOLS: dict[str, tuple[Any, ...]] = {
    "varchar": world.TEXTS, "integer": world.NUMBERS, "bigint": world.HUGE,
    "decimal(18,2)": world.FORTUNES, "double": world.DOUBLES, "boolean": (True, False),
    "uuid": world.TOKENS,
}  # fmt: skip
SPECIAL: dict[str, tuple[Any, ...]] = {
    "weight": world.WEIGHTS, "cost": world.WEIGHTS, "pieces": (0, 1, 2, 3, -4),
    "severity": (0, 1, 2, 3), "pages": (0, 1, 2, 3), "cart_id": ("a", "b", "'", ""),
    "state": ("granted", "granted", "withdrawn", "Granted"), "role": ("owner", "member", ""),
    "tier": ("gold", "silver", "Br", "other"),
}  # fmt: skip
"""Columns whose values are few, so that they meet."""
COUNTS = {
    "orders": 80, "refunds": 40, "web_events": 110, "logins": 30, "tickets": 60, "consents": 90,
    "stages": 90, "assignments": 50, "journeys": 50, "versions": 70, "account_members": 30,
}  # fmt: skip


class Filler:
    """Fills the tables of one world."""

    def __init__(self, draw: Random, as_of: datetime, declared: dict[str, Columns]) -> None:
        self.draw = draw
        self.as_of = as_of
        self.declared = declared
        moments = world.instants(as_of)
        self.moments = moments
        self.few = [as_of, *draw.sample(moments, 11)]  # so that ties are many
        self.far = world.instants(as_of, extremes=True)
        self.days = world.days(as_of)

    def maybe(self, values: Any, unknown: float = 0.15) -> Any:
        return None if self.draw.random() < unknown else self.draw.choice(values)

    def value(self, column: str, declared: str, meta: dict[str, Any], times: Any) -> Any:
        """A value of a column, or none."""
        if declared.startswith("timestamp"):
            at = self.maybe(times)
            if at is None or declared != "timestamp":
                return at
            there = at.astimezone(ZoneInfo(meta.get("timezone", "UTC")))
            return there.replace(tzinfo=None)
        if declared == "date":
            return self.maybe(self.days)
        if declared == "json":
            return self.maybe([json.dumps(one, ensure_ascii=False) for one in PROFILES])
        if declared.endswith("[]"):
            pool = POOLS[declared[:-2]]
            count = self.draw.randrange(4)
            return self.maybe([[self.maybe(pool) for _ in range(count)]], 0.2)
        return self.maybe(SPECIAL.get(column) or meta.get("values") or POOLS[declared])

    def fill(self, table: str, count: int, times: Any, fixed: Any = None) -> list[Row]:
        """Rows of a table; `fixed(number)` gives some of their values."""
        columns = {name: column for name, column in self.declared[table].items() if "." not in name}
        rows = []
        for number in range(count):
            row = {name: self.value(name, *column, times) for name, column in columns.items()}
            rows.append({**row, **(fixed(number) if fixed else {})})
        return rows


def random_world(seed: int) -> World:
    """The world of a seed: the same seed gives the same."""
    draw = Random(seed)
    called = {word: draw.choice(words) for word, words in NAMES.items()}

    def name(word: str) -> str:
        return called[word]

    as_of = world.MOMENTS[seed % len(world.MOMENTS)]
    if seed >= len(world.MOMENTS):
        as_of += timedelta(seconds=draw.randrange(-86400 * 400, 86400 * 400))
    declared = tables(draw, name)
    known = roles(name)
    fill = Filler(draw, as_of, declared)
    key = declared[name("customers")]["id"][0]
    people = KEYS[key]
    owners = [*people[:10], *people[-6:], *people[:4]]
    account_ids = KEYS[declared["accounts"]["account_id"][0]][:7]

    def customer(number: int) -> Row:
        return {"id": people[number], "account_id": fill.maybe(KEYS[accounts_key][:9])}

    accounts_key = declared["accounts"]["account_id"][0]
    rows: dict[str, list[Row]] = {
        name("customers"): fill.fill(name("customers"), len(people), fill.far, customer),
        "accounts": fill.fill(
            "accounts", 7, fill.moments,
            lambda number: {
                "account_id": account_ids[number], "region_id": fill.maybe(("n", "s", "x")),
            },
        ),
        "regions": fill.fill("regions", 2, (), lambda number: {"region_id": "ns"[number]}),
        "vip_ids": [{"id": fill.maybe(people), "note": "x"} for _ in range(5)],
        "audience_members": memberships(draw, fill, [str(one) for one in people]),
    }  # fmt: skip
    for word, count in COUNTS.items():
        table = called.get(word, word)
        columns, role = declared[table], known[table][0]
        number = role.get("id")
        few = word not in ("orders", "tickets", "logins", "refunds")

        def fixed(at: int, columns: Any = columns, role: Any = role, number: Any = number) -> Row:
            found: Row = {}
            if number:
                found[number] = str(at) if columns[number][0] == "varchar" else at
            of = "account_id" if role["key"] == "account_id" else role["key"]
            pool = KEYS[accounts_key][:9] if of == "account_id" else owners
            found[of] = fill.maybe(pool, 0.05)
            if "member_id" in columns:
                found["id"] = fill.maybe(owners, 0.05)
            if "purpose" in columns:
                found["state"] = fill.maybe(SPECIAL["state"])
            return found

        rows[table] = fill.fill(table, count, fill.few if few else fill.moments, fixed)
        for row in rows[table] if word == "journeys" else ():
            row["state"] = fill.maybe(("active", "completed", "exited"))
    rows[name("orders")] += rows[name("orders")][:6]  # the same id, twice
    return World(as_of, declared, known, rows, seeds=("vip_ids",))


def memberships(draw: Random, fill: Filler, keys: list[str]) -> list[Row]:
    """Stays of people in audiences, one after another."""
    rows: list[Row] = []
    for key in keys:
        for audience in ("first", "second"):
            edges = sorted(set(draw.sample(fill.few, draw.choice((0, 1, 2, 3, 4)))))
            times = [edge.astimezone(UTC).replace(tzinfo=None) for edge in edges]
            for begin, end in zip(times[::2], [*times[1::2], None], strict=False):
                rows.append({
                    "audience": audience, "entity_key": key, "entered_at": begin, "exited_at": end,
                })  # fmt: skip
    return rows
