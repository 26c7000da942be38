with customers as (
    select
        *
    from "customers"
), fact_order_placed_median_05ff167e as (
    select
        customer_id as entity_key,
        round(median(cast(amount as double)), 9) as measured
    from "orders"
    where
        ordered_at < cast('2026-01-10 12:00:00' as timestamp)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_order_placed_median_05ff167e
        on fact_order_placed_median_05ff167e.entity_key = customers.customer_id
    where
        fact_order_placed_median_05ff167e.measured >= 20
)
select
    *
from final
