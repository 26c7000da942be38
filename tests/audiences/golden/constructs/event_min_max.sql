-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_order_placed_min_61afdfd3 as (
    select
        customer_id as entity_key,
        min(amount) as measured
    from "orders"
    where
        ordered_at < cast('2026-01-10 12:00:00' as timestamp)
    group by
        customer_id
), fact_order_placed_max_60712af0 as (
    select
        customer_id as entity_key,
        max(shipped_at) as measured
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
    left join fact_order_placed_min_61afdfd3
        on fact_order_placed_min_61afdfd3.entity_key = customers.customer_id
    left join fact_order_placed_max_60712af0
        on fact_order_placed_max_60712af0.entity_key = customers.customer_id
    where
        fact_order_placed_min_61afdfd3.measured >= 5
        and (
            fact_order_placed_max_60712af0.measured >= cast('2026-01-03 12:00:00' as timestamp)
            and fact_order_placed_max_60712af0.measured < cast('2026-01-10 12:00:00' as timestamp)
        )
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), fact_order_placed_min_61afdfd3 as (
    select
        customer_id as entity_key,
        min(amount) as measured
    from "orders"
    where
        ordered_at < cast('2026-01-10 12:00:00' as timestamp)
    group by
        customer_id
), fact_order_placed_max_60712af0 as (
    select
        customer_id as entity_key,
        max(shipped_at) as measured
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
    left join fact_order_placed_min_61afdfd3
        on fact_order_placed_min_61afdfd3.entity_key = customers.customer_id
    left join fact_order_placed_max_60712af0
        on fact_order_placed_max_60712af0.entity_key = customers.customer_id
    where
        fact_order_placed_min_61afdfd3.measured >= 5
        and (
            fact_order_placed_max_60712af0.measured >= cast('2026-01-03 12:00:00' as timestamp)
            and fact_order_placed_max_60712af0.measured < cast('2026-01-10 12:00:00' as timestamp)
        )
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_order_placed_min_24c9e44f as (
    select
        customer_id as entity_key,
        min(amount) as measured
    from `orders`
    where
        ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        customer_id
), fact_order_placed_max_0d75e3ac as (
    select
        customer_id as entity_key,
        max(shipped_at) as measured
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
    left join fact_order_placed_min_24c9e44f
        on fact_order_placed_min_24c9e44f.entity_key = customers.customer_id
    left join fact_order_placed_max_0d75e3ac
        on fact_order_placed_max_0d75e3ac.entity_key = customers.customer_id
    where
        fact_order_placed_min_24c9e44f.measured >= 5
        and (
            fact_order_placed_max_0d75e3ac.measured >= cast('2026-01-03 12:00:00+00:00' as timestamp)
            and fact_order_placed_max_0d75e3ac.measured < cast('2026-01-10 12:00:00+00:00' as timestamp)
        )
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_order_placed_min_61afdfd3 as (
    select
        customer_id as entity_key,
        min(amount) as measured
    from "orders"
    where
        ordered_at < cast('2026-01-10 12:00:00' as timestampntz)
    group by
        customer_id
), fact_order_placed_max_60712af0 as (
    select
        customer_id as entity_key,
        max(shipped_at) as measured
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
    left join fact_order_placed_min_61afdfd3
        on fact_order_placed_min_61afdfd3.entity_key = customers.customer_id
    left join fact_order_placed_max_60712af0
        on fact_order_placed_max_60712af0.entity_key = customers.customer_id
    where
        fact_order_placed_min_61afdfd3.measured >= 5
        and (
            fact_order_placed_max_60712af0.measured >= cast('2026-01-03 12:00:00' as timestampntz)
            and fact_order_placed_max_60712af0.measured < cast('2026-01-10 12:00:00' as timestampntz)
        )
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_order_placed_min_24c9e44f as (
    select
        customer_id as entity_key,
        min(amount) as measured
    from `orders`
    where
        ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        customer_id
), fact_order_placed_max_0d75e3ac as (
    select
        customer_id as entity_key,
        max(shipped_at) as measured
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
    left join fact_order_placed_min_24c9e44f
        on fact_order_placed_min_24c9e44f.entity_key = customers.customer_id
    left join fact_order_placed_max_0d75e3ac
        on fact_order_placed_max_0d75e3ac.entity_key = customers.customer_id
    where
        fact_order_placed_min_24c9e44f.measured >= 5
        and (
            fact_order_placed_max_0d75e3ac.measured >= cast('2026-01-03 12:00:00+00:00' as timestamp)
            and fact_order_placed_max_0d75e3ac.measured < cast('2026-01-10 12:00:00+00:00' as timestamp)
        )
)
select
    *
from final;

