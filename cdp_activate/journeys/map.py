"""The map of a track: stage by stage who is there, where they go, what they do, how they feel.

Only what holds of groups of people; small ones are withheld (`small_groups`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cdp_activate.journeys.models import Journeys, Row
from cdp_activate.journeys.small_groups import FEW, is_few, of_parts, withhold

LEAST = 5
"""How many people make a group that is shown, where nothing else is said."""
ACTS = {"inbound": 5, "outbound": 3}
"""How many of the commonest touchpoints of each direction a stage has on the map."""
PAIN_POINTS = 5
BEGINNINGS = 5
LAPSED = "lapsed"


def journey_map(journeys: Journeys, track: str, least: int = LEAST) -> dict[str, Any]:
    """The content of the map, as JSON has it. Call within `warehouse.reading()`.

    `least` is how many people a group needs to be shown. Raises NotBuiltError. Reads all
    touchpoints of the warehouse.
    """
    stages = journeys.stages(track, "moved_on_count", "lapse_rate", "last_touchpoint_share")
    everybody = max((stage["reached_count"] for stage in stages), default=0)
    nowhere: Row = {"stage": LAPSED, "phase": LAPSED, "current_count": journeys.lapsed(track)}
    columns = [*stages, nowhere]
    # Whoever ever reached a stage is in one now, or has lapsed.
    now = of_parts([column["current_count"] for column in columns], least)
    for column, why in zip(columns, now, strict=True):
        withhold(column, why, ["current_count"])
    evidence = journeys.evidence(track)
    for column in columns:
        opens = [one for one in evidence if one["stage"] == column["stage"]]
        column["evidence"] = sorted(map(_but_stage, opens), key=str)
    _count_visits(columns, journeys.visits(track), least)
    _follow(columns, journeys.moves(track), least)
    last_acts = journeys.last_acts(track)
    for stage in stages:
        _say_of_funnel(stage, last_acts, everybody, least)
    _say_what_happens(columns, journeys, track, least)
    total: Row = {"customer_count": everybody}
    withhold(total, FEW if is_few(everybody, least) else None, total.copy())
    until = journeys.until()
    return {
        "project": journeys.catalog.project,
        "track": track,
        "until": until.isoformat() if until else None,
        "least_people": least,
        **total,
        "stages": stages,
        "lapsed": nowhere,
        "beginnings": _beginnings(journeys.paths(track), least),
    }


def _but_stage(row: Row) -> Row:
    return {name: row[name] for name in row if name != "stage"}


def _count_visits(columns: list[Row], visits: dict[str, int], least: int) -> None:
    """How many were ever in the stage itself: what all shares of people are of."""
    for column in columns:
        column["visitor_count"] = visits.get(column["stage"], 0)
        few = is_few(column["visitor_count"], least)
        withhold(column, FEW if few else None, ["visitor_count"])


def _follow(columns: list[Row], moves: list[Row], least: int) -> None:
    """Where journeys begin, and where people go from each stage."""
    begun = {move["to_stage"]: move for move in moves if move["from_stage"] == "start"}
    starts = [begun.get(column["stage"], {"customer_count": 0, "share": 0.0}) for column in columns]
    reasons = of_parts([start["customer_count"] for start in starts], least)
    for column, start, why in zip(columns, starts, reasons, strict=True):
        column["start_count"], column["start_share"] = start["customer_count"], start["share"]
        withhold(column, why, ["start_count", "start_share"])
        column["moves"] = [
            {name: move[name] for name in move if name != "from_stage"}
            for move in moves
            if move["from_stage"] == column["stage"]
        ]
        counts = [move["customer_count"] for move in column["moves"]]
        for move, hidden in zip(column["moves"], of_parts(counts, least), strict=True):
            withhold(move, hidden, ["transition_count", "customer_count", "share", "median_days"])


def _say_of_funnel(
    stage: Row, last_acts: dict[tuple[str, str], int], everybody: int, least: int
) -> None:
    """Withhold of a stage's own row of the funnel what is of few people."""
    moved_on, reached = stage.pop("moved_on_count"), stage["reached_count"]
    if is_few(moved_on, least) or is_few(reached, least):
        withhold(stage, FEW, ["conversion_rate", "median_days_to_next"])
    if is_few(reached, least):
        withhold(stage, FEW, ["reached_count", "reached_share"])
    last = ["last_touchpoint_before_lapsing", "last_touchpoint_share"]
    lapses = next((move for move in stage["moves"] if move["movement"] == "lapse"), None)
    if lapses and "withheld" in lapses:
        withhold(stage, lapses["withheld"]["share"], ["lapse_count", "lapse_rate", *last])
    elif is_few(last_acts.get((stage["stage"], stage[last[0]]), 0), least):
        withhold(stage, FEW, last)


def _say_what_happens(columns: list[Row], journeys: Journeys, track: str, least: int) -> None:
    """What people do and are sent in each stage, how they feel, and what hurts them."""
    acts, pain_points = journeys.touchpoints(track), journeys.pain_points(track)
    feelings = {row.pop("stage"): row for row in journeys.feelings(track)}
    nobody = {"good_customer_count": 0, "bad_customer_count": 0}
    for column in columns:
        name, everyone = column["stage"], column["visitor_count"]
        for direction, most in ACTS.items():
            of_these = (row for row in acts if row["direction"] == direction)
            column[direction] = _commonest(of_these, name, everyone, least)[:most]
        column |= feelings.get(name, nobody)
        _weigh(column, least)
        column["pain_points"] = _commonest(pain_points, name, everyone, least)[:PAIN_POINTS]


def _commonest(rows: Iterable[Row], stage: str, everyone: int | None, least: int) -> list[Row]:
    """What befell enough people of a stage, with their share; the commonest first."""
    found = [
        {key: row[key] for key in row if key not in ("stage", "direction")}
        | {"customer_share": row["customer_count"] / everyone}
        for row in rows
        if row["stage"] == stage and everyone and row["customer_count"] >= least
    ]
    # Of as many the names decide, which warehouses do not sort alike.
    return sorted(found, key=lambda row: (-row["customer_count"], str(row)))


def _weigh(column: Row, least: int) -> None:
    """The shares of people with good and bad touchpoints, and which of them are more."""
    everyone = column["visitor_count"]
    few = {}
    for kind in ("good", "bad"):
        count = column[f"{kind}_customer_count"]
        column[f"{kind}_share"] = count / everyone if everyone else None
        few[kind] = is_few(count, least) or everyone is None
    balance = column["good_customer_count"] - column["bad_customer_count"]
    column["net_sentiment"] = balance / everyone if everyone else None
    for kind, hidden in few.items():
        names = [f"{kind}_customer_count", f"{kind}_share", "net_sentiment"]
        withhold(column, FEW if hidden else None, names)


def _beginnings(paths: list[Row], least: int) -> list[Row]:
    """The commonest ways in which journeys begin, those of enough people."""
    reasons = of_parts([path["path_count"] for path in paths], least)
    shown = [path for path, why in zip(paths, reasons, strict=True) if why is None]
    return shown[:BEGINNINGS]
