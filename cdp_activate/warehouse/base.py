"""What the rest of the project asks of a warehouse."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeAlias

if TYPE_CHECKING:
    import pyarrow as pa

STATE_SCHEMA = "cdp_activate"
"""The schema of the sync tables (a contract: dbt models and dashboards read it)."""


TextFunction: TypeAlias = Callable[
    [Sequence[str | None], Sequence[str | None]], Sequence[str | None]
]


@dataclass(frozen=True, slots=True)
class Work:
    """Where a run keeps what it does until its receipts are in the sync tables.

    It outlives the process. `schema` is where tables can be made, `notes` a file beside it.
    """

    schema: str
    notes: Path | None


class Warehouse(ABC):
    """A connection to one warehouse.

    `dialect` is sqlglot's name of its SQL. Every method raises WarehouseError with the
    remedy in words; LockedError when another process is in the way.
    """

    dialect: str

    @abstractmethod
    def reading(self) -> AbstractContextManager[None]:
        """While open, the tables that dbt builds can be read."""

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
        """The rows of a result of any size, in Arrow batches."""

    @abstractmethod
    def append(self, table: str, rows: pa.Table) -> None:
        """Add rows to a table, by column name."""

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

    def add_function(self, name: str, function: TextFunction) -> bool:
        """Let SQL call `name(text, text)`; False where the warehouse takes no functions of ours.

        `function` is given two columns of texts at once, and returns a third.
        """
        return False

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
