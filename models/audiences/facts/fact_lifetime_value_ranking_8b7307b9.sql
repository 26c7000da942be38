-- written by `cdp-activate compile` asked by several audiences; do not edit
{{ config(enabled=(project_name == 'cdp_activate')) }}

with final as (
    select
        entity_key,
        row_number() over (order by measured desc, entity_key) as from_top,
        row_number() over (order by measured asc, entity_key) as from_bottom,
        rank() over (order by measured asc) as rank,
        count(*) over () as total
    from (
        select
            customers.customer_id as entity_key,
            customers.lifetime_value as measured
        from {{ ref('cdp_activate', 'customers') }} as customers
    ) as known
    where
        not measured is null
)
select
    *
from final
