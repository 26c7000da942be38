"""The map of a small journey counted by hand, with names that are HTML and small groups."""

from __future__ import annotations

import copy
import itertools
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cdp_activate.cli import main
from cdp_activate.files import write_whole
from cdp_activate.journeys.page import page
from cdp_activate.journeys.small_groups import of_parts

sys.path.append(str(Path(__file__).parent / "audiences"))
from asked_project import write_project
from worlds import Row, World

SEEN, BUYS = "<b>seen</b>", "</td><script>alert(1)</script>"
IMAGE, HURT = "\"><img src=x onerror='alert(1)'>", "late & <i>lost</i>"
STAGES = {SEEN: "a&b", BUYS: '{{ "sale" }}', "never": "</style>"}
TEXT, NUMBER, SHARE, TIME = (
    ("varchar", {}),
    ("bigint", {}),
    ("double", {}),
    ("timestamp", {}),
)
COLUMNS: dict[str, dict[str, Any]] = {
    "customers": {"customer_id": TEXT},
    "stage_history": {"customer_id": TEXT, "track": ("varchar", {"values": ["t", "u"]}),
        "stage": ("varchar", {"values": [*STAGES, "lapsed"]}),
        "valid_from": TIME, "valid_to": TIME},
    "stage_models": {"track": TEXT, "stage": TEXT, "touchpoint": TEXT, "from_nth": NUMBER,
        "lasting_days": NUMBER, "min_value": SHARE, "closed_by": TEXT},
    "stage_current": {"customer_id": TEXT, "track": TEXT, "stage": TEXT},
    "stage_funnel": {"track": TEXT, "stage": TEXT, "phase": TEXT, "rank": NUMBER,
        "current_count": NUMBER, "reached_count": NUMBER, "reached_share": SHARE,
        "moved_on_count": NUMBER, "conversion_rate": SHARE, "median_days_to_next": SHARE,
        "lapse_count": NUMBER, "lapse_rate": SHARE, "last_touchpoint_before_lapsing": TEXT,
        "last_touchpoint_share": SHARE},
    "stage_matrix": {"track": TEXT, "from_stage": TEXT, "to_stage": TEXT, "movement": TEXT,
        "customer_count": NUMBER, "transition_count": NUMBER, "share": SHARE,
        "median_days": SHARE},
    "stage_transitions": {"customer_id": TEXT, "track": TEXT, "from_stage": TEXT,
        "movement": TEXT, "last_touchpoint": TEXT},
    "journey_paths": {"kind": TEXT, "track": TEXT, "place": NUMBER, "path": TEXT,
        "path_count": NUMBER, "share": SHARE},
    "touchpoints": {"customer_id": TEXT, "touchpoint": TEXT, "channel": TEXT,
        "direction": TEXT, "sentiment": NUMBER, "occurred_at": TIME},
    "pain_points": {"customer_id": TEXT, "pain_point": TEXT, "reason": TEXT,
        "occurred_at": TIME},
}  # fmt: skip
PEOPLE = [f"p{number}" for number in range(12)]
BUYERS, GONE = PEOPLE[:9], PEOPLE[:2]


def day(number: int) -> datetime:
    return datetime(2026, 1, 1) + timedelta(days=number - 1)


def stays() -> list[Row]:
    """All see on the first day, nine buy on the third, two of them lapse on the ninth."""
    everyone = [(one, SEEN, 1, 3 if one in BUYERS else None) for one in PEOPLE]
    everyone += [(one, BUYS, 3, 9 if one in GONE else None) for one in BUYERS]
    everyone += [(one, "lapsed", 9, None) for one in GONE]
    return [
        {
            "customer_id": one,
            "track": "t",
            "stage": stage,
            "valid_from": day(first),
            "valid_to": last and day(last),
        }
        for one, stage, first, last in everyone
    ]


def acts() -> list[Row]:
    told = [
        (one, 1, IMAGE, "web", "inbound", (place < 6) - (6 <= place < 9))
        for place, one in enumerate(PEOPLE)
    ]
    told += [(one, 2, "sent", None, "outbound", 0) for one in PEOPLE[:6]]
    told += [(one, 2, "rare", "web", "inbound", 0) for one in PEOPLE[:4]]
    told += [(one, 3, "bought", "shop", "inbound", 0) for one in BUYERS] * 2
    told += [(one, 4, "asked", "shop", "inbound", -1) for one in BUYERS[:5]]
    # A stranger, and what came before the first stage.
    told += [(one, at, "asked", "shop", "inbound", 1) for one, at in ((None, 4), ("p11", 0))]
    names = ("customer_id", "occurred_at", "touchpoint", "channel", "direction", "sentiment")
    return [dict(zip(names, (one, day(at), *rest), strict=True)) for one, at, *rest in told]


def funnel() -> list[Row]:
    last = {"last_touchpoint_before_lapsing": "bought", "last_touchpoint_share": 1.0}
    rows: list[Row] = [
        {"current_count": 3, "reached_count": 12, "reached_share": 1.0, "moved_on_count": 9,
            "conversion_rate": 0.75, "median_days_to_next": 2.0, "lapse_count": 0},
        {"current_count": 7, "reached_count": 9, "reached_share": 0.75, "moved_on_count": 0,
            "conversion_rate": 0.0, "lapse_count": 2, "lapse_rate": 1.0, **last},
        {"current_count": 0, "reached_count": 0, "reached_share": 0.0, "moved_on_count": 0,
            "lapse_count": 0},
    ]  # fmt: skip
    return [
        {"track": "t", "stage": stage, "phase": STAGES[stage], "rank": rank, **row}
        for rank, (stage, row) in enumerate(zip(STAGES, rows, strict=True))
    ] + [{"track": "u", "stage": "empty", "rank": 1, "lapse_count": 0, **_NOBODY}]


_NOBODY = dict.fromkeys(("current_count", "reached_count", "moved_on_count"), 0)
WORLD = World(
    datetime(2026, 1, 10, 12, tzinfo=UTC),
    COLUMNS,
    {
        "customers": [{"entity": "customer", "key": "customer_id"}],
        "stage_history": [{"stages": True, "of": "customer", "key": "customer_id",
            "track": "track", "stage": "stage", "at": "valid_from"}],
    },
    {
        "customers": [{"customer_id": one} for one in PEOPLE],
        "stage_history": stays(),
        "stage_current": [{name: one[name] for name in ("customer_id", "track", "stage")}
            for one in stays() if one["valid_to"] is None],
        "stage_funnel": funnel(),
        "stage_models": [
            {"track": "t", "stage": SEEN, "touchpoint": IMAGE, "from_nth": 1, "lasting_days": 60},
            {"track": "t", "stage": BUYS, "touchpoint": "bought", "from_nth": 2, "min_value": 2.5,
                "closed_by": HURT},
            {"track": "u", "stage": SEEN, "touchpoint": "other", "from_nth": 1},
        ],
        "stage_matrix": [
            {"track": "t", "from_stage": "start", "to_stage": SEEN, "movement": "start",
                "customer_count": 12, "transition_count": 12, "share": 1.0},
            {"track": "t", "from_stage": SEEN, "to_stage": BUYS, "movement": "forward",
                "customer_count": 9, "transition_count": 9, "share": 1.0, "median_days": 2.0},
            {"track": "t", "from_stage": BUYS, "to_stage": "lapsed", "movement": "lapse",
                "customer_count": 2, "transition_count": 2, "share": 1.0, "median_days": 6.0},
        ],
        "stage_transitions": [
            {"customer_id": one, "track": "t", "from_stage": BUYS, "movement": "lapse",
                "last_touchpoint": "bought"} for one in GONE
        ],
        "journey_paths": [
            {"kind": "stages", "track": "t", "place": place, "path": path, "path_count": count,
                "share": count / 12}
            for place, (path, count) in enumerate(
                [(f"{SEEN} > {BUYS}", 7), (SEEN, 3), (f"{SEEN} > {BUYS} > lapsed", 2)], 1)
        ],
        "touchpoints": acts(),
        "pain_points": [
            {"customer_id": one, "pain_point": HURT, "reason": "a <b>reason</b>",
                "occurred_at": day(4)} for one in BUYERS[:5]
        ] + [
            {"customer_id": one, "pain_point": "error", "occurred_at": day(1)} for one in GONE
        ],
    },
)  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("journey")
    write_project(folder, WORLD, "")
    return folder


def draw(shop: Path, *arguments: str) -> Result:
    options = ["--project-dir", str(shop), "--profiles-dir", str(shop)]
    command = ["journey", "map", *arguments, *options]
    return CliRunner().invoke(main, command, catch_exceptions=False)


@pytest.fixture(scope="module")
def content(shop: Path) -> dict[str, Any]:
    done = draw(shop, "--json")
    assert 0 == done.exit_code, done.output
    assert not (shop / "target" / "journey_map.html").exists(), "nobody asked for the page"
    told: dict[str, Any] = json.loads(done.output)
    return told


FEW = ("few", None)


def found(row: dict[str, Any], *names: str) -> list[Any]:
    """Values, or why they are withheld together with what stands in their place."""
    why = row.get("withheld", {})
    return [(why[name], row[name]) if name in why else row[name] for name in names]


def test_what_is_counted_by_hand_is_on_the_map(content: dict[str, Any]) -> None:
    assert ("shop", "t", "2026-01-04", 5, 12) == tuple(
        content[name] for name in ("project", "track", "until", "least_people", "customer_count")
    )
    seen, buys, never = content["stages"]
    assert list(STAGES.items()) == [(one["stage"], one["phase"]) for one in content["stages"]]
    counts = ("current_count", "visitor_count", "reached_count", "start_count")
    assert [FEW, 12, 12, 12] == found(seen, *counts)
    assert [7, 9, 9, 0] == found(buys, *counts)
    assert [0, 0, 0, 0] == found(never, *counts)
    assert [FEW, FEW] == found(content["lapsed"], *counts[:2])
    assert [0.75, 2.0] == found(seen, "conversion_rate", "median_days_to_next")
    limits = {"from_nth": 1, "lasting_days": 60, "min_value": None, "closed_by": None}
    assert [{"touchpoint": IMAGE, **limits}] == seen["evidence"]
    assert [(BUYS, 9, 1.0, 2.0)] == [
        (one["to_stage"], one["customer_count"], one["share"], one["median_days"])
        for one in seen["moves"]
    ]


def test_what_happened_belongs_to_the_stage_it_happened_in(content: dict[str, Any]) -> None:
    seen, buys, never = content["stages"]
    names = ("touchpoint", "channel", "customer_count", "touchpoint_count", "customer_share")

    def happened(stage: dict[str, Any], direction: str) -> list[tuple[Any, ...]]:
        return [tuple(one[name] for name in names) for one in stage[direction]]

    assert [(IMAGE, "web", 12, 12, 1.0)] == happened(seen, "inbound")
    assert [("sent", None, 6, 6, 0.5)] == happened(seen, "outbound")
    assert [("bought", "shop", 9, 18, 1.0), ("asked", "shop", 5, 5, 5 / 9)] == happened(
        buys, "inbound"
    )
    assert [] == happened(buys, "outbound") == happened(never, "inbound") == seen["pain_points"]
    assert [
        {
            "pain_point": HURT,
            "reason": "a <b>reason</b>",
            "customer_count": 5,
            "customer_share": 5 / 9,
        }
    ] == buys["pain_points"]
    feelings = ("good_customer_count", "good_share", "bad_customer_count", "net_sentiment")
    assert [6, 0.5, FEW, FEW] == found(seen, *feelings)
    assert [0, 0.0, 5, -5 / 9] == found(buys, *feelings)
    assert [0, None, 0, None] == found(never, *feelings)


def test_a_small_group_is_nowhere_on_the_map(shop: Path, content: dict[str, Any]) -> None:
    """Nor what is computed of it; with --at-least 1 everything is there."""
    buys = content["stages"][1]
    names = ("lapse_count", "lapse_rate", "last_touchpoint_before_lapsing", "last_touchpoint_share")
    assert [FEW] * 4 == found(buys, *names)
    assert [FEW] * 4 == found(buys["moves"][0], *list(buys["moves"][0])[2:6])
    assert [f"{SEEN} > {BUYS}"] == [one["path"] for one in content["beginnings"]]
    everything = json.loads(draw(shop, "--json", "--at-least", "1").output)
    assert "withheld" not in json.dumps(everything)
    buys = everything["stages"][1]
    assert [2, 1.0, "bought", 1.0] == found(buys, *names)
    assert [3, 2] == [one["current_count"] for one in (everything["stages"][0],
        everything["lapsed"])]  # fmt: skip
    assert 3 == len(everything["beginnings"])


def test_a_small_part_cannot_be_worked_out_from_the_whole() -> None:
    """As far as a reader can tell a small part is of one person, or of as many as small goes."""
    for counts in itertools.product(range(8), repeat=4):
        why = of_parts(counts, 3)
        small = {place for place, count in enumerate(counts) if 0 < count < 3}
        assert small == {place for place, reason in enumerate(why) if reason == "few"}
        hidden = [place for place, reason in enumerate(why) if reason]
        shown = [count for place, count in enumerate(counts) if count and place not in hidden]
        if not small or not shown:
            assert hidden == [place for place, count in enumerate(counts) if small and count]
            continue
        ranges = [range(1, 3) if place in small else range(3, min(shown) + 1) for place in hidden]
        whole = sum(counts[place] for place in hidden)
        possible = [guess for guess in itertools.product(*ranges) if sum(guess) == whole]
        for at, place in enumerate(hidden):
            assert place not in small or {1, 2} == {guess[at] for guess in possible}, counts
    assert [None, "few", "beside few", "beside few"] == of_parts([90, 4, 7, 8], 5)
    assert ["few", "beside few", "beside few", None] == of_parts([1, 5, 100, 200], 5)


def test_what_could_give_a_small_group_away_is_not_called_small(content: dict[str, Any]) -> None:
    told = copy.deepcopy(content)
    buys = told["stages"][1]
    for one in (buys, buys["moves"][0]):
        one["withheld"] = dict.fromkeys(one["withheld"], "beside few")
    few, beside = Reader(page(content)).texts, Reader(page(told)).texts
    feel, lapse = 3, 1
    assert feel + lapse == few.count("fewer than 5 people")
    assert feel == beside.count("fewer than 5 people")
    assert "1, of fewer than 5 people each" in few
    assert 2 == beside.count("not shown"), "the move, and the lapses"


class Reader(HTMLParser):
    """Elements, attributes and texts; every element that is opened is closed in order."""

    VOID = frozenset({"meta", "rect", "path"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert [] == self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.texts.append(data)


@pytest.fixture(scope="module")
def read(shop: Path) -> Reader:
    done = draw(shop)
    assert 0 == done.exit_code
    written = shop / "target" / "journey_map.html"
    assert f"written {written}: the map of t\n" == done.output
    assert [written] == list(written.parent.glob("*journey_map*"))
    return Reader(written.read_text(encoding="utf-8"))


def test_names_are_text_whatever_they_are(read: Reader) -> None:
    assert {"script", "img", "i"}.isdisjoint(tag for tag, _ in read.tags)
    assert not any(name.startswith("on") for _, attributes in read.tags for name in attributes)
    for name in (SEEN, "</td><script>alert(1)</script>", IMAGE, '{{ "sale" }}', "a <b>reason</b>"):
        assert name[:1].upper() + name[1:] in read.texts or name in read.texts, name
    assert "Late & <i>lost</i>" in read.texts
    assert {"for 60 days", "from the 2nd on, of 2.5 or more, until Late & <i>lost</i>"} <= set(
        read.texts
    )


def test_the_page_needs_nothing_from_elsewhere(shop: Path, read: Reader) -> None:
    text = (shop / "target" / "journey_map.html").read_text(encoding="utf-8")
    assert [] == [word for word in ("http:", "https:", "url(", "@import") if word in text]
    assert {"src", "href", "xlink:href"}.isdisjoint(
        name for _, attributes in read.tags for name in attributes
    )


def test_the_table_is_one_to_those_who_hear_it(read: Reader) -> None:
    cells = [tag for tag, _ in read.tags if tag in ("tr", "th", "td")]
    rows = [list(row) for row in _split(cells, lambda tag: tag == "tr")]
    assert {("th", "td", "td", "td", "td")} == {tuple(row) for row in rows[2:]}
    groups = [
        int(attributes.get("span") or 1) for tag, attributes in read.tags if tag == "colgroup"
    ]
    assert [1, 1, 1, 1, 1] == groups, "of the questions, of three phases and of lapsed"
    assert all(attributes.get("role") for tag, attributes in read.tags if tag in ("tr", "th", "td"))
    pictures = [attributes for tag, attributes in read.tags if tag == "svg"]
    assert 7 == len(pictures), "of three stages and of lapsed; that of a few who lapsed is none"
    assert all(one["role"] == "img" and one["aria-label"] for one in pictures)


def _split(items: list[str], begins: Callable[[str], bool]) -> list[list[str]]:
    rows: list[list[str]] = []
    for item in items:
        if begins(item):
            rows.append([])
        else:
            rows[-1].append(item)
    return rows


def test_a_track_that_nobody_is_on_is_an_empty_map(shop: Path, tmp_path: Path) -> None:
    place = tmp_path / "new" / "map.html"
    done = draw(shop, "--track", "u", "--into", str(place), "--json")
    told = json.loads(done.output)
    assert (0, 0, ["empty"]) == (
        done.exit_code, told["customer_count"], [one["stage"] for one in told["stages"]],
    )  # fmt: skip
    text = place.read_text(encoding="utf-8")
    assert page(told) == text
    assert "Nobody has a journey on this track yet." in Reader(text).texts


def test_what_cannot_be_written_is_said_in_a_sentence(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    done = draw(shop, "--into", str(tmp_path / "file" / "map.html"))
    assert (1, True) == (done.exit_code, "cannot be written: its folder is a file" in done.output)
    assert 2 == draw(shop, "--into", str(tmp_path)).exit_code
    done = draw(shop, "--track", "v")
    assert (2, True) == (done.exit_code, "there is no track 'v'" in done.output)


def test_a_file_is_written_whole_or_left_as_it_was(tmp_path: Path) -> None:
    place, link = tmp_path / "map.html", tmp_path / "latest.html"
    place.write_text("before")
    link.symlink_to(place)
    with pytest.raises(UnicodeEncodeError):
        write_whole(link, "no text: \ud800")
    assert "before" == place.read_text()
    write_whole(link, "after")
    assert ("after", True) == (place.read_text(), link.is_symlink())
    assert {place, link} == set(tmp_path.iterdir())
