"""Audiences drawn at random about a drawn world: every construct of the page.

`CONSTRUCTS` is the table: a name, what is drawn for it, and about which entities. Values come
from the same pools as the rows, through `random_audiences`.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import random_audiences as drawn
import random_worlds
from random_audiences import SMALL, Test, bare, column_test, number_test, several
from world import LENGTHS
from worlds import Columns, World

SHORT = ("90 minutes", "24 hours", "1 day", "7 days", "30 days", "365 days")
HISTORY = {"name": "varchar", "score": "integer", "spend": "decimal(18,2)", "born": "date"}
FRACTIONS = (0, "50%", "25%", 1, 2, "-25%")


class Drawer:
    """Draws conditions about one world."""

    def __init__(self, draw: Random, world: World) -> None:
        self.draw = draw
        self.world = world
        self.as_of = world.as_of
        self.others: tuple[str, ...] = ()
        self.tables_of = {
            role["entity"]: table
            for table, roles in world.roles.items()
            for role in roles
            if "entity" in role and "relation" not in role
        }
        self.person = next(iter(self.tables_of))

    # Columns and rows ...

    def yes(self, chance: float = 0.5) -> bool:
        return self.draw.random() < chance

    def columns(self, entity: str) -> Columns:
        return self.world.tables[self.tables_of[entity]]

    def leaf(self, columns: Columns) -> tuple[str, Test]:
        name = self.draw.choice([name for name, (kind, _) in columns.items() if kind != "json"])
        return name, column_test(self.draw, *columns[name], self.as_of)

    def where(self, columns: Columns) -> Any:
        """Of rows; a property of a name that means something else has to be left out."""
        columns = {
            name: column
            for name, column in columns.items()
            if name not in ("all", "any", "not") and "." not in name and column[0] != "json"
        }
        return drawn.where(self.draw, columns, self.as_of)

    def sources(self, entity: str) -> dict[str, str]:
        """event -> its table."""
        found: dict[str, str] = {}
        for table, roles in self.world.roles.items():
            for role in roles:
                if role.get("of") != entity:
                    continue
                if "event" in role:
                    found[role["event"]] = table
                if "events_in" in role:
                    values = self.world.tables[table][role["events_in"]][1]["values"]
                    found.update(dict.fromkeys(values, table))
        return found

    def some_events(self, entity: str, times: str = "either") -> tuple[Any, Columns, bool]:
        """One event or several, the columns they share, and whether all have times of day.

        `times` says what they have: times "of day", only "days", or "either".
        """
        sources = self.sources(entity)
        of_days = {"of day": (False,), "days": (True,), "either": (False, True)}[times]
        names = [name for name in sources if (name == "refund_made") in of_days]
        many = len(names) > 1 and self.yes(0.3)
        chosen = self.draw.sample(names, 2) if many else [self.draw.choice(names)]
        tables = [self.world.tables[sources[name]] for name in chosen]
        shared = {
            name: column
            for name, column in tables[0].items()
            if all(table.get(name) == column for table in tables)
        }
        return (chosen if many else chosen[0]), shared, "refund_made" not in chosen

    def event(self, entity: str) -> Test:
        names, shared, timed = self.some_events(entity)
        found: Test = {"event": names, **drawn.windows(self.draw, self.as_of, timed=timed)}
        if self.yes():
            found["where"] = self.where(shared)
        return found

    def column_of(self, columns: Columns, *kinds: str) -> str | None:
        names = [
            name
            for name, (kind, _) in columns.items()
            if kind.startswith(kinds) and not kind.endswith("[]") and "." not in name
        ]
        return self.draw.choice(names) if names else None

    def shared_by(self, condition: Test, entity: str) -> Columns:
        names = condition.get("event")
        if names is None:
            return self.relation(entity, condition["related"])[1]
        sources = self.sources(entity)
        names = names if isinstance(names, list) else [names]
        tables = [self.world.tables[sources[name]] for name in names]
        return {
            name: column
            for name, column in tables[0].items()
            if all(table.get(name) == column for table in tables)
        }

    # Measures ...

    def measure(self, condition: Test, entity: str, *, compared: bool = True) -> Test:
        """`count`, `sum`, `avg`, `min`, `max`, `median`, `distinct`, with a comparison or not."""
        columns = self.shared_by(condition, entity)
        name = self.draw.choice(("count", "sum", "avg", "min", "max", "median", "distinct"))
        of = self.column_of(columns, "integer", "decimal", "double")
        if name == "distinct":
            of = self.column_of(columns, "varchar", "integer", "date")
        if name == "count" or of is None:
            return {"count": bare(self.draw, number_test(self.draw, SMALL))} if compared else {}
        if not compared:
            return {name: self.draw.choice((of, {"of": of}))}
        if name in ("min", "max") and self.yes(0.3):
            dated = self.column_of(columns, "date", "timestamp")
            if dated:
                timed = columns[dated][0] != "date"
                return {name: {"of": dated, **drawn.date_test(self.draw, self.as_of, timed=timed)}}
        values = SMALL if name == "distinct" else drawn.MEASURED
        return {name: {"of": of, **number_test(self.draw, values)}}

    def event_measured(self, entity: str) -> Test:
        found = self.event(entity)
        return {**found, **self.measure(found, entity)}

    def event_active(self, entity: str) -> Test:
        asked: Test = {"periods": self.draw.choice(drawn.PERIODS)}
        if self.yes():
            asked["of_last"] = self.draw.choice((1, 2, 4, 8))
        if self.yes(0.3):
            asked["consecutive"] = True
        return {**self.event(entity), "active": {**asked, **number_test(self.draw, (1, 2, 0, 3))}}

    def event_place(self, entity: str) -> Test:
        names, shared, timed = self.some_events(entity)
        place = self.draw.choice(("first", "last", "nth"))
        inner: Test = drawn.windows(self.draw, self.as_of, timed=timed)
        if place == "nth":
            inner = {"n": self.draw.choice((1, 2, 3)), **inner}
        if self.yes() or not inner:
            inner["where"] = self.where(shared)
        found: Test = {"event": names, place: inner}
        if self.yes():
            found["where"] = self.where(shared)
        return found

    def event_rate(self, entity: str) -> Test:
        names, shared, timed = self.some_events(entity)
        other, there, also_timed = self.some_events(entity)
        to: Any = {"event": other, "where": self.where(there)} if self.yes(0.3) else other
        values = (0, 1, "50%", 2, "33.3333333%")
        windows = drawn.windows(self.draw, self.as_of, timed=timed and also_timed)
        found: Test = {"event": names, **windows}
        if self.yes():
            found["where"] = self.where(shared)
        return {**found, "rate": {"to": to, **number_test_plain(self.draw, values)}}

    def compare(self, entity: str) -> Test:
        sides = []
        for _ in range(2):
            side = self.related_rows(entity) if self.yes(0.2) else self.event(entity)
            sides.append({**side, **self.measure(side, entity, compared=False)})
        word = self.draw.choice(("change", "ratio", "difference"))
        values = SMALL if word == "difference" else FRACTIONS
        test = number_test_plain(self.draw, values)
        return {"compare": {"left": sides[0], "right": sides[1], word: test}}

    # Relations ...

    def relations(self, entity: str) -> dict[str, tuple[str, dict[str, Any]]]:
        found = {}
        for table, roles in self.world.roles.items():
            for role in roles:
                of = role.get("of", self.person if len(roles) > 1 else None)
                if "relation" in role and of == entity:
                    found[role["relation"]] = (table, role)
        return found

    def relation(self, entity: str, name: str) -> tuple[dict[str, Any], Columns]:
        table, role = self.relations(entity)[name]
        return role, self.world.tables[table]

    def related_rows(self, entity: str) -> Test:
        """Rows of a relation, with `where` and windows."""
        name = self.draw.choice(list(self.relations(entity)))
        role, columns = self.relation(entity, name)
        found: Test = {"related": name}
        if "at" in role:
            found.update(drawn.windows(self.draw, self.as_of, timed=True))
        if self.yes(0.6):
            found["where"] = self.where(columns)
        if "entity" in role and self.yes(0.5):
            found["having"] = self.condition(role["entity"], depth=0)
        return found

    def related(self, entity: str) -> Test:
        found = self.related_rows(entity)
        match = self.draw.choice((
            None, "any", "all", "none", {"at_least": 2}, {"at_most": 1}, {"exactly": 1},
            {"share": {"gte": 0.5}}, {"share": {"lt": "50%"}}, {"at_least": 0},
        ))  # fmt: skip
        if match is not None:
            found["match"] = match
        if match == "all" and self.yes():
            found["empty"] = "holds"
        return found

    def related_picked(self, entity: str) -> Test:
        found = self.related_rows(entity)
        _, columns = self.relation(entity, found["related"])
        by = self.column_of(columns, "timestamp", "date", "integer", "decimal", "double")
        found["pick"] = {self.draw.choice(("latest_by", "earliest_by")): by}
        return found

    def related_measured(self, entity: str) -> Test:
        found = self.related_rows(entity)
        return {**found, **self.measure(found, entity)}

    # Sequences ...

    def sequence(self, entity: str) -> Test:
        steps: list[Test] = []
        before: Columns = {}
        times = self.draw.choice(
            ("of day", "of day", "either", "days") if entity == self.person else ("of day",)
        )
        lengths = SHORT if times == "of day" else drawn.DAYS
        for number in range(self.draw.choice((1, 2, 2, 3, 3, 4))):
            names, columns = self.some_events(entity, times)[:2]
            kind = "did" if number == 0 or self.yes(0.55) else "did_not"
            step: Test = {kind: names}
            if self.yes(0.4):
                step["where"] = self.where(columns)
            if number:
                step.update(self.step_words(kind, before, columns, lengths))
            if kind == "did":
                before = columns
            steps.append(step)
        found: Test = {"sequence": steps}
        if self.yes(0.3):
            found["within"] = self.draw.choice(lengths)
        return found

    def step_words(self, kind: str, before: Columns, here: Columns, lengths: Any) -> Test:
        found: Test = {}
        if self.yes(0.5):
            found["within"] = self.draw.choice(lengths)
        same = [name for name in ("cart_id", "due") if name in before and name in here]
        if same and self.yes(0.4):
            found["same"] = same[0] if self.yes(0.3) else same
        if kind == "did" and self.yes(0.2):
            found["immediately"] = True
        return found

    # Traits and keys ...

    def trait(self, entity: str) -> Test:
        name, test = self.leaf(self.columns(entity))
        return {"trait": name, **test}

    def trait_through(self, entity: str) -> Test:
        if entity == self.person:
            through, there = self.draw.choice(
                (("account", "account"), ("account.region", "region"))
            )
        else:
            through, there = "region", "region"
        name, test = self.leaf(self.columns(there))
        return {"trait": f"{through}.{name}", **test}

    def trait_ranked(self, entity: str) -> Test:
        name = self.column_of(self.columns(entity), "integer", "decimal", "double", "bigint")
        word = self.draw.choice(("top_percent", "bottom_percent", "percentile"))
        asked: Any = self.draw.choice(drawn.PERCENTS)
        if word == "percentile":
            asked = bare(self.draw, number_test(self.draw, (0, 50, 25, 100)))
        return {"trait": name, word: asked, **({"nulls": "include"} if self.yes(0.3) else {})}

    def trait_beside(self, entity: str) -> Test:
        left, right, words = self.draw.choice((
            ("score", "big", drawn_numbers), ("spend", "budget", drawn_numbers),
            ("ratio", "other_ratio", drawn_numbers), ("score", "spend", drawn_numbers),
            ("name", "nickname", ("eq", "ne")), ("born", "renews", ("eq", "ne", "before", "after")),
            ("seen_at", "written_at", ("eq", "ne", "before", "after")),
        ))  # fmt: skip
        nulls = {"nulls": "include"} if self.yes(0.3) else {}
        return {"trait": left, self.draw.choice(words): {"trait": right}, **nulls}

    def sql(self, entity: str) -> Test:
        return {"sql": self.draw.choice(EXPRESSIONS)}

    def listed(self, entity: str) -> Test:
        if entity == self.person and self.yes(0.3):
            return {"list": {"seed": "vip_ids"}}
        keys = [row[self.key_of(entity)] for row in self.world.rows[self.tables_of[entity]]]
        return {"list": [*several(self.draw, keys, 4), "nobody"]}

    def key_of(self, entity: str) -> str:
        return str(self.world.roles[self.tables_of[entity]][0]["key"])

    def sample(self, entity: str) -> Test:
        return drawn.sample(self.draw)

    # State ...

    def stage(self, entity: str) -> Test:
        found = drawn.stage(self.draw)
        if not found.get("ever") and self.yes(0.3):
            found["regressed"] = self.yes(0.7)
        if not found.get("ever") and self.yes(0.3):
            found["skipped"] = self.draw.choice(drawn.STAGES)
        return found

    def consent(self, entity: str) -> Test:
        return {"consent": self.draw.choice(("email_marketing", "ads"))}

    def experiment(self, entity: str) -> Test:
        variant = self.draw.choice(("control", "b", ["control", "b"]))
        return {"experiment": {"name": self.draw.choice(("price", "it's")), "variant": variant}}

    def journey(self, entity: str) -> Test:
        state = self.draw.choice(("active", "completed", "exited"))
        return {"journey": self.draw.choice(("welcome", "win back")), "state": state}

    def changed(self, entity: str) -> Test:
        name = self.draw.choice(list(HISTORY))
        found: Test = {"changed": name}
        columns = self.world.tables["versions"]
        for word in ("from", "to"):
            if self.yes(0.3):
                test = column_test(self.draw, *columns[name], self.as_of)
                test.pop("nulls", None)  # belongs to leaves and properties (7.43)
                found[word] = bare(self.draw, test)
        if self.yes(0.4):
            found["within"] = self.draw.choice(tuple(LENGTHS))
        if name in ("score", "spend") and self.yes(0.6):
            word = self.draw.choice(("increased_by", "decreased_by"))
            found[word] = self.draw.choice((1, "25%", 100, "100%", "0.5%"))
        return found

    def membership(self, entity: str) -> Test:
        names = [name for name in self.others if name in ("first", "second")]
        found: Test = {"audience": self.draw.choice(names)}
        if self.yes(0.3):
            found["audience"] = several(self.draw, names, 2)
        word = self.draw.choice(("", "ever", "entered", "exited", "for_at_least"))
        if word:
            found[word] = True if word == "ever" else self.draw.choice(tuple(LENGTHS))
        return found

    # Together ...

    def condition(self, entity: str, depth: int = 2) -> Test:
        names = [
            name
            for name, (_, who) in CONSTRUCTS.items()
            if (who == "all" or (who == "person") == (entity == self.person) or who == entity)
            and not (who == "account" and entity != "account")
            and not (who == "rows" and entity == "region")
            and not (name.startswith("audience") and not self.others)
            and not (name.startswith("audience") and depth == 0)
        ]
        if depth and self.yes(0.3):
            inner = [self.condition(entity, depth - 1) for _ in range(self.draw.randint(1, 3))]
            return self.draw.choice((
                {"not": inner[0]}, {"any": inner}, {"all": inner},
                {"at_least": {"n": self.draw.randint(1, len(inner)), "of": inner}},
            ))  # fmt: skip
        method, _ = CONSTRUCTS[self.draw.choice(names)]
        return method(self, entity)

    def rank(self, entity: str) -> Test:
        columns = self.columns(entity)
        by: Any = self.column_of(columns, "integer", "decimal", "double", "date", "varchar")
        if entity != "region" and self.yes():
            side = self.related_rows(entity) if self.yes(0.2) else self.event(entity)
            by = {**side, **self.measure(side, entity, compared=False)}
        found: Test = {"by": by}
        if self.yes():
            found["order"] = self.draw.choice(("asc", "desc"))
        if self.yes():
            found["top"] = self.draw.choice((1, 2, 5, 1000))
        else:
            found["top_percent"] = self.draw.choice(drawn.PERCENTS)
        if entity == self.person and self.yes():
            found["per"] = self.draw.choice(("tier", "active", "account_id", "order"))
        return found

    def audience(self, name: str, entity: str, only: str | None = None) -> Test:
        """One audience as plain values; `only` names the construct of its `where`."""
        found: Test = {"audience": name}
        if entity != self.person:
            found["entity"] = entity
        if self.yes():
            found["timezone"] = self.draw.choice(random_worlds.ZONES)
        if only:
            found["where"] = CONSTRUCTS[only][0](self, entity)
            return found
        if self.yes(0.95):
            many = [self.condition(entity) for _ in range(self.draw.choice((1, 1, 2)))]
            found["where"] = many if len(many) > 1 or self.yes() else many[0]
        if self.yes(0.25):
            found["rank"] = self.rank(entity)
        if self.yes(0.2):
            found["exclude"] = [self.listed(entity)]
            if self.others:
                found["exclude"].append(self.draw.choice(self.others))
        if self.yes(0.2):
            percent = self.draw.choice(drawn.PERCENTS)
            found["holdout"] = {"percent": percent, **drawn.salted(self.draw)}
        if self.yes(0.2):
            found["variants"] = {**self.draw.choice(drawn.SHARES), **drawn.salted(self.draw)}
        return found


drawn_numbers = ("eq", "ne", "gt", "gte", "lt", "lte")
EXPRESSIONS = (
    "score > 1", "score > big or active", "not (score > 1)", "name = 'a' or nickname is null",
    "score between -1 and 5", "tier in ('gold', 'Br')", "coalesce(score, 0) > 2", "active",
    "name <> nickname", "case when active then score > 0 else tier = 'gold' end",
    "length(name) >= 2 and score is not null", "spend > budget",
    "not active or spend is null", "score not in (1, 2)", "name = 'O''Brien'",
)  # fmt: skip


def number_test_plain(draw: Random, values: Any) -> Test:
    """One comparison."""
    return {draw.choice(("gte", "gt", "lt", "lte", "eq", "ne")): draw.choice(values)}


Construct = tuple[Callable[[Drawer, str], Test], str]
CONSTRUCTS: dict[str, Construct] = {
    # name: (what draws it, which entities it is about)
    "trait": (Drawer.trait, "all"),
    "trait of a relation": (Drawer.trait_through, "rows"),
    "trait: top, bottom, percentile": (Drawer.trait_ranked, "all"),
    "trait beside a trait": (Drawer.trait_beside, "person"),
    "event": (Drawer.event, "rows"),
    "event: count, sum, avg, min, max, median, distinct": (Drawer.event_measured, "rows"),
    "event: active": (Drawer.event_active, "rows"),
    "event: first, last, nth": (Drawer.event_place, "rows"),
    "event: rate": (Drawer.event_rate, "rows"),
    "compare": (Drawer.compare, "rows"),
    "sequence": (Drawer.sequence, "rows"),
    "related: match, where, having": (Drawer.related, "rows"),
    "related: pick": (Drawer.related_picked, "rows"),
    "related: measures": (Drawer.related_measured, "rows"),
    "audience: now, ever, entered, exited, for_at_least": (Drawer.membership, "all"),
    "stage": (Drawer.stage, "person"),
    "changed": (Drawer.changed, "person"),
    "consent": (Drawer.consent, "person"),
    "experiment": (Drawer.experiment, "person"),
    "journey": (Drawer.journey, "person"),
    "list": (Drawer.listed, "all"),
    "sample": (Drawer.sample, "all"),
    "sql": (Drawer.sql, "person"),
}
"""`rows` are persons and accounts, which have events and relations; `all` are regions too."""


def random_audiences(seed: int, world: World, count: int = 3) -> list[Test]:
    """Audiences `first`, `second`, ... as plain values: the later may name the earlier."""
    draw = Random(seed)
    drawer = Drawer(draw, world)
    others = [entity for entity in drawer.tables_of if entity != drawer.person]
    entity = draw.choice([drawer.person] * 8 + others)
    documents = []
    for name in ("first", "second", "third", "fourth", "fifth")[:count]:
        documents.append(drawer.audience(name, entity))
        drawer.others = (*drawer.others, name)
    return documents
