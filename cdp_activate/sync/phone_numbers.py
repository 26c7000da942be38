"""Telephone numbers that are not written in E.164: read here, and looked up by the plan.

Each is read once, with the country of local numbers beside it. Who joins the table has the
number in E.164, or NULL where it is none in any number plan.
"""

from __future__ import annotations

from sqlglot import exp

from cdp_activate.audiences.expressions import Expression, column, text
from cdp_activate.errors import WarehouseError
from cdp_activate.identifiers import rule_set
from cdp_activate.identifiers.phone import numbers
from cdp_activate.identifiers.sql import is_clean_phone
from cdp_activate.sync.model import Sync
from cdp_activate.warehouse.base import Warehouse

NUMBERS = "cdp_numbers"
"""Columns: written, written_in (the country, or an empty text) and number."""

_WRITTEN = "cdp_written"
_AT_ONCE = 20_000


def phone_of(sync: Sync) -> str | None:
    """The identifier of a sync that is a telephone number, by its name at the destination."""
    rules = rule_set(sync.destination.kind.rules)
    named = [one for one in sync.settings.identifiers if "phone" in rules.rule(one).steps]
    return named[0] if named else None


def written_otherwise(value: Expression, region: Expression, table: str) -> exp.Select:
    """The telephone numbers of a table that must be looked up: `written` and `written_in`."""
    found = exp.and_(
        exp.not_(exp.Is(this=value.copy(), expression=exp.null())),
        exp.not_(is_clean_phone(value)),
    )
    return (
        exp.select(exp.alias_(value.copy(), "written"), exp.alias_(_country(region), "written_in"))
        .distinct()
        .from_(table)
        .where(found)
    )


def looked_up(select: exp.Select, value: Expression, region: Expression) -> exp.Select:
    """The query with the table of numbers beside its rows; the column is `number`."""
    on = exp.and_(
        exp.EQ(this=column("written", NUMBERS), expression=value.copy()),
        exp.EQ(this=column("written_in", NUMBERS), expression=_country(region)),
    )
    return select.join(NUMBERS, on=on, join_type="left")


NUMBER = column("number", NUMBERS)


def _country(region: Expression) -> Expression:
    return exp.Coalesce(this=region.copy(), expressions=[text("")])


def read_numbers(warehouse: Warehouse, written: str) -> None:
    """Make the table of numbers, from SQL of `written_otherwise`. Memory does not grow with it."""
    import pyarrow as pa

    warehouse.make_table(
        _WRITTEN, f"select *, row_number() over () - 1 as turn from ({written}) as each_once"
    )
    warehouse.make_empty(NUMBERS, "written varchar, written_in varchar, number varchar")
    count = int(warehouse.rows(f"select count(*) from {_WRITTEN}")[0][0])
    for first in range(0, count, _AT_ONCE):
        rows = warehouse.rows(
            f"select written, written_in from {_WRITTEN} "
            f"where turn between {first:d} and {first + _AT_ONCE - 1:d}"
        )
        texts, regions = ([row[at] for row in rows] for at in (0, 1))
        found = {"written": texts, "written_in": regions, "number": numbers(texts, regions)}
        columns = {name: pa.array(of, pa.string()) for name, of in found.items()}
        warehouse.append(NUMBERS, pa.table(columns))
    warehouse.analyze(NUMBERS)


def check_numbers(warehouse: Warehouse, written: str) -> None:
    """Raises WarehouseError where a number came that was not read: who has it would be held back.

    Only where somebody else may have written meanwhile.
    """
    if warehouse.reading_blocks_writers:
        return
    # As sets: of a join that may end at the first row PostgreSQL goes through all for each.
    fresh = warehouse.rows(
        f"select written, written_in from ({written}) as now_written "
        f"except select written, written_in from {NUMBERS} limit 1"
    )
    if fresh:
        raise WarehouseError(
            "telephone numbers came into the warehouse while the plan was made",
            remedy="run it again; best when dbt has ended",
        )
