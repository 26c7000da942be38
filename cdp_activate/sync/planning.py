"""Makes a plan: works it out in the warehouse, checks it, and counts it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from cdp_activate.audiences.facts import audience_model
from cdp_activate.catalog import Catalog
from cdp_activate.catalog.types import column_type
from cdp_activate.errors import UsageError, WarehouseError
from cdp_activate.sync.audience_table import members_relation, read_marks
from cdp_activate.sync.counts import PlanCounts, counted
from cdp_activate.sync.freshness import DataAge, ages
from cdp_activate.sync.ledger import Ledger
from cdp_activate.sync.model import Sync
from cdp_activate.sync.phone_numbers import check_numbers, phone_of, read_numbers
from cdp_activate.sync.plan import Plan, kept_list
from cdp_activate.sync.plan_sql import PlanOptions, members_table, plan_sql
from cdp_activate.sync.recovery import prepare
from cdp_activate.sync.run_records import Runs
from cdp_activate.sync.sharing import is_found_again, keep_one_of_each
from cdp_activate.sync.tables import known_list
from cdp_activate.sync.wanted import LEFT_OUT, LIST, field_columns, identifiers_json, written_sql
from cdp_activate.warehouse.base import Warehouse, Work
from cdp_activate.warehouse.sql_functions import quoted

_VALUES = (
    "where an expression under `fields:` meets a value that it cannot take, use try_cast "
    "(BigQuery: safe_cast), or cast it in a dbt model"
)


def make_plan(
    sync: Sync, catalog: Catalog, warehouse: Warehouse, work: Work, asked: PlanOptions
) -> Plan:
    """Work out the plan in the warehouse, within `warehouse.work(...)`.

    Raises NotBuiltError when the audience's table was not built, WarehouseError when a key is there
    twice.
    """
    relation = members_relation(sync.audience.name, catalog)
    ledger = Ledger(warehouse, kept_list(sync))
    with warehouse.reading(), warehouse.state():
        marks = read_marks(sync, catalog, warehouse)
        _check_mode(sync, warehouse, ledger)
        _make_steps(sync, catalog, warehouse, work, asked)
        warehouse.make_view(f"{work.schema}.plan", _view(sync, catalog.adapter, warehouse, work))
        sizes, first = ledger.sizes(), ledger.untouched()
        others = [] if sync.settings.mode == "events" else ledger.others()
        members = warehouse.rows(f"select count(*) from {relation}")[0][0]
        warehouse.make_table(f"{work.schema}.sent", _sent(sync, ledger, work))
        if sync.settings.mode == "mirror":
            warehouse.run(_moved(sync, warehouse, work))
        keep_one_of_each(sync, warehouse, work, ledger)
        if sync.settings.mode == "mirror":
            warehouse.run(_overwritten(work))
    _check_keys(sync, warehouse, work)
    _check_lists(sync, warehouse, work)
    total, lists = _counted(sync, warehouse, work, sizes)
    without = _without(sync, warehouse, work)
    return Plan(
        sync, warehouse, work, total, lists, without, int(members), first, asked, marks,
        _ages(sync, catalog), others,
    )  # fmt: skip


def _make_steps(
    sync: Sync, catalog: Catalog, warehouse: Warehouse, work: Work, asked: PlanOptions
) -> None:
    """Make the table of all steps; the sync tables are read for it, and not written to."""
    sql = plan_sql(sync, catalog, warehouse.state_table, asked)
    written = written_sql(sync, catalog, members_table(sync)) if phone_of(sync) else None
    if written:
        read_numbers(warehouse, written)
    try:
        # The rows of a list lie together, so that to read one is not to read them all.
        warehouse.make_table(f"{work.schema}.steps", sql, order="list" if sync.per else "")
    except WarehouseError as error:
        error.message = f"the plan of the sync '{sync.name}': {error.message}"
        error.remedy = error.remedy or _VALUES
        raise
    if written:
        check_numbers(warehouse, written)


def _check_mode(sync: Sync, warehouse: Warehouse, ledger: Ledger) -> None:
    """Who was told of an entry is on no list, and who is on a list was told of nothing."""
    keeps_lists = sync.settings.mode != "events"
    other = ledger.tells() if keeps_lists else known_list(warehouse, ledger.kept) is not None
    if other:
        did = "sent a message for each entry" if keeps_lists else "kept this list"
        raise UsageError(
            f"the sync '{sync.name}' {did} before, and is `mode: {sync.settings.mode}` now",
            remedy="give the sync another name: what it did before is no state of this mode",
        )


def _ages(sync: Sync, catalog: Catalog) -> list[DataAge]:
    """How old the audience's data are, where a guard asks."""
    asked = sync.settings.guards.fresh_within or sync.audience.expect.fresh_within
    if asked is None or catalog.artifacts is None:
        return []
    return ages(catalog.artifacts, [audience_model(name) for name in sync.digests])


def _view(sync: Sync, adapter: str, warehouse: Warehouse, work: Work) -> str:
    """The steps with their places; rows are never taken out, so a place is a row's number."""
    key = "" if sync.settings.mode == "events" else ", cast(null as varchar) as idempotency_key"
    identifiers = identifiers_json(sync, adapter).sql(warehouse.dialect)
    of = "" if sync.per else f"cast({quoted(sync.list_name)} as varchar) as list, "
    place = warehouse.functions.place
    types = warehouse.describe(f"{work.schema}.steps")
    fields = field_columns(sync)

    def shown(name: str, declared: str) -> str:
        if name not in fields:
            return name
        if column_type(declared, adapter).kind in ("date", "timestamp"):
            # Infinite days, and those of years that have not four digits, cannot be written.
            is_written = f"{name} >= '0001-01-01' and {name} < '10000-01-01'"
            return f"case when {is_written} then {name} end as {name}"
        return f"{warehouse.functions.readable(name, declared)} as {name}"

    columns = ", ".join(shown(name, kind) for name, kind in types.items() if name != place)
    return (
        f"select {place} as place, {of}{columns}, {identifiers} as identifiers{key} "
        f"from {work.schema}.steps"
    )


def _sent(sync: Sync, ledger: Ledger, work: Work) -> str:
    """What the destination has of those for whom it matters."""
    destination, list_ = quoted(sync.settings.destination), f"= {quoted(sync.list_name)}"
    if sync.per:
        list_ = f"like {quoted(sync.per.pattern)} escape '!'"
    return (
        f"select list, entity_key, identifiers from {ledger.table('sync_ledger')} "
        f"where sync = '{sync.name}' and destination = {destination} and list {list_} "
        f"and entity_key in (select entity_key from {work.schema}.steps "
        "where action in ('update', 'remove'))"
    )


def _moved(sync: Sync, warehouse: Warehouse, work: Work) -> str:
    """An update that changes what the destination knows somebody by is a move."""
    return (
        f"update {work.schema}.steps set action = 'move' where action = 'update' "
        f"and entity_key in (select plan.entity_key from {work.schema}.plan as plan "
        f"join {work.schema}.sent as sent on sent.list = plan.list "
        "and sent.entity_key = plan.entity_key where sent.identifiers <> plan.identifiers "
        f"and not {is_found_again(sync, warehouse.functions)})"
    )


def _overwritten(work: Work) -> str:
    """Who is updated in a mirror leaves nothing behind: what was sent is theirs no more."""
    return (
        f"delete from {work.schema}.sent as sent using {work.schema}.plan as plan "
        "where plan.action = 'update' and plan.list = sent.list "
        "and plan.entity_key = sent.entity_key and plan.identifiers <> sent.identifiers"
    )


def _check_keys(sync: Sync, warehouse: Warehouse, work: Work) -> None:
    """A key that is there twice would be sent twice, with whichever values come last."""
    # Who changes their list has a row for each of the two.
    of = "where action in ('add', 'update', 'move', 'held', 'kept')" if sync.per else ""
    rows = warehouse.rows(
        f"select count(*) - count(distinct entity_key) from {work.schema}.steps {of}"
    )
    if rows[0][0]:
        entity, model = sync.audience.entity, audience_model(sync.audience.name)
        raise WarehouseError(
            f"the sync '{sync.name}' found {rows[0][0]:,} rows too many: '{entity.key}' is not "
            f"unique in {entity.model.name} or in {model}",
            remedy="`dbt test` names the model; keep one row for each key",
        )


def _check_lists(sync: Sync, warehouse: Warehouse, work: Work) -> None:
    """A list of lists that would be sent as one list is refused."""
    types = warehouse.describe(f"{work.schema}.steps")
    asked = {
        name: test
        for place, (name, _) in field_columns(sync).items()
        if (test := warehouse.functions.loses_depth(place, types[place]))
    }
    if not asked:
        return
    tests = ", ".join(f"bool_or({test})" for test in asked.values())
    ((*found,),) = warehouse.rows(f"select {tests} from {work.schema}.steps")
    for name, is_deep in zip(asked, found, strict=True):
        if is_deep:
            raise WarehouseError(
                f"the field '{name}' of '{sync.name}': lists of lists would be sent as one list",
                remedy="make a text of it in a dbt model, such as by to_json, and map that",
            )


def _counted(
    sync: Sync, warehouse: Warehouse, work: Work, sizes: Mapping[str, int]
) -> tuple[PlanCounts, list[PlanCounts]]:
    of = LIST if sync.per else quoted(sync.list_name)
    rows = warehouse.rows(
        f"select {of}, action, reason, count(*) from {work.schema}.steps "
        "group by 1, 2, 3 order by 1, 2, 3"
    )
    return counted(rows, sizes, sync.list_name)


def _without(sync: Sync, warehouse: Warehouse, work: Work) -> dict[str, int]:
    """Identifier -> how many are sent without theirs, because it is not valid."""
    names = list(sync.settings.identifiers)
    if len(names) == 1:
        return {}  # whose only identifier is not valid is held back
    counts = ", ".join(
        f"count(*) filter (where {LEFT_OUT} & {2**place} <> 0)" for place in range(len(names))
    )
    ((*found,),) = warehouse.rows(
        f"select {counts} from {work.schema}.steps where action in ('add', 'update', 'move')"
    )
    return {name: count for name, count in zip(names, found, strict=True) if count}


@contextmanager
def planned(
    sync: Sync, catalog: Catalog, warehouse: Warehouse, asked: PlanOptions
) -> Iterator[Plan]:
    """A plan that is only looked at, while open."""
    prepare(Runs(warehouse, sync.name))
    with warehouse.work(None) as work:
        yield make_plan(sync, catalog, warehouse, work, asked)
