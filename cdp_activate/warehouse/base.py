"""What the rest of the project asks of a warehouse."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from cdp_activate.warehouse.journal import Journal
from cdp_activate.warehouse.sql_functions import SqlFunctions

if TYPE_CHECKING:
    import pyarrow as pa

STATE_SCHEMA = "cdp_activate"
"""The schema of the sync tables (a contract: dbt models and dashboards read it)."""


@dataclass(frozen=True, slots=True)
class Work:
    """Where a run keeps what it does until its receipts are in the sync tables.

    It outlives the process, but for one without `notes`. `schema` is where tables can be made.
    """

    schema: str
    notes: Journal | None


class Warehouse(ABC):
    """A connection to one warehouse.

    `dialect` is sqlglot's name of its SQL, `functions` how it says what SQL has no common words
    for. Every method raises WarehouseError with the remedy in words; LockedError when another
    process is in the way.
    """

    dialect: str
    functions: SqlFunctions
    reading_blocks_writers: bool
    """Whether nobody can write to what dbt builds while `reading` is open."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[None]:
        """While open, the tables that dbt builds can be read.

        One that was described stays as it is until then: dbt puts no other in its place.
        """

    @abstractmethod
    def state(self) -> AbstractContextManager[None]:
        """While open, the sync tables can be read and written; one transaction."""

    @property
    @abstractmethod
    def has_state(self) -> bool:
        """Whether there are sync tables yet; `state` makes a place for them."""

    @abstractmethod
    def state_table(self, name: str) -> str:
        """The full name of a sync table, such as `sync_ledger`."""

    @abstractmethod
    def work(self, name: str | None) -> AbstractContextManager[Work]:
        """While open, the work of that name is at hand, made where there is none.

        Without a name it is gone when closed. Raises LockedError where another process has it.
        """

    @abstractmethod
    def has_work(self, name: str) -> bool:
        """Whether a run left its work behind."""

    @abstractmethod
    def drop_work(self, name: str) -> None:
        """Forget the work of that name; it is not open."""

    @abstractmethod
    def run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement; `?` stands for the parameters."""

    @abstractmethod
    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a small result."""

    @abstractmethod
    def read(self, sql: str, *, batch: int = 10_000) -> Iterator[pa.RecordBatch]:
        """The rows of a result of any size, in Arrow batches; each has a `place` of its own.

        A statement for each batch, by the places, or one for all.
        """

    @abstractmethod
    def make_table(
        self, name: str, query: str, parameters: Sequence[Any] = (), *, order: str | None = None
    ) -> None:
        """Make a table of the rows of a query, in the place of one of that name.

        A name without a schema is of this session alone. With an `order`, be it none (empty),
        `functions.place` numbers its rows from 0, whatever becomes of them.
        """

    @abstractmethod
    def make_empty(self, name: str, columns: str) -> None:
        """Make a table without rows, in the place of one of that name, as `make_table`."""

    @abstractmethod
    def make_view(self, name: str, query: str) -> None:
        """Make a view, in the place of one of that name."""

    @abstractmethod
    def append(self, table: str, rows: pa.Table) -> None:
        """Add rows to a table, by column name."""

    @abstractmethod
    def ensure_unique(self, table: str, columns: str) -> None:
        """Let there be one row of each of these columns, where the warehouse can see to it.

        Several processes may then write at once, and to find a few rows is not to read all.
        """

    @abstractmethod
    def analyze(self, table: str) -> None:
        """Learn what a table has become, that statements about it are planned for its size.

        Not while another process does so, or has done so in what it has open.
        """

    @abstractmethod
    def lock_state(self) -> None:
        """Until `state` is closed, another process that asks for this waits."""

    def in_any_order(self) -> AbstractContextManager[None]:
        """While open, rows may be written in another order than they were read: faster.

        Around `state`, not in it: a transaction that fails takes nothing more.
        """
        return nullcontext()

    @abstractmethod
    def describe(self, relation: str) -> dict[str, str]:
        """The columns of a relation and their types, in order."""

    def comment(self, relation: str) -> str | None:
        """The comment on a table or view; None where there is none, or none are kept."""
        return None

    def lacking_to_keep(self) -> list[str]:
        """Statements that grant the role what it lacks to keep sync tables; most have no roles."""
        return []

    def lacking_to_read(self, relations: Iterable[str]) -> list[str]:
        """The same, to read these tables."""
        return []

    @abstractmethod
    def close(self) -> None:
        """Give everything back."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
