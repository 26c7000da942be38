-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_order_placed_count_8d097a14 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "orders"
    where
        (
            ordered_at >= cast('2026-01-03 12:00:00' as timestamp)
            and ordered_at < cast('2026-01-10 12:00:00' as timestamp)
        )
        and amount >= 100
    group by
        customer_id
), fact_clicked_viewed_count_cd6e1488 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "web_events"
    where
        event_name in ('clicked', 'viewed')
        and (
            happened_at >= cast('2025-11-11 12:00:00+00:00' as timestamptz)
            and happened_at < cast('2025-12-11 12:00:00+00:00' as timestamptz)
        )
    group by
        customer_id
), fact_refund_made_count_0fc88f72 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "refunds"
    where
        (
            refunded_on >= cast('2026-01-01' as date)
            and refunded_on < cast('2026-02-01' as date)
        )
        and refunded_on < cast('2026-01-11' as date)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_order_placed_count_8d097a14
        on fact_order_placed_count_8d097a14.entity_key = customers.customer_id
    left join fact_clicked_viewed_count_cd6e1488
        on fact_clicked_viewed_count_cd6e1488.entity_key = customers.customer_id
    left join fact_refund_made_count_0fc88f72
        on fact_refund_made_count_0fc88f72.entity_key = customers.customer_id
    where
        coalesce(fact_order_placed_count_8d097a14.measured, 0) >= 1
        and coalesce(fact_clicked_viewed_count_cd6e1488.measured, 0) >= 1
        and coalesce(fact_refund_made_count_0fc88f72.measured, 0) >= 1
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), fact_order_placed_count_8d097a14 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "orders"
    where
        (
            ordered_at >= cast('2026-01-03 12:00:00' as timestamp)
            and ordered_at < cast('2026-01-10 12:00:00' as timestamp)
        )
        and amount >= 100
    group by
        customer_id
), fact_clicked_viewed_count_cd6e1488 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "web_events"
    where
        event_name in ('clicked', 'viewed')
        and (
            happened_at >= cast('2025-11-11 12:00:00+00:00' as timestamptz)
            and happened_at < cast('2025-12-11 12:00:00+00:00' as timestamptz)
        )
    group by
        customer_id
), fact_refund_made_count_0fc88f72 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "refunds"
    where
        (
            refunded_on >= cast('2026-01-01' as date)
            and refunded_on < cast('2026-02-01' as date)
        )
        and refunded_on < cast('2026-01-11' as date)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_order_placed_count_8d097a14
        on fact_order_placed_count_8d097a14.entity_key = customers.customer_id
    left join fact_clicked_viewed_count_cd6e1488
        on fact_clicked_viewed_count_cd6e1488.entity_key = customers.customer_id
    left join fact_refund_made_count_0fc88f72
        on fact_refund_made_count_0fc88f72.entity_key = customers.customer_id
    where
        coalesce(fact_order_placed_count_8d097a14.measured, 0) >= 1
        and coalesce(fact_clicked_viewed_count_cd6e1488.measured, 0) >= 1
        and coalesce(fact_refund_made_count_0fc88f72.measured, 0) >= 1
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_order_placed_count_eeb12028 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from `orders`
    where
        (
            ordered_at >= cast('2026-01-03 12:00:00+00:00' as timestamp)
            and ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        )
        and amount >= 100
    group by
        customer_id
), fact_clicked_viewed_count_cd6e1488 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from `web_events`
    where
        event_name in ('clicked', 'viewed')
        and (
            happened_at >= cast('2025-11-11 12:00:00+00:00' as timestamp)
            and happened_at < cast('2025-12-11 12:00:00+00:00' as timestamp)
        )
    group by
        customer_id
), fact_refund_made_count_0fc88f72 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from `refunds`
    where
        (
            refunded_on >= cast('2026-01-01' as date)
            and refunded_on < cast('2026-02-01' as date)
        )
        and refunded_on < cast('2026-01-11' as date)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_order_placed_count_eeb12028
        on fact_order_placed_count_eeb12028.entity_key = customers.customer_id
    left join fact_clicked_viewed_count_cd6e1488
        on fact_clicked_viewed_count_cd6e1488.entity_key = customers.customer_id
    left join fact_refund_made_count_0fc88f72
        on fact_refund_made_count_0fc88f72.entity_key = customers.customer_id
    where
        coalesce(fact_order_placed_count_eeb12028.measured, 0) >= 1
        and coalesce(fact_clicked_viewed_count_cd6e1488.measured, 0) >= 1
        and coalesce(fact_refund_made_count_0fc88f72.measured, 0) >= 1
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_order_placed_count_8d097a14 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "orders"
    where
        (
            ordered_at >= cast('2026-01-03 12:00:00' as timestampntz)
            and ordered_at < cast('2026-01-10 12:00:00' as timestampntz)
        )
        and amount >= 100
    group by
        customer_id
), fact_clicked_viewed_count_cd6e1488 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "web_events"
    where
        event_name in ('clicked', 'viewed')
        and (
            happened_at >= cast('2025-11-11 12:00:00+00:00' as timestamptz)
            and happened_at < cast('2025-12-11 12:00:00+00:00' as timestamptz)
        )
    group by
        customer_id
), fact_refund_made_count_0fc88f72 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "refunds"
    where
        (
            refunded_on >= cast('2026-01-01' as date)
            and refunded_on < cast('2026-02-01' as date)
        )
        and refunded_on < cast('2026-01-11' as date)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_order_placed_count_8d097a14
        on fact_order_placed_count_8d097a14.entity_key = customers.customer_id
    left join fact_clicked_viewed_count_cd6e1488
        on fact_clicked_viewed_count_cd6e1488.entity_key = customers.customer_id
    left join fact_refund_made_count_0fc88f72
        on fact_refund_made_count_0fc88f72.entity_key = customers.customer_id
    where
        coalesce(fact_order_placed_count_8d097a14.measured, 0) >= 1
        and coalesce(fact_clicked_viewed_count_cd6e1488.measured, 0) >= 1
        and coalesce(fact_refund_made_count_0fc88f72.measured, 0) >= 1
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_order_placed_count_eeb12028 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from `orders`
    where
        (
            ordered_at >= cast('2026-01-03 12:00:00+00:00' as timestamp)
            and ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        )
        and amount >= 100
    group by
        customer_id
), fact_clicked_viewed_count_cd6e1488 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from `web_events`
    where
        event_name in ('clicked', 'viewed')
        and (
            happened_at >= cast('2025-11-11 12:00:00+00:00' as timestamp)
            and happened_at < cast('2025-12-11 12:00:00+00:00' as timestamp)
        )
    group by
        customer_id
), fact_refund_made_count_0fc88f72 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from `refunds`
    where
        (
            refunded_on >= cast('2026-01-01' as date)
            and refunded_on < cast('2026-02-01' as date)
        )
        and refunded_on < cast('2026-01-11' as date)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_order_placed_count_eeb12028
        on fact_order_placed_count_eeb12028.entity_key = customers.customer_id
    left join fact_clicked_viewed_count_cd6e1488
        on fact_clicked_viewed_count_cd6e1488.entity_key = customers.customer_id
    left join fact_refund_made_count_0fc88f72
        on fact_refund_made_count_0fc88f72.entity_key = customers.customer_id
    where
        coalesce(fact_order_placed_count_eeb12028.measured, 0) >= 1
        and coalesce(fact_clicked_viewed_count_cd6e1488.measured, 0) >= 1
        and coalesce(fact_refund_made_count_0fc88f72.measured, 0) >= 1
)
select
    *
from final;

