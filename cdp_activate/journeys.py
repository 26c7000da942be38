"""What the journey models say of all customers together: stages, moves between them, paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cdp_activate.catalog import Catalog
from cdp_activate.errors import NotBuiltError, UsageError
from cdp_activate.spelling import suggest
from cdp_activate.warehouse import Warehouse

STAGES = (
    "stage", "phase", "current_count", "reached_count", "reached_share", "conversion_rate",
    "median_days_to_next", "lapse_count", "last_touchpoint_before_lapsing",
)  # fmt: skip
MOVES = ("from_stage", "to_stage", "movement", "customer_count", "share", "median_days")
PATHS = ("place", "path", "path_count", "share")


@dataclass(frozen=True)
class Journeys:
    """Reads the models of the package, each row as a mapping of the model's own columns.

    Methods raise NotBuiltError where the project has no such model, or dbt has not built it.
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

    def stages(self, track: str) -> list[dict[str, Any]]:
        """The funnel: a row a stage, in the order of the track."""
        return self._read("stage_funnel", STAGES, "track = ?", [track], "rank, stage")

    def lapsed(self, track: str) -> int:
        """How many customers are in no stage of the track any more."""
        where = "track = ? and stage = 'lapsed'"
        return int(self._read("stage_current", ("count(*)",), where, [track], "1")[0]["count(*)"])

    def moves(self, track: str) -> list[dict[str, Any]]:
        """From which stage people went to which, the commonest first."""
        order = "transition_count desc, from_stage, to_stage"
        return self._read("stage_matrix", MOVES, "track = ?", [track], order)

    def paths(self, track: str | None) -> list[dict[str, Any]]:
        """The commonest beginnings of journeys on a track; of touchpoints where it is None."""
        where, asked = ("kind = 'touchpoints'", []) if track is None else ("track = ?", [track])
        return self._read("journey_paths", PATHS, where, asked, "place, path")

    def _read(
        self, name: str, columns: tuple[str, ...], where: str, asked: list[str], order: str
    ) -> list[dict[str, Any]]:
        model = self.catalog.models.get(name)
        if model is None:
            raise _missing(name)
        sql = f"select {', '.join(columns)} from {model.relation} where {where} order by {order}"
        with self.warehouse.reading():
            rows = self.warehouse.rows(sql, asked)
        return [dict(zip(columns, row, strict=True)) for row in rows]


def _missing(model: str) -> NotBuiltError:
    remedy = "it is one of our dbt package: see that nothing in dbt_project.yml disables it"
    return NotBuiltError(f"the project has no model '{model}'", remedy=remedy)
