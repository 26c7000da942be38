"""Audiences drawn at random: every construct, values from the same pools as the people.

Every function takes the source of chance first; the simplest choice comes first in each
list, so that a failing example becomes small.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import world
import yaml
from world import HANOI, LENGTHS, TABLES, ZONES

Test = dict[str, Any]

PERIODS = ("day", "week", "month", "quarter", "year")
SALTS = ("s", "", "{{ salt }}", "salz'ä")
PIECES = ("a", "", "'", "%", "_", "\\", "ä", "a\u0308", "Đ", "đặng", "{", "\r", "I", "ß")
PATTERNS = (
    "a", "^a", "b$", "^$", "[ab]+", r"\d", r"^\w+$", "a|ä", "^(?:a|b){1,2}$", r"\.", "o.B", "'",
    "Đ", "[^a]", r"\s$", r"\{\{ ", "^.$", r"\\",
)  # fmt: skip
NUMBERS: dict[str, tuple[Any, ...]] = {
    "integer": (*world.NUMBERS, Decimal("1.5"), Decimal("1e-30"), 10**40),
    "bigint": (*world.HUGE, Decimal("0.5"), -(10**40)),
    "decimal(18,2)": (*world.FORTUNES, Decimal("0.001"), 10**37, Decimal("-1e39")),
    "double": (0, Decimal("0.1"), Decimal("-2.25"), 10**300, Decimal("Infinity")),
}
SMALL = (0, 1, 2, 3, 5)
MEASURED = (0, 1, Decimal("0.5"), Decimal("99.995"), 100, Decimal("-2.25"))
DAYS = ("1 day", "7 days", "2 weeks", "30 days", "365 days")
PERCENTS = (0, 1, Decimal("12.5"), 10, 50, "33%", 99, 100)


def several(draw: Random, values: Any, most: int = 3) -> list[Any]:
    return [draw.choice(values) for _ in range(draw.randint(1, most))]


def number_test(draw: Random, values: Any) -> Test:
    """A comparison of a number, or two at once."""
    form = draw.randint(0, 4)
    if form <= 1:
        names = ("gte", "eq", "gt", "lt", "lte", "ne")
        return {draw.choice(names): draw.choice(values) for _ in range(form + 1)}
    if form == 2:
        return {draw.choice(("in", "not_in")): several(draw, values)}
    ends = sorted((draw.choice(values), draw.choice(values)))
    return {draw.choice(("between", "not_between")): ends}


def bare(draw: Random, test: Test) -> Any:
    """The same, sometimes as a scalar or a list."""
    if set(test) in ({"eq"}, {"in"}) and draw.randint(0, 1):
        return next(iter(test.values()))
    return test


def a_date(draw: Random, as_of: datetime) -> str:
    return str(draw.choice([day for day in world.days(as_of) if day.year < 9999]).isoformat())


def a_time(draw: Random, as_of: datetime) -> str:
    """A written time: in UTC, with another offset, or without any."""
    at: datetime = draw.choice(world.instants(as_of))
    form = draw.randint(0, 2)
    if form == 0:
        return at.isoformat()
    if form == 1:
        return at.astimezone(ZoneInfo(HANOI)).isoformat()
    return at.replace(tzinfo=None).isoformat(sep=" ")


def date_test(draw: Random, as_of: datetime, *, timed: bool) -> Test:
    def length() -> str:
        return draw.choice(tuple(LENGTHS) if timed else DAYS)

    def exact() -> str:
        return a_time(draw, as_of) if timed else a_date(draw, as_of)

    def end() -> str:
        return exact() if draw.randint(0, 1) else a_date(draw, as_of)

    def anniversary() -> Test:
        feb29 = draw.choice(({}, {"feb29": "feb28"}, {"feb29": "mar1"}))
        return {draw.choice(("next", "last")): draw.choice(DAYS), **feb29}

    choices: dict[str, Callable[[], Any]] = {
        "before": end, "after": end, "on": lambda: a_date(draw, as_of),
        "between": lambda: [end(), end()],
        "last": length, "next": length, "older_than": length, "further_than": length,
        "this": lambda: draw.choice(PERIODS),
        "previous": lambda: draw.choice((*PERIODS, "2 weeks", "13 months")),
        "anniversary": anniversary,
        "weekday": lambda: several(draw, ("mon", "sat", "sun", "thu")),
        "month": lambda: several(draw, (2, 3, 11, 12)),
        "is_null": lambda: bool(draw.randint(0, 1)),
        "eq": exact, "ne": exact, "in": lambda: [exact(), exact()], "not_in": lambda: [exact()],
    }  # fmt: skip
    if timed:
        choices["hour"] = lambda: bare(draw, number_test(draw, (0, 7, 23)))
    name = draw.choice(tuple(choices))
    return {name: choices[name]()}


def text_test(draw: Random, values: Any) -> Test:
    name = draw.choice((
        "eq", "ne", "in", "not_in", "contains", "not_contains", "starts_with", "not_starts_with",
        "ends_with", "not_ends_with", "matches", "not_matches", "is_empty", "is_blank", "length",
        "is_null", "is",
    ))  # fmt: skip
    if name in ("eq", "ne", "is"):
        test: Test = {name: draw.choice(values)}
    elif name in ("in", "not_in"):
        test = {name: several(draw, values)}
    elif name.startswith("is_"):
        test = {name: bool(draw.randint(0, 1))}
    elif name == "length":
        test = {name: bare(draw, number_test(draw, SMALL))}
    else:
        test = {name: draw.choice(PATTERNS if "match" in name else PIECES)}
    for option in ("case", "accents"):
        if draw.randint(0, 3) == 3:
            test[option] = "insensitive"
    return test


def list_test(draw: Random, values: Any, *, is_text: bool) -> Test:
    name = draw.choice(
        ("contains", "contains_any", "contains_all", "contains_none", "length", "is_null")
    )
    if name == "length":
        return {name: bare(draw, number_test(draw, SMALL))}
    if name == "is_null":
        return {name: bool(draw.randint(0, 1))}
    test: Test = {name: draw.choice(values) if name == "contains" else several(draw, values)}
    if is_text and draw.randint(0, 2) == 2:
        test[draw.choice(("case", "accents"))] = "insensitive"
    return test


def column_test(draw: Random, declared: str, meta: dict[str, Any], as_of: datetime) -> Test:
    """Operators that the type of a column has, as a mapping."""
    if declared in NUMBERS:
        test = number_test(draw, NUMBERS[declared])
    elif declared == "boolean":
        test = {draw.choice(("is", "eq", "ne")): bool(draw.randint(0, 1))}
    elif declared == "uuid":
        tokens = (*world.TOKENS, world.TOKENS[0].upper())
        name = draw.choice(("eq", "ne", "in"))
        test = {name: several(draw, tokens) if name == "in" else draw.choice(tokens)}
    elif declared.endswith("[]"):
        is_text = declared.startswith("varchar")
        test = list_test(draw, world.TEXTS if is_text else world.NUMBERS, is_text=is_text)
    elif declared == "varchar":
        test = text_test(draw, meta.get("values", world.TEXTS))
    else:
        test = date_test(draw, as_of, timed=declared.startswith("timestamp"))
    if draw.randint(0, 2) == 2:
        test["nulls"] = "include"
    return test


OTHERS = (
    ("score", "big"), ("big", "score"), ("spend", "budget"), ("ratio", "other_ratio"),
    ("score", "spend"), ("ratio", "score"), ("name", "nickname"), ("born", "renews"),
    ("seen_at", "written_at"), ("local_at", "seen_at"),
)  # fmt: skip
RANKED = {"customer": ("score", "spend", "ratio", "big"), "account": ("employees",)}
ENTITIES = {"customer": "customers", "account": "accounts", "device": "devices"}


def trait(draw: Random, entity: str, as_of: datetime) -> Test:
    form = draw.randint(0, 5)
    if form == 4 and entity in RANKED:
        name = draw.choice(("top_percent", "bottom_percent", "percentile"))
        values = (0, 50, Decimal("33.3"), 100)
        asked = (
            bare(draw, number_test(draw, values)) if name == "percentile" else draw.choice(PERCENTS)
        )
        nulls = draw.choice(({}, {"nulls": "include"}))
        return {"trait": draw.choice(RANKED[entity]), name: asked, **nulls}
    if form == 5 and entity == "customer":
        left, right = draw.choice(OTHERS)
        numeric = TABLES["customers"][left][0] in NUMBERS
        name = draw.choice(("eq", "ne", "gt", "lte") if numeric else ("eq", "ne"))
        return {"trait": left, name: {"trait": right}, **draw.choice(({}, {"nulls": "include"}))}
    if form == 3 and entity == "customer":
        name = draw.choice(("plan", "employees", "opened"))
        return {"trait": f"account.{name}", **column_test(draw, *TABLES["accounts"][name], as_of)}
    table = TABLES[ENTITIES[entity]]
    name = draw.choice([name for name in table if name != "device_id"])
    return {"trait": name, **column_test(draw, *table[name], as_of)}


def windows(draw: Random, as_of: datetime, *, timed: bool) -> Test:
    def length() -> str:
        return draw.choice(tuple(LENGTHS) if timed else DAYS)

    def end() -> str:
        return a_time(draw, as_of) if timed and draw.randint(0, 1) else a_date(draw, as_of)

    agos = [["30 days", "7 days"], ["7 days", "1 day"], ["365 days", "2 weeks"]]
    choices: dict[str, Callable[[], Any]] = {
        "within": length, "since": end, "until": end, "on": lambda: a_date(draw, as_of),
        "between_ago": lambda: draw.choice(agos), "this": lambda: draw.choice(PERIODS),
        "previous": lambda: draw.choice((*PERIODS, "3 days")),
        "to_date": lambda: draw.choice(PERIODS),
    }  # fmt: skip
    names = [draw.choice(tuple(choices)) for _ in range(draw.choice((0, 1, 1, 2)))]
    return {name: choices[name]() for name in names}


EVENTS: dict[str, tuple[tuple[Any, list[str], bool], ...]] = {
    # event(s), their tables, whether all of their times have a time of day
    "customer": (
        ("order_placed", ["orders"], True),
        ("refund_made", ["refunds"], False),
        ("viewed", ["web_events"], True),
        (["viewed", "clicked"], ["web_events"], True),
        ("call_made", ["calls"], True),
        (["order_placed", "clicked", "call_made"], ["orders", "web_events", "calls"], True),
        (["refund_made", "order_placed"], ["refunds", "orders"], False),
    ),
    "account": (("logged_in", ["logins"], True),),
}


def event(draw: Random, entity: str, as_of: datetime, *, compared: bool = True) -> Test:
    names, tables, timed = draw.choice(EVENTS[entity])
    found: Test = {"event": names, **windows(draw, as_of, timed=timed)}
    first = TABLES[tables[0]]
    shared = {
        name: first[name]
        for name in first
        if all(TABLES[table].get(name) == first[name] for table in tables)
    }
    if draw.randint(0, 1):
        found["where"] = where(draw, shared, as_of)
    numbers = [name for name, (kind, _) in shared.items() if kind in NUMBERS]
    measure = draw.choice(("", "sum", "avg", "min", "max", "median", "distinct", "count"))
    of = draw.choice(numbers)
    test = number_test(draw, MEASURED)
    if measure == "count" and compared:
        found["count"] = bare(draw, number_test(draw, SMALL))
        return found
    if measure in ("", "count"):
        return found
    if measure == "distinct":
        of, test = draw.choice(tuple(shared)), number_test(draw, SMALL)
    if measure in ("min", "max") and draw.randint(0, 1):
        dated = [name for name, (kind, _) in shared.items() if kind in ("date", "timestamp")]
        if dated:
            of = draw.choice(dated)
            test = date_test(draw, as_of, timed=shared[of][0] == "timestamp")
    if not compared:
        test = {}
        found[measure] = draw.choice((of, {"of": of}))
        return found
    found[measure] = {"of": of, **test}
    return found


def where(draw: Random, columns: dict[str, Any], as_of: datetime) -> Any:
    def leaf() -> Test:
        name = draw.choice(tuple(columns))
        return {name: bare(draw, column_test(draw, *columns[name], as_of))}

    form = draw.randint(0, 6)
    if form == 1:
        return {"not": leaf()}
    if form == 2:
        return {"any": [leaf(), leaf()]}
    if form == 3:
        return [leaf(), leaf()]
    if form == 4:
        return {"all": [leaf(), {"not": leaf()}], **leaf()}
    return leaf()


STAGES = ("new", "active", "lost")


def stage(draw: Random) -> Test:
    found: Test = {"stage": several(draw, STAGES, 2) if draw.randint(0, 1) else draw.choice(STAGES)}
    if draw.randint(0, 1):
        found["track"] = draw.choice(("lifecycle", "support"))
    form = draw.randint(0, 5)
    if form == 1:
        found["ever"] = True
    if form in (2, 3):
        found["entered"] = draw.choice(tuple(LENGTHS))
    if form in (3, 4):
        found["for_at_least"] = draw.choice(tuple(LENGTHS))
    if form in (4, 5):
        found["from"] = draw.choice(STAGES)
    return found


KEYS: dict[str, tuple[Any, ...]] = {
    "customer": ("c1", "c2", "C1", 1, "01", "ä", "a\u0308", "'", "nobody", "🐙"),
    "account": (1, "2", -3, 2**62, "01", 5),
    "device": (*world.TOKENS, "nobody"),
}


def sample(draw: Random) -> Test:
    asked: Test = {"percent": draw.choice(PERCENTS)}
    if draw.randint(0, 1):
        asked = {"buckets": sorted((draw.randint(0, 9999), draw.randint(0, 9999))), "of": 10000}
    return {"sample": {**asked, **salted(draw)}}


def salted(draw: Random) -> Test:
    return {"salt": draw.choice(SALTS)} if draw.randint(0, 1) else {}


def condition(
    draw: Random, entity: str, as_of: datetime, others: tuple[str, ...], depth: int = 3
) -> Test:
    """A condition about this entity, with others inside it as deep as `depth`."""

    def inner() -> Test:
        return condition(draw, entity, as_of, others, depth - 1)

    form = draw.randint(0, 16) if depth else draw.randint(0, 12)
    if form >= 13:
        several_inner = [inner() for _ in range(draw.randint(1, 3))]
        group: list[Test] = [
            {"not": several_inner[0]},
            {"any": several_inner},
            {"all": several_inner},
            {"at_least": {"n": draw.randint(1, len(several_inner)), "of": several_inner}},
        ]
        return group[form - 13]
    if form in (3, 4, 5, 6) and entity != "device":
        return event(draw, entity, as_of)
    if form in (7, 8) and entity == "customer":
        return stage(draw)
    if form == 9 and entity == "customer":
        return {"consent": draw.choice(("email_marketing", "ads"))}
    if form == 10:
        return sample(draw)
    if form == 11:
        return {"list": several(draw, KEYS[entity], 4)}
    if form == 12 and others:
        return {"audience": several(draw, others, 2) if draw.randint(0, 1) else draw.choice(others)}
    return trait(draw, entity, as_of)


def rank(draw: Random, entity: str, as_of: datetime) -> Test:
    by: Any = draw.choice({
        "customer": ("score", "spend", "ratio", "seen_at", "synced_at", "born", "name", "big"),
        "account": ("employees", "plan"),
        "device": ("model",),
    }[entity])  # fmt: skip
    if entity != "device" and draw.randint(0, 1):
        by = event(draw, entity, as_of, compared=False)
    found: Test = {"by": by}
    if draw.randint(0, 1):
        found["order"] = draw.choice(("asc", "desc"))
    if draw.randint(0, 1):
        found["top"] = draw.choice((1, 2, 5, 1000))
    else:
        found["top_percent"] = draw.choice(PERCENTS)
    if entity == "customer" and draw.randint(0, 1):
        found["per"] = draw.choice(("tier", "active", "account_id", "ratio", "order"))
    return found


SHARES: tuple[Test, ...] = (
    {"b": 50, "a": 50}, {"a": 100}, {"on": "0%", "off": "100%"}, {"it's": 25, "{{ x }}": 75},
    {"x": Decimal("33.33"), "B": Decimal("33.33"), "a": Decimal("33.34")},
)  # fmt: skip


def audience(
    draw: Random, name: str, entity: str, as_of: datetime, others: tuple[str, ...]
) -> Test:
    """One audience as plain values; `others` may be named by it."""
    found: Test = {"audience": name}
    if entity != "customer":
        found["entity"] = entity
    if draw.randint(0, 1):
        found["timezone"] = draw.choice(ZONES)
    form = draw.randint(0, 5)
    if form == 1:
        found["where"] = [condition(draw, entity, as_of, others) for _ in range(2)]
    elif form > 1:
        found["where"] = condition(draw, entity, as_of, others)
    if draw.randint(0, 3) == 3:
        found["rank"] = rank(draw, entity, as_of)
    if draw.randint(0, 3) == 3:
        found["exclude"] = [{"list": several(draw, KEYS[entity])}]
        if others:
            found["exclude"].append(draw.choice((*others, {"audience": draw.choice(others)})))
    if draw.randint(0, 3) == 3:
        found["holdout"] = {"percent": draw.choice(PERCENTS), **salted(draw)}
    if draw.randint(0, 3) == 3:
        found["variants"] = {**draw.choice(SHARES), **salted(draw)}
    return found


# Written down ...


class _Dumper(yaml.SafeDumper):
    """Text always in quotes, decimals as plain numbers: nothing is read as another type."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _number(dumper: yaml.SafeDumper, value: Decimal) -> yaml.Node:
    text = f"{value:f}" if value.is_finite() else ".inf"
    return dumper.represent_scalar("tag:yaml.org,2002:float", text if "." in text else f"{text}.0")


_Dumper.add_representer(Decimal, _number)
_Dumper.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


def written(*documents: dict[str, Any]) -> str:
    """Audiences as one YAML text."""
    return yaml.dump_all(documents, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
