-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_order_placed_sum_f04b241b as (
    select
        customer_id as entity_key,
        sum(amount) as measured
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
    left join fact_order_placed_sum_f04b241b
        on fact_order_placed_sum_f04b241b.entity_key = customers.customer_id
    where
        coalesce(fact_order_placed_sum_f04b241b.measured, 0) >= 500
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), fact_order_placed_sum_f04b241b as (
    select
        customer_id as entity_key,
        sum(amount) as measured
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
    left join fact_order_placed_sum_f04b241b
        on fact_order_placed_sum_f04b241b.entity_key = customers.customer_id
    where
        coalesce(fact_order_placed_sum_f04b241b.measured, 0) >= 500
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_order_placed_sum_c87a9067 as (
    select
        customer_id as entity_key,
        sum(amount) as measured
    from `orders`
    where
        ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_order_placed_sum_c87a9067
        on fact_order_placed_sum_c87a9067.entity_key = customers.customer_id
    where
        coalesce(fact_order_placed_sum_c87a9067.measured, 0) >= 500
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_order_placed_sum_f04b241b as (
    select
        customer_id as entity_key,
        sum(amount) as measured
    from "orders"
    where
        ordered_at < cast('2026-01-10 12:00:00' as timestampntz)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_order_placed_sum_f04b241b
        on fact_order_placed_sum_f04b241b.entity_key = customers.customer_id
    where
        coalesce(fact_order_placed_sum_f04b241b.measured, 0) >= 500
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_order_placed_sum_c87a9067 as (
    select
        customer_id as entity_key,
        sum(cast(amount as bignumeric)) as measured
    from `orders`
    where
        ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_order_placed_sum_c87a9067
        on fact_order_placed_sum_c87a9067.entity_key = customers.customer_id
    where
        coalesce(fact_order_placed_sum_c87a9067.measured, 0) >= 500
)
select
    *
from final;

