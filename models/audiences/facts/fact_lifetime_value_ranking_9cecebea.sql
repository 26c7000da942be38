-- written by `cdp-activate compile` asked by several audiences; do not edit
{{ config(enabled=(project_name == 'cdp_activate')) }}

with final as (
    select
        customer_id as entity_key,
        row_number() over (order by lifetime_value desc, customer_id) as from_top,
        row_number() over (order by lifetime_value asc, customer_id) as from_bottom,
        rank() over (order by lifetime_value asc) as rank,
        count(*) over () as total
    from {{ ref('cdp_activate', 'customers') }}
    where
        not lifetime_value is null
)
select
    *
from final
