-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_order_placed_distinct_d6f2981e as (
    select
        customer_id as entity_key,
        count(distinct status) as measured
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
    left join fact_order_placed_distinct_d6f2981e
        on fact_order_placed_distinct_d6f2981e.entity_key = customers.customer_id
    where
        coalesce(fact_order_placed_distinct_d6f2981e.measured, 0) >= 2
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), fact_order_placed_distinct_d6f2981e as (
    select
        customer_id as entity_key,
        count(distinct status) as measured
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
    left join fact_order_placed_distinct_d6f2981e
        on fact_order_placed_distinct_d6f2981e.entity_key = customers.customer_id
    where
        coalesce(fact_order_placed_distinct_d6f2981e.measured, 0) >= 2
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_order_placed_distinct_5386eaf5 as (
    select
        customer_id as entity_key,
        count(distinct status) as measured
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
    left join fact_order_placed_distinct_5386eaf5
        on fact_order_placed_distinct_5386eaf5.entity_key = customers.customer_id
    where
        coalesce(fact_order_placed_distinct_5386eaf5.measured, 0) >= 2
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_order_placed_distinct_d6f2981e as (
    select
        customer_id as entity_key,
        count(distinct status) as measured
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
    left join fact_order_placed_distinct_d6f2981e
        on fact_order_placed_distinct_d6f2981e.entity_key = customers.customer_id
    where
        coalesce(fact_order_placed_distinct_d6f2981e.measured, 0) >= 2
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_order_placed_distinct_5386eaf5 as (
    select
        customer_id as entity_key,
        count(distinct status) as measured
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
    left join fact_order_placed_distinct_5386eaf5
        on fact_order_placed_distinct_5386eaf5.entity_key = customers.customer_id
    where
        coalesce(fact_order_placed_distinct_5386eaf5.measured, 0) >= 2
)
select
    *
from final;

