with customers as (
    select
        *
    from "customers"
), fact_order_placed_sum_add00359 as (
    select
        customer_id as entity_key,
        sum(amount) as measured
    from "orders"
    where
        (
            ordered_at >= cast('2025-01-10 12:00:00' as timestamp)
            and ordered_at < cast('2026-01-10 12:00:00' as timestamp)
        )
        and (
            status in ('completed', 'shipped') and not coalesce((
                pieces < 2
            ), false)
        )
    group by
        customer_id
), fact_order_placed_refund_made_count_99d0cea6 as (
    select
        entity_key,
        count(*) as measured
    from (
        select
            customer_id as entity_key
        from "orders"
        where
            ordered_at >= cast('2026-01-03 12:00:00' as timestamp)
            and ordered_at < cast('2026-01-10 12:00:00' as timestamp)
        union all
        select
            customer_id as entity_key
        from "refunds"
        where
            refunded_on >= cast('2026-01-04' as date)
            and refunded_on < cast('2026-01-11' as date)
    ) as happened
    group by
        entity_key
), fact_clicked_distinct_d9a5d656 as (
    select
        customer_id as entity_key,
        count(distinct status) as measured
    from "web_events"
    where
        event_name = 'clicked'
        and (
            happened_at >= cast('2025-12-22 00:00:00+00:00' as timestamptz)
            and happened_at < cast('2026-01-05 00:00:00+00:00' as timestamptz)
        )
        and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
    group by
        customer_id
), fact_call_made_count_f4ff95e0 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "calls"
    where
        called_at at time zone 'Asia/Ho_Chi_Minh' at time zone 'UTC' >= cast('2025-11-11 12:00:00' as timestamp)
        and called_at at time zone 'Asia/Ho_Chi_Minh' at time zone 'UTC' < cast('2025-12-11 12:00:00' as timestamp)
    group by
        customer_id
), fact_order_placed_avg_b452e0de as (
    select
        entity_key,
        (
            cast((
                total // counted
            ) * 1000000000 + (
                (
                    total % counted
                ) * 2000000000 + sign(total) * counted
            ) // (
                2 * counted
            ) as decimal(38, 0)) * 0.000000001
        ) as measured,
        total,
        counted
    from (
        select
            customer_id as entity_key,
            cast((
                sum(amount) * cast(100 as decimal(38, 0))
            ) as int128) as total,
            cast((
                nullif(count(amount), 0) * 100
            ) as int128) as counted
        from "orders"
        where
            ordered_at < cast('2026-01-10 12:00:00' as timestamp)
        group by
            customer_id
    ) as totals
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_order_placed_sum_add00359
        on fact_order_placed_sum_add00359.entity_key = customers.customer_id
    left join fact_order_placed_refund_made_count_99d0cea6
        on fact_order_placed_refund_made_count_99d0cea6.entity_key = customers.customer_id
    left join fact_clicked_distinct_d9a5d656
        on fact_clicked_distinct_d9a5d656.entity_key = customers.customer_id
    left join fact_call_made_count_f4ff95e0
        on fact_call_made_count_f4ff95e0.entity_key = customers.customer_id
    left join fact_order_placed_avg_b452e0de
        on fact_order_placed_avg_b452e0de.entity_key = customers.customer_id
    where
        coalesce(fact_order_placed_sum_add00359.measured, 0) >= 500
        and coalesce(fact_order_placed_refund_made_count_99d0cea6.measured, 0) <= 3
        and coalesce(fact_clicked_distinct_d9a5d656.measured, 0) >= 2
        and not coalesce((
            coalesce(fact_call_made_count_f4ff95e0.measured, 0) >= 1
        ), false)
        and fact_order_placed_avg_b452e0de.measured > 10
)
select
    *
from final
