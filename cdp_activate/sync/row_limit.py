"""A part of a plan: what one run sends where it may not send all of it (`--max-rows`)."""

from __future__ import annotations

from cdp_activate.sync.counts import ACTIONS
from cdp_activate.sync.plan import Plan
from cdp_activate.warehouse.sql_functions import quoted

LATER = "later"
"""The action of steps that are left for the next run."""


def leave_for_later(plan: Plan, most: int) -> None:
    """Keep the steps of `most` people, and leave the rest for the next run.

    Removals are kept first, then people who have an old place to leave for a new one, so that
    nobody is off the one and not yet on the other.
    """
    if plan.changes <= most:
        return
    steps = f"{plan.work.schema}.steps"
    changes = ", ".join(f"'{action}'" for action in ACTIONS)
    place = plan.warehouse.functions.place
    list_name = "list" if plan.sync.per else quoted(plan.sync.list_name)
    # Who changes their list has a step for each of the two.
    plan.warehouse.run(
        f"update {steps} set action = '{LATER}' where action in ({changes}) "
        "and entity_key in (select entity_key from (select entity_key, row_number() over ("
        "order by case when count(*) > 1 or max(action) = 'move' then 1 "
        f"when max(action) = 'remove' then 0 else 2 end, min({place})) as turn "
        f"from {steps} where action in ({changes}) group by entity_key) as people "
        f"where turn > {most:d})"
    )
    left = plan.warehouse.rows(
        f"select {list_name}, count(*) from {steps} where action = '{LATER}' group by 1"
    )
    later = {str(name): int(count) for name, count in left}
    plan.total.later = sum(later.values())
    for one in plan.lists:
        one.later = later.get(one.name, 0)
