"""The map as one HTML page that needs nothing else: no script, no font, no image from elsewhere.

Names come from people's data: the template escapes whatever it is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from cdp_activate.journeys.models import Row
from cdp_activate.journeys.small_groups import FEW

SHORT = frozenset({"b2b", "csat", "faq", "nps", "sms"})
"""Words that are written in capitals."""
MOVES = 4
"""How many of the ways out of a stage are named."""
SCALES = (0.1, 0.25, 0.5, 1.0)
"""The share of people at the edge of the curve: the smallest that has room for all."""
AXIS, REACH = 50.0, 44.0
"""The line of as many good as bad in the curve of a stage, 100 high and wide; the edge from it."""


def page(content: dict[str, Any]) -> str:
    """The page of `journey_map`'s content."""
    stages, lapsed = content["stages"], content["lapsed"]
    columns = [*stages, lapsed] if lapsed["visitor_count"] != 0 else stages
    scale = _scale(columns)
    curves = _curves(stages, scale)
    if len(columns) > len(stages):
        curves += _curves([lapsed], scale)
    shown = [Stage(row, curve) for row, curve in zip(columns, curves, strict=True)]
    everyone = content["customer_count"] or 0
    return _template().render(
        content,
        whole=content,
        columns=shown,
        phases=_phases(stages),
        highlights=_highlights(stages) if everyone else [],
        scale=scale,
    )


@dataclass(frozen=True)
class Curve:
    """How people feel in a stage, drawn: two bars from the axis, and a line through `y`.

    `y` is None, and the line empty, where it is not known.
    """

    good: float
    bad: float
    y: float | None
    line: str


@dataclass(frozen=True)
class Stage:
    """A column of the page."""

    row: Row
    curve: Curve

    @property
    def evidence(self) -> list[tuple[str, list[str]]]:
        """The touchpoints that open the stage, by what limits them."""
        by_limits: dict[str, list[str]] = {}
        for one in self.row["evidence"]:
            by_limits.setdefault(_limits(one), []).append(one["touchpoint"])
        return list(by_limits.items())

    @property
    def moves(self) -> list[Row]:
        """The commonest ways out; those of few people are never among them."""
        known = [one for one in self.row["moves"] if one.get("withheld", {}).get("share") != FEW]
        return known[:MOVES]

    @property
    def more_moves(self) -> int:
        return len(self.row["moves"]) - len(self.moves)


def _phases(stages: list[Row]) -> list[tuple[str, int]]:
    """Each phase with the number of its stages, those that stand side by side."""
    phases: list[tuple[str, int]] = []
    for stage in stages:
        name = stage["phase"] or ""
        if phases and phases[-1][0] == name:
            phases[-1] = (name, phases[-1][1] + 1)
        else:
            phases.append((name, 1))
    return phases


def _highlights(stages: list[Row]) -> list[tuple[str, str, float, str]]:
    """What to look at first: a heading, the stage, a share of its people, and which people."""
    # The last stage leads nowhere.
    wanted = (
        ("Fewest go on from", min, "conversion_rate", stages[:-1], "were in a later stage, too"),
        ("It hurts most in", max, "bad_share", stages, "had a bad experience here"),
        ("It pleases most in", max, "good_share", stages, "had a good experience here"),
    )
    found = []
    for heading, best, name, among, of in wanted:
        shares = [(row[name], row["stage"]) for row in among if row[name] is not None]
        if shares:
            share, stage = best(shares, key=itemgetter(0))
            if share or best is min:
                found.append((heading, stage, share, of))
    return found


def _scale(columns: list[Row]) -> float:
    shares = [row[name] or 0.0 for row in columns for name in ("good_share", "bad_share")]
    return next(scale for scale in SCALES if scale >= min(max(shares, default=0.0), 1.0))


def _curves(stages: Sequence[Row], scale: float) -> list[Curve]:
    """The curve of each stage in a square of its own, so that side by side they are one line."""
    heights = [
        None if row["net_sentiment"] is None else AXIS - row["net_sentiment"] / scale * REACH
        for row in stages
    ]
    curves = []
    for place, (row, y) in enumerate(zip(stages, heights, strict=True)):
        before = heights[place - 1] if place else None
        after = heights[place + 1] if place + 1 < len(heights) else None
        good, bad = ((row[name] or 0.0) / scale * REACH for name in ("good_share", "bad_share"))
        curves.append(Curve(good, bad, y, _line(before, y, after)))
    return curves


def _line(before: float | None, y: float | None, after: float | None) -> str:
    """The half of a smooth line that comes from the stage before, and the half to the next.

    Halves of cubic curves that are level in each stage, cut where two stages meet.
    """
    if y is None:
        return ""
    line = ""
    if before is not None:
        half = (before + y) / 2
        line += f"M0 {half:.1f}C12.5 {(before + 3 * y) / 4:.1f} 25 {y:.1f} 50 {y:.1f}"
    if after is not None:
        half = (y + after) / 2
        line += f"M50 {y:.1f}C75 {y:.1f} 87.5 {(3 * y + after) / 4:.1f} 100 {half:.1f}"
    return line


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(count=_count, percent=_percent, days=_days)
    environment.filters.update(words=_words, day=_day)
    return environment.get_template("page.html")


def _words(name: str | None) -> str:
    """'pre_purchase' as 'Pre purchase', 'nps_answered' as 'NPS answered'."""
    words = (name or "").replace("_", " ").split()
    spaced = " ".join(word.upper() if word in SHORT else word for word in words)
    return spaced[:1].upper() + spaced[1:]


def _count(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _percent(share: float | None) -> str:
    """'71%', '5.2%', and never 0% or 100% of what is not none or all."""
    if share is None:
        return "–"
    if 0 < share < 0.001:
        return "<0.1%"
    if 0.995 <= share < 1:
        return ">99%"
    return f"{share:.1%}" if 0 < share < 0.0995 else f"{share:.0%}"


def _days(days: float | None) -> str:
    """'at once', '5 hours', '2.5 days', '40 days'."""
    if days is None:
        return "–"
    hours = days * 24
    if hours < 1:
        return "at once" if hours < 1 / 60 else "within the hour"
    if hours < 36:
        return f"{hours:.0f} hour{'' if round(hours) == 1 else 's'}"
    return f"{days:.1f} days" if days < 10 else f"{days:,.0f} days"


def _limits(evidence: Row) -> str:
    """'from the 2nd on, of 4 or more, for 60 days, until Order placed', what there is of it."""
    nth = evidence["from_nth"]
    ending = {1: "st", 2: "nd", 3: "rd"}.get(nth % 10 if nth % 100 not in (11, 12, 13) else 0, "th")
    said = {
        "from the {} on": f"{nth}{ending}" if nth > 1 else None,
        "of {:g} or more": evidence["min_value"],
        "for {:,} days": evidence["lasting_days"],
        "until {}": _words(evidence["closed_by"]) or None,
    }
    return ", ".join(text.format(value) for text, value in said.items() if value is not None)


def _day(text: str) -> str:
    """'2026-11-03' as '3 November 2026'."""
    day = date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"
