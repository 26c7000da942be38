-- written by `cdp-activate compile` asked by several audiences; do not edit
{{ config(enabled=(project_name == 'cdp_activate')) }}

with final as (
    select
        entity_key,
        stage,
        since,
        came_from
    from (
        select
            entity_key,
            stage,
            since,
            came_from,
            row_number() over (partition by entity_key order by since desc, stage_order desc) as place
        from (
            select
                customer_id as entity_key,
                stage as stage,
                valid_from as since,
                stage_id as stage_order,
                lag(stage) over (
                    partition by customer_id
                    order by valid_from asc nulls first, stage_id asc nulls first
                ) as came_from
            from {{ ref('cdp_activate', 'stage_history') }}
            where
                track = 'lifecycle' and valid_from < {{ cdp_activate.as_of(0) }}
        ) as known
        where
            came_from is distinct from stage
    ) as stays
    where
        place = 1
)
select
    *
from final
