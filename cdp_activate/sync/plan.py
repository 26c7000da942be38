"""The plan of a sync: what must happen to each person at the destination, and why.

After it the list equals the audience, less those who may not be sent. Removals come only
from this complete view: the ledger less the whole of the audience.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cdp_activate.errors import WarehouseError
from cdp_activate.sync.audience_table import Mark
from cdp_activate.sync.counts import ACTIONS, PlanCounts
from cdp_activate.sync.freshness import DataAge
from cdp_activate.sync.model import Sync
from cdp_activate.sync.plan_sql import PlanOptions
from cdp_activate.sync.tables import KeptList
from cdp_activate.sync.wanted import LEFT_OUT, field_columns, identifier_columns
from cdp_activate.warehouse.arrow import columns_of
from cdp_activate.warehouse.base import Warehouse, Work
from cdp_activate.warehouse.sql_functions import quoted

if TYPE_CHECKING:
    import pyarrow as pa

_AT_ONCE = 10_000
"""Rows of a plan that are read at once."""


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One person's part of a plan, at its `place` there.

    `identifiers` are what to send now, `sent_identifiers` what the destination has. `reason`
    says why somebody is held back, `not_valid` names identifiers whose value is no valid one.
    """

    key: str
    place: int
    action: str
    identifiers: Mapping[str, str] = field(repr=False)
    fields: Mapping[str, Any] = field(repr=False)
    sent_identifiers: Mapping[str, str] = field(repr=False)
    reason: str | None = None
    not_valid: tuple[str, ...] = ()


@dataclass
class Plan:
    """A plan, in the work of a run: its counts, and its steps as a stream.

    `total` counts all lists together, `lists` each of them, those that it leaves as they are
    included.
    """

    sync: Sync
    warehouse: Warehouse
    work: Work
    total: PlanCounts
    lists: list[PlanCounts]
    without: dict[str, int]
    """Of those who are sent: how many without which identifier, as theirs is not valid."""
    audience_size: int
    first_run: bool
    asked: PlanOptions
    marks: dict[str, Mark]
    """What the tables of its audiences are of, by name; not of those that do not say."""
    ages: list[DataAge]
    others: list[tuple[str, int]] = field(default_factory=list)
    """Syncs that put people on its list before it, and how many."""

    @property
    def counts(self) -> dict[str, int]:
        """How many people each action is about, and how many stay as they are."""
        return {**self.total.by_action, "unchanged": self.total.unchanged}

    @property
    def held_back(self) -> dict[str, int]:
        """Who is held back, by reason."""
        return self.total.held_back

    @property
    def ledger_size(self) -> int:
        """Who is, or may be, at the destination."""
        return self.total.known

    @property
    def table(self) -> str:
        """The plan: one row a step, `place` first."""
        return f"{self.work.schema}.plan"

    @property
    def wanted(self) -> int:
        """How many people the list will hold."""
        return sum(self.counts[name] for name in ("add", "update", "move", "unchanged"))

    @property
    def changes(self) -> int:
        return self.total.changes

    def steps(self, *actions: str) -> Iterator[PlanStep]:
        """The steps with these actions, in the order of their places."""
        for batch in self.read("plan.*, {sent} as sent_identifiers", actions):
            yield from self._steps(columns_of(batch))

    def some(self, count: int, *actions: str, reason: str | None = None) -> Iterator[PlanStep]:
        """The first few steps with one of these actions, for this reason where one is given."""
        wanted = ", ".join(quoted(action) for action in actions)
        why = f" and reason = {quoted(reason)}" if reason is not None else ""
        some = (
            f"(select * from {self.table} where action in ({wanted}){why} "
            f"order by place limit {count:d})"
        )
        sql = (
            f"select plan.*, sent.identifiers as sent_identifiers from {some} as plan "
            f"left join {self.work.schema}.sent as sent on sent.list = plan.list "
            "and sent.entity_key = plan.entity_key order by place"
        )
        for batch in self.warehouse.read(sql):
            yield from self._steps(columns_of(batch))

    def read(
        self, columns: str, actions: tuple[str, ...], list_name: str | None = None
    ) -> Iterator[pa.RecordBatch]:
        """Columns of the steps with these actions, in Arrow; the plan may be of any size.

        Of all lists, unless one is named. `{sent}` in `columns` stands for the identifiers that
        the destination has, as JSON.
        """
        wanted = ", ".join(f"'{action}'" for action in actions)
        # To sort a large plan would be to hold all of it.
        kept = self.warehouse.functions.keeps_order
        source, ordered = f"{self.table} as plan", "" if kept else " order by place"
        if "{sent}" in columns:
            columns = columns.replace("{sent}", "sent.identifiers")
            source += (
                f" left join {self.work.schema}.sent as sent "
                "on sent.list = plan.list and sent.entity_key = plan.entity_key"
            )
            ordered = " order by place"
        last = -1
        of = f" and plan.list = {quoted(list_name)}" if list_name and self.sync.per else ""
        sql = f"select {columns} from {source} where action in ({wanted}){of}{ordered}"
        for batch in self.warehouse.read(sql, batch=_AT_ONCE):
            if not batch.num_rows:
                continue
            # pyarrow.compute would do this too, but takes longer to load than a plan to read.
            places = [last, *batch.column("place").to_pylist()]
            if places != sorted(places):
                raise WarehouseError("the warehouse gave the steps of a plan out of order")
            last = places[-1]
            yield batch

    def hold_moves(self, list_name: str, keys: Iterable[str]) -> None:
        """These people keep the identifiers that the destination has; they are not added."""
        import pyarrow as pa

        of = f" and list = {quoted(list_name)}" if self.sync.per else ""
        self.warehouse.make_empty("cdp_stuck", "entity_key varchar")
        stuck = pa.table({"entity_key": pa.array(list(keys), pa.string())})
        self.warehouse.append("cdp_stuck", stuck)
        self.warehouse.analyze("cdp_stuck")
        self.warehouse.run(
            f"update {self.work.schema}.steps set action = 'stuck' "
            f"where action = 'move' and entity_key in (select entity_key from cdp_stuck){of}"
        )

    def _steps(self, columns: Mapping[str, list[Any]]) -> Iterator[PlanStep]:
        identifiers = _named(identifier_columns(self.sync), columns)
        fields = _named(field_columns(self.sync), columns)
        sent = columns["sent_identifiers"]
        leading = zip(columns["entity_key"], columns["place"], columns["action"], strict=True)
        names = list(self.sync.settings.identifiers)
        for row, (key, place, action) in enumerate(leading):
            left_out = columns[LEFT_OUT][row] or 0
            yield PlanStep(
                key,
                place,
                action,
                {name: of[row] for name, of in identifiers if of[row] is not None},
                {name: of[row] for name, of in fields},
                without_nulls(json.loads(sent[row])) if sent[row] else {},
                columns["reason"][row],
                tuple(name for power, name in enumerate(names) if left_out & 2**power),
            )

    def as_dict(self) -> dict[str, Any]:
        return {
            "sync": self.sync.name,
            "audience": self.sync.audience.name,
            "destination": self.sync.settings.destination,
            "list": self.sync.list_name,
            "mode": self.sync.settings.mode,
            "audience_size": self.audience_size,
            "list_size_before": self.ledger_size,
            "list_size_after": self.wanted + self.counts["left"] + self.counts["kept"],
            **{name: self.counts[name] for name in (*ACTIONS, "unchanged")},
            "held_back": dict(self.held_back),
            "without": dict(self.without),
            **(
                {"struck_off": self.counts["forget"]} if self.sync.settings.mode != "events" else {}
            ),
            **({"lists": [one.as_dict() for one in self.lists]} if self.sync.per else {}),
        }


def _named(
    places: Mapping[str, tuple[str, Any]], columns: Mapping[str, list[Any]]
) -> list[tuple[str, list[Any]]]:
    return [(name, columns[place]) for place, (name, _) in places.items()]


def without_nulls(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}


def kept_list(sync: Sync) -> KeptList:
    """The list that a sync keeps, as the sync tables know it."""
    pattern = sync.per.pattern if sync.per is not None else ""
    return KeptList(sync.name, sync.settings.destination, sync.list_name, pattern)
