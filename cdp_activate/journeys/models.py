"""What the journey models say of all customers together: stages, moves between them, paths."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from cdp_activate.catalog import Catalog
from cdp_activate.errors import NotBuiltError, UsageError
from cdp_activate.spelling import suggest
from cdp_activate.warehouse import Warehouse

STAGES = (
    "stage", "phase", "current_count", "reached_count", "reached_share", "conversion_rate",
    "median_days_to_next", "lapse_count", "last_touchpoint_before_lapsing",
)  # fmt: skip
MOVES = (
    "from_stage", "to_stage", "movement", "transition_count", "customer_count", "share",
    "median_days",
)  # fmt: skip
PATHS = ("place", "path", "path_count", "share")

Row = dict[str, Any]

_STAGE_THEN = """
inner join {stage_history} as stays
    on
        acts.customer_id = stays.customer_id
        and acts.occurred_at >= stays.valid_from
        and (stays.valid_to is null or acts.occurred_at < stays.valid_to)
where stays.track = ?
"""
"""Whatever happened to a customer, with the stage of the track that it happened in."""


@dataclass(frozen=True)
class Journeys:
    """Reads the models of the package, each row as a mapping of the model's own columns.

    Call the methods but `track` within `warehouse.reading()`. They raise NotBuiltError where the
    project has no such model, or dbt has not built it.
    """

    catalog: Catalog
    warehouse: Warehouse

    def track(self, asked: str | None) -> str:
        """The stage model that is asked for, else the main one. Raises UsageError."""
        of_people = [
            rows for rows in self.catalog.stages.values() if rows.model.name == "stage_history"
        ]
        if not of_people:
            raise _missing("stage_history")
        known = [
            track
            for rows in of_people
            for track in rows.model.columns[rows.columns["track"]].values
        ]
        if asked is None and known:
            return known[0]
        if asked is None or (known and asked not in known):
            hint = suggest(asked or "", known, what="tracks")
            raise UsageError(f"there is no track '{asked or ''}'", remedy=hint)
        return asked

    def stages(self, track: str, *more: str) -> list[Row]:
        """The funnel: a row a stage, in the order of the track; with `more` of its columns."""
        return self._of_track(track, "stage_funnel", (*STAGES, *more), "rank, stage")

    def lapsed(self, track: str) -> int:
        """How many customers are in no stage of the track any more."""
        sql = "select count(*) from {stage_current} where track = ? and stage = 'lapsed'"
        return int(self._rows(sql, ("lapsed",), track)[0]["lapsed"])

    def moves(self, track: str) -> list[Row]:
        """From which stage people went to which, the commonest first."""
        order = "transition_count desc, from_stage, to_stage"
        return self._of_track(track, "stage_matrix", MOVES, order)

    def paths(self, track: str | None) -> list[Row]:
        """The commonest beginnings of journeys on a track; of touchpoints where it is None."""
        if track is not None:
            return self._of_track(track, "journey_paths", PATHS, "place, path")
        sql = f"select {', '.join(PATHS)} from {{journey_paths}} where kind = 'touchpoints'"
        return self._rows(f"{sql} order by place, path", PATHS)

    def evidence(self, track: str) -> list[Row]:
        """What opens each stage, from which occurrence on, and for how long: `stage_models`."""
        sql = """
            select stage, touchpoint, cast(from_nth as integer), cast(lasting_days as integer),
                cast(min_value as double precision), closed_by
            from {stage_models} where track = ?
        """
        names = ("stage", "touchpoint", "from_nth", "lasting_days", "min_value", "closed_by")
        return self._rows(sql, names, track)

    def visits(self, track: str) -> dict[str, int]:
        """How many customers were ever in each stage itself, and in `lapsed`."""
        sql = """
            select stage, count(distinct customer_id) from {stage_history}
            where track = ? group by stage
        """
        return {row["stage"]: row["n"] for row in self._rows(sql, ("stage", "n"), track)}

    def last_acts(self, track: str) -> dict[tuple[str, str], int]:
        """How many customers lapsed from a stage after this touchpoint."""
        sql = """
            select from_stage, last_touchpoint, count(distinct customer_id) from {stage_transitions}
            where track = ? and movement = 'lapse' and last_touchpoint is not null
            group by from_stage, last_touchpoint
        """
        names = ("stage", "touchpoint", "n")
        return {
            (row["stage"], row["touchpoint"]): row["n"] for row in self._rows(sql, names, track)
        }

    def touchpoints(self, track: str) -> list[Row]:
        """What happened in each stage and how, to how many customers. Reads all touchpoints."""
        what = ("stage", "touchpoint", "channel", "direction")
        # In two steps, which is faster than to count distinct customers of so many groups.
        names = ", ".join(what)
        sql = f"""
            select {names}, count(*), cast(sum(times) as bigint) from (
                select stays.stage, acts.touchpoint, acts.channel, acts.direction, count(*) as times
                from {{touchpoints}} as acts {_STAGE_THEN} group by acts.customer_id, {names}
            ) as of_customers
            group by {names}
        """
        return self._rows(sql, (*what, "customer_count", "touchpoint_count"), track)

    def feelings(self, track: str) -> list[Row]:
        """How many customers had a good and a bad touchpoint in each stage. Reads all of them."""
        sql = f"""
            select stays.stage,
                count(distinct case when acts.sentiment > 0 then acts.customer_id end),
                count(distinct case when acts.sentiment < 0 then acts.customer_id end)
            from {{touchpoints}} as acts {_STAGE_THEN} and acts.sentiment <> 0 group by stays.stage
        """
        return self._rows(sql, ("stage", "good_customer_count", "bad_customer_count"), track)

    def pain_points(self, track: str) -> list[Row]:
        """How many customers had which pain point in each stage."""
        sql = f"""
            select stays.stage, acts.pain_point, min(acts.reason), count(distinct acts.customer_id)
            from {{pain_points}} as acts {_STAGE_THEN} group by stays.stage, acts.pain_point
        """
        return self._rows(sql, ("stage", "pain_point", "reason", "customer_count"), track)

    def until(self) -> date | None:
        """The day of the last touchpoint, in UTC."""
        last = self._rows("select max(occurred_at) from {touchpoints}", ("at",))[0]["at"]
        return last.date() if last is not None else None

    def _of_track(self, track: str, model: str, columns: tuple[str, ...], order: str) -> list[Row]:
        sql = f"select {', '.join(columns)} from {{{model}}} where track = ? order by {order}"
        return self._rows(sql, columns, track)

    def _rows(self, sql: str, names: tuple[str, ...], *asked: str) -> list[Row]:
        """Rows of a query in which `{model}` stands for the table of a model."""
        rows = self.warehouse.rows(sql.format_map(_Relations(self.catalog)), asked)
        return [dict(zip(names, row, strict=True)) for row in rows]


class _Relations(dict[str, str]):
    """Names of models, as the names of their tables."""

    def __init__(self, catalog: Catalog) -> None:
        super().__init__()
        self.catalog = catalog

    def __missing__(self, name: str) -> str:
        model = self.catalog.shipped.get(name) or self.catalog.models.get(name)
        if model is None:
            raise _missing(name)
        return model.relation


def _missing(model: str) -> NotBuiltError:
    remedy = "it is one of our dbt package: see that nothing in dbt_project.yml disables it"
    return NotBuiltError(f"the project has no model '{model}'", remedy=remedy)
