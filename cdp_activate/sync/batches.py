"""Steps of a plan as batches of rows, read from the warehouse as they are needed.

A batch is Arrow until somebody looks at a row. Where the destination sends rows as JSON, and
the warehouse can write it, nobody does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

from cdp_activate.destinations.rows import Row, rows_as_json
from cdp_activate.sync.notes import Span
from cdp_activate.sync.plan import Plan, without_nulls
from cdp_activate.sync.row_json import row_json
from cdp_activate.sync.tables import EVENTS, PHASES, Verb
from cdp_activate.sync.wanted import field_columns, identifier_columns
from cdp_activate.warehouse.arrow import columns_of

if TYPE_CHECKING:
    import pyarrow as pa


class Batch(Sequence[Row]):
    """Rows that are sent in one call, and the places of the plan that they stand for.

    Places of other verbs may lie between theirs: the spans of all batches of a verb, one after
    the other, leave nothing out.
    """

    def __init__(self, plan: Plan, table: pa.Table, span: Span) -> None:
        self._plan = plan
        self._table = table
        self.span = span
        self._made: list[Row] | None = None

    def __len__(self) -> int:
        return int(self._table.num_rows)

    @overload
    def __getitem__(self, at: int) -> Row: ...

    @overload
    def __getitem__(self, at: slice) -> Batch: ...

    def __getitem__(self, at: int | slice) -> Row | Batch:
        if isinstance(at, int):
            return self._rows[at]
        start, stop, _ = at.indices(len(self))
        places = self._table.column("place")
        first = self.span[0] if start == 0 else places[start - 1].as_py() + 1
        last = self.span[1] if stop == len(self) else places[stop - 1].as_py()
        return Batch(self._plan, self._table.slice(start, stop - start), (first, last))

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def as_json(self) -> str | None:
        """The rows as a JSON array, where the warehouse wrote them."""
        if "row_json" not in self._table.column_names:
            return None
        written = "".join(_joined(some) for some in self._table.column("row_json").chunks)
        return f"[{written.removesuffix(',')}]"

    @property
    def _rows(self) -> list[Row]:
        if self._made is None:
            self._made = list(_rows(self._plan, columns_of(self._table)))
        return self._made


def _joined(texts: pa.StringArray) -> str:
    """Texts one after the other, as they lie in Arrow: none is made a text of its own.

    https://arrow.apache.org/docs/format/Columnar.html#variable-size-binary-layout
    """
    # A profile may ask DuckDB for another layout. To cast loads pyarrow.compute, so not else.
    if texts.type != "string":
        texts = texts.cast("string")
    _, offsets, letters = texts.buffers()
    places = memoryview(offsets).cast("i")
    first, end = places[texts.offset], places[texts.offset + len(texts)]
    return str(memoryview(letters)[first:end], "utf-8")


def _rows(plan: Plan, columns: dict[str, list[Any]]) -> Iterator[Row]:
    keys = columns["entity_key"]
    if "sent" in columns:
        for key, sent in zip(keys, columns["sent"], strict=True):
            yield Row(key, without_nulls(json.loads(sent)))
        return
    sync = plan.sync
    identifiers = [(name, columns[at]) for at, (name, _) in identifier_columns(sync).items()]
    fields = [(name, columns[at]) for at, (name, _) in field_columns(sync).items()]
    messages = columns.get("idempotency_key")
    for number, key in enumerate(keys):
        yield Row(
            key,
            {name: of[number] for name, of in identifiers if of[number] is not None},
            {name: of[number] for name, of in fields},
            messages[number] if messages else "",
        )


def read_batches(
    plan: Plan,
    verb: Verb,
    list_name: str | None = None,
    *,
    size: int,
    most_bytes: int | None = None,
    as_json: bool = False,
) -> Iterator[Batch]:
    """The rows of a verb in batches of at most `size` rows, and about `most_bytes` as JSON.

    Of all lists, unless one is named.
    """
    import pyarrow as pa

    columns = "place, plan.entity_key"
    if verb == "remove":
        columns += ", {sent} as sent"
    else:
        values = [*identifier_columns(plan.sync), *field_columns(plan.sync)]
        values += ["idempotency_key"] if verb == "send" else []
        columns = ", ".join([columns, *values])
        made = row_json(plan) if verb == "upsert" and as_json else None
        # With what stands between two rows, so that a batch is a piece of what was read.
        columns += f", {made} || ',' as row_json" if made else ""
    waiting: pa.Table | None = None
    free = 0
    for read in plan.read(columns, {**PHASES, **EVENTS}[verb], list_name):
        fresh = pa.Table.from_batches([read])
        waiting = fresh if waiting is None else pa.concat_tables([waiting, fresh])
        while waiting.num_rows >= size:
            for batch in _within(_batch(plan, waiting.slice(0, size), free), most_bytes):
                yield batch
                free = batch.span[1] + 1
            waiting = waiting.slice(size)
    if waiting is not None and waiting.num_rows:
        yield from _within(_batch(plan, waiting, free), most_bytes)


def _batch(plan: Plan, table: pa.Table, free: int) -> Batch:
    last = table.column("place")[table.num_rows - 1].as_py()
    return Batch(plan, table, (free, last))


def _within(batch: Batch, most_bytes: int | None) -> Iterator[Batch]:
    """The batch, or its halves, and theirs, until each is small enough."""
    if most_bytes is None or len(batch) == 1 or _size(batch) <= most_bytes:
        yield batch
        return
    middle = len(batch) // 2
    yield from _within(batch[:middle], most_bytes)
    yield from _within(batch[middle:], most_bytes)


def _size(batch: Batch) -> int:
    return len(rows_as_json(batch).encode("utf-8", "replace"))
