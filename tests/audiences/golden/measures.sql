with customers as (
    select
        *
    from "customers"
), fact_order_placed_number_1_0d4fa1dc as (
    select
        entity_key
    from (
        select
            entity_key,
            passes,
            rank() over (partition by entity_key order by occurred asc, ordered_by asc) as place,
            count(*) over (partition by entity_key, occurred, ordered_by) as peers
        from (
            select
                customer_id as entity_key,
                ordered_at as occurred,
                order_id as ordered_by,
                case
                    when (
                        ordered_at >= cast('2025-12-11 12:00:00' as timestamp)
                        and ordered_at < cast('2026-01-10 12:00:00' as timestamp)
                    )
                    and status = 'completed'
                    then 1
                    else 0
                end as passes
            from "orders"
            where
                ordered_at < cast('2026-01-10 12:00:00' as timestamp)
        ) as happened
    ) as placed
    where
        place <= 1 and place + peers > 1 and passes = 1
    group by
        entity_key
), fact_order_placed_viewed_last_540e8431 as (
    select
        entity_key
    from (
        select
            entity_key,
            passes,
            rank() over (partition by entity_key order by occurred desc, ordered_by desc) as place,
            count(*) over (partition by entity_key, occurred, ordered_by) as peers
        from (
            select
                customer_id as entity_key,
                ordered_at as occurred,
                cast(order_id as text) as ordered_by,
                case
                    when ordered_at >= cast('2026-01-09 00:00:00' as timestamp)
                    and ordered_at < cast('2026-01-10 00:00:00' as timestamp)
                    then 1
                    else 0
                end as passes
            from "orders"
            where
                ordered_at < cast('2026-01-10 12:00:00' as timestamp)
            union all
            select
                customer_id as entity_key,
                happened_at at time zone 'UTC' as occurred,
                event_id as ordered_by,
                case
                    when happened_at >= cast('2026-01-09 00:00:00+00:00' as timestamptz)
                    and happened_at < cast('2026-01-10 00:00:00+00:00' as timestamptz)
                    then 1
                    else 0
                end as passes
            from "web_events"
            where
                event_name = 'viewed'
                and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
        ) as happened
    ) as placed
    where
        place <= 1 and place + peers > 1 and passes = 1
    group by
        entity_key
), fact_refund_made_number_3_c36b80f7 as (
    select
        entity_key
    from (
        select
            entity_key,
            passes,
            rank() over (partition by entity_key order by occurred asc, ordered_by asc) as place,
            count(*) over (partition by entity_key, occurred, ordered_by) as peers
        from (
            select
                customer_id as entity_key,
                refunded_on as occurred,
                refund_id as ordered_by,
                case when amount >= 10 then 1 else 0 end as passes
            from "refunds"
            where
                refunded_on < cast('2026-01-11' as date)
        ) as happened
    ) as placed
    where
        place <= 3 and place + peers > 3 and passes = 1
    group by
        entity_key
), fact_clicked_active_93495781 as (
    select
        entity_key,
        count(distinct period) as measured
    from (
        select
            customer_id as entity_key,
            date_diff('DAY', cast('1970-01-05' as date), cast(happened_at at time zone 'UTC' as date)) - (
                extract(isodow from cast(happened_at at time zone 'UTC' as date)) - 1
            ) as period
        from "web_events"
        where
            event_name = 'clicked'
            and (
                happened_at >= cast('2025-11-17 00:00:00+00:00' as timestamptz)
                and happened_at < cast('2026-01-12 00:00:00+00:00' as timestamptz)
            )
            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
    ) as happened
    group by
        entity_key
), fact_call_made_order_placed_active_48a371e9 as (
    select
        entity_key,
        max(periods) as measured
    from (
        select
            entity_key,
            count(*) as periods
        from (
            select
                entity_key,
                period - row_number() over (partition by entity_key order by period) as streak
            from (
                select distinct
                    entity_key,
                    period
                from (
                    select
                        customer_id as entity_key,
                        extract(year from cast(called_at at time zone 'Asia/Ho_Chi_Minh' at time zone 'UTC' as date)) * 12 + extract(month from cast(called_at at time zone 'Asia/Ho_Chi_Minh' at time zone 'UTC' as date)) as period
                    from "calls"
                    where
                        called_at at time zone 'Asia/Ho_Chi_Minh' at time zone 'UTC' < cast('2026-01-10 12:00:00' as timestamp)
                    union all
                    select
                        customer_id as entity_key,
                        extract(year from cast(ordered_at as date)) * 12 + extract(month from cast(ordered_at as date)) as period
                    from "orders"
                    where
                        ordered_at < cast('2026-01-10 12:00:00' as timestamp)
                ) as happened
            ) as periods
            where
                not period is null
        ) as streaks
        group by
            entity_key,
            streak
    ) as lengths
    group by
        entity_key
), fact_clicked_count_b5829dd4 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "web_events"
    where
        event_name = 'clicked'
        and (
            happened_at >= cast('2025-12-11 12:00:00+00:00' as timestamptz)
            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
        )
    group by
        customer_id
), fact_viewed_count_2488a8a2 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "web_events"
    where
        event_name = 'viewed'
        and (
            happened_at >= cast('2025-12-11 12:00:00+00:00' as timestamptz)
            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
        )
    group by
        customer_id
), fact_order_placed_median_28f1beaa as (
    select
        entity_key,
        round((
            total / counted
        ), 9) as measured,
        total,
        counted
    from (
        select
            entity_key,
            sum(case when isnan(of_row) or isinf(of_row) then null else of_row end) as total,
            nullif(count(case when isnan(of_row) or isinf(of_row) then null else of_row end), 0) as counted
        from (
            select
                entity_key,
                of_row,
                row_number() over (partition by entity_key order by of_row) as place,
                count(*) over (partition by entity_key) as among
            from (
                select
                    customer_id as entity_key,
                    case when isnan(weight) or isinf(weight) then null else weight end as of_row
                from "orders"
                where
                    ordered_at < cast('2026-01-10 12:00:00' as timestamp)
            ) as happened
            where
                not of_row is null
        ) as placed
        where
            2 * place between among and among + 2
        group by
            entity_key
    ) as totals
), fact_order_placed_max_a0cc4c57 as (
    select
        customer_id as entity_key,
        max(status) as measured
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
    left join fact_order_placed_number_1_0d4fa1dc
        on fact_order_placed_number_1_0d4fa1dc.entity_key = customers.customer_id
    left join fact_order_placed_viewed_last_540e8431
        on fact_order_placed_viewed_last_540e8431.entity_key = customers.customer_id
    left join fact_refund_made_number_3_c36b80f7
        on fact_refund_made_number_3_c36b80f7.entity_key = customers.customer_id
    left join fact_clicked_active_93495781
        on fact_clicked_active_93495781.entity_key = customers.customer_id
    left join fact_call_made_order_placed_active_48a371e9
        on fact_call_made_order_placed_active_48a371e9.entity_key = customers.customer_id
    left join fact_clicked_count_b5829dd4
        on fact_clicked_count_b5829dd4.entity_key = customers.customer_id
    left join fact_viewed_count_2488a8a2
        on fact_viewed_count_2488a8a2.entity_key = customers.customer_id
    left join fact_order_placed_median_28f1beaa
        on fact_order_placed_median_28f1beaa.entity_key = customers.customer_id
    left join fact_order_placed_max_a0cc4c57
        on fact_order_placed_max_a0cc4c57.entity_key = customers.customer_id
    where
        not fact_order_placed_number_1_0d4fa1dc.entity_key is null
        and not fact_order_placed_viewed_last_540e8431.entity_key is null
        and not fact_refund_made_number_3_c36b80f7.entity_key is null
        and coalesce(fact_clicked_active_93495781.measured, 0) >= 3
        and coalesce(fact_call_made_order_placed_active_48a371e9.measured, 0) >= 2
        and (
            cast((
                cast(coalesce(fact_clicked_count_b5829dd4.measured, 0) as int128) // nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as int128), 0)
            ) * 1000000000 + (
                (
                    cast(coalesce(fact_clicked_count_b5829dd4.measured, 0) as int128) % nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as int128), 0)
                ) * 2000000000 + sign(cast(coalesce(fact_clicked_count_b5829dd4.measured, 0) as int128)) * nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as int128), 0)
            ) // (
                2 * nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as int128), 0)
            ) as decimal(38, 0)) * 0.000000001
        ) >= 0.2
        and fact_order_placed_median_28f1beaa.measured > 1
        and not fact_order_placed_max_a0cc4c57.measured is null
)
select
    *
from final
