"""Reads `stage:` conditions."""

from __future__ import annotations

from cdp_activate.audiences.model import StageCondition
from cdp_activate.audiences.moments import Duration
from cdp_activate.audiences.reading.conditions import ConditionReader
from cdp_activate.catalog import Rows
from cdp_activate.text import Node


def stage(reader: ConditionReader, node: Node) -> StageCondition | None:
    allowed = {
        "stage", "track", "entered", "for_at_least", "from", "ever", "regressed", "skipped"
    }  # fmt: skip
    parts = reader.only(node, allowed)
    rows = reader.catalog.stages.get(reader.entity.name)
    if rows is None:
        reader.wrong(
            parts["stage"],
            f"the entity {reader.entity.name} has no stages",
            "declare a model with config.meta.cdp {stages: true, ..}",
        )
        return None
    names = reader.enumerated(parts["stage"], rows, "stage")
    track = _track(reader, parts.get("track"), rows)
    for asked in ("stage", "from", "skipped"):
        if asked in parts and track is not None and track in rows.tracks:
            _check_track(reader, parts[asked], rows, track)
    came_from = reader.enumerated(parts["from"], rows, "stage") if "from" in parts else ()
    ever = reader.flag(parts["ever"], "ever") if "ever" in parts else False
    if ever and set(parts) - {"stage", "track", "ever"}:
        reader.wrong(parts["ever"], "'ever' goes alone", "make the rest a condition of its own")
        return None
    skipped = reader.enumerated(parts["skipped"], rows, "stage") if "skipped" in parts else ()
    regressed = reader.flag(parts["regressed"], "regressed") if "regressed" in parts else None
    order = rows.model.columns[rows.columns["stage"]].values
    if regressed is not None and not order and "rank" not in rows.columns:
        hint = "add `rank: COLUMN` to config.meta.cdp of the model, or `values` to the stage column"
        reader.wrong(node.keys["regressed"], "nothing says which stage is higher", hint)
    if not names or track is None:
        return None
    return StageCondition(
        rows, names, track, reader.timezone,
        entered=_stay_length(reader, parts.get("entered"), rows),
        for_at_least=_stay_length(reader, parts.get("for_at_least"), rows),
        came_from=came_from,
        ever=bool(ever),
        regressed=regressed,
        skipped=skipped,
        order=order if regressed is not None else (),
    )  # fmt: skip


def _stay_length(reader: ConditionReader, node: Node | None, rows: Rows) -> Duration | None:
    length = reader.duration(node) if node else None
    is_date = rows.model.columns[rows.at].type.kind == "date"
    if node and length and length.days is None and is_date:
        message = f"'{rows.at}' is a date without a time: give whole days or weeks"
        reader.wrong(node, message, "such as 2 days")
    return length


def _check_track(reader: ConditionReader, node: Node, rows: Rows, track: str) -> None:
    """Nobody is ever in a stage of another track; `lapsed` is one of each."""
    for item in node.value if isinstance(node.value, list) else [node]:
        others = [name for name, stages in rows.tracks.items() if item.text in stages]
        if others and track not in others:
            hint = f"name its track: `track: {others[0]}`"
            reader.wrong(item, f"the track '{track}' has no stage '{item.text}'", hint)


def _track(reader: ConditionReader, node: Node | None, rows: Rows) -> str | None:
    if node is not None and isinstance(node.value, dict | list):
        reader.wrong(node, "'track' takes one name", "make each a condition of its own")
        return None
    if node is not None:
        names = reader.enumerated(node, rows, "track")
        return names[0] if names else None
    known = rows.model.columns[rows.columns["track"]].values
    return known[0] if known else "lifecycle"
